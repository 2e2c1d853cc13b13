"""Where templates lie: a newsroom's own file before the one that ships, the theme's before the common one.

A file is known by its name inside ``templates/``, such as ``blocks/story.j2``. It is looked up as

1. ``NEWSROOM/templates/themes/THEME/NAME``, then ``NEWSROOM/templates/NAME``,
2. ``themes/THEME/NAME``, then ``NAME`` in the templates that ship with the package.

A theme may extend another (``theme.yaml``: ``extends: lively``): a block that it does not have is that theme's. Style
sheets do not replace each other but add up: the common one first, then the extended theme's, then the theme's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

BLOCKS: Final = (
    "masthead", "contents", "note", "section", "lead", "feature", "story", "brief", "ad_banner", "ad_native", "sponsor",
    "presented", "house", "more_online", "footer",
)  # fmt: skip
FRAMES: Final = ("issue.html.j2", "issue.txt.j2")
INLINED: Final = ("email.css", "theme.css", "brand.css")  # go into style attributes, in this order
BASE: Final = "lively"  # whose values a theme has that brings none of its own
KEPT: Final = ("mobile.css", "dark.css")  # stay in the head
NAMES: Final = (
    *FRAMES, *(f"blocks/{block}.j2" for block in BLOCKS), "tokens.css", *INLINED, *KEPT, "outlook.css",
)  # fmt: skip

_EXTENDS: Final = re.compile(r"^extends:\s*[\"']?([\w-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One template file: ``name`` inside ``templates/``, ``shown`` as a message names it, its text."""

    name: str
    shown: str
    text: str
    own: bool = False  # the newsroom's, not ours
    below: tuple[TemplateSource, ...] = ()  # of a style sheet: those that it adds to

    @property
    def layers(self) -> tuple[TemplateSource, ...]:
        """The style sheets that count, the strongest last."""
        return (*self.below, self)

    def line(self, offset: int) -> int:
        """The line, from 1, of a character of the text."""
        return self.text.count("\n", 0, offset) + 1

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the text."""
        return self.line(offset), offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def shipped() -> Path:
    """The templates of the installed package, or of the repository."""
    package = Path(__file__).resolve().parent.parent
    inside_package = package / "templates"
    return inside_package if inside_package.is_dir() else package.parent / "templates"


def themes(root: Path) -> tuple[str, ...]:
    """The names of all themes a newsroom can choose from."""
    folders = (root / "templates" / "themes", shipped() / "themes")
    return tuple(
        sorted(
            {
                entry.name
                for folder in folders
                if folder.is_dir()
                for entry in folder.iterdir()
                if entry.is_dir()
            }
        )
    )


def collect(root: Path, theme: str, own: Iterable[str] = ()) -> dict[str, TemplateSource]:
    """Every template of a theme by its name; ``own`` names blocks of the newsroom's own.

    Raises ``OSError`` or ``UnicodeDecodeError`` for an unreadable file, ``LookupError`` for a theme that extends one
    that is not there or itself.
    """
    chain = lineage(root, theme)
    extra = (f"blocks/{name}.j2" for name in own if name not in BLOCKS)
    sources = (_find(root, chain, name) for name in (*NAMES, *extra))
    return {source.name: source for source in sources}


def block_names(root: Path, theme: str) -> tuple[str, ...]:
    """Every template of a block that a theme can print, ``story`` for ``blocks/story.j2``, sorted."""
    places = ["", *(f"themes/{one}/" for one in lineage(root, theme))]
    folders = (base / f"{place}blocks" for base, _ in _bases(root) for place in places)
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.j2")}))


def lineage(root: Path, theme: str) -> tuple[str, ...]:
    """A theme and those it extends, the nearest first."""
    chain = [theme]
    while (parent := _extended(root, chain[-1])) is not None:
        if parent in chain or parent not in themes(root):
            raise LookupError(parent)
        chain.append(parent)
    return tuple(chain)


def _extended(root: Path, theme: str) -> str | None:
    for base in (root / "templates", shipped()):
        match = _EXTENDS.search(_read(base / "themes" / theme / "theme.yaml") or "")
        if match:
            return match[1]
    return None


def stray(root: Path, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Files in a newsroom's ``templates/`` that no theme reads, most likely misspelt."""
    folder = root / "templates"
    if not folder.is_dir() or folder.resolve() == shipped().resolve():
        return ()
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    known = {*NAMES, "theme.yaml", *(f"blocks/{name}.j2" for name in own)}
    return tuple(
        sorted(
            name
            for name in files
            # A copy of a block that is shipped as an example is no misspelling, used or not.
            if _plain(name) not in known and not _hidden(name) and not (shipped() / name).is_file()
        )
    )


def _plain(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[2:]) if parts[0] == "themes" else name


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/")) or name.endswith((".md", "~", ".bak"))


def _find(root: Path, chain: tuple[str, ...], name: str) -> TemplateSource:
    """A file of a theme; a style sheet with those that it adds to."""
    of_themes = [f"themes/{theme}/{name}" for theme in chain]
    if not name.endswith(".css"):
        places = ((base, own, place) for base, own in _bases(root) for place in (*of_themes, name))
        sources = (_source(base, place, name, own) for base, own, place in places)
        return next((source for source in sources if source), TemplateSource(name, f"templates/{name}", ""))
    if name == "tokens.css" and BASE not in chain:
        of_themes.append(f"themes/{BASE}/{name}")
    sheets = [sheet for place in (name, *reversed(of_themes)) if (sheet := _sheet(root, place, name))]
    return (
        replace(sheets[-1], below=tuple(sheets[:-1]))
        if sheets
        else TemplateSource(name, f"templates/{name}", "")
    )


def _sheet(root: Path, place: str, name: str) -> TemplateSource | None:
    """One style sheet: the newsroom's in place of ours."""
    return next((sheet for base, own in _bases(root) if (sheet := _source(base, place, name, own))), None)


def _bases(root: Path) -> list[tuple[Path, bool]]:
    """Where to look, in order: a folder of templates, and whether it is the newsroom's."""
    own_templates, shipped_templates = root / "templates", shipped()
    return (
        [(shipped_templates, False)]
        if own_templates.resolve() == shipped_templates.resolve()
        else [(own_templates, True), (shipped_templates, False)]
    )


def _source(base: Path, place: str, name: str, own: bool) -> TemplateSource | None:
    text = _read(base / place)
    return None if text is None else TemplateSource(name, f"templates/{place}", text, own)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n").removeprefix("\ufeff")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        return None
