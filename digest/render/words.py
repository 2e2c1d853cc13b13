"""The words around the stories: subject, preheader, dates, and the few fixed phrases of the templates.

Subject and preheader come from templates with declared variables: ``{lead}`` (the first story's title), ``{second}``,
``{third}``, ``{plus}`` ("Plus: " and those two), ``{date}``, ``{count}`` (of stories), ``{sections}``,
``{publication}`` and ``{edition}``. Anything else in the
template stays as written, so a mailer's own tags may stand in it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from digest.distribution import install
from digest.errors import ConfigurationError, Problem
from digest.render._phrases import DEFAULT_DISCLOSURE, PHRASES, RIGHT_TO_LEFT, Labels

SUBJECT_LENGTH: Final = 78  # graphemes; what a phone and a desktop list show at most
PREHEADER_LENGTH: Final = 200

_FIELD: Final = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Protect = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the variables stand for."""

    lead: str
    date: str
    count: int
    sections: tuple[str, ...]
    publication: str
    edition: str
    second: str = ""
    third: str = ""
    plus: str = ""

    def values(self) -> dict[str, str]:
        named = {
            "lead": self.lead or self.publication,
            "date": self.date,
            "count": str(self.count),
            "sections": ", ".join(self.sections),
            "publication": self.publication,
            "edition": self.edition,
            "second": self.second,
            "third": self.third,
            "plus": self.plus or ", ".join(self.sections),
        }
        return {name: one_line(value) for name, value in named.items()}


def facts(
    titles: Sequence[str],
    sections: tuple[str, ...],
    *,
    day: date,
    locale: str,
    publication: str,
    edition: str,
    count: int,
) -> Facts:
    """The variables of an issue: its ``count`` of stories, the titles that may speak for it, its sections'."""
    second, third = (titles[at] if at < len(titles) else "" for at in (1, 2))
    others = "; ".join(title for title in (second, third) if title)
    return Facts(
        lead=titles[0] if titles else "",
        date=format_date(day, locale),
        count=count,
        sections=sections,
        publication=publication,
        edition=edition,
        second=second,
        third=third,
        plus=labels(locale).plus.format(others) if others else "",
    )


def subject(template: str, variables: Facts, protect: Protect = str) -> str:
    """The subject line: one line, never empty, at most 78 graphemes where its variables can give way.

    ``protect`` is the dialect's answer to text that looks like its tags; it sees the variables' values only.
    """
    return _line(template, variables, SUBJECT_LENGTH, protect)


def preheader(template: str, variables: Facts, protect: Protect = str) -> str:
    """The line that a list of mails shows after the subject: one line, never empty, at most 200 graphemes."""
    return _line(template, variables, PREHEADER_LENGTH, protect)


def _line(template: str, variables: Facts, limit: int, protect: Protect) -> str:
    values = variables.values()
    pieces = _pieces(html.unescape(template), values)
    if not "".join(text for text, _ in pieces).strip():
        pieces = [(values["lead"] or values["publication"] or values["edition"], True)]
    line = "".join(protect(text) if is_value else text for text, is_value in _fitted(pieces, limit))
    return _spaces(line)


