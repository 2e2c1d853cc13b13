"""Mailchimp: campaigns, their content apart, quarter hours, a checklist that knows why."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake, login_of

_NO_CONTENT = {"type": "error", "id": 501, "heading": "Content", "details": "The campaign has no content."}


class Mailchimp(Fake):
    name = "mailchimp"
    prefix = "/3.0"
    file = "mailchimp.json"
    settings: ClassVar[dict[str, Any]] = {"key": "mc-0123456789abcdef-us21"}
    lists = ("a1b2c3",)
    no_such_list = "zzz"
    undescribed = ("/lists/a1b2c3/segments",)

    def allowed(self, call: Call) -> bool:
        return login_of(call).partition(":")[2] == "mc-0123456789abcdef-us21"

    def name_of(self, row: dict[str, Any]) -> str:
        return str(row["settings"]["title"])

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["campaigns"]:
                size, at = int(call.asked("count", "10")), int(call.asked("offset", "0"))
                rows = list(reversed(self.campaigns.values()))
                return Answer(200, {"campaigns": rows[at : at + size], "total_items": len(rows)})
            case "GET", ["lists", "a1b2c3", "segments"]:
                rows = [{"id": int(key), "name": name, "type": "static"} for key, name in self.parts.items()]
                size, at = int(call.asked("count", "10")), int(call.asked("offset", "0"))
                return Answer(200, {"segments": rows[at : at + size], "total_items": len(rows)})
            case "POST", ["campaigns"]:
                return self._made(call.body)
            case "GET", ["reports", key]:
                report = self.campaigns[key].get("report")
                return Answer(200, report) if report else Answer(404, {"title": "Resource Not Found"})
            case "GET", ["reports", key, "click-details"]:
                return self._clicks(call, key)
            case _, ["campaigns", key, *rest]:
                if key not in self.campaigns:
                    return _problem(404, "The requested resource could not be found.")
                return self._one(call, self.campaigns[key], rest)
        return _problem(404, "no such route")

    def _made(self, body: dict[str, Any]) -> Answer:
        if body["recipients"]["list_id"] not in self.lists:
            return _problem(
                400, "The resource submitted could not be validated.", "recipients.list_id", "no such list"
            )
        if body["settings"]["reply_to"].endswith("@unverified.example"):
            return _problem(400, "The domain is not verified.", "settings.reply_to", "verify it first")
        key = f"c{self.id()}"
        self.campaigns[key] = {
            "id": key,
            "status": "save",
            "send_time": "",
            "settings": body["settings"],
            "recipients": body["recipients"],
            "emails_sent": 0,
        }
        return Answer(200, self.campaigns[key])

    def _one(self, call: Call, row: dict[str, Any], rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", []:
                return Answer(
                    200, {key: value for key, value in row.items() if key not in ("content", "report")}
                )
            case "PATCH" | "PUT", _:
                if row["status"] not in ("save", "paused"):
                    return _problem(400, "The campaign cannot be changed now.")
                row |= (
                    {"content": call.body}
                    if rest
                    else {
                        "settings": row["settings"] | call.body["settings"],
                        "recipients": call.body["recipients"],
                    }
                )
                return Answer(200, {})
            case "GET", ["send-checklist"]:
                ready = bool(row.get("content"))
                return Answer(200, {"is_ready": ready, "items": [] if ready else [_NO_CONTENT]})
            case "POST", ["actions", action]:
                return self._act(row, action, call.body)
        return _problem(404, "no such route")

    def _act(self, row: dict[str, Any], action: str, body: Any) -> Answer:
        wanted = {"unschedule": "schedule"}.get(action, "save")
        if row["status"] != wanted or not row.get("content"):
            return _problem(400, f"The campaign cannot be {action}d: .")
        if action == "schedule":
            at = datetime.fromisoformat(body["schedule_time"])
            if at.minute % 15 or at.second or at <= self.now:
                return _problem(400, "schedule_time must be on a quarter hour and in the future")
            row |= {"status": "schedule", "send_time": body["schedule_time"]}
        elif action == "unschedule":
            row |= {"status": "save", "send_time": ""}
        elif action == "send":
            row["status"] = "sending"
            self.sends.append(row["id"])
        elif action == "test":
            self.tests.append((row["id"], tuple(body["test_emails"])))
        return Answer(204)

    def _clicks(self, call: Call, key: str) -> Answer:
        links = self.campaigns[key].get("links", {})
        rows = [
            {"id": f"{n}", "url": url, "total_clicks": total, "unique_clicks": unique}
            for n, (url, (total, unique)) in enumerate(links.items())
        ]
        size, at = int(call.asked("count", "10")), int(call.asked("offset", "0"))
        return Answer(
            200, {"urls_clicked": rows[at : at + size], "campaign_id": key, "total_items": len(rows)}
        )

    def part_of(self, row: dict[str, Any]) -> str:
        return str(row["recipients"]["segment_opts"]["saved_segment_id"])

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        report = {
            "emails_sent": 1000,
            "bounces": {"hard_bounces": 7, "soft_bounces": 3},
            "opens": {"unique_opens": 400},
        }
        report |= {
            "clicks": {"clicks_total": 130, "unique_subscriber_clicks": 90},
            "send_time": "2026-01-23T11:30:00Z",
        }
        self.campaigns[campaign] |= {"status": "sent", "report": report, "send_time": "2026-01-23T11:30:00Z"}


def _problem(status: int, detail: str, field: str = "", message: str = "") -> Answer:
    body: dict[str, Any] = {
        "type": "https://problem.example",
        "title": "Invalid Resource",
        "status": status,
        "detail": detail,
    }
    return Answer(status, body | ({"errors": [{"field": field, "message": message}]} if field else {}))
