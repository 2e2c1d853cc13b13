"""An issue as the join of its blocks: each block rendered once, in reading order, inside a frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from digest import model
from digest.errors import ConfigurationError
from digest.render import blocks, cleanup, words
from digest.render.budget import Fragment, within
from digest.render.dialect import headers
from digest.render.folding import folded
from digest.render.layout import ADS, ad_block, ranked
from digest.render.plaintext import footnoted, set_text
from digest.render.renderer import RenderCache, Renderer
from digest.render.theme import Theme
from digest.render.values import LookView, MoreView, StoryView, Verbatim
from digest.render.views import BOXES, Views, views_of

CONTENTS: Final = (3, 5)  # headlines of "In this issue": from as many stories on, and at most
FEW: Final = 5  # stories; a shorter issue needs no contents
_SPLIT: Final = "\x00blocks\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
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
    cache: RenderCache | None = None  # what was rendered for other variants of the issue


def render(request: RenderRequest) -> model.Rendered:
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
    available = budget - len(before) - len(after)
    blocks = renderer.in_html(_complete(request, list(_blocks(request, renderer))))
    shown, moved = within(available, blocks, _more(request, renderer))
    pieces = (before, *(block.html for block in shown), after)
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


def _all_labelled(request: RenderRequest) -> None:
    from digest.render.disclosure import problems

    if unlabelled := problems(request.newsroom, request.newsroom.look.theme):
        raise ConfigurationError(unlabelled)


def _views(request: RenderRequest) -> Views:
    cache = request.cache
    if cache is None:
        return views_of(request.newsroom, request.edition, request.day)
    cache.views = cache.views or views_of(request.newsroom, request.edition, request.day)
    return cache.views


def fragments(request: RenderRequest) -> list[Fragment]:
    """Every block of an issue in reading order, nothing moved for size."""
    views = views_of(request.newsroom, request.edition, request.day)
    renderer = renderer_of(request, views)
    return renderer.in_html(_blocks(request, renderer))


def renderer_of(request: RenderRequest, views: Views) -> Renderer:
    """The renderer of an issue."""
    _, title, preheader = _lines(request, views)
    return _renderer(request, views, title, preheader)


def _lines(request: RenderRequest, views: Views) -> tuple[str, str, str]:
    """The subject as the mailer must get it, the same as plain text, and the preheader as plain text."""
    variables = _facts(request, views)
    protect = views.dialect.protect_subject
    template = request.subject or request.edition.subject
    title = words.subject(template, variables)
    same = not views.dialect.text_rules and not views.dialect.subject_rules
    subject = title if same else words.subject(template, variables, protect)
    return subject, title, words.preheader(request.preheader or request.edition.preheader, variables)


def _facts(request: RenderRequest, views: Views) -> words.Facts:
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


def _renderer(request: RenderRequest, views: Views, title: str, preheader: str) -> Renderer:
    compiled = request.theme.of(request.edition)
    shared: dict[str, Any] = {
        "publication": views.publication(compiled.boxes.get("masthead", BOXES)),
        "issue": views.issue(title, preheader, len(request.lineup)),
        "words": views.words(),
        "footer": views.footer(request.newsroom.footer),
        "look": LookView(**compiled.colors),
        "styles": Verbatim(_styles(compiled.styles, views)),
        "outlook": Verbatim(compiled.outlook),
        "blocks": Verbatim(_SPLIT),
    }
    common = {part: {**shared, "tags": views.tags(part)} for part in ("html", "text")}
    mailer = request.edition.mailer or request.newsroom.mailer
    cache = request.cache or RenderCache(blocks=None)
    if request.cache:
        cache.learn(compiled)
    return Renderer(request.theme.templates(compiled.name, mailer), common, compiled.boxes, views, cache)


def _styles(styles: tuple[str, ...], views: Views) -> str:
    """The head's styles, less what the mailer could read as its tags: ``[data-ogsc]`` looks like ``[firstname]``."""
    protect = views.dialect.protect_text
    tags = (re.findall(r"\[[^\]]*\]", style) for style in styles)
    kept = (
        style
        for style, tags_found in zip(styles, tags, strict=True)
        if all(protect(tag) == tag for tag in tags_found)
    )
    return "\n".join(kept)


def _blocks(request: RenderRequest, renderer: Renderer) -> Iterator[Fragment]:
    """Every block in reading order; at one gap: section_end, between_stories, heading, section_start."""
    ads = _ads(request, renderer)
    own = _own_blocks(request, renderer)
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
    yield renderer.once("footer", "", lambda: Fragment("footer", {}))


def _own_blocks(request: RenderRequest, renderer: Renderer) -> dict[str, list[Fragment]]:
    """The newsroom's own blocks by place. A block without data today is left out."""
    sections = {section.id for section in request.lineup.sections}
    placed: dict[str, list[Fragment]] = {}
    for block in blocks.configured(request.newsroom):
        if block.editions and request.edition.name not in block.editions:
            continue
        data = blocks.read(request.newsroom.root, block)
        if data or not block.data:
            template = blocks.template_of(block)
            context = {"data": renderer.views.data(data), "block": block.name}
            fragment = renderer.once(template, block.name, partial(Fragment, template, context))
            placed.setdefault(blocks.place_of(block, sections), []).append(fragment)
    return placed


