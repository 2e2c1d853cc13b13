"""A real Ghost, from a draft to what its readers are sent. Opt-in: ``tests/ghost.py`` says how."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import ghost
from tests.newsrooms import DIGEST, Room, newsroom
from tests.test_mailers_commands import LATER


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ghost.Site]:
    if missing := ghost.missing():
        pytest.skip(missing)
    with ghost.running(tmp_path_factory.mktemp("ghost")) as running:
        yield running


@pytest.fixture
def room(site: ghost.Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("GHOST_ADMIN_KEY", site.key)
    mailer = {
        "type": "ghost", "url": site.url, "key": "${GHOST_ADMIN_KEY}",
        "lists": {"daily": ["default-newsletter"]},
    }  # fmt: skip
    opened = newsroom(
        tmp_path / "room", digest=DIGEST.replace("mailer: plain", f"mailer: {json.dumps(mailer)}")
    )
    assert opened.run("build", "--daily", "--date", "2026-01-23").code == 0
    return opened


def hand_over(room: Room, *words: str) -> Any:
    result = room.run("handover", "daily", "2026-01-23", *words, "--json")
    assert result.code == 0, result.err
    return result.json


def sent(site: ghost.Site) -> dict[str, str]:
    """The one mailing, waited for."""
    end = time.monotonic() + 60
    while not site.sink.took and time.monotonic() < end:
        time.sleep(0.2)
    (mailing,) = site.sink.took
    return mailing


def test_from_a_draft_to_the_mailbox(site: ghost.Site, room: Room) -> None:
    first = hand_over(room, "--draft")
    assert (first["did"], first["status"]) == ("created", "draft")
    assert hand_over(room, "--at", LATER)["campaign"] == first["campaign"]
    (post,) = site.posts()
    assert (post["id"], post["status"], post["email_only"]) == (first["campaign"], "scheduled", True)
    assert post["published_at"] == "2099-01-23T11:30:00.000Z"
    assert hand_over(room, "--cancel")["did"] == "cancelled"
    assert site.posts()[0]["status"] == "draft"

    assert room.run("build", "--daily", "--date", "2026-01-23", "--pause", "aquafresh").code == 0
    assert hand_over(room, "--at", LATER)["did"] == "updated"
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert hand_over(room, "--draft")["campaign"] == first["campaign"]
    assert [post["status"] for post in site.posts()] == ["draft"]
    assert room.run("receipts", "daily", "2026-01-23").code == 2
    assert site.sink.took == []

    assert hand_over(room, "--now")["status"] == "sending"
    mailing = sent(site)
    assert 'data-line-item="aquafresh"' in mailing["html"]
    assert room.manifest()["subject"] in mailing["subject"]
    assert "%recipient.unsubscribe_url%" in mailing["html"]
    again = room.run("handover", "daily", "2026-01-23", "--now")
    assert (again.code, "not handed over again" in again.err) == (5, True)
    end = time.monotonic() + 60
    while (got := room.run("receipts", "daily", "2026-01-23", "--json")).code == 0:
        (issue,) = got.json["issues"]
        if issue["complete"] or time.monotonic() > end:
            break
        time.sleep(0.5)
    assert got.code == 0, got.err
    assert (issue["complete"], issue["sent"]) == (True, 1)
    assert "clicks" in got.err
    assert len(site.posts()) == len(site.sink.took) == 1
    assert site.key.split(":")[1] not in got.out + got.err + first["name"]
