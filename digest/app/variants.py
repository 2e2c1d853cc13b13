"""One variant of an issue: chosen, placed and rendered as the issue is, from what all its variants share.

Pure, and the same in every process: a variant depends on its choice and on what ``Bases`` holds, on nothing else.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from digest.audience.choices import Choice, Piece
from digest.audience.output import OutputStore
from digest.audience.packs import Made, write
from digest.model import (
    Edition,
    Entry,
    Issue,
    Lineup,
    Placement,
    Plan,
    Publication,
    Section,
    Selection,
    Story,
)
from digest.model.mail import MailerSpec
from digest.place import PlaceRequest, place, placements
from digest.publish.message import message, quoted_printable
from digest.render import RenderCache, RenderRequest, Theme, render
from digest.select import SelectRequest, Shared, lineup_of, shared_by

Lines = tuple[
    tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...
]  # section -> (story, flags of its event)
# What changes between two reads of a source and is not shown to readers.
_UNSEEN: dict[str, Any] = {
    "popularity": {}, "priority": 0.0, "embargo_until": None, "expires_at": None, "sections": (), "tags": (),
    "as_sourced": {}, "updated_at": None, "first_seen": datetime.min.replace(tzinfo=UTC),
}  # fmt: skip
Ads = tuple[tuple[str, str, str, int, str | None], ...]  # line item, creative, slot, gap, section


@dataclass(frozen=True, slots=True)
class Bases:
    """What an issue was made of, and the issue: its variants are made of the same."""

    select: SelectRequest
    place: PlaceRequest
    render: RenderRequest
    issue: Issue


@dataclass(frozen=True, slots=True)
class Row:
    """A variant's lineup and ads. ``thin``: its own stories were too few, and it has those of the issue."""

    variant: str
    lines: Lines
    ads: Ads
    thin: bool = False
    may_run: tuple[str, ...] = ()  # line items, placed or not

    def packed(self) -> bytes:
        """All that its bytes depend on, beside the issue's own inputs, in little room."""
        return zlib.compress(json.dumps([self.variant, self.lines, self.ads, self.thin]).encode(), 1)


def row_text(data: bytes) -> bytes:
    """A packed row as JSON: what is hashed, for compressed bytes differ between machines."""
    return zlib.decompress(data)


def unpacked_row(data: bytes) -> Row:
    variant, lines, ads, thin = json.loads(row_text(data))
    return Row(
        variant,
        tuple(
            (section, tuple((story, tuple(flags)) for story, flags in stories)) for section, stories in lines
        ),
        tuple(tuple(ad) for ad in ads),
        thin,
    )


def texts_of(stories: Mapping[str, Story], rows: Iterable[bytes]) -> str:
    """A hash of what readers see of the stories in some packed rows, in hexadecimal digits."""
    shown = {story for row in rows for _, lines in unpacked_row(row).lines for story, _ in lines}
    seen = sha256()
    for id in sorted(shown):
        story = replace(stories[id], **_UNSEEN)
        seen.update(repr(story).encode("utf-8", "surrogatepass") + b"\n")
    return seen.hexdigest()


