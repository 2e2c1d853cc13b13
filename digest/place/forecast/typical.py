"""A lineup whose stories are not written yet: sections with so many places each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from digest.model import Entry, Lineup, Section, Story

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def typical(sections: Iterable[tuple[str, str, int]]) -> Lineup:
    """A lineup of ``sections`` (id, title, stories); its stories have no words and no flags of their own."""
    entries, at = [], 0
    for name, title, count in sections:
        if count > 0:
            entries.append(Section(id=name, title=title, entries=_entries(name, at, count)))
            at += count
    return Lineup(sections=tuple(entries))


def _entries(section: str, at: int, count: int) -> tuple[Entry, ...]:
    return tuple(
        Entry(position=number, story=_unwritten(number), section=section, score=0.0)
        for number in range(at + 1, at + count + 1)
    )


def _unwritten(number: int) -> Story:
    return Story(id=f"#{number}", url="", title="", first_seen=_LONG_AGO)


def sections_of(lineup: Lineup) -> tuple[tuple[str, int], ...]:
    """What a lineup looks like: per section its id and number of stories."""
    return tuple((section.id, len(section.entries)) for section in lineup.sections)
