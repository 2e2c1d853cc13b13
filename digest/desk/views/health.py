"""Is the morning well? Sources, the newsroom's files, this issue's weight and words, and what was built and sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from digest.desk.desk import CurrentIssue, Desk
from digest.desk.pages import line_of
from digest.desk.views.issue import GMAIL
from digest.desk.views.words import item_names
from digest.errors import DigestError
from digest.model.counts import counted

BUILDS = 12


def sources(desk: Desk, current: CurrentIssue) -> dict[str, Any]:
    """Every source: when it was last read, what it had, what is wrong. Raises ``DigestError``."""
    from digest.app.readings import health, unmatched

    newsroom, now = current.newsroom, desk.now()
    with desk.reading(newsroom) as store:
        states = health(newsroom, store.readings(), now)
        lost = unmatched(newsroom, store.search(span=(now - timedelta(days=7), now), limit=5000))
    return {
        "page_error": None,
        "rows": [
            {
                "name": source.name,
                "type": source.type,
                "last": source.last,
                "read": ago(source.last.at, now) if source.last else "never",
                "newest": ago(source.last.newest, now) if source.last and source.last.newest else "",
                "wrong": source.wrong,
                "remarks": list(source.last.remarks.items()) if source.last else [],
            }
            for source in states
        ],
        "lost": list(lost.items())[:12],
    }


def ago(at: datetime, now: datetime) -> str:
    """``3 hours ago``."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{counted(count, word)} ago"
    return "just now"


