"""The desk's acts: those of the commands, in their history, taken back one by one; and who may act."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest.desk import Desk, DeskOptions, FileLinks, Proofs
from digest.desk.export import write
from tests.desks import DAY, HERE, NOW, At, answer
from tests.newsrooms import ADS, DIGEST, Room, newsroom, story

BOOKING: dict[str, Any] = {
    "advertiser": "gleammour", "id": "spring", "start": "2026-01-20", "end": "2026-02-20", "slots": "in_stream",
    "goal": "5", "unit": "issues", "rate": "99.50", "headline": 'Spring: 50 % off # "now"', "cta": "Go",
    "url": "https://gleammour.example/spring?a=1&b=2", "step": "show",
}  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path / "room")


@pytest.fixture
def at(room: Room) -> At:
    return At(room)


def title(number: int) -> str:
    return str(story(number)["title"])


def history(room: Room, *ids: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = room.run("stories", "history", *ids, "--json").json["history"]
    return rows


# Acts on stories


@pytest.mark.parametrize("act", ["kill", "hold"])
def test_what_is_killed_or_held_leaves_the_issue_and_comes_back(at: At, act: str) -> None:
    before = at.titles()
    gone = title(3)
    assert gone in before
    done = at.post(act, story="s3", why="wrong town")
    assert gone not in at.titles()
    (row,) = history(at.room, "s3")
    assert (row["action"], row["by"], row["note"]) == (act, "mara", "wrong town")
    at.undo(done)
    assert at.titles() == before
    assert [row["action"] for row in history(at.room, "s3")] == [act, "release"]


def test_a_pin_comes_first_and_for_this_issue_alone(at: At) -> None:
    last = at.titles()[2]
    number = next(n for n in range(12) if title(n) == last)
    done = at.post("pin", story=f"s{number}", reach="issue")
    assert at.titles()[0] == last
    assert {row["date"] for row in history(at.room, f"s{number}")} == {DAY}
    at.undo(done)
    assert at.titles()[0] != last


def test_a_story_moves_to_another_section_and_to_a_place_in_it(at: At) -> None:
    at.post("move", story="s3", section="health", position="1")
    parts = json.loads(at.get(f"/daily/{DAY}/manifest.json"))["sections"]
    health = next(part for part in parts if part["id"] == "health")
    assert health["stories"][0]["title"] == title(3)
    at.post("move", story="s3", position="0", status=409)
    at.post("move", story="s3", section="sports", status=409)
    at.post("move", story="s3", status=409)


def test_two_tellings_of_one_event_are_told_apart_joined_and_taken_back(at: At) -> None:
    same = {
        "title": "Bridge over the Trout River reopens",
        "summary": "The bridge reopens to cars on Monday.",
    }
    at.room.stories([*(story(n) for n in range(12)), story(30, **same), story(33, **same, source="wire")])
    (row,) = re.findall('(?s)<li class="row story" data-key="s3[03]".*?</div></details></li>', at.get())[:1]
    assert "Also told by" in row
    first_id, second_id = re.findall(
        r'name="(?:story|other)" value="(s3[03])"', row.partition("Also told by")[2]
    )[:2]
    assert {first_id, second_id} == {"s30", "s33"}
    done = at.post("split", story=first_id, other=second_id, why="two bridges")
    assert [row["action"] for row in history(at.room, first_id)] == ["split"]
    assert at.titles().count(same["title"]) == 2
    at.undo(done)
    assert at.titles().count(same["title"]) == 1
    before = at.titles()
    first, second = [id for id in before if id.startswith("Number")][:2]
    joined = at.post("join", story=next(f"s{n}" for n in range(12) if title(n) == first), other=second)
    assert len({first, second} & set(at.titles())) == 1
    at.undo(joined)
    assert at.titles() == before
    assert (
        "no story has the headline" in at.post("join", story="s3", other="Nobody wrote this", status=409).text
    )
    assert "one and the same" in at.post("split", story="s3", other="s3", status=409).text
    assert "say which other story" in at.post("split", story="s3", status=409).text


def test_an_edited_headline_is_in_the_next_build(at: At) -> None:
    done = at.post("edit", story="s3", title="Bridge reopens early", was_title=title(3))
    assert at.room.run("build", "--daily", "--date", DAY).code == 0
    assert b"Bridge reopens early" in at.room.files()["index.html"]
    assert b"Bridge reopens early" in at.room.files()["index.txt"]
    at.undo(done)
    assert title(3) in at.titles()


def test_words_that_somebody_else_changed_meanwhile_are_not_lost(at: At) -> None:
    fields: dict[str, Any] = {"story": "s3", "title": "Mine", "was_title": title(3)}
    assert at.room.run("ingest").code == 0
    assert at.room.run("stories", "edit", "s3", "--title", "Theirs").code == 0
    page = at.post("edit", status=409, **fields).text
    assert "Somebody else was faster" in page
    assert "Theirs" in page
    assert "Mine" in page
    assert "Theirs" in at.titles()
    at.post("edit", sure="1", **fields)
    assert "Mine" in at.titles()
    assert at.post("edit", status=409, story="s3", title="Mine", was_title="Mine").text.count(
        "nothing was changed"
    )


def test_a_story_that_is_gone_is_a_clear_answer(at: At) -> None:
    before = at.titles()
    page = at.post("edit", story="gone", title="New words", was_title="Old words", status=409).text
    assert "no story has the id gone" in page
    assert "New words" in page
    at.post("kill", story="", status=409)
    assert at.titles() == before


def test_undo_takes_back_one_decision_of_a_command_too(at: At) -> None:
    assert at.room.run("ingest").code == 0
    assert at.room.run("stories", "pin", "s4", "--by", "ann").code == 0
    assert at.room.run("stories", "hold", "s3", "--by", "ann").code == 0
    page = at.get("/history")
    assert page.count('data-label="Who">ann<') == 2
    keys = re.findall('name="key" value="([^"]+)"', page)
    at.post("undo", key=keys[0], back="history")
    assert title(3) in at.titles()
    assert "There is nothing" not in at.post("undo", key=keys[0], status=409).text
    assert "not in the history" in at.post("undo", key="Mark:none", status=409).text
    assert [row["action"] for row in history(at.room, "s4")] == ["pin"]


# The note, and the yes


def test_a_note_and_a_subject(at: At) -> None:
    done = at.post(
        "note", text="Good morning.\r\n\r\n**Snow** is coming.", subject="Snow!", preheader="", was_text=""
    )
    assert b"<strong>Snow</strong>" in at.get(f"/daily/{DAY}/index.html").encode() or "Snow" in at.get()
    assert 'class="subject">Snow!<' in at.get()
    assert "Somebody else" in at.post("note", text="Other", was_text="", status=409).text
    at.undo(done)
    assert 'class="subject">Snow!<' not in at.get()


def test_an_issue_is_approved_as_it_was_read(at: At) -> None:
    assert "was never built" in at.post("approve", revision="1", status=409).text
    assert at.room.run("build", "--daily", "--date", DAY).code == 0
    assert "Approve revision 1" in at.get()
    done = at.post("approve", revision="1")
    assert "Approved by mara." in at.get()
    assert at.room.run("issues", "--json").json["issues"][0]["approved"] is True
    at.undo(done)
    assert at.room.run("issues", "--json").json["issues"][0]["approved"] is False
    assert at.room.run("stories", "kill", "s3").code == 0
    assert "Build it before you approve" in at.get()
    assert at.room.run("build", "--daily", "--date", DAY).code == 0
    assert (
        "revision 1 of daily 2026-01-23 no longer exists" in at.post("approve", revision="1", status=409).text
    )


# Bookings


def ads(room: Room) -> str:
    return (room.root / "adslots.yaml").read_text("utf-8")


def test_a_pause_is_the_files_and_undo_gives_every_byte_back(at: At) -> None:
    before = ads(at.room)
    done = at.post("pause", line_item="aquafresh")
    assert ads(at.room) == before.replace(
        "  - id: aquafresh\n", "  - id: aquafresh\n    paused: true  # since 2026-01-23, by mara\n"
    )
    assert "paused" in at.get("/booking?line_item=aquafresh")
    assert "is paused already" in at.post("pause", line_item="aquafresh", status=409).text
    at.undo(done)
    assert ads(at.room) == before
    at.post("pause", line_item="aquafresh")
    at.post("resume", line_item="aquafresh")
    assert ads(at.room) == before
    assert "no booking" in at.post("pause", line_item="gone", status=409).text


def shown(page: str) -> str:
    return str(re.findall('name="shown" value="([^"]+)"', page)[0])


def test_a_booking_is_shown_written_and_taken_back(at: At) -> None:
    before = ads(at.room)
    first = at.post("", path="/book", status=200, **BOOKING)
    assert ads(at.room) == before
    assert "<ins>+   - id: spring</ins>" in first.text
    done = at.post("", path="/book", **(BOOKING | {"step": "write", "shown": shown(first.text)}))
    after = ads(at.room)
    assert after.startswith(before.rstrip("\n"))
    assert at.room.run("check").code == 0
    manifest = json.loads(at.get(f"/daily/{DAY}/manifest.json"))
    plan = manifest["ads"]["placed"] + manifest["ads"]["refused"]
    assert "spring" in {row["line_item"] for row in plan}
    at.undo(done)
    assert ads(at.room) == before


def test_a_file_that_changed_between_showing_and_writing_is_not_written(at: At) -> None:
    first = at.post("", path="/book", status=200, **BOOKING)
    changed = "# somebody was here\n" + ads(at.room)
    at.room.write("adslots.yaml", changed)
    page = at.post(
        "", path="/book", status=422, **(BOOKING | {"step": "write", "shown": shown(first.text)})
    ).text
    assert "was changed by somebody else after the difference was shown" in page
    assert ads(at.room) == changed
    at.post("", path="/book", **(BOOKING | {"step": "write", "shown": shown(page)}))
    assert ads(at.room).startswith(changed)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"slots": "top_banner"}, "fits none of the slots top_banner"),
        ({"end": "2026-01-01"}, "The last day lies before the first one."),
        ({"start": "soon"}, "Say the first day of the flight as YYYY-MM-DD."),
        ({"slots": ""}, "Choose at least one place."),
        ({"id": "aquafresh"}, "There is a booking &#34;aquafresh&#34; already"),
        ({"id": "no spaces please"}, "no spaces please"),
        ({"url": "javascript:alert(1)"}, "javascript:alert(1)"),
        ({"goal": "many"}, "The goal is a whole number above 0."),
        ({"rate": "1e9"}, "The rate is an amount"),
        ({"advertiser": ""}, "Choose an advertiser"),
        ({"image": "https://x.example/a.png", "headline": ""}, "has an image but no size"),
        ({"type": "gold"}, "gold"),
    ],
)
def test_a_booking_that_cannot_be_is_not_written(at: At, fields: dict[str, str], says: str) -> None:
    before = ads(at.room)
    page = at.post("", path="/book", status=422, **(BOOKING | fields)).text
    assert says in page
    assert 'value="write"' not in page
    at.post("", path="/book", status=422, **(BOOKING | fields | {"step": "write", "shown": "none"}))
    assert ads(at.room) == before


def test_undo_of_a_booking_does_not_throw_away_what_came_after(at: At) -> None:
    done = at.post("pause", line_item="aquafresh")
    later = ads(at.room) + "# later\n"
    at.room.write("adslots.yaml", later)
    page = at.get(done.headers["location"].partition("#")[0])
    (key,) = re.findall('name="key" value="([^"]+)"', page.partition("<main")[0])
    page = at.post("undo", key=key, status=409).text
    assert "adslots.yaml was changed since; nothing was taken back." in page
    assert "take out “paused: true  # since 2026-01-23, by mara”" in page
    assert ads(at.room) == later
    assert html.unescape(key) not in html.unescape(at.get("/history"))  # no button that cannot work
    at.room.write("adslots.yaml", later.removesuffix("# later\n"))
    assert html.unescape(key) in html.unescape(at.get("/history"))


def test_a_change_of_the_file_is_taken_back_by_a_desk_that_was_started_later(at: At) -> None:
    before = ads(at.room)
    at.post("pause", line_item="aquafresh")
    first = at.post("", path="/book", status=200, **BOOKING)
    at.post("", path="/book", **(BOOKING | {"step": "write", "shown": shown(first.text)}))
    second_desk = At(at.room, who="ann")
    for what in ("booked", "paused"):  # the last one first: each as the file stands then
        page = second_desk.get("/history")
        assert f'data-label="What">{what}<' in page
        (key,) = re.findall(rf'name="key" value="([^"]+)"(?:(?!</form>).)*Undo: {what}, ', page)
        second_desk.post("undo", key=html.unescape(key), back="history")
    assert ads(at.room) == before
    assert 'data-label="What">taken back: paused<' in second_desk.get("/history")


def test_a_byte_order_mark_stays(at: At) -> None:
    path = at.room.root / "adslots.yaml"
    before = b"\xef\xbb\xbf" + path.read_bytes()
    path.write_bytes(before)
    done = at.post("pause", line_item="aquafresh")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpolicy")
    at.undo(done)
    assert path.read_bytes() == before


def test_where_the_history_cannot_be_written_the_file_is_not_changed(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest.errors import Unreachable
    from digest.store import Store

    def refuse(*_: Any) -> None:
        raise Unreachable("the store is full.")

    before = ads(at.room)
    monkeypatch.setattr(Store, "remember", refuse)
    assert "the store is full." in at.post("pause", line_item="aquafresh", status=409).text
    assert ads(at.room) == before


@pytest.mark.parametrize(
    "file",
    ["", "line_items: []\n", "line_items:\n", ADS.replace("\n", "\r\n"), ADS.rstrip("\n"), ADS + "# the end\n\n\n",
     ADS.replace("  - id", "- id").replace("\n    ", "\n  ")],
)  # fmt: skip
def test_a_block_is_put_into_any_file(at: At, file: str) -> None:
    from digest.app import adslots_file as book

    (at.room.root / "adslots.yaml").write_bytes(file.encode())
    item = {
        "id": "new",
        "advertiser": "acme",
        "flight": {"start": date(2026, 1, 1)},
        "creatives": [{"id": "c"}],
    }
    text = book.with_booking(book.read(at.room.root), item, ("acme", {"name": "Acme: no, # one"}), "by\nme")
    from digest.config.parsing import parse

    parsed = parse(text.replace("\r\n", "\n"), "adslots.yaml")
    assert not parsed.problems
    assert ("\r\n" in text) == ("\r\n" in file)
    lines = text.replace("\r\n", "\n").splitlines()
    for line in file.replace("\r\n", "\n").splitlines():
        assert line in lines or line.startswith("line_items:")
    assert text.count("- id: new") == 1


# Who may


def test_without_the_token_of_this_run_nothing_is_done_and_nothing_is_lost(at: At) -> None:
    before = at.titles()
    for token in ("", "x" * 43):
        response = answer(
            at.app, "/act", {"token": token, "act": "edit", "story": "s3", "title": "My words", **HERE}
        )
        assert response.status == 403
        assert "This page is too old" in response.text
        assert "My words" in response.text
    assert at.titles() == before


@pytest.mark.parametrize(
    "heads",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:9999"},
        {"host": "evil.example", "origin": "http://evil.example"}, {"host": "127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    ],
)  # fmt: skip
def test_foreign_pages_are_refused(at: At, heads: dict[str, str]) -> None:
    before = at.titles()
    form = {"token": at.desk.token, "act": "kill", "story": "s3", **HERE}
    assert answer(at.app, "/act", form, heads=heads).status == 403
    response = answer(at.app, "/manifest.json", heads=heads)
    assert (response.status, b"aquafresh" in response.body) == (403, False)
    assert at.titles() == before


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
def test_what_a_foreign_page_may_send_unasked_is_no_form(at: At, kind: str) -> None:
    form = {"token": at.desk.token, "act": "kill", "story": "s3", **HERE}
    assert answer(at.app, "/act", form, heads={"content-type": kind}).status == 415


def test_acts_are_posts(at: At) -> None:
    at.get("/act?act=kill&story=s3", 405)
    assert answer(at.app, "/act", {"token": at.desk.token, "act": "format", **HERE}).status == 409
    assert answer(at.app, "/act", {"token": "a" * 300_000}).status == 413


def test_read_only_refuses_every_act(room: Room) -> None:
    at = At(room, may_act=False)
    page = at.get()
    assert "<form method=" not in page
    for act in (
        "pin",
        "hold",
        "kill",
        "split",
        "join",
        "move",
        "edit",
        "release",
        "note",
        "approve",
        "undo",
        "pause",
        "resume",
    ):
        assert "read-only" in at.post(act, story="s3", line_item="aquafresh", revision="1", status=403).text
    at.post("", path="/book", status=403, **BOOKING)
    at.get("/book", 403)
    assert not (room.root / "var").exists()


# Looking


PAGES = (
    "/", "/calendar", "/bookings", "/bookings?q=gleam&state=running&short=1", "/booking?line_item=aquafresh",
    "/sources", "/why?line_item=aquafresh", "/why?line_item=later", "/health", "/history", "/problems", "/book",
)  # fmt: skip


@pytest.mark.parametrize("built", [False, True])
def test_looking_at_every_page_changes_nothing(at: At, built: bool) -> None:
    from tests.test_preview import everything

    if built:
        assert at.room.run("build", "--daily", "--date", DAY).code == 0
    before = everything(at.room.root)
    for address in PAGES:
        page = at.get(address)
        assert "A defect of ours" not in page, address
        assert page.rstrip().endswith("</html>")
    assert everything(at.room.root) == before


EVIL = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7*7 }}"""


