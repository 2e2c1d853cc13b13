"""What a booking costs and what it is owed: goals and rates of ``adslots.yaml``. Amounts are exact fractions.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`. A class ``...Keys`` is
how a value is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from digest.model.keys import Block, Key
from digest.model.keys import kinds as k
from digest.model.keys.words import InvalidValue

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was booked: ``amount`` issues, sends or clicks."""

    unit: str  # issues | sends | clicks
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalKeys(Block):
    """``goal`` as it is written."""

    JSON_SCHEMA = MappingProxyType(
        {"oneOf": [{"required": [unit]} for unit in ("issues", "sends", "clicks")]}
    )

    issues: Annotated[k.Positive | None, Key("how many issues were bought", also="insertions runs times")] = (
        None
    )
    sends: Annotated[
        k.Positive | None,
        Key("or how many mails sent", also="impressions views mails emails recipients deliveries"),
    ] = None
    clicks: Annotated[
        k.Positive | None, Key("or how many clicks, as `digest receipts` counts them", also="clickthroughs")
    ] = None

    def verify(self) -> None:
        if sum(amount is not None for amount in (self.issues, self.sends, self.clicks)) != 1:
            cure = "Write {issues: 10}, {sends: 500000} or {clicks: 2000}."
            raise InvalidValue("needs one number: issues, sends or clicks.", cure)

    def value(self) -> Goal:
        if self.issues is not None:
            return Goal(unit="issues", amount=self.issues)
        if self.clicks is not None:
            return Goal(unit="clicks", amount=self.clicks)
        return Goal(unit="sends", amount=self.sends or 0)


@dataclass(frozen=True, slots=True)
class Cpm:
    """A rate for a thousand sends: what an issue brings depends on its edition's ``expected_sends``."""

    amount: Fraction

    def __bool__(self) -> bool:
        return bool(self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateKeys(Block):
    """``rate`` as it is written."""

    JSON_SCHEMA = MappingProxyType({"oneOf": [{"required": [unit]} for unit in ("per_issue", "cpm")]})

    per_issue: Annotated[
        k.Exact | None, Key("what an issue brings", also="flat price fixed amount issue")
    ] = None
    cpm: Annotated[
        k.Exact | None,
        Key(
            "or what a thousand mails bring; every edition it may run in then needs `expected_sends`",
            also="per_thousand per_mille tkp",
        ),
    ] = None

    def verify(self) -> None:
        if (self.per_issue is None) == (self.cpm is None):
            raise InvalidValue(
                "needs one amount: per_issue or cpm.", "Write {per_issue: 450} or {cpm: 12.50}."
            )

    def value(self) -> Fraction | Cpm:
        return Cpm(self.cpm) if self.cpm is not None else self.per_issue or Fraction(0)
