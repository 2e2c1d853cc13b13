"""What readers did, put where builds and reports look: on the ads that ran, and as rates of sections and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from digest.model import Newsroom, RunAd, RunStory
from digest.model.mail import Clicked, IssueReceipt

if TYPE_CHECKING:
    from digest.store import Store

Name = TypeVar("Name")
ROUNDS = 30  # of the fit; it settles in a few
PRIOR = 20.0  # clicks as good as one's own that every section and source starts with


def count_of(link: Clicked) -> int:
    """The clicks of a link: readers where they are told, else all clicks."""
    return link.unique if link.unique is not None else link.total or 0


def needs_clicks(newsroom: Newsroom) -> bool:
    """Whether a booking of the newsroom is measured or turned by clicks."""
    return any(
        (item.goal and item.goal.unit == "clicks") or item.rotation == "best"
        for item in newsroom.ads.line_items
    )


def with_clicks(ran: Iterable[RunAd], receipts: Iterable[IssueReceipt]) -> tuple[RunAd, ...]:
    """The ads that ran with the opens of their issue and the clicks on them.

    ``clicks`` is 0 where the mailer told clicks of the issue and none of this ad, ``None`` where nobody knows them.
    """
    known = {(receipt.edition, receipt.date): receipt for receipt in receipts}
    return tuple(_with_issue(run, known.get((run.edition, run.date))) for run in ran)


def _with_issue(run: RunAd, issue: IssueReceipt | None) -> RunAd:
    if issue is None:
        return run
    links = [link for link in issue.clicks if link.line_item == (run.ran_as or run.line_item)]
    counted = _is_counted(issue, links)
    clicks = sum(map(count_of, links))
    kind = "total" if issue.clicks and all(link.unique is None for link in issue.clicks) else "unique"
    return replace(
        run,
        opens=issue.receipt.opens,
        clicks=clicks if counted else None,
        clicks_kind=kind if counted else "",
    )


def _is_counted(issue: IssueReceipt, links: Sequence[Clicked]) -> bool:
    """Whether the clicks on something are known: not where only the most clicked links were listed, without it."""
    return bool(links) if issue.receipt.kind == "capped" else issue.receipt.kind != "none"


@dataclass(frozen=True, slots=True)
class StoryClicks:
    """A story in an issue: where it stood, how many got the issue, and how many clicked it."""

    group: tuple[str, str]  # section and source
    position: int
    copies: int
    clicks: int


def story_clicks(ran: Iterable[RunStory], receipts: Iterable[IssueReceipt]) -> list[StoryClicks]:
    """The stories of all issues whose clicks are known."""
    known = {
        (receipt.edition, receipt.date): receipt for receipt in receipts if receipt.receipt.kind != "none"
    }
    rows = []
    for run in ran:
        issue = known.get((run.edition, run.date))
        copies = issue and (issue.receipt.delivered or issue.receipt.sent)
        if issue and copies:
            clicks = sum(count_of(link) for link in issue.clicks if link.story == run.story.id)
            group = (run.section, run.story.source.strip().casefold())
            rows.append(StoryClicks(group, run.position, copies, clicks))
    return rows


def click_rates(rows: Sequence[StoryClicks]) -> dict[tuple[str, str], float]:
    """How much more (above 1) or less readers click a section's stories of a source than their places explain.

    Clicks are taken as copies x place x group (a Poisson model in which both are free) and fitted by turns, as one
    fits a table to its margins; what a place gives by itself is so no credit to who stands there. Every group then
    starts from ``PRIOR`` clicks that are as good as any.
    """
    at = [row.position for row in rows]
    row_groups = [row.group for row in rows]
    places: dict[int, float] = {}
    groups: dict[tuple[str, str], float] = dict.fromkeys(row_groups, 1.0)
    for _ in range(ROUNDS):
        places = _ratio(rows, at, [groups[group] for group in row_groups])
        groups = _ratio(rows, row_groups, [places[position] for position in at])
    expected: dict[tuple[str, str], float] = dict.fromkeys(groups, PRIOR)
    clicks: dict[tuple[str, str], float] = dict.fromkeys(groups, PRIOR)
    for row in rows:
        expected[row.group] += row.copies * places[row.position]
        clicks[row.group] += row.clicks
    return {group: clicks[group] / expected[group] for group in sorted(groups)}


def _ratio(rows: Sequence[StoryClicks], names: Sequence[Name], factors: Sequence[float]) -> dict[Name, float]:
    """Clicks over what the other margin explains, by name."""
    clicks: dict[Name, float] = dict.fromkeys(names, 0.0)
    base: dict[Name, float] = dict.fromkeys(names, 0.0)
    for row, name, factor in zip(rows, names, factors, strict=True):
        clicks[name] += row.clicks
        base[name] += row.copies * factor
    return {name: clicks[name] / base[name] if base[name] else 0.0 for name in clicks}


def rates_of(store: Store, newsroom: Newsroom, before: date) -> Mapping[tuple[str, str], float]:
    """The click rates that the issues dated before ``before`` taught, where the ranking asks for them."""
    if not newsroom.ranking.weights.get("clicks") or before == date.min:
        return {}
    receipts = [receipt for receipt in store.receipts(last=before) if receipt.date < before]
    if not receipts:
        return {}
    ran = store.ran_stories(receipts[0].date, receipts[-1].date)
    return click_rates(story_clicks(ran, receipts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickedStory:
    """A story of an issue whose clicks are known. ``kind``: unique | total; ``rate`` is of the copies delivered."""

    story: str
    title: str
    url: str
    edition: str
    date: date
    section: str
    position: int
    clicks: int
    kind: str
    rate: float | None


def clicked_stories(
    store: Store, *, first: date | None = None, last: date | None = None, edition: str | None = None
) -> list[ClickedStory]:
    """The stories of issues whose clicks are known, the most clicked first."""
    receipts = [
        receipt
        for receipt in store.receipts(first=first, last=last, edition=edition)
        if receipt.receipt.kind != "none"
    ]
    if not receipts:
        return []
    known = {(receipt.edition, receipt.date): receipt for receipt in receipts}
    stories = []
    for run in store.ran_stories(receipts[0].date, receipts[-1].date, edition):
        issue = known.get((run.edition, run.date))
        links = [link for link in issue.clicks if link.story == run.story.id] if issue else []
        if issue is not None and _is_counted(issue, links):
            stories.append(_clicked_story(run, issue, links))
    return sorted(stories, key=lambda story: (-story.clicks, story.date, story.edition, story.position))


def _clicked_story(run: RunStory, issue: IssueReceipt, links: Sequence[Clicked]) -> ClickedStory:
    clicks = sum(map(count_of, links))
    copies = issue.receipt.delivered or issue.receipt.sent
    return ClickedStory(
        story=run.story.id,
        title=run.story.title,
        url=run.story.url,
        edition=run.edition,
        date=run.date,
        section=run.section,
        position=run.position,
        clicks=clicks,
        kind="total" if issue.clicks and all(link.unique is None for link in issue.clicks) else "unique",
        rate=clicks / copies if copies else None,
    )
