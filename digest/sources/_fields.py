"""A row of names and values made into a story: the fields of stories as files.

What a story cannot do without is demanded: a title, an http(s) address, times that can be read where they
decide when it may run. Whatever else is wrong is left out, and said.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from digest.model import Image, Rejected, Story
from digest.model.text import TITLE, plain_summary, plain_title
from digest.model.urls import is_web_url, story_id
from digest.sources import Context, Found, Remark, Untimed
from digest.sources._names import misnamed
from digest.sources._times import Habits, Learned, in_utc, moment

NAME = 200  # characters of an author, a source, an id
LONG = 10_000  # characters of an id that are looked at
WORD = 100  # characters of a section, a tag, a flag
MANY = 100  # sections, tags, flags of one story
HIGHEST = 1e15  # a popularity beyond is a mistake
CAPTION = 300  # characters below a picture
_SHOWN = 60
_FILE = re.compile(r"(?!\.\.?/|.*/\.\.?/)[\w][^:\\?#\n]*\.(?:png|jpe?g|gif|webp|avif|svg)", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"(?:mailto:)?[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)
_HTML = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|img|figure|ul|ol|li|h[1-6]|blockquote)(?:\s[^<>]*)?/?>"
    r"|&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*\Z")  # what most authors are called
_LEFT = re.compile(r"[(<\[]\s*[)>\]]|[<>]")


class Unfit(Exception):
    """The row is no story; the text says why."""


def story_of(row: Mapping[str, Any], where: str, context: Context, habits: Habits | Learned) -> list[Found]:
    """The story of one row, after remarks on it; or why it is none."""
    fields = _Row(row, habits)
    unread = [f"its {name} is not read; call it {field}" for name, field in misnamed(tuple(row))]
    try:
        story = _story(fields, context)
    except Unfit as unfit:
        return [Rejected(where, "; ".join([str(unfit), *unread]))]
    findings: list[Found] = [Remark(where, what) for what in (*unread, *fields.remarks)]
    if fields.untimed:
        findings.append(Untimed(story.url, fields.untimed))
    findings.append(story)
    return findings


def named_people(names: Iterable[str]) -> str:
    """The names of authors, separated by commas, each once; e-mail addresses in them leave."""
    names = list(names)
    if len(names) == 1 and _NAME.match(names[0]) and len(names[0]) <= NAME:
        return names[0]
    plain = (_LEFT.sub(" ", without_addresses(name)) for name in names)
    cleaned = dict.fromkeys(" ".join(name.split()).strip(" ,;()") for name in plain)
    return plain_title(", ".join(name for name in cleaned if name), NAME)


def without_addresses(text: str) -> str:
    """Text with a blank in the place of every e-mail address."""
    return _MAIL_ADDRESS.sub(" ", text)


class _Row:
    """The values of a row by name, each read as what it should be."""

    def __init__(self, values: Mapping[str, Any], habits: Habits | Learned) -> None:
        self.values, self.habits = values, habits
        self.remarks: list[str] = []
        self.untimed = ""  # why the story has no time, where it names one

    def get(self, name: str) -> Any:
        value = self.values.get(name)
        return None if value == "" else value

    def drop(self, name: str, value: Any, reason: str) -> None:
        self.remarks.append(f"{name} {shown(value)} was left out: {reason}")

    def cut(self, name: str, length: int, limit: int) -> None:
        self.remarks.append(f"its {name} has {length:,} characters and was cut at {limit:,}")

    def text(self, name: str, limit: int = NAME) -> str:
        """A line of text; a number stands for its digits."""
        value = self.values.get(name)
        if type(value) is str:  # as nearly all are: asked first, for a history has millions
            if len(value) > limit:
                self.cut(name, len(value), limit)
            return plain_title(value, limit) if value else ""
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return plain_title(_str(value), limit)
        self.drop(name, value, "it is no text")
        return ""

    def time(self, name: str) -> datetime | None:
        """A time. Raises :class:`Unfit` for what is none: it decides when a story may run."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        at = self._moment(value)
        if at is None:
            raise Unfit(f"{name} {shown(value)} is no time such as 2026-01-23T06:30:00-05:00 or 2026-01-23")
        return at

    def minor_time(self, name: str) -> datetime | None:
        """A time without which the story can do."""
        try:
            return self.time(name)
        except Unfit as unfit:
            self.remarks.append(f"{unfit}; it was left out")
            return None

    def publication(self) -> datetime | None:
        """When it was published; a time that nobody understands leaves the story without one, which is said."""
        value = self.get("published_at")
        try:
            return self.time("published_at")
        except Unfit as unfit:
            self.remarks.append(f"{unfit}; the story has no time and runs in no issue")
            self.untimed = f"its time {shown(value)} was not understood"
            return None

    def _moment(self, value: Any) -> datetime | None:
        if type(value) is not str:
            if isinstance(value, datetime):
                return in_utc(value, self.habits.zone)
            if isinstance(value, date):
                return in_utc(datetime.combine(value, time()), self.habits.zone)
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                return None
        reading = moment(_str(value), self.habits)
        if reading and reading.doubt:
            self.remarks.append(f"its time {shown(value)} {reading.doubt}")
        return reading.at if reading else None

    def words(self, *names: str) -> tuple[str, ...]:
        """The lists under ``names``, one after the other, without repeats."""
        distinct: dict[str, None] = {}
        for name in names:
            value = self.values.get(name)
            if value is None or value == "":
                continue
            for item in value if isinstance(value, (list, tuple)) else (value,):
                if type(item) is str:
                    if len(item) > WORD:
                        self.cut(name, len(item), WORD)
                    distinct[word(item)] = None
                elif isinstance(item, int | float) and not isinstance(item, bool):
                    distinct[word(_str(item))] = None
                elif item is not None:
                    self.drop(name, item, "it is no text")
        distinct.pop("", None)
        if len(distinct) > MANY:
            self.remarks.append(f"it has {len(distinct):,} {names[-1]}, and the first {MANY} were taken")
        return tuple(distinct)[:MANY]

    def number(self, name: Any, value: Any, of: str = "") -> float | None:
        """A finite number; digits in quotes count. A remark calls it by its name after ``of``."""
        try:
            if type(value) is bool or not isinstance(value, (int, float, str)):
                raise ValueError
            number = float(value)
        except (ValueError, OverflowError):
            self.drop(f"{of}{name}", value, "it is no number")
            return None
        if not math.isfinite(number):
            self.drop(f"{of}{name}", value, "it is no number")
            return None
        return number


