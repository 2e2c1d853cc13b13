"""Whether a booking can ever have a place: its slots, sections and creatives against the longest issue there can be.

An issue is as long as its sections are at most (``top``). Pins may lengthen one; a booking that waits for that is as
good as one that never runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, as_written, is_valid, problem
from digest.config.checks.creatives import fits
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model import Edition, LineItem, Slot
from digest.model.companions import companion_groups
from digest.model.counts import counted


def warn(config: Configuration) -> Iterator[Problem]:
    """Bookings without a place in the longest issue of any of their editions."""
    if config.ads is None or not config.book.policy.max_ads or not config.book.policy.max_ratio:
        return
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        if config.all_editions_valid(item) and _judged(config, item) and _whole(config.ads, path):
            yield from _of(config, config.ads, path, item)
    yield from _companions(config, config.ads)


def _judged(config: Configuration, item: LineItem) -> bool:
    """Whether its slots and sections are known; what is not known is reported already."""
    file, slot_ids = config.ads, {slot.id for slot in config.book.slots}
    slots = bool(item.slots) and all(
        name in slot_ids and file and is_valid(file, ("slots",), name) for name in item.slots
    )
    sections = {section.id for section in config.sections}
    return slots and bool(sections) and sections.issuperset(config.names("sections") or ())


def _whole(file: ReadFile, path: t.Path) -> bool:
    """Whether what decides on its places could be read; what could not is reported already, and might have had one."""
    written = as_written(file, path)
    keys = ("slots", "sections", "creatives")
    return all(t.child(written, key) is None or is_valid(file, path, key) for key in keys)


def _of(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    editions = [e for e in config.editions_of(item) if _theirs(config, e, item)]
    if not editions:
        return  # reported already: its sections are in none of them
    if not any(_load(config, edition) for edition in editions):
        yield problem(
            file, (*path, "editions" if item.editions is not None else "slots"), *_no_load(config, editions)
        )
        return
    slots = [slot for slot in config.book.slots if slot.id in item.slots]
    usable = (
        [slot for slot in slots if any(fits(creative, slot) for creative in item.creatives)]
        if item.creatives
        else slots
    )
    if not usable or any(_opens(config, edition, item, slot) for edition in editions for slot in usable):
        return
    if all(slot.position == "top" for slot in slots):
        return  # reported already
    if any(_opens(config, edition, item, slot) for edition in editions for slot in slots):
        names = ", ".join(slot.id for slot in usable)
        says = f"fit only {names}, which has no place in its sections (creatives, slots and sections)."
        yield problem(
            file, (*path, "creatives"), says, "Add a creative for its other slots, or take the sections out."
        )
        return
    says = f"leave it no place: {_too_late(config, editions, item, usable)} (slots, first_after and top)."
    cure = "Lower first_after of the slot, or book another one."
    yield problem(file, (*path, "slots"), says, cure)


def _tops(config: Configuration, edition: Edition) -> list[tuple[str, int]]:
    """The sections of an edition in reading order, each with the most stories it has."""
    by_id = {section.id: section for section in config.sections}
    names = edition.sections or tuple(by_id)
    return [(name, edition.top.get(name, by_id[name].top)) for name in names if name in by_id]


def _theirs(config: Configuration, edition: Edition, item: LineItem) -> list[str]:
    """The sections of an edition that a booking may stand in."""
    return [name for name, _ in _tops(config, edition) if item.sections is None or name in item.sections]


def _longest(config: Configuration, edition: Edition) -> int:
    return sum(top for _, top in _tops(config, edition))


def _load(config: Configuration, edition: Edition) -> int:
    """The most ads its longest issue holds."""
    policy = config.book.policy
    most = policy.max_ads if edition.max_ads is None else edition.max_ads
    ratio = policy.max_ratio if edition.max_ratio is None else Fraction(edition.max_ratio)
    return min(most, floor(ratio * _longest(config, edition)))


def _no_load(config: Configuration, editions: Sequence[Edition]) -> tuple[str, str]:
    policy, parts = config.book.policy, []
    for edition in editions:
        if 0 in (edition.max_ads, edition.max_ratio):
            parts.append(f"{edition.name} takes none (max_ads or max_ratio of the edition is 0)")
            continue
        ratio = policy.max_ratio if edition.max_ratio is None else edition.max_ratio
        most = counted(_longest(config, edition), "story", "stories")
        parts.append(f"{edition.name} has at most {most}, and max_ratio is {ratio}")
    return (
        f"leave it no place: its editions never hold an ad: {'; '.join(parts)}.",
        "Raise max_ratio or max_ads, or let the sections hold more stories (top).",
    )


def _opens(config: Configuration, edition: Edition, item: LineItem, slot: Slot) -> bool:
    """Whether the longest issue has an opening of the slot for this booking."""
    if not _load(config, edition):
        return False
    if slot.position == "top":
        return item.sections is None
    theirs = _theirs(config, edition, item)
    if slot.position != "between_stories":
        return bool(theirs)
    return _last_gap(config, edition, theirs) >= max(1, slot.first_after)


def _last_gap(config: Configuration, edition: Edition, sections: Sequence[str]) -> int:
    """The last gap between stories that lies in one of the sections."""
    at, last = 0, 0
    for name, top in _tops(config, edition):
        at += top
        last = at if name in sections else last
    return min(last, at - 1)


def _too_late(
    config: Configuration, editions: Sequence[Edition], item: LineItem, slots: Sequence[Slot]
) -> str:
    last = max(_last_gap(config, edition, _theirs(config, edition, item)) for edition in editions)
    names = " and ".join(f"{slot.id} begins after story {slot.first_after}" for slot in slots)
    where = "its sections end" if item.sections is not None else "the longest of its issues ends"
    return f"{names}, and {where} with story {last if item.sections is not None else last + 1}"


def _companions(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    """Groups that the longest issue of no edition of theirs can hold together."""
    items = {item.id: item for item in config.book.line_items}
    for group in companion_groups(config.book.line_items):
        if len(group) == 1:
            continue
        members = [items[name] for name in group]
        if not all(config.all_editions_valid(item) and _judged(config, item) for item in members):
            continue
        shared = [e for e in config.editions if all(e in config.editions_of(item) for item in members)]
        if not shared or any(_holds(config, edition, members) for edition in shared):
            continue
        index = next(
            n for n, item in enumerate(config.book.line_items) if item.id in group and item.companions
        )
        says = f"can never run together: {_too_many(config, shared[0], members)}."
        yield problem(
            file, ("line_items", index, "companions"), says, "Companions run in one issue or not at all."
        )


def _holds(config: Configuration, edition: Edition, members: Sequence[LineItem]) -> bool:
    return not _too_many(config, edition, members)


def _too_many(config: Configuration, edition: Edition, members: Sequence[LineItem]) -> str:
    """Why the longest issue of an edition does not hold them all; empty where it does."""
    policy, longest = config.book.policy, _longest(config, edition)
    load, count = _load(config, edition), len(members)
    if not load or count > policy.max_ads:
        return ""  # reported already
    if count > load:
        return f"they are {count}, and an issue of {edition.name} has room for {load} (max_ads, max_ratio and top)"
    gap = policy.min_gap if edition.min_gap is None else edition.min_gap
    if (count - 1) * gap > longest:
        most = counted(longest, "story", "stories")
        return f"they are {count}, min_gap is {gap}, and {edition.name} has at most {most} (min_gap and top)"
    for slot in config.book.slots:
        if slot.position not in ("section_start", "section_end"):
            continue
        bound = [
            item for item in members if item.slots == (slot.id,) and item.sections and len(item.sections) == 1
        ]
        for item in bound:
            same = [rival.id for rival in bound if rival.sections == item.sections]
            if len(same) > 1:
                return f"{' and '.join(same)} are booked for {slot.id} of one section, which holds one ad"
    return ""
