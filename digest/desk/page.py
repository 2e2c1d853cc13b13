"""A proof as a page for people: the mail as readers see it, and everything that stands behind it.

Foreign text is escaped here, and the page's policy lets it load nothing and run nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from digest.desk.proof import Proof
from digest.errors import ConfigurationError, DigestError
from digest.model import Edition, Newsroom

GMAIL = 102_000  # bytes; about here Gmail clips a message
_NEXT = 3  # stories left out that are shown at once
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='4' fill='%230a6b6e'/%3E%3Cpath d='M3 5l5 4 5-4v6H3z' fill='%23fff'/%3E%3C/svg%3E"
)
_CHOICES = (
    ("part", "Which part", (("html", "HTML"), ("text", "Plain text"))),
    ("width", "How wide", (("desktop", "Desktop"), ("phone", "Phone"))),
    ("scheme", "Light or dark", (("light", "Light"), ("dark", "Dark"))),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page: ``version`` is what it was made from, ``state`` where to ask whether that changed."""

    version: str
    state: str


def shown(room: Newsroom, proof: Proof, frame: Frame) -> str:
    """The page of one issue, or of why there is none."""
    body = _mail(room, proof) if "index.html" in proof.files else _none(proof)
    return _page(frame, f"{proof.edition.name} {proof.day}", _bar(room, proof.edition, proof.day) + body)


def mistaken(error: DigestError, frame: Frame) -> str:
    """The page of a newsroom that cannot be read, or of an issue that cannot be meant."""
    if not isinstance(error, ConfigurationError):
        return _page(
            frame, "No issue", _message("There is no such issue", _text(error), '<a href="/">Back</a>')
        )
    rows = "".join(
        f"<li><code>{_text(one.file)}:{one.line}:{one.column}</code> {_text(one.message)} <i>{_text(one.cure)}</i></li>"
        for one in error.problems
    )
    count = len(error.problems)
    title = "One thing to mend" if count == 1 else f"{count} things to mend"
    return _page(
        frame,
        title,
        _message(title, f'<ol class="problems">{rows}</ol>', "Save the file; this page follows."),
    )


def plain(title: str, text: str) -> str:
    """A page with a sentence, where a file was asked for that is not there."""
    head = f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{_text(title)}</title>'
    return f"{head}\n<p>{_text(text)}</p>\n</html>\n"


def _text(value: object) -> str:
    return escape(str(value), quote=True)


def _page(frame: Frame, title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{_text(title)}: preview</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="{_ICON}">\n<link rel="stylesheet" href="/preview.css">\n'
        '<script src="/preview.js" defer></script>\n</head>\n'
        f'<body data-version="{_text(frame.version)}" data-state="{_text(frame.state)}">\n{body}'
        '<p class="gone" role="status" hidden>The preview has ended. Start <code>digest preview</code> again.</p>\n'
        "</body>\n</html>\n"
    )


def _link(edition: Edition, day: date | None = None) -> str:
    return "/?" + urlencode({"edition": edition.name} | ({"date": day.isoformat()} if day else {}))


def _bar(room: Newsroom, edition: Edition, day: date) -> str:
    """The editions, and the days of this one."""
    tabs = "".join(
        f'<a href="{_text(_link(one, day if one.has_issue(day) else None))}"'
        f"{' aria-current=page' if one == edition else ''}>{_text(one.name)}</a>"
        for one in room.editions
    )
    calendar = edition.calendar
    return (
        f'<header class="bar"><p class="brand">{_text(room.publication.name)}</p>'
        f'<nav aria-label="Editions">{tabs}</nav>'
        f'<form action="/"><input type="hidden" name="edition" value="{_text(edition.name)}">'
        f"{_step(edition, calendar.before(day), '‹', 'The issue before')}"
        f'<input type="date" name="date" value="{day}" step="{_days_apart(edition)}" aria-label="Issue date" required>'
        f"{_step(edition, calendar.after(day), '›', 'The next issue')}<button>Show</button></form></header>\n"
    )


