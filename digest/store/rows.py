"""The model's values as rows and back. Empty lists and mappings are empty text: most are, and reading them is free."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from digest.model import Image, Mark, RunAd, RunStory, Story

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NO_POPULARITY: Mapping[str, float] = MappingProxyType({})
# columns whose values make up a story's content, in the order of the hash
_TEXTS = ("title", "summary", "source", "author", "language")
_TIMES = ("published_at", "updated_at", "embargo_until", "expires_at")
EXCERPT = 600  # characters of a summary that are kept to recognise another telling
_BETWEEN = "\x1f"  # between titles, which hold no control characters


def listed(values: tuple[str, ...]) -> str:
    """A tuple of texts as one text."""
    return _encode(values) if values else ""


@lru_cache(1024)  # a house has few sections, and every story names one
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


# what is compared with a story that comes in
KNOWN_FIELDS = ("number", "key", "id", "content", "source", "title", "published_at", "first_seen")


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


MARK_FIELDS = ("story", "action", "edition", "section", "date", "until", "note", "by", "at")


def mark_of(row: Sequence[Any]) -> Mark:
    """A decision from the columns :data:`MARK_FIELDS`."""
    return Mark(**dict(zip(MARK_FIELDS, row, strict=True)))


def mark_row(mark: Mark) -> dict[str, Any]:
    """The columns of a decision."""
    return {name: getattr(mark, name) for name in MARK_FIELDS}


# the columns of an issue that are kept as they are, in the order of reading
ISSUE_FIELDS = (
    "edition", "date", "revision", "sequence", "window_start", "window_end", "first_built_at", "built_at",
    "expected_sends",
)  # fmt: skip

# of a story that ran; edition and date come before them
RUN_FIELDS = (
    "section", "position", "also", "story", "url", "title", "summary", "source", "language", "published_at",
    "first_seen",
)  # fmt: skip


def run_row(issue: int, ran: RunStory) -> dict[str, Any]:
    """The columns of a story that ran in the issue of that number."""
    story = ran.story
    return {
        "issue": issue,
        "section": ran.section,
        "position": ran.position,
        "also": listed(ran.also),
        "story": story.id,
        "url": story.url,
        "title": story.title,
        "summary": story.summary[:EXCERPT],
        "source": story.source,
        "language": story.language,
        "published_at": story.published_at,
        "first_seen": story.first_seen,
    }


def run_of(row: Sequence[Any]) -> RunStory:
    """A story that ran, from its edition, its date and the columns :data:`RUN_FIELDS`."""
    (
        edition, day, section, position, also, id, url, title, summary, source, language, published_at, first_seen,
    ) = row  # fmt: skip
    story = Story(
        id=id,
        url=url,
        title=title,
        summary=summary,
        source=source,
        language=language,
        published_at=published_at,
        first_seen=first_seen,
    )
    return RunStory(
        edition=edition, date=day, story=story, section=section, position=position, also=unlisted(also)
    )


# of an ad that ran; edition, sequence, expected and delivered sends come before them
AD_FIELDS = (
    "date", "line_item", "creative", "advertiser", "tier", "slot", "gap", "section", "neighbours",
)  # fmt: skip


def ad_row(issue: int, ad: RunAd) -> dict[str, Any]:
    """The columns of an ad that ran in the issue of that number."""
    row = {name: getattr(ad, name) for name in AD_FIELDS}
    return row | {"issue": issue, "neighbours": _BETWEEN.join(ad.neighbours)}


def ad_of(row: Sequence[Any]) -> RunAd:
    """An ad that ran; by place, as stories are: a house ad may have run for ten years."""
    (
        edition, sequence, expected, delivered, day, line_item, creative, advertiser, tier, slot, gap, section,
        neighbours,
    ) = row  # fmt: skip
    return RunAd(
        edition=edition,
        date=day,
        line_item=line_item,
        creative=creative,
        advertiser=advertiser,
        tier=tier,
        slot=slot,
        gap=gap,
        section=section,
        sends=expected if delivered is None else delivered,
        delivered=delivered is not None,
        neighbours=tuple(neighbours.split(_BETWEEN)) if neighbours else (),
        sequence=sequence,
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
