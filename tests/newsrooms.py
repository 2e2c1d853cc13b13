"""Small newsrooms for tests, written to a folder, and the command run in them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer.testing
from typer.main import get_command

from digest.cli import commands
from digest.model import Publication

PUBLICATION = Publication(name="Harbor Post", url="https://harbor.example")

DIGEST = """\
publication: {name: Harbor Post, url: "https://harbor.example", timezone: America/New_York, locale: en_US,
              address: "1 Pier Rd, Jacksonville, FL 32202"}
store: sqlite:///var/digest.db
mailer: plain
sources:
  - {name: post, type: jsonl, url: stories.jsonl}
sections:
  - {id: local-news, title: Local News, top: 3, min: 1}
  - {id: health, title: Health, top: 3, min: 1}
  - {id: crime, title: Crime, top: 2, min: 1}
editions:
  daily: {cadence: daily, cutoff: "06:00", from: "Harbor Post <news@harbor.example>", expected_sends: 1000}
"""

ADS = """\
policy: {max_ads: 2, min_gap: 2, max_ratio: 1/3, sensitive: {sections: [crime]}}
slots:
  top_banner: {position: top, sizes: [600x150]}
  in_stream: {position: between_stories, native: true}
advertisers:
  gleammour: {name: Gleammour, labels: [oral-care]}
line_items:
  - id: aquafresh
    advertiser: gleammour
    flight: {start: 2026-01-05, end: 2026-02-27}
    slots: [in_stream]
    rate: {per_issue: 450}
    adjacency: {avoid_flags: [sensitive]}
    creatives: [{id: fresh, headline: A fresher morning, body: Two minutes., cta: Try it, url: "https://gleammour.example/"}]
  - id: later
    advertiser: gleammour
    flight: {start: 2026-03-01, end: 2026-03-31}
    slots: [in_stream]
    creatives: [{id: l, headline: Later, cta: Go, url: "https://gleammour.example/later"}]
"""

SECTIONS = ("Local News", "Health", "Crime")


def story(number: int, **fields: Any) -> dict[str, Any]:
    """A distinct story of 22 January 2026, inside the window of the issue of the 23rd."""
    words = (
        "harbor",
        "bridge",
        "clinic",
        "market",
        "school",
        "theater",
        "library",
        "council",
        "airport",
        "garden",
    )
    topic = f"{words[number % 10]} {words[(number // 10 + 3) % 10]} q{number * 7919 % 10007}"
    return {
        "id": f"s{number}",
        "url": f"https://harbor.example/{number}",
        "title": f"Number {number * 31 % 997}: {topic} opens x{number * 104729 % 99991}",
        "summary": f"The {topic} has news of z{number * 1299709 % 999983} for readers.",
        "section": SECTIONS[number % 3],
        "source": "post",
        "published_at": f"2026-01-22T{8 + number % 12:02d}:{number % 60:02d}:00-05:00",
    } | fields


@dataclass(frozen=True)
class Result:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


# To read the signatures of all commands takes longer than most of the commands.
typer.testing._get_command = cache(get_command)  # type: ignore[attr-defined]


def run(*words: str) -> Result:
    """A command line, in this process."""
    result = typer.testing.CliRunner().invoke(commands(), words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class Room:
    """A newsroom on disk."""

    root: Path

    def run(self, *words: str) -> Result:
        return run(*words, "--root", str(self.root))

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def stories(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.write("stories.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def files(self, edition: str = "daily", day: str = "2026-01-23") -> dict[str, bytes]:
        folder = self.root / "outbox" / edition / day
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    def manifest(self, edition: str = "daily", day: str = "2026-01-23") -> Any:
        return json.loads(self.files(edition, day)["manifest.json"])


def renewed(room: Room) -> Room:
    """A newsroom as it was when this was first asked, in the same folder: a store knows its sources by their paths."""
    kept = room.root.with_name(f"{room.root.name}, as it was")
    if kept.exists():
        shutil.rmtree(room.root)
        shutil.copytree(kept, room.root)
    else:
        shutil.copytree(room.root, kept)
    return room


def newsroom(root: Path, *, count: int = 12, digest: str = DIGEST, ads: str = ADS) -> Room:
    """A newsroom with ``count`` stories for the issue of 2026-01-23."""
    root.mkdir(parents=True, exist_ok=True)
    room = Room(root)
    room.write("digest.yaml", digest)
    room.write("adslots.yaml", ads)
    room.stories(story(number) for number in range(count))
    return room
