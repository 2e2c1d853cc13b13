"""Which columns of an audience choose what a reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from digest.model.keys import READ_ONLY, Block, Key, empty
from digest.model.keys import kinds as k


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience(Block):
    """``audience`` of ``digest.yaml``: what the columns of ``digest build --audience`` mean, beside ``reader_id``."""

    sections: Annotated[
        k.Line,
        Key(
            "the column with a reader's sections, in the reader's order: ids or titles of the edition's sections, a "
            "list, in CSV parted by upright bars. A reader without any gets those of the edition",
            default="the edition's sections for all",
        ),
    ] = ""
    top: Annotated[
        Mapping[k.Id, k.Line],
        READ_ONLY,
        Key("by section, the column that says how many of its stories a reader wants: `{crime: crime_top}`"),
    ] = field(default_factory=empty)
    language: Annotated[
        k.Line,
        Key(
            "the column with a reader's language, such as `es`: a story in another language is then not for this "
            "reader; one that names no language is for all",
            default="none",
        ),
    ] = ""
    by: Annotated[
        k.Lines,
        Key("the columns that a booking's `audience` may name: `[region, language]`", default="none"),
    ] = ()
    max_variants: Annotated[
        k.Positive,
        Key("an audience whose choices make more variants than this is refused, with advice"),
    ] = 100_000
    output: Annotated[
        k.Line,
        Key(
            "where variants and recipients are written, below it as `EDITION/DATE`: a folder, or the address of an "
            "object store such as `s3://bucket/n`",
            default="`audience/` in the issue's folder",
        ),
    ] = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that chooses something, each once."""
        named = (self.sections, *self.top.values(), self.language, *self.by)
        return tuple(dict.fromkeys(name for name in named if name))
