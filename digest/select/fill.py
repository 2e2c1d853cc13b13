"""Filling the sections of one issue: thin ones widen their window or are left out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from digest.model import SectionSpec
from digest.select.assignment import EventChoice, Place, Seats, SourceLimits, assign
from digest.select.candidates import Candidate, earlier, widen_limit
from digest.select.pool import CandidatePool
from digest.select.request import SelectRequest
from digest.select.shared import Shared
from digest.select.signals._view import source_of

_MICRO = 1_000_000
_MANY = 12  # with more doubtful sections than this, they are given up one by one


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """Who runs where. ``thin`` are the sections left out, each with the number of stories it could have had."""

    pool: CandidatePool
    place: Mapping[str, str]  # story id -> section id
    thin: Mapping[str, int]
    starts: Mapping[str, datetime]  # sections that widened -> where their window starts now

    def of(self, section: str) -> list[str]:
        return [story for story, place in self.place.items() if place == section]


@dataclass(frozen=True, slots=True)
class _Planner:
    """Makes plans: from the window's own candidates, and from earlier stories where sections widen."""

    request: SelectRequest
    shared: Shared
    banned: Mapping[str, str]

    def plan(self, starts: Mapping[str, datetime]) -> SectionPlan:
        """The best lineup with the windows of these sections widened as told."""
        pool = self.shared.pool(self.request, starts, self.banned)
        return SectionPlan(pool, _assigned(self.request, pool, self.request.sections), {}, starts)


def fill(request: SelectRequest, shared: Shared, banned: Mapping[str, str]) -> SectionPlan:
    """The best lineup; sections under their ``min`` widen step by step, and are left out if that does not help."""
    planner = _Planner(request, shared, banned)
    plan = _widened(planner, {})
    while (left := _without_thin(request, plan)).thin and (better := _lent(planner, plan, len(left.thin))):
        plan = better
    return left


def _widened(planner: _Planner, starts: Mapping[str, datetime]) -> SectionPlan:
    """From these windows on, every section that is under its ``min`` widens as far as it may."""
    while True:
        plan = planner.plan(starts)
        wider = _wider(
            planner.request, _under(planner.request.sections, _without_pins(planner, plan)), starts
        )
        if not wider:
            return plan
        starts = {**starts, **wider}


def _without_pins(planner: _Planner, plan: SectionPlan) -> dict[str, str]:
    """The places of stories that are there without an editor's pin: a pin must not keep a section from widening."""
    window = planner.request.window
    candidates = plan.pool.candidates
    return {
        id: place
        for id, place in plan.place.items()
        if not candidates[id].pinned or candidates[id].story.time in window
    }


def _lent(planner: _Planner, plan: SectionPlan, thin: int) -> SectionPlan | None:
    """A section that has enough gives a story to one that has not, and looks back itself.

    ``None`` unless then fewer than ``thin`` sections are left out.
    """

    sections = planner.request.sections
    seated = _seated(sections, plan.place)

    def helps(plan_found: SectionPlan) -> bool:
        more = _seated(sections, plan_found.place) > seated
        return more and len(_without_thin(planner.request, plan_found).thin) < thin

    limit = widen_limit(planner.request)
    for lender in _lenders(planner.request, plan):
        start = plan.starts.get(lender, planner.request.window.start)
        if not helps(_widened(planner, {**plan.starts, lender: limit})):
            continue
        while start > limit:
            start = earlier(start, limit)
            widened = _widened(planner, {**plan.starts, lender: start})
            if helps(widened):
                return widened
    return None


def _lenders(request: SelectRequest, plan: SectionPlan) -> list[str]:
    """Sections with an event that could be told in one under its ``min``, or in one that could lend in its turn."""
    number, homes = plan.pool.events.number, defaultdict[int, set[str]](set)
    for candidate in plan.pool.open():
        homes[number[candidate.story.id]].update(candidate.sections)
    short = set(_under(request.sections, plan.place))
    lenders = set(short)
    while more := {
        place
        for id, place in plan.place.items()
        if place not in lenders and not homes[number[id]].isdisjoint(lenders)
    }:
        lenders |= more
    return [section.id for section in request.sections if section.id in lenders - short]


def _wider(
    request: SelectRequest, under: Iterable[str], starts: Mapping[str, datetime]
) -> dict[str, datetime]:
    limit = widen_limit(request)
    now = {section: starts.get(section, request.window.start) for section in under}
    return {section: earlier(start, limit) for section, start in now.items() if start > limit}


def _under(sections: Iterable[SectionSpec], place: Mapping[str, str]) -> list[str]:
    """Sections below what they need."""
    count = _count(place)
    return [section.id for section in sections if count.get(section.id, 0) < _need(section)]


def _need(section: SectionSpec) -> int:
    return min(section.min, section.top)


def _seated(sections: Iterable[SectionSpec], place: Mapping[str, str]) -> int:
    """How many stories that sections need they have; no assignment gives these sections more."""
    count = _count(place)
    return sum(min(count.get(section.id, 0), _need(section)) for section in sections)


def _count(place: Mapping[str, str]) -> dict[str, int]:
    count: dict[str, int] = defaultdict(int)
    for section in place.values():
        count[section] += 1
    return count


