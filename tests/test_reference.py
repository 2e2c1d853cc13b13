"""``docs/reference.md`` against the program: keys, defaults, signals, fields and messages are the real ones."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from digest.config import problems, schema, words
from digest.config.meanings import meanings
from digest.model import Story
from digest.select import DEFAULT_WEIGHTS, signal_names

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
MISTAKES = {
    "adslots.yaml": ("advertiser: gleammour\n", "advertiser: gleamour\n"),
    "digest.yaml": ('cutoff: "06:00"', "cutoff: 6 am"),
}
BLOCKS: dict[str, type[BaseModel]] = {
    "digest.yaml": schema.DigestFile,
    "publication": schema.Publication,
    "sources": schema.Source,
    "sections": schema.Section,
    "editions": schema.Edition,
    "ranking": schema.Ranking,
    "events": schema.Events,
    "thin": schema.Thin,
    "links": schema.Links,
    "look": schema.Look,
    "adslots.yaml": schema.AdsFile,
    "policy": schema.Policy,
    "slots": schema.Slot,
    "advertisers": schema.Advertiser,
    "line_items": schema.LineItem,
    "creatives": schema.Creative,
}
INLINE: dict[tuple[str, str], type[BaseModel]] = {
    ("publication", "logo"): schema.Logo,
    ("policy", "sensitive"): schema.Sensitive,
    ("policy", "competitive_exclusion"): schema.Within,
    ("slots", "bands"): schema.Bands,
    ("line_items", "flight"): schema.Flight,
    ("line_items", "goal"): schema.Goal,
    ("line_items", "rate"): schema.Rate,
    ("line_items", "frequency_cap"): schema.Cap,
    ("line_items", "adjacency"): schema.Adjacency,
}


ELSEWHERE = {("ranking", "weights"): dict(DEFAULT_WEIGHTS)}  # defaults that another stage keeps


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """The table under a heading: key -> (default, meaning)."""
    part = re.split(rf"^#+ {re.escape(heading)}$", TEXT, flags=re.M)[1]
    table = re.split(r"^#", part, flags=re.M)[0]
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*) \|$", table, flags=re.M)
    return {key: (default, meaning) for key, default, meaning in found if "." not in key}


def keys(block: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in block.model_fields.items()}


@pytest.mark.parametrize("heading", BLOCKS)
def test_every_key_is_documented_and_no_other(heading: str) -> None:
    assert list(rows(heading)) == list(keys(BLOCKS[heading]))


@pytest.mark.parametrize(("heading", "key"), INLINE)
def test_small_blocks_have_their_rows(heading: str, key: str) -> None:
    block = INLINE[heading, key]
    told = {name: one.default == "**required**" for name, one in meanings()[key].items()}
    if key != "competitive_exclusion":
        assert list(told) == list(keys(block))
    assert {name for name, needed in told.items() if needed} == set(
        block.model_json_schema().get("required", ())
    )


@pytest.mark.parametrize(("heading", "key"), INLINE)
def test_the_keys_of_a_small_block_are_named_in_its_row(heading: str, key: str) -> None:
    meaning = rows(heading)[key][1]
    assert [name for name in keys(INLINE[heading, key]) if name not in meaning] == []


def written(default: str) -> Any:
    """The value of a default as the table shows it; ``None`` where it is told in words."""
    found = re.fullmatch(r"`(.*)`", default)
    return found and found[1]


def as_written(value: Any) -> str:
    """A default of the schema in the words of the file."""
    if isinstance(value, timedelta):
        return f"{value // timedelta(hours=1)}h"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {number:g}" for key, number in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)


def shown(default: str) -> str:
    """A length of time in hours, anything else as it stands."""
    return as_written(words.duration(default)) if re.fullmatch(r"\d+[dhw]", default) else default


@pytest.mark.parametrize("heading", BLOCKS)
def test_the_defaults_are_the_real_ones(heading: str) -> None:
    wrong = {}
    for key, field in keys(BLOCKS[heading]).items():
        told = written(rows(heading)[key][0])
        real = ELSEWHERE.get((heading, key)) or field.get_default(call_default_factory=True)
        if told is not None and shown(told) != as_written(real):
            wrong[key] = (told, as_written(real))
        if told is None and isinstance(real, (str, int, float, Fraction)) and real not in ("", 0):
            wrong[key] = ("not told", as_written(real))
    assert json.dumps(wrong) == "{}"


@pytest.mark.parametrize("heading", BLOCKS)
def test_required_keys_are_marked(heading: str) -> None:
    marked = {key for key, (default, _) in rows(heading).items() if default == "**required**"}
    required = set(BLOCKS[heading].model_json_schema().get("required", ()))
    assert marked == required | set(schema.REQUIRED.get(heading, ()))


def test_every_signal_is_told() -> None:
    table = TEXT.split("The signals:")[1].split("\n\n")[1]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.M) == list(signal_names())


def test_every_field_of_a_story_is_told() -> None:
    told = [name for name in rows("Stories as files") if name != "section"]
    assert told == [field.name for field in fields(Story) if field.name != "first_seen"]


def test_the_messages_are_what_the_program_says(tmp_path: Path) -> None:
    for name, (right, wrong) in MISTAKES.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace(right, wrong, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    told = re.findall(r"^(\w+\.yaml):\d+:\d+: (.*)$", TEXT, flags=re.M)
    assert told == [(one.file, f"{one.message} {one.cure}") for one in problems(tmp_path)]


def test_the_names_of_colors_and_fonts_are_told() -> None:
    tokens = (ROOT / "templates" / "themes" / "lively" / "tokens.css").read_text(encoding="utf-8")
    names = re.findall(r"--(?!dark-)([a-z-]+):(?! \d)", tokens)
    told = TEXT.split("Both themes know")[1].split("\n\n")[0]
    assert [name for name in names if f"`{name.removeprefix('font-')}`" not in told] == []
