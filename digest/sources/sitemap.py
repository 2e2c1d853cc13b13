"""News sitemaps, as search engines read them: an address, a title and a time for every story of two days.

An index of sitemaps leads to those whose address says ``news``, else to the ten that changed last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from digest.errors import Unreachable
from digest.sources import Context, Found, Remark
from digest.sources._bytes import decoded
from digest.sources._fields import story_of
from digest.sources._network import Answer
from digest.sources._times import habits_of

MAPS = 10  # that an index may lead to
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>|<!ENTITY[^>]*>", re.IGNORECASE)
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0|x0);")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")


def pull(options: object, context: Context) -> Iterator[Found]:
    """The stories of the sitemap, or of those its index leads to. Raises ``Unreachable``."""
    if not re.match(r"https?://", context.spec.url, re.IGNORECASE):
        yield from _file(context)
        return
    yield from _map(context.web.get(), context, depth=0)


def _file(context: Context) -> Iterator[Found]:
    try:
        with open(context.spec.url, "rb") as file:
            data = file.read(50_000_000)
    except OSError as error:
        raise Unreachable(
            f"{context.spec.name}: {context.spec.url} cannot be read ({error.strerror})."
        ) from None
    yield from _map(Answer(200, data, {}, ""), context, depth=1)


def _map(answer: Answer, context: Context, *, depth: int) -> Iterator[Found]:
    root = _root(answer, context)
    if _name(root) == "sitemapindex" and depth == 0:
        for address in _chosen(root, answer.url):
            try:
                yield from _map(context.web.get(address), context, depth=1)
            except Unreachable as error:
                yield Remark(context.file, f"one of its sitemaps was not read: {error}", broken=True)
        return
    text = ElementTree.tostring(root, encoding="unicode", method="text")
    habits = habits_of(text, context.zone, context.locale)
    untitled = 0
    for number, entry in enumerate((element for element in root if _name(element) == "url"), 1):
        row = _row(entry, answer.url)
        if row.get("title"):
            yield from story_of(row, f"{context.file} entry {number}", context, habits)
        else:
            untitled += 1
    if untitled:
        yield Remark(context.file, f"{untitled} entries have no news:title and were left out")


def _root(answer: Answer, context: Context) -> Any:
    source = decoded(answer.body, server=answer.charset).text.lstrip("\ufeff")
    plain = _NO_XML.sub("", _DECLARED.sub("", _DOCTYPE.sub("", source)))
    try:
        root = ElementTree.fromstring(plain)
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreachable(f"{context.spec.name}: it is no sitemap that can be read ({error}).") from None
    if _name(root) not in ("urlset", "sitemapindex"):
        raise Unreachable(f"{context.spec.name}: it is no sitemap: it begins with <{_name(root)[:40]}>.")
    return root


def _chosen(root: Any, base: str) -> list[str]:
    """The addresses an index leads to: news first, then what changed last."""
    entries = []
    for entry in root:
        values = {_name(part): (part.text or "").strip() for part in entry}
        if values.get("loc"):
            entries.append((values.get("lastmod", ""), urljoin(base, values["loc"])))
    news = [address for _, address in entries if "news" in address.lower()]
    latest = [address for _, address in sorted(entries, key=lambda dated: dated[0], reverse=True)]
    return (news or latest)[:MAPS]


def _row(entry: Any, base: str) -> dict[str, Any]:
    """An entry under the names of stories as files."""
    values: dict[str, str] = {}
    for part in entry.iter():
        kind = "image_" if "sitemap-image" in str(part.tag) else ""
        if part.text and part.text.strip():
            values.setdefault(kind + _name(part), part.text.strip())
    words = [word.strip() for word in values.get("keywords", "").split(",") if word.strip()]
    picture = values.get("image_loc")
    return {
        "url": urljoin(base, values.get("loc", "")),
        "title": values.get("title", ""),
        "published_at": values.get("publication_date"),
        "updated_at": values.get("lastmod"),
        "sections": words,
        "tags": words,
        "language": values.get("language"),
        "image": {
            "url": picture,
            "alt": values.get("image_title") or values.get("image_caption"),
            "caption": values.get("image_caption"),
        }
        if picture
        else None,
    }


def _name(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
