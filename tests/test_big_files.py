"""Files are not in a hurry: the time for what comes over the network is no bound for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.app import ingest
from tests.newsrooms import DIGEST, newsroom


def test_a_file_is_read_however_long_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history of 300,000 stories takes longer than any server may."""
    monkeypatch.setattr(ingest, "_SECONDS", -10.0)
    away = '  - {name: away, type: rss, url: "https://feeds.invalid/rss"}\n'
    room = newsroom(tmp_path / "room", digest=DIGEST.replace("sections:\n", f"{away}sections:\n", 1))
    told = {one["name"]: one for one in room.run("ingest", "--json").json["sources"]}
    assert told["post"]["new"] == 12
    assert not told["post"]["error"]
    assert "time for all sources was over" in told["away"]["error"]
