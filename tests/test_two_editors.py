"""Two people at once, and decisions that come too late: a clear answer, and nothing lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier, Thread

import pytest

from digest.app import decisions
from digest.config import load
from digest.errors import CommandError
from digest.model import StoryEdit
from digest.store import Store, open_store
from tests.desks import At
from tests.newsrooms import DIGEST, PUBLICATION, Room, newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")
DAY = date(2026, 1, 23)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    sample = newsroom(tmp_path)
    assert sample.run("ingest").code == 0
    return sample


def _run(root: str, begin: object, words: tuple[str, ...], done: object) -> None:
    """A command in a process of its own, begun when everybody is there."""
    begin.wait()  # type: ignore[attr-defined]
    done.put(Room(Path(root)).run(*words).code)  # type: ignore[attr-defined]


def at_once(room: Room, *commands: tuple[str, ...]) -> list[int]:
    """Real processes that begin at one moment; their exit codes."""
    fork = get_context("fork")
    begin, done = fork.Barrier(len(commands)), fork.Queue()
    processes = [fork.Process(target=_run, args=(str(room.root), begin, words, done)) for words in commands]
    for process in processes:
        process.start()
    codes = [done.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    return codes


def test_two_processes_edit_the_same_story(room: Room) -> None:
    """Each edit stands with its author; of the same words the later counts, of other words both."""
    edits = [("stories", "edit", "s0", "--by", f"editor {n}", f"--{key}", f"{key} {n}")
             for n, key in enumerate(("title", "title", "summary", "image"))]  # fmt: skip
    edits[3] = (*edits[3][:-1], "https://harbor.example/3.jpg")
    assert at_once(room, *edits) == [0, 0, 0, 0]
    history = room.run("stories", "history", "s0", "--json").json["history"]
    assert sorted(row["by"] for row in history) == [f"editor {n}" for n in range(4)]
    with open_store(load(room.root).store, PUBLICATION) as store:
        title = next(edit.title for edit in reversed(store.edits("s0")) if edit.title)
    room.run("stories", "pin", "s0")
    assert room.run(*BUILD).code == 0
    story = next(s for part in room.manifest()["sections"] for s in part["stories"] if s["id"] == "s0")
    assert (story["title"], story["summary"]) == (title, "summary 2")


def test_two_processes_write_the_note_of_one_issue(room: Room) -> None:
    """One says the subject, one the preheader, one the text: all three stand."""
    note = ("note", "daily", "2026-01-23")
    options = {"--subject": "One", "--preheader": "Two", "--text": "Three"}
    assert at_once(room, *((*note, key, words) for key, words in options.items())) == [0, 0, 0]
    with open_store(load(room.root).store, PUBLICATION) as store:
        stands = store.note("daily", DAY)
    assert stands is not None
    assert (stands.subject, stands.preheader, stands.text) == ("One", "Two", "Three")


def test_a_note_is_read_and_written_in_one_step(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the two fall together: both have read before one has written, were they let."""
    loaded, both = load(room.root), Barrier(2)
    reading = Store.note

    def slowly(store: Store, edition: str, day: date) -> object:
        note = reading(store, edition, day)
        try:
            both.wait(0.4)
        except Exception:  # the other one waits for its turn, as it should
            both.reset()
        return note

    monkeypatch.setattr(Store, "note", slowly)

    def write(words: dict[str, str]) -> None:
        with open_store(loaded.store, PUBLICATION) as store:
            decisions.write_note(
                loaded, store, "daily", DAY, words, by="x", at=datetime(2026, 1, 23, tzinfo=UTC)
            )

    threads = [Thread(target=write, args=(words,)) for words in ({"subject": "One"}, {"text": "Two"})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.setattr(Store, "note", reading)
    with open_store(loaded.store, PUBLICATION) as store:
        stands = store.note("daily", DAY)
    assert stands is not None
    assert (stands.subject, stands.text) == ("One", "Two")


def test_two_builds_of_a_special_make_one_issue(tmp_path: Path) -> None:
    alert = '  alert: {cadence: on_demand, min_stories: 0, from: "a@b.example"}\n'
    room = newsroom(tmp_path, digest=DIGEST + alert)
    today = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    room.stories(story(n, published_at=today) for n in range(9))
    assert at_once(room, *[("build", "--edition", "alert")] * 3) == [0, 0, 0]
    listed = room.run("issues", "--json").json["issues"]
    assert [(issue["edition"], issue["revision"]) for issue in listed] == [("alert", 1)]


def test_an_edit_of_a_story_that_is_gone(room: Room) -> None:
    """Pruned meanwhile: nothing is written, and an edit made before keeps no issue from being built."""
    room.run("stories", "edit", "s1", "--title", "Before")
    with open_store(load(room.root).store, PUBLICATION) as store:
        store.prune(before=date(2026, 6, 1), seen_before=datetime(2026, 6, 1, tzinfo=UTC), line_items=())
        with pytest.raises(CommandError, match="No story has the id s1"):
            store.edit(StoryEdit(story="s1", title="After", at=datetime(2026, 6, 1, tzinfo=UTC)))
    result = room.run("stories", "edit", "s1", "--title", "After")
    assert result.code == 2
    assert "no story has the id s1; nothing was changed" in result.err
    assert room.run(*BUILD, "--no-ingest").code == 3
    assert room.run(*BUILD).code == 0, "it comes back with the feed, and the edit with it"
    assert [edit["title"] for edit in room.run("stories", "history", "s1", "--json").json["history"]] == [
        "Before"
    ]


def test_a_note_with_html_is_text(room: Room) -> None:
    words = '<script>alert(1)</script> <b onclick="x()">bold</b> &amp; {{ UnsubscribeURL }} *|UNSUB|*'
    assert room.run("note", "daily", "2026-01-23", "--text", words, "--subject", "<i>Hi</i>").code == 0
    assert room.run(*BUILD).code == 0
    html, text = room.files()["index.html"].decode(), room.files()["index.txt"].decode()
    assert "<script>" not in html
    assert "<b onclick" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)</script>" in text
    assert room.manifest()["subject"] == "<i>Hi</i>"


