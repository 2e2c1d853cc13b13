"""The issue: the mail as it will be sent, and beside it why each story and ad is where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from digest.desk.desk import Desk, Seen
from digest.desk.pages import line_of
from digest.desk.proof import Proof
from digest.desk.views.words import SIGNALS, Words, campaign, place_at, rule_words, why_not
from digest.errors import Problem
from digest.model import Edition, Mark, Newsroom

if TYPE_CHECKING:
    from digest.place.explain import Asked
    from digest.store import Store

GMAIL = 102_000  # bytes; about here Gmail clips a message
VIEWS = (
    ("width", "How wide", (("desktop", "Desktop"), ("tablet", "Tablet"), ("phone", "Phone"))),
    ("scheme", "Light or dark", (("light", "Light"), ("dark", "Dark"))),
    ("part", "What of it", (
        ("html", "As sent"), ("nopics", "No pictures"), ("nostyle", "No styles"), ("text", "Plain text"),
        ("raw", "Raw message"),
    )),
)  # fmt: skip
SAID_ONCE = 1  # place that is lost for a cause; where it takes more, the cause alone is said
RAW = 200_000  # characters of the message that are shown; the file has all


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a score's bar: ``value`` is weight x signal, ``x`` and ``width`` per mille of the widest bar."""

    number: int
    name: str
    label: str
    value: float
    x: float
    width: float


def issue(desk: Desk, seen: Seen) -> dict[str, Any]:
    """Everything the page prints. Raises ``DigestError``."""
    room, edition, day = seen.room, seen.edition, seen.day
    proof = desk.proofs.proof(room, edition, day)
    with desk.reading(room) as store:
        state = _state(store, edition, day, proof)
        note, marks = store.note(edition.name, day), store.marks()
    base = {
        "proof": proof, "wrong": None, "state": state, "note": note, "views": VIEWS,
        "notes": list(proof.notes), "files": list(proof.files), "manifest": None,
    }  # fmt: skip
    manifest = proof.manifest
    if manifest is None or "index.html" not in proof.files:
        return base | {"error": str(proof.error)}
    here = [mark for mark in marks if mark.counts_for(edition.name, day)]
    widest = max([_total(room, one) for one in _candidates(manifest)], default=1) or 1
    told = {one["id"]: one for one in _candidates(manifest)}
    words = desk.words(room)
    return base | {
        "error": None,
        "manifest": manifest,
        "inbox": _inbox(room, edition, manifest),
        "text": proof.files["index.txt"].decode(),
        "raw": proof.files["message.eml"][:RAW].decode("utf-8", "replace"),
        "raw_cut": len(proof.files["message.eml"]) > RAW,
        "notes": [*proof.notes, *manifest["notes"]],
        "legend": [(number, SIGNALS.get(name, name)) for number, name in enumerate(weights_of(room))],
        "lineup": _lineup(room, words, manifest, told, here, widest),
        "refused": [_ad(room, words, one) for one in manifest["ads"]["refused"]],
        "left_out": _left_out(room, words, manifest, here, widest),
        "size": _size(room, edition, manifest),
        "sections": room.sections_of(edition),
    }


def problems(desk: Desk, seen: Seen) -> list[tuple[Problem, str]]:
    """What ``check`` finds in a newsroom that builds, each with its line."""
    from digest.app import checking

    found = desk.kept("problems", seen, lambda: checking.problems(seen.room, remember=False))
    return [(one, line_of(desk, one)) for one in found]


def _state(store: Store, edition: Edition, day: date, proof: Proof) -> dict[str, Any]:
    """How far this issue is: what may be approved, by whom it was, whether it is sent."""
    from digest.app.approval import approval_of

    built = store.built(edition.name, day)
    given = approval_of(store, built) if built else None
    same = proof.state.startswith("Built as") and "would make" not in proof.state
    return {
        "built": built,
        "given": given,
        "sent": bool(built and built.sent_at),
        "same": same,
        "asked": edition.approval == "required",
        "words": proof.state,
    }


def _inbox(room: Newsroom, edition: Edition, manifest: Any) -> dict[str, str]:
    """The line in the list of a mail program."""
    name, address = parseaddr(edition.sender)
    sender = name or address or room.publication.name
    return {
        "sender": sender, "letter": sender[:1].upper(), "subject": manifest["subject"],
        "preheader": manifest["preheader"], "time": f"{edition.cutoff:%H:%M}",
    }  # fmt: skip


