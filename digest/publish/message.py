"""``message.eml``: the issue as one complete e-mail, the same bytes on every machine and at any hour.

``multipart/alternative``, text before HTML, both quoted-printable; the newsroom's own picture files, where they are
served from nowhere, lie beside the HTML in a ``multipart/related``. Nothing comes from the clock: ``Date`` is the
end of the issue's window, ``Message-ID`` and the boundary are made of edition, date, revision and content.

``To`` is the sender's own address. The mailer puts each reader's address in its place; a message sent as it is
reaches nobody but the newsroom.

Parts travel with CRLF, as mail does: one decodes to ``index.html`` or ``index.txt`` with CRLF for its line breaks
(and with ``cid:`` for the address of an embedded picture).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from digest.errors import ConfigurationError, Problem
from digest.model import Issue, Publication

CRLF: Final = b"\r\n"
LINE: Final = 76  # characters of a body line, a soft break's "=" included
FOLD: Final = 76  # characters of a header line that can be folded
LONGEST: Final = 900  # characters of one header word that may stand unencoded (the protocol's limit is 998)

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNSAFE: Final = re.compile(rb"[^\t\n -~]+")
_BLANK_END: Final = re.compile(rb"[ \t](?=\n|\Z)")
_PICTURES: Final = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif"}
_BARE: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+/-"
)  # in encoded words
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SENDER: Final = re.compile(r"\s*(.*?)\s*<\s*([^<>\s]+)\s*>\s*", re.DOTALL)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[^\s@<>()\[\],;:\\\"]+")


def message(
    issue: Issue, *, publication: Publication, revision: int, quoted: Callable[[bytes], bytes] | None = None
) -> bytes:
    """The e-mail of an issue. The rendered ``headers`` are the mailer's own and printed as they are.

    ``quoted`` is ``quoted_printable`` that remembers: variants of an issue share most of their pieces.

    Raises ``ConfigurationError`` when the edition's ``from`` is no mail address.
    """
    name, address = sender(issue.edition.sender, publication)
    digest = _fingerprint(issue, address, revision)
    boundary = f"=_{digest[:32]}"  # quoted-printable never prints "=_"
    head = [
        _field("Date", mail_date(issue.window.end)),
        _field("From", mailbox(name, address)),
        _field("To", mailbox(name, address)),
        _field("Subject", header_text(issue.rendered.subject, used=len("Subject: "))),
        _field("Message-ID", _message_id(issue, address, revision, digest)),
        *(_field(key, value) for key, value in _edition_headers(issue, publication, address)),
        *(_field(key, _clean(value)) for key, value in issue.rendered.headers.items()),
        _field("MIME-Version", "1.0"),
        _field("Content-Language", language(publication.locale)),
        _field("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    mark = b"--" + boundary.encode("ascii")
    quoted = quoted or quoted_printable
    html, text = (
        issue.rendered.pieces
        if issue.rendered.pieces[0]
        else ((issue.rendered.html,), (issue.rendered.text,))
    )
    parts = (_part("plain", text, quoted), _html(issue, html, digest, address, quoted))
    body = b"".join(mark + CRLF + part + CRLF for part in parts)
    return b"".join(head) + CRLF + body + mark + b"--" + CRLF


def _edition_headers(issue: Issue, publication: Publication, address: str) -> Iterator[tuple[str, str]]:
    """What tells mail programs which list this is, where answers go, and the edition's own header fields."""
    edition = issue.edition
    if edition.reply_to:
        yield "Reply-To", mailbox(*sender(edition.reply_to, publication), used=len("Reply-To: "))
    host = address.rpartition("@")[2]
    yield (
        "List-Id",
        mailbox(edition.title or publication.name, f"{edition.name}.{host}", used=len("List-Id: ")),
    )
    for name, value in edition.headers.items():
        yield name, header_text(value, used=len(name) + 2)


