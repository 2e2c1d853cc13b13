"""The briefing: every word of a creative, blocks of the newsroom's own, pictures in their boxes, cleaned words."""

from __future__ import annotations

import html as html_module
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from digest import model as m
from digest.render import (
    RenderRequest,
    cleanup,
    load_theme,
    pictures,
    problems,
    remarks,
    render,
    without_data,
)
from digest.render.boxes import boxes
from digest.render.richtext import plain
from tests.strategies import render as make

SAMPLES = Path(__file__).parents[1] / "samples" / "pictures"
THEMES = ("lively", "broadsheet", "bulletin")
WORDS = {
    "headline": "Zebra headline",
    "body": "Walrus body.",
    "cta": "Quokka button",
    "text": "Ocelot text",
    "alt": "Ibis",
}


def request_of(room: m.Newsroom, lineup: m.Lineup, plan: m.Plan) -> RenderRequest:
    return RenderRequest(
        newsroom=room, edition=room.editions[0], day=make.DAY, lineup=lineup, plan=plan,
        theme=load_theme(room, room.root / "cache"),
    )  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("slot", ["top_banner", "section_header", "in_stream", "footer"])
@pytest.mark.parametrize("image", ["", "https://ads.example/x.png"])
def test_every_word_of_a_creative_appears(tmp_path: Path, theme: str, slot: str, image: str) -> None:
    given = (
        {**WORDS, "image": image, "size": "600x150"}
        if image
        else {k: v for k, v in WORDS.items() if k != "alt"}
    )
    creative = m.Creative(id="native", url="https://ads.example/", **given)  # type: ignore[arg-type]
    book = replace(
        make.BOOK, line_items=(m.LineItem(id="aquafresh", advertiser="gleammour", creatives=(creative,)),)
    )
    room = replace(make.newsroom(tmp_path, theme=theme), ads=book)
    gap = {"top_banner": 0, "section_header": 0, "in_stream": 1, "footer": 3}[slot]
    issue = render(request_of(room, make.lineup(3), make.plan(make.placed(slot, gap))))
    html, text = html_module.unescape(issue.html.decode()), issue.text.decode()
    for name in WORDS if image else given:
        assert WORDS[name] in html, name
        assert name == "alt" or WORDS[name] in text, name
    assert "Gleammour" in html
    assert "Gleammour" in text


def test_blocks_of_the_newsroom_print_their_data(tmp_path: Path) -> None:
    (tmp_path / "quote.json").write_text(json.dumps({"text": "<b>{{ x }}</b>", "who": "A"}), "utf-8")
    block = m.CustomBlock(name="q", position="after_section: a", template="quote.j2", data="quote.json")
    gone = replace(block, name="gone", data="missing.json")
    room = replace(make.newsroom(tmp_path), blocks=(block, gone))
    issue = render(request_of(room, make.lineup(2, 2), make.plan()))
    assert issue.html.count(b"&lt;b&gt;&#123;&#123; x }}&lt;/b&gt;") == 1
    assert issue.html.index(b"&lt;b&gt;") < issue.html.index(b"Section B</h2>")
    assert issue.text.count(b'"<b>{{ x }}</b>"') == 1


def test_a_block_without_its_template_or_its_data_is_told(tmp_path: Path) -> None:
    block = m.CustomBlock(name="q", position="before_footer", template="quot.j2", data="quote.json")
    room = replace(make.newsroom(tmp_path), blocks=(block,))
    (problem,) = problems(room)
    assert str(problem) == (
        'templates/blocks/quot.j2:1:1: this template is not there, and block `q` names it. Did you mean "quote"?'
    )
    good = replace(room, blocks=(replace(block, template="quote.j2", editions=("weekly",)),))
    assert problems(good) == ()
    assert "block `q`: quote.json is not there; issues go without it until it is there." in remarks(good)
    assert without_data(good, "daily") == ()
    assert without_data(good, "weekly") == ("block `q`: quote.json is not there",)


def test_a_note_has_bold_and_links_and_nothing_else(tmp_path: Path) -> None:
    note = "Hello **there**, see [the map](https://news.example/map).\n\n<script>[x](javascript:1)"
    issue = render(replace(request_of(make.newsroom(tmp_path), make.lineup(2), make.plan()), note=note))
    assert b"<strong>there</strong>" in issue.html
    assert re.search(rb'href="https://news\.example/map"[^>]*>the map</a>', issue.html)
    assert b"<script" not in issue.html
    assert b'href="javascript' not in issue.html
    assert b"see the map (https://news.example/map)." in issue.text
    assert plain(note).startswith("Hello there, see the map (https://news.example/map).")


