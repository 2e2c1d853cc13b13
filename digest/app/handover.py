"""An issue becomes a campaign of the mailer, once.

No mailer's create call can be repeated safely. So the ledger knows what is about to be done before it is done, and what
came of it after; a campaign is looked for, by its id and by its name, before one is made; and an answer that was
lost is found by looking again. Whoever calls holds the issue's lock.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from digest.app.campaign_notes import (
    Ledger,
    content_hash,
    content_of,
    delivery_event,
    is_variant,
    issue_noted,
    last_content,
    notes_of,
    unanswered,
)
from digest.errors import AlreadySent, CommandError, DigestError
from digest.mailers import AnswerLost, Mailer, Sender, capabilities
from digest.model.counts import counted
from digest.model.mail import Campaign, CampaignNote, MailerSpec, Message

LOOKS = (0.5, 2.0, 5.0)  # seconds before it is looked for again
_OVER = ("sending", "sent", "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRequest:
    """What handing over shall do. ``at`` is set for ``schedule``; ``again``: what was lost did not arrive."""

    action: Literal["draft", "schedule", "now"] = "draft"
    at: datetime | None = None
    tests: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class VariantResult:
    """What became of one variant's campaign. ``did``: as of an issue, or ``out``: it is out of our hands."""

    variant: str
    list: str
    readers: int
    did: str
    campaign: str
    status: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverResult:
    """What became of it. ``did``: created | updated | unchanged | delivered | tested | cancelled. ``remarks`` are
    what people should know of it.

    Of an issue that went by variants ``status`` is the least far of ``variants``, and ``without_list`` has the variants
    that are nobody's list: (variant, name of its list, readers).
    """

    did: str
    name: str
    campaign: str
    status: str
    at: datetime | None = None
    remarks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    variants: tuple[VariantResult, ...] = ()
    without_list: tuple[tuple[str, str, int], ...] = ()


_OWN_PICTURE = re.compile(r'\bsrc="(images/[^"]+)"')


