"""Readers of what belongs to the web and to mail: addresses, colours, locales, link templates."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from digest.model.keys import guess, zones
from digest.model.keys.words import InvalidValue, did_you_mean, line, shown

CLICK_MACROS = ("line_item", "creative", "edition", "date", "slot")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
RESERVED = frozenset((
    "date", "from", "to", "cc", "bcc", "subject", "message-id", "mime-version", "content-type", "content-language",
    "content-transfer-encoding", "reply-to", "list-id", "list-unsubscribe", "sender", "return-path", "received",
    "dkim-signature",
))  # fmt: skip
IMAGE_WORDS = ("width", "height", "url")
LINK_WORDS = ("edition", "date")
LINE_WORDS = ("lead", "second", "third", "plus", "date", "count", "sections", "publication", "edition")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_KNOWN_DATABASE = re.compile(
    r"(?:sqlite|postgres(?:ql)?|mysql|mariadb|mssql|oracle)(?:\+\w+)?://", re.IGNORECASE
)
_UNSAFE = re.compile('[\\s<>"\\\\]')
_MACRO = re.compile(r"(?<!\{)\{([A-Za-z_]+)\}(?!\})")
_TAG = re.compile(r"\{\{[^{}]*\}\}|\{[^{}\s]*\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
_VARIABLE = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")
_NAMED = rf"({'|'.join(LINE_WORDS)})"
_NEARLY = re.compile(  # not closed, not opened, or with spaces inside
    rf"(?<!\{{)\{{ *{_NAMED}\b(?=[^{{}}]*(?:\{{|$))|(?:^|\}})[^{{}}]*\b{_NAMED} *\}}(?!\}})"
    rf"|(?<!\{{)\{{(?: +{_NAMED} *| *{_NAMED} +)\}}(?!\}})"
)
_MAILBOX = re.compile(r"[^\s<>@,;:\"()\[\]]+@[^\s<>@,;:\"()\[\]]+")
_FROM = re.compile(
    rf"(?:(?:\"[^\"<>\\]*\"\s*|[^\"<>@\\]*)<(?P<inside>{_MAILBOX.pattern})>|(?P<bare>{_MAILBOX.pattern}))"
)
_MAIL_CURE = "Write it like: Name <news@example.com>."
_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Z][a-z]{3}))?(?:[-_]([A-Z]{2}|[0-9]{3}))?")
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_FONT = re.compile(r"[\w \-,'\"]+")
_DATABASE = re.compile(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://.*")
_MAX_URL = 4_000


def url(value: object) -> str:
    """An http(s) address, kept as written."""
    address = line(value)
    _check_http(address, shown(value))
    if "{" in address or "}" in address:
        raise InvalidValue(
            f"must be a web address without braces, not {shown(value)}.", "Take the braces out."
        )
    return address


def link(value: object) -> str:
    """An http(s) address, or who is written to (``mailto:``) or called (``tel:``)."""
    address = line(value)
    return address if _reaches_somebody(address) else url(value)


def _reaches_somebody(address: str) -> bool:
    return (
        re.fullmatch(r"mailto:[^\s@<>\"]+@[^\s@<>\"]+|tel:\+?[0-9().-]{3,30}", address, re.IGNORECASE)
        is not None
    )


def header(value: object) -> str:
    """The name of a header field that is not one of the message's own."""
    name = line(value)
    if not HEADER.fullmatch(name) or name.lower() in RESERVED:
        raise InvalidValue(f"cannot be set: {shown(value)}.", "Write a name of your own, such as X-Campaign.")
    return name


def picture(value: object) -> str:
    """The address of a picture, or a file of the newsroom by its path."""
    place = line(value)
    if _SCHEME.match(place) or place.startswith(("//", "“", "„", "‘", "«", "<")):
        return url(value)
    if place.startswith(("/", "\\")) or ".." in place.split("/"):
        raise InvalidValue(
            f"must lie in the newsroom, not at {shown(value)}.",
            "Write its path from there: creatives/banner.png.",
        )
    return place


def image_service(value: object) -> str:
    """The address of an image service; ``{width}``, ``{height}`` and ``{url}`` are filled in."""
    address = line(value)
    names = _BRACES.findall(address)
    for name in names:
        if name not in IMAGE_WORDS:
            raise InvalidValue(f"holds the unknown {{{name[:60]}}}.", did_you_mean(name, IMAGE_WORDS))
    if "url" not in names:
        raise InvalidValue("does not hold {url}.", "Write {url} where the picture's own address goes.")
    _check_http(_BRACES.sub("x", address), shown(value))
    return address


def ad_url(value: object) -> str:
    """An http(s) address that may hold click macros such as ``{line_item}``; also ``mailto:`` and ``tel:``.

    What a mailer would read as a merge tag (``{{ ... }}``) is let through: it reaches the reader as text.
    """
    address = line(value)
    if _reaches_somebody(address):
        return address
    for name in _MACRO.findall(address):
        if name not in CLICK_MACROS:
            raise InvalidValue(
                f"holds the unknown click macro {{{name[:60]}}}.", did_you_mean(name, CLICK_MACROS)
            )
    _check_http(_TAG.sub("x", address), shown(value))
    return address


