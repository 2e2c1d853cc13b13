"""A fake in a process of its own, a fork of this one, told what to do line by line.

It prints its address, then obeys lines of JSON and answers each with what there is: ``{"chaos": SEED}`` breaks calls at
random, ``{"hold": N, "acts": B}`` says ``held`` at the N-th call to come and leaves it without an answer, ``{"slow":
SECONDS}`` answers late, ``{"calm": 1}`` works, ``{"reset": 1}`` forgets everything. ``smtp`` is a mail server.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tests.fakes.mailers import (
    Answer,
    Call,
    Dropped,
    Fake,
    Fault,
    answering,
    drop_after,
    drop_before,
    no_fault,
)
from tests.fakes.mailers.every import FAKES

FAULTS = (
    drop_before, drop_after, answering(500, {"message": "oops"}), answering(429, {}, Retry_After="1"),
    answering(200, b"<html>"),
)  # fmt: skip


class Breaking:
    """What happens to the next call."""

    def __init__(self) -> None:
        self.obey({"calm": 1})

    def obey(self, words: dict[str, Any]) -> None:
        if words.keys() & {"chaos", "hold", "slow", "calm"}:
            self.chance = random.Random(str(words["chaos"])) if "chaos" in words else None
            self.hold, self.acts = int(words.get("hold", 0)), bool(words.get("acts"))
            self.slow = float(words.get("slow", 0))

    def held(self) -> bool:
        """Whether this is the call to be left without an answer."""
        self.hold -= 1
        return self.hold == 0

    def broken(self) -> bool:
        return self.chance is not None and self.chance.random() < 0.2


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


class Kept(Protocol):
    """A fake as this program runs it."""

    def reset(self) -> None: ...
    def state(self) -> dict[str, Any]: ...


class Api:
    """A fake with an API."""

    def __init__(self, fake: Fake, breaking: Breaking) -> None:
        self.fake, self.breaking = fake, breaking
        self.plain = fake.answer
        fake.answer = self.answer  # type: ignore[method-assign]

    def answer(self, call: Call) -> Answer:
        time.sleep(self.breaking.slow)
        if self.breaking.held():
            if self.breaking.acts:
                self.fake.act(call)
            say("held")
            time.sleep(5)  # whoever asked is killed meanwhile
            raise Dropped
        fault: Fault = no_fault
        if self.breaking.broken():
            assert self.breaking.chance is not None
            fault = self.breaking.chance.choice(FAULTS)
        return fault(self.fake, call) or self.fake.act(call)

    def reset(self) -> None:
        self.fake.campaigns.clear()
        self.fake.sends.clear()

    def state(self) -> dict[str, Any]:
        return {"campaigns": list(self.fake.campaigns), "sends": list(self.fake.sends)}


class Mailbox:
    """A mail server: each message it took is one of ``sends``."""

    def __init__(self, breaking: Breaking) -> None:
        self.breaking, self.took = breaking, []  # type: Breaking, list[str]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        held, broken = self.breaking.held(), self.breaking.broken()
        if broken and self.breaking.chance is not None and self.breaking.chance.random() < 0.5:
            return "451 4.7.1 come back later"
        if not held or self.breaking.acts:
            self.took += envelope.rcpt_tos
        if held:
            say("held")
        if held or broken:
            server.transport.abort()
        return "250 queued"

    def reset(self) -> None:
        self.took.clear()

    def state(self) -> dict[str, Any]:
        return {"campaigns": [], "sends": list(self.took)}


def main(name: str) -> None:
    breaking = Breaking()
    if name == "smtp":
        from aiosmtpd.controller import Controller

        box = Mailbox(breaking)
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        controller = Controller(box, hostname="127.0.0.1", port=port)
        controller.start()
        _serve(f"smtp://127.0.0.1:{port}", box, breaking)
        controller.stop()
        return
    fake = next(one for one in FAKES if one.name == name)(strict=False)
    with fake.served() as url:
        _serve(url, Api(fake, breaking), breaking)


def _serve(url: str, kept: Kept, breaking: Breaking) -> None:
    say(url)
    for line in sys.stdin:
        words = json.loads(line)
        breaking.obey(words)
        if "reset" in words:
            kept.reset()
        say(json.dumps(kept.state()))


class Apart:
    """The other end: a fake that runs in a process of its own."""

    def __init__(self, name: str) -> None:
        their_in, our_in = os.pipe()
        our_out, their_out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(our_in)
                os.close(our_out)
                with (
                    open(their_in) as sys.stdin,
                    open(their_out, "w") as sys.stdout,
                    open(os.devnull, "w") as sys.stderr,
                ):
                    main(name)
            finally:
                os._exit(0)
        os.close(their_in)
        os.close(their_out)
        self.words, self.out = open(our_in, "w"), open(our_out)  # noqa: SIM115
        self.url = self.line()

    def line(self) -> str:
        return self.out.readline().strip()

    def tell(self, **words: Any) -> dict[str, Any]:
        """What there is, after it obeyed."""
        self.words.write(json.dumps(words) + "\n")
        self.words.flush()
        while (line := self.line()) == "held":
            pass
        state: dict[str, Any] = json.loads(line)
        return state

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.words.close()
        self.out.close()


@contextmanager
def apart(name: str) -> Iterator[Apart]:
    fake = Apart(name)
    try:
        yield fake
    finally:
        fake.close()
