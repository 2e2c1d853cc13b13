"""The newsroom as configured in ``digest.yaml``: what is published, when, from which sources.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from digest.model.appearance import CustomBlock, Footer, Images, PlainText
from digest.model.audience import Audience
from digest.model.calendar import EVERY_DAY, Calendar
from digest.model.days import DateRanges
from digest.model.issue_date import number_of
from digest.model.keys import NAME, READ_ONLY, SOME, Block, ByName, Key, Written, empty
from digest.model.keys import kinds as k
from digest.model.mail import MailerSpec, Mailing

if TYPE_CHECKING:
    from digest.model.ads import AdBook, BrokenBooking


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo(Block):
    """The masthead's picture; width and height in CSS pixels."""

    url: Annotated[k.Picture, Key("the address of the picture, or a file of the newsroom")]
    width: Annotated[k.Pixels, Key("in pixels, as shown")]
    height: Annotated[k.Pixels, Key("in pixels, as shown")]
    dark_url: Annotated[
        k.Picture, Key("the picture for dark mode, of the same size", default="the same, on a light ground")
    ] = ""


def slug(name: str) -> str:
    """A name as an id: ``The Harbor Post`` is ``the-harbor-post``; one without Latin letters is a hash of it."""
    plain = normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")
    return found or f"p-{blake2b(name.encode(), digest_size=6).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Block):
    """The brand."""

    name: Annotated[k.Line, Key("the name readers know")]
    url: Annotated[k.Url, Key("the website")]
    timezone: Annotated[
        k.Zone,
        Key(
            'such as `America/New_York`. It decides what "today" is, when a cutoff is, on which day a flight ends'
        ),
    ] = "UTC"
    locale: Annotated[k.Locale, Key("how dates are written")] = "en_US"
    currency: Annotated[k.Line, Key("of the rates, as reports for accounting name it, such as `EUR`")] = "USD"
    address: Annotated[
        k.Text, Key("the postal address in the footer. Anti-spam laws ask for one, so give it")
    ] = ""
    skip: Annotated[
        DateRanges,
        Key("dates on which no edition has an issue: `[2026-12-25, {from: 2026-12-24, to: 2026-12-26}]`"),
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
        """A moment as people of the house read it, such as ``2026-01-23 06:00``: on their own clocks."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec(Block):
    """Where stories come from. ``type`` names a file of ``digest/sources``; ``weight`` in [0, 1] feeds ranking.

    ``url`` is an http(s) URL, or a path already resolved against the newsroom.
    """

    OTHER_KEYS = "options"
    JSON_SCHEMA = MappingProxyType({"additionalProperties": True})

    name: Annotated[k.Line, Key("shown by `digest ingest`, and what you type to read only this source")]
    type: Annotated[
        k.SourceType,
        Key(
            "`rss`, `wordpress`, `ghost`, `jsonfeed`, `sitemap`, `sql`, `jsonl` or `csv`: see [sources](sources.md)"
        ),
    ]
    url: Annotated[
        k.SourceUrl, Key("a path from the newsroom's folder, an `http(s)` address, or the one of a database")
    ]
    weight: Annotated[
        k.Share,
        Key(
            "between 0 and 1: how much this source counts for the ranking signal `source_weight`. It holds for "
            "stories whose `source` is this name, as it is where they name no other; capital or small letters "
            "do not matter"
        ),
    ] = 0.5
    options: k.Options = field(default_factory=empty)  # every other key

    def __post_init__(self) -> None:
        below = self.options.get("options")
        if isinstance(below, Mapping):  # written under a key of that name
            others = {key: value for key, value in self.options.items() if key != "options"}
            object.__setattr__(self, "options", MappingProxyType({**others, **below}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec(Block):
    """An ordered block of the newsletter. ``match`` holds source categories, compared without case."""

    id: Annotated[k.Id, Key("the short name used in this file, in `adslots.yaml` and in reports")]
    title: Annotated[k.Line, Key("the heading readers see")]
    top: Annotated[k.Positive, Key("how many stories at most")] = 5
    min: Annotated[
        k.Count,
        Key(
            "with fewer, the section looks further back (see [thin](#thin)); still fewer, and it is left out of "
            "the issue"
        ),
    ] = 1
    match: Annotated[
        k.Lines,
        Key(
            "the categories of the sources that belong here. Capital or small letters do not matter",
            default="the title",
        ),
    ] = ()
    url: Annotated[k.Url, Key("the section's page, to which its heading links", default="none")] = ""

    def __post_init__(self) -> None:
        if not self.match:
            object.__setattr__(self, "match", (self.title,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(Block):
    """A newsletter product with a cadence. ``weekday`` counts from Monday = 0 (weekly only)."""

    name: Annotated[str, NAME] = ""
    cadence: Annotated[
        k.Cadence,
        Key("`daily`, `weekly`, `monthly`, or `on_demand`: a special, whenever it is built by name"),
    ] = "daily"
    weekdays: Annotated[
        k.Weekdays,
        Key(
            "the day of a weekly issue, or several: `fri`, `[tue, fri]`",
            name="weekday",
            default="**required** for weekly",
        ),
    ] = frozenset()
    days: Annotated[
        k.Weekdays,
        Key(
            "the weekdays on which a daily edition comes out, such as `[mon, tue, wed, thu, fri]`",
            default="all",
        ),
    ] = EVERY_DAY
    day: Annotated[
        k.DayOfMonth,
        Key("the day of a monthly issue; a month that has no such day has the issue on its last"),
    ] = 1
    every: Annotated[
        k.Step, Key("`2`: every second day, week or month of the cadence, counted from `first`")
    ] = 1
    first: Annotated[
        k.Day | None, Key("the date of the first issue; needed by `every`, and before it there is none")
    ] = None
    skip: Annotated[
        DateRanges,
        Key(
            "dates without an issue: `[2026-12-25, {from: 2026-12-24, to: 2026-12-26}]`. No story is lost by it"
        ),
    ] = ()
    cutoff: Annotated[
        k.Clock,
        Key(
            "local time at which an issue's window ends. The daily of the 23rd covers the 22nd, 06:00, up to the "
            "23rd, 06:00"
        ),
    ] = time(6, 0)
    sections: Annotated[k.Ids, SOME, Key("which sections, in which order", default="all")] = ()
    subject: Annotated[
        k.LineTemplate,
        Key(
            "the subject line: `{lead}`, `{second}` and `{third}` are the titles of the first stories, `{date}`, "
            "`{count}`, `{sections}`, `{publication}` and `{edition}` are what they say"
        ),
    ] = "{lead}"
    preheader: Annotated[
        k.LineTemplate,
        Key(
            'the line mail programs show after the subject; the same words in braces. `{plus}` is "Plus: " and the '
            "second and third headline"
        ),
    ] = "{plus}"
    sender: Annotated[k.Sender, Key("the sender, as `NewsFinale <news@newsfinale.example>`", name="from")] = (
        ""
    )
    expected_sends: Annotated[
        k.Positive | None,
        Key("how many people get it. Needed where an advertiser bought a number of sends"),
    ] = None
    catch_up: Annotated[
        k.Length,
        Key(
            "after missed issues the window reaches back to where the last one ended, but no further than this"
        ),
    ] = timedelta(days=3)
    late: Annotated[
        k.Length,
        Key(
            "a story that appeared up to this long before the window, but was not yet known when the previous "
            "issue was built, still gets its chance"
        ),
    ] = timedelta(hours=24)
    no_repeat: Annotated[
        k.NoRepeat,
        Key(
            "do not bring an event again that ran in this `edition`, in any edition of the `publication`, or "
            "`none`"
        ),
    ] = "edition"
    no_repeat_for: Annotated[k.Length, Key("how far back that looks")] = timedelta(days=7)
    sponsored: Annotated[
        k.Sponsored,
        Key(
            "what becomes of posts that a source marks as paid for: `left_out`, or `labelled`: they run with the label "
            "that ads have"
        ),
    ] = "left_out"
    theme: Annotated[k.Id, Key("another theme for this edition", default="as in `look`")] = ""
    look: Annotated[
        EditionLook,
        Key(
            "what this edition wears: `{theme, density, colors, fonts}`, over the newsroom's `look`",
            default="as above",
        ),
    ] = field(default_factory=lambda: EditionLook())
    locale: Annotated[
        k.Locale,
        Key("the language of its dates and fixed words, such as `es_US`", default="the publication's"),
    ] = ""
    top: Annotated[
        Mapping[k.Id, k.Positive],
        READ_ONLY,
        Key(
            "how many stories at most in a section, for this edition: `{local-news: 8}`",
            default="the sections'",
        ),
    ] = field(default_factory=empty)
    min: Annotated[
        Mapping[k.Id, k.Count],
        READ_ONLY,
        Key("with how few a section looks further back, for this edition", default="the sections'"),
    ] = field(default_factory=empty)
    min_stories: Annotated[
        k.Count | None, Key("with fewer stories it is not built", default="as in `thin`")
    ] = None
    links: Annotated[
        Links | None,
        Written(LinkKeys),
        Key(
            "what is added to its links, instead of `links`: `{utm_source: daily, link_prefix: …}`",
            default="as above",
        ),
    ] = None
    size_budget: Annotated[k.Positive | None, Key("bytes of HTML of its issues", default="as above")] = None
    max_ads: Annotated[
        k.Count | None, Key("ads in an issue of this edition", default="the policy's, in `adslots.yaml`")
    ] = None
    max_ratio: Annotated[
        k.ExactShare | None, Key("ads per story in this edition", default="the policy's")
    ] = None
    min_gap: Annotated[
        k.Count | None, Key("stories between any two ads in this edition", default="the policy's")
    ] = None
    title: Annotated[
        k.Line, Key("the newsletter's own name in the masthead, below the brand's", default="none")
    ] = ""
    tagline: Annotated[k.Line, Key("a line of the masthead below the name", default="none")] = ""
    reply_to: Annotated[k.Sender, Key("where a reader's answer goes", default="to `from`")] = ""
    headers: Annotated[
        k.Headers, Key("header fields of your own for `message.eml`: `{X-Campaign: daily}`", default="none")
    ] = field(default_factory=empty)
    mailing: Annotated[
        Mailing | None,
        Key(
            "another mailer for this edition: a word or a block, as above", name="mailer", default="as above"
        ),
    ] = None

    @property
    def mailer(self) -> str:
        """The language of its merge tags, where it has its own mailer."""
        return self.mailing.dialect if self.mailing else ""

    approval: Annotated[
        k.Approval,
        Key("`required`: a built issue is a proposal until somebody says `digest approve`; else `none`"),
    ] = "none"

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            cadence=self.cadence,
            weekdays=self.weekdays if self.cadence == "weekly" else self.days,
            day=self.day,
            every=self.every,
            first=self.first,
            skip=self.skip,
        )

    def has_issue(self, day: date) -> bool:
        """Whether an issue dated ``day`` is planned; one on demand never is."""
        return day in self.calendar

    def may_have_issue(self, day: date) -> bool:
        """Whether an issue dated ``day`` may be built."""
        return self.cadence == "on_demand" or (self.has_issue(day) and number_of(day) == 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(Block):
    """The declared score: the sum of weight x signal over the names in ``weights`` (empty: those of ``select``)."""

    half_life: Annotated[k.PositiveLength, Key("after this time a story's newness counts half")] = timedelta(
        hours=12
    )
    weights: Annotated[
        k.Weights,
        Key(
            "the signals that count and how much each does. Every signal is between 0 and 1; the score is the "
            "sum of weight times signal",
            default="`{recency: 0.1, coverage: 3, prominence: 3, popularity: 2, editorial: 4}`",
        ),
    ] = field(default_factory=empty)
    popularity: Annotated[
        k.Lines,
        Key(
            "the numbers of a story that say how popular it is, such as `[views, shares]`",
            default="all of them",
        ),
    ] = ()
    max_per_source: Annotated[
        k.Positive | None, Key("stories of one source in a section", default="no limit")
    ] = None
    max_per_event_day: Annotated[
        k.Positive | None,
        Key("issues of one date, of all editions, that may tell the same event", default="no limit"),
    ] = None
    diversity: Annotated[
        k.Share,
        Key(
            "between 0 and 1: how many points of score a second story of the same source in a section loses (a "
            "third loses twice that)"
        ),
    ] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Block):
    """How stories that tell the same thing are found."""

    language_model: Annotated[
        k.LanguageModel | None,
        Key(
            "`e5`: headlines are also compared by what they mean, in about a hundred languages. It needs `pip "
            'install "newsroom-digest[embedding]"` (91 MB, Linux and macOS) and a hundredth of a second for each '
            "new headline, once"
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin(Block):
    """What happens on a day with few stories."""

    widen: Annotated[
        k.Length,
        Key("how far before the issue's end a section under its `min` may look, in steps of 12 hours"),
    ] = timedelta(hours=72)
    min_stories: Annotated[k.Count, Key("with fewer stories the issue is not built at all (exit code 3)")] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Parameters added to links; values may hold ``{edition}`` and ``{date}``."""

    parameters: Mapping[str, str] = field(default_factory=empty)  # utm_source -> "{edition}"
    link_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKeys(Block):
    """``links`` as it is written: any key but these is a parameter."""

    OTHER_KEYS = "parameters"
    JSON_SCHEMA = MappingProxyType({"propertyNames": {"pattern": "^(link_prefix|utm_[A-Za-z0-9_]*)$"}})

    link_prefix: Annotated[
        k.Prefix, Key("the address of a redirecting service that is put before every link")
    ] = ""
    parameters: Annotated[Mapping[str, k.LinkValue], READ_ONLY] = field(default_factory=empty)

    def value(self) -> Links:
        return Links(parameters=self.parameters, link_prefix=self.link_prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Block):
    """The theme and what the brand sets in it. ``colors`` and ``fonts`` are by the theme's names."""

    theme: Annotated[
        k.Id,
        Key(
            "`lively`, `broadsheet`, `bulletin`, or one of your own: a folder in the newsroom's `templates/themes/`"
        ),
    ] = "lively"
    density: Annotated[k.Density, Key("`comfortable` or `compact`")] = "comfortable"
    colors: Annotated[
        k.Colors,
        Key('the brand\'s colors as `"#RRGGBB"`, by the names the theme gives them', default="the theme's"),
    ] = field(default_factory=empty)
    fonts: Annotated[
        k.Fonts, Key("the brand's fonts, by the names the theme gives them", default="the theme's")
    ] = field(default_factory=empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLook(Block):
    """What an edition changes of the newsroom's look; its colours and fonts are put over those."""

    theme: Annotated[k.Id, Key("another theme", default="the newsroom's")] = ""
    density: Annotated[k.Density | None, Key("`comfortable` or `compact`", default="the newsroom's")] = None
    colors: Annotated[k.Colors, Key("colors by the theme's names", default="the newsroom's")] = field(
        default_factory=empty
    )
    fonts: Annotated[k.Fonts, Key("fonts by the theme's names", default="the newsroom's")] = field(
        default_factory=empty
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFile(Block):
    """``digest.yaml``: its keys at the top. Those that are required have a default here, so that all is judged."""

    publication: Annotated[
        Publication | None, Key("the brand: see [publication](#publication)", required=True)
    ] = None
    store: Annotated[
        k.Database,
        Key(
            "where stories and the ledger are kept. `sqlite:///` and a path from the newsroom's folder, or the "
            "address of a database server: `postgresql+psycopg://…`. The environment variable `DIGEST_STORE` "
            "goes before it"
        ),
    ] = "sqlite:///var/digest.db"
    mailing: Annotated[
        Mailing,
        Key(
            'the program that sends the mail. As a word (`mailchimp`) it decides how "unsubscribe", "view in '
            'browser" and the first name are written, and which characters of a story must be disarmed; as a block '
            "it is also what `digest handover` hands over to: see [mailer](#mailer) and [mailers.md](mailers.md)",
            name="mailer",
            default="`plain`",
        ),
    ] = field(default_factory=MailerSpec)
    sources: Annotated[tuple[SourceSpec, ...], Key("where stories come from: see [sources](#sources)")] = ()
    sections: Annotated[
        tuple[SectionSpec, ...],
        SOME,
        Key("the blocks of the newsletter: see [sections](#sections)", required=True),
    ] = ()
    editions: Annotated[
        tuple[Edition, ...],
        ByName(k.EditionName, Edition, "name", most=200),
        Key("the newsletters: see [editions](#editions)", required=True),
    ] = ()
    ranking: Annotated[Ranking, Key("what makes a story come first: see [ranking](#ranking)")] = field(
        default_factory=Ranking
    )
    events: Annotated[
        Events, Key("how stories that tell the same thing are found: see [events](#events)")
    ] = Events()
    thin: Annotated[Thin, Key("what happens on a quiet day: see [thin](#thin)")] = Thin()
    links: Annotated[
        Links, Written(LinkKeys), Key("what is added to links: see [links](#links)", default="none")
    ] = field(default_factory=Links)
    size_budget: Annotated[
        k.Positive,
        Key(
            "bytes of HTML an issue may have. Gmail cuts off at about 102,000. Above the budget the last stories "
            'become links under "more online"; ads never do'
        ),
    ] = 95_000
    look: Annotated[Look, Key("the theme: see [look](#look)")] = field(default_factory=Look)
    blocks: Annotated[
        tuple[CustomBlock, ...], Key("blocks of your own: see [blocks](#blocks)", default="none")
    ] = ()
    footer: Annotated[Footer, Key("the end of the mail: see [footer](#footer)")] = field(
        default_factory=Footer
    )
    images: Annotated[Images, Key("where pictures lie: see [images](#images)")] = field(
        default_factory=Images
    )
    plain_text: Annotated[PlainText, Key("the plain-text part: see [plain_text](#plain_text)")] = field(
        default_factory=PlainText
    )
    audience: Annotated[
        Audience, Key("what the columns of an audience choose: see [audience](#audience)")
    ] = field(default_factory=Audience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom(DigestFile):
    """Everything configured, valid and resolved: ``digest.yaml`` with what else belongs to a newsroom.

    ``store`` is a SQLAlchemy URL whose SQLite path is absolute; editions and sections are in file order.
    """

    root: Path
    publication: Publication
    ads: AdBook
    inputs: Mapping[str, str]  # file name -> sha256 of its bytes
    broken: tuple[BrokenBooking, ...] = ()  # left out of ``ads``

    @property
    def mailer(self) -> str:
        """The language of the merge tags: a file of ``digest/render/dialects``."""
        return self.mailing.dialect

    def mailing_of(self, edition: Edition) -> MailerSpec:
        """The mailer of one edition, which may have its own."""
        return edition.mailing or self.mailing

    @property
    def language_model(self) -> str:
        """A file of ``digest/likeness/models`` that helps to find events; empty: none."""
        return self.events.language_model or ""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The place of each line item in ``adslots.yaml``, from 0; those left out of ``ads`` have one, too."""
        gone = {one.number for one in self.broken}
        places = (number for number in count() if number not in gone)
        return {item.id: number for item, number in zip(self.ads.line_items, places, strict=False)}

    def edition(self, name: str) -> Edition | None:
        return next((edition for edition in self.editions if edition.name == name), None)

    def sections_of(self, edition: Edition) -> tuple[SectionSpec, ...]:
        """The sections of an edition in its reading order (all of them when it names none)."""
        by_id = {section.id: section for section in self.sections}
        its = tuple(by_id[name] for name in edition.sections) if edition.sections else self.sections
        return tuple(
            replace(one, top=edition.top.get(one.id, one.top), min=edition.min.get(one.id, one.min))
            for one in its
        )

    def seen_by(self, edition: Edition) -> Newsroom:
        """The newsroom with what the edition says for itself. Its sections and ad policy are asked for by edition."""
        own: dict[str, Any] = {}
        if edition.locale:
            own["publication"] = replace(self.publication, locale=edition.locale)
        if edition.min_stories is not None:
            own["thin"] = replace(self.thin, min_stories=edition.min_stories)
        if edition.links is not None:
            own["links"] = edition.links
        if edition.size_budget is not None:
            own["size_budget"] = edition.size_budget
        look = self._look_of(edition)
        if look != self.look:
            own["look"] = look
        return replace(self, **own) if own else self

    def _look_of(self, edition: Edition) -> Look:
        changed, look = edition.look, self.look
        return Look(
            theme=edition.theme or changed.theme or look.theme,
            density=changed.density or look.density,
            colors=MappingProxyType({**look.colors, **changed.colors}),
            fonts=MappingProxyType({**look.fonts, **changed.fonts}),
        )
