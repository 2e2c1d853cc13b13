"""What the checks look at: the valid parts of both files, and the names they define."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from digest.config import tree as t
from digest.config.subject import subject
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model import AdBook, Edition, LineItem, SectionSpec

_KINDS = ("sections", "editions", "slots", "advertisers", "line_items")
_NO_ADS = AdBook()
Names = dict[str, None]  # in file order


@dataclass(frozen=True)
class Configuration:
    """``None`` for a file that could not be read: what depends on it is then not judged."""

    digest: ReadFile | None
    ads: ReadFile | None

    @property
    def sections(self) -> tuple[SectionSpec, ...]:
        return self.digest.values.sections if self.digest else ()

    @property
    def editions(self) -> tuple[Edition, ...]:
        return self.digest.values.editions if self.digest else ()

    @property
    def book(self) -> AdBook:
        return self.ads.values if self.ads else _NO_ADS

    def elsewhere(self, item: LineItem) -> bool:
        """Whether a line item of a shared file is for other publications than this newsroom's."""
        own = self.digest.values.publication if self.digest else None
        return bool(own and item.publications and own.id not in item.publications)

    def editions_of(self, item: LineItem) -> tuple[Edition, ...]:
        """The editions a line item may run in, as far as they are valid; none where it is for other publications."""
        if self.elsewhere(item):
            return ()
        return tuple(e for e in self.editions if item.editions is None or e.name in item.editions)

    def all_editions_valid(self, item: LineItem) -> bool:
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
        file = self.digest if kind in ("sections", "editions") else self.ads
        if file is None:
            return None
        node = t.child(file.written, kind)
        if isinstance(node, t.BlockNode):
            return dict.fromkeys(node.entries)
        if isinstance(node, t.ListNode):
            ids = (t.child(item, "id") for item in node.nodes)
            return dict.fromkeys(i.text.strip() for i in ids if isinstance(i, t.ScalarNode))
        return {} if node is None and file is self.ads else None


def as_written(file: ReadFile, path: t.Path) -> t.Node | None:
    """The block at ``path`` of the valid tree as it stands in the file, wrong parts included."""
    block = t.reach(file.valid, path)
    if len(path) != 2 or block is None or isinstance(path[1], str):
        return t.reach(file.written, path)
    return file.entries.get((str(path[0]), block.at))


def is_valid(file: ReadFile, path: t.Path, key: str) -> bool:
    """Whether a key of the block at ``path`` is written, and nothing in it is wrong."""
    written = t.child(as_written(file, path), key)
    return written is not None and written == t.reach(file.valid, (*path, key))


def problem(file: ReadFile, path: t.Path, says: str, cure: str = "") -> Problem:
    """A problem with the value at ``path``."""
    at = t.place(file.valid, path)
    return Problem(file.file, *at, f"{subject(file.valid, path)} {says}", cure)