def test_hostile_text_stays_text_on_every_page(room: Room) -> None:
    room.stories([story(n, title=f"{EVIL} {story(n)['title']}", summary=EVIL) for n in range(9)])
    quoted = EVIL.replace("\\", "").replace('"', '\\"')
    room.write(
        "adslots.yaml", ADS.replace("name: Gleammour", f'name: "{quoted}"').replace("A fresher morning", "x")
    )
    at = At(room)
    at.post("kill", story="s1", why=EVIL)
    for address in PAGES:
        page = at.get(address)
        assert re.findall("<script.*?>", page) == ['<script src="/desk.js" defer>'], address
        assert "<img src=x" not in page, address
        assert "7*7" in page or "49" not in page


def test_a_booking_nobody_knows_is_a_page(at: At) -> None:
    assert "Did you mean" in at.get("/booking?line_item=aquafrsh")
    assert "no booking" in at.get("/why?line_item=%3Cscript%3E")


def test_the_history_of_a_page_lists_who_and_why(at: At) -> None:
    at.post("hold", story="s3", why="not yet")
    page = at.get("/history")
    cells = dict(re.findall('<td data-label="(.*?)">(.*?)</td>', page))
    assert (cells["Who"], cells["What"], cells["Why"]) == ("mara", "hold", "not yet")


