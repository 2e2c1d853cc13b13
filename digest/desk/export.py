"""The desk as files that lie side by side: to mail, to keep, to look at without a server."""

from __future__ import annotations

import os
from pathlib import Path

from digest.desk.application import ASSETS, PAGES, asset
from digest.desk.desk import Desk
from digest.desk.links import FileLinks
from digest.desk.pages import page
from digest.errors import CommandError, DigestError, Unreachable

MARK = ".digest-desk"  # in a folder that an export made
MOST = 5000  # pages


def write(desk: Desk, folder: Path) -> int:
    """Write the issue that the command was asked for, and every page that it leads to; returns how many.

    Raises ``CommandError`` for a folder that holds something else, ``Unreachable`` where nothing can be written.
    """
    links = desk.links
    assert isinstance(links, FileLinks)
    current = desk.current_issue({})
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise CommandError(f"{folder} holds something else; name a new or an empty folder.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("", "utf-8")
        first = links.to("issue", edition=current.edition.name, date=current.day)
        done: set[str] = set()
        while waiting := [name for name in links.pages if name not in done][: MOST - len(done)]:
            for name in waiting:
                done.add(name)
                kind, query = links.pages[name]
                _put(folder / name, _text(desk, kind, query).encode("utf-8", "replace"))
        _put(folder / "index.html", (folder / first).read_bytes())
        for name in ASSETS:
            _put(folder / name, asset(name))
        for place, (edition, day) in links.files.items():
            shown = desk.current_issue({"edition": edition, "date": day})
            for name, data in desk.proofs.proof(shown.newsroom, shown.edition, shown.day).files.items():
                _put(folder / place / name, data)
    except OSError as error:
        raise Unreachable(f"{folder} cannot be written: {error.strerror or error}.") from None
    return len(done)


def _text(desk: Desk, kind: str, query: dict[str, str]) -> str:
    """One page; of an issue that cannot be, the page that says so."""
    try:
        current = desk.current_issue(query)
    except DigestError as error:
        from digest.desk.pages import page_error

        failure = page_error(desk, error)
        return "".join(page(desk, "wrong", query, lambda: failure, None))
    make = PAGES[kind]
    return "".join(page(desk, kind, query, lambda: make(desk, current, query), current))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    os.replace(beside, path)
