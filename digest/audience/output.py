"""Where an audience's files lie: a folder, or a place in an object store.

Each file is there whole or not at all: in a folder it is written under a temporary name and renamed; an object store
shows an object when it is complete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.audience.extras import needs
from digest.errors import Unreachable
from digest.model import Newsroom


def output_of(room: Newsroom) -> str:
    """The place that ``audience.output`` names; empty where audiences lie in their issues' folders."""
    output = room.audience.output
    return (output if "://" in output or not output else str(room.root / output)).rstrip("/")


@dataclass(frozen=True, slots=True)
class OutputStore:
    """Raises ``Unreachable`` where the place cannot be used."""

    address: str  # a folder's path, or what fsspec understands

    @property
    def remote(self) -> bool:
        return "://" in self.address

    def _at(self, name: str) -> tuple[Any, str]:
        fsspec = needs("fsspec", "objects")
        try:
            system, path = fsspec.core.url_to_fs(self.address)
        except ImportError:
            needs("s3fs" if self.address.startswith("s3:") else "fsspec", "objects")
            raise
        return system, f"{path.rstrip('/')}/{name}"

    def write(self, name: str, pieces: Sequence[bytes]) -> None:
        """A file of these pieces, one after another."""
        try:
            if self.remote:
                system, there = self._at(name)
                system.pipe_file(there, b"".join(pieces))
                return
            path = Path(self.address, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}")
            try:
                with part.open("wb") as file:
                    file.writelines(pieces)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        except Exception as error:
            raise self._lost(error) from None

    def names(self, name: str = "") -> list[str]:
        """What lies in a folder of it; nothing where there is none."""
        try:
            if self.remote:
                system, path = self._at(name)
                system.invalidate_cache()
                return sorted(Path(entry).name for entry in system.ls(path.rstrip("/"), detail=False))
            return sorted(entry.name for entry in Path(self.address, name).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except Exception as error:
            raise self._lost(error) from None

    def remove(self, name: str) -> None:
        """Take a folder away with all that is in it."""
        try:
            if self.remote:
                system, path = self._at(name)
                system.rm(path, recursive=True)
            else:
                shutil.rmtree(Path(self.address, name))
        except Exception as error:
            raise self._lost(error) from None

    def sweep(self) -> None:
        """Remove what a killed process left half-written in a folder."""
        if not self.remote:
            for left in Path(self.address).rglob(".*.*"):
                left.unlink(missing_ok=True)

    def put(self, name: str, local: Path) -> None:
        """Bring a file of this machine there; in a folder it is moved."""
        try:
            if self.remote:
                system, there = self._at(name)
                system.put_file(str(local), there)
                local.unlink()
                return
            path = Path(self.address, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(local, path)
        except Exception as error:
            raise self._lost(error) from None

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        """Bytes of a file; ``None`` where it is not there."""
        try:
            if self.remote:
                system, path = self._at(name)
                end = None if length is None else offset + length
                data: bytes = system.cat_file(path, start=offset or None, end=end)
                return data
            with Path(self.address, name).open("rb") as file:
                file.seek(offset)
                return file.read() if length is None else file.read(length)
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._lost(error) from None

    def size(self, name: str) -> int | None:
        """Bytes of a file; ``None`` where it is not there."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if self.remote:
                system, path = self._at(name)
                return int(system.size(path))
            return Path(self.address, name).stat().st_size
        return None

    def _lost(self, error: Exception) -> Unreachable:
        if isinstance(error, Unreachable):
            return error
        reason = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), type(error).__name__)
        return Unreachable(
            f"{self.address} cannot be used: {str(reason).rstrip('.')}. What is finished there stays: once there is "
            "room or the place is back, the same command finishes what is missing."
        )
