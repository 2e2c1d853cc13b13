"""Editors' words: what readers see of a story, above an issue, and somebody's yes to it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Story, StoryEdit, as_sourced, with_edits
from digest.select.lineup import at_positions
from tests.newsrooms import Room, newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")
AT = datetime(2026, 1, 23, 12, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    for command in ("build", "note", "stories_list", "stories_decisions", "issues"):
        monkeypatch.setattr(f"digest.cli.{command}.now", lambda: AT)
    room = newsroom(tmp_path)
    assert room.run(*BUILD).code == 0
    return room


def lineup(room: Room) -> list[dict[str, Any]]:
    return [story for section in room.manifest()["sections"] for story in section["stories"]]


def test_an_edit_reaches_both_parts_and_the_manifest_keeps_the_sources_words(room: Room) -> None:
    first = lineup(room)[0]
    assert (
        room.run("stories", "edit", first["id"], "--title", "A calmer headline", "--note", "short").code == 0
    )
    assert room.run(*BUILD).code == 0
    assert room.manifest()["revision"] == 2
    edited = next(story for story in lineup(room) if story["id"] == first["id"])
    assert edited["title"] == "A calmer headline"
    assert edited["edited"] == {"title": first["title"]}
    for part in ("index.html", "index.txt"):
        assert b"A calmer headline" in room.files()[part]
    history = room.run("stories", "history", first["id"], "--json").json["history"]
    assert [(row["action"], row["title"], row["note"]) for row in history] == [
        ("edit", "A calmer headline", "short")
    ]
    assert all(row["by"] and row["at"] for row in history)


def test_the_sources_later_update_does_not_undo_it(room: Room) -> None:
    first = lineup(room)[0]
    room.run("stories", "edit", first["id"], "--title", "A calmer headline")
    rows = [story(number) for number in range(12)]
    for row in rows:
        row["title"] += ", updated"
    room.stories(rows)
    assert room.run(*BUILD).code == 0
    edited = next(story for story in lineup(room) if story["id"] == first["id"])
    assert edited["title"] == "A calmer headline"
    assert edited["edited"]["title"] == first["title"] + ", updated"
    assert room.run("stories", "edit", first["id"], "--clear").code == 0
    assert room.run(*BUILD).code == 0
    back = next(story for story in lineup(room) if story["id"] == first["id"])
    assert back["title"] == first["title"] + ", updated"
    assert "edited" not in back


def test_an_edit_for_another_date_or_edition_changes_nothing_here(room: Room) -> None:
    before = room.files()
    id = lineup(room)[0]["id"]
    assert room.run("stories", "edit", id, "--title", "Tomorrow's", "--date", "2026-01-24").code == 0
    assert room.run(*BUILD).code == 0
    assert room.files() == before


def test_an_edit_moves_a_story_to_another_section(room: Room) -> None:
    first = lineup(room)[0]
    assert room.run("stories", "edit", first["id"], "--section", "crime").code == 0
    assert room.run("stories", "pin", first["id"]).code == 0
    assert room.run(*BUILD).code == 0
    homes = {story["id"]: part["id"] for part in room.manifest()["sections"] for story in part["stories"]}
    assert homes[first["id"]] == "crime"


def test_ad_rules_read_both_the_sources_and_the_edited_words(room: Room) -> None:
    """An editor may soften a headline; the advertiser's keyword still sees what it is about."""
    ads = (room.root / "adslots.yaml").read_text()
    word = lineup(room)[0]["title"].split()[1].rstrip(":")
    rule = f'adjacency: {{avoid_keywords: ["{word}"], avoid_flags: [sensitive]}}'
    room.write("adslots.yaml", ads.replace("adjacency: {avoid_flags: [sensitive]}", rule))
    room.run(*BUILD)
    plan = room.manifest()["ads"]
    room.run("stories", "edit", lineup(room)[0]["id"], "--title", "Something softer")
    room.run(*BUILD)
    after = room.manifest()["ads"]
    assert [(ad["line_item"], ad["gap"]) for ad in after["placed"]] == [
        (ad["line_item"], ad["gap"]) for ad in plan["placed"]
    ]