def _check_http(address: str, as_written: str) -> None:
    scheme, meant = _SCHEME.match(address), guess.address(address)
    if scheme is None or scheme[1].lower() not in ("http", "https"):
        cure = f"Write {meant}." if meant and meant != f"https://{address}" else "Start it with https://."
        raise InvalidValue(f"must be a web address, not {as_written}.", cure)
    if _UNSAFE.search(address) or len(address) > _MAX_URL or not _has_host(address):
        usable = meant != address and _has_host(meant) and len(meant) <= _MAX_URL
        cure = f"Write {meant}." if usable else "Check the host name, spaces and quotes."
        raise InvalidValue(f"is not a usable web address: {as_written}.", cure)


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def is_database(address: str) -> bool:
    """Whether an address is one that SQLAlchemy knows, such as ``mysql+pymysql://user@host/site``."""
    return _KNOWN_DATABASE.match(address) is not None


def source_url(value: object) -> str:
    """An http(s) address, a path of the newsroom, or the address of a database."""
    place = line(value)
    scheme = _SCHEME.match(place)
    if scheme and len(scheme[1]) > 1 and not is_database(place):
        _check_http(place, shown(value))
    return place


def link_value(value: object) -> str:
    """A link parameter; ``{edition}`` and ``{date}`` are filled in."""
    text = line(value)
    for name in _BRACES.findall(text):
        if name not in LINK_WORDS:
            raise InvalidValue(f"holds the unknown {{{name[:60]}}}.", did_you_mean(name, LINK_WORDS))
    return text


def line_template(value: object) -> str:
    """A subject or preheader: declared variables are filled in, a mailer's own tags stay as they are."""
    text = line(value)
    for name in _VARIABLE.findall(text):
        if name not in LINE_WORDS:
            raise InvalidValue(f"holds the unknown {{{name[:60]}}}.", did_you_mean(name, LINE_WORDS))
    if nearly := _NEARLY.search(text):
        name = next(filter(None, nearly.groups()))
        raise InvalidValue(
            f'names "{name}" with braces that do not fit.', f"Write {{{name}}}, or leave the braces out."
        )
    return text


def prefix(value: object) -> str:
    """The beginning of a redirector's address; empty for none."""
    if value == "":
        return ""
    address = line(value)
    _check_http(_BRACES.sub("x", address), shown(value))
    return address


def sender(value: object) -> str:
    """One mailbox, with a name or bare; never a second header."""
    try:
        text = line(value)
    except InvalidValue as error:
        raise InvalidValue(error.says, _MAIL_CURE) from None
    match = _FROM.fullmatch(text)
    if match is None:
        meant = guess.mailbox(text)
        cure = f"Write {meant}." if _FROM.fullmatch(meant) else _MAIL_CURE
        raise InvalidValue(f"must be one e-mail address, not {shown(value)}.", cure)
    if not (match["inside"] or match["bare"]).rpartition("@")[0].isascii():
        raise InvalidValue(f"must have plain letters before the @: {shown(value)}.", _MAIL_CURE)
    return text


def locale(value: object) -> str:
    """A locale such as ``en_US``, ``en-US``, ``ar`` or ``zh_Hant_TW``, with underscores."""
    text = line(value)
    match = _LOCALE.fullmatch(text)
    if match is None:
        parts = re.split("[-_]", text)
        better = f"{parts[0].lower()}_{parts[-1].upper()}" if len(parts) == 2 else ""
        cure = f'Did you mean "{better}"?' if _LOCALE.fullmatch(better) else "Write it like en_US."
        raise InvalidValue(f"must be a locale, not {shown(value)}.", cure)
    return "_".join(part for part in match.groups() if part)


def color(value: object) -> str:
    """A colour as ``#rrggbb``, in small letters; ``#rgb`` is widened."""
    if value is None:
        raise InvalidValue("has no value.", 'A colour starts with #, which needs quotes: "#1a2b3c".')
    text = line(value)
    if not _COLOR.fullmatch(text):
        raise InvalidValue(
            f"must be a colour, not {shown(value)}.", 'Write six hex digits in quotes: "#1a2b3c".'
        )
    digits = text[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def font(value: object) -> str:
    """Font families, separated by commas."""
    text = line(value)
    if not _FONT.fullmatch(text):
        raise InvalidValue(f"must be a list of fonts, not {shown(value)}.", "Write it like: Georgia, serif.")
    return text


def database(value: object) -> str:
    """A SQLAlchemy URL. Its password is never part of a message."""
    text = line(value)
    if not _DATABASE.fullmatch(text):
        raise InvalidValue("must be a database address.", "Write it like sqlite:///var/digest.db.")
    if re.fullmatch(r"sqlite(\+\w+)?:/{2,3}(\?.*)?", text):
        # A database in memory would forget what was sent.
        raise InvalidValue("names no file.", "Write it like sqlite:///var/digest.db.")
    return text


def zone(value: object) -> str:
    """A time zone by its IANA name."""
    text = line(value)
    if text not in zones.known():
        meant = zones.meant(text)
        cure = f'Did you mean "{meant}"?' if meant else "Write it like America/New_York."
        raise InvalidValue(f"is no time zone: {shown(value)}.", cure)
    return text
