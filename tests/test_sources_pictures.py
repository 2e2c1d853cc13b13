"""What a source offers of pictures is chosen as a picture editor would; what is said of it reaches the reader."""

from __future__ import annotations

import html as html_module
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest import model as m
from digest.model import Image, SourceSpec, Story
from digest.render import RenderRequest, load_theme, render
from digest.sources import Context, ghost, rss, sitemap, wordpress
from digest.sources._network import Answer
from digest.sources._pictures import chosen, images_in, offer
from digest.store import open_store
from tests.newsrooms import DIGEST, PUBLICATION, newsroom, story
from tests.strategies import render as make

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
HEAD = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def context() -> Context:
    spec = SourceSpec(name="harbor", type="rss", url="https://harbor.example/feed")
    return Context(spec=spec, now=NOW, zone=ZoneInfo("UTC"), file="feed", base=spec.url)


def item(inner: str) -> Image | None:
    """The picture of a feed's item."""
    text = f"<rss version='2.0' {HEAD}><channel><item><title>T</title><link>/1</link>{inner}</item></channel></rss>"
    (found,) = (it for it in rss.parse(text.encode(), context()) if isinstance(it, Story))
    return found.image


def media(name: str, width: int = 0, height: int = 0, inner: str = "", **more: str) -> str:
    sizes = (f' width="{width}"' if width else "") + (f' height="{height}"' if height else "")
    rest = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<media:content url="https://pics.example/{name}" medium="image"{sizes}{rest}>{inner}</media:content>'


def content(html: str) -> str:
    return f"<content:encoded><![CDATA[{html}]]></content:encoded>"


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        # the rendition nearest to what is shown, never the original of 6,000 pixels
        (media("o.jpg", 6000, 4000) + media("l.jpg", 1024, 683) + media("s.jpg", 150, 100), "l.jpg"),
        (media("6000.jpg", 6000) + media("620.jpg", 620) + media("140.jpg", 140), "620.jpg"),
        (media("p.jpg?w=3000", 3000, 2000) + media("p.jpg?w=1200", 1200, 800), "p.jpg?w=1200"),
        # the first photograph, not the next one because of its size
        (media("mayor.jpg", 2400, 1600) + media("bridge.jpg", 1104, 900), "mayor.jpg"),
        (media("mayor.jpg", 900, 600) + media("chosen.jpg", 900, 400, isDefault="true"), "chosen.jpg"),
        # a thumbnail only where there is no more
        ('<media:thumbnail url="https://pics.example/t.jpg" width="75" height="75"/>'
         + content('<p><img src="https://pics.example/big.jpg"></p>'), "big.jpg"),
        ('<media:thumbnail url="https://pics.example/t.jpg" width="150" height="100"/>', "t.jpg"),
        # kinds that mail programs show
        (media("a.webp", 1200, 800) + media("a.jpg", 800, 533), "a.jpg"),
        (media("a.jpg?format=webp", 1200, 800) + media("b.png", 640, 400), "b.png"),
        (media("a", 1200, 800, type="image/avif") + media("b", 800, 533, type="image/jpeg"), "b"),
        (media("only.webp", 1200, 800), "only.webp"),  # for an image service; a mail does without
        # no photographs
        (content('<img src="https://s.w.org/images/core/emoji/14/72x72/1f600.png">'), None),
        (content('<img src="https://pics.example/icons/share.png"><img src="https://pics.example/pier.jpg">'), "pier.jpg"),  # noqa: E501
        (content('<img src="https://pics.example/track/1x1.gif"><img src="https://pics.example/p-40x40.jpg">'), None),
        (media("column.jpg", 300, 1200) + media("pier.jpg", 900, 600), "pier.jpg"),
        # in an article
        (content('<img src="data:image/gif;base64,R0" data-src="https://pics.example/lazy.jpg" width="800">'), "lazy.jpg"),  # noqa: E501
        (content('<img src="https://pics.example/x.jpg" srcset="https://pics.example/x-300x200.jpg 300w, '
                 'https://pics.example/x-1024x683.jpg 1024w, https://pics.example/x-2048x1365.jpg 2048w">'),
         "x-1024x683.jpg"),
        ('<itunes:image href="https://pics.example/cover.jpg"/>', "cover.jpg"),
    ],
)  # fmt: skip
def test_the_picture_that_is_chosen(inner: str, name: str | None) -> None:
    found = item(inner)
    assert (found and found.url.removeprefix("https://pics.example/")) == name


