"""An issue is the join of its blocks, and the join is what inlining the whole document gives."""

from __future__ import annotations

import html as html_module
import random
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from digest import model as m
from digest.render import RenderRequest, Theme, load_theme, render
from digest.render.budget import moving
from digest.render.compiler import StyleSheets, examined, inlined, parts_of
from digest.render.folding import folded
from digest.render.inliner import inlined_document, small
from digest.render.issue import fragments, renderer_of
from digest.render.loader import collect
from digest.render.templating import environment, html_gate
from digest.render.values import Verbatim
from digest.render.views import views_of
from tests.examples import examples
from tests.strategies import render as make

THEMES = ("lively", "broadsheet", "bulletin")
ADS = make.plan(
    make.placed("top_banner", 0, creative="banner"),
    make.placed("section_header", 4),
    make.placed("in_stream", 6),
    make.placed("footer", 9, item="advertise-here"),
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("themes")


def request_of(
    cache: Path,
    lineup: m.Lineup,
    plan: m.Plan = ADS,
    *,
    theme: str = "lively",
    mailer: str = "plain",
    **changes: object,
) -> RenderRequest:
    newsroom = make.newsroom(cache, theme=theme, mailer=mailer)
    newsroom = replace(newsroom, **changes)  # type: ignore[arg-type]
    ready: Theme = load_theme(newsroom, cache)
    return RenderRequest(
        newsroom=newsroom, edition=newsroom.editions[0], day=make.DAY, lineup=lineup, plan=plan, theme=ready
    )


def sheet_of(request: RenderRequest) -> StyleSheets:
    newsroom = request.newsroom
    return examined(newsroom, collect(newsroom.root, newsroom.look.theme))[0]


def whole(request: RenderRequest) -> str:
    """The issue printed from templates that were never inlined, as one document with nothing inlined."""
    newsroom = request.newsroom
    files = collect(newsroom.root, newsroom.look.theme)
    parts = parts_of(files)
    renderer = renderer_of(request, views_of(newsroom, request.edition, request.day))
    jinja = environment(html_gate(renderer.views.dialect))
    printed = []
    for name in _named(request):
        template = jinja.from_string(parts[name[0]]["html"].text)
        printed.append(template.render({**renderer.common["html"], **name[1]}))
    frame = jinja.from_string(files["issue.html.j2"].text)
    common = {**renderer.common["html"], "styles": Verbatim(""), "blocks": Verbatim("\n".join(printed))}
    sheet = sheet_of(request)
    return inlined_document(frame.render(common), sheet.inlined, sheet.kept)


def _named(request: RenderRequest) -> list[tuple[str, Mapping[str, object]]]:
    """The blocks of an issue with the values they print."""
    return [(block.kind, block.context) for block in fragments(request)]


def tree(html: str) -> list[tuple[str, dict[str, str], str, str]]:
    """Every element with its attributes and text, entities decoded and white space collapsed."""
    body = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    root = etree.fromstring(body.encode(), etree.HTMLParser(encoding="utf-8"))
    return [
        (str(e.tag), dict(e.attrib), " ".join((e.text or "").split()), " ".join((e.tail or "").split()))
        for e in root.iter()
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_the_join_equals_inlining_the_whole_document(cache: Path, theme: str) -> None:
    request = request_of(cache, make.lineup(4, 5), theme=theme)
    joined = render(request).html.decode()
    assert tree(joined) == tree(whole(request))


@examples(12)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    images=st.booleans(),
    theme=st.sampled_from(THEMES),
)
def test_the_join_equals_the_whole_for_any_lineup(
    cache: Path, sizes: list[int], images: bool, theme: str
) -> None:
    ads = make.plan(make.placed("top_banner", 0, creative="banner"), make.placed("footer", sum(sizes)))
    request = request_of(cache, make.lineup(*sizes, images=images), ads, theme=theme)
    assert tree(render(request).html.decode()) == tree(whole(request))


@pytest.mark.parametrize("theme", THEMES)
def test_a_whole_document_with_another_style_is_told_apart(cache: Path, theme: str) -> None:
    request = request_of(cache, make.lineup(4, 5), theme=theme)
    assert tree(render(request).html.decode()) != tree(
        whole(request).replace("overflow:hidden", "overflow:clip")
    )


def styles_of(html: str) -> list[tuple[str, dict[str, str]]]:
    body = re.sub(r"<!--.*?-->", "", re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL), flags=re.DOTALL)
    root = etree.fromstring(body.encode(), etree.HTMLParser(encoding="utf-8"))
    return [(str(e.tag), _declared(e.attrib.get("style", ""))) for e in root.iter() if e.tag != "tbody"]


