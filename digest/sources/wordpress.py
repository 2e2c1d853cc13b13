"""WordPress over its REST API: every published post, not only the ten of its feed; and which were withdrawn.

Categories and their parents are sections, tags tags, the featured image the image, sticky posts have priority 5. What
is not public (drafts, scheduled, private and protected posts) never enters. Known posts of the last ``recheck`` are
asked for by their ids; one that is not shown any more is withdrawn.
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
from digest.sources._fields import MANY, NAME, WORD, Unfit, named_people, pixels, web_url
from digest.sources._network import safe
from digest.sources._pictures import chosen, offer
from digest.sources._rest import ACCEPT, TOO_MANY, Pages, data_of, none_withdrawn, with_query
from digest.sources._settings import option

BACK = timedelta(days=14)  # how far a first reading looks back
OVERLAP = timedelta(hours=26)  # of two readings: a clock or a zone may be wrong
EXCERPT = 500  # characters of a summary made from a whole article
_PER_PAGE = 100
_PROTECTED = "it is protected by a password now"
_FLAG = re.compile(r"[a-z]+(?:_[a-z]+)+")
_KINDS = {"gallery": "gallery", "video": "video", "audio": "podcast"}
_UP = re.compile(r"/categories/(\d+)/?$|categories%2F(\d+)$|categories/(\d+)")

Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The REST API answers without a login; one is needed where a plugin closes it."""

    types: tuple[str, ...] = option("the kinds of posts, as the REST API names them", ("posts",))
    user: str = option("a user, for an API that is closed", "")
    password: str = option("an application password of that user, such as `${WP_PASSWORD}`", "")
    recheck: timedelta = option("how far back known posts are looked for again", timedelta(days=7))


def pull(options: Options, context: Context) -> Iterator[Found]:
    """The posts that changed or came since the cursor, and known ones that are gone. Raises ``Unreachable``."""
    site = _Site(options, context)
    yield from site.remarks
    posts: dict[str, Post] = {}
    for type_ in options.types:
        posts |= site.posts(type_)
    names = site.categories() if posts else {}
    for item, post in posts.items():
        yield from _found(item, post, names, context)
    for type_ in options.types:
        yield from site.gone(type_, posts)
    yield from site.cuts()
    yield Cursor(site.cursor(posts.values()))


