"""What the publisher sells and which rules no booking overrides: ``policy`` and ``slots`` of ``adslots.yaml``.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`. A class ``...Keys`` is
how a value is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from digest.model.keys import NAME, Block, Key, Written, empty
from digest.model.keys import kinds as k

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive(Block):
    """Stories that get the flag ``sensitive``: of these sections, or with one of these keywords."""

    sections: Annotated[
        frozenset[k.Id], Key("the ids of sections whose stories are all sensitive", default="none")
    ] = frozenset()
    keywords: Annotated[
        k.Lines, Key("whole words that make a story sensitive, in its title, summary or tags")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinStories(Block):
    """``competitive_exclusion`` as a distance."""

    within_stories: Annotated[k.Count, Key("competitors keep at least so many stories apart")]

    def value(self) -> int:
        return self.within_stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Block):
    """The publisher's rules; no booking overrides them.

    ``competitive_exclusion`` is ``"issue"``, ``"none"``, or a distance in stories (``within_stories``).
    ``horizon`` in days lets a plan over the coming issues decide first; ``None`` is off.
    """

    max_ads: Annotated[
        k.Count, Key("ads in an issue, our own included", also="ad_load ads_per_issue ads")
    ] = 4
    max_ratio: Annotated[
        k.ExactShare, Key("ads per story: with `1/4`, an issue of 11 stories has at most 2", also="ratio")
    ] = Fraction(1, 4)
    min_gap: Annotated[
        k.Count,
        Key(
            "stories between any two ads. The place above the first story counts as gap 0. `0` switches it off",
            also="gap spacing distance min_distance",
        ),
    ] = 3
    max_per_advertiser: Annotated[k.Positive, Key("ads of one advertiser in an issue")] = 1
    competitive_exclusion: Annotated[
        str | int,
        Written(WithinStories, k.Exclusion),
        Key(
            "advertisers that share a label: never in one `issue`, or at least so many stories apart "
            "(`{within_stories: 5}`), or `none`"
        ),
    ] = "issue"
    adjacency_radius: Annotated[k.Count, Key('how many stories on each side count as "next to" an ad')] = 1
    suppress_near: Annotated[k.Lines, Key("flags of stories that no paid ad may stand next to")] = ("no_ads",)
    sensitive: Annotated[
        Sensitive,
        Key(
            "`{sections, keywords}`: stories of these sections, or with one of these words, get the flag "
            "`sensitive`",
            default="none",
        ),
    ] = Sensitive()
    disclosure: Annotated[k.Line, Key("the label on every ad")] = "Advertisement"
    broken_bookings: Annotated[
        k.BrokenBookings,
        Key(
            "`leave_out`: a line item that cannot be read is left out of the issues, and everybody is told; with "
            "`stop` nothing is built until it is mended"
        ),
    ] = "stop"
    horizon: Annotated[
        k.Horizon | None,
        Key("plan this many days ahead (`28d`) and let that plan decide what runs today", default="off"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandKeys(Block):
    """``bands`` as they are written."""

    upper: Annotated[k.Exact, Key("what the first third of the issue is worth")] = Fraction(1)
    middle: Annotated[k.Exact, Key("what the second third is worth")] = Fraction(1)
    lower: Annotated[k.Exact, Key("what the last third is worth")] = Fraction(1)

    def value(self) -> Mapping[str, Fraction]:
        return MappingProxyType({"upper": self.upper, "middle": self.middle, "lower": self.lower})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot(Block):
    """A named, sellable position. ``position``: top | section_start | section_end | between_stories | end."""

    id: Annotated[str, NAME] = ""
    position: Annotated[
        k.Position,
        Key(
            "`top` before the first section, `section_start` under a section's heading, `between_stories`, "
            "`section_end` after its last story, `end` after the last story",
            also="place where location",
        ),
    ]
    sizes: Annotated[
        tuple[k.Size, ...],
        Key(
            "the pictures that fit, as width x height: `[600x150, 300x250]`",
            also="size dimensions formats format",
        ),
    ] = ()
    native: Annotated[k.Flag, Key("`true`: ads without a picture fit")] = False
    first_after: Annotated[k.Count, Key("for `between_stories`: no ad before this many stories")] = 1
    bands: Annotated[
        Mapping[str, Fraction],
        Written(BandKeys),
        Key(
            "`{upper, middle, lower}`: what the thirds of an issue are worth against each other. A band that is "
            "not named is worth 1",
            default="all worth 1",
        ),
    ] = field(default_factory=empty)
