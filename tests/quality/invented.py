"""Invented headlines in five languages, made from the templates and names of ``invented/``.

Every other line of a list is kept aside (``kept=True``): rules are made on the first half and judged on the second.

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
SLOTS = ("town", "person", "org", "team")
START = datetime(2026, 1, 22, 8, tzinfo=UTC)
FRAMES, NAMES, REWRITTEN = 40, 40, 20  # pairs of a language and half


def lists(language: str, kept: bool) -> dict[str, list[str]]:
    """Each list of a language by its name: every other line."""
    found: dict[str, list[str]] = {}
    path = Path(__file__).with_name("invented") / f"{language}.txt"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            current = found[line[1:-1]] = []
        elif line and not line.startswith("#"):
            current.append(line)
    return {name: lines[kept::2] for name, lines in found.items()}


def same_frame(language: str, kept: bool = False, *, summaries: bool = False) -> list[Pair]:
    """Pairs of one frame; of several names in it all differ, or only some."""
    known, dice = lists(language, kept), Random(f"frame {language} {kept}")
    pairs = []
    for number in range(FRAMES):
        frame = known["frame"][number % len(known["frame"])]
        slots = [slot for slot in (*SLOTS, "n") if f"{{{slot}}}" in frame]
        kept_slots = set(slots) - {slots[0]} if number % 3 == 2 else set()
        one = {slot: _fill(known, slot, dice) for slot in slots}
        other = {
            slot: one[slot] if slot in kept_slots else _another(known, slot, dice, one) for slot in slots
        }
        pairs.append(_pair(language, number, _texts(frame, one), _texts(frame, other), summaries))
    return pairs


def one_name(language: str, kept: bool = False, *, summaries: bool = True) -> list[Pair]:
    """Pairs that share one name of one to four words."""
    known, dice = lists(language, kept), Random(f"name {language} {kept}")
    every = [
        (slot, a, b) for slot in ("town", "person", "org") for a, b in combinations(known[f"about {slot}"], 2)
    ]
    pairs = []
    for number in range(NAMES):
        slot, a, b = every[number % len(every)]
        name = {slot: _fill(known, slot, dice)}
        pairs.append(_pair(language, number, _texts(a, name), _texts(b, name), summaries))
    return pairs


def rewritten(language: str, kept: bool = False) -> list[Pair]:
    """One event under two headlines."""
    known, dice = lists(language, kept), Random(f"same {language} {kept}")
    pairs = []
    for number in range(REWRITTEN):
        a, b = known["same"][number % len(known["same"])].split(" | ")
        names = {slot: _fill(known, slot, dice) for slot in SLOTS}
        pairs.append(_pair(language, number, (a.format(**names), ""), (b.format(**names), ""), False))
    return pairs


def everything(kept: bool = False) -> Iterator[tuple[str, str, bool, list[Pair]]]:
    """Kind, language, whether with summaries, pairs."""
    for language in LANGUAGES:
        for summaries in (False, True):
            yield "same frame", language, summaries, same_frame(language, kept, summaries=summaries)
            yield "one name", language, summaries, one_name(language, kept, summaries=summaries)
        yield "rewritten", language, False, rewritten(language, kept)


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
