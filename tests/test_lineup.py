"""The assignment of events to sections against brute force, and the lineup's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from digest.select.assignment import EventChoice, Place, Seats, SourceLimits, assign

Key = tuple[int, int, int, int]


def worth(
    choices: Sequence[EventChoice],
    seats: Mapping[str, Seats],
    limits: SourceLimits,
    places: Sequence[Place | None],
) -> Key:
    """What ``assign`` promises, as a key to compare: pins, breaches, needed seats, total."""
    taken = [(choice, place) for choice, place in zip(choices, places, strict=True) if place is not None]
    sections, sources = Counter(p[0] for _, p in taken), Counter(p for _, p in taken)
    over = sum(max(0, sections[name] - wish.top) for name, wish in seats.items())
    if limits.per_source is not None:
        over += sum(max(0, count - limits.per_source) for count in sources.values())
    repeats = sum(limits.repeat_cost * count * (count - 1) // 2 for count in sources.values())
    needed = sum(min(sections[name], wish.need, wish.top) for name, wish in seats.items())
    total = sum(choice.weights[place] for choice, place in taken)
    return (sum(choice.pinned for choice, _ in taken), -over, needed, total - repeats)


def admissible(
    choices: Sequence[EventChoice],
    seats: Mapping[str, Seats],
    limits: SourceLimits,
    places: Sequence[Place | None],
) -> bool:
    """Only pins may go past a limit."""
    plain = [(choice, place) for choice, place in zip(choices, places, strict=True) if place is not None]
    for name, wish in seats.items():
        inside = [choice for choice, place in plain if place[0] == name]
        if len(inside) > max(wish.top, sum(choice.pinned for choice in inside)):
            return False
    if limits.per_source is not None:
        for place in {p for _, p in plain}:
            inside = [choice for choice, other in plain if other == place]
            if len(inside) > max(limits.per_source, sum(choice.pinned for choice in inside)):
                return False
    return True


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[EventChoice], dict[str, Seats], SourceLimits]:
    sections = draw(st.sampled_from(["a", "ab", "abc"]))
    seats = {}
    for name in sections:
        top = draw(st.integers(0, 3))
        seats[name] = Seats(draw(st.integers(0, 2)), top)
    places = [(name, source) for name in sections for source in "xy"]
    choice = st.builds(
        EventChoice,
        st.dictionaries(st.sampled_from(places), st.integers(1, 20), max_size=3),
        st.sampled_from([False, False, False, True]),
    )
    limits = SourceLimits(draw(st.sampled_from([None, None, 1, 2])), draw(st.sampled_from([0, 0, 3])))
    return draw(st.lists(choice, max_size=6)), seats, limits


@given(problems())
def test_assignment_is_optimal(problem: tuple[list[EventChoice], dict[str, Seats], SourceLimits]) -> None:
    choices, seats, limits = problem
    found = assign(choices, seats, limits)
    assert admissible(choices, seats, limits, found)
    options = [[None, *choice.weights] for choice in choices]
    best = max(
        worth(choices, seats, limits, places)
        for places in product(*options)
        if admissible(choices, seats, limits, places)
    )
    assert worth(choices, seats, limits, found) == best


def test_a_shared_story_goes_where_it_is_needed() -> None:
    choices = [
        EventChoice({("a", ""): 9, ("b", ""): 9}),
        EventChoice({("a", ""): 5}),
        EventChoice({("a", ""): 4}),
    ]
    assert assign(choices, {"a": Seats(1, 2), "b": Seats(1, 1)}, SourceLimits()) == [
        ("b", ""),
        ("a", ""),
        ("a", ""),
    ]


def test_chains_of_moves_are_found() -> None:
    """b must pass its story on twice before every section has one."""
    choices = [
        EventChoice({("a", ""): 9, ("b", ""): 8}),
        EventChoice({("b", ""): 9, ("c", ""): 1}),
        EventChoice({("a", ""): 7}),
    ]
    seats = {name: Seats(1, 1) for name in "abc"}
    assert assign(choices, seats, SourceLimits()) == [("b", ""), ("c", ""), ("a", "")]
