"""``python -m scripts.kills [--handover] [COUNT [SEED]]``: kill commands at any instant, and look what is left.

Without a word: ingest, build, mark-sent, recover, restore and prune; no issue is half and no row is lost, and after the
next whole build ledger and outbox agree. ``--handover``: handing over to every mailer, killed and with connections that
break; at most one campaign, none sent twice, and its id in the ledger.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests import killing, killing_handover


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "--handover"]
    handover = "--handover" in sys.argv
    count, seed = (int(word) for word in [*words, *("500" if handover else "1000", "1")[len(words) :]])
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as folder:
        wrong = (_handover if handover else _commands)(Path(folder), count, seed)
    for what in wrong:
        print(f"WRONG: {what}")
    print(f"{len(wrong)} wrong")
    return bool(wrong)


def _commands(folder: Path, count: int, seed: int) -> list[str]:
    tally = killing.kills(folder, count, seed)
    print(f"{sum(tally.kills.values())} kills of running commands: {dict(tally.kills)}")
    print(f"{sum(tally.finished.values())} were done before: {dict(tally.finished)}")
    return tally.wrong


def _handover(folder: Path, count: int, seed: int) -> list[str]:
    tally = killing_handover.kills(folder, count, seed)
    print(f"{dict(tally.runs)}; {tally.open_ends} ended between the intention and the answer")
    return tally.wrong


if __name__ == "__main__":
    sys.exit(main())
