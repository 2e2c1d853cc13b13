"""Stories as rows and back. Empty lists and mappings are empty text: most are, and reading them is free."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from digest.model import Image, Story

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NO_POPULARITY: Mapping[str, float] = MappingProxyType({})
# columns whose values make up a story's content, in the order of the hash
_TEXTS = ("title", "summary", "source", "author", "language")
_TIMES = ("published_at", "updated_at", "embargo_until", "expires_at")


def listed(values: tuple[str, ...]) -> str:
    """A tuple of texts as one text."""
    return _encode(values) if values else ""


def unlisted(text: str) -> tuple[str, ...]:
    """The inverse of :func:`listed`."""
    return tuple(json.loads(text)) if text else ()


def row_of(story: Story, key: str) -> dict[str, Any]:
    """The columns of a story but for its id; ``key`` stands for its canonical URL.

    ``content`` changes when anything but the id and ``first_seen`` does.
    """
    row: dict[str, Any] = {name: getattr(story, name) for name in (*_TEXTS, *_TIMES)}
    row["sections"] = listed(story.sections)
    row["tags"] = listed(story.tags)
    row["flags"] = listed(story.flags)
    row["image"] = _image_text(story.image)
    row["popularity"] = _encode(dict(sorted(story.popularity.items()))) if story.popularity else ""
    row["priority"] = float(story.priority)
    row["content"] = _hash(key, tuple(row.values()))
    row["key"] = key
    row["url"] = story.url
    return row


def times_of(story: Story) -> dict[str, Any]:
    """The columns that depend on when a story was first seen."""
    return {
        "first_seen": story.first_seen,
        "runs_from": story.time,
        "embargoed_from": (story.published_at or story.first_seen) if story.embargo_until else None,
    }


# the columns of :func:`story_of`, in its order
FIELDS = (
    "id", "url", "title", "summary", "sections", "source", "author", "published_at", "updated_at", "image",
    "popularity", "tags", "flags", "priority", "embargo_until", "expires_at", "language", "first_seen",
)  # fmt: skip


def story_of(row: Sequence[Any]) -> Story:
    """A story from the columns :data:`FIELDS`; by place, since rows by name cost as much as all the rest."""
    (
        id, url, title, summary, sections, source, author, published_at, updated_at, image,
        popularity, tags, flags, priority, embargo_until, expires_at, language, first_seen,
    ) = row  # fmt: skip
    return Story(
        id=id,
        url=url,
        title=title,
        summary=summary,
        sections=unlisted(sections),
        source=source,
        author=author,
        published_at=published_at,
        updated_at=updated_at,
        image=_image(image),
        popularity=MappingProxyType(json.loads(popularity)) if popularity else _NO_POPULARITY,
        tags=unlisted(tags),
        flags=unlisted(flags),
        priority=priority,
        embargo_until=embargo_until,
        expires_at=expires_at,
        language=language,
        first_seen=first_seen,
    )


def _hash(key: str, values: tuple[Any, ...]) -> int:
    """64 bits, signed; the same in every process."""
    text = repr((key, values)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def _image_text(image: Image | None) -> str:
    if image is None:
        return ""
    return _encode([image.url, image.width, image.height, image.alt])


def _image(text: str) -> Image | None:
    if not text:
        return None
    url, width, height, alt = json.loads(text)
    return Image(url=url, width=width, height=height, alt=alt)
