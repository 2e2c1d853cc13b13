"""What every booking must have: an id, slots, creatives; and, unless it is a house ad, who pays and when."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, as_written, problem
from digest.config.validation import meant
from digest.errors import Problem
from digest.model import LineItem

_ALWAYS = {
    "id": "Give it a name of its own, such as id: gleammour-spring.",
    "slots": "Write where it may stand, such as slots: [top_banner].",
}
_PAID = {
    "advertiser": "Write who pays, or type: house for an ad of your own.",
    "flight": "Write when it runs, such as flight: {start: 2026-01-05, end: 2026-02-27}.",
}


def check(config: Configuration) -> Iterator[Problem]:
    """Keys a line item cannot do without."""
    if config.ads is None:
        return
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        written = as_written(config.ads, path)
        if not isinstance(written, t.BlockNode):
            continue
        unclear = "type" in written.entries and t.reach(config.ads.valid, (*path, "type")) is None
        for key, cure in (_ALWAYS if item.is_house or unclear else _ALWAYS | _PAID).items():
            if key not in written.entries and not meant(written, LineItem, key):
                yield problem(config.ads, path, f'has no "{key}".', cure)
