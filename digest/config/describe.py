"""The JSON Schema of the two files, which editors use for completion: from the model's own fields."""

from __future__ import annotations

import re
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from digest.config import outside
from digest.config.keys import MODELS, FileKey, every_block, keys_of
from digest.config.reference import default_of
from digest.config.validation import adapter
from digest.errors import CommandError, did_you_mean
from digest.model.keys import Block

_DEFINED = "#/$defs/"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_WRITTEN = re.compile(r"`([^`]+)`")
_PLAIN = re.compile(r"true|false|-?\d+(\.\d+)?|\[.*\]|\{\w+: .*\}")


def describe(file: str) -> dict[str, Any]:
    """The schema of ``digest`` or ``adslots``. Raises ``CommandError`` for another name."""
    known = [name.removesuffix(".yaml") for name in MODELS]
    if file not in known:
        hint = did_you_mean(file, known, otherwise=f" There are: {', '.join(known)}.")
        raise CommandError(f'there is no schema of "{file}".{hint}')
    model = MODELS[f"{file}.yaml"]
    schema = adapter(model).json_schema(by_alias=True, schema_generator=_AsWritten)
    for block in every_block((model,)):
        _tell(schema if block is model else schema["$defs"][block.__name__], block)
    _allow_bare_parts(schema, model)
    title: dict[str, Any] = {"$schema": GenerateJsonSchema.schema_dialect, "title": f"{file}.yaml"}
    return title | cast(dict[str, Any], _with_names(schema))


class _AsWritten(GenerateJsonSchema):
    """What people write: no ``null``, no defaults of the program's own, no titles made of names."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def frozenset_schema(self, schema: Any) -> JsonSchemaValue:
        return super().frozenset_schema(schema) | {"uniqueItems": False}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _tell(shape: Any, block: type[Block]) -> None:
    """Describe the keys of a block, and take out the fields that are none."""
    shape.pop("title", None)
    shape.pop("description", None)
    keys = keys_of(block)
    others = shape["properties"].get(block.OTHER_KEYS, {})
    shape["properties"] = {name: part for name, part in shape["properties"].items() if name in keys}
    if others:
        shape["additionalProperties"] = others.get("additionalProperties", True)
    if required := [name for name, key in keys.items() if key.required and name in shape["properties"]]:
        shape["required"] = required
    shape |= block.JSON_SCHEMA
    for name, part in shape["properties"].items():
        for kind in keys[name].name_kinds:
            if kind.names:
                part.pop("propertyNames", None)
                part["properties"] = dict.fromkeys(outside.names(kind.names), part["additionalProperties"])
                part["additionalProperties"] = False
        part["description"] = _LINK.sub(r"\1", keys[name].key.meaning)
        if (default := default_in_json(keys[name])) is not None:
            part["default"] = default


def default_in_json(key: FileKey) -> Any:
    """The default as an editor would have read it; ``None`` where it is given in words."""
    import yaml

    match = _WRITTEN.fullmatch(default_of(key))
    if match is None:
        return None
    return yaml.safe_load(match[1]) if _PLAIN.fullmatch(match[1]) else match[1]


def _with_names(shape: Any) -> Any:
    """The names that lie outside the files, looked up; of keys that have a pattern, no others."""
    if isinstance(shape, list):
        return [_with_names(part) for part in shape]
    if not isinstance(shape, dict):
        return shape
    described = {key: _with_names(part) for key, part in shape.items()}
    if isinstance(kind := described.pop("names", None), str):
        kept = {key: described[key] for key in ("description", "default") if key in described}
        return {"enum": sorted(outside.names(kind))} | kept
    if "patternProperties" in described:
        described["additionalProperties"] = False
    return described


def _allow_bare_parts(top: Any, model: type[Block]) -> None:
    """A part at the top that nobody needs may stand there with nothing under it."""
    keys = keys_of(model)
    for name, shape in top["properties"].items():
        if not keys[name].required:
            kept = {key: shape.pop(key) for key in ("description", "default") if key in shape}
            top["properties"][name] = {"anyOf": [shape, {"type": "null"}], **kept}
