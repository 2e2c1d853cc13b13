"""Sharing bookings out over groups of readers: what the linear program must keep, whatever the figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.audience.allocation import Demand, Supply, allocate, pieces
from digest.audience.choices import Choice, Group

BOOKINGS = 4
demands = st.lists(
    st.builds(
        Demand,
        item=st.just(""),
        tier=st.integers(0, 2),
        target=st.integers(0, 120),
        rate=st.integers(0, 9).map(float),
        limited=st.just(True),
    ),
    min_size=BOOKINGS,
    max_size=BOOKINGS,
).map(lambda found: [Demand(f"b{n}", d.tier, d.target, d.rate, True) for n, d in enumerate(found)])
supplies = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sets(st.integers(0, BOOKINGS - 1)).map(lambda some: tuple(sorted(some))),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [Supply(Group(n, Choice(), r), items, load) for n, (r, items, load) in enumerate(rows)])


@given(supplies, demands)
def test_no_reader_and_no_booking_gets_too_many_and_the_first_tier_lacks_least(
    groups: list[Supply], booked: list[Demand]
) -> None:
    given_out = allocate(groups, booked)
    first = min(one.tier for one in booked)
    for supply, share in zip(groups, given_out, strict=True):
        assert all(0 <= readers <= supply.group.readers for readers in share.values())
        assert sum(share.values()) <= supply.load * supply.group.readers
    for number, one in enumerate(booked):
        assert sum(share.get(number, 0) for share in given_out) <= one.target
    alone = allocate(
        groups, [Demand(d.item, d.tier, d.target if d.tier == first else 0, 0.0, True) for d in booked]
    )

    def reached(shares: list[dict[int, int]]) -> int:
        return sum(n for share in shares for i, n in share.items() if booked[i].tier == first)

    assert reached(given_out) >= reached(alone) - BOOKINGS


@given(supplies, demands)
def test_the_pieces_of_a_group_give_every_booking_its_readers(
    groups: list[Supply], booked: list[Demand]
) -> None:
    for supply, share in zip(groups, allocate(groups, booked), strict=True):
        parts = pieces(supply, share, booked)
        assert [one.first for one in parts] == [0, *(one.last for one in parts[:-1])]
        assert parts[-1].last == supply.group.readers
        for number in supply.items:
            name = booked[number].item
            assert sum(one.readers for one in parts if name not in one.without) == share.get(number, 0)
        for one in parts:
            assert len(supply.items) - len(one.without) <= supply.load
