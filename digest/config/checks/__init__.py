"""What ties the blocks and the two files together: one file a subject, each with ``check(room)``."""

from __future__ import annotations

from digest.config.checks import bookings, companions, creatives, flights, names, newsroom
from digest.config.checks.room import Room
from digest.errors import Problem

CHECKS = (names.check, newsroom.check, bookings.check, creatives.check, flights.check, companions.check)


def every_check(room: Room) -> list[Problem]:
    """The problems of every check."""
    return [problem for check in CHECKS for problem in check(room)]
