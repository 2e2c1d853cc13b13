"""Where stories come from. One file is one type of source, named after its file.

A plugin has ``parse(data: bytes, context: Context) -> Iterator[Story | Rejected | Remark]``: bytes in,
values out, no disk and no network. :func:`read` fetches the bytes, from a file or by http(s), and gathers
what the plugin finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest import registry
from digest.errors import CommandError
from digest.model import Rejected, SourceSpec, Story, Validators
from digest.model.urls import url_key

__all__ = ["Batch", "Context", "Rejected", "Remark", "Untimed", "Validators", "read"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of a story that was left out or mended, while the story stays.

    ``broken``: it is said of the source as a whole, which could be read in part only.
    """

    where: str
    what: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Untimed:
    """A story that names a time which cannot be used: it runs in no issue, and ``why`` is said there."""

    url: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a plugin knows besides the bytes: ``file`` names them for people, ``base`` completes short addresses.

    ``charset`` is what the server said of the text, or empty. ``locale`` decides between 1/2 and 2/1.
    """

    spec: SourceSpec
    now: datetime
    zone: ZoneInfo
    file: str
    base: str = ""
    charset: str = ""
    locale: str = "en_US"


Found = Story | Rejected | Remark | Untimed


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of a source yields. Of several stories with one canonical URL the last is kept."""

    stories: tuple[Story, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    validators: Validators | None = None  # what to ask with next time
    not_modified: bool = False
    remarks: tuple[Remark, ...] = ()
    untimed: tuple[Untimed, ...] = ()


def read(
    spec: SourceSpec,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en_US",
    validators: Validators | None = None,
    until: float = float("inf"),
) -> Batch:
    """Read a source now. Times without an offset are in ``zone``; over the network it ends at ``until`` (monotonic).

    Raises ``Unreachable`` when it cannot be read, ``CommandError`` for a type nobody knows.
    """
    from digest.sources._fetch import fetch

    try:
        plugin = registry.load(__name__, spec.type)
    except KeyError:
        known = ", ".join(registry.names(__name__))
        raise CommandError(f'{spec.name} has the type "{spec.type}"; there are: {known}.') from None
    got = fetch(spec, validators, until)
    if got.data is None:
        return Batch(validators=got.validators, not_modified=True)
    context = Context(
        spec=spec, now=now, zone=zone, file=got.file, base=got.base, charset=got.charset, locale=locale
    )
    return _gathered(plugin.parse(got.data, context), got.validators)


def _gathered(found: Iterator[Found], validators: Validators | None) -> Batch:
    stories: dict[str, Story] = {}
    rejected: list[Rejected] = []
    remarks: list[Remark] = []
    untimed: dict[str, Untimed] = {}
    for one in found:
        if isinstance(one, Story):
            stories[url_key(one.url)] = one
        elif isinstance(one, Rejected):
            rejected.append(one)
        elif isinstance(one, Untimed):
            untimed[url_key(one.url)] = one
        else:
            remarks.append(one)
    return Batch(
        tuple(stories.values()), tuple(rejected), validators, False, tuple(remarks), tuple(untimed.values())
    )
