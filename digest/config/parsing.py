"""YAML text -> a tree of nodes that know their line and column.

Built from PyYAML's event stream, so that nothing is ever constructed, tagged or expanded: a file
with anchors, aliases, tags, duplicate keys or a second document is refused, and nesting and size
are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from digest.config.keys import MODELS
from digest.config.repairs import SECRET
from digest.config.tree import At, BlockNode, ListNode, Node, ParsedFile, ScalarNode
from digest.config.validation import validate
from digest.config.yaml_errors import in_plain_words
from digest.errors import Problem

_JUDGED = 60_000  # characters of a file whose keys and values are looked at to choose a repair
MAX_DEPTH = 16
MAX_NODES = 400_000
_CUT = re.compile(r"[ \t]+#[^\W_]")  # what follows text that a comment cuts short
_NO_TEXT = re.compile(r"[\d\s.,:/x%+-]*[a-z]?|true|false|yes|no|on|off|~|null", re.IGNORECASE)


class _Stop(Exception):
    pass


def parse(text: str, file: str, loader: Any = None) -> ParsedFile:
    """The tree of one document, with everything that YAML itself forbids as problems."""
    import yaml

    parsed = ParsedFile()
    events = yaml.parse(text, Loader=loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        parsed.tree = _Builder(file, events, parsed.problems, text).document()
    except _Stop:
        parsed.usable = False
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mistake = _mended(text, file, error, loader) or in_plain_words(error, file)
        parsed.problems = [*(problem for problem in parsed.problems if problem.line != mistake.line), mistake]
        parsed.usable = False
    return parsed


def _mended(text: str, file: str, error: Any, loader: Any) -> Problem | None:
    """The mistake behind what the parser says, where a small change is known to mend it."""
    import yaml

    from digest.config.repairs import repaired
    from digest.config.tabs import tabs

    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    lines = [mark.line + 1 for mark in marks if mark is not None]
    if not lines:
        return None

    def remaining(changed: str) -> int | None:
        events = yaml.parse(changed, Loader=loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        parsed = ParsedFile()
        try:
            parsed.tree = _Builder(file, events, parsed.problems, changed).document()
        except (_Stop, yaml.YAMLError, ValueError, OverflowError):
            return None
        if len(text) > _JUDGED:
            return 0  # of a large file the first change that can be read is taken
        return len(parsed.problems) + problems_of(parsed, file)

    if problem := tabs(text, file, lines, remaining):
        return problem
    near = [line for at in lines for line in (at, at - 1, at + 1)]
    repair = repaired(text, near, remaining)
    return Problem(file, repair.line, repair.column, repair.message, repair.cure) if repair else None


def problems_of(parsed: ParsedFile, file: str) -> int:
    """How many problems the keys and values of a tree have."""
    return len(validate(MODELS[file], parsed, file)[1]) if file in MODELS else 0


class _Builder:
    def __init__(self, file: str, events: Iterator[Any], problems: list[Problem], text: str) -> None:
        self.file, self.events, self.problems = file, events, problems
        self.rows = text.split("\n") if " #" in text or "\t#" in text else []
        self.count = 0
        self.aliased = False

    def document(self) -> Node | None:
        import yaml

        tree: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document starts here.", 'Take the line "---" out.')
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                tree = self._node(event, 0)
        if self.aliased:
            raise _Stop
        return None if isinstance(tree, ScalarNode) and (tree.is_empty or tree.is_null) else tree

    def _node(self, event: Any, depth: int) -> Node:
        import yaml

        self._bounds(event, depth)
        self._refuse_magic(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._block(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return ScalarNode("", _at(event), plain=False)
        plain = event.style in (None, "")
        if plain and self.rows:
            self._cut(event)
        return ScalarNode(event.value, _at(event), plain=plain)

    def _cut(self, event: Any) -> None:
        """Text that ends at `` #`` and a letter or digit: what follows is a comment, and was hardly meant as one."""
        row, column = self.rows[event.end_mark.line], event.end_mark.column
        rest = row[column:].rstrip()
        if not _CUT.match(rest) or _NO_TEXT.fullmatch(event.value):
            return
        full_text = f"{event.value}{rest}".replace("\\", "\\\\").replace('"', '\\"')
        shown = f'Write "{_short(full_text)}" in quotes' if not SECRET.search(row) else "Put it in quotes"
        self._say(
            _at(event), "this text is cut off at the #, where a comment begins.",
            f"{shown}, or a space after the # of a comment.",
        )  # fmt: skip

    def _items(self, event: Any, depth: int) -> ListNode:
        import yaml

        nodes = []
        while not isinstance(after := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self._node(after, depth + 1))
        return ListNode(tuple(nodes), _at(event))

    def _block(self, event: Any, depth: int) -> BlockNode:
        import yaml

        block = BlockNode({}, {}, _at(event))
        while not isinstance(after := next(self.events), yaml.MappingEndEvent):
            key = self._node(after, depth + 1)
            value = self._node(next(self.events), depth + 1)
            self._put(block, key, value)
        return block

    def _put(self, block: BlockNode, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode) or key.text == "":
            self._say(key.at, "a key must be a word.", "If this is text in braces, put it in quotes.")
        elif key.text in block.key_at:
            first = block.key_at[key.text][0]
            cure = f"It stands on line {first} already; keep one of them."
            self._say(key.at, f'the key "{_short(key.text)}" is written twice.', cure)
        else:
            block.key_at[key.text] = key.at
            if not (isinstance(value, ScalarNode) and value.is_null):
                block.entries[key.text] = value

    def _bounds(self, event: Any, depth: int) -> None:
        self.count += 1
        if depth > MAX_DEPTH:
            self._stop(event, f"this is nested more than {MAX_DEPTH} levels deep.", "Check the brackets.")
        if self.count > MAX_NODES:
            self._stop(event, f"the file holds more than {MAX_NODES:,} values.", "Split or shorten it.")

    def _refuse_magic(self, event: Any) -> None:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            self.aliased = True
            self._say(
                _at(event), f'the alias "*{_short(event.anchor)}" is not allowed.', "Write the values out."
            )
            return
        if event.anchor is not None:
            self._say(
                _at(event), f'the anchor "&{_short(event.anchor)}" is not allowed.', "Write the values out."
            )
        if event.tag is not None:
            cure = "Take it out; if it is text, put it in quotes."
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._say(_at(event), f'the tag "{_short(tag)}" is not allowed.', cure)

    def _say(self, at: At, message: str, cure: str) -> None:
        self.problems.append(Problem(self.file, *at, message, cure))

    def _stop(self, event: Any, message: str, cure: str) -> NoReturn:
        self._say(_at(event), message, cure)
        raise _Stop


def _at(event: Any) -> At:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= 60 else f"{text[:57]}..."
