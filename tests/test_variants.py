"""The law of variants: their bytes are those of a general build of their lineup and plan."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.app.pipeline import BuildContext, compose
from digest.app.variants import Bases, Maker, unpacked_row, without_secrets
from digest.audience.choices import Choice, Piece
from digest.audience.tasks import packed, unpacked
from digest.config import load
from digest.model import Issue, Lineup, Overrides, Selection
from digest.place import place
from digest.publish import files_of
from digest.render import load_theme, render
from digest.select import select
from digest.store import open_store
from tests.audiences import DAY, audience_room, item

SECTIONS = ("local-news", "health", "crime")
PERSONAL = """{% block html %}<p data-story="{{ story.id }}">{{ issue.count }} {{ story.position }}
{{ story.title }}</p>
{% endblock %}
{% block text %}{{ story.title }} of {{ issue.subject }}{% endblock %}
"""  # a newsroom's own block whose words differ from variant to variant
ITEMS = item("tampa-only", "audience: {region: [tampa]}", "bay") + item("bulk", "type: bulk", "mart")


@dataclass
class Capture:
    """Stands where an audience would, and keeps what it would be made from."""

    bases: list[Bases]

    def plan(self, issue: Issue, select: Any, place: Any, render: Any, stories: Any) -> Issue:
        self.bases.append(Bases(select, place, render, issue))
        return issue


def bases_of(root: Path, **words: Any) -> Bases:
    """What the variants of a newsroom's issue are made from."""
    room = audience_room(root, **words)
    path = room.root / "stories.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    flagged = [row | {"flags": ["no_ads", "sensitive"][: n % 3]} for n, row in enumerate(rows)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in flagged))
    assert room.run("ingest").code == 0
    newsroom = load(room.root)
    collected: list[Bases] = []
    with open_store(newsroom.store, newsroom.publication) as store:
        context = BuildContext(newsroom, store, load_theme(newsroom, root / "var"))
        edition = newsroom.editions[0]
        compose(context, edition, date.fromisoformat(DAY), Overrides(), Capture(collected))  # type: ignore[arg-type]
    return collected[0]


choices = st.builds(
    Choice,
    sections=st.lists(st.sampled_from(SECTIONS), unique=True).map(tuple),
    top=st.sampled_from([(), (("health", 1),), (("health", 7),), (("crime", 1), ("health", 2))]),
    language=st.sampled_from(["", "en", "es"]),
    by=st.sampled_from([(), (("region", ("tampa",)),), (("region", ("macon", "Tampa")),)]),
    had=st.lists(st.sampled_from([f"s{n}" for n in range(24)]), max_size=6, unique=True).map(tuple),
    capped=st.sampled_from([(), ("bulk",), ("aquafresh", "bulk")]),
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bases, Maker]:
    bases = bases_of(tmp_path_factory.mktemp("plain"), items=ITEMS)
    return bases, unpacked(packed(Maker(without_secrets(bases))))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bases, Maker]:
    """A newsroom whose block prints what only one variant has, over a small budget, with footnotes."""
    root = tmp_path_factory.mktemp("own")
    (root / "templates" / "blocks").mkdir(parents=True)
    for block in ("story", "brief"):
        (root / "templates" / "blocks" / f"{block}.j2").write_text(PERSONAL)
    bases = bases_of(root, items=ITEMS, digest="size_budget: 24000\nplain_text: {links: footnotes}\n")
    return bases, unpacked(packed(Maker(without_secrets(bases))))


def _agree(bases: Bases, maker: Maker, choice: Choice) -> None:
    row = unpacked_row(maker.row(Piece(0, choice, 0, 5)).packed())
    variant = maker.made(row, bases.select.newsroom.publication, 3)
    lineup, plan = maker.lineup(row.lines), maker.plan(row.ads)
    general = replace(
        bases.issue,
        selection=Selection(lineup=lineup),
        plan=plan,
        rendered=render(replace(bases.render, lineup=lineup, plan=plan)),
    )
    files = files_of(general, bases.select.newsroom.publication, 3)
    assert variant.parts == (files["index.html"], files["index.txt"], files["message.eml"])


