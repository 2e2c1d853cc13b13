"""The issue: the mail as it will be sent, and beside it why each story and ad is where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from digest.desk.desk import CurrentIssue, Desk
from digest.desk.pages import line_of
from digest.desk.proof import Proof
from digest.desk.views.words import SIGNALS, PlainReasons, campaign, place_at, rule_words, why_not
from digest.errors import Problem
from digest.model import Edition, Mark, Newsroom

if TYPE_CHECKING:
    from digest.place.explain import RuleEffect
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
class ScorePart:
    """One colour of a score's bar: ``value`` is weight x signal, ``x`` and ``width`` per mille of the widest bar."""

    number: int
    name: str
    label: str
    value: float
    x: float
    width: float


def issue(desk: Desk, current: CurrentIssue) -> dict[str, Any]:
    """Everything the page prints. Raises ``DigestError``."""
    newsroom, edition, day = current.newsroom, current.edition, current.day
    proof = desk.proofs.proof(newsroom, edition, day)
    with desk.reading(newsroom) as store:
        state = _state(store, edition, day, proof)
        note, marks = store.note(edition.name, day), store.marks()
    base = {
        "proof": proof, "page_error": None, "state": state, "note": note, "views": VIEWS,
        "notes": list(proof.notes), "files": list(proof.files), "manifest": None,
    }  # fmt: skip
    manifest = proof.manifest
    if manifest is None or "index.html" not in proof.files:
        return base | {"error": str(proof.error)}
    standing = [mark for mark in marks if mark.counts_for(edition.name, day)]
    widest = max([_total(newsroom, story) for story in _candidates(manifest)], default=1) or 1
    stories = {story["id"]: story for story in _candidates(manifest)}
    reasons = desk.plain_reasons(newsroom)
    return base | {
        "error": None,
        "manifest": manifest,
        "inbox": _inbox(newsroom, edition, manifest),
        "text": proof.files["index.txt"].decode(),
        "raw": proof.files["message.eml"][:RAW].decode("utf-8", "replace"),
        "raw_cut": len(proof.files["message.eml"]) > RAW,
        "notes": [*proof.notes, *manifest["notes"]],
        "legend": [(number, SIGNALS.get(name, name)) for number, name in enumerate(weights_of(newsroom))],
        "lineup": _lineup(newsroom, reasons, manifest, stories, standing, widest),
        "refused": [_ad(newsroom, reasons, ad) for ad in manifest["ads"]["refused"]],
        "left_out": _left_out(newsroom, reasons, manifest, standing, widest),
        "size": _size(newsroom, edition, manifest),
        "sections": newsroom.sections_of(edition),
    }


def problems(desk: Desk, current: CurrentIssue) -> list[tuple[Problem, str]]:
    """What ``check`` finds in a newsroom that builds, each with its line."""
    from digest.app import checking

    found_problems = desk.kept(
        "problems", current, lambda: checking.problems(current.newsroom, remember=False)
    )
    return [(problem, line_of(desk, problem)) for problem in found_problems]


def _state(store: Store, edition: Edition, day: date, proof: Proof) -> dict[str, Any]:
    """How far this issue is: what may be approved, by whom it was, whether it is sent."""
    from digest.app.approval import approval_of

    built = store.built(edition.name, day)
    approval = approval_of(store, built) if built else None
    same = proof.state.startswith("Built as") and "would make" not in proof.state
    return {
        "built": built,
        "approval": approval,
        "sent": bool(built and built.sent_at),
        "same": same,
        "words": proof.state,
    }


def _inbox(newsroom: Newsroom, edition: Edition, manifest: Any) -> dict[str, str]:
    """The line in the list of a mail program."""
    name, address = parseaddr(edition.sender)
    sender = name or address or newsroom.publication.name
    return {
        "sender": sender, "letter": sender[:1].upper(), "subject": manifest["subject"],
        "preheader": manifest["preheader"], "time": f"{edition.cutoff:%H:%M}",
    }  # fmt: skip


def _size(newsroom: Newsroom, edition: Edition, manifest: Any) -> dict[str, Any]:
    size, budget = manifest["files"]["index.html"]["bytes"], newsroom.seen_by(edition).size_budget
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


def weights_of(newsroom: Newsroom) -> Mapping[str, float]:
    """What each signal weighs, named or not."""
    from digest.select.rank import DEFAULT_WEIGHTS

    return newsroom.ranking.weights or DEFAULT_WEIGHTS


