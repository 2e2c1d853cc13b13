"""The table of readers: which choices there are, how many readers each has, and who gets which variant.

DuckDB reads Parquet and CSV, here or at an address of fsspec, in bounded memory. What is wrong in single rows is
counted and stops nothing: readers twice, without id, of unknown sections, with a number that is none.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from digest.audience.choices import Choice, Group, Piece
from digest.audience.extras import needs
from digest.errors import CommandError, Unreachable, did_you_mean
from digest.model import Audience, SectionSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ID: Final = "reader_id"
VARIANTS: Final = {
    "variant": "VARCHAR", "edition": "VARCHAR", "date": "DATE", "number": "INTEGER",
    "choices": "VARCHAR", "readers": "BIGINT",
    "lineup": "STRUCT(section VARCHAR, stories VARCHAR[])[]", "stories": "VARCHAR[]",
    "ads": "STRUCT(line_item VARCHAR, creative VARCHAR, slot VARCHAR, gap INTEGER)[]", "thin": "BOOLEAN",
    "subject": "VARCHAR", "preheader": "VARCHAR", "pack": "INTEGER",
    **{f"{part}_{name}": "BIGINT" for part in ("html", "txt", "eml") for name in ("offset", "length")},
}  # fmt: skip
MEMORY: Final = "700MB"  # what DuckDB may hold; the rest goes to the disk
NAMED: Final = 20  # unknown sections that are named, the most frequent first
MOST: Final = 2_000_000  # different rows of choices that are looked at
REJECTED: Final = 100_000  # lines that are no CSV, after which an audience is refused
LARGEST: Final = 1000  # stories of a section that a reader may ask for
_NO_ID: Final = "id IS NULL OR trim(id) = ''"
_KINDS: Final = (".parquet", ".pq", ".csv", ".csv.gz", ".tsv")


@dataclass(frozen=True, slots=True)
class Source:
    """A table's address, read as ``sql`` (a relation of DuckDB); ``columns`` are names and types, ``files`` has the
    names in each file."""

    address: str
    sql: str
    columns: Mapping[str, str]
    files: Mapping[str, Collection[str]]


@dataclass(slots=True)
class Readers:
    """An audience that was read. ``problems`` counts rows by what is wrong with them."""

    connection: DuckDBPyConnection
    work: Path
    groups: list[Group]
    total: int
    problems: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        self.connection.close()

    def variants(self, rows: Iterable[Mapping[str, Any]], path: Path) -> None:
        """Write the table of variants, in the order of the packs."""
        lines = path.with_suffix(".jsonl")
        with lines.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        columns = ", ".join(f"{column}: '{kind}'" for column, kind in VARIANTS.items())
        relation = f"read_json({_literal(str(lines))}, format='newline_delimited', columns={{{columns}}})"
        run(
            self.connection,
            f"COPY (SELECT * FROM {relation} ORDER BY pack, html_offset) TO {_literal(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd)",
            str(path),
        )
        lines.unlink()

    def recipients(self, pieces: Iterable[Piece], path: Path) -> None:
        """Write who gets which variant, by reader id. Raises ``Unreachable``."""
        rows = sorted(pieces, key=lambda piece: (piece.code, piece.first))
        split = {piece.code for piece in rows if piece.first}
        db = self.connection
        fill(
            db,
            "pieces",
            {
                "code": "INTEGER",
                "first_one": "BIGINT",
                "last_one": "BIGINT",
                "variant": "VARCHAR",
                "split": "BOOLEAN",
            },
            [(piece.code, piece.first, piece.last, piece.variant, piece.code in split) for piece in rows],
        )
        unsplit = "SELECT r.id, p.variant FROM readers r JOIN pieces p USING (code) WHERE NOT p.split"
        ranked = (
            "SELECT id, code, row_number() OVER (PARTITION BY code ORDER BY md5(id), id) AS place "
            "FROM readers WHERE code IN (SELECT code FROM pieces WHERE split)"
        )
        parted = (
            f"SELECT r.id, p.variant FROM ({ranked}) r JOIN pieces p ON r.code = p.code "
            "AND r.place > p.first_one AND r.place <= p.last_one"
        )
        both = f"{unsplit} UNION ALL {parted}" if split else unsplit
        run(
            db,
            f"COPY (SELECT id AS reader_id, variant FROM ({both}) ORDER BY id) TO {_literal(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)",
            str(path),
        )


def connect(work: Path) -> DuckDBPyConnection:
    """A database of its own in a folder, in bounded memory. Raises ``MissingExtra``."""
    duckdb = needs("duckdb", "scale")
    work.mkdir(parents=True, exist_ok=True)
    path = work / "table.duckdb"
    for old in work.glob("table.duckdb*"):
        old.unlink(missing_ok=True)
    db: DuckDBPyConnection = duckdb.connect(str(path))
    for name, value in (("memory_limit", MEMORY), ("temp_directory", str(work / "spill"))):
        db.execute(f"SET {name} = {_literal(value)}")
    db.execute("SET preserve_insertion_order = false")
    db.execute("SET autoinstall_known_extensions = false")
    return db


def source(db: DuckDBPyConnection, address: str, root: Path, *, rejects: bool = False) -> Source:
    """What stands at a path (from ``root``) or an address. Raises ``CommandError`` or ``Unreachable``."""
    files = _files(db, address, root)
    parquet = files[0].endswith((".parquet", ".pq"))
    if parquet:
        paths = f"[{', '.join(map(_literal, files))}]"
        sql = f"read_parquet({paths}, union_by_name=true)"
        own = (
            f"SELECT file_name, list(name) FROM parquet_schema({paths}) GROUP BY file_name ORDER BY file_name"
        )
        names: dict[str, Collection[str]] = dict(run(db, own, address).fetchall())
    else:
        parts, names = [], {}
        for file in files:
            part, names[file] = _csv(db, file, rejects)
            parts.append(part)
        sql = f"({' UNION ALL BY NAME '.join(parts)})"
    described = run(db, f"DESCRIBE SELECT * FROM {sql}", address).fetchall()
    return Source(address, sql, {str(row[0]): str(row[1]) for row in described}, names)


def read(
    db: DuckDBPyConnection,
    table: Source,
    work: Path,
    audience: Audience,
    sections: Sequence[SectionSpec],
    had: str = "",
) -> Readers:
    """The readers in groups of one choice. ``had`` is a relation (id, had, capped) of what readers have had.

    Raises ``CommandError`` where columns are missing or nobody is in it, ``Unreachable`` where it cannot be read.
    """
    _known(table, audience)
    columns = audience.columns
    fields = [f"{text(name, table.columns[name])} AS c{number}" for number, name in enumerate(columns)]
    ids = f"CAST({_quoted(ID)} AS VARCHAR)"
    rows = f"SELECT {', '.join([f'{ids} AS id', *fields])} FROM {table.sql}"
    keys = [f"c{number}" for number in range(len(columns))]
    if had:
        rows = f"SELECT s.*, h.had, h.capped FROM ({rows}) s LEFT JOIN ({had}) h ON s.id = h.id"
        keys += ["had", "capped"]
    where, listed = table.address, ", ".join(keys) or "1"
    run(
        db,
        f"CREATE OR REPLACE TABLE raw AS SELECT row_number() OVER (ORDER BY {listed}) AS number, * FROM (SELECT "
        f"{listed}, count(*) AS readers, count(*) FILTER (WHERE {_NO_ID}) AS nameless FROM ({rows}) GROUP BY {listed})",
        where,
    )
    if _one(db, "SELECT count(*) FROM raw") > MOST:
        raise CommandError(_too_many(MOST, "more than"))
    if (rejected := _rejected(db)) >= REJECTED:
        raise CommandError(
            f"the audience {where}: {rejected:,} lines or more cannot be read as CSV in UTF-8 "
            f"({_first_rejected(db)}). Save it in UTF-8, or mend what writes it."
        )
    cleaned = _Cleaning(audience, sections)
    codes: dict[Choice, int] = {}
    raw, total, missing = [], 0, 0
    for row in db.execute("SELECT * FROM raw ORDER BY number").fetchall():
        values = dict(zip((*columns, "\0had", "\0capped"), row[1:-2], strict=False))
        choice = cleaned.choice(values, row[-2])
        total, missing = total + row[-2], missing + row[-1]
        raw.append((row[0], codes.setdefault(choice, len(codes))))
    fill(db, "choices", {"number": "BIGINT", "code": "INTEGER"}, raw)
    same = " AND ".join(f"s.{key} IS NOT DISTINCT FROM raw.{key}" for key in keys) or "true"
    run(
        db,
        f"CREATE OR REPLACE TABLE readers AS SELECT s.id AS id, min(c.code) AS code FROM ({rows}) s "
        f"JOIN raw ON {same} JOIN choices c USING (number) WHERE s.id IS NOT NULL AND trim(s.id) <> '' GROUP BY s.id",
        where,
    )
    counts = dict(run(db, "SELECT code, count(*) FROM readers GROUP BY code", where).fetchall())
    readers = sum(counts.values())
    if not readers:
        raise CommandError(f"the audience {where} has no reader: {total} rows, none with a {ID}.")
    problems: dict[str, Any] = {
        "rows": total,
        "without_id": missing,
        "twice": total - missing - readers,
        "unreadable_rows": rejected,
        **cleaned.problems(),
    }
    if len(counts) > audience.max_variants:
        raise CommandError(_too_many(len(counts)))
    groups = [Group(code, choice, counts[code]) for choice, code in codes.items() if code in counts]
    return Readers(db, work, groups, readers, {key: value for key, value in problems.items() if value})


class _Cleaning:
    """Raw values become choices; what is not understood is counted by rows."""

    def __init__(self, audience: Audience, sections: Sequence[SectionSpec]) -> None:
        self.audience = audience
        self.sections = {section.id for section in sections}
        self.named = {_name(name): section.id for section in sections for name in (section.title, section.id)}
        self.unknown, self.wrong = Counter[str](), Counter[str]()

    def choice(self, values: Mapping[str, Any], rows: int) -> Choice:
        audience = self.audience
        sections = tuple(
            dict.fromkeys(
                id for part in parted(values.get(audience.sections)) if (id := self._section(part, rows))
            )
        )
        top = tuple(
            sorted(
                (section, number)
                for section, column in audience.top.items()
                if section in self.sections and (number := self._number(column, values.get(column), rows))
            )
        )
        if sections:
            top = tuple(pair for pair in top if pair[0] in sections)
        by = tuple((column, tuple(dict.fromkeys(parted(values.get(column))))) for column in audience.by)
        return Choice(
            sections=sections,
            top=top,
            language=(values.get(audience.language) or "").strip().casefold() if audience.language else "",
            by=tuple(pair for pair in by if pair[1]),
            had=tuple(filter(None, (values.get("\0had") or "").split("\x1f"))),
            capped=tuple(filter(None, (values.get("\0capped") or "").split("\x1f"))),
        )

    def _section(self, text: str, rows: int) -> str:
        section = self.named.get(_name(text), "")
        if not section:
            self.unknown[text[:80]] += rows
        return section

    def _number(self, column: str, value: str | None, rows: int) -> int:
        text = re.sub(r"\.0+\Z", "", (value or "").strip())
        if not text:
            return 0
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST and len(text) < 9:
            return int(text)
        self.wrong[column] += rows
        return 0

    def problems(self) -> dict[str, Any]:
        unknown = sorted(self.unknown.items(), key=lambda pair: (-pair[1], pair[0]))
        more = len(unknown) - NAMED
        named = dict(unknown[:NAMED]) | (
            {f"and {more} more": sum(n for _, n in unknown[NAMED:])} if more > 0 else {}
        )
        return {"unknown_sections": named, "no_numbers": dict(sorted(self.wrong.items()))}


def parted(value: str | None) -> list[str]:
    """The parts of a list as it is written in CSV."""
    return [stripped for part in (value or "").split("|") if (stripped := part.strip())]


def _name(text: str) -> str:
    return " ".join(text.casefold().split())


def _known(table: Source, audience: Audience) -> None:
    """Raises ``CommandError`` for columns that are not there, all at once, or not in one of its files."""
    for file, columns in [(table.address, table.columns), *table.files.items()]:
        _has(file, columns, (ID, *audience.columns))


def _has(file: str, columns: Collection[str], wanted: Iterable[str]) -> None:
    lacking = [name for name in wanted if name not in columns]
    if lacking:
        details = "; ".join(f'"{name}"{did_you_mean(name, list(columns))}' for name in lacking)
        end = "" if details.endswith("?") else "."
        cure = "`audience` in digest.yaml says which columns are read."
        if ID in lacking:
            cure = f"The column that names the readers is called {ID}."
        raise CommandError(
            f"the audience {file} lacks {'a column' if len(lacking) == 1 else 'columns'}: {details}{end} "
            f"It has: {', '.join(columns)}. {cure}"
        )


def text(name: str, kind: str) -> str:
    """A column as text; a list parted by bars."""
    if kind.endswith("[]"):
        shown = f"array_to_string(list_transform({_quoted(name)}, lambda x: CAST(x AS VARCHAR)), '|')"
    else:
        shown = f"CAST({_quoted(name)} AS VARCHAR)"
    return f"replace({shown}, chr(0), '')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _files(db: DuckDBPyConnection, address: str, root: Path) -> list[str]:
    """The files of an address: itself, or the tables in a folder."""
    if "://" in address:
        fsspec = needs("fsspec", "scale")
        try:
            system, path = fsspec.core.url_to_fs(address)
            protocol = system.protocol if isinstance(system.protocol, str) else system.protocol[0]
            paths = (
                [path]
                if system.isfile(path)
                else [file for file in system.find(path) if file.endswith(_KINDS)]
            )
        except ImportError as error:
            raise CommandError(f"{address} needs another package: {error}.") from None
        except Exception as error:
            raise Unreachable(f"the audience {address} cannot be reached: {_said(error)}") from None
        with suppress(Exception):  # registered already
            db.register_filesystem(system)
        files = [f"{protocol}://{file}" for file in sorted(paths)]
    else:
        local = root / address
        inside = (
            sorted(str(entry) for entry in local.rglob("*") if entry.name.endswith(_KINDS))
            if local.is_dir()
            else []
        )
        files = [str(local)] if local.is_file() else inside
    if not files:
        raise CommandError(f"there is no audience at {address}.")
    kinds = {file.endswith((".parquet", ".pq")) for file in files}
    if len(kinds) > 1:
        raise CommandError(f"{address} holds Parquet and CSV; an audience is one of them.")
    return files


def _csv(db: DuckDBPyConnection, file: str, rejects: bool) -> tuple[str, list[str]]:
    """A CSV file as a relation, and its columns; every one is text.

    DuckDB reads line breaks inside quotes only with one thread, where lines may be short.
    """
    head = run(
        db,
        f"SELECT line FROM read_csv({_literal(file)}, columns={{'line': 'VARCHAR'}}, delim='\x01', quote='', "
        "escape='', header=false, auto_detect=false, ignore_errors=true, strict_mode=false, "
        "max_line_size=16000000) LIMIT 1",
        file,
    ).fetchone()
    line = str(head[0] or "").removeprefix("\ufeff") if head else ""
    if not line.strip():
        raise CommandError(
            f"the audience {file} has no first line that names the columns: it is empty, or no text in UTF-8."
        )
    separator = max(",;\t", key=lambda candidate: (line.count(candidate), candidate == ","))
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator))]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise CommandError(f"the audience {file} has a column twice: {', '.join(twice)}.")
    columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names)
    more = f"store_rejects=true, rejects_limit={REJECTED}" if rejects else "ignore_errors=true"
    sql = (
        f"SELECT * FROM read_csv({_literal(file)}, columns={{{columns}}}, header=true, auto_detect=false, "
        f"delim={_literal(separator)}, quote='\"', escape='\"', strict_mode=false, null_padding=true, "
        f"max_line_size=16000000, parallel=false, {more})"
    )
    return sql, names


def _rejected(db: DuckDBPyConnection) -> int:
    with suppress(Exception):
        return int(_one(db, "SELECT count(DISTINCT (file_id, line)) FROM reject_errors") or 0)
    return 0


def _first_rejected(db: DuckDBPyConnection) -> str:
    row = db.execute(
        "SELECT line, error_message FROM reject_errors ORDER BY file_id, line LIMIT 1"
    ).fetchone()
    return f"line {row[0]:,}: {str(row[1]).splitlines()[0].rstrip('.')}" if row else ""


def fill(db: DuckDBPyConnection, name: str, shape: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """A table of ours."""
    path = Path(_one(db, "SELECT current_setting('temp_directory')")).parent / f"{name}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(shape, row, strict=True))) + "\n" for row in rows)
    columns = ", ".join(f"{column}: '{kind}'" for column, kind in shape.items())
    relation = f"read_json({_literal(str(path))}, format='newline_delimited', columns={{{columns}}})"
    run(db, f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {relation}", name)
    path.unlink()


def _one(db: DuckDBPyConnection, sql: str) -> Any:
    row = db.execute(sql).fetchone()
    return row[0] if row else None


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _too_many(variants: int, how: str = "") -> str:
    return (
        f"the audience makes {how} {variants:,} variants".replace("  ", " ")
        + ": readers who choose almost freely share nothing. Part them by fewer columns, round numbers off, or "
        "offer sets of sections; audience.max_variants in digest.yaml allows more."
    )


def run(db: DuckDBPyConnection, sql: str, where: str) -> Any:
    """Raises ``Unreachable`` for a table that is broken or a disk that is full."""
    import duckdb

    try:
        return db.execute(sql)
    except (duckdb.Error, OSError) as error:
        raise Unreachable(f"the audience {where} cannot be read: {_said(error)}") from None


def _said(error: BaseException) -> str:
    """The first line of what a library says, as a sentence."""
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return f"{first.rstrip('.')}."


__all__ = ["Readers", "Source", "connect", "fill", "parted", "read", "run", "source", "text"]
