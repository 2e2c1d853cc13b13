"""A real WordPress, read through its REST API, its feed and its database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from digest.model import Story
from digest.model.text import from_html, plain_title
from tests.test_sources_apis import House
from tests.wordpress import Site, missing, running

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")
QUERY = """SELECT p.guid AS id, concat('{url}/', p.post_name, '/') AS url, p.post_title AS title,
p.post_excerpt AS summary, 'Ferries' AS section, u.display_name AS author,
concat(p.post_date_gmt, 'Z') AS published_at, concat(p.post_modified_gmt, 'Z') AS updated_at
FROM wp_posts p JOIN wp_users u ON u.ID = p.post_author
WHERE p.post_type = 'post' AND p.post_status = 'publish' AND p.post_password = '' AND
concat(p.post_modified_gmt, 'Z') >= :since"""
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
    assert rest["plain"].image.caption == "The quay at noon"
    assert (rest["plain"].image.width, rest["plain"].image.alt) == (1024, "Boats at the quay")

    feed = House(tmp_path / "feed", type="rss", url=f"{site.url}/?feed=rss2")
    report = feed.read(now)
    assert report.error == ""
    told = slugs(feed)
    assert [one.why for one in report.rejected] == ["it is protected by a password"]
    _same(rest, told)
    sql = House(
        tmp_path / "sql", type="sql", url=site.database, query=QUERY.format(url=site.url).replace("\n", " ")
    )
    assert sql.read(now).error == ""
    _same(rest, slugs(sql))

    site.php("later.php")
    later = datetime.now(UTC)
    report = house.read(later)
    assert (report.error, report.withdrawn, report.new) == ("", 4, 1)
    gone = {"trashed", "deleted", "unpublished", "hidden"}
    assert set(house.withheld()) == {rest[slug].id for slug in gone}
    for other, known in ((house, rest), (feed, told), (sql, rest)):
        if other is not house:  # neither a feed nor a query can tell that a post is gone
            report = other.read(later)
            assert (report.error, report.withdrawn) == ("", 0)
            assert other.withheld() == {}
        found = slugs(other)
        assert set(found) == PUBLIC - {"moved"} | {"moved-away", "scheduled"}
        assert found["moved-away"].id == known["moved"].id
        assert plain(found["updated"]) == "The ferry came back"
        assert found["bumped"].published_at == known["bumped"].published_at


def plain(story: Story) -> str:
    """A title without HTML and curled quotes: a database has it as it was typed."""
    return plain_title(from_html(story.title)).translate({ord("“"): '"', ord("”"): '"'})


def _same(one: dict[str, Story], other: dict[str, Story]) -> None:
    """Equal stories, as far as the other tells of them."""
    assert set(one) == set(other)
    for slug, story in one.items():
        its = other[slug]
        assert (story.id, story.url, plain(story)) == (its.id, its.url, plain(its))
        assert (story.summary, story.author, story.published_at) == (
            its.summary,
            its.author,
            its.published_at,
        )
        assert not its.tags or set(story.tags) <= set(its.tags)