def _declared(style: str) -> dict[str, str]:
    """Longhand order does not matter, nor the spelling of strings, spaces and zeros."""
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    plain = {k.strip(): re.sub(r"\s*,\s*", ",", v.strip().replace('"', "'")) for k, _, v in pairs}
    return {
        k: re.sub(r"(?<![\d.])\.(\d)", r"0.\1", re.sub(r"\b0\.(\d)", r".\1", v)) for k, v in plain.items()
    }


@pytest.mark.parametrize("theme", THEMES)
def test_css_inline_agrees(cache: Path, theme: str) -> None:
    import css_inline

    request = request_of(cache, make.lineup(4, 5), theme=theme)
    newsroom = request.newsroom
    files = collect(newsroom.root, theme)
    sheet = sheet_of(request)
    renderer = renderer_of(request, views_of(newsroom, request.edition, request.day))
    jinja = environment(html_gate(renderer.views.dialect))
    parts = parts_of(files)
    printed = [
        jinja.from_string(parts[n]["html"].text).render({**renderer.common["html"], **v})
        for n, v in _named(request)
    ]
    common = {**renderer.common["html"], "blocks": Verbatim("\n".join(printed)), "styles": Verbatim("")}
    raw = jinja.from_string(files["issue.html.j2"].text).render(common)
    oracle = css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=sheet.inlined).inline(raw)
    assert styles_of(render(request).html.decode()) == styles_of(oracle)


@pytest.mark.parametrize("theme", THEMES)
def test_blocks_compile_to_the_same_bytes_in_any_order(cache: Path, theme: str) -> None:
    request = request_of(cache, make.lineup(1), make.plan(), theme=theme)
    files = collect(cache, theme)
    sheet = sheet_of(request)
    parts = parts_of(files)
    first = inlined(files, parts, sheet)
    for seed in range(4):
        names = list(parts)
        random.Random(seed).shuffle(names)
        assert inlined(files, {name: parts[name] for name in names}, sheet) == first


def test_an_ad_without_an_opening_is_a_defect_and_never_lost(cache: Path) -> None:
    with pytest.raises(ValueError, match="no opening"):
        render(request_of(cache, make.lineup(3, 6), make.plan(make.placed("section_header", 4))))


def test_every_fragment_ends_in_a_newline_and_the_issue_is_their_join(cache: Path) -> None:
    request = request_of(cache, make.lineup(4, 5))
    parts = fragments(request)
    assert all(part.html.endswith(b"\n") for part in parts)
    assert b"".join(part.html for part in parts) in render(request).html


def marks(html: bytes) -> list[str]:
    """Stories, ads and headings in reading order."""
    matches = re.findall(rb'data-story="([^"]*)"|data-line-item="([^"]*)"|<h2[^>]*>([^<]*)<', html)
    return [b"".join(groups).decode() for groups in matches]


def test_reading_order_at_one_gap(cache: Path) -> None:
    ads = make.plan(
        make.placed("top_banner", 0, creative="banner"),
        make.placed("section_header", 0),
        make.placed("section_header", 2),
        make.placed("section_foot", 2, item="advertise-here"),
        make.placed("in_stream", 2, creative="banner"),
        make.placed("footer", 3, item="advertise-here"),
        make.placed("section_foot", 3),
    )
    assert marks(render(request_of(cache, make.lineup(2, 1), ads)).html) == [
        "aquafresh", "Section A", "aquafresh", "s1", "s2", "advertise-here", "aquafresh", "Section B", "aquafresh",
        "s3", "aquafresh", "advertise-here",
    ]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_every_ad_carries_its_marks_and_its_label_in_both_parts(cache: Path, theme: str) -> None:
    request = request_of(cache, make.lineup(4, 5), theme=theme)
    issue = render(request)
    assert re.findall(rb'data-line-item="([^"]+)" data-creative="([^"]+)"', issue.html) == [
        (b"aquafresh", b"banner"), (b"aquafresh", b"native"), (b"aquafresh", b"native"),
        (b"advertise-here", b"advertise"),
    ]  # fmt: skip
    assert issue.html.count(b"Advertisement") == issue.text.count(b"Advertisement") == 3
    assert issue.html.count(b"From The Harbor Times") == issue.text.count(b"From The Harbor Times") == 1


