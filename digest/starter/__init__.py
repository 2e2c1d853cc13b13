"""A new newsroom as files: two commented configurations, and sample stories dated around today.

The stories of one day come again nine days later, under other addresses: long enough for no issue to repeat one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

__all__ = ["Wish", "contents"]

_HERE = Path(__file__).parent
_SECTIONS = {"L": "Local News", "B": "Business", "C": "Culture"}
_TIMES = ("06:40", "08:15", "09:50", "11:20", "13:05", "15:30", "17:45", "20:10")  # of each day's stories
_BACK, _AHEAD = timedelta(days=14), timedelta(days=21)  # a weekly issue of a week ago; three weeks to come
_FLIGHT = timedelta(days=7), timedelta(days=60)
_IGNORED = "# What digest makes itself\nvar/\noutbox/\n"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the new newsroom is to be: ``url`` without a path at its end, ``sender`` as a mail names it."""

    name: str
    url: str
    timezone: str
    locale: str
    sender: str
    today: date  # in that time zone


def contents(wish: Wish) -> dict[str, str]:
    """The files by their path in the newsroom: plain text, the same for the same wish."""
    return {
        "digest.yaml": _filled("digest.yaml", wish),
        "adslots.yaml": _filled("adslots.yaml", wish),
        "samples/stories.jsonl": "".join(
            json.dumps(one, ensure_ascii=False) + "\n" for one in _stories(wish)
        ),
        ".gitignore": _IGNORED,
    }


def _filled(file: str, wish: Wish) -> str:
    words = {
        "NAME": _quoted(wish.name),
        "URL": _quoted(wish.url),
        "TIMEZONE": wish.timezone,
        "LOCALE": wish.locale,
        "SENDER": _quoted(wish.sender),
        "ADVERTISE": _quoted(f"{wish.url}/advertise"),
        "TODAY": str(wish.today),
        "START": str(wish.today - _FLIGHT[0]),
        "END": str(wish.today + _FLIGHT[1]),
    }
    return re.sub("@([A-Z]+)@", lambda found: words[found[1]], _read(file))


def _quoted(text: str) -> str:
    """As YAML reads it in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _stories(wish: Wish) -> Iterator[dict[str, Any]]:
    """The sample stories, oldest first; their times are local."""
    rows = [line.split(" | ") for line in _read("stories.txt").splitlines()]
    days = [rows[at : at + len(_TIMES)] for at in range(0, len(rows), len(_TIMES))]
    first = wish.today - _BACK
    for number in range((_BACK + _AHEAD).days):
        day = first + timedelta(days=number)
        for at, (kind, title, summary, tags) in enumerate(days[day.toordinal() % len(days)]):
            yield {
                "id": f"sample-{day:%y%m%d}-{at + 1}",
                "url": f"{wish.url}/{day:%Y/%m/%d}/{_slug(title)}",
                "title": title,
                "summary": summary,
                "section": _SECTIONS[kind],
                "source": wish.name,
                "published_at": f"{day}T{_TIMES[at]}:00",
                "popularity": {"views": 400 + len(title) * len(summary) % 1600},
                "tags": tags.split(", "),
            }


def _slug(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def _read(file: str) -> str:
    return (_HERE / file).read_text(encoding="utf-8")
