"""The commands of `digest ads`, in a newsroom with issues built and sent."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest

from digest.place.forecast import highs
from tests.newsrooms import DIGEST, Room, newsroom, renewed, story

ADS = """\
policy: {max_ads: 1, min_gap: 2, max_ratio: 1/3}
slots:
  top_banner: {position: top, native: true}
  in_stream: {position: between_stories, native: true}
advertisers:
  gleammour: {name: "Gleammour <b>& Co</b>", labels: [oral-care]}
  marlin: {name: Marlin}
line_items:
  - id: aquafresh
    advertiser: gleammour
    flight: {start: 2026-01-22, end: 2026-01-25}
    slots: [top_banner]
    pacing: asap
    goal: {issues: 3}
    creatives: [{id: fresh, headline: A fresher morning, url: "https://gleammour.example/"}]
  - id: cruise
    advertiser: marlin
    flight: {start: 2026-01-25, end: 2026-01-26}
    slots: [top_banner]
    pacing: asap
    goal: {issues: 2}
    creatives: [{id: sea, headline: The sea, url: "https://marlin.example/"}]
"""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the 24th of January, noon."""
    import digest.cli.ads

    monkeypatch.setattr(digest.cli.ads, "now", lambda: datetime(2026, 1, 24, 17, tzinfo=UTC))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Two issues, of the 22nd and 23rd; the first is sent."""
    sample = newsroom(tmp_path_factory.mktemp("first") / "room", ads=ADS)
    sample.stories(story(n, published_at=f"2026-01-2{1 + n % 2}T10:{n:02d}:00-05:00") for n in range(16))
    for day in ("2026-01-22", "2026-01-23"):
        result = sample.run("build", "--daily", "--date", day)
        assert result.code == 0, result.err
    assert sample.run("mark-sent", "daily", "2026-01-22", "--delivered", "987").code == 0
    return sample


@pytest.fixture
def room(first: Room) -> Room:
    return renewed(first)


def test_the_plan_fits_around_what_is_built(room: Room) -> None:
    planned = room.run("ads", "plan", "--to", "2026-01-27", "--json").json
    runs = {(issue["date"], ad["line_item"]) for issue in planned["issues"] for ad in issue["ads"]}
    assert runs == {("2026-01-24", "aquafresh"), ("2026-01-25", "cruise"), ("2026-01-26", "cruise")}
    first = planned["line_items"][0]
    assert (first["delivered"], first["planned"], first["short"]) == (2, 1, 0)


FIVE = """
import sys
from contextlib import suppress
from digest.cli import main
for words in (["plan"], ["check"], ["calendar"], ["report"], ["avails", "--slot", "top_banner"]):
    sys.argv = ["digest", "ads", *words, "--json", "--root", sys.argv[-1]]
    with suppress(SystemExit):
        main()
