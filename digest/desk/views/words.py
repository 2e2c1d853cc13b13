"""The words of people who sell and edit: names in place of ids, places as a reader meets them, plain reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from digest.desk.views.dates import day_words
from digest.model import LineItem, Newsroom, Slot
from digest.model.places import POSITIONS, place_names

SIGNALS = {
    "recency": "how new it is",
    "coverage": "how many others tell it",
    "prominence": "how big the news is",
    "popularity": "how much it is read",
    "editorial": "the editors' priority",
    "clicks": "how often its kind is clicked",
}
LEFT_OUT = {
    "top": "next in line",
    "same_event": "another story tells it",
    "no_repeat": "ran before",
    "embargo": "embargoed",
    "expired": "expired",
    "kill": "killed",
    "hold": "held back",
    "source_cap": "enough of its source",
    "withdrawn": "withdrawn by its source",
    "min": "its section is too thin",
}
RULES = {
    "adjacency": "the stories beside it",
    "audience": "not for these readers",
    "companions": "sold together",
    "competitive_exclusion": "a competitor is in",
    "creative": "no ad fits",
    "edition": "other editions",
    "exclusive": "somebody has it alone",
    "flight": "not its day",
    "frequency_cap": "often enough lately",
    "goal": "all delivered",
    "max_ads": "enough ads",
    "max_per_advertiser": "its advertiser is in",
    "max_ratio": "enough ads for these stories",
    "min_gap": "too close to another ad",
    "outranked": "others come first",
    "paced_out": "ahead of its plan",
    "pacing": "ahead of its plan",
    "paused": "paused",
    "section": "other sections",
    "slot": "other places",
    "suppress_near": "a story without ads beside it",
}
_QUOTED = re.compile(r"(“[^”]*”)")
_DATE = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\d)(?![\w-])")
_NUMBER = re.compile(r"(?<![\w.,:/-])\d{5,}(?![\w.:/-])")
_PHRASES = (
    (re.compile(r"; next to (stor(?:y|ies) [\d, ]+), which no rule forbids"), r"; beside \1"),
    (re.compile(r"openings that the rules before left"), "places that are left"),
    (re.compile(r"\bopening(s?)\b"), r"place\1"),
    (re.compile(r"\bfrequency_cap\b"), "cap"),
    (re.compile(r"\bslot(s?)\b"), r"place\1"),
    (re.compile(r'flag "([\w-]+)"'), r"“\1”"),
    (re.compile(r'keyword "([^"]+)"'), r"the word “\1”"),
)


def in_words(name: str) -> str:
    """A name of a file as people say it: ``spring-sale`` is ``spring sale``."""
    return name.replace("_", " ").replace("-", " ")


def rule_words(rule: str) -> str:
    """A rule of placement as the reason of a refusal; a newsroom's own rule by its name."""
    return RULES.get(rule, in_words(rule))


def place_at(slot: Slot | None, gap: int) -> str:
    """Where in an issue: ``top of the issue``, ``after story 7``, ``section opener above story 16``."""
    position = slot.position if slot else ""
    if position in ("top", "end"):
        return POSITIONS[position].lower()
    if position == "section_start":
        return f"section opener above story {gap + 1}"
    if position == "section_end":
        return f"section closer after story {gap}"
    return f"after story {gap}" if gap else "above the first story"


