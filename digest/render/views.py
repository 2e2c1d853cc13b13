"""From the model to what templates print: links made, pictures sized to their boxes, languages told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from digest import model
from digest.render import cleanup, clock, pictures, richtext, values, words
from digest.render._phrases import Labels
from digest.render.bidi import isolated
from digest.render.dialect import Dialect, unsubscribe_link
from digest.render.dialects import dialect
from digest.render.links import Tracking, ad_href, tracking
from digest.render.values import Address, Verbatim

BOXES: Final = {"image": 552, "thumb": 120, "logo": 240, "dark_logo": 240}  # where a block does not say
AD_LOGO: Final = (180, 64)  # pixels; the most of an advertiser's logo
RETINA: Final = 2  # a picture file is twice as large as it is shown
TITLE: Final = 300  # characters a block shows at most; a feed may send a megabyte
_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:|[^:/?#\s]*(?:\{|\*\||%%|\[))", re.IGNORECASE)
_SIZE: Final = re.compile(r"(\d{1,4})x(\d{1,4})\Z")
Boxes = Mapping[str, int]


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
    files: pictures.Files
    tracked: Tracking  # on the addresses of stories
    printed: Tracking  # on those that the text part prints: with parameters only where they are asked for

    def address(self, url: str) -> Address:
        """A URL fit for a link: protected, and empty where it would run as a program."""
        return Address(self.dialect.protect_url(url)) if _LINK.match(url) else Address("")

    def text(self, text: str) -> str:
        """Words of the newsroom's language, with foreign runs isolated."""
        return isolated(text, self.dir)

    def link(self, link: model.FooterLink | None) -> values.LinkView | None:
        return values.LinkView(self.text(link.title), self.address(link.url)) if link else None

    def publication(self, boxes: Boxes) -> values.PublicationView:
        brand = self.newsroom.publication
        logo = brand.logo
        shown = dark = None
        if logo:
            shown = self._logo(logo.url, (logo.width, logo.height), brand.name, boxes)
            dark = self._logo(logo.dark_url, (logo.width, logo.height), brand.name, boxes)
        return values.PublicationView(
            self.text(brand.name), self.address(brand.url), self.text(brand.address), shown, dark
        )

    def _logo(self, url: str, size: tuple[int, int], alt: str, boxes: Boxes) -> values.PictureView | None:
        picture = self.files.sized(url)
        fitted = pictures.fitted(*size, boxes.get("logo", 552)) if picture else None
        if not picture or not fitted:
            return None
        return values.PictureView(Address(self.dialect.protect_url(picture.url)), *fitted, alt)

    def words(self) -> values.WordsView:
        known = self.labels
        return values.WordsView(
            known.view_in_browser, known.unsubscribe, known.preferences, known.more_online, known.read_more,
            known.sponsored_by, known.in_this_issue, known.presented_by, known.sponsored_head, known.originally,
        )  # fmt: skip

    def footer(self, footer: model.Footer) -> values.FooterView:
        links, social = (
            tuple(values.LinkView(self.text(link.title), self.address(link.url)) for link in entries)
            for entries in (footer.links, footer.social)
        )
        return values.FooterView(
            links, social, self.text(footer.why), self.link(footer.forwarded), self.link(footer.feedback)
        )

    def issue(self, subject: str, preheader: str, count: int) -> values.IssueView:
        written = words.format_date(self.day, self._locale)
        start, end = ("right", "left") if self.dir == "rtl" else ("left", "right")
        padding = "\u034f\u200c\u00a0" * max(0, (120 - len(preheader)) // 2)
        title = self.edition.title or self.newsroom.publication.name
        tagline = self.edition.tagline
        return values.IssueView(
            self.edition.name, self.text(title), self.text(tagline), written, subject, preheader, padding, count,
            self.lang, self.dir, start, end,
        )  # fmt: skip

    def tags(self, part: str) -> values.TagsView:
        """The merge tags, as a part writes them; without an unsubscribe tag, a mail to the sender."""
        dialect = self.dialect
        leave = unsubscribe_link(dialect, self.edition.sender, self.newsroom.publication.url)
        known = (leave, dialect.browser, dialect.preferences)
        written = [(tag.href if part == "html" else tag.plain) if tag else "" for tag in known]
        address = dialect.address
        place = (address.href if part == "html" else address.plain) if address else ""
        first: str = Verbatim(written[0]) if dialect.unsubscribe else self.address(written[0])
        return values.TagsView(
            first, Verbatim(written[1]), Verbatim(written[2]), Verbatim(dialect.greeting(self.labels.reader)),
            Verbatim(place), Verbatim(dialect.preview), Verbatim(dialect.preview_end),
        )  # fmt: skip

    def section(self, section: model.Section, number: int) -> values.SectionView:
        spec = next((spec for spec in self.newsroom.sections if spec.id == section.id), None)
        page = spec.url if spec else ""
        href = self.address(self.tracked.href(page)) if page else Address("")
        more = self.labels.more_from.format(section.title)
        return values.SectionView(
            section.id, self.text(section.title), number, len(section.entries), _anchor(section.id), href,
            self.text(more), self.lang, self.dir,
        )  # fmt: skip

    def more(self, section: model.Section, stories: tuple[values.StoryView, ...]) -> values.MoreView:
        title = self.text(section.title)
        return values.MoreView(section.id, title, _anchor(section.id), stories, self.lang, self.dir)

    def story(self, entry: model.Entry, kicker: str, boxes: Boxes) -> values.StoryView:
        story = entry.story
        lang, direction = self._language(story.language)
        title = cleanup.title(_clipped(story.title), story.source)
        summary = cleanup.summary(story.summary, title)
        sentence, rest = cleanup.first_sentence(summary)
        own = story.source.casefold() == self.newsroom.publication.name.casefold()
        byline = story.author if (own and story.author) or not story.source else story.source
        at = story.published_at.astimezone(self.newsroom.publication.zone) if story.published_at else None
        time = clock.time_of(at, self.day, self._locale) if at else ""
        before = story.as_sourced
        mark = " · ".join(self._marks(story.flags)) if story.flags else ""
        return values.StoryView(
            id=story.id,
            href=self.address(self.tracked.href(story.url)), link=self.address(self.printed.href(story.url)),
            title=isolated(title, direction), summary=isolated(summary, direction),
            sentence=isolated(sentence, direction), rest=isolated(rest, direction),
            author=story.author, source=story.source, kicker=kicker, byline=self.text(byline), time=time,
            label=self.disclosure if story.sponsored else "", mark=self.text(mark),
            origin=self.text(" · ".join(part for part in (mark, byline, time) if part)),
            published_at=at.isoformat() if at else "", tags=story.tags,
            original_title=cleanup.title(str(before.get("title") or ""), story.source),
            section=entry.section, position=entry.position, lang=lang, dir=direction,
            image=self.photograph(story, title, boxes, "image"), thumb=self.photograph(story, title, boxes, "thumb"),
        )  # fmt: skip

    def _marks(self, flags: tuple[str, ...]) -> Iterator[str]:
        """What a reader should know before the click."""
        known = self.labels
        words = {
            "subscribers_only": known.subscribers,
            "podcast": known.podcast,
            "video": known.video,
            "gallery": known.gallery,
        }
        return (word for flag, word in words.items() if flag in flags)

    def photograph(
        self, story: model.Story, title: str, boxes: Boxes, name: str
    ) -> values.PictureView | None:
        """A story's picture for a box: wide (``image``) or small (``thumb``), or none where it would look wrong."""
        image = story.image
        if image is None or name not in boxes:
            return None
        resizable = bool(self.files.images.resize)
        if not pictures.is_photograph(image.url, image.width, image.height, resizable=resizable):
            return None
        original = self.files.sized(image.url, image.width, image.height)
        if original is None:
            return None
        box = boxes[name]
        if name == "image" and original.width and original.width < box * 2 // 3:
            return None
        url, size = original.url, pictures.fitted(original.width, original.height, box)
        if resizable and original.url == image.url:
            size = (box, box) if name == "thumb" else (box, round(box * pictures.WIDE[1] / pictures.WIDE[0]))
            url = self.files.resized(original.url, size[0] * RETINA, size[1] * RETINA)
        if size is None:
            return None
        own_caption = image.caption
        caption = (
            ""
            if not own_caption or _same(own_caption, title)
            else cleanup.shortened(own_caption, cleanup.CAPTION)
        )
        repeats = _same(image.alt, title) or (
            name == "image" and own_caption != "" and _same(image.alt, own_caption)
        )
        return values.PictureView(
            Address(self.dialect.protect_url(url)),
            *size,
            "" if repeats else image.alt,
            self.text(caption),
            self.text(image.credit),
        )

    def ad(self, placed: model.Placement, creative: model.Creative, boxes: Boxes) -> values.AdView:
        """An ad with every word of its creative."""
        book = self.newsroom.ads
        item = book.line_item(placed.line_item)
        advertiser = book.advertisers.get(placed.advertiser or "")
        house = placed.tier == "house"
        payer = advertiser.name if advertiser else ""
        alt = creative.alt or creative.text or creative.headline or payer or creative.id
        box = boxes.get("image", 520)
        shown = self._ad_picture(creative.image, _size(creative.size), alt, (box, 2 * box))
        # a picture that is not there leaves its words: an ad never stands empty
        headline = creative.headline or (
            "" if shown else creative.text or creative.alt or payer or creative.id
        )
        shown_words = (headline, creative.body)
        text = creative.text if not any(_same(creative.text, text) for text in shown_words) else ""
        if shown and any(_same(alt, text) for text in shown_words):
            shown = values.PictureView(shown.src, shown.width, shown.height, "")
        most = (min(AD_LOGO[0], boxes.get("logo", 120)), AD_LOGO[1])
        logo = self._ad_picture(creative.logo, (None, None), payer, most)
        label = self._label(item, house)
        named = re.search(
            rf"(?<!\w){re.escape(payer)}(?!\w)", label, re.IGNORECASE
        )  # "Paid for by Friends of …"
        return values.AdView(
            line_item=placed.line_item, creative=placed.creative, advertiser="" if named else self.text(payer),
            tier=placed.tier, slot=placed.slot, label=label, href=self._ad_link(placed, creative),
            image=shown, logo=logo, headline=self.text(headline), body=self.text(richtext.plain(creative.body)),
            paragraphs=self.paragraphs(creative.body),
            cta=self.text(creative.cta or ("" if shown else self.labels.learn_more)),
            text=self.text(text), alt=self.text(alt), pixel=self.address(creative.pixel),
            lang=self.lang, dir=self.dir,
        )  # fmt: skip

    def _ad_picture(
        self, url: str, size: tuple[int | None, int | None], alt: str, box: tuple[int, int]
    ) -> values.PictureView | None:
        """A picture in a box of that width and height at most; four to one where its own size is not known."""
        original = self.files.sized(url)
        if original is None:
            return None
        own = size if size[0] else (original.width, original.height)
        if own[0] and own[1]:
            width = max(1, min(own[0], box[0], own[0] * box[1] // own[1]))
            fitted = (width, max(1, round(own[1] * width / own[0])))
        else:
            fitted = (box[0], round(box[0] / 4))
        return values.PictureView(Address(self.dialect.protect_url(original.url)), *fitted, self.text(alt))

    def paragraphs(self, text: str) -> tuple[values.ParagraphView, ...]:
        """An editor's or advertiser's words as templates print them."""
        return tuple(
            values.ParagraphView(
                tuple(
                    values.PieceView(self.text(piece.text), piece.bold, self.address(piece.link))
                    for piece in paragraph
                )
            )
            for paragraph in richtext.paragraphs(text)
        )

    def data(self, value: Any) -> Any:
        """A block's data as templates print it: addresses are links, objects are records, the rest is text."""
        if isinstance(value, Mapping):
            return values.RecordView({str(name): self.data(item) for name, item in value.items()})
        if isinstance(value, list | tuple):
            return tuple(self.data(item) for item in value)
        if isinstance(value, str):
            known = value.lower().startswith(("https://", "http://", "mailto:", "tel:"))
            return self.address(self.tracked.href(value)) if known else self.text(value)
        return value

    def _label(self, item: model.LineItem | None, house: bool) -> str:
        """The disclosure: the booking's own, else the policy's in the issue's language; ours says who we are."""
        own = item.disclosure if item else ""
        if own:
            return own
        if house:
            return self.labels.from_us.format(self.newsroom.publication.name)
        return self.disclosure

    @property
    def disclosure(self) -> str:
        """The policy's label for what is paid for, in the issue's language."""
        return words.disclosure(self.newsroom.ads.policy.disclosure, self._locale)

    def _ad_link(self, placed: model.Placement, creative: model.Creative) -> Address:
        macros: Mapping[str, str] = {
            "line_item": placed.line_item,
            "creative": placed.creative,
            "edition": self.edition.name,
            "date": self.day.isoformat(),
            "slot": placed.slot,
        }
        return self.address(ad_href(creative.url, self._ad_links(placed), macros))

    def _ad_links(self, placed: model.Placement) -> model.Links:
        """What is put on an ad's address: a booking may keep its own as it is."""
        item, links = self.newsroom.ads.line_item(placed.line_item), self.newsroom.links
        return model.Links(link_prefix=links.link_prefix) if item and item.links == "none" else links

    @property
    def _locale(self) -> str:
        return self.newsroom.publication.locale

    def _language(self, language: str) -> tuple[str, str]:
        """``lang`` and ``dir`` of a story: the newsroom's, unless the story says that it is in another language."""
        tag = words.language_tag(language) if language else ""
        if not tag or _base(tag) == _base(self.lang):
            return self.lang, self.dir
        return tag, words.direction(tag)


def views_of(newsroom: model.Newsroom, edition: model.Edition, day: date) -> Views:
    """What turns the model of one issue into the values of its templates."""
    locale = newsroom.publication.locale
    mailer = edition.mailer or newsroom.mailer
    return Views(
        newsroom,
        edition,
        day,
        dialect(mailer),
        words.labels(locale),
        words.language_tag(locale),
        words.direction(locale),
        pictures.Files(newsroom.root, newsroom.images),
        tracked := tracking(newsroom.links, edition.name, day),
        tracked if newsroom.plain_text.utm else Tracking({}, tracked.prefix),
    )


def _anchor(section: str) -> str:
    return f"section-{re.sub(r'[^a-z0-9-]+', '-', section.lower())}"


def _base(tag: str) -> str:
    return tag.split("-", 1)[0].lower()


def _clipped(text: str) -> str:
    return text if len(text) <= TITLE else words.shortened(text[: TITLE + 40], TITLE)


def _same(first: str, second: str) -> bool:
    """Whether two texts say the same to a reader."""
    letters = (filter(str.isalnum, text.casefold()) for text in (first, second))
    return all(
        letter == other for letter, other in zip_longest(*letters)
    )  # most differ in their first letter


def _size(size: str) -> tuple[int | None, int | None]:
    match = _SIZE.match(size)
    return (int(match[1]), int(match[2])) if match else (None, None)
