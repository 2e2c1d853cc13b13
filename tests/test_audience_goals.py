"""Goals over an audience: what is told of each booking."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb

from digest.audience.history import History
from digest.audience.table import connect
from digest.model.issue_date import numbered
from tests.audiences import DAY, audience_room, built, csv, item, of_reader
from tests.newsrooms import ADS


def test_less_than_planned_is_told_with_the_rule(tmp_path: Path) -> None:
    """Two competitors sold to the same readers: the plan over readers holds both, no issue does."""
    goal = "type: sponsorship, goal: {sends: 80}, pacing: asap, rate: {per_issue: RATE}"
    labels = ADS.replace(
        "labels: [oral-care]}", "labels: [oral-care]}\n  smile: {name: Smile, labels: [oral-care]}"
    )
    items = (
        item("one", goal.replace("RATE", "90"))
        + item("two", goal.replace("RATE", "50"), "smile")
        + item("by-issue", "goal: {issues: 5}, rate: {per_issue: 1}", "bay")
        + item("nobody", f"audience: {{region: [mars]}}, {goal.replace('RATE', '1')}", "mart")
    )
    room = audience_room(tmp_path / "room", items=items, ads=labels)
    path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "", "region": "x"} for n in range(100)))
    row = built(room, "--audience", str(path))
    goals = {one["line_item"]: one for one in row["audience"]["goals"]}
    assert goals["one"] == {"line_item": "one", "unit": "sends", "delivered": 80, "wanted": 80, "planned": 80}
    two = goals["two"]
    assert (two["wanted"], two["planned"]) == (80, 80)
    assert two["delivered"] == 20
    assert "60 readers of one variant: outranked: without one it would fit" in two["why"]
    assert goals["nobody"]["why"] == "no reader may have it today"
    assert goals["nobody"]["delivered"] == goals["nobody"]["planned"] == 0
    assert goals["by-issue"]["why"].startswith("a goal in issues is not shared out over readers")
    said = room.run("build", "--daily", "--date", DAY, "--dry-run", "--audience", str(path)).err
    assert "digest: audience: two has 20 of 80 planned readers: " in said


def test_a_build_without_the_audience_does_not_take_it_away_unasked(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room")
    path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "health"} for n in range(3)))
    built(room, "--audience", str(path))
    before = room.files()
    result = room.run("build", "--daily", "--date", DAY)
    assert result.code == 2
    assert "was built for 3 readers, and this build names none" in result.err
    assert room.files() == before
    assert built(room, "--audience", str(path))["status"] == "unchanged"
    forced = room.run("build", "--daily", "--date", DAY, "--rebuild")
    assert forced.code == 0
    assert "the audience of 3 readers that revision 1 had is gone" in forced.err
    assert not (room.root / "outbox" / "daily" / DAY / "audience").exists()


def test_restoring_says_that_the_packs_are_not_in_the_store_and_makes_them_again(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room")
    path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "health"} for n in range(3)))
    built(room, "--audience", str(path))
    whole = room.files()
    assert room.run("issues", "restore", "daily", DAY, "--json").json["audience_lost"] is False
    shutil.rmtree(room.root / "outbox")
    result = room.run("issues", "restore", "daily", DAY)
    assert "1 variant for 3 readers: not here" in result.err
    assert f"`digest issues restore daily {DAY} --audience FILE` makes them again" in result.err
    assert room.run("mark-sent", "daily", DAY).code == 0
    words = ("issues", "restore", "daily", DAY, "--audience", str(path))
    back = room.run(*words, "--json")
    assert (back.json["status"], back.json["audience_lost"]) == ("completed", False)
    files = room.files()
    del files["sent.json"]
    assert files == whole
    assert room.run(*words, "--json").json["status"] == "there"

    shutil.rmtree(room.root / "outbox" / "daily" / DAY / "audience")
    csv(path, ({"reader_id": f"r{n}", "topics": "crime"} for n in range(4)))
    other = room.run(*words)
    assert other.code == 2
    assert "changed since: the audience, what its readers would get, the text of its stories." in other.err
    assert not (room.root / "outbox" / "daily" / DAY / "audience").exists()


def test_a_story_that_only_variants_have_makes_a_new_revision_when_it_is_edited(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room", digest="links: {}\n")
    text = (room.root / "digest.yaml").read_text().replace("daily: {", "daily: {top: {crime: 1}, ")
    room.write("digest.yaml", text.replace("top: {health: health_top}", "top: {crime: crime_top}"))
    path = csv(room.root / "r.csv", [{"reader_id": "r", "topics": "crime", "crime_top": 3}])
    first = built(room, "--audience", str(path))
    general = room.files()["index.html"]
    shown = of_reader(room, "r")["stories"]
    only = next(story for story in shown if f'data-story="{story}"'.encode() not in general)
    assert room.run("stories", "edit", only, "--title", "Mended, at last").code == 0
    again = built(room, "--audience", str(path))
    assert (first["revision"], again["revision"]) == (1, 2)
    assert b"Mended, at last" in of_reader(room, "r")["html"]
    assert room.files()["index.html"] == general


def test_prune_takes_replaced_revisions_from_the_output(tmp_path: Path) -> None:
    room = audience_room(tmp_path / "room")
    text = (room.root / "digest.yaml").read_text().replace("audience: {", "audience: {output: out, ")
    room.write("digest.yaml", text)
    for count in (3, 4):
        path = csv(room.root / "r.csv", ({"reader_id": f"r{n}", "topics": "health"} for n in range(count)))
        built(room, "--audience", str(path))
    place = room.root / "out" / "daily" / DAY
    assert sorted(one.name for one in place.iterdir()) == ["1", "2"]
    words = ("store", "prune", "--before", "2025-01-01", "--json")
    assert room.run(*words, "--dry-run").json["audiences"] == [f"daily/{DAY}/1"]
    assert sorted(one.name for one in place.iterdir()) == ["1", "2"]
    assert room.run(*words).json["audiences"] == [f"daily/{DAY}/1"]
    assert [one.name for one in place.iterdir()] == ["2"]


def test_the_history_of_a_special_knows_the_earlier_ones_of_its_day(tmp_path: Path) -> None:
    sent = {
        "first": ("special", "2026-01-23", 1, "s1"),
        "second": ("special", "2026-01-23", 2, "s2"),
        "morning": ("daily", "2026-01-23", 1, "s3"),
        "before": ("special", "2026-01-22", 1, "s4"),
    }
    for name, (edition, day, number, story) in sent.items():
        place = tmp_path / name
        place.mkdir()
        row = f"'v' AS variant, '{edition}' AS edition, DATE '{day}' AS date, {number} AS number"
        rest = f"['{story}'] AS stories, [{{line_item: 'a'}}] AS ads"
        duckdb.sql(f"COPY (SELECT {row}, {rest}) TO '{place}/variants.parquet'")
        duckdb.sql(f"COPY (SELECT 'anna' AS reader_id, 'v' AS variant) TO '{place}/recipients.parquet'")

    def had(number: int) -> str:
        db = connect(tmp_path / "work")
        day = numbered(date(2026, 1, 23), number)
        history = History(tuple(sent), tmp_path, "special", day, (), lambda ids: {one: [one] for one in ids})
        ((reader, stories, _),) = db.execute(history.relation(db)).fetchall()
        db.close()
        assert reader == "anna"
        return str(stories).replace("\x1f", " ")

    assert [had(number) for number in (1, 2, 3)] == ["s4", "s1 s4", "s1 s2 s4"]
