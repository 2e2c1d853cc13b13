"""The message against Python's own e-mail parser: no defect, nothing lost, nothing forged."""

from __future__ import annotations

import email
import email.errors
import email.policy
import quopri
import re
import subprocess
import sys
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigurationError
from digest.model import Issue
from digest.publish.message import LINE, encoded_words, header_text, message, quoted_printable, sender
from tests.strategies.issues import PUBLICATION, WINDOW, issue

ORDER = [
    "Date", "From", "To", "Subject", "Message-ID", "List-Id", "MIME-Version", "Content-Language", "Content-Type",
]  # fmt: skip
FREE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
CONTENT = st.one_of(st.binary(max_size=400), st.text("ab =.\t\r\né日😀From _", max_size=400).map(str.encode))


def sent(one: Issue, revision: int = 1) -> bytes:
    return message(one, publication=PUBLICATION, revision=revision)


def parsed(data: bytes) -> EmailMessage:
    """Strictly: the parser raises on any defect."""
    return email.message_from_bytes(data, policy=email.policy.strict)


def crlf(content: bytes) -> bytes:
    """As text travels in mail."""
    return content.replace(b"\n", b"\r\n")


def defects(mail: EmailMessage) -> list[object]:
    parts = list(mail.walk())
    fields = [field for part in parts for field in part.values()]
    return [defect for part in (*parts, *fields) for defect in part.defects]


def test_the_envelope() -> None:
    mail = parsed(sent(issue()))
    assert list(mail) == ORDER
    assert mail["From"] == mail["To"] == "NewsFinale <news@newsfinale.example>"
    assert mail["Subject"] == "Council votes"
    assert parsedate_to_datetime(mail["Date"]) == WINDOW.end
    assert mail["Message-ID"].startswith("<daily.20260123.1.")
    assert mail["Message-ID"].endswith("@newsfinale.example>")
    assert mail["Content-Language"] == "en-US"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_same_issue_is_the_same_message_and_another_is_not() -> None:
    first = sent(issue())
    assert sent(issue()) == first
    others = [
        sent(issue(), 2),
        sent(issue(text=b"Hello!\n")),
        sent(issue(html=b"")),
        sent(issue(subject="x")),
    ]
    ids = {parsed(data)["Message-ID"] for data in (first, *others)}
    assert len(ids) == 5


@given(html=CONTENT, text=CONTENT, subject=FREE_TEXT)
def test_a_strict_parser_finds_no_defect_and_the_very_bytes(html: bytes, text: bytes, subject: str) -> None:
    data = sent(issue(html=html, text=text, subject=subject))
    mail = parsed(data)
    assert defects(mail) == []
    wanted = [crlf(text), crlf(html)]
    assert [part.get_payload(decode=True) for part in mail.iter_parts()] == wanted
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in data.split(b"\r\n"))
    data.decode("ascii")


@given(FREE_TEXT)
def test_the_subject_arrives_and_forges_no_header(subject: str) -> None:
    mail = parsed(sent(issue(subject=subject)))
    assert list(mail) == ORDER
    expected = "".join(" " if ord(char) < 32 or 127 <= ord(char) < 160 else char for char in subject).strip(
        " "
    )
    assert mail["Subject"].split() == expected.split()


@pytest.mark.parametrize(
    "subject",
    [
        "Tampa & the Grüne 😀 " + "word " * 12,
        "市" * 78,
        "plain " * 30,
        "x" * 2000,
        "=?utf-8?Q?forged?=",
        "a =?utf-8?Q?b?= c",
        "Glückwunschkarten!",
        "Glückwunschkarten_3?=(b)",
        "x\r\nBcc: all@a.example",
        "x\r\n\r\n<html>",
        "مرحبا بالعالم",
        "{{ .Subscriber.FirstName }}, *|FNAME|*: %recipient.name%",
    ],
)
def test_subjects_survive_folding_and_encoding(subject: str) -> None:
    data = sent(issue(subject=subject))
    mail = parsed(data)
    assert list(mail) == ORDER
    assert mail["Subject"] == " ".join(subject.split())
    head = data.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80), st.integers(0, 60))
def test_encoded_words_keep_to_75_characters(text: str, used: int) -> None:
    words = encoded_words(text, used=min(used, 40)).split("\r\n ")
    assert all(len(word) <= 75 for word in words)
    assert len(words[0]) + min(used, 40) <= 76


@given(CONTENT)
def test_quoted_printable_agrees_with_the_standard_library(content: bytes) -> None:
    encoded = quoted_printable(content)
    assert quopri.decodestring(encoded) == crlf(content)
    assert all(len(line) <= LINE and not line.endswith((b" ", b"\t")) for line in encoded.split(b"\r\n"))
    assert b"=0A" not in encoded


@pytest.mark.parametrize("before", range(60, 80))
def test_a_soft_break_cuts_no_encoded_byte_and_no_line_short(before: int) -> None:
    lines = quoted_printable(b"x" * before + "é".encode() * 40).split(b"=\r\n")
    assert all(re.fullmatch(rb"(?:[^=]|=[0-9A-F]{2})*", line) for line in lines)
    assert all(74 <= len(line) + 1 <= 76 for line in lines[:-1])


