"""The outbox: ``EDITION/DATE/`` is complete or absent, whenever the machine stops.

An issue is written to a hidden folder beside its place, flushed to disk, recorded in the
ledger, and only then moved into place. What a killed run left is finished or swept away
by ``recover`` before the next build: the ledger says which.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from digest.errors import Unreachable

NAMES = ("index.html", "index.txt", "message.eml", "manifest.json")
_NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_STAGED, _ASIDE, _KEPT = ".staged", ".aside", ".changed-by-hand"


@dataclass(frozen=True, slots=True)
class Staged:
    """A complete issue beside its place, not yet visible."""

    folder: Path
    place: Path


class Outbox:
    """The folder issues are published to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, edition: str, day: date) -> Path:
        return self.root / edition / day.isoformat()

    def read(self, edition: str, day: date) -> dict[str, bytes] | None:
        """The files of an issue as they lie there; ``None`` when the folder is absent or not complete."""
        folder = self.place(edition, day)
        try:
            return {name: (folder / name).read_bytes() for name in NAMES}
        except _NOT_THERE:
            return None
        except OSError as error:
            raise _unreachable(folder, error) from error

    def recorded(self, edition: str, day: date, manifest: bytes) -> dict[str, bytes] | None:
        """The files of an issue, if they are those that a manifest of the ledger tells of. Raises ``Unreachable``."""
        place = self.place(edition, day)
        with _reaching(place):
            return self.read(edition, day) if _manifest_of(place) == manifest else None

    def stage(self, edition: str, day: date, files: Mapping[str, bytes]) -> Staged:
        """Write all files to a hidden folder and flush them to disk. Raises ``Unreachable``."""
        place = self.place(edition, day)
        folder = _beside(place, _STAGED)
        with _reaching(place):
            _sweep(folder)
            folder.mkdir(parents=True)
            for name, data in files.items():
                _write(folder / name, data)
            _flush(folder)
        return Staged(folder, place)

    def publish(self, staged: Staged) -> Path | None:
        """Move a staged issue into its place in one step.

        What somebody changed or put there by hand is kept beside it under a hidden name, which is returned.
        """
        place = staged.place
        with _reaching(place):
            kept = None if _is_as_built(place) else _free(_beside(place, _KEPT))
            if kept:
                place.rename(kept)
            _swap(staged.folder, place)
            _sweep(staged.folder)
            _sweep(_beside(place, _ASIDE))
            _flush(place.parent)
        return kept

    def discard(self, staged: Staged) -> None:
        """Forget a staged issue."""
        with _reaching(staged.place):
            _sweep(staged.folder)

    def recover(self, edition: str, recorded: Callable[[date], bytes | None]) -> list[date]:
        """Finish or sweep what a killed run left of an edition; returns the dates of issues that were finished.

        ``recorded`` gives the manifest the ledger holds for an issue: a staged folder with that
        manifest was recorded, so it is moved into place; any other never happened. Whoever calls this holds the
        lock of the edition: what others stage is theirs.
        """
        finished: list[date] = []
        if not (self.root / edition).is_dir():
            return finished
        with _reaching(self.root):
            for folder in sorted((self.root / edition).glob(f".*{_STAGED}")):
                staged, day = _identify(folder, _STAGED)
                if day is None:
                    continue
                if self._was_recorded(folder, recorded(day)):
                    self.publish(staged)
                    finished.append(day)
                else:
                    _restore(staged.place)
                    _sweep(folder)
            for folder in sorted((self.root / edition).glob(f".*{_ASIDE}")):
                aside, day = _identify(folder, _ASIDE)
                if day is not None:
                    _restore(aside.place)
                    _sweep(folder)
        return finished

    @staticmethod
    def _was_recorded(folder: Path, manifest: bytes | None) -> bool:
        """Whether a staged folder is whole and is the issue the ledger holds."""
        return manifest is not None and _manifest_of(folder) == manifest


def _manifest_of(folder: Path) -> bytes | None:
    """The manifest of a whole issue; ``None`` where a file is missing, or is not the one the manifest tells of."""
    try:
        manifest = (folder / "manifest.json").read_bytes()
        files = json.loads(manifest)["files"]
        told = {name: entry["sha256"] for name, entry in files.items()}
        there = {name: sha256((folder / name).read_bytes()).hexdigest() for name in told}
    except (*_NOT_THERE, ValueError, TypeError, KeyError, AttributeError):
        return None
    return manifest if there == told else None


def _is_as_built(place: Path) -> bool:
    """Whether nothing lies at a place but an issue as some build wrote it."""
    if not place.exists() and not place.is_symlink():
        return True
    return _manifest_of(place) is not None and {path.name for path in place.iterdir()} <= set(NAMES)


def _free(path: Path) -> Path:
    """``path``, or the first of ``path-2``, ``path-3`` ... that is not taken."""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _identify(folder: Path, suffix: str) -> tuple[Staged, date | None]:
    name = folder.name[1 : -len(suffix)]
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return Staged(folder, folder), None
    return Staged(folder, folder.parent / name), day


def _beside(place: Path, suffix: str) -> Path:
    return place.parent / f".{place.name}{suffix}"


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Flush a folder's entries, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    elif folder.exists() or folder.is_symlink():
        folder.unlink()


def _restore(place: Path) -> None:
    """Bring the old issue back if a run stopped between its two moves."""
    aside = _beside(place, _ASIDE)
    if aside.exists() and not place.exists():
        aside.rename(place)


def _swap(new: Path, place: Path) -> None:
    """Put ``new`` at ``place``; what was there ends at ``new`` (or beside it, to be swept)."""
    if not place.exists():
        new.rename(place)
    elif not _exchange(new, place):
        aside = _beside(place, _ASIDE)
        _sweep(aside)
        place.rename(aside)
        new.rename(place)
        aside.rename(new)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step where Linux can (renameat2, RENAME_EXCHANGE = 2)."""
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        at_cwd = -100
        return bool(libc.renameat2(at_cwd, os.fsencode(one), at_cwd, os.fsencode(other), 2) == 0)
    except (ImportError, OSError, AttributeError, TypeError):
        return False


@contextmanager
def _reaching(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unreachable(place, error) from error


def _unreachable(place: Path, error: OSError) -> Unreachable:
    return Unreachable(
        f"the outbox cannot be used: {error.strerror or error} ({place}). "
        "Nothing was published. Check that the folder exists, has room and may be written, or give --outbox."
    )
