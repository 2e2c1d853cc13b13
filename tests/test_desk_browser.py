"""The desk in a real Chromium: look, save and see it, break it and see why, act and take it back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from digest.desk import Desk, DeskOptions, PageLinks, Proofs, listen
from tests.judges.tools import NODE_MODULES
from tests.newsrooms import ADS, DIGEST, Room, newsroom, story

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DAY = "2026-01-23"
NOW = datetime(2026, 1, 23, 14, 0, tzinfo=UTC)
TOKEN = "the-token-of-this-run"
SOON = 90_000  # milliseconds a step may take on a busy machine
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
PAGES = (
    "/", "/calendar?plan=1", "/bookings", "/booking?line_item=aquafresh", "/why?line_item=later", "/sources", "/health",
    "/history", "/book", f"/left?edition=daily&date={DAY}&section=crime", "/booking?line_item=nobody", "/nowhere",
    "/?date=soon",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, str]]:
    """One newsroom and one desk for all of these tests."""
    room = newsroom(tmp_path_factory.mktemp("desk") / "room")
    asked = DeskOptions(
        root=room.root, outbox=room.root / "outbox", edition="daily", day=date.fromisoformat(DAY)
    )
    with listen(Desk(Proofs(asked, lambda: NOW), PageLinks(), who="mara", token=TOKEN), 0) as server:
        Thread(target=server.serve, daemon=True).start()
        yield room, server.url


@pytest.fixture
def room(served: tuple[Room, str]) -> Room:
    """The newsroom as it was at the beginning; what was decided stays in its store."""
    room, _ = served
    room.write("digest.yaml", DIGEST)
    room.write("adslots.yaml", ADS)
    room.stories(story(number) for number in range(12))
    for folder in ("outbox", "var"):
        shutil.rmtree(room.root / folder, ignore_errors=True)
    return room


@pytest.fixture
def page(browser: Browser, served: tuple[Room, str], room: Room) -> Iterator[Page]:
    """The issue, open; every request that leaves for somewhere else fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="null")
    tab = context.new_page()
    tab.set_default_timeout(SOON)
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(served[1])
    yield tab
    context.close()
    assert [url for url in asked if not url.startswith((served[1], "data:"))] == []
    assert wrong == []


def title(number: int) -> str:
    return str(story(number)["title"])


def test_the_mail_is_switched(page: Page) -> None:
    frame = page.frame_locator("iframe")
    frame.locator('[data-story="s3"]').first.wait_for()
    widths = {}
    for name in ("Desktop", "Tablet", "Phone"):
        page.get_by_text(name, exact=True).click()
        widths[name] = page.evaluate("document.querySelector('iframe').clientWidth")
    assert (widths["Tablet"], widths["Phone"]) == (600, 360)
    assert widths["Desktop"] > 640
    page.get_by_text("Dark", exact=True).click()
    assert page.frames[1].evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.get_by_text("Plain text", exact=True).click()
    assert page.locator(".stage .text").is_visible()
    assert not page.locator("iframe").is_visible()
    page.get_by_text("Raw message", exact=True).click()
    assert "MIME-Version: 1.0" in page.locator(".stage .raw").inner_text()
    page.get_by_text("No styles", exact=True).click()
    page.wait_for_function("frames[0].location.search === '?styles=off' && frames[0].document.body")
    page.wait_for_function("frames[0].document.readyState === 'complete'")
    assert (
        page.frames[1].evaluate(
            "[...document.styleSheets].filter((s) => s.ownerNode.sheet?.cssRules.length).length"
        )
        == 0
    )


def test_a_click_in_the_mail_says_why(page: Page) -> None:
    page.frame_locator("iframe").locator('[data-story="s3"]').first.click()
    found = page.locator(".row.at")
    assert found.get_attribute("data-key") == "s3"
    assert "how new it is" in found.inner_text()
    page.frame_locator("iframe").locator('[data-line-item="aquafresh"]').first.click()
    assert page.locator(".row.at").get_attribute("data-key") == "aquafresh"


