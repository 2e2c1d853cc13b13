"""An issue for an audience, end to end: who gets what, what is wrong with the table, kills and reruns."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from csv import writer
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest.app.audience import Personal
from digest.audience.engines import local
from digest.audience.output import OutputStore
from tests.audiences import DAY, audience_room, built, csv, folder, item, of_reader, table
from tests.newsrooms import Room

SOME: list[dict[str, Any]] = [
    {"reader_id": "anna", "topics": ["health", "Crime"], "region": "tampa", "health_top": 1},
    {"reader_id": "bert", "topics": "", "region": "macon"},
    {"reader_id": "cora", "topics": ["crime", "health"], "region": "tampa"},
    {"reader_id": "dora", "topics": ["health", "crime"], "region": "Tampa", "health_top": "1.0"},
]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return audience_room(
        tmp_path / "room", items=item("tampa-only", "type: sponsorship, audience: {region: [tampa]}", "bay")
    )


def many(path: Path, readers: int = 900, kinds: int = 140) -> Path:
    """Readers of ``kinds`` different choices."""
    topics: tuple[list[str], ...] = (
        ["health"],
        ["crime", "health"],
        ["local-news"],
        ["local-news", "crime", "health"],
        [],
        ["health", "crime"],
    )
    rows = [
        {
            "reader_id": f"r{n:05d}",
            "topics": topics[n % kinds % 6],
            "region": f"region{n % kinds // 6}",
            "language": "",
            "health_top": 1 + n % kinds % 5,
        }
        for n in range(readers)
    ]
    return csv(path, rows)


def bytes_of(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }


def test_readers_of_one_choice_share_a_variant_with_their_sections_and_ads(room: Room) -> None:
    row = built(room, "--audience", str(csv(room.root / "readers.csv", SOME)))
    assert (row["audience"]["readers"], row["audience"]["variants"]) == (4, 4)
    anna, cora = of_reader(room, "anna"), of_reader(room, "cora")
    assert [section["section"] for section in anna["lineup"]] == ["health", "crime"]
    assert [len(section["stories"]) for section in anna["lineup"]] == [1, 2]
    assert [section["section"] for section in cora["lineup"]] == ["crime", "health"]
    for story in anna["stories"]:
        assert f'data-story="{story}"'.encode() in anna["html"]
    assert b'data-line-item="tampa-only"' in cora["html"]
    assert b"tampa-only" not in of_reader(room, "bert")["html"]
    assert of_reader(room, "bert")["eml"].startswith(b"Date: ")
    assert b"tampa-only" not in room.files()["index.html"]
    manifest = room.manifest()
    assert manifest["audience"]["readers"] == 4
    reached = {row["line_item"]: row["readers"] for row in manifest["audience"]["ads"]}
    assert reached["tampa-only"] == 3
    assert sorted(table(folder(room) / "recipients.parquet", "reader_id"))[0] == ("anna",)


def test_an_empty_choice_is_the_issue_for_everybody_but_for_targeted_ads(tmp_path: Path) -> None:
    room = audience_room(tmp_path)
    built(room, "--audience", str(csv(room.root / "r.csv", [{"reader_id": "a", "topics": "", "region": ""}])))
    reader, files = of_reader(room, "a"), room.files()
    assert (reader["html"], reader["txt"], reader["eml"]) == (
        files["index.html"],
        files["index.txt"],
        files["message.eml"],
    )


def test_parquet_lists_and_csv_with_bars_mean_the_same(tmp_path: Path) -> None:
    rooms = [audience_room(tmp_path / name) for name in ("csv", "parquet", "semicolon")]
    csv(rooms[0].root / "r.csv", SOME)
    (rooms[1].root / "r").mkdir()
    duckdb.sql(
        f"COPY (SELECT reader_id, string_split(topics, '|') AS topics, region, language, "
        f"CAST(health_top AS DOUBLE) AS health_top "
        f"FROM read_csv('{rooms[0].root}/r.csv', all_varchar=true)) TO '{rooms[1].root}/r/part-0.parquet'"
    )
    csv(rooms[2].root / "r.csv", SOME, ";")
    for room, name in zip(rooms, ("r.csv", "r", "r.csv"), strict=True):
        built(room, "--audience", str(room.root / name))
    first, *others = (bytes_of(folder(room)) for room in rooms)
    assert all(other == first for other in others)


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


def test_all_readers_alike_are_one_variant(room: Room) -> None:
    path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "", "region": ""} for n in range(5000)))
    assert built(room, "--audience", str(path))["audience"]["variants"] == 1
    assert len(table(folder(room) / "recipients.parquet")) == 5000


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


def test_a_second_build_changes_nothing_and_a_lost_pack_comes_back(room: Room) -> None:
    words = ("--audience", str(many(room.root / "r.csv")))
    assert built(room, *words)["status"] == "built"
    before = bytes_of(folder(room).parent)
    assert built(room, *words)["status"] == "unchanged"
    assert bytes_of(folder(room).parent) == before
    (folder(room) / "packs" / "0002.eml").unlink()
    (folder(room) / "packs" / "0003.json").write_bytes(b"{")
    assert built(room, *words)["status"] == "restored"
    assert bytes_of(folder(room).parent) == before
    shutil.rmtree(folder(room).parent)
    assert built(room, *words)["status"] == "restored"
    assert bytes_of(folder(room).parent) == before


def test_another_reader_makes_a_new_revision(room: Room) -> None:
    built(room, "--audience", str(csv(room.root / "r.csv", SOME)))
    row = built(room, "--audience", str(csv(room.root / "r.csv", SOME[:3])))
    assert (row["revision"], row["audience"]["readers"]) == (2, 3)
    assert len(table(folder(room) / "recipients.parquet")) == 3


def test_a_dry_run_counts_and_writes_nothing(room: Room) -> None:
    path = csv(room.root / "r.csv", SOME)
    assert room.run("ingest").code == 0
    row = built(room, "--dry-run", "--audience", str(path))
    assert row["audience"]["readers"] == 4
    assert not (room.root / "outbox").exists()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_bytes_are_the_same_whatever_the_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    outputs = list[dict[str, bytes]]()
    smaller = partial(zlib.compress, level=9)
    for number in (1, workers):
        monkeypatch.setattr(local, "processors", lambda number=number: number)
        if outputs and workers == 1:  # another machine's zlib
            monkeypatch.setattr("digest.app.variants.zlib.compress", lambda data, _: smaller(data))
        room = audience_room(tmp_path / f"room{number}-{len(outputs)}")
        built(room, "--audience", str(many(room.root / "r.csv")))
        outputs.append(bytes_of(folder(room)))
    assert outputs[0] == outputs[1]


def kill_workers(stop: threading.Event, killed: list[int]) -> None:
    """SIGKILL children of this process, now and then."""
    while not stop.wait(0.25):
        for line in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            command = Path(f"/proc/{line}/cmdline")
            if command.exists() and b"spawn_main" in command.read_bytes() and len(killed) < 4:
                os.kill(int(line), signal.SIGKILL)
                killed.append(int(line))
                break


@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_killed_workers_cost_time_and_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "processors", lambda: 1)
    quiet = audience_room(tmp_path / "quiet")
    built(quiet, "--audience", str(many(quiet.root / "r.csv")))
    monkeypatch.setattr(local, "processors", lambda: 2)
    room, stop, killed = audience_room(tmp_path / "room"), threading.Event(), list[int]()
    killer = threading.Thread(target=kill_workers, args=(stop, killed))
    killer.start()
    try:
        built(room, "--audience", str(many(room.root / "r.csv")))
    finally:
        stop.set()
        killer.join()
    assert killed
    assert bytes_of(folder(room)) == bytes_of(folder(quiet))


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path) -> None:
    quiet = audience_room(tmp_path / "quiet")
    built(quiet, "--audience", str(many(quiet.root / "r.csv")))
    room = audience_room(tmp_path / "room")
    path = many(room.root / "r.csv")
    words = ["build", "--daily", "--date", DAY, "--audience", str(path), "--root", str(room.root)]
    work = room.root / "outbox" / "daily" / f".{DAY}.audience" / "made" / "packs"
    process = subprocess.Popen([sys.executable, "-m", "digest", *words], stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 60
    while not list(work.glob("*.json")) and process.poll() is None and time.monotonic() < ends:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL
    finished = {path: path.stat().st_mtime_ns for path in work.glob("*.json")}
    assert finished
    assert not folder(room).exists()
    assert built(room, "--audience", str(path))["status"] == "built"
    assert bytes_of(folder(room)) == bytes_of(folder(quiet))
    for work_file, at in finished.items():
        assert (folder(room) / "packs" / work_file.name).stat().st_mtime_ns == at
    assert not work.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--engine", "spark"), "there are local and dask"),
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler needs --audience"),
        (("--history", "x"), "--history needs --audience"),
    ],
)
def test_words_that_do_not_go_together(room: Room, words: tuple[str, ...], says: str) -> None:
    result = room.run("build", "--daily", "--date", DAY, *words)
    assert result.code == 2
    assert says in result.err


def test_every_reader_stands_in_the_tables_once(room: Room) -> None:
    built(room, "--audience", str(many(room.root / "r.csv")))
    where = folder(room)
    recipients: Counter[Any] = Counter(
        variant for (variant,) in table(where / "recipients.parquet", "variant")
    )
    rows = table(where / "variants.parquet", "variant, readers, pack, html_offset, html_length")
    assert {variant: readers for variant, readers, *_ in rows} == recipients
    for pack in {row[2] for row in rows}:
        ends = sorted((row[3], row[3] + row[4]) for row in rows if row[2] == pack)
        assert ends[0][0] == 0
        assert all(span[1] == following[0] for span, following in pairwise(ends))
        assert ends[-1][1] == (where / f"packs/{pack:04d}.html").stat().st_size


def test_a_goal_in_sends_counts_readers_and_a_recovered_ledger_agrees(tmp_path: Path) -> None:
    goal = item("sold", "type: sponsorship, audience: {region: [tampa]}, goal: {sends: 500}", "bay")
    room = audience_room(tmp_path / "room", items=goal)
    built(room, "--audience", str(csv(room.root / "r.csv", SOME)))

    def delivered() -> list[tuple[Any, ...]]:
        rows = room.run("ads", "report", "--json").json["line_items"]
        return [
            (row["line_item"], row["delivered"], row["sends"]) for row in rows if row["line_item"] == "sold"
        ]

    assert delivered() == [("sold", 3, 3)]
    assert room.run("mark-sent", "daily", DAY, "--delivered", "999").code == 0
    assert delivered() == [("sold", 3, 3)]
    for path in (room.root / "var").glob("digest.db*"):
        path.unlink()
    assert room.run("recover").code == 0
    assert delivered() == [("sold", 3, 3)]


def test_with_history_no_reader_gets_a_story_or_event_twice(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room", count=36, digest="thin: {widen: 72h, min_stories: 1}\n")
    stories = [
        {"id": "first", "url": "https://h.example/1", "title": "Drawbridge at Palatka stuck open for six hours",
         "section": "Health", "published_at": "2026-01-22T09:00:00-05:00", "priority": 10},
        {"id": "again", "url": "https://h.example/2", "title": "Palatka drawbridge stuck open for six hours",
         "section": "Health", "published_at": "2026-01-23T09:00:00-05:00", "priority": 10},
    ]  # fmt: skip
    room.write(
        "stories.jsonl",
        (room.root / "stories.jsonl").read_text() + "".join(json.dumps(story) + "\n" for story in stories),
    )
    sections = {"anna": ["health"], "bert": ["crime"], "cora": ["crime", "health"]}
    path = csv(
        room.root / "r.csv", ({"reader_id": reader, "topics": topics} for reader, topics in sections.items())
    )
    built(room, "--audience", str(path))
    first = {reader: of_reader(room, reader)["stories"] for reader in sections}
    assert "first" in first["anna"]
    assert "first" not in first["bert"]
    rows = "".join(f"zed{n},crime,,,\n" for n in range(2))  # who was not there yesterday
    path.write_text(path.read_text() + rows)
    words = ("build", "--daily", "--date", "2026-01-24", "--audience", str(path))
    no_repeat = (
        (room.root / "digest.yaml")
        .read_text()
        .replace("expected_sends: 1000", "expected_sends: 1000, no_repeat: none")
    )
    room.write("digest.yaml", no_repeat)
    assert room.run(*words).code == 0
    where = room.root / "outbox" / "daily" / "2026-01-24" / "audience"
    assert of_reader(room, "anna", where)["stories"][0] == "again", (
        "without history anna gets the event again"
    )
    assert room.run(*words, "--history", str(folder(room))).code == 0
    for reader, before in first.items():
        row = of_reader(room, reader, where)
        if not row["thin"]:
            assert not set(row["stories"]) & set(before)
            assert ("first" in before) <= ("again" not in row["stories"])


def test_a_frequency_cap_holds_for_the_reader_where_history_is_given(tmp_path: Path) -> None:
    capped = item("seen", "type: sponsorship, frequency_cap: {max_issues: 2, per_days: 3}", "bay")
    room = audience_room(tmp_path / "room", items=capped)
    path = csv(
        room.root / "r.csv", ({"reader_id": reader} for reader in ("often", "once", "never", "long ago"))
    )
    days = {
        "often": ["2026-01-21", "2026-01-22"],
        "once": ["2026-01-22"],
        "long ago": ["2026-01-19", "2026-01-20"],
    }
    history = tmp_path / "sent.csv"
    history.write_text(
        "reader_id,date,stories,line_items\n"
        + "".join(
            f"{reader},{day},x1|x2,seen|other\n" for reader, all_days in days.items() for day in all_days
        )
    )
    built(room, "--audience", str(path), "--history", str(history))
    seen = {
        reader for reader in (*days, "never") if b'data-line-item="seen"' in of_reader(room, reader)["html"]
    }
    assert seen == {"once", "never", "long ago"}


def test_a_history_without_stories_is_refused(room: Room) -> None:
    path = csv(room.root / "r.csv", SOME)
    result = room.run("build", "--daily", "--date", DAY, "--audience", str(path), "--history", str(path))
    assert result.code == 2
    assert "lacks stories" in result.err


def test_a_goal_in_readers_is_met_to_the_reader_and_the_rest_go_to_others(tmp_path: Path) -> None:
    """Today is the 19th of 54 days of the flight."""
    sold = item("sold", "type: sponsorship, goal: {sends: 1500}", "bay")
    other = item("other", "goal: {sends: 2650}", "mart")
    room = audience_room(tmp_path / "room", items=sold + other)
    row = built(room, "--audience", str(many(room.root / "r.csv", readers=900, kinds=9)))
    ads = {one["line_item"]: one for one in row["audience"]["ads"]}
    days = (date(2026, 2, 27) - date(2026, 1, 5)).days + 1
    today = (date(2026, 1, 23) - date(2026, 1, 5)).days + 1
    assert ads["sold"]["planned"] == -(-1500 * today // days)
    assert 0 < ads["other"]["planned"] < -(-2650 * today // days)  # the tier above comes first
    for name in ("sold", "other"):
        assert abs(ads[name]["readers"] - ads[name]["planned"]) <= 1
    seen = Counter[str]()
    rows = table(folder(room) / "variants.parquet", "readers, ads")
    for readers, shown in rows:
        for one in shown:
            seen[one["line_item"]] += readers
    assert seen["sold"] == ads["sold"]["readers"]
    assert sum(count for count, _ in rows) == 900
    assert len(table(folder(room) / "recipients.parquet", "DISTINCT reader_id")) == 900


def test_a_bar_is_wiped_also_after_an_error(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the terminal shows last is the error, not half a bar."""
    from digest.cli.progress import progress
    from digest.errors import Unreachable

    class Broken:
        def run(self, *words: Any) -> Any:
            words[-1](1, 2)
            raise Unreachable("the disk is full.")

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    personal = Personal("r.csv", room.root, room.root / "work", Broken(), progress)  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        list(personal._run("pack", None, [1], "packs"))
    assert "packs [" in (drawn := capsys.readouterr().err)
    assert drawn.endswith(" \r")


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


def test_a_full_disk_in_mid_run_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: Room
) -> None:
    monkeypatch.setattr(local, "processors", lambda: 1)
    path, written = many(room.root / "r.csv"), list[str]()
    write = OutputStore.write

    def full(self: OutputStore, name: str, pieces: Any) -> None:
        written.append(name)
        if name == "packs/0002.txt":
            with monkeypatch.context() as disk:
                disk.setattr(
                    os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
                )
                write(self, name, pieces)
        write(self, name, pieces)

    with monkeypatch.context() as disk:
        disk.setattr(OutputStore, "write", full)
        row = built(room, "--audience", str(path), code=4)
    assert "No space left on device" in row["error"]
    assert "the same command finishes what is missing" in row["error"]
    assert not folder(room).parent.exists()
    first = room.root / "outbox" / "daily" / f".{DAY}.audience" / "made" / "packs" / "0001.eml"
    at = first.stat().st_mtime_ns
    assert built(room, "--audience", str(path))["status"] == "built"
    assert (folder(room) / "packs" / "0001.eml").stat().st_mtime_ns == at
    assert not list(folder(room).rglob(".*"))
