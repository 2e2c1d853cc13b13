"""The looks of a newsroom's editions, and the template files of a look's theme."""

from __future__ import annotations

from dataclasses import replace

from digest.errors import ConfigurationError, Problem
from digest.model import Edition, Newsroom
from digest.render import blocks, loader
from digest.render.loader import TemplateSource


def look_of(newsroom: Newsroom, edition: Edition) -> str:
    """The name of an edition's look: its theme, with the edition's name where it changes more than the theme."""
    look = newsroom.seen_by(edition).look
    return look.theme if look == replace(newsroom.look, theme=look.theme) else f"{look.theme}@{edition.name}"


def looks(newsroom: Newsroom) -> dict[str, Newsroom]:
    """Every look by name, the newsroom's own first; each as the newsroom with its settings."""
    newsrooms = {newsroom.look.theme: newsroom}
    for edition in newsroom.editions:
        newsrooms.setdefault(look_of(newsroom, edition), newsroom.seen_by(edition))
    return newsrooms


def used(newsroom: Newsroom) -> tuple[str, ...]:
    """The themes that the newsroom and its editions name, the newsroom's first."""
    return tuple(dict.fromkeys(seen.look.theme for seen in looks(newsroom).values()))


def template_files(newsroom: Newsroom, theme: str) -> dict[str, TemplateSource]:
    """The files of a theme by name. Raises ``ConfigurationError`` where they are not there or cannot be read."""
    known = loader.themes(newsroom.root)
    if theme not in known:
        from digest.render.digest_yaml import unknown_theme

        raise unknown_theme(newsroom.root, theme, known)
    try:
        if missing := blocks.without_template(newsroom, loader.block_names(newsroom.root, theme)):
            raise ConfigurationError(missing)
        return loader.collect(newsroom.root, theme, blocks.names(newsroom))
    except LookupError as error:
        message = f"theme `{theme}` extends `{error.args[0]}`, which is not there or extends it."
        cure = f"There are: {', '.join(known)}."
        raise ConfigurationError(
            [Problem(f"templates/themes/{theme}/theme.yaml", 1, 1, message, cure)]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        message = f"a template cannot be read: {error}."
        raise ConfigurationError([Problem("templates", 1, 1, message, "Save it as UTF-8 text.")]) from None
