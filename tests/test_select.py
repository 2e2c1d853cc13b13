"""Selection case by case: who is a candidate, who never runs, and the reason each one reads."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from digest.errors import CommandError
from digest.model import Edition, Mark, Ranking, RunStory, Selection, Story, Thin
from digest.select import SelectRequest, select
from tests.strategies.select import DAY, END, newsroom, request, section, story

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)


def ids(selection: Selection) -> list[str]:
    return [entry.story.id for entry in selection.lineup]


def why(selection: Selection) -> dict[str, str]:
    return {left.story.id: left.why for left in selection.left_out}


def mark(id: str, action: str, **changes: Any) -> Mark:
    return Mark(story=id, action=action, at=NOON, **changes)


def ran(at: Story, days: int, edition: str = "daily") -> RunStory:
    return RunStory(edition=edition, date=DAY - timedelta(days=days), story=at)


def test_an_empty_day() -> None:
    empty = select(request())
    assert (ids(empty), empty.left_out, empty.candidates) == ([], (), 0)


def test_the_window_is_half_open() -> None:
    selection = select(
        request(story("first", 24), story("before", 24.01), story("last", 0.01), story("end", 0))
    )
    assert sorted(ids(selection)) == ["first", "last"]
    assert selection.candidates == 2
    assert not selection.left_out


def test_late_stories() -> None:
    built = END - timedelta(hours=20)
    old = [
        story("late", 30, first_seen=built + timedelta(seconds=1)),
        story("known", 30, first_seen=built),
        story("too-old", 48.01, first_seen=END),
        story("edge", 48, first_seen=END),
    ]
    assert sorted(ids(select(request(*old, story("now"), late_since=built)))) == ["edge", "late", "now"]
    assert ids(select(request(*old, story("now")))) == ["now"]  # the edition's first issue has none


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": " "}, "no_title"),
        ({"url": "javascript:alert(1)"}, "no_url"),
        ({"url": "https://"}, "no_url"),
        ({"url": "https://[bad/"}, "no_url"),
        ({"embargo_until": END + timedelta(seconds=1)}, "embargo"),
        ({"expires_at": END}, "expired"),
        ({"expires_at": END - timedelta(hours=3)}, "expired"),
        ({"sections": ("Sports",)}, "no_section"),
        ({"sections": ()}, "no_section"),
    ],
)
def test_never_in_an_issue(changes: dict[str, Any], rule: str) -> None:
    selection = select(request(story("x", **changes), story("y")))
    assert ids(selection) == ["y"]
    assert why(selection)["x"].startswith(f"{rule}: ")


def test_embargo_and_expiry_are_exact() -> None:
    runs = story("runs", embargo_until=END - timedelta(seconds=1), expires_at=END + timedelta(seconds=1))
    tomorrow = story("tomorrow", embargo_until=END)
    assert ids(select(request(runs, tomorrow))) == ["runs"]


def test_an_embargo_moves_a_story_into_a_later_window() -> None:
    assert ids(select(request(story("x", 40, embargo_until=END - timedelta(hours=2))))) == ["x"]


def test_kill_and_hold_beat_a_pin_and_say_who_and_why() -> None:
    marks = (
        mark("a", "pin"),
        mark("a", "kill", by="Ann", note="wrong name"),
        mark("b", "hold", until=DAY),
        mark("b", "pin"),
    )
    selection = select(request(story("a"), story("b"), story("c"), marks=marks))
    assert ids(selection) == ["c"]
    assert why(selection)["a"] == "killed: by Ann, 2026-01-22 12:00 (wrong name)"
    assert why(selection)["b"].startswith("held: ")


@pytest.mark.parametrize(
    "changes",
    [{"edition": "weekly"}, {"date": DAY - timedelta(days=1)}, {"until": DAY - timedelta(days=1)}],
)
def test_marks_of_other_issues_do_not_count(changes: dict[str, Any]) -> None:
    assert ids(select(request(story("a"), marks=(mark("a", "kill", **changes),)))) == ["a"]


def test_pins_come_first_past_top_and_score() -> None:
    room = newsroom(section("A", top=2))
    stories = [story(f"s{i}", priority=float(i)) for i in range(5)]
    selection = select(request(*stories, room=room, marks=(mark("s0", "pin"),)))
    assert ids(selection) == ["s0", "s4"]
    assert [entry.pinned for entry in selection.lineup] == [True, False]
    all_pinned = select(request(*stories, room=room, marks=tuple(mark(f"s{i}", "pin") for i in range(4))))
    assert ids(all_pinned) == ["s3", "s2", "s1", "s0"]


def test_a_pin_names_the_section() -> None:
    room = newsroom(section("A"), section("B", least=0))
    pinned = select(request(story("x"), story("y"), room=room, marks=(mark("x", "pin", section="b"),)))
    assert [(entry.story.id, entry.section) for entry in pinned.lineup] == [("y", "a"), ("x", "b")]


def test_a_pin_for_a_section_of_another_edition_leaves_a_story_where_it_belongs() -> None:
    room = newsroom(section("A"), section("B", least=0))
    pinned = select(request(story("x"), story("y"), room=room, marks=(mark("x", "pin", section="sports"),)))
    assert [(entry.story.id, entry.section) for entry in pinned.lineup] == [("x", "a"), ("y", "a")]


def test_a_pin_for_this_date_brings_an_older_story_in() -> None:
    stories = (story("old", 200), story("now"), story("future", -1))
    dated = select(request(*stories, marks=(mark("old", "pin", date=DAY), mark("future", "pin", date=DAY))))
    assert ids(dated) == ["old", "now"]
    undated = select(request(*stories, marks=(mark("old", "pin"),)))
    assert ids(undated) == ["now"]
    assert undated.candidates == 1
    assert "the pin of old has no effect" in undated.notes[0]


@pytest.mark.parametrize("dated_at", [NOON, NOON + timedelta(hours=2)])
def test_a_pin_for_this_date_stands_beside_one_for_all(dated_at: datetime) -> None:
    dated = Mark(story="old", action="pin", date=DAY, at=dated_at)
    for_all = Mark(story="old", action="pin", at=NOON + timedelta(hours=1))
    selection = select(request(story("old", 200), story("now"), marks=(dated, for_all)))
    assert (ids(selection), selection.notes) == (["old", "now"], ())


def test_order_and_ties() -> None:
    stories = [
        story("b", 5, priority=1),
        story("a", 5, priority=1),
        story("B", 5, priority=1, title="Capital"),
        story("newer", 4, priority=1),
        story("best", 9, priority=9),
    ]
    room = newsroom(ranking=Ranking(weights={"editorial": 4}))
    assert ids(select(request(*stories, room=room))) == ["best", "newer", "B", "a", "b"]


def test_the_newer_of_equal_stories_runs_though_it_names_the_section_last() -> None:
    stories = [
        story("a", 1),
        story("b", 2, sections=("B",)),
        story("newer", 3, sections=("A", "B", "C")),
        story("older", 4, sections=("C",)),
    ]
    room = newsroom(*(section(name, top=1) for name in "ABC"), ranking=Ranking(weights={"editorial": 4}))
    assert ids(select(request(*stories, room=room))) == ["a", "b", "newer"]


def test_score_is_the_sum_of_weight_times_signal() -> None:
    (entry,) = select(request(story("a", 12, priority=5))).lineup
    assert dict(entry.signals) == {"recency": 0.5, "editorial": 0.5}
    assert entry.score == 2.5


def test_an_unknown_signal_is_named() -> None:
    room = newsroom(ranking=Ranking(weights={"recentcy": 1}))
    with pytest.raises(CommandError, match="recentcy"):
        select(request(story("a"), room=room))


def test_one_telling_of_an_event() -> None:
    title = "Fire destroys historic bakery in Riverton"
    tellings = [
        story("dull", title=title, flags=("no_ads",)),
        story("best", title=title, priority=3, source="other"),
        story("gone", title=title, source="third"),
    ]
    selection = select(request(*tellings, story("else"), marks=(mark("gone", "kill"),)))
    assert ids(selection) == ["best", "else"]
    assert why(selection)["dull"] == "same_event: told by best"
    first = next(iter(selection.lineup))
    assert first.also == ("dull",)
    assert first.flags == {"no_ads"}


@pytest.mark.parametrize(
    ("scope", "days", "edition", "runs"),
    [
        ("edition", 1, "daily", False),
        ("edition", 7, "daily", False),
        ("edition", 8, "daily", True),
        ("edition", 0, "daily", True),  # this very issue, built before
        ("edition", 1, "weekly", True),
        ("publication", 1, "weekly", False),
        ("publication", 0, "weekly", False),
        ("publication", -1, "weekly", True),
        ("none", 1, "daily", True),
    ],
)
def test_no_repeat(scope: str, days: int, edition: str, runs: bool) -> None:
    room = newsroom(edition=Edition(name="daily", no_repeat=scope))
    selection = select(request(story("x"), story("y"), room=room, ran=(ran(story("x"), days, edition),)))
    assert ("x" in ids(selection)) is runs
    if not runs:
        assert why(selection)["x"].startswith(f"no_repeat: ran {DAY - timedelta(days=days)}")


def test_another_telling_of_what_ran_does_not_run() -> None:
    title = "Fire destroys historic bakery in Riverton"
    selection = select(
        request(story("new", title=title), story("y"), ran=(ran(story("old", 30, title=title), 1),))
    )
    assert ids(selection) == ["y"]
    assert why(selection)["new"] == "no_repeat: ran 2026-01-22 as old"


def test_what_ran_in_a_later_issue_gives_way() -> None:
    room = newsroom(section("A", top=1))
    stories = (story("best", priority=9), story("next"), story("last", 9))
    later = (ran(story("best"), -1), ran(story("last"), -1))
    selection = select(request(*stories, room=room, ran_later=later))
    assert ids(selection) == ["next"]
    assert why(selection)["best"] == "no_repeat: ran later, 2026-01-24"
    assert why(selection)["last"].startswith("top: ")  # would not have been chosen anyway


@pytest.mark.parametrize(("days", "runs"), [((-7, -3), False), ((-7,), False), ((-8,), True), ((0,), True)])
def test_the_first_issue_that_ran_it_later_is_told_as_far_as_no_repeat_looks(
    days: tuple[int, ...], runs: bool
) -> None:
    later = tuple(ran(story("x"), day) for day in days)
    found = select(request(story("x"), story("y"), ran_later=later))
    assert ("x" in ids(found)) is runs
    if not runs:
        assert why(found)["x"] == f"no_repeat: ran later, {DAY - timedelta(days=max(days))}"


def test_a_telling_without_a_section_is_named_beside_the_one_that_runs_and_a_killed_one_is_not() -> None:
    title = "Fire destroys historic bakery in Riverton"
    tellings = (
        story(id, title=title, sections=(name,)) for id, name in (("x", "A"), ("dull", "Z"), ("off", "A"))
    )
    found = select(request(*tellings, marks=(Mark(story="off", action="kill", at=END),)))
    assert [(entry.story.id, entry.also) for entry in found.lineup] == [("x", ("dull",))]


def test_the_reason_of_those_beyond_top() -> None:
    room = newsroom(section("A", top=2))
    stories = [story(f"s{i}", 12, priority=float(i)) for i in range(4)]
    selection = select(request(*stories, room=room))
    assert why(selection) == {
        "s0": "top: 4th of a, 2 run (score 0.50, the last that runs has 1.30)",
        "s1": "top: 3rd of a, 2 run (score 0.90, the last that runs has 1.30)",
    }
    assert selection.left_out[0].score == 0.5
    assert selection.left_out[0].section == "a"


def test_a_thin_section_widens_by_half_days() -> None:
    room = newsroom(section("A", least=2), section("B", least=1))
    stories = [story("now"), story("b", sections=("B",)), story("b-old", 30, sections=("B",))]
    selection = select(request(*stories, story("x", 35), story("y", 37), room=room))
    assert ids(selection) == ["now", "x", "b"]
    assert selection.candidates == 3  # y and b-old were never considered
    further = select(request(*stories, story("y", 61), room=room))
    assert ids(further) == ["now", "y", "b"]
    assert further.notes == ("a looked back to 2026-01-20 06:00",)


def test_a_section_that_stays_thin_is_left_out() -> None:
    room = newsroom(section("A", least=2), section("B"))
    selection = select(request(story("a"), story("b", sections=("B",)), story("z", 73), room=room))
    assert ids(selection) == ["b"]
    assert why(selection) == {"a": "thin: a has 1 of at least 2 stories"}


def test_stories_of_a_thin_section_run_elsewhere() -> None:
    room = newsroom(section("A", least=3), section("B", least=1))
    stories = (story("a", sections=("A",)), story("ab", sections=("A", "B")))
    selection = select(request(*stories, room=room))
    assert [(e.story.id, e.section) for e in selection.lineup] == [("ab", "b")]


@pytest.mark.parametrize("both", [("A", "B"), ("B", "A")])
@pytest.mark.parametrize(("lender", "thin"), [("A", "B"), ("B", "A")])
def test_a_section_that_can_look_back_leaves_a_shared_story_to_one_that_cannot(
    both: tuple[str, ...], lender: str, thin: str
) -> None:
    room = newsroom(section("A", least=1), section("B", least=1))
    stories = (story("shared", sections=both), story("old", 30, sections=(lender,)))
    selection = select(request(*stories, room=room))
    places = {entry.story.id: entry.section for entry in selection.lineup}
    assert places == {"shared": thin.lower(), "old": lender.lower()}


def test_what_is_lent_goes_to_the_section_that_it_saves() -> None:
    """The shared story would go to B, which stays thin with it; in C it makes a whole section."""
    room = newsroom(section("A", least=1), section("B", least=2), section("C", least=2))
    stories = (
        story("shared", sections=("A", "B", "C")),
        story("old", 30, sections=("A",)),
        story("c", sections=("C",)),
    )
    selection = select(request(*stories, room=room))
    assert {e.story.id: e.section for e in selection.lineup} == {"old": "a", "shared": "c", "c": "c"}


def test_no_section_looks_back_for_another_in_vain() -> None:
    room = newsroom(section("A", least=1), section("B", least=2))
    stories = (story("shared", sections=("A", "B")), story("old", 30, sections=("A",)))
    selection = select(request(*stories, room=room))
    assert ids(selection) == ["shared"]
    assert selection.candidates == 1


def test_widening_never_goes_past_its_limit() -> None:
    thin = Thin(widen=timedelta(hours=40))
    selection = select(
        request(story("x", 40), story("y", 40.1), room=newsroom(section("A", least=2), thin=thin))
    )
    assert (ids(selection), selection.candidates) == ([], 1)


def test_as_many_sections_as_can_be_are_kept() -> None:
    """Two stories, two sections of two: one section is whole, not two halves."""
    room = newsroom(section("A", least=2), section("B", least=2))
    stories = (story("x", sections=("A", "B")), story("y", sections=("B", "A")))
    selection = select(request(*stories, room=room))
    assert [entry.section for entry in selection.lineup] == ["a", "a"]


def test_max_per_source_and_diversity() -> None:
    stories = [story(f"s{i}", 1 + i / 10) for i in range(4)] + [story("other", 20, source="small")]
    capped = newsroom(ranking=Ranking(weights={"recency": 1}, max_per_source=2))
    selection = select(request(*stories, room=capped))
    assert ids(selection) == ["s0", "s1", "other"]
    assert why(selection)["s2"] == "max_per_source: 2 stories of paper run in a"
    once = newsroom(ranking=Ranking(weights={"recency": 1}, max_per_source=1))
    assert why(select(request(*stories, room=once)))["s1"] == "max_per_source: 1 story of paper runs in a"
    varied = newsroom(section("A", top=2), ranking=Ranking(weights={"recency": 1}, diversity=1.0))
    assert ids(select(request(*stories, room=varied))) == ["s0", "other"]


def test_max_per_event_day_looks_at_the_other_editions_of_the_date() -> None:
    room = newsroom(ranking=Ranking(weights={"recency": 1}, max_per_event_day=1))
    selection = select(request(story("x"), story("y"), room=room, ran=(ran(story("x"), 0, "evening"),)))
    assert ids(selection) == ["y"]
    assert re.fullmatch(r"max_per_event_day: 1 issue of \S+ tells this event already", why(selection)["x"])


def test_sections_match_categories_without_case() -> None:
    room = newsroom(
        section("A", match=("Local  NEWS",), id="local-news"), section("B", match=(), title="Bees", id="b1")
    )
    stories = [
        story("1", sections=("local news",)),
        story("2", sections=("LOCAL-NEWS",)),
        story("3", sections=("bees",)),
        story("4", sections=("A",)),
    ]
    selection = select(request(*stories, room=room))
    assert [(e.story.id, e.section) for e in selection.lineup] == [
        ("1", "local-news"),
        ("2", "local-news"),
        ("3", "b1"),
    ]


def test_weekly_window_and_no_widening_beyond_it() -> None:
    weekly = Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), cutoff=time(6))
    selection = select(request(story("x", 24 * 7), story("y", 24 * 7 + 1), room=newsroom(edition=weekly)))
    assert (ids(selection), selection.candidates) == (["x"], 1)


@pytest.mark.parametrize(
    "popularity",
    [{"views": float("nan")}, {"views": -5.0}, {"views": 1e308}, {"views": float("inf")}, {}],
)
def test_any_popularity_gives_a_sane_score(popularity: dict[str, float]) -> None:
    room = newsroom(ranking=Ranking(weights={"popularity": 1}))
    selection = select(
        request(story("x", popularity=popularity), story("y", popularity={"views": 3.0}), room=room)
    )
    assert all(0 <= entry.score <= 1 for entry in selection.lineup)
    assert len(selection.lineup) == 2


def popularity_of(*stories: Story, fields: tuple[str, ...] = ("views",)) -> dict[str, float]:
    ranking = Ranking(weights={"popularity": 1}, popularity=fields)
    selection = select(request(*stories, room=newsroom(section("A", top=99), ranking=ranking)))
    return {entry.story.id: entry.score for entry in selection.lineup}


def test_popularity_is_compared_inside_the_source_the_more_stories_it_has() -> None:
    big = [
        story(f"b{n}", source="big", popularity={"views": 1000.0 * n, "likes": 9.0 - n}) for n in range(31)
    ]
    small = [story(f"s{n}", source="small", popularity={"views": 1.0 + n}) for n in range(31)]
    lone = story("lone", source="lone", popularity={"views": 1e6})
    selection = popularity_of(*big, *small, lone, story("silent", source="silent"))
    assert selection["silent"] == 0.5
    assert selection["lone"] > 0.98  # nothing is known of its source: only the window tells
    assert abs(selection["b30"] - selection["s30"]) < 0.06
    assert selection["s30"] > 0.9 > 0.1 > selection["b0"]


def test_a_lone_story_is_compared_with_the_window() -> None:
    selection = popularity_of(
        *(story(f"x{n}", source=f"paper {n}", popularity={"views": n}) for n in range(5))
    )
    assert selection == {"x0": 0.1, "x1": 0.3, "x2": 0.5, "x3": 0.7, "x4": 0.9}


def test_a_plain_number_counts_whatever_the_ranking_names() -> None:
    plain = [story(f"p{n}", source="blog", popularity={"popularity": n}) for n in range(4)]
    named = [story(f"v{n}", source="paper", popularity={"views": 10.0 * n}) for n in range(4)]
    selection = popularity_of(*plain, *named, fields=("views", "shares"))
    assert selection["p0"] < selection["p1"] < selection["p2"] < selection["p3"]
    assert [selection[f"p{n}"] for n in range(4)] == [selection[f"v{n}"] for n in range(4)]


@pytest.mark.parametrize(
    "odd",
    [
        [story("x", title=""), story("y", title="One")],
        [story("x", title="word " * 10_000)],
        [story(f"s{i:03}", title="All the same", source="one") for i in range(200)],
        [story(f"s{i}", 1, title=f"W{i} x{i} y{i}", source="big" if i % 10 else "small") for i in range(100)],
        [
            story("x", title="北京发生地震 多人受伤"),
            story("y", title="Землетрясение в Пекине"),
            story("z", title="🙂"),
        ],
        [story("x", published_at=datetime(1, 1, 1, tzinfo=UTC)), story("y", -1e5), story("z")],
        [story("x", priority=float("nan")), story("y", priority=1e9), story("z", priority=-3.0)],
    ],
)
def test_odd_input_gives_a_lineup_with_reasons(odd: list[Story]) -> None:
    selection = select(request(*odd))
    assert len(selection.lineup) + len(selection.left_out) == selection.candidates
    assert all(":" in left.why for left in selection.left_out)


def test_the_same_story_given_twice_counts_once() -> None:
    assert select(request(story("x"), story("x"))).candidates == 1


def test_a_request_far_back_in_time() -> None:
    early = replace(request(story("x")), day=date(2, 1, 1))
    assert isinstance(early, SelectRequest)
    assert select(early).candidates == 1
