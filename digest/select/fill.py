"""Filling the sections of one issue: thin ones widen their window or are left out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from digest.model import SectionSpec
from digest.select.assignment import Choice, Limits, Place, Seats, assign
from digest.select.candidates import (
    Candidate,
    earlier,
    plain_candidates,
    widen_limit,
    widened_candidates,
)
from digest.select.desk import Desk
from digest.select.field import Events, Field, events_of, field_of
from digest.select.request import Request
from digest.select.signals._view import source_of

_MICRO = 1_000_000
_MANY = 12  # with more doubtful sections than this, they are given up one by one


@dataclass(frozen=True, slots=True)
class Draft:
    """Who runs where. ``thin`` are the sections left out, each with the number of stories it could have had."""

    field: Field
    place: Mapping[str, str]  # story id -> section id
    thin: Mapping[str, int]
    starts: Mapping[str, datetime]  # sections that widened -> where their window starts now

    def of(self, section: str) -> list[str]:
        return [story for story, place in self.place.items() if place == section]


@dataclass(frozen=True, slots=True)
class _Pool:
    """All that a lineup may be filled from: the plain candidates, and the events among them and the earlier stories."""

    request: Request
    desk: Desk
    banned: Mapping[str, str]
    plain: Sequence[Candidate]
    narrow: Events
    wide: list[Events]  # empty until a section widens

    def draft(self, starts: Mapping[str, datetime]) -> Draft:
        """The best lineup with the windows of these sections widened as told."""
        if not starts:
            field = field_of(self.request, self.plain, self.narrow, self.banned)
        else:
            candidates = sorted((*self.plain, *self._earlier(starts)), key=lambda c: c.story.id)
            field = field_of(self.request, candidates, self._events(), self.banned)
        return Draft(field, _assigned(self.request, field, self.request.sections), {}, starts)

    def _events(self) -> Events:
        if not self.wide:
            everyone = (*self.plain, *self._earlier(_all_widest(self.request)))
            self.wide.append(events_of(self.request, (c.story for c in everyone)))
        return self.wide[0]

    def _earlier(self, starts: Mapping[str, datetime]) -> list[Candidate]:
        return widened_candidates(self.request, self.desk, (c.story.id for c in self.plain), starts)


def fill(request: Request, desk: Desk, banned: Mapping[str, str]) -> Draft:
    """The best lineup; sections under their ``min`` widen step by step, and are left out if that does not help."""
    plain = plain_candidates(request, desk)
    pool = _Pool(request, desk, banned, plain, events_of(request, (c.story for c in plain)), [])
    draft = _widened(pool, {})
    while (left := _without_thin(request, draft)).thin and (better := _lent(pool, draft, len(left.thin))):
        draft = better
    return left


def _widened(pool: _Pool, starts: Mapping[str, datetime]) -> Draft:
    """From these windows on, every section that is under its ``min`` widens as far as it may."""
    while True:
        draft = pool.draft(starts)
        wider = _wider(pool.request, _under(pool.request.sections, draft.place), starts)
        if not wider:
            return draft
        starts = {**starts, **wider}


def _lent(pool: _Pool, draft: Draft, thin: int) -> Draft | None:
    """A section that has enough gives a story to one that has not, and looks back itself.

    ``None`` unless then fewer than ``thin`` sections are left out.
    """

    sections = pool.request.sections
    seated = _seated(sections, draft.place)

    def helps(found: Draft) -> bool:
        more = _seated(sections, found.place) > seated
        return more and len(_without_thin(pool.request, found).thin) < thin

    limit = widen_limit(pool.request)
    for lender in _lenders(pool.request, draft):
        start = draft.starts.get(lender, pool.request.window.start)
        if not helps(_widened(pool, {**draft.starts, lender: limit})):
            continue
        while start > limit:
            start = earlier(start, limit)
            found = _widened(pool, {**draft.starts, lender: start})
            if helps(found):
                return found
    return None


def _lenders(request: Request, draft: Draft) -> list[str]:
    """Sections with an event that could be told in one under its ``min``, or in one that could lend in its turn."""
    number, homes = draft.field.events.number, defaultdict[int, set[str]](set)
    for candidate in draft.field.open():
        homes[number[candidate.story.id]].update(candidate.sections)
    short = set(_under(request.sections, draft.place))
    found = set(short)
    while more := {
        place
        for id, place in draft.place.items()
        if place not in found and not homes[number[id]].isdisjoint(found)
    }:
        found |= more
    limit = widen_limit(request)
    now = {id: draft.starts.get(id, request.window.start) for id in found - short}
    return [section.id for section in request.sections if now.get(section.id, limit) > limit]


def _all_widest(request: Request) -> dict[str, datetime]:
    return {section.id: widen_limit(request) for section in request.sections}


def _wider(request: Request, under: Iterable[str], starts: Mapping[str, datetime]) -> dict[str, datetime]:
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


def _without_thin(request: Request, draft: Draft) -> Draft:
    """Leave out as few sections as possible so that the others reach their ``min``."""
    field, place, starts = draft.field, draft.place, draft.starts
    sections, dropped = request.sections, dict[str, int]()
    if not _under(sections, place):
        return draft
    for section in sections:
        alone = len(_assigned(request, field, [section]))
        if alone < _need(section):
            dropped[section.id] = alone
    rest = [section for section in sections if section.id not in dropped]
    place, kept = _largest(request, field, rest)
    most = _count(_assigned(request, field, sections))
    for section in rest:
        if section.id not in kept:
            dropped[section.id] = min(most.get(section.id, 0), max(section.min - 1, 0))
    return Draft(field, place, dropped, starts)


def _largest(
    request: Request, field: Field, sections: Sequence[SectionSpec]
) -> tuple[dict[str, str], set[str]]:
    """The largest set of sections that can all reach ``min``: of equal ones the higher total, then the earlier."""
    most = _seated(sections, _assigned(request, field, sections))
    while True:
        for gone in range(len(sections) + 1):
            fits = [
                kept
                for kept in _kept(sections, gone)
                if sum(map(_need, kept)) <= most and not _under(kept, _assigned(request, field, kept))
            ]
            if fits:
                best = max(fits, key=lambda kept: _total(field, _assigned(request, field, kept)))
                return _assigned(request, field, best), {section.id for section in best}
            if len(sections) > _MANY and gone == 1:
                break
        under = _under(sections, _assigned(request, field, sections))
        sections = [section for section in sections if section.id != under[-1]]


def _kept(sections: Sequence[SectionSpec], gone: int) -> Iterable[list[SectionSpec]]:
    return (list(kept) for kept in combinations(sections, len(sections) - gone))


def _total(field: Field, place: Mapping[str, str]) -> int:
    return sum(_micro(field.scored[story].score) for story in place)


def _micro(score: float) -> int:
    return round(score * _MICRO) if math.isfinite(score) else 0


def _assigned(request: Request, field: Field, sections: Sequence[SectionSpec]) -> dict[str, str]:
    """Story id -> section id for the best assignment to these sections."""
    ranking = request.newsroom.ranking
    weigh = _weights(field, {section.id for section in sections})
    limits = Limits(ranking.max_per_source, max(0, round(ranking.diversity * _MICRO)) * weigh.unit)
    choices, tellings = _choices(field, weigh, limits)
    seats = {section.id: Seats(section.min, max(section.top, 0)) for section in sections}
    places = assign(choices, seats, limits)
    return {told[place]: place[0] for told, place in zip(tellings, places, strict=True) if place is not None}


@dataclass(frozen=True, slots=True)
class _Weights:
    """Scores as whole numbers: first the score, then newer and smaller id, then the story's own section order."""

    open: Sequence[Candidate]  # worst first
    sections: set[str]
    low: int
    unit: int

    def weight(self, field: Field, rank: int, preference: int) -> int:
        score = _micro(field.scored[self.open[rank].story.id].score) - self.low
        return score * self.unit + (rank + 1) * (len(self.sections) + 1) - min(preference, len(self.sections))