def many(count: int) -> str:
    """A book of many bookings of many advertisers."""
    head = ADS[: ADS.index("line_items:")]
    people = "".join(f"  adv{n}: {{name: Advertiser {n}}}\n" for n in range(40))
    items = "".join(
        f"  - id: booking-{n}\n    advertiser: adv{n % 40}\n"
        f"    flight: {{start: 2026-01-0{n % 9 + 1}, end: 2026-03-01}}\n"
        f"    slots: [in_stream]\n    goal: {{issues: {n % 5 + 1}}}\n"
        f'    creatives: [{{id: c{n}, headline: Headline {n}, cta: Go, url: "https://a{n}.example/"}}]\n'
        for n in range(count)
    )
    return f"{head}{people}line_items:\n{items}"


def test_a_book_of_500_is_paged_and_filtered(room: Room) -> None:
    room.write("adslots.yaml", many(500))
    at = At(room)
    page = at.get("/bookings")
    assert page.count('<th scope="row">') == 50
    assert "Page 1 of 10" in page
    assert at.get("/bookings?page=99").count("Page 10 of 10") == 1
    response = at.get("/bookings?q=adv7")
    assert re.findall(r"<h1>Bookings <small>(.*?)</small>", response) == ["13 of 500"]
    assert "No booking matches." in at.get("/bookings?q=nobody")


