"""Stories as sources may bring them: every script, hostile text, strange times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from digest.model import Image, Story
from digest.model.text import plain_summary, plain_title
from digest.model.urls import story_id

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
SECTIONS = ("Local News", "US", "Business", "Health", "Finance", "Crime", "Entertainment")
SOURCES = ("newsfinale", "riverside-post", "the-bay-wire")

# text as it comes from outside: control characters, markup, merge tags, direction marks, emoji
raw_text = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<script>alert(1)</script>Storm nears coast",
            "Mayor's budget\r\nBcc: all@example.com",
            "Council \u202eetov\u202c on schools",
            "Family 👨\u200d👩\u200d👧 wins ❤\ufe0f",
            "{{ UnsubscribeURL }} *|UNSUB|* {% raw %} %recipient.key%",
            "مدينة صغيرة تفوز",
            "東京で大雪",
            "AT&amp;T\x00 and [brackets]",
        ]
    ),
)
titles = raw_text.map(plain_title).filter(bool)
summaries = raw_text.map(plain_summary)
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
urls = st.builds(
    "{}://{}.example/{}{}".format,
    st.sampled_from(["https", "http", "HTTPS"]),
    words.map(lambda word: word.strip("-") or "news"),
    words,
    st.sampled_from(["", "?id=1", "?utm_source=rss&id=2", "#top", "?a=%20b"]),
)
times = st.datetimes(
    min_value=datetime(2026, 1, 10),  # noqa: DTZ001
    max_value=datetime(2026, 2, 5),  # noqa: DTZ001
    timezones=st.just(UTC),
)
any_times = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
images = st.builds(
    Image,
    url=urls,
    width=st.none() | st.integers(1, 4000),
    height=st.none() | st.integers(1, 4000),
    alt=titles,
)
popularity = st.dictionaries(
    st.sampled_from(["views", "shares", "comments"]), st.floats(0, 1e9, allow_nan=False), max_size=3
)


def stories(**given: Any) -> st.SearchStrategy[Story]:
    """Any story that a source may hand on; ``given`` fixes or replaces strategies of fields by name."""
    fields: dict[str, Any] = {
        "url": urls,
        "title": titles,
        "summary": summaries,
        "sections": st.lists(st.sampled_from(SECTIONS), max_size=3, unique=True).map(tuple),
        "source": st.sampled_from(SOURCES),
        "author": titles | st.just(""),
        "published_at": st.none() | times,
        "updated_at": st.none() | times,
        "image": st.none() | images,
        "popularity": popularity,
        "tags": st.lists(words, max_size=3, unique=True).map(tuple),
        "flags": st.lists(st.sampled_from(["no_ads", "sensitive", "sponsored"]), max_size=2, unique=True).map(
            tuple
        ),
        "priority": st.sampled_from([0.0, 1.0, 5.0, 10.0]),
        "embargo_until": st.none() | times,
        "expires_at": st.none() | times,
        "language": st.sampled_from(["", "en", "ar", "ja"]),
        "first_seen": times,
    }
    for name, value in given.items():
        fields[name] = value if isinstance(value, st.SearchStrategy) else st.just(value)
    if "id" not in fields:
        return st.fixed_dictionaries(fields).map(lambda values: Story(id=story_id(values["url"]), **values))
    return st.builds(Story, **fields)


def newsfeeds(max_size: int = 20, **given: Any) -> st.SearchStrategy[list[Story]]:
    """Stories with distinct ids and addresses."""
    return st.lists(
        stories(**given), max_size=max_size, unique_by=(lambda s: s.id, lambda s: story_id(s.url))
    )
