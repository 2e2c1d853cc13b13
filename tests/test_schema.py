"""The JSON Schema for editors: it takes what the loader takes, refuses the usual mistakes, and tells every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft202012Validator as Validator

from digest import registry
from digest.config import json_schema, outside, parsing, tree
from digest.config.compile import compile_files
from digest.model.keys.words import Word
from tests import newsrooms
from tests.strategies.config import ADSLOTS, CASES, DIGEST, twisted

ROOT = Path(__file__).parents[1]
FILES = ("digest", "adslots")
SCHEMAS = {file: json_schema(file) for file in FILES}
JUDGES = {file: Validator(schema) for file, schema in SCHEMAS.items()}
SOUND = {
    "sample": {file: (ROOT / f"{file}.yaml").read_text(encoding="utf-8") for file in FILES},
    "cases": {"digest": DIGEST, "adslots": ADSLOTS},
    "newsrooms": {"digest": newsrooms.DIGEST, "adslots": newsrooms.ADS},
    "bare": {"digest": "publication: {name: 1843, url: 'HTTPS://a.example'}\nsections: [{id: 7, title: yes}]\n"
             "editions: {daily: {cutoff: 6:00}}\nlook: ~\nlinks:\n", "adslots": "slots:\nline_items: ~\n"},
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?(\d+|(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?)")


def as_editors_read(text: str) -> Any:
    """YAML 1.2 as JSON, as editors hand it to a schema: ``no`` is a word, ``2026-01-23`` a text, ``0.1`` a number."""
    return _value(tree.plain(parsing.parse(text, "").tree)) or {}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _value(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_value(part) for part in value]
    if isinstance(value, Word) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, Word) and _NUMBER.fullmatch(value):
        return int(value) if re.fullmatch(r"[-+]?\d+", value) else float(value)
    return value


def refusals(file: str, text: str) -> list[str]:
    return [error.message for error in JUDGES[file].iter_errors(as_editors_read(text))]


def every_key(block: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of every block with its schema."""
    for name, part in block.items() if isinstance(block, dict) else ():
        if name == "properties":
            yield from ((f"{path}.{key}", shape) for key, shape in part.items())
        yield from every_key(part, f"{path}.{name}")


@pytest.mark.parametrize("file", FILES)
def test_it_is_a_schema(file: str) -> None:
    Validator.check_schema(SCHEMAS[file])
    assert SCHEMAS[file]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMAS[file]["title"] == f"{file}.yaml"


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("room", SOUND)
def test_sound_newsrooms_are_valid(room: str, file: str) -> None:
    problems = compile_files({f"{file}.yaml": text.encode() for file, text in SOUND[room].items()}).problems
    assert problems == []
    assert refusals(file, SOUND[room][file]) == []


@given(twisted())
def test_what_the_loader_takes_is_valid(files: tuple[bytes, bytes]) -> None:
    """What names something outside the files (a kind of source, a time zone) is looked up by the loader afterwards."""
    texts = dict(zip(FILES, files, strict=True))
    read = compile_files({f"{file}.yaml": data for file, data in texts.items()})
    problems = [*read.problems, *outside.problems(read.outside)]
    for file, data in texts.items():
        if not any(problem.file == f"{file}.yaml" for problem in problems):
            assert refusals(file, data.decode()) == []


def mistakes() -> list[Any]:
    """The cases of wrong files whose mistake is one that a schema can know."""
    known = re.compile(
        r"unknown key|must be (one of|a block|a list,|true or|a date|a time|a size|a colour|a plain name|a number)"
        r"|is missing|has no \"|is no time zone"
    )
    found = []
    for case in yaml.safe_load((CASES / "broken.yaml").read_text(encoding="utf-8")):
        told = [line for line in case["expect"] if line.startswith(f"{case['file']}.yaml")]
        if told and all(known.search(line) for line in told) and "replace" in case:
            found.append(pytest.param(case, id=case["name"]))
    return found


