"""Feeds: RSS 0.9x, 1.0 and 2.0, and Atom, as WordPress and everyone else write them.

Title and summary are HTML reduced to text. Categories are the story's sections, and its tags too; one written
``like_this`` (``no_ads``) is a flag as well. The id is
the feed's ``guid`` or ``id``. An image comes from ``media:content``, ``media:thumbnail``, an enclosure or the
first picture of the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from digest.errors import Unreachable
from digest.model import Image, Rejected, Story
from digest.model.text import HTML, from_html, plain_summary, plain_title
from digest.model.urls import story_id
from digest.sources import Context, Found, Remark
from digest.sources._fields import MANY, NAME, WORD, Unfit, pixels, shown, web_url
from digest.sources._times import feed_time, in_utc

EXCERPT = 500  # characters of a summary made from a whole article
_CAPTION = re.compile(rb"(</?)media:(description|title|text|comments?)(?:\s[^>]*?)?(/?)>")
_END = re.compile(rb"</(?:[\w-]+:)?(?:item|entry)\s*>")
_FLAG = re.compile(r"[a-z]+(?:_[a-z]+)+")  # a category written for machines, such as no_ads
_IMG = re.compile(r"<img\b[^>]{0,4000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)

Entry = Mapping[str, Any]


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of a feed. Raises ``Unreachable`` for what is no feed."""
    from xml.sax import SAXException

    feed = _parsed(data)
    if not feed.get("version") and not feed.get("entries"):
        raise Unreachable(
            f"{context.spec.name}: {_address(context)} is no feed (neither RSS nor Atom). "
            "Look at its address in a browser, and mend its url in digest.yaml."
        )
    fault = feed.get("bozo_exception")
    if isinstance(fault, SAXException):
        yield Remark(context.file, _broken(fault), broken=True)
    yield from _Feed(feed, context).items(
        half=fault is not None and _breaks_off(data, len(feed.get("entries", ())))
    )


def _address(context: Context) -> str:
    """What the feed is called for people: its address, without a name and password in it; or its file."""
    return re.sub(r"//[^/@]*@", "//", context.base.partition("?")[0]) or context.file


def _broken(fault: Exception) -> str:
    line = getattr(fault, "getLineNumber", lambda: None)()
    where = f" at line {line}" if line else ""
    what = getattr(fault, "getMessage", lambda: str(fault))()
    return f"the feed is broken{where} ({what}); what could be read of it was read."


def _breaks_off(data: bytes, items: int) -> bool:
    """Whether the last item has no end: a file that is still being written, or was cut."""
    return b"\0" not in data and len(_END.findall(data)) < items


def _parsed(data: bytes) -> Any:
    import feedparser

    # Captions of pictures would take the place of the story's own title and description.
    plain = _CAPTION.sub(rb"\1media:picture\2\3>", data)
    return feedparser.parse(plain, sanitize_html=False, resolve_relative_uris=False)


class _Feed:
    """What all items of a feed share."""

    def __init__(self, feed: Any, context: Context) -> None:
        self.entries, self.channel, self.context = feed.entries, feed.get("feed", {}), context
        self.is_atom = str(feed.get("version", "")).startswith("atom")
        self.base = urljoin(context.base, _text(self.channel, "link"))
        self.language = _text(self.channel, "language")

    def items(self, *, half: bool) -> Iterator[Found]:
        """What the items are. The last one of a feed that breaks off in it (``half``) would lack what is cut."""
        for number, entry in enumerate(self.entries, 1):
            where = f"{self.context.file} item {number}"
            if half and number == len(self.entries):
                yield Rejected(where, "the feed breaks off in it")
                return
            item = _Item(entry, self)
            try:
                story = item.story()
            except Unfit as unfit:
                yield Rejected(where, str(unfit))
            else:
                yield from (Remark(where, what) for what in item.remarks)
                yield story


