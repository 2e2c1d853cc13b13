"""The rules of placement, one file each, asked in the order of their ``ORDER``.

A rule is a module with a docstring (its help), ``ORDER`` (when it is asked), ``OPTIONS`` (the keys of
``adslots.yaml`` it reads) and ``facts(context)``. It states facts and never searches. ``STAGE`` says what its
refusals speak of: ``today`` (may the line item run?), ``openings`` (where?) or ``plan`` (with which others?).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from digest.errors import BrokenPlugin
from digest.place.context import IssueContext
from digest.place.facts import Fact
from digest.registry import load, names

PLUGIN = ("ORDER", "STAGE", "OPTIONS", "facts")
STAGES = ("today", "openings", "plan")


class PlacementRule(Protocol):
    """The shape of a rule's module."""

    __name__: str
    __doc__: str | None
    ORDER: int
    STAGE: str
    OPTIONS: tuple[str, ...]

    def facts(self, context: IssueContext) -> Iterator[Fact]: ...


@cache
def catalogue() -> tuple[tuple[str, PlacementRule], ...]:
    """Every rule with its name, in the order of asking. Raises ``BrokenPlugin``."""
    rules = [(name, cast(PlacementRule, load(__name__, name))) for name in names(__name__)]
    for name, rule in rules:
        if rule.STAGE not in STAGES:
            raise BrokenPlugin(
                f"the rule {name} has the STAGE {rule.STAGE!r}; there are {', '.join(STAGES)}."
            )
    return tuple(sorted(rules, key=lambda rule: (STAGES.index(rule[1].STAGE), rule[1].ORDER, rule[0])))
