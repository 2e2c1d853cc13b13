"""How much each share weighs: three logistic models, and what likeness of meaning adds to them.

``docs/decisions/events.md`` tells what they were fitted on and how good they are on what they were not.
"""

from __future__ import annotations

from digest.select.shares import Shares
from digest.values import dataclass

_WEIGHTS = """\
share            texts  titles   alone
base             -5.55   -1.40   -5.24
title_cosine     -1.08   -8.67   -1.76
title_jaccard     0.38    2.39    0.77
title_contained   1.04    1.34   -1.24
text_cosine       3.60    0.00    0.00
crossed           2.88    1.61   -0.27
names            -0.19   -0.71   -0.15
names_agree       1.19    0.34    0.26
rarest            0.05   -0.47    0.22
rarest_all        0.67    1.66    0.26
numbers_differ   -0.29    0.69   -0.84
numbers_shared   -0.26    1.31    0.79
numbers_left     -0.41   -1.63   -1.94
numbers_near      0.49   -0.27    0.23
places_differ     0.40   -0.62   -0.04
places_left       0.86   -2.41   -2.25
places_shared     1.65   -1.42   -0.36
opposed           1.76   -2.44   -3.16
kin               1.44    0.95    2.79
kin_most          1.19    1.74    1.65
kin_least         1.46    2.42    3.47
plain             0.34    1.34    0.84
plain_most        0.44    0.44    1.12
plain_least       1.36   -2.36    1.48
gap               0.11  -16.17    0.00
pairs            -2.25   -0.76   -0.78
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