def test_a_story_of_no_feed_runs(room: Room) -> None:
    words = ("https://harbor.example/vigil", "--title", "Vigil on Pier Road", "--section", "local-news")
    done = room.run("stories", "add", *words, "--json")
    assert done.code == 0
    added = done.json["story"]
    assert room.run("stories", "pin", added, "--date", "2026-01-23").code == 0
    assert room.run(*BUILD, "--no-ingest").code == 0
    assert lineup(room)[0]["title"] == "Vigil on Pier Road"
    assert lineup(room)[0]["source"] == "editors"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("stories", "edit", "gone", "--title", "x"), "no story has the id gone"),
        (("stories", "edit", "s1"), "say what to change"),
        (("stories", "edit", "s1", "--title", " "), "needs a title"),
        (("stories", "edit", "s1", "--section", "nowhere"), 'no section "nowhere"'),
        (("stories", "edit", "s1", "--image", "cat.png"), "neither a web address"),
        (("stories", "edit", "s1", "--image", "../cat.png"), "must lie in the newsroom"),
        (("stories", "edit", "s1", "--image", "digest.yaml"), "is no png, jpg or gif picture"),
        (("stories", "add", "harbor", "--title", "x"), "no web address"),
        (("stories", "pin", "s1", "s2", "--position", "2"), "one story"),
        (("note", "daily", "2026-01-23"), "say what to write"),
        (("note", "daily", "2026-01-23", "--subject", "a\nb"), "one line"),
        (("note", "dayly", "2026-01-23", "--text", "x"), 'Did you mean "daily"?'),
        (("note", "daily", "2026-01-23", "--file", "nowhere.md"), "cannot be read"),
        (("note", "daily", "2026-01-23", "--text", "x" * 20_001), "at most 20,000"),
        (("approve", "daily", "2026-01-24"), "was never built"),
        (("approve", "daily", "2026-01-23", "--revision", "7"), "was never built"),
    ],
)
def test_words_that_cannot_be_are_exit_2(room: Room, words: tuple[str, ...], says: str) -> None:
    done = room.run(*words)
    assert done.code == 2
    assert says in done.err


def test_a_picture_of_an_edit_may_be_a_file_of_the_newsroom(room: Room) -> None:
    id = lineup(room)[0]["id"]
    (room.root / "pictures").mkdir()
    (room.root / "pictures" / "pier.gif").write_bytes(b"GIF89a\x58\x02\x90\x01" + bytes(20))
    assert room.run("stories", "edit", id, "--image", "pictures/pier.gif").code == 0
    assert room.run(*BUILD).code == 0
    folder = room.root / "outbox" / "daily" / "2026-01-23"
    assert [path.suffix for path in (folder / "images").iterdir()] == [".gif"]
    assert "images/" in (folder / "index.html").read_text("utf-8")


def test_stories_as_json_tell_all_of_a_picture(room: Room) -> None:
    image = {
        "url": "https://h.example/a.jpg",
        "width": 600,
        "height": 400,
        "alt": "A",
        "caption": "B",
        "credit": "C",
    }
    row = {
        "url": "https://h.example/s",
        "title": "Pictured",
        "published_at": "2026-01-22T12:00:00Z",
        "image": image,
    }
    room.write("more.jsonl", json.dumps(row) + "\n")
    room.run("ingest", str(room.root / "more.jsonl"))
    assert room.run("stories", "list", "pictured", "--json").json["stories"][0]["image"] == image


def test_a_story_that_was_outranked_tells_its_score_like_one_that_runs(room: Room) -> None:
    runs, outranked = lineup(room), [row for row in room.manifest()["left_out"] if row["why"][:4] == "top:"]
    assert outranked
    assert all(row["signals"].keys() == runs[0]["signals"].keys() for row in outranked)
    assert max(row["score"] for row in outranked) <= max(row["score"] for row in runs)


def test_a_pin_names_its_place(room: Room) -> None:
    section = room.manifest()["sections"][0]
    last = section["stories"][-1]["id"]
    assert room.run("stories", "pin", last, "--position", "2").code == 0
    assert room.run(*BUILD).code == 0
    assert room.manifest()["sections"][0]["stories"][1]["id"] == last
    assert {story["id"]: story["pinned"] for story in lineup(room) if "pinned" in story} == {last: True}


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
    st.dictionaries(st.sampled_from("abcxyz"), st.integers(1, 12)),
)
def test_places_are_kept_and_nobody_is_lost(ids: list[str], places: dict[str, int]) -> None:
    order = at_positions(ids, places)
    assert sorted(order) == sorted(ids)
    free = [id for id in ids if id not in places]
    assert [id for id in order if id not in places] == free
    for id in set(ids) & set(places):
        if list(places.values()).count(places[id]) == 1 and places[id] <= len(free) + 1:
            taken = [places[other] for other in set(ids) & set(places)]
            if len(set(taken)) == len(taken):
                assert order.index(id) == places[id] - 1


