"""The report as one HTML file that needs nothing else: no script, no picture, no address is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from importlib.resources import files

from digest.model.counts import counted
from digest.report.chart import svg, words
from digest.report.values import BookingReport, CreativePreview, Insertion, Report, in_words, rate_of

_NONE = "–"
_STEERING = "\x7f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def as_html(report: Report) -> str:
    """A whole page."""
    body = (
        "".join(_booking(booking, report.neighbours) for booking in report.bookings)
        or "<p>There are no bookings to report.</p>"
    )
    kicker, name = f"{report.publication} · Proof of delivery", report.name or "All bookings"
    return html_page(
        f"Proof of delivery: {report.name or report.publication}",
        f"{head(kicker, name, report)}{_tiles(report)}{body}{_foot(report)}",
    )


def html_page(title: str, body: str) -> str:
    """The page around ``body``, which is HTML."""
    style = files("digest.report").joinpath("style.css").read_text(encoding="utf-8").strip()
    return (
        '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(title)}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n<main>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )


def _text(value: object) -> str:
    """Foreign text as text: no markup, no control characters, nothing that turns the direction of reading."""
    clean = "".join(char for char in str(value) if char >= " " and char not in _STEERING)
    return escape(clean, quote=True)


def _date(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def head(kicker: str, name: str, report: Report) -> str:
    """Whose page it is, and of which issues."""
    start = f"{_date(report.first)} to " if report.first else "up to "
    return (
        f'<header><p class="kicker">{_text(kicker)}</p><h1>{_text(name)}</h1>'
        f'<p class="span">Issues dated {start}{_date(report.last)}</p></header>\n'
    )


def _tiles(report: Report) -> str:
    insertions = [insertion for booking in report.bookings for insertion in booking.insertions]
    sends = sum(insertion.sends or 0 for insertion in insertions)
    owed = sum(booking.make_good > 0 for booking in report.bookings)
    about = ", partly expected" if any(not insertion.counted for insertion in insertions) else ""
    issues = len({(insertion.date, insertion.edition) for insertion in insertions})
    tiles = [("Bookings", f"{len(report.bookings):,}")] if len(report.bookings) > 1 else []
    tiles += [("Issues", f"{issues:,}"), (f"Sends{about}", f"{sends:,}" if sends else _NONE)]
    for name, counts in (
        ("Opens", [insertion.opens for insertion in insertions]),
        ("Clicks", [insertion.clicks for insertion in insertions]),
    ):
        known = [count for count in counts if count is not None]
        tiles += [(name, f"{sum(known):,}")] if known else []
    rate = rate_of(insertions)
    tiles += [("CTR", f"{100 * rate:.2f} %")] if rate is not None else []
    tiles += [("Make-goods owed", str(owed))] if owed else []
    return tiles_of(tiles)


def tiles_of(tiles: Iterable[tuple[str, str]]) -> str:
    """The figures above everything else: name and value."""
    cells = "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in tiles)
    return f'<dl class="tiles">{cells}</dl>\n'


def _booking(booking: BookingReport, neighbours: bool) -> str:
    return (
        f'<article><div class="top"><h2>{_text(booking.title or booking.line_item)}</h2>{_chip(booking)}</div>'
        f'<p class="facts">{_facts(booking)}</p>{_creatives(booking)}{_bar(booking)}'
        f'<p class="words">{_text(words(booking))}</p>{_result(booking)}'
        f"{_chart(booking)}{_table(booking, neighbours)}</article>\n"
    )


def _chip(booking: BookingReport) -> str:
    kind, word = "", booking.status
    if booking.status == "finished" and booking.booked is not None:
        kind, word = (
            ("short", f"{booking.short:,} {booking.unit} short")
            if booking.short
            else ("complete", "complete")
        )
    if booking.status == "deleted":
        word = "no longer booked"
    return f'<span class="chip {kind}">{_text(word)}</span>'


def _facts(booking: BookingReport) -> str:
    facts = [booking.name]
    if booking.first:
        facts.append(_date(booking.first) + (f" to {_date(booking.last)}" if booking.last else " onward"))
    if booking.booked is not None:
        facts.append(f"{booking.booked:,} {booking.unit} booked, {booking.pacing}")
    if booking.status == "deleted":
        facts.append("this booking was taken out of the file; the record of its issues stays")
    return " · ".join(map(_text, facts))


def _bar(booking: BookingReport) -> str:
    if not booking.booked:
        return ""
    share = min(100.0, 100 * booking.delivered / booking.booked)
    return f'<div class="bar" aria-hidden="true"><span style="width:{share:.1f}%"></span></div>'


def _creatives(booking: BookingReport) -> str:
    """The ads as they ran, each with its issues and clicks."""
    return "".join(_creative(booking, creative) for creative in booking.creatives)


def _creative(booking: BookingReport, creative: CreativePreview) -> str:
    if creative.image:
        width = f' width="{_text(creative.size.partition("x")[0])}"' if creative.size else ""
        inside = f'<img alt="{_text(creative.alt)}"{width} src="{creative.image}">'
    else:
        lines = (
            ("h3", creative.headline),
            ("p", creative.body or ("" if creative.headline else creative.alt)),
            ("b", creative.cta),
        )
        inside = "".join(f"<{tag}>{_text(text)}</{tag}>" for tag, text in lines if text)
    insertions = booking.of(creative.creative)
    facts = [counted(len(insertions), "issue")]
    clicks = [row.clicks for row in insertions if row.clicks is not None]
    if clicks:
        facts.append(counted(sum(clicks), "click"))
    rate = rate_of(insertions)
    facts += [f"CTR {100 * rate:.2f} %"] if rate is not None else []
    label = f"<small>{_text(creative.disclosure)}</small>" if creative.disclosure else ""
    size = f"{_text(creative.size)} · " if creative.size else ""
    return (
        f'<figure><div class="ad">{label}{inside}</div><figcaption>{_text(in_words(creative.creative))} · {size}'
        f"{' · '.join(facts)}</figcaption></figure>"
    )


def _result(booking: BookingReport) -> str:
    """Opens, clicks and their rate, with what they count."""
    if booking.clicks is None and booking.opens is None:
        return ""
    sentences = []
    if booking.opens is not None:
        sentences.append(f"its issues were opened {counted(booking.opens, 'time')}")
    if booking.clicks is not None:
        kind = ("reader clicked", "readers clicked") if booking.clicks_kind == "unique" else ("click",)
        sentences.append(counted(booking.clicks, *kind))
    if booking.ctr is not None:
        sentences.append(f"a click-through rate of {100 * booking.ctr:.2f} % of the mails sent")
    text = "; ".join(sentences)
    return f'<p class="facts">{_text(text[:1].upper() + text[1:])}.</p>'


def _chart(booking: BookingReport) -> str:
    picture = svg(booking)
    if not picture:
        return ""
    plan = '<b class="plan"></b>plan' if booking.booked is not None else ""
    return f'{picture}<p class="legend" aria-hidden="true"><b></b>delivered{plan}</p>'


def _table(booking: BookingReport, neighbours: bool) -> str:
    counted = booking.clicks is not None or booking.opens is not None
    if not booking.insertions:
        return "<p>It did not run in these issues.</p>"
    several = len({insertion.creative for insertion in booking.insertions}) > 1
    names = ["Issue", "Place", *(["Ad"] if several else []), *(["Next to"] if neighbours else [])]
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    numbers = ("Sends", "Opens", "Clicks") if counted else ("Sends",)
    heads += "".join(f'<th scope="col" class="n">{name}</th>' for name in numbers)
    cells = "".join(_row(insertion, counted, neighbours, several) for insertion in booking.insertions)
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>"
    label = _text(f"Issues with {booking.title or booking.line_item}")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{body}</div>'


def _row(insertion: Insertion, counted: bool, neighbours: bool, several: bool) -> str:
    titles = "".join(f"<div>{_text(title)}</div>" for title in insertion.neighbours) or _NONE
    note = "<small>expected</small>" if insertion.sends is not None and not insertion.counted else ""
    numbers = [("Sends", insertion.sends, note)]
    numbers += [("Opens", insertion.opens, ""), ("Clicks", insertion.clicks, "")] if counted else []
    wide = [
        f"{_text(insertion.where)}<small>{_text(insertion.place)}</small>",
        *([_text(in_words(insertion.creative))] if several else []),
        *([titles] if neighbours else []),
    ]
    words = "".join(f'<td class="w">{cell}</td>' for cell in wide)
    return (
        f'<tr><td class="d w">{_date(insertion.date)}<small>{_text(insertion.edition)}</small></td>{words}'
        f"{''.join(number(*cell) for cell in numbers)}</tr>"
    )


def number(name: str, count: int | str | None, note: str = "") -> str:
    """A cell; ``name`` stands above it where the page is too narrow for heads."""
    text = _NONE if count is None else count if isinstance(count, str) else f"{count:,}"
    return f'<td class="n" data-name="{_text(name)}">{_text(text)}{note}</td>'


def _foot(report: Report) -> str:
    expected = any(booking.expected for booking in report.bookings)
    note = (
        " Sends marked “expected” are the edition's usual circulation; the mailer has not reported them yet."
        if expected
        else ""
    )
    kinds = {booking.clicks_kind for booking in report.bookings}
    if "unique" in kinds:
        note += " Clicks are readers who clicked, counted once for each link."
    if "total" in kinds:
        note += " Clicks are all clicks, several of one reader included."
    if kinds - {""}:
        note += " The click-through rate is clicks over mails sent, of the issues whose clicks are known."
    return (
        f"<footer><p>Every issue listed here is recorded in the ledger of {_text(report.publication)} from the moment "
        f"it was built.{note}</p></footer>\n"
    )
