"""How a written word becomes a value: one reader a kind, all of them exact and bounded.

A reader takes what stands in the file (text, ``None`` for nothing, a list or a dict) and returns the
value or raises ``InvalidValue`` with a predicate ("must be a date, not ...") and a cure. Readers know
nothing of YAML's own guesses: ``no`` is a word, ``16:30`` a time, ``0.1`` a tenth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from digest.model.calendar import DateRange
from digest.model.keys import guess

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
EDITION = re.compile(r"[a-z0-9][a-z0-9-]*")
MAX_LINE, MAX_TEXT, MAX_ID = 1_000, 20_000, 100
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = "January February March April May June July August September October November December"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
NUMBER = re.compile(r"([+-]?)(\d{1,15}(?:\.\d{1,12})?|\.\d{1,12})(?:\s*/\s*(\d{1,15}))?", re.ASCII)
DURATION = re.compile(r"(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m)?", re.ASCII)
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
SIZE = re.compile(r"(\d{1,4})\s*[xX×]\s*(\d{1,4})", re.ASCII)
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_LONGEST = timedelta(days=3660)
TRUE, FALSE = ("true", "yes", "on"), ("false", "no", "off")


class Word(str):
    """A plain scalar of a file, as opposed to quoted text."""

    __slots__ = ()


class InvalidValue(ValueError):
    """What is wrong with a value, as a predicate, and how to mend it."""

    def __init__(self, says: str, cure: str = "") -> None:
        super().__init__(says)
        self.says, self.cure = says, cure


def shown(value: object) -> str:
    """A value as it is quoted in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list):
        return "a list"
    text = str(value).encode("unicode_escape").decode() if _CONTROL.search(str(value)) else str(value)
    text = text.replace("\n", "\\n")
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _scalar(value: object, kind: str) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        raise InvalidValue("has no value.", f"Write {kind}, or take the key out.")
    if isinstance(value, dict) and value and all(v is None for v in value.values()):
        written = ", ".join(str(key) for key in value)
        raise InvalidValue("is read as a block of keys.", f'Put it in quotes: "{{{written}}}".')
    cure = f"Write {kind}."
    raise InvalidValue(f"must be {kind}, not {shown(value)}.", cure)


def text(value: object) -> str:
    """Text that may have several lines."""
    written = _scalar(value, "text")
    if match := _CONTROL.search(written):
        raise InvalidValue(f"holds a control character (U+{ord(match[0]):04X}).", "Delete it.")
    if len(written) > MAX_TEXT:
        raise InvalidValue(f"is longer than {MAX_TEXT:,} characters.", "Shorten it.")
    return written


def short_text(value: object) -> str:
    """Text that is shown on one line; its line breaks become spaces. It may be empty."""
    return " ".join(text(value).split())


def line(value: object) -> str:
    """Text on one line, not empty."""
    written = text(value)
    if not written:
        raise InvalidValue("is empty.", "Write text, or take the key out.")
    if "\n" in written or "\t" in written:
        raise InvalidValue("must stand on one line.", "Take the line breaks and tabs out.")
    if len(written) > MAX_LINE:
        raise InvalidValue(f"is longer than {MAX_LINE:,} characters.", "Shorten it.")
    return written


def some_words(value: object) -> tuple[str, ...]:
    """A word, or a list of them."""
    if isinstance(value, list):
        return tuple(line(part) for part in value)
    return (line(value),)


def identifier(value: object) -> str:
    """A name that is safe in HTML attributes, paths and on the command line."""
    written = line(value)
    if not ID.fullmatch(written) or len(written) > MAX_ID:
        cure = "Use letters, digits, hyphens, dots and underscores, starting with a letter or digit"
        raise InvalidValue(
            f"must be a plain name, not {shown(written)}.", _suggest(cure, written, keep="._", lower=False)
        )
    return written


def edition_name(value: object) -> str:
    """The name of an edition: lower-case letters, digits and hyphens."""
    written = line(value)
    if not EDITION.fullmatch(written) or len(written) > MAX_ID:
        cure = "Use small letters, digits and hyphens"
        raise InvalidValue(
            f"is no name for an edition: {shown(written)}.", _suggest(cure, written, keep="", lower=True)
        )
    return written


def publication_id(value: object) -> str:
    """The id of a publication in a store that several share: as the name of an edition."""
    written = line(value)
    if not EDITION.fullmatch(written) or len(written) > MAX_ID:
        cure = "Use small letters, digits and hyphens"
        raise InvalidValue(
            f"is no id for a publication: {shown(written)}.", _suggest(cure, written, keep="", lower=True)
        )
    return written


