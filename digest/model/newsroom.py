"""The newsroom as configured in ``digest.yaml``: what is published, when, from which sources.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from digest.model.appearance import CustomBlock, Footer, Images, PlainText
from digest.model.audience import Audience
from digest.model.edition import Edition
from digest.model.keys import SOME, Block, ByName, Key, Written, empty
from digest.model.keys import kinds as k
from digest.model.look import LinkKeys, Links, Look
from digest.model.mail import MailerSpec, Mailing
from digest.model.publication import Publication

if TYPE_CHECKING:
    from digest.model.ad_book import AdBook, BrokenBooking


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
        Key("one of the kinds of [source](sources.md), such as `rss`, `wordpress` or `csv`"),
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
    title: Annotated[k.Line, Key("the heading readers see", also="name heading label")]
    top: Annotated[k.Positive, Key("how many stories at most", also="max count limit most")] = 5
    min: Annotated[
        k.Count,
        Key(
            "with fewer, the section looks further back (see [thin](#thin)); still fewer, and it is left out of "
            "the issue",
            also="minimum least",
        ),
    ] = 1
    match: Annotated[
        k.Lines,
        Key(
            "the categories of the sources that belong here. Capital or small letters do not matter",
            default="the title",
            also="category categories",
        ),
    ] = ()
    url: Annotated[k.Url, Key("the section's page, to which its heading links", default="none")] = ""

    def __post_init__(self) -> None:
        if not self.match:
            object.__setattr__(self, "match", (self.title,))


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
        Key(
            "how far before the issue's end a section under its `min` may look, in steps of 12 hours",
            also="extend look_back lookback",
        ),
    ] = timedelta(hours=72)
    min_stories: Annotated[
        k.Count, Key("with fewer stories the issue is not built at all (exit code 3)", also="minimum min")
    ] = 3


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
        left_out = {booking.number for booking in self.broken}
        places = (number for number in count() if number not in left_out)
        return {item.id: number for item, number in zip(self.ads.line_items, places, strict=False)}

    def edition(self, name: str) -> Edition | None:
        return next((edition for edition in self.editions if edition.name == name), None)

    def sections_of(self, edition: Edition) -> tuple[SectionSpec, ...]:
        """The sections of an edition in its reading order (all of them when it names none)."""
        by_id = {section.id: section for section in self.sections}
        sections = tuple(by_id[name] for name in edition.sections) if edition.sections else self.sections
        return tuple(
            replace(
                section,
                top=edition.top.get(section.id, section.top),
                min=edition.min.get(section.id, section.min),
            )
            for section in sections
        )

    def seen_by(self, edition: Edition) -> Newsroom:
        """The newsroom with what the edition says for itself. Its sections and ad policy are asked for by edition."""
        settings: dict[str, Any] = {}
        if edition.locale:
            settings["publication"] = replace(self.publication, locale=edition.locale)
        if edition.min_stories is not None:
            settings["thin"] = replace(self.thin, min_stories=edition.min_stories)
        if edition.links is not None:
            settings["links"] = edition.links
        if edition.size_budget is not None:
            settings["size_budget"] = edition.size_budget
        look = self._look_of(edition)
        if look != self.look:
            settings["look"] = look
        return replace(self, **settings) if settings else self

    def _look_of(self, edition: Edition) -> Look:
        changed, look = edition.look, self.look
        return Look(
            theme=edition.theme or changed.theme or look.theme,
            density=changed.density or look.density,
            colors=MappingProxyType({**look.colors, **changed.colors}),
            fonts=MappingProxyType({**look.fonts, **changed.fonts}),
        )
