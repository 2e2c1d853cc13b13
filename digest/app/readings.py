"""What the readings of a source show: what was said of it, how long it has been quiet, what may be missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.model import Newsroom, Publication, Reading, Story

if TYPE_CHECKING:
    from digest.app.ingest import SourceReport
    from digest.sources import Batch

_WHERE = re.compile(r"^[^:]*?(?::\d+)?: ")
_VALUES = re.compile(r'"(?:[^"\\]|\\.)*"|\b\d[\d.,:TZ+-]*\b')
_LEAST = 5  # gaps between news that tell what is usual
_QUIET = timedelta(days=2)  # shorter is no silence


def counted(lines: Iterable[str]) -> dict[str, int]:
    """Remarks by what they say, without where and without the values in them; the most frequent first."""
    said = Counter(_VALUES.sub("…", _WHERE.sub("", line, count=1)) for line in lines)
    return dict(sorted(said.items(), key=lambda pair: (-pair[1], pair[0])))


def unmatched(newsroom: Newsroom, stories: Iterable[Story]) -> dict[str, int]:
    """The categories of stories that belong to no section, with how many stories have each; most first."""
    from digest.select import section_names, sections_for

    names = section_names(newsroom.sections)
    lost = (story for story in stories if not sections_for(story, names))
    found = Counter(category for story in lost for category in story.sections or ("(none)",))
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def reading_of(report: SourceReport, batch: Batch, before: Sequence[Reading], now: datetime) -> Reading:
    """What is kept of a reading; one without news goes on from those before it."""
    last = next((one for one in reversed(before) if not one.error), None)
    times = [story.published_at for story in batch.stories if story.published_at]
    if batch.not_modified and last is not None:
        newest, whole, items = last.newest, last.whole_since, last.items
    else:
        joined = last is not None and (report.unchanged or report.updated)
        newest, items = max(times, default=None), len(batch.stories) + len(report.rejected)
        whole = last.whole_since if joined and last else min(times, default=None)
    return Reading(
        source=report.name,
        at=now,
        items=items,
        new=report.new,
        updated=report.updated,
        unchanged=report.unchanged,
        rejected=len(report.rejected),
        newest=newest,
        whole_since=whole,
        remarks=report.counts,
    )


@dataclass(frozen=True, slots=True)
class Health:
    """One source as `digest sources` shows it; ``wrong`` is empty, or what is."""

    name: str
    type: str
    last: Reading | None
    wrong: str = ""


def health(newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], now: datetime) -> list[Health]:
    """The sources of the newsroom in their order."""
    found = []
    for spec in newsroom.sources:
        before = readings.get(spec.name, ())
        last = before[-1] if before else None
        wrong = last.error or quiet(newsroom.publication, before, now) if last else "it was never read"
        found.append(Health(spec.name, spec.type, last, wrong))
    return found


def wrong(newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], now: datetime) -> list[str]:
    """What is wrong with sources that were read before."""
    found = health(newsroom, readings, now)
    return [
        f"{one.name}: {one.wrong.removeprefix(f'{one.name}: ')}" for one in found if one.last and one.wrong
    ]


def quiet(publication: Publication, readings: Sequence[Reading], now: datetime) -> str:
    """Why a source is stranger than it was: empty, or without news for longer than ever; else nothing."""
    sound = [one for one in readings if not one.error]
    if not sound:
        return ""
    had = max((one.items for one in sound[:-1]), default=0)
    empty = "" if sound[-1].items or not had else f"it is empty; it had {had} items"
    news = [one.at for one in sound if one.new]
    gaps = [after - before for before, after in pairwise(news)]
    if len(gaps) < _LEAST or now - news[-1] <= max(2 * max(gaps), _QUIET):
        return empty
    silent = f"nothing new since {publication.clock(news[-1])}, longer than usual"
    return f"{empty}; {silent}" if empty else silent


def may_miss(newsroom: Newsroom, readings: Mapping[str, Sequence[Reading]], start: datetime) -> list[str]:
    """The feeds that begin later than a window does: what they dropped before it was read nobody saw."""
    said = []
    for spec in newsroom.sources:
        last = next((one for one in reversed(readings.get(spec.name, ())) if not one.error), None)
        if spec.type == "rss" and last and last.whole_since and last.whole_since > start:
            clock = newsroom.publication.clock
            said.append(
                f"{spec.name}: its oldest item is of {clock(last.whole_since)}, and the issue begins at "
                f"{clock(start)}: items may be missing. Read it more often, or let the feed hold more."
            )
    return said
