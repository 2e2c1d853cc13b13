"""What the lineups of one issue share: its candidates, which of them tell one event, and their scores.

These are facts of the day and of the edition. A lineup with fewer sections, in another order, for readers of one
language or who have had a story already, is chosen from the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.select.candidates import (
    Candidate,
    anew,
    plain_candidates,
    widen_limit,
    widened_candidates,
    without_section,
)
from digest.select.marks import DeskMarks, marks_of
from digest.select.pool import CandidatePool, EventIndex, events_of, repeats, scores_of
from digest.select.rank import Scored
from digest.select.request import SelectRequest

MOST = 64  # pools kept for the next lineup with the same sections
Starts = tuple[tuple[str, datetime], ...]  # sections that widened, each with where its window starts


@dataclass(frozen=True, slots=True)
class _Stock:
    """The candidates of all the edition's sections, with what is known of them."""

    candidates: Sequence[Candidate]
    events: EventIndex
    scored: Mapping[str, Scored]


@dataclass(slots=True)
class Shared:
    """Made of the edition's own request; ``pool`` answers for that and for requests with other sections or
    ``withheld`` stories that are otherwise the same."""

    request: SelectRequest
    desk: DeskMarks
    _stocks: dict[Starts, _Stock] = field(default_factory=dict)
    _pools: dict[tuple[frozenset[str], Starts], CandidatePool] = field(default_factory=dict)
    _all_events: EventIndex | None = None

    def pool(
        self, request: SelectRequest, starts: Mapping[str, datetime], banned: Mapping[str, str]
    ) -> CandidatePool:
        """The candidates of a lineup whose sections widened as told. ``banned`` are further reasons, by story id."""
        stock = self._stock(tuple(sorted(starts.items())))
        key = (frozenset(section.id for section in request.sections), tuple(sorted(starts.items())))
        pool = self._pools.get(key)
        if pool is None:
            if len(self._pools) >= MOST:
                self._pools.clear()
            pool = self._pools[key] = self._narrowed(request, stock, key[0])
        barred = {
            id: why for id, why in self._withheld(request, banned).items() if id in pool.candidates
        } | dict(pool.barred)
        return replace(pool, barred=barred) if len(barred) > len(pool.barred) else pool

    def _withheld(self, request: SelectRequest, banned: Mapping[str, str]) -> dict[str, str]:
        """What this lineup alone must not have."""
        if request.withheld is self.request.withheld:
            return dict(banned)
        return {**banned, **request.withheld}

    def _narrowed(self, request: SelectRequest, stock: _Stock, sections: frozenset[str]) -> CandidatePool:
        """The candidates as far as they may stand in these sections; one that may in none is no more than known."""
        candidates = stock.candidates
        if sections != frozenset(section.id for section in self.request.sections):
            candidates = [self._fitted(request, candidate, sections) for candidate in candidates]
        barred = {
            candidate.story.id: why
            for candidate in candidates
            if (why := candidate.why or repeats(request, candidate.story.id, stock.events))
        }
        return CandidatePool(
            {candidate.story.id: candidate for candidate in candidates}, barred, stock.events, stock.scored
        )

    def _fitted(self, request: SelectRequest, candidate: Candidate, sections: frozenset[str]) -> Candidate:
        if candidate.story.id in self.desk.pins and candidate.story.time >= request.window.start:
            return anew(request, self.desk, candidate.story)  # a pin's section may be none of this lineup's
        kept = tuple(id for id in candidate.sections if id in sections)
        if kept == candidate.sections:
            return candidate
        return replace(
            candidate,
            sections=kept,
            why=candidate.why or ("" if kept else without_section(request, candidate.story)),
        )

    def _stock(self, starts: Starts) -> _Stock:
        if starts not in self._stocks:
            if len(self._stocks) >= MOST:
                own = self._stocks.pop((), None)
                self._stocks.clear()
                if own is not None:
                    self._stocks[()] = own
            self._stocks[starts] = self._gathered(dict(starts))
        return self._stocks[starts]

    def _gathered(self, starts: Mapping[str, datetime]) -> _Stock:
        own = self._stocks[()].candidates if () in self._stocks else plain_candidates(self.request, self.desk)
        candidates, events = own, None
        if starts:
            candidates = sorted((*own, *self._earlier(own, starts)), key=lambda c: c.story.id)
            events = self._events(own)
        else:
            events = events_of(self.request, (c.story for c in own))
        by_id = {candidate.story.id: candidate for candidate in candidates}
        return _Stock(candidates, events, scores_of(self.request, by_id, events))

    def _events(self, own: Sequence[Candidate]) -> EventIndex:
        """Events among all stories that any widening may reach."""
        if self._all_events is None:
            widest = {section.id: widen_limit(self.request) for section in self.request.sections}
            everyone = (*own, *self._earlier(own, widest))
            self._all_events = events_of(self.request, (c.story for c in everyone))
        return self._all_events

    def _earlier(self, own: Sequence[Candidate], starts: Mapping[str, datetime]) -> list[Candidate]:
        return widened_candidates(self.request, self.desk, (c.story.id for c in own), starts)


def shared_by(request: SelectRequest) -> Shared:
    """What lineups of the issue share, nothing of it computed yet."""
    return Shared(request, marks_of(request.marks, request.edition.name, request.day))
