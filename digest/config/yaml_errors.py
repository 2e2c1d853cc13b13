"""What PyYAML says about broken YAML, said so that a marketing person can mend it."""

from __future__ import annotations

from typing import Any

from digest.errors import Problem

_QUOTE = "Put the text in double quotes."
_INDENT = "Mend its indentation, or close the quote or bracket above it."
_SAYINGS = (
    ("mapping values are not allowed", '": " stands where no key can be.', "Quote the text, or mend the indentation."),
    ("could not find expected ':'", "this line is not a key with its value.", 'Write "key: value".'),
    ("unexpected end of stream", "a quote opened here is never closed.", "Close it with the same quote."),
    ("document separator", "a quote opened here is never closed.", "Close it with the same quote."),
    ("unknown escape", "a backslash in double quotes means something else here.", "Use single quotes, or \\\\."),
    ("escape", "this backslash code is not a character.", "Use single quotes, or \\\\."),
    ("cannot start any token", "this text starts with a character that YAML keeps for itself.", _QUOTE),
    ("',' or '}'", "a brace { is not closed, or a comma is missing.", f"Check the braces. {_QUOTE}"),
    ("',' or ']'", "a bracket [ is not closed, or a comma is missing.", f"Check the brackets. {_QUOTE}"),
    ("expected key", "this line does not fit what stands above it.", _INDENT),
    ("block end", "this line does not fit what stands above it.", _INDENT),
    ("block entry", "this line does not fit what stands above it.", _INDENT),
    ("block sequence entries are not allowed", "a list item cannot stand here.", "Put it on a line of its own."),
    ("node content", "something is missing or in the wrong place here.", _QUOTE),
    ("nesting depth", "this is nested too deep.", "Check the brackets."),
    ("directive", "a line must not start with %.", _QUOTE),
    ("undefined tag handle", "a tag (!) is not allowed.", f"If it is text: {_QUOTE[0].lower()}{_QUOTE[1:]}"),
)  # fmt: skip
_OPENERS = ("unexpected end of stream", "document separator")


def in_plain_words(error: Any, file: str) -> Problem:
    """A problem at the place PyYAML names, or where the unclosed quote or brace starts."""
    cause = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read")
    line, column = _place(error, cause)
    for part, message, cure in _SAYINGS:
        if part in cause:
            return Problem(file, line, column, message, cure)
    return Problem(file, line, column, f"this is not valid YAML ({cause}).", _QUOTE)


def _place(error: Any, message: str) -> tuple[int, int]:
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    if context is not None and (
        mark is None or any(part in message for part in _OPENERS) or _far(message, mark, context)
    ):
        mark = context
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _far(message: str, mark: Any, context: Any) -> bool:
    """Whether a brace or bracket was opened on an earlier line, which is then the place to look."""
    return "',' or " in message and bool(context.line < mark.line)
