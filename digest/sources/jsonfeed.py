"""JSON Feed 1 and 1.1: items with an address and a title; HTML in them is reduced to text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from digest.errors import Unreachable
from digest.model import Rejected
from digest.model.text import from_html, plain_summary, title_from_html
from digest.sources import Context, Found, Remark
from digest.sources._bytes import decoded
from digest.sources._fields import named_people, story_of
from digest.sources._times import habits_of

EXCERPT = 500  # characters of a summary made from a whole article


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of a feed. Raises ``Unreachable`` for what is no JSON Feed."""
    source = decoded(data, server=context.charset)
    try:
        feed = json.loads(source.text)
    except (ValueError, RecursionError):
        feed = None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Unreachable(
            f"{context.spec.name}: {context.file} is no JSON Feed. Look at its address in a browser, and mend its url "
            "in digest.yaml."
        )
    yield from (Remark(context.file, remark) for remark in source.remarks)
    habits = habits_of(source.text, context.zone, context.locale)
    for number, item in enumerate(feed["items"], 1):
        where = f"{context.file} item {number}"
        if isinstance(item, dict):
            yield from story_of(_row(item, feed, context), where, context, habits)
        else:
            yield Rejected(where, "it is no item")


def _row(item: Mapping[str, Any], feed: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """An item under the names of stories as files."""
    tags = item.get("tags") if isinstance(item.get("tags"), list) else []
    picture = item.get("image") or item.get("banner_image")
    return {
        "id": str(item.get("id") or ""),
        "url": _joined(context, item.get("url") or item.get("external_url") or item.get("id")),
        "title": title_from_html(str(item.get("title") or "")),
        "summary": _summary(item),
        "sections": tags,
        "tags": tags,
        "author": named_people(_people(item) or _people(feed)),
        "published_at": item.get("date_published"),
        "updated_at": item.get("date_modified"),
        "image": _joined(context, picture) if picture else None,
        "language": item.get("language") or feed.get("language"),
        "flags": ["podcast"] if _has_sound(item) else [],
    }


def _summary(item: Mapping[str, Any]) -> str:
    summary = item.get("summary")
    if isinstance(summary, str) and summary.strip():
        return from_html(summary)
    text = item.get("content_text")
    content = text if isinstance(text, str) and text else from_html(str(item.get("content_html") or ""))
    return plain_summary(content, EXCERPT)


def _people(block: Mapping[str, Any]) -> list[str]:
    authors = block.get("authors") if isinstance(block.get("authors"), list) else [block.get("author")]
    return [
        str(author["name"]) for author in authors or () if isinstance(author, dict) and author.get("name")
    ]


def _has_sound(item: Mapping[str, Any]) -> bool:
    attachments = item.get("attachments") if isinstance(item.get("attachments"), list) else []
    return any(
        isinstance(attachment, dict) and str(attachment.get("mime_type")).startswith("audio/")
        for attachment in attachments or ()
    )


def _joined(context: Context, address: Any) -> Any:
    try:
        return urljoin(context.base, address.strip()) if isinstance(address, str) else address
    except ValueError:
        return address