@pytest.mark.parametrize(
    ("feed", "url"),
    [
        ('<entry xml:base="https://x.example/a/"><content type="html">&lt;img src="p.jpg"&gt;</content>', "https://x.example/a/p.jpg"),
        ('<entry><content type="html" xml:base="/deep/">&lt;img src="p.jpg"&gt;</content>', "https://base.example/deep/p.jpg"),
        ('<entry><summary type="html" xml:base="https://y.example/">&lt;img src="p.jpg"&gt;</summary>', "https://y.example/p.jpg"),
        ('<entry><content type="html">&lt;img src="p.jpg"&gt;</content>', "https://base.example/f/p.jpg"),
        ('<entry><link rel="enclosure" type="image/jpeg" href="p.jpg"/>', "https://base.example/f/p.jpg"),
    ],
)  # fmt: skip
def test_short_addresses_are_completed_by_the_nearest_base(feed: str, url: str) -> None:
    text = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/f/">{feed}
    <title>T</title><link href="https://harbor.example/1"/></entry></feed>"""
    (found,) = (it for it in rss.parse(text.encode(), context()) if isinstance(it, Story))
    assert found.image is not None
    assert found.image.url == url


DESCRIBED = (
    "<media:description>The pier &amp;amp; its &lt;b&gt;boats&lt;/b&gt;</media:description>"
    "<media:credit role='photographer'>Ida Wharf</media:credit>"
)


@pytest.mark.parametrize(
    ("inner", "caption", "credit"),
    [
        (media("a.jpg", 900, 600, DESCRIBED), "The pier & its boats", "Ida Wharf"),
        (f"<media:group>{media('a.jpg', 900, 600)}{DESCRIBED}</media:group>", "The pier & its boats", "Ida Wharf"),
        # each picture has its own words
        (media("s.jpg", 90, 60, "<media:description>Other</media:description>") + media("a.jpg", 900, 500, DESCRIBED),
         "The pier & its boats", "Ida Wharf"),
        (media("a.jpg", 900, 600) + media("s.jpg", 90, 60, DESCRIBED), "", ""),
        (media("a.jpg", 900, 600, "<media:description><![CDATA[<p>A \"pier\" & more</p>]]></media:description>"
               "<media:credit>A</media:credit><media:credit>B</media:credit><media:credit>A</media:credit>"),
         'A "pier" & more', "A, B"),
        (media("a.jpg", 900, 600, "<media:description>The pier. Photo: Ida Wharf</media:description><media:credit>Ida Wharf</media:credit>"),  # noqa: E501
         "The pier. Photo: Ida Wharf", ""),
        (f"<media:group>{media('a.jpg', 900, 600)}<media:description>{'A film about it. ' * 60}</media:description></media:group>",  # noqa: E501
         "", ""),
        (content('<figure><img src="/p.jpg" alt="Pier"><figcaption class="x">By <i>night</i></figcaption></figure>'),
         "By night", ""),
        (content('<div class="wp-caption"><img src="/p.jpg"><p class="wp-caption-text" id="c">By night</p></div>'), "By night", ""),  # noqa: E501
        (content('<figure><img src="/p.jpg"></figure><figure><video></video><figcaption>Film</figcaption></figure>'), "", ""),  # noqa: E501
    ],
)  # fmt: skip
def test_caption_and_credit_come_along(inner: str, caption: str, credit: str) -> None:
    found = item(inner)
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)


def test_unclosed_pictures_are_read_in_no_time() -> None:
    assert item('<media:content url="https://pics.example/a.jpg" medium="image">' * 20_000) is not None


def test_of_wordpress_a_whole_rendition_and_its_caption() -> None:
    sizes: dict[str, Any] = {
        "thumbnail": {"source_url": "https://w.example/t.jpg", "width": 150, "height": 150},
        "square": {"source_url": "https://w.example/sq.jpg", "width": 1104, "height": 1104},
        "large": {"source_url": "https://w.example/l.jpg", "width": 1024, "height": 683},
        "2048x2048": {"source_url": "https://w.example/xl.jpg", "width": 2048, "height": 1365},
    }
    embedded = {
        "wp:featuredmedia": [
            {
                "source_url": "https://w.example/o.jpg", "alt_text": "Pier", "mime_type": "image/jpeg",
                "caption": {"rendered": "<p>The pier &#8217;26</p>\n"},
                "media_details": {"width": 6000, "height": 4000, "sizes": sizes},
            }
        ]
    }  # fmt: skip
    image = wordpress._image(embedded)
    assert image == Image(
        url="https://w.example/l.jpg", width=1024, height=683, alt="Pier", caption="The pier ’26"
    )
    sizes.clear()
    image = wordpress._image(embedded)
    assert image is not None
    assert image.url == "https://w.example/o.jpg"


def test_of_ghost_and_a_sitemap() -> None:
    post = {
        "feature_image": "https://g.example/p.jpg", "feature_image_alt": "Pier",
        "feature_image_caption": "<span>Photo by <a href='x'>Ida Wharf</a></span>",
    }  # fmt: skip
    assert ghost._image(post) == Image(
        url="https://g.example/p.jpg", alt="Pier", caption="Photo by Ida Wharf"
    )
    text = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
    xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
    <url><loc>https://s.example/1</loc><news:news><news:title>T</news:title></news:news>
    <image:image><image:loc>https://s.example/p.jpg</image:loc><image:caption>By night</image:caption></image:image>
    </url></urlset>"""
    (found,) = sitemap._map(Answer(200, text.encode(), {}, "https://s.example/m.xml"), context(), depth=1)
    assert isinstance(found, Story)
    assert found.image == Image(url="https://s.example/p.jpg", alt="By night", caption="By night")


