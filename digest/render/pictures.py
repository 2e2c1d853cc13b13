"""Pictures as a mail can show them: of a kind that mail programs know, in the size of the box they stand in.

A picture is an address or a file of the newsroom. A file travels with the issue under a name made of its content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from digest.model import Images, Newsroom, Plan, Story
from digest.model.pictures import UNSHOWN, is_counter, kind_of

TALLEST: Final = 1.5  # height by width
WIDE: Final = (16, 9)  # what an image service crops a wide picture to
HEAVY: Final = 1_000_000  # bytes
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//|/", re.IGNORECASE)
_WEB: Final = re.compile(r"https?://|cid:|data:image/(?:png|jpeg|gif);", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sized:
    """A picture's address, and its own size in pixels where it is known."""

    url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """The newsroom's picture files. ``taken`` collects those that an issue shows: name to bytes."""

    root: Path
    images: Images = field(default_factory=Images)
    taken: dict[str, bytes] = field(default_factory=dict)

    def sized(self, url: str, width: int | None = None, height: int | None = None) -> Sized | None:
        """The picture as a reader's mail program will fetch it; ``None`` where there is none to show."""
        if not url:
            return None
        path = local(self.root, self.images.files, url)
        if path is None:
            return Sized(url, width, height) if _WEB.match(url) else None
        try:
            data = path.read_bytes()
        except OSError:
            return None
        kind, *size = measured(data)
        if not kind:
            return None
        name = f"{sha256(data).hexdigest()[:20]}.{kind}"
        self.taken[name] = data
        return Sized(f"{self.images.base_url or 'images/'}{name}", *(size if size[0] else (width, height)))

    def resized(self, url: str, width: int, height: int) -> str:
        """The address of the image service's rendition, or the address itself where there is no service."""
        service = self.images.resize
        if not service or not url.lower().startswith(("http://", "https://")):
            return url
        values = {"width": str(width), "height": str(height), "url": quote(url, safe="")}
        plain = service.replace("/{url}", f"/{url}") if service.endswith("/{url}") else service
        return re.sub(r"\{(width|height|url)\}", lambda match: values[match[1]], plain)


def local(root: Path, folders: Mapping[str, str], url: str) -> Path | None:
    """The newsroom's file behind an address: one that lies in its folder, or in a folder that mirrors the address."""
    for prefix, folder in folders.items():
        if url.startswith(prefix):
            return _inside(root, f"{folder.rstrip('/')}/{unquote(url.removeprefix(prefix).lstrip('/'))}")
    if not url or _ELSEWHERE.match(url):
        return None
    return _inside(root, url)


def _inside(root: Path, name: str) -> Path | None:
    """A path below the newsroom, never beside it."""
    path = (root / name.partition("?")[0]).resolve()
    return path if path.is_relative_to(root.resolve()) else None


def measured(data: bytes) -> tuple[str, int, int]:
    """Kind, width and height of a picture file by its first bytes; ``("", 0, 0)`` where it is none that mail shows."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return "png", int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"\xff\xd8"):
        return ("jpg", *_jpeg(data))
    return "", 0, 0


def _jpeg(data: bytes) -> tuple[int, int]:
    """Width and height in the frame header of a JPEG."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return 0, 0


def is_photograph(url: str, width: int | None, height: int | None, *, resizable: bool = False) -> bool:
    """Whether a picture editor would print it: no counter, icon or avatar, of a kind that mail programs show."""
    if not url or is_counter(url, width, height) or (kind_of(url) in UNSHOWN and not resizable):
        return False
    return resizable or not (width and height and height > width * TALLEST * 2)


def fitted(width: int | None, height: int | None, box: int) -> tuple[int, int] | None:
    """The size at which a picture is shown in a box: never wider than it; 16 to 9 where its own size is not known.

    ``None`` for one that is more than 1.5 times as tall as wide.
    """
    if not width or not height or width < 0 or height < 0:
        return box, round(box * WIDE[1] / WIDE[0])
    if height > width * TALLEST:
        return None
    shown = min(width, box)
    return shown, max(1, round(height * shown / width))


