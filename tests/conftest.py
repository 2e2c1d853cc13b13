"""What every test shares: one deterministic Hypothesis profile, and what is made once for all of them.

``HYPOTHESIS_PROFILE=thorough`` tries 25 times as many examples, at random.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

pytest_plugins = ("tests.browsers", "tests.fakes", "tests.postgres")
settings.register_profile(
    "laws",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "thorough", parent=settings.get_profile("laws"), derandomize=False, max_examples=1000
)
settings.register_profile(  # for scripts/mutate.py: whether one fails is enough, not the smallest that does
    "mutants", parent=settings.get_profile("laws"), max_examples=15, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "laws"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="take the golden issues as they are built now")


@pytest.fixture(scope="session", autouse=True)
def _themes_are_compiled_once() -> Iterator[None]:
    """Half a second each, and hundreds of newsrooms wear the same: kept by what the cache of a newsroom goes by."""
    from digest.render import CompiledTheme, compiler, inliner, theme

    kept: dict[object, CompiledTheme] = {}
    compile_theme = compiler.compiled

    def compiled(newsroom: Any, name: str, files: Mapping[str, Any]) -> CompiledTheme:
        # A judge compares with a theme that is not inlined: its inliner is another one.
        key = (theme._key(newsroom, name, files), inliner._premailed, inliner._kept_classes)
        if key not in kept:
            kept[key] = compile_theme(newsroom, name, files)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "compiled", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """SQLAlchemy keeps them by engine and dialect, and every command of a test opens an engine of its own."""
    from sqlalchemy import create_engine
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as Dialect
    from sqlalchemy.util import LRUCache

    from digest.store import database

    kept: Any = LRUCache(1000)

    def engine(address: Any, **options: Any) -> Any:
        new_engine = create_engine(address, **options)
        if isinstance(new_engine.dialect, Dialect):
            new_engine._compiled_cache = kept
        return new_engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", engine)
        patch.setattr(Dialect, "__eq__", lambda one, other: isinstance(other, Dialect))
        patch.setattr(Dialect, "__hash__", lambda one: hash(Dialect))
        yield
