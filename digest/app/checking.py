"""What ``digest check`` looks at that is quick: files, templates, mailer and look; and links, if asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from digest.errors import Problem
from digest.model import Newsroom

if TYPE_CHECKING:
    from digest.store import Store

_Place: TypeAlias = tuple[str, tuple[str | int, ...]]  # file, and the keys and indices down to the value


def problems(newsroom: Newsroom, *, remember: bool = True) -> list[Problem]:
    """Bookings that cannot do what they promise, templates that are broken, files that are not there.

    Without ``remember`` nothing is written, not even the cache.
    """
    from digest.config import problems as of_files
    from digest.render import problems as broken

    return sorted({*of_files(newsroom.root, remember=remember), *broken(newsroom), *_files(newsroom)})


def notes(newsroom: Newsroom) -> list[str]:
    """What builds and is still worth knowing: of the mailer, of colours and of pictures."""
    return [*_mailer(newsroom), *_appearance(newsroom), *_pictures(newsroom, lost=False), *_marks(newsroom)]


def warnings(newsroom: Newsroom) -> list[str]:
    """What builds and is hardly meant: of the two files, of pictures that are not there, of mailers that lack a key."""
    from digest.app.outgoing import unset
    from digest.config import problem_at
    from digest.config.remarks import remarks

    lacks = (str(problem_at(newsroom.root, "digest.yaml", path, what)) for path, what in unset(newsroom))
    return [*remarks(newsroom), *_pictures(newsroom, lost=True), *lacks]


def _mailer(newsroom: Newsroom) -> list[str]:
    from digest.app.outgoing import losses
    from digest.registry import load

    dialects = dict.fromkeys(newsroom.mailing_of(edition).dialect for edition in newsroom.editions)
    missing = [
        f"mailer {name}: {what}"
        for name in dialects
        for what in load("digest.render.dialects", name).DIALECT.missing
    ]
    return [*missing, *losses(newsroom)]


def _appearance(newsroom: Newsroom) -> list[str]:
    """What rendering changes or cannot show: colours made readable, blocks without their data."""
    from digest.render import remarks

    return list(remarks(newsroom))


def _pictures(newsroom: Newsroom, *, lost: bool) -> Iterator[str]:
    """Pictures of the brand and the bookings of a kind or weight that mail does not bear, or that are not there."""
    from digest.config import problem_at
    from digest.render.pictures import faults

    for fault in faults(newsroom):
        if fault.lost is lost:
            file, *path = fault.picture.path
            yield str(problem_at(newsroom.root, str(file), tuple(path), str(fault)))


def _marks(newsroom: Newsroom) -> Iterator[str]:
    """Marks in the words of ads that are none, so that readers would see them."""
    from digest.config import problem_at
    from digest.render import printed_as_written

    for item in newsroom.ads.line_items:
        for number, creative in enumerate(item.creatives):
            path = ("line_items", newsroom.numbers[item.id], "creatives", number, "body")
            for remark in printed_as_written(creative.body):
                yield str(problem_at(newsroom.root, "adslots.yaml", path, f"readers see the marks: {remark}"))


def _files(newsroom: Newsroom) -> list[Problem]:
    """Sources on disk that are not there. A feed on the network may be down for a night; a file may not."""
    from digest.config import problem_at
    from digest.model.environment import variables

    return [
        problem_at(
            newsroom.root,
            "digest.yaml",
            ("sources", number, "url"),
            f'the file of source "{spec.name}" is not there: {spec.url}.',
            "Check its url.",
        )
        for number, spec in enumerate(newsroom.sources)
        if "://" not in spec.url and not variables(spec.url) and not Path(spec.url).is_file()
    ]


def off_calendar(newsroom: Newsroom, store: Store, first: date) -> list[str]:
    """Issues dated ``first`` or later that are built, on dates that the calendar does not have any more."""
    remarks = []
    for issue in store.issues():
        edition = newsroom.edition(issue.edition)
        if edition and issue.date >= first and not edition.may_have_issue(issue.date):
            state = "sent" if issue.sent_at else "built"
            why_not = edition.calendar.why_not(issue.date)
            remarks.append(
                f"{issue.edition} of {issue.date} is {state}, and {issue.edition} {why_not}. It "
                "stays as it is and counts; it is not built again while digest.yaml has no issue that day."
            )
    return remarks


def dead_links(newsroom: Newsroom) -> list[Problem]:
    """Links of the bookings and the brand that lead nowhere; click macros are filled before they are looked up."""
    from digest.config import problem_at
    from digest.render.deadlinks import dead_links as looked_up

    written: dict[str, list[_Place]] = {}
    for url, place in (*_brand(newsroom), *_booked(newsroom)):
        if url:
            written.setdefault(_filled(url), []).append(place)
    return [
        problem_at(
            newsroom.root,
            *place,
            f"dead link {dead.url}: {dead.why}",
            "Mend the address, or ask the advertiser.",
        )
        for dead in looked_up(written)
        for place in written[dead.url]
    ]


def _brand(newsroom: Newsroom) -> Iterator[tuple[str | None, _Place]]:
    brand, file = newsroom.publication, "digest.yaml"
    yield brand.url, (file, ("publication", "url"))
    if brand.logo:
        yield brand.logo.url, (file, ("publication", "logo", "url"))


def _booked(newsroom: Newsroom) -> Iterator[tuple[str | None, _Place]]:
    numbers = newsroom.numbers
    for item in newsroom.ads.line_items:
        for c, creative in enumerate(item.creatives):
            for key, url in (("url", creative.url), ("image", creative.image)):
                yield url, ("adslots.yaml", ("line_items", numbers[item.id], "creatives", c, key))


def _filled(url: str) -> str:
    for macro in ("line_item", "creative", "edition", "date", "slot"):
        url = url.replace("{" + macro + "}", "check")
    return url
