"""premailer, behind one door: CSS into the style attributes of templates, never of content.

Jinja's statements are hidden as comments and its expressions as words; premailer sees ordinary HTML; then they
are put back. What premailer is known to stumble over is refused beforehand, by ``lint``.
"""

from __future__ import annotations

import os
import re
from typing import Final

JINJA: Final = re.compile(
    r"(?P<comment>\{#.*?#\})"
    r"|(?P<raw>\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\})"
    r"|(?P<statement>\{%(?:\"[^\"]*\"|'[^']*'|[^\"'])*?%\})"
    r"|(?P<expression>\{\{(?:\"[^\"]*\"|'[^']*'|[^\"'])*?\}\})",
    re.DOTALL,
)
_TOKEN: Final = re.compile(r"<!--(zq[0-9]{4}qz)-->|(zq[0-9]{4}qz)")
_HTML_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_KEPT_COMMENT: Final = re.compile(r"<!--\s*(?:\[if|<!\[endif|zq[0-9]{4}qz|block:|/block)")
_HEAD: Final = re.compile(r"\{\{-?\s*styles\s*-?\}\}")  # a word in <head> would end it
_DOCTYPE: Final = "<!DOCTYPE html>"
_META: Final = re.compile(
    r'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">', re.IGNORECASE
)
_STYLE: Final = re.compile(r' style=(?:"([^"]*)"|\'([^\']*)\')')
_SHORT: Final = re.compile(
    r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])\b"
)  # some mail programs need six digits
_CLASS: Final = re.compile(r' class="([^"]*)"')


class Unbalanced(ValueError):
    """A block (its name is the message) whose elements do not end inside it."""


def inlined_templates(
    frame: str, blocks: dict[str, str], css: str, kept: frozenset[str]
) -> tuple[str, dict[str, str]]:
    """The frame and the HTML parts of blocks with ``css`` inlined and made small.

    The frame prints the blocks with ``{{ blocks }}``; classes that are not in ``kept`` go.
    Raises ``Unbalanced`` with the name of a block whose tags do not close where they open.
    """
    hidden: list[str] = []
    inner = "".join(f"<!--block:{name}-->{_hide(text, hidden)}<!--/block-->" for name, text in blocks.items())
    page = _hide(frame, hidden)
    mark = next(token for token, text in _tokens(hidden) if re.fullmatch(r"\{\{-?\s*blocks\s*-?\}\}", text))
    before, after = page.split(mark)
    document = inlined_document(f"{before}<!--block:-->{inner}<!--/block-->{after}", css, kept)
    return _cut(document, blocks, hidden)


def inlined_document(html: str, css: str, kept: frozenset[str]) -> str:
    """One whole document with ``css`` inlined and made small. A doctype comes first."""
    body = re.sub(r"\A\s*<!doctype html>\s*", "", html, flags=re.IGNORECASE)
    premailed = _META.sub("", _premailed(body, css), count=1)
    return f"{_DOCTYPE}\n{small(premailed, kept)}"


def small(html: str, kept: frozenset[str]) -> str:
    """HTML without needless bytes: white space collapsed, comments gone except those of Outlook."""
    html = _HTML_COMMENT.sub(lambda match: match[0] if _KEPT_COMMENT.match(match[0]) else "", html)
    html = _STYLE.sub(_small_style, html)
    html = _CLASS.sub(lambda match: _kept_classes(match[1], kept), html)
    html = re.sub(r"[ \t]*\n\s*", "\n", html)
    return re.sub(r"[ \t]{2,}", " ", html)


def _premailed(html: str, css: str) -> str:
    os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", "4096")
    import logging

    from premailer import Premailer

    inliner = Premailer(
        html,
        css_text=[css],
        strip_important=False,
        keep_style_tags=True,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor", "text-align"],
        disable_validation=True,
        cache_css_parsing=False,
        disable_leftover_css=True,
        align_floating_images=False,
        remove_unset_properties=False,
        allow_network=False,
        allow_loading_external_files=False,
        cssutils_logging_level=logging.FATAL,
    )
    return str(inliner.transform(pretty_print=False))