def test_a_saved_file_is_seen_within_a_second_and_a_broken_one_tells_its_line(page: Page, room: Room) -> None:
    page.frame_locator("iframe").get_by_text("A fresher morning").first.wait_for()
    began = time.monotonic()
    room.write("adslots.yaml", ADS.replace("A fresher morning", "A fresher evening"))
    page.frame_locator("iframe").get_by_text("A fresher evening").first.wait_for()
    assert time.monotonic() - began < 10  # within one on a machine that does nothing else: docs/desk.md
    room.write("adslots.yaml", ADS.replace("flight: {start: 2026-01-05", "flihgt: {start: 2026-01-05"))
    page.get_by_text("adslots.yaml:10:5").wait_for()
    assert "Did you mean" in page.locator(".problems").inner_text()
    assert "flihgt: {start" in page.locator(".line").first.inner_text()
    room.write("adslots.yaml", ADS)
    page.frame_locator("iframe").get_by_text("A fresher morning").first.wait_for()


def test_kill_and_undo(page: Page) -> None:
    page.frame_locator("iframe").locator('[data-story="s3"]').first.wait_for()
    found = page.locator('.row.story[data-key="s3"]')
    found.locator("summary").first.click()
    found.get_by_role("button", name="Kill").click()
    page.get_by_text("Killed: “").wait_for()
    page.frame_locator("iframe").locator("body").wait_for()
    assert title(3) not in page.frames[1].content()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    page.frame_locator("iframe").locator('[data-story="s3"]').first.wait_for()


def test_an_edited_headline_is_in_the_next_build_and_the_issue_is_approved(page: Page, room: Room) -> None:
    found = page.locator('.row.story[data-key="s3"]')
    found.locator("summary").first.click()
    found.get_by_text("Edit the words").click()
    found.get_by_label("Headline").fill("Bridge reopens <b>early</b>")
    found.get_by_role("button", name="Save").click()
    page.get_by_text("Edited:").wait_for()
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert b"Bridge reopens &lt;b&gt;early&lt;/b&gt;" in room.files()["index.html"]
    page.get_by_role("button", name="Approve revision 1").click()
    page.get_by_text("Approved: revision 1").wait_for()
    assert room.run("issues", "--json").json["issues"][0]["approved"] is True


def test_an_ad_is_booked_with_the_form_and_taken_back(
    page: Page, room: Room, served: tuple[Room, str]
) -> None:
    page.goto(f"{served[1]}book")
    page.get_by_label("Name of a new advertiser").fill("Marlin Bay")
    page.get_by_label("First day").fill("2026-01-20")
    page.get_by_label("Last day").fill("2026-02-20")
    page.get_by_label("Between stories").check()
    page.get_by_label("Headline").fill("Three nights to anywhere warm")
    page.get_by_label("Words on the button").fill("Look at the cabins")
    page.get_by_label("Where a click leads").fill("https://marlin.example/")
    page.get_by_role("button", name="Show the difference").click()
    page.get_by_text("+   marlin-bay:").wait_for()
    assert (room.root / "adslots.yaml").read_text("utf-8") == ADS
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Booked: marlin-bay").wait_for()
    assert "marlin-bay" in (room.root / "adslots.yaml").read_text("utf-8")
    assert room.run("check").code == 0
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back").wait_for()
    assert (room.root / "adslots.yaml").read_text("utf-8") == ADS


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    summary = page.locator('.row.story[data-key="s6"] summary').first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.value") != "hold":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Held back:").wait_for()


def test_a_form_somebody_writes_in_is_not_reloaded_away(page: Page, room: Room) -> None:
    found = page.locator('.row.story[data-key="s3"]')
    found.locator("summary").first.click()
    found.get_by_text("Edit the words").click()
    found.get_by_label("Headline").fill("Half a thou")
    room.write("adslots.yaml", ADS + "# saved meanwhile\n")
    page.wait_for_timeout(1500)
    assert found.get_by_label("Headline").input_value() == "Half a thou"


