"""The report as one HTML file that needs nothing else: no script, no picture, no address is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from importlib.resources import files

from digest.model.counts import counted
from digest.report.chart import svg, words
from digest.report.values import Account, Picture, Report, Shown, in_words, rate_of

_NONE = "–"
_STEERING = "\x7f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def as_html(report: Report) -> str:
    """A whole page."""
    body = (
        "".join(_account(one, report.neighbours) for one in report.accounts)
        or "<p>There are no bookings to report.</p>"
    )
    kicker, name = f"{report.publication} · Proof of delivery", report.name or "All bookings"
    return whole(
        f"Proof of delivery: {report.name or report.publication}",
        f"{head(kicker, name, report)}{_tiles(report)}{body}{_foot(report)}",
    )


def whole(title: str, body: str) -> str:
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
    shown = [one for account in report.accounts for one in account.shown]
    sends = sum(one.sends or 0 for one in shown)
    owed = sum(account.make_good > 0 for account in report.accounts)
    about = ", partly expected" if any(not one.counted for one in shown) else ""
    issues = len({(one.date, one.edition) for one in shown})
    tiles = [("Bookings", f"{len(report.accounts):,}")] if len(report.accounts) > 1 else []
    tiles += [("Issues", f"{issues:,}"), (f"Sends{about}", f"{sends:,}" if sends else _NONE)]
    for name, counts in (("Opens", [one.opens for one in shown]), ("Clicks", [one.clicks for one in shown])):
        known = [count for count in counts if count is not None]
        tiles += [(name, f"{sum(known):,}")] if known else []
    rate = rate_of(shown)
    tiles += [("CTR", f"{100 * rate:.2f} %")] if rate is not None else []
    tiles += [("Make-goods owed", str(owed))] if owed else []
    return tiles_of(tiles)


def tiles_of(tiles: Iterable[tuple[str, str]]) -> str:
    """The figures above everything else: name and value."""
    cells = "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in tiles)
    return f'<dl class="tiles">{cells}</dl>\n'


def _account(account: Account, near: bool) -> str:
    return (
        f'<article><div class="top"><h2>{_text(account.title or account.line_item)}</h2>{_chip(account)}</div>'
        f'<p class="facts">{_facts(account)}</p>{_pictures(account)}{_bar(account)}'
        f'<p class="words">{_text(words(account))}</p>{_result(account)}'
        f"{_chart(account)}{_table(account, near)}</article>\n"
    )


def _chip(account: Account) -> str:
    kind, word = "", account.status
    if account.status == "finished" and account.booked is not None:
        kind, word = (
            ("short", f"{account.short:,} {account.unit} short")
            if account.short
            else ("complete", "complete")
        )
    if account.status == "deleted":
        word = "no longer booked"
    return f'<span class="chip {kind}">{_text(word)}</span>'


def _facts(account: Account) -> str:
    said = [account.name]
    if account.first:
        said.append(_date(account.first) + (f" to {_date(account.last)}" if account.last else " onward"))
    if account.booked is not None:
        said.append(f"{account.booked:,} {account.unit} booked, {account.pacing}")
    if account.status == "deleted":
        said.append("this booking was taken out of the file; the record of its issues stays")
    return " · ".join(map(_text, said))


def _bar(account: Account) -> str:
    if not account.booked:
        return ""
    share = min(100.0, 100 * account.delivered / account.booked)
    return f'<div class="bar" aria-hidden="true"><span style="width:{share:.1f}%"></span></div>'


def _pictures(account: Account) -> str:
    """The ads as they ran, each with its issues and clicks."""
    return "".join(_picture(account, one) for one in account.pictures)


def _picture(account: Account, one: Picture) -> str:
    if one.image:
        width = f' width="{_text(one.size.partition("x")[0])}"' if one.size else ""
        inside = f'<img alt="{_text(one.alt)}"{width} src="{one.image}">'
    else:
        lines = (("h3", one.headline), ("p", one.body or ("" if one.headline else one.alt)), ("b", one.cta))
        inside = "".join(f"<{tag}>{_text(text)}</{tag}>" for tag, text in lines if text)
    shown = account.of(one.creative)
    said = [counted(len(shown), "issue")]
    clicks = [row.clicks for row in shown if row.clicks is not None]
    if clicks:
        said.append(counted(sum(clicks), "click"))
    rate = rate_of(shown)
    said += [f"CTR {100 * rate:.2f} %"] if rate is not None else []
    label = f"<small>{_text(one.disclosure)}</small>" if one.disclosure else ""
    size = f"{_text(one.size)} · " if one.size else ""
    return (
        f'<figure><div class="ad">{label}{inside}</div><figcaption>{_text(in_words(one.creative))} · {size}'
        f"{' · '.join(said)}</figcaption></figure>"
    )


def _result(account: Account) -> str:
    """Opens, clicks and their rate, with what they count."""
    if account.clicks is None and account.opens is None:
        return ""
    said = []
    if account.opens is not None:
        said.append(f"its issues were opened {counted(account.opens, 'time')}")
    if account.clicks is not None:
        kind = ("reader clicked", "readers clicked") if account.clicks_kind == "unique" else ("click",)
        said.append(counted(account.clicks, *kind))
    if account.ctr is not None:
        said.append(f"a click-through rate of {100 * account.ctr:.2f} % of the mails sent")
    text = "; ".join(said)
    return f'<p class="facts">{_text(text[:1].upper() + text[1:])}.</p>'


def _chart(account: Account) -> str:
    picture = svg(account)
    if not picture:
        return ""
    plan = '<b class="plan"></b>plan' if account.booked is not None else ""
    return f'{picture}<p class="legend" aria-hidden="true"><b></b>delivered{plan}</p>'


def _table(account: Account, near: bool) -> str:
    counted = account.clicks is not None or account.opens is not None
    if not account.shown:
        return "<p>It did not run in these issues.</p>"
    several = len({one.creative for one in account.shown}) > 1
    names = ["Issue", "Place", *(["Ad"] if several else []), *(["Next to"] if near else [])]
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    numbers = ("Sends", "Opens", "Clicks") if counted else ("Sends",)
    heads += "".join(f'<th scope="col" class="n">{name}</th>' for name in numbers)
    cells = "".join(_row(one, counted, near, several) for one in account.shown)
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>"
    label = _text(f"Issues with {account.title or account.line_item}")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{body}</div>'


def _row(shown: Shown, counted: bool, near: bool, several: bool) -> str:
    titles = "".join(f"<div>{_text(title)}</div>" for title in shown.neighbours) or _NONE
    note = "<small>expected</small>" if shown.sends is not None and not shown.counted else ""
    numbers = [("Sends", shown.sends, note)]
    numbers += [("Opens", shown.opens, ""), ("Clicks", shown.clicks, "")] if counted else []
    wide = [
        f"{_text(shown.where)}<small>{_text(shown.place)}</small>",
        *([_text(in_words(shown.creative))] if several else []),
        *([titles] if near else []),
    ]
    words = "".join(f'<td class="w">{cell}</td>' for cell in wide)
    return (
        f'<tr><td class="d w">{_date(shown.date)}<small>{_text(shown.edition)}</small></td>{words}'
        f"{''.join(number(*one) for one in numbers)}</tr>"
    )


def number(name: str, count: int | str | None, note: str = "") -> str:
    """A cell; ``name`` stands above it where the page is too narrow for heads."""
    text = _NONE if count is None else count if isinstance(count, str) else f"{count:,}"
    return f'<td class="n" data-name="{_text(name)}">{_text(text)}{note}</td>'


def _foot(report: Report) -> str:
    expected = any(account.expected for account in report.accounts)
    note = (
        " Sends marked “expected” are the edition's usual circulation; the mailer has not reported them yet."
        if expected
        else ""
    )
    kinds = {account.clicks_kind for account in report.accounts}
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
