"""The lineup of one issue, with a reason for every candidate that is not in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.model import Entry, LeftOut, Lineup, Section, SectionSpec, Selection, Story
from digest.model.counts import counted
from digest.select.fill import SectionPlan, fill
from digest.select.marks import DeskMarks
from digest.select.pool import CandidatePool
from digest.select.reasons import reasons
from digest.select.request import SelectRequest
from digest.select.shared import Shared, shared_by


def select(request: SelectRequest) -> Selection:
    """The stories an issue runs, in order, and why each other candidate does not.

    A story that would be chosen but ran in a later issue of the edition (an old date is built again) gives way
    to the next one.
    """
    shared = shared_by(request)
    return _selection(request, shared.desk, _filled(request, shared))


def lineup_of(request: SelectRequest, shared: Shared) -> Lineup:
    """The lineup alone, of a request with other sections or withheld stories than the one that ``shared`` is of."""
    plan = _filled(request, shared)
    return Lineup(sections=_sections(request, shared.desk, plan))


def _filled(request: SelectRequest, shared: Shared) -> SectionPlan:
    later, banned = _ran_later(request), dict[str, str]()
    while True:
        plan = fill(request, shared, banned)
        clash = [id for id in plan.place if id in later]
        if not clash:
            return plan
        banned |= {other: later.get(other, later[id]) for id in clash for other in plan.pool.same_event(id)}


def _ran_later(request: SelectRequest) -> dict[str, str]:
    edition = request.edition
    if edition.no_repeat == "none":
        return {}
    return {
        ran.story.id: f"no_repeat: ran later, {ran.date}"
        for ran in sorted(request.ran_later, key=lambda r: r.date, reverse=True)
        if ran.edition == edition.name
        and request.day < ran.date
        and ran.date - request.day <= edition.no_repeat_for
    }


def _selection(request: SelectRequest, desk: DeskMarks, plan: SectionPlan) -> Selection:
    pool = plan.pool
    why_not = reasons(request, plan)
    left_out = tuple(_left_out(pool, id, why, section) for id, (why, section) in sorted(why_not.items()))
    return Selection(
        lineup=Lineup(sections=_sections(request, desk, plan)),
        left_out=left_out,
        candidates=len(pool.candidates),
        notes=(*_thin_notes(request, plan), *_pin_notes(request, desk, pool)),
    )


def _sections(request: SelectRequest, desk: DeskMarks, plan: SectionPlan) -> tuple[Section, ...]:
    sections, position = list[Section](), 1
    for spec in request.sections:
        entries = _entries(plan, spec, position, desk.positions)
        position += len(entries)
        if entries:
            sections.append(Section(id=spec.id, title=spec.title, entries=entries))
    return tuple(sections)


def in_order(pool: CandidatePool, ids: Sequence[str]) -> list[str]:
    """Pinned first, then by score, then the newest, then the smallest id."""

    def newest(id: str) -> datetime:
        story = pool.candidates[id].story
        return story.published_at or story.first_seen

    ranked = sorted(sorted(ids), key=newest, reverse=True)
    return sorted(ranked, key=lambda id: (not pool.candidates[id].pinned, -pool.scored[id].score))


def at_positions(ids: Sequence[str], positions: Mapping[str, int]) -> list[str]:
    """The stories of a section in order, those that an editor gave a place at that place (from 1), or last."""
    placed = sorted((place, -ids.index(id), id) for id, place in positions.items() if id in ids)
    order = [id for id in ids if id not in positions]
    for place, _, id in placed:
        order.insert(place - 1, id)
    return order


def _entries(
    plan: SectionPlan, spec: SectionSpec, first: int, positions: Mapping[str, int]
) -> tuple[Entry, ...]:
    ids = at_positions(in_order(plan.pool, plan.of(spec.id)), positions)
    return tuple(_entry(plan.pool, id, spec.id, first + i) for i, id in enumerate(ids))


def _entry(pool: CandidatePool, id: str, section: str, position: int) -> Entry:
    candidate, scored = pool.candidates[id], pool.scored[id]
    also = [
        pool.candidates[other].story for other in pool.same_event(id) if other != id and _shown(pool, other)
    ]
    return Entry(
        position=position,
        story=candidate.story,
        section=section,
        score=scored.score,
        signals=scored.signals,
        also=tuple(sorted(story.id for story in also)),
        flags=_flags((candidate.story, *also)),
        pinned=candidate.pinned,
    )


def _flags(stories: Sequence[Story]) -> frozenset[str]:
    return frozenset(flag for story in stories for flag in story.flags)


def _shown(pool: CandidatePool, id: str) -> bool:
    """Whether a story may be named beside the one that runs: what never may run is not."""
    rule = pool.candidates[id].why.partition(":")[0]
    return rule in ("", "no_section")


def _left_out(pool: CandidatePool, id: str, why: str, section: str | None) -> LeftOut:
    scored = pool.scored[id]
    return LeftOut(
        story=pool.candidates[id].story, why=why, section=section, score=scored.score, signals=scored.signals
    )


def _thin_notes(request: SelectRequest, plan: SectionPlan) -> list[str]:
    titles = {section.id: section for section in request.sections}
    notes = [
        f"{id} is left out: {count} of at least {counted(titles[id].min, 'story', 'stories')}"
        for id, count in plan.thin.items()
    ]
    widened = [id for id in plan.starts if id not in plan.thin]
    clock = request.newsroom.publication.clock
    notes += [f"{id} looked back to {clock(plan.starts[id])}" for id in widened]
    return sorted(notes)


def _pin_notes(request: SelectRequest, desk: DeskMarks, pool: CandidatePool) -> list[str]:
    ran = {ran.story.id for ran in request.ran}
    known, clock = {story.id: story for story in request.stories}, request.newsroom.publication.clock
    lost = [id for id in sorted(desk.pins) if id in known and id not in pool.candidates and id not in ran]
    return [
        f"the pin of {id} has no effect: {clock(known[id].time)} is outside this issue's window "
        f"(pin it with --date {request.day} to run it)"
        for id in lost
    ]
