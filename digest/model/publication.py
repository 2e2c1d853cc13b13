"""The brand: ``publication`` of ``digest.yaml``.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize
from zoneinfo import ZoneInfo

from digest.model.days import DateRanges
from digest.model.keys import Block, Key
from digest.model.keys import kinds as k

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo(Block):
    """The masthead's picture; width and height in CSS pixels."""

    url: Annotated[
        k.Picture, Key("the address of the picture, or a file of the newsroom", also="image src file link")
    ]
    width: Annotated[k.Pixels, Key("in pixels, as shown")]
    height: Annotated[k.Pixels, Key("in pixels, as shown")]
    dark_url: Annotated[
        k.Picture, Key("the picture for dark mode, of the same size", default="the same, on a light ground")
    ] = ""


def slug(name: str) -> str:
    """A name as an id: ``The Harbor Post`` is ``the-harbor-post``; one without Latin letters is a hash of it."""
    plain = normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    latin = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")
    return latin or f"p-{blake2b(name.encode(), digest_size=6).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Block):
    """The brand."""

    name: Annotated[k.Line, Key("the name readers know", also="title brand")]
    url: Annotated[k.Url, Key("the website", also="website site homepage link")]
    timezone: Annotated[
        k.Zone,
        Key(
            'such as `America/New_York`. It decides what "today" is, when a cutoff is, on which day a flight ends',
            also="tz zone",
        ),
    ] = "UTC"
    locale: Annotated[k.Locale, Key("how dates are written", also="language lang")] = "en_US"
    currency: Annotated[k.Line, Key("of the rates, as reports for accounting name it, such as `EUR`")] = "USD"
    address: Annotated[
        k.Text,
        Key(
            "the postal address in the footer. Anti-spam laws ask for one, so give it",
            also="postal_address imprint",
        ),
    ] = ""
    skip: Annotated[
        DateRanges,
        Key(
            "dates on which no edition has an issue: `[2026-12-25, {from: 2026-12-24, to: 2026-12-26}]`",
            also="holidays days_off",
        ),
    ] = ()
    logo: Annotated[
        Logo | None,
        Key(
            "`{url, width, height, dark_url}`: a picture in the masthead instead of the name, size in pixels as shown"
        ),
    ] = None
    id: Annotated[
        k.PublicationId,
        Key(
            "whose rows these are in a store that several newsrooms share: small letters, digits and hyphens. Name "
            "it before you change the name: the history stands under the id",
            default="from the name",
        ),
    ] = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", slug(self.name))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def clock(self, at: datetime) -> str:
        """A moment as people of the newsroom read it, such as ``2026-01-23 06:00``: on their own clocks."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"
