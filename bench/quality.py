"""How good events and ranking are on real news, beside plain baselines: ``make quality``.

The data is not part of the project: ``DIGEST_DATA`` names its folder. Each file is gzipped JSON lines:
``engagement_2019`` (stories with shares, reactions and comments, hidden here from the ranker), ``wikinews_events`` and
``uci_2014_clusters`` (stories with the ``cluster`` they belong to), ``headline_pairs`` (two headlines and how alike
people found them, 0 to 5). Without the folder everything is skipped, with the reason.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations, product
from math import fsum, log2
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, TypeAlias

from digest.model import (
    AdBook,
    Edition,
    Likeness,
    Links,
    Look,
    Newsroom,
    Publication,
    Ranking,
    SectionSpec,
    Story,
    Thin,
    Window,
)
from digest.select import SelectRequest, group, same_event, select
from tests.quality.columns import columns
from tests.quality.invented import everything

Row: TypeAlias = dict[str, Any]
Pairs: TypeAlias = set[tuple[str, str]]
Verdicts: TypeAlias = tuple[list[bool], list[bool]]  # what was found, and what is true
FOLDER = Path(os.environ.get("DIGEST_DATA", "../shared/data"))
FIRST = datetime(2014, 1, 1, tzinfo=UTC)
TOP = 10
# Weights to measure; none are the defaults. "As built": the ten stories of an issue, one telling an event.
CHOICES: dict[str, dict[str, float]] = {
    "coverage alone": {"coverage": 1.0},
    "sample newsroom": {"recency": 1.0, "coverage": 3.0, "popularity": 2.0, "editorial": 4.0},
    "default weights": {},
}
FORMS = ("{}.jsonl.gz", "{}.dev.jsonl.gz", "{}.test.jsonl.gz")


def main() -> None:
    """Print the table."""
    if not FOLDER.is_dir():
        print(f"skipped: there is no folder {FOLDER}; DIGEST_DATA names the folder of the data")
        return
    for name, measure in (
        ("engagement_2019", ranking),
        ("wikinews_events", events),
        ("headline_pairs", headlines),
        ("uci_2014_clusters", merges),
    ):
        data = rows(name)
        if data:
            measure(data)
        else:
            print(f"skipped: {FOLDER} has no {name}.jsonl.gz")
    judged()
    names_decide()
    stories = list(columns())
    print(f"\nfalse merges among {len(stories)} invented columns, results and recurring headlines")
    line("this project", f"{sum(len(event) > 1 for event in group(stories))}", "aim 0")


def line(name: str, figures: str, note: str = "") -> None:
    print(f"  {name:<44}{figures:<44}{note}", flush=True)


def rows(name: str) -> list[Row]:
    """The rows of a data set, whichever part of it the folder holds."""
    for form in FORMS:
        path = FOLDER / form.format(name)
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                return [json.loads(row) for row in lines]
    return []


def story_of(row: Row) -> Story:
    at = datetime.fromisoformat(row["published_at"]) if row.get("published_at") else None
    return Story(
        id=row["id"],
        url=row["url"],
        title=row["title"] or "",
        summary=row.get("summary") or "",
        sections=("News",),
        source=row.get("source") or "",
        published_at=at,
        first_seen=at or FIRST,
    )


# --- ranking ----------------------------------------------------------------------------------------------------


def ranking(data: list[Row]) -> None:
    """NDCG@10 a day, gain = percentile of the engagement within the publisher."""
    gains = percentiles(data)
    days: dict[str, list[Row]] = defaultdict(list)
    for row in data:
        if row["id"] in gains:
            days[row["published_at"][:10]].append(row)
    dice = Random(1)
    print(f"\nNDCG@{TOP} against hidden engagement, {len(days)} days, {len(gains)} stories")
    chance = [
        ndcg(days, gains, lambda day: [row["id"] for row in dice.sample(day, len(day))]) for _ in range(20)
    ]
    line("random", f"{mean(chance):.3f}")
    line("newest first", f"{ndcg(days, gains, newest):.3f}")
    line("coverage by title Jaccard .35 alone", f"{ndcg(days, gains, plain_coverage):.3f}")
    for name, weights in CHOICES.items():
        score, built = (
            ndcg(days, gains, partial(by_score, weights=weights, built=built)) for built in (False, True)
        )
        line(f"this project, {name}", f"{score:.3f}   as built {built:.3f}", "aim 0.68, both")


def percentiles(data: list[Row]) -> dict[str, float]:
    """Story id -> the share of its publisher's stories with less engagement, equals counted half."""
    totals: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in data:
        counts = [row["popularity"].get(name) for name in ("reaction", "comment", "share")]
        if any(count is not None for count in counts):
            totals[row["source"]].append((fsum(count or 0 for count in counts), row["id"]))
    return {
        id: (sum(other < total for other, _ in own) + sum(other == total for other, _ in own) / 2) / len(own)
        for own in totals.values()
        for total, id in own
    }


