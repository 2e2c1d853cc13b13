"""Where stories come from. One file is one type of source, named after its file.

A plugin has one of two functions, and perhaps a class ``Options`` with the keys that it alone knows:

* ``parse(data: bytes, context: Context) -> Iterator[Found]``: bytes in, values out, no disk and no network;
* ``pull(options: Options, context: Context) -> Iterator[Found]``: for what takes more than one question.

``AHEAD``, where it has one, is how far a publication may lie in the future: files of the house announce stories.

:func:`read` gathers what the plugin finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from digest import registry
from digest.errors import CommandError, Unreachable
from digest.model import Rejected, SourceSpec, Story, Validators
from digest.model.urls import url_key

__all__ = ["Batch", "Context", "Found", "Known", "Rejected", "Remark", "Untimed", "Validators", "read"]

Row = Mapping[str, Any]
_NO_ITEMS: Mapping[str, str] = MappingProxyType({})


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
    """A story that names no time which can be used: it runs in no issue, and ``why`` is said there.

    ``passing``: tomorrow it may be right, so the source is read again even if it says that nothing changed.
    """

    url: str
    why: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """What the source itself calls the story at an address: an id that stays when the address changes."""

    url: str
    item: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An item of the source, known from earlier, that it does not show any more."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the source was read, in its own words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of earlier readings. ``items``: what the source was known to have; item -> story."""

    validators: Validators | None = None
    first: bool = False
    items: Mapping[str, str] = field(default_factory=lambda: _NO_ITEMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a plugin knows besides the bytes: ``file`` names them for people, ``base`` completes short addresses.

    ``charset`` is what the server said of the text, or empty. ``locale`` decides between 1/2 and 2/1. ``first``: the
    source was never read before. ``web`` and ``rows`` ask over the network and in databases.
    """

    spec: SourceSpec
    now: datetime
    zone: ZoneInfo
    file: str
    base: str = ""
    charset: str = ""
    locale: str = "en_US"
    first: bool = False
    cursor: str = ""
    items: Mapping[str, str] = field(default_factory=lambda: _NO_ITEMS)
    web: Any = None  # digest.sources._network.Web
    rows: Callable[..., Iterator[Row]] | None = None  # digest.store.query


Found = Story | Rejected | Remark | Untimed | Item | Withdrawn | Cursor


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of a source yields. Of several stories with one canonical URL the last is kept."""

    stories: tuple[Story, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    validators: Validators | None = None  # what to ask with next time
    not_modified: bool = False
    remarks: tuple[Remark, ...] = ()
    untimed: tuple[Untimed, ...] = ()
    items: tuple[Item, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    folded: int = 0  # stories that had the address of another
    republish: bool = False


def read(
    spec: SourceSpec,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en_US",
    validators: Validators | None = None,
    known: Known | None = None,
    until: float = float("inf"),
    rows: Callable[..., Iterator[Row]] | None = None,
) -> Batch:
    """Read a source now. Times without an offset are in ``zone``; over the network it ends at ``until`` (monotonic).

    Raises ``Unreachable`` when it cannot be read, ``CommandError`` for a type nobody knows.
    """
    from digest.sources import _settings
    from digest.sources._fetch import fetch, web
    from digest.sources._finish import finished

    try:
        plugin = registry.load(__name__, spec.type)
    except KeyError:
        names = ", ".join(registry.names(__name__))
        raise CommandError(f'{spec.name} has the type "{spec.type}"; there are: {names}.') from None
    try:
        spec = SourceSpec(
            name=spec.name,
            type=spec.type,
            url=_settings.filled(spec.url),
            weight=spec.weight,
            options=spec.options,
        )
        common = _settings.common(spec.options)
        own = _settings.own(spec.type, spec.options)
    except (ValueError, _settings.Unset) as error:
        raise Unreachable(f"{spec.name}: {error}.") from None
    known = known or Known(validators=validators)
    context = Context(
        spec=spec,
        now=now,
        zone=zone,
        locale=locale,
        file=spec.name,
        first=known.first,
        items=known.items,
        rows=rows,
    )
    ahead = getattr(plugin, "AHEAD", timedelta())
    if hasattr(plugin, "pull"):
        cursor = known.validators.cursor if known.validators else ""
        with web(spec, common, own, until) as asked:
            context = _with(context, web=asked, cursor=cursor, base=spec.url)
            return _gathered(
                finished(plugin.pull(own, context), common, context, ahead), None, common.republish
            )
    got = fetch(spec, common, known.validators, until)
    if got.data is None:
        return Batch(validators=got.validators, not_modified=True)
    context = _with(context, file=got.file, base=got.base, charset=got.charset)
    return _gathered(
        finished(plugin.parse(got.data, context), common, context, ahead), got.validators, common.republish
    )


def _with(context: Context, **changes: Any) -> Context:
    from dataclasses import replace

    return replace(context, **changes)


def _gathered(found: Iterator[Found], validators: Validators | None, republish: bool = False) -> Batch:
    stories: dict[str, Story] = {}
    untimed: dict[str, Untimed] = {}
    kept: dict[type[Any], list[Any]] = {Rejected: [], Remark: [], Item: [], Withdrawn: [], Cursor: []}
    folded = 0
    for one in found:
        if isinstance(one, Story):
            key = url_key(one.url)
            folded += key in stories
            stories[key] = one
        elif isinstance(one, Untimed):
            untimed[url_key(one.url)] = one
        else:
            kept[type(one)].append(one)
    for cursor in kept[Cursor]:
        validators = Validators(cursor=cursor.text)
    if any(one.passing for one in untimed.values()):
        validators = None
    return Batch(
        tuple(stories.values()),
        tuple(kept[Rejected]),
        validators,
        False,
        tuple(kept[Remark]),
        tuple(untimed.values()),
        tuple(kept[Item]),
        tuple(kept[Withdrawn]),
        folded,
        republish,
    )
