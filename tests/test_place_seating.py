"""Seats of a few line items in one issue, against every way to seat them."""

from __future__ import annotations

from itertools import product
from random import Random

from digest.place.facts import EVERYWHERE, AtMost, bits
from digest.place.forecast.seating import Left, Seating


def test_a_seat_for_all_is_found_if_there_is_one() -> None:
    found = 0
    for seed in range(500):
        chance = Random(seed)
        gaps = tuple(sorted(chance.randint(0, 6) for _ in range(chance.randint(1, 6))))
        count = chance.choice([1, 2, 3, 4, 4])
        limits = [_limit(chance, len(gaps), count) for _ in range(chance.randint(0, 4))]
        left = {item: chance.randrange(1 << len(gaps)) for item in range(count)}
        seats = Seating.of(gaps, (1 << count) - 1, limits).seat(left)
        ways = product(*(list(bits(mask)) for mask in left.values()))
        possible = any(_kept(gaps, dict(enumerate(way)), limits) for way in ways)
        assert (seats is not None) == possible, seed
        if seats is not None:
            assert _kept(gaps, _openings(seats, left), limits), seed
            found += len(seats) > 1
    assert found > 50


def _limit(chance: Random, openings: int, items: int) -> AtMost:
    return AtMost(
        most=chance.choice([1, 1, 2]),
        items=chance.choice([(1 << items) - 1, chance.randrange(1 << items)]),
        openings=chance.choice([EVERYWHERE, chance.randrange(1 << openings)]),
        why=lambda item, others: "",
        span=chance.choice([None, None, 1, 2, 3, 4]),
    )


def _openings(seats: Left, left: Left) -> dict[int, int]:
    assert seats.keys() == left.keys()
    assert all(mask.bit_count() == 1 and mask & left[item] for item, mask in seats.items())
    return {item: next(bits(mask)) for item, mask in seats.items()}


def _kept(gaps: tuple[int, ...], placed: dict[int, int], limits: list[AtMost]) -> bool:
    """Whether each opening has one ad and every limit that depends on where ads stand is kept."""
    if len(set(placed.values())) < len(placed):
        return False
    for limit in limits:
        counted = [
            opening
            for item, opening in placed.items()
            if limit.items >> item & 1 and limit.openings >> opening & 1
        ]
        if limit.span is None and limit.openings == EVERYWHERE:
            continue  # it holds wherever they stand, and is asked elsewhere
        starts = gaps if limit.span is not None else (0,)
        for start in starts:
            end = start + (limit.span or 100)
            if sum(start <= gaps[opening] < end for opening in counted) > limit.most:
                return False
    return True