def _weights(field: Field, sections: set[str]) -> _Weights:
    found = [c for c in field.open() if not sections.isdisjoint(c.sections)]
    found.sort(key=lambda c: c.story.id, reverse=True)
    found.sort(key=lambda c: c.story.published_at or c.story.first_seen)
    low = min((_micro(field.scored[c.story.id].score) for c in found), default=0)
    seats = len(found) + 1
    return _Weights(found, sections, min(low, 0), seats * seats * (len(sections) + 2))


def _choices(field: Field, weigh: _Weights, limits: Limits) -> tuple[list[Choice], list[dict[Place, str]]]:
    """For each event its places with the best telling for each."""
    events: dict[int, dict[Place, tuple[bool, int, str]]] = defaultdict(dict)
    for rank in reversed(range(len(weigh.open))):
        candidate = weigh.open[rank]
        story = candidate.story
        mine = events[field.events.number[story.id]]
        source = "" if limits.idle else source_of(story)
        homes = [section for section in candidate.sections if section in weigh.sections]
        for preference, section in enumerate(homes):
            offer = (candidate.pinned, weigh.weight(field, rank, preference), story.id)
            mine[section, source] = max(mine.get((section, source), offer), offer)
    return _pinned_alone(events)


def _pinned_alone(
    events: Mapping[int, Mapping[Place, tuple[bool, int, str]]],
) -> tuple[list[Choice], list[dict[Place, str]]]:
    """Where a telling is pinned, only pinned tellings stand for the event."""
    choices, tellings = [], []
    for places in events.values():
        pinned = any(pin for pin, _, _ in places.values())
        mine = {place: (weight, id) for place, (pin, weight, id) in places.items() if pin == pinned}
        choices.append(Choice({place: weight for place, (weight, _) in mine.items()}, pinned))
        tellings.append({place: id for place, (_, id) in mine.items()})
    return choices, tellings
