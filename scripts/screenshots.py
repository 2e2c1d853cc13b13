"""The README's pictures: the sample issue in both themes, on a desktop, a phone and in dark mode.

Needs Chromium (``CHROMIUM`` names it, default ``/usr/bin/chromium``) and the Python package ``playwright``. Pictures of
the sample stories do not exist; painted hills stand in for them, so nothing is loaded from the network.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
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
}
SKIES = (("#f6c28b", "#7a4b3a"), ("#8fb8de", "#2c4a6b"), ("#a8d5ba", "#2f5d50"), ("#d9b8d4", "#5a3d6b"))


def main() -> None:
    """Build, photograph, and put together."""
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for theme in ("lively", "broadsheet"):
            page = build(Path(folder) / theme, theme)
            for view in VIEWS:
                photograph(browser, page, view, IMAGES / f"{theme}-{view}.png")
        together(browser)
        browser.close()


def build(newsroom: Path, theme: str) -> Path:
    """The sample issue in a theme, built in a newsroom of its own."""
    newsroom.mkdir()
    shutil.copytree(ROOT / "samples", newsroom / "samples")
    shutil.copy(ROOT / "adslots.yaml", newsroom)
    text = (ROOT / "digest.yaml").read_text("utf-8")
    text, changed = re.subn(r"(?m)^look:.*$", f"look: {{theme: {theme}}}", text)
    (newsroom / "digest.yaml").write_text(text if changed else f"{text}\nlook: {{theme: {theme}}}\n", "utf-8")
    command = [sys.executable, "-m", "digest", "build", "--daily", "--date", DATE, "--root", str(newsroom)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return newsroom / "outbox" / "daily" / DATE / "index.html"


def photograph(browser: Browser, page: Path, view: str, out: Path) -> None:
    """The top of a page in one view."""
    width, height, scheme = VIEWS[view]
    tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab.route(re.compile(r"^https?://"), paint)
    tab.goto(page.as_uri())
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        raise SystemExit(f"{page}: {wide} pixels wide in a window of {width}")
    tab.screenshot(path=out)
    tab.close()


def paint(route: Route) -> None:
    """Hills under a sky whose colours the address decides; a banner where it names a size."""
    url = route.request.url
    number = sha256(url.encode()).digest()[0]
    sky, land = SKIES[number % len(SKIES)]
    size = re.search(r"(\d{2,4})x(\d{2,4})", url)
    width, height = (int(size[1]), int(size[2])) if size else (640, 360)
    peak = width * (20 + number % 50) // 100
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="{sky}"/>'
        f'<circle cx="{width * 7 // 10}" cy="{height // 3}" r="{height // 9}" fill="#fff7e0"/>'
        f'<path d="M0 {height} L{peak} {height * 2 // 5} L{peak + width // 5} {height * 3 // 4} '
        f'L{width * 4 // 5} {height // 2} L{width} {height * 4 // 5} V{height} Z" fill="{land}"/></svg>'
    )
    route.fulfill(content_type="image/svg+xml", body=svg)


def together(browser: Browser) -> None:
    """One picture of all, side by side."""
    shots = [IMAGES / f"{theme}-{view}.png" for theme in ("lively", "broadsheet") for view in VIEWS]
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
