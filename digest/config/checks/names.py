"""Every name that is used is defined, and defined once."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.room import Room, found
from digest.config.subject import subject
from digest.config.validate import Sound
from digest.config.words import did_you_mean, shown
from digest.errors import Problem

_OF_ITEMS = (
    ("editions", "edition", ("editions",)),
    ("slots", "slot", ("slots",)),
    ("sections", "section", ("sections",)),
    ("sections", "section", ("adjacency", "avoid_sections")),
    ("line_items", "line item", ("companions",)),
)


def check(room: Room) -> Iterator[Problem]:
    """Unknown sections, slots, advertisers, editions and companions; ids and references written twice."""
    if room.digest:
        yield from _digest(room, room.digest)
    if room.ads:
        yield from _ads(room, room.ads)


def _digest(room: Room, sound: Sound) -> Iterator[Problem]:
    yield from _twice(sound, ("sections",), "id")
    yield from _twice(sound, ("sources",), "name")
    for edition in room.editions:
        yield from _references(room, sound, ("editions", edition.name, "sections"), "sections", "section")


def _ads(room: Room, sound: Sound) -> Iterator[Problem]:
    yield from _twice(sound, ("line_items",), "id")
    yield from _references(room, sound, ("policy", "sensitive", "sections"), "sections", "section")
    for index, item in enumerate(room.book.line_items):
        path: t.Path = ("line_items", index)
        yield from _twice(sound, (*path, "creatives"), "id")
        if item.advertiser is not None:
            yield from _known(room, sound, (*path, "advertiser"), "advertisers", "advertiser")
        for kind, called, below in _OF_ITEMS:
            yield from _references(room, sound, (*path, *below), kind, called)
        if item.id in item.companions:
            place = (*path, "companions", item.companions.index(item.id))
            yield found(sound, place, "names the line item itself.", "Take it out.")


def _references(room: Room, sound: Sound, path: t.Path, kind: str, called: str) -> Iterator[Problem]:
    """Each entry of the list at ``path`` is known, and stands there once."""
    node = t.reach(sound.tree, path)
    if not isinstance(node, t.Items):
        return
    seen: set[str] = set()
    for index, item in enumerate(node.nodes):
        yield from _known(room, sound, (*path, index), kind, called)
        if isinstance(item, t.Scalar) and item.text in seen:
            yield found(sound, (*path, index), f"names {shown(item.text)} twice.", "Take one out.")
        seen.add(item.text if isinstance(item, t.Scalar) else "")


def _known(room: Room, sound: Sound, path: t.Path, kind: str, called: str) -> Iterator[Problem]:
    node, known = t.reach(sound.tree, path), room.names(kind)
    if known is None or not isinstance(node, t.Scalar) or node.text.strip() in known:
        return
    says = f"names the unknown {called} {shown(node.text)}."
    cure = did_you_mean(node.text, list(known))
    yield found(sound, path, says, cure or f"There is no {called} yet; add it under {kind}.")


def _twice(sound: Sound, path: t.Path, key: str) -> Iterator[Problem]:
    """Two entries of a list with one id, read from the file as written."""
    node = t.reach(sound.whole, path) if len(path) == 1 else t.reach(sound.tree, path)
    root = sound.whole if len(path) == 1 else sound.tree
    if not isinstance(node, t.Items):
        return
    first: dict[str, t.At] = {}
    for index in range(len(node.nodes)):
        name = t.reach(node, (index, key))
        if not isinstance(name, t.Scalar) or not name.text.strip():
            continue
        before = first.setdefault(name.text.strip(), name.at)
        if before != name.at:
            where = subject(root, (*path, index))
            message = f"{where} has the same {key} as another."
            yield Problem(sound.file, *name.at, message, f"The first stands on line {before[0]}; rename one.")
