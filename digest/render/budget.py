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
from digest.render.values import StoryView


@dataclass(slots=True)
class Fragment:
    """One block of an issue. ``kind`` is its template, ``context`` what that prints; ``section`` is that of a heading
    or story; for an ad it is its slot's position. ``html`` (which ends in a newline) and ``text`` are filled in when
    they are printed; blocks of the same ``key`` may have the same HTML."""

    kind: str
    context: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    section: str = ""
    key: Hashable = None
    html: bytes = b""
    text: str | None = None

    @property
    def story(self) -> StoryView | None:
        """The story of a story block."""
        return self.context.get("story")


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
    leaving = order[:low]
    ids = {block.story.id for block in leaving if block.story}
    moved = tuple(block.story.id for block in blocks if block.story and block.story.id in ids)
    return _moved(blocks, leaving, more), moved


def _size(blocks: list[Fragment]) -> int:
    return sum(len(block.html) for block in blocks)


def moving(blocks: list[Fragment]) -> list[Fragment]:
    """The stories that may move, in the order in which they do."""
    left: dict[str, list[Fragment]] = {}
    for block in blocks:
        if block.story:
            left.setdefault(block.section, []).append(block)
    names = list(left)
    order: list[Fragment] = []
    while True:
        least = 1 if any(len(stories) > 1 for stories in left.values()) else 0
        longest = max(names, key=lambda name: (len(left[name]), names.index(name)), default="")
        if not longest or len(left[longest]) <= least or (least == 0 and longest == names[0]):
            return order
        order.append(left[longest].pop())


def _moved(blocks: list[Fragment], leaving: list[Fragment], more: More) -> list[Fragment]:
    """The blocks without the stories gone; a heading without stories goes too; the list comes after the last story."""
    leaving_ids = {id(block) for block in leaving}
    kept = [block for block in blocks if id(block) not in leaving_ids]
    sections = {block.section for block in kept if block.story}
    kept = [block for block in kept if block.kind != "section" or block.section in sections]
    if not any(block.story for block in leaving):
        return kept
    last = max((i for i, block in enumerate(kept) if block.story), default=-1)
    ends = (i for i, block in enumerate(kept) if i > last and _ends(block))
    at = next(ends)
    return [*kept[:at], more(leaving), *kept[at:]]


def _ends(block: Fragment) -> bool:
    """Whether the list of moved stories stands before a block: the footer, an ad at the end, a newsroom's own block."""
    return block.kind == "footer" or block.section == "end" or (block.kind not in ADS and not block.story)
