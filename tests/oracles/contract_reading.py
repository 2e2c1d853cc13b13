"""An issue read from the outside: both YAML files, the story rows, the manifests of it and of earlier issues.

Nothing of the product is used, not even its values: openings, who may run today and where, and what two ads do to
each other are worked out from the files alone, for ``contract_placement``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any, NamedTuple

import yaml

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Row = dict[str, Any]


def plain(text: str) -> Row:
    """A YAML file with every scalar as it was written."""
    read: Row = yaml.load(text, Loader=yaml.BaseLoader)
    return read


class Place(NamedTuple):
    gap: int
    rank: int  # of the slot in the file
    section: str | None


class LineupStory(NamedTuple):
    """A story as it runs: its section, its row, its flags."""

    section: str
    row: Row
    flags: frozenset[str]


@dataclass(frozen=True)
class Ran:
    """An issue of the ledger."""

    edition: str
    day: date
    order: int  # of building
    ads: tuple[tuple[str, str], ...]  # line item, creative
    sends: int


def keywords_in(row: Row, words: list[str]) -> bool:
    """Whether one of the keywords stands in the title, the summary or a tag as whole words."""
    texts = [row.get("title", ""), row.get("summary", ""), *row.get("tags", [])]
    return any(
        re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text.casefold())
        for word in words
        for text in texts
    )


@dataclass(frozen=True)
class Reading:
    digest: Row
    ads: Row
    stories: dict[str, Row]
    manifest: Row
    ledger: tuple[Ran, ...]

    @cached_property
    def policy(self) -> Row:
        return self.ads.get("policy") or {}

    @cached_property
    def items(self) -> dict[str, Row]:
        return {item["id"]: item for item in self.ads["line_items"]}

    @cached_property
    def slots(self) -> list[tuple[str, Row]]:
        return list(self.ads["slots"].items())

    @cached_property
    def edition(self) -> str:
        return str(self.manifest["edition"])

    @cached_property
    def day(self) -> date:
        return date.fromisoformat(self.manifest["date"])

    @cached_property
    def pins(self) -> dict[str, str]:
        return dict(pin.split("@") for pin in self.manifest["overrides"]["pin"])

    @cached_property
    def lineup(self) -> tuple[LineupStory, ...]:
        return tuple(
            LineupStory(section["id"], self.stories[entry["id"]], self._flags(section["id"], entry))
            for section in self.manifest["sections"]
            for entry in section["stories"]
        )

    def _flags(self, section: str, entry: Row) -> frozenset[str]:
        event = [entry["id"], *entry.get("also", [])]
        flags = {flag for name in event for flag in self.stories[name].get("flags", [])}
        sensitive = self.policy.get("sensitive") or {}
        if section in sensitive.get("sections", []) or keywords_in(
            self.stories[entry["id"]], sensitive.get("keywords", [])
        ):
            flags.add("sensitive")
        return frozenset(flags)

    @property
    def ratio_load(self) -> int:
        return floor(Fraction(self.policy.get("max_ratio", "1/4")) * len(self.lineup))

    @property
    def max_ads(self) -> int:
        return int(self.policy.get("max_ads", 4))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every opening of the issue."""
        openings = [place for rank, (_, slot) in enumerate(self.slots) for place in self._places(rank, slot)]
        return tuple(sorted(openings, key=lambda place: place[:2]))

    def _places(self, rank: int, slot: Row) -> Iterator[Place]:
        above = [story.section for story in self.lineup]
        last = len(above)
        gaps = {
            "top": [0],
            "end": [last],
            "between_stories": [g for g in range(1, last) if g >= int(slot.get("first_after", 1))],
            "section_start": [g for g in range(last) if g == 0 or above[g - 1] != above[g]],
            "section_end": [g for g in range(1, last + 1) if g == last or above[g - 1] != above[g]],
        }[slot["position"]]
        for gap in gaps:
            if slot["position"] == "top":
                yield Place(gap, rank, None)
            else:
                yield Place(gap, rank, above[gap if slot["position"] == "section_start" else gap - 1])

    def beside(self, place: Place) -> tuple[LineupStory, ...]:
        radius = int(self.policy.get("adjacency_radius", 1))
        return self.lineup[max(0, place.gap - radius) : place.gap + radius]

    def is_house(self, name: str) -> bool:
        return bool(self.items[name].get("type") == "house")

    def has_issue(self, edition: str, day: date) -> bool:
        settings = self.digest["editions"][edition]
        return bool(settings["cadence"] == "daily" or settings["weekday"] == DAYS[day.weekday()])

    def editions_of(self, item: Row) -> list[str]:
        return item.get("editions") or list(self.digest["editions"])

    def flight(self, item: Row) -> list[date] | None:
        """The dates of a flight; ``None``: always."""
        flight = item.get("flight")
        if flight is None:
            return None
        if "dates" in flight:
            return sorted({date.fromisoformat(day) for day in flight["dates"]})
        first, last = date.fromisoformat(flight["start"]), date.fromisoformat(flight["end"])
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        return [day for day in days if DAYS[day.weekday()] in flight.get("days", DAYS)]

    def runs(self, name: str) -> list[tuple[Ran, str]]:
        """The earlier issues of a line item with the creative shown, oldest first."""
        earlier = sorted(
            (ran for ran in self.ledger if ran.day < self.day), key=lambda ran: (ran.day, ran.order)
        )
        return [(ran, creative) for ran in earlier for item, creative in ran.ads if item == name]

    def goal(self, name: str) -> tuple[int, Fraction, int, str] | None:
        """The goal, the share of its dates that have come, what was delivered, the unit."""
        item = self.items[name]
        if "goal" not in item:
            return None
        ((unit, amount),) = item["goal"].items()
        days = [
            day
            for day in self.flight(item) or []
            if any(self.has_issue(edition, day) for edition in self.editions_of(item))
        ]
        share = Fraction(sum(day <= self.day for day in days), len(days)) if days else Fraction(1)
        had = sum(ran.sends if unit == "sends" else 1 for ran, _ in self.runs(name))
        return int(amount), share, had, unit

    def urgency(self, name: str) -> int:
        goal = self.goal(name)
        if goal is None:
            return 1
        amount, share, had, unit = goal
        behind = ceil(amount * share) - had
        if unit == "sends":
            behind = ceil(Fraction(behind, int(self.digest["editions"][self.edition]["expected_sends"])))
        return max(1, behind)

    def not_today(self, name: str) -> str:
        """The first rule that keeps a line item out of today's issue, or nothing."""
        item = self.items[name]
        flight = self.flight(item)
        if name in self.manifest["overrides"]["pause"]:
            return "paused"
        if flight is not None and self.day not in flight:
            return "flight"
        if self.edition not in self.editions_of(item):
            return "edition"
        cap = item.get("frequency_cap")
        if cap:
            first = self.day - timedelta(days=int(cap["per_days"]) - 1)
            if sum(ran.day >= first for ran, _ in self.runs(name)) >= int(cap["max_issues"]):
                return "frequency_cap"
        return self._paced(name)

    def _paced(self, name: str) -> str:
        goal = self.goal(name)
        if goal is None:
            return ""
        amount, share, had, _ = goal
        due = {
            "even": ceil(amount * share),
            "frontloaded": ceil(amount * (1 - (1 - share) ** 2)),
            "asap": amount,
        }[self.items[name].get("pacing", "even")]
        return "goal" if had >= amount else "pacing" if had >= due else ""

    def fits(self, creative: Row, place: Place) -> bool:
        slot = self.slots[place.rank][1]
        if creative.get("image"):
            return creative["size"] in slot.get("sizes", [])
        return bool(slot.get("native") == "true")

    def where(self, name: str) -> tuple[tuple[Place, ...], str]:
        """The openings a line item may have today, or the rule that left none."""
        stopped = self.not_today(name)
        if stopped:
            return (), stopped
        item, left = self.items[name], self.places
        booked = [self.pins[name]] if name in self.pins else item["slots"]
        rules: tuple[tuple[str, Callable[[Place], bool]], ...] = (
            ("slot", lambda place: self.slots[place.rank][0] in booked),
            ("creative", lambda place: any(self.fits(creative, place) for creative in item["creatives"])),
            ("section", lambda place: not item.get("sections") or place.section in item["sections"]),
            ("adjacency", lambda place: not any(self._avoids(item, story) for story in self.beside(place))),
            ("suppress_near", lambda place: not any(self._suppressed(name, t) for t in self.beside(place))),
        )
        for rule, allowed in rules:
            left = tuple(place for place in left if allowed(place))
            if not left:
                return (), rule
        return left, ""

    @staticmethod
    def _avoids(item: Row, story: LineupStory) -> bool:
        avoid = item.get("adjacency") or {}
        return (
            story.section in avoid.get("avoid_sections", [])
            or not story.flags.isdisjoint(avoid.get("avoid_flags", []))
            or keywords_in(story.row, avoid.get("avoid_keywords", []))
        )

    def _suppressed(self, name: str, story: LineupStory) -> bool:
        flags = set(self.policy.get("suppress_near", ["no_ads"]))
        return bool(story.flags & (flags & {"no_ads"} if self.is_house(name) else flags))
