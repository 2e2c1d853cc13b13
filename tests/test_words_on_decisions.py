"""What an editor is told at once: a decision that comes too late or does nothing, marks that readers would see."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.render import printed_as_written
from tests.newsrooms import ADS, Room, newsroom

BUILD = ("build", "--daily", "--date", "2026-01-23")
WEEKLY = '\n  weekly: {cadence: weekly, weekday: fri, from: "Harbor Post <news@harbor.example>"}\n'


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = newsroom(tmp_path)
    assert room.run("ingest").code == 0
    return room


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("08.01.2026", "Write 2026-01-08."),
        ("01/08/2026", "Write 2026-01-08 or 2026-08-01."),
        ("2026-1-8", "Write 2026-01-08."),
        ("Jan 8 2026", "Write 2026-01-08."),
        ("2026-02-30", "February 2026 has 28 days."),
        ("tomorrow", "Write year-month-day, such as 2026-01-23."),
    ],
)
def test_a_date_in_another_shape_is_told_as_it_must_be_written(written: str, cure: str, room: Room) -> None:
    for words in (("stories", "list", "--date"), ("build", "--daily", "--date"), ("ads", "plan", "--from")):
        told = room.run(*words, written)
        assert (told.code, told.err.startswith(f'digest: "{written}" is not a date. {cure}')) == (2, True)


def test_a_story_killed_after_it_went_out_names_the_issue_and_what_can_be_done(room: Room) -> None:
    assert room.run(*BUILD).code == 0
    story = room.manifest()["sections"][0]["stories"][0]["id"]
    killed = room.run("stories", "kill", story, "--date", "2026-01-23")
    assert killed.err == "digest: it stands in daily of 2026-01-23 until that is built again.\n"
    room.run("stories", "release", story)
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    killed = room.run("stories", "kill", story, "--date", "2026-01-23")
    cure = "digest issues correction daily 2026-01-23"
    assert killed.err == f"digest: it went out in daily of 2026-01-23; what can be done: {cure}\n"
    assert room.run(*cure.split()[1:]).code == 0
    assert room.run("stories", "kill", "s11", "--date", "2026-01-24").err == ""


def test_a_hold_that_ended_before_the_next_issue_says_so(room: Room) -> None:
    held = room.run("stories", "hold", "s1", "--until", "2021-01-01", "--json").json["marks"][0]
    (told,) = held["problems"]
    assert told.startswith("daily 20")
    assert told.endswith("comes after 2021-01-01, so this does nothing there.")
    assert room.run("stories", "hold", "s1", "--until", "2999-01-01").err == ""


def test_a_pin_for_a_date_speaks_of_the_editions_that_have_an_issue_then(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("digest.yaml", (tmp_path / "digest.yaml").read_text().rstrip() + WEEKLY)
    room.run("ingest")
    assert room.run("stories", "pin", "s1", "--date", "2026-01-22").err.count("weekly") == 0
    only = room.run("stories", "pin", "s1", "--date", "2026-01-22", "--edition", "weekly").err
    assert "weekly 2026-01-22 is no issue, so this does nothing: weekly comes out on Fridays" in only


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "See [us](www.h.example/a).",
            '"[us](www.h.example/a)" is no link; write [us](https://www.h.example/a).',
        ),
        (
            "A **bold start",
            '"**bold start" is no bold: ** must stand on both sides of the words, without a space inside.',
        ),
        ("An *accent* here", '"*accent* here" is no mark; **words** are bold.'),
        ("An <b>accent</b>", '"<b>accent</b>" is HTML; write **words** and [words](https://example.com).'),
        ("# Heading", '"# Heading" is no heading; **words** are bold.'),
        ("- one\n- two", "the lines of a list run into one; put an empty line between them."),
        ("**Fine** [one](https://h.example/a_b_c), snake_case, 2*3*4, a * b, #1, x < y", ""),
    ],
)
def test_marks_that_readers_would_see_are_said(text: str, told: str, room: Room) -> None:
    assert printed_as_written(text) == ([told] if told else [])
    written = room.run("note", "daily", "2026-01-24", "--text", text)
    assert written.err == (f"digest: as it is, readers see the marks: {told}\n" if told else "")


def test_marks_in_the_words_of_an_ad_are_a_note_of_check(tmp_path: Path) -> None:
    room = newsroom(tmp_path, ads=ADS.replace("body: Two minutes.", 'body: "Two *minutes*."'))
    told = 'note: adslots.yaml:14:64: readers see the marks: "*minutes*." is no mark; **words** are bold.'
    assert told in room.run("check").out


def test_a_story_that_an_issue_says_nothing_of(room: Room) -> None:
    assert room.run(*BUILD).code == 0
    assert 'no story has the id "s999"' in room.run("explain", "daily", "2026-01-23", "--story", "s999").err
    room.run("stories", "add", "https://h.example/x", "--title", "Later")
    id = room.run("stories", "list", "later", "--json").json["stories"][0]["id"]
    told = room.run("explain", "daily", "2026-01-23", "--story", id).err
    assert "was no candidate of this issue: it is of 20" in told
    assert "and the issue has stories from 2026-01-22 06:00 up to 2026-01-23 06:00." in told


def test_a_new_newsroom_says_which_time_zone_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Chicago")
    made = Room(tmp_path)
    from tests.newsrooms import run

    told = run("init", str(made.root / "a")).out
    assert "The time zone is this machine's, America/Chicago; another one: timezone in digest.yaml." in told
    assert "this machine's" not in run("init", str(made.root / "b"), "--timezone", "UTC").out


def test_the_stories_of_a_section_are_those_it_takes(tmp_path: Path) -> None:
    """A section that has another ``match`` takes nothing by its title, and does not list it."""
    room = newsroom(tmp_path)
    text = (tmp_path / "digest.yaml").read_text()
    room.write("digest.yaml", text.replace("title: Local News,", "title: Local News, match: [Lokales],"))
    room.run("ingest")
    assert room.run("stories", "list", "--section", "local-news", "--json").json["total"] == 0
