"""The message before SpamAssassin and Python's strict parser."""

from __future__ import annotations

import email
import email.errors
import email.policy
import re
from email.message import EmailMessage

import pytest

from tests.judges.subjects import SUBJECTS, THEMES, subject
from tests.judges.tools import spam_score

CASES = [(name, theme) for name in SUBJECTS for theme in THEMES]
LIMIT = 0.5
GTUBE = (
    "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"  # the spam filter's own control
)


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_spamassassin_is_quiet(name: str, theme: str) -> None:
    score, rules = spam_score(subject(name, theme).eml)
    assert score <= LIMIT, rules


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_a_strict_parser_finds_no_defect_and_the_very_bytes(name: str, theme: str) -> None:
    one = subject(name, theme)
    found = email.message_from_bytes(one.eml, policy=email.policy.strict)
    assert isinstance(found, EmailMessage)
    fields = [field for part in found.walk() for field in part.values()]
    assert [defect for item in (*found.walk(), *fields) for defect in item.defects] == []
    leaves = [part for part in found.walk() if part.get_content_maintype() == "text"]
    text, html = (bytes(part.get_payload(decode=True)) for part in leaves)
    assert text == one.rendered.text.replace(b"\n", b"\r\n")
    shown = re.sub(rb'src="cid:([^"@]+)@[^"]*"', rb'src="images/\1"', html)
    assert shown == one.rendered.html.replace(b"\n", b"\r\n")
    assert max(len(line) for line in one.eml.split(b"\r\n")) <= 998


def test_spamassassin_catches_the_control() -> None:
    spam = f"From: a@a.example\r\nTo: b@b.example\r\nSubject: x\r\n\r\n{GTUBE}\r\n"
    assert spam_score(spam.encode())[0] > 100


def test_the_parser_catches_the_control() -> None:
    with pytest.raises(email.errors.MessageDefect):
        email.message_from_bytes(
            b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n", policy=email.policy.strict
        )