def test_the_label_is_the_policys_word(cache: Path) -> None:
    book = replace(make.BOOK, policy=m.Policy(disclosure="Anuncio & <pagado>"))
    issue = render(request_of(cache, make.lineup(4, 5), ads=book))
    assert issue.html.count(b"Anuncio &amp; &lt;pagado&gt;") == 3
    assert issue.text.decode().count("Anuncio & <pagado>") == 3


@pytest.mark.parametrize("theme", THEMES)
def test_both_parts_say_who_sends_and_how_to_leave(cache: Path, theme: str) -> None:
    issue = render(request_of(cache, make.lineup(3), make.plan(), theme=theme))
    for part in (issue.html.decode(), issue.text.decode()):
        assert "1 Pier Road, Port" in part
        assert "Unsubscribe" in part
        assert "mailto:news@news.example" in part


@pytest.mark.parametrize("theme", THEMES)
def test_the_skeleton_of_a_mail(cache: Path, theme: str) -> None:
    html = render(request_of(cache, make.lineup(4, 5), theme=theme)).html.decode()
    assert html.startswith("<!DOCTYPE html>\n<html")
    assert len(re.findall("<h1", html)) == 1
    assert 'role="article" aria-roledescription="email"' in html
    tables = re.findall(r"<table[^>]*>", html)
    assert tables
    assert all(
        'role="presentation"' in table and 'cellpadding="0"' in table and 'border="0"' in table
        for table in tables
    )
    images = re.findall(r"<img[^>]*>", html)
    assert images
    assert all(re.search(r'width="\d+".*height="\d+".*alt="', image) for image in images)
    assert not re.search(r"#[0-9a-f]{3}\b(?![0-9a-f])", html)
    assert sum(len(style) for style in re.findall(r"<style>(.*?)</style>", html, re.DOTALL)) <= 16_384
    assert '<!--[if mso]><table role="presentation" width="600"' in html
    assert "prefers-color-scheme:dark" in html
    assert "!important" in html
    assert "[data-ogsc]" in html
    assert max(len(line) for line in html.encode().split(b"\n")) <= 998


@given(
    title=make.words, summary=make.words, mailer=st.sampled_from(["plain", "listmonk", "mailchimp", "ghost"])
)
def test_story_words_are_never_markup(cache: Path, title: str, summary: str, mailer: str) -> None:
    title = f"x{title}"
    lineup = make.with_title(make.lineup(1), title, summary)
    request = request_of(cache, lineup, make.plan(), mailer=mailer)
    html = render(request).html.decode()
    block = next(part.html.decode() for part in fragments(request) if part.story)
    assert "{" not in re.sub(r'(style|href)="[^"]*"|<!--.*?-->', "", block, flags=re.DOTALL)
    tree = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    shown = tree.xpath('//*[@data-story="s1"]//h3')[0]
    assert re.sub("[\u2068\u2069]", "", "".join(shown.itertext())).split() == title.split()


def test_nothing_of_a_hostile_story_runs(cache: Path) -> None:
    lineup = make.with_title(make.lineup(1), "<script>alert(1)</script>", 'x" onload="y')
    bad = replace(lineup.sections[0].entries[0].story, url="javascript:alert(1)")
    entry = replace(lineup.sections[0].entries[0], story=bad)
    lineup = m.Lineup(sections=(replace(lineup.sections[0], entries=(entry,)),))
    html = render(request_of(cache, lineup, make.plan())).html.decode()
    assert "<script" not in html
    assert "javascript:" not in html
    assert ' onload="' not in html


