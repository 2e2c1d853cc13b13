"""An issue as the join of its blocks: each block rendered once, in reading order, inside a frame.

Over the size budget, stories move to the list "more online", one after another: always the last story of the
section that has most left (of equal sections the later one). Ads never move. A section keeps its first story until
every section is down to one; then whole sections go, the last first, but never the first story of the issue. Ads stay
where the plan put them, also beside a story that moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from digest import model
from digest.errors import ConfigurationError, Problem
from digest.render import words
from digest.render.plaintext import set_text
from digest.render.theme import Name, Theme
from digest.render.values import Look, Story, Verbatim
from digest.render.views import Views, views_of

if TYPE_CHECKING:
    from jinja2 import Template

FULL: Final = {"comfortable": 4, "compact": 3}  # stories of a section before they become briefs
ADS: Final = ("ad_banner", "ad_native", "sponsor", "house")
_SPLIT: Final = "\x00blocks\x00"
_LONG: Final = 900  # octets of a line; a mail's limit is 998


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One issue to render."""

    newsroom: model.Newsroom
    edition: model.Edition
    day: date
    lineup: model.Lineup
    plan: model.Plan
    theme: Theme


@dataclass(frozen=True, slots=True)
class Fragment:
    """One rendered block; ``html`` ends in a newline. ``kind`` is the block; ``section`` is that of a heading or
    story; for an ad it is its slot's position."""

    html: bytes
    text: str
    kind: str
    section: str = ""
    story: Story | None = None


@dataclass(frozen=True, slots=True)
class Renderer:
    """Prints the blocks of one issue; ``common`` holds by part what every block can print."""

    templates: Mapping[Name, Template]
    common: Mapping[str, dict[str, Any]]
    views: Views

    def printed(self, name: Name, at_hand: Mapping[str, Any]) -> str:
        """One part of a block or frame."""
        template = self.templates[name]
        context = template.new_context({**self.common[name[1]], **at_hand}, shared=True)
        try:
            return "".join(template.root_render_func(context))
        except Exception as error:
            raise ConfigurationError([_failure(self.views, name, error, context.get_all())]) from None

    def fragment(self, block: str, at_hand: Mapping[str, Any], section: str = "") -> Fragment:
        """Both parts of a block."""
        html = self.views.dialect.finish_html(self.printed((block, "html"), at_hand).strip())
        text = set_text(self.printed((block, "text"), at_hand))
        return Fragment(folded(f"{html}\n".encode()), text, block, section, at_hand.get("story"))


def render(request: Request) -> model.Rendered:
    """Both parts of an issue, within the size budget if its stories allow.

    Raises ``ConfigurationError`` where a newsroom's template fails or the locale's dates need an extra.
    """
    views = views_of(request.newsroom, request.edition, request.day)
    subject, title, preheader = _lines(request, views)
    renderer = _renderer(request, views, title, preheader)
    blocks = _complete(request, list(_blocks(request, renderer)))
    shown, moved = _within(request, renderer, blocks)
    return model.Rendered(
        html=_page(renderer, "html", shown),
        text=_page(renderer, "text", shown),
        subject=subject,
        preheader=preheader,
        more_online=moved,
        headers=views.dialect.headers,
    )


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
    known = _facts(request)
    protect = views.dialect.protect_subject
    title = words.subject(request.edition.subject, known)
    same = not views.dialect.text_rules and not views.dialect.subject_rules
    subject = title if same else words.subject(request.edition.subject, known, protect)
    return subject, title, words.preheader(request.edition.preheader, known)


def _facts(request: Request) -> words.Facts:
    brand = request.newsroom.publication
    try:
        return words.facts(
            request.lineup,
            day=request.day,
            locale=brand.locale,
            publication=brand.name,
            edition=request.edition.name,
        )
    except ConfigurationError as error:
        from digest.render.digest_yaml import unwritable_dates

        raise unwritable_dates(error, request.newsroom.root, brand.locale) from None


def _renderer(request: Request, views: Views, title: str, preheader: str) -> Renderer:
    compiled = request.theme.of(request.edition)
    shared: dict[str, Any] = {
        "publication": views.publication(),
        "issue": views.issue(title, preheader, len(request.lineup)),
        "words": views.words(),
        "look": Look(**compiled.colors),
        "styles": Verbatim(_styles(compiled.styles, views)),
        "outlook": Verbatim(compiled.outlook),
        "blocks": Verbatim(_SPLIT),
    }
    common = {part: {**shared, "tags": views.tags(part)} for part in ("html", "text")}
    return Renderer(request.theme.templates(compiled.name, request.newsroom.mailer), common, views)


def _styles(styles: tuple[str, ...], views: Views) -> str:
    """The head's styles, less what the mailer could read as its tags: ``[data-ogsc]`` looks like ``[firstname]``."""
    protect = views.dialect.protect_text
    tags = (re.findall(r"\[[^\]]*\]", one) for one in styles)
    kept = (one for one, found in zip(styles, tags, strict=True) if all(protect(tag) == tag for tag in found))
    return "\n".join(kept)


def _blocks(request: Request, renderer: Renderer) -> Iterator[Fragment]:
    """Every block in reading order; at one gap: section_end, between_stories, heading, section_start."""
    ads = _ads(request, renderer)
    total = len(request.lineup)
    yield renderer.fragment("masthead", {})
    yield from ads.get(("top", 0), ())
    for number, section in enumerate(request.lineup.sections, 1):
        first, last = section.entries[0].position, section.entries[-1].position
        yield renderer.fragment("section", {"section": renderer.views.section(section, number)}, section.id)
        yield from ads.get(("section_start", first - 1), ())
        for index, entry in enumerate(section.entries):
            block = _block(request, entry.position, index)
            yield renderer.fragment(block, {"story": renderer.views.story(entry)}, section.id)
            if entry.position == last:
                yield from ads.get(("section_end", last), ())
            if entry.position < total:
                yield from ads.get(("between_stories", entry.position), ())
    yield from ads.get(("end", total), ())
    yield renderer.fragment("footer", {})


