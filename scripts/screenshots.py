"""The README's pictures: the sample issue in its themes, on a desktop, a phone, in dark mode and with pictures blocked;
and the report of one of its advertisers.

Needs Chromium (``CHROMIUM`` names it, default ``/usr/bin/chromium``) and the Python package ``playwright``. The sample
brings its own pictures, so nothing is loaded from the network. Emoji are left out: few machines have a font for them.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DATE = "2026-01-23"
VIEWS: dict[str, tuple[int, int, Any]] = {
    "desktop": (700, 1400, "light"),
    "dark": (700, 1400, "dark"),
    "phone": (360, 1400, "light"),
    "blocked": (360, 1400, "light"),
}
SHOWN = (
    ("lively", "desktop"), ("lively", "phone"), ("lively", "dark"), ("lively", "blocked"),
    ("broadsheet", "desktop"), ("bulletin", "desktop"),
)  # fmt: skip
THEMES = ("lively", "broadsheet", "bulletin")
EMOJI = re.compile(r"\s*[\U0001f000-\U0001faff\ufe0f\u200d]+")


def main() -> None:
    """Build, photograph, and put together."""
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for theme in THEMES:
            page = build(Path(folder) / theme, theme)
            for view in VIEWS:
                photograph(browser, page, view, IMAGES / f"{theme}-{view}.png")
        together(browser)
        build(Path(folder) / "desk", THEMES[0], ("2026-01-21", "2026-01-22"))
        desk(browser, Path(folder) / "desk")
        page = report(Path(folder) / "report")
        for view, width, height in (("", 900, 1180), ("-phone", 390, 1180)):
            photograph_report(browser, page, width, height, IMAGES / f"ad-report{view}.png")
        browser.close()


def build(newsroom: Path, theme: str, days: tuple[str, ...] = (DATE,)) -> Path:
    """The sample's issues in a theme, built in a newsroom of their own; the page of the last one."""
    newsroom.mkdir()
    shutil.copytree(ROOT / "samples", newsroom / "samples")
    for name in ("newsfinale.xml", "wire.jsonl"):
        stories = newsroom / "samples" / name
        stories.write_text(EMOJI.sub("", stories.read_text("utf-8")), "utf-8")
    shutil.copy(ROOT / "adslots.yaml", newsroom)
    text = (ROOT / "digest.yaml").read_text("utf-8")
    text, changed = re.subn(r"(?m)^look:.*$", f"look: {{theme: {theme}}}", text)
    (newsroom / "digest.yaml").write_text(text if changed else f"{text}\nlook: {{theme: {theme}}}\n", "utf-8")
    for day in days:
        digest(newsroom, "build", "--daily", "--date", day)
    return newsroom / "outbox" / "daily" / days[-1] / "index.html"


def photograph(browser: Browser, page: Path, view: str, out: Path) -> None:
    """The top of a page in one view."""
    width, height, scheme = VIEWS[view]
    tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab.route(
        re.compile(r"^https?://|\.(?:png|jpg|gif)$") if view == "blocked" else re.compile(r"^https?://"),
        refuse,
    )
    tab.goto(page.as_uri())
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        raise SystemExit(f"{page}: {wide} pixels wide in a window of {width}")
    tab.screenshot(path=out)
    tab.close()


