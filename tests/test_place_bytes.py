"""A newsroom of many ads builds the same bytes whatever else is installed, and whatever the seed of Python's hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.newsrooms import DIGEST, Room, newsroom

TOPS = DIGEST.replace("top: 3", "top: 30").replace("top: 2", "top: 30")
BUILD = ("build", "--daily", "--date", "2026-01-23")
WITHOUT = """
import sys
for name in ("highspy", "ortools", "numpy", "scipy"):
    sys.modules[name] = None
sys.argv = ["digest", *sys.argv[1:]]
from digest.__main__ import main
main()
"""


def booking(random: Random, number: int) -> dict[str, Any]:
    """One of forty: from a rate card, some in a section of their own, some with a companion."""
    made: dict[str, Any] = {
        "id": f"booking-{number}",
        "advertiser": f"brand-{number}",
        "type": random.choices(["sponsorship", "standard", "bulk"], [1, 6, 3])[0],
        "priority": random.choice([8, 8, 8, 12]),
        "flight": {"start": "2026-01-05", "end": "2026-02-27"},
        "slots": random.choice([["in_stream"], ["in_stream", "top_banner"], ["in_stream", "heading"]]),
        "rate": {"per_issue": random.choice([150, 250, 400])},
        "exclusive": random.choices(["none", "section"], [9, 1])[0],
        "creatives": [
            {"id": "native", "headline": f"Offer {number}", "cta": "Go", "url": "https://b.example/"},
            {
                "id": "banner",
                "image": "https://b.example/b.png",
                "size": "600x150",
                "alt": f"Offer {number}",
                "url": "https://b.example/",
            },
        ],
    }
    if random.random() < 0.3:
        made["sections"] = [random.choice(["local-news", "health"])]
    if random.random() < 0.4:
        made["goal"] = {"issues": random.choice([4, 20])}
    if number % 9 == 1:
        made["companions"] = [f"booking-{number - 1}"]
    return made


def book(seed: int) -> str:
    random = Random(seed)
    advertisers = {
        f"brand-{number}": {
            "name": f"Brand {number}",
            "labels": [f"trade-{random.randrange(12)}"] if random.random() < 0.4 else [],
        }
        for number in range(40)
    }
    book = {
        "policy": {
            "max_ads": 16,
            "max_ratio": "1/4",
            "min_gap": 2,
            "competitive_exclusion": {"within_stories": 12},
        },
        "slots": {
            "top_banner": {"position": "top", "sizes": ["600x150"]},
            "heading": {"position": "section_start", "native": True},
            "in_stream": {"position": "between_stories", "native": True, "bands": {"upper": 3, "middle": 2}},
        },
        "advertisers": advertisers,
        "line_items": [booking(random, number) for number in range(40)],
    }
    return json.dumps(book, indent=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Room]:
    """Newsrooms built in this process, where the solvers may be loaded."""
    pytest.importorskip("highspy")
    rooms = {}
    for seed in (1, 2):
        rooms[seed] = newsroom(tmp_path_factory.mktemp("with"), count=90, digest=TOPS, ads=book(seed))
        assert rooms[seed].run(*BUILD).code == 0
    return rooms


@pytest.mark.parametrize("seed", [1, 2])
def test_an_issue_of_many_ads_is_the_same_without_any_solver(
    built: dict[int, Room], tmp_path: Path, seed: int
) -> None:
    other = newsroom(tmp_path / "without", count=90, digest=TOPS, ads=book(seed))
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT, *BUILD, "--root", str(other.root)],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        cwd=Path(__file__).parent.parent,
    )
    assert run.returncode == 0, run.stderr.decode()
    ads = built[seed].manifest()["ads"]
    assert 12 <= len(ads["placed"]) <= 20
    assert len(ads["refused"]) >= 20
    assert built[seed].files() == other.files()
