"""Times as sources write them: ISO 8601, mail headers, seconds since 1970, and what spreadsheets and people write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from digest.sources._months import month_of

# Times beyond are moved here, so that every zone can show them.
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, tzinfo=UTC)
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # what was published before is a mistake
_ZONES = {  # minutes east of Greenwich
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120,
    "MEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180, "EAT": 180, "IST": 330,
    "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720,
    "NZDT": 780, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "ET": -300, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)|\d{4}-W\d\d")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_ZONE = re.compile(r"(?:(?:GMT|UTC)\s?)?(?P<offset>[+-]\d\d?:?\d\d)$|(?<![^\W\d_])(?P<name>[A-Z]{1,4}T?|Z)$")
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_UNIX = re.compile(r"\s([A-Z]{3,4})\s(\d{4})$")  # as the command date writes it
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?P<hour>\d{1,2})(?:[:h](?P<minute>\d\d)(?:[:m](?P<second>\d\d)(?:[.,]\d+)?s?)?|\s?h(?!\w))?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?(?:\s?(?:Uhr|uur|klo|hrs?)\b)?(?![\d:/-])"
)
_DOTTED = re.compile(r"(?<=\s)(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?:\.(?P<second>\d\d))?(?P<half>)(?![\d.])")
_EASTERN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_EASTERN_CLOCK = re.compile(r"(\d{1,2})\s*[時时시点點]\s*(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?")
_ORDERED = re.compile(r"(?<![\d/-])(\d\d?)([/-])(\d\d?)\2(?:\d{4}|\d\d)(?![\d/-])")
_NUMBERS = re.compile(r"(\d{1,4})([./\- ])(\d{1,2})\2\s?(\d{4}|\d{1,2})(?!\d)")
_FILLING = frozenset(["de", "del", "di", "do", "of", "le", "la", "el", "den", "der", "the", "il", "am", "um", "at",
    "on", "as", "a", "à", "às", "kl", "på", "u", "o", "и", "в", "г", "года", "р"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC. ``doubt`` says why it may be another, and how it was read: ``has two meanings; it was …``."""

    at: datetime
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a newsroom and a source write times: the zone of those without one; the month before the day, or after.

    ``sure``: the source itself shows the order, in a date such as 23/01/2026.
    """

    zone: ZoneInfo
    month_first: bool = False
    sure: bool = False


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


class Learned:
    """Habits that are looked for only when a date asks for them, for a long file costs seconds.

    ``asked`` counts how often.
    """

    def __init__(self, blocks: Iterable[str], zone: ZoneInfo, locale: str) -> None:
        self.blocks, self.zone, self.locale = blocks, zone, locale
        self.asked = 0

    @property
    def month_first(self) -> bool:
        self.asked += 1
        return self._order[0]

    @property
    def sure(self) -> bool:
        return self._order[1]

    @cached_property
    def _order(self) -> tuple[bool, bool]:
        habits = _habits(self.blocks, self.zone, self.locale)
        return habits.month_first, habits.sure


def habits_of(text: str, zone: ZoneInfo, locale: str) -> Habits:
    """What the dates in a text show of their order; where they show nothing, it is that of the locale."""
    return _habits((text,), zone, locale)


def _habits(blocks: Iterable[str], zone: ZoneInfo, locale: str) -> Habits:
    first = second = False
    for match in (date for block in blocks for date in _ORDERED.finditer(block)):
        first, second = first or int(match[1]) > 12, second or int(match[3]) > 12
    if first != second:
        return Habits(zone, month_first=second, sure=True)
    return Habits(zone, month_first=locale.replace("-", "_") in ("en_US", "es_US", "en_PH"))


def moment(written: str, habits: Habits | Learned) -> Moment | None:
    """A time in any form that feeds, databases and spreadsheets use; ``None`` where it cannot be read."""
    if written[4:5] == "-":  # as nearly all are written
        try:
            return Moment(iso_time(written, habits.zone))
        except ValueError:
            pass
    text = " ".join(written.split())
    if not text or len(text) > 200:
        return None
    try:
        if _EPOCH.fullmatch(text):
            number = float(text)
            return Moment(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC))
        if _ISO.match(text):
            return _iso(text, habits)
        return _written(text, habits)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(text: str, habits: Habits | Learned) -> Moment | None:
    try:
        return Moment(iso_time(_with_colon(text), habits.zone))
    except ValueError:
        return _written(text, habits)


def _with_colon(text: str) -> str:
    """``2026-01-23 10:00 +0100`` as ``fromisoformat`` wants it."""
    return re.sub(r"\s+(Z|UTC|GMT|[+-]\d\d:?\d\d)$", lambda m: "Z" if m[1][0] in "UGZ" else m[1], text)


def _written(text: str, habits: Habits | Learned) -> Moment | None:
    """``Fri, 23 Jan 2026 10:00:00 -0500``, ``1/23/26 3:05 PM``, ``mar, 12 mag 2026``, and ``2026年1月23日``."""
    rest, zone, unknown = _zone(_UNIX.sub(r" \2 \1", _COMMENT.sub("", text)))
    rest = _EASTERN.sub(r"\1-\2-\3 ", rest)
    rest = _EASTERN_CLOCK.sub(lambda m: f" {m[1]}:{m[2]}:{m[3] or '00'} ", rest)
    rest, clock = _clock(rest)
    numbers = _NUMBERS.search(rest)
    if numbers is not None and not _letters(rest.replace(numbers[0], " ")):
        day, doubt = _numbered(numbers, habits)
    else:
        day, doubt = _named(rest), ""
    if day is None or clock is None:
        return None
    if unknown:
        doubt = f"names the zone {unknown}, which is not known; it was read on the clock of {habits.zone.key}"
    return Moment(in_utc((day + clock).replace(tzinfo=zone), habits.zone), doubt)


def _zone(text: str) -> tuple[str, tzinfo | None, str]:
    """The text without its zone, the zone, and the name of one that nobody knows; each only where it is written."""
    zone = _ZONE.search(text)
    if zone is None:
        return text, None, ""
    if zone["offset"]:
        if "-" in zone["offset"] and not re.search(r"[:\s]", text[: zone.start()].strip()):
            return text, None, ""  # 23-01-2026
        digits = zone["offset"][1:].replace(":", "").zfill(4)
        span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return text[: zone.start()].rstrip(), timezone(-span if zone["offset"][0] == "-" else span), ""
    name = zone["name"]
    if re.search(r"\d\s*[AP]M$", text, re.IGNORECASE) or (month_of(name) and len(name) > 2):
        return text, None, ""
    minutes, rest = _ZONES.get(name), text[: zone.start()].rstrip()
    return (rest, None, name) if minutes is None else (rest, timezone(timedelta(minutes=minutes)), "")


def _clock(text: str) -> tuple[str, timedelta | None]:
    """The text without its clock, and the time of day: midnight without one, ``None`` for one that is none."""
    for clock in (*_CLOCK.finditer(text), *_DOTTED.finditer(text)):
        if clock["minute"] is None and not clock["half"] and "h" not in clock[0]:
            continue
        hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
        if clock["half"]:
            if not 1 <= hour <= 12:
                return text, None
            hour = hour % 12 + (12 if clock["half"][0] in "Pp" else 0)
        if hour > 24 or minute > 59 or second > 60:
            return text, None
        rest = f"{text[: clock.start()]} {text[clock.end() :]}"
        return rest.strip(" ,T"), timedelta(hours=hour, minutes=minute, seconds=second)
    return text, timedelta()


def _numbered(match: re.Match[str], habits: Habits | Learned) -> tuple[datetime | None, str]:
    """A date of three numbers: year first, or its day and month in one order or the other."""
    first, second, third = int(match[1]), int(match[3]), match[4]
    if len(match[1]) == 4:
        return datetime(first, second, int(third)), ""  # noqa: DTZ001
    if len(match[1]) == 3:
        return None, ""
    year = _year(third)
    if match[2] == "." or first > 12:
        return datetime(year, second, first), ""  # noqa: DTZ001
    if second > 12:
        return datetime(year, first, second), ""  # noqa: DTZ001
    month_first = habits.month_first
    month, day = (first, second) if month_first else (second, first)
    order = "month first" if month_first else "day first"
    at = datetime(year, month, day)  # noqa: DTZ001
    return at, "" if habits.sure or first == second else f"has two meanings; it was read with the {order}"


def _named(text: str) -> datetime | None:
    """A date with the name of its month; a word before it is its weekday."""
    words = [word for word in re.split(r"[\s,]+|(?<=\D)-|-(?=\D)|(?<=\d)\.\s?", text) if word]
    words = [word for word in words if word.casefold().strip(".") not in _FILLING]
    numbers = [
        re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)$", "", word.strip(".")) for word in words if word[0].isdigit()
    ]
    names = [word for word in words if not word[0].isdigit()]
    if len(numbers) != 2 or not 1 <= len(names) <= 2 or not all(n.isdecimal() for n in numbers):
        return None
    month = month_of(names[-1])
    day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
    if month is None or len(day) > 2 or len(year) not in (2, 4):
        return None
    return datetime(_year(year), month, int(day))  # noqa: DTZ001


def _letters(text: str) -> bool:
    """Whether a month may be named; a weekday alone before a date of numbers is none."""
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) > 1


def _year(digits: str) -> int:
    """Four digits; of two, mail's rule: up to 49 is this century."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 50 else 1900)
