"""Feeds: RSS 0.9x, 1.0 and 2.0, and Atom, as WordPress and everyone else write them.

Title and summary are HTML reduced to text. Categories are the story's sections, and its tags too; one written
``like_this`` (``no_ads``) is a flag as well. The id is
the feed's ``guid`` or ``id``. An image comes from ``media:content``, ``media:thumbnail``, an enclosure or the
first picture of the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from digest.errors import Unreachable
from digest.model import Rejected
from digest.sources import Context, Found, Remark, Untimed
from digest.sources._bytes import decoded
from digest.sources._feed import Parsed, Unreadable, parsed
from digest.sources._feed_item import Feed, FeedItem
from digest.sources._fields import Unfit
from digest.sources._times import habits_of

_END = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
_START = re.compile(r"<(?:[A-Za-z][\w-]*:)?(?:item|entry)(?=[\s>/])")
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:rss|feed|RDF|channel)\s*>", re.IGNORECASE)
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of a feed. Raises ``Unreachable`` for what is no feed."""
    if not data.strip():
        raise Unreachable(f"{context.spec.name}: {_address(context)} is empty; it is no feed.")
    source = decoded(data, server=context.charset)
    try:
        read = parsed(source.text)
    except Unreadable as error:
        raise Unreachable(
            f"{context.spec.name}: {_address(context)} cannot be read as a feed ({error})."
        ) from None
    if not read.entries and not read.lost and (not read.feed.get("version") or _PAGE.match(source.text)):
        raise Unreachable(f"{context.spec.name}: {_address(context)} {_no_feed(source.text, context)}")
    yield from (Remark(context.file, remark) for remark in source.remarks)
    if read.dropped:
        yield Remark(
            context.file, f"{read.dropped} control characters, which XML may not hold, were left out"
        )
    half = _breaks_off(source.text, read)
    if read.fault is not None:
        yield _broken(source.text, read, context, half=half)
    feed = Feed(read.feed, context, habits_of(source.text, context.zone, context.locale))
    yield from _items(read, feed, half=half)


def _items(read: Parsed, feed: Feed, *, half: bool) -> Iterator[Found]:
    """What the items are. The last one of a feed that breaks off in it (``half``) would lack what is cut."""
    file = feed.context.file
    for number, reason in sorted(read.lost.items()):
        yield Rejected(f"{file} item {number}", f"it cannot be read ({reason})")
    entries = list(read.numbered())
    for number, entry in entries:
        where = f"{file} item {number}"
        if half and number == entries[-1][0]:
            yield Rejected(where, "the feed breaks off in it")
            return
        item = FeedItem(entry, feed)
        try:
            story = item.story()
        except Unfit as unfit:
            yield Rejected(where, str(unfit))
        except (ValueError, TypeError, LookupError, AttributeError) as error:  # what no feed had before
            yield Rejected(where, f"it cannot be read ({type(error).__name__}: {error})"[:200])
        else:
            yield from (Remark(where, what) for what in item.remarks)
            if item.untimed and story.published_at is None:
                yield Untimed(story.url, item.untimed)
            yield story


def _address(context: Context) -> str:
    """What the feed is called for people: its address, without a name and password in it; or its file."""
    return re.sub(r"//[^/@]*@", "//", context.base.partition("?")[0]) or context.file


def _no_feed(text: str, context: Context) -> str:
    """What stands there instead of a feed, and what to do."""
    look = "Look at its address in a browser, and mend its url in digest.yaml."
    if text.lstrip().startswith("{") and "jsonfeed.org" in text[:2000]:
        return "is a JSON feed. Write type: jsonfeed in digest.yaml."
    if not _PAGE.match(text):
        return f"is no feed (neither RSS nor Atom). {look}"
    for link in _LINK.findall(text[:200_000]):
        href = _HREF.search(link)
        if href and ("application/rss+xml" in link or "application/atom+xml" in link):
            try:
                named = urljoin(context.base, unescape(href[1]))[:200]
            except ValueError:
                continue
            return f"is no feed but a web page. It names this feed: {named}"
    return f"is no feed but a web page. {look}"


def _broken(text: str, read: Parsed, context: Context, *, half: bool) -> Remark:
    """What is wrong with the XML; the feed is ``broken`` where something of it may be missing."""
    line = getattr(read.fault, "getLineNumber", lambda: None)()
    where = f" at line {line}" if line else ""
    what = getattr(read.fault, "getMessage", lambda: "it breaks off")()
    if half or not _CLOSED.search(text[-2000:]) or len(_START.findall(text)) > len(read.entries):
        remark = f"the feed is broken{where} ({what}); what could be read of it was read."
        return Remark(context.file, remark, broken=True)
    return Remark(context.file, f"its XML has a mistake{where} ({what}); all of its items were read")


def _breaks_off(text: str, read: Parsed) -> bool:
    """Whether the last item has no end: a file that is still being written, or was cut."""
    faulty = read.fault is not None or bool(read.lost)
    return faulty and len(_END.findall(text)) < len(read.entries) + len(read.lost)