@pytest.mark.parametrize(("letters", "lines"), [(41, 1), (42, 2)])
def test_a_header_is_folded_at_76_characters_and_not_before(letters: int, lines: int) -> None:
    folded = header_text(f"{'a' * 24} {'b' * letters}", used=len("Subject: ") + 1)
    assert len(folded.split("\r\n")) == lines


@pytest.mark.parametrize(("letters", "words"), [(57, 1), (58, 2)])
def test_an_encoded_word_is_75_characters_long_and_no_longer(letters: int, words: int) -> None:
    encoded = encoded_words("é" + "a" * letters, used=1)
    assert len(encoded.split("\r\n ")) == words
    assert max(map(len, encoded.split("\r\n "))) <= 75


@given(st.lists(st.binary(max_size=90).map(lambda data: data + b"\n"), min_size=1, max_size=5))
def test_quoted_printable_of_a_join_is_the_join(pieces: list[bytes]) -> None:
    """So fragments that end in a line break can be encoded once and joined for every reader."""
    assert quoted_printable(b"".join(pieces)) == b"".join(quoted_printable(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("NewsFinale <news@a.example>", ("NewsFinale", "news@a.example")),
        ('"News, Daily" <news@a.example>', ("News, Daily", "news@a.example")),
        ('"Say \\"hi\\"" <news@a.example>', ('Say "hi"', "news@a.example")),
        ("News (Tampa) [x] <news@a.example>", ("News (Tampa) [x]", "news@a.example")),
        ("Ünï 日本 <news@a.example>", ("Ünï 日本", "news@a.example")),
        ("news@a.example", ("NewsFinale", "news@a.example")),
        ("<news@a.example>", ("", "news@a.example")),
        ("News <news@müller.example>", ("News", "news@xn--mller-kva.example")),
        ("", ("NewsFinale", "newsletter@newsfinale.example")),
        ("x\r\nBcc: <news@a.example>", ("x Bcc:", "news@a.example")),
    ],
)
def test_senders(words: str, expected: tuple[str, str]) -> None:
    assert sender(words, PUBLICATION) == expected
    mail = parsed(sent(issue(sender=words)))
    (address,) = mail["From"].addresses
    assert list(mail) == ORDER
    assert defects(mail) == []
    assert (address.display_name.split(), address.addr_spec) == (expected[0].split(), expected[1])


@pytest.mark.parametrize(
    "words",
    [
        "News",
        "a b@c.example",
        "News <a@b@c>",
        "x <ü@a.example>",
        "x <a@b.example\r\n>,",
        f"x <a@{chr(252) * 64}.example>",
    ],
)
def test_what_is_no_sender_is_said(words: str) -> None:
    with pytest.raises(ConfigurationError, match="is no mail address") as caught:
        sent(issue(sender=words))
    assert [(problem.file, problem.line, problem.column) for problem in caught.value.problems] == [
        ("digest.yaml", 1, 1)
    ]


@pytest.mark.parametrize(
    "tag",
    [
        "{{ UnsubscribeURL }}",
        "*|UNSUB|*",
        "%%{unsubscribe_url}%%",
        "{% unsubscribe_link %}",
        "%unsubscribe_url%",
    ],
)
def test_the_mailers_headers_leave_byte_for_byte(tag: str) -> None:
    data = sent(issue(headers={"List-Unsubscribe": f"<{tag}>"}))
    assert f"\r\nList-Unsubscribe: <{tag}>\r\n".encode() in data
    assert parsed(data)["List-Unsubscribe"] == f"<{tag}>"
    assert "List-Unsubscribe" not in parsed(sent(issue()))


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


def test_pictures_of_the_newsroom_travel_beside_the_html() -> None:
    page = b'<!doctype html>\n<img src="images/a1.png" alt="x"><img src="https://x.example/images/b2.png" alt="">\n'
    plain = issue(html=page)
    pictured = replace(plain, rendered=replace(plain.rendered, images={"a1.png": PNG, "b2.png": PNG}))
    mail = parsed(sent(pictured))
    assert defects(mail) == []
    text, related = mail.iter_parts()
    html, picture = related.iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    assert picture.get_payload(decode=True) == PNG
    assert picture["Content-ID"] == "<a1.png@newsfinale.example>"
    shown = html.get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert b'src="cid:a1.png@newsfinale.example"' in shown
    assert b'src="https://x.example/images/b2.png"' in shown
    assert parsed(sent(pictured))["Message-ID"] != parsed(sent(plain))["Message-ID"]


def test_the_control_has_a_defect() -> None:
    """The parser does catch a broken message."""
    broken = sent(issue()).replace(b"--\r\n", b"\r\n")
    with pytest.raises(email.errors.MessageDefect):
        parsed(broken)


def test_an_ordinary_build_does_not_import_the_mail_package() -> None:
    code = "import sys, digest.publish.message; sys.exit('email' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