BOX = (
    '<table><tr><td style="padding:0 24px"><img src="{{ story.image.src }}"><table><tr><td><p>x</p></td>'
    '<td width="20"></td><td width="132"><img src="{{ story.thumb.src }}"></td></tr></table></td></tr></table>'
)


def test_the_width_of_a_box_is_read_from_the_block() -> None:
    assert boxes(BOX) == {"image": 552, "thumb": 132}
    assert boxes(BOX.replace("0 24px", "4px 10px 4px 30px").replace('width="132"', 'style="border:2px solid"')) == {
        "image": 560, "thumb": 536,
    }  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_no_picture_is_wider_than_the_sheet_between_its_margins(tmp_path: Path, theme: str) -> None:
    room = make.newsroom(tmp_path, theme=theme)
    issue = render(
        request_of(room, make.lineup(4, 5), make.plan(make.placed("top_banner", 0, creative="banner")))
    )
    widths = [int(width) for width in re.findall(rb'<img[^>]* width="(\d+)"', issue.html)]
    assert widths
    assert max(widths) <= 552


@pytest.mark.parametrize(
    ("title", "source", "shown"),
    [
        ("Rates rise - The New York Times", "New York Times", "Rates rise"),
        ("Rates rise | Reuters", "reuters.com", "Rates rise"),
        ("Rates rise - Reuters", "Harbor Post", "Rates rise - Reuters"),
        ("Rates rise - TheHill", "The Hill", "Rates rise"),
        ("Rates rise – Harbor News", "Harbor", "Rates rise"),
        ("Rates rise - FOX 29 Philadelphia", "FOX 29 News Philadelphia", "Rates rise"),
        ("Rates rise - The Pier", "Pier Online", "Rates rise"),
        ("Rates rise | thepier.co.uk", "The Pier", "Rates rise"),
        ("Rates rise - harbors", "Harbor Post", "Rates rise - harbors"),
        ("Rates rise - News", "Online", "Rates rise - News"),
    ],
)
def test_a_title_loses_its_own_source(title: str, source: str, shown: str) -> None:
    assert cleanup.title(title, source) == shown


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("Article URL: https://a.example Comments URL: https://b.example Points: 4", ""),
        ("https://a.example/story", ""),
        ("Rain is coming", ""),  # the title again
        (
            "Dr. Brandt said on Monday that rain is coming. Continue reading",
            "Dr. Brandt said on Monday that rain is coming.",
        ),
        ("Read more about Rain is coming on Pierside", ""),
        ("Watch It Live: https://a.example/e/subscribe_nowSubscribe to us: https://b.example/", ""),
        (
            "The harbor closed on Monday, and nobody minded.Subscribe to us: https://b.example/ and more. Much more.",
            "The harbor closed on Monday, and nobody minded.",
        ),
        (
            "The mayor will buy more umbrellas, the Post reported https://b.example/x on Tuesday, citing a source.",
            "The mayor will buy more umbrellas, the Post reported on Tuesday, citing a source.",
        ),
        (
            "The harbor closed on Monday. To read all of it, click here. Thanks.",
            "The harbor closed on Monday. To read all of it, click here. Thanks.",
        ),
        (
            "The harbor closed on Monday. To receive the full story each morning, click here.",
            "The harbor closed on Monday.",
        ),
        (
            "The mayor will not sign up to such a plan, he said.",
            "The mayor will not sign up to such a plan, he said.",
        ),
        (
            "This story was first published by the Post. The harbor closed on Monday.",
            "The harbor closed on Monday.",
        ),
        (
            "Advertisement A film that came out on Monday asks where the rain goes.",
            "A film that came out on Monday asks where the rain goes.",
        ),
        (
            'The firm <a href="https://a.example/" target="_blank">(PFE.N)</a> said &quot;yes&quot; to more rain.',
            'The firm (PFE.N) said "yes" to more rain.',
        ),
        (
            "The post Rain appeared on Monday in the harbor. The post Rain is coming appeared first on Pier .",
            "The post Rain appeared on Monday in the harbor.",
        ),
        (
            "Rain is coming to the harbor on Monday, said the mayor, and nobody is to go out.",
            "Rain is coming to the harbor on Monday, said the mayor, and nobody is to go out.",
        ),
        ("‘Rain is coming’. Boats stay in the harbor.", "Boats stay in the harbor."),
        ("5 < 6, and the harbor is <b> for that.", "5 < 6, and the harbor is <b> for that."),
        ("x" * 50 + ". " + "y" * 300, None),
    ],
)
def test_what_is_no_summary_is_dropped(summary: str, shown: str | None) -> None:
    shortened = cleanup.summary(summary, "Rain is coming")
    assert len(shortened) <= cleanup.SUMMARY
    if shown is not None:
        assert shortened == shown


