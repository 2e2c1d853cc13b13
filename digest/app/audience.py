"""An issue for an audience: who shares what, the lineups and ads of all variants, and the packs they are written to."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from digest.app import audience_goals as goals
from digest.app import variants
from digest.app.variants import Ads, Bases, Maker, Printing
from digest.audience import packs, table
from digest.audience.choices import Group, Piece
from digest.audience.engines import Engine
from digest.audience.history import History
from digest.audience.output import OutputStore, output_of
from digest.audience.tasks import packed
from digest.model import Issue, Publication, Story
from digest.model.issue_date import day_of, number_of
from digest.place import PlaceRequest
from digest.publish import Outbox
from digest.publish.outbox import AUDIENCE
from digest.render import RenderRequest
from digest.select import SelectRequest, group
from digest.select.events import decisions

CHUNK: Final = 40  # variants whose lineups and ads are one task
# From what is done to a bar that is drawn while it is open, and told (done, everything).
Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(slots=True)
class _Planned:
    """What is known before any pack is written. ``rows`` are packed, in the order of the packs."""

    bases: Bases
    pieces: list[Piece]
    rows: list[bytes]
    readers: table.Readers
    publication: Publication
    texts: str


@dataclass(slots=True)
class Personal:
    """The audience of one issue. ``address`` is what ``--audience`` was given; ``work`` is a folder of its own."""

    address: str
    root: Path
    work: Path
    engine: Engine
    progress: Progress
    history: tuple[str, ...] = ()
    planned: _Planned | None = None

    def plan(
        self,
        issue: Issue,
        select: SelectRequest,
        place: PlaceRequest,
        render: RenderRequest,
        stories: Callable[[Sequence[str]], Mapping[str, Story]],
    ) -> Issue:
        """The issue with what its audience amounts to: variants, lineups and ads are settled, no pack is written.

        ``stories`` finds stories of the store by id.

        Raises ``CommandError`` or ``Unreachable`` for an audience that cannot be read.
        """
        db, history = table.connect(self.work), ""
        if self.history:
            same_events = partial(_same_events, select, stories)
            history = History(
                self.history, self.root, issue.edition.name, issue.date, place.ads.line_items, same_events
            ).relation(db)
            items = (
                replace(item, frequency_cap=None) for item in place.ads.line_items
            )  # each reader's own holds
            place = replace(place, ads=replace(place.ads, line_items=tuple(items)))
        bases = variants.without_secrets(Bases(select, place, render, issue))
        newsroom, edition = select.newsroom, select.edition
        source = table.source(db, self.address, self.root, rejects=True)
        readers = table.read(db, source, self.work, newsroom.audience, newsroom.sections_of(edition), history)
        groups = sorted(readers.groups, key=lambda group: group.choice)
        pieces = [Piece(group.code, group.choice, 0, group.readers) for group in groups]
        rows, runs, thin, may_run = self._rows(bases, pieces)
        demand = goals.wanted(place, groups, may_run)
        shared = goals.shared_out(place, groups, runs, may_run, demand)
        if shared is not None:
            pieces, planned = shared
            rows, runs, thin = self._parts(bases, pieces, groups, (rows, runs, thin))
        texts = variants.texts_of(Maker(bases).stories, rows)
        self.planned = _Planned(bases, pieces, rows, readers, newsroom.publication, texts)
        return replace(
            issue,
            audience={
                "readers": readers.total,
                "variants": len(pieces),
                "thin_variants": sum(thin),
                "thin_readers": sum(p.readers for p, few in zip(pieces, thin, strict=True) if few),
                "problems": readers.problems,
                "ads": goals.reached(place.ads, pieces, runs, planned if shared else {}),
                "goals": goals.delivered(
                    Maker(bases), demand, planned if shared else None, pieces, rows, runs
                ),
                "lineups": sha256(b"\n".join(map(variants.row_text, rows))).hexdigest(),
                "texts": texts,
            },
        )

    def _run(self, name: str, shared: Any, tasks: Sequence[Any], what: str) -> Iterator[tuple[int, Any]]:
        """Each task's number and result; the bar is wiped however it ends."""
        if not tasks:
            return
        with self.progress(what) as progress:
            yield from self.engine.run(f"{variants.__name__}:{name}", packed(shared), tasks, progress)

    def _rows(
        self, bases: Bases, pieces: Sequence[Piece]
    ) -> tuple[list[bytes], list[Ads], list[bool], list[tuple[str, ...]]]:
        """Every piece's variant: packed, its ads, and whether it is thin."""
        maker = Maker(bases)
        maker.shared.pool(bases.select, {}, {})  # events and scores: once, here
        tasks = [pieces[at : at + CHUNK] for at in range(0, len(pieces), CHUNK)]
        results: list[list[tuple[bytes, Ads, bool, tuple[str, ...]]]] = [[] for _ in tasks]
        answers = self._run("rows", maker, tasks, "variants: stories and ads")
        same: dict[Ads, Ads] = {}
        for number, rows in answers:
            results[number] = [
                (row, same.setdefault(ads, ads), thin, may_run) for row, ads, thin, may_run in rows
            ]
        packed_variants = [variant for rows in results for variant in rows]
        return (
            [variant[0] for variant in packed_variants],
            [variant[1] for variant in packed_variants],
            [variant[2] for variant in packed_variants],
            [variant[3] for variant in packed_variants],
        )

    def _parts(
        self,
        bases: Bases,
        pieces: Sequence[Piece],
        groups: Sequence[Group],
        of_groups: tuple[list[bytes], list[Ads], list[bool]],
    ) -> tuple[list[bytes], list[Ads], list[bool]]:
        """The variants of parts of groups, from those of the whole groups. Taking away a booking that is not in the
        best plan leaves that plan the best, so only the other parts are placed again."""
        numbers = {group.code: number for number, group in enumerate(groups)}
        group_numbers = [numbers[piece.code] for piece in pieces]
        rows, runs, thin = (
            [of_groups[0][n] for n in group_numbers],
            [of_groups[1][n] for n in group_numbers],
            [of_groups[2][n] for n in group_numbers],
        )
        again = [
            at for at, piece in enumerate(pieces) if not {ad[0] for ad in runs[at]}.isdisjoint(piece.without)
        ]
        tasks = [
            [(pieces[at], rows[at]) for at in again[start : start + CHUNK]]
            for start in range(0, len(again), CHUNK)
        ]
        answers = self._run("parts", Maker(bases), tasks, "variants: ads shared out")
        for at, piece in enumerate(pieces):
            rows[at] = variants.renamed(piece, rows[at]) if piece.without else rows[at]
        for number, placed in answers:
            for at, (row, ads) in zip(again[number * CHUNK :], placed, strict=False):
                rows[at], runs[at] = row, ads
        return rows, runs, thin

    def write(self, outbox: Outbox, revision: int, *, ready: bool) -> int:
        """Write what is missing of packs and tables, into the issue's folder where that is ``ready``, else to be
        brought there; returns how many packs were made. Raises ``Unreachable``."""
        planned = self.planned
        assert planned is not None
        issue = planned.bases.issue
        edition, day = issue.edition.name, issue.date
        place = outbox.place(edition, day) / AUDIENCE
        if ready and self._made.is_dir() and not place.exists():
            os.replace(self._made, place)  # an earlier run stopped just before
        if base := output_of(planned.bases.select.newsroom):
            output = OutputStore(f"{base}/{edition}/{day}/{revision}")
        else:
            output = OutputStore(str(place if ready else self._made))
        count = self._packs(planned, output, revision)
        if ready:
            self.close()
        return count

    @property
    def _made(self) -> Path:
        return self.work / "made"

    def bring(self, folder: Path) -> None:
        """Move what was written into an issue's folder that is about to be published."""
        if self._made.is_dir():
            os.replace(self._made, folder / AUDIENCE)
        self.close()

    def _packs(self, planned: _Planned, output: OutputStore, revision: int) -> int:
        names = [piece.variant for piece in planned.pieces]
        base = self._base(planned, revision)
        starts = range(0, len(names), packs.SIZE)
        keys = [
            packs.key_of(base, map(variants.row_text, planned.rows[at : at + packs.SIZE])) for at in starts
        ]
        indexes = [packs.finished(output, number, key) for number, key in enumerate(keys, 1)]
        missing = [at for at, index in enumerate(indexes) if index is None]
        if missing:
            job = Printing(Maker(planned.bases), planned.publication, revision, output)
            tasks = [
                (at + 1, keys[at], planned.rows[at * packs.SIZE : (at + 1) * packs.SIZE]) for at in missing
            ]
            for done, index in self._run("pack", job, tasks, "variants: packs"):
                indexes[missing[done]] = index
        output.sweep()
        digest = sha256("".join(keys).encode()).hexdigest().encode()
        if missing or output.read("complete") != digest:
            self._tables(output, planned, [index or {} for index in indexes])
            output.write("complete", [digest])
        return len(missing)

    def _base(self, planned: _Planned, revision: int) -> str:
        """What every pack is made from, beside its rows."""
        bases = planned.bases
        inputs = json.dumps(
            [dict(bases.issue.inputs), revision, bases.render.note, str(bases.render.day), planned.texts]
        )
        return sha256(inputs.encode()).hexdigest()

    def _tables(self, output: OutputStore, planned: _Planned, indexes: Sequence[Mapping[str, Any]]) -> None:
        """``variants.parquet`` and ``recipients.parquet``."""
        work = planned.readers.work
        planned.readers.recipients(planned.pieces, work / "recipients.parquet")
        output.put("recipients.parquet", work / "recipients.parquet")
        planned.readers.variants(_variant_rows(planned, indexes), work / "variants.parquet")
        output.put("variants.parquet", work / "variants.parquet")

    def end(self, *, rehearsed: bool) -> None:
        """After an issue, built or not: the table is closed; what a rehearsal made is forgotten."""
        if self.planned is not None:
            self.planned.readers.close()
            self.planned = None
        if rehearsed:
            shutil.rmtree(self.work, ignore_errors=True)

    def close(self) -> None:
        """Forget the work folder; after a failure it stays, and the next run goes on from there."""
        self.end(rehearsed=False)
        shutil.rmtree(self.work, ignore_errors=True)


