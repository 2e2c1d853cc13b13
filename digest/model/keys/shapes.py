"""The kinds of values as JSON Schema: what an editor may accept of a value before it is read here.

An editor has read the YAML already, so a number may come as a number, and anything else as it was written. Patterns
are the readers' own where those can be told in ECMAScript; they never refuse what a reader takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from digest.model.keys import words

Shape = dict[str, Any]
WORD: Shape = {
    "type": ["string", "number", "boolean"]
}  # text: a number or `true` is one when it stands there


def matching(*patterns: str, **more: Any) -> Shape:
    """A text that is one of these patterns as a whole."""
    return {"type": "string", "pattern": f"^({'|'.join(patterns)})$", **more}


def any_case(names: Iterable[str]) -> str:
    """A pattern of names in capital or small letters; ECMAScript has no other way to say so inside a pattern."""
    return "|".join("".join(f"[{c.upper()}{c}]" for c in name) for name in names)


def name(pattern: str) -> Shape:
    """A word of certain letters; digits alone come as a number."""
    return {"type": ["string", "integer"], "pattern": f"^({pattern})$"}


def whole(least: int, most: int) -> Shape:
    """A whole number; in quotes, or with ``_`` between its digits, it comes as text."""
    return {"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, matching(r"\+?\d[\d_]*")]}


def exact(most: int | None = None) -> Shape:
    """A number that is not negative, also as a fraction."""
    number: Shape = {"type": "number", "minimum": 0}
    written = words.NUMBER.pattern.replace("([+-]?)", r"\+?").replace(r"\d", r"[\d_]")
    return {"anyOf": [number if most is None else number | {"maximum": most}, matching(written)]}


FLAG: Shape = {"anyOf": [{"type": "boolean"}, matching(any_case((*words.TRUE, *words.FALSE)))]}
LENGTH = matching(rf"(?=\d){words.DURATION.pattern}", examples=["12h", "3d", "90m"])
DAY = matching(r"\d{4}-\d{2}-\d{2}", format="date")
CLOCK = matching(words.TIME.pattern, examples=["06:00"])
SIZE = matching(words.SIZE.pattern, examples=["600x150", "300x250"])
WEEKDAY: Shape = {"anyOf": [{"enum": list(words.DAYS)}, matching(any_case((*words.DAYS, *words.DAY_NAMES)))]}
WEEKDAYS: Shape = {"anyOf": [WEEKDAY, {"type": "array", "items": WEEKDAY, "minItems": 1}]}
ADDRESS = matching("[Hh][Tt][Tt][Pp][Ss]?://.+")
REACHES = matching("[Hh][Tt][Tt][Pp][Ss]?://.+", "[Mm][Aa][Ii][Ll][Tt][Oo]:.+", "[Tt][Ee][Ll]:.+")
MAILBOX = matching(".*@.*", examples=["NewsFinale <news@newsfinale.example>"])
COLOR = matching("#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
LOCALE = matching("[A-Za-z]+([-_][A-Za-z0-9]+)*", examples=["en_US", "de_DE"])
