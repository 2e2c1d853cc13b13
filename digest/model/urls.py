"""Web addresses: one story is one canonical URL."""

from __future__ import annotations

import hashlib
import re

LONGEST = 4000  # characters; mailers and browsers begin to fail beyond
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(?P<user>.*)@)?(?P<host>\[[^\]@]*\]|[^:@\[\]]*)(?P<port>:[^@]*)?", re.DOTALL)
# what most addresses are: nothing in them is to be judged or mended
_USUAL = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?:/[!-\"$->@-~]*)?\Z")
_DEFAULT_PORT = {"http": 80, "https": 443}
_TRACKING = frozenset({"fbclid", "gclid"})
_ADDRESS_6 = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.~\-]+)?\]")
_UNFIT = re.compile(
    "[\x00-\x20\x7f-\xa0\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_UNFIT_IN_AUTHORITY = re.compile(r"[\\<>\"`{}|^]")


def canonical_url(url: str) -> str:
    """The address that is a story's identity.

    Lower-case scheme and host, no default port, no fragment, no ``utm_*``, ``fbclid`` or ``gclid``;
    everything else byte for byte. Text that is no absolute URL comes back as it is.
    """
    if _USUAL.match(url):
        return url
    parts = _PARTS.match(url)
    if parts is None:
        return url
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    return f"{scheme}://{_plain_authority(scheme, authority)}{path}{_plain_query(query)}"


def _plain_authority(scheme: str, authority: str) -> str:
    """Host in lower case, without the scheme's own port; a malformed authority stays as it is."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        return authority
    user = "" if match["user"] is None else match["user"] + "@"
    port = match["port"] or ""
    if port == ":" or _port(port) == _DEFAULT_PORT.get(scheme, -1):
        port = ""
    return user + match["host"].lower() + port


def _port(text: str) -> int | None:
    """The number of ``":8080"``; ``None`` if it is none."""
    digits = text[1:]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 8 else None


def _plain_query(query: str) -> str:
    """A query such as ``"?a=1&utm_source=x"`` without what only tracks."""
    if "utm_" not in query and "clid" not in query:
        return query
    pairs = query[1:].split("&")
    kept = [pair for pair in pairs if not _tracks(pair)]
    if len(kept) == len(pairs):
        return query
    return "?" + "&".join(kept) if kept else ""


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0]
    return name.startswith("utm_") or name in _TRACKING


def is_web_url(url: str) -> bool:
    """Whether ``url`` is an absolute http(s) address with a host, fit to stand in a mail."""
    if len(url) <= LONGEST and _USUAL.match(url):
        return True
    parts = _PARTS.match(url)
    if parts is None or parts[1].lower() not in _DEFAULT_PORT or len(url) > LONGEST or _UNFIT.search(url):
        return False
    if _UNFIT_IN_AUTHORITY.search(parts[2]):
        return False
    match = _AUTHORITY.fullmatch(parts[2])
    return match is not None and _is_host(match["host"]) and _is_port(match["port"] or "")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _ADDRESS_6.fullmatch(host) is not None
    return any(letter.isalnum() for letter in host) and ".." not in host and not host.startswith(".")


def _is_port(port: str) -> bool:
    if port in ("", ":"):
        return True
    number = _port(port)
    return number is not None and number < 65536


def story_id(url: str) -> str:
    """The id of a story whose source gives none: 16 hexadecimal digits of its canonical URL's SHA-256."""
    return url_key(url)[:16]


def url_key(url: str) -> str:
    """32 hexadecimal digits that stand for the canonical URL where it would be too long."""
    return hashlib.sha256(canonical_url(url).encode("utf-8", "surrogatepass")).hexdigest()[:32]
