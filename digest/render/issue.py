"""An issue as the join of its blocks: each block rendered once, in reading order, inside a frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from digest import model
from digest.errors import ConfigurationError, Problem
from digest.render import blocks, cleanup, words
from digest.render.budget import Fragment, within
from digest.render.dialect import headers
from digest.render.folding import folded
from digest.render.layout import ADS, ad_block, ranked
from digest.render.plaintext import footnoted, set_text
from digest.render.theme import Compiled, Name, Theme
from digest.render.values import Look, More, Story, Verbatim
from digest.render.views import BOXES, Views, views_of

if TYPE_CHECKING:
    from jinja2 import Template

CONTENTS: Final = (3, 5)  # headlines of "In this issue": from as many stories on, and at most
FEW: Final = 5  # stories; a shorter issue needs no contents
MOST: Final = 20_000  # blocks kept for other variants
_SPLIT: Final = "\x00blocks\x00"
_OF_A_VARIANT: Final = frozenset(("subject", "preheader", "padding", "count"))  # of ``issue``, in templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One issue to render. ``note`` is an editor's: paragraphs, ``**bold**`` and ``[links](https://example.com)``."""

    newsroom: model.Newsroom
    edition: model.Edition
    day: date
    lineup: model.Lineup
    plan: model.Plan
    theme: Theme
    note: str = ""
    subject: str = ""  # in place of the edition's
    preheader: str = ""
    kept: Kept | None = None  # what was rendered for other variants of the issue


