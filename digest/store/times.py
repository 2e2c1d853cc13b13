"""Times as the store keeps them: whole microseconds since 1970 in UTC, alike in every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Microseconds from 1970 to an aware time."""
    span = at - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def moment(count: int) -> datetime:
    """The inverse of :func:`microseconds`; UTC."""
    return _EPOCH + timedelta(microseconds=count)
