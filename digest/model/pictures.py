"""What can be known of a picture without loading it: its kind, and whether anybody would print it."""

from __future__ import annotations

import re
from typing import Final

UNSHOWN: Final = frozenset({"webp", "avif", "svg", "heic", "tif", "tiff", "bmp", "ico", "jxl"})
LEAST: Final = 64  # pixels; what is smaller is a spacer, a counter or an icon
_NO_PHOTOGRAPH: Final = re.compile(  # of an address in lower case: four times as fast as ignoring case
    r"gravatar|/(?:avatars?|emoji|icons?|buttons?|badges?|logos?|style_images)/|"
    r"[/_-](?:icon|logo|button|badge)s?\.(?:png|gif|svg)|feedburner|doubleclick|//pixel\.|/pixel[./?]|[/_-]spacer|placeholder|"
    r"default[-_]image|[/_-](?:favicon|sprite|blank)\b|(?<!\d)1x1(?!\d)|[/_-]?feed-icon|/smil(?:ies|eys)/"
)
_ASKED: Final = re.compile(r"(?:^|[?&;,/])(?:format|fm|output|f|ext)[=_](webp|avif|svg)\b", re.IGNORECASE)


def kind_of(url: str) -> str:
    """The kind that an address names, such as ``webp``: at its end, or as the format it asks a service for."""
    address = url.partition("#")[0]
    _, mark, rest = address.partition("://")
    rest = rest.partition("/")[2] if mark else address  # without the host: its name has dots too
    asked = _ASKED.search(rest)
    if asked:
        return asked[1].lower()
    name = rest.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_counter(url: str, width: int | None, height: int | None) -> bool:
    """Whether it is no photograph at all but a counter, an icon, a spacer or somebody's avatar."""
    small = bool((width and width < LEAST) or (height and height < LEAST))
    return small or bool(_NO_PHOTOGRAPH.search(url.lower()))
