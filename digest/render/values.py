"""What a template can print: every name, with the type of each of its values.

The template checker reads these classes, so a misspelt name is found before an issue is built. Text is plain
text here; whatever a template prints is escaped and protected on its way out. The exceptions are two
marked kinds of text: ``Address`` (a URL, already protected) and ``Verbatim`` (a merge tag).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


class Verbatim(str):
    """A merge tag: it leaves byte for byte."""

    __slots__ = ()


class Address(str):
    """A URL in which the mailer finds no tag: it is escaped for HTML and otherwise left alone."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: its address, the size at which it is shown, and what it shows in words."""

    src: Address
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The masthead's picture."""

    src: Address
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Story:
    """One article. ``summary``, ``author`` and ``source`` may be empty; ``image`` may be missing."""

    id: str
    href: Address
    title: str
    summary: str
    author: str
    source: str
    section: str
    position: int
    lang: str
    dir: str
    image: Picture | None
    thumb: Picture | None


@dataclass(frozen=True, slots=True)
class Ad:
    """One ad. ``label`` is the disclosure; ``image`` is missing from a text ad; any text may be empty."""

    line_item: str
    creative: str
    advertiser: str
    tier: str
    slot: str
    label: str
    href: Address
    image: Picture | None
    headline: str
    body: str
    cta: str
    text: str
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section's heading. ``number`` counts from 1."""

    id: str
    title: str
    number: int
    count: int
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The brand."""

    name: str
    href: Address
    address: str
    logo: Logo | None


@dataclass(frozen=True, slots=True)
class Issue:
    """The issue as a whole. ``date`` is written as the locale does, ``padding`` keeps body text out of a preview."""

    edition: str
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
class Tags:
    """The mailer's merge tags; all but ``unsubscribe`` may be empty."""

    unsubscribe: str
    browser: str
    preferences: str
    first_name: str
    address: str
    preview: str


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed phrases, in the language of the locale."""

    view_in_browser: str
    unsubscribe: str
    preferences: str
    more_online: str
    read_more: str
    sponsored_by: str


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of the theme for places where CSS does not reach, such as Outlook's own markup."""

    accent: str
    on_accent: str
    paper: str
    ink: str
    canvas: str


COMMON: Final[dict[str, object]] = {
    "publication": Publication, "issue": Issue, "tags": Tags, "words": Words, "look": Look,
}  # fmt: skip
AT_HAND: Final[dict[str, dict[str, object]]] = {
    "section": {"section": Section},
    "lead": {"story": Story},
    "story": {"story": Story},
    "brief": {"story": Story},
    "ad_banner": {"ad": Ad},
    "ad_native": {"ad": Ad},
    "sponsor": {"ad": Ad},
    "house": {"ad": Ad},
    "more_online": {"stories": tuple[Story, ...]},
    "masthead": {},
    "footer": {},
    "issue.html.j2": {"blocks": Verbatim, "styles": Verbatim, "outlook": Verbatim},
    "issue.txt.j2": {"blocks": Verbatim},
}
