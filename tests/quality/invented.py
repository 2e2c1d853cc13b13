"""Invented headlines in five languages, made from the templates and names of ``invented/``.

Every other line of a list is kept aside (``kept=True``): rules are made on the first half and judged on the second.
``fresh=True`` is a second invention (``invented/fresh/``), written without a look at the rules: its frames have two
summaries, its rewritten headlines summaries too, and every other English frame Is Written With Capitals.

* ``same_frame``: one sentence with other names filled in: two events.
* ``one_name``: two sentences that share a place, a person or an institution and nothing else: two events.
* ``rewritten``: one event in other words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TypeAlias

from digest.model import Story

Pair: TypeAlias = tuple[Story, Story]
Text: TypeAlias = tuple[str, str]  # headline, summary
LANGUAGES = ("en", "es", "de", "fr", "pt")
SLOTS = ("town", "person", "org", "team", "rival", "school", "street")
START = datetime(2026, 1, 22, 8, tzinfo=UTC)
FRAMES, NAMES, REWRITTEN = (40, 30), (40, 30), (20, 15)  # pairs of a language and half; of the fresh ones


def lists(language: str, kept: bool, fresh: bool = False) -> dict[str, list[str]]:
    """Each list of a language by its name: every other line."""
    found: dict[str, list[str]] = {}
    path = Path(__file__).parent / "invented" / ("fresh" if fresh else "") / f"{language}.txt"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            current = found[line[1:-1]] = []
        elif line and not line.startswith("#"):
            current.append(line)
    return {name: lines[kept::2] for name, lines in found.items()}


def same_frame(
    language: str, kept: bool = False, *, summaries: bool = False, fresh: bool = False
) -> list[Pair]:
    """Pairs of one frame; of several names in it all differ, or only some."""
    known, dice = lists(language, kept, fresh), Random(f"frame {language} {kept}")
    pairs = []
    for number in range(FRAMES[fresh]):
        headline, *below = known["frame"][number % len(known["frame"])].split(" | ")
        slots = [slot for slot in (*SLOTS, "n") if f"{{{slot}}}" in headline]
        kept_slots = set(slots) - {slots[0]} if number % 3 == 2 else set()
        one = {slot: _fill(known, slot, dice) for slot in slots}
        other = {
            slot: one[slot] if slot in kept_slots else _another(known, slot, dice, one) for slot in slots
        }
        a = (headline.format(**one), below[0].format(**one))
        b = (headline.format(**other), below[-(number % 2)].format(**other))
        pair = _pair(language, number, a, b, summaries)
        pairs.append(in_capitals(pair) if fresh and language == "en" and number % 2 else pair)
    return pairs


def one_name(language: str, kept: bool = False, *, summaries: bool = True, fresh: bool = False) -> list[Pair]:
    """Pairs that share one name of one to four words."""
    known, dice = lists(language, kept, fresh), Random(f"name {language} {kept}")
    every = [(slot, a, b) for slot in SLOTS for a, b in combinations(known.get(f"about {slot}", ()), 2)]
    pairs = []
    for number in range(NAMES[fresh]):
        slot, a, b = every[number % len(every)]
        name = {slot: _fill(known, slot, dice)}
        pairs.append(_pair(language, number, _texts(a, name), _texts(b, name), summaries))
    return pairs


def rewritten(
    language: str, kept: bool = False, *, summaries: bool = False, fresh: bool = False
) -> list[Pair]:
    """One event under two headlines."""
    known, dice = lists(language, kept, fresh), Random(f"same {language} {kept}")
    pairs = []
    for number in range(REWRITTEN[fresh]):
        told = known["same"][number % len(known["same"])]
        names = {slot: _fill(known, slot, dice) for slot in SLOTS if slot in known}
        a, b, *below = told.format(**names).split(" | ")
        one, other = below or ("", "")
        pairs.append(_pair(language, number, (a, one), (b, other), summaries))
    return pairs


def everything(kept: bool = False, *, fresh: bool = False) -> Iterator[tuple[str, str, bool, list[Pair]]]:
    """Kind, language, whether with summaries, pairs."""
    for language in LANGUAGES:
        for summaries in (False, True):
            yield (
                "same frame",
                language,
                summaries,
                same_frame(language, kept, summaries=summaries, fresh=fresh),
            )
            yield "one name", language, summaries, one_name(language, kept, summaries=summaries, fresh=fresh)
            if fresh or not summaries:
                yield (
                    "rewritten",
                    language,
                    summaries,
                    rewritten(language, kept, summaries=summaries, fresh=fresh),
                )


def in_capitals(pair: Pair) -> Pair:
    """The Same Headlines as Many Papers Write Them."""
    small = {"a", "an", "the", "of", "in", "on", "for", "to", "and", "at", "as", "by", "with", "from"}

    def written(one: Story) -> Story:
        words = [w if w in small and n else w[:1].upper() + w[1:] for n, w in enumerate(one.title.split())]
        return replace(one, title=" ".join(words))

    return written(pair[0]), written(pair[1])


def _fill(known: dict[str, list[str]], slot: str, dice: Random) -> str:
    return str(dice.randrange(10, 400)) if slot == "n" else dice.choice(known[slot])


def _another(known: dict[str, list[str]], slot: str, dice: Random, one: dict[str, str]) -> str:
    while (other := _fill(known, slot, dice)) == one[slot]:
        pass
    return other


def _texts(template: str, names: dict[str, str]) -> Text:
    headline, _, summary = template.partition(" | ")
    return headline.format(**names), summary.format(**names)


def _pair(language: str, number: int, a: Text, b: Text, summaries: bool) -> Pair:
    return _story(f"{language}{number}a", 2 * number, a, summaries), _story(
        f"{language}{number}b", 2 * number + 1, b, summaries
    )


def _story(id: str, minutes: int, text: Text, summaries: bool) -> Story:
    at = START + timedelta(minutes=minutes)
    return Story(
        id=id,
        url=f"https://paper-{id}.example/story",
        title=text[0],
        summary=text[1] if summaries else "",
        source=f"paper {id}",
        published_at=at,
        first_seen=at,
    )
