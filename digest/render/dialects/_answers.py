"""How engines of one family print a literal opening character. Each answer maps text to text, rule by rule."""

from __future__ import annotations

import re
from typing import Final

from digest.render.dialect import JOINER, Rule

_BRACES: Final = r"\{(?=[{%#]|\Z)"
_DOUBLE_BRACE: Final = r"\{(?=\{|\Z)"


def joined(pattern: str) -> Rule:
    """An invisible word joiner after what ``pattern`` matches."""
    return re.compile(pattern), rf"\g<0>{JOINER}"


def encoded(pattern: str) -> Rule:
    """Percent-encoding of the one character that ``pattern`` matches."""
    return re.compile(pattern), lambda match: f"%{ord(match[0]):02X}"


# A variable tag that holds the brace as a string: Django, Jinja, HubL, pongo2 and Liquid print it. Without spaces, so
# that no line is wrapped inside it: Django's tags end at the line.
LITERAL_BRACE: Final[Rule] = (re.compile(_BRACES), '{{"{"}}')
# The same for Go's templates, which know no other opening than two braces.
GO_BRACE: Final[Rule] = (re.compile(_DOUBLE_BRACE), '{{"{"}}')
# Handlebars has no literals. A brace, a space, and a block that never shows but swallows the space before it.
HANDLEBARS_BRACE: Final[Rule] = (re.compile(_DOUBLE_BRACE), "{ {{~#if false}}.{{/if}}")
JOINED_BRACE: Final[Rule] = joined(_DOUBLE_BRACE)

URL_BRACE: Final[Rule] = encoded(_BRACES)
