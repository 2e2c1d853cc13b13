"""A line item with ``sections`` runs only in openings of these sections; an opening at the top has none."""

from collections.abc import Iterator
from functools import partial

from digest.place.context import IssueContext
from digest.place.facts import Fact, NotIn

STAGE, ORDER = "openings", 30
OPTIONS = ("line_items.sections",)


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        if item.sections is None:
            continue
        inside = 0
        for name in item.sections:
            inside |= context.by_section.get(name, 0)
        yield NotIn(number, context.everywhere & ~inside, partial(_why, context, item.sections))


def _why(context: IssueContext, sections: tuple[str, ...], opening: int) -> str:
    section = context.openings[opening].section
    return f"it wants {', '.join(sections) or 'no section'}; {context.place(opening)} is in {section or 'no section'}"
