"""The rules of placement told a second time, slowly: enumeration, and nothing of the product's own search.

Only the shared values of ``digest.model`` are used. ``answer`` gives the one best plan and the rule that each
other line item is refused by, for issues small enough to try every plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import ceil, floor

from digest.model import AdBook, Creative, Edition, LineItem, Lineup, Overrides, RunAd, Slot

TIERS = ("sponsorship", "standard", "bulk", "house")
PLAN_RULES = (
    "min_gap",
    "max_ads",
    "max_ratio",
    "max_per_advertiser",
    "competitive_exclusion",
    "exclusive",
)


@dataclass(frozen=True)
class Question:
    ads: AdBook
    editions: tuple[Edition, ...]
    edition: Edition
    day: date
    lineup: Lineup
    ran_ads: tuple[RunAd, ...] = ()
    overrides: Overrides = Overrides()  # noqa: RUF009


@dataclass(frozen=True, order=True)
class Place:
    gap: int
    rank: int  # of the slot in the file
    slot: str
    section: str | None


Ad = tuple[int, Place]
Arrangement = tuple[Ad, ...]
NOTHING: tuple[frozenset[str], str] = (frozenset(), "")


class Answer:
    """The best plan and the refusals of one question."""

    def __init__(self, question: Question) -> None:
        self.q = question
        self.policy = question.ads.policy
        self.items = question.ads.line_items
        self.stories = [
            (entry, section.id) for section in question.lineup.sections for entry in section.entries
        ]
        self.n = len(self.stories)
        self.limit = min(self.policy.max_ads, floor(self.policy.max_ratio * self.n))
        self.pins = {p.rpartition("@")[0]: p.rpartition("@")[2] for p in question.overrides.pin}
        self.places = sorted(self._places())
        self.own = [self._own(item) for item in self.items]
        self.groups = [self._group(i) for i in range(len(self.items))]
        self.possible = {i for i in range(len(self.items)) if self._possible(i)}
        self.best = self._best()

    # openings

    def _places(self) -> list[Place]:
        found = []
        for rank, slot in enumerate(self.q.ads.slots):
            position = 0
            for section in self.q.lineup.sections:
                size = len(section.entries)
                if slot.position == "section_start":
                    found.append(Place(position, rank, slot.id, section.id))
                if slot.position == "section_end":
                    found.append(Place(position + size, rank, slot.id, section.id))
                position += size
            if slot.position == "top":
                found.append(Place(0, rank, slot.id, None))
            if slot.position == "end":
                found.append(Place(self.n, rank, slot.id, self.stories[-1][1] if self.stories else None))
            if slot.position == "between_stories":
                found += [
                    Place(g, rank, slot.id, self.stories[g - 1][1])
                    for g in range(1, self.n)
                    if g >= slot.first_after
                ]
        return found

    def _near(self, place: Place) -> list[int]:
        r = self.policy.adjacency_radius
        return [p for p in range(place.gap - r + 1, place.gap + r + 1) if 1 <= p <= self.n]

    def _has_word(self, position: int, word: str) -> bool:
        story = self.stories[position - 1][0].story
        pattern = re.compile(r"(?<![^\W])" + re.escape(word) + r"(?![^\W])", re.IGNORECASE)
        return any(pattern.search(text) for text in (story.title, story.summary, *story.tags))

    def _flags(self, position: int) -> set[str]:
        entry, section = self.stories[position - 1]
        flags = set(entry.flags) | set(entry.story.flags)
        policy = self.policy.sensitive
        if section in policy.sections or any(self._has_word(position, word) for word in policy.keywords):
            flags.add("sensitive")
        return flags

    # one line item

    def _rows(self, item: LineItem) -> list[RunAd]:
        return [run for run in self.q.ran_ads if run.line_item == item.id and run.date < self.q.day]

    def delivered(self, item: LineItem) -> int:
        rows = self._rows(item)
        if item.goal is None or item.goal.unit == "issues":
            return len(rows)
        expected = {edition.name: edition.expected_sends for edition in self.q.editions}
        return sum((run.sends if run.delivered else expected[run.edition]) or 0 for run in rows)

    def progress(self, item: LineItem) -> Fraction:
        assert item.flight is not None
        days = []
        first, last = item.flight.first, item.flight.last
        assert first is not None
        assert last is not None
        day = first
        while day <= last:
            mine = [e for e in self.q.editions if item.editions is None or e.name in item.editions]
            if day in item.flight and any(e.has_issue(day) for e in mine):
                days.append(day)
            day += timedelta(days=1)
        return Fraction(sum(day <= self.q.day for day in days), len(days))

    def urgency(self, item: LineItem) -> int:
        if item.goal is None:
            return 1
        behind = max(1, ceil(item.goal.amount * self.progress(item)) - self.delivered(item))
        if item.goal.unit == "issues":
            return behind
        assert self.q.edition.expected_sends is not None
        return -(-behind // self.q.edition.expected_sends)

    def _today(self, item: LineItem) -> str:
        if item.id in self.q.overrides.pause:
            return "paused"
        if item.flight is not None and self.q.day not in item.flight:
            return "flight"
        if item.editions is not None and self.q.edition.name not in item.editions:
            return "edition"
        cap = item.frequency_cap
        if cap is not None:
            first = self.q.day - timedelta(days=cap.per_days - 1)
            if sum(first <= run.date for run in self._rows(item)) + 1 > cap.max_issues:
                return "frequency_cap"
        if item.goal is not None:
            had, goal, x = self.delivered(item), item.goal.amount, self.progress(item)
            if had >= goal:
                return "goal"
            may = {"even": ceil(goal * x), "frontloaded": ceil(goal * (1 - (1 - x) * (1 - x)))}
            if had >= may.get(item.pacing, goal):
                return "pacing"
        return ""

    @staticmethod
    def fits(creative: Creative, slot: Slot) -> bool:
        return creative.size in slot.sizes if creative.image else slot.native

    def _own(self, item: LineItem) -> tuple[str, list[Place]]:
        """The rule that leaves the line item nothing (or nothing), and the openings left."""
        today = self._today(item)
        if today:
            return today, []
        slots = {slot.id: slot for slot in self.q.ads.slots}
        avoid = item.adjacency

        def avoided(p: int) -> bool:
            return (
                self.stories[p - 1][1] in avoid.avoid_sections
                or bool(avoid.avoid_flags & self._flags(p))
                or any(self._has_word(p, word) for word in avoid.avoid_keywords)
            )

        suppressed = set(self.policy.suppress_near)
        if item.tier == "house":
            suppressed &= {"no_ads"}
        tests: dict[str, Callable[[Place], bool]] = {
            "slot": lambda o: o.slot in item.slots,
            "creative": lambda o: any(self.fits(c, slots[o.slot]) for c in item.creatives),
            "section": lambda o: item.sections is None or o.section in item.sections,
            "adjacency": lambda o: not any(avoided(p) for p in self._near(o)),
            "suppress_near": lambda o: not any(suppressed & self._flags(p) for p in self._near(o)),
        }
        left = self.places
        for rule, test in tests.items():
            left = [place for place in left if test(place)]
            if not left:
                return rule, []
        if item.id in self.pins:
            left = [place for place in left if place.slot == self.pins[item.id]]
        return "", left

    def _group(self, i: int) -> frozenset[int]:
        ids = {item.id: number for number, item in enumerate(self.items)}
        group = {i}
        while True:
            more = {ids[name] for j in group for name in self.items[j].companions}
            more |= {
                j for j, item in enumerate(self.items) if any(ids[name] in group for name in item.companions)
            }
            if more <= group:
                return frozenset(group)
            group |= more

    # several ads

    def labels(self, item: LineItem) -> frozenset[str]:
        advertiser = self.q.ads.advertisers.get(item.advertiser or "")
        return advertiser.labels if advertiser else frozenset()

    def breaks(self, rule: str, ads: Arrangement) -> bool:
        pairs = [(a, b) for k, a in enumerate(ads) for b in ads[k + 1 :]]
        if rule == "min_gap":
            return any(abs(a[1].gap - b[1].gap) < self.policy.min_gap for a, b in pairs)
        if rule == "max_ads":
            return len(ads) > self.policy.max_ads
        if rule == "max_ratio":
            return len(ads) > floor(self.policy.max_ratio * self.n)
        if rule == "max_per_advertiser":
            names = [self.items[i].advertiser for i, _ in ads]
            return any(names.count(a) > self.policy.max_per_advertiser for a in names if a is not None)
        pairs = [(a, b) for a, b in pairs if "house" not in (self.items[a[0]].tier, self.items[b[0]].tier)]
        pairs = [(a, b) for a, b in pairs if self.items[a[0]].advertiser != self.items[b[0]].advertiser]
        if rule == "competitive_exclusion":
            return any(self._compete(a, b) for a, b in pairs)
        return any(self._keeps_out(a, b) or self._keeps_out(b, a) for a, b in pairs)

    def _compete(self, a: Ad, b: Ad) -> bool:
        how = self.policy.competitive_exclusion
        if how == "none" or not self.labels(self.items[a[0]]) & self.labels(self.items[b[0]]):
            return False
        return True if how == "issue" else abs(a[1].gap - b[1].gap) < int(how)

    def _keeps_out(self, a: Ad, b: Ad) -> bool:
        how = self.items[a[0]].exclusive
        if how == "none" or b[0] in self.groups[a[0]]:
            return False
        return how == "issue" or (a[1].section is not None and a[1].section == b[1].section)

    def legal(self, ads: Arrangement) -> bool:
        return not any(self.breaks(rule, ads) for rule in PLAN_RULES)

    def ways(self, group: frozenset[int]) -> list[Arrangement]:
        """Every way in which a whole group can run alone."""
        members = sorted(group)
        found = []
        for chosen in product(*(self.own[i][1] for i in members)):
            ads = tuple(zip(members, chosen, strict=True))
            if len(set(chosen)) == len(chosen) and self.legal(ads):
                found.append(ads)
        return found

    def _possible(self, i: int) -> bool:
        group = self.groups[i]
        if any(not self.own[j][1] for j in group):
            return False
        return len(group) == 1 or bool(self.ways(group))

    # the best plan

    def worth(self, ads: Arrangement) -> tuple[list[Fraction | int], tuple[list[int], list[int], list[int]]]:
        """Greater is better in the first, less in the second."""
        tiers: list[Fraction | int] = [
            sum(self.urgency(self.items[i]) for i, _ in ads if self._rank(self.items[i]) == (tier, priority))
            for tier in TIERS
            for priority in range(16, 0, -1)
        ]
        value = sum(
            (self.items[i].rate_for(self.q.edition.expected_sends) * self._band(o) for i, o in ads),
            Fraction(0),
        )
        ordered = sorted(ads, key=lambda ad: ad[1])
        gaps = [o.gap for _, o in ordered]
        ideal = Fraction(self.n, self.limit + 1)
        spread = sum(((b - a - ideal) ** 2 for a, b in pairwise(gaps)), Fraction(0))
        return [*tiers, value, -spread], (gaps, [o.rank for _, o in ordered], [i for i, _ in ordered])

    @staticmethod
    def _rank(item: LineItem) -> tuple[str, int]:
        return item.tier, item.priority

    def _band(self, place: Place) -> Fraction:
        bands = self.q.ads.slots[place.rank].bands
        third = "upper" if 3 * place.gap <= self.n else "middle" if 3 * place.gap <= 2 * self.n else "lower"
        return bands.get(third, Fraction(1))

    def _best(self) -> Arrangement | None:
        ids = {item.id: number for number, item in enumerate(self.items)}
        must = {ids[name] for name in self.pins}
        best: Arrangement | None = None
        best_worth: tuple[list[Fraction | int], tuple[list[int], list[int], list[int]]] | None = None
        for ads in self._plans():
            placed = {i for i, _ in ads}
            if not must <= placed or any(not self.groups[i] <= placed for i in placed):
                continue
            worth = self.worth(ads)
            if (
                best_worth is None
                or worth[0] > best_worth[0]
                or (worth[0] == best_worth[0] and worth[1] < best_worth[1])
            ):
                best, best_worth = ads, worth
        return best

    def _plans(self) -> list[Arrangement]:
        plans: list[Arrangement] = [()]
        for i in sorted(self.possible):
            longer = [
                (*ads, (i, o))
                for ads in plans
                for o in self.own[i][1]
                if all(o != taken for _, taken in ads) and self.legal((*ads, (i, o)))
            ]
            plans += longer
        return plans

    # refusals

    def refusal(self, i: int) -> tuple[str, tuple[frozenset[str], str]]:
        """The rule of a line item that is not placed; for ``outranked`` what may be said of it (see ``in_the_way``)."""
        assert self.best is not None
        if self.own[i][0]:
            return self.own[i][0], NOTHING
        if i not in self.possible:
            return "companions", NOTHING
        held = {o for _, o in self.best}
        ways = self.ways(self.groups[i])
        for rule in PLAN_RULES:
            if ways and all(
                not any(o in held for _, o in way) and self.breaks(rule, (*self.best, *way)) for way in ways
            ):
                return rule, NOTHING
            if not ways and self.breaks(rule, ((i, self.own[i][1][0]),)):
                return rule, NOTHING
        return "outranked", self.in_the_way(ways)

    def in_the_way(self, ways: list[Arrangement]) -> tuple[frozenset[str], str]:
        """The placed line items without which one of the ways fits, and the first stage on which the best plan is
        better than the best one without them. One (with its companions) where one is enough, the one worth least; else
        of all sets that one in which the worthiest stay."""
        assert self.best is not None
        groups = sorted({self.groups[i] for i, _ in self.best}, key=self._importance, reverse=True)
        sets = [
            (tuple(group in some for group in groups), frozenset().union(*some))
            for size in range(len(groups) + 1)
            for some in combinations(groups, size)
        ]
        fitting = [(leave, out) for leave, out in sets if self._fitting(out, ways)]
        alone = [(leave, out) for leave, out in fitting if sum(leave) == 1]
        _, out = min(alone or fitting)
        return frozenset(self.items[i].id for i in out), self._stage(out, self._fitting(out, ways))

    def _importance(self, group: frozenset[int]) -> tuple[bool, list[Fraction | int], list[int]]:
        """Those pinned by hand, then by tier, urgency and value, then the first of the file."""
        assert self.best is not None
        pinned = any(self.items[i].id in self.pins for i in group)
        worth, _ = self.worth(tuple(ad for ad in self.best if ad[0] in group))
        return pinned, worth[:-1], [-i for i in sorted(group, reverse=True)]

    def _fitting(self, out: frozenset[int], ways: list[Arrangement]) -> list[Arrangement]:
        assert self.best is not None
        kept = tuple(ad for ad in self.best if ad[0] not in out)
        held = {o for _, o in kept}
        plans = [(*kept, *way) for way in ways if not any(o in held for _, o in way)]
        return [ads for ads in plans if self.legal(ads)]

    def _stage(self, out: Iterable[int], plans: list[Arrangement]) -> str:
        assert self.best is not None
        if any(self.items[i].id in self.pins for i in out):
            return "pinned"
        ours, theirs = self.worth(self.best)[0], max(self.worth(ads)[0] for ads in plans)
        stages = [*(tier for tier in TIERS for _ in range(16)), "value", "spread"]
        return next((name for name, a, b in zip(stages, ours, theirs, strict=True) if a != b), "order")
