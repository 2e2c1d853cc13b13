"""Brevo's e-mail campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake

_TAKEN = {"queued": ("draft", "suspended"), "draft": ("queued", "suspended"), "suspended": ("queued",)}


class Brevo(Fake):
    name = "brevo"
    prefix = "/v3"
    file = "brevo.yaml"
    settings: ClassVar[dict[str, Any]] = {"key": "xkeysib-brevo-secret"}

    def allowed(self, call: Call) -> bool:
        return call.headers.get("api-key") == "xkeysib-brevo-secret"

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["contacts", "lists"]:
                lists = [{"id": 3, "name": "Daily"}]
                lists += [{"id": int(key), "name": name} for key, name in self.parts.items()]
                size, at = int(call.asked("limit", "10")), int(call.asked("offset", "0"))
                return Answer(200, {"lists": lists[at : at + size], "count": len(lists)})
            case "GET", ["emailCampaigns"]:
                size, at = int(call.asked("limit", "50")), int(call.asked("offset", "0"))
                if size > 100:
                    return Answer(400, {"code": "out_of_range", "message": "Limit exceeds max value"})
                rows = [
                    {key: one for key, one in row.items() if key != "htmlContent"}
                    for row in reversed(self.campaigns.values())
                ]
                return Answer(200, {"campaigns": rows[at : at + size], "count": len(rows)})
            case "POST", ["emailCampaigns"]:
                return self._made(call.body)
            case _, ["emailCampaigns", key, *rest]:
                if key not in self.campaigns:
                    return Answer(
                        404, {"code": "document_not_found", "message": "Campaign ID does not exist"}
                    )
                return self._one(call, self.campaigns[key], rest)
        return Answer(404, {"message": "no such route"})

    def _made(self, body: dict[str, Any]) -> Answer:
        if body["sender"].get("email", "").endswith("@unverified.example"):
            return Answer(400, {"code": "invalid_parameter", "message": "Sender is invalid / inactive"})
        if any(one not in (3, 4) and str(one) not in self.parts for one in body["recipients"]["listIds"]):
            return Answer(400, {"code": "invalid_parameter", "message": "List ID does not exist"})
        key = self.id()
        self.campaigns[key] = {"id": int(key), "type": "classic", "status": "draft"} | body
        return Answer(201, {"id": int(key)})

    def _one(self, call: Call, row: dict[str, Any], rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", []:
                wanted = call.asked("statistics")
                stats = {wanted: row.get(wanted, {})} if wanted else {}
                return Answer(200, {**row, "statistics": stats})
            case "PUT", []:
                return self._changed(row, call.body)
            case "PUT", ["status"]:
                word = call.body["status"]
                if row["status"] not in _TAKEN.get(word, ()):
                    return Answer(400, {"message": f"a {row['status']} campaign cannot be {word}"})
                row |= {"status": word, "scheduledAt": None}
                return Answer(204)
            case "POST", ["sendTest"]:
                if any(not one.endswith("@harbor.example") for one in call.body["emailTo"]):
                    return Answer(400, {"message": "Email address is not in the test list"})
                self.tests.append((str(row["id"]), tuple(call.body["emailTo"])))
                return Answer(204)
            case "POST", ["sendNow"]:
                if row["status"] not in ("draft", "suspended"):
                    return Answer(400, {"message": "Campaign is already sent"})
                row["status"] = "in_process"
                self.sends.append(str(row["id"]))
                return Answer(204)
        return Answer(404, {"message": "no such route"})

    def _changed(self, row: dict[str, Any], body: dict[str, Any]) -> Answer:
        if row["status"] not in ("draft", "suspended"):
            return Answer(400, {"message": "only a draft can be changed"})
        if "scheduledAt" in body:
            if datetime.fromisoformat(body["scheduledAt"]) <= self.now:
                return Answer(400, {"message": "date should not be less than current"})
            row["status"] = "queued"
        row |= body
        return Answer(204)

    def part_of(self, row: dict[str, Any]) -> str:
        (only,) = row["recipients"]["listIds"]
        return str(only)

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        row = self.campaigns[campaign]
        row |= {"status": "sent", "sentDate": "2026-01-23T11:30:00Z"}
        row["globalStats"] = {
            "sent": 1000,
            "delivered": 990,
            "uniqueViews": 400,
            "uniqueClicks": 90,
            "clickers": 130,
        }
        row["linksStats"] = {url: total for url, (total, _) in row.get("links", {}).items()}
