"""Which stories tell one event.

Stories are read in order of time. Each is compared only with the few that share its rarest words and came shortly
before, so the work grows with the number of stories and not with its square. Pairs that match form events by
average link: two groups become one only if their members match on the whole. A chain of half-similar stories
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
from digest.select.events.features import StoryFeatures, features_of
from digest.select.events.match import SURE, Match, logit_of, match_of
from digest.select.events.overrule import Decision, overruled
from digest.select.events.tokens import form_of, tokens
from digest.select.events.word_weights import WordWeights

LOOK_BACK = 16  # stories with a word that are looked at, the latest first
MOST_CANDIDATES = 5  # stories that one is compared with
LEAST_SHARED = 0.5  # weight of shared words below which nothing is compared,
LEAST_PART = 0.17  # nor, among many stories, below this part of the weight of the story's own rare words
MANY = 1000
MOST_LINKS = 30  # pairs that stand for all pairs of two large groups
TOGETHER = 0.5  # what is added to the average of several links: they say more than one of them

Pair: TypeAlias = tuple[int, int]
Logit: TypeAlias = Callable[[int, int], float]


def group(
    stories: Iterable[Story], likeness: Likeness | None = None, decided: Iterable[Decision] = ()
) -> list[list[Story]]:
    """The stories in events: each event by time, then id; events by their first story. Equal ids count once.

    ``likeness``, where there is one, helps to find events told in other words. What an editor ``decided`` holds,
    whatever else is alike.
    """
    unique = sorted({story.id: story for story in stories}.values(), key=lambda s: (s.time, s.id))
    with _no_collector():
        features = [features_of(story) for story in unique]
        events = overruled(features, clusters(features, likeness), decided)
    return [[unique[i] for i in members] for members in events]


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
    return match_between(a, b, likeness=likeness) is not None


def match_between(
    a: Story, b: Story, among: Iterable[Story] = (), likeness: Likeness | None = None
) -> Match | None:
    """Why two stories tell one event, or ``None``. Words that are frequent ``among`` these stories tell less."""
    return Matcher(list(among) or (a, b), likeness).between(a, b)


class Matcher:
    """Says of pairs of stories why they tell one event; words that are frequent ``among`` these stories tell less."""

    def __init__(self, among: Iterable[Story], likeness: Likeness | None = None) -> None:
        self._weights, self._likeness = WordWeights(map(features_of, among)), likeness

    def between(self, a: Story, b: Story) -> Match | None:
        alike = self._likeness.between(a.id, b.id) if self._likeness else None
        match = match_of(features_of(a), features_of(b), self._weights, alike)
        return match and replace(match, shared=_as_written(match.shared, a))


def _as_written(forms: Sequence[str], story: Story) -> tuple[str, ...]:
    """Words as a story has them, and not the forms that they are compared in."""
    written = {form_of(word): word for word in reversed(tokens(f"{story.title} {story.summary}"))}
    return tuple(written.get(form, form) for form in forms)


def clusters(features: Sequence[StoryFeatures], likeness: Likeness | None = None) -> list[list[int]]:
    """Groups of indices into ``features`` (ordered by time), each sorted, in order of their first."""
    weights = WordWeights(features)
    first_copy = _duplicates(features, weights)
    firsts = sorted(set(first_copy))
    known: dict[Pair, float] = {}

    def between(i: int, j: int) -> float:
        pair = (i, j) if i < j else (j, i)
        if pair not in known:
            one, other = features[pair[0]], features[pair[1]]
            alike = likeness.between(one.id, other.id) if likeness else None
            known[pair] = logit_of(one, other, weights, alike)
        return known[pair]

    candidates = _candidate_pairs(features, firsts, weights)
    if likeness:
        near = likeness.nearest([features[i].id for i in firsts])
        candidates = list(dict.fromkeys([*candidates, *((firsts[j], firsts[i]) for j, i in near)]))
    groups = _average_link(candidates, between)
    members_by_head: dict[int, list[int]] = defaultdict(list)
    for i, head in enumerate(first_copy):
        members_by_head[groups.get(head, head)].append(i)
    return sorted(members_by_head.values())


def _duplicates(features: Sequence[StoryFeatures], weights: WordWeights) -> list[int]:
    """For each story the first with the same address, or the same title and text, not long before."""
    first_copy, latest = list(range(len(features))), dict[object, int]()
    for i, story in enumerate(features):
        for key in (story.address, (story.written, story.summary)):
            before = latest.setdefault(key, i) if key else i
            if before != i:
                if _is_duplicate(features[before], story, weights):
                    first_copy[i] = min(first_copy[i], first_copy[before])
                latest[key] = i
    return first_copy


def _is_duplicate(a: StoryFeatures, b: StoryFeatures, weights: WordWeights) -> bool:
    return logit_of(a, b, weights) >= SURE and (a.address == b.address or a.written == b.written)


def _candidate_pairs(
    features: Sequence[StoryFeatures], firsts: Sequence[int], weights: WordWeights
) -> list[Pair]:
    """Pairs worth comparing: those that share rare words, the strongest few for each story."""
    holders: dict[str, list[int]] = defaultdict(list)
    pairs: list[Pair] = []
    part = LEAST_PART if weights.stories >= MANY else 0.0
    for i in firsts:
        rarest = weights.rarest(features[i])
        rest = weights.of(rarest)
        least = max(LEAST_SHARED, part * rest)
        weight: dict[int, float] = {}
        for word in rarest:
            worth, held = weights[word], holders[word]
            for j in held[-LOOK_BACK:]:
                if j in weight:
                    weight[j] += worth
                elif rest >= least:  # what shares no rarer word can still reach it
                    weight[j] = worth
            held.append(i)
            rest -= worth
        best = sorted((j for j in weight if weight[j] >= least), key=lambda j: (-weight[j], -j))
        pairs.extend((j, i) for j in best[:MOST_CANDIDATES])
    return pairs


def _average_link(pairs: Iterable[Pair], between: Logit) -> dict[int, int]:
    """Average link over the logit pairs: member -> first member of its group."""
    near: dict[int, set[int]] = defaultdict(set)
    heap: list[tuple[float, int, int, int, int]] = []
    for i, j in pairs:
        logit = between(i, j)
        if logit >= 0:
            heap.append((-logit, i, j, 1, 1))
            near[i].add(j)
            near[j].add(i)
    heapify(heap)
    groups = {i: [i] for i in near}
    while heap:
        _, a, b, size_a, size_b = heappop(heap)
        if a in groups and b in groups and (len(groups[a]), len(groups[b])) == (size_a, size_b):
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
    between: Logit,
    a: int,
    b: int,
) -> None:
    links = [(i, j) for i in groups[a] for j in groups[b]]
    if len(links) > MOST_LINKS:
        links = [links[k * len(links) // MOST_LINKS] for k in range(MOST_LINKS)]
    average = sum(between(i, j) for i, j in links) / len(links) + TOGETHER
    if average >= 0:
        heappush(heap, (-average, a, b, len(groups[a]), len(groups[b])))
