"""All of ``adslots.yaml``: the bookings with the publisher's rules, and those that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from digest.errors import Problem
from digest.model.ads import Advertiser, LineItem
from digest.model.keys import Block, ByName, Key, empty
from digest.model.keys import kinds as k
from digest.model.policy import Policy, Slot

if TYPE_CHECKING:
    from digest.model.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenBooking:
    """A line item that cannot be read and is left out. ``number`` is its place in the file, from 0."""

    line_item: str  # its id, or where it stands
    number: int
    problems: tuple[Problem, ...]

    @property
    def reason(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdBook(Block):
    """The whole of ``adslots.yaml``; slots and line items in file order, which decides ties."""

    policy: Annotated[
        Policy, Key("the publisher's rules, which no booking overrides: see [policy](#policy)")
    ] = field(default_factory=Policy)
    slots: Annotated[
        tuple[Slot, ...], ByName(k.Id, Slot), Key("the places that are sold: see [slots](#slots)")
    ] = ()
    advertisers: Annotated[
        Mapping[str, Advertiser],
        ByName(k.Id, Advertiser, as_table=True),
        Key("who buys: see [advertisers](#advertisers)", default="none"),
    ] = field(default_factory=empty)
    line_items: Annotated[tuple[LineItem, ...], Key("the bookings: see [line_items](#line_items)")] = ()

    def in_issue(self, edition: Edition, day: date) -> AdBook:
        """The book as an issue sees it: the edition's own policy, and the creatives that may be shown on its date."""
        own = {key: getattr(edition, key) for key in ("max_ads", "max_ratio", "min_gap")}
        own = {key: value for key, value in own.items() if value is not None}
        book = replace(self, policy=replace(self.policy, **own)) if own else self
        return book._on(day)

    def _on(self, day: date) -> AdBook:
        items = tuple(
            item
            if len(dated := item.creatives_on(day)) == len(item.creatives)
            else replace(item, creatives=dated)
            for item in self.line_items
        )
        return self if items == self.line_items else replace(self, line_items=items)

    @property
    def now(self) -> Mapping[str, str]:
        """What a booking that had another id is called now, by its old ids."""
        return {old: item.id for item in self.line_items for old in item.was}

    @property
    def shared(self) -> Mapping[str, tuple[str, ...]]:
        """The publications that share a booking, by its id and its old ids."""
        return {
            name: item.publications
            for item in self.line_items
            for name in (item.id, *item.was)
            if item.publications
        }

    def of(self, publication: str) -> AdBook:
        """The book as a publication sees it: bookings of others are for none of its editions."""
        items = tuple(
            replace(item, editions=()) if item.publications and publication not in item.publications else item
            for item in self.line_items
        )
        return self if items == self.line_items else replace(self, line_items=items)

    def line_item(self, name: str) -> LineItem | None:
        return next((item for item in self.line_items if item.id == name), None)
