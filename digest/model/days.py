"""Days as people write them in lists: single dates, and several days in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from digest.model.calendar import DateRange
from digest.model.keys import Block, Key, Written
from digest.model.keys import kinds as k
from digest.model.keys.words import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRangeKeys(Block):
    """Several days in a row, as they are written."""

    from_: Annotated[k.Day, Key("the first day", name="from", also="start begin first since start_date von")]
    to: Annotated[
        k.Day, Key("the last day, which still counts", also="end until till through last end_date bis")
    ]

    def verify(self) -> None:
        if self.to < self.from_:
            raise InvalidValue(f"ends on {self.to}, before {self.from_}.", "Write the earlier date first.")

    def value(self) -> DateRange:
        return DateRange(self.from_, self.to)


DateRanges = tuple[Annotated[DateRange, Written(DateRangeKeys, k.OneDay)], ...]
