"""Mailchimp: an API key, whose end (``-us21``) says which of its servers has the account.

It schedules on quarter hours only. ``lists`` names one audience an edition.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header, basic, not_yet
from digest.mailers._wire import MailerRefused, Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, LinkClicks, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(clicks="unique", parts="segments", notes=("it schedules on quarter hours only.",))
SETTINGS = Settings(needs=("key",))
_PAGE = 1000
_QUARTER = timedelta(minutes=15)
_STATUS: dict[str, Status] = {
    "save": "draft",
    "paused": "draft",
    "schedule": "scheduled",
    "sending": "sending",
    "canceling": "sending",
    "canceled": "stopped",
    "archived": "sent",
    "sent": "sent",
}


def connect(spec: MailerSpec, **wire: Any) -> Mailchimp:
    """An open connection. Raises ``MailerRefused`` for a key that names no server."""
    center = spec.key.rpartition("-")[2] if "-" in spec.key else ""
    if not spec.url and not (center.isascii() and center.isalnum()):
        raise MailerRefused(
            "mailchimp: the key ends in no `-us21` or the like, which says where the account is. Copy it whole."
        )
    base = spec.url.rstrip("/") or f"https://{center}.api.mailchimp.com/3.0"
    headers = {"Authorization": basic("digest", ascii_header(spec, spec.key))}
    encoded = headers["Authorization"].removeprefix("Basic ")
    service = Service(name="mailchimp", base=base, headers=headers, secrets=(*spec.secrets, encoded))
    return Mailchimp(spec, service, **wire)


class Mailchimp(Api):
    """The campaigns of a Mailchimp account. A campaign and its content are two calls."""

    content_apart = True

    def by_id(self, campaign: str) -> Campaign | None:
        row = self.call("GET", _path(campaign), missing=True)
        return _campaign(row) if isinstance(row, dict) else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        offset = 0
        params: dict[str, Any] = {"count": _PAGE, "sort_field": "create_time", "sort_dir": "DESC"}
        while True:
            answer = self.call("GET", "/campaigns", params=params | {"offset": offset})
            batch = rows(answer, "campaigns")
            campaigns += [_campaign(row) for row in batch if pick(row, "settings", "title") in names]
            offset += len(batch)
            if not batch or offset >= (count(pick(answer, "total_items")) or 0):
                return campaigns

    def create(self, message: Message) -> str:
        if len(message.lists) != 1:
            raise MailerRefused("mailchimp: a campaign goes to one audience; write one id under `lists`.")
        body = {"type": "regular", **self._settings(message), "tracking": _TRACKING}
        campaign_id = pick(self.call("POST", "/campaigns", body=body), "id")
        if not isinstance(campaign_id, str) or not campaign_id:
            raise strange(self.name, "the id of the new campaign")
        return campaign_id

    def update(self, campaign: str, message: Message) -> None:
        self.call("PATCH", _path(campaign), body=self._settings(message), repeat=True)
        content = {"html": message.html, "plain_text": message.text}
        self.call("PUT", f"{_path(campaign)}/content", body=content, repeat=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        self._ready(campaign)
        self.call("POST", f"{_path(campaign)}/actions/schedule", body={"schedule_time": stamp(at)})

    def send(self, campaign: str, message: Message) -> None:
        self._ready(campaign)
        self.call("POST", f"{_path(campaign)}/actions/send")

    def cancel(self, campaign: str) -> None:
        self.call("POST", f"{_path(campaign)}/actions/unschedule")

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        for kind in ("html", "plaintext"):
            body = {"test_emails": list(addresses), "send_type": kind}
            self.call("POST", f"{_path(campaign)}/actions/test", body=body)

    def receipt(self, campaign: str, since: date) -> Receipt:
        now = self.by_id(campaign)
        report = self.call("GET", f"/reports/{quote(campaign, safe='')}", missing=True)
        if report is None:
            return not_yet(self.name)
        sent = count(pick(report, "emails_sent"))
        bounces = [count(pick(report, "bounces", f"{kind}_bounces")) for kind in ("hard", "soft")]
        delivered = None if sent is None else max(0, sent - sum(bounced or 0 for bounced in bounces))
        return Receipt(
            sent=sent,
            delivered=delivered,
            opens=count(pick(report, "opens", "unique_opens")),
            clicks=count(pick(report, "clicks", "unique_subscriber_clicks")),
            clicks_total=count(pick(report, "clicks", "clicks_total")),
            links=tuple(self._links(campaign)),
            kind="unique",
            complete=now is not None and now.status == "sent",
            at=moment(pick(report, "send_time")),
        )

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        """The segments and tags of the audience; with tags it calls them static segments."""
        segment_names: dict[str, str] = {}
        path = f"/lists/{quote(lists[0], safe='')}/segments"
        while True:
            answer = self.call("GET", path, params={"count": _PAGE, "offset": len(segment_names)})
            batch = rows(answer, "segments")
            segment_names |= {str(row.get("id")): str(row.get("name", "")) for row in batch}
            if not batch or len(segment_names) >= (count(pick(answer, "total_items")) or 0):
                return segment_names

    def moment(self, at: datetime) -> datetime:
        since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return at + (-since % _QUARTER)

    def _links(self, campaign: str) -> list[LinkClicks]:
        links: list[LinkClicks] = []
        offset = 0
        while True:
            path = f"/reports/{quote(campaign, safe='')}/click-details"
            answer = self.call("GET", path, params={"count": _PAGE, "offset": offset})
            batch = rows(answer, "urls_clicked")
            links += [
                LinkClicks(
                    url=str(row.get("url", "")),
                    unique=count(row.get("unique_clicks")),
                    total=count(row.get("total_clicks")),
                )
                for row in batch
            ]
            offset += len(batch)
            if not batch or offset >= (count(pick(answer, "total_items")) or 0):
                return links

    def _ready(self, campaign: str) -> None:
        """Its refusal gives no reason; its checklist does. Raises ``MailerRefused``."""
        answer = self.call("GET", f"{_path(campaign)}/send-checklist")
        if pick(answer, "is_ready") is False:
            problems = "; ".join(
                f"{row.get('heading', '')}: {row.get('details', '')}".strip(": ")
                for row in rows(answer, "items")
                if row.get("type") == "error"
            )
            reason = self.wire.redact(problems)[:300] or "it does not say why"
            raise MailerRefused(
                f"mailchimp: the campaign is not ready to be sent: {reason}. Mend that there.", 400
            )

    def _settings(self, message: Message) -> dict[str, Any]:
        return {
            "recipients": {"list_id": message.lists[0] if message.lists else ""}
            | ({"segment_opts": {"saved_segment_id": int(message.segment)}} if message.segment else {}),
            "settings": {
                "title": message.name,
                "subject_line": message.subject,
                "preview_text": message.preheader,
                "from_name": message.sender_name,
                "reply_to": message.reply_to or message.sender_address,
                "inline_css": False,
                "auto_footer": False,
            },
        }


_TRACKING = {"opens": True, "html_clicks": True, "text_clicks": False}


def _path(campaign: str) -> str:
    return f"/campaigns/{quote(campaign, safe='')}"


def _campaign(row: dict[str, Any]) -> Campaign:
    word = str(row.get("status", ""))
    return Campaign(
        id=str(row.get("id", "")),
        name=str(pick(row, "settings", "title") or ""),
        status=_STATUS.get(word, "sending"),
        at=moment(row.get("send_time")),
        subject=pick(row, "settings", "subject_line"),
        word=word,
    )
