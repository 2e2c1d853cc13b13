"""What a place of a file is called in a message: ``"start" of line item "gleammour-aquafresh"``."""

from __future__ import annotations

from digest.config.tree import Node, Path, ScalarNode, reach

_LISTS = {"line_items": "line item", "sections": "section", "sources": "source", "creatives": "creative"}
_KEYED = {"slots": "slot", "advertisers": "advertiser", "editions": "edition"}
_NAMES = ("id", "name")


def owner(root: Node | None, path: Path) -> tuple[str, Path]:
    """The named thing a path lies in (empty at the top of the file), and the rest of the path."""
    if len(path) < 2 or not (name := _thing(root, path[:2])):
        return "", path
    if path[0] == "line_items" and len(path) > 3 and path[2] == "creatives":
        return f"{_thing(root, path[:4])} of {name}", path[4:]
    return name, path[2:]


def _thing(root: Node | None, path: Path) -> str:
    kind, which = path[-2], path[-1]
    if kind in _KEYED and isinstance(which, str):
        return f'{_KEYED[kind]} "{short(which)}"'
    if kind in _LISTS and isinstance(which, int):
        return f"{_LISTS[str(kind)]} {_name(root, path) or which + 1}"
    return ""


def _name(root: Node | None, path: Path) -> str:
    for key in _NAMES:
        node = reach(root, (*path, key))
        if isinstance(node, ScalarNode) and node.text.strip():
            return f'"{short(node.text.strip())}"'
    return ""


def subject(root: Node | None, path: Path) -> str:
    """The start of a sentence about the value at ``path``."""
    thing, rest = owner(root, path)
    keys = [str(step) for step in rest if isinstance(step, str)]
    if not keys:
        return thing or ("the file" if not path else f'"{short(str(path[0]))}"')
    text = f'"{short(".".join(keys))}"'
    return f"{text} of {thing}" if thing else text


def within(root: Node | None, path: Path) -> str:
    """Where a key stands: `` in line item "x"``, or nothing at the top of the file."""
    thing, rest = owner(root, path)
    keys = [str(step) for step in rest if isinstance(step, str)]
    inner = f'"{short(".".join(keys))}"' if keys else ""
    text = f"{inner} of {thing}" if inner and thing else inner or thing
    return f" in {text}" if text else ""


def short(text: str) -> str:
    """At most 60 characters, on one line."""
    clean = "".join(mark if mark.isprintable() else "?" for mark in text)
    return clean if len(clean) <= 60 else f"{clean[:57]}..."
