"""Writing ``message.eml`` against the standard library's own e-mail package, the same 95 KB issue."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP

from bench.pairs import ratio, row
from digest.model import Edition, Issue, Lineup, Plan, Publication, Rendered, Selection, Window
from digest.publish.message import message

STORY = '<tr><td style="padding:8px 24px;color:#222222"><a href="https://a.example/{0}">Über {0} — news</a></td></tr>\n'
HTML = "".join(STORY.format(number) for number in range(830)).encode()
TEXT = "".join(f"Über {number}: news\nhttps://a.example/{number}\n\n" for number in range(400)).encode()
ISSUE = Issue(
    edition=Edition(name="daily", sender="News <news@a.example>"),
    date=date(2026, 1, 23),
    window=Window(datetime(2026, 1, 22, 11, tzinfo=UTC), datetime(2026, 1, 23, 11, tzinfo=UTC)),
    selection=Selection(lineup=Lineup()),
    plan=Plan(),
    rendered=Rendered(html=HTML, text=TEXT, subject="Über 830 stories", preheader=""),
)
BRAND = Publication(name="News", url="https://a.example")


def ours() -> bytes:
    return message(ISSUE, publication=BRAND, revision=1)


def theirs() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"], mail["From"] = "Über 830 stories", "News <news@a.example>"
    mail.set_content(TEXT.decode(), cte="quoted-printable")
    mail.add_alternative(HTML.decode(), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def timed(make: Callable[[], bytes]) -> Callable[[], float]:
    def once() -> float:
        start = time.perf_counter()
        make()
        return time.perf_counter() - start

    return once


def main() -> None:
    row("message.eml of 95 KB against email.message", ratio(timed(ours), timed(theirs), rounds=51), 1.0)


if __name__ == "__main__":
    main()
