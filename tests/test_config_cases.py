"""Broken files, one mistake each, and every line a person is then shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from digest import config
from tests.strategies.config import ADSLOTS, CASES, DIGEST, write

BROKEN: list[dict[str, Any]] = yaml.safe_load((CASES / "broken.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: str(case["name"]))
def test_a_mistake_is_told_at_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    files = {"digest": DIGEST, "adslots": ADSLOTS}
    assert case["replace"] in files[case["file"]]
    files[case["file"]] = files[case["file"]].replace(case["replace"], case["by"], 1)
    write(tmp_path, **files)
    assert [str(problem) for problem in config.problems(tmp_path)] == case["expect"]


def test_the_unbroken_files_have_no_problem(tmp_path: Path) -> None:
    assert config.problems(write(tmp_path)) == ()


def test_the_mistakes_of_both_files_come_at_once(tmp_path: Path) -> None:
    digest = DIGEST.replace("mailer: plain", "mailer: plian").replace("weekday: fri", "weekday: frog")
    adslots = ADSLOTS.replace("max_ads: 4", "max_ads: four").replace("{id: words", "{ident: words")
    found = config.problems(write(tmp_path, digest, adslots))
    assert [(p.file, p.line, p.column) for p in found] == [
        ("adslots.yaml", 2, 12),
        ("adslots.yaml", 24, 9),
        ("adslots.yaml", 24, 10),
        ("digest.yaml", 8, 9),
        ("digest.yaml", 22, 38),
    ]


def test_one_file_that_is_no_yaml_does_not_hide_the_other(tmp_path: Path) -> None:
    adslots = ADSLOTS.replace("max_ads: 4", "max_ads: four")
    found = config.problems(write(tmp_path, "publication: {name: [\n", adslots))
    assert {problem.file for problem in found} == {"digest.yaml", "adslots.yaml"}


WHOLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", '1:1: "editions" is missing.'),
    "only a note": (b"# soon\n", '1:1: "editions" is missing.'),
    "a list": (b"\n- a\n", "2:1: the file must hold keys with their values."),
    "a word": (b"hello", "1:1: the file must hold keys with their values."),
    "latin-1": (b"publication: {name: Caf\xe9}\n", "1:24: this character is not UTF-8."),
    "cut short": ("mailer: é".encode()[:-1], "1:9: this character is not UTF-8."),
    "utf-16 without a mark": (ADSLOTS.encode("utf-16-le"), "1:1: the file is saved as UTF-16."),
    "rtf": (b"{\\rtf1\\ansi a: b}", "1:1: this is a document of a word processor (RTF), not plain text."),
    "a spreadsheet": (b"PK\x03\x04\x14\0", "1:1: this is a document of an office program, not plain text."),
    "utf-16": ("a: b".encode("utf-16"), "1:1: the file is saved as UTF-16."),
    "a NUL": (b"a: b\nc: \0d\n", "2:4: an invisible control character (U+0000) stands here."),
    "a line separator": ("a: b\u2028c".encode(), "1:5: an invisible control character (U+2028) stands here."),
    "deep brackets": (b"a: " + b"[" * 5000, "1:1003: this is nested too deep."),
    "brackets in brackets": (
        b"a: " + b"[" * 20 + b"]" * 20,
        "1:20: this is nested more than 16 levels deep.",
    ),
    "deep keys": (b"".join(b" " * i + b"a:\n" for i in range(40)), "17:17: this is nested more than 16"),
    "too large": (b"#" * 4_000_001, "1:1: the file is larger than 4 MB."),
    "too many values": (
        b"a: [" + b"1," * 400_001 + b"]",
        "1:799999: the file holds more than 400,000 values.",
    ),
    "an alias bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", '1:4: the anchor "&a" is not allowed.'),
    "a merge": (b"a: &a {x: 1}\nb: {<<: *a}\n", '1:4: the anchor "&a" is not allowed.'),
    "a list as a key": (b"[a, b]: c\n", '1:1: "editions" is missing.'),
    "a percent sign": (b"%x\n", "1:3: a line must not start with %."),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    content, expected = WHOLE[name]
    first = next(p for p in config.problems(write(tmp_path, content)) if p.file == "digest.yaml")
    assert str(first).startswith(f"digest.yaml:{expected}")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert config.problems(write(tmp_path, b"\xef\xbb\xbf" + DIGEST.encode())) == ()
    moved = config.problems(write(tmp_path, b"\xef\xbb\xbfmailr: x\n" + DIGEST.encode()))
    assert [(p.line, p.column) for p in moved] == [(1, 1)]


def test_windows_line_ends_change_no_place(tmp_path: Path) -> None:
    digest = DIGEST.replace("weekday: fri", "weekday: frog").replace("\n", "\r\n")
    assert [(p.line, p.column) for p in config.problems(write(tmp_path, digest))] == [(22, 38)]


def test_files_that_are_none(tmp_path: Path) -> None:
    assert [str(p) for p in config.problems(tmp_path)] == [
        "digest.yaml:1:1: the file is missing. A newsroom is a folder that has one."
    ]
    write(tmp_path, adslots=None)
    (tmp_path / "adslots.yaml").mkdir()
    assert [str(p) for p in config.problems(tmp_path)] == [
        "adslots.yaml:1:1: this is not a file. Put the YAML file in its place."
    ]


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    write(tmp_path, adslots=None)
    (tmp_path / "adslots.yaml").symlink_to(tmp_path / "gone.yaml")
    assert [p.file for p in config.problems(tmp_path)] == ["adslots.yaml"]
