"""What a signal may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from digest.model import Ranking, Story, Window

Measure: TypeAlias = Callable[[Story], float]


@dataclass(frozen=True, slots=True)
class View:
    """The candidates of one issue and what is known around them.

    ``events`` holds for each story id every candidate that tells its event, the story included.
    ``source_weights`` are in [0, 1]; a source that is not configured has 0.5.
    """

    window: Window
    ranking: Ranking
    stories: tuple[Story, ...]
    events: Mapping[str, tuple[Story, ...]]
    source_weights: Mapping[str, float]
    click_rates: Mapping[str, float] = field(
        default_factory=dict
    )  # by story; 1 is as its place would explain

    def same_event(self, story: Story) -> tuple[Story, ...]:
        return self.events.get(story.id, (story,))


def source_of(story: Story) -> str:
    """The source's name for comparison; without one, the host of the address."""
    return story.source.strip().casefold() or story.url.partition("://")[2].partition("/")[0].casefold()
