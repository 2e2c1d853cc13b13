"""Text from outside made plain: no markup, no control characters, bounded.

What leaves: control characters, bidirectional embeddings and overrides, invisible fillers, halves of
surrogate pairs. What stays: emoji joiners and variation selectors, direction marks, every script.
"""

from __future__ import annotations

import re
import unicodedata

TITLE = 500  # characters
SUMMARY = 2000
HTML = 200_000  # what is read of a piece of HTML
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACK = re.compile(f"({_MARK}{{8}}){_MARK}+")  # combining marks on one letter; living scripts need fewer
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_LEAVES = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = "\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # all but the space
_SUSPECT = re.compile(
    f"[{_BLANKS}{_LEAVES.pattern[1:-1]}{_MARK[1:-1]}]"
)  # one set: three would take three times as long
_SPACES = re.compile(r"\s+")
_LASTING = frozenset("\u00a0\u202f\u3000")  # alone they are typography, in a run they are noise
_JOINS = frozenset("\u200c\u200d")
_DATELINE = re.compile(r"(?<!\S)\(\s*\)\s*")
_WHOLE = re.compile(r"[.!?。！？؟][\"'’”»)]*\s*$")
_EXCERPT = re.compile(r"\[\s?(?:…|\.\s?\.\s?\.)\s?\]$")
_APPEARED = re.compile(r"\s*The post .{1,400} (?:first appeared|appeared first) on .{1,200}?\.?\s*$")


def plain_title(text: str, limit: int = TITLE) -> str:
    """One line of plain text of at most ``limit`` characters; ``""`` when nothing in it can be seen."""
    text = text.strip()
    if not text or (len(text) <= limit and _is_tidy(text)):
        return text
    line = _one_line(text)
    line = _shorten(line, limit)
    return line if _is_visible(line) else ""


def plain_summary(text: str, limit: int = SUMMARY) -> str:
    """As :func:`plain_title`; an empty ``()`` of a dateline leaves, a trailing ``[…]`` becomes ``…``."""
    text = text.strip()
    if not text or (len(text) <= limit and _is_tidy(text) and "(" not in text and text[-1] != "]"):
        return text
    line = _mended(_one_line(text))
    line = _shorten(line, limit)
    return line if _is_visible(line) else ""


def from_html(markup: str) -> str:
    """HTML reduced to text on one line: tags become spaces where they break lines, entities characters.

    Scripts and styles vanish with their content. Entities encoded twice are decoded twice. At most
    :data:`HTML` characters are read.
    """
    text = markup[:HTML]
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _decoded(text)
    text = _APPEARED.sub("", text) if "appeared" in text[-700:] else text
    return _mended(_SPACES.sub(_space, text).strip())


def title_from_html(markup: str) -> str:
    """As :func:`from_html`, for a title: words in angle brackets that are no element of HTML stay words."""
    return from_html(_BRACKETS.sub(_word, markup[:HTML]) if "<" in markup else markup)


def _word(match: re.Match[str]) -> str:
    return match[0] if _ELEMENTS.fullmatch(match[1]) else f"&lt;{match[0][1:]}"


def _is_tidy(text: str) -> bool:
    """Whether stripped text is what most is, with nothing to mend in it."""
    if not text[0].isalnum():
        return False
    if "  " in text:
        return False
    return text.isprintable() if text.isascii() else _SUSPECT.search(text) is None


def _mended(line: str) -> str:
    """Without what a feed's excerpt leaves behind: ``()`` where a station's name was, ``[…]`` at the end."""
    if "(" in line:
        line = _DATELINE.sub("", line).strip()
    return _EXCERPT.sub(_rest, line).rstrip() if line.endswith("]") else line


def _rest(excerpt: re.Match[str]) -> str:
    """``…`` where a sentence was cut; nothing after a whole one."""
    return "" if _WHOLE.search(excerpt.string[: excerpt.start()]) else "…"


def _one_line(text: str) -> str:
    line = _SPACES.sub(_space, _LEAVES.sub("", _BREAKS.sub(" ", text))).strip()
    return line if line.isascii() else _STACK.sub(r"\1", line)


def _space(run: re.Match[str]) -> str:
    return run[0] if run[0] in _LASTING else " "


def _shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words (or between letters) with an ellipsis."""
    if len(text) <= limit:
        return text
    end = limit - 1
    word = text.rfind(" ", max(0, end - 60), end + 1)
    if word > 0:
        end = word
    while end > max(1, limit - 40) and (_joins(text[end]) or text[end - 1] in _JOINS):
        end -= 1
    return text[:end].rstrip(" ,;:-–—") + "…"


def _joins(letter: str) -> bool:
    """Whether a cut before this character would split what the reader sees as one."""
    return (
        letter in _JOINS
        or unicodedata.category(letter).startswith("M")
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
    )


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(letter)[0] not in "ZCM" for letter in text)


_BREAKING = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li"
    r"|main|nav|ol|option|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
_SILENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
    "textarea",
    "select",
}
_BRACKETS = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})(?:\s[^<>=/]{0,60})?>")
_ELEMENTS = re.compile(
    r"a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blink|blockquote|body|"
    r"br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|"
    r"dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|"
    r"hgroup|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|menu|meta|meter|"
    r"nav|nobr|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|plaintext|pre|progress|q|rb|"
    r"rp|rt|rtc|ruby|s|samp|script|search|section|select|slot|small|source|spacer|span|strike|strong|style|sub|"
    r"summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|"
    r"xml|xmp",
    re.IGNORECASE,
)
_TWICE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def _without_tags(markup: str) -> str:
    import nh3

    spaced = _BREAKING.sub(" <", markup.replace("\x00", ""))
    return nh3.clean(spaced, tags=set(), clean_content_tags=_SILENT, attributes={}, link_rel=None)


def _decoded(text: str) -> str:
    from html import unescape

    once = unescape(text)
    return unescape(once) if _TWICE.search(once) else once
