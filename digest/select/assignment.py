"""Which event runs in which section: the exact optimum of a small flow problem.

Events flow through places (a section, or a source within a section) into seats. Gains are whole numbers in
levels far apart, so one search settles, in this order: pins run, no section or source goes past its limit (only
pins can), every section reaches its ``need``, then the highest total. Successive best paths (Bellman-Ford on the
residual graph) are exact because every limit has falling gains: the first seats are worth most. The graph holds
only sections, places and the few events seated so far, so its size does not grow with the number of stories.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[str, str]  # section id, source ("" where sources do not matter)
Node: TypeAlias = Place | str  # a place, or a section's own id
Step: TypeAlias = tuple[str, int, Node]  # how a node was reached: enter|move (event), seat|evict; from where


@dataclass(frozen=True, slots=True)
class Seats:
    """A section's wish: ``need`` stories at least, ``top`` at most (pins may go past it)."""

    need: int
    top: int


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """``per_source``: stories of one source in a section; ``repeat_cost``: what each further one costs more."""

    per_source: int | None = None
    repeat_cost: int = 0

    @property
    def idle(self) -> bool:
        return self.per_source is None and self.repeat_cost == 0


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event's possible places, each with its weight (1 or more)."""

    weights: Mapping[Place, int]
    pinned: bool = False


@dataclass(slots=True)
class _Flow:
    choices: Sequence[EventChoice]
    seats: Mapping[str, Seats]
    limits: SourceLimits
    levels: tuple[int, int, int]  # worth of a pin; cost of going past a limit; worth of a needed seat
    ladders: Mapping[Place, list[int]]
    chosen: list[Place | None]
    seated: dict[Place, list[int]] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)

    def weight(self, event: int, place: Place) -> int:
        choice = self.choices[event]
        return choice.weights[place] + (self.levels[0] if choice.pinned else 0)

    def seat_gain(self, section: str) -> int:
        """Worth of the next seat of a section."""
        count, wish = self.filled[section], self.seats[section]
        if count < min(wish.need, wish.top):
            return self.levels[2]
        return 0 if count < wish.top else -self.levels[1]

    def source_gain(self, place: Place, unit: int) -> int:
        """Worth (0 or less) of the ``unit``-th story (from 1) in a place."""
        over = self.limits.per_source is not None and unit > self.limits.per_source
        return -self.limits.repeat_cost * (unit - 1) - (self.levels[1] if over else 0)


def assign(
    choices: Sequence[EventChoice], seats: Mapping[str, Seats], limits: SourceLimits
) -> list[Place | None]:
    """The place of each event, or ``None``. Equal totals fall to the first found in the order given."""
    flow = _flow(choices, seats, limits)
    while _augment(flow):
        pass
    return flow.chosen


def _flow(choices: Sequence[EventChoice], seats: Mapping[str, Seats], limits: SourceLimits) -> _Flow:
    ladders: dict[Place, list[int]] = defaultdict(list)
    for event, choice in enumerate(choices):
        for place in choice.weights:
            ladders[place].append(event)
    flow = _Flow(choices, seats, limits, _levels(choices, seats, limits), ladders, [None] * len(choices))
    for place, ladder in ladders.items():
        ladder.sort(key=lambda event: (flow.weight(event, place), -event))  # best last, to pop it
    return flow


def _levels(
    choices: Sequence[EventChoice], seats: Mapping[str, Seats], limits: SourceLimits
) -> tuple[int, int, int]:
    most = max((w for choice in choices for w in choice.weights.values()), default=1) + limits.repeat_cost
    places = sum(wish.top for wish in seats.values()) + sum(choice.pinned for choice in choices) + 1
    need = most * places * places
    over = need * places * 4
    return over * places * 4, over, need


def _augment(flow: _Flow) -> bool:
    """Seat one more event along the best path; False when none gains anything."""
    worth: dict[Node, int] = {}
    reached: dict[Node, Step] = {}
    queue: deque[Node] = deque()

    def offer(node: Node, value: int, step: Step) -> None:
        if value > worth.get(node, 0) or node not in worth:
            worth[node], reached[node] = value, step
            queue.append(node)

    for place, ladder in flow.ladders.items():
        while ladder and flow.chosen[ladder[-1]] is not None:
            ladder.pop()
        if ladder:
            offer(place, flow.weight(ladder[-1], place), ("enter", ladder[-1], place))
    while queue:
        node = queue.popleft()
        for target, gain, step in _arcs(flow, node):
            offer(target, worth[node] + gain, step)
    ends = [(worth[section] + flow.seat_gain(section), section) for section in flow.seats if section in worth]
    best, end = max(ends, key=lambda pair: pair[0], default=(0, ""))
    if best <= 0:
        return False
    _apply(flow, reached, end)
    return True


def _arcs(flow: _Flow, node: Node) -> list[tuple[Node, int, Step]]:
    if isinstance(node, str):
        return [
            (place, -flow.source_gain(place, len(events)), ("evict", -1, node))
            for place, events in flow.seated.items()
            if place[0] == node and events
        ]
    seated = flow.seated.get(node, [])
    arcs: list[tuple[Node, int, Step]] = [
        (node[0], flow.source_gain(node, len(seated) + 1), ("seat", -1, node)),
    ]
    for event in seated:
        here = flow.choices[event].weights[node]
        for place, weight in flow.choices[event].weights.items():
            if place != node:
                arcs.append((place, weight - here, ("move", event, node)))
    return arcs


def _apply(flow: _Flow, reached: Mapping[Node, Step], end: str) -> None:
    node: Node = end
    while True:
        kind, event, origin = reached[node]
        if kind in ("enter", "move") and not isinstance(node, str):
            flow.chosen[event] = node
        if kind == "enter":
            break
        node = origin
    flow.filled[end] += 1
    flow.seated = {}
    for event, place in enumerate(flow.chosen):
        if place is not None:
            flow.seated.setdefault(place, []).append(event)
