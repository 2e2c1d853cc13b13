"""Buttondown: an API key. It takes HTML inside its own template, no plain text, and tells no clicks per link.

An e-mail is found again by the name kept in its metadata. ``lists``, where given, are tags: only their readers get it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header
from digest.mailers._wire import Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(
    plain_text=False,
    preheader=False,
    clicks="none",
    parts="tags",
    notes=("it puts the issue into a template of its own.",),
)
SETTINGS = Settings(needs=("key",), lists=False)
_HTML = "<!-- buttondown-editor-mode: fancy -->"
_STATUS: dict[str, Status] = {
    "draft": "draft",
    "scheduled": "scheduled",
    "about_to_send": "sending",
    "in_flight": "sending",
    "throttled": "sending",
    "resending": "sending",
    "paused": "sending",
    "sent": "sent",
    "imported": "sent",
    "deleted": "stopped",
    "errored": "stopped",
    "suppressed": "stopped",
    "managed_by_rss": "stopped",
}


def connect(spec: MailerSpec, **wire: Any) -> Buttondown:
    """An open connection."""
    base = spec.url.rstrip("/") or "https://api.buttondown.com/v1"
    headers = {"Authorization": ascii_header(spec, f"Token {spec.key}")}
    return Buttondown(
        spec, Service(name="buttondown", base=base, headers=headers, secrets=spec.secrets), **wire
    )


class Buttondown(Api):
    """The e-mails of a Buttondown newsletter."""

    def by_id(self, campaign: str) -> Campaign | None:
        row = self.call("GET", _path(campaign), missing=True)
        state = _campaign(row) if isinstance(row, dict) else None
        return None if state is None or state.word == "deleted" else state

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        page = 1
        day = (since - timedelta(days=2)).isoformat()
        while True:
            params = {"creation_date__start": day, "excluded_fields": "body", "page": page}
            answer = self.call("GET", "/emails", params=params)
            batch = rows(answer, "results")
            campaigns += [
                campaign
                for campaign in map(_campaign, batch)
                if campaign.name in names and campaign.word != "deleted"
            ]
            if not batch or not pick(answer, "next"):
                return campaigns
            page += 1

    def create(self, message: Message) -> str:
        body = self._body(message) | {"status": "draft", "slug": message.slug}
        campaign_id = pick(self.call("POST", "/emails", body=body), "id")
        if not isinstance(campaign_id, str) or not campaign_id:
            raise strange(self.name, "the id of the new e-mail")
        return campaign_id

    def update(self, campaign: str, message: Message) -> None:
        self.call("PATCH", _path(campaign), body=self._body(message), repeat=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        body = {"status": "scheduled", "publish_date": stamp(at)}
        self.call("PATCH", _path(campaign), body=body, repeat=True)

    def send(self, campaign: str, message: Message) -> None:
        self.call("POST", f"{_path(campaign)}/publish", body={})

    def cancel(self, campaign: str) -> None:
        self.call("PATCH", _path(campaign), body={"status": "draft", "publish_date": None}, repeat=True)

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        self.call("POST", f"{_path(campaign)}/send-draft", body={"recipients": list(addresses)})

    def receipt(self, campaign: str, since: date) -> Receipt:
        state = self.by_id(campaign)
        stats = self.call("GET", f"{_path(campaign)}/analytics")
        return Receipt(
            sent=count(pick(stats, "recipients")),
            delivered=count(pick(stats, "deliveries")),
            opens=count(pick(stats, "opens")),
            clicks=count(pick(stats, "clicks")),
            kind="none",
            complete=state is not None and state.status == "sent",
            at=state.at if state else None,
        )

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        tag_names: dict[str, str] = {}
        page = 1
        while True:
            answer = self.call("GET", "/tags", params={"page": page})
            tag_names |= {str(row.get("id")): str(row.get("name", "")) for row in rows(answer, "results")}
            if not pick(answer, "next"):
                return tag_names
            page += 1

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "subject": message.subject,
            "body": _HTML + message.html,
            "description": message.preheader,
            "metadata": {"digest": message.name},
        }
        if message.lists:
            body["filters"] = {
                "filters": [
                    {"field": "subscriber.tags", "operator": "contains", "value": tag}
                    for tag in message.lists
                ],
                "groups": [],
                "predicate": "or",
            }
        if template := self.spec.options.get("template"):
            body["template"] = str(template)
        return body


def _path(campaign: str) -> str:
    return f"/emails/{quote(campaign, safe='')}"


def _campaign(row: dict[str, Any]) -> Campaign:
    word = str(row.get("status", ""))
    body = row.get("body")
    return Campaign(
        id=str(row.get("id", "")),
        name=str(pick(row, "metadata", "digest") or ""),
        status=_STATUS.get(word, "sending"),
        at=moment(row.get("publish_date")),
        subject=row.get("subject"),
        html=body.removeprefix(_HTML) if isinstance(body, str) and body else None,
        word=word,
    )
