"""What two tellings have in common, counted by hand: every word is as rare as any other here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from digest.select.events.evidence import common_ground, shared_things
from digest.select.events.features import StoryFeatures, features_of
from digest.select.events.frames import other_names
from digest.select.events.match import PER_DECADE, first_look
from digest.select.events.second_look import SecondLook, second_look
from digest.select.events.word_weights import WordWeights
from tests.strategies.select import story


class Even(WordWeights):
    """Every word tells as much."""

    def __missing__(self, word: str) -> float:
        return 1.0


WEIGHTS = Even([])


def telling(title: str, summary: str = "", source: str = "post", hours: float = 0) -> StoryFeatures:
    told = features_of(story("a", 1, title=title, summary=summary, source=source))
    return replace(told, time=told.time + timedelta(hours=hours), address="")


FIRE = "Mayor Anna Hollis quits after bridge fire in Melbury"
SIX = "Pell sues Finch as Crane meets Marsh and Vance beats Lowe"


@pytest.mark.parametrize(
    ("other", "first", "expected"),
    [
        (
            telling(
                "Governor Pell visits Melbury bridge", "Hollis and the mayor were there.", "other", hours=6
            ),
            3.0,
            SecondLook(
                first=3.0,
                ground=2.0,
                commenting=0,
                crossed_least=2 / 5,  # Melbury and bridge of the other; four of seven of the first
                same_source=0,
                absent_names=1,  # Governor Pell
                done=1 / 3,  # governor, visits, bridge; of mayor, quits, bridge and fire it is a quarter
                lead_least=0,  # Governor Pell visits; of Mayor Anna Hollis two thirds
                gap=1 / 4,
                asking=0,
                only_theirs=4 / 7,  # Melbury, bridge, Hollis, mayor; seven words in each
                addressed=0,
                alike=0,
            ),
        ),
        (
            telling(f"Why {SIX}: how we think they should quit", hours=-60),
            13.0,
            SecondLook(
                first=8.0,
                ground=6.0,
                commenting=3,
                crossed_least=1 / 11,  # quit
                same_source=1,
                absent_names=4,  # and more
                done=1 / 4,  # quit: of five of its own it is less
                lead_least=0,
                gap=2,  # and more
                asking=0,
                only_theirs=1 / 77**0.5,  # quit; seven words and eleven
                addressed=0,
                alike=0,
            ),
        ),
    ],
)
def test_a_second_look_sees_what_parts_two_turns_of_an_affair(
    other: StoryFeatures, first: float, expected: SecondLook
) -> None:
    one = telling(FIRE)
    for a, b in ((one, other), (other, one)):
        assert second_look(a, b, WEIGHTS, first, first - 1)._asdict() == pytest.approx(expected._asdict())


@pytest.mark.parametrize(
    ("a", "b", "things", "ground"),
    [
        (telling(FIRE), telling("Anna Hollis visits Norway"), ["anna hollis"], 1),  # a name is one thing
        (
            telling(FIRE), telling("Hollis opens school", "Anna Hollis was in Melbury."),
            ["anna hollis", "melbury"], 2,
        ),
        (telling("Ashford school opens"), telling("Ashford school"), ["ashford"], 1.5),  # a plain word is half
        (
            telling("Ashford opens late", "A band played under lanterns in the rain."),
            telling("In Ashford today", "Lanterns, rain, a band."), ["ashford"], 2,  # at most two, for half each
        ),
        (telling(FIRE), telling("Rain in Oslo"), [], 0),
    ],
)  # fmt: skip
def test_what_two_tellings_share_is_counted_in_things(
    a: StoryFeatures, b: StoryFeatures, things: list[str], ground: float
) -> None:
    for one, other in ((a, b), (b, a)):
        shared = shared_things(one, other, WEIGHTS)
        assert sorted(" ".join(sorted(words)) for words in shared) == things
        assert common_ground(one, other, WEIGHTS, shared) == ground


def test_among_ten_times_as_many_stories_more_is_asked_of_two() -> None:
    """Chance resemblance grows with their number; among a hundred nothing is asked for it yet."""
    one = telling(
        "Pier of Dover burns at night", "Flames ate the pier of Dover; nobody was hurt, firefighters say."
    )
    other = telling(
        "Fire takes Dover pier", "The pier of Dover is gone after a fire in the night. Nobody was hurt."
    )
    logits = []
    for stories in (10, 100, 1000, 10000):
        weights = Even([])
        weights.stories = stories
        found = first_look(one, other, weights)
        logits.append(found.first if isinstance(found, SecondLook) else found)
    steps = [before - after for before, after in pairwise(logits)]
    assert steps == pytest.approx([0, PER_DECADE, PER_DECADE])


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Hollis", "Berg", True),
        ("Norway", "France", True),
        ("Norway", "Berg", False),
        ("France", "Macron", False),
    ],
)
def test_a_country_may_be_told_by_its_minister_and_none_by_another(one: str, other: str, apart: bool) -> None:
    a, b = (telling(f"{who} signs a fishing deal") for who in (one, other))
    assert other_names(a, b) is other_names(b, a) is apart
