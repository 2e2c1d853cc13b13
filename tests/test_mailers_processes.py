"""Handing over in processes: two at once, and killed at any instant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.mailers.apart import Apart, apart
from tests.fakes.mailers.every import FAKES
from tests.forks import at_once
from tests.killing_handover import kills
from tests.newsrooms import DIGEST, Room, newsroom
from tests.test_mailers_commands import LATER, secret_of, written


@pytest.fixture
def listmonk() -> Iterator[Apart]:
    with apart("listmonk") as fake:
        yield fake


@pytest.fixture
def room(tmp_path: Path, listmonk: Apart, monkeypatch: pytest.MonkeyPatch) -> Room:
    fake = next(kind for kind in FAKES if kind.name == "listmonk")(strict=False)
    monkeypatch.setenv("MAILER_SECRET", secret_of(fake))
    mailer = written(fake, listmonk.url)
    opened = newsroom(tmp_path / "room", digest=DIGEST.replace("mailer: plain", f"mailer: {mailer}"))
    assert opened.run("build", "--daily", "--date", "2026-01-23").code == 0
    return opened


@pytest.mark.parametrize("wish", [("--at", LATER), ("--draft",), ("--now",)], ids=lambda wish: wish[0])
def test_of_two_at_once_one_acts_and_the_other_says_so(
    wish: tuple[str, ...], room: Room, listmonk: Apart
) -> None:
    listmonk.tell(slow=0.3)
    both = at_once(room, [("handover", "daily", "2026-01-23", *wish, "--json")] * 2)
    ends = [(process.out, process.err, process.code) for process in both]
    state = listmonk.tell(calm=1)
    assert len(state["campaigns"]) == 1
    if wish == ("--now",):
        assert len(state["sends"]) == 1
        assert sorted(code for _, _, code in ends) == [0, 5], ends
        assert any("sent" in err for _, err, code in ends if code == 5)
        return
    results = [json.loads(out) for out, _, _ in ends]
    assert sorted(result["did"] for result in results) == ["created", "unchanged"], ends
    assert {result["campaign"] for result in results} == set(state["campaigns"])


def test_no_kill_makes_two_or_loses_an_id(tmp_path: Path) -> None:
    """A few of them; `python -m scripts.kills --only handover` does as many as you like."""
    pytest.importorskip("aiosmtpd", reason="aiosmtpd is not installed")
    tally = kills(tmp_path, 24, seed=16)
    assert tally.wrong == []
    assert tally.runs["killed"] + tally.runs["killed in a call"] > 4