def _contributions(newsroom: Newsroom, story: Any) -> list[tuple[str, float]]:
    signals = story.get("signals") or {}
    return [(name, float(weight) * signals.get(name, 0)) for name, weight in weights_of(newsroom).items()]


def _total(newsroom: Newsroom, story: Any) -> float:
    return sum(max(0.0, value) for _, value in _contributions(newsroom, story))


def bar(newsroom: Newsroom, story: Any, widest: float) -> list[ScorePart]:
    """The score of a story as what each signal adds to it."""
    parts: list[ScorePart] = []
    at = 0.0
    for number, (name, value) in enumerate(_contributions(newsroom, story)):
        width = 1000 * max(0.0, value) / widest
        parts.append(ScorePart(number, name, SIGNALS.get(name, name), value, round(at, 1), round(width, 1)))
        at += width
    return parts


def _story(newsroom: Newsroom, story: Any, marks: Sequence[Mark], widest: float) -> dict[str, Any]:
    own_marks = [mark for mark in marks if story["id"] in (mark.story, mark.other)]
    return {
        "kind": "story",
        "id": story["id"],
        "title": story["title"],
        "summary": story.get("summary", ""),
        "url": story.get("url", ""),
        "source": story.get("source", ""),
        "position": story.get("position"),
        "score": story.get("score"),
        "bar": bar(newsroom, story, widest) if story.get("score") is not None else [],
        "marks": own_marks,
        "pinned": bool(story.get("pinned")),
        "edited": story.get("edited") or {},
        "why": story.get("why", ""),
        "also": [],
        "told_by": "",
    }


def _lineup(
    newsroom: Newsroom,
    reasons: PlainReasons,
    manifest: Any,
    stories: Mapping[str, Any],
    marks: Sequence[Mark],
    widest: float,
) -> list[dict[str, Any]]:
    """Sections with their rows in reading order: stories, and the ads between them."""
    positions = {slot.id: slot.position for slot in newsroom.ads.slots}
    ads = [_ad(newsroom, reasons, ad) for ad in manifest["ads"]["placed"]]

    def ads_at(gap: int, section: str | None) -> list[dict[str, Any]]:
        heading = section is not None
        return [
            ad
            for ad in ads
            if ad["gap"] == gap
            and (positions.get(ad["slot"]) == "section_start") == heading
            and (not heading or ad["section"] == section)
        ]

    groups = [{"id": "", "title": "Above the first story", "rows": top}] if (top := ads_at(0, None)) else []
    for part in manifest["sections"]:
        first = part["stories"][0]["position"]
        rows = ads_at(first - 1, part["id"])
        for story in part["stories"]:
            row = _story(newsroom, story, marks, widest)
            row["section"] = part["id"]
            row["also"] = [stories.get(id, {"id": id, "title": id}) for id in story["also"]]
            rows += [row, *ads_at(story["position"], None)]
        groups.append({"id": part["id"], "title": part["title"], "rows": rows})
    return groups


def _ad(newsroom: Newsroom, reasons: PlainReasons, ad: Any) -> dict[str, Any]:
    """A placed or a refused ad of a manifest."""
    item = newsroom.ads.line_item(ad["line_item"])
    advertiser = newsroom.ads.advertisers.get(item.advertiser or "") if item else None
    titles = {section.id: section.title for section in newsroom.sections}
    where = ""
    if "gap" in ad:
        slot = next((slot for slot in newsroom.ads.slots if slot.id == ad["slot"]), None)
        where = place_at(slot, ad["gap"])
        where += f", in {titles.get(ad['section'], ad['section'])}" if ad["section"] else ""
    return {
        "kind": "ad",
        "id": ad["line_item"],
        "title": campaign(newsroom, item) if item else ad["line_item"],
        "advertiser": advertiser.name if advertiser else newsroom.publication.name,
        "tier": item.tier if item else ad.get("tier", ""),
        "slot": ad.get("slot", ""),
        "gap": ad.get("gap"),
        "section": ad.get("section"),
        "creative": ad.get("creative", ""),
        "where": where,
        "why": reasons(ad.get("because") or ad.get("reason", "")),
        "refused_by": ad.get("rule", ""),
        "rule": rule_words(ad.get("rule", "")),
        "paused": bool(item and item.paused),
    }


