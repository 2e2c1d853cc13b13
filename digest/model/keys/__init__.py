"""How a key of ``digest.yaml`` or ``adslots.yaml`` is written: once, as a field of a block.

``late: Annotated[Length, Key("a story that appeared up to this long before ...")] = timedelta(hours=24)`` is a whole
key: what may stand there (a kind of :mod:`digest.model.keys.kinds`), what it means, and its default. The reader of the
files, the tables of ``docs/reference.md`` and the JSON Schema for editors all come from that line. The markers here
speak to pydantic when a file is read; a program that builds these values itself needs no pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from digest.model.keys.words import InvalidValue

BLOCK, WORD = "<block>", "<word>"  # steps of a pydantic location that are not in the file


@dataclass(frozen=True, eq=False, slots=True)
class Key:
    """What a key means, in a sentence or two of Markdown.

    ``name`` is the key where the field is called otherwise (``from``), ``default`` tells a default in words,
    ``required`` is ``True`` or says for whom ("except for house ads"); such a field has a default all the same when
    its absence is told by a check of its own, so that the rest of its block is still judged. ``also`` are other words
    that people write for it, parted by spaces: they are no keys, and the message names the one that is.
    """

    meaning: str
    name: str = ""
    default: str = ""
    required: bool | str = False
    also: str = ""


class Block:
    """A block of keys; a key that is not known is an error. Its fields are its keys."""

    __slots__ = ()
    JSON_SCHEMA: ClassVar[Mapping[str, Any]] = MappingProxyType({})  # what the fields cannot say
    OTHER_KEYS: ClassVar[str] = ""  # the field that takes every key that is not one of the block's

    def verify(self) -> None:
        """Raise ``InvalidValue`` where keys that are fine one by one do not go together."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def verified(block: Block) -> Block:
            block.verify()
            return block

        bare = dict(handler(source))
        name = bare.pop("ref", None)  # by which it is found again: with what is around it
        if not cls.OTHER_KEYS:
            return core_schema.no_info_after_validator_function(verified, bare, ref=name)
        schema = core_schema.no_info_after_validator_function(verified, bare)
        return core_schema.no_info_before_validator_function(cls._other_keys_apart, schema, ref=name)

    @classmethod
    def _other_keys_apart(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        own = {field.name for field in fields(cls)} - {cls.OTHER_KEYS}  # type: ignore[arg-type]
        others = {key: value for key, value in written.items() if key not in own}
        return {key: value for key, value in written.items() if key in own} | {cls.OTHER_KEYS: others}


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """A kind of value: its reader, and its shape for editors. ``names`` is what lists the words that may stand there.

    The reader takes what stands in the file and raises ``InvalidValue``. ``names`` is a catalogue of plug-ins, such as
    ``"source"``, or ``"zone"``: it is looked up again at every load, since it lies outside the files.
    """

    read: Callable[[object], Any]
    shape: Mapping[str, Any]
    names: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self.shape) | ({"names": self.names} if self.names else {})


class NotAKey(InvalidValue):
    """A field of a block that is the name the block stands under."""


def _is_the_name(value: object) -> str:
    raise NotAKey("is the name the block stands under.")


NAME = Kind(_is_the_name, {"not": {}})


@dataclass(frozen=True, eq=False, slots=True)
class ByName:
    """A block whose keys are names of ``kind``: in file order a tuple, or a table, of parts that know their name."""

    kind: Any
    block: type[Block]
    field: str = "id"
    most: int = 0
    as_table: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        parts = core_schema.dict_schema(
            handler.generate_schema(self.kind), handler.generate_schema(self.block)
        )
        return core_schema.no_info_after_validator_function(self._named, parts)

    def _named(self, parts: dict[str, Any]) -> Any:
        if self.most and len(parts) > self.most:
            raise InvalidValue(f"holds more than {self.most} entries.", "Take some out.")
        named = {name: replace(part, **{self.field: name}) for name, part in parts.items()}
        return MappingProxyType(named) if self.as_table else tuple(named.values())


class _Keys(Protocol):
    def value(self) -> Any: ...


@dataclass(frozen=True, eq=False, slots=True)
class Written:
    """A value written as a block of keys, or as ``word`` (a kind), and kept as what ``block.value()`` makes of it."""

    block: Any
    word: Any = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def value(keys: _Keys) -> Any:
            return keys.value()

        block = core_schema.no_info_after_validator_function(value, handler.generate_schema(self.block))
        if self.word is None:
            return block
        word = handler.generate_schema(self.word)

        def which(written: object) -> str:
            return BLOCK if isinstance(written, dict) else WORD

        return core_schema.tagged_union_schema({BLOCK: block, WORD: word}, discriminator=which)


class _ReadOnly:
    """A table that cannot be changed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(_frozen, handler(source))


def _frozen(table: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(table)


class _Some:
    """A list that names at least one thing."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(_not_empty, handler(source))


def _not_empty(value: Any) -> Any:
    if value == [] or value == {}:
        raise InvalidValue("names nothing.", "Write at least one.")
    return value


READ_ONLY = _ReadOnly()
SOME = _Some()


def empty() -> Mapping[str, Any]:
    """A table with nothing in it."""
    return MappingProxyType({})
