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

__all__ = ["NewsroomOptions", "contents"]

_HERE = Path(__file__).parent
_SECTIONS = {"L": "Local News", "B": "Business", "C": "Culture"}
_TIMES = ("06:40", "08:15", "09:50", "11:20", "13:05", "15:30", "17:45", "20:10")  # of each day's stories
_BACK, _AHEAD = timedelta(days=14), timedelta(days=21)  # a weekly issue of a week ago; three weeks to come
_FLIGHT = timedelta(days=7), timedelta(days=60)
_IGNORED = "# What digest makes itself\nvar/\noutbox/\n"


@dataclass(frozen=True, slots=True)
class NewsroomOptions:
    """What the new newsroom is to be: ``url`` without a path at its end, ``sender`` as a mail names it."""

    name: str
    url: str
    timezone: str
    locale: str
    sender: str
    today: date  # in that time zone


def contents(options: NewsroomOptions) -> dict[str, str]:
    """The files by their path in the newsroom: plain text, the same for the same options."""
    return {
        "digest.yaml": _filled("digest.yaml", options),
        "adslots.yaml": _filled("adslots.yaml", options),
        "samples/stories.jsonl": "".join(
            json.dumps(story, ensure_ascii=False) + "\n" for story in _stories(options)
        ),
        ".gitignore": _IGNORED,
    }


def _filled(file: str, options: NewsroomOptions) -> str:
    values = {
        "NAME": _quoted(options.name),
        "URL": _quoted(options.url),
        "TIMEZONE": options.timezone,
        "LOCALE": options.locale,
        "SENDER": _quoted(options.sender),
        "ADVERTISE": _quoted(f"{options.url}/advertise"),
        "TODAY": str(options.today),
        "START": str(options.today - _FLIGHT[0]),
        "END": str(options.today + _FLIGHT[1]),
    }
    return re.sub("@([A-Z]+)@", lambda match: values[match[1]], _read(file))


def _quoted(text: str) -> str:
    """As YAML reads it in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _stories(options: NewsroomOptions) -> Iterator[dict[str, Any]]:
    """The sample stories, oldest first; their times are local."""
    rows = [line.split(" | ") for line in _read("stories.txt").splitlines()]
    days = [rows[at : at + len(_TIMES)] for at in range(0, len(rows), len(_TIMES))]
    first = options.today - _BACK
    for number in range((_BACK + _AHEAD).days):
        day = first + timedelta(days=number)
        for at, (kind, title, summary, tags) in enumerate(days[day.toordinal() % len(days)]):
            yield {
                "id": f"sample-{day:%y%m%d}-{at + 1}",
                "url": f"{options.url}/{day:%Y/%m/%d}/{_slug(title)}",
                "title": title,
                "summary": summary,
                "section": _SECTIONS[kind],
                "source": options.name,
                "published_at": f"{day}T{_TIMES[at]}:00",
                "popularity": {"views": 400 + len(title) * len(summary) % 1600},
                "tags": tags.split(", "),
            }


def _slug(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def _read(file: str) -> str:
    return (_HERE / file).read_text(encoding="utf-8")