class Maker:
    """Makes the variants of one issue."""

    def __init__(self, bases: Bases, shared: Shared | None = None) -> None:
        self.bases = bases
        self.shared = shared or shared_by(bases.select)
        self.cache = RenderCache()
        self.quoted = lru_cache(maxsize=8192)(quoted_printable)
        self.titles = {section.id: section.title for section in bases.select.newsroom.sections}
        self.stories = {story.id: story for story in bases.select.stories} | {
            entry.story.id: entry.story for entry in bases.issue.selection.lineup
        }
        own = bases.select.newsroom.seen_by(bases.select.edition)
        self.fewest = max(own.thin.min_stories, 1)
        self.items = {item.id: item for item in bases.place.ads.line_items}
        self._lineup = lru_cache(maxsize=256)(self._chosen)
        self._placed = lru_cache(maxsize=256)(self._planned)

    def __reduce__(self) -> tuple[type[Maker], tuple[Bases, Shared]]:
        return Maker, (self.bases, self.shared)  # to other processes: without what was rendered here

    def row(self, piece: Piece) -> Row:
        """What readers of a piece get: stories and ads, by every rule for their own lineup."""
        lines, thin = self._lineup(replace(piece.choice, by=(), capped=()))
        ads, may_run = self._placed(lines, self._asked(piece.choice), _withheld_ads(piece))
        return Row(piece.variant, lines, ads, thin, may_run)

    def without(self, piece: Piece, of_group: Row) -> Row:
        """What readers of a part of a group get, from what the whole group would: the same stories, other ads."""
        ads, _ = self._placed(of_group.lines, self._asked(piece.choice), _withheld_ads(piece))
        return replace(of_group, variant=piece.variant, ads=ads)

    def _asked(self, choice: Choice) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The reader's values as far as any booking asks for their column."""
        columns = {column for item in self.items.values() for column in item.audience}
        return tuple(value for value in choice.by if value[0] in columns)

    def _chosen(self, choice: Choice) -> tuple[Lines, bool]:
        lineup = lineup_of(self._selecting(choice), self.shared)
        thin = len(lineup) < self.fewest
        return _lines(self.bases.issue.selection.lineup if thin else lineup), thin

    def _selecting(self, choice: Choice) -> SelectRequest:
        base = self.bases.select
        edition = replace(base.edition, sections=choice.sections) if choice.sections else base.edition
        if choice.top:
            edition = replace(edition, top=MappingProxyType({**edition.top, **dict(choice.top)}))
        withheld = self._withheld(choice)
        return replace(base, edition=edition, withheld=withheld)

    def _withheld(self, choice: Choice) -> Mapping[str, str]:
        base = self.bases.select
        if not (choice.language or choice.had):
            return base.withheld
        withheld = dict.fromkeys(choice.had, "history: the reader had this event")
        if choice.language:
            wanted = choice.language.split("-")[0]
            for story in base.stories:
                if story.language and story.language.casefold().split("-")[0] != wanted:
                    withheld[story.id] = f"language: {story.language}"
        return {**withheld, **base.withheld}

    def _planned(
        self, lines: Lines, by: tuple[tuple[str, tuple[str, ...]], ...], without: tuple[str, ...]
    ) -> tuple[Ads, tuple[str, ...]]:
        placed, may_run = placements(self._placing(lines, by, without))
        return tuple((ad.line_item, ad.creative, ad.slot, ad.gap, ad.section) for ad in placed), may_run

    def _placing(
        self, lines: Lines, by: tuple[tuple[str, tuple[str, ...]], ...], without: tuple[str, ...]
    ) -> PlaceRequest:
        base = self.bases.place
        overrides = base.overrides
        if without:
            pins = tuple(pin for pin in overrides.pin if pin.partition("@")[0] not in without)
            overrides = replace(overrides, pin=pins, pause=(*overrides.pause, *without))
        return replace(base, lineup=self.lineup(lines), reader=dict(by), overrides=overrides)

    def refusal(self, piece: Piece, row: Row, line_item: str) -> str:
        """The rule that keeps a booking out of a variant, and why."""
        request = self._placing(row.lines, self._asked(piece.choice), _withheld_ads(piece))
        refusals = (refusal for refusal in place(request).refused if refusal.line_item == line_item)
        return next((f"{refusal.rule}: {refusal.reason}" for refusal in refusals), "")

    def lineup(self, lines: Lines) -> Lineup:
        """A lineup as the stages know it."""
        sections, position = list[Section](), 0
        for section, stories in lines:
            entries = []
            for story, flags in stories:
                position += 1
                entries.append(
                    Entry(
                        position=position,
                        story=self.stories[story],
                        section=section,
                        score=0.0,
                        flags=frozenset(flags),
                    )
                )
            sections.append(Section(id=section, title=self.titles[section], entries=tuple(entries)))
        return Lineup(sections=tuple(sections))

    def plan(self, ads: Ads) -> Plan:
        return Plan(
            placed=tuple(
                Placement(
                    line_item=item,
                    creative=creative,
                    advertiser=self.items[item].advertiser,
                    tier=self.items[item].tier,
                    slot=slot,
                    gap=gap,
                    section=section,
                    because="",
                )
                for item, creative, slot, gap, section in ads
            )
        )

    def issue(self, row: Row) -> Issue:
        """The variant as an issue of its lineup and plan."""
        lineup, plan = self.lineup(row.lines), self.plan(row.ads)
        rendered = render(replace(self.bases.render, lineup=lineup, plan=plan, cache=self.cache))
        return replace(self.bases.issue, selection=Selection(lineup=lineup), plan=plan, rendered=rendered)

    def made(self, row: Row, publication: Publication, revision: int) -> Made:
        """The variant's bytes: those of a general build of its lineup and plan."""
        issue = self.issue(row)
        eml = message(issue, publication=publication, revision=revision, quoted=self.quoted)
        rendered = issue.rendered
        return Made((rendered.html, rendered.text, eml), rendered.subject, rendered.preheader)


