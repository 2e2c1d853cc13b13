"""``digest ads explain ADVERTISER``: where its bookings ran in some days, and what stopped them elsewhere."""

from __future__ import annotations

import json as codec
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.app.spans import check_order
from digest.cli.ads import ads, issue_date, today
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError, did_you_mean
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import Newsroom

_DAYS = 7


@dataclass(frozen=True, slots=True)
class BookingOutcome:
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
    newsroom = load_newsroom(root)
    start, end = _span(newsroom, first, last)
    names = _bookings(newsroom, advertiser)
    outcomes = _outcomes(newsroom, names, start, end)
    emit(
        {
            "advertiser": advertiser,
            "from": start,
            "to": end,
            "line_items": [
                {
                    "line_item": name,
                    "issues": [asdict(outcome) for outcome in outcomes if outcome.line_item == name],
                }
                for name in names
            ],
        }
    )
    for name in names:
        _show(name, [outcome for outcome in outcomes if outcome.line_item == name], start, end)


def _span(newsroom: Newsroom, first: str | None, last: str | None) -> tuple[date, date]:
    end = issue_date(last) if last else None
    week = timedelta(days=_DAYS - 1)
    start = issue_date(first) if first else (end or today(newsroom)) - week
    end = end or start + week
    check_order(start, end)
    return start, end


def _bookings(newsroom: Newsroom, advertiser: str) -> list[str]:
    """The line items of an advertiser. Raises ``CommandError`` for one nobody knows."""
    names = [item.id for item in newsroom.ads.line_items if item.advertiser == advertiser]
    if advertiser not in newsroom.ads.advertisers and not names:
        known = sorted(newsroom.ads.advertisers)
        hint = did_you_mean(advertiser, known, otherwise=f" There are: {', '.join(known) or 'none'}.")
        raise CommandError(f'there is no advertiser "{advertiser}".{hint}')
    return names


def _outcomes(newsroom: Newsroom, names: list[str], start: date, end: date) -> list[BookingOutcome]:
    """From the manifests of the issues as they were built, oldest first."""
    from digest.model.issue_date import day_of
    from digest.store import open_store

    now = newsroom.ads.now
    order = {edition.name: number for number, edition in enumerate(newsroom.editions)}
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        built = [issue for issue in store.issues() if start <= day_of(issue.date) <= end]
        built.sort(key=lambda issue: (issue.date, order.get(issue.edition, len(order)), issue.edition))
        issues = [(issue, store.built(issue.edition, issue.date)) for issue in built]
    return [
        replace(outcome, line_item=now.get(outcome.line_item, outcome.line_item))
        for issue, record in issues
        for outcome in _outcomes_in(
            codec.loads(record.manifest)["ads"] if record else {}, issue.date, issue.edition
        )
        if now.get(outcome.line_item, outcome.line_item) in names
    ]


def _outcomes_in(ads: dict[str, Any], day: date, edition: str) -> Iterator[BookingOutcome]:
    for placed in ads.get("placed", ()):
        yield BookingOutcome(placed["line_item"], day, edition, True, placed["slot"], "", placed["because"])
    for refused in ads.get("refused", ()):
        yield BookingOutcome(
            refused["line_item"], day, edition, False, "", refused["rule"], refused["reason"]
        )


def _show(name: str, outcomes: list[BookingOutcome], start: date, end: date) -> None:
    ran = sum(outcome.ran for outcome in outcomes)
    rules = Counter(outcome.rule for outcome in outcomes if not outcome.ran)
    stops = ", ".join(
        f"{rule} {count}" for rule, count in sorted(rules.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    say(
        f"{name}, {start} to {end}: ran in {ran} of {counted(len(outcomes), 'issue')}"
        f"{f'; stopped by {stops}' if stops else ''}\n"
    )
    if outcomes:
        heads = ("date", "edition", "ran in", "stopped by", "why")
        table(heads, [_cells(outcome) for outcome in outcomes], wrap=110)
    say()


def _cells(outcome: BookingOutcome) -> list[str]:
    return [
        f"{outcome.date:%a} {outcome.date}",
        outcome.edition,
        outcome.slot or "-",
        outcome.rule or "-",
        outcome.reason,
    ]
