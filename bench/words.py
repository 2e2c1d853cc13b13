"""``stories list WORD`` in a store of a million stories, by the index and by reading every story."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from bench.build import FRESH, age
from bench.store import END, opened, stories
from digest.store import words
from digest.store.database import connect
from digest.store.store import Store

COPIES = 49


def _cpu(store: Store, *wanted: str) -> float:
    start = time.process_time()
    hits = store.search(words=wanted, limit=50)
    if len(hits) == 50:
        store.count(words=wanted)
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digest.db"
        with opened(path) as store:
            store.upsert(stories(FRESH), END)
        age(path, copies=COPIES)
        database = connect(f"sqlite:///{path}")
        start = time.process_time()
        with database.writing():
            database.run(text(f"DELETE FROM {words.TABLE}"))
            words.fill(database.connection)
        database.close()
        count = FRESH * (COPIES + 1)
        print(f"the index of {count:,} stories is made in {time.process_time() - start:.1f} s of CPU")
        with opened(path) as store:
            for what, wanted in (("50 stories", "4711"), ("every story", "town"), ("no story", "zeppelin")):
                print(f"a word of {what}: {min(_cpu(store, wanted) for _ in range(3)) * 1000:,.1f} ms of CPU")
            store._database.indexed = False
            print(f"the same, reading every story: {_cpu(store, '4711') * 1000:,.1f} ms of CPU")


if __name__ == "__main__":
    main()
