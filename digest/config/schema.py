"""The shape of ``digest.yaml`` and ``adslots.yaml``, with every default.

Only what one block can say about itself is checked here; what ties blocks and files together is in
``digest.config.checks``. Parts at the top are optional to pydantic, so that one bad part never
hides what is wrong in the others; ``REQUIRED`` names those a newsroom needs.
"""

from __future__ import annotations

from datetime import time, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from digest.config import kinds as k
from digest.config.words import Wrong

REQUIRED = {"digest.yaml": ("publication", "sections", "editions"), "adslots.yaml": ()}
_HOUSE = {"properties": {"type": {"const": "house"}}, "required": ["type"]}
_PAID: dict[str, Any] = {"if": _HOUSE, "else": {"required": ["advertiser", "flight"]}}
_ONE_TO_SHOW: dict[str, Any] = {
    "dependentRequired": {"image": ["size"], "size": ["image"]},
    "anyOf": [{"required": [key]} for key in ("image", "headline", "body", "text")],
}
TAGS = ("<block>", "<word>")  # steps of a pydantic location that are not in the file


class Block(BaseModel):
    """Keys with their values; a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), hide_input_in_errors=True)


def _shape(value: Any) -> str:
    return "<block>" if isinstance(value, dict | BaseModel) else "<word>"


class Logo(Block):
    url: k.Url
    width: k.Pixels
    height: k.Pixels


class Publication(Block):
    name: k.Line
    url: k.Url
    timezone: k.Zone = "UTC"
    locale: k.Locale = "en_US"
    address: k.Text = ""
    logo: Logo | None = None
    id: k.PublicationId = ""


class Source(Block):
    name: k.Line
    type: k.SourceType
    url: k.SourceUrl
    weight: k.Share = 0.5
    options: k.Options = Field(default_factory=dict)


class Section(Block):
    id: k.Id
    title: k.Line
    top: k.Positive = 5
    min: k.Count = 1
    match: list[k.Line] = Field(default_factory=list)


class Edition(Block):
    cadence: k.Cadence = "daily"
    weekday: k.Weekday | None = None
    cutoff: k.Clock = time(6)
    sections: Annotated[list[k.Id], k.Some] | None = None
    subject: k.LineTemplate = "{lead}"
    preheader: k.LineTemplate = "{sections}"
    sender: k.Sender = Field("", alias="from")
    expected_sends: k.Positive | None = None
    catch_up: k.Length = timedelta(days=3)
    late: k.Length = timedelta(hours=24)
    no_repeat: k.NoRepeat = "edition"
    no_repeat_for: k.Length = timedelta(days=7)
    theme: k.Id = ""


class Ranking(Block):
    half_life: k.PositiveLength = timedelta(hours=12)
    weights: k.Weights = Field(default_factory=dict)  # empty: the weights of ``digest.select``
    popularity: list[k.Line] = Field(default_factory=list)
    max_per_source: k.Positive | None = None
    max_per_event_day: k.Positive | None = None
    diversity: k.Share = 0.0


class Events(Block):
    language_model: k.LanguageModel | None = None


class Thin(Block):
    widen: k.Length = timedelta(hours=72)
    min_stories: k.Count = 3


class Links(Block):
    """``link_prefix`` and any number of ``utm_`` parameters."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"propertyNames": {"pattern": "^(link_prefix|utm_[A-Za-z0-9_]*)$"}}
    )
    __pydantic_extra__: dict[str, k.LinkValue]
    link_prefix: k.Prefix = ""


class Look(Block):
    theme: k.Id = "lively"
    density: k.Density = "comfortable"
    colors: dict[k.Id, k.Color] = Field(default_factory=dict)
    fonts: dict[k.Id, k.Font] = Field(default_factory=dict)


class DigestFile(Block):
    """``digest.yaml``: what is published, when, from which sources."""

    publication: Publication | None = None
    store: k.Database = "sqlite:///var/digest.db"
    mailer: k.Mailer = "plain"
    sources: list[Source] = Field(default_factory=list)
    sections: Annotated[list[Section], k.Some] | None = None
    editions: Annotated[dict[k.EditionName, Edition], k.Few] | None = None
    ranking: Ranking = Ranking()
    events: Events = Events()
    thin: Thin = Thin()
    links: Links = Field(default_factory=lambda: Links.model_validate({}))
    size_budget: k.Positive = 95_000
    look: Look = Look()


class Within(Block):
    within_stories: k.Count


class Sensitive(Block):
    sections: list[k.Id] = Field(default_factory=list)
    keywords: list[k.Line] = Field(default_factory=list)