@dataclass(slots=True)
class Kept:
    """What the variants of one issue share: blocks that were rendered for one of them serve the others.

    Made for one newsroom, edition, date, theme and note; it grows with what is new and is emptied when it is full.
    """

    views: Views | None = None
    blocks: dict[Hashable, Fragment] | None = field(default_factory=dict)  # None: nothing is kept
    html: dict[Hashable, bytes] = field(default_factory=dict)
    pictured: dict[Hashable, bool] = field(default_factory=dict)  # stories with a picture for a feature
    varying: frozenset[Name] = frozenset()  # what prints words of its very variant: rendered each time
    numbered: frozenset[Name] = frozenset()  # what prints a story's number in the issue


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders the blocks of one issue.

    ``common`` holds by part what every block can print; ``boxes`` by block how wide its pictures' boxes are.
    """

    templates: Mapping[Name, Template]
    common: Mapping[str, dict[str, Any]]
    boxes: Mapping[str, Mapping[str, int]]
    views: Views
    kept: Kept

    def printed(self, name: Name, at_hand: Mapping[str, Any]) -> str:
        """One part of a block or frame."""
        template = self.templates[name]
        context = template.new_context({**self.common[name[1]], **at_hand}, shared=True)
        try:
            return "".join(template.root_render_func(context))
        except Exception as error:
            raise ConfigurationError([_failure(self.views, name, error, context.get_all())]) from None

    def fragment(
        self, block: str, at_hand: Mapping[str, Any], section: str = "", key: Hashable = None
    ) -> Fragment:
        """Both parts of a block. Its HTML may be that of an earlier block with the same ``key``."""
        name = (block, "html")
        kept = self.kept
        alone = kept.blocks is None or key is None or name in kept.varying or name in kept.numbered
        shared = None if alone else (block, key)
        html = kept.html.get(shared) if shared else None
        if html is None:
            printed = self.views.dialect.finish_html(self.printed(name, at_hand).strip())
            html = folded(f"{printed}\n".encode())
            if shared:
                kept.html[shared] = html
        text = set_text(self.printed((block, "text"), at_hand))
        return Fragment(html, text, block, section, at_hand)

    def once(self, block: str, key: Hashable, make: Callable[[], Fragment]) -> Fragment:
        """A block as it was rendered for the same ``key`` before, unless it prints words of this very variant."""
        kept, parts = self.kept.blocks, ((block, "html"), (block, "text"))
        if kept is None or not self.kept.varying.isdisjoint(parts):
            return make()
        found = kept.get((block, key))
        if found is None:
            if len(kept) > MOST:
                kept.clear()
            found = kept[block, key] = make()
        return found

    def story(self, entry: model.Entry, section: model.Section, block: str) -> Fragment:
        """A story in its rank; a feature without a picture is an ordinary story."""
        same = (entry.story.id, section.id, entry.flags)
        if block == "feature" and not self._is_pictured(entry, section, same):
            block = "story"

        def made() -> Fragment:
            view = self.views.story(entry, section.title, self.boxes.get(block, BOXES))
            return self.fragment(block, {"story": view}, section.id, same)

        return self.once(block, (*same, entry.position), made)

    def _is_pictured(self, entry: model.Entry, section: model.Section, same: Hashable) -> bool:
        known = self.kept.pictured
        if entry.story.image is None:
            return False
        if same not in known:
            view = self.views.story(entry, section.title, self.boxes.get("feature", BOXES))
            known[same] = view.image is not None
        return known[same]


def render(request: Request) -> model.Rendered:
    """Both parts of an issue, within the size budget if its stories allow.

    Raises ``ConfigurationError`` where a newsroom's template fails or leaves out the label of a sponsored post, or the
    locale's dates need an extra.
    """
    if any(entry.story.sponsored for entry in request.lineup):
        _all_labelled(request)
    views = _views(request)
    subject, title, preheader = _lines(request, views)
    renderer = _renderer(request, views, title, preheader)
    budget = request.newsroom.size_budget
    before, after = _frame(renderer, "html")
    room = budget - len(before) - len(after)
    shown, moved = within(
        room, _complete(request, list(_blocks(request, renderer))), _more(request, renderer)
    )
    pieces = (before, *(one.html for one in shown), after)
    text = _text(request, renderer, shown)
    html = b"".join(pieces)
    return model.Rendered(
        html=html,
        text=b"".join(text),
        subject=subject,
        preheader=preheader,
        more_online=moved,
        headers=headers(views.dialect, request.edition.sender),
        images={name: data for name, data in views.files.taken.items() if name.encode() in html},
        pieces=(pieces, text),
    )


def _all_labelled(request: Request) -> None:
    from digest.render.disclosure import problems

    if found := problems(request.newsroom, request.newsroom.look.theme):
        raise ConfigurationError(found)


def _views(request: Request) -> Views:
    kept = request.kept
    if kept is None:
        return views_of(request.newsroom, request.edition, request.day)
    kept.views = kept.views or views_of(request.newsroom, request.edition, request.day)
    return kept.views


def fragments(request: Request) -> list[Fragment]:
    """Every block of an issue in reading order, nothing moved for size."""
    views = views_of(request.newsroom, request.edition, request.day)
    return list(_blocks(request, renderer_of(request, views)))


def renderer_of(request: Request, views: Views) -> Renderer:
    """The renderer of an issue."""
    _, title, preheader = _lines(request, views)
    return _renderer(request, views, title, preheader)


def _lines(request: Request, views: Views) -> tuple[str, str, str]:
    """The subject as the mailer must get it, the same as plain text, and the preheader as plain text."""
    known = _facts(request, views)
    protect = views.dialect.protect_subject
    template = request.subject or request.edition.subject
    title = words.subject(template, known)
    same = not views.dialect.text_rules and not views.dialect.subject_rules
    subject = title if same else words.subject(template, known, protect)
    return subject, title, words.preheader(request.preheader or request.edition.preheader, known)


def _facts(request: Request, views: Views) -> words.Facts:
    brand = request.newsroom.publication
    locale = getattr(request.edition, "locale", "") or brand.locale
    stories = [entry.story for entry in request.lineup]
    # Nothing that is paid for speaks for the issue, where no label can stand beside it.
    own = [story for story in stories if not story.sponsored] or stories
    titles = [cleanup.title(story.title, story.source) for story in own]
    try:
        return words.facts(
            titles,
            tuple(section.title for section in request.lineup.sections),
            day=request.day,
            locale=locale,
            publication=brand.name,
            edition=request.edition.name,
            count=len(stories),
        )
    except ConfigurationError as error:
        from digest.render.digest_yaml import unwritable_dates

        raise unwritable_dates(error, request.newsroom.root, locale) from None


def _renderer(request: Request, views: Views, title: str, preheader: str) -> Renderer:
    compiled = request.theme.of(request.edition)
    shared: dict[str, Any] = {
        "publication": views.publication(compiled.boxes.get("masthead", BOXES)),
        "issue": views.issue(title, preheader, len(request.lineup)),
        "words": views.words(),
        "footer": views.footer(request.newsroom.footer),
        "look": Look(**compiled.colors),
        "styles": Verbatim(_styles(compiled.styles, views)),
        "outlook": Verbatim(compiled.outlook),
        "blocks": Verbatim(_SPLIT),
    }
    common = {part: {**shared, "tags": views.tags(part)} for part in ("html", "text")}
    mailer = request.edition.mailer or request.newsroom.mailer
    return Renderer(
        request.theme.templates(compiled.name, mailer),
        common,
        compiled.boxes,
        views,
        _kept(request, compiled),
    )


def _kept(request: Request, compiled: Compiled) -> Kept:
    """Without other variants nothing is kept for them."""
    kept = request.kept
    if kept is None:
        return Kept(blocks=None)
    if not kept.varying and not kept.numbered:
        known = compiled.words()
        kept.varying = frozenset(name for name, words in known.items() if _varies(words))
        kept.numbered = frozenset(name for name, words in known.items() if "position" in words)
    return kept


def _varies(words: frozenset[str]) -> bool:
    """Whether a template with these words may print what differs between the variants of an issue."""
    return "issue" in words and not words.isdisjoint(_OF_A_VARIANT)


def _styles(styles: tuple[str, ...], views: Views) -> str:
    """The head's styles, less what the mailer could read as its tags: ``[data-ogsc]`` looks like ``[firstname]``."""
    protect = views.dialect.protect_text
    tags = (re.findall(r"\[[^\]]*\]", one) for one in styles)
    kept = (one for one, found in zip(styles, tags, strict=True) if all(protect(tag) == tag for tag in found))
    return "\n".join(kept)


