"""Themes: found, checked, inlined once, cached; and what a newsroom gets told about its own templates."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import ConfigurationError
from digest.model import Edition, Look
from digest.render import RenderRequest, load_theme, loader, problems, render, theme
from tests.strategies import render as make

STORY = loader.shipped() / "blocks" / "story.j2"


def write(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def block(html: str, text: str = "{{ story.title }}") -> str:
    return f"{{% block html %}}\n{html}\n{{% endblock %}}\n{{% block text %}}\n{text}\n{{% endblock %}}\n"


def issue_of(root: Path, theme: str = "lively") -> bytes:
    newsroom = make.newsroom(root, theme=theme)
    ready = load_theme(newsroom, root / "var" / "cache")
    request = RenderRequest(
        newsroom=newsroom,
        edition=newsroom.editions[0],
        day=make.DAY,
        lineup=make.lineup(3),
        plan=make.plan(),
        theme=ready,
    )
    return render(request).html


@pytest.mark.parametrize("theme", ["lively", "broadsheet", "bulletin"])
def test_shipped_themes_have_no_problems(tmp_path: Path, theme: str) -> None:
    assert problems(make.newsroom(tmp_path, theme=theme)) == ()


def test_one_file_overrides_one_block(tmp_path: Path) -> None:
    plain = issue_of(tmp_path)
    write(
        tmp_path,
        "blocks/story.j2",
        block('<div data-story="{{ story.id }}"><h3 class="mine">{{ story.title }}</h3></div>'),
    )
    write(tmp_path, "brand.css", ".mine { color: var(--accent); font-size: 77px; }")
    own = issue_of(tmp_path)
    assert b'<h3 style="margin:0;color:#1d4ed8;font-size:77px">Story number 2</h3>' in own
    assert own.split(b"data-story")[0] == plain.split(b"data-story")[0]


def test_an_override_of_one_theme_leaves_the_other(tmp_path: Path) -> None:
    write(tmp_path, "themes/broadsheet/blocks/story.j2", block("<div>only here</div>"))
    assert b"only here" in issue_of(tmp_path, "broadsheet")
    assert b"only here" not in issue_of(tmp_path, "lively")


REFUSED = [
    ("blocks/story.j2", block("<p>{{ story.titel }}</p>"), 2, "story has no `titel`.", "Did you mean `title`?"),
    ("blocks/story.j2", block("<p>{{ storey.title }}</p>"), 2, "there is no `storey`.", "`story`"),
    ("blocks/story.j2", block("<p>x</p>", "{{ story.image.url }}"), 5, "story.image has no `url`.", "src"),
    ("blocks/more_online.j2", block("{% for s in stories %}{{ s.head }}{% endfor %}", "x"), 2, "s has no `head`", ""),
    ("blocks/story.j2", block("<p>\n{% if story.title %}</p>"), 4, "", ""),
    ("blocks/story.j2", block("<p>{{ story.title </p>"), 2, "", ""),
    ("blocks/story.j2", block('<p {% if story.image %}class="x"{% endif %}>x</p>'), 2, "inside a tag", "print a value"),
    ("blocks/story.j2", block('<p class="{% if story.image %}x{% endif %}">x</p>'), 2, "inside a tag", ""),
    ("blocks/story.j2", block("<a href={{ story.href }}>x</a>"), 2, "without quotes", 'name="{{ value }}"'),
    ("blocks/story.j2", block("<p>{{ story.title|safe }}</p>"), 2, "every value is escaped", "Leave `|safe` out"),
    ("blocks/story.j2", block("<p>{{ story.title|uper }}</p>"), 2, "uper", ""),
    ("blocks/story.j2", block("{% include 'x' %}"), 2, "`include` cannot be used", ""),
    ("blocks/story.j2", block("{% autoescape false %}{{ story.title }}{% endautoescape %}"), 2, "autoescape", ""),
    ("blocks/story.j2", block("<p>{{ story.__class__ }}</p>"), 2, "not for templates", ""),
    ("blocks/story.j2", block("<p>{{ story.title.upper() }}</p>"), 2, "a call cannot be used", ""),
    ("blocks/story.j2", block('<link rel="stylesheet" href="//x.example/a.css">'), 2, "external style", "brand.css"),
    ("blocks/story.j2", block("<style>p + p { color: #000000 }</style><p>x</p>"), 2, "p + p", "class"),
    ("blocks/story.j2", block("<style>@import url(x.css);</style><p>x</p>"), 2, "@import", "brand.css"),
    ("blocks/story.j2", block("<script>1</script>"), 2, "<script>", ""),
    ("blocks/story.j2", block('<p style="p">x</p>'), 2, "no list of declarations", "property: value"),
    ("blocks/story.j2", block('<p style="h1.title">x</p>'), 2, "no list of declarations", ""),
    ("blocks/story.j2", block("<table><tr><td>x"), 1, "do not close", ""),
    ("blocks/story.j2", block("</td></tr></table><p>x</p>"), 1, "do not close", ""),
    ("blocks/story.j2", block("<div>" * 80 + "</div>" * 80), 1, "nested 80 deep", ""),
    ("blocks/story.j2", "{% block html %}<p>x</p>{% endblock %}", 1, "no {% block text %}", "both parts"),
    ("blocks/story.j2", block("<p>x</p>") + "lost words", 7, "outside", ""),
    ("blocks/story.j2", block("<p>x</p>") + "{{ nonsense }}", 7, "there is no `nonsense`", "story"),
    ("blocks/story.j2", block("<p>x</p>") + '<link rel="stylesheet" href="x.css">', 7, "external style", ""),
    ("blocks/story.j2", block("<p>x</p>") + "<style>.a + .b { color: red }</style>", 7, "neighbour", ""),
    ("brand.css", ".a { color: #000000 }\n.story + .story { color: #111111 }", 2, ".story + .story", "neighbour"),
    ("brand.css", ".story ~ p { color: #111111 }", 1, "neighbour", ""),
    ("brand.css", "\n\n.story:nth-child(2) { color: #111111 }", 3, "stand before it", ""),
    ("brand.css", "td:first-child { color: #111111 }", 1, "stand before it", ""),
    ("brand.css", "a:hover { color: #111111 }", 1, "pseudo-class", "mobile.css"),
    ("brand.css", ".a..b { color: #111111 }", 1, "not one that can be inlined", ""),
    ("brand.css", "# { color: #111111 }", 1, "not one that can be inlined", ""),
    ("issue.html.j2", "<!doctype html><html><!-- {{ blocks }} --></html>", 1, "", ""),
    ("brand.css", "* { color: #111111 }", 1, "everything", ""),
    ("brand.css", '@import url("https://x.example/a.css");', 1, "@import", "brand.css"),
    ("brand.css", '@import "file:///etc/passwd";\n.a { color: #000000 }', 1, "@import", ""),
    ("brand.css", ".a { color: var(--acent) }", 1, "var(--acent)", "Did you mean var(--accent)?"),
    ("brand.css", ".a { color", 1, "no declaration", ""),
    ("brand.css", ".a { color: #000000; .b { color: #111111 } }", 1, "not closed", ""),
    ("brand.css", ".a { p }", 1, "no declaration", ""),
    ("brand.css", ".a { color: rgb(0 0 0 / 50%) }", 1, "too new", "six digits"),
    ("mobile.css", "@media print { .a { color: #000000 } }", 1, "@media", "is added"),
    ("issue.html.j2", "<p>no frame</p>", 1, "{{ blocks }} exactly once", ""),
    ("blocks/storey.j2", "x", 1, "no theme reads", "blocks/story.j2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "says", "cure"), REFUSED)
def test_faults_are_named_with_file_line_and_cure(
    tmp_path: Path, name: str, text: str, line: int, says: str, cure: str
) -> None:
    write(tmp_path, name, text)
    wrong = problems(make.newsroom(tmp_path))
    assert any(
        problem.file == f"templates/{name}"
        and problem.line == line
        and says in problem.message
        and cure in str(problem)
        for problem in wrong
    ), wrong
    if name != "blocks/storey.j2":
        with pytest.raises(ConfigurationError):
            load_theme(make.newsroom(tmp_path), tmp_path / "var")


def test_all_faults_at_once(tmp_path: Path) -> None:
    write(tmp_path, "blocks/story.j2", block("<p>{{ story.titel }}</p>"))
    write(tmp_path, "blocks/brief.j2", block("<p>{{ x }}</p>"))
    write(tmp_path, "brand.css", ".a + .b { color: #000000 }")
    with pytest.raises(ConfigurationError) as caught:
        load_theme(make.newsroom(tmp_path), tmp_path / "var")
    assert {problem.file for problem in caught.value.problems} == {
        "templates/blocks/story.j2", "templates/blocks/brief.j2", "templates/brand.css",
    }  # fmt: skip


def test_a_value_that_fails_while_printing_names_its_line(tmp_path: Path) -> None:
    write(tmp_path, "blocks/story.j2", block("<p>\n{{ 1 // (story.position - 2) }}</p>"))
    with pytest.raises(ConfigurationError) as caught:
        issue_of(tmp_path)
    (problem,) = caught.value.problems
    assert problem.file == "templates/blocks/story.j2"
    assert problem.line == 3
    assert "zero" in problem.message


@pytest.mark.parametrize(
    ("look", "says"),
    [
        (Look(theme="livley"), "no theme `livley`"),
        (Look(colors={"acent": "#000000"}), "no colour `acent`"),
        (Look(colors={"accent": "red"}), "is no colour"),
        (Look(fonts={"heads": "Georgia"}), "no font `heads`"),
        (Look(fonts={"head": "x;}</style>"}), "no list of fonts"),
        (Look(density="tight"), "density"),
    ],
)
def test_a_look_that_does_not_fit(tmp_path: Path, look: Look, says: str) -> None:
    wrong = problems(replace(make.newsroom(tmp_path), look=look))
    assert any(says in problem.message for problem in wrong), wrong


def test_the_look_sets_colours_and_fonts(tmp_path: Path) -> None:
    look = Look(colors={"accent": "#0a7"}, fonts={"head": '"Fancy Sans", Georgia'}, density="compact")
    newsroom = replace(make.newsroom(tmp_path), look=look)
    theme = load_theme(newsroom, tmp_path / "var")
    request = RenderRequest(
        newsroom=newsroom,
        edition=newsroom.editions[0],
        day=make.DAY,
        lineup=make.lineup(3),
        plan=make.plan(),
        theme=theme,
    )
    html = render(request).html.decode()
    assert "#00aa77" in html
    assert "'Fancy Sans',Georgia" in html


def test_an_edition_has_its_own_theme(tmp_path: Path) -> None:
    newsroom = replace(
        make.newsroom(tmp_path), editions=(Edition(name="daily"), Edition(name="weekly", theme="broadsheet"))
    )
    theme = load_theme(newsroom, tmp_path / "var")
    pages = [
        render(
            RenderRequest(
                newsroom=newsroom,
                edition=e,
                day=make.DAY,
                lineup=make.lineup(3),
                plan=make.plan(),
                theme=theme,
            )
        ).html
        for e in newsroom.editions
    ]
    assert b"Georgia" not in pages[0].split(b"<body")[1]
    assert b"Georgia" in pages[1].split(b"<body")[1]


def test_the_cache_changes_nothing_and_mends_itself(tmp_path: Path) -> None:
    first = issue_of(tmp_path)
    (kept,) = (tmp_path / "var" / "cache").glob("*.bin")
    assert issue_of(tmp_path) == first
    content = kept.read_bytes()
    for broken in (b"", content[:-9], b"x" + content, content[:60] + b"\xff" + content[61:]):
        kept.write_bytes(broken)
        assert issue_of(tmp_path) == first
        assert kept.read_bytes() != broken
        assert theme._read(kept)


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    assert issue_of(tmp_path)


def test_a_changed_template_is_seen(tmp_path: Path) -> None:
    write(tmp_path, "blocks/story.j2", block("<p>one</p>"))
    before = load_theme(make.newsroom(tmp_path), tmp_path / "var").digest
    assert b">one<" in issue_of(tmp_path)
    write(tmp_path, "blocks/story.j2", block("<p>two</p>"))
    assert b">two<" in issue_of(tmp_path)
    assert load_theme(make.newsroom(tmp_path), tmp_path / "var").digest != before


def test_the_digest_does_not_depend_on_the_folder(tmp_path: Path) -> None:
    first, second = (load_theme(make.newsroom(tmp_path / name), tmp_path / "var") for name in ("a", "b"))
    assert first.digest == second.digest


def test_a_build_with_a_warm_cache_imports_no_inliner(tmp_path: Path) -> None:
    issue_of(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tests.test_theme import issue_of;"
        f"issue_of(Path({str(tmp_path)!r}));"
        "print([m for m in ('premailer', 'lxml', 'cssutils', 'jinja2.debug') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_theme_extends_another_with_only_what_differs(tmp_path: Path) -> None:
    write(tmp_path, "themes/mine/theme.yaml", "extends: broadsheet\n")
    write(tmp_path, "themes/mine/tokens.css", ":root { --accent: #0b6e4f; }")
    write(tmp_path, "themes/mine/theme.css", ".title { font-size: 31px; }")
    html = issue_of(tmp_path, "mine")
    assert b"font-size:31px" in html
    assert b"#0b6e4f" in html
    assert b"Georgia" in html.split(b"<body")[1]
    assert problems(make.newsroom(tmp_path, theme="mine")) == ()


def test_a_theme_that_extends_itself_or_nothing_is_told(tmp_path: Path) -> None:
    for parent in ("mine", "nowhere"):
        write(tmp_path, "themes/mine/theme.yaml", f"extends: {parent}\n")
        (problem,) = problems(make.newsroom(tmp_path, theme="mine"))
        assert problem.file == "templates/themes/mine/theme.yaml"
        assert parent in problem.message


def test_a_theme_without_values_has_those_of_lively(tmp_path: Path) -> None:
    write(tmp_path, "themes/bare/theme.css", ".title { color: var(--accent); }")
    assert b"#1d4ed8" in issue_of(tmp_path, "bare")