def _heading(renderer: Renderer, section: model.Section, number: int) -> Fragment:
    def made() -> Fragment:
        return Fragment("section", {"section": renderer.views.section(section, number)}, section.id)

    return renderer.once("section", (section.id, number, len(section.entries)), made)


def _opening(
    request: RenderRequest, renderer: Renderer, top: list[Fragment], own: list[Fragment]
) -> Iterator[Fragment]:
    """What stands before the first section: who we are, who presents, a note, and what is in the issue."""
    yield renderer.once("masthead", "", lambda: Fragment("masthead", {}))
    yield from (block for block in top if block.kind == "presented")
    if request.note.strip():
        note = request.note
        yield renderer.once(
            "note", "", lambda: Fragment("note", {"paragraphs": renderer.views.paragraphs(note)})
        )
    yield from own
    if len(request.lineup) > FEW:
        yield Fragment("contents", _contents(request, renderer))
    yield from (block for block in top if block.kind != "presented")


def _contents(request: RenderRequest, renderer: Renderer) -> dict[str, Any]:
    """The first story of each section but the first, filled up with the next ones, and the sections as jumps.

    Sponsored posts are not among them: the label stands beside the post.
    """
    leaders = [section.entries[0] for section in request.lineup.sections[1:]][: CONTENTS[1]]
    leaders = [entry for entry in leaders if not entry.story.sponsored]
    taken = {1, *(entry.position for entry in leaders)}
    more = [entry for entry in request.lineup if entry.position not in taken and not entry.story.sponsored]
    chosen = sorted([*leaders, *more[: max(0, CONTENTS[0] - len(leaders))]], key=lambda entry: entry.position)
    titles = {section.id: section.title for section in request.lineup.sections}
    views = renderer.views
    return {
        "stories": tuple(views.story(entry, titles[entry.section], {}) for entry in chosen),
        "sections": tuple(
            views.section(section, number) for number, section in enumerate(request.lineup.sections, 1)
        ),
    }


def _complete(request: RenderRequest, blocks: list[Fragment]) -> list[Fragment]:
    """The blocks, once it is sure that every placed ad is among them."""
    shown, booked = sum(block.kind in ADS for block in blocks), len(request.plan.placed)
    if shown != booked:
        raise ValueError(
            f"the plan places {booked} ads, and this lineup has no opening for {booked - shown} of them"
        )
    return blocks


def _ads(request: RenderRequest, renderer: Renderer) -> dict[tuple[str, int], list[Fragment]]:
    """The placed ads by position and gap; at one opening's gap in the order of the plan."""
    book = request.newsroom.ads
    positions = {slot.id: slot.position for slot in book.slots}
    ads: dict[tuple[str, int], list[Fragment]] = {}
    for placed in request.plan.placed:
        item = book.line_item(placed.line_item)
        creatives = item.creatives if item else ()
        creative = next((booked for booked in creatives if booked.id == placed.creative), None)
        if creative is None:
            raise ValueError(f"the plan places {placed.line_item}/{placed.creative}, which is not booked")
        position = positions[placed.slot]
        fragment = _ad(renderer, placed, creative, position)
        ads.setdefault((position, placed.gap), []).append(fragment)
    return ads


def _ad(renderer: Renderer, placed: model.Placement, creative: model.Creative, position: str) -> Fragment:
    block = ad_block(placed, creative, position)

    def made() -> Fragment:
        view = renderer.views.ad(placed, creative, renderer.boxes.get(block, BOXES))
        return Fragment(block, {"ad": view}, position)

    return renderer.once(block, (placed.line_item, placed.creative, placed.slot), made)


def _more(request: RenderRequest, renderer: Renderer) -> Any:
    """Renders the list of the stories that are online only, by section."""
    entries = {entry.story.id: entry for entry in request.lineup}

    def more(leaving: list[Fragment]) -> Fragment:
        ids = {block.story.id for block in leaving if block.story}
        sections: list[MoreView] = []
        every: list[StoryView] = []
        for section in request.lineup.sections:
            leaving_entries = [entries[entry.story.id] for entry in section.entries if entry.story.id in ids]
            stories = tuple(renderer.views.story(entry, section.title, {}) for entry in leaving_entries)
            if stories:
                sections.append(renderer.views.more(section, stories))
                every += stories
        context = {"stories": tuple(every), "sections": tuple(sections)}
        return renderer.in_html([Fragment("more_online", context)])[0]

    return more


def _text(request: RenderRequest, renderer: Renderer, shown: list[Fragment]) -> tuple[bytes, ...]:
    """The plain-text part, in pieces that end in line ends."""
    before, after = _frame(renderer, "text")
    settings = request.newsroom.plain_text
    pieces = renderer.in_text(shown)
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
