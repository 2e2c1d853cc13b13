"""The HTML before W3C's Nu checker, html-validate and caniemail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.judges.subjects import SUBJECTS, THEMES, subject
from tests.judges.tools import node, nu

CASES = [(name, theme) for name in SUBJECTS for theme in THEMES]

# What Nu may say, and why it stands.
NU_ALLOWED = {
    r"warning: The “(cellpadding|cellspacing|border|width|height|bgcolor|align|valign)” attribute on the “\w+” "
    r"element is obsolete": "Outlook for Windows lays out by these attributes and not by CSS.",
}

# html-validate's rules that do not fit e-mail.
HTML_RULES = {
    "no-inline-style": "off",  # mail clients drop style sheets: inline styles are the point
    "no-deprecated-attr": "off",  # Outlook for Windows lays out by cellpadding, bgcolor, align and the like
    "no-conditional-comment": "off",  # Outlook for Windows reads its own parts from them
    "require-sri": "off",  # mail loads no scripts
    "long-title": "off",  # the title is the subject, up to 78 characters
    "doctype-style": "off",  # <!DOCTYPE html> in any case is the same
    "void-style": "off",  # <br> and <br/> are the same
    "attr-quotes": "off",
    "no-trailing-whitespace": "off",
    "tel-non-breaking": "off",  # headlines are printed as they are
    "prefer-native-element": "off",  # mail clients do not know <article> and <main>: a <div> with the role
    "wcag/h30": "error",
    "wcag/h37": "error",
}

# Features that some client lacks or reads in part, and why the issue is whole without them.
CANIEMAIL_ALLOWED = {
    "@media": "Mobile and dark styles are improvements: without them the 600 px table stands.",
    "<style> element": "Only improvements are in it; everything else is inline.",
    "!important keyword": "Only in those improvements, to win over inline styles.",
    "Attribute selector": "[data-ogsc] speaks to one client; the others skip it.",
    "Class selector": "Only in those improvements.",
    "Descendant combinator": "Only in those improvements.",
    "Type selector": "Only in those improvements.",
    "<body> element": "Clients replace it by a <div>: the wrapper table repeats its colour.",
    "<img> element": "Clients may wait with pictures: each has its alternative text, and no text is in a picture.",
    "role attribute": "Where it is dropped a table is announced as one.",
    "aria-hidden attribute": "Where it is dropped a decoration is read aloud.",
    "aria-label attribute": "Where it is dropped the heading names the issue.",
    "lang attribute": "Where it is dropped the client's language is used.",
    "dir attribute": "Some clients drop it from <html>: it is repeated on the wrapper inside.",
    "align attribute": "Some clients read it in part; the style says the same.",
    "width attribute": "One client drops it; the same width is in the style.",
    "height attribute": "One client drops it; the picture's own proportions stand.",
    "cellpadding attribute": "Some clients are not known to read it; the cells have their padding in the style.",
    "cellspacing attribute": "Where it is dropped two pixels come between cells.",
    "mailto: links": "The address is readable in the link of the text part.",
    "border": "Outlook draws borders of cells, and headings lose a line without it.",
    "border-radius": "Square corners where it is missing.",
    "display": "display:block on pictures and display:none on the preheader; elsewhere the normal flow stands.",
    "display:none": "The preheader has a max-height of nothing as well.",
    "overflow": "As above; Outlook hides the preheader by mso-hide.",
    "opacity": "As above.",
    "max-width": "Outlook gets its width from a table of its own.",
    "width property": "Outlook reads it on tables and cells, where it is used; also reported for max-width.",
    "height property": "Reported for line-height and max-height; pictures have the attribute.",
    "table-layout": "Keeps long words inside; without it Outlook breaks them by word-wrap.",
    "word-break": "Only for words longer than a line.",
    "background": "Only colours, which every client reads.",
    "background-color": "One webmail reads it in part.",
    "font-size": "Only in px, which every client reads.",
    "font-weight": "Outlook knows normal and bold: 700 and 800 are bold there.",
    "line-height": "Outlook reads it with mso-line-height-rule.",
    "letter-spacing": "Plain spacing where it is missing.",
    "margin": "Outlook drops it from some elements: distances come from cells.",
    "padding": "Outlook drops it from links and paragraphs: lines stand closer, and buttons are VML there.",
    "text-align": "One value, start, is new: where it is unknown the direction of the cell decides, which is the same.",
    "text-decoration": "Only none and underline.",
    "text-transform": "Only uppercase.",
    "transform": "Not used: reported for text-transform.",
    "Local anchors": "Jumps from the contents; without them the sections follow all the same.",
    "aspect-ratio": "Closes the space of a picture that is blocked; only programs that would keep it know it.",
}


def unexplained(findings: list[str]) -> list[str]:
    return [finding for finding in findings if not any(re.match(pattern, finding) for pattern in NU_ALLOWED)]


@pytest.fixture(scope="module")
def by_nu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    documents = {f"{name}-{theme}": subject(name, theme).rendered.html for name, theme in CASES}
    return nu(documents, tmp_path_factory.mktemp("nu"))


@pytest.fixture(scope="module")
def by_node() -> Any:
    documents = {f"{name}-{theme}": subject(name, theme).rendered.html.decode() for name, theme in CASES}
    question = {"documents": documents, "rules": HTML_RULES}
    return node("markup.mjs", question, "html-validate", "caniemail")


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_nu_finds_nothing(by_nu: dict[str, list[str]], name: str, theme: str) -> None:
    assert unexplained(by_nu[f"{name}-{theme}"]) == []


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_html_validate_finds_nothing(by_node: Any, name: str, theme: str) -> None:
    assert by_node[f"{name}-{theme}"]["html-validate"] == []


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_caniemail_finds_nothing_that_is_not_explained(by_node: Any, name: str, theme: str) -> None:
    findings = by_node[f"{name}-{theme}"]["caniemail"]
    assert [one for one in findings if one["rule"] not in CANIEMAIL_ALLOWED] == []


BROKEN = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><p><div>x</p><img src="https://a.example/x.png">'
    '<table><tr><td style="display:grid;position:sticky">x</table><form><button>x</form></body></html>'
)


def test_nu_catches_the_control(tmp_path: Path) -> None:
    assert len(unexplained(nu({"broken": BROKEN.encode()}, tmp_path)["broken"])) >= 3


def test_node_judges_catch_the_control() -> None:
    question = {"documents": {"broken": BROKEN}, "rules": HTML_RULES}
    found = node("markup.mjs", question, "html-validate", "caniemail")["broken"]
    assert len(found["html-validate"]) >= 3
    assert {"display:grid", "<form> element"} <= {one["rule"] for one in found["caniemail"]} - set(
        CANIEMAIL_ALLOWED
    )


def test_no_exception_is_left_over(by_node: Any) -> None:
    """An exception that nothing needs any more would hide the next finding."""
    met = {one["rule"] for found in by_node.values() for one in found["caniemail"]}
    assert set(CANIEMAIL_ALLOWED) - met == set()
