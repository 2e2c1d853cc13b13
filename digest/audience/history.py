"""What readers have had: from the ``audience/`` folders of earlier issues, or from tables of the newsroom's own.

A folder has ``recipients.parquet`` and ``variants.parquet``. A table has ``reader_id`` and ``stories``, a list of story
ids, and may have ``line_items`` (a list) and ``date``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.audience import table
from digest.errors import CommandError
from digest.model import LineItem
from digest.model.issue_date import day_of, number_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Tellings = Callable[
    [Sequence[str]], Mapping[str, Iterable[str]]
]  # story ids -> today's stories of their events


@dataclass(frozen=True, slots=True)
class History:
    """What was sent before ``day``, and of a later special's own day what its edition sent before it."""

    addresses: tuple[str, ...]
    root: Path
    edition: str
    day: date
    items: tuple[LineItem, ...]
    tellings: Tellings

    def relation(self, db: DuckDBPyConnection) -> str:
        """A relation (id, had, capped): by reader, today's stories whose event the reader had, and the bookings the
        reader may not see again yet; each parted by the character 31."""
        parts = [relation for address in self.addresses for relation in self._rows(db, address)]
        stories = " UNION ALL ".join(
            f"SELECT id, unnest(stories) AS story FROM ({relation})" for relation in parts
        )
        ads = " UNION ALL ".join(
            f"SELECT id, date, issue, unnest(items) AS item FROM ({relation})" for relation in parts
        )
        where = ", ".join(self.addresses)
        known = table.run(db, f"SELECT DISTINCT story FROM ({stories}) ORDER BY story", where).fetchall()
        pairs = self.tellings([str(row[0]) for row in known if row[0] is not None])
        table.fill(
            db,
            "tellings",
            {"story": "VARCHAR", "today": "VARCHAR"},
            [(story, story_today) for story, today in sorted(pairs.items()) for story_today in today],
        )
        caps = [(item.id, item.frequency_cap) for item in self.items if item.frequency_cap]
        table.fill(
            db,
            "caps",
            {"item": "VARCHAR", "most": "BIGINT", "first": "DATE"},
            [
                (name, cap.max_issues, str(self.day - timedelta(days=cap.per_days - 1)))
                for name, cap in caps
                if cap is not None
            ],
        )
        table.run(
            db,
            "CREATE OR REPLACE TABLE had AS SELECT id, string_agg(DISTINCT today, chr(31) ORDER BY today) AS had "
            f"FROM ({stories}) JOIN tellings USING (story) GROUP BY id",
            where,
        )
        table.run(
            db,
            "CREATE OR REPLACE TABLE capped AS SELECT id, string_agg(item, chr(31) ORDER BY item) AS capped FROM ("
            f"SELECT id, item, any_value(most) AS most, count(DISTINCT issue) AS times FROM ({ads}) "
            "JOIN caps USING (item) WHERE date >= first GROUP BY id, item) WHERE times >= most GROUP BY id",
            where,
        )
        return "SELECT id, had, capped FROM had FULL JOIN capped USING (id)"

    def _rows(self, db: DuckDBPyConnection, address: str) -> list[str]:
        """The relations (id, date, issue, stories, items) of an address."""
        folder, today = address.rstrip("/"), day_of(self.day)
        if "://" not in address and (self.root / folder / "recipients.parquet").is_file():
            recipients, variants = (
                table.source(db, f"{folder}/{name}.parquet", self.root) for name in ("recipients", "variants")
            )
            number = "v.number" if "number" in variants.columns else "1"
            return [
                f"SELECT r.reader_id AS id, v.date AS date, concat_ws(' ', v.edition, v.date, {number}) AS issue, "
                "v.stories AS stories, list_transform(v.ads, lambda ad: ad.line_item) AS items "
                f"FROM {recipients.sql} r JOIN {variants.sql} v USING (variant) WHERE v.date < DATE '{today}' OR "
                f"(v.date = DATE '{today}' AND v.edition = '{self.edition}' AND {number} < {number_of(self.day)})"
            ]
        source = table.source(db, address, self.root)
        lacking = [name for name in (table.ID, "stories") if name not in source.columns]
        if lacking:
            raise CommandError(
                f"the history {address} lacks {' and '.join(lacking)}; it has: {', '.join(source.columns)}. Give the "
                "audience/ folder of an earlier issue, or a table with reader_id and stories."
            )
        lists = {
            name: f"string_split({table.text(name, source.columns[name])}, '|')"
            if name in source.columns
            else "[]"
            for name in ("stories", "line_items")
        }
        at = 'TRY_CAST("date" AS DATE)' if "date" in source.columns else "NULL::DATE"
        return [
            f"SELECT CAST(reader_id AS VARCHAR) AS id, {at} AS date, CAST({at} AS VARCHAR) AS issue, "
            f"{lists['stories']} AS stories, "
            f"{lists['line_items']}::VARCHAR[] AS items FROM {source.sql} "
            f"WHERE {at} IS NULL OR {at} < DATE '{today}'"
        ]
