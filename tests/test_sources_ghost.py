"""Ghost as a source: what a real one answered, replayed; and a real one, where ``tests/ghost.py`` finds it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.app.readings import SourceReport
from digest.model import Story
from tests import ghost
from tests.fakes.server import Call, Server
from tests.test_sources_apis import House

RECORDED = Path(__file__).parent / "fakes" / "ghost.json"
NAMES = (
    "plain",
    "featured",
    "paid",
    "members",
    "updated",
    "deleted",
    "unpublished",
    "moved",
    "draft",
    "scheduled",
)
PUBLIC = {*NAMES} - {"draft", "scheduled"}


class Newsroom:
    """What an editor does in a real Ghost."""

    def __init__(self, site: ghost.Site) -> None:
        self.site, self.ids = site, dict[str, str]()

    def write(self) -> None:
        for one in self.site.ask("GET", "posts/")["posts"]:  # the one it greets with
            self.site.ask("DELETE", f"posts/{one['id']}/")
        for number, name in enumerate(NAMES):
            at = datetime.now(UTC) + (
                timedelta(days=2) if name == "scheduled" else timedelta(hours=-number - 1)
            )
            post = {
                "title": f"The {name} ferry’s <crew> & friends", "slug": name,
                "status": name if name in ("draft", "scheduled") else "published",
                "visibility": name if name in ("paid", "members") else "public", "featured": name == "featured",
                "published_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "custom_excerpt": f"What became of the {name} ferry.",
                "feature_image": "https://quayside.example/quay.jpg", "feature_image_alt": "Boats at the quay",
                "feature_image_caption": "<span>The quay <em>at noon</em></span>", "html": "<p>It left at noon.</p>",
                "tags": [{"name": "Ferries"}, {"name": "#no-ads"}],
            }  # fmt: skip
            made = self.site.ask("POST", "posts/?source=html", {"posts": [post]})
            self.ids[name] = made["posts"][0]["id"]

    def change(self, name: str, **changes: Any) -> None:
        known = self.site.ask("GET", f"posts/{self.ids[name]}/")["posts"][0]
        post = changes | {"updated_at": known["updated_at"]}
        self.site.ask("PUT", f"posts/{self.ids[name]}/", {"posts": [post]})

    def go_on(self) -> None:
        self.change("updated", title="The ferry came back")
        self.change("unpublished", status="draft")
        self.change("moved", slug="moved-away")
        self.change(
            "scheduled", status="published", published_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
        )
        self.site.ask("DELETE", f"posts/{self.ids['deleted']}/")


def slugs(house: House) -> dict[str, Story]:
    return {story.url.rstrip("/").rpartition("/")[2]: story for story in house.stories().values()}


def first(house: House, report: SourceReport) -> dict[str, Story]:
    """What holds after the first reading."""
    assert (report.error, report.new, report.broken) == ("", len(PUBLIC), "")
    stories = slugs(house)
    assert set(stories) == PUBLIC
    plain = stories["plain"]
    assert (plain.title, plain.summary) == (
        "The plain ferry’s <crew> & friends",
        "What became of the plain ferry.",
    )
    assert (plain.sections, plain.tags, plain.flags, plain.author) == (
        ("Ferries",),
        ("Ferries",),
        ("no_ads",),
        "Desk",
    )
    assert plain.image is not None
    assert (plain.image.alt, plain.image.caption) == ("Boats at the quay", "The quay at noon")
    assert plain.published_at is not None
    assert stories["featured"].priority == 5
    assert stories["paid"].flags == stories["members"].flags == ("no_ads", "subscribers_only")
    return stories


def second(house: House, report: SourceReport, before: dict[str, Story]) -> None:
    """What holds after the newsroom went on."""
    assert (report.error, report.withdrawn, report.new) == ("", 2, 1)
    assert set(house.withheld()) == {before[name].id for name in ("deleted", "unpublished")}
    after = slugs(house)
    assert set(after) == PUBLIC - {"moved"} | {"moved-away", "scheduled"}
    assert after["moved-away"].id == before["moved"].id
    assert after["updated"].title == "The ferry came back"
    assert after["updated"].published_at == before["updated"].published_at


class Replay:
    """Answers as a real Ghost did, from the posts it had at a time."""

    def __init__(self, server: Server, recorded: dict[str, Any]) -> None:
        self.recorded, self.posts, self.pages = recorded, recorded["first"], 0
        server.answers["/ghost/api/content/posts/"] = self.answer

    def answer(self, call: Call) -> None:
        query = call.query
        if query.get("key") != self.recorded["key"]:
            refused = self.recorded["unknown key"]
            return call.send(refused["status"], json.dumps(refused["body"]).encode())
        wanted = query.get("filter", "")
        found = self.posts
        if since := re.fullmatch(r"updated_at:>'(\S+) (\S+)'", wanted):
            found = [one for one in found if one["updated_at"] > f"{since[1]}T{since[2]}"]
        elif ids := re.fullmatch(r"id:\[(.*)\]", wanted):
            found = [one for one in found if one["id"] in ids[1].split(",")]
        size, page = int(query["limit"]), int(query.get("page", 1))
        pages = max(1, -(-len(found) // size))
        meta = {"page": page, "limit": size, "pages": pages, "total": len(found), "next": None, "prev": None}
        shown = found[(page - 1) * size : page * size]
        if fields := query.get("fields"):
            shown = [{name: one[name] for name in fields.split(",")} for one in shown]
        self.pages += 1
        return call.send(200, json.dumps({"posts": shown, "meta": {"pagination": meta}}).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))
    return found


def test_what_a_real_ghost_answered(
    tmp_path: Path, server: Server, recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay(server, recorded)
    now = datetime.fromisoformat(recorded["at"])
    house = House(tmp_path, type="ghost", url=server.url, key="${GHOST_TEST_KEY}")
    monkeypatch.setenv("GHOST_TEST_KEY", "0" * 26)
    refused = house.read(now).error
    assert "does not accept the Content API key (401)" in refused
    assert "0" * 26 not in refused
    monkeypatch.setenv("GHOST_TEST_KEY", recorded["key"])
    before = first(house, house.read(now))
    replay.posts = recorded["second"]
    later = now + timedelta(minutes=5)
    second(house, house.read(later), before)
    assert house.read(later).withdrawn == 0
    monkeypatch.setattr("digest.sources.ghost._PER_PAGE", 3)
    other = House(tmp_path / "paged", type="ghost", url=server.url, key="${GHOST_TEST_KEY}")
    replay.posts, replay.pages = recorded["first"], 0
    first(other, other.read(now))
    assert replay.pages == 1 + 3


def test_a_site_that_shows_no_post_at_all_withdraws_none(
    tmp_path: Path, server: Server, recorded: dict[str, Any]
) -> None:
    """It is emptied, or broken, for the moment. What it does not show beside another post is gone."""
    replay = Replay(server, recorded)
    now = datetime.fromisoformat(recorded["at"])
    house = House(tmp_path, type="ghost", url=server.url, key=recorded["key"])
    first(house, house.read(now))
    replay.posts = []
    empty = house.read(now + timedelta(minutes=5))
    assert (empty.error, empty.withdrawn, len(slugs(house))) == ("", 0, len(PUBLIC))
    assert "none of 8 known posts exists; none was withdrawn" in " ".join(empty.remarks)
    assert not house.withheld()
    old = {"id": "f" * 24, "updated_at": "2000-01-01T00:00:00.000+00:00"}
    replay.posts = [recorded["first"][0] | old]
    assert house.read(now + timedelta(minutes=10)).withdrawn == len(PUBLIC)


@pytest.mark.skipif(bool(ghost.missing()), reason=ghost.missing() or "-")
def test_a_real_ghost(tmp_path: Path) -> None:
    """With ``DIGEST_ACCEPT=1`` what it answers is recorded anew."""
    with ghost.running(tmp_path / "site") as site:
        newsroom = Newsroom(site)
        newsroom.write()
        now = datetime.now(UTC)
        house = House(tmp_path / "house", type="ghost", url=site.url, key=site.content_key)
        tape = {
            "key": site.content_key,
            "at": now.isoformat(),
            "unknown key": _refusal(site),
            "first": _all(site),
        }
        before = first(house, house.read(now))
        feed = House(tmp_path / "feed", type="rss", url=f"{site.url}/rss/")
        assert feed.read(now).error == ""
        for slug, story in slugs(feed).items():  # its feed: equal stories, as far as it tells of them
            assert (story.title, story.published_at) == (before[slug].title, before[slug].published_at)
        newsroom.go_on()
        later = datetime.now(UTC) + timedelta(seconds=2)
        tape["second"] = _all(site)
        second(house, house.read(later), before)
        if os.environ.get("DIGEST_ACCEPT"):
            words = json.dumps(_told(tape), ensure_ascii=False, indent=1)
            words = words.replace(site.url, "https://quayside.example").replace(site.content_key, "c" * 26)
            RECORDED.write_text(words + "\n", "utf-8")


def _told(value: Any) -> Any:
    """What was answered, less what it left empty."""
    if isinstance(value, dict):
        return {name: _told(part) for name, part in value.items() if part is not None}
    return [_told(part) for part in value] if isinstance(value, list) else value


def _all(site: ghost.Site) -> Any:
    from urllib.request import urlopen

    address = f"{site.url}/ghost/api/content/posts/?key={site.content_key}&include=tags,authors&limit=all"
    return json.loads(urlopen(address, timeout=60).read())["posts"]


def _refusal(site: ghost.Site) -> dict[str, Any]:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        urlopen(f"{site.url}/ghost/api/content/posts/?key={'0' * 26}", timeout=60)
    except HTTPError as error:
        return {"status": error.code, "body": json.loads(error.read())}
    raise AssertionError