def ndcg(
    days: dict[str, list[Row]], gains: dict[str, float], order: Callable[[list[Row]], list[str]]
) -> float:
    def worth(values: Sequence[float]) -> float:
        return fsum(value / log2(place + 2) for place, value in enumerate(values[:TOP]))

    return mean(
        worth([gains[id] for id in order(day)])
        / worth(sorted((gains[row["id"]] for row in day), reverse=True))
        for _, day in sorted(days.items())
    )


def newest(day: list[Row]) -> list[str]:
    return [row["id"] for row in sorted(day, key=lambda row: (row["published_at"], row["id"]), reverse=True)]


def plain_coverage(day: list[Row]) -> list[str]:
    others: dict[str, set[str]] = defaultdict(set)
    for a, b in alike([(row["id"], row["title"]) for row in day], 0.35):
        others[a].add(b)
        others[b].add(a)
    source = {row["id"]: row["source"] for row in day}
    coverage = {id: len({source[other] for other in others[id]} - {source[id]}) for id in source}
    return sorted(coverage, key=lambda id: (-coverage[id], id))


def by_score(day: list[Row], weights: dict[str, float], built: bool = False) -> list[str]:
    """The ids of one day by score: of all stories, or of the issue as it would be built."""
    start = datetime.fromisoformat(day[0]["published_at"][:10]).replace(tzinfo=UTC)
    sample = newsroom(weights)
    chosen = select(
        SelectRequest(
            newsroom=sample,
            edition=sample.editions[0],
            day=(start + timedelta(days=1)).date(),
            window=Window(start, start + timedelta(days=1)),
            stories=tuple(map(story_of, day)),
        )
    )
    if built:
        return [entry.story.id for entry in chosen.lineup]
    scored = [(entry.score, entry.story) for entry in chosen.lineup]
    scored += [(left.score or 0.0, left.story) for left in chosen.left_out]
    return [
        story.id
        for _, story in sorted(scored, key=lambda pair: (-pair[0], -pair[1].time.timestamp(), pair[1].id))
    ]


def newsroom(weights: dict[str, float]) -> Newsroom:
    return Newsroom(
        root=Path("."),
        publication=Publication(name="News", url="https://news.example"),
        store="",
        sources=(),
        sections=(SectionSpec(id="news", title="News", top=TOP, min=0),),
        editions=(Edition(name="daily"),),
        ranking=Ranking(weights=weights),
        thin=Thin(),
        links=Links(),
        size_budget=95000,
        look=Look(),
        ads=AdBook(),
        inputs={},
    )


# --- events -----------------------------------------------------------------------------------------------------


def events(data: list[Row]) -> None:
    true = true_pairs(data)
    print(f"\nsame event, {len(data)} stories of hand-made events, {len(true)} pairs")
    titled = [(row["id"], f"{row['title']} {(row.get('summary') or '')[:300]}") for row in data]
    best = max(
        (scored(alike(titled, step / 100), true) for step in range(5, 60, 5)), key=lambda figure: figure[2]
    )
    line("Jaccard of title and summary, best threshold", shown(best))
    line("this project", shown(scored(grouped(data), true)), "aim F1 0.80")


def merges(data: list[Row]) -> None:
    """Clusters here are topics: precision counts, recall only compares."""
    true = true_pairs(data)
    print(f"\nmerges, {len(data)} titles without summaries; clusters are topics, so recall only compares")
    plain = [(row["id"], row["title"]) for row in data]
    for least in (0.25, 0.35):
        figure = scored(alike(plain, least), true)
        line(f"Jaccard {least}", shown(figure))
    ours = scored(grouped(data), true)
    line(
        "this project",
        shown(ours),
        f"{ours[1] / max(figure[1], 1e-9):.1f} times the recall; aim 0.97 at 5 times",
    )


def headlines(data: list[Row]) -> None:
    """Pairs of headlines that people scored; 3.5 and more is the same event."""
    pairs = [row for row in data if row["set"].startswith("sts")]
    same = [row["score"] >= 3.5 for row in pairs]
    print(f"\nsame event, {len(pairs)} pairs of headlines")
    close = [jaccard(words_of(row["a"]), words_of(row["b"])) for row in pairs]
    best = max(
        (agreed([c >= step / 100 for c in close], same) for step in range(5, 95, 5)), key=lambda f: f[2]
    )
    line("Jaccard, best threshold", shown(best))
    alone = [same_event(headline("a", row["a"]), headline("b", row["b"])) for row in pairs]
    line("this project, each pair alone", shown(agreed(alone, same)), "aim F1 0.78")
    everyone = [headline(f"{side}{i}", row[side]) for i, row in enumerate(pairs) for side in "ab"]
    event = {story.id: number for number, members in enumerate(group(everyone)) for story in members}
    together = [event[f"a{i}"] == event[f"b{i}"] for i in range(len(pairs))]
    line("this project, all headlines of one day", shown(agreed(together, same)))


