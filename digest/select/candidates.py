"""Which stories an issue may choose from, and which of those can never run."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from digest.model import AsItWas, SectionSpec, Story
from digest.select.marks import DeskMarks
from digest.select.request import SelectRequest
from digest.select.window import back

STEP = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story of the issue's choice. ``sections`` in the story's own order of preference; ``why`` bars it."""

    story: Story
    sections: tuple[str, ...]
    pinned: bool = False
    why: str = ""


def name_of(category: str) -> str:
    """A category for comparison: no case, spaces squeezed."""
    return " ".join(unicodedata.normalize("NFKC", category).casefold().split())


def section_names(sections: Iterable[SectionSpec]) -> dict[str, tuple[str, ...]]:
    """Category name -> ids of the sections that take it: by ``match`` (else the title), and by id."""
    sections_by_name: dict[str, list[str]] = {}
    for section in sections:
        for name in dict.fromkeys(map(name_of, (*(section.match or (section.title,)), section.id))):
            sections_by_name.setdefault(name, []).append(section.id)
    return {name: tuple(ids) for name, ids in sections_by_name.items()}


def sections_for(story: Story | AsItWas, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Ids of the sections a story may run in: those of its first category first."""
    return tuple(dict.fromkeys(id for category in story.sections for id in names.get(name_of(category), ())))


def plain_candidates(request: SelectRequest, desk: DeskMarks) -> list[Candidate]:
    """The stories of the window, the late ones, and those pinned to this very date; sorted by id."""
    names = section_names(request.sections)
    unique = {story.id: story for story in sorted(request.stories, key=lambda s: s.id)}
    return [
        _candidate(request, desk, story, names)
        for story in unique.values()
        if _is_candidate(request, desk, story)
    ]


def widened_candidates(
    request: SelectRequest, desk: DeskMarks, taken: Iterable[str], starts: Mapping[str, datetime]
) -> list[Candidate]:
    """Earlier stories that sections with a widened window (id -> its start) may take; each only for those sections."""
    names, known = section_names(request.sections), set(taken)
    widened = []
    for story in sorted({story.id: story for story in request.stories}.values(), key=lambda s: s.id):
        if story.id in known or not story.time < request.window.start:
            continue
        full = _candidate(request, desk, story, names)
        sections = tuple(id for id in full.sections if id in starts and starts[id] <= story.time)
        if sections:
            widened.append(Candidate(story, sections, full.pinned, full.why))
    return widened


def widen_limit(request: SelectRequest) -> datetime:
    return back(request.window.end, request.newsroom.thin.widen)


def earlier(start: datetime, limit: datetime) -> datetime:
    """One widening step before ``start``, no further than ``limit``."""
    return max(back(start, STEP), limit)


def _is_candidate(request: SelectRequest, desk: DeskMarks, story: Story) -> bool:
    window = request.window
    if story.time in window or _is_late(request, story):
        return True
    if story.id in desk.called and story.time < window.end:
        return True
    return (story.published_at or story.first_seen) in window and _embargoed(story, window.end)


def _is_late(request: SelectRequest, story: Story) -> bool:
    if request.late_since is None or story.first_seen <= request.late_since:
        return False
    return back(request.window.start, request.edition.late) <= story.time < request.window.start


def anew(request: SelectRequest, desk: DeskMarks, story: Story) -> Candidate:
    """A story as a candidate for the sections of this very request."""
    return _candidate(request, desk, story, section_names(request.sections))


def _candidate(
    request: SelectRequest, desk: DeskMarks, story: Story, names: Mapping[str, tuple[str, ...]]
) -> Candidate:
    pin = desk.pins.get(story.id)
    sections = sections_for(story, names)
    if pin is not None and pin.section is not None and any(s.id == pin.section for s in request.sections):
        sections = (pin.section,)
    why = (
        never(story, request)
        or request.withheld.get(story.id, "")
        or _paid_for(request, story)
        or desk.stopped(story.id, request.newsroom.publication)
        or _homeless(request, story, sections)
    )
    return Candidate(story, sections, desk.pinned(story.id), why)


def _paid_for(request: SelectRequest, story: Story) -> str:
    if not story.sponsored or request.edition.sponsored == "labelled":
        return ""
    return f"sponsored: a paid post is no editorial story of {request.edition.name}"


def never(story: Story, request: SelectRequest) -> str:
    """Why a story can be in no issue with the window of ``request``, or an empty string."""
    end, clock = request.window.end, request.newsroom.publication.clock
    if not story.title.strip():
        return "no_title: the story has no title"
    if not is_web_address(story.url):
        return "no_url: the story has no http(s) address"
    if story.embargo_until is not None and _embargoed(story, end):
        return f"embargo: until {clock(story.embargo_until)}"
    if story.expires_at is not None and story.expires_at <= end:
        return f"expired: {clock(story.expires_at)}"
    return ""


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _embargoed(story: Story, end: datetime) -> bool:
    return story.embargo_until is not None and story.embargo_until > end


def _homeless(request: SelectRequest, story: Story, sections: Sequence[str]) -> str:
    return "" if sections else without_section(request, story)


def without_section(request: SelectRequest, story: Story) -> str:
    """Why a story that may stand in no section of the lineup does not run."""
    if not story.sections:
        return "no_section: the story has no section"
    named = ", ".join(f'"{category}"' for category in story.sections)
    return f"no_section: {named} is in no section of {request.edition.name}"
