"""Kills without number between the ledger and each mailer: ``handover`` in a forked process, killed at any instant.

Each story is three runs that end badly (killed at an instant, killed while the mailer works on a call, before or after
it acted, or with connections that break) and one that is left alone. After every run there is at most one campaign and
nothing went out twice; after the last one the ledger has its id.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from digest.app import handover as working
from digest.cli import handover as command
from digest.mailers import Patience
from tests.fakes.mailers.apart import Apart, apart
from tests.fakes.mailers.every import FAKES
from tests.newsrooms import DIGEST, Room, newsroom
from tests.test_mailers_commands import LATER, secret_of, written

NAMES = (*(one.name for one in FAKES), "smtp")
WISHES = (("--at", LATER), ("--now",), ("--draft",))
BAD_RUNS = 3


@dataclass
class Tally:
    """How runs ended: ``killed``, ``killed in a call``, ``broken``, ``done``; how many left an intention open."""

    runs: Counter[str] = field(default_factory=Counter)
    open_ends: int = 0
    wrong: list[str] = field(default_factory=list)


def kills(folder: Path, count: int, seed: int, names: tuple[str, ...] = NAMES) -> Tally:
    """At least ``count`` runs that end badly, shared among the mailers."""
    tally = Tally()
    for name in names:
        with apart(name) as fake, _fast():
            template = _newsroom(folder / name / "template", name, fake)
            for number in range(-(-count // (len(names) * BAD_RUNS))):
                chance = random.Random(f"{seed}/{name}/{number}")
                room = Room(folder / name / str(number))
                shutil.copytree(template.root, room.root)
                fake.tell(reset=1)
                _story(room, fake, name, chance, tally, f"{name} {number}")
                shutil.rmtree(room.root)
    return tally


def _fast() -> Any:
    """No long waits: a mailer of this machine lists at once what it made."""
    short = Patience(sleep=lambda seconds: time.sleep(min(seconds, 0.02)))
    plain = command.house_of

    def house_of(*words: Any) -> Any:
        house = plain(*words)
        house.wire["patience"] = short
        return house

    return patch.multiple(command, house_of=house_of)


def _newsroom(root: Path, name: str, fake: Apart) -> Room:
    kind = next((one for one in FAKES if one.name == name), None)
    if kind is None:
        mailer = f'{{type: smtp, url: "{fake.url}", to: [a@list.example, b@list.example, c@list.example], rate: 1000}}'
    else:
        os.environ["MAILER_SECRET"] = secret_of(kind(strict=False))
        mailer = written(kind(strict=False), fake.url)
    room = newsroom(root, digest=DIGEST.replace("mailer: plain", f"mailer: {mailer}"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    return room


def _story(room: Room, fake: Apart, name: str, chance: random.Random, tally: Tally, what: str) -> None:
    wish = ("--now",) if name == "smtp" else chance.choice(WISHES)
    words = ("handover", "daily", "2026-01-23", *wish)
    for run in range(BAD_RUNS):
        tally.runs[_bad_run(room, fake, words, chance)] += 1
        tally.open_ends += _events(room)[-1:] == ["intended"]
        tally.wrong += [f"{what} after {run + 1}: {wrong}" for wrong in _doubled(fake.tell(calm=1))]
    left: Counter[str] = Counter(fake.tell(calm=1)["sends"])
    with patch.object(working, "LOOKS", (0.02, 0.05, 0.05)):
        code = room.run(*words).code
    state = fake.tell(calm=1)
    tally.runs["done"] += 1
    tally.wrong += [f"{what} at the end: {wrong}" for wrong in _doubled(state)]
    if name == "smtp":
        tally.wrong += [f"{what}: {wrong}" for wrong in _mail(room, code, left, Counter(state["sends"]))]
    else:
        tally.wrong += [f"{what}: {wrong}" for wrong in _settled(room, code, wish, state)]


def _bad_run(room: Room, fake: Apart, words: tuple[str, ...], chance: random.Random) -> str:
    kind = chance.choice(("instant", "call", "call", "broken"))
    if kind == "call":
        fake.tell(hold=chance.randint(1, 4), acts=chance.random() < 0.7)
    elif kind == "broken":
        fake.tell(chaos=chance.random())
    else:
        fake.tell(slow=0.003)
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            working.LOOKS = (0.02, 0.05, 0.05)
            room.run(*words)
        finally:
            os._exit(0)
    if kind == "instant":
        time.sleep(chance.random() * 0.2)
    elif kind == "call":
        _wait_held(fake, child)
    else:
        os.waitpid(child, 0)
        return "broken"
    if os.waitpid(child, os.WNOHANG)[0]:
        return "done before"
    os.kill(child, signal.SIGKILL)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        return "done before"
    return "killed in a call" if kind == "call" else "killed"


def _wait_held(fake: Apart, child: int) -> None:
    """Until the mailer holds a call, or the run is over: it then made fewer calls."""
    out = fake.process.stdout
    assert out is not None
    while not select.select([out], [], [], 0.005)[0]:
        info = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if info is not None:
            return


def _rows(room: Room) -> list[tuple[str, str]]:
    with sqlite3.connect(room.root / "var" / "digest.db") as raw:
        rows = raw.execute("SELECT event, campaign FROM digest_campaigns ORDER BY number").fetchall()
    raw.close()
    return rows


def _events(room: Room) -> list[str]:
    return [event for event, _ in _rows(room)]


def _doubled(state: dict[str, Any]) -> list[str]:
    wrong = []
    if len(state["campaigns"]) > 1:
        wrong.append(f"{len(state['campaigns'])} campaigns")
    wrong += [f"{one} went out {n} times" for one, n in Counter(state["sends"]).items() if n > 1]
    return wrong


def _settled(room: Room, code: int, wish: tuple[str, ...], state: dict[str, Any]) -> list[str]:
    """One campaign, as wished, and its id in the ledger."""
    wrong = []
    ids = {campaign for _, campaign in _rows(room) if campaign}
    if set(state["campaigns"]) != ids or len(ids) != 1:
        wrong.append(f"the mailer has {state['campaigns']}, the ledger {sorted(ids)}")
    sent = wish == ("--now",)
    if code not in ((0, 5) if sent else (0,)):
        wrong.append(f"exit code {code}")
    if len(state["sends"]) != sent:
        wrong.append(f"it went out {len(state['sends'])} times")
    return wrong


def _mail(room: Room, code: int, before: Counter[str], after: Counter[str]) -> list[str]:
    """A mail server cannot be asked: what may have gone is refused until somebody looked; the rest goes out."""
    fate = {campaign: event for event, campaign in _rows(room)}
    unknown = {one for one, event in fate.items() if event == "intended"}
    wrong = [] if code in (0, 5) else [f"exit code {code}"]
    wrong += [f"{one} is lost" for one, event in fate.items() if event == "delivered" and not after[one]]
    if unknown and (code != 5 or after != before):
        wrong.append(f"{sorted(unknown)} may have gone, and it went on with {code}")
    if not unknown and set(after) != {"a@list.example", "b@list.example", "c@list.example"}:
        wrong.append(f"only {sorted(after)} got it")
    return wrong
