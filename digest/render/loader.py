"""Where templates lie: a newsroom's own file before the one that ships, the theme's before the common one.

A file is known by its name inside ``templates/``, such as ``blocks/story.j2``. It is looked up as

1. ``NEWSROOM/templates/themes/THEME/NAME``, then ``NEWSROOM/templates/NAME``,
2. ``themes/THEME/NAME``, then ``NAME`` in the templates that ship with the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

BLOCKS: Final = (
    "masthead", "section", "lead", "story", "brief", "ad_banner", "ad_native", "sponsor", "house", "more_online",
    "footer",
)  # fmt: skip
FRAMES: Final = ("issue.html.j2", "issue.txt.j2")
INLINED: Final = ("email.css", "theme.css", "brand.css")  # go into style attributes, in this order
KEPT: Final = ("mobile.css", "dark.css")  # stay in the head
NAMES: Final = (
    *FRAMES, *(f"blocks/{block}.j2" for block in BLOCKS), "tokens.css", *INLINED, *KEPT, "outlook.css",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One template file: ``name`` inside ``templates/``, ``shown`` as a message names it, its text."""

    name: str
    shown: str
    text: str
    own: bool = False  # the newsroom's, not ours

    def line(self, offset: int) -> int:
        """The line, from 1, of a character of the text."""
        return self.text.count("\n", 0, offset) + 1

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the text."""
        return self.line(offset), offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def shipped() -> Path:
    """The templates of the installed package, or of the repository."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def themes(root: Path) -> tuple[str, ...]:
    """The names of all themes a newsroom can choose from."""
    folders = (root / "templates" / "themes", shipped() / "themes")
    return tuple(
        sorted(
            {one.name for folder in folders if folder.is_dir() for one in folder.iterdir() if one.is_dir()}
        )
    )


def collect(root: Path, theme: str) -> dict[str, Source]:
    """Every template of a theme by its name. Raises ``OSError`` or ``UnicodeDecodeError`` for an unreadable file."""
    folders = _folders(root, theme)
    found = (_find(folders, name) for name in NAMES)
    return {source.name: source for source in found}


def stray(root: Path) -> tuple[str, ...]:
    """Files in a newsroom's ``templates/`` that no theme reads, most likely misspelt."""
    folder = root / "templates"
    if not folder.is_dir() or folder.resolve() == shipped().resolve():
        return ()
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return tuple(sorted(name for name in files if _plain(name) not in NAMES and not _hidden(name)))


def _plain(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[2:]) if parts[0] == "themes" else name


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/")) or name.endswith((".md", "~", ".bak"))


def _folders(root: Path, theme: str) -> list[tuple[Path, Path, bool]]:
    """Where to look, in order: the folder, the ``templates/`` it belongs to, and whether that is the newsroom's."""
    own, ours = root / "templates", shipped()
    pairs = [(ours, False)] if own.resolve() == ours.resolve() else [(own, True), (ours, False)]
    places = [(place, base, mine) for base, mine in pairs for place in (base / "themes" / theme, base)]
    return [one for one in places if one[0].is_dir()]


def _find(folders: list[tuple[Path, Path, bool]], name: str) -> Source:
    for folder, base, mine in folders:
        text = _read(folder / name)
        if text is not None:
            return Source(name, f"templates/{(folder / name).relative_to(base).as_posix()}", text, mine)
    return Source(name, f"templates/{name}", "")


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n").removeprefix("\ufeff")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        return None
