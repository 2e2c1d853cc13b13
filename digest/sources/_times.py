"""Times as sources write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# Times beyond are moved here, so that every zone can show them.
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, tzinfo=UTC)
_ZONES = {  # minutes east of Greenwich
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120,
    "MEST": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180, "EAT": 180, "IST": 330, "SGT": 480, "HKT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "AST": -240,
    "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_CLOCK = (
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?)?"
    r"(?:\s*(?P<zone>[+-]\d\d:?\d\d|[A-Za-z]{1,5}))?(?:\s*\([^()]*\))?"
)
_MAIL = re.compile(
    r"(?:[A-Za-z]+,?\s+)?(?P<day>\d{1,2})[\s-](?P<month>[A-Za-z]{3,9})\.?[\s-](?P<year>\d{4}|\d\d)" + _CLOCK
)
_AMERICAN = re.compile(
    r"(?:[A-Za-z]+,?\s+)?(?P<month>[A-Za-z]{3,9})\.?\s(?P<day>\d{1,2}),?\s(?P<year>\d{4})" + _CLOCK
)
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
    """``Fri, 23 Jan 2026 10:00:00 -0500`` and its kin; the clock, its seconds and the zone may be missing."""
    found = _MAIL.fullmatch(text) or _AMERICAN.fullmatch(text)
    month = _MONTHS.find(found["month"][:3].lower()) if found else -1
    if found is None or month < 0:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    try:
        day = datetime(_year(found["year"]), month // 3 + 1, int(found["day"]))  # noqa: DTZ001
        at = day + timedelta(hours=hour, minutes=minute, seconds=second)
        offset = _offset(found["zone"] or "")
        return in_utc(at if offset is None else at.replace(tzinfo=timezone(offset)), zone)
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    """Four digits; of two, mail's rule: up to 49 is this century."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 50 else 1900)


def _offset(written: str) -> timedelta | None:
    """The offset that is written; ``None`` where none is, or a name nobody knows."""
    digits = written.replace(":", "")
    if digits[:1] in ("+", "-") and len(digits) == 5:
        span = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
        return -span if digits[0] == "-" else span
    minutes = _ZONES.get(written.upper())
    return None if minutes is None else timedelta(minutes=minutes)
