"""The best plan of an issue by trying them all, and the rule each refusal must name (see ``contract_reading``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise, product
from typing import Any

from tests.oracles.contract_reading import Place, Reading

TIERS = ("sponsorship", "standard", "bulk", "house")
RANKS = [(tier, priority) for tier in range(4) for priority in range(16, 0, -1)]
Ad = tuple[str, Place]
Plan = dict[str, Place]
Urgencies = tuple[int, ...]


@dataclass(frozen=True)
class Placing:
    """The answers about one issue."""

    read: Reading

    @cached_property
    def openings(self) -> dict[str, tuple[tuple[Place, ...], str]]:
        """Per line item the openings it may have, and the rule that left none."""
        return {name: self.read.where(name) for name in self.read.items}

    @cached_property
    def urgencies(self) -> dict[str, int]:
        return {name: self.read.urgency(name) for name in self.read.items}

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """Companions, symmetric and transitive, each with itself."""
        groups = {name: frozenset({name}) for name in self.read.items}
        for name, item in self.read.items.items():
            for companion in item.get("companions", []):
                joined = groups[name] | groups[companion]
                groups.update(dict.fromkeys(joined, joined))
        return groups

    @property
    def load(self) -> int:
        return min(self.read.max_ads, self.read.ratio_load)

    @cached_property
    def runnable(self) -> list[str]:
        return [
            name for name in self.read.items if all(self.openings[member][0] for member in self.groups[name])
        ]

    def tier(self, name: str) -> int:
        return TIERS.index(self.read.items[name].get("type", "standard"))

    def rank(self, name: str) -> tuple[int, int]:
        """Tier and priority."""
        return self.tier(name), int(self.read.items[name].get("priority", 8))

    def value(self, ad: Ad) -> Fraction:
        """Rate x band weight."""
        name, place = ad
        rate = (self.read.items[name].get("rate") or {}).get("per_issue", "0")
        stories = len(self.read.lineup)
        third = "upper" if 3 * place.gap <= stories else "middle" if 3 * place.gap <= 2 * stories else "lower"
        return Fraction(rate) * Fraction((self.read.slots[place.rank][1].get("bands") or {}).get(third, "1"))

    def advertiser(self, name: str) -> Any:
        return self.read.items[name].get("advertiser")

    def near(self, one: Ad, other: Ad) -> bool:
        return abs(one[1].gap - other[1].gap) < int(self.read.policy.get("min_gap", 3))

    def rivals(self, one: Ad, other: Ad) -> bool:
        if not self._strangers(one, other):
            return False
        labels = [
            set(self.read.ads["advertisers"][self.advertiser(name)].get("labels", []))
            for name in (one[0], other[0])
        ]
        apart = self.read.policy.get("competitive_exclusion", "issue")
        if apart == "none" or labels[0].isdisjoint(labels[1]):
            return False
        return bool(apart == "issue" or abs(one[1].gap - other[1].gap) < int(apart["within_stories"]))

    def shut_out(self, one: Ad, other: Ad) -> bool:
        if not self._strangers(one, other) or other[0] in self.groups[one[0]]:
            return False
        wanted = {self.read.items[name].get("exclusive", "none") for name in (one[0], other[0])}
        same = one[1].section is not None and one[1].section == other[1].section
        return "issue" in wanted or ("section" in wanted and same)

    def _strangers(self, one: Ad, other: Ad) -> bool:
        """Two paid ads of different advertisers."""
        if self.read.is_house(one[0]) or self.read.is_house(other[0]):
            return False
        return bool(self.advertiser(one[0]) != self.advertiser(other[0]))

    def clash(self, one: Ad, other: Ad) -> bool:
        return (
            one[1] == other[1]
            or self.near(one, other)
            or self.rivals(one, other)
            or self.shut_out(one, other)
        )

    def crowded(self, names: Iterable[str], more: Iterable[str]) -> bool:
        """Whether one advertiser of ``more`` has too many ads with ``names``."""
        theirs = [self.advertiser(name) for name in (*names, *more)]
        most = int(self.read.policy.get("max_per_advertiser", 1))
        wanted = {self.advertiser(name) for name in more} - {None}
        return any(theirs.count(advertiser) > most for advertiser in wanted)

    def best(self, forced: Iterable[str] = (), among: Iterable[str] | None = None) -> Plan | None:
        """The one best plan with the pins and ``forced``; ``None`` where there is none."""
        must = {*forced, *(self.read.pins if among is None else ())}
        names = self.runnable if among is None else list(among)
        if not must <= set(names):
            return None
        return _Search(self, sorted(names, key=lambda name: (self.tier(name), name)), must).run()

    def worth(self, plan: Plan) -> tuple[Any, ...]:
        """What plans are compared by, the greatest being the best but for the tie-break, which is negated."""
        ads = sorted(plan.items(), key=lambda ad: ad[1][:2])
        tiers = tuple(sum(self.urgencies[n] for n in plan if self.rank(n) == rank) for rank in RANKS)
        ideal = Fraction(len(self.read.lineup), self.load + 1)
        spread = sum(((b[1].gap - a[1].gap - ideal) ** 2 for a, b in pairwise(ads)), Fraction(0))
        order = list(self.read.items)
        return (
            tuple(-tier for tier in tiers),
            -sum(map(self.value, plan.items()), Fraction(0)),
            spread,
            [place.gap for _, place in ads],
            [place.rank for _, place in ads],
            [order.index(name) for name, _ in ads],
        )

    def refusal(self, name: str, plan: Plan) -> tuple[str, list[set[str]]]:
        """The rule a refusal must name; for ``outranked`` the sets that may be named."""
        left, rule = self.openings[name]
        if not left:
            return rule, []
        group = sorted(self.groups[name])
        if name not in self.runnable or (len(group) > 1 and self.best(group, group) is None):
            return "companions", []
        rule = self._plan_rule(group, plan)
        return (rule, []) if rule else ("outranked", self._in_the_way(group, plan))

    def _in_the_way(self, group: list[str], plan: Plan) -> list[set[str]]:
        """The sets without which it would fit, none of whom could stay; those of one group where there are any."""
        ways, placed = list(self._ways(group)), list({frozenset(self.groups[name]) for name in plan})
        fitting = [
            some
            for size in range(len(placed) + 1)
            for some in combinations(placed, size)
            if any(self._fits(way, set().union(*some), plan) for way in ways)
        ]
        least = [some for some in fitting if not any({*fewer} < {*some} for fewer in fitting)]
        return [set().union(*some) for some in [rivals for rivals in least if len(rivals) == 1] or least]

    def _fits(self, way: tuple[Ad, ...], out: set[str], plan: Plan) -> bool:
        kept = {name: place for name, place in plan.items() if name not in out}
        names = [name for name, _ in way]
        return (
            len(kept) + len(way) <= self.load
            and not self.crowded(kept, names)
            and not self._meets(self.clash, way, kept)
        )

    def _plan_rule(self, group: list[str], plan: Plan) -> str:
        """The first rule that alone stops every way the group could run; none where another ad holds one."""
        ways = list(self._ways(group))
        if any(place in plan.values() for way in ways for _, place in way):
            return ""
        number = len(plan) + len(group)
        rules: list[tuple[str, Callable[[tuple[Ad, ...]], bool]]] = [
            ("min_gap", lambda way: self._meets(self.near, way, plan)),
            ("max_ads", lambda _: number > self.read.max_ads),
            ("max_ratio", lambda _: number > self.read.ratio_load),
            ("max_per_advertiser", lambda _: self.crowded(plan, group)),
            ("competitive_exclusion", lambda way: self._meets(self.rivals, way, plan)),
            ("exclusive", lambda way: self._meets(self.shut_out, way, plan)),
        ]
        return next((rule for rule, stops in rules if all(map(stops, ways))), "")

    def _ways(self, group: list[str]) -> Iterator[tuple[Ad, ...]]:
        """The ways in which a group can run by itself."""
        for places in product(*(self.openings[name][0] for name in group)):
            way = tuple(zip(group, places, strict=True))
            if not any(self.clash(one, other) for one, other in combinations(way, 2)):
                yield way

    @staticmethod
    def _meets(rule: Callable[[Ad, Ad], bool], way: tuple[Ad, ...], plan: Plan) -> bool:
        return any(rule(ad, other) for ad in way for other in plan.items())

    def creative(self, name: str, place: Place) -> str:
        """The creative whose turn it is, among those that fit."""
        item = self.read.items[name]
        fitting = [creative for creative in item["creatives"] if self.read.fits(creative, place)]
        ids = [creative["id"] for creative in fitting]
        shown = [creative for _, creative in self.read.runs(name)]
        rotation = item.get("rotation", "sequential")
        if rotation == "sequential":
            last = [creative for creative in shown if creative in ids]
            return str(ids[(ids.index(last[-1]) + 1) % len(ids)] if last else ids[0])
        share = [
            Fraction(creative.get("weight", "1")) if rotation == "weighted" else Fraction(1)
            for creative in fitting
        ]
        return str(min(zip(ids, share, strict=True), key=lambda pair: shown.count(pair[0]) / pair[1])[0])


class _Search:
    """Every plan is tried but those that cannot win by tiers, nor by value at equal tiers."""

    def __init__(self, placing: Placing, names: list[str], must: set[str]) -> None:
        self.placing, self.names, self.must = placing, names, must
        self.best: Plan | None = None
        self.worth: tuple[Any, ...] = ()

    def run(self) -> Plan | None:
        self._try(0, {}, {name: self.placing.openings[name][0] for name in self.names})
        return self.best

    def _try(self, at: int, plan: Plan, free: dict[str, tuple[Place, ...]]) -> None:
        if at == len(self.names):
            self._take(plan)
        elif self._may_win(at, plan, free):
            self._branch(at, plan, free)

    def _branch(self, at: int, plan: Plan, free: dict[str, tuple[Place, ...]]) -> None:
        name, placing = self.names[at], self.placing
        if len(plan) < placing.load and not placing.crowded(plan, [name]):
            for place in free[name]:
                ad = (name, place)
                rest = {
                    other: tuple(p for p in free[other] if not placing.clash(ad, (other, p)))
                    for other in self.names[at + 1 :]
                }
                self._try(at + 1, {**plan, name: place}, rest)
        if name not in self.must:
            self._try(at + 1, plan, free)

    def _may_win(self, at: int, plan: Plan, free: dict[str, tuple[Place, ...]]) -> bool:
        if self.best is None:
            return True
        placing = self.placing
        places_left, rest = placing.load - len(plan), [name for name in self.names[at:] if free[name]]
        tiers = []
        for rank in RANKS:
            had = sum(placing.urgencies[name] for name in plan if placing.rank(name) == rank)
            more = sorted((placing.urgencies[n] for n in rest if placing.rank(n) == rank), reverse=True)
            tiers.append(-had - sum(more[:places_left]))
        least: Urgencies = self.worth[0]
        if tuple(tiers) != least:
            return tuple(tiers) < least
        values = sorted((max(placing.value((n, place)) for place in free[n]) for n in rest), reverse=True)
        had_value: Fraction = sum(map(placing.value, plan.items()), sum(values[:places_left], Fraction(0)))
        return bool(had_value >= -self.worth[1])

    def _take(self, plan: Plan) -> None:
        split = any(0 < len(group & plan.keys()) < len(group) for group in self.placing.groups.values())
        if split:
            return
        worth = self.placing.worth(plan)
        if self.best is None or worth < self.worth:
            self.best, self.worth = plan, worth
