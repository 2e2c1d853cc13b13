"""One entry of a feed, as feedparser has it, made into a story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from digest.model import Image, Story
from digest.model.text import from_html, plain_summary, plain_title, title_from_html
from digest.model.urls import story_id
from digest.sources import Context
from digest.sources._fields import MANY, NAME, WORD, Unfit, named_people, pixels, shown, web_url
from digest.sources._pictures import Offer, chosen, images_in, offer
from digest.sources._times import Habits, in_utc, moment

EXCERPT = 500  # characters of a summary made from a whole article
LONGEST = 400  # characters of a caption; what is longer describes a film, not its picture
_FLAG = re.compile(r"[a-z]+(?:_[a-z]+)+")  # a category written for machines, such as no_ads
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
# What WordPress writes in the place of a post that only a password opens; its title is not for everyone, too.
_PROTECTED = re.compile(r"action=postpass\b|^\s*There is no excerpt because this is a protected post\.")
_KINDS = {"audio": "podcast", "video": "video"}

Entry = Mapping[str, Any]


class Feed:
    """What all items of a feed share."""

    def __init__(self, parsed: Any, context: Context, habits: Habits) -> None:
        self.channel, self.context, self.habits = parsed.get("feed", {}), context, habits
        self.is_atom = str(parsed.get("version", "")).startswith("atom")
        self.base = _safely_joined(context.base, text_of(self.channel, "link"))
        self.language = text_of(self.channel, "language")
        self.sections = _categories(self.channel)


class FeedItem:
    """One entry on its way to a story. ``untimed`` says why it has no time, where it names one."""

    def __init__(self, entry: Entry, feed: Feed) -> None:
        self.entry, self.feed = entry, feed
        self.remarks: list[str] = []
        self.untimed = ""

    def story(self) -> Story:
        """The story. Raises :class:`Unfit`."""
        title = plain_title(self._title())
        if not title:
            raise Unfit("it has no title")
        if _PROTECTED.search(self._content() or text_of(self.entry, "summary")):
            raise Unfit("it is protected by a password")
        url = self._url()
        own = _categories(self.entry)
        updated = self._time("updated")
        published = self._time("published") or self._time("created") or updated
        return Story(
            id=self._id(url),
            url=url,
            title=title,
            summary=self._summary(),
            sections=tuple(dict.fromkeys((*own, *self.feed.sections)))[:MANY],
            source=self._source(),
            author=self._author(),
            published_at=published,
            updated_at=updated,
            image=self._image(),
            popularity=self._popularity(),
            tags=own,
            flags=(*(name for name in own if _FLAG.fullmatch(name)), *self._kind()),
            expires_at=self._time("expired"),
            language=plain_title(text_of(self.entry, "language") or self.feed.language, 35),
            first_seen=self.feed.context.now,
        )

    def _title(self) -> str:
        """RSS does not say whether a title is HTML, and most are; Atom does."""
        title = text_of(self.entry, "title")
        detail = self.entry.get("title_detail") or {}
        if self.feed.is_atom and detail.get("type") == "text/plain":
            return unescape(title)
        return title_from_html(title)

    def _url(self) -> str:
        links = self.entry.get("links") or ()
        first = next((link.get("href") for link in links if link.get("rel") == "alternate"), "")
        address = text_of(self.entry, "feedburner_origlink") or text_of(self.entry, "link") or first
        if not address:
            raise Unfit("it has no link")
        return web_url(_joined(self.feed.base, address.strip()))

    def _id(self, url: str) -> str:
        item_id = plain_title(text_of(self.entry, "id"), NAME + 1)
        return item_id if 0 < len(item_id) <= NAME else story_id(url)

    def _source(self) -> str:
        """Who first published it, where a collected feed says so."""
        origin = self.entry.get("source")
        title = text_of(origin, "title") if isinstance(origin, Mapping) else ""
        return plain_title(from_html(title), NAME) or self.feed.context.spec.name

    def _author(self) -> str:
        """The names of its authors; an address is no name."""
        people = self.entry.get("authors") or ()
        names = [from_html(str(person.get("name") or "")) for person in people if isinstance(person, Mapping)]
        return named_people(names or [from_html(text_of(self.entry, "author"))])

    def _kind(self) -> Iterator[str]:
        """``podcast`` or ``video`` for what is to be heard or seen; ``gallery`` for many pictures."""
        links = [link for link in self.entry.get("links") or () if link.get("rel") == "enclosure"]
        for kind in dict.fromkeys(str(link.get("type") or "").partition("/")[0] for link in links):
            if kind in _KINDS:
                yield _KINDS[kind]
        pictures = [picture for picture in self.entry.get("media_content") or () if _is_picture(picture)]
        if "wp-block-gallery" in self._content() or len({_file_name(picture) for picture in pictures}) > 3:
            yield "gallery"

    def _summary(self) -> str:
        """The description; the beginning of the article where there is none."""
        description, content = text_of(self.entry, "summary"), self._content()
        summary = "" if description == content else plain_summary(from_html(description))
        return summary or plain_summary(from_html(content), EXCERPT)

    def _content(self) -> str:
        parts = self.entry.get("content") or ()
        return next((str(part["value"]) for part in parts if part.get("value")), "")

    def _time(self, name: str) -> datetime | None:
        text = text_of(self.entry, name)
        if not text:
            return None
        reading = moment(text, self.feed.habits)
        at = reading.at if reading else self._guessed(name, text)
        if at is None:
            self.remarks.append(f"its time {shown(text)} was not understood")
            if name != "expired":
                self.untimed = f"its time {shown(text)} was not understood"
        elif reading and reading.doubt:
            self.remarks.append(f"its time {shown(text)} {reading.doubt}")
        return at

    def _guessed(self, name: str, text: str) -> datetime | None:
        """What feedparser makes of a time in another form: UTC, but midnight here for a date alone."""
        parsed = dict(self.entry).get(f"{name}_parsed")
        if parsed is None:
            return None
        try:
            at = datetime(*parsed[:6])  # noqa: DTZ001
            return in_utc(at.replace(tzinfo=UTC) if ":" in text else at, self.feed.context.zone)
        except (ValueError, TypeError):
            return None

    def _image(self) -> Image | None:
        return chosen(self._pictures())

    def _pictures(self) -> Iterator[Offer | None]:
        """Where a picture may be, the likeliest first."""
        media = [tag for tag in self.entry.get("media_content") or () if _is_picture(tag)]
        own = any(tag.get("said") or tag.get("by") for tag in media)
        description = "" if own else text_of(self.entry, "media_picturedescription")
        by = "" if own else _credits(self.entry)
        for tag in sorted(media, key=lambda tag: str(tag.get("isdefault")) != "true"):
            yield self._offer(tag, description, by)
        for link in self.entry.get("links") or ():
            if link.get("rel") == "enclosure" and _is_picture(link):
                yield self._offer({"url": link.get("href"), "type": link.get("type")}, description, by)
        for tag in self.entry.get("media_thumbnail") or ():
            yield self._offer(tag, description, by)
        for text, base in (
            (self._content(), self._base("content")),
            (text_of(self.entry, "summary"), self._base()),
        ):
            yield from images_in(text, base)
        picture = self.entry.get("image")
        yield offer(picture.get("href"), base=self._base()) if isinstance(picture, Mapping) else None

    def _offer(self, item: Entry, description: str, by: str) -> Offer | None:
        caption = str(item.get("said") or description)
        short_caption = caption if len(caption) <= LONGEST else ""
        sizes = (pixels(item.get("width")), pixels(item.get("height")))
        shape = f"{sizes[0] / sizes[1]:.1f}" if sizes[0] and sizes[1] else ""
        return offer(
            item.get("url"), base=_safely_joined(self._base(), str(item.get("xml:base") or "")), width=sizes[0],
            height=sizes[1], mime=item.get("type"), alt=item.get("alt") or short_caption, caption=short_caption,
            credit=item.get("by") or by, of=f"media {shape}" if shape and item.get("medium") != "thumbnail" else "",
        )  # fmt: skip

    def _base(self, part: str = "summary") -> str:
        """What completes the short address of a picture: the nearest ``xml:base``, else the feed's address."""
        near = (
            [content.get("base") for content in self.entry.get("content") or ()] if part == "content" else []
        )
        details = [self.entry.get(f"{name}_detail") or {} for name in ("summary", "title")]
        near += [detail.get("base") for detail in details]
        return _safely_joined(self.feed.base, str(next((base for base in near if base), "")))

    def _popularity(self) -> Mapping[str, float]:
        comments = text_of(self.entry, "slash_comments").strip()
        if not (comments.isascii() and comments.isdecimal() and len(comments) < 10):
            return MappingProxyType({})
        return MappingProxyType({"comments": float(comments)})


