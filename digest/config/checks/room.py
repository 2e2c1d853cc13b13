"""What the checks look at: the sound parts of both files, and the names they define."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from digest.config import freeze
from digest.config import tree as t
from digest.config.subject import subject
from digest.config.validate import Sound
from digest.errors import Problem
from digest.model import AdBook, Edition, LineItem, SectionSpec

_KINDS = ("sections", "editions", "slots", "advertisers", "line_items")
Names = dict[str, None]  # in file order


@dataclass(frozen=True)
class Room:
    """``None`` for a file that could not be read: what depends on it is then not judged."""

    digest: Sound | None
    ads: Sound | None

    @classmethod
    def of(cls, digest: Sound | None, ads: Sound | None) -> Room:
        return cls(digest, ads)

    @cached_property
    def sections(self) -> tuple[SectionSpec, ...]:
        return freeze.sections(self.digest.data) if self.digest else ()

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        return freeze.editions(self.digest.data) if self.digest else ()

    @cached_property
    def book(self) -> AdBook:
        return freeze.ad_book(self.ads.data) if self.ads else AdBook()

    def editions_of(self, item: LineItem) -> tuple[Edition, ...]:
        """The editions a line item may run in, as far as they are sound."""
        return tuple(e for e in self.editions if item.editions is None or e.name in item.editions)

    def all_editions_sound(self, item: LineItem) -> bool:
        """Whether every edition the line item may run in could be read."""
        known = self.names("editions")
        if known is None:
            return False
        wanted = known if item.editions is None else item.editions
        return {edition.name for edition in self.editions}.issuperset(wanted)

    def names(self, kind: str) -> Names | None:
        """Every name of this kind that the files define, wrong entries included; ``None`` if unreadable."""
        return self._names[kind]

    @cached_property
    def _names(self) -> dict[str, Names | None]:
        return {kind: self._defined(kind) for kind in _KINDS}

    def _defined(self, kind: str) -> Names | None:
        sound = self.digest if kind in ("sections", "editions") else self.ads
        if sound is None:
            return None
        node = t.child(sound.whole, kind)
        if isinstance(node, t.Block):
            return dict.fromkeys(node.entries)
        if isinstance(node, t.Items):
            ids = (t.child(item, "id") for item in node.nodes)
            return dict.fromkeys(i.text.strip() for i in ids if isinstance(i, t.Scalar))
        return {} if node is None and sound is self.ads else None


def as_written(sound: Sound, path: t.Path) -> t.Node | None:
    """The block at ``path`` of the sound tree as it stands in the file, wrong parts included."""
    block = t.reach(sound.tree, path)
    if len(path) != 2 or block is None or isinstance(path[1], str):
        return t.reach(sound.whole, path)
    return sound.entries.get((str(path[0]), block.at))


def is_sound(sound: Sound, path: t.Path, key: str) -> bool:
    """Whether a key of the block at ``path`` is written, and nothing in it is wrong."""
    written = t.child(as_written(sound, path), key)
    return written is not None and written == t.reach(sound.tree, (*path, key))


def found(sound: Sound, path: t.Path, says: str, cure: str = "", *, key: bool = False) -> Problem:
    """A problem with the value (or the key) at ``path``."""
    at = t.place_of_key(sound.tree, path) if key else t.place(sound.tree, path)
    return Problem(sound.file, *at, f"{subject(sound.tree, path)} {says}", cure)
