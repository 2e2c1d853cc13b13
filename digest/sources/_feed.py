"""feedparser, kept from what breaks it: text is mended before, and what it cannot read is cut out item by item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax import SAXException

from digest.sources._fields import without_addresses

_REFERENCES = re.compile(r"(?:&(?:amp;)?#(?:\d{1,12}|[xX][0-9a-fA-F]{1,12});)+")
_REFERENCE = re.compile(r"&(amp;)?#(?:(\d+)|[xX]([0-9a-fA-F]+));")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_XML_CODES = frozenset({*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF})
_DECLARED = re.compile(r"""(<\?xml[^>]{0,200}?)\s+encoding\s*=\s*["'][^"'>]{0,40}["']""")
# Captions of pictures would take the place of the story's own title and description.
_CAPTION = re.compile(r"(</?)media:(description|title|text|comments?)(?:\s[^>]*?)?(/?)>")
# What is said of one picture of several, which feedparser would keep for the item as a whole: kept as attributes.
_PICTURE = re.compile(
    r"(<media:content\b[^<>]*[^<>/])>((?:(?!</?media:content\b).){1,10000}?)</media:content\s*>", re.DOTALL
)
_TOLD = re.compile(r"<media:(description|credit)(?:\s[^<>]*)?>(.{1,5000}?)</media:\1\s*>", re.DOTALL)
# Places on maps and licences are of no use here, and feedparser stumbles over half of them.
_OF_NO_USE = re.compile(r"(</?)(gml|georss|geo|psc|creativeCommons|cc):(?=[A-Za-z])")
# feedparser cuts addresses in two; no reader shall see any.
_AUTHOR = re.compile(
    r"(<(?:author|name|(?:dc:|itunes:)(?:creator|author))(?:\s[^<>]*)?>)([^@]{0,300}?@.{0,300}?)(?=</)",
    re.DOTALL,
)
_NO_HOST = re.compile(r"(?<=://)[^\s\"'<>/?#]*[\[\]][^\s\"'<>/?#]*")
_NUMBERS = re.compile(r"<itunes:duration\s*/>|<itunes:duration>\s*</itunes:duration>")
_ITEM = re.compile(r"<(?:[A-Za-z][\w-]*:)?(item|entry)(?=[\s>/])")
_CLOSED = re.compile(r"</(?:[A-Za-z][\w-]*:)?(?:item|entry)\s*>")
_ROOT = re.compile(r"<(?:[A-Za-z][\w-]*:)?(?:rss|feed|RDF)\b[^<>]*>")
_MOST = 5_000  # items; more of them in pieces would take too long
_WORST = 50  # items that nobody can read; beyond, the feed is none


class Unreadable(Exception):
    """feedparser fails on the feed as a whole; the text says how."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What feedparser made of a feed; ``lost`` items, by their number from 1, it could not read, with why."""

    feed: Any
    entries: list[Any]
    lost: dict[int, str] = field(default_factory=dict)
    dropped: int = 0  # characters that no XML may hold
    fault: Exception | None = None  # what is wrong with its XML

    def numbered(self) -> Iterator[tuple[int, Any]]:
        """The entries with their number in the feed, those that are lost counted."""
        number = 0
        for entry in self.entries:
            number += 1
            while number in self.lost:
                number += 1
            yield number, entry


def parsed(text: str) -> Parsed:
    """The feed in ``text``. Raises :class:`Unreadable`."""
    mended, dropped = _NO_XML.subn("", _DECLARED.sub(r"\1", text.lstrip("\ufeff \t\r\n"), count=1))
    mended = _REFERENCES.sub(_characters, mended)
    mended = _PICTURE.sub(_described, mended) if "<media:content" in mended else mended
    mended = _CAPTION.sub(r"\1media:picture\2\3>", mended)
    mended = _AUTHOR.sub(lambda tag: tag[1] + without_addresses(tag[2]), mended) if "@" in mended else mended
    mended = _OF_NO_USE.sub(r"\1\2:unused-", mended)
    mended = _NO_HOST.sub(lambda host: host[0].replace("[", "{").replace("]", "}"), mended)
    try:
        feed = _feedparser(mended)
        fault = feed.get("bozo_exception")
        return Parsed(
            feed, feed.entries, dropped=dropped, fault=fault if isinstance(fault, SAXException) else None
        )
    except Exception as error:  # feedparser fails in its own ways, and no feed may stop the others
        return _in_pieces(mended, dropped, error)


