"""Keys that are fine one by one and together leave a booking no issue or no place: they are named."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.checks.dates import issue_dates
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model import LineItem
from digest.model.calendar import DateSet
from digest.model.companions import companion_groups

_TOO_LONG = 3_660  # days of a flight that are looked at one by one


def warn(config: Configuration) -> Iterator[Problem]:
    """Bookings that can never run, whatever the stories."""
    if config.ads is None:
        return
    yield from _policy(config, config.ads)
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        yield from _days(config, config.ads, path, item)
        yield from _places(config, config.ads, path, item)
        yield from _neighbours(config, config.ads, path, item)
    yield from _together(config, config.ads)


def _policy(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    """A publisher's rule that lets no ad run, although ads are booked."""
    policy = config.book.policy
    for key, most in (("max_ads", policy.max_ads), ("max_ratio", policy.max_ratio)):
        if not most and config.book.line_items:
            says = "is 0, so no booking ever runs."
            yield problem(file, ("policy", key), says, "Write a larger number, or take the bookings out.")


def _days(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    """Every issue of the flight is one of its pauses or blackout dates, or has none of its creatives."""
    rests = (*item.pauses, *item.blackout)
    flight = item.flight
    dated = bool(item.creatives) and not any(creative.dates.is_open for creative in item.creatives)
    if not (rests or dated) or flight is None or flight.first is None or flight.last is None:
        return
    if (flight.last - flight.first).days > _TOO_LONG or not config.all_editions_valid(item):
        return
    spans = [span.one_by_one() for span in issue_dates(flight, config.editions_of(item))]
    days = {day for span in spans for day in span.listed or ()}
    left = {day for day in days if not any(day in rest for rest in rests)}
    keys = [key for key, some in (("pauses", item.pauses), ("blackout", item.blackout)) if some]
    if days and not left:
        says = f"cover every issue of its flight, so it never runs ({' and '.join(keys)} and flight)."
        yield problem(file, (*path, "pauses" if item.pauses else "blackout"), says, "Leave it a day.")
    elif dated and days and not any(item.creatives_on(day) for day in left) and _in_flight(item):
        named = ", ".join(["creatives", *keys])
        says = f"are for no date on which it has an issue, so it never runs ({named} and flight)."
        yield problem(file, (*path, "creatives"), says, "Give one of them dates on which an issue comes out.")


def _in_flight(item: LineItem) -> bool:
    """Whether a creative's dates meet the flight; where none does, each is reported already."""
    span = item.flight.span if item.flight else DateSet()
    return any(
        not span.meet(DateSet(creative.dates.start, creative.dates.end)).is_empty
        for creative in item.creatives
    )


def _places(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    """Its sections are in none of its editions, or its slots belong to no section."""
    if item.sections is None or not config.all_editions_valid(item):
        return
    everywhere = {section.id for section in config.sections}
    known = config.names("sections") or {}
    if any(name not in known for name in item.sections):
        return  # reported already
    theirs = {name for e in config.editions_of(item) for name in (e.sections or everywhere)}
    if theirs and not theirs.intersection(item.sections):
        says = f"are in none of its editions, so it never runs (sections and {_editions(config, item)})."
        cure = f"Those have the sections {', '.join(sorted(theirs))}."
        yield problem(file, (*path, "sections"), says, cure)
    slots = [slot for slot in config.book.slots if slot.id in item.slots]
    if slots and len(slots) == len(item.slots) and all(slot.position == "top" for slot in slots):
        says = "leave it no place: the top of an issue belongs to no section (sections and slots)."
        yield problem(
            file, (*path, "sections"), says, "Take the sections out, or book a slot between stories."
        )


def _neighbours(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    """It runs only beside sections that it keeps away from, or whose stories all have the flag ``sensitive``. Other
    flags are the newsdesk's and change from day to day."""
    policy = config.book.policy
    if policy.adjacency_radius == 0 or not config.all_editions_valid(item):
        return
    avoided = set(item.adjacency.avoid_sections)
    everywhere = {section.id for section in config.sections}
    theirs = {name for e in config.editions_of(item) for name in (e.sections or everywhere)}
    only = theirs.intersection(item.sections) if item.sections is not None else theirs
    other_key = "sections" if item.sections is not None else _editions(config, item)
    says = "keeps it away from every story it may stand beside, so it never runs"
    if only and only <= avoided:
        at = (*path, "adjacency", "avoid_sections")
        yield problem(file, at, f"{says} (adjacency and {other_key}).", "Leave it a section.")
    elif only and only <= avoided | set(policy.sensitive.sections):
        cure = "Every story of policy.sensitive.sections is sensitive: leave it another section, or take the flag out."
        if "sensitive" in item.adjacency.avoid_flags:
            at = (*path, "adjacency", "avoid_flags")
            yield problem(file, at, f"{says} (adjacency, policy.sensitive and {other_key}).", cure)
        elif "sensitive" in policy.suppress_near and not item.is_house:
            says = f'{says}: policy.suppress_near has "sensitive" (suppress_near, policy.sensitive and {other_key}).'
            yield problem(file, (*path, "sections" if item.sections is not None else "slots"), says, cure)


def _together(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    """Companions that the publisher's rules never let into one issue."""
    policy, items = config.book.policy, {item.id: item for item in config.book.line_items}
    for group in companion_groups(config.book.line_items):
        if len(group) == 1:
            continue
        members = [items[name] for name in group]
        index = next(
            n for n, item in enumerate(config.book.line_items) if item.id in group and item.companions
        )
        path: t.Path = ("line_items", index, "companions")
        if reason := _apart(config, members):
            yield problem(
                file, path, f"can never run together: {reason}.", "Companions run in one issue or not at all."
            )
        elif len(members) > policy.max_ads > 0:
            says = f"are {len(members)} with this booking, and policy.max_ads is {policy.max_ads}."
            yield problem(file, path, says, "Companions run in one issue or not at all.")


def _apart(config: Configuration, members: list[LineItem]) -> str:
    policy = config.book.policy
    payers = [item.advertiser for item in members if item.advertiser]
    many = next((name for name in payers if payers.count(name) > policy.max_per_advertiser), None)
    if many:
        return f'policy.max_per_advertiser is {policy.max_per_advertiser}, and {payers.count(many)} are of "{many}"'
    paid = [item for item in members if not item.is_house and item.advertiser in config.book.advertisers]
    if policy.competitive_exclusion == "issue":
        for number, one in enumerate(paid):
            for other in paid[number + 1 :]:
                labels = config.book.advertisers[one.advertiser or ""].labels
                shared = labels & config.book.advertisers[other.advertiser or ""].labels
                if shared and one.advertiser != other.advertiser:
                    return (
                        f'"{one.id}" and "{other.id}" share the label {min(shared)} '
                        "(policy.competitive_exclusion is issue)"
                    )
    single = {slot.id for slot in config.book.slots if slot.position in ("top", "end")}
    for slot in sorted(single):
        bound = [item.id for item in members if item.slots == (slot,)]
        if len(bound) > 1:
            return f"{' and '.join(bound)} are booked for {slot} alone, which holds one ad"
    return ""


def _editions(config: Configuration, item: LineItem) -> str:
    return "editions" if item.editions is not None else "the editions of digest.yaml"
