"""What ties two stories to one event, or keeps them apart. Every answer can be shown.

Rules come first; where they are silent, ``classifier.py`` weighs what the two have in common (``similarity.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, log10

from digest.select.events.classifier import (
    PAIR,
    PAIR_LIKENESS,
    PAIR_WITH_LIKENESS,
    SECOND_LOOK,
    SECOND_LOOK_WITH_LIKENESS,
    TEXTS,
    TEXTS_LIKENESS,
    TITLES,
    TITLES_LIKENESS,
    LikenessTerm,
    LogisticModel,
)
from digest.select.events.evidence import ENOUGH, ENOUGH_SHORT, common_ground, shared_things
from digest.select.events.features import RECURRING_FORMS, StoryFeatures, could_be_news, without_summary
from digest.select.events.frames import other_names, spelled_alike
from digest.select.events.second_look import LEAST, SecondLook, second_look
from digest.select.events.similarity import DAY, similarity_of
from digest.select.events.word_weights import WordWeights

NEXT_ISSUE = timedelta(hours=18)  # further apart, a regular feature is another one
FURTHEST = timedelta(days=8)
SHORT = 3  # words of a title that tells too little to be the same but for one
NEWS_WORDS = 3  # shared by two titles, that lift a regular feature to news
THIN = -1.0  # the logit of stories that share too little, whatever else is alike
SURE = 20.0  # the logit of an equal address or title


@dataclass(frozen=True, slots=True)
class Match:
    """Why two stories tell one event: ``rule`` (url, title or words), ``score`` in [0, 1], ``shared`` words,
    rarest first. ``alike`` is how alike their titles are in meaning, where that helped."""

    rule: str
    score: float
    shared: tuple[str, ...] = ()
    alike: float | None = None

    def __str__(self) -> str:
        """One sentence for an editor."""
        if self.rule == "url":
            return "Both have the same address."
        words = ", ".join(self.shared[:6])
        if self.rule == "title":
            return f"Both have the same headline: {words}."
        reasons = [f"both say {words}"] if words else []
        reasons += (
            [f"their headlines mean nearly the same ({self.alike:.2f} of 1)"]
            if self.alike is not None
            else []
        )
        return f"Tied because {' and '.join(reasons)} (certainty {self.score:.2f})."


FEW = 100  # from this many stories on, chance resemblance grows with their number, and so does what is asked
PER_DECADE = 1.0
MANY = 1000  # titles from which on one shared word can be known to be rare
SOME = 20  # with fewer stories, their own word counts say nothing
IN_OTHER_WORDS = 0.92  # likeness from which titles may share few words


def match_of(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, alike: float | None = None
) -> Match | None:
    """What ties the two, or ``None``."""
    logit = logit_of(a, b, weights, alike)
    if logit < 0:
        return None
    shared = tuple(sorted(a.words & b.words, key=lambda word: (-weights[word], word)))
    if a.address == b.address and a.address:
        return Match("url", 1.0, shared)
    if logit >= SURE:
        return Match("title", 1.0, shared)
    usual = _models(a, b, weights, alike is not None)[1].usual
    helped = alike if alike is not None and alike > usual else None
    return Match("words", round(1 / (1 + exp(-logit)), 6), shared, helped)


def logit_of(a: StoryFeatures, b: StoryFeatures, weights: WordWeights, alike: float | None = None) -> float:
    """How strongly two stories are tied: a logit, 0 is the border; ``SURE`` and ``-SURE`` where a rule decides.

    ``alike`` is how alike their titles are in meaning, where that is known.
    """
    logit = first_look(a, b, weights, alike)
    if isinstance(logit, SecondLook):
        logit = (SECOND_LOOK if alike is None else SECOND_LOOK_WITH_LIKENESS).logit(logit)
    return -SURE if 0 <= logit < SURE and other_names(*_as_compared(a, b)) else logit


def first_look(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, alike: float | None = None
) -> float | SecondLook:
    """The logit where it is decided at first sight, or what a second look weighs; names are not looked at yet."""
    if a.address == b.address and a.address:
        return SURE
    if apart(a, b):
        return -SURE
    if same_title(a, b, weights):
        return SURE
    if a.written == b.written and len(a.news_words) < 2:
        return -SURE  # a headline of common words that comes again
    a, b = _as_compared(a, b)
    weighed = similarity_of(a, b, weights)
    model, meaning = _models(a, b, weights, alike is not None)
    with_likeness = 0.0 if alike is None else meaning.logit(alike, weighed.plain)
    asked = PER_DECADE * max(log10(max(weights.stories, 1) / FEW), 0.0) if model is TEXTS else 0.0
    logit = with_likeness + model.logit(weighed) - asked
    rare_is_known = model is TITLES and weights.stories >= MANY
    few = FEW if abs(a.time - b.time) >= DAY else SOME
    again = weights.stories >= few and not rare_is_known
    if rare_is_known or logit < (LEAST if again else 0.0):
        return logit
    things = shared_things(a, b, weights)
    ground = common_ground(a, b, weights, things)
    if too_little_shared(a, b, weights, things, ground) and not _says_it_in_other_words(a, b, alike):
        return THIN
    return second_look(a, b, weights, logit, ground, alike) if again else logit


def _as_compared(a: StoryFeatures, b: StoryFeatures) -> tuple[StoryFeatures, StoryFeatures]:
    """Without summaries where they are equal: a set phrase below other headlines, or what the titles say anyway."""
    return (without_summary(a), without_summary(b)) if a.summary and a.summary == b.summary else (a, b)


def _models(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, with_likeness: bool
) -> tuple[LogisticModel, LikenessTerm]:
    if a.summary and b.summary:
        return TEXTS, TEXTS_LIKENESS
    if weights.stories >= SOME:
        return TITLES, TITLES_LIKENESS
    return PAIR_WITH_LIKENESS if with_likeness else PAIR, PAIR_LIKENESS


def _says_it_in_other_words(a: StoryFeatures, b: StoryFeatures, alike: float | None) -> bool:
    """Whether two titles mean the same and hardly any word of one stands in the other, common words included."""
    both, either = a.title & b.title, a.title | b.title
    return alike is not None and alike >= IN_OTHER_WORDS and len(both) * 3 < len(either)


def same_title(a: StoryFeatures, b: StoryFeatures, weights: WordWeights) -> bool:
    """Equal titles that tell enough; equal texts on one day that tell anything."""
    if a.written != b.written:
        return False
    if len(a.news_words) >= 2 and not a.recurring:
        return True
    if abs(a.time - b.time) >= NEXT_ISSUE or a.summary != b.summary:
        return False
    return (
        bool(a.news_words)
        or sum(could_be_news(word) and not weights.is_boilerplate(word) for word in a.summary) >= NEWS_WORDS
    )


def apart(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether the two are surely not one event: columns of another day, other games, too long between."""
    gap = abs(a.time - b.time)
    if gap > FURTHEST:
        return True
    if a.scores and b.scores and not (a.scores & b.scores and a.news_words & b.news_words):
        return True  # other games, or the same result of others
    if _same_frame(a, b) or _one_name_differs(a, b):
        return True
    return (a.recurring or b.recurring) and not _shares_news(a, b, gap)


