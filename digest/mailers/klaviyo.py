"""Klaviyo: a private API key; ``lists`` are ids of lists or segments.

A campaign gets its content by a template that is assigned to its message, which copies it; the template is taken
away again, for an account holds a thousand of them. Opens and clicks need ``metric``, the id of a conversion metric.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from digest.mailers import Settings
from digest.mailers._http import Api, ascii_header, beginning
from digest.mailers._wire import MailerRefused, Service, count, moment, pick, rows, stamp, strange
from digest.model.mail import Campaign, Capabilities, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(
    test=False,
    clicks="none",
    parts="lists",
    notes=("it tells opens only where `metric` is set: the id of any conversion metric of yours.",),
)
SETTINGS = Settings(needs=("key",))
REVISION = "2026-07-15"
_TYPE = "application/vnd.api+json"
_STATUS: dict[str, Status] = {
    "Draft": "draft",
    "Scheduled": "scheduled",
    "Preparing to schedule": "scheduled",
    "Sent": "sent",
}
_STATISTICS = ("recipients", "delivered", "opens_unique", "clicks_unique", "clicks")


def connect(spec: MailerSpec, **wire: Any) -> Klaviyo:
    """An open connection."""
    base = spec.url.rstrip("/") or "https://a.klaviyo.com"
    headers = {
        "Authorization": ascii_header(spec, f"Klaviyo-API-Key {spec.key}"),
        "revision": REVISION,
        "Accept": _TYPE,
        "Content-Type": _TYPE,
    }
    return Klaviyo(spec, Service(name="klaviyo", base=base, headers=headers, secrets=spec.secrets), **wire)


class Klaviyo(Api):
    """The campaigns of a Klaviyo account."""

    content_apart = True

    def by_id(self, campaign: str) -> Campaign | None:
        row = pick(self.call("GET", _path(campaign), missing=True), "data")
        return _campaign(row) if isinstance(row, dict) else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        campaigns: list[Campaign] = []
        cursor = ""
        quoted = beginning(names).replace("\\", "\\\\").replace("'", "\\'")
        only = f"equals(messages.channel,'email'),contains(name,'{quoted}')"
        while True:
            params = {"filter": only} | ({"page[cursor]": cursor} if cursor else {})
            answer = self.call("GET", "/api/campaigns", params=params)
            campaigns += [
                campaign for campaign in map(_campaign, rows(answer, "data")) if campaign.name in names
            ]
            if not (cursor := _cursor(answer)):
                return campaigns

    def create(self, message: Message) -> str:
        attributes = {
            "name": message.name,
            "audiences": {"included": list(message.lists)},
            "campaign-messages": {
                "data": [{"type": "campaign-message", "attributes": {"definition": _definition(message)}}]
            },
        }
        body = {"data": {"type": "campaign", "attributes": attributes}}
        campaign_id = pick(self.call("POST", "/api/campaigns", body=body), "data", "id")
        if not isinstance(campaign_id, str) or not campaign_id:
            raise strange(self.name, "the id of the new campaign")
        return campaign_id

    def update(self, campaign: str, message: Message) -> None:
        self._change(campaign, {"name": message.name, "audiences": {"included": list(message.lists)}})
        number = pick(self.call("GET", f"{_path(campaign)}/campaign-messages"), "data", 0, "id")
        if not isinstance(number, str):
            raise strange(self.name, "the campaign's message")
        change = {
            "type": "campaign-message",
            "id": number,
            "attributes": {"definition": _definition(message)},
        }
        path = f"/api/campaign-messages/{quote(number, safe='')}"
        self.call("PATCH", path, body={"data": change}, repeat=True)
        template = self._template(message)
        assigned = {"template": {"data": {"type": "template", "id": template}}}
        body = {"data": {"type": "campaign-message", "id": number, "relationships": assigned}}
        self.call("POST", "/api/campaign-message-assign-template", body=body, repeat=True)
        self.call("DELETE", f"/api/templates/{quote(template, safe='')}", repeat=True, missing=True)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        strategy = {"method": "static", "datetime": stamp(at), "options": {"is_local": False}}
        self._change(campaign, {"send_strategy": strategy})
        self._go(campaign)

    def send(self, campaign: str, message: Message) -> None:
        self._change(campaign, {"send_strategy": {"method": "immediate"}})
        self._go(campaign)

    def cancel(self, campaign: str) -> None:
        job = {"type": "campaign-send-job", "id": campaign, "attributes": {"action": "revert"}}
        self.call("PATCH", f"/api/campaign-send-jobs/{quote(campaign, safe='')}", body={"data": job})

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        raise MailerRefused("klaviyo takes no tests by its API. Open the draft there and send the preview.")

    def receipt(self, campaign: str, since: date) -> Receipt:
        state = self.by_id(campaign)
        done = state is not None and state.status == "sent"
        metric = self.spec.options.get("metric")
        if not metric:
            note = "klaviyo tells counts only where `metric` is set under `mailer:`."
            return Receipt(complete=done, at=state.at if state else None, notes=(note,))
        attributes = {
            "statistics": list(_STATISTICS),
            "timeframe": {
                "start": f"{since - timedelta(days=2)}T00:00:00Z",
                "end": stamp(datetime.now(UTC) + timedelta(days=1)),
            },
            "conversion_metric_id": str(metric),
            "filter": f'equals(campaign_id,"{campaign}")',
        }
        body = {"data": {"type": "campaign-values-report", "attributes": attributes}}
        answer = self.call("POST", "/api/campaign-values-reports", body=body, repeat=True)
        stats = pick(answer, "data", "attributes", "results", 0, "statistics")
        return Receipt(
            sent=count(pick(stats, "recipients")),
            delivered=count(pick(stats, "delivered")),
            opens=count(pick(stats, "opens_unique")),
            clicks=count(pick(stats, "clicks_unique")),
            clicks_total=count(pick(stats, "clicks")),
            kind="none",
            complete=done,
            at=state.at if state else None,
        )

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        """Its lists and its segments: a campaign takes either."""
        part_names: dict[str, str] = {}
        for kind in ("lists", "segments"):
            cursor = ""
            while True:
                params = {f"fields[{kind[:-1]}]": "name"} | ({"page[cursor]": cursor} if cursor else {})
                answer = self.call("GET", f"/api/{kind}", params=params)
                part_names |= {
                    str(row.get("id")): str(pick(row, "attributes", "name") or "")
                    for row in rows(answer, "data")
                }
                if not (cursor := _cursor(answer)):
                    break
        return part_names

    def _change(self, campaign: str, attributes: dict[str, Any]) -> None:
        data = {"type": "campaign", "id": campaign, "attributes": attributes}
        self.call("PATCH", _path(campaign), body={"data": data}, repeat=True)

    def _go(self, campaign: str) -> None:
        data = {"type": "campaign-send-job", "id": campaign}
        self.call("POST", "/api/campaign-send-jobs", body={"data": data})

    def _template(self, message: Message) -> str:
        """The template with the issue; one that an earlier run left behind is used again."""
        content = {"name": message.name, "html": message.html, "text": message.text}
        quoted = message.name.replace("'", "\\'")
        left = self.call("GET", "/api/templates", params={"filter": f"equals(name,'{quoted}')"})
        old = pick(left, "data", 0, "id")
        if isinstance(old, str):
            data = {"type": "template", "id": old, "attributes": content}
            self.call("PATCH", f"/api/templates/{quote(old, safe='')}", body={"data": data}, repeat=True)
            return old
        data = {"type": "template", "attributes": content | {"editor_type": "CODE"}}
        template_id = pick(self.call("POST", "/api/templates", body={"data": data}), "data", "id")
        if not isinstance(template_id, str):
            raise strange(self.name, "the id of the new template")
        return template_id


def _definition(message: Message) -> dict[str, Any]:
    content = {
        "subject": message.subject,
        "preview_text": message.preheader,
        "from_email": message.sender_address,
        "from_label": message.sender_name,
    }
    if message.reply_to:
        content["reply_to_email"] = message.reply_to
    return {"channel": "email", "label": message.name, "content": content}


def _path(campaign: str) -> str:
    return f"/api/campaigns/{quote(campaign, safe='')}"


def _cursor(answer: Any) -> str:
    address = pick(answer, "links", "next")
    return parse_qs(urlsplit(address).query).get("page[cursor]", [""])[0] if isinstance(address, str) else ""


def _campaign(row: dict[str, Any]) -> Campaign:
    facts = row.get("attributes")
    word = str(pick(facts, "status") or "")
    stopped = word.startswith("Cancelled")
    return Campaign(
        id=str(row.get("id", "")),
        name=str(pick(facts, "name") or ""),
        status="stopped" if stopped else _STATUS.get(word, "sending"),
        at=moment(pick(facts, "send_time")) or moment(pick(facts, "scheduled_at")),
        word=word,
    )
