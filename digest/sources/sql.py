"""A database: one SELECT whose columns have the names of stories as files (``url``, ``title``, ``published_at`` ...).

Nothing but reading is done. ``:since`` in the query is the last ``updated_at`` that was seen, at first 1970. Lists
(``sections``, ``tags``, ``flags``) are JSON, or parted by ``;`` or ``|``; ``image_url``, ``image_width``,
``image_height`` and ``image_alt`` make up the image.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from digest.errors import Unreachable
from digest.model import Story
from digest.sources import Context, Cursor, Found, Item
from digest.sources._fields import story_of
from digest.sources._settings import option
from digest.sources._times import Habits
from digest.sources.csv import cell_value

AHEAD = timedelta(days=60)
FIRST = "1970-01-01 00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The driver of the database must be installed (``pip install pymysql``)."""

    query: str = option("a SELECT; its columns are named as the fields of stories")


def pull(options: Options, context: Context) -> Iterator[Found]:
    """The stories of the rows. Raises ``Unreachable``."""
    if context.rows is None:
        raise Unreachable(f"{context.spec.name}: databases cannot be read here.")
    latest = since = _since(context.cursor)
    habits = Habits(context.zone, month_first=context.locale == "en_US")
    rows = context.rows(context.spec.name, context.spec.url, options.query, {"since": since})
    for number, row in enumerate(rows, 1):
        values = {name.lower(): _value(name.lower(), value) for name, value in row.items()}
        latest = _later(latest, row.get("updated_at"))
        for it in story_of(_grouped(values), f"{context.file} row {number}", context, habits):
            if isinstance(it, Story) and values.get("id") is not None:
                yield Item(it.url, str(values["id"]))
            yield it
    yield Cursor(json.dumps({"value": str(latest), "time": isinstance(latest, datetime)}))


def _since(cursor: str) -> Any:
    """The last ``updated_at`` as the database gave it: a time or a text."""
    try:
        known = json.loads(cursor)
        return datetime.fromisoformat(known["value"]) if known["time"] else str(known["value"])
    except (ValueError, KeyError, TypeError):
        return FIRST


def _later(latest: Any, seen: Any) -> Any:
    """The later of two; a database has times or texts, never both."""
    if isinstance(seen, date) and not isinstance(seen, datetime):
        seen = str(seen)
    if not isinstance(seen, datetime | str):
        return latest
    if type(seen) is not type(latest):
        return seen if latest == FIRST else latest
    try:
        return max(latest, seen)
    except TypeError:  # one with a zone, one without
        return latest


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    if name == "id" and isinstance(value, int):
        return str(value)
    return cell_value(name, value) if isinstance(value, str) else value


def _grouped(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an image under one name."""
    row = {name: value for name, value in values.items() if not name.startswith("image_")}
    image = {
        name.removeprefix("image_"): value for name, value in values.items() if name.startswith("image_")
    }
    return row | ({"image": image} if image.get("url") else {})