class Handover:
    """One call: an issue, its mailer, the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        mailer: Mailer | Sender,
        spec: MailerSpec,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.ledger, self.mailer, self.spec = ledger, mailer, spec
        self.now, self.sleep = now, sleep
        self.able = capabilities(spec.type)
        self.remarks: list[str] = []
        self.departed: Campaign | None = None  # the campaign that is out of our hands
        self._noted: dict[tuple[str, date], list[CampaignNote]] = {}  # as the ledger has them
        self._expected: tuple[str, ...] = ()
        self._listed: dict[str, list[Campaign]] = {}
        self._known_lists: dict[str, str] | None = None

    def expect(self, names: Sequence[str], day: date) -> None:
        """Campaigns that are handed over one after another: those without an id are looked for all at once."""
        assert not isinstance(self.mailer, Sender)
        self._expected = tuple(names)
        for campaign in self.mailer.by_names(names, day) if names else ():
            self._listed.setdefault(campaign.name, []).append(campaign)

    def revision_of(self, edition: str, day: date, campaign: str) -> int | None:
        """The revision of the issue that a campaign has; ``None`` where it is not known."""
        last = last_content(self.notes(edition, day), campaign)
        return last.revision if last else None

    def hand_over(self, message: Message, request: HandoverRequest) -> HandoverResult:
        """Make or update the campaign, test it, and schedule or send it as wished.

        Raises ``AlreadySent`` for one that is out of our hands, ``CommandError`` for what the mailer cannot do,
        ``Unreachable`` where it does not answer.
        """
        self._able_to(request)
        if isinstance(self.mailer, Sender):
            return self._deliver(self.mailer, message, request)
        return self._campaign(self.mailer, message, request)

    def cancel(self, edition: str, day: date, name: str) -> HandoverResult:
        """Take a schedule back: the campaign is a draft again."""
        if not self.able.cancel or isinstance(self.mailer, Sender):
            raise CommandError(f"{self.spec.type} schedules nothing, so there is nothing to cancel.")
        notes = notes_of(self.notes(edition, day), name)
        campaign = self._find(self.mailer, notes, name, day)
        if campaign is None:
            raise CommandError(f"{name} was not handed over to {self.spec.type}; there is nothing to cancel.")
        self._ours(campaign, edition, day)
        if campaign.status == "scheduled":
            self.mailer.cancel(campaign.id)
            self._note(edition, day, "cancelled", name=name, campaign=campaign.id)
            return HandoverResult(did="cancelled", name=name, campaign=campaign.id, status="draft")
        self.remarks.append(f"{name} is a draft and was not scheduled.")
        return HandoverResult(
            did="unchanged", name=name, campaign=campaign.id, status="draft", remarks=tuple(self.remarks)
        )

    def find(self, name: str, edition: str, day: date) -> Campaign | None:
        """The campaign of an issue as the mailer has it now."""
        assert not isinstance(self.mailer, Sender)
        return self._find(self.mailer, notes_of(self.notes(edition, day), name), name, day)

    def withdraw(self, keep: Collection[str], edition: str, day: date) -> None:
        """Take back the schedules of an issue's other campaigns: of variants that are no more, or of the whole issue
        where variants take its place.

        Raises ``AlreadySent`` where one of them is out of our hands: its readers must not get a second issue.
        """
        if isinstance(self.mailer, Sender):
            return
        notes = self.notes(edition, day)
        for_everybody = not any(map(is_variant, keep))
        others = {
            note.name: note.campaign
            for note in notes
            if note.campaign and note.name not in keep and not (for_everybody and not is_variant(note.name))
        }
        taken, drafts = 0, 0
        for name, campaign in sorted(others.items()):
            other = self.mailer.by_id(campaign)
            if other is None:
                continue
            self._ours(replace(other, name=name), edition, day)
            if other.status == "scheduled":
                self.mailer.cancel(campaign)
                self._note(edition, day, "cancelled", name=name, campaign=campaign)
                taken += 1
            drafts += 1
        if drafts:
            self.remarks.append(
                f"{counted(drafts, 'campaign')} of an earlier revision, with other variants, "
                f"{'is a draft' if drafts == 1 else 'are drafts'} at {self.spec.type}"
                + (f", {taken} of them no longer scheduled" if taken else "")
                + "; nobody gets them."
            )

    # A mailer that keeps campaigns

    def _campaign(self, mailer: Mailer, message: Message, request: HandoverRequest) -> HandoverResult:
        edition, day = message.edition, message.date
        if lost := len(set(_OWN_PICTURE.findall(message.html))):
            self.remarks.append(
                f"{counted(lost, 'picture file')} of the newsroom cannot be found by readers of a campaign at "
                f"{self.spec.type}. Serve the issue's folder images/ and name its address: `images: {{base_url: …}}`."
            )
        at = self._moment(mailer, request)
        notes = notes_of(self.notes(edition, day), message.name)
        known = self._find(mailer, notes, message.name, day)
        if known is not None:
            self._ours(known, edition, day)
            if self._same(known, notes, message, request, at):
                self._still(known, notes, message)
                self._test(mailer, known.id, message, request)
                return self._handed("unchanged", message, known.id, known.status, known.at, request)
        self._lists(mailer, message)
        if known is None:
            campaign, did = self._create(mailer, message), "created"
        else:
            campaign, did = known.id, "updated"
            if known.status == "scheduled":
                mailer.cancel(campaign)
                self._note(edition, day, "cancelled", name=message.name, campaign=campaign)
            self._edited(known, notes, message)
        if did == "updated" or getattr(mailer, "content_apart", False):
            mailer.update(campaign, message)
            self._done(message, "updated", campaign)
        self._test(mailer, campaign, message, request)
        status = self._go(mailer, campaign, message, request, at)
        return self._handed(did, message, campaign, status, at if status == "scheduled" else None, request)

    def _handed(
        self,
        did: str,
        message: Message,
        campaign: str,
        status: str,
        at: datetime | None,
        request: HandoverRequest,
    ) -> HandoverResult:
        return HandoverResult(
            did=did,
            name=message.name,
            campaign=campaign,
            status=status,
            at=at,
            remarks=tuple(self.remarks),
            tests=request.tests,
        )

    def _find(self, mailer: Mailer, notes: list[CampaignNote], name: str, day: date) -> Campaign | None:
        """The campaign as the mailer has it now: by the id of the ledger, else by its name.

        Raises ``CommandError`` where several bear the name.
        """
        known = next((note.campaign for note in reversed(notes) if note.campaign), "")
        if known:
            campaign = mailer.by_id(known)
            if campaign is not None:
                return replace(campaign, name=name)
            self.remarks.append(f"campaign {known} was deleted at {self.spec.type}.")
        campaign = self._named(mailer, name, day)
        if campaign is None and unanswered(notes, self.now()):
            campaign = self._look_again(mailer, name, day)
        if campaign is not None and campaign.id != known:
            self._note(*issue_noted(name, day), "created", name=name, campaign=campaign.id)
        return campaign

    def _named(self, mailer: Mailer, name: str, day: date, *, anew: bool = False) -> Campaign | None:
        known = name in self._expected and not anew
        every = self._listed.get(name, []) if known else mailer.by_names((name,), day)
        campaigns = [campaign for campaign in every if campaign.status != "stopped"] or every
        if len(campaigns) > 1:
            ids = ", ".join(campaign.id for campaign in campaigns)
            raise CommandError(
                f"{self.spec.type} has {len(campaigns)} campaigns named {name} ({ids}). Delete all but one there, then "
                "hand over again."
            )
        return campaigns[0] if campaigns else None

    def _look_again(self, mailer: Mailer, name: str, day: date) -> Campaign | None:
        """A mailer may list a new campaign a while after it was made."""
        for pause in LOOKS:
            self.sleep(pause)
            if (campaign := self._named(mailer, name, day, anew=True)) is not None:
                return campaign
        return None

    def _create(self, mailer: Mailer, message: Message) -> str:
        """A new campaign: the intention is kept before, the id after; a lost answer is looked for."""
        self._done(message, "intended", "")
        try:
            campaign = mailer.create(message)
        except AnswerLost:
            known = self._look_again(mailer, message.name, message.date)
            if known is None:
                raise
            campaign = known.id
        except DigestError:
            self._done(message, "failed", "")
            raise
        self._done(message, "created", campaign)
        return campaign

    def _ours(self, campaign: Campaign, edition: str, day: date) -> None:
        """Raises ``AlreadySent`` for a campaign that is on its way, gone, or stopped half-way."""
        if campaign.status not in _OVER:
            return
        self.departed = campaign
        if campaign.status == "sent":
            self._note(edition, day, "sent", name=campaign.name, campaign=campaign.id)
        word = {"sending": "is being sent", "sent": "was sent", "stopped": "was stopped there"}[
            campaign.status
        ]
        cure = {
            "stopped": f"Delete campaign {campaign.id} there, then hand over again.",
            "sending": "It is not changed any more; `digest receipts` reads what becomes of it.",
            "sent": "It is not changed any more; `digest receipts` reads what became of it.",
        }[campaign.status]
        wording = f' ("{campaign.word}")' if campaign.word and campaign.word != campaign.status else ""
        raise AlreadySent(f"{edition} of {day} {word} by {self.spec.type}{wording}. {cure}")

    def _same(
        self,
        campaign: Campaign,
        notes: list[CampaignNote],
        message: Message,
        request: HandoverRequest,
        at: datetime | None,
    ) -> bool:
        """Whether the mailer has it already as it shall be."""
        last = last_content(notes, campaign.id)
        written = last is not None and last.content == content_of(message)
        untouched = campaign.html is None or campaign.html == message.html
        named = campaign.subject in (None, message.subject)
        wanted = {"draft": "draft", "schedule": "scheduled", "now": ""}[request.action]
        return (
            written
            and untouched
            and named
            and campaign.status == wanted
            and (wanted == "draft" or campaign.at == at)
        )

    def _still(self, campaign: Campaign, notes: list[CampaignNote], message: Message) -> None:
        """A later revision that reads the same: the mailer has that one now."""
        last = last_content(notes, campaign.id)
        if last is not None and last.revision != message.revision:
            self._done(message, "updated", campaign.id)
            if campaign.status == "scheduled":
                self._done(message, "scheduled", campaign.id, campaign.at)

    def _edited(self, campaign: Campaign, notes: list[CampaignNote], message: Message) -> None:
        """Say what somebody changed in the mailer's own pages; handing over writes the issue again."""
        last = last_content(notes, campaign.id)
        if (
            last is None
            or campaign.html is None
            or last.content == content_hash(campaign.subject, campaign.html)
        ):
            return
        if (
            last.content != content_of(message)
            and last.revision != message.revision
            and campaign.html == message.html
        ):
            return
        self.remarks.append(
            f"campaign {campaign.id} had been changed at {self.spec.type}; it is the built issue again. Changes belong "
            "into the issue: `digest stories edit`, then build and hand over."
        )

    def _lists(self, mailer: Mailer, message: Message) -> None:
        if message.lists and self._known_lists is None:
            self._known_lists = mailer.lists()
        lists = self._known_lists
        unknown = [id for id in message.lists if lists is not None and id not in lists]
        if unknown:
            known = ", ".join(f"{key} ({name})" for key, name in sorted((lists or {}).items())[:20])
            raise CommandError(
                f"{self.spec.type} has no list {', '.join(unknown)}. It has: {known or 'none'}. "
                f"Mend `lists: {{{message.edition}: […]}}` under `mailer:` in digest.yaml."
            )

    def _test(
        self, mailer: Mailer | Sender, campaign: str, message: Message, request: HandoverRequest
    ) -> None:
        if request.tests:
            mailer.test(campaign, message, request.tests)

    def _go(
        self, mailer: Mailer, campaign: str, message: Message, request: HandoverRequest, at: datetime | None
    ) -> str:
        """Schedule or send the draft; its status then."""
        if request.action == "schedule":
            assert at is not None
            try:
                mailer.schedule(campaign, message, at)
            except AnswerLost:
                after = mailer.by_id(campaign)
                if after is None or after.status not in ("scheduled", *_OVER):
                    raise
            self._done(message, "scheduled", campaign, at)
            return "scheduled"
        if request.action == "now":
            self._done(message, "sending", campaign)
            try:
                mailer.send(campaign, message)
            except AnswerLost:
                after = mailer.by_id(campaign)
                if after is None or after.status not in _OVER:
                    raise
            return "sending"
        return "draft"

    # A mailer that keeps nothing

    def _deliver(self, mailer: Sender, message: Message, request: HandoverRequest) -> HandoverResult:
        if request.tests:
            self._test(mailer, "", message, request)
            if request.action == "draft":
                return self._handed("tested", message, "", "draft", None, request)
        notes = notes_of(self.notes(message.edition, message.date), message.name)
        left = [target for target in mailer.targets() if delivery_event(notes, target) != "delivered"]
        if not left:
            raise AlreadySent(
                f"{message.edition} of {message.date} was handed over by {self.spec.type} already."
            )
        open_ends = [target for target in left if delivery_event(notes, target) == "intended"]
        if open_ends and not request.again:
            raise AlreadySent(
                f"{message.edition} of {message.date} may have gone to {', '.join(open_ends)}: an earlier run ended "
                "before the answer. Look whether it arrived. If it did: `digest mark-sent "
                f"{message.edition} {message.date}`; if not: hand over with --again."
            )
        word = ""
        for target in left:
            self._done(message, "intended", target)
            try:
                word = mailer.deliver(message, target)
            except AnswerLost:
                raise
            except DigestError:
                self._done(message, "failed", target)
                raise
            self._done(message, "delivered", target)
        return self._handed("delivered", message, word, "sent", None, request)

    # What both do

    def _able_to(self, request: HandoverRequest) -> None:
        """Raises ``CommandError`` for what the mailer cannot do."""
        kind = self.spec.type
        if request.action == "schedule" and not self.able.schedule:
            raise CommandError(
                f"{kind} schedules nothing. Run `digest handover` at that hour (cron does), and leave `send_at` out."
            )
        if request.action == "draft" and not self.able.draft and not request.tests:
            raise CommandError(f"{kind} keeps no drafts: handing over sends. Use --now.")
        if request.action == "now" and kind == "folder":
            raise CommandError("folder sends nothing; what watches the folder does. Use --draft.")
        if request.tests and not self.able.test:
            raise CommandError(f"{kind} sends no tests from here. Leave a draft (--draft) and test it there.")

    def _moment(self, mailer: Mailer, request: HandoverRequest) -> datetime | None:
        if request.action != "schedule" or request.at is None:
            return None
        at = mailer.moment(request.at)
        if at != request.at:
            self.remarks.append(
                f"{self.spec.type} does not send at every minute: it goes out {(at - request.at).seconds // 60} "
                "minutes later than asked."
            )
        return at

    def notes(self, edition: str, day: date) -> list[CampaignNote]:
        """What the ledger has of an issue at this mailer, oldest first: read once, and kept up to date."""
        if (edition, day) not in self._noted:
            kept = self.ledger.campaign_notes(edition, day)
            self._noted[edition, day] = [note for note in kept if note.mailer == self.spec.type]
        return self._noted[edition, day]

    def _done(self, message: Message, event: str, campaign: str, at: datetime | None = None) -> None:
        content = content_of(message) if event in ("created", "updated", "delivered") else ""
        self._note(
            message.edition, message.date, event,
            name=message.name, campaign=campaign, revision=message.revision, content=content, due=at,
        )  # fmt: skip

    def _note(
        self, edition: str, day: date, event: str, *, name: str = "", campaign: str = "", revision: int = 0,
        content: str = "", due: datetime | None = None,
    ) -> None:  # fmt: skip
        note = CampaignNote(
            edition=edition,
            date=day,
            mailer=self.spec.type,
            event=event,
            at=self.now(),
            name=name,
            campaign=campaign,
            revision=revision,
            content=content,
            due=due,
        )
        before = self.notes(edition, day)
        self.ledger.note_campaign(note)
        before.append(note)
