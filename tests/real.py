"""Real news to build from, where it is at hand; its text never enters the repository."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.newsrooms import Room

DATA = Path(os.environ.get("DIGEST_DATA", Path(__file__).parents[2] / "shared" / "data"))

SECTIONS = ("General", "Business", "Entertainment", "Health", "Science", "Sports", "Technology")
DIGEST = (
    """\
publication: {name: The Week, url: "https://week.example", timezone: America/New_York, locale: en_US,
              address: "100 Main St, Jacksonville, FL 32202"}
store: sqlite:///var/digest.db
mailer: plain
sources:
  - {name: wire, type: jsonl, url: stories.jsonl}
sections:
"""
    + "".join(f"  - {{id: {name.lower()}, title: {name}, top: 6, min: 2}}\n" for name in SECTIONS)
    + """\
editions:
  daily: {cadence: daily, cutoff: "06:00", from: "The Week <news@week.example>", expected_sends: 48000}
"""
)


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a data set; the test is skipped without it."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no real data: {path.name} is not in {DATA} (DIGEST_DATA names its folder)")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def as_story(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a news set as a story of a JSONL file."""
    extra = row.get("extra") or {}
    story = {
        key: row[key] for key in ("id", "url", "title", "summary", "source", "published_at") if row.get(key)
    }
    story["sections"] = extra.get("sections") or [row["section"]]
    if extra.get("author"):
        story["author"] = extra["author"]
    if extra.get("image"):
        story["image"] = {"url": extra["image"]}
    if row.get("popularity"):
        story["popularity"] = row["popularity"]
    return story


def week(root: Path, ads: str) -> Room:
    """A newsroom of seven sections with January 2022's stories of hundreds of outlets."""
    stories = [as_story(row) for row in rows("newsapi_us_2022.dev")]
    root.mkdir(parents=True, exist_ok=True)
    room = Room(root)
    room.write("digest.yaml", DIGEST)
    room.write("adslots.yaml", ads)
    room.stories(stories)
    return room
