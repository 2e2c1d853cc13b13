"""What a mailer's merge-tag language looks like, and how story and ad text passes through it unharmed.

A dialect is one file of ``digest.render.dialects`` with a ``DIALECT``. It gives the tags that a template
prints (unsubscribe, view in browser, ...) and three ways of protecting foreign text:

* **HTML** is protected for every dialect at once: the first character of anything that some mailer could read
  as a tag becomes a character reference, which no template engine sees and every mail program shows.
* **Text and subjects** have no character references. A dialect whose engine can print a literal brace uses that,
  so the reader gets the very characters. A dialect that only searches and replaces gets an invisible U+2060
  (word joiner) inside the opening characters: it looks the same and is no tag any more.
* **URLs** get the percent-encoding of the opening character, which is the same address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

JOINER: Final = "\u2060"  # invisible, forbids a line break, and no spam filter minds it

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_OPENERS: Final = re.compile(
    r"\{"  # {{ }}, {% %}, {# #}, {first_name, "there"}
    r"|\*(?=\||\Z)"  # *|FNAME|*
    r"|%(?![0-9A-Fa-f]{2})(?=[A-Za-z_%{])"  # %recipient.name%, %%{unsubscribe_url}%%
    r"|\[(?=[A-Za-z%\[]|\Z)"  # [firstname], [link:...], [%name%]
    r"|@(?=TrackLink)"  # listmonk's shorthand for a tracked link
)


def protect_html(escaped: str) -> str:
    """HTML-escaped text (of an element or an attribute) in which no dialect finds a tag."""
    return _OPENERS.sub(_reference, escaped)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _apply(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, answer in rules:
        text = pattern.sub(answer, text)
    return text


@dataclass(frozen=True, slots=True)
class Tag:
    """A merge tag that yields a URL or a text.

    ``href`` goes between the quotes of a link (or into the HTML), ``text`` into the plain-text part (default: the
    same). ``element`` is set where the mailer wants an element instead of a link: ``<unsubscribe>...</unsubscribe>``.
    """

    href: str
    text: str = ""
    element: str = ""

    @property
    def plain(self) -> str:
        return self.text or self.href


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One mailer's tags, and its answers to foreign text that looks like them.

    ``first_name`` holds ``FALLBACK`` where the greeting of a nameless reader goes. ``address`` is set where the
    mailer demands its own postal address tags, ``preview`` where it has a tag for the preview text: the preheader
    follows it, then ``preview_end``.
    ``limits`` say what this mailer does to an issue.
    """

    help: str
    unsubscribe: Tag | None = None
    browser: Tag | None = None
    preferences: Tag | None = None
    first_name: str = ""
    address: Tag | None = None
    preview: str = ""
    preview_end: str = ""
    text_rules: tuple[Rule, ...] = ()
    url_rules: tuple[Rule, ...] = ()
    subject_rules: tuple[Rule, ...] | None = None  # None: as in text
    limits: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What this mailer has no tag for, and its limits, in words for ``digest check``."""
        lacks = (
            (
                self.unsubscribe,
                "it has no unsubscribe tag; a mail to the sender (mailto:) stands in its place.",
            ),
            (self.browser, "it has no view-in-browser tag; the issue goes without that link."),
            (
                self.preferences,
                "it has no tag for the reader's preferences; the issue goes without that link.",
            ),
            (self.first_name, "it has no tag for the reader's first name."),
            (
                "FALLBACK" in self.first_name or not self.first_name,
                "a first name has no fallback where it is missing.",
            ),
        )
        return (*(words for present, words in lacks if not present), *self.limits)

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields of the message that only the mailer can fill."""
        if self.unsubscribe is None or self.unsubscribe.element:
            return {}
        return {"List-Unsubscribe": f"<{self.unsubscribe.href}>"}

    def greeting(self, fallback: str) -> str:
        """The tag of the first name; ``fallback`` is plain text for readers without one."""
        return self.first_name.replace("FALLBACK", re.sub(r"""[\x00-\x1f"'`{}\[\]|%*<>\\]""", "", fallback))

    def protect_html(self, escaped: str) -> str:
        """HTML-escaped text in which no dialect finds a tag."""
        return protect_html(escaped)

    def protect_text(self, text: str) -> str:
        """Plain text that reaches the reader as it stands."""
        return _apply(self.text_rules, text)

    def protect_subject(self, text: str) -> str:
        """Text for the subject that reaches the reader as it stands."""
        return _apply(self.text_rules if self.subject_rules is None else self.subject_rules, text)

    def protect_url(self, url: str) -> str:
        """The same address, in which the mailer finds no tag."""
        return _apply(self.url_rules, url)

    def finish_html(self, html: str) -> str:
        """The HTML with links to a tag's ``href`` turned into the mailer's own elements, where it has such."""
        for tag in (self.unsubscribe, self.browser, self.preferences):
            if tag is not None and tag.element:
                html = _as_element(html, tag)
        return html


def _as_element(html: str, tag: Tag) -> str:
    """``<a href="TAG" style="...">x</a>`` as ``<element><span style="...">x</span></element>``."""
    link = re.compile(rf'<a\b([^<>]*?)\s+href="{re.escape(tag.href)}"([^<>]*)>(.*?)</a>', re.DOTALL)

    def element(match: re.Match[str]) -> str:
        kept = "".join(f" {name}" for name in re.findall(r'(?:style|class)="[^"]*"', match[1] + match[2]))
        return f"<{tag.element}><span{kept}>{match[3]}</span></{tag.element}>"

    return link.sub(element, html)


def headers(dialect: Dialect, sender: str) -> Mapping[str, str]:
    """The dialect's header fields; where it has no way out of its own, a mail to the sender."""
    address = sender_address(sender)
    if dialect.unsubscribe is not None or not address.isascii() or not address:
        return dialect.headers
    return {"List-Unsubscribe": f"<mailto:{address}?subject=unsubscribe>"}


def sender_address(sender: str) -> str:
    """The bare address of ``Name <address>``, or empty."""
    match = re.search(r"<\s*([^<>\s]+@[^<>\s]+)\s*>|^\s*([^<>\s]+@[^<>\s]+)\s*$", sender)
    return (match[1] or match[2]) if match else ""


def unsubscribe_link(dialect: Dialect, sender: str, publication_url: str) -> Tag:
    """The dialect's unsubscribe tag; without one, a mail to the sender, else the publication's site."""
    if dialect.unsubscribe is not None:
        return dialect.unsubscribe
    address = sender_address(sender)
    return Tag(f"mailto:{address}?subject=unsubscribe" if address else publication_url)