def test_what_was_changed_is_told(tmp_path: Path) -> None:
    look = m.Look(colors={"accent": "#ffe066"})
    logo = m.Logo(url="logo.svg", width=100, height=20)
    room = make.newsroom(tmp_path)
    room = replace(room, look=look, publication=replace(room.publication, logo=logo))
    assert "look.colors.accent: words are" in "\n".join(remarks(room))
    assert "is a svg picture" in str(next(pictures.faults(room)))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("disclosure", "label"),
    [("", "From The Harbor Times"), ("From our readers’ club", "From our readers’ club")],
)
def test_a_house_ad_says_who_we_are_or_what_its_booking_says(
    tmp_path: Path, theme: str, disclosure: str, label: str
) -> None:
    house = m.LineItem(id="advertise-here", tier="house", creatives=(make.HOUSE,), disclosure=disclosure)
    room = replace(make.newsroom(tmp_path, theme=theme), ads=replace(make.BOOK, line_items=(house,)))
    plan = make.plan(make.placed("in_stream", 2, item="advertise-here"))
    issue = render(request_of(room, make.lineup(4), plan))
    html, text = html_module.unescape(issue.html.decode()), issue.text.decode()
    block = html.split('data-line-item="advertise-here"')[1].split("data-story")[0]
    assert block.count(label) == text.count(label) == 1
    assert "Advertisement" not in html + text


def test_a_theme_without_values_of_its_own_has_the_common_ones(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "themes" / "mine"
    folder.mkdir(parents=True)
    (folder / "theme.css").write_text(".mine { color: var(--ink); }\n")
    issue = render(request_of(make.newsroom(tmp_path, theme="mine"), make.lineup(4), make.plan()))
    assert b"data-story" in issue.html


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Police in Senatobia, Miss., met. Then they left.", "Police in Senatobia, Miss., met."),
        (
            "The officers of Senatobia, Miss. said nothing. It rained.",
            "The officers of Senatobia, Miss. said nothing.",
        ),
        ("It opens at 10 a.m. on Friday. Bring a coat.", "It opens at 10 a.m. on Friday."),
        ("She was ill. He was not.", "She was ill."),
    ],
)
def test_a_state_in_short_ends_no_sentence(text: str, first: str) -> None:
    assert cleanup.first_sentence(text)[0] == first


@pytest.mark.parametrize(
    ("disclosure", "shown"), [("Paid for by Gleammour", 1), ("Paid for by a Gleammourist", 2)]
)
def test_an_advertiser_is_named_once(tmp_path: Path, disclosure: str, shown: int) -> None:
    item = m.LineItem(id="aquafresh", advertiser="gleammour", creatives=(make.NATIVE,), disclosure=disclosure)
    room = replace(make.newsroom(tmp_path), ads=replace(make.BOOK, line_items=(item,)))
    issue = render(request_of(room, make.lineup(3), make.plan(make.placed("in_stream", 1))))
    label = re.search(r'<p class="label"[^>]*>(.*?)</p>', issue.html.decode().split("data-line-item")[1])
    assert label
    assert label[1].count("Gleammour") == shown
    assert issue.text.decode().count("Gleammour") == shown


def test_an_advertisers_logo_is_no_poster(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "gold-bars.jpg", tmp_path / "logo.jpg")
    creative = replace(make.NATIVE, logo="logo.jpg")
    item = m.LineItem(id="aquafresh", advertiser="gleammour", creatives=(creative,))
    room = replace(make.newsroom(tmp_path), ads=replace(make.BOOK, line_items=(item,)))
    issue = render(request_of(room, make.lineup(3), make.plan(make.placed("in_stream", 1))))
    block = issue.html.decode().split("data-line-item")[1].split("data-story")[0]
    assert re.findall(r'width="(\d+)" height="(\d+)" alt="Gleammour"', block) == [("113", "64")]


def test_a_postal_address_keeps_its_order_among_arabic(tmp_path: Path) -> None:
    room = make.newsroom(tmp_path)
    brand = replace(room.publication, locale="ar_EG", address="100 Main St, Jacksonville")
    issue = render(request_of(replace(room, publication=brand), make.lineup(3), make.plan()))
    assert "\u2068100 Main St, Jacksonville\u2069" in issue.html.decode()
