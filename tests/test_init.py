"""``digest init``: a newsroom that builds at once, on any day, and touches nothing that is there."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator as Validator

import digest.cli.build
import digest.cli.init
from digest.cli.init import _files, _sender
from digest.config.compile import compile_files
from digest.model.keys.words import InvalidValue, line
from digest.starter import NewsroomOptions, contents
from tests.newsrooms import Result, Room, run
from tests.test_schema import as_editors_read

NOW = datetime(2026, 7, 25, 14, 30, tzinfo=UTC)
FILES = {
    ".gitignore",
    ".schema/adslots.json",
    ".schema/digest.json",
    "adslots.yaml",
    "digest.yaml",
    "samples/stories.jsonl",
}


def init(*words: str) -> Result:
    return run("init", *words)


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    for module in (digest.cli.init, digest.cli.build):
        monkeypatch.setattr(module, "now", lambda: moment)


def options(**fields: Any) -> NewsroomOptions:
    plain: dict[str, Any] = {
        "name": "Post", "url": "https://post.example", "timezone": "UTC", "locale": "en_US",
        "sender": "Post <news@post.example>", "today": date(2026, 7, 25),
    }  # fmt: skip
    return NewsroomOptions(**(plain | fields))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1, 0, 5, tzinfo=UTC),
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
        datetime(2031, 10, 26, 12, 0, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_it_builds_at_once_whatever_the_date(
    moment: datetime, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, moment)
    root = tmp_path / "mynews"
    assert init(str(root), "--timezone", zone).code == 0
    for words in (("--daily",), ("--weekly",)):
        (issue,) = Room(root).run("build", *words, "--json").json["issues"]
        assert issue["status"] == "built"
        assert issue["stories"] >= 8
        assert issue["ads"] == 2


def test_it_still_builds_every_morning_of_two_weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    root = tmp_path / "mynews"
    assert init(str(root), "--timezone", "Europe/Berlin").code == 0
    kestrel = set()
    for day in range(15):
        at(monkeypatch, NOW + timedelta(days=day))
        built = Room(root).run("build", "--daily", "--json")
        (issue,) = built.json["issues"]
        assert (built.code, issue["stories"], issue["ads"]) == (0, 8, 2)
        manifest = Room(root).manifest(day=issue["date"])
        kestrel |= {one["rule"] for one in manifest["ads"]["refused"] if one["line_item"] == "kestrel-spring"}
    assert "pacing" in kestrel


def test_check_finds_nothing_and_its_schemas_agree(tmp_path: Path) -> None:
    assert init(str(tmp_path / "a")).code == 0
    room = Room(tmp_path / "a")
    checked = room.run("check", "--json")
    assert (checked.code, checked.json["problems"]) == (0, [])
    for file in ("digest", "adslots"):
        text = (room.root / f"{file}.yaml").read_text(encoding="utf-8")
        (named,) = re.findall(r"^# yaml-language-server: \$schema=(.*)$", text, re.MULTILINE)
        schema = json.loads((room.root / named).read_text(encoding="utf-8"))
        assert list(Validator(schema).iter_errors(as_editors_read(text))) == []


def test_it_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = init("my news", "--json")
    assert made.err.splitlines()[-4:] == [
        "  cd 'my news'",
        "  digest check",
        "  digest preview",
        "  digest build --daily",
    ]
    assert made.json["newsroom"] == str(tmp_path / "my news")
    assert set(made.json["files"]) == FILES == below(tmp_path / "my news")
    monkeypatch.chdir(tmp_path / "my news")
    assert (tmp_path / "my news" / ".gitignore").read_text().split("\n")[1:3] == ["var/", "outbox/"]


def test_here_needs_no_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README").write_text("what is there and no file of ours stays")
    assert init(".", "--json").json["next"][0] == "digest check"
    assert below(tmp_path) == FILES | {"README"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_what_is_there_is_never_overwritten(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    made = init(str(tmp_path))
    top = name.partition("/")[0]
    assert (made.code, made.out) == (2, "")
    assert made.err == (
        f"digest: {tmp_path} has {top} already, and nothing is overwritten. Nothing was written. Name another folder.\n"
    )
    assert below(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "mine"


def test_a_link_that_leads_nowhere_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "digest.yaml").symlink_to(tmp_path / "elsewhere")
    assert init(str(tmp_path)).code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_written_whole_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    made = init(str(tmp_path / "file" / "news"))
    assert made.code == 2
    assert "cannot be made: " + str(tmp_path / "file") + " is no folder. Nothing was written." in made.err
    monkeypatch.setattr(digest.cli.init, "_files", lambda *_: {"a/b": b"1", "a/c": b"2", "a/b/d": b"3"})
    assert init(str(tmp_path / "new" / "news")).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--url", "post.example"),
            '--url must be a web address, not "post.example". Start it with https://.',
        ),
        (
            ("--timezone", "New York"),
            '--timezone is no time zone: "New York". Did you mean "America/New_York"?',
        ),
        (("--locale", "english"), '--locale must be a locale, not "english". Write it like en_US.'),
        (("--locale", "xx_YY"), "--locale"),
        (("--name", "a\nb"), "--name must stand on one line."),
    ],
)
def test_an_option_is_read_as_its_key_would_be(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    made = init(str(tmp_path / "new"), *words)
    assert made.code == 2
    assert made.err.startswith(f"digest: {told}")
    assert not (tmp_path / "new").exists()


def test_the_options_stand_in_the_files(tmp_path: Path) -> None:
    assert (
        init(str(tmp_path), "--name", 'The "Quiet" Post @NAME@', "--url", "https://www.quiet.example/").code
        == 0
    )
    (issue,) = Room(tmp_path).run("build", "--daily", "--json").json["issues"]
    message = (Path(issue["folder"]) / "message.eml").read_text()
    assert "From: The Quiet Post NAME <news@quiet.example>" in message
    assert "https://www.quiet.example/2" in (Path(issue["folder"]) / "index.txt").read_text()


def test_copied_templates_make_the_same_issue(tmp_path: Path) -> None:
    pages = []
    for name, words in (("plain", ()), ("own", ("--templates",))):
        assert init(str(tmp_path / name), *words).code == 0
        (issue,) = Room(tmp_path / name).run("build", "--daily", "--json").json["issues"]
        pages.append((Path(issue["folder"]) / "index.html").read_bytes())
        assert Room(tmp_path / name).run("check").code == 0
    assert pages[0] == pages[1]
    assert (tmp_path / "own" / "templates" / "issue.html.j2").is_file()
    assert not (tmp_path / "plain" / "templates").exists()


def is_line(text: str) -> bool:
    try:
        return line(text) == text
    except InvalidValue:
        return False


names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30).filter(
    is_line
)


@given(name=names, today=st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_name_on_every_day_makes_sound_files(name: str, today: date) -> None:
    made = contents(options(name=name, sender=_sender(name, "https://post.example"), today=today))
    read = compile_files({file: made[file].encode() for file in ("digest.yaml", "adslots.yaml")})
    assert (read.problems, read.warnings) == ([], ())
    assert read.digest.publication is not None
    assert read.digest.publication.name == name
    assert made == contents(options(name=name, sender=_sender(name, "https://post.example"), today=today))


def test_stories_of_neighbouring_days_are_all_different() -> None:
    rows = [json.loads(line) for line in contents(options())["samples/stories.jsonl"].splitlines()]
    assert len({one["id"] for one in rows}) == len({one["url"] for one in rows}) == len(rows) == 35 * 8
    seen: dict[str, date] = {}
    for one in rows:
        day = date.fromisoformat(one["published_at"][:10])
        assert (day - seen.get(one["title"], date.min)).days >= 9
        seen[one["title"]] = day


@pytest.mark.parametrize(
    ("name", "url", "mailbox"),
    [
        ("Post", "https://www.post.example:8080/a", "Post <news@post.example>"),
        ('<"@">', "https://post.example", "<news@post.example>"),
        ("Post", "https://[::1]/", "news@news.example"),
    ],
)
def test_the_sender_is_a_mailbox(name: str, url: str, mailbox: str) -> None:
    assert _sender(name, url) == mailbox


def test_nothing_but_the_day_and_the_options_counts() -> None:
    assert _files(options(), False) == _files(options(), False)
