"""Newsrooms with an audience for tests, and readers as CSV or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest.audience.engines import local
from tests.newsrooms import ADS, DIGEST, Room, newsroom, story

DAY = "2026-01-23"
SECTIONS = ("Local News", "Health", "Crime")
KEYS = "audience: {sections: topics, top: {health: health_top}, language: language, by: [region]}\n"
COLUMNS = ("reader_id", "topics", "health_top", "language", "region")
ITEM = (
    "  - {{id: {id}, advertiser: {advertiser}, flight: {{start: 2026-01-05, end: 2026-02-27}}, "
    "slots: [in_stream], {more}"
    'creatives: [{{id: c, headline: Ad of {id}, url: "https://{advertiser}.example/"}}]}}\n'
)

SOME: list[dict[str, Any]] = [
    {"reader_id": "anna", "topics": ["health", "Crime"], "region": "tampa", "health_top": 1},
    {"reader_id": "bert", "topics": "", "region": "macon"},
    {"reader_id": "cora", "topics": ["crime", "health"], "region": "tampa"},
    {"reader_id": "dora", "topics": ["health", "crime"], "region": "Tampa", "health_top": "1.0"},
]


def item(name: str, more: str = "", advertiser: str = "gleammour") -> str:
    """A booking as ``adslots.yaml`` has it; ``more`` are further keys, such as ``audience: {region: [tampa]}``."""
    return ITEM.format(id=name, advertiser=advertiser, more=f"{more}, " if more else "")


def audience_room(root: Path, *, items: str = "", digest: str = "", ads: str = ADS, count: int = 24) -> Room:
    """A newsroom of three sections whose bookings are those of ``newsrooms`` and ``items``."""
    known = "advertisers:\n" + "".join(f"  {one}: {{name: {one.title()}}}\n" for one in ("bay", "mart"))
    room = newsroom(root, digest=DIGEST + KEYS + digest, ads=ads.replace("advertisers:\n", known) + items)
    room.stories(
        story(n, section=SECTIONS[n % 3], **({"language": "es"} if n % 8 == 7 else {})) for n in range(count)
    )
    return room


def tampa_room(tmp_path: Path) -> Room:
    """Such a newsroom with one booking that only readers of Tampa get."""
    return audience_room(
        tmp_path / "room", items=item("tampa-only", "type: sponsorship, audience: {region: [tampa]}", "bay")
    )


def csv(path: Path, rows: Iterable[Any], separator: str = ",") -> Path:
    """Readers as CSV: lists parted by bars."""
    rows = list(rows)
    names = list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)]))
    lines = [separator.join(names)]
    for row in rows:
        cells = (row.get(name, "") for name in names)
        lines.append(separator.join("|".join(one) if isinstance(one, list) else str(one) for one in cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def built(room: Room, *words: str, code: int = 0) -> dict[str, Any]:
    """A build with an audience; its row of the answer."""
    result = room.run("build", "--daily", "--date", DAY, "--json", *words)
    assert result.code == code, result.err + result.out
    row: dict[str, Any] = json.loads(result.out)["issues"][0]
    return row


def made_here(root: Path) -> Room:
    """A newsroom with the issue for ``many`` readers, made by this process alone; processes of its own start slowly."""
    room = audience_room(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "processors", lambda: 1)
        built(room, "--audience", str(many(room.root / "r.csv")))
    return room


def table(path: Path | str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
    """The rows of a Parquet file."""
    return duckdb.execute(f"SELECT {columns} FROM '{path}' ORDER BY {order}").fetchall()


def folder(room: Room) -> Path:
    return room.root / "outbox" / "daily" / DAY / "audience"


def of_reader(room: Room, reader: str, where: Path | None = None) -> dict[str, Any]:
    """The variant of a reader: its row of ``variants.parquet`` with the bytes of its parts."""
    where = where or folder(room)
    found = duckdb.execute(
        f"SELECT v.* FROM '{where}/recipients.parquet' r JOIN '{where}/variants.parquet' v USING (variant) "
        "WHERE reader_id = ?",
        [reader],
    )
    row = dict(zip((one[0] for one in found.description or ()), found.fetchall()[0], strict=True))
    for part in ("html", "txt", "eml"):
        data = (where / f"packs/{row['pack']:04d}.{part}").read_bytes()
        row[part] = data[row[f"{part}_offset"] :][: row[f"{part}_length"]]
    return row


def many(path: Path, readers: int = 900, kinds: int = 140) -> Path:
    """Readers of ``kinds`` different choices."""
    topics: tuple[list[str], ...] = (
        ["health"],
        ["crime", "health"],
        ["local-news"],
        ["local-news", "crime", "health"],
        [],
        ["health", "crime"],
    )
    rows = [
        {
            "reader_id": f"r{n:05d}",
            "topics": topics[n % kinds % 6],
            "region": f"region{n % kinds // 6}",
            "language": "",
            "health_top": 1 + n % kinds % 5,
        }
        for n in range(readers)
    ]
    return csv(path, rows)


def bytes_of(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }
