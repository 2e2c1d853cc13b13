"""How long it takes to find the events of a busy day beside the week before, and how that grows.

The stories are made up from a vocabulary with the skew of real text; each event is told by one to six sources.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from digest.model import Story
from digest.select import group
from digest.select.events.tokens import form_of

END = datetime(2026, 1, 23, 6, tzinfo=UTC)


def made_up(count: int, days: float, seed: int = 7) -> Iterator[Story]:
    """``count`` stories of the last ``days`` days: rare words grow with the number of stories, as in real news."""
    dice, number = Random(seed), 0
    while number < count:
        rare = [f"Q{dice.randrange(count * 3)}x" for _ in range(6)]
        at = END - timedelta(days=days * dice.random())
        for teller in range(min(dice.choice((1, 1, 1, 2, 3, 6)), count - number)):
            common = [f"word{int(2000 * dice.random() ** 3)}" for _ in range(12)]
            title = dice.sample(rare, 3) + common[:6]
            yield Story(
                id=f"s{number}",
                url=f"https://news.example/{number}",
                title=" ".join(title),
                summary=" ".join(dice.sample(rare, 4) + common),
                source=f"source {teller}",
                published_at=at + timedelta(minutes=teller),
                first_seen=at,
            )
            number += 1


def seconds(count: int, days: float) -> float:
    stories = list(made_up(count, days))
    form_of.cache_clear()  # every build is a process that has read no word yet
    start = time.process_time()
    group(stories)
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    seconds(300, 1)
    busiest = min(seconds(3000 + 2000, 8) for _ in range(3))
    print(f"3,000 stories of a day beside 2,000 of the week before: {busiest:.2f} s of processor time")
    for size in (500, 3000):
        small, large = (min(seconds(count, 1) for _ in range(3)) for count in (size, size * 10))
        print(
            f"{size} stories {small:.2f} s, {size * 10} stories {large:.2f} s: {large / small:.1f}x (at most 12x)"
        )


if __name__ == "__main__":
    main()
