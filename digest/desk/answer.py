"""An address of the browser -> what is sent back. Nothing of it is ever a path on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, urlencode, urlsplit

from digest.desk import page
from digest.desk.proofs import Proofs, parse_day
from digest.errors import AlreadySent, ConfigurationError, DigestError, Unreachable

_HTML, _TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
_KINDS = {
    "index.html": _HTML,
    "index.txt": _TEXT,
    "message.eml": "message/rfc822",
    "manifest.json": "application/json",
}
_OWN = {"preview.css": "text/css; charset=utf-8", "preview.js": "text/javascript; charset=utf-8"}
# The mail: pictures and its own styles, and nothing else; no script, form, frame or plugin.
_MAIL_POLICY = (
    "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups "
    "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STATUS = {ConfigurationError: 500, Unreachable: 503, AlreadySent: 410}  # any other: 404


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. ``policy`` is its Content-Security-Policy; ``name`` what it is called when saved."""

    status: int
    kind: str
    body: bytes
    policy: str = _PAGE_POLICY
    name: str = ""


def answer(proofs: Proofs, address: str) -> Answer:
    """The answer to a GET of an address, such as ``/daily/2026-01-23/index.html`` or ``/?edition=weekly``."""
    try:
        parts = urlsplit(address)
        asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    except ValueError:
        return _sentence(400, "This is no address.")
    steps = parts.path.removeprefix("/").split("/")
    if len(steps) == 3:
        asked, steps = {"edition": steps[0], "date": steps[1]}, steps[2:]
    elif len(steps) == 4 and steps[2] == "images":
        return _file(proofs, {"edition": steps[0], "date": steps[1]}, f"images/{steps[3]}")
    elif len(steps) == 1:
        if steps[0] in _OWN:
            return Answer(200, _OWN[steps[0]], _own(steps[0]))
        if steps[0] == "state":
            return _json({"version": _version(proofs, asked)})
        if steps[0] == "":
            return _shell(proofs, asked)
    return _file(proofs, asked, steps[0]) if len(steps) == 1 and steps[0] in _KINDS else _nothing_here()


def _nothing_here() -> Answer:
    return _sentence(404, "There is nothing here. The preview is at /.")


def _sentence(status: int, text: str) -> Answer:
    return Answer(status, _HTML, page.plain("Preview", text).encode())


def _json(value: Mapping[str, str]) -> Answer:
    return Answer(200, "application/json", json.dumps(value).encode() + b"\n")


@cache
def _own(name: str) -> bytes:
    return files("digest.desk").joinpath(name).read_bytes()


def _version(proofs: Proofs, asked: Mapping[str, str]) -> str:
    try:
        room = proofs.newsroom()
        return proofs.version(room, *proofs.which(room, asked.get("edition"), parse_day(asked.get("date"))))
    except DigestError:
        return proofs.version(None, None, None)


def _shell(proofs: Proofs, asked: Mapping[str, str]) -> Answer:
    state = "/state?" + urlencode({key: asked[key] for key in ("edition", "date") if key in asked})
    frame = page.Frame(_version(proofs, asked), state)  # first: what changes meanwhile is then a change
    try:
        room = proofs.newsroom()
        edition, day = proofs.which(room, asked.get("edition"), parse_day(asked.get("date")))
        text, status = page.shown(room, proofs.proof(room, edition, day), frame), 200
    except DigestError as error:
        text = page.mistaken(error, frame)
        status = 200 if isinstance(error, ConfigurationError) else _status(error)
    return Answer(status, _HTML, text.encode("utf-8", "replace"))


def _file(proofs: Proofs, asked: Mapping[str, str], name: str) -> Answer:
    """One of the files of an issue, byte for byte."""
    try:
        room = proofs.newsroom()
        edition, day = proofs.which(room, asked.get("edition"), parse_day(asked.get("date")))
        proof = proofs.proof(room, edition, day)
    except DigestError as error:
        return _sentence(_status(error), str(error))
    if name not in proof.files:
        return _sentence(_status(proof.error), str(proof.error))
    policy = _MAIL_POLICY if name == "index.html" else _PAGE_POLICY
    saved = f"{edition.name}-{day}.eml" if name == "message.eml" else ""
    return Answer(200, _KINDS.get(name) or _picture(name), proof.files[name], policy, saved)


def _picture(name: str) -> str:
    """The kind of a picture file of an issue."""
    return {"png": "image/png", "gif": "image/gif"}.get(name.rpartition(".")[2], "image/jpeg")


def _status(error: DigestError | None) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 404)
