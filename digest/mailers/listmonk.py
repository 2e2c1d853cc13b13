"""listmonk: its own server, with an API user's name and token.

The body is a Go template inside another one: ``template`` is the id of a template that is only
``{{ template "content" . }}``. Links are counted only where they carry its mark, which ``track: true`` writes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header, beginning
from digest.mailers._wire import Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, Clicks, LinkClicks, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(
    preheader=False,
    clicks="capped",
    parts="lists",
    notes=(
        "its tests go to its subscribers only.",
        "it counts clicks only of links with its mark: write `track: true` under `mailer:`.",
    ),
)
SETTINGS = Settings(needs=("url", "user", "password"))
_STATUS: dict[str, Status] = {
    "draft": "draft",
    "scheduled": "scheduled",
    "running": "sending",
    "paused": "sending",
    "finished": "sent",
    "cancelled": "stopped",
}
_MOST_LINKS = 50
_HREF = re.compile(r'(<a\b[^>]*?\shref=")(https?://[^"{}]+)(")', re.IGNORECASE)
_TEXT = re.compile(r"(?<!\S)(https?://[^\s\"'<>{}]+)(?=\s|\Z)")


def connect(spec: MailerSpec, **wire: Any) -> Listmonk:
    """An open connection to a listmonk server; ``url`` is its address with or without ``/api``."""
    base = spec.url.rstrip("/").removesuffix("/api") + "/api"
    login = ascii_header(spec, f"token {spec.user}:{spec.password}")
    service = Service(name="listmonk", base=base, headers={"Authorization": login}, secrets=spec.secrets)
    return Listmonk(spec, service, **wire)


class Listmonk(Api):
    """The campaigns of a listmonk server."""

    def by_id(self, campaign: str) -> Campaign | None:
        answer = self.call("GET", f"/campaigns/{_number(campaign)}", missing=True)
        row = pick(answer, "data")
        return _campaign(row) if isinstance(row, dict) else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        page, seen = 1, 0
        while True:
            params = {"query": beginning(names), "page": page, "per_page": 100, "no_body": "true"}
            answer = self.call("GET", "/campaigns", params=params)
            batch = rows(answer, "data", "results")
            campaigns += [_campaign(row) for row in batch if row.get("name") in names]
            seen += len(batch)
            if not batch or seen >= (count(pick(answer, "data", "total")) or 0):
                return campaigns
            page += 1

    def create(self, message: Message) -> str:
        answer = self.call("POST", "/campaigns", body=self._body(message))
        number = count(pick(answer, "data", "id"))
        if number is None:
            raise strange(self.name, "the id of the new campaign")
        return str(number)

    def update(self, campaign: str, message: Message) -> None:
        self.call("PUT", f"/campaigns/{_number(campaign)}", body=self._body(message), repeat=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        """In two steps: the time alone schedules nothing."""
        body = self._body(message) | {"send_at": stamp(at), "send_later": True}
        self.call("PUT", f"/campaigns/{_number(campaign)}", body=body, repeat=True)
        self._status(campaign, "scheduled")

    def send(self, campaign: str, message: Message) -> None:
        self._status(campaign, "running")

    def cancel(self, campaign: str) -> None:
        self._status(campaign, "draft")

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        body = self._body(message) | {"subscribers": list(addresses), "subject": f"[Test] {message.subject}"}
        self.call("POST", f"/campaigns/{_number(campaign)}/test", body=body)

    def receipt(self, campaign: str, since: date) -> Receipt:
        row = pick(self.call("GET", f"/campaigns/{_number(campaign)}"), "data")
        params = {
            "id": campaign,
            "from": (since - timedelta(days=2)).isoformat(),
            "to": f"{(datetime.now(UTC) + timedelta(days=2)).date()}",
        }
        links = [
            LinkClicks(url=row["url"], total=count(row.get("count")))
            for row in rows(self.call("GET", "/campaigns/analytics/links", params=params), "data")
            if isinstance(row.get("url"), str)
        ]
        kind: Clicks = "capped" if len(links) >= _MOST_LINKS else "total"
        notes: tuple[str, ...] = ()
        if kind == "capped":
            notes = ("listmonk lists the 50 most clicked links; the clicks of the others are not known.",)
        elif not links and not self.spec.track:
            kind, notes = "none", ("listmonk counts only links that carry its mark: `track: true`.",)
        return Receipt(
            sent=count(pick(row, "sent")),
            opens=count(pick(row, "views")),
            clicks_total=count(pick(row, "clicks")),
            links=tuple(links),
            kind=kind,
            complete=pick(row, "status") in ("finished", "cancelled"),
            at=moment(pick(row, "started_at")),
            notes=notes,
        )

    def lists(self) -> dict[str, str] | None:
        answer = self.call("GET", "/lists", params={"per_page": "all", "minimal": "true"})
        return {str(row.get("id")): str(row.get("name", "")) for row in rows(answer, "data", "results")}

    def _status(self, campaign: str, word: str) -> None:
        self.call("PUT", f"/campaigns/{_number(campaign)}/status", body={"status": word})

    def _body(self, message: Message) -> dict[str, Any]:
        sender = f"{message.sender_name} <{message.sender_address}>"
        html, text = message.html, message.text
        if self.spec.track:
            html, text = _HREF.sub(r"\1\2@TrackLink\3", html), _TEXT.sub(r"\1@TrackLink", text)
        body: dict[str, Any] = {
            "name": message.name,
            "subject": message.subject,
            "lists": self.numbers(message),
            "from_email": sender,
            "type": "regular",
            "content_type": "html",
            "body": html,
            "altbody": text,
            "messenger": "email",
            "tags": ["digest"],
        }
        if template := count(self.spec.options.get("template")):
            body["template_id"] = template
        return body


def _number(campaign: str) -> str:
    return campaign if campaign.isdigit() else "0"


def _campaign(row: dict[str, Any]) -> Campaign:
    word = str(row.get("status", ""))
    body = row.get("body")
    return Campaign(
        id=str(row.get("id")),
        name=str(row.get("name", "")),
        status=_STATUS.get(word, "sending"),
        at=moment(row.get("send_at")),
        subject=row.get("subject"),
        html=body.replace("@TrackLink", "") if isinstance(body, str) and body else None,
        word=word,
    )
