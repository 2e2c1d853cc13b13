"""Posts that somebody paid for: left out with a reason, or labelled; and marks of what is not for everyone to read."""

from __future__ import annotations

import html as html_module
from dataclasses import replace
from pathlib import Path

import pytest

from digest import model as m
from digest.errors import ConfigurationError
from digest.render import RenderRequest, load_theme, problems, render
from digest.render._phrases import PHRASES
from tests.newsrooms import DIGEST, Room, newsroom, story
from tests.strategies import render as make

THEMES = ("lively", "broadsheet", "bulletin")


def built(folder: Path, how: str = "") -> Room:
    """A newsroom of nine stories, two of them paid for, and its issue."""
    room = newsroom(folder, digest=DIGEST.replace("sends: 1000}", f"sends: 1000{how}}}"))
    room.stories(story(number, flags=["sponsored"] if number in (3, 4) else []) for number in range(9))
    result = room.run("build", "--daily", "--date", "2026-01-23")
    assert result.code == 0, result.err
    return room


def issue(folder: Path, number: int, flags: tuple[str, ...], theme: str, locale: str = "en_US") -> m.Rendered:
    """Nine stories; the one at place ``number`` has the flags."""
    room = make.newsroom(folder, theme=theme, locale=locale)
    lineup = make.lineup(5, 4)
    sections = tuple(
        replace(
            section,
            entries=tuple(
                replace(entry, story=replace(entry.story, flags=flags)) if entry.position == number else entry
                for entry in section.entries
            ),
        )
        for section in lineup.sections
    )
    return render(
        RenderRequest(
            newsroom=room, edition=room.editions[0], day=make.DAY, lineup=m.Lineup(sections=sections),
            plan=m.Plan(), theme=load_theme(room, folder / "cache"),
        )
    )  # fmt: skip


def test_a_sponsored_post_is_left_out_and_the_reason_is_told(tmp_path: Path) -> None:
    manifest = built(tmp_path).manifest()
    ran = {story["id"] for section in manifest["sections"] for story in section["stories"]}
    assert not ran & {"s3", "s4"}
    reasons = {story["id"]: story["why"] for story in manifest["left_out"]}
    assert reasons["s3"] == reasons["s4"] == "sponsored: a paid post is no editorial story of daily"


def test_an_edition_that_labels_them_runs_them_with_the_disclosure(tmp_path: Path) -> None:
    room = built(tmp_path, ", sponsored: labelled")
    manifest = room.manifest()
    ran = {story["id"]: story for section in manifest["sections"] for story in section["stories"]}
    assert {"s3", "s4"} <= set(ran)
    assert ran["s3"]["flags"] == ["sponsored"]
    html, text = (room.files()[name].decode() for name in ("index.html", "index.txt"))
    for id in ("s3", "s4"):
        block = html.split(f'data-story="{id}"')[1].split("data-story=")[0]
        assert ">Advertisement</p>" in block
    assert text.count("[Advertisement]") == 2
    assert not any(ran[id]["title"] in manifest["subject"] + manifest["preheader"] for id in ("s3", "s4"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", [1, 2, 5, 6, 9])  # lead, story, brief, feature, last
def test_the_label_and_the_marks_stand_in_every_rank_of_every_theme(
    tmp_path: Path, theme: str, place: int
) -> None:
    rendered = issue(tmp_path, place, ("sponsored", "podcast", "subscribers_only"), theme)
    html = html_module.unescape(rendered.html.decode())
    block = html.split(f'data-story="s{place}"')[1].split("data-story=")[0]
    assert block.count(">Advertisement</p>") == 1
    assert "Subscribers only · Podcast" in " ".join(block.split())
    assert html.count(">Advertisement</p>") == 1
    text = rendered.text.decode()
    words = text.split(f"{place}. Story number {place}")[-1].split(f"{place + 1}. ")[0]
    assert "[Advertisement]" in words
    assert "Subscribers only · Podcast" in words


def test_a_paid_post_speaks_for_no_issue(tmp_path: Path) -> None:
    rendered = issue(tmp_path, 1, ("sponsored",), "lively")
    assert (rendered.subject, rendered.preheader) == (
        "Story number 2",
        "Plus: Story number 3; Story number 4",
    )
    contents = rendered.text.decode().split("IN THIS ISSUE")[1].split("1. Story number 1")[0]
    assert "Story number 6" in contents
    second = issue(tmp_path, 6, ("sponsored",), "lively").text.decode()
    assert "Story number 6" not in second.split("IN THIS ISSUE")[1].split("1. Story number 1")[0]


def test_a_label_goes_along_to_more_online(tmp_path: Path) -> None:
    room = replace(make.newsroom(tmp_path), size_budget=9_000)
    lineup = make.lineup(8)
    entries = tuple(
        replace(entry, story=replace(entry.story, flags=("sponsored", "video")))
        for entry in lineup.sections[0].entries
    )
    rendered = render(
        RenderRequest(
            newsroom=room, edition=room.editions[0], day=make.DAY,
            lineup=m.Lineup(sections=(replace(lineup.sections[0], entries=entries),)), plan=m.Plan(),
            theme=load_theme(room, tmp_path),
        )
    )  # fmt: skip
    assert len(rendered.more_online) > 3
    html, text = rendered.html.decode(), rendered.text.decode()
    assert html.count(">Advertisement</") == text.count("[Advertisement]") == 8
    assert html.split("More online")[-1].count("Video") == len(rendered.more_online)


@pytest.mark.parametrize("locale", sorted(PHRASES))
def test_marks_are_words_of_the_issues_language(tmp_path: Path, locale: str) -> None:
    known = PHRASES[locale]
    assert len({known.subscribers, known.podcast, known.video, known.gallery}) == 4
    if locale in ("de", "ar"):
        html = html_module.unescape(issue(tmp_path, 2, ("gallery",), "lively", locale).html.decode())
        assert known.gallery in html


def test_templates_of_the_newsroom_must_print_the_label_where_paid_posts_run(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "blocks"
    folder.mkdir(parents=True)
    (folder / "story.j2").write_text(
        "{% block html %}\n<p>{{ story.title }}</p>\n{% endblock %}\n"
        "{% block text %}\n{{ story.label }}{{ story.title }}\n{% endblock %}\n"
    )
    room = make.newsroom(tmp_path)
    assert problems(room) == ()
    edition = replace(room.editions[0], sponsored="labelled")
    (problem,) = problems(replace(room, editions=(edition,)))
    assert str(problem).startswith("templates/blocks/story.j2:2:1: the html part leaves out story.label")
    with pytest.raises(ConfigurationError, match=r"story\.label"):
        issue(tmp_path, 2, ("sponsored",), "lively")
    issue(tmp_path, 2, ("podcast",), "lively")
