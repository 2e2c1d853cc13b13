"""Buttondown's e-mails; unknown keys are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake

_PAGE = 100


class Buttondown(Fake):
    name = "buttondown"
    prefix = "/v1"
    file = "buttondown.json"
    settings: ClassVar[dict[str, Any]] = {"key": "bd-secret-key-123"}
    lists = ()

    def allowed(self, call: Call) -> bool:
        return call.headers.get("authorization") == "Token bd-secret-key-123"

    def name_of(self, row: dict[str, Any]) -> str:
        return str(row.get("metadata", {}).get("digest", ""))

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["emails"]:
                page = int(call.asked("page", "1"))
                rows = list(reversed(self.campaigns.values()))
                shown = [
                    {key: one for key, one in row.items() if key != "body"}
                    for row in rows[(page - 1) * _PAGE : page * _PAGE]
                ]
                more = (
                    f"https://api.buttondown.example/v1/emails?page={page + 1}"
                    if page * _PAGE < len(rows)
                    else None
                )
                return Answer(200, {"results": shown, "count": len(rows), "next": more, "previous": None})
            case "GET", ["tags"]:
                tags = [{"id": key, "name": name} for key, name in self.parts.items()]
                return Answer(200, {"results": tags, "count": len(tags), "next": None, "previous": None})
            case "POST", ["emails"]:
                key = f"em_{self.id()}"
                self.campaigns[key] = {"id": key, "publish_date": None} | call.body
                return Answer(201, self.campaigns[key])
            case _, ["emails", key, *rest]:
                if key not in self.campaigns:
                    return Answer(404, {"code": "not_found", "detail": "not found"})
                return self._one(call, self.campaigns[key], rest)
        return Answer(404, {"detail": "no such route"})

    def _one(self, call: Call, row: dict[str, Any], rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", []:
                return Answer(200, row)
            case "GET", ["analytics"]:
                return Answer(200, row.get("analytics", {}))
            case "PATCH", []:
                return self._changed(row, call.body)
            case "POST", ["send-draft"]:
                self.tests.append((row["id"], tuple(call.body["recipients"])))
                return Answer(200, {})
            case "POST", ["publish"]:
                if row["status"] != "draft":
                    return Answer(409, {"code": "email_already_sent", "detail": "it is no draft"})
                row["status"] = "about_to_send"
                self.sends.append(row["id"])
                return Answer(200, row)
        return Answer(404, {"detail": "no such route"})

    def _changed(self, row: dict[str, Any], body: dict[str, Any]) -> Answer:
        if row["status"] not in ("draft", "scheduled"):
            return Answer(400, {"code": "email_invalid", "detail": "sent e-mails cannot be changed"})
        if body.get("status") == "scheduled" and datetime.fromisoformat(body["publish_date"]) <= self.now:
            return Answer(400, {"code": "publish_date_invalid", "detail": "publish_date lies in the past"})
        row |= body
        return Answer(200, row)

    def part_of(self, row: dict[str, Any]) -> str:
        (only,) = row["filters"]["filters"]
        return str(only["value"])

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        stats = {"recipients": 1000, "deliveries": 990, "opens": 400, "clicks": 90}
        self.campaigns[campaign] |= {
            "status": "sent",
            "publish_date": "2026-01-23T11:30:00Z",
            "analytics": stats,
        }
