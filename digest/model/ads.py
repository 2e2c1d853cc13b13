"""The bookings as written in ``adslots.yaml``. Amounts are exact fractions.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from digest.model.calendar import EVERY_DAY, DateSet
from digest.model.days import DateRanges
from digest.model.issue_date import day_of
from digest.model.keys import NAME, READ_ONLY, SOME, Block, Key, Written, empty
from digest.model.keys import kinds as k
from digest.model.keys.words import InvalidValue
from digest.model.rates import Cpm, Goal, GoalKeys, RateKeys

if TYPE_CHECKING:
    pass

TIERS = ("sponsorship", "standard", "bulk", "house")
PRIORITY = 8  # of a booking that names none: the middle of 1 to 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser(Block):
    """Who pays. Advertisers that share a label compete."""

    id: Annotated[str, NAME] = ""
    name: Annotated[k.Line, Key("the name in reports", default="the id")] = ""
    labels: Annotated[
        frozenset[k.Line],
        Key("the trades they are in. Two advertisers with a common label compete", default="none"),
    ] = frozenset()

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeDates(Block):
    """The issue dates on which a creative may be shown."""

    start: Annotated[
        k.Day | None,
        Key(
            "the first issue date on which it is shown",
            default="open",
            also="from begin begins first since start_date date_from von ab",
        ),
    ] = None
    end: Annotated[
        k.Day | None,
        Key(
            "the last one, which still counts",
            default="open",
            also="to until till through last finish stop end_date date_to bis",
        ),
    ] = None

    def verify(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise InvalidValue(f"ends on {self.end}, before {self.start}.", "Write the earlier date first.")

    @property
    def is_open(self) -> bool:
        return self.start is None and self.end is None

    def __str__(self) -> str:
        parts = [self.start and f"from {self.start}", self.end and f"up to {self.end}"]
        return " ".join(part for part in parts if part) or "any date"

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        day = day_of(day)
        return (self.start or day) <= day <= (self.end or day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creative(Block):
    """One ad as shown. With ``image`` it has a ``size`` such as ``600x150``; without, it is native text."""

    JSON_SCHEMA = MappingProxyType(
        {
            "dependentRequired": {"image": ["size"], "size": ["image"]},
            "anyOf": [{"required": [key]} for key in ("image", "headline", "body", "text")],
        }
    )

    id: Annotated[k.Id, Key("shown in reports and in the HTML")]
    url: Annotated[
        k.AdUrl,
        Key(
            "where a click leads. `{line_item}`, `{creative}`, `{edition}`, `{date}` and `{slot}` in it are "
            "filled in, for the advertiser's statistics",
            also="link href target landing_page click_url click_through website",
        ),
    ]
    image: Annotated[
        k.Picture,
        Key(
            "the address of the picture, or a file of the newsroom; with it, `size` is required",
            default="none",
            also="picture img photo banner file image_url src",
        ),
    ] = ""
    size: Annotated[
        k.Size,
        Key("width x height. It must be one of the slot's `sizes`", default="none", also="dimensions format"),
    ] = ""
    alt: Annotated[k.Short, Key("what the picture shows, for readers who do not see it", also="alt_text")] = (
        ""
    )
    text: Annotated[k.Text, Key("the ad in the plain-text part of the mail")] = ""
    headline: Annotated[k.Short, Key("its headline", also="title heading header")] = ""
    body: Annotated[
        k.Text,
        Key(
            "its text: paragraphs, `**bold**` and `[links](https://example.com)`",
            also="copy description paragraph",
        ),
    ] = ""
    cta: Annotated[k.Short, Key("the words on its button", also="button call_to_action action")] = ""
    logo: Annotated[
        k.Picture,
        Key("the advertiser's logo above the words: an address or a file of the newsroom", default="none"),
    ] = ""
    pixel: Annotated[
        k.Url,
        Key(
            "the address of a picture of one pixel that counts how often the ad is opened",
            default="none",
            also="tracking_pixel impression_pixel impression_url",
        ),
    ] = ""
    dates: Annotated[
        CreativeDates,
        Key(
            "`{start: 2026-02-01, end: 2026-02-14}`: it is shown on these dates only", default="the flight's"
        ),
    ] = CreativeDates()
    weight: Annotated[k.Exact, Key("for `rotation: weighted`: `3` is shown three times as often as `1`")] = (
        Fraction(1)
    )

    def verify(self) -> None:
        if self.image and not self.size:
            raise InvalidValue(
                "has an image but no size.", "Write the size of the image, like size: 600x150."
            )
        if self.size and not self.image:
            raise InvalidValue(
                "has a size but no image.", "Write the address of the image, or take the size out."
            )
        if not (self.image or self.headline or self.body or self.text):
            raise InvalidValue("has nothing to show.", "Write an image, or a headline or body.")
        if not self.weight:
            raise InvalidValue("has the weight 0.", "Write a weight above 0, or take the creative out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight(Block):
    """Whole issue dates. Either ``dates``, or ``start`` to ``end`` (both inclusive) on ``days`` (Monday = 0)."""

    start: Annotated[
        k.Day | None,
        Key(
            "the first issue date",
            default="open",
            also="from begin begins first since start_date date_from launch von ab",
        ),
    ] = None
    end: Annotated[
        k.Day | None,
        Key(
            "the last issue date, which still counts. A goal needs one",
            default="open",
            also="to until till through last finish stop end_date date_to bis",
        ),
    ] = None
    days: Annotated[
        frozenset[k.Weekday],
        SOME,
        Key("only these weekdays, such as `[mon, wed, fri]`", default="every day", also="weekdays weekday"),
    ] = EVERY_DAY
    dates: Annotated[
        tuple[k.Day, ...], SOME, Key("the issue dates themselves, instead of the other three", also="on date")
    ] = ()

    def __post_init__(self) -> None:
        if self.dates:
            object.__setattr__(self, "dates", tuple(sorted(set(self.dates))))

    def verify(self) -> None:
        if self.dates and (self.start or self.end or self.days != EVERY_DAY):
            raise InvalidValue(
                "has dates and also start, end or days.", "Keep the dates, or start, end and days."
            )

    @property
    def span(self) -> DateSet:
        """The flight as a set of dates."""
        if self.dates:
            return DateSet(listed=frozenset(self.dates))
        return DateSet(self.start, self.end, self.days)

    def __contains__(self, day: object) -> bool:
        return day in self.span

    @property
    def first(self) -> date | None:
        return min(self.dates) if self.dates else self.start

    @property
    def last(self) -> date | None:
        return max(self.dates) if self.dates else self.end

    def days_between(self, first: date, last: date) -> tuple[date, ...]:
        """The dates of the flight in ``first``..``last``, both inclusive, in order."""
        if self.dates:
            return tuple(sorted({day for day in self.dates if first <= day <= last}))
        low = max(first, self.start or first)
        high = min(last, self.end or last)
        return tuple(
            day for day in (low + timedelta(days=i) for i in range((high - low).days + 1)) if day in self
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyCap(Block):
    """At most ``max_issues`` in any ``per_days`` days ending today."""

    max_issues: Annotated[k.Positive, Key("at most so many issues", also="max issues times limit")]
    per_days: Annotated[k.Days, Key("in any so many days, today included", also="days per within")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjacency(Block):
    """What a line item keeps away from."""

    avoid_sections: Annotated[
        frozenset[k.Id], Key("no story of these sections next to it", default="none", also="sections section")
    ] = frozenset()
    avoid_keywords: Annotated[
        k.Lines,
        Key(
            "no story with one of these words in its title, summary or tags",
            also="keywords keyword words avoid_words",
        ),
    ] = ()
    avoid_flags: Annotated[
        frozenset[k.Line],
        Key("no story with one of these flags, such as `sensitive`", default="none", also="flags flag"),
    ] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem(Block):
    """One booking. ``editions`` and ``sections`` are ``None`` for any; ``flight`` is ``None`` only for house ads.

    What it must have is asked by ``config.checks.bookings``, so that the rest of it is still judged.
    """

    JSON_SCHEMA = MappingProxyType(
        {
            "if": {"properties": {"type": {"const": "house"}}, "required": ["type"]},
            "else": {"required": ["advertiser", "flight"]},
        }
    )

    id: Annotated[
        k.Id, Key("the booking's name; keep it, because the ledger counts by it", required=True, also="name")
    ] = ""
    advertiser: Annotated[
        k.Id | None,
        Key(
            "one of `advertisers`",
            required="except for house ads",
            also="client customer sponsor brand company",
        ),
    ] = None
    tier: Annotated[
        k.Tier,
        Key(
            "the tier: `sponsorship` before `standard` before `bulk` before `house` (our own ads)",
            name="type",
            also="tier kind",
        ),
    ] = "standard"
    priority: Annotated[
        k.Priority,
        Key(
            "`1` to `16`: within its tier, bookings of a higher number come first, however far others are behind"
        ),
    ] = PRIORITY
    flight: Annotated[
        Flight | None,
        Key(
            "`{start, end}`, both days included, with `days: [mon, wed]` if only some weekdays count; or `{dates: "
            "[2026-01-23, …]}`",
            required="except for house ads",
            also="period run schedule campaign",
        ),
    ] = None
    editions: Annotated[
        tuple[k.EditionName, ...] | None,
        SOME,
        Key("the newsletters it may run in", default="all", also="newsletter newsletters"),
    ] = None
    publications: Annotated[
        tuple[k.PublicationId, ...],
        SOME,
        Key(
            "the publications that share it, by `publication.id`: `[bay-news, cape-news]`. Their newsrooms read one "
            "file and have one store; goal, pacing and `frequency_cap` count what ran in all of them on earlier "
            "dates. Elsewhere it does not run",
            default="the newsroom's own",
        ),
    ] = ()
    slots: Annotated[
        k.Ids,
        SOME,
        Key(
            "the places it may run in; one of them is chosen",
            required=True,
            also="position positions placement placements",
        ),
    ] = ()
    sections: Annotated[
        k.Ids | None,
        SOME,
        Key("only in these sections. The place above the first story belongs to none", default="any"),
    ] = None
    goal: Annotated[
        Goal | None,
        Written(GoalKeys),
        Key(
            "`{issues: 10}`, `{sends: 500000}` or `{clicks: 2000}`. It needs the end of a flight; sends need "
            "`expected_sends` in every edition it may run in",
            also="amount quantity target",
        ),
    ] = None
    pacing: Annotated[
        k.Pacing,
        Key("how a goal is spread over the flight: `even`, `frontloaded` (more of it early), `asap`"),
    ] = "even"
    rate: Annotated[
        Fraction | Cpm,
        Written(RateKeys, k.Exact),
        Key(
            "what it brings: `{per_issue: 450}`, or `{cpm: 12.50}` for a thousand of the edition's "
            "`expected_sends`. It never beats a tier, but it decides who gets the better place",
            also="price cost fee budget",
        ),
    ] = Fraction(0)
    frequency_cap: Annotated[
        FrequencyCap | None,
        Key("`{max_issues: 3, per_days: 7}`: at most three issues in any seven days", also="cap frequency"),
    ] = None
    adjacency: Annotated[
        Adjacency,
        Key(
            "`{avoid_sections, avoid_keywords, avoid_flags}`: what it must not stand next to",
            default="none",
            also="avoid brand_safety",
        ),
    ] = Adjacency()
    exclusive: Annotated[
        k.Exclusive, Key("`section` or `issue`: no other advertiser's paid ad there", also="exclusivity")
    ] = "none"
    companions: Annotated[
        k.Ids, Key("bookings that run in the same issue or not at all. Naming it on one side is enough")
    ] = ()
    disclosure: Annotated[
        k.Line,
        Key(
            "the label on its ads, such as `Paid for by Friends of the Library`",
            default="the policy's",
            also="label",
        ),
    ] = ""
    paused: Annotated[
        k.Flag,
        Key(
            "`true`: it does not run until this is taken out; its flight and goal stay as sold",
            also="inactive stopped",
        ),
    ] = False
    pauses: Annotated[
        DateRanges,
        Key(
            "days on which it rests: `[{from: 2026-02-02, to: 2026-02-06}]`. It catches up afterwards",
            default="none",
            also="rests",
        ),
    ] = ()
    blackout: Annotated[
        DateRanges,
        Key(
            "single days on which it must not run: `[2026-02-14]`",
            default="none",
            also="blackouts blackout_dates exclude_dates excluded",
        ),
    ] = ()
    audience: Annotated[
        Mapping[k.Line, k.Lines],
        READ_ONLY,
        Key(
            "only readers with one of these values in each of these columns of the audience: `{region: [savannah, "
            "tampa]}`. The columns stand in `audience.by` of `digest.yaml`; it never runs in the issue that goes to "
            "everybody",
            default="everybody",
            also="targeting",
        ),
    ] = field(default_factory=empty, hash=False)
    order: Annotated[
        k.Line,
        Key("your number of the order, such as `IO-2026-017`", also="order_number io insertion_order po"),
    ] = ""
    notes: Annotated[
        k.Line,
        Key("anything to remember; nobody outside reads it", also="comment comments remark remarks memo"),
    ] = ""
    was: Annotated[
        k.Ids,
        Key(
            "the ids it had before: what ran under them counts for it, everywhere",
            default="none",
            also="formerly old_id",
        ),
    ] = ()
    rotation: Annotated[
        k.Rotation,
        Key(
            "how several creatives take turns: `sequential` one after the other, `even` the least shown, "
            "`weighted` by their `weight`, `best` the one that readers click more"
        ),
    ] = "sequential"
    links: Annotated[
        k.AdLinks,
        Key("`none`: the parameters of `links` in `digest.yaml` are not put on its addresses"),
    ] = "tagged"
    creatives: Annotated[
        tuple[Creative, ...],
        Key(
            "the ads themselves: see [creatives](#creatives). They may come later than the booking: until they do, it "
            "does not run, and `digest check` says which issue will miss it first",
            default="none yet",
            also="ads artwork",
        ),
    ] = ()

    @property
    def is_house(self) -> bool:
        return self.tier == "house"

    def rate_for(self, expected_sends: int | None) -> Fraction:
        """What an issue brings of an edition with so many expected sends."""
        if isinstance(self.rate, Cpm):
            return self.rate.amount * (expected_sends or 0) / 1000
        return self.rate

    def creatives_on(self, day: date) -> tuple[Creative, ...]:
        """The creatives that may be shown in an issue of that date."""
        return tuple(creative for creative in self.creatives if day in creative.dates)

    def rests_on(self, day: date) -> str:
        """Why the booking itself keeps out on ``day``: ``paused``, a pause, a blackout date; else empty."""
        if self.paused:
            return "paused in adslots.yaml (paused: true)"
        for days in self.pauses:
            if day in days:
                return f"paused in adslots.yaml from {days.first} to {days.last}"
        return (
            f"{day_of(day)} is one of its blackout dates"
            if any(day in days for days in self.blackout)
            else ""
        )
