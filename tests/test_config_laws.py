"""What holds for every file: only problems, never a crash; exact places; a cache that changes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digest import config
from digest.config import parsing
from digest.config.checks.dates import most_under_cap
from digest.errors import ConfigurationError
from digest.model import Flight
from digest.model.calendar import DateSet
from tests.examples import examples
from tests.strategies.config import ADSLOTS, DIGEST, damaged, documents, trees, twisted, write


def _lines(root: Path) -> list[str]:
    try:
        config.load(root)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


@examples(80)
@given(documents, documents)
def test_any_bytes_give_problems_and_nothing_else(digest: bytes, adslots: bytes) -> None:
    with TemporaryDirectory() as folder:
        lines = _lines(write(Path(folder), digest, adslots))
    assert lines
    assert all("\n" not in line for line in lines)


@given(damaged() | twisted())
def test_damaged_files_give_problems_inside_them(files: tuple[bytes, bytes]) -> None:
    with TemporaryDirectory() as folder:
        root = write(Path(folder), *files)
        lengths = {
            name: len((root / name).read_bytes().splitlines()) for name in ("digest.yaml", "adslots.yaml")
        }
        for problem in config.problems(root):
            assert 1 <= problem.line <= lengths[problem.file] + 1
            assert problem.column >= 1
            assert problem.message


@given(trees)
def test_both_parsers_of_yaml_agree_and_keep_every_word(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    by_c = parsing.parse(text, "x")
    assert by_c.usable
    assert by_c == parsing.parse(text, "x", yaml.SafeLoader)


_unknown = st.from_regex(r"q[a-z]{3,8}q", fullmatch=True)
_NAMED = ("daily:", "weekly:", "top:", "stream:", "gleammour:")  # their keys are names, which are free
_lines_with_keys = st.sampled_from(
    [
        ("digest.yaml", number, text)
        for number, text in enumerate(DIGEST.splitlines(), 1)
        if not text.strip().startswith(_NAMED)
    ]
    + [
        ("adslots.yaml", number, text)
        for number, text in enumerate(ADSLOTS.splitlines(), 1)
        if not text.strip().startswith(_NAMED)
    ]
)


@given(_unknown, _lines_with_keys)
def test_an_unknown_key_is_found_exactly(key: str, where: tuple[str, int, str]) -> None:
    """A key put before any key of the file stands where the problem says."""
    file, number, text = where
    column = len(text) - len(text.lstrip(" -")) + 1
    files = {"digest.yaml": DIGEST.splitlines(), "adslots.yaml": ADSLOTS.splitlines()}
    bare, marks = text.lstrip(" -"), text[: column - 1]
    brace = bare.startswith("{")
    new = f"{marks}{{{key}: 1, {bare[1:]}" if brace else f"{marks}{key}: 1\n{' ' * (column - 1)}{bare}"
    files[file][number - 1] = new
    with TemporaryDirectory() as folder:
        root = write(Path(folder), *("\n".join(lines) + "\n" for lines in files.values()))
        found = [p for p in config.problems(root) if f'"{key}"' in p.message]
    assert [(p.file, p.line, p.column) for p in found] == [(file, number, column + brace)]


@st.composite
def _rich(draw: st.DrawFn) -> tuple[str, str]:
    """Sound files with exact numbers, dates and lengths of time."""
    ratio = f"{draw(st.integers(0, 7))}/{draw(st.integers(7, 99))}"
    rate = f"{draw(st.integers(0, 999))}.{draw(st.integers(0, 999)):03}"
    start = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 3000)))
    end = start + timedelta(days=draw(st.integers(30, 4000)))
    length = f"{draw(st.integers(0, 99))}d{draw(st.integers(0, 99))}h{draw(st.integers(0, 99))}m"
    adslots = (
        ADSLOTS.replace("max_ratio: 1/4", f"max_ratio: {ratio}")
        .replace("per_issue: 450", f"per_issue: {rate}")
        .replace("start: 2026-01-05, end: 2026-01-30", f"start: {start}, end: {end}")
        .replace("goal: {issues: 10}", f"goal: {{issues: {draw(st.integers(1, 6))}}}")
        .replace("upper: 3", f"upper: {ratio}, lower: {rate}")
        .replace("competitive_exclusion: issue", "competitive_exclusion: {within_stories: 5}")
    )
    options = json.dumps(
        draw(st.dictionaries(st.sampled_from(["limit", "language", "flags"]), st.integers(1, 9) | st.none()))
    )
    digest = DIGEST.replace("widen: 72h", f"widen: {length}").replace(
        "url: samples/post.xml",
        f"url: samples/post.xml, weight: 0.{draw(st.integers(0, 999))}, options: {options}",
    )
    return digest, adslots


@given(_rich())
def test_a_warm_cache_changes_nothing(files: tuple[str, str]) -> None:
    with TemporaryDirectory() as folder:
        root = write(Path(folder), *files)
        cold = config.load(root)
        assert list((root / "var" / "cache").glob("config-*.json"))
        assert config.load(root) == cold


@pytest.mark.parametrize("days", [{0, 1, 2, 3, 4, 5, 6}, {0, 2, 4}, {1}, {5, 6}])
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(-3, 400),
    st.integers(1, 5),
    st.integers(1, 40),
)
def test_dates_are_counted_as_if_one_by_one(
    days: set[int], start: date, length: int, per_window: int, window: int
) -> None:
    span = DateSet(start, start + timedelta(days=length), frozenset(days))
    one_by_one = [d for d in (start + timedelta(days=i) for i in range(length + 1)) if d.weekday() in days]
    assert span.count == len(one_by_one)
    most = most_under_cap([span], per_window, window)
    ran: list[date] = []
    for day in one_by_one:
        if sum((day - earlier).days < window for earlier in ran) < per_window:
            ran.append(day)
    assert most == len(ran)


@given(st.sets(st.integers(0, 12), max_size=8), st.integers(1, 3), st.integers(1, 6))
def test_no_choice_of_dates_beats_the_most_under_a_cap(
    offsets: set[int], per_window: int, window: int
) -> None:
    dates = [date(2026, 1, 1) + timedelta(days=offset) for offset in sorted(offsets)]

    def keeps(choice: tuple[date, ...]) -> bool:
        return all(sum(0 <= (d - e).days < window for e in choice) <= per_window for d in choice)

    best = max(n for n in range(len(dates) + 1) if any(keeps(c) for c in combinations(dates, n)))
    span = DateSet(listed=frozenset(dates))
    assert most_under_cap([span], per_window, window) == best


@given(
    st.lists(st.dates(date(2026, 1, 1), date(2026, 2, 28)), min_size=1, max_size=5),
    st.dates(date(2026, 1, 1), date(2026, 2, 28)),
    st.integers(0, 40),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_spans_meet_where_both_flights_are(
    dates: list[date], start: date, length: int, days: set[int]
) -> None:
    listed = Flight(dates=tuple(dates))
    ranged = Flight(start=start, end=start + timedelta(days=length), days=frozenset(days))
    both = listed.span.meet(ranged.span)
    year = [date(2026, 1, 1) + timedelta(days=i) for i in range(120)]
    assert [d for d in year if d in both] == [d for d in year if d in listed and d in ranged]
    assert both.count == sum(d in listed and d in ranged for d in year)
