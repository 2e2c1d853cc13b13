"""Fields and files called otherwise than the reader calls them: nothing of them is left out without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from digest.sources._names import _CALLED, FIELDS, field_of, misnamed
from tests.newsrooms import Result, Room, newsroom, story

ROWS = "b1,https://h.example/1,One,Local News,2026-01-22\n"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path, count=1)


def read(room: Room, text: str, name: str = "given.csv") -> Result:
    room.write(name, text)
    return room.run("ingest", str(room.root / name))


def stories(room: Room) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = room.run("stories", "list", "--json").json["stories"]
    return listed


def test_columns_that_are_not_read_are_said_with_the_name_that_is(room: Room) -> None:
    told = read(room, "ID,URL,Title,Category,Published,Editor\n" + ROWS.replace("\n", ",Ann\n")).err
    assert 'given.csv:1: the column "Category" is not read; call it section' in told
    assert 'given.csv:1: the column "Published" is not read; call it published_at' in told
    assert 'given.csv:1: the column "Editor" is not read: no field of a story has this name' in told
    mended = read(room, "id,url,title,section,published_at\n" + ROWS)
    assert ("is not read" in mended.err, stories(room)[0]["sections"]) == (False, ["Local News"])


def test_a_heading_without_an_address_names_the_column_that_is_one(room: Room) -> None:
    told = read(room, "id,Link,Titel,section,published_at\n" + ROWS)
    assert told.code == 4
    assert told.err.endswith(
        'it has: id, link, titel, section, published_at. Call "link" url and "titel" title.\n'
    )


def test_fields_of_lines_that_are_not_read_are_said(room: Room) -> None:
    lines = [
        {"url": "https://h.example/1", "headline": "One"},
        {"url": "https://h.example/2", "title": "Two", "publishedAt": "2026-01-22", "extra": 1},
        {"url": "https://h.example/3", "title": "Three", "sections": ["Local News"], "category": "x"},
    ]
    told = read(room, "".join(json.dumps(line) + "\n" for line in lines), "given.jsonl").err
    assert "given.jsonl:1: it has no title; its headline is not read; call it title" in told
    assert "given.jsonl:2: its publishedAt is not read; call it published_at" in told
    assert "given.jsonl:3" not in told
    assert "given.jsonl:2" in read(room, (room.root / "given.jsonl").read_text(), "given.jsonl").err


@pytest.mark.parametrize("mark", [";", ",", "|"])
def test_the_line_of_excel_that_names_the_separator_is_read(mark: str, room: Room) -> None:
    text = "id,url,title,section,published_at\n" + ROWS
    assert "1 new" in read(room, f"sep={mark}\r\n" + text.replace(",", mark)).out


def test_an_id_that_is_another_storys_is_said(room: Room) -> None:
    told = read(
        room, "id,url,title,section,published_at\n" + ROWS + ROWS.replace("/1", "/2").replace("One", "Two")
    )
    assert (
        "2 new, 0 updated, 0 unchanged, 0 rejected, 1 had the id of another and got one of their own"
        in told.out
    )
    assert len({row["id"] for row in stories(room)}) == 2


def test_a_file_that_is_not_there_and_a_spreadsheet_are_told_apart(room: Room) -> None:
    (room.root / "plan.xlsx").write_bytes(b"PK")
    sheet = room.run("ingest", str(room.root / "plan.xlsx"))
    assert (sheet.code, "is a spreadsheet. Save it as CSV, and read that file." in sheet.err) == (2, True)
    gone = room.run("ingest", "gone.csv")
    assert (
        gone.code,
        'there is no file "gone.csv", and no source of that name (there are: post).' in gone.err,
    ) == (2, True)


def test_every_other_name_means_one_field() -> None:
    others = [name for names in _CALLED.values() for name in names.split()]
    assert len(others) == len(set(others))
    assert {field_of(name) for name in others} <= FIELDS
    assert misnamed(tuple(story(1))) == ()


def test_what_is_too_long_is_said_with_its_length(room: Room) -> None:
    row: dict[str, Any] = {
        "url": "https://h.example/1",
        "title": "t" * 501,
        "author": "a" * 201,
        "id": "i" * 201,
    }
    row |= {"tags": [f"t{n}" for n in range(101)], "section": "s" * 101}
    told = read(room, json.dumps(row), "given.jsonl").err
    for what in (
        "its title has 501 characters and was cut at 500",
        "its author has 201 characters and was cut at 200",
        "its section has 101 characters and was cut at 100",
        "its id has 201 characters, more than 200; it got one of its own",
        "it has 101 tags, and the first 100 were taken",
    ):
        assert f"given.jsonl:1: {what}" in told
    fine = {
        "url": "https://h.example/2",
        "title": "t" * 500,
        "author": "a" * 200,
        "id": "i" * 200,
        "section": "s" * 100,
    }
    assert "characters" not in read(room, json.dumps(fine), "given.jsonl").err
    long = room.run("stories", "edit", "i" * 200, "--title", "t" * 501)
    assert (long.code, "the title has 501 characters; at most 500 fit a headline." in long.err) == (2, True)