def _html(
    issue: Issue, html: Sequence[bytes], digest: str, address: str, quoted: Callable[[bytes], bytes]
) -> bytes:
    """The HTML part, with the pictures that it shows from its own folder."""
    domain = address.rpartition("@")[2]
    pictures_shown = {
        name: data for name, data in issue.rendered.images.items() if _beside(name) in issue.rendered.html
    }
    if not pictures_shown:
        return _part("html", html, quoted)
    for name in pictures_shown:
        html = [chunk.replace(_beside(name), f'src="cid:{name}@{domain}"'.encode()) for chunk in html]
    boundary = f"=_{digest[32:]}"
    mark = b"--" + boundary.encode("ascii")
    head = f'Content-Type: multipart/related; type="text/html";\r\n boundary="{boundary}"\r\n\r\n'.encode()
    pictures = (_picture(name, data, domain) for name, data in pictures_shown.items())
    body = b"".join(mark + CRLF + part + CRLF for part in (_part("html", html, quoted), *pictures))
    return head + body + mark + b"--"


def _beside(name: str) -> bytes:
    return f'src="images/{name}"'.encode()


@lru_cache(maxsize=64)  # the variants of an issue show the same pictures
def _picture(name: str, data: bytes, domain: str) -> bytes:
    kind = _PICTURES.get(name.rpartition(".")[2], "octet-stream")
    head = (
        f"Content-Type: image/{kind}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{name}@{domain}>\r\n"
        f"Content-Disposition: inline; filename={name}\r\n\r\n"
    )
    lines = (binascii.b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57))
    return head.encode("ascii") + CRLF.join(lines)