def report(newsroom: Path) -> Path:
    """The page for an advertiser of the sample, after four weeks of its issues and their receipts."""
    page = build(newsroom, "lively")
    sections = json.loads((page.parent / "manifest.json").read_text("utf-8"))["sections"]
    shutil.rmtree(newsroom / "outbox")
    shutil.rmtree(newsroom / "var")
    days = [date(2026, 1, 12) + timedelta(days=n) for n in range(28)]
    stories = [
        {"id": f"{day} {story['id']}", "url": f"{story['url']}?{day}", "title": story["title"],
         "summary": story["summary"], "section": section["title"],
         "published_at": f"{day - timedelta(days=1)}T12:00:00"}
        for day in days for section in sections for story in section["stories"]
    ]  # fmt: skip
    (newsroom / "stories.jsonl").write_text("".join(json.dumps(story) + "\n" for story in stories), "utf-8")
    text = (newsroom / "digest.yaml").read_text("utf-8")
    text = re.sub(
        r"(?m)^  - \{name: newsfinale.*\n", "  - {name: n, type: jsonl, url: stories.jsonl}\n", text
    )
    text = re.sub(r"(?m)^  - \{name: coastal-wire.*\n", "", text)
    text = text.replace("cadence: daily", "cadence: daily\n    no_repeat: none", 1)
    (newsroom / "digest.yaml").write_text(text, "utf-8")
    for number, day in enumerate(days):
        digest(newsroom, "build", "--daily", "--date", str(day))
        receipt(newsroom, day, number)
    digest(
        newsroom, "ads", "report", "marlin", "--to", str(days[-1]), "--html", str(newsroom / "report.html")
    )
    return newsroom / "report.html"


def receipt(newsroom: Path, day: date, number: int) -> None:
    """What a mailer would tell of an issue."""
    sends = 47_600 + 37 * number
    url = "https://marlinbay.example/getaway"
    file = newsroom / "receipt.csv"
    for text in (
        f"url,unique_clicks,clicks\n{url},{290 + number * 53 % 97},{400 + number * 61 % 130}\n",
        f"sent,delivered,opens\n{sends + 90},{sends},{19_000 + number * 97 % 2000}\n",
    ):
        file.write_text(text, "utf-8")
        digest(newsroom, "receipts", "daily", str(day), "--file", str(file))


def digest(newsroom: Path, *arguments: str) -> None:
    """One command in a newsroom."""
    command = [sys.executable, "-m", "digest", *arguments, "--root", str(newsroom)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def photograph_report(browser: Browser, page: Path, width: int, height: int, out: Path) -> None:
    """The top of the report."""
    tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    tab.goto(page.as_uri())
    tab.screenshot(path=out)
    tab.close()


def desk(browser: Browser, newsroom: Path) -> None:
    """The desk over the sample: the issue with the reasons beside it, the calendar and the bookings."""
    from datetime import UTC, date, datetime
    from threading import Thread

    from digest.desk import Desk, DeskOptions, PageLinks, Proofs, listen

    day = date.fromisoformat(DATE)
    options = DeskOptions(root=newsroom, outbox=newsroom / "outbox", edition="daily", day=day)
    clock = datetime(day.year, day.month, day.day, 14, tzinfo=UTC)
    with listen(Desk(Proofs(options, lambda: clock), PageLinks()), 0) as server:
        Thread(target=server.serve, daemon=True).start()
        for name, scheme in (("", "light"), ("calendar?plan=1", "light"), ("bookings", "dark")):
            tab = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme=scheme)  # type: ignore[arg-type]
            tab.set_default_timeout(120_000)  # a busy machine takes its time
            tab.goto(server.url + name)
            if not name:
                tab.frame_locator("iframe").locator("[data-line-item]").first.wait_for()
                tab.locator(".row.story > details > summary").nth(2).click()
                tab.wait_for_timeout(500)
            tab.screenshot(path=IMAGES / f"desk-{name.partition('?')[0] or 'issue'}.png")
            tab.close()


def refuse(route: Route) -> None:
    """Load nothing."""
    route.abort()


def together(browser: Browser) -> None:
    """One picture of all, side by side."""
    shots = [IMAGES / f"{theme}-{view}.png" for theme, view in SHOWN]
    cells = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(shot.read_bytes()).decode()}" height="560">'
        for shot in shots
    )
    tab = browser.new_page(viewport={"width": 1480, "height": 600})
    tab.set_content(f'<body style="margin:20px;display:flex;gap:12px;background:#fff">{cells}</body>')
    tab.screenshot(path=IMAGES / "overview.png", full_page=True)
    tab.close()


if __name__ == "__main__":
    main()
