"""Everything the rules look at, read once from the request."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from fractions import Fraction
from functools import cached_property

from digest.model import Adjacency, Edition, Entry, LineItem, Opening, RunAd, Slot
from digest.model.companions import companion_groups
from digest.place import delivery
from digest.place.delivery import Standing, earlier, editions_before, load, standing
from digest.place.facts import bits, mask_of
from digest.place.keywords import occurs, words_of
from digest.place.openings import next_to, openings
from digest.place.request import PlaceRequest
from digest.place.rotation import fitting


class IssueContext:
    """One issue under planning. Line items and openings are numbered in file and reading order.

    ``near[s]`` is the mask of the openings next to the story at index ``s`` (position ``s + 1``).
    """

    def __init__(self, request: PlaceRequest) -> None:
        self.request = request
        book = request.ads.in_issue(request.edition, request.day)
        self.policy = book.policy
        self.day = request.day
        self.edition: Edition = request.edition
        self.items: tuple[LineItem, ...] = book.line_items
        self.index = {item.id: number for number, item in enumerate(self.items)}
        self.slots: dict[str, Slot] = {slot.id: slot for slot in book.slots}
        self.entries: tuple[Entry, ...] = tuple(request.lineup)
        self.stories = len(self.entries)
        self.openings: tuple[Opening, ...] = openings(request.lineup, request.ads.slots)
        self.gaps = [opening.gap for opening in self.openings]
        self.everywhere = (1 << len(self.openings)) - 1
        self._hits: dict[Adjacency, dict[int, str]] = {}
        self._rows: dict[str, tuple[RunAd, ...]] | None = None

    @cached_property
    def titles(self) -> dict[str, str]:
        """Per section of the lineup, its title."""
        return {section.id: section.title for section in self.request.lineup.sections}

    @cached_property
    def capacity(self) -> int:
        """The most ads that the issue may have, by ``max_ads`` and ``max_ratio``."""
        return load(self.policy.max_ads, self.policy.max_ratio, self.stories)

    @cached_property
    def near(self) -> tuple[int, ...]:
        """Per story, the openings next to it, as a mask."""
        masks = [0] * self.stories
        for number, opening in enumerate(self.openings):
            for position in next_to(opening.gap, self.policy.adjacency_radius, self.stories):
                masks[position - 1] |= 1 << number
        return tuple(masks)

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """Per story, its fields in which keywords are looked for, folded."""
        return tuple(words_of(entry.story) for entry in self.entries)

    @cached_property
    def sensitive(self) -> tuple[str, ...]:
        """Per story, why it has the flag ``sensitive`` by the publisher's policy; empty where it has not."""
        policy = self.policy.sensitive
        return tuple(
            f"section {entry.section}"
            if entry.section in policy.sections
            else next((f'keyword "{word}"' for word in policy.keywords if occurs(word, words)), "")
            for entry, words in zip(self.entries, self.words, strict=True)
        )

    @cached_property
    def flags(self) -> tuple[frozenset[str], ...]:
        """Per story, its flags, those of its other tellings, and ``sensitive`` where the policy says so."""
        return tuple(
            entry.flags.union(entry.story.flags, ("sensitive",) if why else ())
            for entry, why in zip(self.entries, self.sensitive, strict=True)
        )

    @cached_property
    def by_slot(self) -> dict[str, int]:
        """Per slot, the mask of its openings."""
        masks: dict[str, int] = defaultdict(int)
        for number, opening in enumerate(self.openings):
            masks[opening.slot] |= 1 << number
        return dict(masks)

    @cached_property
    def by_section(self) -> dict[str | None, int]:
        """Per section, the mask of the openings in it; ``None`` for those in no section."""
        masks: dict[str | None, int] = defaultdict(int)
        for number, opening in enumerate(self.openings):
            masks[opening.section] |= 1 << number
        return dict(masks)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """Per line item, the mask of its companions and itself: symmetric and transitive."""
        groups = [mask_of([self.index[name] for name in group]) for group in companion_groups(self.items)]
        masks = {number: group for group in groups for number in bits(group)}
        return tuple(masks[number] for number in range(len(self.items)))

    @cached_property
    def paid(self) -> int:
        """The line items that are no house ads, as a mask."""
        return mask_of([number for number, item in enumerate(self.items) if not item.is_house])

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Per line item, how far it is in its delivery."""
        editions = self.request.editions
        return tuple(standing(item, editions, self.edition, self.day, self.rows(item)) for item in self.items)

    def elsewhere(self, item: LineItem) -> str:
        """What others who share a booking delivered of it, as a clause; empty where nobody did."""
        others = delivery.elsewhere(item, self.rows(item), self.request.editions)
        return f" (of them {others})" if others else ""

    def rows(self, item: LineItem) -> tuple[RunAd, ...]:
        """The ledger's rows of this line item in earlier issues, oldest first: by date, then by cutoff."""
        if self._rows is None:
            grouped: dict[str, list[RunAd]] = defaultdict(list)
            for run in self.request.ran_ads:
                grouped[run.line_item].append(run)
            self._rows = {name: tuple(runs) for name, runs in grouped.items()}
        before = editions_before(self.edition, self.request.editions)
        return earlier(item, self._rows.get(item.id, ()), self.day, before)

    def rate(self, item: int) -> Fraction:
        """What the line item brings in this issue."""
        return self.items[item].rate_for(self.edition.expected_sends)

    def fitting_slots(self, item: LineItem) -> int:
        """The openings of the slots that one of the line item's creatives fits."""
        names = [name for name in item.slots if name in self.slots and fitting(item, self.slots[name])]
        return self.in_slots(names)

    def in_slots(self, names: list[str] | tuple[str, ...]) -> int:
        """The openings of these slots, as a mask."""
        mask = 0
        for name in names:
            mask |= self.by_slot.get(name, 0)
        return mask

    def avoided(self, adjacency: Adjacency) -> dict[int, str]:
        """The stories (by index) a line item keeps away from, each with the reason in words."""
        if adjacency not in self._hits:
            hits = ((s, self._hit(adjacency, s)) for s in range(self.stories))
            self._hits[adjacency] = {s: why for s, why in hits if why}
        return self._hits[adjacency]

    def _hit(self, adjacency: Adjacency, story: int) -> str:
        section = self.entries[story].section
        if section in adjacency.avoid_sections:
            return f"section {section}"
        flags = adjacency.avoid_flags & self.flags[story]
        if flags:
            return self.flag(story, min(flags))
        if not adjacency.avoid_keywords:
            return ""
        return next((f'keyword "{k}"' for k in adjacency.avoid_keywords if occurs(k, self.words[story])), "")

    def flag(self, story: int, name: str) -> str:
        """A flag of a story in words, with what gave it."""
        entry = self.entries[story]
        if name in entry.story.flags:
            return f'flag "{name}"'
        if name in entry.flags:
            return f'flag "{name}" of another telling'
        return f'flag "{name}" through {self.sensitive[story]}'

    def next_to(self, stories: list[int] | dict[int, str]) -> int:
        """The openings next to any of these stories (by index)."""
        mask = 0
        for story in stories:
            mask |= self.near[story]
        return mask

    def closer_than(self, span: int, opening: int) -> int:
        """The openings less than ``span`` gaps from one."""
        gap = self.openings[opening].gap
        first = bisect_left(self.gaps, gap - span + 1)
        return (1 << bisect_left(self.gaps, gap + span)) - (1 << first)

    def band(self, opening: Opening) -> str:
        """The third of the issue in which an opening lies: ``upper``, ``middle`` or ``lower``."""
        return delivery.band(opening.gap, self.stories)

    def weight(self, opening: int) -> Fraction:
        """What a place is worth against others: that of its slot's band."""
        place = self.openings[opening]
        return self.slots[place.slot].bands.get(self.band(place), Fraction(1))

    def story(self, story: int) -> str:
        """A story in words: its position and title."""
        title = self.entries[story].story.title
        return f"story {story + 1} “{title if len(title) <= 80 else title[:79] + '…'}”"

    def place(self, opening: int) -> str:
        """An opening in words."""
        opened = self.openings[opening]
        return f"{opened.slot} at gap {opened.gap}"
