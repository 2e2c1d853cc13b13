"""Mailers without an API: SMTP against a real server on loopback, folders, programs."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any, cast

import pytest

from digest.mailers import AnswerLost, Mailer, MailerDown, MailerRefused, Sender, connect
from digest.model.mail import MailerSpec
from tests.test_mailers import DAY, MESSAGE, Clock

aiosmtpd = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")
EML = (
    b"From: Harbor Post <news@harbor.example>\r\nTo: news@harbor.example\r\nSubject: Bridge\r\n opens\r\n"
    b"MIME-Version: 1.0\r\n\r\n.a line that begins with a dot\r\nTo: not a header\r\n..\r\nend\r\n"
)
ISSUE = replace(MESSAGE, eml=EML)


class Box:
    """What a server took, and how it answers: codes to give first, by command."""

    def __init__(self) -> None:
        self.took: list[tuple[str, list[str], bytes]] = []
        self.put_off = 0
        self.refuse: set[str] = set()
        self.hang_up = False
        self.peers: set[Any] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuse:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.peers.add(session.peer)
        if self.put_off:
            self.put_off -= 1
            return "451 4.7.1 come back later"
        self.took.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        if self.hang_up:
            server.transport.abort()
        return "250 queued"


def free() -> int:
    """A port nobody listens on."""
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        port: int = connection.getsockname()[1]
    return port


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def port(box: Box) -> Iterator[int]:
    controller = aiosmtpd.Controller(box, hostname="127.0.0.1", port=free())
    controller.start()
    yield controller.server.sockets[0].getsockname()[1]
    controller.stop()


def smtp(port: int, clock: Clock | None = None, **changes: Any) -> Sender:
    options: dict[str, Any] = {
        name: changes.pop(name) for name in ("tls", "ca_file", "rate") if name in changes
    }
    settings: dict[str, Any] = {"url": f"smtp://127.0.0.1:{port}", "to": ("list@harbor.example",), **changes}
    spec = MailerSpec(type="smtp", options=options, **settings)
    return cast(Sender, connect(spec, patience=(clock or Clock()).patience))


def test_three_recipients_get_the_very_bytes(box: Box, port: int) -> None:
    to = ("one@a.example", "two@b.example", "three@c.example")
    mailer = smtp(port, to=to)
    assert mailer.targets() == to
    for target in to:
        mailer.deliver(ISSUE, target)
    mailer.close()
    assert [rcpt for _, rcpt, _ in box.took] == [[recipient] for recipient in to]
    assert {sender for sender, _, _ in box.took} == {"news@harbor.example"}
    for target, (_, _, data) in zip(to, box.took, strict=True):
        assert data == EML.replace(b"To: news@harbor.example", b"To: " + target.encode(), 1)
    assert len(box.peers) == 1, "one connection carries all"


def test_a_test_is_marked_and_addressed(box: Box, port: int) -> None:
    smtp(port).test("", ISSUE, ("desk@a.example", "boss@a.example"))
    heads = [message_from_bytes(data) for _, _, data in box.took]
    assert [head["To"] for head in heads] == ["desk@a.example", "boss@a.example"]
    assert {head["Subject"].replace("\r\n", "") for head in heads} == {"[Test] Bridge opens"}


def test_what_is_put_off_is_offered_again(box: Box, port: int) -> None:
    clock = Clock()
    box.put_off = 2
    smtp(port, clock).deliver(ISSUE, "list@harbor.example")
    assert len(box.took) == 1
    assert [pause for pause in clock.slept if pause >= 1] == [2.0, 10.0]


def test_what_is_always_put_off_is_given_up(box: Box, port: int) -> None:
    box.put_off = 99
    with pytest.raises(MailerDown, match="come back later"):
        smtp(port).deliver(ISSUE, "list@harbor.example")


def test_a_refused_recipient_is_said(box: Box, port: int) -> None:
    box.refuse = {"list@harbor.example"}
    mailer = smtp(port)
    with pytest.raises(MailerRefused, match="no such mailbox"):
        mailer.deliver(ISSUE, "list@harbor.example")
    mailer.deliver(ISSUE, "other@harbor.example")
    assert [rcpt for _, rcpt, _ in box.took] == [["other@harbor.example"]]


def test_an_answer_lost_is_no_refusal(box: Box, port: int) -> None:
    box.hang_up = True
    with pytest.raises(AnswerLost, match="arrived"):
        smtp(port).deliver(ISSUE, "list@harbor.example")
    assert len(box.took) == 1


def test_the_rate_is_bounded(box: Box, port: int) -> None:
    clock = Clock()
    mailer = smtp(port, clock, rate=4)
    for _ in range(5):
        mailer.deliver(ISSUE, "list@harbor.example")
    assert clock.time == pytest.approx(1.0)


def test_nobody_there_is_said() -> None:
    with pytest.raises(MailerDown, match="cannot be reached"):
        smtp(1).deliver(ISSUE, "list@harbor.example")


@pytest.mark.parametrize("url", ["http://a.example", "mail.example", "smtp://", ""])
def test_an_address_of_another_kind_is_said(url: str) -> None:
    with pytest.raises(MailerRefused, match="smtp://"):
        connect(MailerSpec(type="smtp", url=url))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "3650",
        "-subj",
        "/CN=localhost",
    ]
    words += [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]
    try:
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl cannot make a certificate here")
    return folder


@pytest.fixture
def secure(box: Box, certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        good = (data.login, data.password) == (b"digest", b"smtp-secret-77")
        return AuthResult(success=good, handled=False)

    controller = aiosmtpd.Controller(
        box, hostname="127.0.0.1", port=free(), tls_context=context, require_starttls=True,
        authenticator=login, auth_required=True,
    )  # fmt: skip
    controller.start()
    yield controller.server.sockets[0].getsockname()[1]
    controller.stop()


def test_starttls_and_login(box: Box, secure: int, certificate: Path) -> None:
    ca = str(certificate / "cert.pem")
    smtp(secure, user="digest", password="smtp-secret-77", ca_file=ca).deliver(ISSUE, "list@harbor.example")
    assert len(box.took) == 1
    with pytest.raises(MailerRefused, match="user and password") as caught:
        smtp(secure, user="digest", password="not-the-word", ca_file=ca).deliver(ISSUE, "list@harbor.example")
    assert "not-the-word" not in str(caught.value)


def test_a_certificate_nobody_knows_is_refused(secure: int) -> None:
    with pytest.raises(MailerRefused, match="ca_file"):
        smtp(secure, user="digest", password="smtp-secret-77").deliver(ISSUE, "list@harbor.example")


def test_tls_that_is_required_and_not_there(box: Box, port: int) -> None:
    with pytest.raises(MailerRefused, match="STARTTLS"):
        smtp(port, tls="required").deliver(ISSUE, "list@harbor.example")
    assert box.took == []


FILES = {"index.html": b"<p>", "index.txt": b"p", "message.eml": b"e", "manifest.json": b"{}"}


@pytest.mark.parametrize("where", ["{0}/out", "memory://{0}/out"])
def test_a_folder_gets_the_files_and_gets_them_again(tmp_path: Path, where: str) -> None:
    if "://" in where:
        pytest.importorskip("fsspec", reason="fsspec is not installed")
    spec = MailerSpec(type="folder", options={"path": where.format(tmp_path)})
    mailer = cast(Mailer, connect(spec))
    issue = replace(MESSAGE, files=FILES)
    assert mailer.by_names((MESSAGE.name,), DAY) == []
    campaign = mailer.create(issue)
    assert (
        [campaign_found.id for campaign_found in mailer.by_names((MESSAGE.name,), DAY)]
        == [campaign]
        == ["daily/2026-01-23"]
    )
    mailer.update(campaign, replace(issue, files={**FILES, "index.txt": b"q"}))
    if "://" not in where:
        folder = tmp_path / "out" / "daily" / "2026-01-23"
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {**FILES, "index.txt": b"q"}
        assert [path.name for path in folder.parent.iterdir()] == ["2026-01-23"]
    for refused in (lambda: mailer.send(campaign, issue), lambda: mailer.receipt(campaign, DAY)):
        with pytest.raises(MailerRefused):
            refused()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    spec = MailerSpec(type="folder", options={"path": f"{tmp_path}/out"})
    with pytest.raises(MailerDown, match="cannot be used"):
        cast(Mailer, connect(spec)).create(replace(MESSAGE, files=FILES))


def test_a_program_gets_the_folder_and_the_facts(tmp_path: Path) -> None:
    code = "import os,sys; print('log'); print(sys.argv[1], os.environ['DIGEST_NAME'])"
    spec = MailerSpec(type="command", options={"run": (sys.executable, "-c", code)})
    mailer = cast(Sender, connect(spec))
    (target,) = mailer.targets()
    assert mailer.deliver(replace(MESSAGE, folder=tmp_path), target) == f"{tmp_path} {MESSAGE.name}"


def test_a_program_that_fails_is_said_without_its_secrets(tmp_path: Path) -> None:
    code = "import sys; sys.exit('no: the key is top-secret-1')"
    spec = MailerSpec(type="command", key="top-secret-1", options={"run": (sys.executable, "-c", code)})
    with pytest.raises(MailerRefused, match=r"ended with 1: no: the key is \*\*\*"):
        cast(Sender, connect(spec)).deliver(MESSAGE, "it")
    gone = MailerSpec(type="command", options={"run": ("/nowhere/upload",)})
    with pytest.raises(MailerRefused, match="cannot be run"):
        cast(Sender, connect(gone)).deliver(MESSAGE, "it")


def test_a_program_that_never_ends_leaves_it_open() -> None:
    words = (sys.executable, "-c", "import time; time.sleep(60)")
    spec = MailerSpec(type="command", options={"run": words, "seconds": 0.2})
    with pytest.raises(AnswerLost):
        cast(Sender, connect(spec)).deliver(MESSAGE, "it")
