"""A folder that a mailer of yours watches: ``path`` is a folder (from the newsroom) or an object store's address.

The issue's files appear under ``EDITION/DATE/``, the manifest last; handing over again replaces them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from digest.distribution import install
from digest.mailers import Settings
from digest.mailers._wire import MailerDown, MailerRefused, redact
from digest.model.mail import Campaign, Capabilities, MailerSpec, Message, Receipt

CAPABILITIES = Capabilities(schedule=False, cancel=False, test=False, sent=False, opens=False, clicks="none")
SETTINGS = Settings(needs=("path",), lists=False)
_LAST = "manifest.json"
_SENDS_NOTHING = "folder: it sends nothing; what watches the folder does. Hand over with --draft."


def connect(spec: MailerSpec, **wire: Any) -> Folder:
    """The folder at ``path``. Raises ``MailerRefused`` where an object store needs an extra."""
    return Folder(spec)


class Folder:
    """Issues as folders."""

    def __init__(self, spec: MailerSpec) -> None:
        self.spec, self.path = spec, str(spec.options.get("path", ""))
        self.disk = _disk(self.path, spec)

    def by_id(self, campaign: str) -> Campaign | None:
        with _DiskErrors(self.spec):
            there = self.disk.there(f"{campaign}/{_LAST}")
        return Campaign(id=campaign, name=campaign, status="draft") if there else None

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        there = (self.by_id("/".join(name.split()[:2])) for name in names)
        return [campaign for campaign in there if campaign]

    def create(self, message: Message) -> str:
        campaign = f"{message.edition}/{message.date}"
        self.update(campaign, message)
        return campaign

    def update(self, campaign: str, message: Message) -> None:
        last = {name: data for name, data in message.files.items() if name == _LAST}
        files = {name: data for name, data in message.files.items() if name != _LAST} | last
        with _DiskErrors(self.spec):
            self.disk.write(campaign, files)

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        raise MailerRefused(_SENDS_NOTHING)

    def send(self, campaign: str, message: Message) -> None:
        raise MailerRefused(_SENDS_NOTHING)

    def cancel(self, campaign: str) -> None:
        raise MailerRefused(_SENDS_NOTHING)

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        raise MailerRefused("folder: it sends no tests.")

    def receipt(self, campaign: str, since: date) -> Receipt:
        raise MailerRefused(
            "folder: it knows no receipts. Read them from a file: `digest receipts --file F.csv`."
        )

    def lists(self) -> dict[str, str] | None:
        return None

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        return {}

    def moment(self, at: datetime) -> datetime:
        return at

    def close(self) -> None:
        """Nothing is open."""


class _Local:
    def __init__(self, root: Path) -> None:
        self.root = root

    def there(self, name: str) -> bool:
        return (self.root / name).is_file()

    def write(self, folder: str, files: dict[str, bytes]) -> None:
        """Whole or not at all: beside its place first, then moved into it."""
        place = self.root / folder
        beside, aside = (place.with_name(f".{place.name}.{word}") for word in ("part", "old"))
        for left in (beside, aside):
            shutil.rmtree(left, ignore_errors=True)
        beside.mkdir(parents=True)
        for name, data in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(data)
        if place.exists():
            place.rename(aside)
        os.replace(beside, place)
        shutil.rmtree(aside, ignore_errors=True)


class _Objects:
    def __init__(self, address: str) -> None:
        try:
            import fsspec
        except ImportError:
            raise MailerRefused(f"folder: an object store needs an extra: {install('objects')}.") from None
        try:
            self.system, self.root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise MailerRefused(f"folder: {error}. For object stores: {install('objects')}.") from None

    def there(self, name: str) -> bool:
        return bool(self.system.exists(f"{self.root}/{name}"))

    def write(self, folder: str, files: dict[str, bytes]) -> None:
        for name, data in files.items():
            path = f"{self.root}/{folder}/{name}"
            self.system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self.system.pipe_file(path, data)


def _disk(path: str, spec: MailerSpec) -> _Local | _Objects:
    return _Objects(path) if "://" in path else _Local(Path(path))


class _DiskErrors:
    """Whatever a disk or an object store says becomes one of our errors."""

    def __init__(self, spec: MailerSpec) -> None:
        self.spec = spec

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, MailerRefused | MailerDown):
            path = redact(str(self.spec.options.get("path", "")), self.spec.secrets)
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise MailerDown(
                f"folder: {path} cannot be used ({reason}). Check `path` under `mailer:`."
            ) from None