def test_hostile_story_text_stays_text(page: Page, room: Room, served: tuple[Room, str]) -> None:
    run = "document.title='ran'"
    evil = f'"><img src=https://evil.example/x.png onerror="{run}"><script>{run}</script>'
    room.stories(story(n, title=f"{evil}{title(n)}", summary=evil, id=f"e{n}") for n in range(9))
    page.goto(served[1])
    page.frame_locator("iframe").locator("body").wait_for()
    page.wait_for_timeout(300)
    assert page.title() == f"daily {DAY}: preview"
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, served: tuple[Room, str], room: Room, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_init_script("setInterval = () => 0")  # a page that begins anew by itself is another test
    tab = context.new_page()
    tab.set_default_timeout(SOON)
    for address in PAGES:
        tab.goto(served[1].rstrip("/") + address)
        for details in tab.locator(".row details").all()[:2]:
            details.evaluate("one => { one.open = true }")
        looked_over(tab)
    for refused in (
        {"act": "edit", "story": "gone", "title": "My words"},
        {"token": "old", "title": "My words"},
    ):
        tab.goto(served[1] + "history")
        sent(tab, refused)
        assert "My words" in tab.content()
        looked_over(tab)
    room.write("adslots.yaml", ADS.replace("flight: {start: 2026-01-05", "flihgt: {start: 2026-01-05"))
    tab.goto(served[1])
    looked_over(tab)
    context.close()
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (make judges installs it); only the widths were looked at")


