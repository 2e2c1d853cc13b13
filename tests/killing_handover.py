"""Kills without number between the ledger and each mailer: ``handover`` in a forked process, killed at any instant.

Each story is three runs that end badly (killed at an instant, killed while the mailer works on a call, before or after
it acted, or with connections that break) and one that is left alone. After every run there is at most one campaign and
nothing went out twice; after the last one the ledger has its id. In every second story the issue is the second special
of its day, and the first one, whose campaign has nearly its name, was handed over before.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from digest.app import handover as working
from digest.cli import handover as command
from digest.mailers import Patience
from tests.fakes.mailers.apart import Apart, apart
from tests.fakes.mailers.every import FAKES
from tests.killing import ALERT, SPECIALS, clock
from tests.newsrooms import DIGEST, Room, newsroom, story
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
    for at, name in enumerate(names):
        with apart(name) as fake, _fast():
            template = _newsroom(folder / name / "template", name, fake)
            for number in range(-(-count // (len(names) * BAD_RUNS))):
                chance = random.Random(f"{seed}/{name}/{number}")
                room = Room(folder / name / str(number))
                shutil.copytree(template.root, room.root)
                fake.tell(reset=1)
                _story(room, fake, name, chance, tally, special=(at + number) % 2 == 1)
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
        settings = json.loads(written(kind(strict=False), fake.url))
        if "lists" in settings:
            settings["lists"]["alert"] = settings["lists"]["daily"]
        mailer = json.dumps(settings)
    room = newsroom(root, digest=DIGEST.replace("mailer: plain", f"mailer: {mailer}") + ALERT)
    told = [story(3 * hour + 300, published_at=f"2026-01-23T{hour:02d}:15:00+00:00") for hour in (8, 9, 12)]
    room.stories([*(story(number) for number in range(12)), *told])
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    for hour, day in (("10:45", SPECIALS[0]), ("14:45", SPECIALS[1])):
        with clock(f"2026-01-23T{hour}"):
            assert room.run("build", "--edition", "alert", "--date", day).code == 0
    return room


@dataclass(frozen=True)
class Mailed:
    """What a mailer has of one issue: the ids of its campaigns, and how often each one went out.

    Of ``smtp``, which keeps none: how many messages each reader got.
    """

    campaigns: set[str]
    sends: Counter[str]


def _story(room: Room, fake: Apart, name: str, chance: random.Random, tally: Tally, *, special: bool) -> None:
    wish = ("--now",) if name == "smtp" else chance.choice(WISHES)
    edition, day = ("alert", SPECIALS[1]) if special else ("daily", "2026-01-23")
    words = ("handover", edition, day, *wish)
    if special:
        first = room.run("handover", edition, SPECIALS[0], *wish)
        assert first.code == 0, (name, first)
    earlier = fake.tell(calm=1)

    def mailed() -> Mailed:
        state = fake.tell(calm=1)
        campaigns = set(state["campaigns"]) - set(earlier["campaigns"])
        return Mailed(campaigns, Counter(state["sends"]) - Counter(earlier["sends"]))

    wrong: list[str] = []
    for _ in range(BAD_RUNS):
        tally.runs[_bad_run(room, fake, words, chance)] += 1
        tally.open_ends += [event for event, _ in _rows(room, edition, day)][-1:] == ["intended"]
        wrong += _doubled(mailed())
    before = mailed()
    with patch.object(working, "LOOKS", (0.02, 0.05, 0.05)):
        code = room.run(*words).code
    after, rows = mailed(), _rows(room, edition, day)
    tally.runs["done"] += 1
    wrong += _doubled(after)
    if name == "smtp":
        wrong += _mail(rows, code, before.sends, after.sends)
    else:
        wrong += _settled(rows, code, wish, after)
    tally.wrong += [f"{name}, {room.root.name}, {' '.join(words)}: {one}" for one in wrong]


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
    while not select.select([fake.out], [], [], 0.005)[0]:
        info = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if info is not None:
            return


def _rows(room: Room, edition: str, day: str) -> list[tuple[str, str]]:
    """Events and campaigns of an issue, as the ledger has them."""
    with closing(sqlite3.connect(room.root / "var" / "digest.db")) as raw:
        found: list[tuple[str, str]] = raw.execute(
            "SELECT event, campaign FROM digest_campaigns WHERE name LIKE ? ORDER BY number",
            (f"{edition} {day} %",),
        ).fetchall()
    return found


def _doubled(mailed: Mailed) -> list[str]:
    wrong = []
    if len(mailed.campaigns) > 1:
        wrong.append(f"{len(mailed.campaigns)} campaigns")
    wrong += [f"{one} went out {n} times" for one, n in mailed.sends.items() if n > 1]
    return wrong


def _settled(rows: list[tuple[str, str]], code: int, wish: tuple[str, ...], mailed: Mailed) -> list[str]:
    """One campaign, as wished, and its id in the ledger."""
    wrong = []
    ids = {campaign for _, campaign in rows if campaign}
    if mailed.campaigns != ids or len(ids) != 1:
        wrong.append(f"the mailer has {sorted(mailed.campaigns)}, the ledger {sorted(ids)}")
    sent = wish == ("--now",)
    if code not in ((0, 5) if sent else (0,)):
        wrong.append(f"exit code {code}")
    if mailed.sends.total() != sent:
        wrong.append(f"it went out {mailed.sends.total()} times")
    return wrong


def _mail(rows: list[tuple[str, str]], code: int, before: Counter[str], after: Counter[str]) -> list[str]:
    """A mail server cannot be asked: what may have gone is refused until somebody looked; the rest goes out."""
    fate = {campaign: event for event, campaign in rows}
    unknown = {one for one, event in fate.items() if event == "intended"}
    wrong = [] if code in (0, 5) else [f"exit code {code}"]
    wrong += [f"{one} is lost" for one, event in fate.items() if event == "delivered" and not after[one]]
    if unknown and (code != 5 or after != before):
        wrong.append(f"{sorted(unknown)} may have gone, and it went on with {code}")
    if not unknown and set(after) != {"a@list.example", "b@list.example", "c@list.example"}:
        wrong.append(f"only {sorted(after)} got it")
    return wrong