def _pieces(template: str, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    """The template cut into its own words (False) and the values of its variables (True)."""
    parts = _FIELD.split(_without_controls(template))
    return [
        (values.get(part, f"{{{part}}}") if index % 2 else part, bool(index % 2))
        for index, part in enumerate(parts)
    ]


def _fitted(pieces: list[tuple[str, bool]], limit: int) -> list[tuple[str, bool]]:
    """The longest value shortened until the line fits; the template's own words are never cut."""
    total = sum(len(graphemes(text)) for text, _ in pieces)
    while total > limit:
        index = max(range(len(pieces)), key=lambda i: (pieces[i][1], len(graphemes(pieces[i][0]))))
        text, is_value = pieces[index]
        length = len(graphemes(text))
        short = shortened(text, max(1, length - (total - limit)))
        if not is_value or len(graphemes(short)) >= length:
            break
        pieces = [*pieces[:index], (short, True), *pieces[index + 1 :]]
        total = sum(len(graphemes(text)) for text, _ in pieces)
    return pieces


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` graphemes: cut after a word and ended by an ellipsis where something was left out."""
    parts = graphemes(text)
    if len(parts) <= limit:
        return text
    most = max(limit - 1, 0)
    start = "".join(parts[:most])
    if most < len(parts) and not parts[most].isspace():
        word_end = max(start.rfind(" "), start.rfind("\u00a0"))
        if word_end >= len(start) // 2:
            start = start[:word_end]
    return start.rstrip(" \u00a0,;:.-–—([{“‘\"'…") + "…"


def graphemes(text: str) -> list[str]:
    """``text`` cut where a reader sees one character end: accents, emoji sequences and flags stay whole.

    The rules of Unicode's extended grapheme clusters that occur in headlines (UAX 29, GB6-GB13), without its tables.
    """
    if text.isascii():
        return list(text)
    clusters: list[str] = []
    flags = 0
    for char in text:
        flags = flags + 1 if "\U0001f1e6" <= char <= "\U0001f1ff" else 0
        if clusters and _continues(clusters[-1][-1], char, flags):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _continues(before: str, char: str, flags: int) -> bool:
    if char < "\u0300":
        return False
    if char == "\u200d" or before == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if flags:
        return flags % 2 == 0
    if "\u1160" <= char <= "\u11ff":  # the vowel or tail of a Hangul syllable spelt out
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    return unicodedata.category(char) in ("Mn", "Me", "Mc") or "\U000e0020" <= char <= "\U000e007f"


def one_line(text: str) -> str:
    """``text`` as one clean line: entities decoded, no control characters, no line breaks, single spaces."""
    return _spaces(_without_controls(html.unescape(text)))


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        " " if _breaks_a_line(char) else char for char in text if char.isprintable() or _kept(char)
    )


def _breaks_a_line(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp")


def _kept(char: str) -> bool:
    """Of what Python calls unprintable: spaces, joiners of emoji and scripts, newer characters; no bidi overrides."""
    if unicodedata.category(char) == "Cs":
        return False
    return char not in _BIDI and char != "\ufeff"


def _spaces(text: str) -> str:
    return re.sub(r"[ \t\u3000]{2,}", " ", text).strip()


def format_date(day: date, locale: str) -> str:
    """The date in full, as the locale writes it: ``Friday, January 23, 2026``.

    English is built in; other languages need Babel (the extra ``newsroom-digest[locale]``): without it
    ``ConfigurationError`` is raised.
    """
    language, territory = _parts(locale)
    if language == "en" and territory in ("", "US", "PH", "PR"):
        return f"{_DAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}"
    if language == "en":
        return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return _babel_date(day, locale)


def _babel_date(day: date, locale: str) -> str:
    try:
        from babel import Locale, UnknownLocaleError
        from babel.dates import format_date as spelt
    except ImportError:
        raise _no_locale(locale, f"Install the extra: {install('locale')}.") from None
    try:
        return one_line(spelt(day, format="full", locale=Locale.parse(_plain(locale))))
    except (UnknownLocaleError, ValueError):
        raise _no_locale(locale, "Use one such as en_US, de_DE or ja_JP.") from None


def _no_locale(locale: str, cure: str) -> ConfigurationError:
    message = f"publication.locale: dates in {locale!r} cannot be written."
    return ConfigurationError([Problem("digest.yaml", 1, 1, message, cure)])


def labels(locale: str) -> Labels:
    """The fixed phrases of the templates in the locale's language; English where it has none."""
    language, territory = _parts(locale)
    return PHRASES.get(f"{language}_{territory}") or PHRASES.get(language) or PHRASES["en"]


def disclosure(policy_words: str, locale: str) -> str:
    """The label beside a paid ad: the policy's own words, or the locale's where the policy keeps the default."""
    return labels(locale).advertisement if policy_words == DEFAULT_DISCLOSURE else policy_words


def direction(locale: str) -> str:
    """``rtl`` for locales written from right to left, else ``ltr``."""
    script = re.search(r"[_-]([A-Za-z]{4})(?:[_-]|$)", _plain(locale))
    if script:
        return "rtl" if script[1].title() in ("Arab", "Hebr", "Thaa", "Nkoo", "Adlm", "Syrc") else "ltr"
    return "rtl" if _parts(locale)[0] in RIGHT_TO_LEFT else "ltr"


def language_tag(locale: str) -> str:
    """The locale as HTML and mail headers write it: ``en-US``."""
    return re.sub(r"[^A-Za-z0-9-]", "", _plain(locale).replace("_", "-")) or "en"


def _plain(locale: str) -> str:
    """Without encoding or variant: ``de_DE.UTF-8@euro`` is ``de_DE``."""
    return re.split("[.@]", locale.strip(), maxsplit=1)[0].replace("-", "_")


def _parts(locale: str) -> tuple[str, str]:
    language, *rest = _plain(locale).split("_")
    territory = next((part.upper() for part in rest if len(part) in (2, 3)), "")
    return language.lower(), territory