class _Site:
    """One site, as far as it was read."""

    def __init__(self, options: Options, context: Context) -> None:
        self.options, self.context, self.web = options, context, context.web
        self.remarks: list[Remark] = []
        self.cut: list[str] = []
        self.modified, self.read_at = self._since()
        self.root = self._root()

    def _since(self) -> tuple[datetime, datetime]:
        """From when on posts are asked for: changed, and published."""
        now, first = self.context.now, self.context.now - BACK
        try:
            known = json.loads(self.context.cursor or "{}")
            modified = datetime.fromisoformat(known["modified"])
            read_at = datetime.fromisoformat(known["read"])
            if max(modified, read_at) <= now + timedelta(days=1):
                return modified, read_at
            self.remarks.append(
                Remark(self.context.file, "it was read in the future, by a wrong clock; it is read anew")
            )
        except (ValueError, KeyError, TypeError):
            pass
        return first, first

    def _root(self) -> str:
        """Where the API is: under pretty addresses, or as a parameter."""
        site = self.context.spec.url.rstrip("/")
        type_ = self.options.types[0]
        answer = None
        for root in (f"{site}/wp-json/wp/v2/", f"{site}/?rest_route=/wp/v2/"):
            answer = self.web.ask(with_query(f"{root}{type_}", per_page=1, _fields="id"), accept=ACCEPT)
            if answer.status == 200 and answer.body.lstrip()[:1] == b"[":
                return root
            if answer.status in (401, 403):
                raise self.web.failure(
                    f"the REST API of {safe(site)} is closed ({answer.status}). Name a `user` and an application "
                    "`password`, or read its feed with type: rss."
                )
        status = answer.status if answer else 0
        raise self.web.failure(
            f"{safe(site)} has no REST API of WordPress with {type_} (it answered {status}). Look at its address, or "
            "read its feed with type: rss."
        )

    def posts(self, type_: str) -> dict[str, Post]:
        """The posts since the cursor by ``type:id``: those that were published, and those that were changed."""
        post_of: dict[str, Post] = {}
        questions = (
            {"after": _moment(self.read_at - OVERLAP), "orderby": "date", "order": "desc"},
            {
                "modified_after": _moment(self.modified - timedelta(seconds=1)),
                "orderby": "modified",
                "order": "asc",
            },
        )
        for question in questions:
            pages = Pages(self.web, list)
            for page, _ in pages.read(f"{self.root}{type_}", _embed=1, per_page=_PER_PAGE, **question):
                post_of |= {
                    f"{type_}:{post['id']}": post for post in page if isinstance(post, dict) and "id" in post
                }
            if pages.cut:
                self.cut.append(pages.cut)
        return post_of

    def categories(self) -> dict[int, tuple[str, int]]:
        """The names and the parents of categories by id; empty where the site does not tell."""
        pages, name_and_parent = Pages(self.web, list), dict[int, tuple[str, int]]()
        try:
            for page, _ in pages.read(f"{self.root}categories", per_page=_PER_PAGE, _fields="id,name,parent"):
                for category in page:
                    if isinstance(category, dict) and isinstance(category.get("id"), int):
                        name_and_parent[category["id"]] = (
                            str(category.get("name") or ""),
                            int(category.get("parent") or 0),
                        )
        except (Unreachable, ValueError, TypeError):
            self.cut.append("the parents of its categories did not come")
        return name_and_parent

    def gone(self, type_: str, posts: Mapping[str, Post]) -> Iterator[Found]:
        """Known posts that the site does not show any more."""
        ids = [item.partition(":")[2] for item in self.context.items if item.startswith(f"{type_}:")]
        asked = [id for id in ids if f"{type_}:{id}" not in posts and id.isdecimal()]
        shown: dict[str, bool] = {}
        try:
            for start in range(0, len(asked), _PER_PAGE):
                part = asked[start : start + _PER_PAGE]
                url = with_query(
                    f"{self.root}{type_}",
                    include=",".join(part),
                    per_page=_PER_PAGE,
                    _fields="id,excerpt,content",
                )
                for post in data_of(self.web, self.web.get(url, accept=ACCEPT), list):
                    if isinstance(post, dict):
                        shown[str(post.get("id"))] = not _protected(post)
            doubtful = (
                asked and not shown and not posts and (len(asked) >= TOO_MANY or not self._shows_any(type_))
            )
        except Unreachable as error:
            self.cut.append(f"whether known posts are still there was not learnt ({error})")
            return
        if doubtful:
            yield Remark(self.context.file, none_withdrawn(len(asked)))
            return
        for id in asked:
            if not shown.get(id, False):
                hidden = f"{self.context.spec.name} does not show it any more"
                reason = _PROTECTED if id in shown else hidden
                yield Withdrawn(f"{type_}:{id}", reason)

    def _shows_any(self, type_: str) -> bool:
        """Whether it shows any post at all: one that does not is emptied, or has no posts to tell of just now."""
        address = with_query(f"{self.root}{type_}", per_page=1, _fields="id")
        return bool(data_of(self.web, self.web.get(address, accept=ACCEPT), list))

    def cuts(self) -> Iterator[Found]:
        for cut in self.cut:
            yield Remark(self.context.file, f"it was read in part: {cut}", broken=True)

    def cursor(self, posts: Iterable[Post]) -> str:
        """Up to where it was read: the latest change seen, and now. What was cut is asked for again."""
        changes = [at for post in posts if (at := _time(post, "modified", UTC))]
        modified = min(max([self.modified, *changes]), self.context.now)
        read_at = self.read_at if self.cut else self.context.now
        return json.dumps({"modified": modified.isoformat(), "read": read_at.isoformat()})


def _found(item: str, post: Post, names: Mapping[int, tuple[str, int]], context: Context) -> Iterator[Found]:
    if post.get("status", "publish") != "publish":
        return
    if _protected(post):
        yield Withdrawn(item, _PROTECTED)
        return
    try:
        story = _story(post, names, context)
    except Unfit as unfit:
        yield Rejected(f"{context.file} {item}", str(unfit))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        yield Rejected(f"{context.file} {item}", f"it is no post ({type(error).__name__})")
    else:
        yield Item(story.url, item)
        yield story


