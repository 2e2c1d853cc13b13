"""The JSON Schema of the two files, which editors use for completion: the models that judge them, and the reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from digest.config.meanings import Key, meanings
from digest.config.schema import REQUIRED, AdsFile, DigestFile
from digest.errors import CommandError, did_you_mean

_MODELS: dict[str, type[BaseModel]] = {"digest": DigestFile, "adslots": AdsFile}
_DEFINED = "#/$defs/"


def describe(file: str) -> dict[str, Any]:
    """The schema of ``digest`` or ``adslots``. Raises ``CommandError`` for another name."""
    if file not in _MODELS:
        known = list(_MODELS)
        hint = did_you_mean(file, known, otherwise=f" There are: {', '.join(known)}.")
        raise CommandError(f'there is no schema of "{file}".{hint}')
    made = _MODELS[file].model_json_schema(by_alias=True, schema_generator=_AsWritten)
    _tell(made, made["$defs"], f"{file}.yaml", meanings())
    _allow_bare_parts(made, REQUIRED[f"{file}.yaml"])
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": f"{file}.yaml"} | made


class _AsWritten(GenerateJsonSchema):
    """What people write: no ``null``, no defaults of the program's own, no titles made of names."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _tell(block: Any, defined: Any, heading: str, told: dict[str, dict[str, Key]]) -> None:
    """Describe the keys of a block, and of the blocks in it."""
    block.pop("title", None)
    block.pop("description", None)
    for name, shape in block["properties"].items():
        key = told[heading][name]
        shape["description"] = key.meaning
        if key.value is not None:
            shape["default"] = key.value
        for inner in _inside(shape):
            _tell(defined[inner], defined, name, told)


def _inside(shape: Any) -> Iterator[str]:
    """The names of the blocks that a value is, or holds. A key of a block of names is one of the pattern."""
    if isinstance(shape, dict):
        if "patternProperties" in shape:
            shape["additionalProperties"] = False
        if reference := shape.get("$ref"):
            yield reference.removeprefix(_DEFINED)
    for part in shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ():
        yield from _inside(part)


def _allow_bare_parts(made: Any, required: tuple[str, ...]) -> None:
    """A part at the top that nobody needs may stand there with nothing under it."""
    if required:
        made["required"] = list(required)
    for name, shape in made["properties"].items():
        if name not in required:
            kept = {key: shape.pop(key) for key in ("description", "default") if key in shape}
            made["properties"][name] = {"anyOf": [shape, {"type": "null"}], **kept}
