"""Several issues of an edition on demand on one date: each is an issue of its own, wherever issues are named."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cli import commands
from digest.model.issue_date import NumberedDate, day_of, issue_date, number_of, numbered
from digest.publish import Outbox
from digest.store import open_store
from tests.newsrooms import ADS, DIGEST, PUBLICATION, Room, newsroom, story

ALERT = (
    '  alert: {cadence: on_demand, min_stories: 1, late: 0h, from: "News <a@b.example>", expected_sends: 400, '
    'sections: [local-news]}\nthin: {widen: 0h}\nlinks: {utm_campaign: "{edition}-{date}"}\n'
)
SECOND = "2026-01-23.2"
Clock = Callable[[str], datetime]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set every command's clock to a time of UTC."""
    commands()  # a module that is imported later would keep this clock for the tests that follow

    def at(text: str) -> datetime:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        for name, module in list(sys.modules.items()):
            if name.startswith("digest.cli") and hasattr(module, "now"):
                monkeypatch.setattr(module, "now", lambda: moment)
        return moment

    return at


HEADLINES = (
    "Ferry drifts onto the sandbank", "Bakers strike over flour", "Goats escape from the fair", "Chess club wins a cup",
    "Tunnel fire closes the ring road", "Poet laureate resigns", "Frost kills blossom", "Dentist opens at night",
    "Museum buys a whale skeleton", "Lottery winner found in Ybor", "Rowers cross the strait", "Satellite falls",
)  # fmt: skip


