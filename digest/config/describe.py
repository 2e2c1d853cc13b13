"""The JSON Schema of the two files, which editors use for completion."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from digest.config.schema import REQUIRED, AdsFile, DigestFile
from digest.errors import CommandError

_MODELS: dict[str, type[BaseModel]] = {"digest": DigestFile, "adslots": AdsFile}


def describe(file: str) -> dict[str, Any]:
    """The schema of ``digest`` or ``adslots``. Raises ``CommandError`` for another name."""
    if file not in _MODELS:
        raise CommandError(f"There is no schema of {file}. Known: {', '.join(_MODELS)}.")
    schema = _MODELS[file].model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    if required := REQUIRED[f"{file}.yaml"]:
        schema["required"] = list(required)
    return schema