def _size(room: Newsroom, edition: Edition, manifest: Any) -> dict[str, Any]:
    size, budget = manifest["files"]["index.html"]["bytes"], room.seen_by(edition).size_budget
    return {
        "bytes": size,
        "budget": budget,
        "most": max(GMAIL, size),
        "gmail": GMAIL,
        "moved": len(manifest["more_online"]),
    }


def _candidates(manifest: Any) -> Iterable[Any]:
    for part in manifest["sections"]:
        yield from part["stories"]
    yield from manifest["left_out"]


def weights_of(room: Newsroom) -> Mapping[str, float]:
    """What each signal weighs, named or not."""
    from digest.select.rank import DEFAULT_WEIGHTS

    return room.ranking.weights or DEFAULT_WEIGHTS


def _contributions(room: Newsroom, one: Any) -> list[tuple[str, float]]:
    signals = one.get("signals") or {}
    return [(name, float(weight) * signals.get(name, 0)) for name, weight in weights_of(room).items()]


def _total(room: Newsroom, one: Any) -> float:
    return sum(max(0.0, value) for _, value in _contributions(room, one))


def bar(room: Newsroom, one: Any, widest: float) -> list[Part]:
    """The score of a story as what each signal adds to it."""
    parts: list[Part] = []
    at = 0.0
    for number, (name, value) in enumerate(_contributions(room, one)):
        width = 1000 * max(0.0, value) / widest
        parts.append(Part(number, name, SIGNALS.get(name, name), value, round(at, 1), round(width, 1)))
        at += width
    return parts


def _story(room: Newsroom, one: Any, marks: Sequence[Mark], widest: float) -> dict[str, Any]:
    mine = [mark for mark in marks if one["id"] in (mark.story, mark.other)]
    return {
        "kind": "story",
        "id": one["id"],
        "title": one["title"],
        "summary": one.get("summary", ""),
        "url": one.get("url", ""),
        "source": one.get("source", ""),
        "position": one.get("position"),
        "score": one.get("score"),
        "bar": bar(room, one, widest) if one.get("score") is not None else [],
        "marks": mine,
        "pinned": bool(one.get("pinned")),
        "edited": one.get("edited") or {},
        "why": one.get("why", ""),
        "also": [],
        "told_by": "",
    }


def _lineup(
    room: Newsroom, words: Words, manifest: Any, told: Mapping[str, Any], marks: Sequence[Mark], widest: float
) -> list[dict[str, Any]]:
    """Sections with their rows in reading order: stories, and the ads between them."""
    positions = {slot.id: slot.position for slot in room.ads.slots}
    ads = [_ad(room, words, one) for one in manifest["ads"]["placed"]]

    def ads_at(gap: int, section: str | None) -> list[dict[str, Any]]:
        heading = section is not None
        return [
            ad
            for ad in ads
            if ad["gap"] == gap
            and (positions.get(ad["slot"]) == "section_start") == heading
            and (not heading or ad["section"] == section)
        ]

    found = [{"id": "", "title": "Above the first story", "rows": top}] if (top := ads_at(0, None)) else []
    for part in manifest["sections"]:
        first = part["stories"][0]["position"]
        rows = ads_at(first - 1, part["id"])
        for one in part["stories"]:
            row = _story(room, one, marks, widest)
            row["section"] = part["id"]
            row["also"] = [told.get(id, {"id": id, "title": id}) for id in one["also"]]
            rows += [row, *ads_at(one["position"], None)]
        found.append({"id": part["id"], "title": part["title"], "rows": rows})
    return found


def _ad(room: Newsroom, words: Words, one: Any) -> dict[str, Any]:
    """A placed or a refused ad of a manifest."""
    item = room.ads.line_item(one["line_item"])
    advertiser = room.ads.advertisers.get(item.advertiser or "") if item else None
    titles = {section.id: section.title for section in room.sections}
    where = ""
    if "gap" in one:
        slot = next((slot for slot in room.ads.slots if slot.id == one["slot"]), None)
        where = place_at(slot, one["gap"])
        where += f", in {titles.get(one['section'], one['section'])}" if one["section"] else ""
    return {
        "kind": "ad",
        "id": one["line_item"],
        "title": campaign(room, item) if item else one["line_item"],
        "advertiser": advertiser.name if advertiser else room.publication.name,
        "tier": item.tier if item else one.get("tier", ""),
        "slot": one.get("slot", ""),
        "gap": one.get("gap"),
        "section": one.get("section"),
        "creative": one.get("creative", ""),
        "where": where,
        "why": words(one.get("because") or one.get("reason", "")),
        "refused_by": one.get("rule", ""),
        "rule": rule_words(one.get("rule", "")),
        "paused": bool(item and item.paused),
    }


