"""SendGrid's single sends: a draft first, then a schedule."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake

_LIST = "7f3c1a52-4f7b-4d8e-9c11-2b7a1d0f6e01"


class SendGrid(Fake):
    name = "sendgrid"
    file = "sendgrid.json"
    settings: ClassVar[dict[str, Any]] = {"key": "SG.sendgrid-secret-key", "unsubscribe_group": 12}
    lists = (_LIST,)
    no_such_list = "00000000-0000-4000-8000-000000000000"

    def allowed(self, call: Call) -> bool:
        return call.headers.get("authorization") == "Bearer SG.sendgrid-secret-key"

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/")[2:]:
            case "POST", ["singlesends", "search"]:
                rows = [
                    row for row in self.campaigns.values() if call.body["name"].lower() in row["name"].lower()
                ]
                return self._page(call, "result", rows)
            case "POST", ["singlesends"]:
                if len(call.body["name"]) > 100:
                    return Answer(400, {"errors": [{"field": "name", "message": "too long"}]})
                key = str(uuid.UUID(int=int(self.id()), version=4))
                self.campaigns[key] = {"id": key, "status": "draft"} | _merged({}, call.body)
                return Answer(201, self.campaigns[key])
            case "GET", ["lists"]:
                more = [{"id": key, "name": name} for key, name in self.parts.items()]
                return self._page(call, "result", [{"id": _LIST, "name": "Daily"}, *more])
            case "GET", ["senders"]:
                return Answer(200, [{"id": 77, "from": {"email": "news@harbor.example"}}])
            case "GET", ["stats", "singlesends", key]:
                return self._page(call, "results", self._stats(key))
            case "GET", ["stats", "singlesends", key, "links"]:
                links = self.campaigns[key].get("links", {})
                return self._page(
                    call, "results", [{"url": url, "clicks": total} for url, (total, _) in links.items()]
                )
            case _, ["singlesends", key, *rest]:
                if key not in self.campaigns:
                    return Answer(404, {"errors": [{"message": "single send not found"}]})
                return self._one(call, self.campaigns[key], rest)
        return Answer(404, {"errors": [{"message": "no such route"}]})

    def _one(self, call: Call, row: dict[str, Any], rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", []:
                return Answer(200, row)
            case "PATCH", []:
                if row["status"] != "draft":
                    return Answer(400, {"errors": [{"message": "only a draft can be changed"}]})
                row |= _merged(row, call.body)
                return Answer(202, row)
            case "PUT", ["schedule"]:
                return self._scheduled(row, call.body["send_at"])
            case "DELETE", ["schedule"]:
                row |= {"status": "draft", "send_at": None}
                return Answer(200, {"send_at": None, "status": "draft"})
        return Answer(404, {"errors": [{"message": "no such route"}]})

    def _scheduled(self, row: dict[str, Any], at: str) -> Answer:
        if row["status"] != "draft":
            return Answer(400, {"errors": [{"message": "it is scheduled already"}]})
        if at == "now":
            row["status"] = "triggered"
            self.sends.append(row["id"])
        elif datetime.fromisoformat(at) <= self.now:
            return Answer(400, {"errors": [{"field": "send_at", "message": "must be in the future"}]})
        else:
            row |= {"status": "scheduled", "send_at": at}
        return Answer(201, {"send_at": at, "status": "scheduled"})

    def _page(self, call: Call, name: str, rows: list[dict[str, Any]]) -> Answer:
        size, at = int(call.asked("page_size", "50")), int(call.asked("page_token", "0") or 0)
        more = (
            f"https://api.sendgrid.example{call.path}?page_token={at + size}" if at + size < len(rows) else ""
        )
        metadata = {"count": len(rows)} | ({"next": more} if more else {})
        return Answer(200, {name: rows[at : at + size], "_metadata": metadata})

    def _stats(self, key: str) -> list[dict[str, Any]]:
        row = self.campaigns[key]
        return [{"id": key, "stats": row["stats"]}] if "stats" in row else []

    def part(self, number: int) -> str:
        return str(uuid.UUID(int=number, version=4))

    def part_of(self, row: dict[str, Any]) -> str:
        (only,) = row["send_to"]["list_ids"]
        return str(only)

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        stats = {"requests": 1000, "delivered": 990, "unique_opens": 400, "unique_clicks": 90, "clicks": 130}
        self.campaigns[campaign] |= {"status": "triggered", "stats": stats, "send_at": "2026-01-23T11:30:00Z"}


def _merged(old: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    config = {**old.get("email_config", {"generate_plain_content": True}), **body.get("email_config", {})}
    return {**body, "email_config": config}
