"""The issue in Chromium: accessible in light and dark, never wider than the window, inlined without a difference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.subjects import SUBJECTS, THEMES, branded, raw, subject
from tests.judges.tools import browsed

CASES = [(name, theme) for name in SUBJECTS for theme in THEMES]
WIDTHS = (800, 360)
SCHEMES = ("light", "dark")
VIEWS = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]


def jobs(html: str, *want: str) -> list[dict[str, Any]]:
    return [{"html": html, "width": width, "scheme": scheme, "want": want} for width, scheme in VIEWS]


@pytest.fixture(scope="module")
def seen() -> dict[tuple[str, str], list[Any]]:
    """What the browser says of each issue, in the order of ``VIEWS``."""
    asked = [job for case in CASES for job in jobs(subject(*case).rendered.html.decode(), "axe", "layout")]
    answers = iter(browsed(asked))
    return {case: [next(answers) for _ in VIEWS] for case in CASES}


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_axe_finds_nothing(seen: dict[tuple[str, str], list[Any]], name: str, theme: str) -> None:
    found = {
        view: answer["axe"] for view, answer in zip(VIEWS, seen[name, theme], strict=True) if answer["axe"]
    }
    assert found == {}


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_nothing_scrolls_sideways(seen: dict[tuple[str, str], list[Any]], name: str, theme: str) -> None:
    found = {
        view: answer["layout"]
        for view, answer in zip(VIEWS, seen[name, theme], strict=True)
        if answer["layout"]["scroll"] > answer["layout"]["width"]
    }
    assert found == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways_without_pictures(width: int) -> None:
    found = sideways([{"width": width, "scheme": "light", "blocked": True}] * len(CASES))
    assert {case: one for case, one in zip(CASES, found, strict=True) if one["scroll"] > one["width"]} == {}


@pytest.mark.parametrize("blocked", [False, True])
def test_the_sheet_keeps_its_width_in_outlook(blocked: bool) -> None:
    """By Outlook's rules a picture wider than its box would grow the sheet."""
    found = sideways([{"width": 624, "scheme": "light", "outlook": True, "blocked": blocked}] * len(CASES))
    assert {case: one for case, one in zip(CASES, found, strict=True) if one["scroll"] > one["width"]} == {}


def sideways(views: list[dict[str, Any]]) -> list[Any]:
    """The layout of every case in its view."""
    pages = [subject(*case).rendered.html.decode() for case in CASES]
    asked = [{**view, "html": page, "want": ["layout"]} for view, page in zip(views, pages, strict=True)]
    return [answer["layout"] for answer in browsed(asked)]


BOX = "display:inline-block;width:700px;height:90px"  # as wide as the picture, though it does not come


def test_outlooks_rules_and_blocked_pictures_catch_their_controls() -> None:
    page = (
        '<!DOCTYPE html><html><body style="margin:0"><!--[if mso]><table width="600"><tr><td><![endif]-->'
        '<table width="100%" style="table-layout:fixed"><tr><td><img src="http://a.example/x.png" width="700" '
        'height="90" alt="x" style="max-width:100%;height:auto"></td></tr></table>'
        "<!--[if mso]></td></tr></table><![endif]--></body></html>"
    )
    views = [
        {"width": 624, "scheme": "light", "outlook": mso, "want": ["layout"], "html": page}
        for mso in (True, False)
    ]
    outlook, other = browsed(views)
    assert outlook["layout"]["scroll"] > 624 >= other["layout"]["scroll"]
    loose = page.replace("table-layout:fixed", "").replace("max-width:100%;height:auto", BOX)
    (blocked,) = browsed(
        [{"width": 360, "scheme": "light", "blocked": True, "want": ["layout"], "html": loose}]
    )
    assert blocked["layout"]["scroll"] > 360


ACCENTS = ("#0b6e4f", "#d62828", "#f4a300", "#7209b7", "#00b4d8", "#8d99ae", "#111111")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_brand_colour(theme: str) -> None:
    pages = [branded(theme, accent).rendered.html.decode() for accent in ACCENTS]
    views = [(page, scheme) for page in pages for scheme in SCHEMES]
    answers = browsed(
        [{"html": page, "width": 800, "scheme": scheme, "want": ["axe"]} for page, scheme in views]
    )
    assert [answer["axe"] for answer in answers if answer["axe"]] == []


def differences(one: str, other: str) -> dict[tuple[int, str], list[str]]:
    """Where computed styles of two documents differ, over every element and property, by width and scheme."""
    answers = browsed([{"html": one, "against": other, "width": w, "scheme": s} for w, s in VIEWS])
    return {
        view: found["differences"] for view, found in zip(VIEWS, answers, strict=True) if found["differences"]
    }


# What is over its budget depends on its size, which is another with the style sheet in the head.
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [name for name in SUBJECTS if name not in ("sample", "over_budget")])
def test_inlining_changes_no_computed_style(name: str, theme: str) -> None:
    meant, inlined = raw(name, theme).decode(), subject(name, theme).rendered.html.decode()
    assert 10 * meant.count(' style="') < inlined.count(' style="')
    assert differences(meant, inlined) == {}


def test_a_lost_rule_is_a_difference() -> None:
    page = "<!DOCTYPE html><html><body><p style='{}'>x</p></body></html>"
    found = differences(page.format("color:#111111"), page.format("color:#222222"))
    assert all("color: rgb(17, 17, 17) / rgb(34, 34, 34)" in found[view][0] for view in VIEWS)


CONTROL = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title><style>@media (prefers-color-scheme: dark) '
    "{ p { color: #222222; background: #111111 } }</style></head><body>"
    '<p>dim</p><img src="http://a.example/x.png" width="900" height="10"></body></html>'
)


def test_the_browser_catches_the_control() -> None:
    answers = dict(zip(VIEWS, browsed(jobs(CONTROL, "axe", "layout")), strict=True))
    rules = {view: {one["rule"] for one in answer["axe"]} for view, answer in answers.items()}
    assert all({"image-alt", "html-has-lang"} <= found for found in rules.values())
    assert "color-contrast" in rules[800, "dark"] - rules[800, "light"]
    assert all(answer["layout"]["scroll"] > answer["layout"]["width"] for answer in answers.values())