def _blocks(request: Request, renderer: Renderer) -> Iterator[Fragment]:
    """Every block in reading order; at one gap: section_end, between_stories, heading, section_start."""
    ads = _ads(request, renderer)
    own = blocks.fragments(request.newsroom, request.edition, request.lineup, renderer)
    total = len(request.lineup)
    yield from _opening(request, renderer, ads.get(("top", 0), []), own.get("after_masthead", []))
    for number, section in enumerate(request.lineup.sections, 1):
        first, last = section.entries[0].position, section.entries[-1].position
        yield _heading(renderer, section, number)
        yield from ads.get(("section_start", first - 1), ())
        ranks = ranked(section, number, request.newsroom.look.density)
        for entry, block in zip(section.entries, ranks, strict=True):
            yield renderer.story(entry, section, block)
            if entry.position == 1:
                yield from own.get("after_lead", ())
            if entry.position == last:
                yield from ads.get(("section_end", last), ())
                yield from own.get(f"after_section: {section.id}", ())
            if entry.position < total:
                yield from ads.get(("between_stories", entry.position), ())
    yield from ads.get(("end", total), ())
    yield from own.get("before_footer", ())
    yield renderer.once("footer", "", lambda: renderer.fragment("footer", {}))


def _heading(renderer: Renderer, section: model.Section, number: int) -> Fragment:
    def made() -> Fragment:
        return renderer.fragment("section", {"section": renderer.views.section(section, number)}, section.id)

    return renderer.once("section", (section.id, number, len(section.entries)), made)


def _opening(
    request: Request, renderer: Renderer, top: list[Fragment], own: list[Fragment]
) -> Iterator[Fragment]:
    """What stands before the first section: who we are, who presents, a note, and what is in the issue."""
    yield renderer.once("masthead", "", lambda: renderer.fragment("masthead", {}))
    yield from (one for one in top if one.kind == "presented")
    if request.note.strip():
        said = request.note
        yield renderer.once(
            "note", "", lambda: renderer.fragment("note", {"paragraphs": renderer.views.paragraphs(said)})
        )
    yield from own
    if len(request.lineup) > FEW:
        yield renderer.fragment("contents", _contents(request, renderer))
    yield from (one for one in top if one.kind != "presented")


