"""What the readings of a source show: what was said of it, how long it has been quiet, what may be missing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.model import AsItWas, Counts, Newsroom, Publication, Reading, Story
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.sources import Batch, Rejected

_WHERE = re.compile(r"^[^:]*?(?::\d+)?: ")
_VALUES = re.compile(r'"(?:[^"\\]|\\.)*"|\b\d[\d.,:TZ+-]*\b')
_NONE: Mapping[str, int] = MappingProxyType({})
_NAMED = 20  # categories of no section that a reading keeps
_LEAST = 5  # gaps between news that tell what is usual
_QUIET = timedelta(days=2)  # shorter is no silence


def tally(lines: Iterable[str]) -> dict[str, int]:
    """Remarks by what they say, without where and without the values in them; the most frequent first."""
    remarks = Counter(_VALUES.sub("…", _WHERE.sub("", line, count=1)) for line in lines)
    return _most_first(remarks)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What came of one source; ``error`` is empty, or why it could not be read.

    ``remarks`` tell of values that were dropped or mended in stories that are in; ``broken``, one of them, that the
    source could be read in part only.
    """

    name: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    remarks: tuple[str, ...] = ()
    error: str = ""
    broken: str = ""
    withdrawn: int = 0
    folded: int = 0
    renamed: int = 0
    unmatched: Mapping[str, int] = field(default_factory=lambda: _NONE)

    @property
    def counts(self) -> dict[str, int]:
        """What was left out, mended or guessed, by what was said of it."""
        return tally((*self.remarks, *(f"{item.where}: {item.why}" for item in self.rejected)))

    @property
    def told(self) -> dict[str, int]:
        """All that ``digest sources`` shows of a reading: also entries that were one, and categories of no section."""
        lost = {f'the category "{name}" is in no section': count for name, count in self.unmatched.items()}
        folded = (
            {"it has the address of another entry; the last was kept": self.folded} if self.folded else {}
        )
        renamed = (
            {"it has the id of another story, and got one of its own": self.renamed} if self.renamed else {}
        )
        return self.counts | folded | renamed | dict(list(lost.items())[:_NAMED])


def unmatched(newsroom: Newsroom, stories: Iterable[Story | AsItWas]) -> dict[str, int]:
    """The categories of stories that belong to no section, with how many stories have each; most first."""
    from digest.select import section_names, sections_for

    names = section_names(newsroom.sections)
    alike: dict[tuple[str, ...], list[Story | AsItWas]] = defaultdict(
        list
    )  # thousands share a few categories
    for story in stories:
        alike[story.sections].append(story)
    lost: Counter[str] = Counter()
    for categories, those in alike.items():
        if not sections_for(those[0], names):
            lost.update(dict.fromkeys(categories or ("(none)",), len(those)))
    return _most_first(lost)


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


class Tally:
    """What is counted of a source while its stories come in, in one batch or in many portions."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._unmatched: Counter[str] = Counter()
        self._rejected: list[Rejected] = []
        self._remarks: list[str] = []
        self._broken = ""
        self._stories = 0
        self._oldest: datetime | None = None
        self._newest: datetime | None = None
        self._not_modified = False
        self.folded = 0

    def add(self, batch: Batch, remarks: Iterable[str] = ()) -> None:
        """One more portion, and other ``remarks`` on its stories."""
        stories: tuple[Story | AsItWas, ...] = (*batch.stories, *batch.same)
        self._stories += len(stories)
        self._unmatched.update(unmatched(self._newsroom, stories))
        times = [story.published_at for story in stories if story.published_at]
        self._oldest = min((*times, *([self._oldest] if self._oldest else [])), default=None)
        self._newest = max((*times, *([self._newest] if self._newest else [])), default=None)
        self._rejected += batch.rejected
        self._remarks += (f"{remark.where}: {remark.what}" for remark in batch.remarks)
        self._remarks += remarks
        self._broken = self._broken or next((remark.what for remark in batch.remarks if remark.broken), "")
        self.folded += batch.folded
        self._not_modified = batch.not_modified

    def report(self, name: str, counts: Counts, *, withdrawn: int = 0, error: str = "") -> SourceReport:
        return SourceReport(
            name,
            counts.new,
            counts.updated,
            counts.unchanged,
            tuple(self._rejected),
            remarks=tuple(self._remarks),
            error=error,
            broken=self._broken,
            withdrawn=withdrawn,
            folded=self.folded,
            renamed=counts.renamed,
            unmatched=_most_first(self._unmatched),
        )

    def reading(self, report: SourceReport, before: Sequence[Reading], now: datetime) -> Reading:
        """What is kept of a reading; one without news goes on from those before it."""
        last = next((reading for reading in reversed(before) if not reading.error), None)
        if self._not_modified and last is not None:
            newest, whole_since, items = last.newest, last.whole_since, last.items
        else:
            joined = last is not None and (report.unchanged or report.updated)
            newest, items = self._newest, self._stories + len(report.rejected)
            whole_since = last.whole_since if joined and last else self._oldest
        return Reading(
            source=report.name,
            at=now,
            items=items,
            new=report.new,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=len(report.rejected),
            newest=newest,
            whole_since=whole_since,
            remarks=last.remarks if self._not_modified and last is not None else report.told,
            error=report.error,
        )


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source as `digest sources` shows it; ``wrong`` is empty, or what is."""

    name: str
    type: str
    last: Reading | None
    wrong: str = ""


def health(
    newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], now: datetime
) -> list[SourceHealth]:
    """The sources of the newsroom in their order."""
    states = []
    for spec in newsroom.sources:
        before = readings.get(spec.name, ())
        last = before[-1] if before else None
        wrong = last.error or quiet(newsroom.publication, before, now) if last else "it was never read"
        states.append(SourceHealth(spec.name, spec.type, last, wrong))
    return states


def wrong(newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], now: datetime) -> list[str]:
    """What is wrong with sources that were read before."""
    states = health(newsroom, readings, now)
    return [
        f"{state.name}: {state.wrong.removeprefix(f'{state.name}: ')}"
        for state in states
        if state.last and state.wrong
    ]


def quiet(publication: Publication, readings: Sequence[Reading], now: datetime) -> str:
    """Why a source is stranger than it was: empty, or without news for longer than ever; else nothing."""
    successful = [reading for reading in readings if not reading.error]
    if not successful:
        return ""
    most_items = max((reading.items for reading in successful[:-1]), default=0)
    empty = (
        "" if successful[-1].items or not most_items else f"it is empty; it had {counted(most_items, 'item')}"
    )
    with_news = [reading.at for reading in successful if reading.new]
    gaps = [after - before for before, after in pairwise(with_news)]
    if len(gaps) < _LEAST or now - with_news[-1] <= max(2 * max(gaps), _QUIET):
        return empty
    silence = f"nothing new since {publication.clock(with_news[-1])}, longer than usual"
    return f"{empty}; {silence}" if empty else silence


def may_miss(newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], start: datetime) -> list[str]:
    """The feeds that begin later than a window does: what they dropped before it was read nobody saw."""
    remarks = []
    for spec in newsroom.sources:
        last = next((reading for reading in reversed(readings.get(spec.name, ())) if not reading.error), None)
        if spec.type == "rss" and last and last.whole_since and last.whole_since > start:
            clock = newsroom.publication.clock
            remarks.append(
                f"{spec.name}: its oldest item is of {clock(last.whole_since)}, and the issue begins at "
                f"{clock(start)}: items may be missing. Read it more often, or let the feed hold more."
            )
    return remarks
