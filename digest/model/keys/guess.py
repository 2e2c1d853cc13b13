"""What a value that cannot be read was probably meant to be: the cure of a mistake, as it must be written."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from unicodedata import numeric

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHERS = {  # how others begin the days and months, where those are no English ones
    "mo": "mon", "di": "tue", "mi": "wed", "do": "thu", "fr": "fri", "sa": "sat", "so": "sun", "tu": "tue",
    "we": "wed", "th": "thu", "su": "sun",
}  # fmt: skip
_DASHES = re.compile("[‐‑‒–—−]")
_UNITS = {"w": "w", "d": "d", "h": "h", "m": "m"}
_YES, _NO = (
    ("y", "ja", "si", "sí", "oui", "x", "1", "enabled", "t"),
    ("n", "nein", "non", "0", "disabled", "f"),
)


def number(written: str, *, whole: bool) -> str:
    """A number without what stands around it: ``$1,450`` is 1450, ``0,25`` 0.25, ``1:4`` 1/4; empty: no idea."""
    bare = re.sub(r"[^\d.,:/%km¼½¾⅓⅔⅛ ]", "", written.lower().replace("\u00a0", " ").replace("_", "")).strip(
        " .,:"
    )
    if len(bare) == 1 and not bare.isdigit() and bare not in "km%":
        return "" if whole else str(Fraction(numeric(bare)).limit_denominator(12))
    if match := re.fullmatch(r"(\d+)\s*:\s*(\d+)", bare):
        return "" if whole else f"{match[1]}/{match[2]}"
    if match := re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*([km])", bare):
        times = 1000 if match[2] == "k" else 1_000_000
        return str(int(Fraction(match[1].replace(",", ".")) * times))
    if re.fullmatch(r"\d{1,3}([.,' ]\d{3})+", bare) and (
        whole or "," in bare or " " in bare or bare.count(".") > 1
    ):
        return re.sub(r"\D", "", bare)
    if match := re.fullmatch(r"(\d{1,3}(?:[. ]\d{3})*|\d+),(\d{1,2})", bare):
        return "" if whole else f"{re.sub(r'[. ]', '', match[1])}.{match[2]}"
    if match := re.fullmatch(r"(\d{1,3}(?:,\d{3})*)\.(\d{1,2})", bare):
        return "" if whole else f"{match[1].replace(',', '')}.{match[2]}"
    return bare if re.fullmatch(r"\d+" if whole else r"\d+(\.\d+)?", bare) else ""


def day(written: str) -> str:
    """A date in another order or with other marks; of two that it may be, both."""
    text = _DASHES.sub("-", written.strip())
    parts = re.findall(r"\d+|[^\W\d_]+", text.lower())
    numbers = [int(part) for part in parts if part.isdigit()]
    month = next((m + 1 for m, name in enumerate(_MONTHS) for p in parts if p.startswith(name)), 0)
    if re.fullmatch(r"\d{8}", text):
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if month and len(numbers) == 2:
        small, year = sorted(numbers)
        return _date(year, month, small)
    if len(numbers) != 3 or month:
        return ""
    if numbers[0] > 31:
        return _date(*numbers)
    first, second, year = numbers
    year += 2000 if year < 100 else 0
    european, american = _date(year, second, first), _date(year, first, second)
    if "." in text or not american or european == american:
        return european or american
    return f"{american} or {european}" if european else american


def _date(year: int, month: int, number: int) -> str:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return ""


def clock(written: str) -> str:
    """A time of day: ``6 a.m.`` is 06:00, ``18h30`` 18:30."""
    match = re.fullmatch(
        r"(\d{1,2})(?:[:.h ](\d{2}))?\s*(h|uhr|o'clock)?\s*([ap])?\.?\s*(m)?\.?", written.lower().strip()
    )
    if not match or (match[5] and not match[4]):
        return ""
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4] == "p" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""


def length(written: str) -> str:
    """A length of time: ``12 hours`` is 12h."""
    amounts = re.findall(r"(\d+)\s*(w|d|h|m)[a-z]*", written.lower())
    rest = re.sub(r"\d+\s*(w|d|h|m)[a-z]*|and|[\s,]+", "", written.lower())
    return "" if rest else "".join(f"{number}{_UNITS[unit]}" for number, unit in amounts)


def weekday(word: str) -> str:
    text = word.lower().strip(" .")
    return next((name for name in DAYS if text.startswith(name)), _OTHERS.get(text, ""))


def weekdays(written: str) -> str:
    """Weekdays in a row or apart as a list in brackets; empty: no idea."""
    text = _DASHES.sub("-", written.lower().strip(" ()[]"))
    if text in ("weekdays", "workdays", "working days"):
        return _listed(DAYS[:5])
    if text in ("weekend", "weekends"):
        return _listed(DAYS[5:])
    if match := re.fullmatch(r"(\w+)\.?\s*(?:-|to|through|until|bis)\s*(\w+)\.?", text):
        first, last = weekday(match[1]), weekday(match[2])
        if first and last:
            at, end = DAYS.index(first), DAYS.index(last)
            return _listed([DAYS[(at + n) % 7] for n in range((end - at) % 7 + 1)])
    names = [weekday(word) for word in re.split(r"[\s,;&/+]+|\band\b", text) if word]
    return _listed(names) if names and all(names) else ""


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"


def boolean(written: str) -> str:
    text = written.lower().strip(" .!")
    return "true" if text in _YES else "false" if text in _NO else ""


def size(written: str) -> str:
    match = re.fullmatch(r"\D*(\d{1,4})\D+(\d{1,4})\D*", written)
    return f"{match[1]}x{match[2]}" if match else ""


def flight(written: str) -> str:
    """Two dates with something between them, as the block they are."""
    match = re.fullmatch(r"(.*?\d)\s+(?:to|until|till|through|bis|-|–|—)\s+(\S.*)", written)
    start, end = (day(match[1]), day(match[2])) if match else ("", "")
    return f"{{start: {start}, end: {end}}}" if start and end and " or " not in start + end else ""
