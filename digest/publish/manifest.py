"""``manifest.json``: what ran, what did not and why, from which inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from digest.model import Entry, Issue, LeftOut, Plan, Publication, Section

SCHEMA = "digest.issue/1"
EXCERPT = 600  # characters of a summary: enough to know another story of its event again


def stamp(at: datetime) -> str:
    """A time as the manifest writes it: UTC, ``2026-01-22T11:00:00Z``; microseconds only where there are any."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def manifest(issue: Issue, *, publication: Publication, revision: int, files: Mapping[str, bytes]) -> bytes:
    """The manifest as UTF-8 JSON, keys in a fixed order, ending in a newline."""
    record = {
        "schema": SCHEMA,
        "publication": publication.name,
        "publication_id": publication.id,
        "edition": issue.edition.name,
        "date": issue.date.isoformat(),
        "revision": revision,
        "window": {"start": stamp(issue.window.start), "end": stamp(issue.window.end)},
        "subject": issue.rendered.subject,
        "preheader": issue.rendered.preheader,
        "sections": [_section(section) for section in issue.selection.lineup.sections],
        "more_online": list(issue.rendered.more_online),
        "ads": _ads(issue.plan),
        "left_out": [_left_out(story) for story in issue.selection.left_out],
        "notes": list(issue.selection.notes),
        "files": {
            name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in files.items()
        },
        "overrides": {"pin": list(issue.plan.overrides.pin), "pause": list(issue.plan.overrides.pause)},
        "inputs": dict(issue.inputs),
        "expected_sends": issue.edition.expected_sends,
        **({"audience": dict(issue.audience)} if issue.audience else {}),
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _section(section: Section) -> dict[str, Any]:
    return {"id": section.id, "title": section.title, "stories": [_entry(entry) for entry in section.entries]}


def _entry(entry: Entry) -> dict[str, Any]:
    story = entry.story
    row: dict[str, Any] = {
        "position": entry.position,
        "id": story.id,
        "url": story.url,
        "title": story.title,
        "source": story.source,
        "published_at": stamp(story.published_at or story.first_seen),
        "score": entry.score,
        "signals": dict(entry.signals),
        "also": list(entry.also),
        "summary": story.summary[:EXCERPT],
    }
    if story.language:
        row["language"] = story.language
    if entry.pinned:
        row["pinned"] = True
    if story.as_sourced:
        row["edited"] = dict(sorted(story.as_sourced.items()))
    if entry.flags:
        row["flags"] = sorted(entry.flags)
    return row


def _left_out(left_out: LeftOut) -> dict[str, Any]:
    row: dict[str, Any] = {"id": left_out.story.id, "why": left_out.why, "title": left_out.story.title}
    if left_out.section is not None:
        row["section"] = left_out.section
    if left_out.score is not None:
        row |= {"score": left_out.score, "signals": dict(left_out.signals)}
    return row


def _ads(plan: Plan) -> dict[str, Any]:
    ads: dict[str, Any] = {
        "placed": [
            {
                "line_item": ad.line_item,
                "creative": ad.creative,
                "advertiser": ad.advertiser,
                "tier": ad.tier,
                "slot": ad.slot,
                "gap": ad.gap,
                "section": ad.section,
                "because": ad.because,
            }
            for ad in plan.placed
        ],
        "refused": [{"line_item": no.line_item, "rule": no.rule, "reason": no.reason} for no in plan.refused],
        "optimal": plan.optimal,
    }
    gap = plan.optimality_gap
    if gap is None:
        return ads
    unproven = {"stage": gap.stage, "at_most": gap.most, "unit": gap.unit}
    return {**ads, "gap": gap.words, "unproven": unproven}
