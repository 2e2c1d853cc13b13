"""Of the pictures a source offers, the one a picture editor would take.

The first real photograph, in the rendition nearest to what is shown, of a kind that mail programs show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from digest.model import Image
from digest.model.pictures import UNSHOWN, is_counter, kind_of
from digest.model.text import HTML, from_html, plain_title
from digest.sources._fields import CAPTION, Unfit, pixels, web_url

WIDTH = 1104  # pixels: twice the box of a wide picture
SMALL = 300  # pixels; what is narrower is a thumbnail
CREDIT = 100
_UNKNOWN = 1500  # how far a width that is not known lies from the one that is wanted, in thousandths
_IMG = re.compile(
    r"<img\b[^>]{0,4000}>|<figcaption\b[^>]{0,300}>|wp-caption-text\b[^>]{0,300}>", re.IGNORECASE
)
_END = re.compile(r"</(?:figcaption|figure|p|div|dd)\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SIZED = re.compile(r"[-_](\d{2,5})x(\d{2,5})(?=\.\w+$)")
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A picture as a source offers it. ``of`` names what it is a rendition of; empty: what its address says."""

    url: str
    width: int | None = None
    height: int | None = None
    kind: str = ""  # such as webp, where the source says it
    alt: str = ""
    caption: str = ""
    credit: str = ""
    of: str = ""


def offer(
    address: object,
    *,
    base: str = "",
    width: object = None,
    height: object = None,
    mime: object = "",
    alt: object = "",
    caption: object = "",
    credit: object = "",
    of: str = "",
) -> Offer | None:
    """A picture of a source's own words, HTML in them reduced to text; ``None`` for what has no address."""
    try:
        url = web_url(urljoin(base, unescape(str(address or "")).strip()))
    except (Unfit, ValueError):
        return None
    named = _SIZED.search(urlsplit(url).path)
    wide, high = pixels(width), pixels(height)
    if named and wide is None and high is None:
        wide, high = pixels(named[1]), pixels(named[2])
    kind = str(mime or "").partition(";")[0].partition("/")[2].partition("+")[0].lower()
    return Offer(
        url=url,
        width=wide,
        height=high,
        kind=kind,
        alt=plain_title(from_html(str(alt or ""))),
        caption=plain_title(from_html(str(caption or "")), CAPTION),
        credit=plain_title(from_html(str(credit or "")), CREDIT),
        of=of,
    )


def chosen(offers: Iterable[Offer | None]) -> Image | None:
    """The picture to print, or none. One of a kind that mail programs do not show only where there is no other."""
    real = [
        picture
        for picture in offers
        if picture and not is_counter(picture.url, picture.width, picture.height) and not _is_column(picture)
    ]
    shown = [picture for picture in real if not is_unshown(picture)]
    large = [picture for picture in shown if picture.width is None or picture.width >= SMALL]
    for some in (large, shown, real):
        if some:
            return _image(
                min((picture for picture in some if _picture(picture) == _picture(some[0])), key=_distance)
            )
    return None


def is_unshown(picture: Offer) -> bool:
    """Whether mail programs do not show it."""
    return picture.kind in UNSHOWN or kind_of(picture.url) in UNSHOWN


def images_in(html: str, base: str = "") -> Iterator[Offer | None]:
    """The pictures of an article, each in all its renditions, with the caption below it."""
    pictures: list[tuple[Mapping[str, str], str]] = []
    text, last = html[:HTML], 0
    for tag in _IMG.finditer(text):
        if tag[0][:4].lower() == "<img":
            fields: Mapping[str, str] = {
                name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[0])
            }
            pictures.append((fields, ""))
            last = tag.end()
        elif pictures and not pictures[-1][1] and "</figure" not in text[last : tag.start()].lower():
            end = _END.search(text, tag.end())
            pictures[-1] = (pictures[-1][0], text[tag.end() : end.start() if end else tag.end()])
    for number, (fields, caption) in enumerate(pictures):
        src = next((fields[name] for name in _LAZY if fields.get(name)), fields.get("src", ""))
        own = (fields.get("width"), fields.get("height"))
        for url, width in [(src, ""), *_renditions(fields.get("srcset") or fields.get("data-srcset") or "")]:
            if url and not url.lower().startswith("data:"):
                sizes = (width, None) if width else own
                yield offer(
                    url, base=base, width=sizes[0], height=sizes[1], alt=fields.get("alt"), caption=caption,
                    of=f"image {number}",
                )  # fmt: skip


def _renditions(srcset: str) -> Iterator[tuple[str, str]]:
    """Addresses and widths of ``a.jpg 300w, b.jpg 1024w``."""
    for url, width in re.findall(r"(\S+)\s+(\d{2,5})w\b", srcset[:20_000]):
        yield url.lstrip(","), width


def _picture(picture: Offer) -> str:
    """What the renditions of one picture have in common: what the source says, else the name without its sizes."""
    try:
        return picture.of or re.sub(r"\d+", "0", _SIZED.sub("", urlsplit(picture.url).path))
    except ValueError:
        return picture.url


def _is_column(picture: Offer) -> bool:
    return bool(picture.width and picture.height and picture.height > 3 * picture.width)


def _distance(picture: Offer) -> int:
    """How far a rendition is from the size that is shown, in thousandths of its proportion; 1000 is none."""
    if not picture.width:
        return _UNKNOWN
    return max(picture.width * 1000 // WIDTH, WIDTH * 1000 // picture.width)


def _image(picture: Offer) -> Image:
    credit = (
        "" if picture.credit and picture.credit.casefold() in picture.caption.casefold() else picture.credit
    )
    return Image(
        url=picture.url,
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
        caption=picture.caption,
        credit=credit,
    )