def _days_apart(edition: Edition) -> int:
    """Days between two dates of the date picker."""
    return 7 if edition.cadence == "weekly" and len(edition.weekdays) == 1 else 1


def _step(edition: Edition, day: date | None, sign: str, label: str) -> str:
    if day is None:
        return ""
    return f'<a class="step" href="{_text(_link(edition, day))}" aria-label="{label}">{sign}</a>'


def _message(title: str, body: str, foot: str = "") -> str:
    return f'<main class="message"><h1>{title}</h1><div>{body}</div><p class="soft">{foot}</p></main>\n'


def _none(proof: Proof) -> str:
    body = f'<p class="lines">{_text(proof.error)}</p>' + _notes("Sources", proof.notes)
    if proof.files:
        body += _downloads(proof)
    return _message("Nothing to show", body, "This page follows when that changes.")


def _mail(room: Newsroom, proof: Proof) -> str:
    manifest = proof.manifest
    return (
        f'<main class="issue"><h1 class="unseen">{_text(f"{proof.edition.name} of {proof.day}")}</h1>'
        f'{_inbox(room, proof, manifest)}<div class="columns">{_view(proof)}'
        f'<aside aria-label="About this issue">{_facts(room, proof, manifest)}{_ads(manifest)}{_stories(manifest)}'
        "</aside></div></main>\n"
    )


def _inbox(room: Newsroom, proof: Proof, manifest: Any) -> str:
    """The line in the list of a mail program."""
    from email.utils import parseaddr

    name, address = parseaddr(proof.edition.sender)
    sender = name or address or room.publication.name
    return (
        '<section class="inbox" aria-label="In the inbox"><span class="mark" aria-hidden="true">'
        f"{_text(sender[:1].upper())}</span><b>{_text(sender)}</b>"
        f'<p><span class="subject">{_text(manifest["subject"])}</span>'
        f'<span class="preheader"><i> – </i>{_text(manifest["preheader"])}</span></p>'
        f"<time>{proof.edition.cutoff:%H:%M}</time></section>"
    )


def _view(proof: Proof) -> str:
    place = f"/{proof.edition.name}/{proof.day}"
    title = f"{proof.edition.name} of {proof.day}"
    return (
        f'<section class="view"><div class="tools">{"".join(_choice(*one) for one in _CHOICES)}</div>'
        f'<div class="stage" tabindex="0"><iframe src="{place}/index.html" title="{_text(title)}" '
        'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"></iframe>'
        f"<pre>{_text(proof.files['index.txt'].decode())}</pre></div></section>"
    )


def _choice(name: str, label: str, values: Sequence[tuple[str, str]]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if at == 0 else ""}>'
        f"<span>{said}</span></label>"
        for at, (value, said) in enumerate(values)
    )
    return f'<fieldset class="{name}"><legend>{label}</legend>{options}</fieldset>'


def _card(title: str, body: str, *, few: str = "") -> str:
    return (
        f"<section><h2>{title}{f' <small>{few}</small>' if few else ''}</h2>{body}</section>" if body else ""
    )


def _notes(title: str, notes: Iterable[str]) -> str:
    rows = "".join(f"<li>{_text(one)}</li>" for one in notes)
    return _card(title, f'<ul class="notes">{rows}</ul>' if rows else "")


