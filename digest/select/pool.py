"""The candidates of an issue with their events and scores, and what keeps one of them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from digest.model import RunStory, Story, as_sourced
from digest.model.counts import counted
from digest.model.issue_date import day_of
from digest.select.candidates import Candidate
from digest.select.events import decisions, group
from digest.select.rank import Scored, scores
from digest.select.request import SelectRequest
from digest.select.signals import View


@dataclass(frozen=True, slots=True)
class EventIndex:
    """Event numbers by story id, and for each event where it already ran: within the issues that count."""

    number: Mapping[str, int]
    ran: Mapping[int, RunStory]
    issues_today: Mapping[int, int]  # event -> issues of this date that told it


@dataclass(frozen=True, slots=True)
class CandidatePool:
    """Candidates by id; ``barred`` holds why one of them cannot run."""

    candidates: Mapping[str, Candidate]
    barred: Mapping[str, str]
    events: EventIndex
    scored: Mapping[str, Scored]

    def open(self) -> list[Candidate]:
        return [candidate for id, candidate in self.candidates.items() if id not in self.barred]

    def same_event(self, story: str) -> list[str]:
        """Ids of the candidates that tell the story's event, the story included."""
        number = self.events.number[story]
        return [id for id in self.candidates if self.events.number[id] == number]


def events_of(request: SelectRequest, stories: Iterable[Story]) -> EventIndex:
    """The events among ``stories`` and what ran before."""
    counted = [ran for ran in request.ran if _counts(request, ran) or _same_day(request, ran)]
    pool = {ran.story.id: ran.story for ran in counted} | {story.id: story for story in stories}
    events = group(pool.values(), request.likeness, decisions(request.marks))
    number = {story.id: i for i, event in enumerate(events) for story in event}
    ran_where: dict[int, RunStory] = {}
    today: dict[int, set[tuple[str, date]]] = defaultdict(set)
    for ran in sorted(counted, key=lambda r: (r.date, r.edition, r.story.id)):
        if _counts(request, ran):
            ran_where[number[ran.story.id]] = ran
        if _same_day(request, ran):
            today[number[ran.story.id]].add((ran.edition, ran.date))
    return EventIndex(number, ran_where, {event: len(issues) for event, issues in today.items()})


def scores_of(
    request: SelectRequest, candidates: Mapping[str, Candidate], events: EventIndex
) -> dict[str, Scored]:
    """The score of every candidate by id."""
    members: dict[int, list[Story]] = defaultdict(list)
    for id, candidate in candidates.items():
        if not candidate.story.sponsored:  # who pays to tell an event makes it no larger
            members[events.number[id]].append(as_sourced(candidate.story))
    stories = tuple(as_sourced(candidate.story) for candidate in candidates.values())
    events_by_number = {number: tuple(stories) for number, stories in members.items()}
    view = View(
        window=request.window,
        ranking=request.newsroom.ranking,
        stories=stories,
        events={
            id: events_by_number.get(events.number[id], (as_sourced(candidate.story),))
            for id, candidate in candidates.items()
        },
        source_weights={source.name: source.weight for source in request.newsroom.sources},
        click_rates=_click_rates(request, stories) if request.click_rates else {},
    )
    return scores(view, stories)


def _click_rates(request: SelectRequest, stories: Iterable[Story]) -> dict[str, float]:
    """What readers taught of each story's sections and source: the mean over the sections it may stand in."""
    found: dict[str, float] = {}
    for story in stories:
        names = {name.casefold() for name in story.sections}
        source = story.source.strip().casefold()
        rates = [
            request.click_rates[section.id, source]
            for section in request.sections
            if (section.id, source) in request.click_rates
            and names & {name.casefold() for name in (section.match or (section.title,))}
        ]
        if rates:
            found[story.id] = sum(rates) / len(rates)
    return found


def _counts(request: SelectRequest, ran: RunStory) -> bool:
    """Whether what ran there must not run again here."""
    edition = request.edition
    if edition.no_repeat == "none" or request.day - ran.date > edition.no_repeat_for:
        return False
    if ran.edition == edition.name:
        return ran.date < request.day
    return edition.no_repeat == "publication" and (ran.date <= request.day or _same_day(request, ran))


def _same_day(request: SelectRequest, ran: RunStory) -> bool:
    return day_of(ran.date) == day_of(request.day)


def repeats(request: SelectRequest, id: str, events: EventIndex) -> str:
    """Why a candidate would tell again what ran, or an empty string."""
    number = events.number[id]
    ran = events.ran.get(number)
    if ran is not None:
        where = "" if ran.edition == request.edition.name else f" in {ran.edition}"
        return f"no_repeat: ran {ran.date}{where}" + ("" if ran.story.id == id else f" as {ran.story.id}")
    most = request.newsroom.ranking.max_per_event_day
    if most is not None and events.issues_today.get(number, 0) >= most:
        day = day_of(request.day)
        issues = counted(events.issues_today[number], f"issue of {day} tells", f"issues of {day} tell")
        return f"max_per_event_day: {issues} this event already"
    return ""
