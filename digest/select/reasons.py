"""Why a candidate does not run: the rule first, then the figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.model.counts import counted
from digest.select.candidates import Candidate
from digest.select.events import decided_by
from digest.select.fill import SectionPlan
from digest.select.request import SelectRequest
from digest.select.signals._view import source_of


@dataclass(frozen=True, slots=True)
class _Standing:
    """A section as it stands: what runs, and all eligible stories in order of score."""

    top: int
    runs: list[str]
    rank: Mapping[str, int]  # from 1; other stories on what runs do not count
    sources: Mapping[str, int]
    last: float | None  # lowest score that runs without a pin


def reasons(request: SelectRequest, plan: SectionPlan) -> dict[str, tuple[str, str | None]]:
    """For each candidate not chosen: the reason, and the section it speaks of."""
    standings = _standings(request, plan)
    number = plan.pool.events.number
    story_of_event = {number[id]: id for id in plan.place}
    reason_of_story: dict[str, tuple[str, str | None]] = {}
    for id, candidate in plan.pool.candidates.items():
        if id in plan.place:
            continue
        barred = plan.pool.barred.get(id)
        if barred:
            reason_of_story[id] = (barred, candidate.sections[0] if candidate.sections else None)
        elif number[id] in story_of_event:
            winner = story_of_event[number[id]]
            reason_of_story[id] = (
                f"same_event: told by {winner}{_by_hand(request, id, winner)}",
                plan.place[winner],
            )
        else:
            reason_of_story[id] = _outdone(request, plan, candidate, standings)
    return reason_of_story


def _by_hand(request: SelectRequest, one: str, other: str) -> str:
    mark = decided_by(request.marks, one, other)
    return ", joined by hand" if mark is not None and mark.action == "join" else ""


def _standings(request: SelectRequest, plan: SectionPlan) -> dict[str, _Standing]:
    eligible = _eligible(plan)
    return {
        spec.id: _standing(plan, spec.id, spec.top, eligible.get(spec.id, [])) for spec in request.sections
    }


def _eligible(plan: SectionPlan) -> dict[str, list[str]]:
    eligible: dict[str, list[str]] = defaultdict(list)
    for candidate in plan.pool.open():
        for section in candidate.sections:
            eligible[section].append(candidate.story.id)
    return eligible


def _standing(plan: SectionPlan, section: str, top: int, eligible: list[str]) -> _Standing:
    pool, runs = plan.pool, plan.of(section)
    number = pool.events.number
    events_that_run = {number[id] for id in plan.place}
    elsewhere = {
        id
        for id in eligible
        if plan.place.get(id, section) != section or (id not in plan.place and number[id] in events_that_run)
    }
    rest = sorted(set(eligible) | set(runs), key=lambda id: _place_key(plan, id))
    rank = {id: i for i, id in enumerate((id for id in rest if id not in elsewhere), 1)}
    sources = Counter(source_of(pool.candidates[id].story) for id in runs)
    last = min((pool.scored[id].score for id in runs if not pool.candidates[id].pinned), default=None)
    return _Standing(top, runs, rank, sources, last)


def _place_key(plan: SectionPlan, id: str) -> tuple[bool, float, float, str]:
    candidate = plan.pool.candidates[id]
    at = candidate.story.published_at or candidate.story.first_seen
    return (not candidate.pinned, -plan.pool.scored[id].score, -_seconds(at), id)


def _seconds(at: datetime) -> float:
    return (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)).total_seconds()


def _outdone(
    request: SelectRequest, plan: SectionPlan, candidate: Candidate, standings: Mapping[str, _Standing]
) -> tuple[str, str | None]:
    homes = [section for section in candidate.sections if section not in plan.thin]
    if not homes:
        section = candidate.sections[0]
        least = next(spec.min for spec in request.sections if spec.id == section)
        return (
            f"thin: {section} has {plan.thin[section]} of at least {counted(least, 'story', 'stories')}",
            section,
        )
    section = min(
        homes, key=lambda home: standings[home].rank.get(candidate.story.id, 0) - standings[home].top
    )
    return _beaten(request, plan, candidate, section, standings[section]), section


def _beaten(
    request: SelectRequest, plan: SectionPlan, candidate: Candidate, section: str, standing: _Standing
) -> str:
    source, score = source_of(candidate.story), plan.pool.scored[candidate.story.id].score
    ranking = request.newsroom.ranking
    behind = standing.last is None or score <= standing.last
    full = len(standing.runs) >= standing.top
    if (
        ranking.max_per_source is not None
        and standing.sources[source] >= ranking.max_per_source
        and not (full and behind)
    ):
        return f"max_per_source: {_running(standing, candidate, section)}"
    if ranking.diversity > 0 and standing.sources[source] and not (full and behind):
        return f"diversity: {_running(standing, candidate, section)}"
    rank = _ordinal(standing.rank.get(candidate.story.id, 0))
    last = f", the last that runs has {standing.last:.2f}" if standing.last is not None else ""
    return f"top: {rank} of {section}, {len(standing.runs)} run (score {score:.2f}{last})"


def _running(standing: _Standing, candidate: Candidate, section: str) -> str:
    """How many stories of its source run in the section: ``2 stories of the Tribune run in local-news``."""
    name = candidate.story.source
    words = f"story of {name} runs in {section}", f"stories of {name} run in {section}"
    return counted(standing.sources[source_of(candidate.story)], *words)


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