def _suggest(cure: str, written: str, *, keep: str, lower: bool) -> str:
    better = re.sub(rf"[^A-Za-z0-9{keep}-]+", "-", written.lower() if lower else written).strip("-._")[
        :MAX_ID
    ]
    return f'{cure}, for example "{better}".' if better else f"{cure}."


def boolean(value: object) -> bool:
    written = _scalar(value, "true or false").lower()
    if written in TRUE or written in FALSE:
        return written in TRUE
    cure = _write(guess.boolean(written), "Write true or false.")
    raise InvalidValue(f"must be true or false, not {shown(value)}.", cure)


def fraction(value: object) -> Fraction:
    """An exact number that is not negative: ``1/4``, ``0.1``, ``450``."""
    written = _scalar(value, "a number").replace("_", "")
    match = NUMBER.fullmatch(written)
    if match is None:
        raise InvalidValue(f"must be a number, not {shown(value)}.", _number_cure(written))
    if match[3] is not None and int(match[3]) == 0:
        raise InvalidValue("divides by zero.", "Write a number such as 1/4.")
    number = Fraction(match[2]) / int(match[3] or 1)
    if match[1] == "-" and number:
        raise InvalidValue(f"must not be negative, and is {shown(written)}.", "Write 0 or more.")
    return number


def _number_cure(written: str, *, whole: bool = False) -> str:
    if not whole and re.fullmatch(r"\d{1,3}\s*%", written):
        return f"Write {written.rstrip('% ')}/100."
    return _write(guess.number(written, whole=whole), "Write digits only, without currency signs or words.")


def _write(value: str, otherwise: str) -> str:
    """The cure that is known, else one in general."""
    return f"Write {value}." if value else otherwise


def whole(least: int, most: int = 10**12) -> Callable[[object], int]:
    """A reader of whole numbers from ``least`` to ``most``."""

    def read(value: object) -> int:
        written = _scalar(value, "a whole number").replace("_", "")
        if not re.fullmatch(r"[+-]?\d{1,15}", written, re.ASCII):
            raise InvalidValue(
                f"must be a whole number, not {shown(value)}.", _number_cure(written, whole=True)
            )
        if int(written) < 0:
            raise InvalidValue(f"must not be negative, and is {written}.", f"Write {least} or more.")
        if not least <= int(written) <= most:
            limit = f"at least {least}" if int(written) < least else f"at most {most}"
            raise InvalidValue(f"must be {limit}, and is {written}.", f"Write {limit}.")
        return int(written)

    return read


def share(value: object) -> Fraction:
    """An exact number from 0 to 1."""
    number = fraction(value)
    if number > 1:
        raise InvalidValue(f"must be between 0 and 1, and is {shown(value)}.", "A quarter is 1/4 or 0.25.")
    return number


def number(value: object) -> float:
    return float(fraction(value))


def share_number(value: object) -> float:
    return float(share(value))


def day(value: object) -> date:
    """A date as ``2026-01-23``; an impossible one is told apart from a misspelt one."""
    written = _scalar(value, "a date")
    match = DATE.fullmatch(written)
    if match is None:
        raise InvalidValue(
            f"must be a date, not {shown(value)}.",
            _write(guess.day(written), "Write year-month-day, such as 2026-01-23."),
        )
    year, month, number = int(match[1]), int(match[2]), int(match[3])
    try:
        read = date(year, month, number)
    except ValueError:
        raise InvalidValue(f"is an impossible date: {written}.", _calendar(year, month)) from None
    if read.isoformat() != written:
        raise InvalidValue(f"must be a date with two-digit month and day, not {written}.", f"Write {read}.")
    return read