def _left_out(
    room: Newsroom, words: Words, manifest: Any, marks: Sequence[Mark], widest: float
) -> list[dict[str, Any]]:
    """The stories that are not in by section, the nearest first; tellings of an event that is in come last."""
    titles = {spec.id: spec.title for spec in room.sections}
    told = {one["id"]: one["title"] for one in _candidates(manifest)}
    groups: dict[str, list[Any]] = {
        name: [] for name in [*(p["id"] for p in manifest["sections"]), *titles, ""]
    }
    for one in manifest["left_out"]:
        groups.setdefault(one.get("section") or "", []).append(one)
    found = []
    for name, rows in groups.items():
        rows.sort(key=lambda one: (one["why"].startswith("same_event:"), -(one.get("score") or 0), one["id"]))
        if rows:
            stories = [
                _story(room, one, marks, widest)
                | {
                    "section": name,
                    "why": why_not(one["why"], told, words),
                    "told_by": _told_by(one["why"], told),
                }
                for one in rows
            ]
            found.append({"id": name, "title": titles.get(name, name or "Of no section"), "rows": stories})
    return found


def _told_by(why: str, told: Mapping[str, str]) -> str:
    """The story of the issue that tells the event of one that is left out for it."""
    other = why.removeprefix("same_event: told by ")
    return other if other != why and other in told else ""


def left(desk: Desk, seen: Seen, section: str) -> dict[str, Any]:
    """All stories of one section that are not in. Raises ``DigestError``."""
    made = issue(desk, seen)
    group = next((one for one in made.get("left_out", ()) if one["id"] == section), None)
    return made | {"group": group}


def explained(desk: Desk, seen: Seen, line_item: str) -> dict[str, Any]:
    """One booking against this issue, rule by rule, with what the best plan with it would lose.

    Raises ``DigestError``.
    """
    from digest.app.pipeline import placing_again
    from digest.app.specials import until_now
    from digest.errors import CommandError, did_you_mean
    from digest.model import Overrides
    from digest.place import explain

    room = seen.room
    names = [item.id for item in room.ads.line_items]
    if line_item not in names:
        raise CommandError(f'adslots.yaml has no booking "{line_item}".{did_you_mean(line_item, names)}')
    with desk.reading(room) as store:
        desk.proofs.read_into(store, room)
        edition = until_now(room, seen.edition, seen.day, desk.now())
        request = placing_again(room, store, edition, seen.day, Overrides())
    said = explain(request, line_item)
    words = desk.words(room)
    ad = _ad(room, words, {"line_item": line_item, "reason": said.reason, "rule": said.rule})
    lost = [_ad(room, words, {"line_item": name}) for name in (said.cost.loses if said.cost else ())]
    slots = {slot.id: slot for slot in room.ads.slots}
    return {
        "wrong": None,
        "ad": ad,
        "said": said,
        "lost": lost,
        "item": room.ads.line_item(line_item),
        "placed": place_at(slots.get(said.placed.slot), said.placed.gap) if said.placed else "",
        "because": words(said.placed.because) if said.placed else words(said.reason),
        "cost": words(said.cost.words) if said.cost else "",
        "asked": [_asked(words, one) for one in said.asked],
        "left": [place_at(slots.get(one.slot), one.gap) for one in said.left],
    }


def _asked(words: Words, one: Asked) -> dict[str, Any]:
    """What one rule took of a booking's places."""
    whys = list(dict.fromkeys(words(opening.why) for opening in one.removed))
    heads = Counter(why.partition("; ")[0] for why in whys)  # one cause of many is said once
    whys = list(
        dict.fromkeys(head if heads[head := why.partition("; ")[0]] > SAID_ONCE else why for why in whys)
    )
    said = [words(one.why)] if one.why else []
    return {"rule": rule_words(one.rule), "taken": len(one.removed), "left": one.left, "why": said + whys}
