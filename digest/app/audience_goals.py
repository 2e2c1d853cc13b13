"""Goals over an audience: who is to get which booking, who got it, and why a booking got fewer than planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from digest.app.variants import Ads, Maker, unpacked_row
from digest.audience.allocation import Demand, Supply, allocate
from digest.audience.allocation import pieces as pieces_of
from digest.audience.choices import Group, Piece
from digest.model import TIERS, AdBook, LineItem
from digest.model.counts import counted
from digest.place import PlaceRequest, left_today

LOOKED_AT: Final = 20  # variants that are asked why a booking is not in them, the largest first


def wanted(
    place: PlaceRequest, groups: Sequence[Group], may_run: Sequence[tuple[str, ...]]
) -> dict[str, tuple[int, int]]:
    """Of each booking sold by readers: how many its pacing wants today, and how many may have it."""
    reach = _reach(groups, may_run)
    return {name: (target, reach[name]) for name, target in left_today(place).items()}


def _reach(groups: Sequence[Group], may_run: Sequence[tuple[str, ...]]) -> Counter[str]:
    reach = Counter[str]()
    for group, names in zip(groups, may_run, strict=True):
        reach.update(dict.fromkeys(names, group.readers))
    return reach


def shared_out(
    place: PlaceRequest,
    groups: Sequence[Group],
    runs: Sequence[Ads],
    may_run: Sequence[tuple[str, ...]],
    demand: Mapping[str, tuple[int, int]],
) -> tuple[list[Piece], dict[str, int]] | None:
    """The groups parted so that goals in readers are met, and the readers planned for each; ``None`` where they are met
    as it is, or nothing was sold by readers."""
    targets = {name: target for name, (target, _) in demand.items()}
    reach = _reach(groups, may_run)
    delivered = Counter[str]()
    for group, ads in zip(groups, runs, strict=True):
        delivered.update({ad[0]: group.readers for ad in ads})
    if all(delivered[name] == min(target, reach[name]) for name, target in targets.items()):
        return None
    numbers = {item.id: number for number, item in enumerate(place.ads.line_items)}
    demands = [
        Demand(
            item=item.id,
            tier=TIERS.index(item.tier),
            target=min(targets.get(item.id, reach[item.id]), reach[item.id]),
            rate=float(place.ads.line_items[number].rate_for(place.edition.expected_sends)),
            limited=not item.is_house,
        )
        for number, item in enumerate(place.ads.line_items)
    ]
    supplies = [
        Supply(group, tuple(sorted(numbers[name] for name in names)), len(ads))
        for group, ads, names in zip(groups, runs, may_run, strict=True)
    ]
    shares = allocate(supplies, demands)
    parted = [
        piece for s, share in zip(supplies, shares, strict=True) for piece in pieces_of(s, share, demands)
    ]
    planned = Counter[str]()
    for share in shares:
        planned.update(
            {demands[i].item: readers for i, readers in share.items() if demands[i].item in targets}
        )
    return parted, dict(planned)


def reached(
    book: AdBook, pieces: Sequence[Piece], runs: Sequence[Ads], planned: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Per line item, in file order, how many readers have it, and the place where most of them do."""
    places: dict[str, Counter[tuple[str, str, int, str | None]]] = {}
    for piece, ads in zip(pieces, runs, strict=True):
        for name, creative, slot, gap, section in ads:
            places.setdefault(name, Counter())[creative, slot, gap, section] += piece.readers
    rows = []
    for item in book.line_items:
        if item.id not in places:
            continue
        counts = places[item.id]
        most = min(counts, key=lambda where: (-counts[where], where[2], where[1], where[0]))
        rows.append(
            {
                "line_item": item.id,
                "creative": most[0],
                "advertiser": item.advertiser,
                "tier": item.tier,
                "slot": most[1],
                "gap": most[2],
                "section": most[3],
                "readers": sum(counts.values()),
                **({"planned": planned[item.id]} if item.id in planned else {}),
            }
        )
    return rows


def delivered(
    maker: Maker,
    demand: Mapping[str, tuple[int, int]],
    planned: Mapping[str, int] | None,
    pieces: Sequence[Piece],
    rows: Sequence[bytes],
    runs: Sequence[Ads],
) -> list[dict[str, Any]]:
    """Per booking with a goal, in file order: readers wanted today, planned, delivered, and why fewer.

    ``planned`` is ``None`` where all goals are met without a plan. What is sold by issues or clicks is not planned.
    """
    readers = Counter[str]()
    for piece, ads in zip(pieces, runs, strict=True):
        readers.update({ad[0]: piece.readers for ad in ads})
    report = []
    for item in maker.bases.place.ads.line_items:
        if item.goal is None or item.editions == ():
            continue
        row: dict[str, Any] = {"line_item": item.id, "unit": item.goal.unit, "delivered": readers[item.id]}
        if item.id not in demand:
            unit = item.goal.unit
            unplanned = (
                f"a goal in {unit} is not shared out over readers: it runs wherever the rules place it"
            )
            report.append(row | {"why": unplanned})
            continue
        target, reach = demand[item.id]
        plan = readers[item.id] if planned is None else planned.get(item.id, 0)
        reasons = [_less_planned(target, plan, reach)]
        if readers[item.id] < plan:
            reasons.append(_less_delivered(maker, item.id, pieces, rows, runs))
        shortfall = "; ".join(filter(None, reasons))
        report.append(row | {"wanted": target, "planned": plan, **({"why": shortfall} if shortfall else {})})
    return report


def _less_planned(target: int, plan: int, reach: int) -> str:
    if plan >= target:
        return ""
    if reach <= plan:
        return f"{counted(reach, 'reader')} may have it today" if reach else "no reader may have it today"
    return "the issues hold no more ads, and others come before it"


def _less_delivered(
    maker: Maker, item: str, pieces: Sequence[Piece], rows: Sequence[bytes], runs: Sequence[Ads]
) -> str:
    """Why readers who were to have it have it not: the rule in the largest variant of them."""
    booking = maker.items[item]
    lost = sorted(
        (
            at
            for at, (piece, ads) in enumerate(zip(pieces, runs, strict=True))
            if item not in piece.without and all(ad[0] != item for ad in ads) and _meant(booking, piece)
        ),
        key=lambda at: -pieces[at].readers,
    )
    for at in lost[:LOOKED_AT]:
        if reason := maker.refusal(pieces[at], unpacked_row(rows[at]), item):
            readers = f"{counted(pieces[at].readers, 'reader')} of one variant"
            return f"the plan over readers does not know which ads exclude each other; {readers}: {reason}"
    return ""


def _meant(item: LineItem, piece: Piece) -> bool:
    """Whether the booking is for these readers."""
    values = {column: {value.casefold() for value in has} for column, has in piece.choice.by}
    return all(
        not values.get(column, set()).isdisjoint(value.casefold() for value in accepted)
        for column, accepted in item.audience.items()
    )