def _contents(request: Request, renderer: Renderer) -> dict[str, Any]:
    """The first story of each section but the first, filled up with the next ones, and the sections as jumps.

    Sponsored posts are not among them: the label stands beside the post.
    """
    heads = [section.entries[0] for section in request.lineup.sections[1:]][: CONTENTS[1]]
    heads = [entry for entry in heads if not entry.story.sponsored]
    taken = {1, *(entry.position for entry in heads)}
    more = [entry for entry in request.lineup if entry.position not in taken and not entry.story.sponsored]
    chosen = sorted([*heads, *more[: max(0, CONTENTS[0] - len(heads))]], key=lambda entry: entry.position)
    titles = {section.id: section.title for section in request.lineup.sections}
    views = renderer.views
    return {
        "stories": tuple(views.story(entry, titles[entry.section], {}) for entry in chosen),
        "sections": tuple(
            views.section(one, number) for number, one in enumerate(request.lineup.sections, 1)
        ),
    }


def _complete(request: Request, blocks: list[Fragment]) -> list[Fragment]:
    """The blocks, once it is sure that every placed ad is among them."""
    shown, booked = sum(one.kind in ADS for one in blocks), len(request.plan.placed)
    if shown != booked:
        raise ValueError(
            f"the plan places {booked} ads, and this lineup has no opening for {booked - shown} of them"
        )
    return blocks


def _ads(request: Request, renderer: Renderer) -> dict[tuple[str, int], list[Fragment]]:
    """The placed ads by position and gap; at one opening's gap in the order of the plan."""
    book = request.newsroom.ads
    positions = {slot.id: slot.position for slot in book.slots}
    found: dict[tuple[str, int], list[Fragment]] = {}
    for placed in request.plan.placed:
        item = book.line_item(placed.line_item)
        creative = next((one for one in item.creatives if one.id == placed.creative), None) if item else None
        if creative is None:
            raise ValueError(f"the plan places {placed.line_item}/{placed.creative}, which is not booked")
        position = positions[placed.slot]
        fragment = _ad(renderer, placed, creative, position)
        found.setdefault((position, placed.gap), []).append(fragment)
    return found


def _ad(renderer: Renderer, placed: model.Placement, creative: model.Creative, position: str) -> Fragment:
    block = ad_block(placed, creative, position)

    def made() -> Fragment:
        view = renderer.views.ad(placed, creative, renderer.boxes.get(block, BOXES))
        return renderer.fragment(block, {"ad": view}, position)

    return renderer.once(block, (placed.line_item, placed.creative, placed.slot), made)


def _more(request: Request, renderer: Renderer) -> Any:
    """Renders the list of the stories that are online only, by section."""
    entries = {entry.story.id: entry for entry in request.lineup}

    def more(gone: list[Fragment]) -> Fragment:
        ids = {one.story.id for one in gone if one.story}
        sections: list[More] = []
        every: list[Story] = []
        for section in request.lineup.sections:
            away = [entries[entry.story.id] for entry in section.entries if entry.story.id in ids]
            stories = tuple(renderer.views.story(entry, section.title, {}) for entry in away)
            if stories:
                sections.append(renderer.views.more(section, stories))
                every += stories
        return renderer.fragment("more_online", {"stories": tuple(every), "sections": tuple(sections)})

    return more


def _text(request: Request, renderer: Renderer, shown: list[Fragment]) -> tuple[bytes, ...]:
    """The plain-text part, in pieces that end in line ends."""
    before, after = _frame(renderer, "text")
    settings = request.newsroom.plain_text
    pieces = [one.text for one in shown if one.text]
    if settings.links == "footnotes":
        pieces = footnoted(pieces)
    between = (f"{piece}\n\n".encode() for piece in pieces[:-1])
    return (before, *between, (pieces[-1] if pieces else "").encode() + after)


def _frame(renderer: Renderer, part: str) -> tuple[bytes, bytes]:
    printed = renderer.printed((f"issue.{'html' if part == 'html' else 'txt'}.j2", part), {}).strip() + "\n"
    before, _, after = printed.partition(_SPLIT)
    if part == "html":
        return folded(before.rstrip().encode() + b"\n"), folded(after.lstrip().encode())
    before, after = set_text(before), set_text(after)
    return (f"{before}\n\n" if before else "").encode(), (f"\n\n{after}\n" if after else "\n").encode()


def _failure(views: Views, name: Name, error: Exception, known: Mapping[str, Any]) -> Problem:
    """A template that failed on a value: printed again as it was written, to learn the line."""
    from digest.render.failure import failed

    return failed(views.newsroom, views.edition, name, error, known)