def _left_out(
    newsroom: Newsroom, reasons: PlainReasons, manifest: Any, marks: Sequence[Mark], widest: float
) -> list[dict[str, Any]]:
    """The stories that are not in by section, the nearest first; tellings of an event that is in come last."""
    titles = {spec.id: spec.title for spec in newsroom.sections}
    titles_by_id = {story["id"]: story["title"] for story in _candidates(manifest)}
    groups: dict[str, list[Any]] = {
        name: [] for name in [*(p["id"] for p in manifest["sections"]), *titles, ""]
    }
    for story in manifest["left_out"]:
        groups.setdefault(story.get("section") or "", []).append(story)
    left_out = []
    for name, rows in groups.items():
        rows.sort(
            key=lambda story: (
                story["why"].startswith("same_event:"),
                -(story.get("score") or 0),
                story["id"],
            )
        )
        if rows:
            stories = [
                _story(newsroom, story, marks, widest)
                | {
                    "section": name,
                    "why": why_not(story["why"], titles_by_id, reasons),
                    "told_by": _told_by(story["why"], titles_by_id),
                }
                for story in rows
            ]
            left_out.append({"id": name, "title": titles.get(name, name or "Of no section"), "rows": stories})
    return left_out


def _told_by(reason: str, titles: Mapping[str, str]) -> str:
    """The story of the issue that tells the event of one that is left out for it."""
    other = reason.removeprefix("same_event: told by ")
    return other if other != reason and other in titles else ""


def left(desk: Desk, current: CurrentIssue, section: str) -> dict[str, Any]:
    """All stories of one section that are not in. Raises ``DigestError``."""
    page = issue(desk, current)
    group = next((candidate for candidate in page.get("left_out", ()) if candidate["id"] == section), None)
    return page | {"group": group}


def explained(desk: Desk, current: CurrentIssue, line_item: str) -> dict[str, Any]:
    """One booking against this issue, rule by rule, with what the best plan with it would lose.

    Raises ``DigestError``.
    """
    from digest.app.pipeline import placing_again
    from digest.app.specials import until_now
    from digest.errors import CommandError, did_you_mean
    from digest.model import Overrides
    from digest.place import explain

    newsroom = current.newsroom
    names = [item.id for item in newsroom.ads.line_items]
    if line_item not in names:
        raise CommandError(f'adslots.yaml has no booking "{line_item}".{did_you_mean(line_item, names)}')
    with desk.reading(newsroom) as store:
        desk.proofs.read_into(store, newsroom)
        edition = until_now(newsroom, current.edition, current.day, desk.now())
        request = placing_again(newsroom, store, edition, current.day, Overrides())
    explanation = explain(request, line_item)
    reasons = desk.plain_reasons(newsroom)
    ad = _ad(
        newsroom, reasons, {"line_item": line_item, "reason": explanation.reason, "rule": explanation.rule}
    )
    lost = [
        _ad(newsroom, reasons, {"line_item": name})
        for name in (explanation.cost.loses if explanation.cost else ())
    ]
    slots = {slot.id: slot for slot in newsroom.ads.slots}
    return {
        "page_error": None,
        "ad": ad,
        "explanation": explanation,
        "lost": lost,
        "item": newsroom.ads.line_item(line_item),
        "placed": place_at(slots.get(explanation.placed.slot), explanation.placed.gap)
        if explanation.placed
        else "",
        "because": reasons(explanation.placed.because) if explanation.placed else reasons(explanation.reason),
        "cost": reasons(explanation.cost.words) if explanation.cost else "",
        "steps": [_step(reasons, step) for step in explanation.asked],
        "left": [place_at(slots.get(opening.slot), opening.gap) for opening in explanation.left],
    }


def _step(reasons: PlainReasons, step: RuleEffect) -> dict[str, Any]:
    """What one rule took of a booking's places."""
    texts = list(dict.fromkeys(reasons(opening.why) for opening in step.removed))
    heads = Counter(text.partition("; ")[0] for text in texts)  # one cause of many is said once
    texts = list(
        dict.fromkeys(head if heads[head := text.partition("; ")[0]] > SAID_ONCE else text for text in texts)
    )
    lines = [reasons(step.why)] if step.why else []
    return {
        "rule": rule_words(step.rule),
        "taken": len(step.removed),
        "left": step.left,
        "why": lines + texts,
    }
