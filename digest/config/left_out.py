"""``policy.broken_bookings: leave_out``: line items that cannot be read stop no issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from digest.config import files
from digest.config import tree as t
from digest.config.compiled import CompiledFiles
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model.ad_book import BrokenBooking


def leave_out(compiled: CompiledFiles, file: ReadFile) -> None:
    """Take the line items with a problem out of the book, and their companions, which do not run without them."""
    written = t.child(file.written, "line_items")
    if not isinstance(written, t.ListNode):
        return
    numbered = list(_inside(compiled.problems, file, written))
    broken = {number: [problem for n, problem in numbered if n == number] for number, _ in numbered}
    for number, lost in _companions(written, set(broken)):
        says = f"{_name(written, number)} is left out with its companion {_name(written, lost)}."
        at = written.nodes[number].at
        broken[number] = [Problem(files.ADSLOTS, *at, says, "They run together or not at all.")]
    theirs = {problem for _, problem in numbered}
    compiled.problems = [problem for problem in compiled.problems if problem not in theirs]
    moot = {problem for _, problem in _inside(compiled.warnings, file, written, broken)}
    compiled.warnings = tuple(problem for problem in compiled.warnings if problem not in moot)
    compiled.broken = tuple(
        BrokenBooking(
            line_item=_id(written, number), number=number, problems=tuple(sorted(set(broken[number])))
        )
        for number in sorted(broken)
    )
    gone = {written.nodes[number].at for number in broken}
    read = t.child(file.valid, "line_items")
    nodes = read.nodes if isinstance(read, t.ListNode) else ()
    kept = tuple(
        item for item, node in zip(compiled.ads.line_items, nodes, strict=True) if node.at not in gone
    )
    compiled.ads = replace(compiled.ads, line_items=kept)


def _inside(
    problems: Iterable[Problem],
    file: ReadFile,
    written: t.ListNode,
    only: dict[int, list[Problem]] | None = None,
) -> Iterator[tuple[int, Problem]]:
    """The problems that stand inside a line item, with its number."""
    starts = [node.at for node in written.nodes]
    keys = file.written.key_at.values() if isinstance(file.written, t.BlockNode) else ()
    end = min((at for at in keys if at > written.at), default=(10**9, 0))
    for problem in problems:
        at = (problem.line, problem.column)
        if problem.file != files.ADSLOTS or not starts or not starts[0] <= at < end:
            continue
        number = max(n for n, start in enumerate(starts) if start <= at)
        if only is None or number in only:
            yield number, problem


def _companions(written: t.ListNode, broken: set[int]) -> Iterator[tuple[int, int]]:
    """The sound line items that run only together with a broken one: their number, and whose companion they are."""
    names = {_id(written, number): number for number in range(len(written.nodes))}
    pairs = set[tuple[int, int]]()
    for number, node in enumerate(written.nodes):
        named = t.child(node, "companions")
        for name_node in named.nodes if isinstance(named, t.ListNode) else ():
            if (
                isinstance(name_node, t.ScalarNode)
                and (companion := names.get(name_node.text.strip())) is not None
            ):
                pairs |= {(number, companion), (companion, number)}
    seen, queue = set(broken), sorted(broken)
    while queue:
        lost = queue.pop(0)
        for number in sorted(first for first, second in pairs if second == lost and first not in seen):
            seen.add(number)
            queue.append(number)
            yield number, lost


def _id(written: t.ListNode, number: int) -> str:
    """The id of a line item, or where it stands."""
    name = t.child(written.nodes[number], "id")
    if isinstance(name, t.ScalarNode) and name.text.strip():
        return name.text.strip()
    return f"line {written.nodes[number].at[0]}"


def _name(written: t.ListNode, number: int) -> str:
    return f'line item "{_id(written, number)}"'
