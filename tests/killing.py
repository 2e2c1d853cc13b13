"""Kills without number: a command runs in a forked process, which is killed at any instant of it.

The parent has everything imported, so that a child spends its time on the work that matters, not on its start.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from digest.cli import commands
from tests.newsrooms import DIGEST, Room, newsroom, story
from tests.postgres import database

DAYS = ("2025-10-21", "2025-10-22", "2026-01-22", "2026-01-23")
ALERT = """\
  alert: {cadence: on_demand, min_stories: 1, late: 0h, expected_sends: 400, from: "Harbor Post <news@harbor.example>",
          sections: [local-news]}
thin: {widen: 0h}
"""
SPECIALS = ("2026-01-23", "2026-01-23.2", "2026-01-23.3")  # issues of an edition on demand, all on one date
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ingest",),
    ("build", "--daily", "--date", "DAY"),
    ("build", "--daily", "--date", "DAY", "--no-ingest", "--rebuild"),
    ("mark-sent", "daily", "DAY", "--delivered", "700"),
    ("recover",),
    ("issues", "restore", "daily", "DAY"),
    ("store", "prune", "--before", "2025-11-30"),
    ("build", "--edition", "alert"),
    ("build", "--edition", "alert", "--date", "SPECIAL", "--rebuild"),
    ("mark-sent", "alert", "SPECIAL", "--delivered", "390"),
    ("issues", "restore", "alert", "SPECIAL"),
)


@dataclass
class Tally:
    """How many kills hit a command that was running, by command, and what was found wrong after them."""

    kills: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def kills(folder: Path, count: int, seed: int, *, fresh_every: int = 25, server: bool = False) -> Tally:
    """Kill ``count`` running commands in newsrooms below ``folder``, and look each time.

    After ``fresh_every`` commands a new newsroom begins; on a ``server``, with a database of its own.
    """
    chance, tally = random.Random(seed), Tally()
    lasts: dict[tuple[str, ...], float] = {}
    number = -1
    while tally.kills.total() < count:
        number += 1
        if number % fresh_every == 0:
            with ExitStack() as stack:
                address = stack.enter_context(database()) if server else ""
                room = _newsroom(folder / str(number), address)
        words = tuple(
            word.replace("DAY", chance.choice(DAYS)).replace("SPECIAL", chance.choice(SPECIALS))
            for word in chance.choice(COMMANDS)
        )
        if chance.random() < 0.4:
            room.stories(_stories(number, chance.randint(16, 30)))
        before = _ledger(room)
        begun = time.monotonic()
        with clock(f"2026-01-23T{10 + number % fresh_every * 12 // fresh_every}:45"):
            killed = _run_and_kill(room, words, chance.random() * 1.1 * lasts.get(words[:2], 0.3))
        lasts.setdefault(words[:2], 0.3)
        if not killed:
            lasts[words[:2]] = max(0.02, (lasts[words[:2]] + time.monotonic() - begun) / 2)
        else:
            lasts[words[:2]] *= 1.02  # so that the end of it is reached too
        (tally.kills if killed else tally.finished)[
            " ".join(words[:2] if words[0] == "store" else words[:1])
        ] += 1
        tally.wrong += [f"{number} {' '.join(words)}: {what}" for what in _wrong(room, before)]
        if number % 5 == 4:
            with clock("2026-01-23T22:45"):
                tally.wrong += [f"{number} afterwards: {what}" for what in _settled(room)]
    return tally


@contextmanager
def clock(moment: str) -> Iterator[None]:
    """All commands run at a moment, which is in UTC."""
    at = datetime.fromisoformat(f"{moment}+00:00")
    commands()  # a module that is imported later would keep this clock
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("digest.cli") and hasattr(module, "now"):
                stack.enter_context(patch.object(module, "now", lambda: at))
        yield


def _newsroom(folder: Path, address: str) -> Room:
    store = DIGEST if not address else DIGEST.replace("sqlite:///var/digest.db", address)
    room = newsroom(folder, digest=store + ALERT)
    room.stories(_stories(0, 16))
    for day in DAYS[:3]:
        assert room.run("build", "--daily", "--date", day).code == 0
    assert room.run("mark-sent", "daily", DAYS[0]).code == 0
    with clock("2026-01-23T09:45"):
        assert room.run("build", "--edition", "alert").code == 0
        assert room.run("mark-sent", "alert", SPECIALS[0]).code == 0
    return room


def _stories(edition: int, count: int) -> list[dict[str, Any]]:
    rows = []
    for n in range(count):
        month, day = ("2025-10", 20 + n % 2) if n % 4 < 2 else ("2026-01", 21 + n % 2)
        rows.append(
            story(n, published_at=f"{month}-{day}T{8 + n % 10:02d}:00:00-05:00", priority=(n * edition) % 10)
        )
    rows += [  # what the specials of the day tell
        story(3 * hour + 300, published_at=f"2026-01-23T{hour:02d}:15:00+00:00") for hour in range(8, 22)
    ]
    return rows


def _run_and_kill(room: Room, words: tuple[str, ...], after: float) -> bool:
    """Whether the command was killed before its end."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            room.run(*words)
        finally:
            os._exit(0)
    end = time.monotonic() + after
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _ledger(room: Room) -> dict[str, Any]:
    """What must not become less, read past the program."""
    with closing(_raw(room)) as raw:
        rows = {
            "issues": raw.execute("SELECT edition, date, revision, sequence FROM digest_issues").fetchall(),
            "receipts": raw.execute("SELECT edition, date, at, delivered FROM digest_receipts").fetchall(),
            "stories": raw.execute(
                "SELECT id FROM digest_stories WHERE runs_from > 1767225600000000"
            ).fetchall(),
            "ads": raw.execute("SELECT issue, line_item, gap FROM digest_ran_ads").fetchall(),
            "sent issues": _sent(room),
        }
        if isinstance(raw, sqlite3.Connection):
            assert raw.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        halves = (
            "SELECT count(*) FROM digest_issues WHERE number NOT IN (SELECT issue FROM digest_manifests)",
            "SELECT count(*) FROM digest_ran_stories WHERE issue NOT IN (SELECT number FROM digest_issues)",
        )
        rows["told"] = raw.execute(
            "SELECT i.date, s.story FROM digest_ran_stories s JOIN digest_issues i ON i.number = s.issue "
            "WHERE i.edition = 'alert'"
        ).fetchall()
        rows["halves"] = [raw.execute(one).fetchone()[0] for one in halves]
    return rows


