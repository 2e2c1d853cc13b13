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
from digest.desk.desk import Desk, Seen
from digest.desk.outcome import Done, key_of
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
    said: list[str] = field(default_factory=list)
    diff: list[tuple[str, str]] = field(default_factory=list)
    shown: str = ""
    done: Done | None = None

    def has(self, name: str, value: str) -> bool:
        """Whether a box of several was ticked."""
        return value in (self.fields.get(f"{name}[]") or self.fields.get(name, "")).split("\n")

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def draft(desk: Desk, asked: Mapping[str, str]) -> Draft:
    """An empty form."""
    return Draft({"type": "standard", "pacing": "even", "unit": "issues"} | dict(asked))


def names(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What can be ticked: places, editions and sections, each with its words. Empty where the files cannot be read."""
    from digest.errors import DigestError
    from digest.model.places import place_names

    try:
        room = desk.proofs.newsroom()
    except DigestError:
        return {"slots": [], "editions": [], "sections": []}
    return {
        "slots": list(place_names(room).items()),
        "editions": [(one.name, one.name) for one in room.editions],
        "sections": [(one.id, one.title) for one in room.sections],
    }


def book(desk: Desk, seen: Seen, form: Mapping[str, str]) -> Draft:
    """Show what would be written, or write what was shown. Raises ``DigestError``."""
    root = seen.room.root
    made = Draft(form)
    item, advertiser = _booking(seen, made)
    if made.said:
        return made
    made.line_item = item["id"]
    version = adslots_file.read(root)
    comment = f"{item['id']}: booked at the desk on {desk.now():%Y-%m-%d}" + (
        f" by {desk.who}" if desk.who else ""
    )
    text = adslots_file.with_booking(version, item, advertiser, comment)
    found = adslots_file.problems(root, version.text, text)
    lines = text.splitlines()
    made.problems = [(one, lines[one.line - 1] if 0 < one.line <= len(lines) else "") for one in found]
    made.diff, made.shown = _difference(version.text, text), version.sha or "none"
    if made.problems or form.get("step") != "write":
        return made
    if form.get("shown") != made.shown:
        made.said.append(
            "adslots.yaml was changed by somebody else after the difference was shown. Nothing was written; "
            "this is the difference to the file as it is now."
        )
        return made
    made.done = _remembered(
        desk,
        seen,
        item["id"],
        "booked",
        f"Booked: {item['id']}.",
        lambda: adslots_file.write(root, version, text),
    )
    return made


def pause(desk: Desk, seen: Seen, line_item: str, on: bool) -> Done:
    """``paused: true`` into the booking, or out of it. Raises ``DigestError``."""
    version = adslots_file.read(seen.room.root)
    item = seen.room.ads.line_item(line_item)
    if item is None:
        raise CommandError(f'adslots.yaml has no booking "{line_item}" any more; nothing was changed.')
    if item.paused == on:
        raise CommandError(
            f"{line_item} {'is paused already' if on else 'is not paused'}; nothing was changed."
        )
    comment = f"since {desk.now():%Y-%m-%d}" + (f", by {desk.who}" if desk.who else "")
    text = adslots_file.paused(version, line_item, on, comment)
    if found := adslots_file.problems(seen.room.root, version.text, text):
        raise CommandError(f"this would break the file: {found[0]}. Nothing was changed.")
    words = ("paused", "is paused") if on else ("resumed", "runs again")
    return _remembered(
        desk, seen, line_item, words[0], f"{item_names(seen.room)[line_item]} {words[1]}.",
        lambda: adslots_file.write(seen.room.root, version, text),
    )  # fmt: skip


def undo(desk: Desk, seen: Seen, made: FileChange) -> Done:
    """The file as it was before a change of it. Raises ``CommandError`` where it was changed since."""
    splice = adslots_file.Splice(made.start, made.was, made.now, made.before, made.after)
    return _remembered(
        desk, seen, made.about, f"taken back: {made.what}", "Taken back: adslots.yaml is as it was.",
        lambda: adslots_file.take_back(seen.room.root, splice),
    )  # fmt: skip


def _remembered(
    desk: Desk, seen: Seen, about: str, what: str, said: str, act: Callable[[], adslots_file.Splice]
) -> Done:
    """Change the file and write it into the history; where that cannot be written, the file is not changed either."""
    from digest.store import open_store

    with open_store(seen.room.store, seen.room.publication) as store:
        store.file_changes()  # a store that cannot be reached says so before anything is changed
        made = act()
        row = FileChange(
            file=adslots_file.NAME, about=about, what=what, start=made.start, was=made.was, now=made.now,
            before=made.before, after=made.after, by=desk.who, at=desk.now(),
        )  # fmt: skip
        try:
            store.remember(row)
        except DigestError:
            adslots_file.take_back(seen.room.root, made)
            raise
    return Done(said, key_of(row) if made.after else "")


def _difference(before: str, after: str) -> list[tuple[str, str]]:
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    return [(line[:1], line[1:]) for line in lines if not line.startswith("@@")]


def _booking(seen: Seen, made: Draft) -> tuple[dict[str, Any], tuple[str, dict[str, Any]] | None]:
    """The line item as a block of the file, and its advertiser if that is a new one; what is missing is in ``said``."""
    said = made.said
    advertiser, new = _advertiser(seen, made)
    start, end = _day(made, "start", "the first day"), _day(made, "end", "the last day")
    if start and end and end < start:
        said.append("The last day lies before the first one.")
    slots = _several(made, "slots")
    if not slots:
        said.append("Choose at least one place.")
    name = made["id"].strip() or _free_id(seen, advertiser, made["headline"] or made["alt"])
    if not name:
        said.append("Give the booking an id, such as marlin-spring.")
    elif seen.room.ads.line_item(name):
        said.append(f'There is a booking "{name}" already; choose another id.')
    if not made["url"].strip():
        said.append("Say where a click on the ad leads.")
    item: dict[str, Any] = {"id": name, "advertiser": advertiser, "type": made["type"] or "standard"}
    item["flight"] = {"start": start, "end": end}
    for key in ("editions", "slots", "sections"):
        if chosen := _several(made, key):
            item[key] = chosen
    if made["goal"].strip():
        item["goal"] = {made["unit"] or "issues": _number(made, "goal", "The goal")}
        item["pacing"] = made["pacing"] or "even"
    if made["rate"].strip():
        item["rate"] = {"per_issue": _amount(made, "rate", "The rate")}
    for key in ("order", "notes"):
        if words := " ".join(made[key].split()):
            item[key] = words
    ad = {key: value for key in _CREATIVE if (value := made[key].replace("\r\n", "\n").strip())}
    item["creatives"] = [{"id": f"{name}-1", **ad}]
    return item, new


def _advertiser(seen: Seen, made: Draft) -> tuple[str, tuple[str, dict[str, Any]] | None]:
    known = seen.room.ads.advertisers
    chosen, name = made["advertiser"].strip(), " ".join(made["new_advertiser"].split())
    if chosen and chosen in known and not name:
        return chosen, None
    if not name:
        made.said.append("Choose an advertiser, or write the name of a new one.")
        return "", None
    id = _slug(name)
    if not id or id in known:
        made.said.append(f'"{name}" is an advertiser already, or no name; choose it from the list.')
        return "", None
    labels = [label for one in made["labels"].split(",") if (label := " ".join(one.split()))]
    return id, (id, {"name": name, **({"labels": labels} if labels else {})})


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60]


def _free_id(seen: Seen, advertiser: str, words: str) -> str:
    base = "-".join(filter(None, [advertiser, "-".join(_slug(words).split("-")[:2])]))
    taken = {item.id for item in seen.room.ads.line_items}
    return next((name for name in (base, *(f"{base}-{n}" for n in range(2, 1000))) if name not in taken), "")


def _several(made: Draft, name: str) -> list[str]:
    return [one for one in (made[f"{name}[]"] or made[name]).split("\n") if one]


def _day(made: Draft, name: str, label: str) -> date | None:
    try:
        return date.fromisoformat(made[name].strip())
    except ValueError:
        made.said.append(f"Say {label} of the flight as YYYY-MM-DD.")
        return None


def _number(made: Draft, name: str, label: str) -> int:
    text = made[name].strip().replace(",", "")
    if not _NUMBER.fullmatch(text) or not int(text):
        made.said.append(f"{label} is a whole number above 0.")
        return 0
    return int(text)


def _amount(made: Draft, name: str, label: str) -> int | float:
    text = made[name].strip().replace(",", "")
    if not _AMOUNT.fullmatch(text):
        made.said.append(f"{label} is an amount, such as 450 or 12.50.")
        return 0
    return float(text) if "." in text else int(text)