@pytest.mark.parametrize(
    ("mailer", "tags"),
    [
        ("listmonk", ["{{ UnsubscribeURL }}", "{{ MessageURL }}"]),
        ("mailchimp", ["*|UNSUB|*", "*|ARCHIVE|*", "*|LIST:ADDRESS|*"]),
        ("mailgun", ["%unsubscribe_url%"]),
        ("campaign_monitor", ["<unsubscribe>", "<webversion>"]),
        ("klaviyo", ["{% unsubscribe_link %}"]),
    ],
)
def test_merge_tags_leave_byte_for_byte(cache: Path, mailer: str, tags: list[str]) -> None:
    issue = render(request_of(cache, make.lineup(3), make.plan(), mailer=mailer))
    for tag in tags:
        assert tag in issue.html.decode() or f'href="{tag}"' in issue.html.decode(), tag


@pytest.mark.parametrize("theme", THEMES)
def test_a_logo_stands_for_the_name(cache: Path, theme: str) -> None:
    request = request_of(cache, make.lineup(1), make.plan(), theme=theme)
    logo = m.Logo(url="https://news.example/logo.png", width=180, height=40)
    brand = replace(request.newsroom.publication, logo=logo)
    html = render(replace(request, newsroom=replace(request.newsroom, publication=brand))).html.decode()
    assert re.search(
        r'<h1.*<img src="https://news.example/logo.png" width="180" height="40" alt="The Harbor Times"', html
    )


def test_styles_that_look_like_tags_stay_out(cache: Path) -> None:
    lineup, none = make.lineup(1), make.plan()
    assert b"[data-ogsc]" in render(request_of(cache, lineup, none, mailer="mailchimp")).html
    for mailer in ("campaign_monitor", "mailpoet"):
        html = render(request_of(cache, lineup, none, mailer=mailer)).html
        assert b"[data-og" not in html
        assert b"prefers-color-scheme" in html


def test_over_budget_trailing_stories_move_and_ads_stay(cache: Path) -> None:
    lineup = make.lineup(4, 5)
    full = render(request_of(cache, lineup))
    assert full.more_online == ()
    less = render(request_of(cache, lineup, size_budget=len(full.html) - 1500))
    assert less.more_online
    assert len(less.html) <= len(full.html) - 1500
    assert less.more_online == ("s3", "s4", "s7", "s8", "s9")  # s9, s8, s4, s7, s3: the longest section gives
    assert re.findall(b"data-line-item", less.html) == re.findall(b"data-line-item", full.html)
    for n in range(1, 10):
        assert f"Story number {n}".encode() in less.html
        assert f"Story number {n}".encode() in less.text
    assert less.html.index(b"More online") < less.html.index(b"advertise-here")


def test_an_impossible_budget_keeps_the_lead_and_the_ads(cache: Path) -> None:
    tiny = render(request_of(cache, make.lineup(4, 5), size_budget=1))
    assert tiny.html.count(b"data-story") == 1
    assert tiny.html.count(b"data-line-item") == 4
    assert tiny.html.count(b"<h2") == 3  # in this issue, the first section, more online
    assert len(tiny.more_online) == 8


@given(sizes=st.lists(st.integers(1, 7), min_size=1, max_size=5), budget=st.integers(15_000, 60_000))
def test_no_more_moves_than_needed(cache: Path, sizes: list[int], budget: int) -> None:
    lineup = make.lineup(*sizes)
    parts = fragments(request_of(cache, lineup, make.plan()))
    order = [part.story.id for part in moving(parts) if part.story]
    moved = render(request_of(cache, lineup, make.plan(), size_budget=budget)).more_online
    assert set(moved) == set(order[: len(moved)])
    if moved:
        kept = render(request_of(cache, lineup, make.plan())).html
        assert len(kept) > budget


def test_longest_section_gives_first(cache: Path) -> None:
    order = moving(fragments(request_of(cache, make.lineup(2, 4, 3), make.plan())))
    assert [part.story.id for part in order if part.story] == ["s6", "s9", "s5", "s8", "s4", "s2", "s7", "s3"]


def test_forty_stories_and_four_ads_fit_a_mail(cache: Path) -> None:
    lineup = make.lineup(5, 5, 5, 5, 5, 5, 5, 5)
    long = make.with_title(lineup, "t" * 90, "s " * 120)
    for theme in THEMES:
        plan = make.plan(*(replace(ad, gap={9: 40, 4: 5}.get(ad.gap, ad.gap)) for ad in ADS.placed))
        html = render(request_of(cache, long, plan, theme=theme)).html
        assert html.count(b"data-story") == 40
        assert len(html) < 95_000


