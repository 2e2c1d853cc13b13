"""The outbox: ``EDITION/DATE/`` is complete or absent, whenever the machine stops.

An issue is written to a hidden folder beside its place, flushed to disk, recorded in the
ledger, and only then moved into place. What a killed run left is finished or swept away
by ``recover`` before the next build: the ledger says which.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from digest.errors import AlreadySent, Unreachable
from digest.model.issue_date import issue_date
from digest.publish.receipt import NAME as RECEIPT
from digest.publish.receipt import SentReceipt, sent_receipt_of

MANIFEST = "manifest.json"
AUDIENCE = "audience"  # the folder of an issue's variants
_NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_STAGED, _ASIDE, _KEPT, _GONE = ".staged", ".aside", ".changed-by-hand", ".gone"


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

    def work(self, edition: str, day: date) -> Path:
        """A hidden folder beside an issue's place for what is made over several runs."""
        return _beside(self.place(edition, day), f".{AUDIENCE}")

    def read(self, edition: str, day: date) -> dict[str, bytes] | None:
        """The files of an issue as they lie there; ``None`` when the folder is absent or not complete."""
        folder = self.place(edition, day)
        with _reaching(folder):
            try:
                manifest = (folder / MANIFEST).read_bytes()
                return {name: (folder / name).read_bytes() for name in _names(manifest)} | {
                    MANIFEST: manifest
                }
            except _NOT_THERE:
                return None
            except (ValueError, TypeError, KeyError, AttributeError):  # no manifest of ours
                return None

    def files(self, edition: str, day: date, names: Iterable[str]) -> dict[str, bytes]:
        """Those of some files that lie in a folder."""
        place = self.place(edition, day)
        with _reaching(place):
            return {name: (place / name).read_bytes() for name in names if (place / name).is_file()}

    def manifest(self, edition: str, day: date) -> bytes | None:
        return self.files(edition, day, [MANIFEST]).get(MANIFEST)

    def built_at(self, edition: str, day: date) -> datetime:
        """When a folder's manifest was written, as far as the file system knows."""
        path = self.place(edition, day) / MANIFEST
        with _reaching(path):
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def dates(self, edition: str) -> list[date]:
        """The dates that have a folder, whatever is in it."""
        folder = self.root / edition
        with _reaching(folder):
            names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
        return sorted(day for name in names if (day := _day(name)) is not None)

    def editions(self) -> list[str]:
        """The editions that have a folder."""
        with _reaching(self.root):
            return (
                sorted(path.name for path in self.root.iterdir() if path.is_dir())
                if self.root.is_dir()
                else []
            )

    def is_sent(self, edition: str, day: date) -> bool:
        """Whether a receipt lies in the folder, readable or not."""
        return os.path.lexists(self.place(edition, day) / RECEIPT)

    def receipt(self, edition: str, day: date) -> SentReceipt | None:
        """The receipt in the folder; ``None`` where there is none, or it cannot be understood."""
        place = self.place(edition, day)
        with _reaching(place):
            try:
                return sent_receipt_of((place / RECEIPT).read_bytes())
            except _NOT_THERE:
                return None

    def confirm(self, edition: str, day: date, receipt: SentReceipt) -> None:
        """Lay a receipt into a folder, in one step; a later one takes the place of an earlier one."""
        self.add(edition, day, {RECEIPT: receipt.to_bytes()})

    def unconfirm(self, edition: str, day: date) -> None:
        """Take the receipt out of a folder."""
        place = self.place(edition, day)
        with _reaching(place):
            (place / RECEIPT).unlink(missing_ok=True)
            if place.is_dir():
                _flush(place)

    def remove(self, edition: str, day: date) -> None:
        """Take an issue away: in one step from its place, then from the disk."""
        place = self.place(edition, day)
        with _reaching(place):
            gone = _beside(place, _GONE)
            _sweep(gone)
            place.rename(gone)
            _flush(place.parent)
            _sweep(gone)

    def add(self, edition: str, day: date, files: Mapping[str, bytes]) -> None:
        """Put files into a folder that is there, each in one step."""
        place = self.place(edition, day)
        with _reaching(place):
            for name, data in files.items():
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                written = path.with_name(f".{path.name}.new")
                _write(written, data)
                written.replace(path)
            _flush(place)

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
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                _write(folder / name, data)
            _flush(folder)
        return Staged(folder, place)

    def publish(self, staged: Staged) -> Path | None:
        """Move a staged issue into its place in one step.

        What somebody changed or put there by hand is kept beside it under a hidden name, which is returned.
        Raises ``AlreadySent`` where a receipt lies.
        """
        place = staged.place
        if os.path.lexists(place / RECEIPT):
            self.discard(staged)
            raise AlreadySent(f"{place} was sent: its receipt {RECEIPT} lies there. It is never overwritten.")
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
                if self._was_recorded(folder, recorded(day)) and not os.path.lexists(staged.place / RECEIPT):
                    self.publish(staged)
                    finished.append(day)
                else:
                    _restore(staged.place)
                    _sweep(folder)
            for folder in sorted((self.root / edition).glob(f".*{_GONE}")):
                if _identify(folder, _GONE)[1] is not None:
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
        manifest = (folder / MANIFEST).read_bytes()
        files = json.loads(manifest)["files"]
        expected = {name: files[name]["sha256"] for name in _names(manifest)}
        actual = {name: sha256((folder / name).read_bytes()).hexdigest() for name in expected}
    except (*_NOT_THERE, ValueError, TypeError, KeyError, AttributeError):
        return None
    return manifest if actual == expected else None


def _names(manifest: bytes) -> list[str]:
    """The files a manifest tells of, none outside its folder. Raises ``ValueError``, ``KeyError``, ``TypeError``."""
    names = list(json.loads(manifest)["files"])
    for name in names:
        if not name or name.startswith("/") or ".." in Path(name).parts or name in (MANIFEST, RECEIPT):
            raise ValueError(name)
    return names


def _is_as_built(place: Path) -> bool:
    """Whether nothing lies at a place but an issue as some build wrote it."""
    if not place.exists() and not place.is_symlink():
        return True
    manifest = _manifest_of(place)
    if manifest is None:
        return False
    present = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir()}
    present = {name for name in present if not name.startswith(f"{AUDIENCE}/")}  # as its own `complete` tells
    return present <= {*_names(manifest), MANIFEST}


def _free(path: Path) -> Path:
    """``path``, or the first of ``path-2``, ``path-3`` ... that is not taken."""
    number, unused = 1, path
    while unused.exists() or unused.is_symlink():
        number += 1
        unused = path.with_name(f"{path.name}-{number}")
    return unused


def _identify(folder: Path, suffix: str) -> tuple[Staged, date | None]:
    name = folder.name[1 : -len(suffix)]
    return Staged(folder, folder.parent / name), _day(name)


def _day(name: str) -> date | None:
    try:
        day = issue_date(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


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


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step where Linux can (renameat2, RENAME_EXCHANGE = 2)."""
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        at_cwd = -100
        return bool(libc.renameat2(at_cwd, os.fsencode(first), at_cwd, os.fsencode(second), 2) == 0)
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
