"""How many other sources tell the event: 0 for none, 1/2 for four, near 1 for very many.

A source that tells it after this story, or at the same time, took it up and counts in full; one that told it before
counts a quarter. So the story that was first stands for its event, and not the last to repeat it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.model import Story
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of

HALF = 4
BEFORE = 0.25


@dataclass(frozen=True, slots=True)
class _FirstReports:
    """When each source first told an event, and these times in order."""

    by: Mapping[str, datetime]
    times: list[datetime]

    def weight(self, source: str, at: datetime) -> float:
        before = bisect_left(self.times, at) - (source in self.by and self.by[source] < at)
        return len(self.by) - (source in self.by) - (1 - BEFORE) * before


def measure(view: View) -> Measure:
    events: dict[str, _FirstReports] = {}

    def coverage(story: Story) -> float:
        stories = view.same_event(story)
        first = stories[0].id
        if first not in events:
            events[first] = _first_reports(stories)
        others = events[first].weight(source_of(story), story.time)
        return others / (others + HALF)

    return coverage


def _first_reports(stories: tuple[Story, ...]) -> _FirstReports:
    by: dict[str, datetime] = {}
    for story in stories:
        source = source_of(story)
        by[source] = min(by.get(source, story.time), story.time)
    return _FirstReports(by, sorted(by.values()))
