"""What ``digest.yaml`` must be in itself: cadences, sections, links."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.room import Room, found
from digest.config.schema import DigestFile
from digest.config.subject import short
from digest.config.validate import Sound, keys_at, meant
from digest.config.words import did_you_mean
from digest.errors import Problem


def check(room: Room) -> Iterator[Problem]:
    """A weekday for every weekly edition, ``min`` within ``top``, no parameter but ``utm_``."""
    if room.digest is None:
        return
    yield from _editions(room, room.digest)
    yield from _sections(room, room.digest)
    yield from _links(room.digest)


def _editions(room: Room, sound: Sound) -> Iterator[Problem]:
    whole = t.child(sound.whole, "editions")
    if isinstance(whole, t.Block) and not whole.entries:
        yield found(sound, ("editions",), "names no edition.", "Add one, such as daily: {cadence: daily}.")
    known = keys_at(DigestFile, ("editions", ""))
    for edition in room.editions:
        path: t.Path = ("editions", edition.name)
        block = t.reach(sound.whole, path)
        written = t.child(block, "weekday") is not None or meant(block, known, "weekday")
        if edition.cadence == "weekly" and edition.weekday is None and not written:
            yield found(sound, path, "is weekly but has no weekday.", "Add a weekday, such as weekday: fri.")
        if edition.cadence == "daily" and edition.weekday is not None:
            says = "counts for weekly editions only, and this one is daily."
            yield found(sound, (*path, "weekday"), says, "Write cadence: weekly, or take the weekday out.")


def _sections(room: Room, sound: Sound) -> Iterator[Problem]:
    for index, section in enumerate(room.sections):
        if section.min > section.top:
            path: t.Path = ("sections", index, "min")
            if t.reach(sound.tree, path) is None:
                path = ("sections", index, "top")
            says = f"does not fit: min is {section.min}, but top is {section.top}."
            yield found(sound, path, says, "A section needs min at most as large as top.")


def _links(sound: Sound) -> Iterator[Problem]:
    links = t.child(sound.tree, "links")
    if not isinstance(links, t.Block):
        return
    usual = [
        *keys_at(DigestFile, ("links",)),
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
    ]
    for key in links.entries:
        if key != "link_prefix" and not (key.startswith("utm_") and key.isidentifier() and key.isascii()):
            at = t.place_of_key(sound.tree, ("links", key))
            cure = did_you_mean(key, [name for name in usual if name not in links.entries])
            yield Problem(sound.file, *at, f'unknown key "{short(key)}" in "links".', cure)
