"""Klaviyo: campaigns, their messages, templates that are copied when assigned, and send jobs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake


class Klaviyo(Fake):
    name = "klaviyo"
    file = "klaviyo.json"
    settings: ClassVar[dict[str, Any]] = {"key": "pk_klaviyo_secret", "metric": "MET123"}
    lists = ("LIST01",)
    no_such_list = "NOLIST"
    undescribed = ("/api/lists", "/api/segments")

    def __init__(self, *, strict: bool = True) -> None:
        super().__init__(strict=strict)
        self.templates: dict[str, dict[str, Any]] = {}

    def allowed(self, call: Call) -> bool:
        good = call.headers.get("authorization") == "Klaviyo-API-Key pk_klaviyo_secret"
        return good and "revision" in call.headers

    def name_of(self, row: dict[str, Any]) -> str:
        return str(row["attributes"]["name"])

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/")[1:]:
            case "GET", ["campaigns"]:
                return self._page(call)
            case "GET", ["lists" | "segments" as kind]:
                return self._parts(call, kind)
            case "POST", ["campaigns"]:
                return self._made(call.body["data"]["attributes"])
            case "GET", ["campaigns", key, "campaign-messages"] if key in self.campaigns:
                return Answer(200, {"data": [{"type": "campaign-message", "id": f"m-{key}"}]})
            case method, ["campaigns" | "campaign-send-jobs", key] if key in self.campaigns:
                return self._one(call, self.campaigns[key], call.path.split("/")[2], method)
            case "PATCH", ["campaign-messages", key]:
                self.campaigns[key[2:]]["message"] = call.body["data"]["attributes"]["definition"]
                return Answer(200, {"data": {"type": "campaign-message", "id": key}})
            case "POST", ["campaign-message-assign-template"]:
                data = call.body["data"]
                template = self.templates[data["relationships"]["template"]["data"]["id"]]
                self.campaigns[data["id"][2:]]["content"] = dict(template)
                return Answer(200, {"data": {"type": "campaign-message", "id": data["id"]}})
            case "POST", ["campaign-send-jobs"]:
                return self._job(self.campaigns.get(call.body["data"]["id"]))
            case "POST", ["campaign-values-reports"]:
                key = re.sub(r'.*"(.*)".*', r"\1", call.body["data"]["attributes"]["filter"])
                found = [{"groupings": {"campaign_id": key}, "statistics": self.campaigns[key]["stats"]}]
                return Answer(
                    200, {"data": {"type": "campaign-values-report", "attributes": {"results": found}}}
                )
            case method, ["templates", *rest]:
                return self._template(call, method, rest)
        return _error(404, "A resource with that id does not exist.")

    def _parts(self, call: Call, kind: str) -> Answer:
        """Ten a page; the parts are its segments."""
        every = dict.fromkeys(self.lists, "Daily") if kind == "lists" else self.parts
        at = int(call.asked("page[cursor]", "0"))
        rows = [{"type": kind[:-1], "id": key, "attributes": {"name": name}} for key, name in every.items()]
        more = (
            f"https://a.klaviyo.example/api/{kind}?page%5Bcursor%5D={at + 10}"
            if at + 10 < len(rows)
            else None
        )
        return Answer(200, {"data": rows[at : at + 10], "links": {"next": more}})

    def part_of(self, row: dict[str, Any]) -> str:
        (only,) = row["attributes"]["audiences"]["included"]
        return str(only)

    def _page(self, call: Call) -> Answer:
        match = re.fullmatch(
            r"equals\(messages\.channel,'email'\),contains\(name,'(.*)'\)", call.asked("filter")
        )
        if not match:
            return _error(400, "a channel filter is required")
        rows = [row for row in self.campaigns.values() if match[1] in row["attributes"]["name"]]
        at = int(call.asked("page[cursor]", "0"))
        more = (
            f"https://a.klaviyo.example/api/campaigns?page%5Bcursor%5D={at + 100}"
            if at + 100 < len(rows)
            else None
        )
        return Answer(200, {"data": [_shown(row) for row in rows[at : at + 100]], "links": {"next": more}})

    def _made(self, attributes: dict[str, Any]) -> Answer:
        if any(one not in (*self.lists, *self.parts) for one in attributes["audiences"]["included"]):
            return _error(400, "One or more audiences do not exist")
        key = f"01K{self.id()}"
        kept = {"name": attributes["name"], "status": "Draft", "send_strategy": None}
        kept["audiences"] = attributes["audiences"]
        message = attributes["campaign-messages"]["data"][0]["attributes"]["definition"]
        self.campaigns[key] = {
            "type": "campaign",
            "id": key,
            "attributes": kept,
            "message": message,
            "content": None,
        }
        return Answer(201, {"data": _shown(self.campaigns[key])})

    def _one(self, call: Call, row: dict[str, Any], what: str, method: str) -> Answer:
        facts = row["attributes"]
        if what == "campaign-send-jobs":
            if facts["status"] != "Scheduled":
                return _error(409, "the campaign is not scheduled")
            facts["status"] = (
                "Draft" if call.body["data"]["attributes"]["action"] == "revert" else "Cancelled"
            )
            return Answer(204)
        if method == "PATCH":
            if facts["status"] != "Draft":
                return _error(409, "only drafts can be changed")
            facts |= {key: one for key, one in call.body["data"]["attributes"].items() if key != "audiences"}
        return Answer(200, {"data": _shown(row)})

    def _job(self, row: dict[str, Any] | None) -> Answer:
        if row is None or row["attributes"]["status"] != "Draft" or not row["content"]:
            return _error(409, "the campaign cannot be sent now")
        strategy = row["attributes"]["send_strategy"]
        if strategy["method"] == "static":
            if datetime.fromisoformat(strategy["datetime"]) <= self.now:
                return _error(400, "the time lies in the past")
            row["attributes"] |= {"status": "Scheduled", "send_time": strategy["datetime"]}
        else:
            row["attributes"]["status"] = "Sending"
            self.sends.append(row["id"])
        return Answer(
            202, {"data": {"type": "campaign-send-job", "id": row["id"], "attributes": {"status": "queued"}}}
        )

    def _template(self, call: Call, method: str, rest: list[str]) -> Answer:
        if method == "GET":
            name = call.asked("filter")[len("equals(name,'") : -2]
            found = [
                {"type": "template", "id": key} for key, one in self.templates.items() if one["name"] == name
            ]
            return Answer(200, {"data": found})
        if method == "POST":
            key = f"t{self.id()}"
            self.templates[key] = call.body["data"]["attributes"]
            return Answer(201, {"data": {"type": "template", "id": key}})
        if rest[0] not in self.templates:
            return _error(404, "A template with that id does not exist.")
        if method == "DELETE":
            del self.templates[rest[0]]
            return Answer(204)
        self.templates[rest[0]] |= call.body["data"]["attributes"]
        return Answer(200, {"data": {"type": "template", "id": rest[0]}})

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        row = self.campaigns[campaign]
        row["attributes"] |= {"status": "Sent", "send_time": "2026-01-23T11:30:00Z"}
        row["stats"] = {
            "recipients": 1000.0,
            "delivered": 990.0,
            "opens_unique": 400.0,
            "clicks_unique": 90.0,
            "clicks": 130.0,
        }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("type", "id", "attributes")}


def _error(status: int, detail: str) -> Answer:
    return Answer(
        status,
        {
            "errors": [
                {
                    "id": "1",
                    "status": status,
                    "code": "invalid",
                    "title": "Invalid",
                    "detail": detail,
                    "source": {"pointer": "/data"},
                }
            ]
        },
    )
