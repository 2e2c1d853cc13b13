"""``digest schema``: what may stand in the newsroom's two files, for editors."""

from __future__ import annotations

import json as codec
from typing import Annotated

import typer

from digest.cli import app
from digest.cli.options import Json, Root
from digest.cli.output import emit, json_wanted, say


@app.command("schema", epilog="Example: digest schema adslots.yaml")
def schema(
    file: Annotated[str, typer.Argument(metavar="FILE", help="digest or adslots.")],
    root: Root = None,
    json: Json = False,
) -> None:
    """Print the JSON Schema of digest.yaml or adslots.yaml, for completion in editors; needs no newsroom."""
    from digest.config import json_schema

    schema_of_file = json_schema(file.removesuffix(".yaml"))
    emit(schema_of_file)
    if not json_wanted():
        say(codec.dumps(schema_of_file, ensure_ascii=False, indent=1))
