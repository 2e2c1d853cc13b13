"""Where a template failed on a value. Loaded only when one does."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from digest.errors import Problem
from digest.model import Edition, Newsroom
from digest.render import blocks, loader
from digest.render.templating import environment, split


def failed(
    newsroom: Newsroom, edition: Edition, name: tuple[str, str], error: Exception, context: Mapping[str, Any]
) -> Problem:
    """The file and line of a failure, found by printing the template again as it was written, without inlining."""
    block, part = name
    files = loader.collect(newsroom.root, newsroom.look.theme, blocks.names(newsroom))
    source = files[block if block in loader.FRAMES else f"blocks/{block}.j2"]
    message = " ".join(str(error).split()) or type(error).__name__
    return Problem(
        source.shown, _line(split(source)[0][part].text, context), 1, f"printing it failed: {message}."
    )


def _line(text: str, context: Mapping[str, Any]) -> int:
    template = environment(str).from_string(text)
    try:
        template.render(**context)
    except Exception as again:
        frames = [
            frame.lineno or 1
            for frame in traceback.extract_tb(again.__traceback__)
            if frame.filename == "<template>"
        ]
        return frames[-1] if frames else 1
    return 1
