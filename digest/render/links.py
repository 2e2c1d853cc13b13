"""Where a link leads: parameters for the web statistics, click macros of ads, and a redirector in front.

Both parts of an issue print what these functions return, so a link is the same in HTML and text. A URL's
query and fragment stay byte for byte; parameters are only ever added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import quote, unquote_plus

from digest.model import Links

MACROS: Final = ("line_item", "creative", "edition", "date", "slot")

# A web address; one whose host is a merge tag is the mailer's own affair.
_WEB: Final = re.compile(r"https?://(?![^/?#]*(?:\{\{|\*\||%%))[^/?#]", re.IGNORECASE)
_FIELD: Final = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
_ESCAPED_MACRO: Final = re.compile(r"%7B(line_item|creative|edition|date|slot)%7D", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tracking:
    """What is put on the addresses of an issue's stories, worked out once: parameters as written, and a prefix."""

    added: Mapping[str, str]
    prefix: str

    def href(self, url: str) -> str:
        """The address behind a story: its URL with the parameters it does not have yet, behind the redirector.

        Anything but a web address (``mailto:``, ``tel:``, a merge tag, a relative URL) is returned as it is.
        """
        if not _is_web(url):
            return url
        url = _tagged(url, self.added)
        return self.prefix + _quoted(url) if self.prefix else url


def tracking(links: Links, edition: str, day: date) -> Tracking:
    """What the newsroom's ``links`` put on the stories of an issue."""
    values = {"edition": edition, "date": day.isoformat()}
    return Tracking(_added(links.parameters, values), _filled(links.link_prefix, values))


def ad_href(url: str, links: Links, values: Mapping[str, str]) -> str:
    """The address behind an ad: click macros filled in, then as for a story.

    ``values`` holds ``line_item``, ``creative``, ``edition``, ``date`` (ISO) and ``slot``; each is percent-encoded.
    """
    url = _filled(url, values)
    if not _is_web(url):
        return url
    return Tracking(_added(links.parameters, values), _filled(links.link_prefix, values)).href(url)


def _added(parameters: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The parameters by name, as they stand in an address."""
    return {name: f"{_quoted(name)}={_quoted(fill(value, values))}" for name, value in parameters.items()}


def _tagged(url: str, parameters: Mapping[str, str]) -> str:
    """``url`` with the parameters it does not have yet, after its own query and before its fragment."""
    if not parameters:
        return url
    head, mark, fragment = url.partition("#")
    path, question, query = head.partition("?")
    present = _names(query) if query else ()
    added = "&".join([written for name, written in parameters.items() if name not in present])
    if not added:
        return url
    joint = "&" if query and not query.endswith(("&", ";")) else ""
    return f"{path}{question or '?'}{query}{joint}{added}{mark}{fragment}"


def fill(template: str, values: Mapping[str, str]) -> str:
    """``{edition}``, ``{date}`` and the like replaced by their values; unknown names stay."""
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), template)


def problems(links: Links) -> list[str]:
    """What is wrong with the newsroom's ``links``, in words."""
    wrong = [
        f"links: {name} names {{{field}}}, which is not known; use {{edition}} or {{date}}"
        for name, value in links.parameters.items()
        for field in _FIELD.findall(value)
        if field not in ("edition", "date")
    ]
    if links.link_prefix and not _is_web(links.link_prefix):
        wrong.append(f"links: link_prefix {links.link_prefix!r} is no http(s) address")
    return wrong


def _is_web(url: str) -> bool:
    return _WEB.match(url) is not None


def _names(query: str) -> set[str]:
    """The parameter names of a query, decoded; compared exactly, as web statistics do."""
    names = [pair.partition("=")[0] for pair in query.replace(";", "&").split("&")]
    return {unquote_plus(name) if "%" in name or "+" in name else name for name in names}


def _filled(url: str, values: Mapping[str, str]) -> str:
    """Click macros replaced by percent-encoded values, also where the braces came percent-encoded."""
    if "{" not in url and "%7B" not in url.upper():
        return url
    known = {name: _quoted(values[name]) for name in MACROS if name in values}
    url = _ESCAPED_MACRO.sub(lambda match: known.get(match[1].lower(), match[0]), url)
    return _FIELD.sub(lambda match: known.get(match[1], match[0]), url)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
