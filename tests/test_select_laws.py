"""Laws of selection, for any stories and sections."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from digest.model import Mark, Newsroom, Ranking, RunStory, SectionSpec, Selection, Story, Thin
from digest.select import SelectRequest, select, window_of
from tests.strategies.select import DAY, END, newsroom, request, rooms, section, stories, story

NO_WIDENING = Thin(widen=timedelta(0))


@st.composite
def requests(draw: st.DrawFn) -> SelectRequest:
    """Anything at once: marks, earlier issues, limits, stories up to three days old."""
    ranking = Ranking(
        weights={"recency": 1, "editorial": 4},
        max_per_source=draw(st.sampled_from([None, None, 1])),
        diversity=draw(st.sampled_from([0.0, 0.0, 0.5])),
    )
    room = draw(rooms(ranking))
    found = draw(stories(hours=80.0))
    names = [story.id for story in found]
    actions = (
        draw(st.dictionaries(st.sampled_from(names), st.sampled_from(["pin", "hold", "kill"])))
        if names
        else {}
    )
    marks = tuple(Mark(story=name, action=action, at=END) for name, action in sorted(actions.items()))
    before = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
    ran = tuple(RunStory(edition="daily", date=DAY - timedelta(days=1), story=story) for story in before)
    later = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
    ran_later = tuple(RunStory(edition="daily", date=DAY + timedelta(days=1), story=story) for story in later)
    late_since = draw(st.sampled_from([None, END - timedelta(hours=40)]))
    return request(*found, room=room, marks=marks, ran=ran, ran_later=ran_later, late_since=late_since)


def chosen(selection: Selection) -> list[str]:
    return [entry.story.id for entry in selection.lineup]


@given(requests())
def test_nothing_is_lost_and_nothing_is_doubled(asked: SelectRequest) -> None:
    found = select(asked)
    runs, out = chosen(found), [left.story.id for left in found.left_out]
    assert len(set(runs)) == len(runs)
    assert out == sorted(set(out))
    assert not set(runs) & set(out)
    assert len(runs) + len(out) == found.candidates
    in_window = {story.id for story in asked.stories if story.time in asked.window}
    assert in_window <= set(runs) | set(out)
    assert all(left.why.partition(": ")[2] for left in found.left_out)
    assert [entry.position for entry in found.lineup] == list(range(1, len(runs) + 1))


@given(requests())
def test_sections_keep_their_promises(asked: SelectRequest) -> None:
    found = select(asked)
    order = [spec.id for spec in asked.sections]
    assert [part.id for part in found.lineup.sections] == [id for id in order if id in _by_section(found)]
    for spec in asked.sections:
        entries = _by_section(found).get(spec.id, [])
        pins = sum(entry.pinned for entry in entries)
        assert len(entries) <= max(spec.top, pins)
        assert not entries or len(entries) >= spec.min
        keys = [(not entry.pinned, -entry.score) for entry in entries]
        assert keys == sorted(keys)


def _by_section(found: Selection) -> dict[str, list]:  # type: ignore[type-arg]
    return {part.id: list(part.entries) for part in found.lineup.sections}


@given(requests())
def test_nothing_better_is_left_out_without_a_reason(asked: SelectRequest) -> None:
    """``top`` is only said of a story that no story without a pin in its section stands behind."""
    found = select(asked)
    for left in found.left_out:
        entries = _by_section(found).get(left.section or "", [])
        plain = [entry.score for entry in entries if not entry.pinned]
        if left.why.startswith("top:"):
            assert left.score is not None
            spec = next(spec for spec in asked.sections if spec.id == left.section)
            assert len(entries) >= spec.top
            if asked.newsroom.ranking.diversity == 0 and asked.newsroom.ranking.max_per_source is None:
                assert all(left.score <= score for score in plain)


@given(requests(), st.integers(0, 1000))
def test_the_order_of_the_input_does_not_matter(asked: SelectRequest, seed: int) -> None:
    shuffled = list(asked.stories)
    Random(seed).shuffle(shuffled)
    again = replace(asked, stories=tuple(shuffled), marks=asked.marks[::-1], ran=asked.ran[::-1])
    assert select(again) == select(asked)


@given(requests())
def test_killed_held_and_repeated_stories_never_run(asked: SelectRequest) -> None:
    runs = set(chosen(select(asked)))
    assert not runs & {mark.story for mark in asked.marks if mark.action != "pin"}
    assert not runs & {ran.story.id for ran in (*asked.ran, *asked.ran_later)}


@given(rooms(), stories(most=6))
def test_every_section_reaches_its_min_if_any_assignment_does(room: Newsroom, found: list[Story]) -> None:
    """And then the total score is the highest: against every possible assignment."""
    room = replace(room, thin=NO_WIDENING)
    selection = select(request(*found, room=room))
    scores = {entry.story.id: entry.score for entry in selection.lineup}
    scores |= {left.story.id: left.score or 0.0 for left in selection.left_out}
    best = _best(room.sections, found, scores)
    if best is None:
        assert len(selection.lineup.sections) < len(room.sections)
        return
    assert round(sum(entry.score for entry in selection.lineup), 6) == best


def _best(specs: tuple[SectionSpec, ...], found: list[Story], scores: dict[str, float]) -> float | None:
    options = [[None, *(spec.id for spec in specs if spec.title in story.sections)] for story in found]
    totals = []
    for places in product(*options):
        count = Counter(place for place in places if place)
        if all(spec.min <= count[spec.id] <= spec.top for spec in specs):
            pairs = zip(found, places, strict=True)
            totals.append(round(sum(scores[story.id] for story, place in pairs if place), 6))
    return max(totals, default=None)


def test_the_least_of_a_score_decides_and_then_newness_and_then_the_storys_first_section() -> None:
    """Crowded issues whose scores are often equal, and else differ by a millionth; no seat stays empty."""
    for seed in range(100):
        chance = Random(seed)
        ranking = Ranking(weights={"editorial": chance.choice([1e-5, -1e-5])})
        specs = [section(name, chance.randint(1, 3), chance.randint(0, 1)) for name in "ABC"]
        room = newsroom(*specs[: chance.randint(1, 3)], ranking=ranking, thin=NO_WIDENING)
        found = [
            story(
                f"s{n}",
                chance.randint(1, 90) / 4,
                title=f"w{n}a w{n}b w{n}c",
                sections=tuple(chance.sample("ABC", chance.randint(1, 3))),
                priority=float(chance.randint(0, 1)),
            )
            for n in range(chance.randint(1, 12))
        ]
        selection = select(request(*found, room=room))
        count = Counter(entry.section for entry in selection.lineup)
        kept = {spec.title: spec for spec in room.sections if count[spec.id] or not spec.min}
        for entry in selection.lineup:
            own = [kept[title] for title in entry.story.sections if title in kept]
            here = next(spec for spec in own if spec.id == entry.section)
            for spec in own[: own.index(here)]:
                assert count[spec.id] == spec.top or count[here.id] == here.min, seed
            for left in selection.left_out:
                if here.title in left.story.sections:
                    rank = (entry.score, entry.story.time)
                    assert left.score is not None
                    assert (left.score, left.story.time) <= rank, seed
        for left in selection.left_out:
            own = [kept[title] for title in left.story.sections if title in kept]
            assert all(count[spec.id] == spec.top for spec in own), seed


@given(stories(most=12, hours=120.0), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_story_enters_at_most_one_issue_of_an_edition(found: list[Story], built: list[bool]) -> None:
    """Five days in a row, some of them not built."""
    room = newsroom(*(section(name, top=2, least=1) for name in "ABC"))
    end, since, ran = None, None, list[RunStory]()
    for i, runs in enumerate(built):
        day = DAY - timedelta(days=4 - i)
        window = window_of(room.editions[0], day, room.publication.zone, end)
        if not runs:
            continue
        seen = [story for story in found if story.first_seen <= window.end]
        issue = select(request(*seen, room=room, day=day, window=window, ran=tuple(ran), late_since=since))
        assert not {entry.story.id for entry in issue.lineup} & {earlier.story.id for earlier in ran}
        ran += [RunStory(edition="daily", date=day, story=entry.story) for entry in issue.lineup]
        end, since = window.end, window.end
