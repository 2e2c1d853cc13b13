"""Nasty addresses: no part of a password, token or key is ever told."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import CommandError, Problem, Unreachable
from digest.redaction import redacted
from digest.store.database import connect
from digest.store.trouble import said

SECRET = "p@ssw0rd"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://user:p@ssw0rd@db.example/x", "postgresql://***@db.example/x"),
        ("postgresql+psycopg://user:p@ss/w0rd@db.example/x", "postgresql+psycopg://***@db.example/x"),
        ("postgresql://user:p#ss?w@rd@db:5432/x", "postgresql://***@db:5432/x"),
        ("https://user:12/34@host.example/feed", "https://***@host.example/feed"),
        ("https://token@host.example/@someone", "https://***@host.example/@someone"),
        ("https://u:a@b@c@localhost:8080/feed?x=1", "https://***@localhost:8080/feed?x=1"),
        ("https://u:p@[::1]:99/feed", "https://***@[::1]:99/feed"),
        ("redis://:pw@host.example", "redis://***@host.example"),
        ("https://a.example/f?api_key=abc&x=1", "https://a.example/f?api_key=***&x=1"),
        ("https://a.example/f?x=1&Access_Token=abc#t", "https://a.example/f?x=1&Access_Token=***#t"),
        ("postgresql://h/db?user=u&password=a%20b", "postgresql://h/db?user=u&password=***"),
        ("host=db user=u password='a b' dbname=x", "host=db user=u password=*** dbname=x"),
        ("postgresql://user:pa%40ss@db.example/x", "postgresql://***@db.example/x"),
        ("postgresql://user:p'a\"ss@db.example/x", "postgresql://***@db.example/x"),
        ("postgresql://user:pa ss<w>@db.example/x", "postgresql://***@db.example/x"),
        ("X-Api-Key: abc", "X-Api-Key: ***"),
        ('{"user": "u", "password": "a\\"b", "x": 1}', '{"user": "u", "password": "***", "x": 1}'),
        ("{'api_key': 'abc', 'client-secret': 'de\"f'}", "{'api_key': '***', 'client-secret': '***'}"),
        ("[(b'authorization', b'Token abc')]", "[(b'authorization', b'***')]"),
        (
            "https://a.example/?sslpassword=s&client_secret=t&sig=u",
            "https://a.example/?sslpassword=***&client_secret=***&sig=***",
        ),
    ],
)
def test_what_is_secret_is_hidden(text: str, shown: str) -> None:
    assert redacted(text) == shown
    assert redacted(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://user:p@ssw0rd@db.example/x", "postgresql://***@db.example/x"),
        ("https://a.example/f?api_key=abc&x=1", "https://a.example/f?api_key=***&x=1"),
        ("password='a b'", "password=***"),
    ],
)
def test_it_is_hidden_in_a_sentence_and_twice(text: str, shown: str) -> None:
    assert redacted(f'could not read "{text}", twice: {text}') == f'could not read "{shown}", twice: {shown}'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def\nHost: a.example", "Authorization: ***\nHost: a.example"),
        ("Set-Cookie: session=abc; Path=/", "Set-Cookie: ***"),
        ("401 for Bearer eyJ0abc.def", "401 for Bearer ***"),
    ],
)
def test_headers_are_hidden(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://localhost:8080 is away; write to jo@host.example",
        '{"url": "https://a.example/x","mail":"jo@b.example"}',
        '{"key": "opens", "token": 7}',
        "the token: it is in the mailer's settings",
        "Bearer of bad news; Basic training",
        "https://medium.example/@user/a-story?keyword=tea&monkey=1",
        "https://host.example:8080/@user",
        "write to jo@host.example",
        "mailto:jo@host.example",
        "sqlite:////var/digest.db",
        "aquafresh@in_stream",
        "postgresql+psycopg://digest@/postgres?host=/tmp".replace("digest@", ""),
    ],
)
def test_what_is_not_stays(text: str) -> None:
    assert redacted(text) == text


passwords = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029"), min_size=6
)


@given(password=passwords)
def test_no_password_is_told_whatever_is_in_it(password: str) -> None:
    word = f"Zq{password}Zq"  # letters that stand nowhere else
    for text in (f"postgresql://user:{word}@db.example/x", f"https://user:{word}@db.example/feed"):
        shown = redacted(text)
        assert "Zq" not in shown, shown


def test_every_error_is_redacted() -> None:
    text = f"https://user:{SECRET}@host.example/feed?token=abc cannot be read"
    for error in (
        str(Unreachable(text)),
        str(CommandError(text)),
        str(Problem("digest.yaml", 1, 1, text, text)),
    ):
        assert SECRET not in error
        assert "w0rd" not in error
        assert "abc" not in error


@pytest.mark.parametrize("password", ["p@ssw0rd", "p/w0rd", "p@s/w0?rd#", "w0rd%40x"])
def test_a_store_that_cannot_be_reached_keeps_its_password(password: str) -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as told:
        connect(f"postgresql+psycopg://digest:{password}@127.0.0.1:1/digest?application_name=x")
    assert "w0rd" not in str(told.value)
    assert "127.0.0.1" in str(told.value)


def test_what_a_driver_says_is_redacted() -> None:
    error = said(
        sqlite3.OperationalError("connection to postgresql://u:p@ssw0rd@h.example failed, password=w0rd"), "x"
    )
    assert "w0rd" not in str(error)