@pytest.mark.parametrize("case", mistakes())
def test_the_usual_mistakes_are_refused(case: dict[str, str]) -> None:
    sound = SOUND["cases"][case["file"]]
    assert refusals(case["file"], sound.replace(case["replace"], case["by"], 1))


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("adslots", "type: house", "type: hose"),
        ("adslots", "pacing: even", "pacing: evenly"),
        ("adslots", "position: top", "position: upper"),
        ("adslots", "sizes: [600x150]", "sizes: 600x150"),
        ("adslots", "max_ratio: 1/4", "max_ratio: 5/4%"),
        ("adslots", "max_ads: 8", "max_ads: many"),
        ("adslots", "goal: {issues: 10}", "goal: 10"),
        ("adslots", "goal: {issues: 10}", "goal: {issues: 10, sends: 5}"),
        ("adslots", "start: 2026-01-05", "start: January"),
        ("adslots", "days: [mon, wed, fri]", "days: [mo]"),
        ("adslots", "  top_banner:", "  top banner:"),
        ("adslots", "    advertiser: gleammour\n", ""),
        ("digest", "type: rss", "type: rrs"),
        ("digest", "mailer: plain", "mailer: mailchump"),
        ("digest", "timezone: America/New_York", "timezone: New York"),
        ("digest", 'cutoff: "06:00"', "cutoff: 6 am"),
        ("digest", "half_life: 12h", "half_life: 12 hours"),
        ("digest", "recency: 1", "recensy: 1"),
        ("digest", "utm_medium: email", "medium: email"),
        ("digest", "publication:\n", "publication: NewsFinale\nlook:\n"),
        ("digest", "top: 6", "top: 0"),
    ],
)
def test_so_are_those_in_the_sample(file: str, right: str, wrong: str) -> None:
    sound = SOUND["sample"][file]
    assert right in sound
    assert refusals(file, sound.replace(right, wrong, 1))


@pytest.mark.parametrize("file", FILES)
def test_every_key_is_described_and_its_default_is_valid(file: str) -> None:
    found = list(every_key(SCHEMAS[file]))
    assert len(found) > 40
    for path, shape in found:
        if "weights" not in path and "if" not in path.split("."):
            assert shape.get("description"), path
        if "default" in shape:
            judge = Validator({"$defs": SCHEMAS[file]["$defs"], **shape})
            assert judge.is_valid(shape["default"]), path


def test_names_come_from_where_they_are_found() -> None:
    defined = SCHEMAS["digest"]["$defs"]
    assert defined["SourceSpec"]["properties"]["type"]["enum"] == list(registry.names("digest.sources"))
    assert list(defined["Ranking"]["properties"]["weights"]["properties"]) == list(
        registry.names("digest.select.signals")
    )
    block, word = SCHEMAS["digest"]["properties"]["mailer"]["anyOf"][0]["oneOf"]
    assert defined["MailerKeys"]["properties"]["type"]["enum"] == list(registry.names("digest.mailers"))
    assert block["$ref"].endswith("/MailerKeys")
    assert word["enum"] == list(registry.names("digest.render.dialects"))
    assert "America/New_York" in defined["Publication"]["properties"]["timezone"]["enum"]
    assert SCHEMAS["adslots"]["$defs"]["LineItem"]["properties"]["type"]["enum"] == [
        "sponsorship", "standard", "bulk", "house",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", [("digest",), ("adslots.yaml",), ("adslots", "--json"), ("digest", "--root", "nowhere")]
)
def test_the_command_prints_it_anywhere(words: tuple[str, ...], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = newsrooms.run("schema", *words)
    assert (result.code, result.err) == (0, "")
    assert result.json == SCHEMAS[words[0].partition(".")[0]]


def test_another_file_has_none() -> None:
    result = newsrooms.run("schema", "adslot")
    assert (result.code, result.out) == (2, "")
    assert result.err == 'digest: there is no schema of "adslot". Did you mean "adslots"?\n'
