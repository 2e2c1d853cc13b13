"""The commands as people run them, end to end on SQLite: exit codes, words, files, state."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.newsrooms import ADS, DIGEST, Room, newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path / "room")


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder. SQLite's own side files of an open database do not count."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }


def test_a_build_writes_the_four_files_and_says_so(room: Room) -> None:
    result = room.run(*BUILD)
    assert result.code == 0, result.err
    assert list(room.files()) == ["index.html", "index.txt", "manifest.json", "message.eml"]
    assert "built (revision 1)" in result.out
    manifest = room.manifest()
    assert manifest["window"] == {"start": "2026-01-22T11:00:00Z", "end": "2026-01-23T11:00:00Z"}
    assert [ad["line_item"] for ad in manifest["ads"]["placed"]] == ["aquafresh"]
    assert [(no["line_item"], no["rule"]) for no in manifest["ads"]["refused"]] == [("later", "flight")]
    chosen = {story["id"] for section in manifest["sections"] for story in section["stories"]}
    out = {story["id"] for story in manifest["left_out"]}
    assert chosen | out == {f"s{n}" for n in range(12)}
    assert not chosen & out
    assert len(chosen) == 8


def test_the_manifest_tells_the_files_as_they_are(room: Room) -> None:
    from hashlib import sha256

    room.run(*BUILD)
    files = room.files()
    for name, entry in room.manifest()["files"].items():
        assert entry == {"bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()}


def test_a_second_build_changes_nothing_and_says_so(room: Room) -> None:
    room.run(*BUILD)
    before = tree(room.root / "outbox")
    again = room.run(*BUILD)
    assert again.code == 0
    assert "already up to date" in again.out
    assert tree(room.root / "outbox") == before
    assert room.run("issues", "--json").json["issues"][0]["revision"] == 1


def test_a_lost_folder_comes_back_with_the_same_bytes(room: Room) -> None:
    import shutil

    room.run(*BUILD)
    before = room.files()
    shutil.rmtree(room.root / "outbox")
    assert room.run(*BUILD).code == 0
    assert room.files() == before


def test_changed_inputs_make_revision_2(room: Room) -> None:
    room.run(*BUILD)
    room.stories([*(story(n) for n in range(12)), story(40, priority=10, section="Health")])
    assert room.run(*BUILD).code == 0
    manifest = room.manifest()
    assert manifest["revision"] == 2
    assert "s40" in {story["id"] for section in manifest["sections"] for story in section["stories"]}
    issues = room.run("issues", "--json").json["issues"]
    assert [(issue["edition"], issue["date"], issue["revision"]) for issue in issues] == [
        ("daily", "2026-01-23", 2)
    ]


def test_a_sent_issue_is_refused_changed_or_not(room: Room) -> None:
    room.run(*BUILD)
    assert room.run("mark-sent", "daily", "2026-01-23", "--delivered", "990").code == 0
    for extra in ((), ("--rebuild",)):
        refused = room.run(*BUILD, *extra)
        assert refused.code == 5
        assert "was sent" in refused.err
    row = room.run("issues", "--json").json["issues"][0]
    assert row["sent_at"]
    assert row["delivered"] == 990


def test_two_newsrooms_with_one_history_build_the_same_bytes(tmp_path: Path) -> None:
    first, second = newsroom(tmp_path / "one"), newsroom(tmp_path / "elsewhere" / "other")
    for place in (first, second):
        assert place.run("build", "--daily", "--date", "2026-01-22").code in (0, 3)
        assert place.run(*BUILD).code == 0
    assert first.files() == second.files()


def test_a_dry_run_shows_the_issue_and_changes_nothing(room: Room) -> None:
    before = tree(room.root)
    result = room.run(*BUILD, "--dry-run", "--json")
    assert result.code == 0
    assert tree(room.root) == before
    seen = result.json["issues"][0]["manifest"]
    room.run(*BUILD)
    assert seen == room.manifest()
    before = tree(room.root)
    room.stories(story(n) for n in range(20))
    changed = tree(room.root)
    assert room.run(*BUILD, "--dry-run").code == 0
    assert tree(room.root) == changed != before


def test_a_dry_run_knows_what_the_editions_before_will_run(room: Room) -> None:
    rest = "cadence: daily, no_repeat: publication, sections:"
    room.write(
        "digest.yaml", f"{DIGEST}  evening: {{{rest} [health, crime]}}\n  night: {{{rest} [crime, health]}}\n"
    )
    before = tree(room.root)
    rows = room.run(*BUILD, "--dry-run", "--json").json["issues"]
    assert tree(room.root) == before
    room.run(*BUILD)
    built = {row["edition"]: row["manifest"] for row in rows if "manifest" in row}
    assert built == {
        edition.name: json.loads((edition / "2026-01-23" / "manifest.json").read_text())
        for edition in (room.root / "outbox").iterdir()
    }
    assert len(built) > 1


@pytest.mark.parametrize("scope", ["edition", "publication", "none"])
def test_an_event_is_told_by_so_many_issues_of_a_date(room: Room, scope: str) -> None:
    room.write(
        "digest.yaml",
        f"{DIGEST}  evening: {{cadence: daily, no_repeat: {scope}}}\nranking: {{max_per_event_day: 1}}\n",
    )
    room.run("build", "--edition", "daily", "--date", "2026-01-23")
    evening = ("build", "--edition", "evening", "--date", "2026-01-23")
    room.run(*evening)
    counts = {
        name: {s["id"] for section in room.manifest(name)["sections"] for s in section["stories"]}
        for name in ("daily", "evening")
    }
    assert counts["evening"]
    assert counts["daily"].isdisjoint(counts["evening"])
    rules = {row["why"].partition(":")[0] for row in room.manifest("evening")["left_out"]}
    assert ("no_repeat" if scope == "publication" else "max_per_event_day") in rules
    assert room.run(*evening, "--json").json["issues"][0]["status"] == "unchanged"
    assert (
        room.run("build", "--edition", "daily", "--date", "2026-01-23", "--json").json["issues"][0][
            "revision"
        ]
        == 1
    )


def test_an_edition_without_an_issue_that_day_stops_no_other(room: Room) -> None:
    room.write("digest.yaml", f"{DIGEST}  weekly: {{cadence: weekly, weekday: mon}}\n")
    result = room.run("build", "--daily", "--weekly", "--date", "2026-01-23", "--json")
    assert result.code == 0
    assert [(row["edition"], row["status"]) for row in result.json["issues"]] == [
        ("daily", "built"),
        ("weekly", "failed"),
    ]
    assert "weekly comes out on Mondays" in result.err
    assert room.run("build", "--weekly", "--date", "2026-01-23").code == 2


def test_ingest_finds_a_file_as_digest_yaml_names_it(room: Room) -> None:
    assert room.run("ingest", "stories.jsonl", "--json").json["sources"][0]["name"] == "post"


def test_a_thin_day_is_exit_3_and_writes_nothing(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room", count=2)
    result = room.run(*BUILD)
    assert result.code == 3
    assert "nothing to send" in result.err
    assert "at least 3 stories (thin.min_stories in digest.yaml); of 2 candidates 2 may run" in result.err
    empty = room.run("build", "--daily", "--date", "2026-01-10")
    none = "none from 2026-01-09 06:00 up to 2026-01-10 06:00; its newest is of 2026-01-22 09:01."
    assert (empty.code, none in empty.err) == (3, True)
    assert not (room.root / "outbox" / "daily").exists()
    assert room.run("issues", "--json").json == {"issues": []}


def test_a_source_that_is_down_does_not_stop_the_build(room: Room) -> None:
    room.run("ingest")
    (room.root / "stories.jsonl").unlink()
    result = room.run(*BUILD)
    assert result.code == 0
    assert "going on without post" in result.err


def test_a_source_that_is_down_with_nothing_in_the_store_is_exit_4(room: Room) -> None:
    (room.root / "stories.jsonl").unlink()
    assert room.run(*BUILD).code == 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("build",), "say what to build"),
        (("build", "--edition", "dayly"), 'Did you mean "daily"?'),
        (("build", "--weekly"), "no weekly edition"),
        (("build", "--daily", "--date", "2026-13-01"), "is not a date"),
        (("build", "--daily", "--date", "2999-01-01"), "still to come"),
        ((*BUILD, "--pin", "aquafresh"), "LINE_ITEM@SLOT"),
        ((*BUILD, "--pin", "aquafres@in_stream"), 'Did you mean "aquafresh"?'),
        ((*BUILD, "--pause", "nobody"), "no line item"),
        (("issues", "show", "daily", "2026-01-23"), "never built"),
        (("explain", "daily", "2026-01-23"), "never built"),
        (("mark-sent", "daily", "2026-01-23"), "never built"),
        (("stories", "kill", "nobody"), "no story has the id nobody"),
        (("ingest", "nowhere"), "neither a source"),
    ],
)
def test_words_that_ask_for_what_is_not_there_are_exit_2(
    room: Room, words: tuple[str, ...], says: str
) -> None:
    result = room.run(*words)
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err


def test_a_configuration_error_is_one_line_each_all_at_once(room: Room) -> None:
    room.write("digest.yaml", DIGEST.replace("mailer: plain", "mailler: plain"))
    room.write("adslots.yaml", ADS.replace("flight: {start: 2026-01-05", "flight: {start: 2026-01-35"))
    for words in (("check",), BUILD, ("issues",)):
        result = room.run(*words)
        assert result.code == 2
        lines = result.err.splitlines()
        assert any(line.startswith("digest.yaml:4:1: ") and "mailer" in line for line in lines)
        assert any(line.startswith("adslots.yaml:10:") for line in lines)
    problems = room.run("check", "--json").json["problems"]
    assert {problem["file"] for problem in problems} == {"digest.yaml", "adslots.yaml"}


def test_check_is_content_with_a_good_newsroom(room: Room) -> None:
    result = room.run("check")
    assert result.code == 0, result.err
    assert "no problems found" in result.out


def test_what_lies_in_the_way_of_an_issue_is_kept_and_told(room: Room) -> None:
    import shutil

    room.run(*BUILD)
    place = room.root / "outbox" / "daily" / "2026-01-23"
    shutil.rmtree(place)
    place.write_text("notes")
    result = room.run(*BUILD)
    assert (result.code, "changed by hand" in result.err) == (0, True), result.err
    assert (place.parent / ".2026-01-23.changed-by-hand").read_text() == "notes"
    assert len(room.files()) == 4


def test_the_last_day_of_the_calendar_is_one(room: Room) -> None:
    result = room.run("build", "--daily", "--dry-run", "--date", "9999-12-31")
    assert (result.code, "nothing to send" in result.err) == (3, True), result.err


def test_a_killed_story_leaves_the_next_revision(room: Room) -> None:
    room.run(*BUILD)
    first = room.manifest()["sections"][0]["stories"][0]["id"]
    assert room.run("stories", "kill", first, "--note", "wrong name", "--by", "ann").code == 0
    assert room.run(*BUILD).code == 0
    manifest = room.manifest()
    assert manifest["revision"] == 2
    assert next(story["why"] for story in manifest["left_out"] if story["id"] == first).startswith("kill")
    assert room.run("stories", "release", first).code == 0
    room.run(*BUILD)
    assert room.manifest()["sections"][0]["stories"][0]["id"] == first


def test_a_pinned_story_comes_first(room: Room) -> None:
    room.run(*BUILD)
    low = room.manifest()["left_out"][0]["id"]
    assert room.run("stories", "pin", low, "--json").json["marks"][0]["action"] == "pin"
    room.run(*BUILD)
    firsts = [section["stories"][0]["id"] for section in room.manifest()["sections"]]
    assert low in firsts


def test_a_kill_said_twice_builds_nothing_anew_and_both_are_remembered(room: Room) -> None:
    room.run(*BUILD)
    first = room.manifest()["sections"][0]["stories"][0]["id"]
    assert "Nothing was ever decided about this story" in room.run("stories", "history", first).out
    kill = ("stories", "kill", first, "--note", "wrong name", "--by", "ann")
    room.run(*kill)
    room.run(*BUILD)
    room.run(*kill)
    assert "already up to date" in room.run(*BUILD).out
    room.run("stories", "release", first, "--by", "joe", "--note", "it was right")
    decisions = room.run("stories", "history", first, "--json").json["history"]
    assert [(mark["action"], mark["by"], mark["note"]) for mark in decisions] == [
        ("kill", "ann", "wrong name"),
        ("kill", "ann", "wrong name"),
        ("release", "joe", "it was right"),
    ]
    assert "it was right" in room.run("stories", "history", first).out
    assert room.run("stories", "history", "nobody").code == 2


def test_stories_list_shows_every_mark_and_whom_it_concerns(room: Room) -> None:
    assert "Read the sources" in room.run("stories", "list").out
    room.run("ingest")
    story_id = room.run("stories", "list", "--limit", "1", "--json").json["stories"][0]["id"]
    room.run("stories", "kill", story_id, "--edition", "daily", "--date", "2026-01-23")
    room.run("stories", "pin", story_id, "--until", "2026-01-30")
    assert "kill (daily, on 2026-01-23), pin (until 2026-01-30)" in room.run("stories", "list").out
    row = next(row for row in room.run("stories", "list", "--json").json["stories"] if row["id"] == story_id)
    assert row["desk"]["action"] == "kill"
    assert [mark["action"] for mark in row["marks"]] == ["kill", "pin"]
    assert "No story matches" in room.run("stories", "list", "zzzz").out
    assert "2 marks taken back" in room.run("stories", "release", story_id).out
    assert "Nothing to release" in room.run("stories", "release", story_id).out


def test_stories_list_holds_the_fields_of_a_story(room: Room) -> None:
    room.run("ingest")
    rows = room.run("stories", "list", "--limit", "5", "--json").json["stories"]
    assert len(rows) == 5
    assert {
        "id",
        "url",
        "title",
        "summary",
        "sections",
        "source",
        "published_at",
        "popularity",
        "flags",
    } <= set(rows[0])
    listed = room.run("stories", "list", "opens", "q7919", "--json").json["stories"]
    assert [row["id"] for row in listed] == ["s1"]


def test_ingest_counts_new_updated_unchanged_and_rejected(room: Room) -> None:
    first = room.run("ingest", "--json").json["sources"]
    assert first[0] == {
        "name": "post", "new": 12, "updated": 0, "unchanged": 0, "rejected": 0, "reasons": [], "remarks": [],
        "counts": {}, "withdrawn": 0, "folded": 0, "renamed": 0, "unmatched": {}, "error": None,
    }  # fmt: skip
    rows = [json.dumps(story(n)) for n in range(12)]
    rows[3] = json.dumps(story(3, title="Changed"))
    room.write("stories.jsonl", "\n".join([*rows, "{not json", json.dumps({"title": "no url"})]) + "\n")
    again = room.run("ingest", "post", "--json")
    assert again.code == 0
    counts = again.json["sources"][0]
    assert (counts["new"], counts["updated"], counts["unchanged"], counts["rejected"]) == (0, 1, 11, 2)


def test_ingest_takes_a_file(room: Room, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("id,url,title,section\nx1,https://a.example/1,One more,Health\n")
    result = room.run("ingest", str(tmp_path / "more.csv"), "--json")
    assert result.json["sources"][0]["new"] == 1


def test_explain_tells_stories_and_ads(room: Room) -> None:
    room.run(*BUILD)
    text = room.run("explain", "daily", "2026-01-23").out
    for word in ("aquafresh", "later", "flight", "score", "recency"):
        assert word in text
    assert room.run("explain", "daily", "2026-01-23", "--json").json["ads"] == room.manifest()["ads"]
    assert room.run("explain", "daily", "2026-01-23", "--line-item", "aquafresh").code == 0
    out = room.manifest()["left_out"][0]["id"]
    assert "not in" in room.run("explain", "daily", "2026-01-23", "--story", out).out


def test_explain_tells_what_ties_a_story_left_out_to_the_one_that_runs(room: Room) -> None:
    twin = story(1) | {"id": "twin", "url": "https://other.example/1", "source": "other"}
    room.write("stories.jsonl", "\n".join(json.dumps(row) for row in (*map(story, range(12)), twin)))
    room.run(*BUILD)
    runs = [story for section in room.manifest()["sections"] for story in section["stories"]]
    (lead,) = (story for story in runs if story["also"])
    (left,) = lead["also"]
    words = ("explain", "daily", "2026-01-23", "--story")
    explained = room.run(*words, left, "--json").json
    assert (explained["story"], explained["in"], explained["told_by"]) == (left, False, lead["id"])
    assert explained["tie"] == room.run(*words, lead["id"], "--json").json["ties"][left]
    assert explained["tie"] in room.run(*words, left).out


def test_overrides_are_recorded(room: Room) -> None:
    result = room.run(*BUILD, "--pause", "aquafresh")
    assert result.code == 0
    assert room.manifest()["overrides"] == {"pin": [], "pause": ["aquafresh"]}
    assert {(no["line_item"], no["rule"]) for no in room.manifest()["ads"]["refused"]} >= {
        ("aquafresh", "paused")
    }
    assert room.run(*BUILD, "--pin", "later@in_stream").code == 2


def test_a_database_that_is_none_is_exit_4_and_is_left_alone(room: Room) -> None:
    (room.root / "var").mkdir()
    (room.root / "var" / "digest.db").write_bytes(b"half a database, written by nobody" * 100)
    before = tree(room.root)
    result = room.run(*BUILD)
    assert result.code == 4
    assert "Traceback" not in result.err
    assert tree(room.root)["var/digest.db"] == before["var/digest.db"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_outbox_is_exit_4(room: Room) -> None:
    (room.root / "outbox").mkdir(mode=0o500)
    assert room.run(*BUILD).code == 4


def test_an_outbox_that_cannot_be_used_is_exit_4_and_no_issue_is_recorded(room: Room) -> None:
    (room.root / "outbox").write_text("a file where a folder should be")
    assert room.run(*BUILD).code == 4
    assert room.run("issues", "--json").json == {"issues": []}


def test_sqlite_is_in_wal_mode(room: Room) -> None:
    room.run(*BUILD)
    with sqlite3.connect(room.root / "var" / "digest.db") as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("stories", "list", "--limit", "0"), "Invalid value for '--limit'"),
        (("stories", "list", "--limit", "few"), "Invalid value for '--limit'"),
        (("mark-sent", "daily", "2026-01-23", "--delivered", "-1"), "Invalid value for '--delivered'"),
    ],
)
def test_words_that_are_no_value(room: Room, words: tuple[str, ...], says: str) -> None:
    result = room.run(*words)
    assert result.code == 2
    assert says in " ".join(result.err.split())


def test_check_names_a_locale_whose_dates_cannot_be_written(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    room.write("digest.yaml", DIGEST.replace("locale: en_US", "locale: ja_JP"))
    monkeypatch.setitem(sys.modules, "babel", None)
    monkeypatch.setitem(sys.modules, "babel.dates", None)
    result = room.run("check")
    assert result.code == 2
    assert "digest.yaml:1:101: publication.locale" in result.err
    assert "newsroom-digest[locale]" in result.err


def test_a_booking_that_cannot_do_what_it_promises_stops_check_and_no_build(room: Room) -> None:
    wide = 'creatives: [{id: w, image: "https://g.example/a.png", size: 1x1, url: "https://g.example/"}]'
    extra = "advertiser: gleammour, flight: {start: 2026-01-20, end: 2026-01-24}, slots: [in_stream]"
    room.write(
        "adslots.yaml",
        f"{ADS}  - {{id: misfit, {extra}, {wide}}}\n"
        f"  - {{id: greedy, {extra}, goal: {{issues: 40}}, "
        'creatives: [{id: g, headline: G, url: "https://g.example/"}]}\n',
    )
    assert room.run(*BUILD).code == 0
    refused = {no["line_item"]: no["rule"] for no in room.manifest()["ads"]["refused"]}
    assert refused["misfit"] == "creative"
    checked = room.run("check")
    assert checked.code == 2
    assert "fits none of the slots" in checked.err
    assert "the flight meets only 5 issues" in checked.err


def test_a_feed_that_is_broken_is_named_and_the_build_goes_on(room: Room) -> None:
    item = (
        "<item><title>Pelicans return to the marina</title><link>https://harbor.example/p</link>"
        "<category>Health</category><pubDate>Thu, 22 Jan 2026 20:00:00 GMT</pubDate></item>"
    )
    room.write("feed.xml", f'<?xml version="1.0"?><rss version="2.0"><channel>{item}<item><title>Half')
    room.write(
        "digest.yaml",
        DIGEST.replace("sources:\n", "sources:\n  - {name: web, type: rss, url: feed.xml}\n"),
    )
    result = room.run(*BUILD)
    assert result.code == 0
    assert "digest: web: the feed is broken at line 1" in result.err
    assert "feed.xml item 2: the feed breaks off in it" in result.err
    assert len(room.run("stories", "list", "pelicans", "--json").json["stories"]) == 1


def test_ingest_names_a_source_that_is_down_once(room: Room) -> None:
    (room.root / "stories.jsonl").unlink()
    result = room.run("ingest")
    assert result.code == 4
    assert result.err.count("post:") == 1


@pytest.mark.parametrize("ads", ["slots: {}\n", "policy: {max_ads: 0}\n", ""])
def test_a_newsroom_that_sells_nothing_builds(room: Room, ads: str) -> None:
    room.write("adslots.yaml", ads)
    result = room.run(*BUILD)
    assert result.code == 0, result.err
    assert room.manifest()["ads"]["placed"] == []


@pytest.mark.parametrize("words", [("check",), ("build", "--daily", "--date", "2026-01-23")])
@pytest.mark.parametrize(
    ("value", "instead", "message"),
    [
        ("locale: en_US", "locale: xx_YY", "digest.yaml:1:101: publication.locale: dates in 'xx_YY'"),
        (
            "mailer: plain",
            "look: {theme: livly}",
            'digest.yaml:4:15: there is no theme `livly`. Did you mean "lively"?',
        ),
    ],
)
def test_what_rendering_cannot_use_has_its_place(
    room: Room, words: tuple[str, ...], value: str, instead: str, message: str
) -> None:
    room.write("digest.yaml", DIGEST.replace(value, instead))
    result = room.run(*words)
    assert (result.code, message in result.err) == (2, True), result.err


def test_explain_tells_every_story_left_out_once(room: Room) -> None:
    room.run(*BUILD)
    left = room.manifest()["left_out"]
    every = room.run("explain", "daily", "2026-01-23", "--all").out
    assert [every.count(f"[{story['id']}]") for story in left] == [1] * len(left)
    assert len(left) > 0


def test_a_booking_that_a_pin_keeps_out_is_told_which(room: Room) -> None:
    rival = "advertiser: gleammour, type: sponsorship, flight: {start: 2026-01-05, end: 2026-02-27}"
    room.write(
        "adslots.yaml",
        f"{ADS.replace('max_ads: 2', 'max_ads: 1')}  - {{id: rival, {rival}, slots: [in_stream], "
        'creatives: [{id: r, headline: R, url: "https://g.example/"}]}\n',
    )
    assert room.run(*BUILD, "--pin", "aquafresh@in_stream").code == 0
    refused = {no["line_item"]: no for no in room.manifest()["ads"]["refused"]}
    assert refused["rival"]["rule"] == "outranked"
    assert refused["rival"]["reason"].startswith("without aquafresh it would fit (in_stream at gap ")
    assert refused["rival"]["reason"].endswith("but aquafresh is pinned by hand")
    explained = room.run("explain", "daily", "2026-01-23", "--line-item", "rival", "--json").json
    assert (explained["in_the_way"], explained["would_lose"], explained["level"]) == (
        ["aquafresh"],
        ["aquafresh"],
        None,
    )


def test_a_pinned_booking_that_comes_first_anyway_names_its_level(room: Room) -> None:
    """The pin makes no difference here: the plan is better with what is pinned, and says on which level."""
    rival = "advertiser: gleammour, type: bulk, flight: {start: 2026-01-05, end: 2026-02-27}"
    room.write(
        "adslots.yaml",
        f"{ADS.replace('max_ads: 2', 'max_ads: 1')}  - {{id: rival, {rival}, slots: [in_stream], "
        'creatives: [{id: r, headline: R, url: "https://g.example/"}]}\n',
    )
    assert room.run(*BUILD, "--pin", "aquafresh@in_stream").code == 0
    explained = room.run("explain", "daily", "2026-01-23", "--line-item", "rival", "--json").json
    assert (explained["would_lose"], explained["level"]) == (["aquafresh"], "standard")