class PlainReasons:
    """A newsroom's reasons for people: call it with a reason as a manifest has it."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._slots = {slot.id: slot for slot in newsroom.ads.slots}
        self._places = {id: name.lower() for id, name in place_names(newsroom).items()}
        self._items = item_names(newsroom)
        self._sections = {section.id: section.title for section in newsroom.sections}
        slots, sections = _either(self._slots), _either(self._sections)
        self._at = re.compile(rf"(?<![\w-]){slots} at gap (\d+)")
        self._item = re.compile(
            rf'(?:line item )?(?<![\w-])"?{_either(n for n in self._items if _is_id(n))}"?(?![\w-])'
        )
        self._named = re.compile(r'line item "([^"]+)"')
        self._slot = re.compile(rf"(?<![\w-]){_either(n for n in self._slots if _is_id(n))}(?![\w-])")
        self._slots_named = re.compile(rf"(?<![\w-])for ({slots}(?:, {slots})*)(?![\w-])")
        self._section = re.compile(
            rf"(?<![\w-])(in|wants|of|section|through section) ({sections}(?:, {sections})*)(?![\w-])"
        )

    def __call__(self, text: str) -> str:
        parts = _QUOTED.split(text)  # a headline stays as it is
        parts[::2] = map(self._plain, parts[::2])
        text = "".join(parts)
        return text[:1].upper() + text[1:]

    def _plain(self, text: str) -> str:
        text = self._at.sub(lambda at: place_at(self._slots[at[1]], int(at[2])), text)
        text = re.sub(r"\bat gap (\d+)", lambda at: place_at(None, int(at[1])), text)
        text = self._named.sub(lambda at: self._items.get(at[1], at[1]), text)
        text = self._item.sub(lambda at: self._items[at[1]], text)
        text = self._slots_named.sub(lambda at: f"for {_each(self._places, at[1])}", text)
        text = self._slot.sub(lambda at: self._places[at[1]], text)
        text = self._section.sub(lambda at: f"{at[1]} {_each(self._sections, at[2])}", text)
        for pattern, replacement in _PHRASES:
            text = pattern.sub(replacement, text)
        text = _DATE.sub(_day, text)
        return _NUMBER.sub(lambda at: f"{int(at[0]):,}", text)


def campaign(newsroom: Newsroom, item: LineItem) -> str:
    """What was sold: the name of the order, else the id in words, without the advertiser that stands beside it."""
    from digest.app.delivery_report import title_of

    known = newsroom.ads.advertisers.get(item.advertiser or "")
    if item.order or known is None:
        return title_of(item)
    name = in_words(item.id)
    for prefix in (known.name, in_words(known.id)):
        if name.casefold().startswith(f"{prefix.casefold()} "):
            name = name[len(prefix) + 1 :]
            break
    return name[:1].upper() + name[1:]


def item_names(newsroom: Newsroom) -> dict[str, str]:
    """Every booking by its advertiser, with the campaign where the advertiser has several."""
    known = newsroom.ads.advertisers
    items = newsroom.ads.line_items
    several = Counter(item.advertiser for item in items)
    names = {}
    for item in items:
        advertiser = known.get(item.advertiser or "")
        name = advertiser.name if advertiser else item.advertiser or newsroom.publication.name
        names[item.id] = f"{name} ({campaign(newsroom, item)})" if several[item.advertiser] > 1 else name
    return names


def why_not(reason: str, titles: Mapping[str, str], reasons: PlainReasons) -> str:
    """Why a story is not in, with the headline of the one that tells its event instead of an id."""
    rule, _, text = reason.partition(": ")
    if rule == "same_event" and text.startswith("told by "):
        id = text.removeprefix("told by ")
        text = f"“{titles.get(id, id)}”"
    elif text:
        text = reasons(text)
    return ": ".join(part for part in (LEFT_OUT.get(rule, in_words(rule)), text) if part)


def _either(names: Iterable[str]) -> str:
    """A group that takes the longest of some names; nothing at all where there is none."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return f"({'|'.join(map(re.escape, longest))})" if longest else "(?!)"


def _each(names: Mapping[str, str], listed: str) -> str:
    return ", ".join(names[name] for name in listed.split(", "))


def _is_id(name: str) -> bool:
    """Whether a name cannot be mistaken for a word of a sentence."""
    return not name.isalpha()


def _day(at: re.Match[str]) -> str:
    try:
        return day_words(date.fromisoformat(at[1]))
    except ValueError:
        return at[0]