def _without_thin(request: SelectRequest, plan: SectionPlan) -> SectionPlan:
    """Leave out as few sections as possible so that the others reach their ``min``."""
    pool, place, starts = plan.pool, plan.place, plan.starts
    sections, dropped = request.sections, dict[str, int]()
    if not _under(sections, place):
        return plan
    for section in sections:
        alone = len(_assigned(request, pool, [section]))
        if alone < _need(section):
            dropped[section.id] = alone
    rest = [section for section in sections if section.id not in dropped]
    place, kept = _largest(request, pool, rest)
    most = _count(_assigned(request, pool, sections))
    for section in rest:
        if section.id not in kept:
            dropped[section.id] = min(most.get(section.id, 0), max(section.min - 1, 0))
    return SectionPlan(pool, place, dropped, starts)


def _largest(
    request: SelectRequest, pool: CandidatePool, sections: Sequence[SectionSpec]
) -> tuple[dict[str, str], set[str]]:
    """The largest set of sections that can all reach ``min``: of equal ones the higher total, then the earlier."""
    most = _seated(sections, _assigned(request, pool, sections))
    while True:
        for gone in range(len(sections) + 1):
            fits = [
                kept
                for kept in _kept(sections, gone)
                if sum(map(_need, kept)) <= most and not _under(kept, _assigned(request, pool, kept))
            ]
            if fits:
                best = max(fits, key=lambda kept: _total(pool, _assigned(request, pool, kept)))
                return _assigned(request, pool, best), {section.id for section in best}
            if len(sections) > _MANY and gone == 1:
                break
        under = _under(sections, _assigned(request, pool, sections))
        sections = [section for section in sections if section.id != under[-1]]


def _kept(sections: Sequence[SectionSpec], gone: int) -> Iterable[list[SectionSpec]]:
    return (list(kept) for kept in combinations(sections, len(sections) - gone))


def _total(pool: CandidatePool, place: Mapping[str, str]) -> int:
    return sum(_micro(pool.scored[story].score) for story in place)


def _micro(score: float) -> int:
    return round(score * _MICRO) if math.isfinite(score) else 0


def _assigned(request: SelectRequest, pool: CandidatePool, sections: Sequence[SectionSpec]) -> dict[str, str]:
    """Story id -> section id for the best assignment to these sections."""
    ranking = request.newsroom.ranking
    weigh = _weights(pool, {section.id for section in sections})
    limits = SourceLimits(ranking.max_per_source, max(0, round(ranking.diversity * _MICRO)) * weigh.unit)
    choices, stories = _choices(pool, weigh, limits)
    seats = {section.id: Seats(section.min, max(section.top, 0)) for section in sections}
    places = assign(choices, seats, limits)
    return {
        story_at[place]: place[0]
        for story_at, place in zip(stories, places, strict=True)
        if place is not None
    }


@dataclass(frozen=True, slots=True)
class _Weights:
    """Scores as whole numbers: first the score, then newer and smaller id, then the story's own section order."""

    open: Sequence[Candidate]  # worst first
    sections: set[str]
    low: int
    unit: int

    def weight(self, pool: CandidatePool, rank: int, preference: int) -> int:
        score = _micro(pool.scored[self.open[rank].story.id].score) - self.low
        return score * self.unit + (rank + 1) * (len(self.sections) + 1) - min(preference, len(self.sections))


def _weights(pool: CandidatePool, sections: set[str]) -> _Weights:
    candidates = [c for c in pool.open() if not sections.isdisjoint(c.sections)]
    candidates.sort(key=lambda c: c.story.id, reverse=True)
    candidates.sort(key=lambda c: c.story.published_at or c.story.first_seen)
    low = min((_micro(pool.scored[c.story.id].score) for c in candidates), default=0)
    seats = len(candidates) + 1
    return _Weights(candidates, sections, min(low, 0), seats * seats * (len(sections) + 2))


def _choices(
    pool: CandidatePool, weigh: _Weights, limits: SourceLimits
) -> tuple[list[EventChoice], list[dict[Place, str]]]:
    """For each event its places with the best story for each."""
    events: dict[int, dict[Place, tuple[bool, int, str]]] = defaultdict(dict)
    for rank in reversed(range(len(weigh.open))):
        candidate = weigh.open[rank]
        story = candidate.story
        offers = events[pool.events.number[story.id]]
        source = "" if limits.idle else source_of(story)
        homes = [section for section in candidate.sections if section in weigh.sections]
        for preference, section in enumerate(homes):
            offer = (candidate.pinned, weigh.weight(pool, rank, preference), story.id)
            offers[section, source] = max(offers.get((section, source), offer), offer)
    return _pinned_alone(events)


def _pinned_alone(
    events: Mapping[int, Mapping[Place, tuple[bool, int, str]]],
) -> tuple[list[EventChoice], list[dict[Place, str]]]:
    """Where a story is pinned, only pinned stories stand for the event."""
    choices, stories = [], []
    for places in events.values():
        pinned = any(pin for pin, _, _ in places.values())
        offers = {place: (weight, id) for place, (pin, weight, id) in places.items() if pin == pinned}
        choices.append(EventChoice({place: weight for place, (weight, _) in offers.items()}, pinned))
        stories.append({place: id for place, (_, id) in offers.items()})
    return choices, stories