@given(choices)
def test_a_variant_is_a_general_build_of_its_lineup_and_plan(
    plain: tuple[Bases, Maker], choice: Choice
) -> None:
    _agree(*plain, choice)


@given(choices)
def test_also_where_blocks_print_what_only_one_variant_has(own: tuple[Bases, Maker], choice: Choice) -> None:
    _agree(*own, choice)


@given(choices)
def test_a_lineup_keeps_the_rules_for_its_own_sections(plain: tuple[Bases, Maker], choice: Choice) -> None:
    bases, maker = plain
    row = maker.row(Piece(0, choice, 0, 1))
    if row.thin:
        general = [entry.story.id for entry in bases.issue.selection.lineup]
        assert [story for _, lines in row.lines for story, _ in lines] == general
        return
    wanted = choice.sections or SECTIONS
    known = {story.id: story for story in bases.select.stories}
    tops = {"local-news": 3, "health": 3, "crime": 2} | dict(choice.top)
    ids = [story for _, lines in row.lines for story, _ in lines]
    assert [section for section, _ in row.lines] == [
        section for section in wanted if section in dict(row.lines)
    ]
    assert len(ids) == len(set(ids)) >= 3
    assert not set(ids) & set(choice.had)
    for section, lines in row.lines:
        assert 1 <= len(lines) <= tops[section]
        if choice.language:
            assert {known[story].language for story, _ in lines} <= {"", choice.language}


def entries_of(lineup: Lineup) -> list[tuple[Any, ...]]:
    """All that a lineup says but the scores, which are for explaining."""
    return [(entry.position, entry.section, entry.story, entry.flags) for entry in lineup]


@given(choices)
def test_a_lineup_is_what_an_edition_with_these_sections_has(
    plain: tuple[Bases, Maker], choice: Choice
) -> None:
    """The whole way, nothing shared: an edition of the reader's sections, without the stories the reader had."""
    maker = plain[1]
    row = maker.row(Piece(0, choice, 0, 1))
    lineup = select(maker._selecting(choice)).lineup
    if len(lineup) >= 3:
        assert entries_of(lineup) == entries_of(maker.lineup(row.lines))
    else:
        assert row.thin


@given(choices)
def test_ads_are_the_best_plan_for_these_readers(plain: tuple[Bases, Maker], choice: Choice) -> None:
    """Beside a build whose file has only the bookings that may run for them."""
    bases, maker = plain
    row = maker.row(Piece(0, choice, 0, 1))
    regions = {value.casefold() for _, values in choice.by for value in values}
    items = tuple(
        replace(item, audience={})
        for item in bases.place.ads.line_items
        if item.id not in choice.capped and ("tampa" in regions or not item.audience)
    )
    ads = replace(bases.place.ads, line_items=items)
    plan = place(replace(bases.place, ads=ads, lineup=maker.lineup(row.lines)))
    assert [(ad.line_item, ad.slot, ad.gap) for ad in plan.placed] == [
        (ad[0], ad[2], ad[3]) for ad in row.ads
    ]


def test_what_goes_to_other_machines_has_no_password(tmp_path: Path) -> None:
    bases = bases_of(tmp_path, digest="")
    newsroom = replace(
        bases.select.newsroom,
        store="postgresql://u:hunter2@db/x",
        mailing=replace(bases.select.newsroom.mailing, password="hunter2"),
        sources=tuple(
            replace(source, url="https://u:hunter2@x.example/") for source in bases.select.newsroom.sources
        ),
    )
    known = replace(
        bases,
        select=replace(bases.select, newsroom=newsroom),
        render=replace(bases.render, newsroom=newsroom),
    )
    assert b"hunter2" in packed(newsroom)
    assert b"hunter2" not in packed(Maker(without_secrets(known)))


def test_a_variant_has_one_name_on_every_day_and_machine() -> None:
    choice = Choice(sections=("crime", "health"), by=(("region", ("tampa",)),))
    assert Piece(7, choice, 0, 5).variant == Piece(1, choice, 5, 9).variant == "cb792f43a22e4cc1"
    assert Piece(7, choice, 0, 5, ("bulk",)).variant != Piece(7, choice, 0, 5).variant
