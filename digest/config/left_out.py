"""``policy.broken_bookings: leave_out``: line items that cannot be read stop no issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from digest.config import files
from digest.config import tree as t
from digest.config.compiled import Compiled
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model.ad_book import BrokenBooking


def leave_out(made: Compiled, file: ReadFile) -> None:
    """Take the line items with a problem out of the book, and their companions, which do not run without them."""
    written = t.child(file.written, "line_items")
    if not isinstance(written, t.Items):
        return
    told = list(_inside(made.problems, file, written))
    wrong = {number: [problem for n, problem in told if n == number] for number, _ in told}
    for number, lost in _companions(written, set(wrong)):
        says = f"{_name(written, number)} is left out with its companion {_name(written, lost)}."
        at = written.nodes[number].at
        wrong[number] = [Problem(files.ADSLOTS, *at, says, "They run together or not at all.")]
    theirs = {problem for _, problem in told}
    made.problems = [problem for problem in made.problems if problem not in theirs]
    doubted = {problem for _, problem in _inside(made.doubts, file, written, wrong)}
    made.doubts = tuple(problem for problem in made.doubts if problem not in doubted)
    made.broken = tuple(
        BrokenBooking(
            line_item=_id(written, number), number=number, problems=tuple(sorted(set(wrong[number])))
        )
        for number in sorted(wrong)
    )
    gone = {written.nodes[number].at for number in wrong}
    read = t.child(file.valid, "line_items")
    nodes = read.nodes if isinstance(read, t.Items) else ()
    kept = tuple(item for item, node in zip(made.ads.line_items, nodes, strict=True) if node.at not in gone)
    made.ads = replace(made.ads, line_items=kept)


def _inside(
    problems: Iterable[Problem],
    file: ReadFile,
    written: t.Items,
    only: dict[int, list[Problem]] | None = None,
) -> Iterator[tuple[int, Problem]]:
    """The problems that stand inside a line item, with its number."""
    starts = [node.at for node in written.nodes]
    keys = file.written.key_at.values() if isinstance(file.written, t.Block) else ()
    end = min((at for at in keys if at > written.at), default=(10**9, 0))
    for problem in problems:
        at = (problem.line, problem.column)
        if problem.file != files.ADSLOTS or not starts or not starts[0] <= at < end:
            continue
        number = max(n for n, start in enumerate(starts) if start <= at)
        if only is None or number in only:
            yield number, problem


def _companions(written: t.Items, wrong: set[int]) -> Iterator[tuple[int, int]]:
    """The sound line items that run only together with a broken one: their number, and whose companion they are."""
    names = {_id(written, number): number for number in range(len(written.nodes))}
    pairs = set[tuple[int, int]]()
    for number, node in enumerate(written.nodes):
        named = t.child(node, "companions")
        for one in named.nodes if isinstance(named, t.Items) else ():
            if isinstance(one, t.Scalar) and (other := names.get(one.text.strip())) is not None:
                pairs |= {(number, other), (other, number)}
    seen, queue = set(wrong), sorted(wrong)
    while queue:
        lost = queue.pop(0)
        for number in sorted(one for one, other in pairs if other == lost and one not in seen):
            seen.add(number)
            queue.append(number)
            yield number, lost


def _id(written: t.Items, number: int) -> str:
    """The id of a line item, or where it stands."""
    name = t.child(written.nodes[number], "id")
    if isinstance(name, t.Scalar) and name.text.strip():
        return name.text.strip()
    return f"line {written.nodes[number].at[0]}"


def _name(written: t.Items, number: int) -> str:
    return f'line item "{_id(written, number)}"'
