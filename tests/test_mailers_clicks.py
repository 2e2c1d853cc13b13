"""Clicks at work: creatives that turn by them, goals in them, and a ranking that is not fooled by places."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.app.addresses import LinkOwner, links_of, matched, written
from digest.app.clicks import StoryClicks, click_rates, with_clicks
from digest.model import Creative, Edition, Goal, LineItem, RunAd, Slot
from digest.model.mail import Clicked, IssueReceipt, LinkClicks, Receipt
from digest.place import delivery
from digest.place.rotation import choose
from tests.newsrooms import ADS, DIGEST, newsroom, story

DAY = date(2026, 1, 23)
STREAM = Slot(id="in_stream", position="between_stories", native=True)
BIAS = [1 / (1 + p) for p in range(10)]  # how a place alone draws clicks


def ran(day: date, creative: str, clicks: int | None = None, sends: int = 1000) -> RunAd:
    return RunAd(
        edition="daily", date=day, line_item="x", creative=creative, advertiser=None, tier="standard",
        slot="in_stream", gap=1, sends=sends, delivered=True, clicks=clicks,
    )  # fmt: skip


def item(*names: str) -> LineItem:
    creatives = tuple(Creative(id=name, url="https://a.example/", headline=name) for name in names)
    return LineItem(id="x", rotation="best", creatives=creatives)


def test_the_better_creative_comes_to_run_and_the_others_are_tried() -> None:
    rates = {"good": 0.03, "fair": 0.015, "poor": 0.01}
    rows: tuple[RunAd, ...] = ()
    for number in range(120):
        day = DAY + timedelta(days=number)
        chosen = choose(item(*rates), STREAM, rows, f"daily {day}").id
        rows += (ran(day, chosen, round(1000 * rates[chosen])),)
    shown = Counter(run.creative for run in rows)
    assert set(shown) == set(rates)
    assert shown["good"] > 90


def test_a_draw_is_of_the_issue_and_the_line_item_alone() -> None:
    rows = (ran(DAY, "a", 10), ran(DAY, "b", 12), ran(DAY, "c", None))
    names = [choose(item("a", "b", "c"), STREAM, rows, f"daily {n}").id for n in range(30)]
    assert names == [choose(item("a", "b", "c"), STREAM, rows, f"daily {n}").id for n in range(30)]
    assert len(set(names)) > 1
    shuffled = [choose(item("c", "a", "b"), STREAM, rows[::-1], f"daily {n}").id for n in range(30)]
    assert shuffled == names


def test_a_goal_in_clicks_counts_clicks() -> None:
    booked = replace(item("a"), goal=Goal(unit="clicks", amount=50), pacing="asap")
    edition = Edition(name="daily")
    rows = (ran(DAY, "a", 30), ran(DAY + timedelta(1), "a", None), ran(DAY + timedelta(2), "a", 15))
    assert delivery.delivered(booked, rows, [edition]) == 45
    assert delivery.allowed_by("asap", 50, 3, 5) == 50


def receipt(*clicks: Clicked, kind: str = "unique", opens: int = 400) -> IssueReceipt:
    got = Receipt(delivered=1000, opens=opens, kind=kind)  # type: ignore[arg-type]
    at = datetime(2026, 1, 24, tzinfo=UTC)
    return IssueReceipt(edition="daily", date=DAY, read_at=at, source="x", receipt=got, clicks=clicks)


def clicked(line_item: str, unique: int | None, total: int | None = None) -> Clicked:
    return Clicked(
        edition="daily", date=DAY, url="u", what="ad", unique=unique, total=total, line_item=line_item
    )


@pytest.mark.parametrize(
    ("issue", "clicks", "kind"),
    [
        (receipt(clicked("x", 5, 9), clicked("x", 2), clicked("y", 8)), 7, "unique"),
        (receipt(clicked("x", None, 9), kind="total"), 9, "total"),
        (receipt(clicked("y", 3)), 0, "unique"),
        (receipt(kind="none"), None, ""),
    ],
)
def test_an_ad_gets_the_clicks_of_its_links(issue: IssueReceipt, clicks: int | None, kind: str) -> None:
    (run,) = with_clicks([ran(DAY, "a")], [issue])
    assert (run.clicks, run.clicks_kind, run.opens) == (clicks, kind, 400)
    (other,) = with_clicks([ran(DAY + timedelta(1), "a")], [issue])
    assert (other.clicks, other.opens) == (None, None)


GROUPS = {("news", f"s{number}"): 0.4 + 0.2 * number for number in range(8)}  # what readers truly like


def week(
    chance: random.Random, rank: dict[tuple[str, str], float], issues: int, copies: int = 20_000
) -> list[StoryClicks]:
    """Issues whose stories stand by ``rank``, clicked by preference times place, with the noise of counting."""
    rows = []
    for _ in range(issues):
        stories = [chance.choice(list(GROUPS)) for _ in range(10)]
        stories.sort(key=lambda group: (-rank[group], chance.random()))
        for position, group in enumerate(stories, 1):
            mean = copies * 0.01 * GROUPS[group] * BIAS[position - 1]
            clicks = max(0, round(chance.gauss(mean, math.sqrt(mean))))
            rows.append(StoryClicks(group, position, copies, clicks))
    return rows


def ndcg(order: list[tuple[str, str]]) -> float:
    gains = [GROUPS[group] / math.log2(place + 2) for place, group in enumerate(order)]
    best = [
        GROUPS[group] / math.log2(place + 2)
        for place, group in enumerate(sorted(GROUPS, key=GROUPS.__getitem__, reverse=True))
    ]
    return sum(gains) / sum(best)


@pytest.mark.parametrize("seed", range(5))
def test_learning_from_clicks_finds_what_readers_like_whatever_stood_on_top(seed: int) -> None:
    chance = random.Random(seed)
    upside_down = {group: -liked for group, liked in GROUPS.items()}
    blurred = {group: rank + chance.gauss(0, 0.6) for group, rank in upside_down.items()}
    rows = week(chance, blurred, 60)
    rates = click_rates(rows)
    before = sorted(GROUPS, key=lambda group: -blurred[group])
    raw = Counter[tuple[str, str]]()
    copies = Counter[tuple[str, str]]()
    for row in rows:
        raw[row.group] += row.clicks
        copies[row.group] += row.copies
    naive = sorted(GROUPS, key=lambda group: -raw[group] / copies[group])
    after = sorted(GROUPS, key=lambda group: -rates[group])
    assert ndcg(after) > ndcg(before)
    assert ndcg(after) >= ndcg(naive)
    assert ndcg(after) > 0.99


@pytest.mark.parametrize("seed", range(5))
def test_a_place_alone_never_pays(seed: int) -> None:
    """All sources are liked the same; one always stands on top, and gets many more clicks."""
    chance = random.Random(seed)
    rows = []
    for _ in range(80):
        others = [f"s{number}" for number in range(1, 8)]
        chance.shuffle(others)
        top = ["s0", *others] if chance.random() < 0.9 else [*others, "s0"]
        for position, source in enumerate(top, 1):
            mean = 200 * BIAS[position - 1]
            rows.append(
                StoryClicks(
                    ("news", source), position, 20_000, max(0, round(chance.gauss(mean, math.sqrt(mean))))
                )
            )
    rates = click_rates(rows)
    spread = max(rates.values()) / min(rates.values())
    assert spread < 1.1


def test_few_clicks_say_little() -> None:
    rates = click_rates(
        [
            StoryClicks(("a", "x"), 1, 100, 3),
            StoryClicks(("a", "y"), 2, 100, 0),
            StoryClicks(("a", "y"), 1, 100, 0),
        ]
    )
    assert all(0.8 < rate < 1.2 for rate in rates.values())
    assert click_rates([]) == {}


HTML = """<table data-line-item="x" data-creative="c"><tr><td><a href="https://ad.example/?a=1&amp;b=2">Ad</a>
<br><img src="i"><a href="https://ad.example/more@TrackLink">More</a></td></tr></table>
<a href="https://home.example/">Home</a>
<table data-story="s1"><tr><td><a href="https://n.example/1?utm_source=d">One</a></td></tr></table>
<table data-story="s2"><tr><td><a href="https://ad.example/?a=1&amp;b=2">Two</a></td></tr></table>
<a href="{{ unsubscribe }}">no</a>"""


def test_addresses_belong_to_what_they_stand_in() -> None:
    addresses = written(HTML)
    assert addresses["https://ad.example/more"] == {LinkOwner("x", "c")}
    assert addresses["https://n.example/1?utm_source=d"] == {LinkOwner(story="s1")}
    assert addresses["https://home.example/"] == {LinkOwner()}
    assert set(addresses) == {
        "https://ad.example/?a=1&b=2",
        "https://ad.example/more",
        "https://n.example/1?utm_source=d",
        "https://home.example/",
    }


def test_clicks_are_matched_as_written_and_without_what_tracks() -> None:
    stories = [{"id": "s1", "position": 3, "url": "https://n.example/1"}]
    placed = [{"line_item": "x", "slot": "top"}]
    manifest = json.dumps({"sections": [{"id": "news", "stories": stories}], "ads": {"placed": placed}})
    issue = links_of("daily", DAY, manifest, HTML)
    links = [
        LinkClicks(url="https://n.example/1?utm_source=other", unique=4),
        LinkClicks(url="https://N.example/1", unique=1),
        LinkClicks(url="https://ad.example/more@TrackLink", unique=2),
        LinkClicks(url="https://ad.example/more", unique=3),
        LinkClicks(url="https://ad.example/?a=1&b=2", unique=9),
        LinkClicks(url="https://home.example/", unique=1),
        LinkClicks(url="https://else.example/", unique=1),
    ]
    got = {link.url: link for link in matched(issue, links)}
    assert [link.what for link in got.values()] == ["story", "story", "ad", "shared", "other", "unknown"]
    ad = got["https://ad.example/more"]
    assert (ad.unique, ad.line_item, ad.slot) == (5, "x", "top")
    read = got["https://n.example/1?utm_source=other"]
    assert (read.story, read.section, read.position) == ("s1", "news", 3)


def test_the_signal_is_off_until_it_is_named(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    plain = newsroom(tmp_path / "a")
    assert plain.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert "clicks" not in plain.manifest()["sections"][0]["stories"][0]["signals"]
    digest = DIGEST + "ranking: {weights: {recency: 1, clicks: 5}}\n"
    named = newsroom(tmp_path / "b", digest=digest)
    path = tmp_path / "f.csv"
    for day in range(23, 29):
        named.stories(
            story(
                day * 100 + n,
                source=("post", "wire")[(n + n // 3 + day) % 2],
                published_at=f"2026-01-{day - 1}T12:{n}:00Z",
            )
            for n in range(10, 40)
        )
        assert named.run("build", "--daily", "--date", f"2026-01-{day}").code == 0
        ran_today = [
            story for part in named.manifest(day=f"2026-01-{day}")["sections"] for story in part["stories"]
        ]
        rows = "".join(f"{story['url']},{60 if story['source'] == 'wire' else 5}\n" for story in ran_today)
        for text in (f"url,unique_clicks\n{rows}", "sent,delivered,opens\n1000,1000,500\n"):
            path.write_text(text)
            assert named.run("receipts", "daily", f"2026-01-{day}", "--file", str(path)).code == 0
    signals = {story["source"]: story["signals"]["clicks"] for story in ran_today}
    assert signals["wire"] > 0.5
    assert all(value < 0.5 for source, value in signals.items() if source == "post")


def test_a_booking_in_clicks_is_read_and_no_plan_claims_to_know_it(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    ads = ADS.replace(
        "rate: {per_issue: 450}", "rate: {per_issue: 450}\n    goal: {clicks: 2000}\n    rotation: best"
    )
    room = newsroom(tmp_path, ads=ads)
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert room.run("ads", "check", "--json").code == 0
    bad = newsroom(tmp_path / "bad", ads=ads.replace("{clicks: 2000}", "{clicks: 2000, issues: 3}"))
    assert bad.run("check").code == 2
