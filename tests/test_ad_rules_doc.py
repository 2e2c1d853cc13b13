"""``docs/ad-rules.md``: every rule has an example, and the sentence beneath it is what the program says.

With ``DIGEST_ACCEPT=1`` the sentences are written into the page as they are now; read the diff before you commit it.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.config import load
from digest.model import Entry, Lineup, Overrides, Plan, RunAd, Section, Story
from digest.place import PlaceRequest, place
from digest.place.rules import catalogue

PAGE = Path(__file__).parent.parent / "docs" / "ad-rules.md"
DAY = date(2026, 1, 23)
EXAMPLE = re.compile(r"^#### (\w+)\n\n```yaml\n(.*?)```\n\n> ([^\n]*)\n", re.M | re.S)
LINK = {"url": "https://ads.example/"}
PICTURE = {"id": "banner", "image": "https://ads.example/b.png", "size": "600x150", "alt": "An ad"} | LINK
NATIVE = {"id": "native", "headline": "An ad"} | LINK
ORDINARY: dict[str, Any] = {
    "advertiser": "gleammour",
    "flight": {"start": "2026-01-01", "end": "2026-01-31"},
    "slots": ["in_stream"],
}
DIGEST: dict[str, Any] = {
    "publication": {"name": "Example", "url": "https://news.example"},
    "editions": {"daily": {"cadence": "daily"}, "weekly": {"cadence": "weekly", "weekday": "fri"}},
    "audience": {"by": ["region"]},
}


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def examples() -> dict[str, tuple[str, str]]:
    """Rule -> (the bookings as written, the sentence)."""
    return {rule: (bookings, sentence) for rule, bookings, sentence in EXAMPLE.findall(text())}


def block(name: str) -> Any:
    """What a marked block of the page says; plain words, without YAML's dates."""
    found = re.search(rf"^```yaml {name}\n(.*?)^```", text(), re.M | re.S)
    assert found, name
    return yaml.load(found[1], yaml.BaseLoader)


def lineup(rows: list[dict[str, Any]]) -> Lineup:
    """The example issue, its sections in order."""
    entries = [
        Entry(
            position=number,
            story=Story(
                id=f"s{number}",
                url=f"https://news.example/{number}",
                title=row["title"],
                flags=tuple(row.get("flags", ())),
                first_seen=datetime(2026, 1, 22, 12, tzinfo=UTC),
            ),
            section=row["section"],
            score=1.0,
            flags=frozenset(row.get("flags", ())),
        )
        for number, row in enumerate(rows, 1)
    ]
    names = dict.fromkeys(row["section"] for row in rows)
    return Lineup(
        sections=tuple(
            Section(id=name, title=name, entries=tuple(e for e in entries if e.section == name))
            for name in names
        )
    )


def whole(item: dict[str, Any], slots: dict[str, Any]) -> dict[str, Any]:
    """A booking with what the example leaves out, and an ad of each kind that its slots take."""
    item = ORDINARY | item
    booked = [slots[name] for name in item["slots"]]
    pictures = [PICTURE] if any("sizes" in slot for slot in booked) else []
    natives = [NATIVE] if any("native" in slot for slot in booked) else []
    return {"creatives": pictures + natives} | item


def answer(bookings: str, root: Path) -> tuple[Plan, str]:
    """The plan of an example, and the line item it asks about."""
    rows, rules = block("issue"), block("rules")
    written = yaml.load(bookings, yaml.BaseLoader)
    more = written if isinstance(written, dict) else {"line_items": written}
    ads = rules | {"policy": rules["policy"] | more.get("policy", {})}
    ads["line_items"] = [whole(item, ads["slots"]) for item in more["line_items"]]
    sections = [{"id": name, "title": name} for name in dict.fromkeys(row["section"] for row in rows)]
    (root / "digest.yaml").write_text(json.dumps(DIGEST | {"sections": sections}), encoding="utf-8")
    (root / "adslots.yaml").write_text(json.dumps(ads), encoding="utf-8")
    newsroom = load(root)
    asked = newsroom.ads.line_items[0]
    daily = newsroom.edition("daily")
    assert daily
    ran = [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", comment(bookings))]
    request = PlaceRequest(
        ads=newsroom.ads,
        editions=newsroom.editions,
        edition=daily,
        day=DAY,
        lineup=lineup(rows),
        ran_ads=tuple(row(asked.id, day) for day in ran),
        overrides=Overrides(pause=tuple(re.findall(r"--pause (\S+)", comment(bookings)))),
    )
    return place(request), asked.id


def comment(bookings: str) -> str:
    return bookings.splitlines()[0] if bookings.startswith("#") else ""


def row(line_item: str, day: date) -> RunAd:
    return RunAd(
        edition="daily",
        date=day,
        line_item=line_item,
        creative="native",
        advertiser="gleammour",
        tier="standard",
        slot="in_stream",
        gap=5,
    )


def test_every_rule_has_its_example_in_the_order_of_asking() -> None:
    assert list(examples()) == [name for name, _ in catalogue()] + ["outranked"]


@pytest.mark.parametrize("rule", examples())
def test_the_sentence_is_what_the_program_says(rule: str, tmp_path: Path) -> None:
    bookings, told = examples()[rule]
    plan, asked = answer(bookings, tmp_path)
    refusal = next((one for one in plan.refused if one.line_item == asked), None)
    assert refusal is not None, f"{asked} runs: {plan.placed}"
    said = f"{asked}: {refusal.rule}: {refusal.reason}"
    if os.environ.get("DIGEST_ACCEPT"):
        PAGE.write_text(text().replace(f"{bookings}```\n\n> {told}\n", f"{bookings}```\n\n> {said}\n"))
        told = said
    assert (refusal.rule, told) == (rule, said)