def _hide(text: str, hidden: list[str]) -> str:
    """Jinja's pieces replaced by tokens ``zq0001qz``: comments in content, words inside tags and HTML comments."""
    parts: list[str] = []
    inside = ""  # "" in content, else how the tag or comment we are in ends
    at = 0
    for match in JINJA.finditer(text):
        plain = text[at : match.start()]
        inside = markup_state(plain, inside)
        parts.append(plain)
        parts.append(_token(match, inside, hidden))
        at = match.end()
    return "".join(parts) + text[at:]


def _token(match: re.Match[str], inside: str, hidden: list[str]) -> str:
    if match["comment"] is not None:
        return ""
    hidden.append(match[0])
    word = f"zq{len(hidden) - 1:04d}qz"
    unseen = match["statement"] is not None or _HEAD.fullmatch(match[0]) is not None
    return f"<!--{word}-->" if unseen and not inside else word


def markup_state(text: str, inside: str) -> str:
    """Where HTML stands after ``text``: ``>`` in a tag, ``"`` or ``'`` in a value, ``-->`` in a comment, else empty."""
    at = 0
    while at < len(text):
        if inside in ("-->", '"', "'"):
            end = text.find(inside, at)
            if end < 0:
                return inside
            at = end + len(inside)
            inside = "" if inside == "-->" else ">"
        elif inside == ">":
            stop = re.compile(r"[>\"']").search(text, at)
            if stop is None:
                return inside
            inside = "" if stop[0] == ">" else stop[0]
            at = stop.end()
        else:
            start = re.compile(r"<!--|<(?=[A-Za-z/!?])").search(text, at)
            if start is None:
                return ""
            inside = "-->" if start[0] == "<!--" else ">"
            at = start.end()
    return inside


def _tokens(hidden: list[str]) -> list[tuple[str, str]]:
    return [(f"zq{index:04d}qz", text) for index, text in enumerate(hidden)]


def _cut(document: str, blocks: dict[str, str], hidden: list[str]) -> tuple[str, dict[str, str]]:
    """The document cut at its marks; every block must come out whole."""
    parts: dict[str, str] = {}
    start = document.find("<!--block:-->")
    if start < 0:
        raise Unbalanced("")
    at = start + len("<!--block:-->")
    for name in blocks:
        opening = f"<!--block:{name}-->"
        end = document.find("<!--/block-->", at)
        piece = document[at:end]
        if not piece.startswith(opening) or not _balanced(piece):
            raise Unbalanced(name)
        parts[name] = _restored(piece.removeprefix(opening), hidden)
        at = end + len("<!--/block-->")
    tail = document[at:]
    if not tail.startswith("<!--/block-->"):
        raise Unbalanced(next(reversed(blocks)))
    frame = document[:start] + "{{ blocks }}" + tail.removeprefix("<!--/block-->")
    return _restored(frame, hidden), parts


_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^\"'>])*?(/?)>")


def _balanced(html: str) -> bool:
    """Whether every element that opens in a piece closes in it."""
    opened: list[str] = []
    for closing, name, empty in _TAG.findall(_HTML_COMMENT.sub("", html)):
        if name.lower() in _VOID or empty:
            continue
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def deepest(html: str) -> int:
    """How deeply the elements of a piece of HTML are nested."""
    depth = most = 0
    for closing, name, empty in _TAG.findall(_HTML_COMMENT.sub("", html)):
        if name.lower() in _VOID or empty:
            continue
        depth += -1 if closing else 1
        most = max(most, depth)
    return most


def _restored(html: str, hidden: list[str]) -> str:
    return _TOKEN.sub(lambda match: hidden[int((match[1] or match[2])[2:6])], html)


def _small_style(match: re.Match[str]) -> str:
    style = (match[1] or match[2] or "").replace("&quot;", "'").replace('"', "'")
    style = re.sub(r"\s*;\s*", ";", re.sub(r"\s*,\s*", ",", style)).strip("; ")
    style = _SHORT.sub(r"#\1\1\2\2\3\3", re.sub(r":[ ]+", ":", style))
    return f' style="{style}"' if style else ""


def _kept_classes(names: str, kept: frozenset[str]) -> str:
    remaining = [name for name in names.split() if name in kept or "zq" in name]
    return f' class="{" ".join(remaining)}"' if remaining else ""
