"""What the editors' desk said: what pins, holds and kills mean for one issue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from digest.model import Mark, Publication

_NONE: Mapping[str, Mark] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeskMarks:
    """The marks that count for one issue, one of each kind for a story: the latest.

    ``called`` are the stories with a pin for this very date, whatever was said of them later for all dates.
    """

    pins: Mapping[str, Mark] = field(default_factory=lambda: _NONE)
    holds: Mapping[str, Mark] = field(default_factory=lambda: _NONE)
    kills: Mapping[str, Mark] = field(default_factory=lambda: _NONE)
    called: frozenset[str] = frozenset()

    def pinned(self, story: str) -> bool:
        """Whether a pin stands; a kill or a hold beats it."""
        return story in self.pins and story not in self.kills and story not in self.holds

    @property
    def positions(self) -> dict[str, int]:
        """The places in their sections that pins ask for."""
        return {id: mark.position for id, mark in self.pins.items() if mark.position and self.pinned(id)}

    def stopped(self, story: str, publication: Publication) -> str:
        """Why an editor's word keeps the story out, or an empty string."""
        if story in self.kills:
            return f"killed: {_told(self.kills[story], publication)}"
        if story in self.holds:
            return f"held: {_told(self.holds[story], publication)}"
        return ""


def marks_of(marks: Iterable[Mark], edition: str, day: date) -> DeskMarks:
    """The marks that count for the issue of ``edition`` dated ``day``."""
    kinds: dict[str, dict[str, Mark]] = {"pin": {}, "hold": {}, "kill": {}}
    counted = [mark for mark in marks if mark.action in kinds and mark.counts_for(edition, day)]
    for mark in sorted(counted, key=_order):
        kinds[mark.action][mark.story] = mark
    called = frozenset(mark.story for mark in counted if mark.action == "pin" and mark.date is not None)
    return DeskMarks(kinds["pin"], kinds["hold"], kinds["kill"], called)


def _order(mark: Mark) -> tuple[datetime, str, str, str, date]:
    return (mark.at, mark.story, mark.edition or "", mark.section or "", mark.date or date.min)


def _told(mark: Mark, publication: Publication) -> str:
    who = f"by {mark.by}, " if mark.by else ""
    note = f" ({mark.note})" if mark.note else ""
    until = f", until {mark.until}" if mark.until else ""
    return f"{who}{publication.clock(mark.at)}{until}{note}"