def _calendar(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return f"There is no month {month}; write year-month-day."
    if year < 1:
        return "There is no year 0."
    after = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else None
    days = (after - timedelta(days=1)).day if after else 31
    return f"{_MONTHS.split()[month - 1]} {year} has {days} days."


def clock(value: object) -> time:
    """A time of day as ``06:00``."""
    written = _scalar(value, "a time")
    match = TIME.fullmatch(written)
    if match is None:
        cure = _write(guess.clock(written), "Write it like 06:00.")
        raise InvalidValue(f"must be a time of day, not {shown(value)}.", cure)
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError:
        raise InvalidValue(
            f"is an impossible time: {written}.", "Write a time from 00:00 to 23:59."
        ) from None


def duration(value: object) -> timedelta:
    """A length of time as ``90m``, ``12h``, ``3d``, ``2w`` or ``1d12h``; at most ten years."""
    written = _scalar(value, "a length of time")
    match = DURATION.fullmatch(written)
    if match is None or not written:
        cure = _write(guess.length(written), "Write it like 90m, 12h or 3d.")
        raise InvalidValue(f"must be a length of time, not {shown(value)}.", cure)
    weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if length > _LONGEST:
        raise InvalidValue(f"is longer than ten years: {written}.", "Write it like 90m, 12h or 3d.")
    return length


def positive_duration(value: object) -> timedelta:
    length = duration(value)
    if not length:
        raise InvalidValue("must be longer than nothing.", "Write it like 12h.")
    return length


def horizon(value: object) -> int:
    """A duration in whole days, at least one: ``28d``."""
    length = positive_duration(value)
    if length % timedelta(days=1):
        raise InvalidValue(f"must be whole days, not {shown(value)}.", "Write it like 28d.")
    return length.days


def weekday(value: object) -> int:
    """Monday is 0."""
    written = _scalar(value, "a weekday").lower()
    for number, name in enumerate(DAY_NAMES):
        if written in (name, name[:3]):
            return number
    several = guess.weekdays(written)
    cure = _write(guess.weekday(written), f"Write one of {', '.join(DAYS)}.")
    if "," in several:
        cure = f"The whole list is {several}."
    raise InvalidValue(f"must be a weekday, not {shown(value)}.", cure)


def weekdays(value: object) -> frozenset[int]:
    """One weekday, or a list of them."""
    if value == []:
        raise InvalidValue("names nothing.", "Write at least one.")
    if isinstance(value, list):
        return frozenset(map(weekday, value))
    if isinstance(value, str) and "," in (several := guess.weekdays(value)):
        raise InvalidValue(f"must be a weekday or a list, not {shown(value)}.", f"Write {several}.")
    return frozenset({weekday(value)})


def one_day(value: object) -> DateRange:
    """A date as a range of one day."""
    only = day(value)
    return DateRange(only, only)


def one_of(*choices: str, otherwise: str = "") -> Callable[[object], str]:
    """A reader of one word out of a few; ``otherwise`` is what may stand there that is no word."""
    known = ", ".join(choices) + (f" or {otherwise}" if otherwise else "")

    def read(value: object) -> str:
        written = _scalar(value, f"one of {known}")
        if written in choices:
            return written
        key = otherwise.strip("{").partition(":")[0]
        cure = did_you_mean(written, choices)
        if key and written.startswith(key):
            cure = f"Write {{{written}}}." if ":" in written else f"Write {otherwise}."
        raise InvalidValue(f"must be one of {known}, not {shown(value)}.", cure)

    return read


def size(value: object) -> str:
    """Width and height in pixels as ``600x150``."""
    written = _scalar(value, "a size")
    match = SIZE.fullmatch(written)
    if match is None or not (int(match[1]) and int(match[2])):
        raise InvalidValue(
            f"must be a size in pixels, not {shown(value)}.",
            _write(guess.size(written), "Write width x height, like 600x150."),
        )
    return f"{int(match[1])}x{int(match[2])}"


def options(value: object) -> Mapping[str, Any]:
    """Options of a source, for its plugin to judge: text, numbers, true/false, lists of them."""
    if not isinstance(value, dict):
        raise InvalidValue(f"must be keys with their values, not {shown(value)}.")
    return MappingProxyType({line(key): _option(item) for key, item in value.items()})


def _option(value: object) -> Any:
    if isinstance(value, dict):
        return options(value)
    if isinstance(value, list):
        return [_option(item) for item in value]
    if not isinstance(value, Word):
        return None if value is None else text(value)
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"0|-?[1-9]\d{0,14}", value, re.ASCII):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d{1,15}\.\d{1,12}", value, re.ASCII) else text(value)


def nearest(word: str, known: tuple[str, ...] | list[str]) -> str:
    """The known word that is spelt most alike; empty: none is near."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in reversed(known)}
    similar = get_close_matches(word.casefold()[:MAX_ID], list(folded), n=1, cutoff=0.6)
    return folded[similar[0]] if similar else ""


def did_you_mean(word: str, known: tuple[str, ...] | list[str]) -> str:
    """A cure that names the nearest known word, else all of a few."""
    if near := nearest(word, known):
        return f'Did you mean "{near}"?'
    return one_of_few(known)


def one_of_few(known: tuple[str, ...] | list[str]) -> str:
    """The words that may stand there, of many the first."""
    if not known:
        return ""
    choices = ", ".join(known[:12])
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f"Known: {choices}{more}."
