"""The booking form: a block for ``adslots.yaml``, shown as a difference first, written only into the file that was
shown; and the pause of a booking, which is the file's ``paused: true``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import unified_diff
from typing import Any

from digest.app import adslots_file
from digest.desk.desk import CurrentIssue, Desk
from digest.desk.outcome import ActResult, key_of
from digest.desk.views.words import item_names
from digest.errors import CommandError, DigestError, Problem
from digest.model import FileChange

_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_CREATIVE = ("headline", "body", "cta", "image", "size", "alt", "text", "url")


@dataclass(slots=True)
class Draft:
    """A booking as it was typed. ``diff`` are (sign, line); ``shown`` names the version of the file it was made for."""

    fields: Mapping[str, str]
    line_item: str = ""
    problems: list[tuple[Problem, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    diff: list[tuple[str, str]] = field(default_factory=list)
    shown: str = ""
    done: ActResult | None = None

    def has(self, name: str, value: str) -> bool:
        """Whether a box of several was ticked."""
        return value in (self.fields.get(f"{name}[]") or self.fields.get(name, "")).split("\n")

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def draft(desk: Desk, query: Mapping[str, str]) -> Draft:
    """An empty form."""
    return Draft({"type": "standard", "pacing": "even", "unit": "issues"} | dict(query))


def names(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What can be ticked: places, editions and sections, each with its words. Empty where the files cannot be read."""
    from digest.errors import DigestError
    from digest.model.places import place_names

    try:
        newsroom = desk.proofs.newsroom()
    except DigestError:
        return {"slots": [], "editions": [], "sections": []}
    return {
        "slots": list(place_names(newsroom).items()),
        "editions": [(edition.name, edition.name) for edition in newsroom.editions],
        "sections": [(section.id, section.title) for section in newsroom.sections],
    }


def book(desk: Desk, current: CurrentIssue, form: Mapping[str, str]) -> Draft:
    """Show what would be written, or write what was shown. Raises ``DigestError``."""
    root = current.newsroom.root
    draft = Draft(form)
    item, advertiser = _booking(current, draft)
    if draft.messages:
        return draft
    draft.line_item = item["id"]
    version = adslots_file.read(root)
    comment = f"{item['id']}: booked at the desk on {desk.now():%Y-%m-%d}" + (
        f" by {desk.who}" if desk.who else ""
    )
    text = adslots_file.with_booking(version, item, advertiser, comment)
    problems = adslots_file.problems(root, version.text, text)
    lines = text.splitlines()
    draft.problems = [
        (problem, lines[problem.line - 1] if 0 < problem.line <= len(lines) else "") for problem in problems
    ]
    draft.diff, draft.shown = _difference(version.text, text), version.sha or "none"
    if draft.problems or form.get("step") != "write":
        return draft
    if form.get("shown") != draft.shown:
        draft.messages.append(
            "adslots.yaml was changed by somebody else after the difference was shown. Nothing was written; "
            "this is the difference to the file as it is now."
        )
        return draft
    draft.done = _remembered(
        desk,
        current,
        item["id"],
        "booked",
        f"Booked: {item['id']}.",
        lambda: adslots_file.write(root, version, text),
    )
    return draft


def pause(desk: Desk, current: CurrentIssue, line_item: str, on: bool) -> ActResult:
    """``paused: true`` into the booking, or out of it. Raises ``DigestError``."""
    version = adslots_file.read(current.newsroom.root)
    item = current.newsroom.ads.line_item(line_item)
    if item is None:
        raise CommandError(f'adslots.yaml has no booking "{line_item}" any more; nothing was changed.')
    if item.paused == on:
        raise CommandError(
            f"{line_item} {'is paused already' if on else 'is not paused'}; nothing was changed."
        )
    comment = f"since {desk.now():%Y-%m-%d}" + (f", by {desk.who}" if desk.who else "")
    text = adslots_file.paused(version, line_item, on, comment)
    if problems := adslots_file.problems(current.newsroom.root, version.text, text):
        raise CommandError(f"this would break the file: {problems[0]}. Nothing was changed.")
    verbs = ("paused", "is paused") if on else ("resumed", "runs again")
    return _remembered(
        desk, current, line_item, verbs[0], f"{item_names(current.newsroom)[line_item]} {verbs[1]}.",
        lambda: adslots_file.write(current.newsroom.root, version, text),
    )  # fmt: skip


def undo(desk: Desk, current: CurrentIssue, change: FileChange) -> ActResult:
    """The file as it was before a change of it. Raises ``CommandError`` where it was changed since."""
    splice = adslots_file.Splice(change.start, change.was, change.now, change.before, change.after)
    return _remembered(
        desk, current, change.about, f"taken back: {change.what}", "Taken back: adslots.yaml is as it was.",
        lambda: adslots_file.take_back(current.newsroom.root, splice),
    )  # fmt: skip


