"""Sets of line items of which at most one runs, gathered from pairs that exclude each other."""

from __future__ import annotations

from collections.abc import Mapping

from digest.place.facts import bits


def cliques(blocked: Mapping[int, int]) -> list[int]:
    """Masks of line items no two of which run together; together they say all that ``blocked`` says.

    ``blocked`` maps a line item to the mask of those that exclude it, itself included.
    """
    masks: list[int] = []
    unsaid = {item: mask & ~(1 << item) for item, mask in blocked.items()}
    for item in blocked:
        while unsaid[item]:
            clique, common = 1 << item, blocked[item] & ~(1 << item)
            next_bit = unsaid[item] & -unsaid[item]
            while next_bit:
                clique, common = clique | next_bit, common & blocked[next_bit.bit_length() - 1] & ~next_bit
                next_bit = common & -common
            masks.append(clique)
            for member in bits(clique):
                unsaid[member] &= ~clique
    return masks