def _raw(room: Room) -> Any:
    path = room.root / "var" / "digest.db"
    if path.exists():
        return sqlite3.connect(path)
    import psycopg

    url = re.search(r"^store: (.*)$", (room.root / "digest.yaml").read_text(), re.MULTILINE)
    assert url is not None
    return psycopg.connect(url[1].replace("+psycopg", ""))


def _wrong(room: Room, before: dict[str, Any]) -> list[str]:
    found, now = [], _ledger(room)
    for name in ("issues", "receipts", "stories", "ads"):
        lost = set(before[name]) - set(now[name])
        if lost:
            found.append(f"{len(lost)} rows of {name} are lost")
    if any(now["halves"]):
        found.append("a half issue stands in the ledger")
    folders = (room.root / "outbox").glob("*/[0-9]*")
    found += [
        f"{folder.parent.name} {folder.name} is half an issue" for folder in folders if not _whole(folder)
    ]
    if len({story for _, story in now["told"]}) < len(now["told"]):
        found.append("two specials tell one story")
    return found


def _sent(room: Room) -> list[tuple[str, str, str]]:
    """Edition, date and manifest's sum of the folders with a receipt, of issues that pruning leaves alone."""
    return [
        (path.parts[-3], path.parts[-2], sha256((path.parent / "manifest.json").read_bytes()).hexdigest())
        for path in (room.root / "outbox").glob("*/2026*/sent.json")
    ]


def _whole(folder: Path) -> bool:
    try:
        manifest = (folder / "manifest.json").read_bytes()
        for name, entry in json.loads(manifest)["files"].items():
            if sha256((folder / name).read_bytes()).hexdigest() != entry["sha256"]:
                return False
        receipt = folder / "sent.json"
        return (
            not receipt.exists()
            or json.loads(receipt.read_bytes())["manifest"] == sha256(manifest).hexdigest()
        )
    except (OSError, ValueError, KeyError):
        return False


def _settled(room: Room) -> list[str]:
    """What is wrong after a whole build of every day: ledger and outbox agree, and nothing hidden is left."""
    found = []
    for day in DAYS[2:]:
        result = room.run("build", "--daily", "--date", day)
        if result.code not in (0, 5):
            found.append(f"the build of {day} ends with {result.code}: {result.err}")
    for words in (("alert",), *(("alert", "--date", day) for day in SPECIALS)):
        result = room.run("build", "--edition", *words)
        if result.code not in (0, 2, 3, 5):  # 2: a number would be left out; 3: nothing is new
            found.append(f"the build of {' '.join(words)} ends with {result.code}: {result.err}")
    rows = {(row["edition"], row["date"]): row for row in room.run("issues", "--json").json["issues"]}
    for folder in (room.root / "outbox").glob("*/*"):
        row, name = rows.get((folder.parent.name, folder.name)), f"{folder.parent.name} {folder.name}"
        if folder.name.startswith("."):
            found.append(f"{name} is left over")
        elif row is not None:
            manifest = json.loads((folder / "manifest.json").read_bytes())
            sent = (folder / "sent.json").exists()
            if manifest["revision"] != row["revision"]:
                found.append(f"{name}: the outbox has revision {manifest['revision']}, the ledger another")
            if sent != (row["sent_at"] is not None):
                found.append(f"{name}: outbox and ledger do not agree whether it was sent")
    return found
