"""What an edition says for itself: language, sizes, links, look and ad load, in builds and in the plan ahead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digest import config
from tests.newsrooms import DIGEST, Room, newsroom, story


def room_with(tmp_path: Path, **own: str) -> Room:
    """Two editions of one newsroom: ``daily`` as it is, ``late`` with keys of its own."""
    keys = "".join(f", {key}: {value}" for key, value in own.items())
    late = f'  late: {{cadence: daily, cutoff: "06:00", no_repeat: none, from: "a@b.example"{keys}}}\n'
    digest = DIGEST + late + 'links: {utm_source: "{edition}"}\n'
    return newsroom(tmp_path / "room", digest=digest, ads=MANY)


MANY = """\
policy: {max_ads: 4, min_gap: 1, max_ratio: 1/2}
slots:
  in_stream: {position: between_stories, native: true}
line_items:
""" + "".join(
    f"  - {{id: h{n}, type: house, slots: [in_stream], creatives: "
    f'[{{id: c, headline: Ours {n}, url: "https://harbor.example/{n}"}}]}}\n'
    for n in range(5)
)


def both(room: Room) -> tuple[Any, Any]:
    built = room.run("build", "--daily", "--date", "2026-01-23")
    assert built.code == 0, built.err
    return room.manifest("daily"), room.manifest("late")


def test_language_links_and_size(tmp_path: Path) -> None:
    room = room_with(tmp_path, locale="es_ES", links='{utm_campaign: "x-{date}"}', size_budget="15000")
    daily, late = both(room)
    plain, own = (room.files(name)["index.html"].decode() for name in ("daily", "late"))
    assert 'lang="en-US"' in plain
    assert 'lang="es-ES"' in own
    assert "enero" in own
    assert "utm_source=daily" in plain
    assert "utm_campaign=x-2026-01-23" in own
    assert "utm_source" not in own
    assert late["more_online"]
    assert not daily["more_online"]
    assert b"Content-Language: es" in room.files("late")["message.eml"]


def test_stories_of_a_section_and_of_the_issue(tmp_path: Path) -> None:
    room = room_with(tmp_path, top="{local-news: 1}", min="{local-news: 0}")
    daily, late = both(room)
    assert [len(section["stories"]) for section in daily["sections"]] == [3, 3, 2]
    assert [len(section["stories"]) for section in late["sections"]] == [1, 3, 2]
    room = room_with(tmp_path / "more", min_stories="9")
    built = room.run("build", "--edition", "late", "--date", "2026-01-23")
    assert built.code == 3
    assert "at least 9 stories (editions.late.min_stories in digest.yaml)" in built.err


def test_the_look(tmp_path: Path) -> None:
    room = room_with(tmp_path, look='{colors: {accent: "#0a5c36"}, density: compact}')
    both(room)
    plain, own = (room.files(name)["index.html"].decode().lower() for name in ("daily", "late"))
    assert "#0a5c36" in own
    assert "#0a5c36" not in plain
    again = room.run("build", "--daily", "--date", "2026-01-23", "--json").json["issues"]
    assert [issue["status"] for issue in again] == ["unchanged", "unchanged"]


@pytest.mark.parametrize(
    ("key", "value", "ads"), [("max_ads", "1", 1), ("max_ratio", "1/4", 2), ("min_gap", "4", 2)]
)
def test_the_ad_load_is_the_edition_s_and_the_plan_knows_it(
    key: str, value: str, ads: int, tmp_path: Path
) -> None:
    room = room_with(tmp_path, **{key: value})
    daily, late = both(room)
    assert (len(daily["ads"]["placed"]), len(late["ads"]["placed"])) == (4, ads)
    text = (room.root / "adslots.yaml").read_text(encoding="utf-8")
    sold = text.replace("type: house", "advertiser: a{n}, flight: {start: 2026-01-24, end: 2026-01-24}")
    for n in range(5):
        sold = sold.replace("a{n}", f"a{n}", 1)
    room.write("adslots.yaml", sold + "advertisers: {a0: {}, a1: {}, a2: {}, a3: {}, a4: {}}\n")
    plan = room.run("ads", "plan", "--from", "2026-01-24", "--to", "2026-01-24", "--json").json
    planned = {issue["edition"]: len(issue["ads"]) for issue in plan["issues"]}
    room.stories(story(100 + n, published_at=f"2026-01-23T{8 + n:02d}:00:00-05:00") for n in range(12))
    assert room.run("build", "--daily", "--date", "2026-01-24").code == 0
    built = {name: len(room.manifest(name, "2026-01-24")["ads"]["placed"]) for name in ("daily", "late")}
    assert built == planned == {"daily": 4, "late": ads}


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"top": "{lokal-news: 3}"}, '"top.lokal-news" of edition "late" names "lokal-news", which is no section of '
         'this edition. Did you mean "local-news"?'),
        ({"min": "{crime: 3}"}, '"min.crime" of edition "late" does not fit: min is 3, but top is 2.'),
        ({"links": "{utm: x}"}, 'unknown key "utm" in "links".'),
        ({"locale": "English"}, '"locale" of edition "late"'),
        ({"look": "{colour: {}}"}, 'unknown key "colour" in "look" of edition "late".'),
        ({"max_ratio": "2"}, '"max_ratio" of edition "late" must be between 0 and 1'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(own: dict[str, str], said: str, tmp_path: Path) -> None:
    problems = [str(problem) for problem in config.problems(room_with(tmp_path, **own).root)]
    assert any(said in problem for problem in problems), problems
