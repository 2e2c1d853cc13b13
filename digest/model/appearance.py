"""What the e-mail holds beside stories and ads: blocks of the newsroom's own, the footer, pictures, plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomBlock:
    """A block of the newsroom's own. ``template`` is a file of ``templates/blocks``, ``data`` a JSON file.

    ``position`` is ``after_masthead``, ``after_lead``, ``after_section: ID`` or ``before_footer``.
    """

    name: str
    position: str
    template: str
    data: str = ""
    editions: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class FooterLink:
    """A link with its words."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What stands at the end, besides the address and the way out.

    ``why`` says why a reader gets the mail; ``forwarded`` speaks to a reader who got it from a friend.
    """

    links: tuple[FooterLink, ...] = ()
    social: tuple[FooterLink, ...] = ()
    why: str = ""
    forwarded: FooterLink | None = None
    feedback: FooterLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Where pictures lie and how they are addressed.

    ``base_url`` is where the build's ``images/`` folder is served. Without one, they are inside ``message.eml``.
    ``resize`` is the address of an image service with ``{width}``, ``{height}`` and ``{url}``. ``files`` maps the
    beginning of an address to the newsroom's folder that holds the same files.
    """

    base_url: str = ""
    resize: str = ""
    files: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """How the plain-text part sets links: ``line`` (each on its own) or ``footnotes``; ``utm``: with parameters."""

    links: str = "line"
    utm: bool = False
