"""The sample issue in a real Chromium: what a reader sees first, how far there is to scroll, nothing sticks out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digest.render import RenderRequest, load_theme, render
from tests.newsrooms import Room
from tests.strategies import render as make

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

REPOSITORY = Path(__file__).parents[1]
DAY = "2026-01-23"
THEMES = ("lively", "broadsheet", "bulletin")


@pytest.fixture(scope="module", params=THEMES)
def issue(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's daily issue in a theme, built by the command."""
    root = tmp_path_factory.mktemp(request.param)
    shutil.copytree(REPOSITORY / "samples", root / "samples")
    shutil.copy(REPOSITORY / "adslots.yaml", root)
    settings = (REPOSITORY / "digest.yaml").read_text("utf-8")
    settings, changed = re.subn(r"(?m)^look:.*$", f"look: {{theme: {request.param}}}", settings)
    assert changed == 1
    (root / "digest.yaml").write_text(settings, "utf-8")
    result = Room(root).run("build", "--daily", "--date", DAY)
    assert result.code == 0, result.err
    return root / "outbox" / "daily" / DAY / "index.html"


def opened(browser: Browser, issue: Path, width: int, *, blocked: bool = False) -> Page:
    """The issue in a window; a program that blocks pictures loads none."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route(re.compile(r"^https?://|\.(?:png|jpg|gif)$" if blocked else r"^https?://"), refuse)
    page.goto(issue.as_uri())
    return page


def refuse(route: Route) -> None:
    route.abort()


def test_a_phone_shows_the_lead_at_once_and_the_whole_within_reason(browser: Browser, issue: Path) -> None:
    page = opened(browser, issue, 360)
    lead = page.locator("[data-story] h3").first.bounding_box()
    assert page.locator("[data-story]").count() == 35
    assert lead
    assert lead["y"] + lead["height"] <= 700
    assert page.evaluate("document.documentElement.scrollHeight") <= 8500
    page.close()


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_sticks_out_when_pictures_are_blocked(browser: Browser, issue: Path, width: int) -> None:
    page = opened(browser, issue, width, blocked=True)
    shown = "[...document.images].filter((image) => image.naturalWidth > 0).length"
    widest = "Math.max(...[...document.querySelectorAll('body *')].map((one) => one.getBoundingClientRect().right))"
    assert page.evaluate(shown) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(widest) <= width
    page.close()


@pytest.mark.parametrize("theme", THEMES)
def test_forty_stories_and_four_ads_are_under_what_gmail_shows(tmp_path: Path, theme: str) -> None:
    room = make.newsroom(tmp_path, theme=theme)
    ads = make.plan(
        make.placed("top_banner", 0, creative="banner"),
        make.placed("section_header", 5),
        make.placed("in_stream", 12),
        make.placed("footer", 40, item="advertise-here"),
    )
    titles = ["A headline of a quite ordinary length, more or less"] * 40
    lineup = make.lineup(*[5] * 8, titles=titles)
    request = RenderRequest(
        newsroom=room, edition=room.editions[0], day=make.DAY, lineup=lineup, plan=ads, theme=load_theme(room, None)
    )  # fmt: skip
    issue = render(request)
    assert issue.more_online == ()
    assert len(issue.html) < 95_000
