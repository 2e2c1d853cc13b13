"""``python -m scripts.kills [COUNT [SEED]]``: kill running commands at any instant, and look what is left.

Of COUNT kills six tenths hit ingest, build, mark-sent, recover, restore and prune on SQLite and a tenth the same on a
PostgreSQL server: no issue is half and no row is lost, and after the next whole build ledger and outbox agree. Three
tenths hit handovers to every mailer, and among them are runs whose connections break: at most one campaign, none sent
twice, and its id in the ledger. ``--only sqlite``, ``postgres`` or ``handover`` does all COUNT there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from digest.store import locks
from tests import killing, killing_handover
from tests.postgres import run

SHARES = {"sqlite": 6, "postgres": 1, "handover": 3}
TERM = 1500  # milliseconds of a lease on a server, instead of 15 s: every kill leaves one behind


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--only", choices=SHARES)
    options = parser.parse_args()
    shares = {options.only: 10} if options.only else SHARES
    all_failures, killed = [], 0
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as folder, run():
        for where, tenths in shares.items():
            begun = time.monotonic()
            count = options.count * tenths // 10
            if where == "handover":
                done, failures = _handover(Path(folder) / where, count, options.seed)
            else:
                done, failures = _commands(Path(folder) / where, count, options.seed, where == "postgres")
            print(
                f"{where}: {done} kills in {time.monotonic() - begun:.0f} s, {len(failures)} wrong",
                flush=True,
            )
            killed, all_failures = killed + done, all_failures + failures
    for what in all_failures:
        print(f"WRONG: {what}")
    print(f"{killed} kills, seed {options.seed}: {len(all_failures)} wrong")
    return bool(all_failures)


def _commands(folder: Path, count: int, seed: int, server: bool) -> tuple[int, list[str]]:
    with patch.multiple(locks, LASTS=TERM / 1000, _BEAT=0.3, _UNTIL=locks._NOW + TERM):
        tally = killing.kills(folder, count, seed, server=server)
    print(f"  of running commands: {dict(tally.kills)}; {tally.finished.total()} were done before")
    return tally.kills.total(), tally.wrong


def _handover(folder: Path, count: int, seed: int) -> tuple[int, list[str]]:
    tally = killing_handover.kills(folder, 2 * count, seed)  # half of them break or end before
    print(f"  {dict(tally.runs)}; {tally.open_ends} ended between the intention and the answer")
    return tally.runs["killed"] + tally.runs["killed in a call"], tally.wrong


if __name__ == "__main__":
    sys.exit(main())
