"""What an editor decided about two stories: they tell one event, or two. It beats every rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from digest.model import Mark
from digest.select.events.features import StoryFeatures
from digest.select.events.match import logit_of
from digest.select.events.word_weights import WordWeights


class Decision(NamedTuple):
    """Whether two stories, by id, tell one event."""

    one: str
    other: str
    together: bool


def decisions(marks: Iterable[Mark]) -> list[Decision]:
    """What the desk's marks say of two stories, joins first; of one pair the latest counts."""
    latest: dict[frozenset[str], Mark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.story, mark.other or "", mark.action)):
        if mark.action in ("split", "join") and mark.other and mark.other != mark.story:
            latest[frozenset((mark.story, mark.other))] = mark
    decisions_made = [
        Decision(mark.story, mark.other or "", mark.action == "join") for mark in latest.values()
    ]
    return sorted(decisions_made, key=lambda decision: (not decision.together, decision))


def overruled(
    features: Sequence[StoryFeatures], clusters: list[list[int]], decided: Iterable[Decision]
) -> list[list[int]]:
    """The clusters of indices as decided: joins first, then splits, each with those that are more like its story."""
    place = {story.id: i for i, story in enumerate(features)}
    head = {i: members[0] for members in clusters for i in members}
    groups = {members[0]: list(members) for members in clusters}
    known = [d for d in decided if d.one in place and d.other in place]
    weights = WordWeights(features) if any(not d.together for d in known) else None
    for one, other, together in known:
        a, b = place[one], place[other]
        if together and head[a] != head[b]:
            _move(groups, head, groups[head[b]], head[a])
        elif weights is not None and not together and head[a] == head[b]:
            leave = [i for i in groups[head[a]] if i == b or (i != a and _nearer(features, weights, i, b, a))]
            _move(groups, head, leave, b)
    return sorted(sorted(members) for members in groups.values() if members)


def _nearer(features: Sequence[StoryFeatures], weights: WordWeights, i: int, b: int, a: int) -> bool:
    one, other = (logit_of(features[i], features[j], weights) for j in (b, a))
    return one > other


def _move(groups: dict[int, list[int]], head: dict[int, int], members: Sequence[int], to: int) -> None:
    """Put members, all of one group, into the group ``to``; a group is named by one of its members."""
    moved = list(members)
    old = head[moved[0]]
    rest = [i for i in groups.pop(old) if i not in moved]
    if rest:
        name = old if old in rest else rest[0]
        groups[name] = rest
        head.update(dict.fromkeys(rest, name))
    groups[to] = [*groups.get(to, []), *moved]
    head.update(dict.fromkeys(groups[to], to))


def decided_by(marks: Iterable[Mark], one: str, other: str) -> Mark | None:
    """The latest decision about two stories, if there is one."""
    marks_on_both = [m for m in marks if m.action in ("split", "join") and {m.story, m.other} == {one, other}]
    return max(marks_on_both, key=lambda mark: mark.at, default=None)
