"""How much each feature weighs: three logistic models, what likeness of meaning adds to them, and a fourth for what is
looked at again.

``docs/decisions/events.md`` tells what they were fitted on and how good they are on what they were not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from digest.select.events.second_look import SecondLook
from digest.select.events.similarity import Similarity

_WEIGHTS = """\
feature           texts  titles    pair  likeness
base             -5.15   -1.40   -5.24    -1.73
title_cosine     -1.24   -8.67   -1.76    -0.49
title_jaccard     0.12    2.39    0.77     0.34
title_contained   0.89    1.34   -1.24    -0.53
text_cosine       3.33    0.00    0.00     0.00
crossed           2.88    1.61   -0.27    -0.15
names            -0.21   -0.71   -0.15    -0.10
names_agree       1.17    0.34    0.26    -0.05
rarest            0.01   -0.47    0.22     0.15
rarest_all        0.71    1.66    0.26     0.13
numbers_differ   -0.23    0.69   -0.84    -0.86
numbers_shared   -0.35    1.31    0.79     0.46
numbers_left     -0.31   -1.63   -1.94    -1.25
numbers_near      0.00   -0.27    0.23    -0.57
places_differ     0.00   -0.62   -0.04    -0.43
places_left       1.10   -2.41   -2.25    -1.16
places_shared     1.64   -1.42   -0.36    -0.30
opposed           0.00   -2.44   -3.16    -2.14
meaning           1.33    0.95    2.79     0.77
meaning_most      1.04    1.74    1.65     0.28
meaning_least     1.40    2.42    3.47     1.12
plain             0.10    1.34    0.84     0.56
plain_most        0.23    0.44    1.12     0.64
plain_least       1.35   -2.36    1.48     0.58
gap               0.00  -16.17    0.00     0.00
pairs             0.00   -0.76   -0.78    -0.36
"""
# Fitted by scripts/second_look.py on pairs near the border that were judged by hand (tests/quality/judged_pairs.tsv).
_SECOND_LOOK = """\
feature           alone  likeness
base              -2.47    -19.31
first              0.18      0.15
ground             0.22      0.19
commenting        -0.25     -0.26
crossed_least      1.59      0.13
same_source       -1.27     -1.27
absent_names      -0.26     -0.16
done               0.88      0.42
lead_least         0.98      0.68
gap               -1.28     -1.27
asking            -0.65     -0.61
only_theirs        2.10      2.15
addressed          1.94      1.46
alike              0.00     19.77
"""


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A logistic model: the weight of each feature."""

    base: float
    weights: tuple[float, ...]

    def logit(self, features: tuple[float, ...]) -> float:
        return self.base + sum(map(float.__mul__, self.weights, features))


@dataclass(frozen=True, slots=True)
class LikenessTerm:
    """What likeness of meaning adds to a logit: nothing where it is as usual for two stories of one topic.

    Titles read alike the more words they have in common, which the features have weighed already: ``words`` is how
    much more alike two titles are that have all of them.
    """

    usual: float
    worth: float
    words: float

    def logit(self, alike: float, plain: float) -> float:
        return self.worth * (alike - self.usual - self.words * plain)


def _model(table: str, name: str, features: Callable[..., tuple[float, ...]]) -> LogisticModel:
    head, *lines = (line.split() for line in table.splitlines())
    column = head.index(name)
    weights = {line[0]: float(line[column]) for line in lines}
    return LogisticModel(weights.pop("base"), features(**weights))


SECOND_LOOK = _model(_SECOND_LOOK, "alone", SecondLook)
SECOND_LOOK_WITH_LIKENESS = _model(_SECOND_LOOK, "likeness", SecondLook)
TEXTS = _model(_WEIGHTS, "texts", Similarity)  # stories with summaries
TITLES = _model(_WEIGHTS, "titles", Similarity)  # titles among many stories
PAIR = _model(_WEIGHTS, "pair", Similarity)  # titles among few
PAIR_WITH_LIKENESS = _model(_WEIGHTS, "likeness", Similarity)  # the same, where likeness of meaning is known
TEXTS_LIKENESS, TITLES_LIKENESS = LikenessTerm(0.86, 25.0, 0.1), LikenessTerm(0.88, 30.0, 0.1)
PAIR_LIKENESS = LikenessTerm(0.93, 37.0, 0.0)