def text_of(mapping: Any, name: str) -> str:
    """A text of feedparser's, without its substitutes for names that are missing."""
    value = dict.get(mapping, name)
    return value if isinstance(value, str) else ""


def _categories(mapping: Any) -> tuple[str, ...]:
    """Its categories as people read them; where a label stands beside a term, both count."""
    tags = [tag for tag in mapping.get("tags") or () if isinstance(tag, Mapping)]
    words = (str(tag.get(name) or "") for tag in tags for name in ("term", "label"))
    names = (plain_title(from_html(word), WORD) for word in words)
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(name for name in first.values() if name)[:MANY]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        raise Unfit(f"its address {shown(address)} is no http(s) address") from None


def _safely_joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return base


def _is_picture(item: Entry) -> bool:
    kind = str(item.get("type") or "")
    if item.get("medium") == "image" or kind.startswith("image/"):
        return True
    return (
        not kind
        and not item.get("medium")
        and bool(_PICTURE.search(str(item.get("url") or item.get("href") or "")))
    )


def _credits(entry: Entry) -> str:
    """Who made the item's only picture, as ``media:credit`` says."""
    named = (
        str(credit.get("content") or "")
        for credit in entry.get("media_credit") or ()
        if isinstance(credit, Mapping)
    )
    return ", ".join(list(dict.fromkeys(name.strip() for name in named if name.strip()))[:3])


def _file_name(item: Entry) -> str:
    """A picture's name without its sizes: its renditions are no gallery."""
    return re.sub(r"[-_]\d+x\d+(?=\.\w+$)", "", str(item.get("url") or "").partition("?")[0])
