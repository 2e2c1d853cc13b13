"""The store: a day's candidates with two million stories of history against twenty thousand, and what upserts cost."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.build import FRESH, age
from bench.pairs import ratio, row
from digest.model import Publication, Story
from digest.store import Store, open_store

END = datetime(2026, 1, 23, 11, tzinfo=UTC)
PUBLICATION = Publication(name="Bench", url="https://bench.example")
COPIES = 99  # of the first stories, further back: two million in all
STEP = timedelta(seconds=288)


def stories(count: int) -> Iterator[Story]:
    """As a day of a busy house: a story about every five minutes, back in time."""
    for number in range(count):
        yield Story(
            id=f"s{number}",
            url=f"https://bench.example/2026/01/a-story-with-an-address-{number}",
            title=f"Story {number} of the town, and what comes of it",
            summary="What is known so far, and what the town will do about it next week. " * 2,
            sections=("Local News",),
            source="bench",
            published_at=END - STEP * (number + 1),
            popularity={"views": number},
            first_seen=END,
        )


def opened(path: Path) -> Store:
    return open_store(f"sqlite:///{path}", PUBLICATION)


def spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def day_of(store: Store) -> float:
    return spent(lambda: store.candidates(END - STEP * 500, END))


def read_by_hand(path: Path) -> float:
    """The same rows by the standard library, not made into stories."""
    with sqlite3.connect(path) as connection:
        since = int((END - STEP * 500).timestamp() * 1_000_000)
        query = "SELECT * FROM digest_stories WHERE runs_from >= ?"
        return spent(lambda: connection.execute(query, (since,)).fetchall())


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.db", Path(folder) / "large.db"
        for path in (small, large):
            with opened(path) as store:
                took = spent(lambda to=store: to.upsert(stories(FRESH), END))  # type: ignore[misc]
                again = spent(lambda to=store: to.upsert(stories(FRESH), END))  # type: ignore[misc]
        print(f"upsert: {FRESH / took:,.0f} new stories a second, {FRESH / again:,.0f} unchanged ones")
        age(large, copies=COPIES)
        with opened(small) as few, opened(large) as many:
            row(
                "candidates, 2,000,000 / 20,000 stories",
                ratio(lambda: day_of(many), lambda: day_of(few)),
                1.3,
            )
            row("candidates / the bare rows", ratio(lambda: day_of(few), lambda: read_by_hand(small)), 12)


if __name__ == "__main__":
    main()
