"""The bytes of a source: from a file, or over the network within bounds."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from digest.errors import Unreachable
from digest.model import SourceSpec, Validators
from digest.sources._settings import Common

if TYPE_CHECKING:
    from digest.sources._network import Web

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+)://")
LARGEST_FILE = 2_000_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: no ``data`` when it is as it was. ``file`` names it for people."""

    data: bytes | None
    file: str
    base: str = ""
    validators: Validators | None = None
    charset: str = ""


def fetch(spec: SourceSpec, common: Common, validators: Validators | None, until: float) -> Fetched:
    """The bytes of a source, over the network until the monotonic time ``until``. Raises ``Unreachable``."""
    if _WEB.match(spec.url):
        return _from_the_web(spec, common, validators, until)
    scheme = _SCHEME.match(spec.url)
    if scheme:
        raise Unreachable(
            f"{spec.name}: {scheme[1]} is no way to read stories. Write a file, or an address with https."
        )
    return _file(spec, file_of(spec))


def web(spec: SourceSpec, common: Common, own: Any, until: float) -> Web:
    """The way to a source over the network; nothing is connected yet. A ``user`` and ``password`` log in."""
    from digest.sources._network import Ways, Web

    user, password = getattr(own, "user", ""), getattr(own, "password", "")
    ways = Ways(
        headers=common.headers,
        login=(user, password) if user else None,
        timeout=common.timeout,
        proxy=common.proxy,
        ca_file=common.ca_file,
        allow_private=common.allow_private,
        until=until,
    )
    return Web(spec.name, spec.url, ways)


def _from_the_web(spec: SourceSpec, common: Common, validators: Validators | None, until: float) -> Fetched:
    with web(spec, common, None, until) as asked:
        answer = asked.get(validators=validators)
    name = urlsplit(answer.url).path.rpartition("/")[2] or spec.name
    if answer.status == 304:
        return Fetched(None, name, answer.url, validators)
    return Fetched(answer.body, name, answer.url, answer.validators, answer.charset)


def file_of(spec: SourceSpec) -> Path:
    """The file of a source, that can be read. Raises ``Unreachable``."""
    path = Path(spec.url)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreachable(f"{spec.name}: {path} is no file. Mend its url in digest.yaml.")
        with path.open("rb"):
            return path
    except FileNotFoundError:
        raise Unreachable(f"{spec.name}: there is no file {path}. Mend its url in digest.yaml.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreachable(f"{spec.name}: {path} cannot be read ({reason}).") from None


def _file(spec: SourceSpec, path: Path) -> Fetched:
    if path.stat().st_size > LARGEST_FILE:
        raise Unreachable(f"{spec.name}: {path} is larger than 2 GB. Split it.")
    return Fetched(path.read_bytes(), path.name)
