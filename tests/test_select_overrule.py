"""What an editor says of two stories beats every rule: split, join, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Mark, Story
from digest.select import group, select
from digest.select.events import decisions
from digest.select.events.overrule import Decision
from tests.newsrooms import Room, newsroom
from tests.strategies.select import END, request, story
from tests.test_cli import BUILD

FIRE = "Fire destroys historic bakery in Riverton"
FIRES = [
    story("a", 5, title=FIRE, source="one"),
    story("b", 4, title="Historic Riverton bakery destroyed by fire", source="two"),
    story("c", 3, title=FIRE, source="three"),
    story("x", 2, title="Council weighs harbor tunnel", source="four"),
]


def said(action: str, one: str, other: str, hours: float = 1.0, by: str = "ann") -> Mark:
    return Mark(story=one, other=other, action=action, at=END - timedelta(hours=hours), by=by)


def events(*marks: Mark, stories: list[Story] | None = None) -> list[str]:
    return ["".join(s.id for s in event) for event in group(stories or FIRES, decided=decisions(marks))]


def test_without_a_word_the_three_fires_are_one_event() -> None:
    assert events() == ["abc", "x"]


def test_a_split_takes_one_story_out_and_those_most_like_it() -> None:
    assert events(said("split", "a", "b")) == ["ac", "b", "x"]
    assert events(said("split", "b", "a")) == ["ac", "b", "x"]
    assert "".join(sorted("".join(events(said("split", "a", "c"))))) == "abcx"


def test_a_join_puts_what_nothing_ties_together() -> None:
    assert events(said("join", "x", "b")) == ["abcx"]


def test_the_latest_word_on_a_pair_counts() -> None:
    assert events(said("split", "a", "b", 2), said("join", "b", "a", 1)) == ["abc", "x"]
    assert events(said("join", "a", "b", 2), said("split", "b", "a", 1)) == ["ac", "b", "x"]


def test_a_word_on_stories_that_are_not_there_changes_nothing() -> None:
    assert events(said("join", "a", "gone"), said("split", "gone", "b"), said("split", "a", "a")) == [
        "abc",
        "x",
    ]


def test_what_was_joined_by_hand_says_so_where_it_is_left_out() -> None:
    left = {
        one.story.id: one.why for one in select(request(*FIRES, marks=(said("join", "x", "a"),))).left_out
    }
    said_so = [why for why in left.values() if why.endswith(", joined by hand")]
    assert len(said_so) == 1
    assert all(why.startswith("same_event: told by ") for why in said_so)


def test_split_stories_both_run_and_joined_ones_do_not() -> None:
    assert {e.story.id for e in select(request(*FIRES, marks=(said("split", "a", "b"),))).lineup} >= {
        "b",
        "x",
    }
    joined = select(request(*FIRES, marks=(said("join", "x", "a"),)))
    assert len(joined.lineup) == 1
    assert all(left.why.startswith("same_event:") for left in joined.left_out)


IDS = [f"s{n}" for n in range(6)]
PAIRS = st.lists(
    st.tuples(st.sampled_from(list(combinations(IDS, 2))), st.booleans()),
    max_size=8,
    unique_by=lambda p: p[0],
)


@given(PAIRS)
def test_every_story_stays_in_one_event_and_every_split_holds(
    said_of: list[tuple[tuple[str, str], bool]],
) -> None:
    stories = [replace(FIRES[n % 3], id=id, url=f"https://n.example/{id}") for n, id in enumerate(IDS)]
    decided = sorted(
        (Decision(*pair, together) for pair, together in said_of), key=lambda d: (not d.together, d)
    )
    found = [{each.id for each in event} for event in group(stories, decided=decided)]
    assert sorted(id for event in found for id in event) == IDS
    for decision in decided:
        assert decision.together or not any({decision.one, decision.other} <= event for event in found)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path / "room")


def test_the_desk_keeps_who_and_why_and_release_takes_it_back(room: Room) -> None:
    room.run("ingest")
    one, other, third = (row["id"] for row in room.run("stories", "list", "--json").json["stories"][:3])
    made = room.run("stories", "join", one, other, "--by", "ann", "--note", "one fire", "--json").json[
        "marks"
    ][0]
    assert (made["story"], made["other"], made["action"], made["by"]) == (one, other, "join", "ann")
    for id in (one, other):
        assert "one fire" in room.run("stories", "history", id).out
    listed = {row["id"]: row["marks"] for row in room.run("stories", "list", "--json").json["stories"]}
    assert [mark["action"] for mark in listed[other]] == ["join"]
    room.run("stories", "split", other, one)
    listed = {row["id"]: row["marks"] for row in room.run("stories", "list", "--json").json["stories"]}
    assert [mark["action"] for mark in listed[one]] == ["split"]
    room.run("stories", "pin", one)
    assert room.run("stories", "release", other, "--json").json["marks"] == 1
    listed = {row["id"]: row["marks"] for row in room.run("stories", "list", "--json").json["stories"]}
    assert [mark["action"] for mark in listed[one]] == ["pin"]
    assert listed[third] == []


def test_an_unknown_id_or_the_same_one_twice_is_told(room: Room) -> None:
    room.run("ingest")
    one = room.run("stories", "list", "--json").json["stories"][0]["id"]
    for action in ("split", "join"):
        assert room.run("stories", action, one, "nobody").code == 2
        twice = room.run("stories", action, one, one)
        assert (twice.code, "two different stories" in twice.err) == (2, True)


def test_a_build_says_how_many_stand_behind_and_explain_says_who_joined(room: Room) -> None:
    assert room.run(*BUILD).code == 0
    ran = [one["id"] for part in room.manifest()["sections"] for one in part["stories"]]
    room.run("stories", "join", ran[0], ran[1], "--by", "ann", "--note", "one fire")
    assert "1 story stands behind another: digest explain says which" in room.run(*BUILD).out
    issue = ("explain", room.manifest()["edition"], room.manifest()["date"])
    told = [room.run(*issue, "--story", id).out for id in ran[:2]]
    assert all("Joined by ann" in text and "one fire" in text for text in told)