def test_an_approval_of_a_revision_that_is_no_more(room: Room) -> None:
    room.run(*BUILD)
    room.run("stories", "edit", "s9", "--title", "Another headline for it")
    room.run(*BUILD)
    for revision, message in (
        (1, "no longer exists; the latest is revision 2"),
        (7, "was never built; the latest"),
    ):
        late = room.run("approve", "daily", "2026-01-23", "--revision", str(revision))
        assert (late.code, message in late.err) == (2, True), late.err
    assert room.run("issues", "--json").json["issues"][0]["approved"] is False


def test_a_day_off_that_is_built_already(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays, is told, is never built again, and the next window begins where its own ended."""
    import digest.cli.ads
    import digest.cli.check

    assert room.run(*BUILD).code == 0
    built = room.files()
    room.write("digest.yaml", DIGEST.replace("cadence: daily,", "cadence: daily, skip: [2026-01-23],"))
    for module in (digest.cli.ads, digest.cli.check):
        monkeypatch.setattr(module, "now", lambda: datetime(2026, 1, 24, 12, tzinfo=UTC))
    message = "daily of 2026-01-23 is built, and daily skips 2026-01-23. It stays as it is and counts"
    checked = room.run("check")
    assert (checked.code, message in checked.err) == (0, True), checked.err
    assert room.run(*BUILD).code == 0
    assert room.run("build", "--edition", "daily", "--date", "2026-01-23").code == 2
    assert room.files() == built
    noted = room.run("note", "daily", "2026-01-23", "--text", "x")
    assert (noted.code, "daily skips 2026-01-23" in noted.err) == (2, True)
    edited = room.run("stories", "edit", "s0", "--title", "T", "--edition", "daily", "--date", "2026-01-23")
    assert (edited.code, "this does nothing: daily skips 2026-01-23" in edited.err) == (0, True)
    held = room.run("stories", "hold", "s0", "--edition", "daily", "--date", "2026-01-23", "--json").json
    assert "this does nothing" in held["marks"][0]["problems"][0]
    room.stories(story(40 + n, published_at="2026-01-23T12:00:00-05:00") for n in range(12))
    assert room.run("build", "--daily", "--date", "2026-01-24").code == 0
    assert room.manifest(day="2026-01-24")["window"]["start"] == "2026-01-23T11:00:00Z"
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0


def test_every_second_week_over_the_new_year(tmp_path: Path) -> None:
    """2026 has 53 weeks: the fortnight is counted in days from `first`, and no window is lost or doubled."""
    digest = DIGEST.replace("cadence: daily,", "cadence: weekly, weekday: fri, every: 2, first: 2026-12-18,")
    room = newsroom(tmp_path, digest=digest)
    room.stories(story(n, published_at=f"{day}T12:00:00-05:00") for n, day in enumerate(
        ["2026-12-19", "2026-12-24", "2026-12-26", "2026-12-31", "2027-01-02", "2027-01-08"] * 3))  # fmt: skip
    off = room.run("build", "--edition", "daily", "--date", "2026-12-25", "--dry-run")
    assert (off.code, "every 2 weeks, counted from 2026-12-18" in off.err) == (2, True)
    windows = []
    for day in ("2027-01-01", "2027-01-15"):
        issue = room.run("build", "--edition", "daily", "--date", day, "--dry-run", "--json").json["issues"][
            0
        ]
        windows.append(issue["manifest"]["window"])
    assert windows[0]["start"] == "2026-12-18T11:00:00Z"
    assert windows[0]["end"] == windows[1]["start"] == "2027-01-01T11:00:00Z"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("weekday: fri", "counts for weekly editions only, and this one is on demand."),
        ("days: [mon]", "counts for daily editions only, and this one is on demand."),
        ("day: 1", "counts for monthly editions only, and this one is on demand."),
        ("every: 2", "does not count for an edition on demand."),
        ("skip: [2026-01-23]", "does not count for an edition on demand."),
    ],
)
def test_keys_of_a_calendar_that_a_special_has_not(keys: str, said: str, tmp_path: Path) -> None:
    room = newsroom(
        tmp_path, digest=DIGEST + f'  alert: {{cadence: on_demand, {keys}, from: "a@b.example"}}\n'
    )
    checked = room.run("check")
    assert (checked.code, said in checked.err) == (2, True), checked.err


def test_two_editions_with_one_cutoff_do_not_count_for_each_other(tmp_path: Path) -> None:
    """Whichever is built first: the same two issues, and each has the ad that may run once a day."""
    twin = '  twin: {cadence: daily, cutoff: "06:00", from: "a@b.example", no_repeat: none}\n'
    ads = """\
policy: {max_ads: 1, min_gap: 0, max_ratio: 1}
slots: {in_stream: {position: between_stories, native: true}}
advertisers: {a: {}}
line_items:
  - {id: one, advertiser: a, flight: {start: 2026-01-23, end: 2026-01-23}, slots: [in_stream],
     frequency_cap: {max_issues: 1, per_days: 1}, creatives: [{id: c, headline: H, url: "https://a.example"}]}
"""
    made = []
    for name, order in (("a", ("daily", "twin")), ("b", ("twin", "daily"))):
        room = newsroom(tmp_path / name, digest=DIGEST + twin, ads=ads)
        for edition in order:
            assert room.run("build", "--edition", edition, "--date", "2026-01-23").code == 0
        placed = {edition: room.manifest(edition)["ads"]["placed"] for edition in order}
        assert all([ad["line_item"] for ad in ads] == ["one"] for ads in placed.values())
        made.append({edition: room.files(edition)["index.html"] for edition in order})
    assert made[0] == made[1]


def test_the_desk_and_the_command_line_at_once(room: Room) -> None:
    """What the page did not know of is not overwritten: told, with what stands now."""
    at = At(room)
    page = {"story": "s0", "title": "From the desk", "was_title": story(0)["title"]}
    assert room.run("stories", "edit", "s0", "--title", "From the shell").code == 0
    refused = at.post("edit", status=409, **page)
    assert "changed by somebody else since you opened it" in refused.text
    assert "From the shell" in refused.text
    room.run("note", "daily", "2026-01-23", "--text", "From the shell")
    assert "Somebody else wrote this note" in at.post("note", text="Mine", was_text="", status=409).text
    titles = [row["title"] for row in room.run("stories", "history", "s0", "--json").json["history"]]
    assert titles == ["From the shell"]
