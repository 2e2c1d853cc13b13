"""A theme, compiled: templates checked, inlined and turned into code once, then read from the cache.

The cache is one file in ``var/cache`` named by the content of everything that went into it; a build that finds it
imports neither premailer nor an XML or CSS parser, and Jinja compiles nothing. A missing, broken or unwritable
cache only costs time.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

from digest.model import Edition, Newsroom
from digest.render.compiled_theme import CompiledTheme, Name
from digest.render.dialects import dialect
from digest.render.loader import TemplateSource
from digest.render.looks import look_of, looks, template_files, used
from digest.render.templating import environment, html_gate, text_gate

if TYPE_CHECKING:
    from jinja2 import Template

_MARSHALLED: Final = b"digest theme 2\n"


@dataclass(frozen=True, slots=True)
class Theme:
    """All themes of a newsroom's editions. ``digest`` is the SHA-256 of their templates, the same on any machine."""

    digest: str
    default: str
    compiled: Mapping[str, CompiledTheme]  # by the names of :func:`digest.render.looks.looks`
    editions: Mapping[str, str]  # which of them an edition has
    _ready: dict[tuple[str, str], dict[Name, Template]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def of(self, edition: Edition) -> CompiledTheme:
        """The compiled theme of an edition."""
        return self.compiled[self.editions.get(edition.name, self.default)]

    def templates(self, theme: str, mailer: str) -> dict[Name, Template]:
        """The templates of a theme for a mailer, ready to render."""
        key = (theme, mailer)
        if key not in self._ready:
            self._ready[key] = templates(self.compiled[theme].code, mailer)
        return self._ready[key]


def load_theme(
    newsroom: Newsroom,
    cache: Path | None,
    *,
    remember: bool = True,
    known: MutableMapping[str, CompiledTheme] | None = None,
) -> Theme:
    """The themes of a newsroom, from the cache folder if they are there, else compiled and left there.

    Without ``remember`` nothing is written; without a ``cache`` nothing is read from one either. ``known`` is what a
    program that loads themes again and again keeps of them.

    Raises ``ConfigurationError`` with every problem of the templates.
    """
    newsrooms = looks(newsroom)
    sources = {name: template_files(newsroom, name) for name in used(newsroom)}
    compiled = {
        name: replace(_cached(seen, name, sources[seen.look.theme], cache, remember, known), name=name)
        for name, seen in newsrooms.items()
    }
    editions = {edition.name: look_of(newsroom, edition) for edition in newsroom.editions}
    return Theme(_fingerprint(sources), newsroom.look.theme, compiled, editions)


def templates(code: Mapping[Name, CodeType], mailer: str) -> dict[Name, Template]:
    """Code as templates whose values pass the gate of a mailer's dialect."""
    from jinja2 import Template

    mailer_dialect = dialect(mailer)
    environments = {
        "html": environment(html_gate(mailer_dialect)),
        "text": environment(text_gate(mailer_dialect)),
    }
    return {name: Template.from_code(environments[name[1]], code[name], {}) for name in code}


def _fingerprint(sources: Mapping[str, Mapping[str, TemplateSource]]) -> str:
    total = sha256()
    for theme, files in sources.items():
        for name, source in files.items():
            for layer in source.layers:
                total.update(f"{theme}\0{name}\0{len(layer.text)}\0{layer.text}".encode())
    return total.hexdigest()


def _cached(
    newsroom: Newsroom,
    name: str,
    files: Mapping[str, TemplateSource],
    cache: Path | None,
    remember: bool,
    known: MutableMapping[str, CompiledTheme] | None,
) -> CompiledTheme:
    theme = newsroom.look.theme
    key = f"theme-{name}-{_key(newsroom, theme, files)[:24]}.bin"
    theme_compiled = known.get(key) if known is not None else None
    path = cache and cache / key
    theme_compiled = theme_compiled or (_read(path) if path else None)
    if theme_compiled is None:
        from digest.render.compiler import compiled

        theme_compiled = compiled(newsroom, theme, files)
        if path and remember:
            _write(path, theme_compiled)
    if known is not None:
        known[key] = theme_compiled
    return theme_compiled


def _key(newsroom: Newsroom, theme: str, files: Mapping[str, TemplateSource]) -> str:
    """What a compiled theme depends on: templates, look, and the programs that compile."""
    look = newsroom.look
    parts = [
        theme, look.density, *(f"{k}={v}" for k, v in sorted(look.colors.items())),
        *(f"{k}={v}" for k, v in sorted(look.fonts.items())),
        sys.version, str(sys.implementation.cache_tag), *_programs(),
    ]  # fmt: skip
    return sha256("\0".join([*parts, _fingerprint({theme: files})]).encode()).hexdigest()


def _programs() -> Iterable[str]:
    """Size and time of the programs that make a theme: a new version compiles anew."""
    from importlib.util import find_spec

    yield from map(_stamp, sorted(Path(__file__).parent.glob("*.py")))
    for package in ("jinja2", "premailer", "cssutils"):
        spec = find_spec(package)
        yield _stamp(Path(spec.origin)) if spec and spec.origin else package


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return path.name
    return f"{path.name}:{status.st_size}:{status.st_mtime_ns}"


def _read(path: Path) -> CompiledTheme | None:
    """What the cache holds, if it is whole: the hash comes first, as broken code must never be unmarshalled."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, body = data[: len(_MARSHALLED) + 32], data[len(_MARSHALLED) + 32 :]
    if head != _MARSHALLED + sha256(body).digest():
        return None
    try:
        return CompiledTheme(*marshal.loads(body))
    except (ValueError, EOFError, TypeError):
        return None


def _write(path: Path, compiled: CompiledTheme) -> None:
    body = marshal.dumps(
        (
            compiled.name,
            dict(compiled.code),
            compiled.styles,
            compiled.outlook,
            dict(compiled.colors),
            dict(compiled.boxes),
        )
    )
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(path)
        partial.write_bytes(_MARSHALLED + sha256(body).digest() + body)
        partial.replace(path)
    except OSError:
        return


def _forget_old(path: Path) -> None:
    """Keep the few newest caches of a theme: an editor's many versions would pile up."""
    theme = path.name.rsplit("-", 1)[0]
    kept: list[Any] = sorted(path.parent.glob(f"{theme}-*.bin"), key=lambda file: file.stat().st_mtime_ns)
    for old in kept[:-3]:
        old.unlink(missing_ok=True)