def test_the_store_keeps_the_words_of_a_picture_and_old_rows_stay_as_they_were(tmp_path: Path) -> None:
    plain = make.story(1, image=True)
    assert plain.image is not None
    told = replace(
        make.story(2), image=Image(url="https://n.example/p.jpg", caption="By night", credit="Ida Wharf")
    )
    with open_store(f"sqlite:///{tmp_path}/s.db", PUBLICATION) as store:
        store.upsert((plain, told), NOW)
        assert {one.id: one.image for one in store.search()} == {"s1": plain.image, "s2": told.image}
        assert store.upsert((plain, told), NOW).unchanged == 2
    (row,) = (r for r in _rows(tmp_path / "s.db") if "1.jpg" in r)
    assert len(json.loads(row)) == 4


def _rows(path: Path) -> list[str]:
    import sqlite3

    with sqlite3.connect(path) as database:
        return [row[0] for row in database.execute("SELECT image FROM digest_stories")]


@pytest.mark.parametrize("theme", ["lively", "broadsheet", "bulletin"])
def test_caption_and_credit_stand_below_the_lead(tmp_path: Path, theme: str) -> None:
    room = make.newsroom(tmp_path, theme=theme)
    lineup = make.lineup(3)
    first = lineup.sections[0].entries[0]
    long = "The pier at night, seen from the ferry. " * 9
    image = Image(
        url="https://n.example/p.jpg", width=1200, height=800, alt=long, caption=long, credit="Ida Wharf/HP"
    )
    entries = (replace(first, story=replace(first.story, image=image)), *lineup.sections[0].entries[1:])
    lineup = m.Lineup(sections=(replace(lineup.sections[0], entries=entries),))
    issue = render(
        RenderRequest(
            newsroom=room, edition=room.editions[0], day=make.DAY, lineup=lineup, plan=m.Plan(),
            theme=load_theme(room, tmp_path / "cache"),
        )
    )  # fmt: skip
    html = html_module.unescape(issue.html.decode())
    assert "seen from the ferry. Ida Wharf/HP</p>" in html
    assert html.count("The pier at night") < 6  # not the alternative text, too


def test_check_and_ingest_tell_of_pictures_that_mails_do_not_show(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    now = datetime.now(UTC).isoformat()
    rows = [story(n, published_at=now, image=f"https://n.example/{n}.webp") for n in range(3)]
    rows += [
        story(3, published_at=now, image="pictures/gone.jpg"),
        story(4, published_at=now, image="../../etc/x.jpg"),
    ]
    rows += [
        story(5, published_at=now, image={"url": "https://n.example/5.jpg", "caption": "C", "credit": "D"})
    ]
    room.stories(rows)
    read = room.run("ingest")
    assert "its picture is webp, which mail programs do not show" in read.err
    assert 'image "../../etc/x.jpg" was left out' in read.err
    told = room.run("check").err
    assert "3 of 5 recent pictures of stories are webp" in told
    assert "story s3: pictures/gone.jpg is not there; the picture is left out." in told
    room.write("digest.yaml", DIGEST + 'images: {resize: "https://cdn.example/{width}x{height}/{url}"}\n')
    room.stories([*rows, story(6, published_at=now, image="https://n.example/6.webp")])
    assert "webp" not in room.run("ingest").err + room.run("check").err


def test_a_picture_file_of_the_newsroom_runs_with_its_story(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    (room.root / "pictures").mkdir()
    sample = Path(__file__).parents[1] / "samples"
    file = next(sample.rglob("*.jpg"))
    (room.root / "pictures" / "pier.jpg").write_bytes(file.read_bytes())
    room.stories([story(n, image="pictures/pier.jpg" if n == 0 else None) for n in range(6)])
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    (name,) = (name for name in room.files() if name.startswith("images/"))
    assert room.files()[name] == file.read_bytes()


def test_any_words_are_an_offer_or_none() -> None:
    addresses: tuple[object, ...] = (
        None,
        7,
        "",
        "//",
        "http://[",
        "javascript:alert(1)",
        "data:image/png,x",
        [],
    )
    for address in addresses:
        assert offer(address) is None
    assert chosen([None]) is None
    assert list(images_in("<img src=x")) == []
