"""The field an issue chooses from: its candidates, their events and their scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.model import RunStory, Story
from digest.select.candidates import Candidate
from digest.select.events import group
from digest.select.rank import Scored, scores
from digest.select.request import Request
from digest.select.signals import View


@dataclass(frozen=True, slots=True)
class Events:
    """Event numbers by story id, and for each event where it already ran: within the issues that count."""

    number: Mapping[str, int]
    ran: Mapping[int, RunStory]
    told_today: Mapping[int, int]  # event -> issues of this date that told it


@dataclass(frozen=True, slots=True)
class Field:
    """Candidates by id; ``why`` holds what bars one of them; scores of all that may be shown."""

    candidates: Mapping[str, Candidate]
    why: Mapping[str, str]
    events: Events
    scored: Mapping[str, Scored]

    def open(self) -> list[Candidate]:
        return [candidate for id, candidate in self.candidates.items() if id not in self.why]

    def tellings(self, story: str) -> list[str]:
        """Ids of the candidates that tell the story's event, the story included."""
        number = self.events.number[story]
        return [id for id in self.candidates if self.events.number[id] == number]


def events_of(request: Request, stories: Iterable[Story]) -> Events:
    """The events among ``stories`` and what ran before."""
    counted = [ran for ran in request.ran if _counts(request, ran) or ran.date == request.day]
    pool = {ran.story.id: ran.story for ran in counted} | {story.id: story for story in stories}
    number = {
        story.id: i for i, tellings in enumerate(group(pool.values(), request.likeness)) for story in tellings
    }
    ran_where: dict[int, RunStory] = {}
    today: dict[int, set[str]] = defaultdict(set)
    for ran in sorted(counted, key=lambda r: (r.date, r.edition, r.story.id)):
        if _counts(request, ran):
            ran_where[number[ran.story.id]] = ran
        if ran.date == request.day:
            today[number[ran.story.id]].add(ran.edition)
    return Events(number, ran_where, {event: len(editions) for event, editions in today.items()})


def field_of(
    request: Request, candidates: Sequence[Candidate], events: Events, banned: Mapping[str, str]
) -> Field:
    """``banned`` are reasons, by story id, that were found on the way."""
    why: dict[str, str] = {}
    for candidate in candidates:
        id = candidate.story.id
        reason = candidate.why or _repeats(request, id, events) or banned.get(id, "")
        if reason:
            why[id] = reason
    by_id = {candidate.story.id: candidate for candidate in candidates}
    return Field(by_id, why, events, _scores(request, by_id, events))


def _scores(request: Request, candidates: Mapping[str, Candidate], events: Events) -> dict[str, Scored]:
    told: dict[int, list[Story]] = defaultdict(list)
    for id, candidate in candidates.items():
        told[events.number[id]].append(candidate.story)
    stories = tuple(candidate.story for candidate in candidates.values())
    tellings = {number: tuple(members) for number, members in told.items()}
    view = View(
        window=request.window,
        ranking=request.newsroom.ranking,
        stories=stories,
        events={id: tellings[events.number[id]] for id in candidates},
        source_weights={source.name: source.weight for source in request.newsroom.sources},
    )
    return scores(view, stories)


def _counts(request: Request, ran: RunStory) -> bool:
    """Whether what ran there must not run again here."""
    edition = request.edition
    if edition.no_repeat == "none" or request.day - ran.date > edition.no_repeat_for:
        return False
    if ran.edition == edition.name:
        return ran.date < request.day
    return edition.no_repeat == "publication" and ran.date <= request.day


def _repeats(request: Request, id: str, events: Events) -> str:
    number = events.number[id]
    ran = events.ran.get(number)
    if ran is not None:
        where = "" if ran.edition == request.edition.name else f" in {ran.edition}"
        return f"no_repeat: ran {ran.date}{where}" + ("" if ran.story.id == id else f" as {ran.story.id}")
    most = request.newsroom.ranking.max_per_event_day
    if most is not None and events.told_today.get(number, 0) >= most:
        return (
            f"max_per_event_day: {events.told_today[number]} issues of {request.day} tell this event already"
        )
    return ""
