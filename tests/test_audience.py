"""An issue for an audience, end to end: who gets which stories and ads."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.audiences import (
    DAY,
    SOME,
    audience_room,
    built,
    bytes_of,
    csv,
    folder,
    item,
    many,
    of_reader,
    table,
    tampa_room,
)
from tests.newsrooms import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return tampa_room(tmp_path)


def test_readers_of_one_choice_share_a_variant_with_their_sections_and_ads(room: Room) -> None:
    row = built(room, "--audience", str(csv(room.root / "readers.csv", SOME)))
    assert (row["audience"]["readers"], row["audience"]["variants"]) == (4, 4)
    anna, cora = of_reader(room, "anna"), of_reader(room, "cora")
    assert [section["section"] for section in anna["lineup"]] == ["health", "crime"]
    assert [len(section["stories"]) for section in anna["lineup"]] == [1, 2]
    assert [section["section"] for section in cora["lineup"]] == ["crime", "health"]
    for story in anna["stories"]:
        assert f'data-story="{story}"'.encode() in anna["html"]
    assert b'data-line-item="tampa-only"' in cora["html"]
    assert b"tampa-only" not in of_reader(room, "bert")["html"]
    assert of_reader(room, "bert")["eml"].startswith(b"Date: ")
    assert b"tampa-only" not in room.files()["index.html"]
    manifest = room.manifest()
    assert manifest["audience"]["readers"] == 4
    reached = {row["line_item"]: row["readers"] for row in manifest["audience"]["ads"]}
    assert reached["tampa-only"] == 3
    assert sorted(table(folder(room) / "recipients.parquet", "reader_id"))[0] == ("anna",)


def test_an_empty_choice_is_the_issue_for_everybody_but_for_targeted_ads(tmp_path: Path) -> None:
    room = audience_room(tmp_path)
    built(room, "--audience", str(csv(room.root / "r.csv", [{"reader_id": "a", "topics": "", "region": ""}])))
    reader, files = of_reader(room, "a"), room.files()
    assert (reader["html"], reader["txt"], reader["eml"]) == (
        files["index.html"],
        files["index.txt"],
        files["message.eml"],
    )


def test_parquet_lists_and_csv_with_bars_mean_the_same(tmp_path: Path) -> None:
    rooms = [audience_room(tmp_path / name) for name in ("csv", "parquet", "semicolon")]
    csv(rooms[0].root / "r.csv", SOME)
    (rooms[1].root / "r").mkdir()
    duckdb.sql(
        f"COPY (SELECT reader_id, string_split(topics, '|') AS topics, region, language, "
        f"CAST(health_top AS DOUBLE) AS health_top "
        f"FROM read_csv('{rooms[0].root}/r.csv', all_varchar=true)) TO '{rooms[1].root}/r/part-0.parquet'"
    )
    csv(rooms[2].root / "r.csv", SOME, ";")
    for room, name in zip(rooms, ("r.csv", "r", "r.csv"), strict=True):
        built(room, "--audience", str(room.root / name))
    first, *others = (bytes_of(folder(room)) for room in rooms)
    assert all(other == first for other in others)


def test_all_readers_alike_are_one_variant(room: Room) -> None:
    path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "", "region": ""} for n in range(5000)))
    assert built(room, "--audience", str(path))["audience"]["variants"] == 1
    assert len(table(folder(room) / "recipients.parquet")) == 5000


def test_another_reader_makes_a_new_revision(room: Room) -> None:
    built(room, "--audience", str(csv(room.root / "r.csv", SOME)))
    row = built(room, "--audience", str(csv(room.root / "r.csv", SOME[:3])))
    assert (row["revision"], row["audience"]["readers"]) == (2, 3)
    assert len(table(folder(room) / "recipients.parquet")) == 3


def test_a_dry_run_counts_and_writes_nothing(room: Room) -> None:
    path = csv(room.root / "r.csv", SOME)
    assert room.run("ingest").code == 0
    row = built(room, "--dry-run", "--audience", str(path))
    assert row["audience"]["readers"] == 4
    assert not (room.root / "outbox").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--engine", "spark"), "there are local and dask"),
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler needs --audience"),
        (("--history", "x"), "--history needs --audience"),
    ],
)
def test_words_that_do_not_go_together(room: Room, words: tuple[str, ...], says: str) -> None:
    result = room.run("build", "--daily", "--date", DAY, *words)
    assert result.code == 2
    assert says in result.err


def test_a_goal_in_sends_counts_readers_and_a_recovered_ledger_agrees(tmp_path: Path) -> None:
    goal = item("sold", "type: sponsorship, audience: {region: [tampa]}, goal: {sends: 500}", "bay")
    room = audience_room(tmp_path / "room", items=goal)
    built(room, "--audience", str(csv(room.root / "r.csv", SOME)))

    def delivered() -> list[tuple[Any, ...]]:
        rows = room.run("ads", "report", "--json").json["line_items"]
        return [
            (row["line_item"], row["delivered"], row["sends"]) for row in rows if row["line_item"] == "sold"
        ]

    assert delivered() == [("sold", 3, 3)]
    assert room.run("mark-sent", "daily", DAY, "--delivered", "999").code == 0
    assert delivered() == [("sold", 3, 3)]
    for path in (room.root / "var").glob("digest.db*"):
        path.unlink()
    assert room.run("recover").code == 0
    assert delivered() == [("sold", 3, 3)]


def test_with_history_no_reader_gets_a_story_or_event_twice(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room", count=36, digest="thin: {widen: 72h, min_stories: 1}\n")
    stories = [
        {"id": "first", "url": "https://h.example/1", "title": "Drawbridge at Palatka stuck open for six hours",
         "section": "Health", "published_at": "2026-01-22T09:00:00-05:00", "priority": 10},
        {"id": "again", "url": "https://h.example/2", "title": "Palatka drawbridge stuck open for six hours",
         "section": "Health", "published_at": "2026-01-23T09:00:00-05:00", "priority": 10},
    ]  # fmt: skip
    room.write(
        "stories.jsonl",
        (room.root / "stories.jsonl").read_text() + "".join(json.dumps(story) + "\n" for story in stories),
    )
    sections = {"anna": ["health"], "bert": ["crime"], "cora": ["crime", "health"]}
    path = csv(
        room.root / "r.csv", ({"reader_id": reader, "topics": topics} for reader, topics in sections.items())
    )
    built(room, "--audience", str(path))
    first = {reader: of_reader(room, reader)["stories"] for reader in sections}
    assert "first" in first["anna"]
    assert "first" not in first["bert"]
    rows = "".join(f"zed{n},crime,,,\n" for n in range(2))  # who was not there yesterday
    path.write_text(path.read_text() + rows)
    words = ("build", "--daily", "--date", "2026-01-24", "--audience", str(path))
    no_repeat = (
        (room.root / "digest.yaml")
        .read_text()
        .replace("expected_sends: 1000", "expected_sends: 1000, no_repeat: none")
    )
    room.write("digest.yaml", no_repeat)
    assert room.run(*words).code == 0
    where = room.root / "outbox" / "daily" / "2026-01-24" / "audience"
    assert of_reader(room, "anna", where)["stories"][0] == "again", (
        "without history anna gets the event again"
    )
    assert room.run(*words, "--history", str(folder(room))).code == 0
    for reader, before in first.items():
        row = of_reader(room, reader, where)
        if not row["thin"]:
            assert not set(row["stories"]) & set(before)
            assert ("first" in before) <= ("again" not in row["stories"])


def test_a_frequency_cap_holds_for_the_reader_where_history_is_given(tmp_path: Path) -> None:
    capped = item("seen", "type: sponsorship, frequency_cap: {max_issues: 2, per_days: 3}", "bay")
    room = audience_room(tmp_path / "room", items=capped)
    path = csv(
        room.root / "r.csv", ({"reader_id": reader} for reader in ("often", "once", "never", "long ago"))
    )
    days = {
        "often": ["2026-01-21", "2026-01-22"],
        "once": ["2026-01-22"],
        "long ago": ["2026-01-19", "2026-01-20"],
    }
    history = tmp_path / "sent.csv"
    history.write_text(
        "reader_id,date,stories,line_items\n"
        + "".join(
            f"{reader},{day},x1|x2,seen|other\n" for reader, all_days in days.items() for day in all_days
        )
    )
    built(room, "--audience", str(path), "--history", str(history))
    seen = {
        reader for reader in (*days, "never") if b'data-line-item="seen"' in of_reader(room, reader)["html"]
    }
    assert seen == {"once", "never", "long ago"}


def test_a_goal_in_readers_is_met_to_the_reader_and_the_rest_go_to_others(tmp_path: Path) -> None:
    """Today is the 19th of 54 days of the flight."""
    sold = item("sold", "type: sponsorship, goal: {sends: 1500}", "bay")
    other = item("other", "goal: {sends: 2650}", "mart")
    room = audience_room(tmp_path / "room", items=sold + other)
    row = built(room, "--audience", str(many(room.root / "r.csv", readers=900, kinds=9)))
    ads = {one["line_item"]: one for one in row["audience"]["ads"]}
    days = (date(2026, 2, 27) - date(2026, 1, 5)).days + 1
    today = (date(2026, 1, 23) - date(2026, 1, 5)).days + 1
    assert ads["sold"]["planned"] == -(-1500 * today // days)
    assert 0 < ads["other"]["planned"] < -(-2650 * today // days)  # the tier above comes first
    for name in ("sold", "other"):
        assert abs(ads[name]["readers"] - ads[name]["planned"]) <= 1
    seen = Counter[str]()
    rows = table(folder(room) / "variants.parquet", "readers, ads")
    for readers, shown in rows:
        for one in shown:
            seen[one["line_item"]] += readers
    assert seen["sold"] == ads["sold"]["readers"]
    assert sum(count for count, _ in rows) == 900
    assert len(table(folder(room) / "recipients.parquet", "DISTINCT reader_id")) == 900
