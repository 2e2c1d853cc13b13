"""Is the morning well? Sources, the newsroom's files, this issue's weight and words, and what was built and sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from digest.desk.desk import Desk, Seen
from digest.desk.pages import line_of
from digest.desk.views.issue import GMAIL
from digest.desk.views.words import item_names
from digest.errors import DigestError
from digest.model.counts import counted

BUILDS = 12


def sources(desk: Desk, seen: Seen) -> dict[str, Any]:
    """Every source: when it was last read, what it had, what is wrong. Raises ``DigestError``."""
    from digest.app.readings import health, unmatched

    room, now = seen.room, desk.now()
    with desk.reading(room) as store:
        found = health(room, store.readings(), now)
        lost = unmatched(room, store.search(span=(now - timedelta(days=7), now), limit=5000))
    return {
        "wrong": None,
        "rows": [
            {
                "name": one.name,
                "type": one.type,
                "last": one.last,
                "read": ago(one.last.at, now) if one.last else "never",
                "newest": ago(one.last.newest, now) if one.last and one.last.newest else "",
                "wrong": one.wrong,
                "remarks": list(one.last.remarks.items()) if one.last else [],
            }
            for one in found
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


def health(desk: Desk, seen: Seen, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything that a careful person looks at before the issue leaves. Raises ``DigestError``."""
    from digest.app import checking
    from digest.app.readings import wrong
    from digest.app.status import status
    from digest.config.files import without_ads
    from digest.render.legible import legibility

    room = seen.room
    proof = desk.proofs.proof(room, seen.edition, seen.day)
    with desk.reading(room) as store:
        now = status(room, store, desk.now(), timedelta(0))
        issues = sorted(store.issues(), key=lambda one: (one.built_at, one.edition), reverse=True)[:BUILDS]
        approved = store.approved()
        of_sources = wrong(room, store.readings(), desk.now())
    problems = desk.kept("problems", seen, lambda: checking.problems(room, remember=False))
    notes = desk.kept("notes", seen, lambda: checking.notes(room))
    manifest = proof.manifest if "index.html" in proof.files else None
    mail = _Mail.read(proof.files["index.html"].decode("utf-8", "replace")) if manifest else None
    return {
        "wrong": None,
        "proof": proof,
        "editions": now.editions,
        "newest": ago(now.newest_story, desk.now()) if now.newest_story else "",
        "issues": [(one, approved.get((one.edition, one.date)) == one.revision) for one in issues],
        "sources": of_sources,
        "problems": [(one, line_of(desk, one)) for one in problems],
        "notes": [*notes, *filter(None, [without_ads(room.root, len(room.ads.line_items))])],
        "manifest": manifest,
        "mail": mail,
        "size": manifest["files"]["index.html"]["bytes"] if manifest else 0,
        "gmail": GMAIL,
        "budget": room.seen_by(seen.edition).size_budget,
        "thin": _thin(seen, manifest) if manifest else [],
        "legible": legibility(proof.files["index.html"].decode("utf-8", "replace")) if manifest else None,
        "links": _dead(mail) if mail and asked.get("links") == "1" else None,
    }


def _thin(seen: Seen, manifest: Any) -> list[tuple[str, int, int, int]]:
    """Sections that are not full: title, stories, minimum, most."""
    there = {part["id"]: len(part["stories"]) for part in manifest["sections"]}
    return [
        (spec.title, there.get(spec.id, 0), spec.min, spec.top)
        for spec in seen.room.sections_of(seen.edition)
        if there.get(spec.id, 0) < spec.top
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
        given = dict(attrs)
        if tag == "img":
            self.pictures += 1
            if "alt" not in given:
                self.unnamed.append(given.get("src") or "")
            elif not given["alt"]:
                self.decorative += 1
        elif tag == "a" and (href := given.get("href") or "").startswith(("http://", "https://")):
            self.links.append(href)


def _dead(mail: _Mail) -> list[tuple[str, str]]:
    """The links of the mail that lead nowhere, looked up now. Raises ``DigestError``."""
    from digest.render.deadlinks import dead_links

    try:
        return [(one.url, one.why) for one in dead_links(dict.fromkeys(mail.links))]
    except OSError as error:
        raise DigestError(f"the links could not be looked up: {error}") from None


def history(desk: Desk, seen: Seen) -> dict[str, Any]:
    """What was decided, newest first: about stories, and about this issue. Raises ``DigestError``."""
    from digest.app import adslots_file
    from digest.desk.outcome import key_of

    room = seen.room
    with desk.reading(room) as store:
        marks, edits = store.marks_of(), store.edits()
        notes, yes = store.notes(seen.edition.name, seen.day), store.approvals(seen.edition.name, seen.day)
        decided: list[Any] = [*marks[-200:], *edits[-200:]]
        stories = store.stories({one.story for one in decided})
        standing = [*store.marks(), *edits]
        changes = store.file_changes()
    now = ""
    with suppress(DigestError):  # it is no text: nothing can be taken back in it
        now = adslots_file.read(room.root).sha
    clock = room.publication.clock
    rows = [
        (one.at, one.by, _decision(one), stories[one.story].title if one.story in stories else one.story,
         one.note, key_of(one) if one in standing or one.action == "release" else "")
        for one in marks[-200:]
    ]  # fmt: skip
    rows += [
        (one.at, one.by, _words(one), stories[one.story].title if one.story in stories else one.story, one.note,
         key_of(one))
        for one in edits[-200:]
    ]  # fmt: skip
    names = item_names(room)
    rows += [
        (one.at, one.by, one.what, names.get(one.about, one.about), one.file,
         key_of(one) if one.after and one.after == now else "")
        for one in changes[-200:]
    ]  # fmt: skip
    about = f"{seen.edition.name} {seen.day}"
    rows += [
        (one.at, one.by, "note" if one else "note taken back", about, one.text or one.subject, key_of(one))
        for one in notes
    ]
    rows += [
        (one.at, one.by, f"approved revision {one.revision}" if one.manifest else "approval taken back", about,
         one.note, key_of(one) if one.manifest and one is yes[-1] else "")
        for one in yes
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0], reverse=True)
    return {"wrong": None, "rows": [(clock(at), *rest) for at, *rest in rows[:200]], "total": len(rows)}


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
