"""Newsrooms drawn from a seed: a few days of stories, two editions, and a book of ads that meets every rule.

Small enough that every plan of an issue can be tried.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

Row = dict[str, Any]
FIRST = date(2026, 1, 12)  # a Monday
DAYS = [FIRST + timedelta(days=i) for i in range(3)]
EDITIONS: Row = {
    "daily": {
        "cadence": "daily",
        "cutoff": "06:00",
        "from": "Post <news@post.example>",
        "expected_sends": 777,
    },
    "weekly": {
        "cadence": "weekly",
        "weekday": "tue",
        "cutoff": "06:00",
        "from": "Post <news@post.example>",
        "expected_sends": 1301,
        "no_repeat": "none",
    },
}
SECTIONS = {"local": "Local News", "health": "Health", "crime": "Crime"}
KEYWORDS = ["shooting", "C++", "New York", "État", "x_1", "50%"]
WRITTEN = ["shooting", "Shootings", "c++", "new york", "New-York", "état", "x_12", "150%", "50%", "X_1"]
_SYLLABLES = [a + b for a in "bkmrtsvdpglhzfnw" for b in "aeiou"]
_POSITIONS = {
    "banner": "top",
    "header": "section_start",
    "stream": "between_stories",
    "second": "between_stories",
    "close": "section_end",
    "footer": "end",
}


def newsroom(rng: Random) -> Row:
    """What ``digest.yaml`` says, as plain data."""
    return {
        "publication": {
            "name": "Post",
            "url": "https://post.example",
            "timezone": "America/New_York",
            "address": "1 Pier",
        },
        "sources": [{"name": "post", "type": "jsonl", "url": "stories.jsonl"}],
        "sections": [
            {"id": name, "title": title, "top": rng.randint(1, 3), "min": 1}
            for name, title in SECTIONS.items()
        ],
        "editions": EDITIONS,
        "thin": {"min_stories": 1, "widen": "12h"},
    }


def _words(rng: Random, count: int) -> str:
    return " ".join("".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(count))


def stories(rng: Random) -> list[Row]:
    """The stories of all days, each its own event."""
    rows: list[Row] = []
    for day in DAYS:
        for _ in range(rng.randint(4, 9)):
            marks = rng.choices(WRITTEN, k=2)
            number = len(rows)
            rows.append(
                {
                    "id": f"s{number}",
                    "url": f"https://post.example/{number}",
                    "title": _words(rng, 4) + (f" {marks[0]}" if rng.random() < 0.2 else ""),
                    "summary": _words(rng, 12) + (f" {marks[1]}." if rng.random() < 0.2 else ""),
                    "section": rng.choice(list(SECTIONS.values())),
                    "published_at": f"{day - timedelta(days=1)}T{rng.randint(7, 23):02d}:{number:02d}:00-05:00",
                    "tags": [rng.choice(WRITTEN)] if rng.random() < 0.1 else [],
                    "flags": [flag for flag in ("no_ads", "sensitive", "opinion") if rng.random() < 0.08],
                }
            )
    return rows


def _some(rng: Random, options: list[Any], most: int) -> list[Any]:
    return rng.sample(options, rng.randint(1, min(most, len(options))))


def policy(rng: Random) -> Row:
    full: Row = {
        "max_ads": rng.randint(1, 4),
        "max_ratio": rng.choice(["1/4", "2/7", "1/2", "5/9", "0.3", "1"]),
        "min_gap": rng.randint(0, 4),
        "max_per_advertiser": rng.randint(1, 2),
        "competitive_exclusion": rng.choice(["issue", "none", {"within_stories": rng.randint(1, 5)}]),
        "adjacency_radius": rng.randint(0, 2),
        "suppress_near": rng.choice([["no_ads"], ["no_ads", "sensitive"], ["opinion"], []]),
        "sensitive": {"sections": rng.choice([[], ["crime"]]), "keywords": rng.sample(KEYWORDS, 2)},
    }
    return {key: value for key, value in full.items() if rng.random() < 0.8}


def slots(rng: Random) -> Row:
    return {name: _slot(rng, name) for name in _some(rng, list(_POSITIONS), 4)}


def _slot(rng: Random, name: str) -> Row:
    slot: Row = {"position": _POSITIONS[name], "native": rng.random() < 0.7}
    if rng.random() < 0.6 or not slot["native"]:
        slot["sizes"] = _some(rng, ["600x150", "300x250"], 2)
    if slot["position"] == "between_stories":
        slot["first_after"] = rng.randint(1, 3)
    if rng.random() < 0.6:
        slot["bands"] = {band: rng.choice([0, 1, 2, "1.5", "0.1"]) for band in ("upper", "middle", "lower")}
    return slot


def book(rng: Random) -> Row:
    """What ``adslots.yaml`` says, as plain data."""
    places = slots(rng)
    advertisers: Row = {
        name: {"name": name.title(), "labels": _some(rng, ["x", "y"], 2)} for name in ("acme", "bolt", "cora")
    }
    items = [_item(rng, number, places, list(advertisers)) for number in range(rng.randint(3, 6))]
    if rng.random() < 0.4:
        one, other = rng.sample(items, 2)
        one["companions"] = [other["id"]]
    rng.shuffle(items)
    return {"policy": policy(rng), "slots": places, "advertisers": advertisers, "line_items": items}


def _item(rng: Random, number: int, places: Row, advertisers: list[str]) -> Row:
    tier = rng.choice(["sponsorship", "standard", "standard", "bulk", "house"])
    item: Row = {"id": f"item-{number}", "type": tier, "slots": _some(rng, list(places), 4)}
    if tier != "house" or rng.random() < 0.4:
        item["advertiser"] = rng.choice(advertisers)
    if tier != "house" or rng.random() < 0.4:
        item |= _booked(rng)
    item["rate"] = {"per_issue": rng.choice(["0", "100", "99.95", "300", "300"])}
    if rng.random() < 0.5:
        item["priority"] = rng.choice(["1", "7", "8", "16"])
    item["exclusive"] = rng.choice(["none", "none", "section", "issue"])
    item["rotation"] = rng.choice(["sequential", "even", "weighted"])
    item["creatives"] = _creatives(rng, item)
    options: Row = {
        "sections": _some(rng, list(SECTIONS), 2),
        "frequency_cap": {"max_issues": rng.randint(1, 2), "per_days": rng.randint(1, 4)},
        "adjacency": _adjacency(rng),
        "editions": _some(rng, ["daily", "weekly"], 2),
    }
    return item | {key: value for key, value in options.items() if rng.random() < 0.2}


def _booked(rng: Random) -> Row:
    """A flight, and perhaps a goal, within reach or not."""
    flight: Row = {
        "start": f"{FIRST - timedelta(days=rng.randint(0, 14))}",
        "end": f"{FIRST + timedelta(days=rng.randint(1, 20))}",
    }
    if rng.random() < 0.2:
        flight = {"dates": sorted({f"{FIRST + timedelta(days=1)}", f"{rng.choice(DAYS)}"})}
    elif rng.random() < 0.3:
        flight["days"] = ["tue", rng.choice(["mon", "wed"])]
    booked: Row = {"flight": flight, "pacing": rng.choice(["even", "frontloaded", "asap"])}
    if rng.random() < 0.5:
        booked["goal"] = rng.choice(
            [{"issues": rng.choice([1, 2, 5, 20])}, {"sends": rng.choice([500, 2500, 33333])}]
        )
    return booked


def _adjacency(rng: Random) -> Row:
    return {
        "avoid_sections": rng.choice([[], ["crime"]]),
        "avoid_keywords": rng.sample(KEYWORDS, 2),
        "avoid_flags": rng.choice([[], ["sensitive"], ["opinion"]]),
    }


def _creatives(rng: Random, item: Row) -> list[Row]:
    """Creatives of every kind, whether or not a slot takes them."""
    made: list[Row] = []
    for number in range(rng.randint(1, 3)):
        name = f"{item['id']}-{number}"
        one: Row = {"id": name, "url": "https://brand.example/"}
        if rng.random() < 0.5:
            size = rng.choice(["600x150", "300x250"])
            one |= {"image": f"https://brand.example/{name}.png", "size": size, "alt": name}
        else:
            one |= {"headline": name, "cta": "Go"}
        if item["rotation"] == "weighted":
            one["weight"] = rng.choice(["0.5", "1", "3"])
        made.append(one)
    return made


def overrides(rng: Random, ads: Row) -> list[str]:
    """Options of the command: mostly none, else a pin or a pause."""
    if rng.random() < 0.7:
        return []
    item = rng.choice(ads["line_items"])
    if rng.random() < 0.4:
        return ["--pause", item["id"]]
    return ["--pin", f"{item['id']}@{rng.choice(item['slots'])}"]