def _story(post: Post, names: Mapping[int, tuple[str, int]], context: Context) -> Story:
    title = plain_title(from_html(_rendered(post, "title")))
    if not title:
        raise Unfit("it has no title")
    url = web_url(post.get("link"))
    embedded = post.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    terms = [term for group in embedded.get("wp:term") or () for term in group if isinstance(term, dict)]
    sections, tags = _sections(terms, names), _names(terms, "post_tag")
    guid = plain_title(from_html(_rendered(post, "guid")), NAME + 1)
    flags = [name for name in (*sections, *tags) if _FLAG.fullmatch(name)]
    kind = _KINDS.get(str(post.get("format")))
    return Story(
        id=guid if 0 < len(guid) <= NAME else story_id(url),
        url=url,
        title=title,
        summary=_summary(post),
        sections=sections,
        source=context.spec.name,
        author=named_people(_people(embedded)),
        published_at=_time(post, "date", context.zone),
        updated_at=_time(post, "modified", context.zone),
        image=_image(embedded),
        tags=tags,
        flags=tuple(dict.fromkeys([*flags, *([kind] if kind else [])])),
        priority=5.0 if post.get("sticky") is True else 0.0,
        first_seen=context.now,
    )


def _people(embedded: Mapping[str, Any]) -> list[str]:
    return [
        str(author.get("name") or "") for author in embedded.get("author") or () if isinstance(author, dict)
    ]


def _protected(post: Post) -> bool:
    parts = (post.get("excerpt"), post.get("content"))
    return any(isinstance(part, dict) and part.get("protected") is True for part in parts)


def _rendered(post: Post, name: str) -> str:
    part = post.get(name)
    value = part.get("rendered") if isinstance(part, dict) else part
    return value if isinstance(value, str) else ""


def _summary(post: Post) -> str:
    excerpt = plain_summary(from_html(_rendered(post, "excerpt")))
    return excerpt or plain_summary(from_html(_rendered(post, "content")), EXCERPT)


def _names(terms: Iterable[Mapping[str, Any]], taxonomy: str) -> tuple[str, ...]:
    names = (
        plain_title(from_html(str(term.get("name") or "")), WORD)
        for term in terms
        if term.get("taxonomy") == taxonomy
    )
    return tuple(dict.fromkeys(name for name in names if name))[:MANY]


def _sections(terms: Iterable[Mapping[str, Any]], names: Mapping[int, tuple[str, int]]) -> tuple[str, ...]:
    """The categories of a post, then their parents."""
    own = [term for term in terms if term.get("taxonomy") == "category"]
    above: dict[str, None] = {}
    for term in own:
        seen, id = {term.get("id")}, names.get(term.get("id", 0), ("", 0))[1]
        while id in names and id not in seen:
            seen.add(id)
            above[plain_title(from_html(names[id][0]), WORD)] = None
            id = names[id][1]
    return tuple(dict.fromkeys(name for name in (*_names(own, "category"), *above) if name))[:MANY]


def _image(embedded: Mapping[str, Any]) -> Image | None:
    media = next((file for file in embedded.get("wp:featuredmedia") or () if isinstance(file, dict)), {})
    details = media.get("media_details")
    details = details if isinstance(details, dict) else {}
    original = {
        "source_url": media.get("source_url"),
        "width": details.get("width"),
        "height": details.get("height"),
    }
    caption = _rendered(media, "caption")
    sizes = details.get("sizes")
    renditions = [original, *(sizes.values() if isinstance(sizes, dict) else ())]
    return chosen(
        offer(
            rendition.get("source_url"), width=rendition.get("width"), height=rendition.get("height"),
            mime=rendition.get("mime_type") or media.get("mime_type"), alt=media.get("alt_text"), caption=caption,
            of="it",
        )
        for rendition in renditions
        if isinstance(rendition, dict) and _is_whole(rendition, original)
    )  # fmt: skip


def _is_whole(rendition: Mapping[str, Any], original: Mapping[str, Any]) -> bool:
    """Whether a rendition shows all of the picture, and is not cut to another shape."""
    sides = [
        pixels(side)
        for side in (rendition.get("width"), rendition.get("height"), original["width"], original["height"])
    ]
    width, height, of, by = (side or 0 for side in sides)
    return not all(sides) or abs(width * by - of * height) * 50 <= of * height


def _time(post: Post, name: str, zone: Any) -> datetime | None:
    """A time of a post in UTC: of Greenwich where the site gives it, else of the publication's zone."""
    for field, its in ((f"{name}_gmt", UTC), (name, zone)):
        try:
            at = datetime.fromisoformat(str(post.get(field)))
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=its)).astimezone(UTC)
    return None


def _moment(at: datetime) -> str:
    """With its Z: without it WordPress reads the time in the site's zone."""
    return max(at, datetime(1990, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