def _remembered(
    desk: Desk,
    current: CurrentIssue,
    about: str,
    what: str,
    text: str,
    act: Callable[[], adslots_file.Splice],
) -> ActResult:
    """Change the file and write it into the history; where that cannot be written, the file is not changed either."""
    from digest.store import open_store

    with open_store(current.newsroom.store, current.newsroom.publication) as store:
        store.file_changes()  # a store that cannot be reached says so before anything is changed
        splice = act()
        row = FileChange(
            file=adslots_file.NAME, about=about, what=what, start=splice.start, was=splice.was, now=splice.now,
            before=splice.before, after=splice.after, by=desk.who, at=desk.now(),
        )  # fmt: skip
        try:
            store.remember(row)
        except DigestError:
            adslots_file.take_back(current.newsroom.root, splice)
            raise
    return ActResult(text, key_of(row) if splice.after else "")


def _difference(before: str, after: str) -> list[tuple[str, str]]:
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    return [(line[:1], line[1:]) for line in lines if not line.startswith("@@")]


def _booking(current: CurrentIssue, draft: Draft) -> tuple[dict[str, Any], tuple[str, dict[str, Any]] | None]:
    """The line item as a block of the file, and its advertiser if that is a new one; what is missing is in ``said``."""
    messages = draft.messages
    advertiser, new = _advertiser(current, draft)
    start, end = _day(draft, "start", "the first day"), _day(draft, "end", "the last day")
    if start and end and end < start:
        messages.append("The last day lies before the first one.")
    slots = _several(draft, "slots")
    if not slots:
        messages.append("Choose at least one place.")
    name = draft["id"].strip() or _free_id(current, advertiser, draft["headline"] or draft["alt"])
    if not name:
        messages.append("Give the booking an id, such as marlin-spring.")
    elif current.newsroom.ads.line_item(name):
        messages.append(f'There is a booking "{name}" already; choose another id.')
    if not draft["url"].strip():
        messages.append("Say where a click on the ad leads.")
    item: dict[str, Any] = {"id": name, "advertiser": advertiser, "type": draft["type"] or "standard"}
    item["flight"] = {"start": start, "end": end}
    for key in ("editions", "slots", "sections"):
        if chosen := _several(draft, key):
            item[key] = chosen
    if draft["goal"].strip():
        item["goal"] = {draft["unit"] or "issues": _number(draft, "goal", "The goal")}
        item["pacing"] = draft["pacing"] or "even"
    if draft["rate"].strip():
        item["rate"] = {"per_issue": _amount(draft, "rate", "The rate")}
    for key in ("order", "notes"):
        if text := " ".join(draft[key].split()):
            item[key] = text
    ad = {key: value for key in _CREATIVE if (value := draft[key].replace("\r\n", "\n").strip())}
    item["creatives"] = [{"id": f"{name}-1", **ad}]
    return item, new


def _advertiser(current: CurrentIssue, draft: Draft) -> tuple[str, tuple[str, dict[str, Any]] | None]:
    known = current.newsroom.ads.advertisers
    chosen, name = draft["advertiser"].strip(), " ".join(draft["new_advertiser"].split())
    if chosen and chosen in known and not name:
        return chosen, None
    if not name:
        draft.messages.append("Choose an advertiser, or write the name of a new one.")
        return "", None
    id = _slug(name)
    if not id or id in known:
        draft.messages.append(f'"{name}" is an advertiser already, or no name; choose it from the list.')
        return "", None
    labels = [label for label_text in draft["labels"].split(",") if (label := " ".join(label_text.split()))]
    return id, (id, {"name": name, **({"labels": labels} if labels else {})})


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60]


def _free_id(current: CurrentIssue, advertiser: str, text: str) -> str:
    base = "-".join(filter(None, [advertiser, "-".join(_slug(text).split("-")[:2])]))
    taken = {item.id for item in current.newsroom.ads.line_items}
    return next((name for name in (base, *(f"{base}-{n}" for n in range(2, 1000))) if name not in taken), "")


def _several(draft: Draft, name: str) -> list[str]:
    return [value for value in (draft[f"{name}[]"] or draft[name]).split("\n") if value]


def _day(draft: Draft, name: str, label: str) -> date | None:
    try:
        return date.fromisoformat(draft[name].strip())
    except ValueError:
        draft.messages.append(f"Say {label} of the flight as YYYY-MM-DD.")
        return None


def _number(draft: Draft, name: str, label: str) -> int:
    text = draft[name].strip().replace(",", "")
    if not _NUMBER.fullmatch(text) or not int(text):
        draft.messages.append(f"{label} is a whole number above 0.")
        return 0
    return int(text)


def _amount(draft: Draft, name: str, label: str) -> int | float:
    text = draft[name].strip().replace(",", "")
    if not _AMOUNT.fullmatch(text):
        draft.messages.append(f"{label} is an amount, such as 450 or 12.50.")
        return 0
    return float(text) if "." in text else int(text)
