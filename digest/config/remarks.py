"""What the two files may say and hardly anybody means: every build and every check warns of it."""

from __future__ import annotations

from pathlib import Path

from digest.config.files import ADSLOTS, DIGEST
from digest.model import Newsroom
from digest.model.keys.zones import never_changing


def remarks(newsroom: Newsroom) -> list[str]:
    """A time zone without daylight saving time, and a newsroom without bookings."""
    found = [_clock(newsroom), _without_ads(newsroom.root, len(newsroom.ads.line_items))]
    return [remark for remark in found if remark]


def _clock(newsroom: Newsroom) -> str:
    name = newsroom.publication.timezone
    if (odd := never_changing(name)) is None:
        return ""
    from digest.config import problem_at

    says, cure = odd
    at = ("publication", "timezone")
    return str(problem_at(newsroom.root, DIGEST, at, f'"publication.timezone" {name} {says}.', cure))


def _without_ads(root: Path, bookings: int) -> str:
    """Why a newsroom's issues carry no ads although nobody may have meant it so; empty where they can."""
    if bookings:
        return ""
    if (root / ADSLOTS).exists():
        return "adslots.yaml has no line items: the issues carry no ads."
    misspelt = next(
        (name for name in ("adslots.yml", "adslot.yaml", "ad_slots.yaml") if (root / name).exists()), ""
    )
    if misspelt:
        return f"{misspelt} is not read, so the issues carry no ads: call it adslots.yaml."
    return "there is no adslots.yaml: the issues carry no ads."
