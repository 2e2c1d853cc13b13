"""Brevo: an API key; ``lists`` are numbers. A campaign takes no plain text, and its clicks are all clicks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header
from digest.mailers._wire import Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, LinkClicks, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(
    plain_text=False, clicks="total", parts="lists", notes=("its tests go to its test contacts only.",)
)
SETTINGS = Settings(needs=("key",))
_PAGE, _LISTS = 100, 50
_STATUS: dict[str, Status] = {
    "draft": "draft",
    "suspended": "draft",
    "queued": "scheduled",
    "in_process": "sending",
    "inProcess": "sending",
    "sent": "sent",
    "archive": "sent",
}


def connect(spec: MailerSpec, **wire: Any) -> Brevo:
    """An open connection."""
    base = spec.url.rstrip("/") or "https://api.brevo.com/v3"
    headers = {"api-key": ascii_header(spec, spec.key)}
    return Brevo(spec, Service(name="brevo", base=base, headers=headers, secrets=spec.secrets), **wire)


class Brevo(Api):
    """The e-mail campaigns of a Brevo account."""

    def by_id(self, campaign: str) -> Campaign | None:
        row = self.call("GET", _path(campaign), missing=True)
        return _campaign(row) if isinstance(row, dict) else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        offset = 0
        params = {"limit": _PAGE, "excludeHtmlContent": "true", "sort": "desc"}
        while True:
            answer = self.call("GET", "/emailCampaigns", params=params | {"offset": offset})
            batch = rows(answer, "campaigns")
            campaigns += [_campaign(row) for row in batch if row.get("name") in names]
            offset += len(batch)
            if not batch or offset >= (count(pick(answer, "count")) or 0):
                return campaigns

    def create(self, message: Message) -> str:
        campaign_id = count(pick(self.call("POST", "/emailCampaigns", body=self._body(message)), "id"))
        if campaign_id is None:
            raise strange(self.name, "the id of the new campaign")
        return str(campaign_id)

    def update(self, campaign: str, message: Message) -> None:
        self.call("PUT", _path(campaign), body=self._body(message), repeat=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        self.call("PUT", _path(campaign), body={"scheduledAt": stamp(at)}, repeat=True)

    def send(self, campaign: str, message: Message) -> None:
        self.call("POST", f"{_path(campaign)}/sendNow")

    def cancel(self, campaign: str) -> None:
        self.call("PUT", f"{_path(campaign)}/status", body={"status": "draft"}, repeat=True)

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        self.call("POST", f"{_path(campaign)}/sendTest", body={"emailTo": list(addresses)})

    def receipt(self, campaign: str, since: date) -> Receipt:
        details = self.call("GET", _path(campaign), params={"statistics": "globalStats"})
        stats = pick(details, "statistics", "globalStats")
        # one kind of statistics a call: asked for together, they are refused
        clicked = self.call("GET", _path(campaign), params={"statistics": "linksStats"})
        links = pick(clicked, "statistics", "linksStats")
        return Receipt(
            sent=count(pick(stats, "sent")),
            delivered=count(pick(stats, "delivered")),
            opens=count(pick(stats, "uniqueViews")),
            clicks=count(pick(stats, "uniqueClicks")),
            clicks_total=count(pick(stats, "clickers")),
            links=tuple(LinkClicks(url=url, total=count(n)) for url, n in links.items())
            if isinstance(links, dict)
            else (),
            kind="total",
            complete=pick(details, "status") in ("sent", "archive"),
            at=moment(pick(details, "sentDate")),
        )

    def lists(self) -> dict[str, str] | None:
        list_names: dict[str, str] = {}
        offset = 0
        while True:
            answer = self.call("GET", "/contacts/lists", params={"limit": _LISTS, "offset": offset})
            batch = rows(answer, "lists")
            list_names |= {str(row.get("id")): str(row.get("name", "")) for row in batch}
            offset += len(batch)
            if not batch or offset >= (count(pick(answer, "count")) or 0):
                return list_names

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": message.name,
            "subject": message.subject,
            "previewText": message.preheader,
            "sender": {"name": message.sender_name, "email": message.sender_address},
            "htmlContent": message.html,
            "recipients": {"listIds": self.numbers(message)},
        }
        return body | ({"replyTo": message.reply_to} if message.reply_to else {})


def _path(campaign: str) -> str:
    return f"/emailCampaigns/{campaign if campaign.isdigit() else 0}"


def _campaign(row: dict[str, Any]) -> Campaign:
    word = str(row.get("status", ""))
    html = row.get("htmlContent")
    return Campaign(
        id=str(row.get("id", "")),
        name=str(row.get("name", "")),
        status=_STATUS.get(word, "sending"),
        at=moment(row.get("scheduledAt")),
        subject=row.get("subject"),
        html=html if isinstance(html, str) and html else None,
        word=word,
    )
