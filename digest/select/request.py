"""What a lineup is chosen from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from digest.model import Edition, Likeness, Mark, Newsroom, RunStory, SectionSpec, Story, Window

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRequest:
    """One issue to fill.

    ``stories`` may reach back to ``reach(...)``; rules here decide which are candidates. ``ran`` holds stories of
    issues built for earlier dates and of other editions' issues of this date; ``ran_later`` those of this edition
    dated later. Both may hold more than counts. ``late_since`` is when the previous issue was first built
    (``None`` for the edition's first issue). ``likeness``, where there is one, helps to find events told in other
    words. ``click_rates`` are what readers taught, by section and source (1 is as the place explains).
    ``withheld``: stories that cannot run for what their source told of them, by id, with the rule first.
    """

    newsroom: Newsroom
    edition: Edition
    day: date
    window: Window
    stories: tuple[Story, ...]
    marks: tuple[Mark, ...] = ()
    ran: tuple[RunStory, ...] = ()
    ran_later: tuple[RunStory, ...] = ()
    late_since: datetime | None = None
    likeness: Likeness | None = None
    click_rates: Mapping[tuple[str, str], float] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=lambda: _NONE)

    @property
    def sections(self) -> tuple[SectionSpec, ...]:
        return self.newsroom.sections_of(self.edition)
