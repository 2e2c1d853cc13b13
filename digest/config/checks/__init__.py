"""What ties the blocks and the two files together: one file a subject, with ``check(config)`` or ``warn(config)``."""

from __future__ import annotations

from digest.config.checks import (
    bookings,
    companions,
    creatives,
    flights,
    keywords,
    names,
    never,
    newsroom,
    openings,
    sources,
)
from digest.config.checks.configuration import Configuration
from digest.errors import Problem

CHECKS = (names.check, newsroom.check, sources.check, bookings.check, flights.check)
WARNINGS = (creatives.warn, flights.warn, companions.warn, never.warn, openings.warn, keywords.warn)


def every_check(config: Configuration) -> list[Problem]:
    """What makes the files unusable."""
    return [problem for check in CHECKS for problem in check(config)]


def every_warning(config: Configuration) -> list[Problem]:
    """Bookings that are well written and cannot do what they promise: builds go on and refuse them by rule."""
    return [problem for warn in WARNINGS for problem in warn(config)]
