"""``digest export``: one reader's issue out of the packs, and the stream for those who send themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.audiences import DAY, SOME, audience_room, built, csv, folder, of_reader, table
from tests.newsrooms import Room, renewed


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Room:
    room = audience_room(tmp_path_factory.mktemp("first") / "room")
    built(room, "--audience", str(csv(room.root / "r.csv", SOME)))
    return room


@pytest.fixture
def room(first: Room) -> Room:
    return renewed(first)


def test_a_variant_and_a_reader_are_the_bytes_of_the_packs(room: Room, tmp_path: Path) -> None:
    row = of_reader(room, "cora")
    for number, words in enumerate((("--variant", row["variant"]), ("--reader", "cora"))):
        place = tmp_path / f"out{number}"
        result = room.run("export", "daily", DAY, *words, "--to", str(place), "--json")
        assert result.code == 0, result.err
        assert result.json["variant"] == row["variant"]
        files = {path.name: path.read_bytes() for path in place.iterdir()}
        assert files == {"index.html": row["html"], "index.txt": row["txt"], "message.eml": row["eml"]}


def test_the_stream_says_where_every_reader_lies(room: Room, tmp_path: Path) -> None:
    for suffix in ("jsonl", "parquet"):
        result = room.run("export", "daily", DAY, "--stream", str(tmp_path / f"all.{suffix}"), "--json")
        assert result.code == 0, result.err
        assert result.json["readers"] == 4
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [row["reader_id"] for row in rows] == ["anna", "bert", "cora", "dora"]
    for row in rows:
        data = (folder(room) / f"packs/{row['pack']:04d}.eml").read_bytes()
        mail = data[row["eml_offset"] :][: row["eml_length"]]
        assert mail == of_reader(room, row["reader_id"])["eml"]
        assert row["subject"] == of_reader(room, row["reader_id"])["subject"]
    assert table(tmp_path / "all.parquet", "count(*)") == [(4,)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "say what to export"),
        (("--reader", "nobody"), 'has no reader "nobody"'),
        (("--variant", "0000"), 'has no variant "0000"'),
        (("--stream", "x.csv"), "ends in .jsonl or .parquet"),
    ],
)
def test_what_is_not_there_is_said(room: Room, words: tuple[str, ...], says: str) -> None:
    result = room.run("export", "daily", DAY, *words)
    assert result.code == 2
    assert says in result.err


def test_an_issue_without_an_audience_is_said(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room")
    assert room.run("build", "--daily", "--date", DAY).code == 0
    result = room.run("export", "daily", DAY, "--reader", "anna")
    assert result.code == 2
    assert "has no audience" in result.err


def test_a_pack_that_is_cut_is_said(room: Room) -> None:
    pack = next((folder(room) / "packs").glob("*.eml"))
    pack.write_bytes(pack.read_bytes()[:-1000])
    last = table(folder(room) / "variants.parquet", "variant", "eml_offset DESC")[0][0]
    result = room.run("export", "daily", DAY, "--variant", last)
    assert result.code == 4
    assert "build it again" in result.err


def test_a_readers_issue_in_a_browser(room: Room) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "digest",
            "preview",
            "--reader",
            "cora",
            "--port",
            "0",
            "--json",
            "--root",
            str(room.root),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        first_line = json.loads(process.stdout.readline())
        row = of_reader(room, "cora")
        assert first_line["variant"] == row["variant"]
        for path, data in (
            ("index.html", row["html"]),
            ("index.txt", row["txt"]),
            ("message.eml", row["eml"]),
        ):
            with urlopen(first_line["url"].replace("index.html", path), timeout=10) as answer:
                assert answer.read() == data
        for request, code in (
            (Request(first_line["url"], headers={"Host": "evil.example:80"}), 403),
            (Request(first_line["url"].replace("index.html", "../digest.yaml")), 404),
        ):
            with pytest.raises(HTTPError) as refused:
                urlopen(request, timeout=10)
            assert refused.value.code == code
    finally:
        process.terminate()
        process.communicate()
    assert room.run("preview", "--reader", "nobody").code == 2
