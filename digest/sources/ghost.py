"""Ghost over its Content API: every published post; and which were withdrawn.

Tags are sections and tags; internal ones (``#no_ads``) are flags. Posts for paying or signed-in readers have the flag
``subscribers_only``. Known posts of the last ``recheck`` are asked for by their ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.errors import Unreachable
from digest.model import Image, Rejected, Story
from digest.model.text import from_html, plain_summary, plain_title
from digest.model.urls import story_id
from digest.sources import Context, Cursor, Found, Item, Remark, Withdrawn
from digest.sources._fields import MANY, NAME, WORD, Unfit, named_people, web_url
from digest.sources._network import safe
from digest.sources._pictures import chosen, offer
from digest.sources._rest import ACCEPT, TOO_MANY, Pages, data_of, none_withdrawn, with_query
from digest.sources._settings import option

BACK = timedelta(days=14)  # how far a first reading looks back
EXCERPT = 500  # characters of a summary made from a whole article
_PER_PAGE = 50
_IDS = 40  # in one question: they stand in the address

Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A Content API key is made under Settings > Integrations of the site."""

    key: str = option("the Content API key, a secret: `${GHOST_KEY}`")
    recheck: timedelta = option("how far back known posts are looked for again", timedelta(days=7))


def pull(options: Options, context: Context) -> Iterator[Found]:
    """The posts that changed since the cursor, and known ones that are gone. Raises ``Unreachable``."""
    site = context.spec.url.rstrip("/")
    api = f"{site}/ghost/api/content/posts/"
    since, remark = _since(context)
    if remark:
        yield Remark(context.file, remark)
    _open(api, options, context)
    pages, posts = Pages(context.web, dict), dict[str, Post]()
    changed = f"updated_at:>'{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"
    for page, _ in pages.read(
        api, key=options.key, include="tags,authors", limit=_PER_PAGE, order="updated_at asc", filter=changed
    ):
        for post in _posts(context, page):
            if isinstance(post, dict) and isinstance(post.get("id"), str):
                posts[post["id"]] = post
    for post in posts.values():
        yield from _found(post, context)
    yield from _gone(api, options, context, posts)
    if pages.cut:
        yield Remark(context.file, f"it was read in part: {pages.cut}", broken=True)
    yield Cursor(_cursor(since, posts.values(), context))


def _open(api: str, options: Options, context: Context) -> None:
    """Raises ``Unreachable`` with a cure where the API is not open to this key."""
    answer = context.web.ask(with_query(api, key=options.key, limit=1, fields="id"), accept=ACCEPT)
    if answer.status in (401, 403):
        raise context.web.failure(f"{safe(api)} does not accept the Content API key ({answer.status}).")
    if answer.status == 404:
        raise context.web.failure(
            f"{safe(api)} is not there (404): it is no Ghost, or its address is another."
        )
    if answer.status != 200:
        raise context.web.refusal(answer)
    _posts(context, data_of(context.web, answer, dict))


def _posts(context: Context, data: Mapping[str, Any]) -> list[Any]:
    """The posts of an answer. Raises ``Unreachable`` for one that has none: it is not the API's."""
    posts = data.get("posts")
    if not isinstance(posts, list):
        raise context.web.failure(
            "it answered with something else than posts; it is no Ghost, or an error page."
        )
    return posts


def _since(context: Context) -> tuple[datetime, str]:
    first = context.now - BACK
    try:
        known = datetime.fromisoformat(json.loads(context.cursor or "{}")["updated"])
    except (ValueError, KeyError, TypeError):
        return first, ""
    if known > context.now + timedelta(days=1):
        return first, "it was read in the future, by a wrong clock; it is read anew"
    return known - timedelta(seconds=1), ""


def _cursor(since: datetime, posts: Iterable[Post], context: Context) -> str:
    changes = [at for post in posts if (at := _time(post, "updated_at"))]
    return json.dumps({"updated": min(max([since, *changes]), context.now).isoformat()})


