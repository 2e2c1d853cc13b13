"""The mistakes people make in the two files: the cure that is printed is one that works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest import config
from digest.errors import Problem
from tests.strategies.config import ADSLOTS, CASES, DIGEST, write

MISTAKES: list[dict[str, Any]] = yaml.safe_load((CASES / "mistakes.yaml").read_text(encoding="utf-8"))
SOUND = {"digest": DIGEST, "adslots": ADSLOTS}


def problems(root: Path, file: str, text: str) -> list[Problem]:
    write(root, **(SOUND | {file: text}))
    return [problem for problem in config.problems(root) if problem.file == f"{file}.yaml"]


def mended(text: str, problem: Problem) -> str:
    """The file as somebody who only does what the cure says makes it."""
    rows = text.split("\n")
    row, at, cure = rows[problem.line - 1], problem.column - 1, problem.cure
    indent = re.sub(r"\S.*", "", re.sub("[\u00a0\u3000]", " ", row))
    if match := re.match(r"Begin it with (\d+|no) space", cure):
        line = " " * (0 if match[1] == "no" else int(match[1])) + row.lstrip()
    elif cure.startswith("Write: "):
        line = indent + cure.removeprefix("Write: ")
    elif match := re.match(r'Write "(.*)" in quotes', cure):
        line = f'{row[:at]}"{match[1]}"'
    elif match := re.match(r'(?:Did you mean|Start it with) "?(https://|[^"]*?)[".?]', cure):
        old = _wrong(problem)
        line = row[:at] + row[at:].replace(old, match[1] + (old if match[1] == "https://" else ""), 1)
    elif match := re.match(r"(?:A comma parts keys here|A list needs brackets)\. Write (\w+): (.*)\.$", cure):
        key = re.escape(_wrong(problem))
        line = re.sub(rf"{match[1]}: .*?, ?{key}(?=[,}}])", f"{match[1]}: {match[2]}", row, count=1)
    elif match := re.match(r"The whole list is (.*)\.$", cure):
        line = row.replace(f"[{_wrong(problem)}]", match[1])
    elif (match := re.match(r"Write (\w+: {.*})\.$", cure)) and problem.message.startswith("unknown key"):
        line = row[:at] + match[1]
    elif cure.startswith("Take the key out"):
        line = re.sub(rf",? *days: {re.escape(_wrong(problem))}", "", row)
    else:
        match = re.match(r"(?:Write|Put it in brackets:|Put it in quotes:) (.*?)\.?$", cure)
        assert match is not None, cure
        line = row[:at] + row[at:].replace(_wrong(problem), match[1].partition(" or ")[0], 1)
    assert line != row, problem
    return "\n".join([*rows[: problem.line - 1], line, *rows[problem.line :]])


def _wrong(told: Problem) -> str:
    """What stands in the file, as the message quotes it."""
    if told.message.endswith("is read as a block of keys."):
        return told.cure.split('"')[1]
    found = re.search(
        r'(?:not|unknown key|unknown \w+|time zone:|web address:|and is) "(.*?)"(?:\.| in |$)', told.message
    )
    assert found is not None, told
    return found[1]


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: str(case["wrong"]))
def test_the_cure_that_is_printed_works(case: dict[str, Any], tmp_path: Path) -> None:
    text = SOUND[case["file"]]
    assert case["right"] in text
    text = text.replace(case["right"], case["wrong"], 1)
    told = problems(tmp_path, case["file"], text)
    assert str(told[-1]) == case["told"]
    for _ in range(3):
        text = mended(text, told[-1])
        told = problems(tmp_path, case["file"], text)
        if not told:
            return
    raise AssertionError(told)


def test_there_are_as_many_as_were_tried() -> None:
    assert len({(case["file"], case["wrong"]) for case in MISTAKES}) >= 145


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("file", SOUND)
def test_tabs_all_over_a_file_are_told_once_with_their_width(file: str, width: int, tmp_path: Path) -> None:
    text = re.sub(
        r"^ +",
        lambda row: "\t" * (len(row[0]) // width) + " " * (len(row[0]) % width),
        SOUND[file],
        flags=re.M,
    )
    (told,) = problems(tmp_path, file, text)
    more = len(re.findall(r"^ *\t", text, flags=re.M)) - 1
    assert told.message == f"a tab stands in the indentation, and in that of {more} more lines."
    assert told.cure == f"Write {width} spaces for each tab."
    assert problems(tmp_path, file, text.replace("\t", " " * width)) == []


def test_a_line_that_may_hold_a_password_is_not_shown(tmp_path: Path) -> None:
    text = DIGEST.replace("mailer: plain", "mailer:\n  type: listmonk\n  password: hunter2: again")
    (told,) = problems(tmp_path, "digest", text)
    assert "hunter2" not in str(told)
    text = DIGEST.replace("mailer: plain", "mailer:\n  type: listmonk\n  password: hunter2 #again")
    assert "hunter2" not in " ".join(map(str, problems(tmp_path, "digest", text)))


def test_a_comment_is_a_comment(tmp_path: Path) -> None:
    """A space after the #, a number before it, or quotes around the text: nothing is told."""
    for line in (
        "name: Harbor Post # the paper",
        'name: "Harbor Post #1"',
        "name: Harbor#1",
        "name: Harbor Post ##",
    ):
        assert problems(tmp_path, "digest", DIGEST.replace("name: Harbor Post", line)) == []
    assert problems(tmp_path, "adslots", ADSLOTS.replace("max_ads: 4", "max_ads: 4 #four")) == []