def _same_events(
    select: SelectRequest, stories: Callable[[Sequence[str]], Mapping[str, Story]], ids: Sequence[str]
) -> dict[str, list[str]]:
    """Today's stories by the id of a story of before that tells the same event."""
    today = {story.id: story for story in select.stories}
    before = {run.story.id: run.story for run in select.ran} | dict(stories(ids))
    wanted, same_events = set(ids), dict[str, list[str]]()
    known = {id: story for id, story in before.items() if id in wanted} | today
    for event in group(known.values(), decided=decisions(select.marks)):
        same = [story.id for story in event if story.id in today]
        same_events |= {story.id: same for story in event if story.id in wanted and same}
    return same_events


def _variant_rows(planned: _Planned, indexes: Sequence[Mapping[str, Any]]) -> Any:
    """The rows of ``variants.parquet``."""
    day, edition = planned.bases.render.day, planned.bases.render.edition.name
    at = 0
    for number, index in enumerate(indexes, 1):
        for where in index["variants"]:
            piece, row = planned.pieces[at], variants.unpacked_row(planned.rows[at])
            at += 1
            yield {
                "variant": piece.variant,
                "edition": edition,
                "date": day_of(day).isoformat(),
                "number": number_of(day),
                "choices": piece.choice.text,
                "readers": piece.readers,
                **variants.described(row),
                "thin": row.thin,
                "subject": where["subject"],
                "preheader": where["preheader"],
                "pack": number,
                **{
                    f"{part}_{name}": where[part][place]
                    for part in packs.PARTS
                    for place, name in enumerate(("offset", "length"))
                },
            }
