"""``smtp`` against a real Postfix: what readers' mailboxes hold in the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests import postfix
from tests.newsrooms import DIGEST, Room, newsroom
from tests.test_mailers_own import certificate  # noqa: F401  a fixture

TO = ("one@list.example", "two@list.example", "three@list.example")
TRACES = rb"(?:(?:Return-Path|X-Original-To|Delivered-To|Received):[^\n]*\n(?:[ \t][^\n]*\n)*)*"


@pytest.fixture
def server(certificate: Path) -> Iterator[postfix.Postfix]:  # noqa: F811
    if missing := postfix.missing():
        pytest.skip(missing)
    with postfix.running(certificate) as running:
        yield running


def room_with(server: postfix.Postfix, root: Path, to: tuple[str, ...] = TO) -> Room:
    mailer = {
        "type": "smtp", "url": f"smtp://127.0.0.1:{server.port}", "to": list(to), "tls": "required",
        "ca_file": str(server.folder / "keys" / "cert.pem"),
    }  # fmt: skip
    room = newsroom(root, digest=DIGEST.replace("mailer: plain", f"mailer: {json.dumps(mailer)}"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    return room


def test_three_readers_have_the_issue_byte_for_byte(server: postfix.Postfix, tmp_path: Path) -> None:
    room = room_with(server, tmp_path)
    handed = room.run("handover", "daily", "2026-01-23")
    assert handed.code == 0, handed.err
    eml = room.files()["message.eml"]
    for address in TO:
        (mail,) = server.mails(address.split("@")[0])
        ours = re.sub(TRACES, b"", mail, count=1)
        wanted = re.sub(rb"(?m)^To: [^\r\n]*", f"To: {address}".encode(), eml, count=1)
        assert ours == wanted.replace(b"\r\n", b"\n")
        parts = {
            part.get_content_type(): part.get_content()
            for part in message_from_bytes(mail, policy=policy.default).walk()
            if not part.is_multipart()
        }
        assert parts["text/plain"].replace("\r\n", "\n") == room.files()["index.txt"].decode()
        assert parts["text/html"].replace("\r\n", "\n") == room.files()["index.html"].decode()
    log = server.log()
    client = [line for line in log.splitlines() if re.search(r"smtpd\[\d+\]: connect from", line)]
    assert len(client) == 2, "one connection of ours, after the one that waited for the server"
    assert "status=sent (delivered to maildir)" in log
    again = room.run("handover", "daily", "2026-01-23")
    assert (again.code, "not handed over again" in again.err) == (5, True)


def test_a_greylist_puts_off_and_then_takes(
    server: postfix.Postfix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.mailers.smtp.PAUSES", (0.1, 0.1, 0.1))
    server.greylist.times = 2
    room = room_with(server, tmp_path)
    handed = room.run("handover", "daily", "2026-01-23")
    assert handed.code == 0, handed.err
    assert all(server.greylist.asked.count(address) == 3 for address in TO)
    for address in TO:
        assert len(server.mails(address.split("@")[0])) == 1


def test_an_address_it_does_not_know_is_said_and_mended(server: postfix.Postfix, tmp_path: Path) -> None:
    room = room_with(server, tmp_path, (TO[0], "nobody@list.example", TO[2]))
    refused = room.run("handover", "daily", "2026-01-23")
    assert refused.code == 2
    assert "refused the message to nobody@list.example" in refused.err
    assert "unknown in virtual mailbox table" in refused.err
    digest = (room.root / "digest.yaml").read_text()
    room.write("digest.yaml", digest.replace("nobody@", "two@"))
    assert room.run("handover", "daily", "2026-01-23").code == 0
    assert [len(server.mails(address.split("@")[0])) for address in TO] == [1, 1, 1]


def test_a_test_goes_out_and_the_issue_does_not(server: postfix.Postfix, tmp_path: Path) -> None:
    room = room_with(server, tmp_path)
    tested = room.run("handover", "daily", "2026-01-23", "--draft", "--test", TO[1])
    assert tested.code == 0, tested.err
    (mail,) = server.mails("two")
    head = message_from_bytes(mail, policy=policy.default)
    assert head["To"] == TO[1]
    assert head["Subject"].startswith("[Test] ")
    assert not (server.folder / "mail" / "one").exists()
