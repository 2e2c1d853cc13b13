"""What is made of the two files."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.config.outside import Reference
from digest.errors import Problem
from digest.model.ad_book import AdBook, BrokenBooking
from digest.model.newsroom import DigestFile


@dataclass(slots=True)
class CompiledFiles:
    """Both files. ``warnings`` are of bookings that cannot do what they promise; ``outside`` is named there and lies
    outside.

    ``environment``: the values it has from there, by how they are written. They are never written to disk or shown.
    """

    digest: DigestFile = field(default_factory=DigestFile)
    ads: AdBook = field(default_factory=AdBook)
    outside: tuple[Reference, ...] = ()
    warnings: tuple[Problem, ...] = ()
    broken: tuple[BrokenBooking, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