class _Item:
    """One entry on its way to a story."""

    def __init__(self, entry: Entry, feed: _Feed) -> None:
        self.entry, self.feed = entry, feed
        self.remarks: list[str] = []

    def story(self) -> Story:
        """The story. Raises :class:`Unfit`."""
        title = plain_title(self._title())
        if not title:
            raise Unfit("it has no title")
        url = self._url()
        sections = self._sections()
        updated = self._time("updated")
        return Story(
            id=self._id(url),
            url=url,
            title=title,
            summary=self._summary(),
            sections=sections,
            source=self._source(),
            author=plain_title(from_html(_text(self.entry, "author")), NAME),
            published_at=self._time("published") or self._time("created") or updated,
            updated_at=updated,
            image=self._image(),
            popularity=self._popularity(),
            tags=sections,
            flags=tuple(name for name in sections if _FLAG.fullmatch(name)),
            expires_at=self._time("expired"),
            language=plain_title(_text(self.entry, "language") or self.feed.language, 35),
            first_seen=self.feed.context.now,
        )

    def _title(self) -> str:
        """RSS does not say whether a title is HTML, and most are; Atom does."""
        title = _text(self.entry, "title")
        detail = self.entry.get("title_detail") or {}
        if self.feed.is_atom and detail.get("type") == "text/plain":
            return unescape(title)
        return from_html(title)

    def _url(self) -> str:
        links = self.entry.get("links") or ()
        first = next((link.get("href") for link in links if link.get("rel") == "alternate"), "")
        given = _text(self.entry, "feedburner_origlink") or _text(self.entry, "link") or first
        if not given:
            raise Unfit("it has no link")
        return web_url(_joined(self.feed.base, given.strip()))

    def _id(self, url: str) -> str:
        given = plain_title(_text(self.entry, "id"), NAME + 1)
        return given if 0 < len(given) <= NAME else story_id(url)

    def _source(self) -> str:
        """Who first published it, where a collected feed says so."""
        origin = self.entry.get("source")
        title = _text(origin, "title") if isinstance(origin, Mapping) else ""
        return plain_title(from_html(title), NAME) or self.feed.context.spec.name

    def _sections(self) -> tuple[str, ...]:
        names = (
            plain_title(from_html(str(tag.get("term") or tag.get("label") or "")), WORD)
            for tag in self.entry.get("tags") or ()
        )
        return tuple(dict.fromkeys(name for name in names if name))[:MANY]

    def _summary(self) -> str:
        """The description; the beginning of the article where there is none."""
        given, content = _text(self.entry, "summary"), self._content()
        summary = "" if given == content else plain_summary(from_html(given))
        return summary or plain_summary(from_html(content), EXCERPT)

    def _content(self) -> str:
        parts = self.entry.get("content") or ()
        return next((str(part["value"]) for part in parts if part.get("value")), "")

    def _time(self, name: str) -> datetime | None:
        text = _text(self.entry, name)
        if not text:
            return None
        at = feed_time(text, self.feed.context.zone) or self._guessed(name, text)
        if at is None:
            self.remarks.append(f"its time {shown(text)} cannot be read and was left out")
        return at

    def _guessed(self, name: str, text: str) -> datetime | None:
        """What feedparser makes of a time in another form: UTC, but midnight here for a date alone."""
        parsed = dict(self.entry).get(f"{name}_parsed")
        zone = self.feed.context.zone
        if parsed is None:
            return None
        try:
            at = datetime(*parsed[:6])  # noqa: DTZ001
            return in_utc(at.replace(tzinfo=UTC) if ":" in text else at, zone)
        except (ValueError, TypeError):
            return None

    def _image(self) -> Image | None:
        found = (self._picture(item) for item in self._pictures())
        return next((image for image in found if image), None)

    def _pictures(self) -> Iterator[Entry]:
        """Where a picture may be, the best first."""
        media = [one for one in self.entry.get("media_content") or () if _is_picture(one)]
        yield from sorted(media, key=lambda one: -(pixels(one.get("width")) or 0))
        yield from self.entry.get("media_thumbnail") or ()
        for link in self.entry.get("links") or ():
            if link.get("rel") == "enclosure" and _is_picture(link):
                yield {"url": link.get("href")}
        for text in (self._content(), _text(self.entry, "summary")):
            yield from _images_in(text)

    def _picture(self, item: Entry) -> Image | None:
        """A picture with an address that is more than a counting pixel."""
        width, height = pixels(item.get("width")), pixels(item.get("height"))
        if max(width or 99, height or 99) < 10:
            return None
        try:
            url = web_url(_joined(self.feed.base, unescape(str(item.get("url") or "")).strip()))
        except Unfit:
            return None
        alt = str(item.get("alt") or "") or _text(self.entry, "media_picturedescription")
        return Image(url=url, width=width, height=height, alt=plain_title(from_html(alt)))

    def _popularity(self) -> Mapping[str, float]:
        comments = _text(self.entry, "slash_comments").strip()
        if not (comments.isascii() and comments.isdecimal() and len(comments) < 10):
            return MappingProxyType({})
        return MappingProxyType({"comments": float(comments)})


def _text(mapping: Any, name: str) -> str:
    """A text of feedparser's, without its substitutes for names that are missing."""
    value = dict.get(mapping, name)
    return value if isinstance(value, str) else ""


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        raise Unfit(f"its address {shown(address)} is no http(s) address") from None


def _is_picture(item: Entry) -> bool:
    kind = str(item.get("type") or "")
    if item.get("medium") == "image" or kind.startswith("image/"):
        return True
    return (
        not kind
        and not item.get("medium")
        and bool(_PICTURE.search(str(item.get("url") or item.get("href") or "")))
    )


def _images_in(text: str) -> Iterator[Entry]:
    for tag in _IMG.findall(text[:HTML]):
        fields = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag)}
        if fields.get("src") and not fields["src"].startswith("data:"):
            yield {"url": fields["src"], "alt": unescape(fields.get("alt", "")), **_size(fields)}


def _size(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in ("width", "height") if name in fields}
