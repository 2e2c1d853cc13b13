"""How issues look and what their links carry: ``look`` and ``links`` of ``digest.yaml``.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from digest.model.keys import READ_ONLY, Block, Key, empty
from digest.model.keys import kinds as k

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Parameters added to links; values may hold ``{edition}`` and ``{date}``."""

    parameters: Mapping[str, str] = field(default_factory=empty)  # utm_source -> "{edition}"
    link_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKeys(Block):
    """``links`` as it is written: any key but these is a parameter."""

    OTHER_KEYS = "parameters"
    JSON_SCHEMA = MappingProxyType({"propertyNames": {"pattern": "^(link_prefix|utm_[A-Za-z0-9_]*)$"}})

    link_prefix: Annotated[
        k.Prefix, Key("the address of a redirecting service that is put before every link")
    ] = ""
    parameters: Annotated[Mapping[str, k.LinkValue], READ_ONLY] = field(default_factory=empty)

    def value(self) -> Links:
        return Links(parameters=self.parameters, link_prefix=self.link_prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Block):
    """The theme and what the brand sets in it. ``colors`` and ``fonts`` are by the theme's names."""

    theme: Annotated[
        k.Id,
        Key(
            "`lively`, `broadsheet`, `bulletin`, or one of your own: a folder in the newsroom's `templates/themes/`"
        ),
    ] = "lively"
    density: Annotated[k.Density, Key("`comfortable` or `compact`")] = "comfortable"
    colors: Annotated[
        k.Colors,
        Key('the brand\'s colors as `"#RRGGBB"`, by the names the theme gives them', default="the theme's"),
    ] = field(default_factory=empty)
    fonts: Annotated[
        k.Fonts, Key("the brand's fonts, by the names the theme gives them", default="the theme's")
    ] = field(default_factory=empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLook(Block):
    """What an edition changes of the newsroom's look; its colours and fonts are put over those."""

    theme: Annotated[k.Id, Key("another theme", default="the newsroom's")] = ""
    density: Annotated[k.Density | None, Key("`comfortable` or `compact`", default="the newsroom's")] = None
    colors: Annotated[k.Colors, Key("colors by the theme's names", default="the newsroom's")] = field(
        default_factory=empty
    )
    fonts: Annotated[k.Fonts, Key("fonts by the theme's names", default="the newsroom's")] = field(
        default_factory=empty
    )
