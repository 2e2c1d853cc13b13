"""Finished issues for whatever comes after rendering."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from digest.model import Edition, Issue, Lineup, Plan, Publication, Rendered, Selection, Window

PUBLICATION = Publication(name="NewsFinale", url="https://www.newsfinale.example/news", locale="en_US")
WINDOW = Window(datetime(2026, 1, 22, 11, tzinfo=UTC), datetime(2026, 1, 23, 11, tzinfo=UTC))


def issue(
    *,
    html: bytes = b"<!doctype html>\n<p>Hello</p>\n",
    text: bytes = b"Hello\n",
    subject: str = "Council votes",
    sender: str = "NewsFinale <news@newsfinale.example>",
    headers: Mapping[str, str] | None = None,
) -> Issue:
    """An issue with this envelope and these two faces."""
    rendered = Rendered(html=html, text=text, subject=subject, preheader="More", headers=headers or {})
    return Issue(
        edition=Edition(name="daily", sender=sender),
        date=date(2026, 1, 23),
        window=WINDOW,
        selection=Selection(lineup=Lineup()),
        plan=Plan(),
        rendered=rendered,
    )
