"""SendGrid Marketing Campaigns: an API key, a verified sender, an unsubscribe group.

``sender_id`` is its sender's number (left out, the one with the edition's address is taken), ``unsubscribe_group`` the
group's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header, beginning, not_yet
from digest.mailers._wire import MailerRefused, Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, LinkClicks, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(test=False, preheader=False, clicks="total", parts="lists")
SETTINGS = Settings(needs=("key",))
_STATUS: dict[str, Status] = {"draft": "draft", "scheduled": "scheduled", "triggered": "sent"}
_SENDS = "/v3/marketing/singlesends"
_STATS = "/v3/marketing/stats/singlesends"
_LONGEST_NAME = 100


def connect(spec: MailerSpec, **wire: Any) -> SendGrid:
    """An open connection."""
    headers = {"Authorization": ascii_header(spec, f"Bearer {spec.key}")}
    base = spec.url.rstrip("/") or "https://api.sendgrid.com"
    return SendGrid(spec, Service(name="sendgrid", base=base, headers=headers, secrets=spec.secrets), **wire)


class SendGrid(Api):
    """The single sends of a SendGrid account."""

    def by_id(self, campaign: str) -> Campaign | None:
        row = self.call("GET", _path(campaign), missing=True)
        return _campaign(row) if isinstance(row, dict) else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        token = ""
        while True:
            params = {"page_size": 50} | ({"page_token": token} if token else {})
            answer = self.call(
                "POST",
                f"{_SENDS}/search",
                params=params,
                body={"name": beginning(names)[:_LONGEST_NAME]},
                repeat=True,
            )
            campaigns += [_campaign(row) for row in rows(answer, "result") if row.get("name") in names]
            if not (token := _next(answer)):
                return campaigns

    def create(self, message: Message) -> str:
        if len(message.name) > _LONGEST_NAME:
            raise MailerRefused(
                f"sendgrid: the name {message.name} is longer than {_LONGEST_NAME} characters."
            )
        campaign_id = pick(self.call("POST", _SENDS, body=self._body(message)), "id")
        if not isinstance(campaign_id, str) or not campaign_id:
            raise strange(self.name, "the id of the new single send")
        return campaign_id

    def update(self, campaign: str, message: Message) -> None:
        self.call("PATCH", _path(campaign), body=self._body(message), repeat=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        self.call("PUT", f"{_path(campaign)}/schedule", body={"send_at": stamp(at)})

    def send(self, campaign: str, message: Message) -> None:
        self.call("PUT", f"{_path(campaign)}/schedule", body={"send_at": "now"})

    def cancel(self, campaign: str) -> None:
        self.call("DELETE", f"{_path(campaign)}/schedule", repeat=True)

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        raise MailerRefused("sendgrid cannot test a single send. Use a draft and its own web page.")

    def receipt(self, campaign: str, since: date) -> Receipt:
        send = self.by_id(campaign)
        answer = self.call("GET", f"{_STATS}/{quote(campaign, safe='')}", missing=True)
        stats = pick(answer, "results", 0, "stats")
        if stats is None:
            return not_yet(self.name)
        return Receipt(
            sent=count(pick(stats, "requests")),
            delivered=count(pick(stats, "delivered")),
            opens=count(pick(stats, "unique_opens")),
            clicks=count(pick(stats, "unique_clicks")),
            clicks_total=count(pick(stats, "clicks")),
            links=tuple(self._links(campaign)),
            kind="total",
            complete=send is not None and send.status == "sent",
            at=send.at if send else None,
        )

    def lists(self) -> dict[str, str] | None:
        list_names: dict[str, str] = {}
        token = ""
        while True:
            params = {"page_size": 1000} | ({"page_token": token} if token else {})
            answer = self.call("GET", "/v3/marketing/lists", params=params)
            list_names |= {str(row.get("id")): str(row.get("name", "")) for row in rows(answer, "result")}
            if not (token := _next(answer)):
                return list_names

    def _links(self, campaign: str) -> list[LinkClicks]:
        links: list[LinkClicks] = []
        token = ""
        while True:
            params = {"page_size": 50} | ({"page_token": token} if token else {})
            answer = self.call("GET", f"{_STATS}/{quote(campaign, safe='')}/links", params=params)
            links += [
                LinkClicks(url=str(row.get("url", "")), total=count(row.get("clicks")))
                for row in rows(answer, "results")
            ]
            if not (token := _next(answer)):
                return links

    def _body(self, message: Message) -> dict[str, Any]:
        config: dict[str, Any] = {
            "subject": message.subject,
            "html_content": message.html,
            "plain_content": message.text,
            "generate_plain_content": False,  # the default throws ours away
            "editor": "code",
            "sender_id": self._sender(message),
        }
        if group := count(self.spec.options.get("unsubscribe_group")):
            config["suppression_group_id"] = group
        return {
            "name": message.name,
            "categories": ["digest"],
            "send_to": {"list_ids": list(message.lists)},
            "email_config": config,
        }

    def _sender(self, message: Message) -> int:
        if (number := count(self.spec.options.get("sender_id"))) is not None:
            return number
        answer = self.call("GET", "/v3/marketing/senders")
        for row in rows(answer) or rows(answer, "results"):
            number = count(row.get("id"))
            if pick(row, "from", "email") == message.sender_address and number is not None:
                return number
        raise MailerRefused(
            f"sendgrid has no verified sender {message.sender_address}. Verify it there, or write its number as "
            "`sender_id` under `mailer:`."
        )


def _path(campaign: str) -> str:
    return f"{_SENDS}/{quote(campaign, safe='')}"


def _next(answer: Any) -> str:
    """The token of the next page, or empty."""
    address = pick(answer, "_metadata", "next")
    return parse_qs(urlsplit(address).query).get("page_token", [""])[0] if isinstance(address, str) else ""


def _campaign(row: dict[str, Any]) -> Campaign:
    word = str(row.get("status", ""))
    return Campaign(
        id=str(row.get("id", "")),
        name=str(row.get("name", "")),
        status=_STATUS.get(word, "sending"),
        at=moment(row.get("send_at")),
        subject=pick(row, "email_config", "subject"),
        html=pick(row, "email_config", "html_content"),
        word=word,
    )