"""


def test_json_is_all_of_standard_output(room: Room) -> None:
    """Of five commands in a process of its own: the solver would greet there."""
    done = subprocess.run(
        [sys.executable, "-c", FIVE, str(room.root)], capture_output=True, text=True, check=True
    )
    objects, rest = 0, done.stdout.strip()
    while rest:
        _, end = json.JSONDecoder().raw_decode(rest)
        objects, rest = objects + 1, rest[end:].strip()
    assert objects == 5


def test_plan_for_people(room: Room) -> None:
    out = room.run("ads", "plan", "--to", "2026-01-27").out
    assert re.search(r"Sat 2026-01-24 +daily +top_banner +aquafresh", out)


def test_the_commands_change_nothing(tmp_path: Path) -> None:
    sample = newsroom(tmp_path / "new", ads=ADS)
    for words in (["plan"], ["check"], ["calendar"], ["report"], ["avails", "--slot", "top_banner"]):
        assert sample.run("ads", *words).code in (0, 2)
    assert not list(sample.root.glob("var/*.db*"))


def test_avails(room: Room) -> None:
    avails = room.run(
        "ads", "avails", "--slot", "top_banner", "--from", "2026-01-23", "--to", "2026-01-27", "--json"
    ).json
    assert [(issue["date"], issue["free"]) for issue in avails["issues"]] == [
        ("2026-01-23", 0),
        ("2026-01-24", 0),
        ("2026-01-25", 0),
        ("2026-01-26", 0),
        ("2026-01-27", 1),
    ]
    assert avails["total"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["avails", "--slot", "top_baner"], 'Did you mean "top_banner"?'),
        (["report", "gleamour"], 'Did you mean "gleammour"?'),
        (["plan", "--from", "2026-02-30"], "is not a date"),
        (["plan", "--from", "2026-02-03", "--to", "2026-02-01"], "lies before"),
        (["plan", "--from", "2026-02-03", "--to", "2066-02-01"], "ten years"),
        (["calendar", "--from", "0001-01-02"], "too far away"),
        (["plan", "--from", "9999-12-30"], "too far away"),
        (["report", "--html", "/nowhere/at/all.html"], "cannot be written"),
    ],
)
def test_wrong_words_are_exit_2(room: Room, words: list[str], says: str) -> None:
    result = room.run("ads", *words)
    assert result.code == 2
    assert says in result.err


def test_no_shortfalls(room: Room) -> None:
    result = room.run("ads", "check", "--json")
    assert result.code == 0
    assert result.json["problems"] == []


def test_overbooking_is_found_before_it_happens(room: Room) -> None:
    room.write("adslots.yaml", ADS.replace("goal: {issues: 3}", "goal: {issues: 4}"))
    for words, code in ((("ads", "check"), 2), (("check",), 0)):
        result = room.run(*words)
        assert result.code == code
        assert "adslots.yaml:21:11: " in result.err
        assert '"cruise" is overbooked: it will be 1 of 2 issues short' in result.err
        assert "aquafresh" in result.err
    (problem,) = room.run("ads", "check", "--json").json["problems"]
    assert (problem["line_item"], problem["short"], problem["rivals"]) == ("cruise", 1, ["aquafresh"])


def test_a_finished_flight_is_a_make_good_and_no_error(room: Room) -> None:
    result = room.run("ads", "check", "--from", "2026-02-01", "--json")
    assert result.code == 0
    assert result.json["make_good"] == [
        {"line_item": "aquafresh", "short": 1, "unit": "issues"},
        {"line_item": "cruise", "short": 2, "unit": "issues"},
    ]


def test_calendar(room: Room) -> None:
    calendar = room.run("ads", "calendar", "--from", "2026-01-21", "--to", "2026-01-25", "--json").json
    assert [(day["date"], day["state"], day["slots"]["top_banner"]) for day in calendar["days"]] == [
        ("2026-01-21", "missed", []),
        ("2026-01-22", "sent", ["aquafresh"]),
        ("2026-01-23", "built", ["aquafresh"]),
        ("2026-01-24", "planned", ["aquafresh"]),
        ("2026-01-25", "planned", ["cruise"]),
    ]
    assert "aquafresh?" in room.run("ads", "calendar").out


def test_the_report_is_the_ledger(room: Room) -> None:
    from digest.config import load
    from digest.store import open_store

    report = room.run("ads", "report", "--json").json
    with open_store(load(room.root).store, load(room.root).publication) as store:
        rows = store.ran_ads()
    shown = [
        (row["line_item"], issue["date"], issue["slot"], issue["sends"], issue["counted"])
        for row in report["line_items"]
        for issue in row["issues"]
    ]
    assert shown == [(run.line_item, str(run.date), run.slot, run.sends, run.delivered) for run in rows]
    assert report["totals"] == {"issues": 2, "sends": 1987}
    booked = report["line_items"][0]
    assert (booked["booked"], booked["delivered"], booked["short"], booked["status"]) == (3, 2, 1, "running")
    assert booked["issues"][0]["neighbours"]


def test_a_span_and_an_advertiser(room: Room) -> None:
    report = room.run("ads", "report", "gleammour", "--from", "2026-01-23", "--json").json
    (booked,) = report["line_items"]
    assert [issue["date"] for issue in booked["issues"]] == ["2026-01-23"]
    assert booked["delivered"] == 2


def test_the_page_stands_alone(room: Room) -> None:
    page = room.root / "report.html"
    assert room.run("ads", "report", "gleammour", "--html", str(page)).code == 0
    text = page.read_text()
    assert not re.search(r"<(script|img|link|iframe)|url\(|@import|href=|src=", text)
    assert "Gleammour &lt;b&gt;&amp; Co&lt;/b&gt;" in text
    assert "<b>& Co" not in text
    assert "Marlin" not in text
    assert 'role="img"' in text
    assert "2 of 3 issues delivered" in text


def test_the_page_does_not_depend_on_the_clock(room: Room) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        room.run("ads", "report", "--to", "2026-01-24", "--html", str(room.root / name))
        pages.append((room.root / name).read_bytes())
    assert pages[0] == pages[1]


def test_rows_for_a_spreadsheet(room: Room) -> None:
    file = room.root / "report.csv"
    room.run("ads", "report", "--csv", str(file))
    rows = list(csv.DictReader(StringIO(file.read_text())))
    assert [(row["line_item"], row["date"], row["sends"], row["sends_are"]) for row in rows] == [
        ("aquafresh", "2026-01-22", "987", "counted"),
        ("aquafresh", "2026-01-23", "1000", "expected"),
        ("cruise", "", "", ""),
    ]


def test_a_deleted_line_item_stays_in_the_report(room: Room) -> None:
    room.write("adslots.yaml", ADS.replace("id: aquafresh", "id: aquafresh-2"))
    rows = {
        row["line_item"]: row for row in room.run("ads", "report", "gleammour", "--json").json["line_items"]
    }
    assert (rows["aquafresh"]["status"], rows["aquafresh"]["delivered"]) == ("deleted", 2)
    assert rows["aquafresh-2"]["delivered"] == 0


def test_an_advertiser_renamed_in_mid_flight_keeps_the_rows(room: Room) -> None:
    room.write("adslots.yaml", ADS.replace("gleammour", "brightmint"))
    (booked,) = room.run("ads", "report", "brightmint", "--json").json["line_items"]
    assert booked["delivered"] == 2
    assert {issue["advertiser"] for issue in booked["issues"]} == {"gleammour"}
    result = room.run("ads", "report", "gleammour")
    assert result.code == 2
    assert "aquafresh (now brightmint)" in result.err


STARVED = ADS.replace("goal: {issues: 3}", "goal: {issues: 1}\n    rate: {per_issue: 900}").replace(
    "{start: 2026-01-25, end: 2026-01-26}", "{start: 2026-01-23, end: 2026-01-23}"
).replace("goal: {issues: 2}", "goal: {issues: 1}").replace("start: 2026-01-22", "start: 2026-01-23")  # fmt: skip
BUILD = ("build", "--daily", "--date", "2026-01-23")


def test_with_a_horizon_the_build_follows_the_plan(tmp_path: Path) -> None:
    placed: list[list[dict[str, str]]] = []
    for policy in ("policy: {", "policy: {horizon: 28d, "):
        sample = newsroom(tmp_path / str(len(placed)), ads=STARVED.replace("policy: {", policy))
        assert sample.run(*BUILD).code == 0
        placed.append(sample.manifest()["ads"]["placed"])
    assert [ad["line_item"] for ads in placed for ad in ads] == ["aquafresh", "cruise"]
    assert "the plan over" not in placed[0][0]["because"]
    assert "the plan over the coming 28 days runs it in this issue" in placed[1][0]["because"]


def test_a_build_with_a_horizon_is_idempotent_and_explains_itself(tmp_path: Path) -> None:
    sample = newsroom(tmp_path / "room", ads=STARVED.replace("policy: {", "policy: {horizon: 28d, "))
    assert sample.run(*BUILD).code == 0
    before = sample.files()
    again = sample.run(*BUILD, "--json").json
    assert again["issues"][0]["status"] == "unchanged"
    assert sample.files() == before
    explained = sample.run("explain", "daily", "2026-01-23", "--line-item", "aquafresh").out
    assert "the plan over the coming 28 days runs it on 2026-01-24" in explained


def test_without_the_solver_a_horizon_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highs, "find_spec", lambda name: None)
    sample = newsroom(tmp_path / "room", ads=STARVED.replace("policy: {", "policy: {horizon: 28d, "))
    result = sample.run(*BUILD)
    assert result.code == 2
    assert "adslots.yaml:1:19: policy.horizon needs the solver HiGHS" in result.err
    assert 'pip install "newsroom-digest[plan]"' in sample.run("ads", "avails", "--slot", "top_banner").err


def test_without_the_solver_the_days_ahead_are_told_one_by_one(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highs, "find_spec", lambda name: None)
    planned = room.run("ads", "plan", "--to", "2026-01-26", "--json")
    assert planned.json["optimal"] is False
    assert "day by day" in planned.err
    assert room.run("ads", "calendar").code == 0
    room.write("adslots.yaml", ADS.replace("goal: {issues: 3}", "goal: {issues: 4}"))
    for words, code in ((("ads", "check"), 2), (("check",), 0)):
        result = room.run(*words)
        assert result.code == code
        assert "is overbooked" in result.err


def test_a_typical_issue_is_what_the_last_ones_were(room: Room) -> None:
    from digest.app.forecast_inputs import lineups
    from digest.config import load
    from digest.place.forecast import sections_of
    from digest.store import open_store

    loaded = load(room.root)
    with open_store(loaded.store, loaded.publication) as store:
        before_any = lineups(loaded, store, date(2026, 1, 22))["daily"]
        after = lineups(loaded, store, date(2026, 1, 24))["daily"]
        ran = store.ran_stories(date(2026, 1, 23), date(2026, 1, 23))
    assert sections_of(before_any) == (("local-news", 3), ("health", 3), ("crime", 2))
    assert len(after) <= 8
    assert {section for section, _ in sections_of(after)} <= {run.section for run in ran}
    assert "weekly" not in DIGEST


def test_a_week_of_one_advertiser_in_one_page(room: Room) -> None:
    words = ("ads", "explain", "marlin", "--from", "2026-01-20", "--to", "2026-01-26")
    (booked,) = room.run(*words, "--json").json["line_items"]
    assert [(issue["date"], issue["ran"], issue["rule"]) for issue in booked["issues"]] == [
        ("2026-01-22", False, "flight"),
        ("2026-01-23", False, "flight"),
    ]
    out = room.run(*words).out
    assert "cruise, 2026-01-20 to 2026-01-26: ran in 0 of 2 issues; stopped by flight 2" in out
    assert "ran in 2 of 2 issues" in room.run("ads", "explain", "gleammour", "--to", "2026-01-26").out
    refused = room.run("ads", "explain", "marlinn")
    assert refused.code == 2
    assert 'Did you mean "marlin"?' in refused.err


FORGOTTEN = (
    ADS.replace("    goal: {issues: 3}\n", "")
    .replace("    goal: {issues: 2}\n", "")
    .replace("id: aquafresh", "id: aquafresh\n    type: sponsorship")
    .replace("{start: 2026-01-25, end: 2026-01-26}", "{start: 2026-01-25, end: 2026-01-25}")
)


def test_a_paid_booking_that_never_runs_is_named_everywhere(room: Room) -> None:
    """A sponsor without a goal is sold every issue, and holds the one day of the other."""
    room.write("adslots.yaml", FORGOTTEN)
    for words, code in (("plan", 0), ("calendar", 0), ("report", 0)):
        result = room.run("ads", words, "--json")
        assert result.code == code
        assert result.json["never_runs"] == [{"line_item": "cruise", "in_its_way": ["aquafresh"]}]
        assert "cruise" in result.err
    result = room.run("ads", "check", "--json")
    assert result.code == 2
    assert [(row["line_item"], row["rivals"]) for row in result.json["problems"]] == [
        ("cruise", ["aquafresh"])
    ]
    warned = room.run("check", "--json")
    assert warned.code == 0
    assert [row["line_item"] for row in warned.json["warnings"]] == ["cruise"]


def test_check_says_what_it_knows_first(room: Room) -> None:
    room.write("adslots.yaml", ADS.replace("goal: {issues: 3}", "goal: {issues: 4}"))
    (room.root / "stories.jsonl").rename(room.root / "elsewhere.jsonl")
    result = room.run("check")
    assert result.code == 2
    assert result.err.index("is not there") < result.err.index("is overbooked")


def test_all_slots_at_once_with_what_an_issue_brings(room: Room) -> None:
    room.write(
        "adslots.yaml", ADS.replace("goal: {issues: 3}", "goal: {issues: 3}\n    rate: {per_issue: 400}")
    )
    words = ("ads", "avails", "--from", "2026-01-24", "--to", "2026-01-27")
    slots = room.run(*words, "--json").json["slots"]
    assert [(slot["slot"], slot["total"]) for slot in slots] == [("top_banner", 1), ("in_stream", 1)]
    assert slots[0]["issues"][-1]["free"] == slots[0]["issues"][-1]["at_most"] == 1
    assert [float(slot["rate"]) for slot in slots] == [400.0, 0.0]
    assert "in all" in room.run(*words).out