@dataclass(frozen=True, slots=True)
class BookedPicture:
    """A picture of the brand or of a booking: whose, its address, the size that is booked, and where that is written.

    ``path`` is the keys and indices in digest.yaml or adslots.yaml, the file first.
    """

    whose: str
    url: str
    size: str
    path: tuple[str | int, ...]
    line_item: str = ""
    creative: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a picture; ``lost``: the issue goes without it."""

    picture: BookedPicture
    what: str
    lost: bool

    def __str__(self) -> str:
        return f"{self.picture.whose}: {self.picture.url} {self.what}"


def faults(newsroom: Newsroom) -> Iterator[Fault]:
    """Pictures of the brand and the bookings that mail programs do not show, that are missing or too heavy."""
    return _faults_of(newsroom, booked(newsroom))


def _faults_of(newsroom: Newsroom, pictures: Iterable[BookedPicture]) -> Iterator[Fault]:
    for picture in pictures:
        for what, is_lost in _faults(newsroom, picture.url, picture.size):
            yield Fault(picture, what, is_lost)


def booked(newsroom: Newsroom) -> list[BookedPicture]:
    """The pictures of the brand and the bookings."""
    logo = newsroom.publication.logo
    shown = [
        BookedPicture(f"publication.logo.{key}", url, "", ("digest.yaml", "publication", "logo", key))
        for key, url in (("url", logo.url), ("dark_url", logo.dark_url))
    ] if logo else []  # fmt: skip
    for item in newsroom.ads.line_items:
        for number, creative in enumerate(item.creatives):
            whose = f'creative "{creative.id}" of line item "{item.id}"'
            at = ("adslots.yaml", "line_items", newsroom.numbers[item.id], "creatives", number)
            for key, url, size in (("image", creative.image, creative.size), ("logo", creative.logo, "")):
                shown.append(BookedPicture(whose, url, size, (*at, key), item.id, creative.id))
    return [picture for picture in shown if picture.url]


def lost(newsroom: Newsroom, plan: Plan) -> list[Fault]:
    """Pictures of the ads of an issue that it goes without."""
    placed = {(ad.line_item, ad.creative) for ad in plan.placed}
    pictures = (picture for picture in booked(newsroom) if (picture.line_item, picture.creative) in placed)
    return [fault for fault in _faults_of(newsroom, pictures) if fault.lost]


def of_stories(newsroom: Newsroom, stories: Iterable[Story]) -> list[str]:
    """What is wrong with the pictures of these stories, which run without them; counted where it is the kind."""
    kinds: dict[str, int] = {}
    remarks: dict[str, None] = {}
    total = 0
    for story in stories:
        if story.image is None:
            continue
        total += 1
        kind = kind_of(story.image.url)
        if kind in UNSHOWN and not newsroom.images.resize:
            kinds[kind] = kinds.get(kind, 0) + 1
        elif local(newsroom.root, newsroom.images.files, story.image.url):
            remarks |= {
                f"story {story.id}: {story.image.url} {fault}": None
                for fault, _ in _faults(newsroom, story.image.url, "")
            }
    for kind, count in sorted(kinds.items()):
        remarks[
            f"{count} of {total} recent pictures of stories {'is' if count == 1 else 'are'} {kind}, which many mail "
            "programs do not show: the stories run without them. Let the source offer jpg, or name an image service: "
            "`images: {resize: …}`."
        ] = None
    return list(remarks)


def _faults(newsroom: Newsroom, url: str, size: str) -> Iterator[tuple[str, bool]]:
    """What is wrong with a picture, and whether an issue goes without it."""
    if kind_of(url) in UNSHOWN and not newsroom.images.resize:
        yield (
            f"is a {kind_of(url)} picture, which many mail programs do not show. Save it as png or jpg.",
            False,
        )
    path = local(newsroom.root, newsroom.images.files, url)
    if path is None:
        return
    try:
        data = path.read_bytes()
    except OSError:
        yield "is not there; the picture is left out. Put the file there, or write another address.", True
        return
    kind, width, height = measured(data)
    if not kind:
        yield "is no png, jpg or gif picture; it is left out. Save it as one of these.", True
    elif len(data) > HEAVY:
        yield f"has {len(data):,} bytes; many mail programs load such a picture late or not at all.", False
    booked_size = [int(side) for side in size.split("x")] if size else []
    if kind and booked_size and width * booked_size[1] != height * booked_size[0]:
        yield f"is {width}x{height}, which is not in the proportions of its size, {size}.", False
