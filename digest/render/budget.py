"""The size of a mail.

Over the budget, stories move to the list "more online", one after another: always the last story of the section that
has most left (of equal sections the later one). Ads never move. A section keeps its first story until
every section is down to one; then whole sections go, the last first, but never the first story of the issue. Ads stay
where the plan put them, also beside a story that moved.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.render.layout import ADS
from digest.render.values import Story


@dataclass(slots=True)
class Fragment:
    """One block of an issue. ``kind`` is its template, ``at_hand`` what that prints; ``section`` is that of a heading
    or story; for an ad it is its slot's position. ``html`` (which ends in a newline) and ``text`` are filled in when
    they are printed; blocks of the same ``key`` may have the same HTML."""

    kind: str
    at_hand: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    section: str = ""
    key: Hashable = None
    html: bytes = b""
    text: str | None = None

    @property
    def story(self) -> Story | None:
        """The story of a story block."""
        return self.at_hand.get("story")


More = Callable[[list[Fragment]], Fragment]  # the list of the stories that moved


def within(budget: int, blocks: list[Fragment], more: More) -> tuple[list[Fragment], tuple[str, ...]]:
    """The blocks with as few stories moved as the budget (in bytes of HTML) asks for, and the ids of those."""
    if _size(blocks) <= budget:
        return blocks, ()
    order = moving(blocks)
    low, high = 1, len(order)
    while low < high:
        middle = (low + high) // 2
        if _size(_moved(blocks, order[:middle], more)) <= budget:
            high = middle
        else:
            low = middle + 1
    gone = order[:low]
    ids = {one.story.id for one in gone if one.story}
    moved = tuple(one.story.id for one in blocks if one.story and one.story.id in ids)
    return _moved(blocks, gone, more), moved


def _size(blocks: list[Fragment]) -> int:
    return sum(len(one.html) for one in blocks)


def moving(blocks: list[Fragment]) -> list[Fragment]:
    """The stories that may move, in the order in which they do."""
    left: dict[str, list[Fragment]] = {}
    for one in blocks:
        if one.story:
            left.setdefault(one.section, []).append(one)
    names = list(left)
    order: list[Fragment] = []
    while True:
        least = 1 if any(len(stories) > 1 for stories in left.values()) else 0
        longest = max(names, key=lambda name: (len(left[name]), names.index(name)), default="")
        if not longest or len(left[longest]) <= least or (least == 0 and longest == names[0]):
            return order
        order.append(left[longest].pop())


def _moved(blocks: list[Fragment], gone: list[Fragment], more: More) -> list[Fragment]:
    """The blocks without the stories gone; a heading without stories goes too; the list comes after the last story."""
    away = {id(one) for one in gone}
    kept = [one for one in blocks if id(one) not in away]
    sections = {one.section for one in kept if one.story}
    kept = [one for one in kept if one.kind != "section" or one.section in sections]
    if not any(one.story for one in gone):
        return kept
    last = max((i for i, one in enumerate(kept) if one.story), default=-1)
    ends = (i for i, one in enumerate(kept) if i > last and _ends(one))
    at = next(ends)
    return [*kept[:at], more(gone), *kept[at:]]


def _ends(one: Fragment) -> bool:
    """Whether the list of moved stories stands before a block: the footer, an ad at the end, a newsroom's own block."""
    return one.kind == "footer" or one.section == "end" or (one.kind not in ADS and not one.story)
