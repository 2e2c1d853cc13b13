"""What the mailer knows of an issue: counts and clicks, read, matched to ads and stories, and kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.app.addresses import IssueLinks, matched, merged
from digest.errors import CommandError
from digest.model.counts import counted
from digest.model.mail import Clicked, Clicks, IssueReceipt, LinkClicks, Receipt

COUNTS = ("sent", "delivered", "opens")
_LINKS = ("url", "unique_clicks", "clicks")
_NAMES = {
    "unique clicks": "unique_clicks", "unique": "unique_clicks", "total clicks": "clicks", "total_clicks": "clicks",
    "link": "url", "sends": "sent", "unique_opens": "opens", "unique opens": "opens",
}  # fmt: skip
MOST = 10**12
BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReading:
    """A receipt as it stands now; ``remarks`` are what people should know of it."""

    receipt: IssueReceipt
    remarks: tuple[str, ...] = ()


def with_earlier(
    issue: IssueLinks, new: Receipt, before: IssueReceipt | None, *, source: str, now: datetime
) -> ReceiptReading:
    """What is known from now on: what was told now, and what was told before where now is silent.

    Reading again replaces and never adds.
    """
    notes = list(new.notes)
    old = before.receipt if before else None
    merged = _merge(new, old, notes) if old else new
    clicks = matched(issue, merged.links)
    notes += _oddities(merged, clicks)
    receipt = IssueReceipt(
        edition=issue.edition, date=issue.date, read_at=now, source=source, receipt=merged, clicks=clicks
    )
    return ReceiptReading(receipt=receipt, remarks=tuple(notes))


def _merge(new: Receipt, old: Receipt, notes: list[str]) -> Receipt:
    changes: dict[str, Any] = {}
    for name in (*COUNTS, "clicks", "clicks_total"):
        now, then = getattr(new, name), getattr(old, name)
        if now is None:
            changes[name] = then
        elif then is not None and now < then:
            notes.append(f"{_words(name)} fell from {then:,} to {now:,}; the newer number counts.")
    merged = replace(new, **changes)
    if not new.links and old.links:
        if new.kind != "none":
            notes.append(f"no clicks per link came this time; those known before stay ({len(old.links)}).")
        merged = replace(merged, links=old.links, kind=old.kind)
    return replace(merged, at=new.at or old.at)


def _words(name: str) -> str:
    return {"clicks": "readers who clicked", "clicks_total": "clicks"}.get(name, name)


def _oddities(receipt: Receipt, clicks: Sequence[Clicked]) -> list[str]:
    notes = []
    shared = [link for link in clicks if link.what == "shared"]
    unknown = [link for link in clicks if link.what == "unknown"]
    if shared:
        notes.append(
            f"{counted(len(shared), 'address stands', 'addresses stand')} in several ads or stories, so "
            "nobody can say whose clicks those are; they count for none. Give each ad's `url` a "
            "`{line_item}` of its own."
        )
    if unknown:
        example = unknown[0].url.partition("?")[0][:100]
        notes.append(
            f"{counted(len(unknown), 'address was', 'addresses were')} clicked that we did not write, such as "
            f"{example}; they are kept and count for nothing."
        )
    if receipt.sent is not None and receipt.delivered is not None and receipt.delivered > receipt.sent:
        notes.append(
            f"more were delivered ({receipt.delivered:,}) than sent ({receipt.sent:,}); that cannot be."
        )
    return notes


def from_file(path: Path) -> Receipt:
    """What a CSV file tells: rows of ``url,unique_clicks,clicks``, or one of ``sent,delivered,opens``, or both.

    Raises ``CommandError`` with the line of whatever is wrong.
    """
    try:
        data = path.read_bytes()[: BYTES + 1]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > BYTES:
        raise CommandError(f"{path} is larger than {BYTES // 1_000_000} MB; a receipt is not.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return _parsed(path.name, text)


def _parsed(name: str, text: str) -> Receipt:
    first = text.split("\n", 1)[0]
    mark = max((",", ";", "\t"), key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise CommandError(f"{name}: it is no CSV file ({error}).") from None
    headings = [_head(cell) for cell in rows[0][1]] if rows else []
    if not ("url" in headings and {"clicks", "unique_clicks"} & set(headings)) and not set(COUNTS) & set(
        headings
    ):
        raise CommandError(
            f"{name}:1: the first line must name the columns `url,unique_clicks,clicks`, or `sent,delivered,opens`."
        )
    links: list[LinkClicks] = []
    counts: dict[str, int] = {}
    for line, row in rows[1:]:
        cells = dict(zip(headings, (cell.strip() for cell in row), strict=False))
        numbers = {
            column: _number(f"{name}:{line}", column, cells[column])
            for column in (*COUNTS, *_LINKS[1:])
            if cells.get(column)
        }
        if cells.get("url"):
            links.append(
                LinkClicks(url=cells["url"], unique=numbers.get("unique_clicks"), total=numbers.get("clicks"))
            )
        counts |= {column: n for column, n in numbers.items() if column in COUNTS}
    if not links and not counts:
        raise CommandError(f"{name}: it has no numbers.")
    unique = any(link.unique is not None for link in links)
    kind: Clicks = "unique" if unique else "total" if links else "none"
    return Receipt(
        sent=counts.get("sent"),
        delivered=counts.get("delivered"),
        opens=counts.get("opens"),
        links=tuple(merged(links)),
        kind=kind,
    )


def _head(cell: str) -> str:
    name = cell.strip().lower()
    return _NAMES.get(name, name)


def _number(where: str, column: str, cell: str) -> int:
    plain = cell.replace(",", "").replace("\u00a0", "").replace(" ", "").replace("'", "")
    if not plain.isascii() or not plain.isdigit() or int(plain[:20]) > MOST:
        raise CommandError(f'{where}: {column} "{cell[:40]}" is no count; write whole numbers from 0 up.')
    return int(plain)
