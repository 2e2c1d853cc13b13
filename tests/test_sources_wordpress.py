"""A real WordPress, read through its REST API, its feed and its database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from digest.model import Story
from tests.test_sources_apis import House
from tests.wordpress import Site, missing, running

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")
QUERY = """SELECT p.guid AS id, concat('{url}/', p.post_name, '/') AS url, p.post_title AS title,
p.post_excerpt AS summary, 'Ferries' AS section, u.display_name AS author, p.post_date_gmt AS published_at
FROM wp_posts p JOIN wp_users u ON u.ID = p.post_author
WHERE p.post_type = 'post' AND p.post_status = 'publish' AND p.post_password = ''"""
PUBLIC = {"plain", "sticky", "updated", "trashed", "deleted", "unpublished", "moved", "bumped", "hidden"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with TemporaryDirectory(prefix="digest-wp-") as folder, running(Path(folder)) as found:
        yield found


def slugs(house: House) -> dict[str, Story]:
    return {story.url.rstrip("/").rpartition("/")[2]: story for story in house.stories().values()}


def test_a_real_wordpress(tmp_path: Path, site: Site) -> None:
    """One after the other: the site is slow to make."""
    house = House(tmp_path / "rest", type="wordpress", url=site.url)
    now = datetime.now(UTC)
    assert house.read(now).error == ""
    rest = slugs(house)
    assert set(rest) == PUBLIC
    assert rest["sticky"].priority == 5
    assert rest["plain"].sections == ("Ferries", "News")
    assert rest["plain"].image is not None
    assert (rest["plain"].image.width, rest["plain"].image.alt) == (1500, "Boats at the quay")

    feed = House(tmp_path / "feed", type="rss", url=f"{site.url}/?feed=rss2")
    assert feed.read(now).error == ""
    _same(rest, {slug: story for slug, story in slugs(feed).items() if slug != "protected"})
    if find_spec("pymysql"):
        query = QUERY.format(url=site.url).replace("\n", " ")
        sql = House(tmp_path / "sql", type="sql", url=site.database, query=query)
        assert sql.read(now).error == ""
        assert {
            slug: story.published_at.replace(tzinfo=None)
            for slug, story in slugs(sql).items()
            if story.published_at
        }
        assert {slug: story.url for slug, story in slugs(sql).items()} == {
            slug: s.url for slug, s in rest.items()
        }

    site.php("later.php")
    report = house.read(datetime.now(UTC))
    assert (report.error, report.withdrawn, report.new) == ("", 4, 1)
    ids = {rest[slug].id for slug in ("trashed", "deleted", "unpublished", "hidden")}
    assert set(house.withheld()) == ids
    later = slugs(house)
    assert set(later) == PUBLIC - {"moved"} | {"moved-away", "scheduled"}
    assert later["moved-away"].id == rest["moved"].id
    assert later["updated"].title == "The ferry came back"
    assert later["bumped"].published_at == rest["bumped"].published_at


def _same(one: dict[str, Story], other: dict[str, Story]) -> None:
    """Equal stories, as far as a feed tells of them."""
    assert set(one) == set(other)
    for slug, story in one.items():
        its = other[slug]
        assert (story.id, story.url, story.title, story.summary) == (its.id, its.url, its.title, its.summary)
        assert (story.author, story.published_at) == (its.author, its.published_at)
        assert set(story.tags) <= set(its.tags)
