"""How much each share weighs: three logistic models, and what likeness of meaning adds to them.

``docs/decisions/events.md`` tells what they were fitted on and how good they are on what they were not.
"""

from __future__ import annotations

from digest.select.shares import Shares
from digest.values import dataclass

_WEIGHTS = """\
share            texts  titles   alone
base             -5.15   -1.40   -5.24
title_cosine     -1.24   -8.67   -1.76
title_jaccard     0.12    2.39    0.77
title_contained   0.89    1.34   -1.24
text_cosine       3.33    0.00    0.00
crossed           2.88    1.61   -0.27
names            -0.21   -0.71   -0.15
names_agree       1.17    0.34    0.26
rarest            0.01   -0.47    0.22
rarest_all        0.71    1.66    0.26
numbers_differ   -0.23    0.69   -0.84
numbers_shared   -0.35    1.31    0.79
numbers_left     -0.31   -1.63   -1.94
numbers_near      0.00   -0.27    0.23
places_differ     0.00   -0.62   -0.04
places_left       1.10   -2.41   -2.25
places_shared     1.64   -1.42   -0.36
opposed           0.00   -2.44   -3.16
kin               1.33    0.95    2.79
kin_most          1.04    1.74    1.65
kin_least         1.40    2.42    3.47
plain             0.10    1.34    0.84
plain_most        0.23    0.44    1.12
plain_least       1.35   -2.36    1.48
gap               0.00  -16.17    0.00
pairs             0.00   -0.76   -0.78
"""


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: the weight of each share."""

    base: float
    weights: Shares

    def logit(self, shares: Shares) -> float:
        return self.base + sum(map(float.__mul__, self.weights, shares))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What likeness of meaning adds to a logit: nothing where it is what two stories of one day have by chance and
    their topic."""

    usual: float
    worth: float

    def logit(self, alike: float) -> float:
        return self.worth * (alike - self.usual)


def _model(name: str) -> Model:
    head, *lines = (line.split() for line in _WEIGHTS.splitlines())
    column = head.index(name)
    weights = {line[0]: float(line[column]) for line in lines}
    return Model(weights.pop("base"), Shares(**weights))


TEXTS = _model("texts")  # stories with summaries
TITLES = _model("titles")  # titles among many stories
ALONE = _model("alone")  # titles among few
OF_TEXTS, OF_TITLES, OF_ALONE = Meaning(0.86, 40.0), Meaning(0.90, 40.0), Meaning(0.93, 60.0)
