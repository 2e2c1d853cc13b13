"""An issue for an audience becomes campaigns: one a variant, to the list that is the variant's.

Each is handed over as a whole issue is, so no kill makes two of one or loses one: the ledger knows each by its name,
and the same command goes on where the last one stopped. Whoever calls holds the issue's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from digest.app.campaign_message import variant_of
from digest.app.campaign_notes import is_variant
from digest.app.handover import Handover, HandoverRequest, HandoverResult, VariantResult
from digest.app.reading import PublishedAudience, Variant
from digest.app.variant_lists import ListedVariant, listed, without_list
from digest.errors import AlreadySent, CommandError, Unreachable
from digest.mailers import Mailer, Sender
from digest.model.counts import counted
from digest.model.mail import LinkClicks, Message, Receipt

_FAR = ("draft", "scheduled", "sending", "sent")  # from the least far


@dataclass(frozen=True, slots=True)
class Work:
    """What handing over the variants of one issue needs. ``message`` is the issue for everybody."""

    handover: Handover
    audience: PublishedAudience
    message: Message
    parts: Literal["", "lists", "segments", "tags"]

    def of(self, variant: Variant, list_id: str) -> Message:
        """The message of one variant, to its list."""
        files = self.audience.parts(variant)
        message = variant_of(self.message, variant.name, files, variant.subject, variant.preheader)
        return (
            replace(message, segment=list_id)
            if self.parts == "segments"
            else replace(message, lists=(list_id,))
        )


def hand_over(work: Work, request: HandoverRequest, left: Callable[[], None]) -> HandoverResult:
    """Hand over every variant that has a list, the one with the most readers first; ``left`` is called once the first
    is out of our hands. Tests go out of the first alone.

    Raises ``AlreadySent`` where all are out, or some of another revision, and ``CommandError`` where none has a list.
    """
    handover, message = work.handover, work.message
    pairs = _lists(work)
    ready = [pair for pair in pairs if pair.id]
    lacking = [pair for pair in pairs if not pair.id]
    if not ready:
        raise CommandError(without_list(lacking, work.parts, handover.spec.type))
    names = [f"{message.name} {pair.variant.name}" for pair in ready]
    handover.withdraw(names, message.edition, message.date)
    handover.expect(names, message.date)
    rows: list[VariantResult] = []
    for pair in ready:
        each = replace(request, tests=() if rows else request.tests)
        try:
            rows.append(_one(work, pair, each))
        except AlreadySent:
            raise
        except (CommandError, Unreachable) as error:
            done = f"{len(rows):,} of {counted(len(ready), 'variant')} are handed over"
            raise type(error)(f"{error} {done}; the same command goes on with the others.") from None
        if rows[-1].status in ("sending", "sent"):
            left()
    _all_out(work, rows, lacking)
    if lacking:
        handover.remarks.append(without_list(lacking, work.parts, handover.spec.type))
    if request.tests:
        handover.remarks.append(
            f"the test is of variant {ready[0].variant.name}, which has the most readers."
        )
    dids = {row.did for row in rows}
    status = min((row.status for row in rows), key=_FAR.index)
    return HandoverResult(
        did=next((did for did in ("created", "updated") if did in dids), "unchanged"),
        name=message.name,
        campaign="",
        status=status,
        at=next((row.at for row in rows if row.at is not None), None) if status == "scheduled" else None,
        remarks=tuple(dict.fromkeys(handover.remarks)),
        tests=request.tests,
        variants=tuple(rows),
        without_list=tuple((pair.variant.name, pair.name, pair.variant.readers) for pair in lacking),
    )


def _lists(work: Work) -> list[ListedVariant]:
    mailer, spec = work.handover.mailer, work.handover.spec
    assert not isinstance(mailer, Sender)
    known_lists = mailer.parts(work.message.lists)
    variants = work.audience.variants()
    return listed(variants, known_lists, spec.variant_lists, work.message.edition, spec.type)


def _one(work: Work, pair: ListedVariant, request: HandoverRequest) -> VariantResult:
    """One variant's campaign as it is then; what is out of our hands is left."""
    handover, message = work.handover, work.of(pair.variant, pair.id)
    try:
        result = handover.hand_over(message, request)
    except AlreadySent as error:
        campaign = handover.departed
        if campaign is None or campaign.status == "stopped":
            raise
        revision = handover.revision_of(message.edition, message.date, campaign.id)
        if revision not in (None, message.revision):
            raise AlreadySent(
                f"{error} It has revision {revision}, and the outbox {message.revision}; the readers of one issue get "
                "one revision."
            ) from None
        return VariantResult(
            pair.variant.name, pair.name, pair.variant.readers, "out", campaign.id, campaign.status
        )
    return VariantResult(
        pair.variant.name,
        pair.name,
        pair.variant.readers,
        result.did,
        result.campaign,
        result.status,
        result.at,
    )


