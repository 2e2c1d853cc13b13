"""Foreign text through the template engines that mailers run: the reader gets that text, and nothing executes.

Jinja2 is a dependency; Django, python-liquid, Handlebars and Mustache (node) and Go are used where they are installed.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given

from digest.render.dialect import JOINER, protect_html
from digest.render.dialects import dialect
from tests.strategies.mailers import foreign_text, fuzzed

JUDGES = Path(__file__).parent / "judges"
NODE_MODULES = Path(os.environ.get("DIGEST_NODE_MODULES", JUDGES / "node_modules"))
EVIL = "EVIL"
Engine = Callable[[str], str]


class Everything(dict[str, Any]):
    """A context in which every name is there and evil."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return EVIL


def jinja(template: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.ChainableUndefined, keep_trailing_newline=True)
    return environment.from_string(template).render(
        dict.fromkeys(("x", "name", "unsubscribe_link", "mirror"), EVIL)
    )


def django() -> Engine:
    module = pytest.importorskip("django.template", reason="Django is not installed")
    engine = module.Engine()
    return lambda template: str(
        engine.from_string(template).render(module.Context(Everything(), autoescape=True))
    )


def liquid() -> Engine:
    module = pytest.importorskip("liquid", reason="python-liquid is not installed")
    return lambda template: str(
        module.Environment().from_string(template).render(x=EVIL, name=EVIL, mirror=EVIL)
    )


ENGINES: dict[str, Callable[[], Engine]] = {"jinja": lambda: jinja, "django": django, "liquid": liquid}
SPEAKS = [
    ("hubspot", "jinja"),
    ("brevo", "django"),
    ("buttondown", "django"),
    ("buttondown", "jinja"),
    ("klaviyo", "django"),
    ("brevo", "jinja"),
    ("klaviyo", "liquid"),
]


def as_html(text: str) -> str:
    return protect_html(html.escape(text))


@pytest.mark.parametrize(("mailer", "engine"), SPEAKS)
@given(text=foreign_text())
def test_python_engines_print_text_and_subject_as_they_stand(mailer: str, engine: str, text: str) -> None:
    run, tags = ENGINES[engine](), dialect(mailer)
    assert run(tags.protect_text(text) + "|") == text + "|"
    assert run(tags.protect_subject(text) + "|") == text + "|"


@pytest.mark.parametrize("engine", ENGINES)
@given(text=foreign_text())
def test_python_engines_leave_html_alone(engine: str, text: str) -> None:
    run = ENGINES[engine]()
    document = f'<p title="{as_html(text)}">{as_html(text)}</p>'
    assert run(document) == document


@pytest.mark.parametrize(("mailer", "engine"), SPEAKS[:3])
def test_text_beside_the_mailers_own_tags(mailer: str, engine: str) -> None:
    """Django's ``unsubscribe_link`` is a tag of the mailer's; a variable stands in for it here."""
    run, tags = ENGINES[engine](), dialect(mailer)
    for text in fuzzed(200):
        assert run(f"{tags.protect_text(text)}\n{{{{ x }}}}\n") == f"{text}\n{EVIL}\n"


def test_the_control_executes() -> None:
    """Unprotected text does run, or these tests would prove nothing."""
    for make in ENGINES.values():
        assert make()("{{ x }}") == EVIL


