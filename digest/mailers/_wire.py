"""Speaking to a mailer over https: bounded in time, patient where it helps, and silent about secrets.

A call that may be repeated is, after 5xx answers and broken connections; any call is after a 429, which says
that nothing was done. A call that may not be repeated and got no answer is an :class:`AnswerLost`: it may have
acted, and whoever made it looks before acting again.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from digest import __version__
from digest.errors import CommandError, Unreachable

SECONDS = 60.0  # for one call, its repetitions included
TRIES = 4
BYTES = 20_000_000
_BROKEN = (httpx2.TransportError, OSError)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, ConnectionRefusedError)


class MailerRefused(CommandError):
    """The mailer said no, and will say it again until something is mended. ``status`` is its answer."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class MailerDown(Unreachable):
    """The mailer cannot be reached or cannot answer now; nothing was done."""


class AnswerLost(Unreachable):
    """No answer to a call that may have acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How to speak to one mailer. ``cures`` adds to what is said for an answer."""

    name: str
    base: str
    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    cures: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """The clock of a connection, so that tests need not wait."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Wire:
    """A connection to one mailer."""

    def __init__(
        self,
        service: Service,
        *,
        transport: httpx2.BaseTransport | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.service, self.patience = service, patience or Patience()
        if urlsplit(service.base).scheme not in ("http", "https") or not urlsplit(service.base).hostname:
            raise MailerRefused(
                f'{service.name}: its address is no web address. Write `mailer: {{url: "https://…"}}`.'
            )
        timeout = httpx2.Timeout(SECONDS / 2, connect=10.0)
        self._client = httpx2.Client(timeout=timeout, transport=transport, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        body: Any = None,
        repeat: bool | None = None,
        missing: bool = False,
    ) -> Any:
        """The answer's JSON, ``None`` where it is empty, or was 404 and may be (``missing``).

        ``repeat``: whether the call may be made again when no answer came; GET may.
        Raises ``MailerRefused``, ``MailerDown``, ``AnswerLost``.
        """
        again = method == "GET" if repeat is None else repeat
        end = self.patience.clock() + SECONDS
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                status, headers, data = self._ask(method, path, params, body, end)
            except _BROKEN as error:
                not_sent = isinstance(error, _NOT_SENT)
                if (again or not_sent) and not last and self._wait(2.0**attempt / 2, end):
                    continue
                raise self._no_answer(error, acted=not (again or not_sent)) from None
            if status == 429 or (status >= 500 and status != 501 and again):
                if not last and self._wait(self._pause(headers, attempt), end):
                    continue
                raise self._busy(status, headers, data)
            if status == 404 and missing:
                return None
            return self._read(method, path, status, headers, data, acting=not again)
        raise AssertionError("the loop returns or raises")

    def _ask(
        self, method: str, path: str, params: Any, body: Any, end: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"User-Agent": f"newsroom-digest/{__version__}", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        headers |= self.service.headers
        if content is None:
            headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        url = self.service.base.rstrip("/") + path
        with self._client.stream(method, url, params=params, content=content, headers=headers) as answer:
            data = bytearray()
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > BYTES or self.patience.clock() > end:
                    raise httpx2.ReadTimeout("its answer is too long")
            return answer.status_code, answer.headers, bytes(data)

    def _wait(self, seconds: float, end: float) -> bool:
        """Wait, if the time is there."""
        if self.patience.clock() + seconds > end:
            return False
        self.patience.sleep(seconds)
        return True

    def _pause(self, headers: Mapping[str, str], attempt: int) -> float:
        header = headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", header):
            return float(header)
        try:
            left = (parsedate_to_datetime(header) - self.patience.now()).total_seconds()
        except (ValueError, TypeError, IndexError):
            return float(2**attempt)
        return max(0.0, left)

    def _read(
        self, method: str, path: str, status: int, headers: Mapping[str, str], data: bytes, *, acting: bool
    ) -> Any:
        name = self.service.name
        if 200 <= status < 300:
            if not data.strip():
                return None
            try:
                return json.loads(data)
            except ValueError:
                kind = AnswerLost if acting else MailerDown
                raise kind(f"{name} answered with {_kind(data)} instead of data. {_ADDRESS}") from None
        if 300 <= status < 400:
            to = self.redact(headers.get("location", "another address"))[:200]
            raise MailerRefused(f"{name}: the address in digest.yaml leads to {to}. Write that one.", status)
        if status >= 500 and status != 501:
            raise AnswerLost(
                f"{name} failed ({status}{self._said(data)}); whether it did what was asked is not known. "
                "Run the command again: it looks before it acts."
            )
        cure = self.service.cures.get(status) or _CURES.get(status, "")
        raise MailerRefused(
            f"{name} refused ({status} {_MEANING.get(status, 'refused')}{self._said(data)}). {cure}".strip(),
            status,
        )

    def _busy(self, status: int, headers: Mapping[str, str], data: bytes) -> MailerDown:
        name = self.service.name
        if status == 429:
            asked = headers.get("retry-after", "").strip()[:40]
            wait = f"; it asks to wait {asked} seconds" if asked.isdigit() else ""
            return MailerDown(
                f"{name} takes no more calls now (429{self._said(data)}){wait}. Run the command again later."
            )
        return MailerDown(
            f"{name} does not work at the moment ({status}{self._said(data)}). Run the command again later."
        )

    def _no_answer(self, error: Exception, *, acted: bool) -> Unreachable:
        host = urlsplit(self.service.base).hostname
        reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
        reason = self.redact(reason)[:200]
        if acted:
            return AnswerLost(
                f"{self.service.name}: no answer from {host} ({reason}); whether it did what was asked is not known. "
                "Run the command again: it looks before it acts."
            )
        return MailerDown(
            f"{self.service.name}: {host} cannot be reached ({reason}). Check `url` under `mailer:` and the network, "
            "then run the command again."
        )

    def _said(self, data: bytes) -> str:
        """The mailer's own words about an error, after ``: ``; empty where there are none."""
        try:
            texts = _words(json.loads(data))
        except ValueError:
            return f": {_kind(data)}" if data.strip().startswith(b"<") else ""
        clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", " ", "; ".join(texts))
        clean = self.redact(clean).strip()
        return f": {clean[:300]}" if clean else ""

    def redact(self, text: str) -> str:
        """``text`` without the secrets of this mailer, however they are written."""
        return redact(text, self.service.secrets)