def _all_out(work: Work, rows: Sequence[VariantResult], lacking: Sequence[ListedVariant]) -> None:
    """Raises ``AlreadySent`` where there was nothing left to do."""
    if all(row.did == "out" for row in rows):
        message = work.message
        more = f" {without_list(lacking, work.parts, work.handover.spec.type)}" if lacking else ""
        raise AlreadySent(
            f"all {counted(len(rows), 'campaign')} of {message.edition} of {message.date} are being sent by "
            f"{work.handover.spec.type}, or were sent.{more}"
        )


def unfinished(work: Work) -> bool:
    """Whether some variants of a sent issue are on their way, and others not: a run was ended between two of them."""
    notes = work.handover.notes(work.message.edition, work.message.date)
    last = {note.name: note.event for note in notes if is_variant(note.name)}
    on_the_way = [name for name, event in last.items() if event in ("scheduled", "sending", "sent")]
    return 0 < len(on_the_way) < len(work.audience.variants())


def cancel(handover: Handover, edition: str, day: date) -> HandoverResult:
    """Take back the schedules of all variants.

    Raises ``AlreadySent`` where some are out of our hands; the others are drafts then, too.
    """
    names = _noted(handover, edition, day)
    outcomes, departed = set[str](), list[str]()
    for name in names:
        try:
            outcomes.add(handover.cancel(edition, day, name).did)
        except AlreadySent:
            departed.append(name)
    if departed:
        raise AlreadySent(
            f"{len(departed):,} of {counted(len(names), 'campaign')} of {edition} of {day} are being sent, or were "
            f"sent, by {handover.spec.type}; the others are drafts."
        )
    issue_name = names[0].rpartition(" ")[0]
    return HandoverResult(
        did="cancelled" if "cancelled" in outcomes else "unchanged",
        name=issue_name,
        campaign="",
        status="draft",
        remarks=() if "cancelled" in outcomes else (f"no campaign of {issue_name} was scheduled.",),
    )


def _noted(handover: Handover, edition: str, day: date) -> list[str]:
    """The names of the variants' campaigns that the ledger knows."""
    notes = handover.notes(edition, day)
    return list(dict.fromkeys(note.name for note in notes if note.campaign and is_variant(note.name)))


def any_noted(handover: Handover, edition: str, day: date) -> bool:
    """Whether an issue was handed over by variants."""
    return bool(_noted(handover, edition, day))


def receipt(
    handover: Handover, mailer: Mailer, edition: str, day: date, expected: int
) -> tuple[Receipt, int | None]:
    """What the campaigns of all variants come to, and the revision they have; ``expected`` is how many there are.

    Raises ``CommandError`` where none went out.
    """
    receipts: list[Receipt] = []
    waiting, gone = 0, 0
    revision: int | None = None
    names = _noted(handover, edition, day)
    for name in names:
        campaign = handover.find(name, edition, day)
        if campaign is None:
            gone += 1
        elif campaign.status not in ("sending", "sent"):
            waiting += 1
        else:
            revision = revision or handover.revision_of(edition, day, campaign.id)
            receipts.append(mailer.receipt(campaign.id, day))
    if not receipts:
        raise CommandError(
            f"{edition} of {day} is not sent yet: {handover.spec.type} has {counted(waiting, 'campaign')} of its "
            "variants as drafts or scheduled. Read the receipts after they went out."
        )
    missing = max(0, expected - len(names))
    at = handover.spec.type
    lacking = ((waiting, "not sent yet"), (missing, "not handed over"), (gone, f"no longer there at {at}"))
    notes = [
        f"{counted(number, 'variant')} {'is' if number == 1 else 'are'} {what}: its readers are not counted."
        for number, what in lacking
        if number
    ]
    return _added(receipts, notes, complete=not waiting), revision


def _added(receipts: Sequence[Receipt], notes: Sequence[str], *, complete: bool) -> Receipt:
    """Counts added up: no reader is in two variants, so readers add up too."""
    kinds = {receipt.kind for receipt in receipts}
    links: list[LinkClicks] = [link for receipt in receipts for link in receipt.links]
    return Receipt(
        sent=_sum(receipt.sent for receipt in receipts),
        delivered=_sum(receipt.delivered for receipt in receipts),
        opens=_sum(receipt.opens for receipt in receipts),
        clicks=_sum(receipt.clicks for receipt in receipts),
        clicks_total=_sum(receipt.clicks_total for receipt in receipts),
        links=tuple(links),
        kind=kinds.pop()
        if len(kinds) == 1
        else "capped"
        if "capped" in kinds
        else "total"
        if links
        else "none",
        complete=complete and all(receipt.complete for receipt in receipts),
        at=min((receipt.at for receipt in receipts if receipt.at is not None), default=None),
        notes=tuple(dict.fromkeys((*notes, *(words for receipt in receipts for words in receipt.notes)))),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