def word(text: str) -> str:
    """A section, a tag, a flag as one line of plain text."""
    return _short_word(text) if len(text) <= WORD else plain_title(text, WORD)


@lru_cache(4096)
def _short_word(text: str) -> str:
    """Kept, since thousands of stories share a few words; a long text is none of these, and would cost memory."""
    return plain_title(text, WORD)


def _story(row: _Row, context: Context) -> Story:
    title = row.text("title", limit=500)
    if not title:
        raise Unfit("it has no title")
    url = web_url(row.get("url"))
    id = row.text("id", LONG)
    if len(id) > NAME:
        row.remarks.append(f"its id has {len(id):,} characters, more than {NAME}; it got one of its own")
    summary = _summary(row)
    _say_html(row, "title", title)
    _say_html(row, "summary", summary)
    return Story(
        id=id if 0 < len(id) <= NAME else story_id(url),
        url=url,
        title=title,
        summary=summary,
        sections=row.words("section", "sections"),
        source=row.text("source") or context.spec.name,
        author=named_people([row.text("author")]),
        published_at=row.publication(),
        updated_at=row.minor_time("updated_at"),
        image=_image(row),
        popularity=_popularity(row),
        tags=row.words("tags"),
        flags=row.words("flags"),
        priority=_priority(row),
        embargo_until=row.time("embargo_until"),
        expires_at=row.time("expires_at"),
        language=row.text("language", 35),
        first_seen=context.now,
    )