def node(script: str, cases: list[dict[str, str]]) -> list[dict[str, str]]:
    """Runs a script of this folder's ``judges`` over cases; each answer has ``out`` or ``error``."""
    if not (shutil.which("node") and (NODE_MODULES / "handlebars").is_dir()):
        pytest.skip("node with handlebars and mustache is not installed (make judges installs them)")
    environment = {**os.environ, "NODE_PATH": str(NODE_MODULES)}
    done = subprocess.run(
        ["node", str(JUDGES / script)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    answers: list[dict[str, str]] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("mailer", ["sendgrid", "ses"])
def test_handlebars_prints_text_as_it_stands(mailer: str) -> None:
    tags, texts = dialect(mailer), fuzzed(1500)
    cases = [
        {"engine": "handlebars", "template": f"{protect(text)}\n\n{{{{{{unsubscribe}}}}}}\n"}
        for text in texts
        for protect in (tags.protect_text, tags.protect_subject)
    ]
    answers = node("engines.js", cases)
    expected = [f"{text}\n\n{EVIL}\n" for text in texts for _ in range(2)]
    found_texts = [answer.get("out", answer.get("error", "")).replace(JOINER, "") for answer in answers]
    assert found_texts == expected


@pytest.mark.parametrize("mailer", ["postmark", "mailgun"])
@pytest.mark.parametrize("engine", ["handlebars", "mustache"])
def test_mustache_prints_text_with_invisible_joiners(mailer: str, engine: str) -> None:
    tags, texts = dialect(mailer), fuzzed(1500)
    answers = node(
        "engines.js", [{"engine": engine, "template": tags.protect_text(text) + "|"} for text in texts]
    )
    assert [answer.get("out", answer.get("error", "")).replace(JOINER, "") for answer in answers] == [
        text + "|" for text in texts
    ]


@pytest.mark.parametrize("engine", ["handlebars", "mustache"])
def test_node_engines_leave_html_alone(engine: str) -> None:
    documents = [f'<p title="{as_html(text)}">{as_html(text)}</p>' for text in fuzzed(1500)]
    answers = node("engines.js", [{"engine": engine, "template": document} for document in documents])
    assert [html.unescape(answer["out"]) for answer in answers] == [
        html.unescape(document) for document in documents
    ]


def test_the_control_executes_in_node() -> None:
    cases = [{"engine": engine, "template": "{{{unsubscribe}}}"} for engine in ("handlebars", "mustache")]
    assert [answer["out"] for answer in node("engines.js", cases)] == [EVIL, EVIL]


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    """listmonk's way with a body: its shorthands first, then ``html/template`` (``text/template`` for subjects)."""
    if not shutil.which("go"):
        pytest.skip("Go is not installed")
    folder = tmp_path_factory.mktemp("go")
    shutil.copy(JUDGES / "listmonk_engine.go.txt", folder / "main.go")
    environment = {
        **os.environ,
        "GOFLAGS": "",
        "GOCACHE": str(folder / "cache"),
        "GO111MODULE": "off",
        "GOWORK": "off",
    }
    subprocess.run(["go", "build", "-o", "engine", "main.go"], cwd=folder, env=environment, check=True)

    def run(cases: list[dict[str, str]]) -> list[dict[str, str]]:
        done = subprocess.run(
            [folder / "engine"], input=json.dumps(cases), capture_output=True, text=True, check=True
        )
        answers: list[dict[str, str]] = json.loads(done.stdout)
        return answers

    return run


GoEngine = Callable[[list[dict[str, str]]], list[dict[str, str]]]


def test_go_prints_text_and_subject_as_they_stand(go: GoEngine) -> None:
    """listmonk compiles the text part as HTML, so a ``<`` comes out as ``&lt;`` whoever wrote it."""
    tags, texts = dialect("listmonk"), fuzzed(1500)
    bodies = go(
        [
            {"kind": "html", "template": f"{tags.protect_text(text)}\n{{{{ UnsubscribeURL }}}}\n"}
            for text in texts
        ]
    )
    assert [answer["out"].replace(JOINER, "").replace("&lt;", "<") for answer in bodies] == [
        f"{text}\n{EVIL}\n" for text in texts
    ]
    subjects = go([{"kind": "text", "template": tags.protect_subject(text)} for text in texts])
    assert [answer["out"] for answer in subjects] == texts


def test_go_leaves_html_alone(go: GoEngine) -> None:
    documents = [
        f'<p title="{as_html(text)}">{as_html(text)}</p><a href="{{{{ UnsubscribeURL }}}}">x</a>'
        for text in fuzzed(1500)
    ]
    answers = go([{"kind": "html", "template": document} for document in documents])
    assert [answer["out"] for answer in answers] == [
        document.replace("{{ UnsubscribeURL }}", EVIL) for document in documents
    ]


def test_the_control_executes_in_go(go: GoEngine) -> None:
    answers = go(
        [
            {"kind": kind, "template": "{{ UnsubscribeURL }} https://a.example@TrackLink"}
            for kind in ("html", "text")
        ]
    )
    assert [answer["out"] for answer in answers] == [f"{EVIL} {EVIL}"] * 2
