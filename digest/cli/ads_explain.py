"""``digest ads explain ADVERTISER``: where its bookings ran in some days, and what stopped them elsewhere."""

from __future__ import annotations

import json as codec
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.ads import ads, issue_date, today
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError, did_you_mean
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import Newsroom

_DAYS = 7


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a booking in one built issue: where it ran, or the rule that stopped it."""

    line_item: str
    date: date
    edition: str
    ran: bool
    slot: str
    rule: str
    reason: str


@ads.command("explain", epilog="Example: digest ads explain gleammour --from 2026-01-19 --to 2026-01-25")
def explain(
    advertiser: Annotated[
        str, typer.Argument(metavar="ADVERTISER", help="The advertiser, as adslots.yaml names it.")
    ],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM-DD", help="The first issue date (default: a week ago)."),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM-DD", help="The last one (default: a week after it)."),
    ] = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """A week of one advertiser in one page: where each booking ran, and what stopped it elsewhere."""
    room = load_newsroom(root)
    start, end = _span(room, first, last)
    names = _bookings(room, advertiser)
    found = _fates(room, names, start, end)
    emit(
        {
            "advertiser": advertiser,
            "from": start,
            "to": end,
            "line_items": [
                {"line_item": name, "issues": [asdict(fate) for fate in found if fate.line_item == name]}
                for name in names
            ],
        }
    )
    for name in names:
        _show(name, [fate for fate in found if fate.line_item == name], start, end)


def _span(room: Newsroom, first: str | None, last: str | None) -> tuple[date, date]:
    end = issue_date(last) if last else None
    week = timedelta(days=_DAYS - 1)
    start = issue_date(first) if first else (end or today(room)) - week
    end = end or start + week
    if end < start:
        raise CommandError(f"--to {end} lies before --from {start}.")
    return start, end


def _bookings(room: Newsroom, advertiser: str) -> list[str]:
    """The line items of an advertiser. Raises ``CommandError`` for one nobody knows."""
    names = [item.id for item in room.ads.line_items if item.advertiser == advertiser]
    if advertiser not in room.ads.advertisers and not names:
        known = sorted(room.ads.advertisers)
        hint = did_you_mean(advertiser, known, otherwise=f" There are: {', '.join(known) or 'none'}.")
        raise CommandError(f'there is no advertiser "{advertiser}".{hint}')
    return names


def _fates(room: Newsroom, names: list[str], start: date, end: date) -> list[Fate]:
    """From the manifests of the issues as they were built, oldest first."""
    from digest.model.issue_date import day_of
    from digest.store import open_store

    now = room.ads.now
    order = {edition.name: number for number, edition in enumerate(room.editions)}
    with open_store(room.store, room.publication, rehearse=True) as store:
        built = [issue for issue in store.issues() if start <= day_of(issue.date) <= end]
        built.sort(key=lambda one: (one.date, order.get(one.edition, len(order)), one.edition))
        whole = [(one, store.built(one.edition, one.date)) for one in built]
    return [
        replace(fate, line_item=now.get(fate.line_item, fate.line_item))
        for issue, record in whole
        for fate in _fates_in(
            codec.loads(record.manifest)["ads"] if record else {}, issue.date, issue.edition
        )
        if now.get(fate.line_item, fate.line_item) in names
    ]


def _fates_in(said: dict[str, Any], day: date, edition: str) -> Iterator[Fate]:
    for placed in said.get("placed", ()):
        yield Fate(placed["line_item"], day, edition, True, placed["slot"], "", placed["because"])
    for refused in said.get("refused", ()):
        yield Fate(refused["line_item"], day, edition, False, "", refused["rule"], refused["reason"])


def _show(name: str, fates: list[Fate], start: date, end: date) -> None:
    ran = sum(fate.ran for fate in fates)
    rules = Counter(fate.rule for fate in fates if not fate.ran)
    why = ", ".join(
        f"{rule} {count}" for rule, count in sorted(rules.items(), key=lambda one: (-one[1], one[0]))
    )
    say(
        f"{name}, {start} to {end}: ran in {ran} of {counted(len(fates), 'issue')}"
        f"{f'; stopped by {why}' if why else ''}\n"
    )
    if fates:
        heads = ("date", "edition", "ran in", "stopped by", "why")
        table(heads, [_cells(fate) for fate in fates], wrap=110)
    say()


def _cells(fate: Fate) -> list[str]:
    return [f"{fate.date:%a} {fate.date}", fate.edition, fate.slot or "-", fate.rule or "-", fate.reason]