@pytest.mark.parametrize(
    ("locale", "lang", "direction"), [("ar_EG", "ar-EG", "rtl"), ("ja_JP", "ja-JP", "ltr")]
)
def test_language_and_direction(cache: Path, locale: str, lang: str, direction: str) -> None:
    request = request_of(cache, make.lineup(2), make.plan())
    brand = replace(request.newsroom.publication, locale=locale)
    html = render(replace(request, newsroom=replace(request.newsroom, publication=brand))).html.decode()
    assert f'<html lang="{lang}" dir="{direction}"' in html


ARABIC = "مجلس المدينة يوافق على حديقة جديدة"
MIXED = (
    ("en_US", "ltr", ARABIC, f"\u2068{ARABIC}\u2069"),
    ("ar_EG", "rtl", f"Apple {ARABIC}.", f"\u2068Apple\u2069 {ARABIC}."),
    ("ar_EG", "rtl", f"{ARABIC} Harbor Tech, {ARABIC}", f"{ARABIC} \u2068Harbor Tech\u2069, {ARABIC}"),
    ("ar_EG", "rtl", "Gleammour opens a store.", "\u2068Gleammour opens a store.\u2069"),
    ("ar_EG", "rtl", f"{ARABIC} 2026", f"{ARABIC} 2026"),
    ("he_IL", "rtl", "C++ ו-Python בבתי הספר", "\u2068C++\u2069 ו-Python בבתי הספר"),
)


@pytest.mark.parametrize(("locale", "direction", "title", "shown"), MIXED)
def test_the_newsrooms_language_decides_and_foreign_runs_are_isolated(
    cache: Path, locale: str, direction: str, title: str, shown: str
) -> None:
    pytest.importorskip("babel", reason="dates of other languages need Babel")
    request = request_of(cache, make.with_title(make.lineup(2), title, ""), make.plan())
    brand = replace(request.newsroom.publication, locale=locale)
    html = render(replace(request, newsroom=replace(request.newsroom, publication=brand))).html.decode()
    assert re.search(rf'data-story="s1" lang="{locale.replace("_", "-")}" dir="{direction}"', html)
    assert f">{shown}</a></h3>" in html


def test_a_story_of_another_language_says_so(cache: Path) -> None:
    lineup = make.with_title(make.lineup(2), "Clínica móvil en Mayfair Landing", "")
    first = lineup.sections[0].entries[0]
    entry = replace(first, story=replace(first.story, language="es"))
    section = replace(lineup.sections[0], entries=(entry, *lineup.sections[0].entries[1:]))
    html = render(request_of(cache, m.Lineup(sections=(section,)), make.plan())).html.decode()
    assert 'data-story="s1" lang="es" dir="ltr"' in html
    assert 'data-story="s2" lang="en-US" dir="ltr"' in html


def test_two_renderings_are_the_same_bytes(cache: Path) -> None:
    request = request_of(cache, make.lineup(4, 5))
    assert render(request) == render(request)


@given(st.text(st.sampled_from("ab <>\n"), max_size=3000))
def test_folding_changes_nothing_but_spaces(text: str) -> None:
    done = folded(text.encode())
    assert done.replace(b"\n", b" ") == text.encode().replace(b"\n", b" ")


def test_comments_of_outlook_survive_minification() -> None:
    page = (
        "<!--[if mso]><b>1</b><![endif]--><!-- note --><!--[if !mso]><!--><a>2</a><!--<![endif]-->  x\n\n\n y"
    )
    assert small(page, frozenset()) == (
        "<!--[if mso]><b>1</b><![endif]--><!--[if !mso]><!--><a>2</a><!--<![endif]--> x\ny"
    )


def test_titles_are_unescaped_once(cache: Path) -> None:
    lineup = make.with_title(make.lineup(1), "Tom & Jerry &amp; co", "")
    issue = render(request_of(cache, lineup, make.plan()))
    assert "Tom &amp; Jerry &amp;amp; co" in issue.html.decode()
    assert html_module.unescape("Tom &amp; Jerry &amp;amp; co") in issue.text.decode()