def redact(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret as ``***``: plain, percent-encoded, in Base64 or in JSON."""
    for secret in sorted({form for plain in secrets for form in _forms(plain)}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _forms(secret: str) -> set[str]:
    if len(secret) < 4:
        return set()
    encoded = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        quote(secret, safe=""),
        encoded,
        encoded.rstrip("="),
        json.dumps(secret)[1:-1],
        secret.encode().hex(),
    }


def _words(answer: Any) -> list[str]:
    """What an error answer says, in the shapes that mailers use."""
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, list):
        return list(dict.fromkeys(word for part in answer[:5] for word in _words(part)))
    if not isinstance(answer, dict):
        return []
    texts: list[str] = []
    field = answer.get("field") or (
        answer.get("source") or {} if isinstance(answer.get("source"), dict) else ""
    )
    for key in ("message", "detail", "error", "errors", "context"):
        if key in answer:
            texts += _words(answer[key])
    if not texts and "title" in answer:
        texts = _words(answer["title"])
    if isinstance(field, str) and field and texts:
        texts[0] = f"{field}: {texts[0]}"
    return list(dict.fromkeys(texts))


def _kind(data: bytes) -> str:
    return "a web page" if data.lstrip()[:1] == b"<" else "something that is no JSON"


_ADDRESS = "Check that `url` under `mailer:` in digest.yaml is the address of its API."
_MEANING = {
    400: "not as it wants it",
    401: "not logged in",
    402: "not in your plan",
    403: "not allowed",
    404: "not there",
    405: "not in your plan",
    409: "changed meanwhile",
    413: "too large",
    422: "not as it wants it",
    501: "not something a key may do",
}
_CURES = {
    401: "Check the key or password under `mailer:` in digest.yaml, and that its ${VARIABLE} is set.",
    402: "Its plan does not have this; see your account there.",
    403: "The key may not do this: give it the right to write campaigns, and verify the sender's address there.",
    404: f"{_ADDRESS} If it is, what is named there (a list, a sender, the campaign) does not exist any more.",
    405: "Its plan does not have this; see your account there.",
    409: "Somebody changed it there at the same moment. Run the command again.",
    413: "The issue is too large for it: lower `size_budget` in digest.yaml and build again.",
    400: "Check `lists`, the sender (`from` of the edition, verified there) and the issue's size.",
    422: "Check `lists`, the sender (`from` of the edition, verified there) and the issue's size.",
}


def strange(service: str, what: str) -> AnswerLost:
    """The error for an answer that lacks what it must have."""
    return AnswerLost(
        f"{service} answered without {what}. Run the command again: it looks before it acts. {_ADDRESS}"
    )


def pick(answer: Any, *path: str | int) -> Any:
    """The value at a path of an answer, or ``None``."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(answer, list) or len(answer) <= step:
                return None
            answer = answer[step]
        elif isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return answer


def rows(answer: Any, *path: str | int) -> list[dict[str, Any]]:
    """The mappings of a list at a path; empty where there is none."""
    value = pick(answer, *path) if path else answer
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def count(value: Any) -> int | None:
    """A count as mailers write them; a negative or fractional one is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= 10**15 else None


def moment(value: Any) -> datetime | None:
    """A time as mailers write them, in UTC; without an offset it is UTC."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if at.year < 1990:  # Go's zero time
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def stamp(at: datetime) -> str:
    """A time for a mailer: ``2026-01-23T11:30:00Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
