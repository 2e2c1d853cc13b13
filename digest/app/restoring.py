"""The variants of an issue that was built once, made again out of the same audience."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from digest.app.pipeline import BuildContext, compose
from digest.errors import CommandError
from digest.model import BuiltIssue, Edition, Overrides
from digest.publish import Outbox

if TYPE_CHECKING:
    from digest.app.audience import Personal


def packs_again(
    context: BuildContext, outbox: Outbox, edition: Edition, day: date, personal: Personal
) -> tuple[int, int]:
    """Write what is missing of the variants of an issue that was built, sent or not; its revision, and how many packs.

    They depend on the issue, its stories and its audience alone, so they are the same where its manifest is.

    Raises ``CommandError`` where the newsroom or the audience makes another issue now, and ``Unreachable``.
    """
    built = context.store.to_be_sent(edition.name, day)
    before = json.loads(built.manifest)
    overrides = Overrides(pin=tuple(before["overrides"]["pin"]), pause=tuple(before["overrides"]["pause"]))
    outcome = compose(context, edition, day, overrides, personal, sent_too=True)
    if outcome.status != "unchanged":
        raise CommandError(_other(built, before, json.loads(outcome.files["manifest.json"])))
    return outcome.revision, personal.write(outbox, outcome.revision, ready=True)


def _other(built: BuiltIssue, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Why an issue cannot be made again: what differs."""
    changed = [name for name, value in before["inputs"].items() if now["inputs"].get(name) != value]
    audience = before["audience"], now["audience"]
    changed += [
        name for name in ("readers", "lineups", "texts") if audience[0].get(name) != audience[1].get(name)
    ]
    called = {
        "ledger": "what ran before it", "stories": "the stories of its window", "readers": "the audience",
        "lineups": "what its readers would get", "texts": "the text of its stories", "templates": "the templates",
    }  # fmt: skip
    what = ", ".join(called.get(name, name) for name in changed) or "this version of the program"
    return (
        f"the variants of {built.edition} of {built.date} cannot be made again as they were; changed since: {what}. "
        "Bring its audience/ folder back from a backup."
    )
