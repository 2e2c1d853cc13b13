"""The issues of an audience, read back: one reader's parts, or where every reader's lie."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from json import loads
from pathlib import Path
from typing import Any, Final

from digest.audience import packs
from digest.audience.extras import needs
from digest.audience.output import OutputStore, output_of
from digest.errors import CommandError, Unreachable
from digest.model import Newsroom
from digest.publish import Outbox
from digest.publish.outbox import AUDIENCE

FILES: Final = {"index.html": "html", "index.txt": "txt", "message.eml": "eml"}


@dataclass(frozen=True, slots=True)
class Variant:
    """A row of ``variants.parquet``: ``choices`` as JSON tells them; ``places`` offset and length of each part."""

    name: str
    choices: Mapping[str, Any]
    readers: int
    sections: tuple[tuple[str, tuple[str, ...]], ...]  # id -> stories
    ads: tuple[tuple[str, str, str], ...]  # line item, creative, slot
    subject: str
    preheader: str
    pack: int
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PublishedAudience:
    """An issue's audience in the place where it was written."""

    output: OutputStore
    called: str

    @classmethod
    def of(cls, newsroom: Newsroom, outbox: Path, edition: str, day: date) -> PublishedAudience:
        """Raises ``CommandError`` where the issue has none."""
        published = Outbox(outbox)
        manifest = published.manifest(edition, day)
        record: dict[str, Any] = {}
        if manifest is not None:
            record = loads(manifest)
        if not record.get("audience"):
            raise CommandError(
                f"{edition} of {day} has no audience in {outbox}: build it with `digest build --audience`."
            )
        base = output_of(newsroom)
        if not base:
            return cls(OutputStore(str(published.place(edition, day) / AUDIENCE)), f"{edition} of {day}")
        return cls(OutputStore(f"{base}/{edition}/{day}/{record['revision']}"), f"{edition} of {day}")

    @property
    def is_complete(self) -> bool:
        """Whether the last file of it is there."""
        return self.output.size("complete") is not None

    def variant_of(self, reader: str) -> str:
        """Raises ``CommandError`` for a reader who is not in it."""
        rows = self._rows("SELECT variant FROM recipients WHERE reader_id = ?", [reader])
        if not rows:
            raise CommandError(f'{self.called} has no reader "{reader}".')
        return str(rows[0][0])

    def files(self, variant: str) -> dict[str, bytes]:
        """The three parts of a variant. Raises ``CommandError`` for one that is not there."""
        variants = self.variants("WHERE variant = ?", [variant])
        if not variants:
            raise CommandError(f'{self.called} has no variant "{variant}"; variants.parquet lists them.')
        return self.parts(variants[0])

    def variants(self, where: str = "", values: Sequence[Any] = ()) -> list[Variant]:
        """Its variants, those with the most readers first."""
        places = ", ".join(f"[{part}_offset, {part}_length]" for part in packs.PARTS)
        rows = self._rows(
            "SELECT variant, choices, readers, lineup, ads, subject, preheader, pack, "
            f"{places} FROM variants {where} ORDER BY readers DESC, variant",
            list(values),
        )
        return [
            Variant(
                name,
                loads(choices),
                readers,
                tuple((part["section"], tuple(part["stories"])) for part in lineup),
                tuple((ad["line_item"], ad["creative"], ad["slot"]) for ad in ads),
                subject,
                preheader,
                pack,
                tuple((place[0], place[1]) for place in laid),
            )
            for name, choices, readers, lineup, ads, subject, preheader, pack, *laid in rows
        ]

    def parts(self, variant: Variant) -> dict[str, bytes]:
        """The three parts of a variant. Raises ``Unreachable`` where its pack is not whole."""
        parts = {}
        for file, part in FILES.items():
            offset, length = variant.places[packs.PARTS.index(part)]
            data = self.output.read(packs.name_of(variant.pack, part), offset, length)
            if data is None or len(data) != length:
                raise Unreachable(
                    f"{packs.name_of(variant.pack, part)} of {self.called} is not whole: build it again."
                )
            parts[file] = data
        return parts

    def stream(self, target: Path) -> int:
        """Write every reader with subject, pack, offsets and lengths, as JSONL or Parquet; returns how many."""
        kinds = {".jsonl": "FORMAT json", ".parquet": "FORMAT parquet, COMPRESSION zstd"}
        if target.suffix not in kinds:
            raise CommandError(f"{target.name}: a stream ends in .jsonl or .parquet.")
        where = ", ".join(f"{part}_offset, {part}_length" for part in packs.PARTS)
        name = str(target).replace("'", "''")
        rows = self._rows(
            f"COPY (SELECT reader_id, variant, subject, pack, {where} FROM recipients JOIN variants USING (variant) "
            f"ORDER BY reader_id) TO '{name}' ({kinds[target.suffix]})",
            [],
        )
        return int(rows[0][0])

    def _rows(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        duckdb = needs("duckdb")
        with tempfile.TemporaryDirectory(prefix="digest-") as folder:
            db = duckdb.connect()
            for table in ("recipients", "variants"):
                path = Path(self.output.address, f"{table}.parquet")
                if self.output.remote:
                    path = Path(folder, f"{table}.parquet")
                    data = self.output.read(f"{table}.parquet")
                    if data is None:
                        raise Unreachable(f"{table}.parquet of {self.called} is not there: build it again.")
                    path.write_bytes(data)
                name = str(path).replace("'", "''")
                try:
                    db.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{name}')")
                except duckdb.Error:
                    raise Unreachable(
                        f"{table}.parquet of {self.called} is not there: build it again."
                    ) from None
            try:
                rows: list[tuple[Any, ...]] = db.execute(sql, values).fetchall()
                return rows
            except duckdb.Error as error:
                raise Unreachable(f"{self.called}: {next(iter(str(error).splitlines()), '')}") from None