class Policy(Block):
    max_ads: k.Count = 4
    max_ratio: k.ExactShare = Fraction(1, 4)
    min_gap: k.Count = 3
    max_per_advertiser: k.Positive = 1
    competitive_exclusion: Annotated[
        Annotated[Within, Tag("<block>")] | Annotated[k.Exclusion, Tag("<word>")], Discriminator(_shape)
    ] = "issue"
    adjacency_radius: k.Count = 1
    suppress_near: list[k.Line] = Field(default_factory=lambda: ["no_ads"])
    sensitive: Sensitive = Sensitive()
    disclosure: k.Line = "Advertisement"
    horizon: k.Horizon | None = None


class Bands(Block):
    upper: k.Exact = Fraction(1)
    middle: k.Exact = Fraction(1)
    lower: k.Exact = Fraction(1)


class Slot(Block):
    position: k.Position
    sizes: list[k.Size] = Field(default_factory=list)
    native: k.Flag = False
    first_after: k.Count = 1
    bands: Bands | None = None


class Advertiser(Block):
    name: k.Line | None = None
    labels: list[k.Line] = Field(default_factory=list)


class Flight(Block):
    start: k.Day | None = None
    end: k.Day | None = None
    days: Annotated[list[k.Weekday], k.Some] | None = None
    dates: Annotated[list[k.Day], k.Some] | None = None

    @model_validator(mode="after")
    def _either(self) -> Flight:
        if self.dates and any(part is not None for part in (self.start, self.end, self.days)):
            raise Wrong("has dates and also start, end or days.", "Keep the dates, or start, end and days.")
        return self


class Goal(Block):
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["issues"]}, {"required": ["sends"]}]}
    )
    issues: k.Positive | None = None
    sends: k.Positive | None = None

    @model_validator(mode="after")
    def _one(self) -> Goal:
        if (self.issues is None) == (self.sends is None):
            raise Wrong("needs one number: issues or sends.", "Write {issues: 10} or {sends: 500000}.")
        return self


class Rate(Block):
    per_issue: k.Exact


class Cap(Block):
    max_issues: k.Positive
    per_days: k.Days


class Adjacency(Block):
    avoid_sections: list[k.Id] = Field(default_factory=list)
    avoid_keywords: list[k.Line] = Field(default_factory=list)
    avoid_flags: list[k.Line] = Field(default_factory=list)


class Creative(Block):
    model_config = ConfigDict(json_schema_extra=_ONE_TO_SHOW)
    id: k.Id
    url: k.AdUrl
    image: k.Url | None = None
    size: k.Size | None = None
    alt: k.Short = ""
    text: k.Text = ""
    headline: k.Short = ""
    body: k.Text = ""
    cta: k.Short = ""
    weight: k.Exact = Fraction(1)

    @model_validator(mode="after")
    def _whole(self) -> Creative:
        if self.image and not self.size:
            raise Wrong("has an image but no size.", "Write the size of the image, like size: 600x150.")
        if self.size and not self.image:
            raise Wrong("has a size but no image.", "Write the address of the image, or take the size out.")
        if not (self.image or self.headline or self.body or self.text):
            raise Wrong("has nothing to show.", "Write an image, or a headline or body.")
        if not self.weight:
            raise Wrong("has the weight 0.", "Write a weight above 0, or take the creative out.")
        return self


class LineItem(Block):
    """One booking. What it must have is asked by ``checks.bookings``, so that the rest is still judged."""

    model_config = ConfigDict(json_schema_extra={"required": ["id", "slots", "creatives"], **_PAID})
    id: k.Id | None = None
    advertiser: k.Id | None = None
    type: k.Tier = "standard"
    flight: Flight | None = None
    editions: Annotated[list[k.EditionName], k.Some] | None = None
    slots: Annotated[list[k.Id], k.Some] | None = None
    sections: Annotated[list[k.Id], k.Some] | None = None
    goal: Goal | None = None
    pacing: k.Pacing = "even"
    rate: Annotated[
        Annotated[Rate, Tag("<block>")] | Annotated[k.Exact, Tag("<word>")], Discriminator(_shape)
    ] = Fraction(0)
    frequency_cap: Cap | None = None
    adjacency: Adjacency = Adjacency()
    exclusive: k.Exclusive = "none"
    companions: list[k.Id] = Field(default_factory=list)
    rotation: k.Rotation = "sequential"
    creatives: Annotated[list[Creative], k.Some] | None = None


class AdsFile(Block):
    """``adslots.yaml``: the publisher's rules, what can be sold, and what is booked."""

    policy: Policy = Policy()
    slots: dict[k.Id, Slot] = Field(default_factory=dict)
    advertisers: dict[k.Id, Advertiser] = Field(default_factory=dict)
    line_items: list[LineItem] = Field(default_factory=list)