def too_little_shared(
    a: StoryFeatures,
    b: StoryFeatures,
    weights: WordWeights,
    things: Sequence[frozenset[str]],
    ground: float,
) -> bool:
    """Whether only common words, or one other thing and little else, stand in both."""
    short = min(len(a.title), len(b.title)) <= SHORT
    if ground >= (ENOUGH_SHORT if short else ENOUGH):
        return False
    if not things or short:
        return True
    both, either = (a.title & b.title) - things[0], (a.title | b.title) - things[0]
    return any(map(weights.is_boilerplate, both)) or len(both) * 3 < len(either)


def _one_name_differs(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Titles alike but for one word with a capital: "Fire displaces family in Ashford" and "... in Dover"."""
    if len(a.frame) != len(b.frame) or len(a.frame) < 3:
        return False
    changed = [(one, other) for one, other in zip(a.frame, b.frame, strict=True) if one != other]
    return len(changed) == 1 and all(
        one in a.names
        and other in b.names
        and not spelled_alike(one, other)
        and a.line.kind_of(one) + b.line.kind_of(other) > 0
        for one, other in changed
    )


def _same_frame(a: StoryFeatures, b: StoryFeatures) -> bool:
    """One template filled in twice: the same words with other numbers or dates."""
    if not a.frame or a.frame != b.frame:
        return False
    return _other(a.digits, b.digits) or _other(a.dates, b.dates)


def _other(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether both have something and not the same; that only one tells when or how many is no difference."""
    return bool(a and b) and a != b


def _shares_news(a: StoryFeatures, b: StoryFeatures, gap: timedelta) -> bool:
    """Whether a regular feature shares news with the other telling, and not only its own kind of words."""
    if a.recurring and b.recurring and (gap >= NEXT_ISSUE or (a.source == b.source and a.title != b.title)):
        return False
    if a.source == b.source and a.title == b.title and a.summary and a.summary == b.summary:
        return gap < NEXT_ISSUE  # one feature, put online twice
    beyond = (a.news_words & b.news_words) - RECURRING_FORMS
    return sum(1.0 if len(word) > 2 else 0.5 for word in beyond) >= NEWS_WORDS  # pairs of characters overlap
