"""The booking that makes a shortfall good, written into ``adslots.yaml`` after the others."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import yaml

from digest.errors import CommandError

_BEFORE = re.compile(r"(?m)^line_items:[ \t]*(?:#.*)?$")
_KEPT = (
    "advertiser", "type", "editions", "slots", "sections", "adjacency", "exclusive", "rotation", "disclosure", "links",
    "creatives",
)  # fmt: skip


class _Plain(yaml.SafeDumper):
    """Every value is text as it stood in the file: nothing is a number, a date or a word for true."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Plain.yaml_implicit_resolvers = {}


def booking(content: str, line_item: str, short: int, unit: str, first: date, last: date) -> tuple[str, str]:
    """The id of the make-good and its lines as an entry of ``line_items``; no rate: it was paid.

    Raises ``CommandError`` where the file has no such line item.
    """
    items = (yaml.load(content, Loader=yaml.BaseLoader) or {}).get("line_items") or []
    original = next((item for item in items if item.get("id") == line_item), None)
    if original is None:
        raise CommandError(f'adslots.yaml has no line item "{line_item}".')
    taken = {item.get("id") for item in items}
    number, name = 1, f"{line_item}-make-good"
    while name in taken:
        number += 1
        name = f"{line_item}-make-good-{number}"
    item: dict[str, Any] = {"id": name}
    item |= {key: original[key] for key in _KEPT if key in original}
    if isinstance(shown := item.get("creatives"), list):  # the dates were those of the flight that is over
        item["creatives"] = [{key: creative[key] for key in creative if key != "dates"} for creative in shown]
    item["flight"] = {"start": first.isoformat(), "end": last.isoformat()}
    item["goal"] = {unit: str(short)}
    item["pacing"] = "asap"
    text = yaml.dump(
        [item], Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )
    return name, text


def added(content: str, entry: str) -> str:
    """The file with one more line item at the end of its list. Raises ``CommandError`` for a list in brackets."""
    start = _BEFORE.search(content)
    if start is None:
        raise CommandError(
            "line_items in adslots.yaml is no list of lines that begin with `-`; put this into it yourself:\n"
            + entry
        )
    after = re.compile(r"(?m)^(?=[^\s#-])").search(content, start.end() + 1)
    end = after.start() if after else len(content)
    head, tail = content[:end].rstrip() + "\n", content[end:]
    first = re.search(r"(?m)^([ ]*)-", head[start.end() :])
    indent = first[1] if first else "  "
    lines = "".join(f"{indent}{line}\n" if line else "\n" for line in entry.rstrip().split("\n"))
    return head + lines + ("\n" + tail if tail else "")


def flight_of(length: int, today: date) -> tuple[date, date]:
    """From tomorrow, as long as the shortfall may need: four weeks at least."""
    first = today + timedelta(days=1)
    return first, first + timedelta(days=max(28, length) - 1)
