"""Which stories tell one event.

Stories are read in order of time. Each is compared only with the few that share its rarest words and came shortly
before, so the work grows with the number of stories and not with its square. Pairs that are tied form events by
average link: two groups become one only if their members are tied on the whole. A chain of half-similar stories
therefore never melts into one event.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from digest.model import Likeness, Story
from digest.select.rarity import Rarity
from digest.select.telling import Telling, telling_of
from digest.select.ties import SURE, Tie, strength, tie_of
from digest.select.words import form_of, tokens

RAREST_IN_TITLE, RAREST_IN_SUMMARY = 8, 5
LEAST_RARE = 0.2  # weight below which a word brings no two stories together
LOOK_BACK = 16  # stories with a word that are looked at, the latest first
MOST_RIVALS = 5  # stories that one is compared with
LEAST_SHARED = 0.5  # weight of shared words below which nothing is compared,
LEAST_PART = 0.17  # nor, among many stories, below this part of the weight of the story's own rare words
MANY = 1000
MOST_LINKS = 30  # pairs that stand for all pairs of two large groups

Pair: TypeAlias = tuple[int, int]
Strength: TypeAlias = Callable[[int, int], float]


def group(stories: Iterable[Story], likeness: Likeness | None = None) -> list[list[Story]]:
    """The stories in events: each event by time, then id; events by their first story. Equal ids count once.

    ``likeness``, where there is one, helps to find events told in other words.
    """
    unique = sorted({story.id: story for story in stories}.values(), key=lambda s: (s.time, s.id))
    with _no_collector():
        found = clusters([telling_of(story) for story in unique], likeness)
    return [[unique[i] for i in members] for members in found]


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing here makes reference cycles; walking the growing heap again and again would only cost time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def same_event(a: Story, b: Story, likeness: Likeness | None = None) -> bool:
    """Whether two stories, seen alone, tell one event."""
    return tie(a, b, likeness=likeness) is not None


def tie(a: Story, b: Story, among: Iterable[Story] = (), likeness: Likeness | None = None) -> Tie | None:
    """What ties two stories, or ``None``. Words that are frequent ``among`` these stories tell less."""
    first, second = telling_of(a), telling_of(b)
    alike = likeness.between(a.id, b.id) if likeness else None
    found = tie_of(first, second, Rarity([*map(telling_of, among)] or (first, second)), alike)
    return found and replace(found, shared=_as_written(found.shared, a))


def _as_written(forms: Sequence[str], story: Story) -> tuple[str, ...]:
    """Words as a story has them, and not the forms that they are compared in."""
    written = {form_of(word): word for word in reversed(tokens(f"{story.title} {story.summary}"))}
    return tuple(written.get(form, form) for form in forms)


def clusters(tellings: Sequence[Telling], likeness: Likeness | None = None) -> list[list[int]]:
    """Groups of indices into ``tellings`` (ordered by time), each sorted, in order of their first."""
    rarity = Rarity(tellings)
    twin = _twins(tellings, rarity)
    heads = sorted(set(twin))
    known: dict[Pair, float] = {}

    def between(i: int, j: int) -> float:
        pair = (i, j) if i < j else (j, i)
        if pair not in known:
            one, other = tellings[pair[0]], tellings[pair[1]]
            alike = likeness.between(one.id, other.id) if likeness else None
            known[pair] = strength(one, other, rarity, alike)
        return known[pair]

    rivals = _rivals(tellings, heads, rarity)
    if likeness:
        near = likeness.nearest([tellings[i].id for i in heads])
        rivals = list(dict.fromkeys([*rivals, *((heads[j], heads[i]) for j, i in near)]))
    groups = _linked(rivals, between)
    found: dict[int, list[int]] = defaultdict(list)
    for i, head in enumerate(twin):
        found[groups.get(head, head)].append(i)
    return sorted(found.values())


def _twins(tellings: Sequence[Telling], rarity: Rarity) -> list[int]:
    """For each telling the first with the same address, or the same title and text, not long before."""
    twin, latest = list(range(len(tellings))), dict[object, int]()
    for i, telling in enumerate(tellings):
        for key in (telling.address, (telling.written, telling.summary)):
            before = latest.setdefault(key, i) if key else i
            if before != i:
                if _is_twin(tellings[before], telling, rarity):
                    twin[i] = min(twin[i], twin[before])
                latest[key] = i
    return twin


def _is_twin(a: Telling, b: Telling, rarity: Rarity) -> bool:
    return strength(a, b, rarity) >= SURE and (a.address == b.address or a.written == b.written)


def _rivals(tellings: Sequence[Telling], heads: Sequence[int], rarity: Rarity) -> list[Pair]:
    """Pairs worth comparing: those that share rare words, the strongest few for each story."""
    posted: dict[str, list[int]] = defaultdict(list)
    pairs: list[Pair] = []
    part = LEAST_PART if rarity.stories >= MANY else 0.0
    for i in heads:
        rare = _rarest(tellings[i], rarity)
        rest = rarity.of(rare)
        least = max(LEAST_SHARED, part * rest)
        weight: dict[int, float] = {}
        for word in rare:
            worth, held = rarity[word], posted[word]
            for j in held[-LOOK_BACK:]:
                if j in weight:
                    weight[j] += worth
                elif rest >= least:  # what shares no rarer word can still reach it
                    weight[j] = worth
            held.append(i)
            rest -= worth
        best = sorted((j for j in weight if weight[j] >= least), key=lambda j: (-weight[j], -j))
        pairs.extend((j, i) for j in best[:MOST_RIVALS])
    return pairs


def _rarest(telling: Telling, rarity: Rarity) -> list[str]:
    head = sorted((-rarity[word], word) for word in telling.title)[:RAREST_IN_TITLE]
    below = sorted((-rarity[word], word) for word in telling.summary - telling.title)[:RAREST_IN_SUMMARY]
    return [word for weight, word in (*head, *below) if -weight >= LEAST_RARE]


def _linked(pairs: Iterable[Pair], between: Strength) -> dict[int, int]:
    """Average link over the tied pairs: member -> first member of its group."""
    near: dict[int, set[int]] = defaultdict(set)
    heap: list[tuple[float, int, int, int, int]] = []
    for i, j in pairs:
        tied = between(i, j)
        if tied >= 0:
            heap.append((-tied, i, j, 1, 1))
            near[i].add(j)
            near[j].add(i)
    heapify(heap)
    groups = {i: [i] for i in near}
    while heap:
        _, a, b, of_a, of_b = heappop(heap)
        if a in groups and b in groups and (len(groups[a]), len(groups[b])) == (of_a, of_b):
            _join(groups, near, a, b)
            for c in sorted(near[a]):
                _offer(heap, groups, between, min(a, c), max(a, c))
    return {member: head for head, members in groups.items() for member in members}


def _join(groups: dict[int, list[int]], near: dict[int, set[int]], a: int, b: int) -> None:
    groups[a] = sorted(groups[a] + groups.pop(b))
    near[a] = (near[a] | near.pop(b)) - {a, b}
    for c in near[a]:
        near[c].discard(b)
        near[c].add(a)


def _offer(
    heap: list[tuple[float, int, int, int, int]],
    groups: dict[int, list[int]],
    between: Strength,
    a: int,
    b: int,
) -> None:
    links = [(i, j) for i in groups[a] for j in groups[b]]
    if len(links) > MOST_LINKS:
        links = [links[k * len(links) // MOST_LINKS] for k in range(MOST_LINKS)]
    average = sum(between(i, j) for i, j in links) / len(links)
    if average >= 0:
        heappush(heap, (-average, a, b, len(groups[a]), len(groups[b])))
