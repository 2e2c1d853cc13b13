"""What a template can print: every name, with the type of each of its values.

The template checker reads these classes, so a misspelt name is found before an issue is built. Text is plain
text here; whatever a template prints is escaped and protected on its way out. The exceptions are two
marked kinds of text: ``Address`` (a URL, already protected) and ``Verbatim`` (a merge tag).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final


class Verbatim(str):
    """A merge tag: it leaves byte for byte."""

    __slots__ = ()


class Address(str):
    """A URL in which the mailer finds no tag: it is escaped for HTML and otherwise left alone."""

    __slots__ = ()


class RecordView:
    """An object of a block's data file; its names are the file's, whatever they are. A missing one is empty."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        return self._fields.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


@dataclass(slots=True)
class PictureView:
    """An image: its address, the size at which it is shown, and what it shows in words.

    ``alt`` is empty where it would only repeat the words beside it.
    """

    src: Address
    width: int
    height: int
    alt: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class PieceView:
    """Words of a paragraph; ``href`` is empty where they are no link."""

    text: str
    bold: bool
    href: Address


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph of an editor's note or of an ad."""

    pieces: tuple[PieceView, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with its words."""

    title: str
    href: Address


@dataclass(slots=True)
class StoryView:
    """One article. Any text but ``title`` may be empty; ``image`` (wide) and ``thumb`` (small) may be missing.

    ``kicker`` is its section's title; ``origin`` joins ``mark``, ``byline`` and ``time``; ``summary`` is ``sentence``
    (its first) and ``rest``; ``original_title`` is the source's headline where an editor wrote another. ``label`` is
    the disclosure of a post that is paid for, ``mark`` what to know before the click: ``Subscribers only``,
    ``Podcast``, ``Video``, ``Photo gallery``.
    """

    id: str
    href: Address
    link: Address  # as the plain-text part prints it
    title: str
    summary: str
    sentence: str
    rest: str
    author: str
    source: str
    kicker: str
    label: str
    mark: str
    byline: str
    time: str
    origin: str
    published_at: str
    tags: tuple[str, ...]
    original_title: str
    section: str
    position: int
    lang: str
    dir: str
    image: PictureView | None
    thumb: PictureView | None


@dataclass(frozen=True, slots=True)
class AdView:
    """One ad. ``label`` is the disclosure; ``image`` is missing from a text ad; any text may be empty.

    ``paragraphs`` are ``body``, with its links; ``text`` is what else the creative says. ``pixel`` counts openings.
    """

    line_item: str
    creative: str
    advertiser: str
    tier: str
    slot: str
    label: str
    href: Address
    image: PictureView | None
    logo: PictureView | None
    headline: str
    body: str
    paragraphs: tuple[ParagraphView, ...]
    cta: str
    text: str
    alt: str
    pixel: Address
    lang: str
    dir: str


@dataclass(slots=True)
class SectionView:
    """A section's heading. ``number`` counts from 1; ``anchor`` is its place in the mail; ``href`` may be empty."""

    id: str
    title: str
    number: int
    count: int
    anchor: str
    href: Address
    more: str
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class MoreView:
    """The stories of a section that are online only."""

    id: str
    title: str
    anchor: str
    stories: tuple[StoryView, ...]
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class PublicationView:
    """The brand. ``dark_logo`` is shown in dark mode, where there is one."""

    name: str
    href: Address
    address: str
    logo: PictureView | None
    dark_logo: PictureView | None


@dataclass(frozen=True, slots=True)
class IssueView:
    """The issue as a whole. ``date`` is written as the locale does, ``padding`` keeps body text out of a preview."""

    edition: str
    title: str
    tagline: str
    date: str
    subject: str
    preheader: str
    padding: str
    count: int
    lang: str
    dir: str
    start: str  # the side where a line starts: left | right
    end: str


@dataclass(frozen=True, slots=True)
class TagsView:
    """The mailer's merge tags; all but ``unsubscribe`` may be empty. The preheader goes between the two of preview."""

    unsubscribe: str
    browser: str
    preferences: str
    first_name: str
    address: str
    preview: str
    preview_end: str


@dataclass(frozen=True, slots=True)
class WordsView:
    """The fixed phrases, in the language of the locale."""

    view_in_browser: str
    unsubscribe: str
    preferences: str
    more_online: str
    read_more: str
    sponsored_by: str
    in_this_issue: str
    presented_by: str
    sponsored_head: str
    originally: str


@dataclass(frozen=True, slots=True)
class FooterView:
    """What stands at the end; any of it may be missing."""

    links: tuple[LinkView, ...]
    social: tuple[LinkView, ...]
    why: str
    forwarded: LinkView | None
    feedback: LinkView | None


@dataclass(frozen=True, slots=True)
class LookView:
    """Colours of the theme for places where CSS does not reach."""

    accent: str
    on_accent: str
    paper: str
    ink: str
    canvas: str


COMMON: Final[dict[str, object]] = {
    "publication": PublicationView, "issue": IssueView, "tags": TagsView,
    "words": WordsView, "footer": FooterView, "look": LookView,
}  # fmt: skip
CONTEXTS: Final[dict[str, dict[str, object]]] = {
    "contents": {"stories": tuple[StoryView, ...], "sections": tuple[SectionView, ...]},
    "note": {"paragraphs": tuple[ParagraphView, ...]},
    "section": {"section": SectionView},
    "lead": {"story": StoryView},
    "feature": {"story": StoryView},
    "story": {"story": StoryView},
    "brief": {"story": StoryView},
    "ad_banner": {"ad": AdView},
    "ad_native": {"ad": AdView},
    "sponsor": {"ad": AdView},
    "presented": {"ad": AdView},
    "house": {"ad": AdView},
    "more_online": {"stories": tuple[StoryView, ...], "sections": tuple[MoreView, ...]},
    "masthead": {},
    "footer": {},
    "issue.html.j2": {"blocks": Verbatim, "styles": Verbatim, "outlook": Verbatim},
    "issue.txt.j2": {"blocks": Verbatim},
}
BLOCK_DATA: Final[dict[str, object]] = {"data": None, "block": None}  # of a newsroom's own blocks
