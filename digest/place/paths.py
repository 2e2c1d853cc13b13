"""The best plan without groups: a labelled walk over the openings in reading order."""

from __future__ import annotations

from digest.place.fields import Fields
from digest.place.problem import Plan, Problem, Scale, Solution, candidates, reading

Label = tuple[int, int, "Label | None", int, int, tuple[tuple[int, int], ...], int]


def best_plan(problem: Problem) -> Solution | None:
    scale = Scale(problem)
    at = candidates(problem)
    fields = Fields(problem, at)
    gaps = problem.gaps
    m = len(gaps)
    base = max((gaps.count(g) for g in set(gaps)), default=0) + 1
    distinct = sorted(set(gaps))
    width = (len(problem.left) + 1).bit_length() if problem.left else 1
    width = max(width, max(problem.left, default=0).bit_length() + 1)
    tie = [
        ((base ** (len(distinct) - distinct.index(gaps[o])) << m) + (1 << (m - 1 - o))) << (m * width)
        for o in range(m)
    ]
    here: list[dict[tuple[object, ...], Label]] = [{} for _ in range(m)]
    root: Label = (0, 0, None, -1, -1, (), fields.start)
    done: dict[int, tuple[Label, int]] = {0: (root, 0)}
    sources: list[tuple[int, Label, int]] = [(-1, root, 0)]

    def extend(o: int, label: Label, count: int) -> None:
        first = fields.first_after(o)
        for q in range(first, m):
            cost = scale.cost(gaps[q] - gaps[o]) if o >= 0 else 0
            for i in at[q]:
                packed = fields.add(label[6], label[5], i, q)
                if packed is None:
                    continue
                state, recent = packed
                z = label[0] + scale.gain(i, q) - cost
                t = label[1] + tie[q] - (i << ((m - 1 - q) * width))
                key = (state & fields.active[q], recent, count + 1)
                old = here[q].get(key)
                if old is None or (z, t) > (old[0], old[1]):
                    here[q][key] = (z, t, label, i, q, recent, state)

    extend(-1, root, 0)
    for o in range(m):
        for key, label in here[o].items():
            count = key[2]
            assert isinstance(count, int)
            if count not in done or (label[0], label[1]) > (done[count][0][0], done[count][0][1]):
                done[count] = (label, count)
            extend(o, label, count)
    del sources
    best: Label | None = None
    plan: Plan = ()
    for label, _ in done.values():
        this = _plan(label)
        if (
            best is None
            or label[0] > best[0]
            or (label[0] == best[0] and reading(problem, this) < reading(problem, plan))
        ):
            best, plan = label, this
    placed = 0
    for i, _ in plan:
        placed |= 1 << i
    if problem.must & ~placed:
        return None
    return Solution(plan, scale.merit(plan))


def _plan(label: Label | None) -> Plan:
    found = []
    while label is not None and label[3] >= 0:
        found.append((label[3], label[4]))
        label = label[2]
    return tuple(reversed(found))
