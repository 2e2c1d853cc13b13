"""The lineup of one issue, with a reason for every candidate that is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from digest.model import Entry, LeftOut, Lineup, Section, SectionSpec, Selection, Story
from digest.select.desk import Desk, desk_of
from digest.select.field import Field
from digest.select.fill import Draft, fill
from digest.select.reasons import reasons
from digest.select.request import Request


def select(request: Request) -> Selection:
    """The stories an issue runs, in order, and why each other candidate does not.

    A story that would be chosen but ran in a later issue of the edition (an old date is built again) gives way
    to the next one.
    """
    desk = desk_of(request.marks, request.edition.name, request.day)
    later, banned = _ran_later(request), dict[str, str]()
    while True:
        draft = fill(request, desk, banned)
        clash = [id for id in draft.place if id in later]
        if not clash:
            return _selection(request, desk, draft)
        banned |= {other: later.get(other, later[id]) for id in clash for other in draft.field.tellings(id)}


def _ran_later(request: Request) -> dict[str, str]:
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


def _selection(request: Request, desk: Desk, draft: Draft) -> Selection:
    field, sections = draft.field, []
    position = 1
    for spec in request.sections:
        entries = _entries(draft, spec, position)
        position += len(entries)
        if entries:
            sections.append(Section(id=spec.id, title=spec.title, entries=entries))
    told = reasons(request, draft)
    left_out = tuple(_left_out(field, id, why, section) for id, (why, section) in sorted(told.items()))
    return Selection(
        lineup=Lineup(sections=tuple(sections)),
        left_out=left_out,
        candidates=len(field.candidates),
        notes=(*_thin_notes(request, draft), *_pin_notes(request, desk, field)),
    )


def in_order(field: Field, ids: Sequence[str]) -> list[str]:
    """Pinned first, then by score, then the newest, then the smallest id."""

    def newest(id: str) -> datetime:
        story = field.candidates[id].story
        return story.published_at or story.first_seen

    ranked = sorted(sorted(ids), key=newest, reverse=True)
    return sorted(ranked, key=lambda id: (not field.candidates[id].pinned, -field.scored[id].score))


def _entries(draft: Draft, spec: SectionSpec, first: int) -> tuple[Entry, ...]:
    ids = in_order(draft.field, draft.of(spec.id))
    return tuple(_entry(draft.field, id, spec.id, first + i) for i, id in enumerate(ids))


def _entry(field: Field, id: str, section: str, position: int) -> Entry:
    candidate, scored = field.candidates[id], field.scored[id]
    also = [
        field.candidates[other].story for other in field.tellings(id) if other != id and _shown(field, other)
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


def _shown(field: Field, id: str) -> bool:
    """Whether a telling may be named beside the one that runs: what never may run is not."""
    rule = field.candidates[id].why.partition(":")[0]
    return rule in ("", "no_section")


def _left_out(field: Field, id: str, why: str, section: str | None) -> LeftOut:
    scored = field.scored[id]
    return LeftOut(
        story=field.candidates[id].story, why=why, section=section, score=scored.score, signals=scored.signals
    )


def _thin_notes(request: Request, draft: Draft) -> list[str]:
    titles = {section.id: section for section in request.sections}
    notes = [
        f"{id} is left out: {count} of at least {titles[id].min} stories" for id, count in draft.thin.items()
    ]
    widened = [id for id in draft.starts if id not in draft.thin]
    clock = request.newsroom.publication.clock
    notes += [f"{id} looked back to {clock(draft.starts[id])}" for id in widened]
    return sorted(notes)


def _pin_notes(request: Request, desk: Desk, field: Field) -> list[str]:
    ran = {ran.story.id for ran in request.ran}
    known, clock = {story.id: story for story in request.stories}, request.newsroom.publication.clock
    lost = [id for id in sorted(desk.pins) if id in known and id not in field.candidates and id not in ran]
    return [
        f"the pin of {id} has no effect: {clock(known[id].time)} is outside this issue's window "
        f"(pin it with --date {request.day} to run it)"
        for id in lost
    ]
