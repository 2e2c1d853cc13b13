"""Times as sources write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# Times beyond are moved here, so that every zone can show them.
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, tzinfo=UTC)
# minutes east of Greenwich, where mail's own list of zone names ends
_ZONES = {
    "BST": 60, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180,
    "EAT": 180, "IST": 330, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660,
    "NZST": 720, "NZDT": 780, "AKST": -540, "AKDT": -480, "HST": -600, "WET": 0, "WEST": 60,
}  # fmt: skip
_WRITTEN = re.compile(r"\s([+-]\d\d:?\d\d|[A-Za-z]{1,5})\s*(?:\([^()]*\))?$")
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d|\d{4}-W\d\d")


def iso_time(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time in UTC; without an offset it is in ``zone``, a date alone is its midnight there.

    Raises ``ValueError``.
    """
    return in_utc(datetime.fromisoformat(text.strip()), zone)


def in_utc(value: datetime, zone: ZoneInfo) -> datetime:
    """An aware time in UTC, no further away than :data:`EARLIEST` and :data:`LATEST`."""
    bound = EARLIEST if value.year < 3 else LATEST if value.year > 9997 else None
    if bound is not None:
        return bound
    aware = value if value.tzinfo else value.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def feed_time(text: str, zone: ZoneInfo) -> datetime | None:
    """A time as feeds write it, ISO 8601 or as in mail headers; ``None`` where it cannot be read."""
    text = " ".join(text.split())
    if _ISO.match(text):
        try:
            return iso_time(_with_colon(text), zone)
        except ValueError:
            return None
    return _mail_time(text, zone)


def _with_colon(text: str) -> str:
    """``2026-01-23 10:00 +0100`` as ``fromisoformat`` wants it."""
    return re.sub(r"\s+(Z|UTC|GMT|[+-]\d\d:?\d\d)$", lambda m: "Z" if m[1][0] in "UGZ" else m[1], text)


def _mail_time(text: str, zone: ZoneInfo) -> datetime | None:
    from email.utils import parsedate_tz

    try:
        found = parsedate_tz(text)
        if found is None:
            return None
        at = datetime(*found[:6])  # noqa: DTZ001
        offset = _offset(text, found[9] or 0)
        return in_utc(at if offset is None else at.replace(tzinfo=timezone(offset)), zone)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _offset(text: str, seconds: int) -> timedelta | None:
    """The offset that is written; ``None`` where none is, or a name nobody knows.

    ``seconds`` is what the mail module makes of it, which is 0 for all it does not know.
    """
    found = _WRITTEN.search(text)
    if found is None:
        return None
    if found[1][0] in "+-" or seconds or found[1].upper() in ("UT", "UTC", "GMT", "Z"):
        return timedelta(seconds=seconds)
    minutes = _ZONES.get(found[1].upper())
    return None if minutes is None else timedelta(minutes=minutes)
