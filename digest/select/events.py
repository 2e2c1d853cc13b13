"""Which stories tell one event."""

from __future__ import annotations

from collections.abc import Iterable

from digest.model import Story


def group(stories: Iterable[Story]) -> list[list[Story]]:
    """The stories in events, each sorted by id, events by their first id."""
    unique = sorted({story.id: story for story in stories}.values(), key=lambda s: s.id)
    found: dict[frozenset[str], list[Story]] = {}
    for story in unique:
        found.setdefault(_words(story) or frozenset({story.id}), []).append(story)
    return list(found.values())


def same_event(a: Story, b: Story) -> bool:
    return len(group((a, b))) == 1


def _words(story: Story) -> frozenset[str]:
    return frozenset(story.title.casefold().split())
