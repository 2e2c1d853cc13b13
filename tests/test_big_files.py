"""Files that hold a history: read in portions, in little memory; a line that came before is not read again."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.app import ingest
from digest.sources import _records, csv, jsonl
from digest.store import intake
from tests.newsrooms import DIGEST, Room, newsroom


@pytest.fixture(params=[1, 3, 1000])
def portion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Whatever stands in one portion, what comes of a file is the same."""
    monkeypatch.setattr(_records, "PORTION", request.param)
    monkeypatch.setattr("digest.sources._PORTION", request.param)
    return int(request.param)


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}", "url": f"https://news.example/{number}", "title": f"Story {number} of the town",
        "section": "Local", "source": "post", "published_at": "2026-01-22T12:00:00-05:00", **fields,
    }  # fmt: skip


def room_of(folder: Path) -> Room:
    return newsroom(folder / "room", digest=DIGEST)


def read(room: Room, *rows: dict[str, Any] | str) -> dict[str, Any]:
    path = room.root / "post.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in rows))
    source = room.run("ingest", str(path), "--json").json["sources"][0]
    return {name: source[name] for name in ("new", "updated", "unchanged", "rejected", "folded")} | {
        "remarks": source["remarks"]
    }


def what(
    new: int = 0, updated: int = 0, unchanged: int = 0, rejected: int = 0, folded: int = 0
) -> dict[str, Any]:
    return {
        "new": new, "updated": updated, "unchanged": unchanged, "rejected": rejected, "folded": folded, "remarks": [],
    }  # fmt: skip


def titles(room: Room) -> dict[str, str]:
    stories = room.run("stories", "list", "--limit", "1000", "--json").json["stories"]
    return {story["url"]: f"{story['id']}: {story['title']}" for story in stories}


