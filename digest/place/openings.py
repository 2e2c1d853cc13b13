"""The concrete places of the slots in a lineup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.model import Lineup, Opening, Slot


@dataclass(frozen=True, slots=True)
class SlotLayout:
    """A lineup as placement sees it: where sections begin and end. Positions count stories from 1."""

    stories: int
    sections: tuple[tuple[str, int, int], ...]  # id, position of the first story, of the last

    def section_of(self, position: int) -> str | None:
        """The section of the story at a position; ``None`` where it has none."""
        return next((name for name, first, last in self.sections if first <= position <= last), None)


def slot_layout(lineup: Lineup) -> SlotLayout:
    """What of a lineup decides where openings are."""
    sections, at = [], 0
    for section in lineup.sections:
        if section.entries:
            sections.append((section.id, at + 1, at + len(section.entries)))
            at += len(section.entries)
    return SlotLayout(at, tuple(sections))


def openings(lineup: Lineup, slots: tuple[Slot, ...]) -> tuple[Opening, ...]:
    """Every opening of the lineup, by gap, then slot in file order."""
    plan = slot_layout(lineup)
    places = [
        (opening.gap, index, opening) for index, slot in enumerate(slots) for opening in _of_slot(slot, plan)
    ]
    return tuple(opening for _, _, opening in sorted(places, key=lambda place: place[:2]))


def _of_slot(slot: Slot, plan: SlotLayout) -> Iterator[Opening]:
    """The openings of one slot. ``top``: gap 0; ``end``: gap n; the section is that of
    the story below for ``section_start``, of the story above for every other."""
    if slot.position == "top":
        yield Opening(0, slot.id, None)
    elif slot.position == "end":
        yield Opening(plan.stories, slot.id, plan.section_of(plan.stories))
    elif slot.position == "section_start":
        yield from (Opening(first - 1, slot.id, name) for name, first, _ in plan.sections)
    elif slot.position == "section_end":
        yield from (Opening(last, slot.id, name) for name, _, last in plan.sections)
    else:
        names = [name for name, first, last in plan.sections for _ in range(first, last + 1)]
        for gap in range(max(1, slot.first_after), plan.stories):
            yield Opening(gap, slot.id, names[gap - 1])


def next_to(gap: int, radius: int, stories: int) -> range:
    """The positions of the stories an opening at ``gap`` is next to: g-r+1..g+r, those that exist."""
    return range(max(1, gap - radius + 1), min(stories, gap + radius) + 1)
