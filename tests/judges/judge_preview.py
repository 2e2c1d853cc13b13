"""``digest preview`` in Chromium: light and dark as they are switched, no script, and a page for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from digest.desk import Desk, DeskOptions, PageLinks, Proofs, listen
from tests.judges.tools import CHROMIUM, node
from tests.newsrooms import newsroom

DAY = date(2026, 1, 23)
EVIL = "<script>parent.document.title = 'ran'</script></body>"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the browser says, by the scheme of its desktop and its width; the mail holds a script."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    room = newsroom(tmp_path_factory.mktemp("room"))
    frame = (Path(__file__).parents[2] / "templates" / "issue.html.j2").read_text(encoding="utf-8")
    (room.root / "templates").mkdir()
    room.write("templates/issue.html.j2", frame.replace("</body>", EVIL))
    proofs = Proofs(
        DeskOptions(root=room.root, outbox=room.root / "outbox", day=DAY),
        lambda: datetime(2026, 1, 23, 14, tzinfo=UTC),
    )
    assert (
        EVIL.encode()
        in proofs.proof(proofs.newsroom(), *proofs.which(proofs.newsroom(), None, None)).files["index.html"]
    )
    with listen(Desk(proofs, PageLinks()), 0) as server:
        Thread(target=server.serve, daemon=True).start()
        found: list[Any] = node(
            "preview.mjs", {"url": server.url, "browser": CHROMIUM}, "playwright-core", "axe-core"
        )
        server.stop()
    return found


def test_the_mail_follows_the_switch_whatever_the_desktop(seen: list[Any]) -> None:
    assert [one["dark"] for one in seen] == [False, False, True, True]
    assert [one["schemes"] for one in seen] == [{"light": False, "dark": True}] * 4


def test_no_script_of_the_mail_runs(seen: list[Any]) -> None:
    assert {one["title"] for one in seen} == {f"daily {DAY}: preview"}


def test_axe_finds_nothing_on_the_page(seen: list[Any]) -> None:
    assert [one["axe"] for one in seen] == [[]] * 4


def test_the_page_scrolls_sideways_nowhere(seen: list[Any]) -> None:
    assert max(one["sideways"] for one in seen) <= 0