def _lines(lineup: Lineup) -> Lines:
    return tuple(
        (
            section.id,
            tuple((entry.story.id, tuple(sorted(entry.flags))) for entry in section.entries),
        )
        for section in lineup.sections
    )


def _withheld_ads(piece: Piece) -> tuple[str, ...]:
    return tuple(sorted({*piece.without, *piece.choice.capped}))


def parts(maker: Maker, task: Sequence[tuple[Piece, bytes]]) -> list[tuple[bytes, Ads]]:
    """A task: the rows of some parts of groups, packed, and their ads; each with the packed row of its whole group."""
    remade = (maker.without(piece, unpacked_row(of_group)) for piece, of_group in task)
    return [(row.packed(), row.ads) for row in remade]


def renamed(piece: Piece, of_group: bytes) -> bytes:
    """The packed row of a part of a group whose readers get what the whole group would."""
    return replace(unpacked_row(of_group), variant=piece.variant).packed()


def rows(maker: Maker, pieces: Sequence[Piece]) -> list[tuple[bytes, Ads, bool, tuple[str, ...]]]:
    """A task: the lineups and ads of some pieces, packed; their ads, whether they are thin, and what may run."""
    unpacked = (maker.row(piece) for piece in pieces)
    return [(row.packed(), row.ads, row.thin, row.may_run) for row in unpacked]


@dataclass(frozen=True, slots=True)
class Printing:
    """What the tasks that write packs share."""

    maker: Maker
    publication: Publication
    revision: int
    output: OutputStore


def pack(job: Printing, task: tuple[int, str, Sequence[bytes]]) -> dict[str, Any]:
    """A task: write one pack, of these rows; returns its index."""
    number, key, packed_rows = task
    unpacked = [unpacked_row(row) for row in packed_rows]

    def make(at: int) -> Made:
        return job.maker.made(unpacked[at], job.publication, job.revision)

    return write(job.output, number, key, [row.variant for row in unpacked], make)


def without_secrets(bases: Bases) -> Bases:
    """The same without what other machines must not know: passwords, addresses of sources and of the store."""
    newsroom = bases.select.newsroom
    plain = replace(
        newsroom,
        store="",
        mailing=MailerSpec(dialect=newsroom.mailing.dialect),
        sources=tuple(replace(source, url="", options={}) for source in newsroom.sources),
        editions=tuple(map(_edition_without_secrets, newsroom.editions)),
    )
    edition = _edition_without_secrets(bases.render.edition)
    theme = bases.render.theme
    fresh = Theme(theme.digest, theme.default, theme.compiled, theme.editions)
    issue = replace(
        bases.issue,
        edition=_edition_without_secrets(bases.issue.edition),
        selection=Selection(lineup=bases.issue.selection.lineup),
        plan=Plan(),
        rendered=replace(bases.issue.rendered, html=b"", text=b"", images={}, pieces=((), ())),
    )
    return Bases(
        select=replace(bases.select, newsroom=plain, edition=_edition_without_secrets(bases.select.edition)),
        place=bases.place,
        render=replace(bases.render, newsroom=plain, edition=edition, theme=fresh, cache=None),
        issue=issue,
    )


def _edition_without_secrets(edition: Edition) -> Edition:
    if edition.mailing is None:
        return edition
    return replace(edition, mailing=MailerSpec(dialect=edition.mailing.dialect))


def described(row: Row) -> dict[str, Any]:
    """A variant's stories and ads, as ``variants.parquet`` has them."""
    return {
        "lineup": [
            {"section": section, "stories": [story for story, _ in lines]} for section, lines in row.lines
        ],
        "stories": [story for _, lines in row.lines for story, _ in lines],
        "ads": [
            {"line_item": item, "creative": creative, "slot": slot, "gap": gap}
            for item, creative, slot, gap, _ in row.ads
        ],
    }
