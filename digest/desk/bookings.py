"""The booking form: a block for ``adslots.yaml``, shown as a difference first, written only into the file that was
shown; and the pause of a booking, which is the file's ``paused: true``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import unified_diff
from secrets import token_urlsafe
from typing import Any

from digest.app import adslots_file
from digest.desk.acts import Done
from digest.desk.desk import Desk, Seen
from digest.errors import CommandError, Problem

_KEPT = 50  # changes of the file that can still be taken back
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
    from digest.desk.views.words import place_names
    from digest.errors import DigestError

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
    made.done = _written(desk, seen, version, text, f"Booked: {item['id']}.")
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
    return _written(desk, seen, version, text, f"{line_item} {'is paused' if on else 'runs again'}.")


def undo(desk: Desk, seen: Seen, key: str) -> Done:
    """The file as it was before a change of this desk. Raises ``CommandError``."""
    change = desk.changes.get(key)
    if change is None:
        raise CommandError("this desk does not remember that change any more; change adslots.yaml by hand.")
    before, after = change
    adslots_file.restore(seen.room.root, after, before)
    del desk.changes[key]
    return Done("Taken back: adslots.yaml is as it was.")


def _written(desk: Desk, seen: Seen, version: adslots_file.Version, text: str, said: str) -> Done:
    after = adslots_file.write(seen.room.root, version.sha, text)
    key = f"File:{token_urlsafe(12)}"
    desk.changes[key] = (version, after)
    for old in list(desk.changes)[:-_KEPT]:
        del desk.changes[old]
    return Done(said, key)


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
