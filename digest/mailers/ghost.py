"""Ghost: an Admin API key (``ID:SECRET``); ``lists`` names the newsletter's slug.

An issue is a post that goes out as an e-mail only, inside Ghost's own template. "Published" is not "sent": the state
of its e-mail says that. A key may read no clicks and send no tests; only people who log in may.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from digest.mailers import Settings
from digest.mailers._http import Api
from digest.mailers._wire import MailerRefused, Patience, Service, count, moment, pick, rows, strange
from digest.model.mail import Campaign, Capabilities, LinkClicks, MailerSpec, Message, Receipt, Status

CAPABILITIES = Capabilities(
    test=False,
    plain_text=False,
    clicks="unique",
    parts="lists",
    notes=(
        "it puts the issue into a template of its own.",
        "clicks per link need a Ghost that lets keys read them; where it does not, they stay unknown.",
    ),
)
SETTINGS = Settings(needs=("url", "key"))
_MINUTES = 5
_PAGE = 50
_OPEN, _CLOSE = "<!--kg-card-begin: html-->", "<!--kg-card-end: html-->"


def connect(spec: MailerSpec, **wire: Any) -> Ghost:
    """An open connection; ``url`` is the site. Raises ``MailerRefused`` for a key of another kind."""
    match = re.fullmatch(r"([0-9A-Za-z]+):((?:[0-9a-fA-F]{2})+)", spec.key.strip())
    if not match:
        raise MailerRefused(
            "ghost: the key under `mailer:` is no Admin API key, which is ID:SECRET. Copy the Admin API key of the "
            "integration, not the Content API key."
        )
    base = spec.url.rstrip("/").removesuffix("/ghost/api/admin").removesuffix("/ghost") + "/ghost/api/admin"
    headers = {"Accept-Version": "v5.0"}
    service = Service(name="ghost", base=base, headers=headers, secrets=(*spec.secrets, match[2]))
    return Ghost(spec, service, (match[1], bytes.fromhex(match[2])), **wire)


class Ghost(Api):
    """The posts of a Ghost site that go out as e-mails."""

    def __init__(self, spec: MailerSpec, service: Service, key: tuple[str, bytes], **wire: Any) -> None:
        super().__init__(spec, service, **wire)
        self._key = key
        self.patience: Patience = self.wire.patience

    def _ask(self, method: str, path: str, **words: Any) -> Any:
        """A call with a fresh token: they live five minutes."""
        now = int(self.patience.now().timestamp())
        token = _token(*self._key, now)
        self.wire.service = _with(self.wire.service, f"Ghost {token}", token)
        return self.call(method, path, **words)

    def by_id(self, campaign: str) -> Campaign | None:
        row = self._post(campaign, missing=True)
        return None if row is None else _campaign(row)

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        slugs = {_slug(name): name for name in names}
        asked, campaigns = list(slugs), list[Campaign]()
        for at in range(0, len(asked), _PAGE):
            some = asked[at : at + _PAGE]
            one_of = f"slug:{some[0]}" if len(some) == 1 else f"slug:[{','.join(some)}]"
            params = {"filter": one_of, "limit": _PAGE, "formats": "html", "include": "email,newsletter"}
            batch = rows(self._ask("GET", "/posts/", params=params), "posts")
            campaigns += [
                replace(_campaign(row), name=slugs[slug])
                for row in batch
                if (slug := row.get("slug")) in slugs
            ]
        return campaigns

    def create(self, message: Message) -> str:
        post = self._body(message) | {"status": "draft", "slug": _slug(message.name), "tags": ["#digest"]}
        answer = self._ask("POST", "/posts/", params={"source": "html"}, body={"posts": [post]})
        post_id = pick(answer, "posts", 0, "id")
        if not isinstance(post_id, str) or not post_id:
            raise strange(self.name, "the id of the new post")
        return post_id

    def update(self, campaign: str, message: Message) -> None:
        self._put(campaign, self._body(message), {"source": "html"})

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self._put(campaign, {"status": "scheduled", "published_at": stamp}, self._newsletter(message))

    def send(self, campaign: str, message: Message) -> None:
        self._put(campaign, {"status": "published"}, self._newsletter(message))

    def cancel(self, campaign: str) -> None:
        self._put(campaign, {"status": "draft"}, {})

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        raise MailerRefused(
            "ghost: a key may send no tests. Open the draft in Ghost and send the test there."
        )

    def receipt(self, campaign: str, since: date) -> Receipt:
        post = self._post(campaign)
        mail = pick(post, "email")
        try:
            answer = self._ask("GET", "/links/", params={"filter": f"post_id:'{campaign}'"})
        except MailerRefused as refused:
            if refused.status not in (403, 501):
                raise
            answer = None
        links = tuple(
            LinkClicks(url=str(pick(row, "link", "to") or ""), unique=count(pick(row, "count", "clicks")))
            for row in rows(answer, "links")
        )
        note = () if answer is not None else ("Ghost lets a key read no clicks; they stay unknown.",)
        return Receipt(
            sent=count(pick(mail, "email_count")),
            delivered=count(pick(mail, "delivered_count")),
            opens=count(pick(mail, "opened_count")),
            links=links,
            kind="unique" if answer is not None else "none",
            complete=pick(mail, "status") == "submitted",
            at=moment(pick(post, "published_at")),
            notes=note,
        )

    def lists(self) -> dict[str, str] | None:
        answer = self._ask("GET", "/newsletters/", params={"limit": "50"})
        return {str(row.get("slug")): str(row.get("name", "")) for row in rows(answer, "newsletters")}

    def _post(self, campaign: str, *, missing: bool = False) -> dict[str, Any] | None:
        params = {"formats": "html", "include": "email,newsletter"}
        row = pick(self._ask("GET", _path(campaign), params=params, missing=missing), "posts", 0)
        return row if isinstance(row, dict) else None

    def _put(self, campaign: str, change: dict[str, Any], params: dict[str, str]) -> None:
        """A change of the post as it was just read: its ``updated_at`` is Ghost's lock."""
        post = self._post(campaign)
        body = {"posts": [change | {"updated_at": pick(post, "updated_at")}]}
        self._ask("PUT", _path(campaign), params=params, body=body)

    def _newsletter(self, message: Message) -> dict[str, str]:
        """In the address: in the body it is ignored in silence."""
        return {"newsletter": message.lists[0], "email_segment": "all"}

    def _body(self, message: Message) -> dict[str, Any]:
        inside = re.search(r"<body[^>]*>(.*)</body>", message.html, re.DOTALL | re.IGNORECASE)
        return {
            "title": message.subject,
            "email_subject": message.subject,
            "custom_excerpt": message.preheader[:300],
            "email_only": True,
            "html": f"{_OPEN}\n{inside[1] if inside else message.html}\n{_CLOSE}",
        }


