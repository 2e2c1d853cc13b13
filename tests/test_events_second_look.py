"""The second look: what tells another turn of an affair from a second report of one happening."""

from __future__ import annotations

from itertools import combinations

from digest.model import Story
from digest.select.events.features import features_of
from digest.select.events.match import first_look, logit_of
from digest.select.events.second_look import SecondLook
from digest.select.events.word_weights import NEIGHBOURS, WordWeights
from tests.strategies.select import story

# A day on which nothing else is alike: from a hundred stories on there is a second look.
DAY = [
    story(
        f"d{i:03}", 1, title=f"Quorl{i} opens Vexim{i} in Tandor{i}", summary=f"Brusk{i} and Plinth{i} came."
    )
    for i in range(120)
]
AFFAIR = "Marlow Quint, the Harborview rower, is fighting the Regatta Board over his licence."
TURNS = [
    (
        "Marlow Quint loses licence appeal at Regatta Board",
        "The panel in Ferndale threw it out after nine hours.",
    ),
    ("Regatta Board divided over Marlow Quint licence", "Two members resigned and a third is away."),
    ("Harborview rowers march for Marlow Quint", "Some 300 people carried oars through the rain."),
    ("Marlow Quint licence row reaches parliament", "The sports minister takes questions on Monday."),
    ("Sponsor drops Marlow Quint over licence row", "Kelpwear ends a contract that was worth 2 million."),
]


def turn(i: int, title: str = "", **changed: object) -> Story:
    written, below = TURNS[i]
    given = {"title": title or written, "summary": f"{AFFAIR} {below}", "source": f"Paper {i}", **changed}
    return story(f"t{i}{title[:3]}", 1, **given)


def looked(a: Story, b: Story, among: list[Story]) -> SecondLook:
    weights = WordWeights(map(features_of, among))
    look = first_look(features_of(a), features_of(b), weights)
    assert isinstance(look, SecondLook), "the pair gets no second look"
    return look


def test_two_reports_of_one_turn_are_tied_more_than_any_two_turns() -> None:
    turns = [turn(i) for i in range(len(TURNS))]
    again = turn(0, "Appeal over licence lost: Regatta Board rejects Marlow Quint", source="Post")
    features = list(map(features_of, [*turns, again]))
    weights = WordWeights([*map(features_of, DAY), *features])
    reports, *others = (
        logit_of(features[i], features[j], weights) for i, j in [(0, 5), *combinations(range(5), 2)]
    )
    assert reports > max(others) + 1


def test_a_word_of_the_stories_around_tells_nothing_of_two() -> None:
    a, b, rest = turn(0), turn(1), [turn(i) for i in range(2, 5)]
    alone, within = looked(a, b, [*DAY, a, b]), looked(a, b, [*DAY, a, b, *rest])
    assert within.only_theirs < alone.only_theirs / 2


def test_questions_and_opinion_are_counted_and_an_address_tells_what_it_holds() -> None:
    a = turn(0, url="https://a.example/sport/quint-loses-licence-appeal")
    plain = looked(a, turn(1, url="https://b.example/1"), [*DAY, a, turn(1)])
    asks = turn(
        1, "Is the Regatta Board divided over Marlow Quint licence?", url="https://b.example/opinion/1"
    )
    asked = looked(a, asks, [*DAY, a, asks])
    assert (plain.asking, asked.asking) == (0, 2)
    kept = turn(1, url="https://b.example/2026/marlow-quint-loses-licence-appeal.html")
    assert looked(a, kept, [*DAY, a, kept]).addressed > plain.addressed


def test_the_stories_around_two_are_those_that_share_most_and_none_of_the_two() -> None:
    turns = [features_of(turn(i)) for i in range(len(TURNS))]
    weights = WordWeights([*map(features_of, DAY), *turns])
    around = {near.id for near in weights.around(turns[0], turns[1])}
    assert around == {near.id for near in turns[2:]}
    lone = weights.around(features_of(DAY[0]), features_of(DAY[1]))
    assert len(lone) <= 2 * (NEIGHBOURS + 1)


def test_the_order_in_which_pairs_are_looked_at_changes_nothing() -> None:
    stories = [*DAY, *(turn(i) for i in range(len(TURNS)))]
    features = list(map(features_of, stories))
    pairs = [(i, j) for j in range(120, 125) for i in range(120, j)]
    there, back = WordWeights(features), WordWeights(features)
    forward = {(i, j): first_look(features[i], features[j], there) for i, j in pairs}
    assert forward == {(i, j): first_look(features[i], features[j], back) for i, j in reversed(pairs)}


def test_likeness_of_meaning_counts_where_it_is_known() -> None:
    a, b = features_of(turn(0)), features_of(turn(1))
    weights = WordWeights([*map(features_of, DAY), a, b])
    unknown, far, near = (logit_of(a, b, weights, alike) for alike in (None, 0.8, 0.9))
    assert far + 1 < near
    assert unknown not in (far, near)
