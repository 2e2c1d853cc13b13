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
_VALUE = re.compile(rf"(?<![\w.-])((?:{_SECRET})\s*=\s*)(\"[^\"]*\"|'[^']*'|[^&#\s\"'<>;,]+)", re.IGNORECASE)


def redacted(text: str) -> str:
    """``text`` without secrets: whatever stands before the last ``@`` of an address's authority, and the values of
    ``password``, ``token``, ``key``, ``api_key``, ``secret`` and their like. An address without any stays as it is.
    """
    if "://" in text:
        text = _ADDRESS.sub(_address, text)
    return _VALUE.sub(rf"\g<1>{_HIDDEN}", text) if "=" in text else text


def _address(found: re.Match[str]) -> str:
    scheme, rest = found[1], found[2]
    if "@" not in rest:
        return found[0]
    end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    at = rest.rfind("@", 0, end)
    if _is_host(rest[at + 1 : end], scheme):
        return found[0] if at < 0 else f"{scheme}{_HIDDEN}{rest[at:]}"
    # a password with a slash or the like in it: what looks like the host is a part of it
    return f"{scheme}{_HIDDEN}{rest[rest.rfind('@') :]}"


def _is_host(text: str, scheme: str) -> bool:
    """Whether a host stands here, and not the beginning of a user with a password."""
    if _HOST.fullmatch(text) is None:
        return False
    return bool(text) or not _WEB.fullmatch(scheme)