JUDGED = Path(__file__).parents[1] / "tests" / "quality" / "judged_pairs.tsv"


def judged() -> None:
    """Pairs of one day's stories that were judged by hand, most of them near the border."""
    print(f"\nsame event, judged pairs of stories of {len(judged_days())} days; weights were fitted on them")
    lines_of_judged(judged_together, "aim precision 0.95, F1 0.88")


def lines_of_judged(measure: Callable[[str, str], Verdicts], note: str = "") -> None:
    """A line for each day with judged pairs, as ``measure`` finds them, and one for all."""
    guessed, true = list[bool](), list[bool]()
    for name, day in judged_days():
        together, verdicts = measure(name, day)
        guessed, true = guessed + together, true + verdicts
        line(f"{name} {day}, {len(together)} pairs", shown(agreed(together, verdicts)))
    line(f"all, {len(true)} pairs", shown(agreed(guessed, true)), note)


def judged_days() -> list[tuple[str, str]]:
    """Data sets and days with judged pairs, as far as the data is here."""
    days = sorted({(name, day) for name, day, *_ in _judged_rows()})
    return [(name, day) for name, day in days if rows(name)]


def judged_pairs(name: str, day: str) -> list[tuple[str, str, bool]]:
    """Two ids and whether they tell one event; pairs that readers differ about are left out."""
    return [
        (a, b, verdict == "1")
        for of, on, a, b, verdict in _judged_rows()
        if (of, on) == (name, day) and verdict != "?"
    ]


def _judged_rows() -> list[list[str]]:
    return [line.split() for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#")]


def judged_together(name: str, day: str, likeness: Likeness | None = None) -> tuple[list[bool], list[bool]]:
    """Of the judged pairs of a day, which stand in one event, and which should."""
    events = group(stories_of(name, day), likeness)
    event = {story.id: number for number, members in enumerate(events) for story in members}
    pairs = judged_pairs(name, day)
    return [event[a] == event[b] for a, b, _ in pairs], [verdict for *_, verdict in pairs]


def stories_of(name: str, day: str) -> list[Story]:
    return [story_of(row) for row in rows(name) if row["published_at"].startswith(day)]


def names_decide() -> None:
    """Invented pairs in five languages, each alone: one frame filled twice, one name shared, one event rewritten."""
    for fresh, kept in product((False, True), repeat=2):
        merged: Counter[str] = Counter()
        count: Counter[str] = Counter()
        for kind, _, _, pairs in everything(kept, fresh=fresh):
            merged[kind] += sum(same_event(a, b) for a, b in pairs)
            count[kind] += len(pairs)
        half = "kept aside" if kept else "developed on"
        print(f"\ninvented pairs in five languages, {'second' if fresh else 'first'} set, {half}: merged")
        for kind, aim in (("same frame", "at most 1 %"), ("one name", "at most 1 %"), ("rewritten", "97 %")):
            line(kind, f"{merged[kind]} of {count[kind]}", f"aim {aim}")


def headline(id: str, title: str) -> Story:
    return Story(id=id, url=f"https://news.example/{id}", title=title, source=id, first_seen=FIRST)


def true_pairs(data: list[Row]) -> Pairs:
    clusters: dict[str, list[str]] = defaultdict(list)
    for row in data:
        clusters[row["cluster"]].append(row["id"])
    return {pair for members in clusters.values() for pair in combinations(sorted(members), 2)}


def grouped(data: list[Row]) -> Pairs:
    members = ([story.id for story in event] for event in group(map(story_of, data)))
    return {pair for event in members for pair in combinations(sorted(event), 2)}


def words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (len(a | b) or 1)


def alike(texts: Iterable[tuple[str, str]], least: float) -> Pairs:
    """Pairs of ids whose texts share at least ``least`` of their words."""
    known = [(id, words_of(text)) for id, text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    pairs: Pairs = set()
    for i, (id, own) in enumerate(known):
        shared = Counter(j for word in own for j in holders[word])
        for j, count in shared.items():
            if count / (len(own) + len(known[j][1]) - count) >= least:
                pairs.add((min(id, known[j][0]), max(id, known[j][0])))
        for word in own:
            holders[word].append(i)
    return pairs


def scored(guess: Pairs, true: Pairs) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    return figures(len(guess & true), len(guess), len(true))


def agreed(guess: Sequence[bool], true: Sequence[bool]) -> tuple[float, float, float]:
    return figures(sum(g and t for g, t in zip(guess, true, strict=True)), sum(guess), sum(true))


def figures(hits: int, guessed: int, true: int) -> tuple[float, float, float]:
    precision, recall = hits / (guessed or 1), hits / (true or 1)
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def shown(figure: tuple[float, float, float]) -> str:
    return "precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(*figure)


if __name__ == "__main__":
    main()
