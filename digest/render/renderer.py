"""The blocks of an issue, laid out first and then printed: all HTML, then the text of those that are shown.

In this order nothing is printed that no reader gets, and a program does one thing at a time, which its processor
rewards: a third less time than block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from digest import model
from digest.errors import ConfigurationError, Problem
from digest.render.budget import Fragment
from digest.render.compiled_theme import CompiledTheme, Name
from digest.render.folding import folded
from digest.render.plaintext import set_text
from digest.render.views import BOXES, Views

if TYPE_CHECKING:
    from jinja2 import Template

MOST: Final = 20_000  # blocks kept for other variants
_OF_A_VARIANT: Final = frozenset(("subject", "preheader", "padding", "count"))  # of ``issue``, in templates


@dataclass(slots=True)
class RenderCache:
    """What the variants of one issue share: blocks that were rendered for one of them serve the others.

    Made for one newsroom, edition, date, theme and note; it grows with what is new and is emptied when it is full.
    """

    views: Views | None = None
    blocks: dict[Hashable, Fragment] | None = field(default_factory=dict)  # None: nothing is kept
    html: dict[Hashable, bytes] = field(default_factory=dict)
    pictured: dict[Hashable, bool] = field(default_factory=dict)  # stories with a picture for a feature
    varying: frozenset[Name] = frozenset()  # what prints words of its very variant: rendered each time
    numbered: frozenset[Name] = frozenset()  # what prints a story's number in the issue

    def learn(self, compiled: CompiledTheme) -> None:
        """See which blocks of the theme print what differs between variants."""
        if not self.varying and not self.numbered:
            known = compiled.words()
            self.varying = frozenset(name for name, words in known.items() if _varies(words))
            self.numbered = frozenset(name for name, words in known.items() if "position" in words)


def _varies(words: frozenset[str]) -> bool:
    """Whether a template with these words may print what differs between the variants of an issue."""
    return "issue" in words and not words.isdisjoint(_OF_A_VARIANT)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders the blocks of one issue.

    ``common`` holds by part what every block can print; ``boxes`` by block how wide its pictures' boxes are.
    """

    templates: Mapping[Name, Template]
    common: Mapping[str, dict[str, Any]]
    boxes: Mapping[str, Mapping[str, int]]
    views: Views
    cache: RenderCache

    def printed(self, name: Name, context: Mapping[str, Any]) -> str:
        """One part of a block or frame."""
        template = self.templates[name]
        names = template.new_context({**self.common[name[1]], **context}, shared=True)
        try:
            return "".join(template.root_render_func(names))
        except Exception as error:
            raise ConfigurationError([_failure(self.views, name, error, names.get_all())]) from None

    def in_html(self, blocks: Iterable[Fragment]) -> list[Fragment]:
        """The blocks, with their HTML printed. It may be that of an earlier block with the same ``key``."""
        shared = self.cache.html
        laid_out = list(blocks)
        for block in laid_out:
            if block.html:
                continue
            key = (block.kind, block.key) if self._shares_html(block) else None
            if key not in shared:
                printed = self.views.dialect.finish_html(
                    self.printed((block.kind, "html"), block.context).strip()
                )
                block.html = folded(f"{printed}\n".encode())
                if key:
                    shared[key] = block.html
            else:
                block.html = shared[key]
        return laid_out

    def _shares_html(self, block: Fragment) -> bool:
        cache, name = self.cache, (block.kind, "html")
        if cache.blocks is None or block.key is None:
            return False
        return name not in cache.varying and name not in cache.numbered

    def in_text(self, blocks: Iterable[Fragment]) -> list[str]:
        """The text of blocks, without those that say nothing in it."""
        for block in blocks:
            if block.text is None:
                block.text = set_text(self.printed((block.kind, "text"), block.context))
        return [block.text for block in blocks if block.text]

    def once(self, block: str, key: Hashable, make: Callable[[], Fragment]) -> Fragment:
        """A block as it was rendered for the same ``key`` before, unless it prints words of this very variant."""
        known, parts = self.cache.blocks, ((block, "html"), (block, "text"))
        if known is None or not self.cache.varying.isdisjoint(parts):
            return make()
        fragment = known.get((block, key))
        if fragment is None:
            if len(known) > MOST:
                known.clear()
            fragment = known[block, key] = make()
        return fragment

    def story(self, entry: model.Entry, section: model.Section, block: str) -> Fragment:
        """A story in its rank; a feature without a picture is an ordinary story."""
        same = (entry.story.id, section.id, entry.flags)
        if block == "feature" and not self._is_pictured(entry, same):
            block = "story"

        def made() -> Fragment:
            view = self.views.story(entry, section.title, self.boxes.get(block, BOXES))
            return Fragment(block, {"story": view}, section.id, same)

        return self.once(block, (*same, entry.position), made)

    def _is_pictured(self, entry: model.Entry, same: Hashable) -> bool:
        known = self.cache.pictured
        if entry.story.image is None:
            return False
        if same not in known:
            boxes = self.boxes.get("feature", BOXES)
            known[same] = self.views.photograph(entry.story, entry.story.title, boxes, "image") is not None
        return known[same]


def _failure(views: Views, name: Name, error: Exception, context: Mapping[str, Any]) -> Problem:
    """A template that failed on a value: printed again as it was written, to learn the line."""
    from digest.render.failure import failed

    return failed(views.newsroom, views.edition, name, error, context)
