"""Pins and pauses given by hand: read, checked, and applied to who may stand where. They override no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor
from typing import Any

from digest.errors import CommandError, did_you_mean
from digest.model import Overrides
from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility, Step, eligible, problem
from digest.place.facts import bits, mask_of
from digest.place.solver import possible

Pins = dict[int, str]  # line item -> slot


def read(context: IssueContext, overrides: Overrides) -> Pins:
    """The pins by line item. Raises ``CommandError`` for a word that names nothing, or pins that contradict."""
    for name in overrides.pause:
        _known(name, context.index, "--pause", "line item")
    pins: Pins = {}
    for pin in overrides.pin:
        name, _, slot = pin.rpartition("@")
        if not name:
            raise CommandError(f'--pin "{pin}" is not of the form LINE_ITEM@SLOT.')
        _known(name, context.index, "--pin", "line item")
        _known(slot, context.slots, "--pin", "slot")
        number = context.index[name]
        if pins.setdefault(number, slot) != slot:
            raise CommandError(
                f"{name} is pinned to {pins[number]} and to {slot}; a line item runs once in an issue. Drop one pin."
            )
        if name in overrides.pause:
            raise CommandError(f"{name} is pinned and paused at once. Drop one of the two.")
    return pins


def _known(name: str, among: Iterable[str], option: str, what: str) -> None:
    names = list(among)
    if name not in names:
        raise CommandError(f'{option}: adslots.yaml has no {what} "{name}".{did_you_mean(name, names)}')


def apply(table: Eligibility, pins: Pins) -> None:
    """Keep only the pinned slot's openings. Raises ``CommandError`` where a pin asks what a rule forbids."""
    context = table.context
    for number, slot in pins.items():
        item = context.items[number]
        pin = f"the pin {item.id}@{slot} is impossible"
        step = table.stopped.get(number) or table.barred.get(number)
        if step is not None:
            raise CommandError(f"{pin}: {step.rule}: {sentence(table, number, step)}.")
        kept = table.left[number] & context.by_slot.get(slot, 0)
        if not kept:
            raise CommandError(f"{pin}: {_no_opening(table, number, slot)}.")
        table.left[number] = kept


def sentence(table: Eligibility, number: int, step: Step) -> str:
    """Why a refusal left a line item nothing, in words: the first openings it took, and how many more."""
    context, removed = table.context, step.removed
    if step.left or step.fact.openings == -1:
        return step.fact.why(-1)
    if not removed or step.rule == "slot":
        return step.fact.why(-1)
    taken = list(bits(removed))
    sentences = list(dict.fromkeys(step.fact.why(opening) for opening in taken))
    more = f"; and {len(sentences) - 3} more" if len(sentences) > 3 else ""
    count = "its one opening" if len(taken) == 1 else f"each of its {len(taken)} openings"
    before = (
        " that the rules before left"
        if len(taken) < context.in_slots(context.items[number].slots).bit_count()
        else ""
    )
    return f"{count}{before}: {'; '.join(sentences[:3])}{more}"


def _no_opening(table: Eligibility, number: int, slot: str) -> str:
    context = table.context
    item = context.items[number]
    if slot not in item.slots:
        return f"slot: it is booked for {', '.join(item.slots)}, not for {slot}"
    in_slot = context.by_slot.get(slot, 0)
    if not in_slot:
        return f"slot: this issue of {counted(context.stories, 'story', 'stories')} has no opening of {slot}"
    step = [step for step in table.steps[number] if step.removed & in_slot][-1]
    opening = next(bits(step.removed & in_slot))
    return f"{step.rule}: no opening of {slot} is left: {step.fact.why(opening)}"


def clash(table: Eligibility, pins: Pins) -> CommandError:
    """The error for pins that cannot all be kept: the least set of them that clash, and the rules they break."""
    alive = eligible(table)
    dead = [number for number in pins if number not in alive]
    if dead:
        name = table.context.items[dead[0]].id
        why = f"companions: {_absent(table, dead[0])}"
        return CommandError(f"the pin {name}@{pins[dead[0]]} is impossible: {why}.")
    core = _least(list(pins), lambda chosen: _possible(table, chosen, None))
    rules = list(dict.fromkeys(rule for rule, _ in table.limits))
    broken = _least(rules, lambda chosen: _possible(table, core, set(chosen)))
    names = [_named(table.context, number, pins[number]) for number in core]
    what, verb, cure = ("the pin", "is impossible", "it") if len(core) == 1 else ("the pins", "clash", "one")
    why = (
        ", ".join(f"{rule}{_measure(table.context, rule)}" for rule in broken) or "they need the same opening"
    )
    return CommandError(f"{what} {' and '.join(names)} {verb}: {why}. Drop {cure}, or change the rule.")


def _absent(table: Eligibility, number: int) -> str:
    """The companion that cannot run today, and why."""
    context = table.context
    for other in bits(context.groups[number]):
        step = table.stopped.get(other) or table.barred.get(other)
        if step is not None and other != number:
            return f"its companion {context.items[other].id} cannot run: {step.rule}: {sentence(table, other, step)}"
    return "not all of its companions can run today"


def _named(context: IssueContext, number: int, slot: str) -> str:
    """A pin with those it brings along."""
    others = [context.items[other].id for other in bits(context.groups[number] & ~(1 << number))]
    return f"{context.items[number].id}@{slot}" + (f" (with {', '.join(others)})" if others else "")


def _measure(context: IssueContext, rule: str) -> str:
    """What a rule that counts allows in this issue."""
    policy, stories = context.policy, counted(context.stories, "story allows", "stories allow")
    allowed = {
        "max_ads": f"at most {policy.max_ads}",
        "max_ratio": f"{stories} {floor(policy.max_ratio * context.stories)}",
        "min_gap": counted(policy.min_gap, "story", "stories"),
        "max_per_advertiser": f"at most {policy.max_per_advertiser}",
    }.get(rule)
    return f" ({allowed})" if allowed else ""


def _possible(table: Eligibility, pinned: list[int], rules: set[str] | None) -> bool:
    """Whether these pins can be kept together under these rules (``None``: all)."""
    alive = eligible(table)
    must = mask_of(pinned)
    for group in table.groups:
        if group.items & must:
            must |= group.items
    question = problem(table, {i: o for i, o in alive.items() if must >> i & 1}, must, rules)
    return possible(question)


def _least(things: list[Any], possible: Callable[[list[Any]], bool]) -> list[Any]:
    """A smallest set that is still impossible: drop what is not needed for that."""
    kept = list(things)
    for thing in things:
        fewer = [other for other in kept if other != thing]
        if not possible(fewer):
            kept = fewer
    return kept
