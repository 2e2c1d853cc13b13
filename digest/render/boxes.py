"""How wide the box of each picture is: read from the inlined block itself, so that no picture is wider.

Outlook lays out by the ``width`` of pictures and grows the sheet for a wider one; with pictures blocked, so do
others. A block's boxes follow from paddings, borders and the widths of neighbouring cells, in pixels.
"""

from __future__ import annotations

import re
from typing import Any, Final

from digest.render.inliner import JINJA

SHEET: Final = 600  # pixels between the sheet's edges
_SOURCE: Final = re.compile(r"([A-Za-z_]\w*)\.src\b")
_PIXELS: Final = re.compile(r"(-?\d+(?:\.\d+)?)(?:px)?\Z")


def boxes(html: str) -> dict[str, int]:
    """The width of the narrowest box of each picture, by its name in the block: ``image``, ``thumb``, ``logo``."""
    from lxml import html as parser  # type: ignore[import-untyped]

    names: list[str] = []

    def hidden(match: re.Match[str]) -> str:
        if match["statement"] is not None or match["comment"] is not None:
            return ""
        source = _SOURCE.search(match[0])
        names.append(source[1] if source else "")
        return f"expression-{len(names) - 1}"

    tree = parser.fragment_fromstring(JINJA.sub(hidden, html), create_parent="div")
    widths: dict[str, int] = {}
    for picture in tree.iter("img"):
        number = re.fullmatch(r"expression-(\d+)", picture.get("src") or "")
        name = names[int(number[1])] if number else ""
        if name:
            width = _content(picture.getparent())
            widths[name] = min(width, widths.get(name, width))
    return widths


def _content(element: Any) -> int:
    """The pixels inside an element, between its paddings."""
    parent = element.getparent()
    if parent is None:
        return SHEET
    around = _content(parent)
    style = _declared(element)
    own = _own(element, style)
    if element.tag == "td":
        around = own if own is not None else around - _neighbours(element)
    elif own is not None:
        around = min(around, own)
    return max(1, around - _sides(style))


def _own(element: Any, style: dict[str, str]) -> int | None:
    """An element's width in pixels, where it has one."""
    for value in (style.get("width", ""), element.get("width") or "", style.get("max-width", "")):
        match = _PIXELS.match(value.strip())
        if match:
            return int(float(match[1]))
    return None


def _neighbours(cell: Any) -> int:
    """What the other cells of a row take."""
    others = [sibling for sibling in cell.getparent().iterchildren("td") if sibling is not cell]
    return sum(_own(sibling, _declared(sibling)) or 0 for sibling in others)


def _declared(element: Any) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in (element.get("style") or "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _sides(style: dict[str, str]) -> int:
    """Paddings and borders on both sides."""
    return sum(_padding(style, side) + _border(style, side) for side in ("left", "right"))


def _padding(style: dict[str, str], side: str) -> int:
    if f"padding-{side}" in style:
        return _pixels(style[f"padding-{side}"])
    values = style.get("padding", "0").split()
    at = {1: 0, 2: 1, 3: 1, 4: 1 if side == "right" else 3}.get(len(values), 0)
    return _pixels(values[at]) if values else 0


def _border(style: dict[str, str], side: str) -> int:
    value = style.get(f"border-{side}", style.get("border", "0")).split()
    return _pixels(value[0]) if value else 0


def _pixels(value: str) -> int:
    match = _PIXELS.match(value)
    return int(float(match[1])) if match else 0
