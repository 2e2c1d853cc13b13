"""The bound on work: one unit, one exception, and every constant of the search with what it trades.

Work is counted in steps, not seconds, so that the answer does not depend on the machine. A step is one look at one
thing (a half-made outline, a kind of opening): 3 to 10 microseconds.
"""

from __future__ import annotations

SEARCH = (
    1_500_000  # one search. More: more issues of 12 to 20 different ads are proven; less: a build waits less
)
POSSIBLE = 50_000  # whether some ads can run together. Where it is spent, "they can" is assumed
WAYS = 2_000  # looking for a way for companions, 20 microseconds a step. Where it is spent, more are named than need be
ASSIGN = 5_000  # naming the ads of one outline, before the outline's likeliest naming is tried instead
OUTLINES = (
    500  # the first look for a worthier outline; doubled each time. Less: more time for better multipliers
)
WALKS = (
    10  # the first round of walks for better multipliers; doubled each time. More: slower where they are good
)
WIDER = 8  # a limit on spread that was too tight becomes wider by this part. More: more limits are tried, each quicker
TRANSPORTS = (
    8  # walks between two outlines whose own multipliers are mixed in. Less: better bounds, slower rounds
)


class BudgetSpent(Exception):
    """A search, or a part of it, used up its bound on work."""


class Budget:
    """Steps left. A part spends from the whole as well."""

    def __init__(self, steps: int, whole: Budget | None = None) -> None:
        self.left, self.whole = steps, whole

    def spend(self, steps: int) -> None:
        """Raises ``BudgetSpent`` where no steps are left."""
        self.left -= steps
        if self.whole is not None:
            self.whole.spend(steps)
        if self.left < 0:
            raise BudgetSpent

    def part(self, steps: int) -> Budget:
        """So many steps of this budget, or what is left of it."""
        return Budget(steps, self)

    @property
    def spent(self) -> bool:
        """Whether no steps are left."""
        return self.left < 0