def _facts(room: Newsroom, proof: Proof, manifest: Any) -> str:
    edition = room.edition(manifest["edition"])
    budget = (room.seen_by(edition) if edition else room).size_budget
    size = manifest["files"]["index.html"]["bytes"]
    moved = len(manifest["more_online"])
    most = max(GMAIL, size)
    about = f"{size / 1000:.1f} kB of {budget / 1000:g} kB. Gmail clips at about {GMAIL / 1000:g} kB."
    if moved:
        about += f" {moved} {'story' if moved == 1 else 'stories'} moved to “more online” for it."
    meter = (
        f'<meter min="0" max="{most}" low="{min(budget, most)}" high="{GMAIL}" optimum="0" value="{size}"></meter>'
        f"<p>{about}</p>"
    )
    return (
        f'<section class="state"><p>{_text(proof.state)}</p>{_downloads(proof)}</section>'
        f"{_notes('To look at', [*proof.notes, *manifest['notes']])}{_card('Size', meter)}"
    )


def _downloads(proof: Proof) -> str:
    place = f"/{proof.edition.name}/{proof.day}"
    links = (f'<a href="{place}/{name}" target="_blank" rel="noopener">{name}</a>' for name in proof.files)
    return f'<p class="files">{" ".join(links)}</p>'


def _ads(manifest: Any) -> str:
    ads = manifest["ads"]
    placed = "".join(
        f'<li><b>{_text(one["line_item"])}</b> <span class="chip">{_text(one["tier"])}</span>'
        f"<small>{_text(_where(one))}</small><p>{_text(one['because'])}</p></li>"
        for one in ads["placed"]
    )
    refused = "".join(
        f'<li><b>{_text(one["line_item"])}</b> <span class="chip no">{_text(one["rule"])}</span>'
        f"<p>{_text(one['reason'])}</p></li>"
        for one in ads["refused"]
    )
    few = "" if ads["optimal"] else f"not proven the best: {_text(ads['gap'])}"
    return _card("Ads in this issue", f"<ul>{placed}</ul>" if placed else "<p>None.</p>", few=few) + _card(
        "Booked and not in", f"<ul>{refused}</ul>" if refused else ""
    )


def _where(ad: Any) -> str:
    gap = f"after story {ad['gap']}" if ad["gap"] else "before the first story"
    section = f", {ad['section']}" if ad["section"] else ""
    return f"{ad['slot']}, {gap}{section}: {ad['creative']}"


def _stories(manifest: Any) -> str:
    """The stories by section: those that are in, and those that came next."""
    told = {section["id"]: section["title"] for section in manifest["sections"]}
    inside = "".join(
        f'<h3>{_text(part["title"])}</h3><ol start="{part["stories"][0]["position"]}">'
        + "".join(f"<li>{_text(one['title'])}<p>{_text(_score(one))}</p></li>" for one in part["stories"])
        + "</ol>"
        for part in manifest["sections"]
    )
    groups: dict[str, list[Any]] = {name: [] for name in [*told, ""]}
    for one in manifest["left_out"]:
        groups[one["section"] if one.get("section") in told else ""].append(one)
    outside = "".join(
        f"<h3>{_text(told.get(name, 'Elsewhere'))}</h3>{_left_out(rows)}"
        for name, rows in groups.items()
        if rows
    )
    return _card(
        "Stories in this issue", f"<details><summary>Why these, and in this order</summary>{inside}</details>"
    ) + _card("Stories left out", outside, few=str(len(manifest["left_out"])))


def _score(one: Any) -> str:
    signals = ", ".join(f"{name} {value:g}" for name, value in one["signals"].items())
    also = f"; also told by {len(one['also'])} more" if one["also"] else ""
    return f"{'pinned; ' if one.get('pinned') else ''}score {one['score']:g} ({signals}){also}"


def _left_out(rows: list[Any]) -> str:
    rows = sorted(
        rows,
        key=lambda one: (one["why"].startswith("same_event:"), -(one.get("score") or 0), one["id"]),
    )
    lines = [f"<li>{_text(one['title'])}<p>{_text(one['why'])}</p></li>" for one in rows]
    rest = lines[_NEXT:]
    more = f"<details><summary>{len(rest)} more</summary><ul>{''.join(rest)}</ul></details>" if rest else ""
    return f"<ul>{''.join(lines[:_NEXT])}</ul>{more}"
