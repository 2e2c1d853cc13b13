"""``python -m scripts.kills [COUNT [SEED]]``: kill ingest, build, mark-sent, recover, restore and prune at any instant.

After each kill no issue is half and no row is lost; after the next whole build ledger and outbox agree.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.killing import kills


def main() -> int:
    count, seed = (int(word) for word in [*sys.argv[1:], *("1000", "1")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as folder:
        tally = kills(Path(folder), count, seed)
    print(f"{sum(tally.kills.values())} kills of running commands: {dict(tally.kills)}")
    print(f"{sum(tally.finished.values())} were done before: {dict(tally.finished)}")
    for wrong in tally.wrong:
        print(f"WRONG: {wrong}")
    print(f"{len(tally.wrong)} wrong")
    return bool(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
