"""Stories as rows and back. Empty lists and mappings are empty text: most are, and reading them is free."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from digest.model import Image, Story
from digest.model.urls import canonical_url, url_key

_NO_POPULARITY: Mapping[str, float] = MappingProxyType({})
# columns whose values make up a story's content, in the order of the hash
_TEXTS = ("title", "summary", "source", "author", "language")
_TIMES = ("published_at", "updated_at", "embargo_until", "expires_at")


def listed(values: tuple[str, ...]) -> str:
    """A tuple of texts as one text."""
    return json.dumps(values, ensure_ascii=False) if values else ""


def unlisted(text: str) -> tuple[str, ...]:
    """The inverse of :func:`listed`."""
    return tuple(json.loads(text)) if text else ()


def row_of(story: Story) -> dict[str, Any]:
    """The columns of a story but for its id; ``content`` changes when anything a reader could see does."""
    row: dict[str, Any] = {name: getattr(story, name) for name in (*_TEXTS, *_TIMES)}
    row["sections"] = listed(story.sections)
    row["tags"] = listed(story.tags)
    row["flags"] = listed(story.flags)
    row["image"] = _image_text(story.image)
    row["popularity"] = json.dumps(dict(story.popularity), sort_keys=True) if story.popularity else ""
    row["priority"] = float(story.priority)
    row["content"] = _hash(canonical_url(story.url), tuple(row.values()))
    row["key"] = url_key(story.url)
    row["url"] = story.url
    return row


def times_of(story: Story) -> dict[str, Any]:
    """The columns that depend on when a story was first seen."""
    return {
        "first_seen": story.first_seen,
        "runs_from": story.time,
        "dated_at": story.published_at or story.first_seen,
    }


def story_of(row: Any) -> Story:
    """A story from a row of ``digest_stories``."""
    return Story(
        id=row.id,
        url=row.url,
        title=row.title,
        summary=row.summary,
        sections=unlisted(row.sections),
        source=row.source,
        author=row.author,
        published_at=row.published_at,
        updated_at=row.updated_at,
        image=_image(row.image),
        popularity=MappingProxyType(json.loads(row.popularity)) if row.popularity else _NO_POPULARITY,
        tags=unlisted(row.tags),
        flags=unlisted(row.flags),
        priority=row.priority,
        embargo_until=row.embargo_until,
        expires_at=row.expires_at,
        language=row.language,
        first_seen=row.first_seen,
    )


def _hash(url: str, values: tuple[Any, ...]) -> int:
    """64 bits, signed; the same in every process."""
    text = repr((url, values)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def _image_text(image: Image | None) -> str:
    if image is None:
        return ""
    return json.dumps([image.url, image.width, image.height, image.alt], ensure_ascii=False)


def _image(text: str) -> Image | None:
    if not text:
        return None
    url, width, height, alt = json.loads(text)
    return Image(url=url, width=width, height=height, alt=alt)
