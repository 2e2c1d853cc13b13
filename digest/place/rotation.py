"""Which creative of a line item is shown, among those that fit the slot."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

from digest.model import Creative, LineItem, RunAd, Slot


def fits(creative: Creative, slot: Slot) -> bool:
    """Whether a creative's size is among the slot's, or it has no image and the slot is native."""
    return (creative.size != "" and creative.size in slot.sizes) or (not creative.image and slot.native)


def fitting(item: LineItem, slot: Slot) -> tuple[Creative, ...]:
    """The creatives of a line item that fit a slot, in file order."""
    return tuple(creative for creative in item.creatives if fits(creative, slot))


def choose(item: LineItem, slot: Slot, rows: tuple[RunAd, ...], issue: str = "") -> Creative:
    """The creative whose turn it is in ``issue``. ``rows`` are the line item's earlier ones, oldest first."""
    creatives = fitting(item, slot)
    if item.rotation == "sequential":
        return _after_last(creatives, rows)
    if item.rotation == "best":
        return max(creatives, key=lambda creative: _draw(creative, rows, f"{issue} {item.id} {creative.id}"))
    shown = Counter(run.creative for run in rows)
    if item.rotation == "weighted":
        return min(creatives, key=lambda creative: _share(shown[creative.id], creative.weight))
    return min(creatives, key=lambda creative: shown[creative.id])


def _after_last(creatives: tuple[Creative, ...], rows: tuple[RunAd, ...]) -> Creative:
    """The next one after the last of these that was shown; the first where none was."""
    names = [creative.id for creative in creatives]
    last = next((run.creative for run in reversed(rows) if run.creative in names), None)
    return creatives[0] if last is None else creatives[(names.index(last) + 1) % len(names)]


def _share(shown: int, weight: Fraction) -> tuple[int, Fraction]:
    """Shown per weight; a weight of nothing comes after every other."""
    return (0, Fraction(shown) / weight) if weight > 0 else (1, Fraction(shown))


def _draw(creative: Creative, rows: tuple[RunAd, ...], seed: str) -> float:
    """A click rate drawn from what is known of a creative's own (Thompson sampling, Beta(1 + clicks, 1 + rest)).

    The draw is of this issue and line item alone, so that every build of the issue makes the same choice. One that was
    never shown may be anything, and is soon tried.
    """
    known = [run for run in rows if run.creative == creative.id and run.clicks is not None and run.sends]
    sends = sum(run.sends or 0 for run in known)
    clicks = min(sends, sum(run.clicks or 0 for run in known))
    return Random(seed).betavariate(1 + clicks, 1 + sends - clicks)