def _say_html(row: _Row, name: str, text: str) -> None:
    """Files hold plain text, so that a tag is printed as it is written: nobody wants that, and it is said."""
    if ("<" in text or "&" in text) and (markup := _HTML.search(text)):
        row.remarks.append(f"its {name} holds HTML ({shown(markup[0])}), which is printed as it is written")


def _summary(row: _Row) -> str:
    value = row.get("summary")
    if value is None:
        return ""
    if isinstance(value, str):
        return plain_summary(value)
    return row.text("summary")


def web_url(value: Any) -> str:
    """An http(s) address without the blanks around it, those inside written ``%20``. Raises :class:`Unfit`."""
    if type(value) is str and is_web_url(value):
        return value
    if value is None:
        raise Unfit("it has no url")
    if not isinstance(value, str):
        raise Unfit(f"its url {shown(value)} is no http(s) address")
    url = value.strip(" \t\r\n").replace(" ", "%20")
    if not url:
        raise Unfit("it has no url")
    if not is_web_url(url):
        raise Unfit(f"its url {shown(value)} is no http(s) address")
    return url


def _image(row: _Row) -> Image | None:
    value = row.get("image")
    fields = {"url": value} if isinstance(value, str) else value
    if fields is None:
        return None
    if not isinstance(fields, dict):
        row.drop("image", value, "it is neither an address nor {url, width, height, alt, caption, credit}")
        return None
    try:
        url = _picture_url(fields.get("url"))
    except Unfit as unfit:
        row.drop("image", value, str(unfit))
        return None
    return Image(
        url=url,
        width=pixels(fields.get("width")),
        height=pixels(fields.get("height")),
        alt=_line(fields.get("alt"), TITLE),
        caption=_line(fields.get("caption"), CAPTION),
        credit=_line(fields.get("credit"), WORD),
    )


def _line(value: Any, limit: int) -> str:
    return plain_title(value, limit) if isinstance(value, str) else ""


def _picture_url(value: Any) -> str:
    """An address, or a picture file of the newsroom such as ``pictures/pier.jpg``. Raises :class:`Unfit`."""
    if isinstance(value, str) and ":" not in value and _FILE.fullmatch(value.strip()):
        return value.strip()
    return web_url(value)


def pixels(value: Any) -> int | None:
    """A size in whole pixels, from 1 to 20,000; ``None`` for anything else."""
    if type(value) is int:
        return value if 1 <= value <= 20_000 else None
    try:
        if isinstance(value, bool) or value is None:
            return None
        size = round(float(str(value).strip().removesuffix("px")))
    except (ValueError, OverflowError):
        return None
    return size if 1 <= size <= 20_000 else None


def _popularity(row: _Row) -> Mapping[str, float]:
    value = row.get("popularity")
    if value is None:
        return MappingProxyType({})
    fields, of = (value, "popularity ") if isinstance(value, dict) else ({"popularity": value}, "")
    popularity: dict[str, float] = {}
    for name, amount in _sorted(fields)[:MANY]:
        if amount is None:
            continue
        number = row.number(name, amount, of)
        if number is None:
            continue
        if 0 <= number <= HIGHEST:
            popularity[word(str(name))] = number
        else:
            row.drop("popularity", amount, "it is below zero" if number < 0 else "it is too high")
    return MappingProxyType(popularity)


def _sorted(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return (
        sorted(fields.items(), key=lambda field: str(field[0])) if len(fields) > 1 else list(fields.items())
    )


def _priority(row: _Row) -> float:
    value = row.get("priority")
    number = None if value is None else row.number("priority", value)
    if number is None:
        return 0.0
    if not 0 <= number <= 10:
        row.remarks.append(f"priority {shown(value)} lies outside 0..10 and counts as the nearer end")
    return min(10.0, max(0.0, number))


def _str(value: str | float) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes
        return ""


def shown(value: Any) -> str:
    """A value as people may see it in a message: on one line, short."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        text = type(value).__name__
    return plain_title(text, _SHOWN) or '""'
