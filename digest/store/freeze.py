"""``python -m digest.store.freeze``: compile the store's statements for SQLite into ``frozen.json``.

Run it whenever a statement or a table changes; a test says so if it was forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Date, Executable
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.types import TypeEngine

from digest.store.file import FROZEN
from digest.store.schema import HEAD, UtcTime
from digest.store.statements import Texts, statements

_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = ((UtcTime, "time"), (Date, "date"), (Texts, "texts"))


def compiled() -> str:
    """The text of ``frozen.json``."""
    frozen = {name: _one(statement) for name, statement in statements(sqlite=True).items()}
    return json.dumps({"revision": HEAD, "statements": frozen}, indent=1) + "\n"


def _one(statement: Executable) -> dict[str, Any]:
    """A statement's words, and the kinds of those parameters and columns that are kept in another form."""
    done: Any = statement.compile(dialect=dialect(paramstyle="named"))  # type: ignore[attr-defined]
    columns = getattr(statement, "exported_columns", ())
    return {
        "sql": _with_constants(" ".join(str(done).split()), done.params),
        "given": _set((name, _kind(bind.type)) for name, bind in sorted(done.binds.items())),
        "found": _set((str(place), _kind(column.type)) for place, column in enumerate(columns)),
    }


def _with_constants(sql: str, values: dict[str, Any]) -> str:
    """The words with the numbers in them that never change, such as that of ``LIMIT 1``."""
    return re.sub(
        r":(\w+)", lambda found: str(found[0] if values[found[1]] is None else values[found[1]]), sql
    )


def _kind(of: TypeEngine[Any]) -> str:
    return next((kind for type_, kind in _KINDS if isinstance(of, type_)), "")


def _set(kinds: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: kind for name, kind in kinds if kind}


if __name__ == "__main__":
    FROZEN.write_text(compiled(), encoding="utf-8")
