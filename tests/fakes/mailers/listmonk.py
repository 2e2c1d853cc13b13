"""listmonk, as its source and texts say it behaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake

LISTS = {3: "Daily", 4: "Weekly"}
_FROM = {
    "scheduled": ("draft", "paused"),
    "running": ("draft", "paused"),
    "draft": ("scheduled",),
    "cancelled": ("running", "paused"),
}


class Listmonk(Fake):
    name = "listmonk"
    prefix = "/api"
    file = "listmonk_corrected.yaml"
    settings: ClassVar[dict[str, Any]] = {"user": "digest", "password": "lm-token-9f8e7d", "track": True}

    def allowed(self, call: Call) -> bool:
        return call.headers.get("authorization") == "token digest:lm-token-9f8e7d"

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["lists"]:
                rows = [{"id": key, "name": name} for key, name in self._there.items()]
                return Answer(
                    200, {"data": {"results": rows, "total": len(rows), "per_page": "all", "page": 1}}
                )
            case "GET", ["campaigns"]:
                return self._page(call)
            case "POST", ["campaigns"]:
                return self._made(call.body)
            case "GET", ["campaigns", "analytics", "links"]:
                return self._links(call.asked("id"))
            case _, ["campaigns", key, *rest]:
                row = self.campaigns.get(key)
                if row is None:
                    return (
                        Answer(400, {"message": "campaign not found"})
                        if rest
                        else Answer(404, {"message": "campaign not found"})
                    )
                return self._one(call, row, rest)
        return Answer(404, {"message": "no such route"})

    def _one(self, call: Call, row: dict[str, Any], rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", []:
                return Answer(200, {"data": row})
            case "PUT", []:
                if row["status"] not in ("draft", "scheduled", "paused"):
                    return Answer(400, {"message": "cannot update a running or a finished campaign"})
                row |= self._kept(call.body)
                return Answer(200, {"data": row})
            case "PUT", ["status"]:
                return self._status(row, call.body["status"])
            case "POST", ["test"]:
                self.tests.append((str(row["id"]), tuple(call.body["subscribers"])))
                return Answer(200, {"data": True})
        return Answer(404, {"message": "no such route"})

    def _made(self, body: dict[str, Any]) -> Answer:
        if "{{ broken" in body["body"]:
            return Answer(400, {"message": "Error compiling message: unclosed action"})
        key = self.id()
        row = {
            "id": int(key),
            "status": "draft",
            "send_at": None,
            "to_send": 0,
            "sent": 0,
            "views": 0,
            "clicks": 0,
        }
        self.campaigns[key] = row | {"started_at": None} | self._kept(body)
        return Answer(200, {"data": self.campaigns[key]})

    def _status(self, row: dict[str, Any], word: str) -> Answer:
        if row["status"] not in _FROM.get(word, ()):
            return Answer(
                400, {"message": f"only {' or '.join(_FROM.get(word, ()))} campaigns can be {word}"}
            )
        at = row["send_at"]
        if word == "scheduled" and (not at or datetime.fromisoformat(at) <= self.now):
            return Answer(400, {"message": "campaign needs a date in the future to be scheduled"})
        row["status"] = word
        if word == "running":
            self.sends.append(str(row["id"]))
        return Answer(200, {"data": row})

    def _page(self, call: Call) -> Answer:
        words = call.asked("query").lower()
        rows = [row for row in self.campaigns.values() if words in f"{row['name']} {row['subject']}".lower()]
        rows.reverse()
        page, size = int(call.asked("page", "1")), int(call.asked("per_page", "20"))
        shown = [{**row, "body": ""} for row in rows[(page - 1) * size : page * size]]
        return Answer(200, {"data": {"results": shown, "total": len(rows), "per_page": size, "page": page}})

    def _links(self, key: str) -> Answer:
        links = self.campaigns[key].get("links", {})
        rows = sorted(
            ({"url": url, "count": n} for url, (n, _) in links.items()), key=lambda row: -row["count"]
        )
        return Answer(200, {"data": rows[:50]})

    @property
    def _there(self) -> dict[int, str]:
        return LISTS | {int(key): name for key, name in self.parts.items()}

    def part_of(self, row: dict[str, Any]) -> str:
        (only,) = row["lists"]
        return str(only["id"])

    def _kept(self, body: dict[str, Any]) -> dict[str, Any]:
        there = self._there
        return {
            **{key: value for key, value in body.items() if key != "lists"},
            "lists": [{"id": key, "name": there[key]} for key in body["lists"] if key in there],
        }

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        row = self.campaigns[campaign]
        row |= {"status": "finished", "sent": 990, "to_send": 1000, "views": 400, "clicks": 130}
        row["started_at"] = "2026-01-23T11:30:00Z"