def test_a_pin_that_cannot_work_says_so_at_once(room: Room) -> None:
    room.stories(
        [story(number) for number in range(12)] + [story(90, published_at="2025-11-01T09:00:00-05:00")]
    )
    room.run("ingest")
    result = room.run("stories", "pin", "s90")
    assert result.code == 0
    assert (
        "as things stand it will not run in daily 2026-01-23: window: it is of 2025-11-01 10:00, and the issue has "
        "stories from 2026-01-22 06:00 up to 2026-01-23 06:00; pinned with --date 2026-01-23 it may run"
    ) in result.err
    cured = room.run("stories", "pin", "s90", "--date", "2026-01-23", "--json").json["marks"][0]
    assert cured["problems"] == []
    assert room.run(*BUILD).code == 0
    assert "s90" in [story["id"] for story in lineup(room)]
    ran = lineup(room)[0]["id"]
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    repeated = room.run("stories", "pin", ran, "--json")
    assert "no_repeat" in repeated.json["marks"][0]["problems"][0]
    assert (
        room.run("stories", "pin", lineup(room)[1]["id"], "--date", "2026-01-23").err.count("left the house")
        == 1
    )


def test_a_pin_from_elsewhere_keeps_no_section_from_widening(tmp_path: Path) -> None:
    """Two pins on a quiet day: the section still looks back as it would have without them."""
    old = [
        story(n, section="Health", published_at=f"2026-01-21T{8 + n % 9:02d}:00:00-05:00")
        for n in range(30, 36)
    ]
    local = [story(n, section="Local News") for n in range(3)]
    room = newsroom(tmp_path)
    room.write(
        "digest.yaml",
        (room.root / "digest.yaml").read_text().replace("Health, top: 3, min: 1", "Health, top: 5, min: 2"),
    )
    room.stories(local + old)
    assert room.run(*BUILD).code == 0
    count = next(len(part["stories"]) for part in room.manifest()["sections"] if part["id"] == "health")
    for id in ("s30", "s31"):
        assert room.run("stories", "pin", id, "--date", "2026-01-23").code == 0
    assert room.run(*BUILD).code == 0
    again = next(part["stories"] for part in room.manifest()["sections"] if part["id"] == "health")
    assert len(again) == count > 2
    assert {"s30", "s31"} <= {story["id"] for story in again}


def test_subject_and_preheader_by_hand_hold_for_one_issue(room: Room) -> None:
    words = ("--subject", "Snow, {lead}", "--preheader", "Schools are closed")
    assert room.run("note", "daily", "2026-01-23", *words).code == 0
    assert room.run(*BUILD).code == 0
    manifest = room.manifest()
    assert manifest["revision"] == 2
    assert manifest["subject"].startswith("Snow, ")
    assert manifest["preheader"] == "Schools are closed"
    assert room.run("note", "daily", "2026-01-23", "--clear").code == 0
    assert room.run(*BUILD).code == 0
    assert not room.manifest()["subject"].startswith("Snow, ")


def test_a_note_stands_in_both_parts_and_is_only_text(room: Room) -> None:
    text = (
        "Good morning. **Snow** is coming: [closings](https://harbor.example/c).\n\n<script>alert(1)</script>"
    )
    assert room.run("note", "daily", "2026-01-23", "--text", text).code == 0
    assert room.run(*BUILD).code == 0
    html, plain = (room.files()[name].decode() for name in ("index.html", "index.txt"))
    assert "Snow</strong>" in html.replace("</b>", "</strong>")
    assert 'href="https://harbor.example/c' in html
    assert "<script" not in html
    assert "Snow" in plain
    assert "https://harbor.example/c" in plain
    assert "<script>alert(1)</script>" in plain


def test_a_sent_issue_takes_no_note_and_says_what_can_be_done(room: Room) -> None:
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    done = room.run("note", "daily", "2026-01-23", "--text", "too late")
    assert done.code == 5
    assert "note of the next issue" in done.err


def test_an_approval_is_for_one_revision(room: Room) -> None:
    done = room.run("approve", "daily", "2026-01-23", "--json")
    assert done.code == 0
    assert done.json["revision"] == 1
    room.run("stories", "kill", lineup(room)[0]["id"])
    room.run(*BUILD)
    late = room.run("approve", "daily", "2026-01-23", "--revision", "1")
    assert late.code == 2
    assert "no longer exists" in late.err


