"""Why a candidate does not run: the rule first, then the figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.select.candidates import Candidate
from digest.select.fill import Draft
from digest.select.request import Request
from digest.select.signals._view import source_of


@dataclass(frozen=True, slots=True)
class _Table:
    """A section as it stands: what runs, and all eligible stories in order of score."""

    top: int
    runs: list[str]
    rank: Mapping[str, int]  # from 1; other tellings of what runs do not count
    sources: Mapping[str, int]
    last: float | None  # lowest score that runs without a pin


def reasons(request: Request, draft: Draft) -> dict[str, tuple[str, str | None]]:
    """For each candidate not chosen: the reason, and the section it speaks of."""
    tables = _tables(request, draft)
    number = draft.field.events.number
    told = {number[id]: id for id in draft.place}
    found: dict[str, tuple[str, str | None]] = {}
    for id, candidate in draft.field.candidates.items():
        if id in draft.place:
            continue
        barred = draft.field.why.get(id)
        if barred:
            found[id] = (barred, candidate.sections[0] if candidate.sections else None)
        elif number[id] in told:
            winner = told[number[id]]
            found[id] = (f"same_event: told by {winner}", draft.place[winner])
        else:
            found[id] = _outdone(request, draft, candidate, tables)
    return found


def _tables(request: Request, draft: Draft) -> dict[str, _Table]:
    rivals = _rivals(draft)
    return {spec.id: _table(draft, spec.id, spec.top, rivals.get(spec.id, [])) for spec in request.sections}


def _rivals(draft: Draft) -> dict[str, list[str]]:
    rivals: dict[str, list[str]] = defaultdict(list)
    for candidate in draft.field.open():
        for section in candidate.sections:
            rivals[section].append(candidate.story.id)
    return rivals


def _table(draft: Draft, section: str, top: int, rivals: list[str]) -> _Table:
    field, runs = draft.field, draft.of(section)
    number = field.events.number
    told = {number[id] for id in draft.place}
    elsewhere = {
        id
        for id in rivals
        if draft.place.get(id, section) != section or (id not in draft.place and number[id] in told)
    }
    rest = sorted(set(rivals) | set(runs), key=lambda id: _place_key(draft, id))
    rank = {id: i for i, id in enumerate((id for id in rest if id not in elsewhere), 1)}
    sources = Counter(source_of(field.candidates[id].story) for id in runs)
    last = min((field.scored[id].score for id in runs if not field.candidates[id].pinned), default=None)
    return _Table(top, runs, rank, sources, last)


def _place_key(draft: Draft, id: str) -> tuple[bool, float, float, str]:
    candidate = draft.field.candidates[id]
    at = candidate.story.published_at or candidate.story.first_seen
    return (not candidate.pinned, -draft.field.scored[id].score, -_seconds(at), id)


def _seconds(at: datetime) -> float:
    return (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)).total_seconds()


def _outdone(
    request: Request, draft: Draft, candidate: Candidate, tables: Mapping[str, _Table]
) -> tuple[str, str | None]:
    homes = [section for section in candidate.sections if section not in draft.thin]
    if not homes:
        section = candidate.sections[0]
        least = next(spec.min for spec in request.sections if spec.id == section)
        return f"thin: {section} has {draft.thin[section]} of at least {least} stories", section
    section = min(homes, key=lambda home: tables[home].rank.get(candidate.story.id, 0) - tables[home].top)
    return _beaten(request, draft, candidate, section, tables[section]), section


def _beaten(request: Request, draft: Draft, candidate: Candidate, section: str, table: _Table) -> str:
    source, score = source_of(candidate.story), draft.field.scored[candidate.story.id].score
    ranking = request.newsroom.ranking
    behind = table.last is None or score <= table.last
    full = len(table.runs) >= table.top
    if (
        ranking.max_per_source is not None
        and table.sources[source] >= ranking.max_per_source
        and not (full and behind)
    ):
        return f"max_per_source: {table.sources[source]} stories of {candidate.story.source} run in {section}"
    if ranking.diversity > 0 and table.sources[source] and not (full and behind):
        return f"diversity: {table.sources[source]} stories of {candidate.story.source} run in {section}"
    rank = _ordinal(table.rank.get(candidate.story.id, 0))
    last = f", the last that runs has {table.last:.2f}" if table.last is not None else ""
    return f"top: {rank} of {section}, {len(table.runs)} run (score {score:.2f}{last})"


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