def _part(kind: str, pieces: Iterable[bytes], quoted: Callable[[bytes], bytes]) -> bytes:
    """A part from pieces that end in line ends: what is quoted in pieces is what is quoted whole."""
    fields = (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return fields.encode("ascii") + b"".join(map(quoted, pieces))


def quoted_printable(content: bytes) -> bytes:
    """``content`` in lines of at most 76 characters; it decodes to ``content`` with CRLF for its line breaks."""
    encoded = _UNSAFE.sub(_hex, content.replace(b"=", b"=3D"))
    encoded = _BLANK_END.sub(lambda match: b"=%02X" % match[0][0], encoded)
    if b"From " in encoded:  # mailboxes change lines that start so
        encoded = re.sub(rb"^F(?=rom )", b"=46", encoded, flags=re.MULTILINE)
    return CRLF.join(line if len(line) <= LINE else _wrapped(line) for line in encoded.split(b"\n"))


def _hex(match: re.Match[bytes]) -> bytes:
    return b"=" + match[0].hex("=").upper().encode("ascii")


def _wrapped(line: bytes) -> bytes:
    """A line cut by soft breaks, never inside an ``=XX``."""
    pieces = []
    while len(line) > LINE:
        cut = LINE - 1
        cut -= 2 if line[cut - 2 : cut - 1] == b"=" else 1 if line[cut - 1 : cut] == b"=" else 0
        pieces.append(line[:cut])
        line = line[cut:]
    return (b"=" + CRLF).join([*pieces, line])


def sender(mailbox: str, publication: Publication) -> tuple[str, str]:
    """Name and address of ``Name <address>``; without one, ``newsletter@`` the publication's host."""
    if not mailbox.strip():
        return publication.name, f"newsletter@{_host(publication.url)}"
    match = _SENDER.fullmatch(mailbox)
    name, address = (_unquoted(match[1]), match[2]) if match else (publication.name, mailbox.strip())
    address = _ascii_domain(address)
    if not _ADDRESS.fullmatch(address) or not address.isascii():
        cure = 'Write it as "Name <name@example.com>".'
        raise ConfigurationError(
            [Problem("digest.yaml", 1, 1, f"from: {mailbox!r} is no mail address.", cure)]
        )
    return _clean(name), address


def _unquoted(name: str) -> str:
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', name, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name


def _host(url: str) -> str:
    match = re.match(r"https?://(?:[^/?#@]*@)?([A-Za-z0-9.-]+)", url, re.IGNORECASE)
    return match[1].lower().removeprefix("www.").strip(".") if match else "localhost.invalid"


def _ascii_domain(address: str) -> str:
    """The address with an international domain in its ASCII form; anything unfit stays, to be refused."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address


def mailbox(name: str, address: str, used: int = len("From: ")) -> str:
    """``Name <address>`` for a header; the name quoted or encoded as it needs."""
    name = _clean(name)
    if not name:
        return address
    if not _plain(name):
        return f"{encoded_words(name, used=used)}\r\n <{address}>"
    if not _ATOMS.fullmatch(name):
        name = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return _folded(f"{name} <{address}>", used=used)


def header_text(text: str, *, used: int) -> str:
    """Free text for a header, folded; encoded where it is not plain ASCII. ``used``: characters before it."""
    text = _clean(text)
    return _folded(text, used=used) if _plain(text) else encoded_words(text, used=used)


def encoded_words(text: str, *, used: int) -> str:
    """``text`` as RFC 2047 words of UTF-8, none over 75 characters, no character cut; the shorter of Q and B."""
    first = FOLD - used
    return min(
        "\r\n ".join(_words(text, "Q", first, _q)),
        "\r\n ".join(_words(text, "B", first, _b)),
        key=len,
    )


def _words(text: str, kind: str, first: int, encode: Callable[[bytes], str]) -> list[str]:
    """Encoded words; the first one at most ``first`` characters long."""
    encoded_words: list[str] = []
    pending = b""
    for char in text:
        space = (first if not encoded_words else FOLD - 1) - len("=?utf-8?Q??=")
        data = char.encode("utf-8", "replace")
        if pending and len(encode(pending + data)) > space:
            encoded_words.append(f"=?utf-8?{kind}?{encode(pending)}?=")
            pending = b""
        pending += data
    return [*encoded_words, f"=?utf-8?{kind}?{encode(pending)}?="]


def _q(data: bytes) -> str:
    return "".join("_" if byte == 32 else chr(byte) if byte in _BARE else f"={byte:02X}" for byte in data)


def _b(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _plain(text: str) -> bool:
    """Whether a header may show ``text`` as it is."""
    return text.isascii() and "=?" not in text and all(len(word) <= LONGEST for word in text.split(" "))


def _folded(text: str, *, used: int) -> str:
    """``text`` with CRLF before spaces, so that lines keep to the limit where words allow it."""
    lines: list[str] = [""]
    space = FOLD - used
    for index, word in enumerate(text.split(" ")):
        glued = f"{lines[-1]} {word}" if index else word
        if index and word and len(glued) > space and lines[-1].strip():
            lines.append(f" {word}")
            space = FOLD
        else:
            lines[-1] = glued
    return "\r\n".join(lines)


def _field(name: str, value: str) -> bytes:
    return f"{name}: {value}".encode("ascii", "replace") + CRLF


def _clean(text: str) -> str:
    """One line without control characters: nothing in it can start another header."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text).strip()


def _fingerprint(issue: Issue, address: str, revision: int) -> str:
    """A hash of everything the message says."""
    rendered = issue.rendered
    identity = "\0".join(
        (issue.edition.name, issue.date.isoformat(), str(revision), address, rendered.subject)
    )
    pieces = (identity.encode("utf-8", "replace"), rendered.text, rendered.html, *rendered.images.values())
    return sha256(b"".join(sha256(piece).digest() for piece in pieces)).hexdigest()


def _message_id(issue: Issue, address: str, revision: int, digest: str) -> str:
    domain = address.rpartition("@")[2]
    return f"<{issue.edition.name}.{issue.date:%Y%m%d}.{revision}.{digest[:20]}@{domain}>"


def mail_date(at: datetime) -> str:
    """An instant as mail headers write it, in UTC: ``Fri, 23 Jan 2026 11:00:00 +0000``."""
    at = at.astimezone(UTC)
    return f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} {at:%H:%M:%S} +0000"


def language(locale: str) -> str:
    """``en_US.UTF-8`` as ``en-US``."""
    return re.sub(r"[^A-Za-z0-9-]", "", re.split("[.@]", locale, maxsplit=1)[0].replace("_", "-")) or "en"