def test_a_file_is_read_however_long_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history of 300,000 stories takes longer than any server may."""
    monkeypatch.setattr(ingest, "_SECONDS", -10.0)
    away = '  - {name: away, type: rss, url: "https://feeds.invalid/rss"}\n'
    room = newsroom(tmp_path / "room", digest=DIGEST.replace("sections:\n", f"{away}sections:\n", 1))
    sources = {source["name"]: source for source in room.run("ingest", "--json").json["sources"]}
    assert sources["post"]["new"] == 12
    assert not sources["post"]["error"]
    assert "time for all sources was over" in sources["away"]["error"]


def test_what_changed_and_what_did_not(tmp_path: Path, portion: int) -> None:
    room = room_of(tmp_path)
    rows = [row(number) for number in range(8)]
    assert read(room, *rows) == what(new=8)
    assert read(room, *rows) == what(unchanged=8)
    assert read(room, row(8), *rows[:4], row(4, title="Another word"), *rows[5:]) == what(1, 1, 7)
    assert titles(room)["https://news.example/4"] == "s4: Another word"
    assert read(room, *rows) == what(updated=1, unchanged=7)


def test_of_two_lines_with_one_address_the_last_counts(tmp_path: Path, portion: int) -> None:
    room = room_of(tmp_path)
    rows = [row(1, title="Old"), *(row(number) for number in range(2, 7)), row(1, title="New")]
    assert read(room, *rows) == what(new=6, folded=1)
    assert titles(room)["https://news.example/1"] == "s1: New"
    assert read(room, *rows) == what(unchanged=6, folded=1)
    assert read(room, *rows, row(1, title="Newest")) == what(0, 1, 5, folded=2)
    assert read(room, *rows, rows[-1]) == what(0, 1, 5, folded=2)
    assert titles(room)["https://news.example/1"] == "s1: New"


def test_an_address_that_moved(tmp_path: Path, portion: int) -> None:
    """The row follows its id; not where the old address is still in the file, before or after."""
    room = room_of(tmp_path)
    rows = [row(number) for number in range(5)]
    read(room, *rows)
    moved = row(2, url="https://news.example/moved")
    assert read(room, *rows[:2], moved, *rows[3:]) == what(0, 1, 4)
    assert "https://news.example/2" not in titles(room)
    assert titles(room)["https://news.example/moved"].startswith("s2: ")
    again = row(3, url="https://news.example/copy")
    assert read(room, again, *rows[:2], moved, *rows[3:]) == what(new=1, unchanged=5)
    assert titles(room)["https://news.example/3"].startswith("s3: ")


def test_one_id_for_all_is_many_stories(tmp_path: Path, portion: int) -> None:
    room = room_of(tmp_path)
    rows = [row(number, id="same") for number in range(6)]
    assert read(room, *rows) == what(new=6)
    assert len({value.partition(":")[0] for value in titles(room).values()}) == 6
    assert read(room, *rows) == what(unchanged=6)


def test_more_changes_than_are_kept_waiting(
    tmp_path: Path, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LATE", 3)
    room = room_of(tmp_path)
    read(room, *(row(number) for number in range(9)))
    changed = [row(number, title=f"Changed {number}") for number in range(9)]
    assert read(room, *changed) == what(updated=9)
    assert read(room, *changed) == what(unchanged=9)


def test_what_is_said_of_a_line_is_said_every_time(tmp_path: Path, portion: int) -> None:
    room = room_of(tmp_path)
    rows: list[dict[str, Any] | str] = [
        row(1),
        row(2, priority=99),
        "{",
        row(3, published_at="soon"),
        row(4, published_at="1/2/2026"),
    ]
    first = read(room, *rows)
    again = read(room, *rows)
    assert (first["new"], first["rejected"], again["unchanged"]) == (4, 1, 4)
    assert first["remarks"] == again["remarks"]
    assert len(first["remarks"]) == 3


def test_what_a_date_means_is_learned_from_the_whole_file(tmp_path: Path, portion: int) -> None:
    """1/2/2026 is read with the month first here, until another line shows the day first."""
    room = room_of(tmp_path)
    rows = [row(1, published_at="1/2/2026 10:00"), row(2)]
    assert len(read(room, *rows)["remarks"]) == 1
    source = read(room, *rows, row(3, published_at="23/1/2026 10:00"))
    assert (source["remarks"], source["new"]) == ([], 1)


def test_a_picture_nobody_sees_is_said_every_time(tmp_path: Path, portion: int) -> None:
    room = room_of(tmp_path)
    rows = [row(1, image="https://news.example/a.svg"), row(2)]
    assert [len(read(room, *rows)["remarks"]) for _ in range(3)] == [1, 1, 1]


def test_another_word_in_digest_yaml_reads_every_line_again(tmp_path: Path) -> None:
    room = room_of(tmp_path)
    assert room.run("ingest", "--json").json["sources"][0]["new"] == 12
    assert room.run("ingest", "--json").json["sources"][0]["unchanged"] == 12
    path = room.root / "digest.yaml"
    path.write_text(path.read_text().replace("type: jsonl,", "type: jsonl, flags: [no_ads],", 1))
    assert room.run("ingest", "--json").json["sources"][0]["updated"] == 12


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_that_blocks_cut(ends: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from digest.sources import _bytes

    text = ends.join(["url,title", *(f"https://n.example/{n},Straße {n}" for n in range(50))]) + ends
    path = tmp_path / "stories.csv"
    path.write_bytes(text.encode())
    lines = list(_bytes.Lines(text.encode()))
    assert len(lines) == 51
    for size in (1, 2, 7, 64):
        monkeypatch.setattr(_bytes, "_BLOCK", size)
        assert list(_bytes.Lines(path)) == lines


def test_a_line_that_came_before_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path)
    rows = [row(number) for number in range(5)]
    read(room, *rows)

    def never(*args: Any) -> Iterator[Any]:
        raise AssertionError("it was read again")

    monkeypatch.setattr(_records, "story_of", never)
    assert read(room, *rows) == what(unchanged=5)


def test_a_long_file_needs_little_memory(tmp_path: Path) -> None:
    """The size of the file is not in the memory: 256 MB of addresses hold it all, however long the file is."""
    room = room_of(tmp_path)
    path = room.root / "long.jsonl"
    with path.open("w") as file:
        for number in range(20_000):
            file.write(json.dumps(row(number, summary=f"What is known of {number}. " * 60)) + "\n")
    limit = 256 * 1024 * 1024
    command = [sys.executable, "-m", "digest", "ingest", str(path), "--json"]
    done = subprocess.run(
        command, cwd=room.root, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sources"][0]["new"] == 20_000
    assert path.stat().st_size > 30_000_000


def test_both_kinds_of_files_are_streamed() -> None:
    assert hasattr(jsonl, "parse_lines")
    assert hasattr(csv, "parse_lines")
