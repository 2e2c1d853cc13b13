"""Where stories come from. One file is one type of source, named after its file.

A plugin has one of three functions, and perhaps a class ``Options`` with the keys that it alone knows:

* ``parse(data: bytes, context: Context) -> Iterator[Found]``: bytes in, values out, no disk and no network;
* ``parse_lines(lines: Lines, context: Context) -> Iterator[Found]``: the same for files that may be long;
* ``pull(options: Options, context: Context) -> Iterator[Found]``: for what takes more than one question.

``AHEAD``, where it has one, is how far a publication may lie in the future: files of the house announce stories.

:func:`read` gathers what the plugin finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from digest import registry
from digest.errors import CommandError, Unreachable
from digest.model import AsItWas, Rejected, SourceSpec, Story, Validators
from digest.model.urls import url_key
from digest.sources._values import (
    Batch,
    Before,
    Context,
    Cursor,
    Found,
    Item,
    Known,
    LineKey,
    Remark,
    Row,
    Untimed,
    Withdrawn,
)

if TYPE_CHECKING:
    from digest.sources._settings import Common

__all__ = [
    "Batch", "Before", "Context", "Cursor", "Found", "Item", "Known", "LineKey", "Rejected", "Remark", "Row", "Untimed",
    "Validators", "Withdrawn", "is_long", "portions", "read",
]  # fmt: skip

PLUGIN = ("parse or parse_lines or pull",)
_PORTION = 1000  # stories


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
    from digest.sources._bytes import Lines
    from digest.sources._fetch import fetch, web

    known = known or Known(validators=validators)
    asked = _asked(
        spec, Context(spec=spec, now=now, zone=zone, locale=locale, file=spec.name, rows=rows), known
    )
    plugin, context = asked.plugin, asked.context
    if hasattr(plugin, "pull"):
        cursor = known.validators.cursor if known.validators else ""
        with web(context.spec, asked.common, asked.own, until) as network:
            context = replace(context, web=network, cursor=cursor, base=context.spec.url)
            return asked.gathered(plugin.pull(asked.own, context), context)
    got = fetch(context.spec, asked.common, known.validators, until)
    if got.data is None:
        return Batch(validators=got.validators, not_modified=True)
    context = replace(context, file=got.file, base=got.base, charset=got.charset)
    if hasattr(plugin, "parse_lines"):
        return asked.gathered(plugin.parse_lines(Lines(got.data), context), context, got.validators)
    return asked.gathered(plugin.parse(got.data, context), context, got.validators)


def is_long(spec: SourceSpec) -> bool:
    """Whether a source is a file of lines on this machine, which may hold a history: :func:`portions` reads it."""
    return "://" not in spec.url and hasattr(registry.load(__name__, spec.type), "parse_lines")


def portions(
    spec: SourceSpec, *, now: datetime, zone: ZoneInfo, locale: str, known: Known, before: Before
) -> Iterator[Batch]:
    """Read a file of lines a thousand stories at a time, so that a long one costs no memory.

    ``before`` is asked which lines are as they were. Raises as :func:`read` does, perhaps after some portions.
    """
    from digest.sources._bytes import Lines
    from digest.sources._fetch import file_of

    context = Context(spec=spec, now=now, zone=zone, locale=locale, file=spec.name, before=before)
    asked = _asked(spec, context, known)
    path = file_of(asked.context.spec)
    context = replace(asked.context, file=path.name)
    findings = asked.finished(asked.plugin.parse_lines(Lines(path), context), context)
    while True:
        portion = _Portion()
        more = portion.fill(findings, _PORTION)
        yield portion.batch(None, asked.common.republish)
        if not more:
            return


@dataclass(frozen=True, slots=True)
class _Asked:
    """A source that is to be read: its plugin, and what digest.yaml says of it, with the environment's values."""

    plugin: ModuleType
    context: Context
    common: Common
    own: Any

    def finished(self, findings: Iterator[Found], context: Context) -> Iterator[Found]:
        from digest.sources._finish import finished

        return finished(findings, self.common, context, getattr(self.plugin, "AHEAD", timedelta()))

    def gathered(
        self, findings: Iterator[Found], context: Context, validators: Validators | None = None
    ) -> Batch:
        portion = _Portion()
        portion.fill(self.finished(findings, context))
        return portion.batch(validators, self.common.republish)


def _asked(spec: SourceSpec, context: Context, known: Known) -> _Asked:
    """Raises ``Unreachable``, ``CommandError``."""
    from digest.sources import _settings

    try:
        plugin = registry.load(__name__, spec.type)
    except KeyError:
        names = ", ".join(registry.names(__name__))
        raise CommandError(f'{spec.name} has the type "{spec.type}"; there are: {names}.') from None
    try:
        spec = replace(spec, url=_settings.filled(spec.url))
        common = _settings.common(spec.options)
        own = _settings.own(spec.type, spec.options)
    except (ValueError, _settings.Unset) as error:
        raise Unreachable(f"{spec.name}: {error}.") from None
    return _Asked(plugin, replace(context, spec=spec, first=known.first, items=known.items), common, own)


class _Portion:
    """What is found, gathered: of several stories with one address the last counts."""

    def __init__(self) -> None:
        self.stories: dict[str, Story | AsItWas] = {}
        self.prints: dict[str, int] = {}
        self.untimed: dict[str, Untimed] = {}
        self.kept: dict[type[Any], list[Any]] = {
            Rejected: [],
            Remark: [],
            Item: [],
            Withdrawn: [],
            Cursor: [],
        }
        self.folded = 0

    def fill(self, findings: Iterator[Found], limit: int | None = None) -> bool:
        """Take until there are ``limit`` stories; whether there may be more."""
        line: LineKey | None = None  # what the next story is known by, if nothing need be said of it
        for finding in findings:
            if isinstance(finding, LineKey):
                line = finding
                continue
            if isinstance(finding, AsItWas):
                self._take(finding.key, finding)
            elif isinstance(finding, Story):
                key = line.key if line else url_key(finding.url)
                self._take(key, finding)
                self.prints[key] = line.print if line else 0
            else:
                line = None
                self._note(finding)
                continue
            line = None
            if limit is not None and len(self.stories) >= limit:
                return True
        return False

    def _take(self, key: str, story: Story | AsItWas) -> None:
        self.folded += key in self.stories
        self.stories[key] = story

    def _note(self, finding: Found) -> None:
        if isinstance(finding, Untimed):
            self.untimed[url_key(finding.url)] = finding
        else:
            self.kept[type(finding)].append(finding)

    def batch(self, validators: Validators | None, republish: bool) -> Batch:
        for cursor in self.kept[Cursor]:
            validators = Validators(cursor=cursor.text)
        if any(untimed.passing for untimed in self.untimed.values()):
            validators = None
        stories = {key: story for key, story in self.stories.items() if isinstance(story, Story)}
        return Batch(
            tuple(stories.values()),
            tuple(self.kept[Rejected]),
            validators,
            False,
            tuple(self.kept[Remark]),
            tuple(self.untimed.values()),
            tuple(self.kept[Item]),
            tuple(self.kept[Withdrawn]),
            self.folded,
            republish,
            tuple(stories),
            tuple(self.prints[key] for key in stories),
            tuple(story for story in self.stories.values() if isinstance(story, AsItWas)),
        )
