"""The first and the last date that a command is asked about."""

from __future__ import annotations

from datetime import date

from digest.errors import CommandError


def check_order(first: date, last: date) -> None:
    """Raises ``CommandError`` where the last date, of ``--to``, lies before the first, of ``--from``."""
    if last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
