"""What ``digest.yaml`` must be in itself: cadences, sections, links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.keys import names_at
from digest.config.subject import short
from digest.config.validation import ReadFile, meant
from digest.errors import Problem
from digest.model import Edition
from digest.model.keys.words import did_you_mean
from digest.model.newsroom import DigestFile


def check(config: Configuration) -> Iterator[Problem]:
    """A weekday for every weekly edition, ``min`` within ``top``, no parameter but ``utm_``."""
    if config.digest is None:
        return
    yield from _editions(config, config.digest)
    yield from _sections(config, config.digest)
    yield from _links(config.digest, ("links",))
    yield from _variant_lists(config.digest)
    for edition in config.editions:
        yield from _links(config.digest, ("editions", edition.name, "links"))
        yield from _own_sections(config, config.digest, edition)


def _editions(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    editions_node = t.child(file.written, "editions")
    if isinstance(editions_node, t.BlockNode) and not editions_node.entries:
        yield problem(file, ("editions",), "names no edition.", "Add one, such as daily: {cadence: daily}.")
    for edition in config.editions:
        yield from _calendar(file, ("editions", edition.name), edition)


def _calendar(file: ReadFile, path: t.Path, edition: Edition) -> Iterator[Problem]:
    """The keys of an edition's calendar that its cadence does not read, and those that it needs."""
    block = t.reach(file.written, path)
    cadence = edition.cadence

    def written(key: str) -> bool:
        return t.child(block, key) is not None or meant(block, Edition, key)

    if cadence == "weekly" and not edition.weekdays and not written("weekday"):
        yield problem(file, path, "is weekly but has no weekday.", "Add a weekday, such as weekday: fri.")
    for key, only in (("weekday", "weekly"), ("days", "daily"), ("day", "monthly")):
        if cadence != only and t.reach(file.valid, (*path, key)) is not None:
            says = f"counts for {only} editions only, and this one is {cadence.replace('_', ' ')}."
            yield problem(file, (*path, key), says, f"Write cadence: {only}, or take the {key} out.")
    if cadence == "on_demand":
        for key in ("every", "first", "skip"):
            if t.reach(file.valid, (*path, key)) is not None:
                yield problem(file, (*path, key), "does not count for an edition on demand.", "Take it out.")
    elif edition.every > 1 and edition.first is None and not written("first"):
        yield problem(file, (*path, "every"), "needs a date to count from.", "Add first: 2026-01-09, say.")
    elif (
        edition.first
        and not edition.calendar.fits(edition.first)
        and (cadence != "weekly" or edition.weekdays)
    ):
        says = f"is no date of its own: the edition {edition.calendar.why_not(edition.first)}."
        yield problem(file, (*path, "first"), says, "Write the date of its first issue.")


def _sections(config: Configuration, file: ReadFile) -> Iterator[Problem]:
    for index, section in enumerate(config.sections):
        if section.min > section.top:
            path: t.Path = ("sections", index, "min")
            if t.reach(file.valid, path) is None:
                path = ("sections", index, "top")
            says = f"does not fit: min is {section.min}, but top is {section.top}."
            yield problem(file, path, says, "A section needs min at most as large as top.")


def _own_sections(config: Configuration, file: ReadFile, edition: Edition) -> Iterator[Problem]:
    """``top`` and ``min`` of an edition name its sections, and fit together."""
    by_id = {section.id: section for section in config.sections}
    known = [
        name for name in config.names("sections") or () if not edition.sections or name in edition.sections
    ]
    for key, numbers in (("top", edition.top), ("min", edition.min)):
        for name in numbers:
            path: t.Path = ("editions", edition.name, key, name)
            if name not in known:
                says = f'names "{short(name)}", which is no section of this edition.'
                yield problem(file, path, says, did_you_mean(name, known))
            elif name in by_id and (key == "min" or name not in edition.min):
                top = edition.top.get(name, by_id[name].top)
                least = edition.min.get(name, by_id[name].min)
                if least > top:
                    says = f"does not fit: min is {least}, but top is {top}."
                    yield problem(file, path, says, "A section needs min at most as large as top.")


def _variant_lists(file: ReadFile) -> Iterator[Problem]:
    """The name of a variant's list is made of what readers choose."""
    known = ["edition", "variant", "language", "sections", *file.values.audience.by]
    written = [(("mailer",), file.values.mailing)] + [
        (("editions", edition.name, "mailer"), edition.mailing) for edition in file.values.editions
    ]
    for path, spec in written:
        for name in re.findall(r"\{([^{}]*)\}", spec.variant_lists if spec else ""):
            if name not in known:
                says = f"names the variable {{{short(name)}}}, which no variant has."
                cure = (
                    did_you_mean(name, known) or f"There are: {', '.join(known)}; audience.by adds columns."
                )
                yield problem(file, (*path, "lists", "name"), says, cure)


def _links(file: ReadFile, path: t.Path) -> Iterator[Problem]:
    links = t.reach(file.valid, path)
    if not isinstance(links, t.BlockNode):
        return
    usual = [
        *names_at(DigestFile, ("links",)),
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
    ]
    for key in links.entries:
        if key != "link_prefix" and not (key.startswith("utm_") and key.isidentifier() and key.isascii()):
            at = t.place_of_key(file.valid, (*path, key))
            cure = did_you_mean(key, [name for name in usual if name not in links.entries])
            yield Problem(file.file, *at, f'unknown key "{short(key)}" in "links".', cure)
