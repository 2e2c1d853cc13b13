"""What ties two tellings to one event, or keeps them apart. Every answer can be shown.

The score is a logistic model of a few shares: how much of what the titles say (rare words weigh more) is said by
the other one too, whether names and numbers agree, and how far apart in time they are. It was fitted on pairs of
headlines that people judged and on hand-made events; ``docs/decisions/events.md`` has the figures.
"""

from __future__ import annotations

from datetime import timedelta
from math import exp, log10

from digest.select.rarity import Rarity
from digest.select.telling import REGULAR_FORMS, Telling, tells, without_summary
from digest.values import dataclass

DAY = timedelta(days=1)
NEXT_ISSUE = timedelta(hours=18)  # further apart, a regular feature is another one
FURTHEST = timedelta(days=8)
NEWS_WORDS = 3  # shared by two titles, that lift a regular feature to news
SURE = 20.0  # the logit of an equal address or title


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two stories tell one event: ``rule`` (url, title or telling), ``score`` in [0, 1], ``shared`` words,
    rarest first. ``alike`` is how alike their titles are in meaning, where that helped."""

    rule: str
    score: float
    shared: tuple[str, ...] = ()
    alike: float | None = None

    def __str__(self) -> str:
        if self.rule == "url":
            return "the same address"
        words = ", ".join(self.shared[:6])
        if self.rule == "title":
            return f"tied by the title: {words}"
        said = [f"shared words, the rarest first: {words}"] if words else []
        said += [f"titles alike in meaning ({self.alike:.2f} of 1)"] if self.alike is not None else []
        return f"tied by {' and '.join(said)} (certainty {self.score:.2f})"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the shares; the names are those of ``shares``."""

    base: float
    title_cosine: float
    title_jaccard: float
    title_contained: float
    text_cosine: float
    crossed: float
    names: float
    names_agree: float
    rarest: float
    rarest_all: float
    numbers_differ: float
    numbers_shared: float
    gap: float
    pairs: float

    def logit(self, shares: tuple[float, ...]) -> float:
        weights = (
            self.title_cosine, self.title_jaccard, self.title_contained, self.text_cosine, self.crossed, self.names,
            self.names_agree, self.rarest, self.rarest_all, self.numbers_differ, self.numbers_shared, self.gap,
            self.pairs,
        )  # fmt: skip
        return self.base + sum(map(float.__mul__, weights, shares))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What likeness of meaning adds to a logit: nothing where it is what two stories of one day have by chance and
    their topic."""

    usual: float
    worth: float

    def logit(self, alike: float) -> float:
        return self.worth * (alike - self.usual)


FEW = 100  # from this many stories on, chance resemblance grows with their number, and so does what is asked
PER_DECADE = 1.0
MANY = 500  # from so many on, one shared word can be known to be rare
SOME = 20  # with fewer stories, their own word counts say nothing
# fmt: off
TEXTS = Model(-6.56, 1.12, 3.95, 1.82, -3.38, 3.77, -0.14, 1.48, 0.02, 1.60, -1.31, -0.05, -1.01, -0.95)
TITLES = Model(-1.55, -8.97, 5.71, 3.81, -8.97, 12.33, -0.55, 0.21, -1.19, 1.39, -1.68, 0.88, -6.63, -1.25)
ALONE = Model(-5.17, -0.18, 3.71, 0.46, -0.18, 1.95, -0.07, 0.32, 0.24, 0.57, -2.64, 0.66, 0.00, -0.44)
# fmt: on
OF_TEXTS, OF_TITLES, OF_ALONE = Meaning(0.86, 40.0), Meaning(0.90, 40.0), Meaning(0.93, 60.0)
IN_OTHER_WORDS = 0.92  # likeness from which titles may share few words


def tie_of(a: Telling, b: Telling, rarity: Rarity, alike: float | None = None) -> Tie | None:
    """What ties the two, or ``None``."""
    logit = strength(a, b, rarity, alike)
    if logit < 0:
        return None
    shared = tuple(sorted(a.all & b.all, key=lambda word: (-rarity[word], word)))
    if a.address == b.address and a.address:
        return Tie("url", 1.0, shared)
    if logit >= SURE:
        return Tie("title", 1.0, shared)
    helped = alike if alike is not None and alike > _meaning(a, b, rarity).usual else None
    return Tie("telling", round(1 / (1 + exp(-logit)), 6), shared, helped)


def strength(a: Telling, b: Telling, rarity: Rarity, alike: float | None = None) -> float:
    """How strongly two tellings are tied: a logit, 0 is the border; ``SURE`` and ``-SURE`` where a rule decides.

    ``alike`` is how alike their titles are in meaning, where that is known.
    """
    if a.address == b.address and a.address:
        return SURE
    if apart(a, b):
        return -SURE
    if same_title(a, b, rarity):
        return SURE
    if a.written == b.written and len(a.told) < 2:
        return -SURE  # a headline of common words that comes again
    if (
        a.summary == b.summary and a.summary
    ):  # a set phrase below other headlines, or nothing that the titles do not say
        a, b = without_summary(a), without_summary(b)
    if rarity.stories < MANY and few_words_shared(a, b, rarity) and (alike or 0.0) < IN_OTHER_WORDS:
        return -SURE
    meant = 0.0 if alike is None else _meaning(a, b, rarity).logit(alike)
    weighed = shares(a, b, rarity)
    if a.summary and b.summary:
        return meant + TEXTS.logit(weighed) - PER_DECADE * max(log10(max(rarity.stories, 1) / FEW), 0.0)
    return meant + (TITLES if rarity.stories >= SOME else ALONE).logit(weighed)


def _meaning(a: Telling, b: Telling, rarity: Rarity) -> Meaning:
    if a.summary and b.summary:
        return OF_TEXTS
    return OF_TITLES if rarity.stories >= SOME else OF_ALONE


def same_title(a: Telling, b: Telling, rarity: Rarity) -> bool:
    """Equal titles that tell something, or such texts on one day."""
    if a.written != b.written:
        return False
    if len(a.told) >= 2 and not a.regular:
        return True
    if abs(a.time - b.time) >= NEXT_ISSUE or a.summary != b.summary:
        return False
    return sum(tells(word) and not rarity.is_mould(word) for word in a.summary) >= NEWS_WORDS


def apart(a: Telling, b: Telling) -> bool:
    """Whether the two are surely not one event: columns of another day, other games, too long between."""
    gap = abs(a.time - b.time)
    if gap > FURTHEST:
        return True
    if a.scores and b.scores and not (a.scores & b.scores and a.told & b.told):
        return True  # other games, or the same result of others
    if _same_frame(a, b) or _another_name(a, b):
        return True
    return (a.regular or b.regular) and not _tells_beyond(a, b, gap)


def few_words_shared(a: Telling, b: Telling, rarity: Rarity) -> bool:
    """Whether only common words, or one other and little else, stand in both."""
    told = sum(not rarity.is_mould(word) for word in (a.told & b.all) | (b.told & a.all))
    if told >= 2:
        return False
    both = len(a.title & b.title)
    return told < 1 or both * 2 < len(a.title | b.title)


def _another_name(a: Telling, b: Telling) -> bool:
    """Titles alike but for one name: "Fire displaces family in Ashford" and "... in Dover"."""
    if len(a.frame) != len(b.frame) or len(a.frame) < 3:
        return False
    changed = [(one, other) for one, other in zip(a.frame, b.frame, strict=True) if one != other]
    return len(changed) == 1 and changed[0][0] in a.names and changed[0][1] in b.names


def _same_frame(a: Telling, b: Telling) -> bool:
    """One template filled in twice: the same words with other numbers or dates."""
    return bool(a.frame) and a.frame == b.frame and (a.fillers != b.fillers or a.dates != b.dates)


def _tells_beyond(a: Telling, b: Telling, gap: timedelta) -> bool:
    """Whether a regular feature shares news with the other telling, and not only its own kind of words."""
    if a.regular and b.regular and (gap >= NEXT_ISSUE or (a.source == b.source and a.title != b.title)):
        return False
    if a.source == b.source and a.title == b.title and a.summary and a.summary == b.summary:
        return gap < NEXT_ISSUE  # one feature, put online twice
    return len((a.told & b.told) - REGULAR_FORMS) >= NEWS_WORDS


def shares(a: Telling, b: Telling, rarity: Rarity) -> tuple[float, ...]:
    """What the model weighs, in the order of ``Model``."""
    weigh = rarity.__getitem__
    one, other = rarity.profile(a), rarity.profile(b)
    title = sorted(map(weigh, a.title & b.title), reverse=True)
    text = sorted(map(weigh, a.all & b.all), reverse=True)
    of_title, named = sum(title), rarity.of(a.names & b.names)
    least_named = min(one.names, other.names)
    crossed = _part(rarity.of(a.title & b.all), one.title) + _part(rarity.of(b.title & a.all), other.title)
    return (
        _part(_square(title), one.title_length * other.title_length),
        _part(of_title, one.title + other.title - of_title),
        _part(of_title, min(one.title, other.title)),
        _part(_square(text), one.text_length * other.text_length),
        crossed / 2,
        min(named, 4.0),
        named / least_named if least_named > 0 else 0.3,
        sum(title[:3]),
        sum(text[:4]),
        1.0 if a.numbers and b.numbers and not a.numbers & b.numbers else 0.0,
        1.0 if a.numbers & b.numbers else 0.0,
        min(abs(a.time - b.time) / DAY, 7.0) / 7,
        len(a.pairs & b.pairs) / max(1, min(len(a.pairs), len(b.pairs))),
    )


def _square(weights: list[float]) -> float:
    return sum(weight * weight for weight in weights)


def _part(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
