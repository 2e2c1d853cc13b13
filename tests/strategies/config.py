"""Newsrooms on disk for tests of the configuration, and texts that try to break it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

CASES = Path(__file__).parent.parent / "cases" / "config"
FILES = ("digest.yaml", "adslots.yaml")
DIGEST, ADSLOTS = ((CASES / name).read_text(encoding="utf-8") for name in FILES)


def write(root: Path, digest: str | bytes = DIGEST, adslots: str | bytes | None = ADSLOTS) -> Path:
    """The two files in ``root``; no ``adslots.yaml`` for ``None``."""
    for name, content in zip(FILES, (digest, adslots), strict=True):
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (root / name).write_bytes(data)
    return root


_words = st.text(alphabet=st.characters(codec="utf-8"), max_size=8)
_scalars = st.one_of(
    _words,
    st.sampled_from(
        ["no", "1/4", "2026-02-30", "12h", "-1", "#fff", "600x150", "{lead}", "https://a.example", "~"]
    ),
    st.integers(),
    st.booleans(),
    st.none(),
    st.dates(),
)
_KNOWN = (
    "publication", "sections", "editions", "sources", "store", "mailer", "links", "look", "policy", "slots",
    "line_items", "advertisers", "id", "name", "url", "title", "flight", "start", "end", "days", "dates", "goal",
    "issues", "sends", "creatives", "rate", "top", "min", "match",
)  # fmt: skip
_keys = st.one_of(st.sampled_from(_KNOWN), _words)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=4)),
    max_leaves=12,
)
trees: st.SearchStrategy[Any] = st.dictionaries(_keys, _values, max_size=5)
documents: st.SearchStrategy[bytes] = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet="ab:-[]{}&*!|>#\"'%@`,? \n\t\\0", max_size=60).map(str.encode),
    trees.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace")),
    trees.map(lambda tree: yaml.safe_dump(tree, default_flow_style=True, sort_keys=False).encode()),
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """The sound files with a few bytes struck out or put in."""
    files = []
    for text in (DIGEST, ADSLOTS):
        data = bytearray(text.encode())
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(data) - 1))
            data[at : at + draw(st.integers(0, 5))] = draw(st.binary(max_size=3))
        files.append(bytes(data))
    return files[0], files[1]


def _paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(found for key, value in inner for found in _paths(value, (*path, key)))]


@st.composite
def twisted(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """The sound files with a few of their values exchanged for any other."""
    files = []
    for text in (DIGEST, ADSLOTS):
        tree = yaml.safe_load(text)
        for _ in range(draw(st.integers(0, 3))):
            *way, last = draw(st.sampled_from([path for path in _paths(tree) if path]))
            place = tree
            for step in way:
                place = place[step]
            place[last] = draw(_values)
        files.append(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode("utf-8", "replace"))
    return files[0], files[1]
