"""The life of newsrooms: whatever is done to two of them that share a store, what was sent stays sent, nothing is half,
nothing of one reaches the other, and ledger and outbox tell the same."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.newsrooms import DIGEST, Room, newsroom, story
from tests.postgres import database, for_test

DAYS = tuple(f"2026-01-{day}" for day in (20, 21, 22, 23))
NAMES = ("Harbor Post", "Lake Mirror")
who = st.sampled_from([0, 1])
days = st.sampled_from(DAYS)


@dataclass
class Paper:
    """What one newsroom should remember."""

    room: Room
    stories: list[dict[str, Any]] = field(default_factory=list)
    issues: dict[str, int] = field(default_factory=dict)  # revision by date
    sent: dict[str, dict[str, bytes]] = field(default_factory=dict)  # files by date
    pinned: set[str] = field(default_factory=set)

    def folder(self, day: str) -> Path:
        return self.room.root / "outbox" / "daily" / day

    def tell(self) -> None:
        self.room.stories(self.stories)


class Life(RuleBasedStateMachine):
    """SQLite; a shared PostgreSQL where ``url`` is given."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="digest-life-"))
        self.store = self.folder / "shared.db"
        address = self.url or f"sqlite:///{self.store}"
        self.run = Life.runs = getattr(Life, "runs", 0) + 1
        self.papers = []
        for name in NAMES:
            title = f"{name} {self.run}"  # on one server the lives do not meet either
            digest = DIGEST.replace("Harbor Post", title, 1).replace("sqlite:///var/digest.db", address)
            paper = Paper(newsroom(self.folder / name, digest=digest))
            paper.stories = [self._story(n) for n in range(16)]
            paper.tell()
            self.papers.append(paper)
        self.number = 16
        self.saved: Path | None = None

    @staticmethod
    def _story(number: int) -> dict[str, Any]:
        day = 19 + number % 4
        return story(number, published_at=f"2026-01-{day}T{8 + number % 12:02d}:{number % 60:02d}:00-05:00")

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(paper=who, count=st.integers(1, 6))
    def publish_stories(self, paper: int, count: int) -> None:
        self.papers[paper].stories += [self._story(self.number + n) for n in range(count)]
        self.number += count
        self.papers[paper].tell()
        assert self.papers[paper].room.run("ingest").code == 0

    @rule(paper=who, index=st.integers(0, 15))
    def correct_a_story(self, paper: int, index: int) -> None:
        self.papers[paper].stories[index] |= {"title": f"Corrected {index}: council bridge q{self.number}"}
        self.papers[paper].tell()

    @rule(paper=who, day=days, words=st.sampled_from([(), ("--rebuild",), ("--no-ingest",)]))
    def build(self, paper: int, day: str, words: tuple[str, ...]) -> None:
        mine = self.papers[paper]
        before, files = mine.issues.get(day), mine.room.files(day=day)
        result = mine.room.run("build", "--daily", "--date", day, *words)
        if day in mine.sent:
            assert result.code == 5
            assert mine.room.files(day=day) == files
        elif result.code == 0:
            revision = mine.room.manifest(day=day)["revision"]
            assert revision in ({1} if before is None else {before, before + 1})
            if files and revision == before:
                assert mine.room.files(day=day) == files
            mine.issues[day] = revision
        else:
            assert result.code == 3, result.err

    @rule(paper=who, day=days)
    def build_twice(self, paper: int, day: str) -> None:
        mine = self.papers[paper]
        if day in mine.sent:
            return
        self.build(paper, day, ())
        if day in mine.issues and mine.folder(day).is_dir():
            files = mine.room.files(day=day)
            assert "already up to date" in mine.room.run("build", "--daily", "--date", day).out
            assert mine.room.files(day=day) == files

    @rule(paper=who, day=days, delivered=st.one_of(st.none(), st.integers(0, 2000)))
    def mark_sent(self, paper: int, day: str, delivered: int | None) -> None:
        mine = self.papers[paper]
        words = () if delivered is None else ("--delivered", str(delivered))
        result = mine.room.run("mark-sent", "daily", day, *words)
        if day not in mine.issues:
            assert result.code == 2
            return
        assert result.code == 0, result.err
        files = mine.room.files(day=day)
        kept = {name: data for name, data in files.items() if name != "sent.json"}
        assert mine.sent.setdefault(day, kept) == kept
        receipt = json.loads(files["sent.json"])
        assert receipt["manifest"] == sha256(files["manifest.json"]).hexdigest()
        if delivered is not None:
            assert receipt["delivered"] == delivered

    @rule(paper=who, day=days)
    def take_back(self, paper: int, day: str) -> None:
        mine = self.papers[paper]
        allowed = day in mine.sent and not any(other > day for other in mine.issues)
        assert mine.room.run("mark-sent", "daily", day, "--undo").code == (0 if allowed else 2)
        if allowed:
            del mine.sent[day]

    @rule(paper=who, index=st.integers(0, 15), action=st.sampled_from(["pin", "hold", "kill", "release"]))
    def decide(self, paper: int, index: int, action: str) -> None:
        mine = self.papers[paper]
        result = mine.room.run("stories", action, f"s{index}")
        assert result.code in (0, 2)
        if action == "pin" and result.code == 0:
            mine.pinned.add(f"s{index}")

    @rule(paper=who, day=days)
    def lose_a_folder(self, paper: int, day: str) -> None:
        shutil.rmtree(self.papers[paper].folder(day), ignore_errors=True)

    @rule(paper=who)
    def restore_what_was_sent(self, paper: int) -> None:
        mine = self.papers[paper]
        for day in mine.sent:
            assert mine.room.run("issues", "restore", "daily", day).code == 0
            assert {name: mine.room.files(day=day)[name] for name in mine.sent[day]} == mine.sent[day]

    @precondition(lambda self: not self.url)
    @rule()
    def back_up(self) -> None:
        self.saved = self.folder / f"backup-{self.number}-{len(list(self.folder.glob('backup*')))}.db"
        assert self.papers[0].room.run("store", "backup", str(self.saved)).code == 0

    @precondition(lambda self: not self.url)
    @rule(from_backup=st.booleans())
    def lose_the_store(self, from_backup: bool) -> None:
        """It comes back from a backup, or not at all, and the outbox tells the rest."""
        for path in self.folder.glob("shared.db*"):
            path.unlink()
        if from_backup and self.saved:
            shutil.copy(self.saved, self.store)
        for mine in self.papers:
            assert mine.room.run("recover").code == 0
            rows = {row["date"]: row for row in mine.room.run("issues", "--json").json["issues"]}
            for day in DAYS:
                if mine.folder(day).is_dir():  # what lies in the outbox is known again, as it lies there
                    assert rows[day]["revision"] >= mine.room.manifest(day=day)["revision"]
                    assert (rows[day]["sent_at"] is not None) or day not in mine.sent
            mine.issues = {day: row["revision"] for day, row in rows.items()}
            gone = [day for day in mine.sent if rows.get(day, {}).get("sent_at") is None]
            for day in gone:
                assert not mine.folder(day).is_dir()
                del mine.sent[day]
            for day, row in rows.items():
                if row["sent_at"] and day not in mine.sent:  # the backup is of before it was taken back
                    assert not from_backup or mine.room.run("issues", "restore", "daily", day).code in (0, 5)
                    mine.sent[day] = {n: d for n, d in mine.room.files(day=day).items() if n != "sent.json"}

    @invariant()
    def ledger_and_outbox_agree(self) -> None:
        for mine in self.papers:
            rows = mine.room.run("issues", "--json").json["issues"]
            assert {row["date"]: row["revision"] for row in rows} == mine.issues
            assert {row["date"] for row in rows if row["sent_at"]} == set(mine.sent)
            outbox = mine.room.root / "outbox" / "daily"
            for folder in outbox.iterdir() if outbox.is_dir() else ():
                assert not folder.name.startswith(".") or ".changed-by-hand" in folder.name, folder
                files = {path.name: path.read_bytes() for path in folder.iterdir()}
                for name, entry in json.loads(files["manifest.json"])["files"].items():
                    assert sha256(files[name]).hexdigest() == entry["sha256"]
                assert ("sent.json" in files) == (folder.name in mine.sent)

    @invariant()
    def what_was_sent_is_as_it_was(self) -> None:
        for mine in self.papers:
            for day, files in mine.sent.items():
                if mine.folder(day).is_dir():
                    there = mine.room.files(day=day)
                    assert {name: there[name] for name in files} == files


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_life_of_two_newsrooms_in_one_store(kind: str) -> None:
    with nullcontext("") if kind == "sqlite" else for_test(database()) as url:
        machine = type("Lived", (Life,), {"url": url})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=5, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