TEXT = st.text("ab c", min_size=1, max_size=4).map(str.strip).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(["title", "summary"]), TEXT), max_size=5))
def test_the_last_word_counts_and_the_sources_words_come_back(edits: list[tuple[str, str]]) -> None:
    came = Story(id="a", url="https://a.example/", title="as it came", summary="so", first_seen=AT)
    changes = [StoryEdit(story="a", at=AT, **{name: value}) for name, value in edits]  # type: ignore[arg-type]
    (shown,) = with_edits([came], changes, "daily", date(2026, 1, 23))
    last = {"title": came.title, "summary": came.summary} | dict(edits)
    assert (shown.title, shown.summary) == (last["title"], last["summary"])
    assert as_sourced(shown) == came
    (cleared,) = with_edits(
        [came], [*changes, StoryEdit(story="a", at=AT, cleared=True)], "daily", date(2026, 1, 23)
    )
    assert cleared == came


def test_an_edition_that_asks_for_approval_shows_its_state(room: Room) -> None:
    settings = (room.root / "digest.yaml").read_text()
    room.write("digest.yaml", settings.replace("cadence: daily,", "cadence: daily, approval: required,"))
    assert room.run(*BUILD).code == 0
    assert "not yet" in room.run("issues").out
    assert room.run("issues", "--json").json["issues"][0]["approved"] is False
    assert room.run("approve", "daily", "2026-01-23").code == 0
    assert room.run("issues", "--json").json["issues"][0]["approved"] is True
    room.run("stories", "kill", lineup(room)[0]["id"])
    assert room.run(*BUILD).code == 0
    assert room.run("issues", "--json").json["issues"][0]["approved"] is False


def test_the_list_of_an_edition_is_its_issue_built_or_not(room: Room) -> None:
    built = [(story["position"], story["id"]) for story in lineup(room)]
    words = ("stories", "list", "--edition", "daily", "--date", "2026-01-23", "--json")

    def listed() -> list[tuple[int, str]]:
        return [(row["position"], row["id"]) for row in room.run(*words).json["stories"]]

    assert listed() == built
    room.run("stories", "kill", built[0][1])
    assert built[0][1] not in [id for _, id in listed()]
    room.run("stories", "release", built[0][1])
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    room.run("stories", "kill", built[0][1])
    assert listed() == built
    assert room.run(*words).json["sent"] is True


def test_a_correction_stands_in_the_next_issue(room: Room) -> None:
    assert "not sent yet" in room.run("issues", "correction", "daily", "2026-01-23").out
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    result = room.run("issues", "correction", "daily", "2026-01-23")
    assert "cannot be changed any more" in result.out
    words = ("issues", "correction", "daily", "2026-01-23", "--text", "The bridge is 40 m long.", "--json")
    assert room.run(*words).json["next"] == "2026-01-24"
    room.run("note", "daily", "2026-01-24", "--subject", "By hand")
    again = room.run(*words[:-2], "The mayor spoke on Friday.", "--json").json["note"]
    assert again.count("Correction to") == 2
    assert "The bridge is 40 m long." in again


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        (None, "", "there is no adslots.yaml"),
        ("adslots.yml", "slots: {}\n", "call it adslots.yaml"),
        ("adslots.yaml", "", "has no line items"),
    ],
)
def test_silence_about_ads_is_a_warning_of_every_build_and_check(
    room: Room, file: str | None, text: str, says: str
) -> None:
    (room.root / "adslots.yaml").unlink()
    if file:
        room.write(file, text)
    for words in (BUILD, ("check",)):
        done = room.run(*words)
        assert done.code == 0
        assert says in done.err


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("paused: true", "paused in adslots.yaml (paused: true)"),
        ("pauses: [{from: 2026-01-22, to: 2026-01-24}]", "from 2026-01-22 to 2026-01-24"),
        ("blackout: [2026-01-23]", "one of its blackout dates"),
    ],
)
def test_a_booking_rests_as_the_file_says(room: Room, key: str, says: str) -> None:
    ads = (room.root / "adslots.yaml").read_text()
    room.write(
        "adslots.yaml", ads.replace("  - id: aquafresh\n", f"  - id: aquafresh\n    {key}\n    order: IO-1\n")
    )
    assert room.run(*BUILD).code == 0
    (refused,) = [ad for ad in room.manifest()["ads"]["refused"] if ad["line_item"] == "aquafresh"]
    assert refused["rule"] == "paused"
    assert says in refused["reason"]
    room.write(
        "adslots.yaml", ads.replace("  - id: aquafresh\n", "  - id: aquafresh\n    blackout: [2026-01-22]\n")
    )
    assert room.run(*BUILD).code == 0
    assert "aquafresh" in [ad["line_item"] for ad in room.manifest()["ads"]["placed"]]