def _complete(request: Request, blocks: list[Fragment]) -> list[Fragment]:
    """The blocks, once it is sure that every placed ad is among them."""
    shown, booked = sum(one.kind in ADS for one in blocks), len(request.plan.placed)
    if shown != booked:
        raise ValueError(
            f"the plan places {booked} ads, and this lineup has no opening for {booked - shown} of them"
        )
    return blocks


def _block(request: Request, position: int, index: int) -> str:
    """The first story leads; far down in a section stories become briefs."""
    if position == 1:
        return "lead"
    return "story" if index < FULL.get(request.newsroom.look.density, 4) else "brief"


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
        block = _ad_block(placed, creative, positions[placed.slot])
        fragment = renderer.fragment(
            block, {"ad": renderer.views.ad(placed, creative)}, positions[placed.slot]
        )
        found.setdefault((positions[placed.slot], placed.gap), []).append(fragment)
    return found


def _ad_block(placed: model.Placement, creative: model.Creative, position: str) -> str:
    if placed.tier == "house":
        return "house"
    if creative.image:
        return "ad_banner"
    return "sponsor" if position == "section_start" else "ad_native"


def _page(renderer: Renderer, part: str, shown: list[Fragment]) -> bytes:
    """The frame of a part around its blocks."""
    before, after = _frame(renderer, part)
    if part == "html":
        return before + b"".join(one.html for one in shown) + after
    body = "\n\n".join(one.text for one in shown if one.text)
    return before + body.encode() + after


def _frame(renderer: Renderer, part: str) -> tuple[bytes, bytes]:
    printed = renderer.printed((f"issue.{'html' if part == 'html' else 'txt'}.j2", part), {}).strip() + "\n"
    before, _, after = printed.partition(_SPLIT)
    if part == "html":
        return folded(before.rstrip().encode() + b"\n"), folded(after.lstrip().encode())
    before, after = set_text(before), set_text(after)
    return (f"{before}\n\n" if before else "").encode(), (f"\n\n{after}\n" if after else "\n").encode()


def _within(
    request: Request, renderer: Renderer, blocks: list[Fragment]
) -> tuple[list[Fragment], tuple[str, ...]]:
    """The blocks with as few stories moved to "more online" as the budget asks for, and the ids of those."""
    budget = request.newsroom.size_budget
    size = len(_page(renderer, "html", blocks))
    if size <= budget:
        return blocks, ()
    order = moving(blocks)
    low, high = 1, len(order)
    while low < high:
        middle = (low + high) // 2
        if len(_page(renderer, "html", _moved(renderer, blocks, order[:middle]))) <= budget:
            high = middle
        else:
            low = middle + 1
    gone = order[:low]
    shown = _moved(renderer, blocks, gone)
    ids = {one.story.id for one in gone if one.story}
    return shown, tuple(one.story.id for one in blocks if one.story and one.story.id in ids)


def moving(blocks: list[Fragment]) -> list[Fragment]:
    """The stories that may move, in the order in which they do."""
    left: dict[str, list[Fragment]] = {}
    for one in blocks:
        if one.story:
            left.setdefault(one.section, []).append(one)
    names = list(left)
    order: list[Fragment] = []
    while True:
        least = 1 if any(len(stories) > 1 for stories in left.values()) else 0
        longest = max(names, key=lambda name: (len(left[name]), names.index(name)), default="")
        if not longest or len(left[longest]) <= least or (least == 0 and longest == names[0]):
            return order
        order.append(left[longest].pop())


def _moved(renderer: Renderer, blocks: list[Fragment], gone: list[Fragment]) -> list[Fragment]:
    """The blocks without the stories gone; a heading without stories goes too; the list comes after the last story."""
    away = {id(one) for one in gone}
    kept = [one for one in blocks if id(one) not in away]
    sections = {one.section for one in kept if one.story}
    kept = [one for one in kept if one.kind != "section" or one.section in sections]
    stories = tuple(one.story for one in blocks if id(one) in away and one.story)
    if not stories:
        return kept
    after = (
        i for i, one in enumerate(kept) if one.kind == "footer" or (one.kind in ADS and one.section == "end")
    )
    at = next(after)
    return [*kept[:at], renderer.fragment("more_online", {"stories": stories}), *kept[at:]]


def folded(html: bytes) -> bytes:
    """HTML with long lines broken at a space, which reads the same."""
    at = 0
    while len(html) - at > _LONG:
        at = html.rfind(b"\n", at, at + _LONG) + 1
        if not at:
            return b"\n".join(_fold(line) for line in html.split(b"\n"))
    return html


def _fold(line: bytes) -> bytes:
    done = []
    while len(line) > _LONG:
        at = line.rfind(b" ", 1, _LONG)
        if at < 0:
            at = line.find(b" ", _LONG)
        if at < 0:
            break
        done.append(line[:at])
        line = line[at + 1 :]
    return b"\n".join([*done, line])


def _failure(views: Views, name: Name, error: Exception, known: Mapping[str, Any]) -> Problem:
    """A template that failed on a value: printed again as it was written, to learn the line."""
    from digest.render.failure import failed

    return failed(views.newsroom, views.edition, name, error, known)