def test_colours_that_cannot_be_read_are_seen_in_the_mail_itself(at: At) -> None:
    assert re.search(r"all \d+ texts can be read on their ground, light and dark", at.get("/health"))
    (at.room.root / "templates").mkdir()
    at.room.write("templates/dark.css", ".paper { background-color: #f4f4f4; }\n.ink { color: #eeeeee; }\n")
    page = at.get("/health")
    assert "#eeeeee on #f4f4f4 has 1." in page
    assert "dark: " in page


# As files


def test_the_desk_as_files(room: Room, tmp_path: Path) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    before = room.files()
    folder = tmp_path / "out"
    result = room.run("preview", "--date", DAY, "--export", str(folder), "--json")
    assert (result.code, result.json["edition"]) == (0, "daily")
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == result.json["pages"] + 1
    assert {name: (folder / "daily" / DAY / name).read_bytes() for name in before} == before
    for path in pages:
        text = path.read_text("utf-8")
        assert "<form method" not in text
        assert 'href="/' not in text
        for link in re.findall(r'(?:href|src)="([^"#][^":?]*)"', text):
            assert (folder / link).exists(), (path.name, link)
    assert room.run("preview", "--date", DAY, "--export", str(folder)).code == 0
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    refused = room.run("preview", "--date", DAY, "--export", str(other))
    assert (refused.code, os.listdir(other)) == (2, ["letter.txt"])