def _described(picture: re.Match[str]) -> str:
    """A picture whose description and credits stand in its tag, as ``said`` and ``by``."""
    texts: dict[str, list[str]] = {"description": [], "credit": []}
    for tag in _TOLD.finditer(picture[2]):
        text = tag[2].strip()
        plain = text.removeprefix("<![CDATA[").removesuffix("]]>")
        text = plain.replace("&", "&amp;") if plain != text else plain
        text = text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        texts[tag[1]] += [text] if text and text not in texts[tag[1]] else []
    description, by = texts["description"][:1], texts["credit"][:3]
    marks = (f' said="{description[0]}"' if description else "") + (f' by="{", ".join(by)}"' if by else "")
    return f"{picture[1]}{marks}>{picture[2]}</media:content>"


def _characters(run: re.Match[str]) -> str:
    """References to characters as they are meant: an emoji in two halves is one, what is none is ``\ufffd``."""
    references = list(_REFERENCE.finditer(run[0]))
    codes = [_code(reference) for reference in references]
    if all(31 < code < 0xD800 or 0xDFFF < code < 0xFFFE or code in (9, 10, 13) for code in codes):
        return run[0]
    units = "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes if code not in _NO_XML_CODES)
    joined = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(f"&#{ord(letter)};" if letter in "<>&\"'" else letter for letter in joined)


def _code(reference: re.Match[str]) -> int:
    return int(reference[2]) if reference[2] else int(reference[3], 16)


def _feedparser(text: str) -> Any:
    import feedparser

    # A stream: feedparser takes bytes that look like a path for a path.
    return feedparser.parse(BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)


def _in_pieces(text: str, dropped: int, error: Exception) -> Parsed:
    """The feed without the items that feedparser fails on."""
    starts = [tag.start() for tag in _ITEM.finditer(text)]
    if not starts:
        raise Unreadable(told(error)) from None
    if len(starts) > _MOST:
        raise Unreadable(told(error)) from None
    ends = [*starts[1:], len(text)]
    items = [_whole(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    head = _head(text[: starts[0]])
    lost: dict[int, str] = {}
    entries: list[Any] = []

    def read(first: int, last: int) -> None:
        try:
            entries.extend(_feedparser(head + "".join(items[first:last])).entries[: last - first])
        except Exception as failure:
            if last - first == 1:
                lost[first + 1] = told(failure)
            else:
                middle = (first + last) // 2
                read(first, middle)
                read(middle, last)
        if len(lost) > _WORST:
            raise Unreadable(told(error))

    read(0, len(items))
    return Parsed(_feedparser(head), entries, lost, dropped)


def _whole(item: str) -> str:
    """An item up to its own end, so that the end of the feed is not taken along."""
    ends = [tag.end() for tag in _CLOSED.finditer(item)]
    return item[: ends[-1]] if ends else item


def _head(text: str) -> str:
    """What stands before the items: as it is, or no more of it than the root where feedparser fails on it."""
    root = _ROOT.search(text)
    plain = (root[0] if root else "<rss version='2.0'>") + ("<channel>" if "<channel" in text else "")
    for head in (text, plain, "<rss version='2.0'><channel>"):
        if _is_readable(head, _feedparser):
            return head
    raise Unreadable("nothing of it can be read")


def _is_readable(text: str, parse: Callable[[str], Any]) -> bool:
    try:
        parse(text)
    except Exception:
        return False
    return True


def told(error: BaseException) -> str:
    """An exception of a library in one line for people."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:160].rstrip(" :")
