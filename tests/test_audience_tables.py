"""Tables of readers: ids of any kind, what is wrong with rows and files."""

from __future__ import annotations

from csv import writer
from pathlib import Path

import duckdb
import pytest

from tests.audiences import (
    DAY,
    SOME,
    audience_room,
    built,
    csv,
    folder,
    of_reader,
    table,
    tampa_room,
)
from tests.newsrooms import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return tampa_room(tmp_path)


def test_what_is_wrong_with_rows_is_counted_and_stops_nothing(room: Room) -> None:
    rows = [
        *SOME,
        {"reader_id": "anna", "topics": ["crime"], "region": "tampa"},
        {"reader_id": "", "topics": ["crime"]},
        {"reader_id": "  ", "topics": ["crime"]},
        {"reader_id": "eve", "topics": ["sports", "health"], "health_top": "many"},
        {"reader_id": "fay", "topics": ["sports"], "health_top": "-1"},
        {"reader_id": "読者 🙂", "topics": ["health"], "health_top": "99999999999999999999"},
    ]
    path = csv(room.root / "r.csv", rows)
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path))
    assert result.code == 0
    problems = room.manifest()["audience"]["problems"]
    assert problems == {
        "rows": 10,
        "without_id": 2,
        "twice": 1,
        "unknown_sections": {"sports": 2},
        "no_numbers": {"health_top": 3},
    }
    for words in (
        "2 rows have no reader_id",
        "1 row more is of a reader who has one already",
        '2 rows name the section "sports"',
    ):
        assert words in result.err
    assert len(table(folder(room) / "recipients.parquet")) == 7
    assert [section["section"] for section in of_reader(room, "eve")["lineup"]] == ["health"] or of_reader(
        room, "eve"
    )["thin"]
    assert of_reader(room, "読者 🙂")["choices"] == '{"sections": ["health"]}'


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("gone.csv", None, 2, "there is no audience at"),
        ("empty.csv", b"", 2, "it is empty"),
        ("nobody.csv", b"reader_id,topics,language,health_top,region\n", 2, "has no reader"),
        ("columns.csv", b"reader,topics,language,health_top,region\na,,,,\n", 2, 'Did you mean "reader"?'),
        ("broken.parquet", b"PAR1 and no more", 4, "broken.parquet cannot be read"),
    ],
)
def test_an_audience_that_cannot_be_used_is_said_and_nothing_is_sent(
    room: Room, name: str, content: bytes | None, code: int, words: str
) -> None:
    if content is not None:
        (room.root / name).write_bytes(content)
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(room.root / name))
    assert result.code == code
    assert words in result.err
    assert "Traceback" not in result.err
    assert not (room.root / "outbox" / "daily" / DAY).exists()


def test_a_broken_partition_is_named(room: Room) -> None:
    place = room.root / "parts"
    place.mkdir()
    csv(room.root / "r.csv", SOME)
    for number in range(3):
        duckdb.sql(
            f"COPY (FROM read_csv('{room.root}/r.csv', all_varchar=true)) TO '{place}/{number}.parquet'"
        )
    data = (place / "1.parquet").read_bytes()
    (place / "1.parquet").write_bytes(data[: len(data) // 2])
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(place))
    assert result.code == 4
    assert "1.parquet" in result.err


def test_a_partition_that_lacks_a_column_is_named(room: Room) -> None:
    place = room.root / "parts"
    place.mkdir()
    csv(place / "0.csv", SOME)
    (place / "1.csv").write_text("reader_id,topic,region\nzoe,health,tampa\n")
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(place))
    assert result.code == 2
    assert f'{place}/1.csv lacks columns: "topics" Did you mean "topic"?' in result.err
    (place / "1.csv").write_text("subscriber,topics,region,language,health_top\nzoe,health,tampa,en,2\n")
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(place))
    assert 'lacks a column: "reader_id". It has: ' in result.err
    assert "The column that names the readers is called reader_id." in result.err


def test_ids_of_any_kind_of_character_and_line_breaks_in_cells(room: Room) -> None:
    ids = [
        "😀",
        "e\u0301",
        "é",
        "\u202eli",
        "a,b",
        'q"u',
        "x\ty",
        " lead",
        "new\nline",
        "\r",
        "\ufeffx",
        "NULL",
        "00",
        "0",
    ]
    with (room.root / "r.csv").open("w", newline="", encoding="utf-8") as file:
        rows = writer(file)  # rows end in CRLF, as spreadsheets write them
        rows.writerow(["reader_id", "topics", "health_top", "language", "region"])
        rows.writerows([one, "crime|health", "", "", "tampa"] for one in [*ids, ids[0]])
    row = built(room, "--audience", str(room.root / "r.csv"))
    assert row["audience"]["problems"] == {"rows": len(ids) + 1, "twice": 1}
    found = [one for (one,) in table(folder(room) / "recipients.parquet", "reader_id")]
    assert sorted(found) == sorted(ids)


IDS = (
    "Ünïcödé",
    "u\u0308",
    "ü",
    "名前",
    "مرحبا",
    "\u202eevil",
    "👩‍👩‍👧",
    "a'b;DROP",
    'say "hi"',
    "x" * 3000,
    "007",
    " pad",
)


def test_ids_of_any_unicode_stay_what_they_are(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    rows = ", ".join("('" + id.replace("'", "''") + "')" for id in IDS)
    duckdb.execute(
        f"COPY (SELECT id AS reader_id, '' AS topics, '' AS health_top, '' AS language, 'tampa' AS region "
        f"FROM (VALUES {rows}) t(id)) TO '{path}' (FORMAT parquet)"
    )
    assert built(room, "--audience", str(path))["audience"]["readers"] == len(IDS)
    assert {id for (id,) in table(folder(room) / "recipients.parquet", "reader_id")} == set(IDS)
    place = tmp_path / "out"
    assert room.run("export", "daily", DAY, "--reader", "\u202eevil", "--to", str(place)).code == 0
    assert (place / "index.html").read_bytes() == of_reader(room, "\u202eevil")["html"]


def test_a_table_of_another_encoding_is_refused_with_its_first_line(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.audience.table.REJECTED", 3)
    path = csv(room.root / "r.csv", SOME)
    with path.open("ab") as file:
        file.writelines(b"r%d,health,1,,\xe9vora\n" % number for number in range(5))
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path))
    assert result.code == 2
    assert "3 lines or more cannot be read as CSV in UTF-8 (line 6: Invalid unicode" in result.err


def test_lines_that_are_no_csv_are_counted(room: Room) -> None:
    path = csv(room.root / "r.csv", SOME)
    with path.open("ab") as file:
        file.write(b'x"y,"un"quoted,"tampa,1\nzoe,health,tampa,1,too,many,cells\n\xff\xfe,health,tampa,1\n')
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path))
    assert result.code == 0, result.err
    problems = room.manifest()["audience"]["problems"]
    assert problems["unreadable_rows"] >= 1
    assert room.manifest()["audience"]["readers"] >= 4


def test_all_readers_different_are_refused_with_advice(tmp_path: Path) -> None:
    room = audience_room(tmp_path)
    room.write(
        "digest.yaml",
        (room.root / "digest.yaml").read_text().replace("audience: {", "audience: {max_variants: 50, "),
    )
    path = csv(
        room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "", "region": f"x{n}"} for n in range(51))
    )
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path))
    assert result.code == 2
    assert "51 variants" in result.err
    assert "audience.max_variants" in result.err


def test_a_history_without_stories_is_refused(room: Room) -> None:
    path = csv(room.root / "r.csv", SOME)
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path), "--history", str(path))
    assert result.code == 2
    assert "lacks stories" in result.err
