"""No secret in what people or files are told: passwords in addresses, and values that are named like one."""

from __future__ import annotations

import re

_HIDDEN = "***"
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^\s\"'<>]*)")
_WEB = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_HOST = re.compile(r"(?:localhost|\[[0-9A-Fa-f:.%]+\]|[\w-]+(?:\.[\w-]+)+)?(?::\d{1,5})?", re.IGNORECASE)
_SECRET = (
    r"pass(?:word|wd|phrase|code)?|pwd|\w*password|\w*token|\w+[-_.]token|tokens|\w*secret|\w+[-_.]secret"
    r"|key|\w*api[-_.]?key|\w+[-_.]key|sslkey|sig|signature|credentials?|auth|authorization"
)
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_VALUE = re.compile(rf"(?<![\w.-])((?:{_SECRET})\s*=\s*)({_QUOTED}|[^&#\s\"'<>;,]+)", re.IGNORECASE)
# As JSON and Python write a pair, `"token": "abc"` and `('authorization', b'abc')`, and as a header is written.
_PAIR = re.compile(
    rf"(?P<quote>[\"'])(?!key\b)(?:{_SECRET})(?P=quote)\s*[:,]\s*b?(?P<value>{_QUOTED})", re.IGNORECASE
)
_HEADER = re.compile(
    r"(?<![\w.-])((?:proxy-)?authorization|(?:set-)?cookie|(?:x|api)-[\w-]*(?:key|token|secret)|api_?key)(\s*:\s*)"
    r"[^\s\"'*][^\n\"']*",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{6,}")


def redacted(text: str) -> str:
    """``text`` without secrets: whatever stands before the last ``@`` of an address's authority, and the values of
    ``password``, ``token``, ``key``, ``api_key``, ``secret`` and their like: in an address, in JSON, in a header. An
    address without any stays as it is.
    """
    if "://" in text:
        text = _addresses(text)
    if "=" in text:
        text = _VALUE.sub(rf"\g<1>{_HIDDEN}", text)
    if ":" in text or "," in text:
        text = _HEADER.sub(rf"\g<1>\g<2>{_HIDDEN}", _PAIR.sub(_pair, text))
    return _BEARER.sub(rf"\g<1>{_HIDDEN}", text) if "Bearer" in text else text


def _pair(match: re.Match[str]) -> str:
    value = match["value"]
    return f"{match[0].removesuffix(value)}{value[0]}{_HIDDEN}{value[0]}"


def _addresses(text: str) -> str:
    parts, start = [], 0
    while match := _ADDRESS.search(text, start):
        scheme, rest, after = match[1], match[2], match.end()
        end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
        at = rest.rfind("@", 0, end)
        if not _is_host(rest[at + 1 : end], scheme):
            # A password with a slash or the like in it: what looks like the host is a part of it.
            at = rest.rfind("@")
            beyond = _beyond(text, after) if at < 0 and ":" in rest[:end] else -1
            if beyond >= 0:
                at, rest, after = 0, "", beyond
        parts += [text[start : match.start()], scheme, rest if at < 0 else f"{_HIDDEN}{rest[at:]}"]
        start = after
    return "".join([*parts, text[start:]])


def _beyond(text: str, start: int) -> int:
    """Where a password with a quote or a space in it ends: at the last ``@`` of the line, or -1."""
    line = text.find("\n", start)
    return text.rfind("@", start, line if line >= 0 else len(text))


def _is_host(text: str, scheme: str) -> bool:
    """Whether a host stands here, and not the beginning of a user with a password."""
    if _HOST.fullmatch(text) is None:
        return False
    return bool(text) or not _WEB.fullmatch(scheme)
