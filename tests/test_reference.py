"""``docs/reference.md`` against the program: keys, defaults, signals, fields and messages are the real ones."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from digest.config import problems
from digest.config.keys import MODELS, every_block, keys_of
from digest.config.reference import default_of, with_tables
from digest.model import Ranking, Story
from digest.model.keys import Block
from digest.select import DEFAULT_WEIGHTS, signal_names

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
MISTAKES = {
    "adslots.yaml": ("advertiser: gleammour\n", "advertiser: gleamour\n"),
    "digest.yaml": ('cutoff: "06:00"', "cutoff: 6 am"),
}
BLOCKS = every_block(tuple(MODELS.values()))


def test_the_tables_are_made_of_the_model() -> None:
    assert with_tables(TEXT) == TEXT, "run `make reference`"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_block_has_a_table(block: type[Block]) -> None:
    assert re.search(rf"^<!-- keys of {block.__name__}( as [\w.]+)? -->$", TEXT, flags=re.M)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_another_word_for_a_key_is_no_key_and_means_one(block: type[Block]) -> None:
    others = [word for key in keys_of(block).values() for word in key.key.also.split()]
    assert len(others) == len(set(others))
    assert set(others).isdisjoint(keys_of(block))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_the_keys_of_a_small_block_are_named_in_its_row(block: type[Block]) -> None:
    for name, key in keys_of(block).items():
        if key.block and not key.holds and "](#" not in key.key.meaning:
            assert [inner for inner in keys_of(key.block) if inner not in key.key.meaning] == [], name


def test_every_key_has_a_meaning() -> None:
    for block in BLOCKS:
        for name, key in keys_of(block).items():
            meaning = key.key.meaning
            assert meaning, f"{block.__name__}.{name} needs a meaning: Key(...)"
            assert not meaning.endswith("."), f"{name}: no full stop at its end"
            assert "|" not in meaning, f"{name}: a bar would end its cell"


def test_the_weights_are_those_of_the_ranking() -> None:
    told = ", ".join(f"{name}: {weight:g}" for name, weight in DEFAULT_WEIGHTS.items())
    assert default_of(keys_of(Ranking)["weights"]) == f"`{{{told}}}`"


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """The table under a heading: key -> (default, meaning)."""
    part = re.split(rf"^#+ {re.escape(heading)}$", TEXT, flags=re.M)[1]
    table = re.split(r"^#", part, flags=re.M)[0]
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*) \|$", table, flags=re.M)
    return {key: (default, meaning) for key, default, meaning in found if "." not in key}


def test_every_signal_is_told() -> None:
    table = TEXT.split("The signals:")[1].split("\n\n")[1]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.M) == list(signal_names())


def test_every_field_of_a_story_is_told() -> None:
    told = [name for name in rows("Stories as files") if name != "section"]
    assert told == [field.name for field in fields(Story) if field.name not in ("first_seen", "as_sourced")]


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
    told = TEXT.split("The themes know")[1].split("\n\n")[0]
    assert [name for name in names if f"`{name.removeprefix('font-')}`" not in told] == []
