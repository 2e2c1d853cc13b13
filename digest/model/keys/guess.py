"""What a value that cannot be read was probably meant to be: the cure of a mistake, as it must be written."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from unicodedata import numeric

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT_DAYS = {
    "mo": "mon", "di": "tue", "mi": "wed", "do": "thu", "fr": "fri", "sa": "sat", "so": "sun", "tu": "tue",
    "we": "wed", "th": "thu", "su": "sun", "m": "mon", "w": "wed", "f": "fri",
}  # fmt: skip
_OTHER_DAYS = {  # how German, French, Spanish and Italian names begin, where English ones begin otherwise
    "die": "tue", "mit": "wed", "don": "thu", "fre": "fri", "son": "sun", "lun": "mon", "mar": "tue", "mer": "wed",
    "mié": "wed", "jeu": "thu", "jue": "thu", "gio": "thu", "ven": "fri", "vie": "fri", "sam": "sat", "sáb": "sat",
    "sab": "sat", "dim": "sun", "dom": "sun",
}  # fmt: skip
_OTHER_MONTHS = {
    "jän": 1, "ene": 1, "gen": 1, "fév": 2, "mär": 3, "mrz": 3, "avr": 4, "abr": 4, "mai": 5, "mag": 5, "juin": 6,
    "giu": 6, "juil": 7, "lug": 7, "aoû": 8, "ago": 8, "set": 9, "okt": 10, "ott": 10, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
_MONTH_NAMES = _OTHER_MONTHS | {name: number for number, name in enumerate(_MONTHS, 1)}
_SHEET = date(1899, 12, 30)  # day 0 of a spreadsheet
_AMOUNTS = (("k", r"\b(?:thousand|tausend|tsd)\b"), ("m", r"\b(?:millions?|millionen|mio|mn)\b"))
_DASHES = re.compile("[‐‑‒–—−]")
_UNITS = {"w": "w", "d": "d", "h": "h", "m": "m"}
_YES, _NO = (
    ("y", "ja", "si", "sí", "oui", "x", "1", "enabled", "t"),
    ("n", "nein", "non", "0", "disabled", "f"),
)


def number(written: str, *, whole: bool) -> str:
    """A number without what stands around it: ``$1,450`` is 1450, ``0,25`` 0.25, ``1:4`` 1/4; empty: no idea."""
    text = written.lower().replace("\u00a0", " ").replace("_", "")
    for letter, words in _AMOUNTS:
        text = re.sub(words, letter, text)
    text = re.sub(r"(?<=\d)\s+(?:in|of|out of|von|aus)\s+(?=\d)", ":", text)
    bare = re.sub(r"[^\W\d_]{2,}", "", text)
    bare = re.sub(r"[^\d.,:/%km¼½¾⅓⅔⅛ ]", "", bare).strip(" .,:/")
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
    if whole and (match := re.fullmatch(r"(\d+)[.,]0{1,2}", bare)):
        return match[1]
    if match := re.fullmatch(r"(\d{1,3}(?:[. ]\d{3})*|\d+),(\d{1,2})", bare):
        return "" if whole else f"{re.sub(r'[. ]', '', match[1])}.{match[2]}"
    if match := re.fullmatch(r"(\d{1,3}(?:,\d{3})*)\.(\d{1,2})", bare):
        return "" if whole else f"{match[1].replace(',', '')}.{match[2]}"
    return bare if re.fullmatch(r"\d+" if whole else r"\d+(\.\d+)?", bare) else ""


def day(written: str) -> str:
    """A date in another order or with other marks; of two that it may be, both."""
    text = _DASHES.sub("-", written.strip())
    if match := re.match(r"(\d{4}-\d\d-\d\d)[T ]\d", text):
        text = match[1]
    if re.fullmatch(r"[2-7]\d{4}", text):  # a date as spreadsheets count it
        return (_SHEET + timedelta(days=int(text))).isoformat()
    parts = re.findall(r"\d+|[^\W\d_]+", text.lower())
    numbers = [int(part) for part in parts if part.isdigit()]
    month = next((number for p in parts for name, number in _MONTH_NAMES.items() if p.startswith(name)), 0)
    if re.fullmatch(r"\d{8}", text):
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if month and len(numbers) == 2:
        small, year = numbers if max(numbers) < 100 else sorted(numbers)
        return _date(year + (2000 if year < 100 else 0), month, small)
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
    text = re.sub(r"(?<=\d)\s*(?:tage?n?|jours?)\b", "d", written.lower())
    text = re.sub(r"(?<=\d)\s*(?:stunden?|std)\b", "h", text)
    amounts = re.findall(r"(\d+)\s*(w|d|h|m)[a-z]*", text)
    rest = re.sub(r"\d+\s*(w|d|h|m)[a-z]*|and|[\s,]+", "", text)
    return "" if rest else "".join(f"{number}{_UNITS[unit]}" for number, unit in amounts)


def weekday(word: str) -> str:
    text = word.lower().strip(" .")
    known = next((name for name in DAYS if text.startswith(name)), _SHORT_DAYS.get(text, ""))
    return known or _OTHER_DAYS.get(text[:3], "")


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
    words = (
        list(text)
        if re.fullmatch("[mwf]{2,3}", text)
        else re.split(r"[\s,;&/+]+|\b(?:and|und|et|y|e)\b", text)
    )
    names = [weekday(word) for word in words if word]
    return _listed(names) if names and all(names) else ""


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"


def boolean(written: str) -> str:
    text = written.lower().strip(" .!")
    return "true" if text in _YES else "false" if text in _NO else ""


def size(written: str) -> str:
    match = re.fullmatch(r"\D*(\d{1,4})\D+(\d{1,4})\D*", written)
    return f"{match[1]}x{match[2]}" if match else ""


def block(key: str, written: object) -> str:
    """A few words as the block of keys they are: ``3 per week`` of a ``frequency_cap``; empty: no idea."""
    if key == "flight" and isinstance(written, list):
        return _dates(written)
    if not isinstance(written, str):
        return ""
    if key == "flight":
        return flight(written) or _dates([written]) or _month(written)
    if key == "goal" and (match := re.fullmatch(r"([\d.,' ]+)\s*(issues?|sends?|clicks?)?", written.lower())):
        amount = number(match[1], whole=True)
        return f"{{{(match[2] or 'issues').removesuffix('s')}s: {amount}}}" if amount else ""
    if key == "frequency_cap":
        days = {"day": "1", "week": "7", "month": "30"}
        match = re.fullmatch(
            r"(\d+)(?: times| x|x)?\s*(?:/|per|a|in)\s*(\d+|day|week|month)s?(?: days)?", written.lower()
        )
        return f"{{max_issues: {match[1]}, per_days: {days.get(match[2], match[2])}}}" if match else ""
    return ""


def flight(written: str) -> str:
    """Two dates with something between them, as the block they are."""
    for between in re.finditer(r"\s+(?:to|until|till|through|bis)\s+|\s*(?:\.\.+|[-–—/])\s*", written):
        start, end = day(written[: between.start()]), day(written[between.end() :])
        if start and end and " or " not in start + end:
            return f"{{start: {start}, end: {end}}}"
    return ""


def _dates(written: list[object]) -> str:
    """A list of dates; of two, more likely the first and the last day."""
    days = [day(str(one)) if isinstance(one, str) else "" for one in written]
    if not days or not all(days) or any(" or " in one for one in days):
        return ""
    listed = f"{{dates: [{', '.join(days)}]}}"
    return f"{{start: {days[0]}, end: {days[1]}}} or {listed}" if len(days) == 2 else listed


def _month(written: str) -> str:
    """``January 2026``, ``2026-01`` or ``01/2026`` from its first to its last day."""
    text = written.lower().strip()
    match = re.fullmatch(r"(?P<year>\d{4})[-/](?P<number>\d\d?)|(?P<month>\d\d?)[-/.](?P<of>\d{4})", text)
    name = re.fullmatch(r"([^\W\d_]+)\.?\s+(\d{4})", text)
    if match:
        year, number = int(match["year"] or match["of"]), int(match["number"] or match["month"])
    elif name:
        year = int(name[2])
        number = next((n for word, n in _MONTH_NAMES.items() if name[1].startswith(word)), 0)
    else:
        return ""
    if not 1 <= number <= 12 or not 1 <= year < 9999:
        return ""
    last = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
    return f"{{start: {date(year, number, 1)}, end: {last}}}"


def address(written: str) -> str:
    """A web address without what stands around it and with its scheme: ``<https//a.example/b c>``; empty: no idea."""
    bare = written.strip("<>“”„‘’‚«»\"' ")
    rest = re.sub(r"^https?\s*:?\s*/+", "", bare, flags=re.IGNORECASE)
    host, slash, path = rest.partition("/")
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", host) or re.search(r'[<>"\\]', path):
        return ""
    scheme = "http://" if bare.lower().startswith("http:") else "https://"
    return f"{scheme}{host}{slash}{path.replace(' ', '%20')}"


def mailbox(written: str) -> str:
    """A name and an address, parted by a space or other brackets: ``Name <news@example.com>``."""
    match = re.search(r"[^\s<>@()\[\],;:\"“”]+@[\w.-]*\w", written)
    if match is None or written[match.end() :].strip(' )>]”"'):
        return ""
    name = written[: match.start()].strip(' ,:;([<-“"')
    return f"{name} <{match[0]}>" if name else match[0]
