"""Templates and what they print, in pieces: the head of a page is there before its body is worked out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from digest.desk.desk import CurrentIssue, Desk
from digest.desk.views.dates import day_words, flight_words
from digest.errors import (
    AlreadySent,
    CommandError,
    ConfigurationError,
    DigestError,
    NothingToSend,
    Unreachable,
)
from digest.model.counts import counted

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = "\x00flush\x00"  # where what is printed so far is sent
_TITLES: dict[type[DigestError], str] = {
    NothingToSend: "Nothing to send",
    AlreadySent: "This issue was sent",
    Unreachable: "Something cannot be reached",
    CommandError: "There is nothing here",
}
_ANSWERS = ("book", "conflict", "refused", "stale")  # to a form: loaded again they would send it again
NAV = (
    ("issue", "Issue"), ("calendar", "Calendar"), ("bookings", "Bookings"), ("sources", "Sources"),
    ("health", "Health"), ("history", "History"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageError:
    """Why there is nothing to show: problems with their places, or one sentence."""

    title: str
    text: str = ""
    problems: tuple[tuple[Any, str], ...] = ()  # with the line of the file that each is about

    @property
    def page_error(self) -> PageError:
        return self


def page(
    desk: Desk,
    template: str,
    query: Mapping[str, str],
    make: Callable[[], Any],
    current: CurrentIssue | None,
    *,
    extra: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """A page in pieces. ``make`` gives what the template prints as ``it``; its errors are a page, too."""
    context = {
        "desk": desk, "links": desk.links, "to": desk.links.to, "current": current, "nav": NAV, "page": template,
        "query": defaultdict(str, query), "done": desk.recent_acts.get(query.get("done", "")), "flush": _HERE,
        "make": lambda: _made(desk, make), "extra": extra or {}, "version": _version(desk, current),
        "state": "" if desk.links.static or template in _ANSWERS else desk.links.to("state", **state_of(query)),
    }  # fmt: skip
    piece: list[str] = []
    try:
        for text in environment().get_template(f"{template}.j2").generate(context):
            if _HERE in text:
                before, _, text = text.partition(_HERE)
                yield "".join([*piece, before])
                piece = []
            piece.append(text)
    except Exception as defect:  # the head is out already: it is told where the body would be
        piece.append(str(environment().get_template("defect.j2").render(defect=defect)))
    yield "".join(piece)


def state_of(query: Mapping[str, str]) -> dict[str, str]:
    return {key: query[key] for key in ("edition", "date") if query.get(key)}


def _version(desk: Desk, current: CurrentIssue | None) -> str:
    return desk.proofs.version(
        *((current.newsroom, current.edition, current.day) if current else (None, None, None))
    )


def _made(desk: Desk, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except DigestError as error:
        return page_error(desk, error)


def page_error(desk: Desk, error: DigestError) -> PageError:
    """An error for people, each problem with the line it is about."""
    if isinstance(error, ConfigurationError):
        count = len(error.problems)
        title = "One thing to mend" if count == 1 else f"{count} things to mend"
        return PageError(
            title, problems=tuple((problem, line_of(desk, problem)) for problem in error.problems)
        )
    return PageError(
        next((title for kind, title in _TITLES.items() if isinstance(error, kind)), "No"), str(error)
    )


def line_of(desk: Desk, problem: Any) -> str:
    """The line of a file of the newsroom that a problem is about; empty where it cannot be read."""
    root = desk.proofs.options.root.resolve()
    path = (root / problem.file).resolve()
    if root not in path.parents:
        return ""
    try:
        lines = path.read_text("utf-8-sig", "replace").splitlines()
    except OSError:
        return ""
    return lines[problem.line - 1][:200] if 0 < problem.line <= len(lines) else ""


@cache
def environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    jinja = Environment(
        loader=PackageLoader("digest.desk"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    jinja.filters |= {
        "day": day_words,
        "number": lambda value: f"{value:,}",
        "few": counted,
        "flight": flight_words,
    }
    return jinja
