"""From the model to what templates print: links made, pictures sized, languages told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from digest import model
from digest.render import values, words
from digest.render._phrases import Labels
from digest.render.dialect import Dialect, unsubscribe_link
from digest.render.dialects import dialect
from digest.render.links import ad_href, story_href
from digest.render.values import Address, Verbatim

COLUMN: Final = 552  # pixels between the margins of the 600-pixel sheet
THUMB: Final = 160
TITLE: Final = 300  # characters a block shows at most; a feed may send a megabyte
SUMMARY: Final = 240
_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:|[^:/?#\s]*(?:\{|\*\||%%|\[))", re.IGNORECASE)
_PICTURE: Final = re.compile(r"https?://|cid:|data:image/(?:png|jpeg|gif);", re.IGNORECASE)
_SIZE: Final = re.compile(r"(\d{1,4})x(\d{1,4})\Z")


@dataclass(frozen=True, slots=True)
class Views:
    """Turns the model of one issue into the values of its templates."""

    newsroom: model.Newsroom
    edition: model.Edition
    day: date
    dialect: Dialect
    labels: Labels
    lang: str
    dir: str

    def address(self, url: str) -> Address:
        """A URL fit for a link: protected, and empty where it would run as a program."""
        return Address(self.dialect.protect_url(url)) if _LINK.match(url) else Address("")

    def picture(self, url: str, size: tuple[int, int], alt: str) -> values.Picture | None:
        """A picture shown at ``size``, if its URL is one."""
        if not _PICTURE.match(url):
            return None
        return values.Picture(Address(self.dialect.protect_url(url)), *size, alt)

    def publication(self) -> values.Publication:
        brand = self.newsroom.publication
        logo = brand.logo
        shown = None
        if logo and _PICTURE.match(logo.url):
            shown = values.Logo(Address(self.dialect.protect_url(logo.url)), logo.width, logo.height)
        return values.Publication(brand.name, self.address(brand.url), brand.address, shown)

    def words(self) -> values.Words:
        known = self.labels
        return values.Words(
            known.view_in_browser, known.unsubscribe, known.preferences, known.more_online, known.read_more,
            known.sponsored_by,
        )  # fmt: skip

    def issue(self, subject: str, preheader: str, count: int) -> values.Issue:
        locale = self.newsroom.publication.locale
        written = words.format_date(self.day, locale)
        start, end = ("right", "left") if self.dir == "rtl" else ("left", "right")
        padding = "\u034f\u200c\u00a0" * max(0, (120 - len(preheader)) // 2)
        return values.Issue(
            self.edition.name, written, subject, preheader, padding, count, self.lang, self.dir, start, end
        )

    def tags(self, part: str) -> values.Tags:
        """The merge tags, as a part writes them; without an unsubscribe tag, a mail to the sender."""
        dialect = self.dialect
        leave = unsubscribe_link(dialect, self.edition.sender, self.newsroom.publication.url)
        known = (leave, dialect.browser, dialect.preferences)
        written = [(tag.href if part == "html" else tag.plain) if tag else "" for tag in known]
        address = dialect.address
        place = (address.href if part == "html" else address.plain) if address else ""
        first: str = Verbatim(written[0]) if dialect.unsubscribe else self.address(written[0])
        return values.Tags(
            first, Verbatim(written[1]), Verbatim(written[2]), Verbatim(dialect.greeting(self.labels.reader)),
            Verbatim(place), Verbatim(dialect.preview),
        )  # fmt: skip

    def section(self, section: model.Section, number: int) -> values.Section:
        language = self._language(section.title, "")
        return values.Section(section.id, section.title, number, len(section.entries), *language)

    def story(self, entry: model.Entry) -> values.Story:
        story = entry.story
        image = story.image
        shown = thumb = None
        if image is not None:
            shown = self.picture(image.url, _fitted(image.width, image.height, COLUMN), image.alt)
            thumb = self.picture(image.url, _fitted(image.width, image.height, THUMB), image.alt)
        href = story_href(story.url, self.newsroom.links, self.edition.name, self.day)
        return values.Story(
            story.id, self.address(href), _clipped(story.title, TITLE), _clipped(story.summary, SUMMARY), story.author,
            story.source, entry.section, entry.position, *self._language(story.title, story.language), shown, thumb,
        )  # fmt: skip

    def ad(self, placed: model.Placement, creative: model.Creative) -> values.Ad:
        book = self.newsroom.ads
        advertiser = book.advertisers.get(placed.advertiser or "")
        size = _fitted(*_size(creative.size), COLUMN)
        alt = creative.alt or creative.headline or creative.text or (advertiser.name if advertiser else "")
        said = (
            creative.headline
            or creative.text
            or creative.alt
            or (advertiser.name if advertiser else creative.id)
        )
        below = creative.text if said != creative.text else ""
        house = self.newsroom.publication.name if placed.tier == "house" else ""
        payer = advertiser.name if advertiser else house
        return values.Ad(
            placed.line_item, placed.creative, payer, placed.tier, placed.slot,
            self._label(), self._ad_link(placed, creative), self.picture(creative.image, size, alt),
            said, creative.body or below, creative.cta or self.labels.read_more, creative.text or alt,
            *self._language(said, ""),
        )  # fmt: skip

    def _label(self) -> str:
        """Every ad carries the policy's disclosure, in the issue's language."""
        return words.disclosure(self.newsroom.ads.policy.disclosure, self.newsroom.publication.locale)

    def _ad_link(self, placed: model.Placement, creative: model.Creative) -> Address:
        macros: Mapping[str, str] = {
            "line_item": placed.line_item,
            "creative": placed.creative,
            "edition": self.edition.name,
            "date": self.day.isoformat(),
            "slot": placed.slot,
        }
        return self.address(ad_href(creative.url, self.newsroom.links, macros))

    def _language(self, text: str, language: str) -> tuple[str, str]:
        """``lang`` and ``dir`` of a text: its declared language, else as its letters run; ``""`` is unknown."""
        tag = words.language_tag(language) if language else ""
        if tag:
            return (self.lang, self.dir) if _base(tag) == _base(self.lang) else (tag, words.direction(tag))
        runs = direction_of(text)
        return (self.lang, self.dir) if runs in ("", self.dir) else ("", runs)


def views_of(newsroom: model.Newsroom, edition: model.Edition, day: date) -> Views:
    """What turns the model of one issue into the values of its templates."""
    locale = newsroom.publication.locale
    return Views(
        newsroom,
        edition,
        day,
        dialect(newsroom.mailer),
        words.labels(locale),
        words.language_tag(locale),
        words.direction(locale),
    )


def direction_of(text: str) -> str:
    """``ltr`` or ``rtl`` by the first letter that has a direction; empty if none has."""
    if text[:1].isascii() and text[:1].isalpha():
        return "ltr"
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return ""


def _base(tag: str) -> str:
    return tag.split("-", 1)[0].lower()


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else words.shortened(text[: limit + 40], limit)


def _size(size: str) -> tuple[int | None, int | None]:
    match = _SIZE.match(size)
    return (int(match[1]), int(match[2])) if match else (None, None)


def _fitted(width: int | None, height: int | None, limit: int) -> tuple[int, int]:
    """The size at which a picture is shown: never wider than ``limit``; 16 to 9 where its own is not known."""
    if not width or not height or width < 0 or height < 0:
        return limit, round(limit * 9 / 16)
    shown = min(width, limit)
    return shown, max(1, min(round(height * shown / width), limit * 2))