def _gone(api: str, options: Options, context: Context, posts: Mapping[str, Post]) -> Iterator[Found]:
    """Known posts that the site does not show any more."""
    asked = [id for id in context.items if id not in posts and re.fullmatch(r"[0-9a-f]{24}", id)]
    shown: set[str] = set()
    try:
        for start in range(0, len(asked), _IDS):
            wanted = f"id:[{','.join(asked[start : start + _IDS])}]"
            url = with_query(api, key=options.key, fields="id", limit=_IDS, filter=wanted)
            data = data_of(context.web, context.web.get(url, accept=ACCEPT), dict)
            shown |= {str(post.get("id")) for post in _posts(context, data) if isinstance(post, dict)}
        doubtful = asked and not shown and not posts
        if doubtful and len(asked) < TOO_MANY:  # they may be gone indeed, if it shows any other
            url = with_query(api, key=options.key, fields="id", limit=1)
            doubtful = not _posts(context, data_of(context.web, context.web.get(url, accept=ACCEPT), dict))
    except Unreachable as error:
        yield Remark(
            context.file, f"whether known posts are still there was not learnt ({error})", broken=True
        )
        return
    if doubtful:
        yield Remark(context.file, none_withdrawn(len(asked)))
        return
    yield from (
        Withdrawn(id, f"{context.spec.name} does not show it any more") for id in asked if id not in shown
    )


def _found(post: Post, context: Context) -> Iterator[Found]:
    where = f"{context.file} {post['id']}"
    try:
        story = _story(post, context)
    except Unfit as unfit:
        yield Rejected(where, str(unfit))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        yield Rejected(where, f"it is no post ({type(error).__name__})")
    else:
        yield Item(story.url, post["id"])
        yield story


def _story(post: Post, context: Context) -> Story:
    title = plain_title(str(post.get("title") or ""))
    if not title:
        raise Unfit("it has no title")
    url = web_url(post.get("url"))
    tags = [tag for tag in post.get("tags") or () if isinstance(tag, dict)]
    names = tuple(
        dict.fromkeys(plain_title(str(t.get("name") or ""), WORD) for t in tags if not _internal(t))
    )[:MANY]
    flags = [re.sub(r"[\s-]+", "_", str(t.get("name"))[1:].strip().lower()) for t in tags if _internal(t)]
    if str(post.get("visibility") or "public") != "public":
        flags.append("subscribers_only")
    return Story(
        id=post["id"] if len(post["id"]) <= NAME else story_id(url),
        url=url,
        title=title,
        summary=_summary(post),
        sections=tuple(name for name in names if name),
        source=context.spec.name,
        author=named_people(
            str(author.get("name") or "") for author in post.get("authors") or () if isinstance(author, dict)
        ),
        published_at=_time(post, "published_at"),
        updated_at=_time(post, "updated_at"),
        image=_image(post),
        tags=tuple(name for name in names if name),
        flags=tuple(dict.fromkeys(flag for flag in flags if flag)),
        priority=5.0 if post.get("featured") is True else 0.0,
        first_seen=context.now,
    )


def _internal(tag: Mapping[str, Any]) -> bool:
    return tag.get("visibility") == "internal" or str(tag.get("name") or "").startswith("#")


def _summary(post: Post) -> str:
    excerpt = post.get("custom_excerpt") or post.get("excerpt")
    if isinstance(excerpt, str) and excerpt.strip():
        return plain_summary(excerpt, EXCERPT)
    return plain_summary(from_html(str(post.get("html") or "")), EXCERPT)


def _image(post: Post) -> Image | None:
    picture = offer(
        post.get("feature_image"),
        alt=post.get("feature_image_alt"),
        caption=post.get("feature_image_caption"),
    )
    return chosen([picture])


def _time(post: Post, name: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(post.get(name)))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