def local(number: int, at: str) -> dict[str, Any]:
    words = {"title": HEADLINES[number // 3], "summary": ""}
    return story(number, section="Local News", published_at=f"{at}+00:00", **words)


def desk(folder: Path, *, digest: str = DIGEST + ALERT, ads: str = ADS, more: int = 0) -> Room:
    """A newsroom with four local stories before ten o'clock (UTC), four before two, and ``more`` after."""
    room = newsroom(folder, digest=digest, ads=ads)
    hours = [8, 8, 9, 9, 12, 12, 13, 13, *range(15, 15 + more)]
    room.stories(local(3 * n, f"2026-01-23T{hour:02d}:{n:02d}:00") for n, hour in enumerate(hours))
    return room


def built(room: Room, *words: str) -> dict[str, Any]:
    issue: dict[str, Any] = room.run("build", "--edition", "alert", *words, "--json").json["issues"][0]
    return issue


def ids(room: Room, day: str) -> list[str]:
    parts = room.manifest("alert", day)["sections"]
    return [story["id"] for part in parts for story in part["stories"]]


days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
keys = st.builds(numbered, days, st.integers(1, 12))


@given(keys, keys)
def test_the_key_of_an_issue_is_read_written_and_ordered_as_one(first: date, second: date) -> None:
    assert issue_date(str(first)) == first == pickle.loads(pickle.dumps(first)) == deepcopy(first)
    assert f"{first}" == first.isoformat()
    assert (first < second) == ((day_of(first), number_of(first)) < (day_of(second), number_of(second)))
    assert (first == second) == (str(first) == str(second))
    assert (hash(first) == hash(second)) or first != second
    assert first + timedelta(days=1) == day_of(first) + timedelta(days=1)
    assert (first - second) == day_of(first) - day_of(second)


def test_specials_sort_by_number_and_not_by_letter() -> None:
    written = ["2026-01-24", "2026-01-23.10", "2026-01-23", "2026-01-23.2"]
    assert [str(day) for day in sorted(map(issue_date, written))] == [
        "2026-01-23", "2026-01-23.2", "2026-01-23.10", "2026-01-24",
    ]  # fmt: skip
    assert date(2026, 1, 23) < NumberedDate(2026, 1, 23, 2) < date(2026, 1, 24)


@pytest.mark.parametrize(
    "text", ["2026-01-23.1", "2026-01-23.02", "2026-01-23.", "2026-01-23.x", "2026-01-23.2.2", "x"]
)
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r".*"):
        issue_date(text)
    result = newsroom(tmp_path, digest=DIGEST + ALERT).run("explain", "alert", text)
    assert result.code == 2
    assert "The second special of a day is 2026-01-23.2." in result.err


def test_the_next_special_comes_once_the_last_one_is_sent(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path, more=2)
    clock("2026-01-23T10:00")
    assert built(room)["date"] == "2026-01-23"
    clock("2026-01-23T14:00")
    again = room.run("build", "--edition", "alert")
    assert "already up to date" in again.out
    assert "--date 2026-01-23.2" in again.out, "how to have the next one is told"
    room.run("stories", "edit", "s0", "--title", "Put better")
    assert built(room)["revision"] == 2, "an unsent special is revised"
    assert room.run("mark-sent", "alert", "2026-01-23").code == 0
    second = built(room)
    assert (second["date"], second["revision"], second["status"]) == (SECOND, 1, "built")
    first, then = (room.manifest("alert", day) for day in ("2026-01-23", SECOND))
    assert first["window"]["end"] == then["window"]["start"] == "2026-01-23T10:00:00Z"
    assert then["date"] == SECOND
    assert set(ids(room, "2026-01-23")).isdisjoint(ids(room, SECOND))
    assert len(ids(room, SECOND)) == 3
    assert "utm_campaign=alert-2026-01-23.2" in room.files("alert", SECOND)["index.html"].decode()
    assert first["files"] != then["files"]
    heads = [
        room.files("alert", day)["message.eml"].split(b"Message-ID: ")[1][:60]
        for day in ("2026-01-23", SECOND)
    ]
    assert heads[0] != heads[1]


def test_the_first_one_is_never_touched_by_the_second(tmp_path: Path, clock: Clock) -> None:
    """Named by its date it is the first: sent, it is refused; the second is built again by its own name."""
    room = desk(tmp_path)
    clock("2026-01-23T10:00")
    built(room)
    room.run("mark-sent", "alert", "2026-01-23")
    before = room.files("alert", "2026-01-23")
    clock("2026-01-23T14:00")
    built(room)
    refused = room.run("build", "--edition", "alert", "--date", "2026-01-23")
    assert refused.code == 5
    assert "Without --date the next special is built." in refused.err
    room.run("stories", "edit", "s12", "--title", "Put better")
    assert built(room, "--date", SECOND)["revision"] == 2
    assert room.files("alert", "2026-01-23") == before


def test_a_number_leaves_none_out_and_planned_editions_have_none(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path)
    clock("2026-01-23T10:00")
    early = room.run("build", "--edition", "alert", "--date", "2026-01-23.3")
    assert early.code == 2
    assert "alert has no issue of 2026-01-23 so far. The next is 2026-01-23." in early.err
    built(room)
    assert room.run("build", "--edition", "alert", "--date", "2026-01-23.3").code == 2
    assert built(room, "--date", SECOND)["status"] == "skipped", "nothing is new, so there is nothing to send"
    daily = room.run("build", "--daily", "--date", SECOND)
    assert daily.code == 2
    assert "daily has one issue a date" in daily.err


def test_a_special_at_once_although_the_last_is_not_sent(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path)
    clock("2026-01-23T10:00")
    built(room)
    clock("2026-01-23T14:00")
    assert built(room, "--date", SECOND)["status"] == "built"
    assert built(room)["date"] == SECOND, "the last one is the one that is worked on"


HANDED = DIGEST.replace("mailer: plain", "mailer: {type: folder, path: handed}") + ALERT


def test_handed_over_is_out_of_the_house(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path, digest=HANDED, more=1)
    clock("2026-01-23T10:00")
    for at, day in (("10:00", "2026-01-23"), ("14:00", SECOND), ("16:00", "2026-01-23.3")):
        clock(f"2026-01-23T{at}")
        issue = built(room, "--handover")
        assert (issue["date"], issue["handover"]["did"]) == (day, "created")
    assert sorted(path.name for path in (room.root / "handed" / "alert").iterdir()) == [
        "2026-01-23", SECOND, "2026-01-23.3",
    ]  # fmt: skip
    clock("2026-01-23T17:00")
    nothing = room.run("build", "--edition", "alert")
    assert nothing.code == 3
    assert "alert of 2026-01-23.3 has left the house" in nothing.err


def two(room: Room, clock: Clock) -> None:
    """The first special sent, the second built."""
    clock("2026-01-23T10:00")
    built(room)
    room.run("mark-sent", "alert", "2026-01-23", "--delivered", "390")
    clock("2026-01-23T14:00")
    built(room)


def test_every_command_names_the_second_special(tmp_path: Path, clock: Clock) -> None:
    digest = (DIGEST + ALERT).replace("min_stories: 1,", "min_stories: 1, approval: required,")
    room = desk(tmp_path, digest=digest)
    two(room, clock)
    listed = room.run("issues", "--json").json["issues"]
    assert [(issue["date"], bool(issue["sent_at"])) for issue in listed] == [
        ("2026-01-23", True),
        (SECOND, False),
    ]
    shown = room.run("issues", "show", "alert", SECOND, "--json").json
    assert shown["manifest"]["date"] == SECOND
    assert [event["action"] for event in shown["history"]] == ["built"]
    assert SECOND in room.run("explain", "alert", SECOND).out
    assert room.run("explain", "alert", SECOND, "--story", "s12", "--json").code == 0
    assert room.run("explain", "alert", SECOND, "--line-item", "aquafresh", "--json").code == 0
    second = room.run("stories", "list", "--edition", "alert", "--date", SECOND, "--json").json
    assert [story["id"] for story in second["stories"]] == ids(room, SECOND)
    first = room.run("stories", "list", "--edition", "alert", "--date", "2026-01-23", "--json").json
    assert (first["sent"], [story["id"] for story in first["stories"]]) == (True, ids(room, "2026-01-23"))
    assert room.run("stories", "list", "--edition", "alert", "--json").json["date"] == SECOND
    assert room.run("note", "alert", "--subject", "Second", "--json").json["note"]["date"] == SECOND
    assert built(room)["subject"] == "Second"
    assert room.manifest("alert", "2026-01-23")["subject"] != "Second"
    assert room.run("note", "alert", "2026-01-23", "--subject", "Late").code == 5
    approval = room.run("approve", "alert", SECOND, "--revision", "2", "--json").json
    assert (approval["date"], approval["revision"]) == (SECOND, 2)
    status = {row["edition"]: row for row in room.run("status", "--json").json["editions"]}["alert"]
    assert (status["date"], status["approved"], status["sent"], status["missing"]) == (
        SECOND,
        True,
        False,
        False,
    )
    room.write("clicks.csv", "sent,delivered,opens\n400,396,100\n")
    read = room.run("receipts", "alert", SECOND, "--file", str(room.root / "clicks.csv"), "--json").json
    assert (read["issues"][0]["date"], read["issues"][0]["delivered"]) == (SECOND, 396)
    assert (room.root / "outbox" / "alert" / SECOND / "sent.json").is_file()
    assert room.run("mark-sent", "alert", "2026-01-23", "--undo").code == 2, (
        "the second was built on the first"
    )
    assert room.run("mark-sent", "alert", SECOND, "--undo", "--json").json["sent_at"] is None
    assert not (room.root / "outbox" / "alert" / SECOND / "sent.json").exists()
    room.run("mark-sent", "alert", SECOND)
    corrected = room.run("issues", "correction", "alert", SECOND, "--text", "It is Friday.", "--json").json
    assert corrected["next"] == "2026-01-23.3"
    assert SECOND in corrected["note"]


def test_what_is_lost_comes_back_by_number(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path, more=1)
    two(room, clock)
    room.run("mark-sent", "alert", SECOND)
    before = {day: room.files("alert", day) for day in ("2026-01-23", SECOND)}
    for name in (SECOND, "2026-01-23"):
        (room.root / "outbox" / "alert" / name).rename(room.root / "outbox" / name)
        assert room.run("issues", "restore", "alert", name).code == 0
    assert {day: room.files("alert", day) for day in before} == before
    rmtree(room.root / "var")
    recovered = room.run("recover", "--json").json["issues"]
    assert [(issue["date"], issue["status"], issue["sent"]) for issue in recovered] == [
        ("2026-01-23", "sent", True), (SECOND, "sent", True),
    ]  # fmt: skip
    clock("2026-01-23T16:00")
    assert built(room)["date"] == "2026-01-23.3"


def test_a_receipt_in_the_outbox_takes_its_number_whatever_the_store_knows(
    tmp_path: Path, clock: Clock
) -> None:
    room = desk(tmp_path, more=1)
    two(room, clock)
    room.run("mark-sent", "alert", SECOND)
    (room.root / "outbox" / "alert" / SECOND / "sent.json").write_text("scribble")
    rmtree(room.root / "var")
    clock("2026-01-23T16:00")
    before = room.files("alert", SECOND)
    assert built(room)["date"] == "2026-01-23.3"
    assert room.files("alert", SECOND) == before


class Killed(BaseException):
    """As if the machine stopped."""


@pytest.mark.parametrize("step", ["_record", "publish"])
def test_a_number_is_given_once_whenever_the_machine_stops(
    step: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import digest.app.pipeline

    room = desk(tmp_path, more=1)
    clock("2026-01-23T10:00")
    built(room)
    room.run("mark-sent", "alert", "2026-01-23")
    clock("2026-01-23T14:00")

    def stop(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as stopping:
        stopping.setattr(digest.app.pipeline if step == "_record" else Outbox, step, stop)
        with pytest.raises(Killed):
            room.run("build", "--edition", "alert")
    clock("2026-01-23T16:00")
    issue = built(room)
    assert (issue["date"], issue["status"]) == (SECOND, "built" if step == "_record" else "unchanged")
    assert room.manifest("alert", SECOND)["window"]["end"] == (
        "2026-01-23T16:00:00Z" if step == "_record" else "2026-01-23T14:00:00Z"
    )
    assert [issue["date"] for issue in room.run("issues", "--json").json["issues"]] == ["2026-01-23", SECOND]
    assert sorted(path.name for path in (room.root / "outbox" / "alert").iterdir()) == ["2026-01-23", SECOND]


BOOKED = """\
policy: {{max_ads: 2, min_gap: 0, max_ratio: 1}}
slots: {{in_stream: {{position: between_stories, native: true}}}}
advertisers: {{a: {{}}}}
line_items:
  - {{id: one, advertiser: a, flight: {{start: 2026-01-20, end: 2026-01-30}}, slots: [in_stream], {keys},
     creatives: [{{id: c, headline: H, url: "https://a.example"}}, {{id: d, headline: I, url: "https://a.example"}}]}}
"""


def booked(folder: Path, keys: str, digest: str = DIGEST + ALERT) -> Room:
    return desk(folder, digest=digest, ads=BOOKED.format(keys=keys), more=4)


def ads(room: Room, edition: str, day: str) -> list[str]:
    return [ad["creative"] for ad in room.manifest(edition, day)["ads"]["placed"]]


@pytest.mark.parametrize(
    "keys", ["goal: {issues: 2}, pacing: asap", "frequency_cap: {max_issues: 2, per_days: 1}"]
)
def test_caps_goals_and_rotation_count_every_special(keys: str, tmp_path: Path, clock: Clock) -> None:
    room = booked(tmp_path, keys)
    for at, day in (("10:00", "2026-01-23"), ("14:00", SECOND), ("19:00", "2026-01-23.3")):
        clock(f"2026-01-23T{at}")
        assert built(room)["date"] == day
        room.run("mark-sent", "alert", day)
    assert [ads(room, "alert", day) for day in ("2026-01-23", SECOND, "2026-01-23.3")] == [["c"], ["d"], []]
    refused = room.manifest("alert", "2026-01-23.3")["ads"]["refused"][0]
    assert refused["rule"] in ("goal", "frequency_cap")
    if refused["rule"] == "frequency_cap":
        assert "alert of 2026-01-23, alert of 2026-01-23.2" in refused["reason"]
    report = room.run("ads", "report", "--from", "2026-01-23", "--to", "2026-01-23", "--json").json
    assert report["line_items"][0]["delivered"] == 2
    assert [issue["date"] for issue in report["line_items"][0]["issues"]] == ["2026-01-23", SECOND]
    explained = room.run("ads", "explain", "a", "--from", "2026-01-23", "--to", "2026-01-23", "--json").json
    assert [issue["date"] for issue in explained["line_items"][0]["issues"]] == [
        "2026-01-23",
        SECOND,
        "2026-01-23.3",
    ]
    calendar = room.run("ads", "calendar", "--from", "2026-01-23", "--to", "2026-01-23", "--json").json[
        "days"
    ]
    shown = {issue["date"]: issue["slots"]["in_stream"] for issue in calendar if issue["edition"] == "alert"}
    assert shown == {"2026-01-23": ["one"], SECOND: ["one"], "2026-01-23.3": []}


def test_issues_of_a_date_count_in_the_order_of_their_cutoffs(tmp_path: Path, clock: Clock) -> None:
    """A special before six in the evening counts for the PM issue of its day, a later one does not."""
    pm = '  pm: {cadence: daily, cutoff: "12:00", from: "a@b.example", no_repeat: none, expected_sends: 9}\n'
    room = booked(tmp_path, "frequency_cap: {max_issues: 1, per_days: 1}", DIGEST + pm + ALERT)
    clock("2026-01-23T16:00")  # eleven in the morning in New York
    built(room)
    clock("2026-01-23T17:30")
    assert room.run("build", "--edition", "pm", "--date", "2026-01-23").code == 0
    assert (ads(room, "alert", "2026-01-23"), ads(room, "pm", "2026-01-23")) == (["c"], [])
    other = booked(tmp_path / "other", "frequency_cap: {max_issues: 1, per_days: 1}", DIGEST + pm + ALERT)
    clock("2026-01-23T18:30")
    built(other)
    assert other.run("build", "--edition", "pm", "--date", "2026-01-23").code == 0
    assert (ads(other, "alert", "2026-01-23"), ads(other, "pm", "2026-01-23")) == (["c"], ["c"])


def test_an_older_special_built_again_does_not_see_the_newer_ones(tmp_path: Path, clock: Clock) -> None:
    room = booked(tmp_path, "frequency_cap: {max_issues: 1, per_days: 1}")
    clock("2026-01-23T10:00")
    built(room)
    clock("2026-01-23T14:00")
    built(room, "--date", SECOND)
    before = room.files("alert", "2026-01-23")
    assert built(room, "--date", "2026-01-23")["status"] == "unchanged"
    assert room.files("alert", "2026-01-23") == before
    assert (ads(room, "alert", "2026-01-23"), ads(room, "alert", SECOND)) == (["c"], [])


def test_two_specials_in_the_hour_that_comes_twice(tmp_path: Path, clock: Clock) -> None:
    """On 1 November the clocks show half past one twice; the second window begins where the first one ended."""
    room = desk(tmp_path)
    room.stories(local(3 * n, f"2026-11-01T0{5 if n % 2 else 6}:{n:02d}:00") for n in range(8))
    windows = []
    for at, day in (("05:50", "2026-11-01"), ("06:20", "2026-11-01.2")):
        clock(f"2026-11-01T{at}")
        assert built(room)["date"] == day
        room.run("mark-sent", "alert", day)
        windows.append(room.manifest("alert", day)["window"])
    assert windows[0]["end"] == windows[1]["start"] == "2026-11-01T05:50:00Z"
    assert windows[1]["end"] == "2026-11-01T06:20:00Z"


def test_pins_and_holds_for_a_day_and_for_one_special(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path)
    two(room, clock)
    pinned = room.run("stories", "pin", "s21", "--edition", "alert", "--date", SECOND, "--json").json[
        "marks"
    ][0]
    assert (pinned["date"], pinned["problems"]) == (SECOND, [])
    built(room)
    assert ids(room, SECOND)[0] == "s21"
    room.run("stories", "kill", "s21", "--date", "2026-01-23")
    built(room)
    assert "s21" not in ids(room, SECOND), "a day without an edition is the day with all its issues"
    none = room.run("stories", "pin", "s18", "--edition", "daily", "--date", SECOND, "--json").json["marks"][
        0
    ]
    assert "daily has one issue a date" in none["problems"][0]


def test_a_store_keeps_and_counts_specials_of_many_days(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path, more=4)
    for number in range(1, 12):
        clock(f"2026-01-23T{9 + number}:00")
        if (issue := built(room))["status"] == "built":
            room.run("mark-sent", "alert", issue["date"])
    with open_store(f"sqlite:///{room.root}/var/digest.db", PUBLICATION) as store:
        dates = [issue.date for issue in store.issues("alert")]
        assert dates == sorted(dates)
        assert [number_of(day) for day in dates] == list(range(1, len(dates) + 1))
        assert len(dates) >= 5
        last = store.previous("alert", date.max)
        assert last is not None
        assert last.date == dates[-1]
        assert {issue.date for issue in store.issues(day=date(2026, 1, 23))} == set(dates)
        assert len(store.ran_stories(date(2026, 1, 23), date(2026, 1, 23))) == len(
            store.ran_stories(date.min, date.max)
        )
        assert not store.issues(day=date(2026, 1, 22))


def test_a_booking_for_specials_alone_is_not_called_overbooked(tmp_path: Path, clock: Clock) -> None:
    """No plan knows when the next one comes; what is built is listed, and the goal is left out of the plan."""
    room = booked(tmp_path, "goal: {issues: 9}, editions: [alert]")
    two(room, clock)
    span = ("--from", "2026-01-23", "--to", "2026-02-10", "--json")
    plan = room.run("ads", "plan", *span).json
    assert [(issue["edition"], issue["date"], len(issue["ads"])) for issue in plan["issues"] if issue["ads"]] == [
        ("alert", "2026-01-23", 1), ("alert", SECOND, 1),
    ]  # fmt: skip
    (line,) = plan["line_items"]
    assert (line["delivered"], line["short"]) == (2, 0)
    assert "when the next one comes, nobody can say" in line["remark"]
    assert room.run("ads", "check", *span).code == 0


def test_preview_is_what_a_build_of_the_next_special_makes(tmp_path: Path, clock: Clock) -> None:
    from digest.desk import DeskOptions, Proofs

    room = desk(tmp_path)
    clock("2026-01-23T10:00")
    built(room)
    room.run("mark-sent", "alert", "2026-01-23")
    moment = clock("2026-01-23T14:00")
    proofs = Proofs(DeskOptions(root=room.root, outbox=room.root / "outbox", edition="alert"), lambda: moment)
    current = proofs.newsroom()
    edition, day = proofs.which(current, None, None)
    assert str(day) == SECOND
    seen = proofs.proof(current, edition, day)
    built(room)
    assert seen.files["index.html"] == room.files("alert", SECOND)["index.html"]
    assert seen.files["message.eml"] == room.files("alert", SECOND)["message.eml"]


def test_old_specials_are_pruned_with_their_day(tmp_path: Path, clock: Clock) -> None:
    room = desk(tmp_path)
    two(room, clock)
    clock("2026-08-01T10:00")
    gone = room.run("store", "prune", "--before", "2026-01-24", "--json").json
    assert [(issue["edition"], issue["date"]) for issue in gone["folders"]] == [
        ("alert", "2026-01-23"),
        ("alert", SECOND),
    ]
