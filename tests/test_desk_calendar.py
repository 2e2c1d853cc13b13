"""The desk's calendar: what is known at once, the plan when it is there, and charts of what was delivered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from digest.desk.views import calendar as view
from tests.desks import DAY, At
from tests.newsrooms import ADS, Room, newsroom

SOLD = ADS.replace("rate: {per_issue: 450}", "goal: {issues: 10}\n    rate: {per_issue: 450}")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path / "room", ads=SOLD)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> tuple[Event, list[int]]:
    """A plan that waits for the event; the list grows with every plan that is made."""
    go, made, plan = Event(), list[int](), view._planned

    def slowly(*words: Any) -> Any:
        made.append(1)
        go.wait(30)
        return plan(*words)

    monkeypatch.setattr(view, "_planned", slowly)
    return go, made


def test_what_ran_is_there_before_the_plan_is(room: Room, slow: tuple[Event, list[int]]) -> None:
    go, made = slow
    assert room.run("build", "--daily", "--date", DAY).code == 0
    at = At(room)
    page = at.get("/calendar")
    assert "The coming days are being planned" in page
    assert 'class="run"' in page
    assert 'class="run planned"' not in page
    (address,) = re.findall('data-load="([^"]+)"', page)
    go.set()
    whole = at.get(address.replace("&amp;", "&"))
    assert "are being planned" not in whole
    assert 'class="run planned"' in whole
    assert 'class="run planned"' in at.get("/calendar")
    assert len(made) == 1


def test_a_plan_is_kept_as_long_as_nothing_it_is_made_from_changes(
    room: Room, slow: tuple[Event, list[int]]
) -> None:
    go, made = slow
    go.set()
    at = At(room)
    at.get("/calendar?plan=1")
    at.post("kill", story="s3")  # the store is another one now, and the plan the same
    at.get("/calendar?plan=1")
    assert len(made) == 1
    room.write("adslots.yaml", SOLD.replace("issues: 10", "issues: 11"))
    at.get("/calendar?plan=1")
    assert len(made) == 2
    room.write("adslots.yaml", SOLD)
    at.get("/calendar?plan=1")
    assert len(made) == 2


def test_a_plan_that_failed_is_made_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from digest.desk.background import Background

    work = Background()
    asked: list[Callable[[], int]] = [lambda: 1 // 0, lambda: 7]
    with pytest.raises(ZeroDivisionError):
        work.ask("plan", asked[0]).result()
    assert work.ask("plan", asked[1]).result() == 7


def test_delivered_against_goal_is_drawn_in_the_calendar(room: Room) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    page = At(room).get("/calendar?plan=1")
    charts = page.partition("Delivered against goal")[2]
    assert charts.count('<svg class="spark"') == 1
    assert "1 of 10 issues" in charts
    assert "1 issue behind" not in charts.partition("2 issues behind")[0]


def test_days_that_cannot_be_planned_are_said_and_the_rest_is_shown(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.app.forecast_inputs.MOST", 1)
    page = At(room).get("/calendar")
    assert "The coming days cannot be planned" in page
    assert "too much to plan at once" in page
    assert "Fri 23 Jan" in page