def _token(identity: str, secret: bytes, now: int) -> str:
    """A JSON Web Token (HS256) as Ghost's Admin API wants it."""
    head = {"alg": "HS256", "typ": "JWT", "kid": identity}
    claims = {"iat": now, "exp": now + _MINUTES * 60, "aud": "/admin/"}
    signed = ".".join(_b64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return f"{signed}.{_b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _with(service: Service, login: str, token: str) -> Service:
    headers = {**service.headers, "Authorization": login}
    return replace(service, headers=headers, secrets=(*service.secrets[:3], token))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _path(campaign: str) -> str:
    return f"/posts/{quote(campaign, safe='')}/"


def _campaign(row: dict[str, Any]) -> Campaign:
    post, mail = str(row.get("status", "")), pick(row, "email", "status")
    return Campaign(
        id=str(row.get("id", "")),
        name=str(row.get("slug", "")),
        status=_status(post, mail),
        at=moment(row.get("published_at")),
        subject=row.get("email_subject") or row.get("title"),
        word=f"{post}, e-mail {mail}" if mail else post,
    )


def _status(post: str, mail: Any) -> Status:
    if post in ("draft", "scheduled"):
        return "draft" if post == "draft" else "scheduled"
    if mail == "submitted":
        return "sent"
    return "stopped" if mail == "failed" else "sending"
