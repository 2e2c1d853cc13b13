"""Whole builds against a second telling of the placement rules that reads only files.

Every plan, creative and refusal of consecutive issues is worked out again from ``digest.yaml``, ``adslots.yaml``,
the stories and the manifests, and must be the one that was published.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.newsrooms import Room
from tests.oracles.contract_placement import Placing, Plan
from tests.oracles.contract_reading import Ran, Reading, plain
from tests.strategies import contract_newsrooms as drawn

Row = dict[str, Any]


def written(data: Row) -> str:
    """YAML by way of JSON; dates and exact numbers unquoted."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return re.sub(r'"(\d{4}-\d\d-\d\d|\d+/\d+|[\d.]+)"', r"\1", text)


def room_of(root: Path, rng: Random) -> tuple[Room, dict[str, Row]]:
    room, rows = Room(root), drawn.stories(rng)
    root.mkdir()
    room.write("digest.yaml", json.dumps(drawn.newsroom(rng)))
    room.stories(rows)
    return room, {row["id"]: row for row in rows}


def ran(manifest: Row, order: int) -> Ran:
    ads = tuple((ad["line_item"], ad["creative"]) for ad in manifest["ads"]["placed"])
    edition = manifest["edition"]
    return Ran(
        edition,
        date.fromisoformat(manifest["date"]),
        order,
        ads,
        drawn.EDITIONS[edition]["expected_sends"],
    )


def telling(room: Room, rows: dict[str, Row], manifest: Row, ledger: list[Ran]) -> Placing:
    digest, ads = (
        plain((room.root / name).read_text(encoding="utf-8")) for name in ("digest.yaml", "adslots.yaml")
    )
    return Placing(Reading(digest, ads, rows, manifest, tuple(ledger)))


def judged(placing: Placing, manifest: Row) -> None:
    """The manifest says the one right thing of every line item."""
    best = placing.best()
    assert best is not None
    expected = sorted((place.gap, place.rank, name, place.section) for name, place in best.items())
    ranks = [name for name, _ in placing.read.slots]
    ads = manifest["ads"]["placed"]
    assert [(ad["gap"], ranks.index(ad["slot"]), ad["line_item"], ad["section"]) for ad in ads] == expected
    assert [ad["creative"] for ad in ads] == [
        placing.creative(name, best[name]) for _, _, name, _ in expected
    ]
    assert [one["line_item"] for one in manifest["ads"]["refused"]] == [
        name for name in placing.read.items if name not in best
    ]
    for one in manifest["ads"]["refused"]:
        refused(placing, one, best)


def refused(placing: Placing, told: Row, best: Plan) -> None:
    rule, sets = placing.refusal(told["line_item"], best)
    assert (told["line_item"], told["rule"]) == (told["line_item"], rule), told["reason"]
    if rule == "outranked":
        assert set(re.findall(r"item-\d", told["reason"])) in sets, told["reason"]


def issues() -> list[tuple[str, str]]:
    """The issues in the order of building; both editions have one on the second day."""
    first, second, third = (f"{day}" for day in drawn.DAYS)
    return [("daily", first), ("daily", second), ("weekly", second), ("daily", third)]


def built(room: Room, edition: str, day: str, more: list[str]) -> bool:
    """Whether the command built the issue; it may refuse an impossible pin."""
    result = room.run("build", "--edition", edition, "--date", day, *more)
    assert result.code in ((0, 2) if "--pin" in more else (0, 3)), result.err
    return result.code == 0


@pytest.mark.parametrize("seed", range(24))
def test_every_plan_and_every_refusal_is_the_one_the_rules_ask_for(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    room, rows = room_of(tmp_path / "room", rng)
    ledger: list[Ran] = []
    ads = drawn.book(rng)
    for edition, day in issues():
        if rng.random() < 0.4:
            ads["policy"] = drawn.policy(rng)
        room.write("adslots.yaml", written(ads))
        more = drawn.overrides(rng, ads)
        if not built(room, edition, day, more):
            if not built(room, edition, day, []):
                continue
            asked = room.manifest(edition, day)
            asked["overrides"]["pin"] = more[1::2]
            assert telling(room, rows, asked, ledger).best() is None
        manifest = room.manifest(edition, day)
        judged(telling(room, rows, manifest, ledger), manifest)
        ledger.append(ran(manifest, len(ledger)))