def test_an_export_of_a_thin_day_is_a_page_that_says_so(room: Room, tmp_path: Path) -> None:
    room.stories([story(1)])
    options = DeskOptions(root=room.root, outbox=room.root / "outbox", day=date.fromisoformat(DAY))
    write(Desk(Proofs(options, lambda: NOW), FileLinks(), may_act=False), tmp_path / "out")
    assert "nothing to send" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_two_people_and_a_command_line_at_once(at: At) -> None:
    from concurrent.futures import ThreadPoolExecutor

    assert at.room.run("ingest").code == 0
    second_desk = At(at.room, who="ann")
    acts: list[Callable[[], Any]] = []
    for n in range(4):
        acts.append(lambda n=n: at.post("hold", story=f"s{n}"))  # type: ignore[misc]
        acts.append(lambda n=n: second_desk.post("pin", story=f"s{n + 4}"))  # type: ignore[misc]
    acts.append(lambda: at.titles())
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()
    rows = history(at.room, *(f"s{n}" for n in range(8)))
    assert sorted((row["story"], row["action"], row["by"]) for row in rows) == [
        (f"s{n}", "hold" if n < 4 else "pin", "mara" if n < 4 else "ann") for n in range(8)
    ]


def test_the_numbers_of_a_booking_are_those_of_the_report(at: At) -> None:
    assert at.room.run("build", "--daily", "--date", DAY).code == 0
    page = at.get("/bookings")
    report = at.room.run("ads", "report", "--json").json["line_items"]
    assert {row["line_item"]: row["delivered"] for row in report} == {"aquafresh": 1, "later": 0}
    assert re.findall(r'data-label="Delivered">(\d+)', page) == ["1", "0"]
    assert DIGEST
