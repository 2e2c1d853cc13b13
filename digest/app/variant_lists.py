"""Which list of the mailer is a variant's: named by a pattern, ``lists: {by: variant, name: "{edition} {region}"}``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.app.reading import Variant
from digest.errors import CommandError
from digest.model.counts import counted

NAMED = 5  # examples in a message


@dataclass(frozen=True, slots=True)
class ListedVariant:
    """A variant and its list at the mailer; ``id`` is empty where there is none of that name."""

    variant: Variant
    name: str
    id: str = ""


def list_name(pattern: str, edition: str, variant: Variant) -> str:
    """The pattern filled with what the readers of a variant chose; several values are joined by hyphens."""
    choices = variant.choices
    values = {
        "edition": edition,
        "variant": variant.name,
        "language": choices.get("language", ""),
        "sections": "-".join(choices.get("sections", ())),
        **{column: "-".join(chosen) for column, chosen in choices.get("by", {}).items()},
    }
    return " ".join(re.sub(r"\{([^{}]*)\}", lambda match: values.get(match[1], ""), pattern).split())


def listed(
    variants: Sequence[Variant], known_lists: Mapping[str, str], pattern: str, edition: str, mailer: str
) -> list[ListedVariant]:
    """each variant with its list among ``known_lists``, names by id.

    Raises ``CommandError`` where two variants have one list, whose readers would get both, or two lists one name.
    """
    named: dict[str, list[Variant]] = {}
    for variant in variants:
        named.setdefault(list_name(pattern, edition, variant), []).append(variant)
    shared = {name: same_name for name, same_name in named.items() if len(same_name) > 1}
    if shared:
        name, same_name = next(iter(shared.items()))
        raise CommandError(
            f'{counted(len(shared), "list")} would get the issues of several variants, such as "{name}" those of '
            f"{', '.join(variant.name for variant in same_name[:NAMED])}. Write more of what readers choose into "
            "`lists: {name: …}` under `mailer:`, or {variant}: bookings sold by readers part a choice, too."
        )
    ids: dict[str, list[str]] = {}
    for id, name in known_lists.items():
        ids.setdefault(" ".join(name.split()), []).append(id)
    twice = [name for name in named if len(ids.get(name, ())) > 1]
    if twice:
        raise CommandError(
            f'{mailer} has {len(ids[twice[0]])} lists called "{twice[0]}" ({", ".join(sorted(ids[twice[0]]))}). Rename '
            "all but one there, then hand over again."
        )
    return [
        ListedVariant(same_name[0], name, "".join(ids.get(name, ()))) for name, same_name in named.items()
    ]


def without_list(lacking: Sequence[ListedVariant], parts: str, mailer: str) -> str:
    """What is said of variants that have no list."""
    readers = sum(pair.variant.readers for pair in lacking)
    names = ", ".join(f'"{pair.name}"' for pair in lacking[:NAMED])
    more = f" and {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
    return (
        f"{counted(len(lacking), 'variant')} for {counted(readers, 'reader')} "
        f"{'is' if len(lacking) == 1 else 'are'} not handed over: {mailer} has no {parts} {names}{more}. Make them "
        "there, then hand over again: what is done is not done twice."
    )