def looked_over(tab: Page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, tab.url
    if not AXE.is_file():
        return
    tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate(
        "axe.run({exclude: [['iframe']]}, {iframes: false}).then(r => r.violations.map("
        "v => [v.id, ...v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]))"
    )
    assert found == [], (tab.url, tab.title())


def sent(tab: Page, fields: dict[str, str]) -> None:
    """A form as the page would send it, with the token of this desk unless another one is said."""
    tab.evaluate(
        """fields => { const form = document.createElement("form"); form.method = "post"; form.action = "/act";
        for (const [name, value] of Object.entries(fields)) {
          const input = document.createElement("input"); input.name = name; input.value = value; form.append(input); }
        document.body.append(form); form.submit(); }""",
        {"token": TOKEN, "edition": "daily", "date": DAY, **fields},
    )
    tab.get_by_role("alert").wait_for()


# Two browsers and a command line at once


@pytest.fixture
def other(browser: Browser, served: tuple[Room, str], page: Page) -> Iterator[Page]:
    """The same issue in the browser of somebody else."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(SOON)
    tab.goto(served[1])
    yield tab
    context.close()


def headline(tab: Page, text: str) -> None:
    """Write another headline for s3 and do not save it yet."""
    found = tab.locator('.row.story[data-key="s3"]')
    found.evaluate("one => { for (const part of one.querySelectorAll('details')) part.open = true }")
    found.get_by_label("Headline").fill(text)


def test_two_people_edit_one_story(page: Page, other: Page, room: Room) -> None:
    headline(page, "Mine")
    headline(other, "Theirs")
    other.get_by_role("button", name="Save").last.locator("visible=true").click()
    other.get_by_text("Edited:").wait_for()
    page.locator('.row.story[data-key="s3"]').get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else was faster").wait_for()
    assert [one.inner_text() for one in page.locator(".quote").all()] == ["Theirs", "Mine"]
    page.get_by_role("button", name="Save mine instead").click()
    page.get_by_text("Edited: “Mine”.").wait_for()
    assert [row["title"] for row in room.run("stories", "history", "s3", "--json").json["history"]] == [
        "Theirs", "Mine",
    ]  # fmt: skip


def test_a_command_changes_what_two_browsers_show(page: Page, other: Page, room: Room) -> None:
    assert room.run("ingest").code == 0
    assert room.run("stories", "kill", "s3").code == 0
    for tab in (page, other):
        tab.locator('.row.story[data-key="s3"] .chip', has_text="kill").first.wait_for(state="attached")


def test_the_story_somebody_writes_about_is_gone(page: Page, room: Room) -> None:
    headline(page, "Words that took a while")
    room.stories(story(number) for number in range(4, 12))
    page.locator('.row.story[data-key="s3"]').get_by_role("button", name="Save").click()
    page.get_by_text("no story has the id s3").wait_for()
    assert page.get_by_label("Title").input_value() == "Words that took a while"


def booked(tab: Page, url: str, slot: str) -> None:
    tab.goto(f"{url}book")
    tab.get_by_label("Name of a new advertiser").fill("Marlin Bay")
    tab.get_by_label("First day").fill("2026-01-20")
    tab.get_by_label("Last day").fill("2026-02-20")
    tab.get_by_label(slot, exact=True).check()
    tab.get_by_label("Headline").fill("Three nights to anywhere warm")
    tab.get_by_label("Words on the button").fill("Look at the cabins")
    tab.get_by_label("Where a click leads").fill("https://marlin.example/")
    tab.get_by_role("button", name="Show the difference").click()


def test_a_booking_that_fits_no_place_and_a_file_that_changed_before_it_was_written(
    page: Page, room: Room, served: tuple[Room, str]
) -> None:
    booked(page, served[1], "Top of the issue")
    page.get_by_text("fits none of the slots").wait_for()
    assert page.get_by_role("button", name="Write it").count() == 0
    booked(page, served[1], "Between stories")
    page.get_by_role("button", name="Write it").wait_for()
    room.write("adslots.yaml", "# somebody was here\n" + ADS)
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("was changed by somebody else after the difference was shown").wait_for()
    assert (room.root / "adslots.yaml").read_text("utf-8") == "# somebody was here\n" + ADS
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Booked: marlin-bay").wait_for()
    written = (room.root / "adslots.yaml").read_text("utf-8").splitlines()
    assert written[0] == "# somebody was here"
    assert set(ADS.splitlines()) <= set(written)


def test_a_tab_of_yesterday(page: Page, room: Room, served: tuple[Room, str]) -> None:
    headline(page, "Slept over it")
    page.evaluate(
        "document.querySelectorAll('[name=token]').forEach((one) => { one.value = 'of another run' })"
    )
    found = page.locator('.row.story[data-key="s3"]')
    found.get_by_role("button", name="Save").click()
    page.get_by_text("This page is too old").wait_for()
    assert page.get_by_label("Title").input_value() == "Slept over it"
    page.goto(served[1])
    headline(page, "Slept over it")
    found.locator(".fields [name=reach]").select_option("issue")
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert room.run("mark-sent", "daily", DAY).code == 0
    found.get_by_role("button", name="Save").click()
    page.get_by_text("in it can change any more").wait_for()
    assert page.get_by_label("Title").input_value() == "Slept over it"


def test_what_somebody_typed_outlives_a_broken_file(page: Page, room: Room) -> None:
    headline(page, "Typed while it broke")
    room.write("adslots.yaml", ADS.replace("flight: {start: 2026-01-05", "flihgt: {start: 2026-01-05"))
    page.locator('.row.story[data-key="s3"]').get_by_role("button", name="Save").click()
    page.get_by_text("adslots.yaml:10:5").wait_for()
    assert page.get_by_label("Title").input_value() == "Typed while it broke"


def test_stories_further_down_come_when_they_are_asked_for(page: Page, room: Room) -> None:
    room.stories(story(number) for number in range(24))
    more = page.locator("details.more").first
    more.locator("summary").first.click()
    more.locator(".row.story").first.wait_for()
    before = more.locator(".row.story").count()
    assert before == int(more.locator("summary").first.inner_text().split()[0])
    more.locator(".row.story summary").first.click()
    more.get_by_role("button", name="Pin").first.click()
    page.get_by_text("Pinned:").wait_for()
    page.keyboard.press("Escape")


def test_everything_is_printed(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator(".tools").is_hidden()
    assert page.locator(".rows").first.is_visible()
