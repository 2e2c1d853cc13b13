"""Every name that is used is defined, and defined once."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.subject import subject
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model.keys.words import did_you_mean, shown

_OF_ITEMS = (
    ("editions", "edition", ("editions",)),
    ("slots", "slot", ("slots",)),
    ("sections", "section", ("sections",)),
    ("sections", "section", ("adjacency", "avoid_sections")),
    ("line_items", "line item", ("companions",)),
)


def check(config: Configuration) -> Iterator[Problem]:
    """Unknown sections, slots, advertisers, editions and companions; ids and references written twice."""
    if config.digest:
        yield from _digest(config, config.digest)
    if config.ads:
        yield from _ads(config, config.ads)


def _digest(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    yield from _twice(file, ("sections",), "id")
    yield from _twice(file, ("sources",), "name")
    for edition in config.editions:
        yield from _references(config, file, ("editions", edition.name, "sections"), "sections", "section")
    for index in range(len(file.values.blocks)):
        after = ("blocks", index, "position", "after_section")
        yield from _known(config, file, after, "sections", "section")
        yield from _references(config, file, ("blocks", index, "editions"), "editions", "edition")
    for name in file.values.audience.top:
        if name not in (config.names("sections") or {name: None}):
            says = f"names the unknown section {shown(name)}."
            cure = did_you_mean(name, list(config.names("sections") or ()))
            yield problem(file, ("audience", "top"), says, cure or "Use the id of one under sections.")


def _ads(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    yield from _twice(file, ("line_items",), "id")
    yield from _references(config, file, ("policy", "sensitive", "sections"), "sections", "section")
    yield from _old_ids(config, file)
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        yield from _twice(file, (*path, "creatives"), "id")
        if item.advertiser is not None:
            yield from _known(config, file, (*path, "advertiser"), "advertisers", "advertiser")
        if config.elsewhere(item):
            continue  # its editions and sections are those of other newsrooms
        for kind, called, below in _OF_ITEMS:
            yield from _references(config, file, (*path, *below), kind, called)
        yield from _columns(config, file, (*path, "audience"), tuple(item.audience))
        if item.id in item.companions:
            place = (*path, "companions", item.companions.index(item.id))
            yield problem(file, place, "names the line item itself.", "Take it out.")


def _columns(config: Configuration, file: ReadFile, path: t.Path, used: tuple[str, ...]) -> Iterator[Problem]:
    """The columns that a booking's ``audience`` names stand in ``audience.by``."""
    if config.digest is None:
        return
    known = config.digest.values.audience.by
    for name in used:
        if name not in known:
            cure = did_you_mean(name, list(known)) or f"Add it to audience.by in digest.yaml: by: [{name}]."
            yield problem(file, path, f"names the column {shown(name)}, which parts no readers.", cure)


def _old_ids(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    """An old id is nobody's now, and was one booking's: else what ran under it would count twice."""
    theirs: dict[str, str] = {}
    for index, item in enumerate(config.book.line_items):
        for number, old in enumerate(item.was):
            path: t.Path = ("line_items", index, "was", number)
            if old in (config.names("line_items") or ()):
                cure = "An old id is in use no more: rename one, or take it out here."
                yield problem(file, path, f'names "{old}", which is the id of a line item.', cure)
            elif old in theirs:
                says = f'names "{old}", which line item "{theirs[old]}" was, too.'
                yield problem(file, path, says, "What ran under it can count for one of them only.")
            theirs[old] = item.id


def _references(
    config: Configuration, file: ReadFile, path: t.Path, kind: str, called: str
) -> Iterator[Problem]:
    """Each entry of the list at ``path`` is known, and stands there once."""
    node = t.reach(file.valid, path)
    if not isinstance(node, t.ListNode):
        return
    seen: set[str] = set()
    for index, item in enumerate(node.nodes):
        yield from _known(config, file, (*path, index), kind, called)
        if isinstance(item, t.ScalarNode) and item.text in seen:
            yield problem(file, (*path, index), f"names {shown(item.text)} twice.", "Take one out.")
        seen.add(item.text if isinstance(item, t.ScalarNode) else "")


def _known(config: Configuration, file: ReadFile, path: t.Path, kind: str, called: str) -> Iterator[Problem]:
    node, known = t.reach(file.valid, path), config.names(kind)
    if known is None or not isinstance(node, t.ScalarNode) or node.text.strip() in known:
        return
    says = f"names the unknown {called} {shown(node.text)}."
    cure = did_you_mean(node.text, list(known))
    if node.text.strip().lower() in ("all", "any", "every", "alle") and len(path) > 1 and path[-1] == 0:
        cure = f'Take the key "{path[-2]}" out: without it, it is all of them.'
    yield problem(file, path, says, cure or f"There is no {called} yet; add it under {kind}.")


def _twice(file: ReadFile, path: t.Path, key: str) -> Iterator[Problem]:
    """Two entries of a list with one id, read from the file as written."""
    node = t.reach(file.written, path) if len(path) == 1 else t.reach(file.valid, path)
    root = file.written if len(path) == 1 else file.valid
    if not isinstance(node, t.ListNode):
        return
    first: dict[str, t.At] = {}
    for index in range(len(node.nodes)):
        name = t.reach(node, (index, key))
        if not isinstance(name, t.ScalarNode) or not name.text.strip():
            continue
        before = first.setdefault(name.text.strip(), name.at)
        if before != name.at:
            where = subject(root, (*path, index))
            message = f"{where} has the same {key} as another."
            yield Problem(file.file, *name.at, message, f"The first stands on line {before[0]}; rename one.")
