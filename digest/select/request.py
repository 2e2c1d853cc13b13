"""What a lineup is chosen from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from digest.model import Edition, Likeness, Mark, Newsroom, RunStory, SectionSpec, Story, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRequest:
    """One issue to fill.

    ``stories`` may reach back to ``reach(...)``; rules here decide which are candidates. ``ran`` holds stories of
    issues built for earlier dates and of other editions' issues of this date; ``ran_later`` those of this edition
    dated later. Both may hold more than counts. ``late_since`` is when the previous issue was first built
    (``None`` for the edition's first issue). ``likeness``, where there is one, helps to find events told in other
    words.
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

    @property
    def sections(self) -> tuple[SectionSpec, ...]:
        return self.newsroom.sections_of(self.edition)
