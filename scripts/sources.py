"""The tables of ``docs/sources.md``, from the fields of the sources' options. Writes the page anew."""

from __future__ import annotations

import re
import sys
from dataclasses import MISSING, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from digest import registry
from digest.sources._settings import Common, options_class

PAGE = Path(__file__).parent.parent / "docs" / "sources.md"
_TABLE = re.compile(r"(<!-- options of (\w+) -->\n\n)(?:\|.*\n)*")


def page(text: str) -> str:
    """The page with its tables as they should be."""
    return _TABLE.sub(lambda match: match[1] + table(match[2]), text)


def table(name: str) -> str:
    """The options of a type of source, or of ``every`` one."""
    cls = Common if name == "every" else options_class(name)
    rows = [f"| `{f.name}` | {_default(f)} | {f.metadata['meaning']} |\n" for f in fields(cls)]
    return "".join(["| key | default | meaning |\n", "|---|---|---|\n", *rows]) if rows else ""


def _default(option: Any) -> str:
    if option.default is MISSING and option.default_factory is MISSING:
        return "**required**"
    value = None if option.default is MISSING else option.default
    if isinstance(value, timedelta):
        return f"`{value.days}d`" if value.days else f"`{value.seconds // 3600}h`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple) and value:
        return f"`[{', '.join(value)}]`"
    return f"`{value}`" if value else "none"


def types() -> tuple[str, ...]:
    return registry.names("digest.sources")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