def health(desk: Desk, current: CurrentIssue, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything that a careful person looks at before the issue leaves. Raises ``DigestError``."""
    from digest.app import checking
    from digest.app.readings import wrong
    from digest.app.status import status
    from digest.render.legible import legibility

    newsroom = current.newsroom
    proof = desk.proofs.proof(newsroom, current.edition, current.day)
    with desk.reading(newsroom) as store:
        now = status(newsroom, store, desk.now(), timedelta(0))
        issues = sorted(store.issues(), key=lambda issue: (issue.built_at, issue.edition), reverse=True)[
            :BUILDS
        ]
        approved = store.approved()
        of_sources = wrong(newsroom, store.readings(), desk.now())
    problems = desk.kept("problems", current, lambda: checking.problems(newsroom, remember=False))
    notes = desk.kept("notes", current, lambda: checking.notes(newsroom))
    manifest = proof.manifest if "index.html" in proof.files else None
    mail = _Mail.read(proof.files["index.html"].decode("utf-8", "replace")) if manifest else None
    return {
        "page_error": None,
        "proof": proof,
        "editions": now.editions,
        "newest": ago(now.newest_story, desk.now()) if now.newest_story else "",
        "issues": [(issue, approved.get((issue.edition, issue.date)) == issue.revision) for issue in issues],
        "sources": of_sources,
        "problems": [(problem, line_of(desk, problem)) for problem in problems],
        "notes": [*notes, *checking.warnings(newsroom)],
        "manifest": manifest,
        "mail": mail,
        "size": manifest["files"]["index.html"]["bytes"] if manifest else 0,
        "gmail": GMAIL,
        "budget": newsroom.seen_by(current.edition).size_budget,
        "thin": _thin(current, manifest) if manifest else [],
        "legible": legibility(proof.files["index.html"].decode("utf-8", "replace")) if manifest else None,
        "links": _dead(mail) if mail and query.get("links") == "1" else None,
    }


def _thin(current: CurrentIssue, manifest: Any) -> list[tuple[str, int, int, int]]:
    """Sections that are not full: title, stories, minimum, most."""
    counts = {part["id"]: len(part["stories"]) for part in manifest["sections"]}
    return [
        (spec.title, counts.get(spec.id, 0), spec.min, spec.top)
        for spec in current.newsroom.sections_of(current.edition)
        if counts.get(spec.id, 0) < spec.top
    ]


class _Mail(HTMLParser):
    """What readers who see no pictures get, and where every link leads."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = 0
        self.unnamed: list[str] = []  # without an alt attribute
        self.decorative = 0
        self.links: list[str] = []

    @classmethod
    def read(cls, html: str) -> _Mail:
        mail = cls()
        mail.feed(html)
        mail.close()
        return mail

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img":
            self.pictures += 1
            if "alt" not in attributes:
                self.unnamed.append(attributes.get("src") or "")
            elif not attributes["alt"]:
                self.decorative += 1
        elif tag == "a" and (href := attributes.get("href") or "").startswith(("http://", "https://")):
            self.links.append(href)


def _dead(mail: _Mail) -> list[tuple[str, str]]:
    """The links of the mail that lead nowhere, looked up now. Raises ``DigestError``."""
    from digest.render.deadlinks import dead_links

    try:
        return [(link.url, link.why) for link in dead_links(dict.fromkeys(mail.links))]
    except OSError as error:
        raise DigestError(f"the links could not be looked up: {error}") from None


def history(desk: Desk, current: CurrentIssue) -> dict[str, Any]:
    """What was decided, newest first: about stories, and about this issue. Raises ``DigestError``."""
    from digest.app import adslots_file
    from digest.desk.outcome import key_of

    newsroom = current.newsroom
    with desk.reading(newsroom) as store:
        marks, edits = store.marks_of(), store.edits()
        notes, approvals = (
            store.notes(current.edition.name, current.day),
            store.approvals(current.edition.name, current.day),
        )
        decided: list[Any] = [*marks[-200:], *edits[-200:]]
        stories = store.stories({decision.story for decision in decided})
        standing = [*store.marks(), *edits]
        changes = store.file_changes()
    now = ""
    with suppress(DigestError):  # it is no text: nothing can be taken back in it
        now = adslots_file.read(newsroom.root).sha
    clock = newsroom.publication.clock
    rows = [
        (mark.at, mark.by, _decision(mark), stories[mark.story].title if mark.story in stories else mark.story,
         mark.note, key_of(mark) if mark in standing or mark.action == "release" else "")
        for mark in marks[-200:]
    ]  # fmt: skip
    rows += [
        (edit.at, edit.by, _words(edit), stories[edit.story].title if edit.story in stories else edit.story, edit.note,
         key_of(edit))
        for edit in edits[-200:]
    ]  # fmt: skip
    names = item_names(newsroom)
    rows += [
        (change.at, change.by, change.what, names.get(change.about, change.about), change.file,
         key_of(change) if change.after and change.after == now else "")
        for change in changes[-200:]
    ]  # fmt: skip
    about = f"{current.edition.name} {current.day}"
    rows += [
        (
            note.at,
            note.by,
            "note" if note else "note taken back",
            about,
            note.text or note.subject,
            key_of(note),
        )
        for note in notes
    ]
    rows += [
        (approval.at, approval.by,
         f"approved revision {approval.revision}" if approval.manifest else "approval taken back", about,
         approval.note, key_of(approval) if approval.manifest and approval is approvals[-1] else "")
        for approval in approvals
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0], reverse=True)
    return {"page_error": None, "rows": [(clock(at), *rest) for at, *rest in rows[:200]], "total": len(rows)}


def _decision(mark: Any) -> str:
    """``pin, place 2, daily, on 2026-01-23``."""
    parts = (
        mark.action, mark.position and f"place {mark.position}", mark.section, mark.edition,
        mark.date and f"on {mark.date}", mark.until and f"until {mark.until}", mark.other and f"with {mark.other}",
    )  # fmt: skip
    return ", ".join(str(part) for part in parts if part)


def _words(edit: Any) -> str:
    if edit.cleared:
        return "edits taken back"
    changed = [name for name in ("title", "summary", "image", "section") if getattr(edit, name) is not None]
    return "edit of " + " and ".join(changed)
