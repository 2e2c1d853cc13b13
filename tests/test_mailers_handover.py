"""Never twice: handing over against every mailer with an API, with connections that break and runs that are killed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from digest.app.handover import Handover, HandoverRequest, HandoverResult
from digest.errors import AlreadySent, CommandError, DigestError, Unreachable
from digest.model.mail import CampaignNote, MailerSpec, Message
from tests.fakes.mailers import Call, Dropped, Fake, answering, drop_after, drop_before, no_fault
from tests.fakes.mailers.every import FAKES
from tests.test_mailers import AT, MESSAGE, Clock, message, opened

NOW = datetime(2026, 1, 23, 10, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process ends."""


@dataclass
class Notes:
    """A ledger in memory; ``kill`` ends the run at a note, before or after it is kept."""

    rows: list[CampaignNote] = field(default_factory=list)
    kill: tuple[int, str] | None = None
    count: int = 0

    def campaign_notes(self, edition: str, day: date) -> list[CampaignNote]:
        return [note for note in self.rows if (note.edition, note.date) == (edition, day)]

    def note_campaign(self, note: CampaignNote) -> None:
        self.count += 1
        if self.kill == (self.count, "before"):
            raise Killed
        self.rows.append(note)
        if self.kill == (self.count, "after"):
            raise Killed

    @property
    def ids(self) -> set[str]:
        return {note.campaign for note in self.rows if note.campaign}


def spec(fake: Fake) -> MailerSpec:
    return MailerSpec(type=fake.name)


def run(fake: Fake, notes: Notes, request: HandoverRequest | None = None, **changes: Any) -> HandoverResult:
    clock = Clock()
    request = request or HandoverRequest(action="schedule", at=AT)
    handover = Handover(notes, opened(fake, clock), spec(fake), now=lambda: NOW, sleep=clock.sleep)
    return handover.hand_over(message(fake, **changes), request)


@pytest.fixture(params=FAKES, ids=lambda kind: kind.name)
def fake(request: pytest.FixtureRequest) -> Fake:
    server: Fake = request.param()
    return server


def test_handing_over_again_changes_nothing_or_updates(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes)
    assert (first.did, first.status, first.at) == ("created", "scheduled", AT)
    again = run(fake, notes)
    assert again.did in ("unchanged", "updated")
    other = run(fake, notes, subject="Another", revision=2)
    assert (other.did, other.campaign) == ("updated", first.campaign)
    later = run(
        fake,
        notes,
        HandoverRequest(action="schedule", at=AT + timedelta(hours=1)),
        subject="Another",
        revision=2,
    )
    assert later.campaign == first.campaign
    assert len(fake.campaigns) == 1
    draft = run(fake, notes, HandoverRequest(), subject="Another", revision=2)
    assert (draft.campaign, draft.status) == (first.campaign, "draft")
    assert fake.sends == []


def test_a_campaign_that_is_out_is_refused(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes, HandoverRequest(action="now"))
    assert first.status == "sending"
    for _ in range(2):
        with pytest.raises(AlreadySent):
            run(fake, notes, HandoverRequest(action="now"))
    fake.finish(first.campaign)
    with pytest.raises(AlreadySent, match="was sent"):
        run(fake, notes, revision=2, subject="Another")
    assert fake.sends == [first.campaign]


def test_a_lost_ledger_finds_its_campaign_by_name(fake: Fake) -> None:
    first = run(fake, Notes())
    again = run(fake, Notes())
    assert again.campaign == first.campaign
    assert len(fake.campaigns) == 1


def test_a_deleted_campaign_is_made_again_and_said(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes)
    del fake.campaigns[first.campaign]
    again = run(fake, notes)
    assert again.campaign != first.campaign
    assert any("deleted" in words for words in again.remarks)
    assert len(fake.campaigns) == 1


def test_a_name_that_stands_twice_is_refused(fake: Fake) -> None:
    if fake.name == "ghost":
        pytest.skip("a slug cannot stand twice in Ghost")
    mailer = opened(fake)
    mailer.create(message(fake))
    mailer.create(message(fake))
    with pytest.raises(CommandError, match="2 campaigns"):
        run(fake, Notes())
    assert len(fake.campaigns) == 2


@pytest.mark.parametrize("name", ["listmonk", "sendgrid", "brevo", "buttondown"])
def test_what_somebody_edited_there_is_said(name: str) -> None:
    fake = next(kind for kind in FAKES if kind.name == name)()
    notes = Notes()
    first = run(fake, notes, HandoverRequest())
    row = fake.campaigns[first.campaign]
    if name == "sendgrid":
        row["email_config"]["html_content"] += "edited"
    else:
        key = {"listmonk": "body", "brevo": "htmlContent", "buttondown": "body"}[name]
        row[key] += "edited"
    again = run(fake, notes, HandoverRequest())
    assert again.did == "updated"
    assert any("had been changed" in words for words in again.remarks)
    assert run(fake, notes, HandoverRequest()).did == "unchanged"


@pytest.mark.parametrize("name", ["listmonk", "sendgrid", "brevo", "ghost"])
def test_a_list_that_does_not_exist_is_named_with_those_that_do(name: str) -> None:
    fake = next(kind for kind in FAKES if kind.name == name)()
    clock = Clock()
    handover = Handover(Notes(), opened(fake, clock), spec(fake), now=lambda: NOW, sleep=clock.sleep)
    with pytest.raises(CommandError, match=fake.no_such_list) as caught:
        handover.hand_over(replace(MESSAGE, lists=(fake.no_such_list,)), HandoverRequest())
    assert fake.lists[0] in str(caught.value)
    assert fake.campaigns == {}


@pytest.mark.parametrize("name", ["mailchimp", "brevo", "sendgrid"])
def test_a_sender_that_is_not_verified(name: str) -> None:
    fake = next(kind for kind in FAKES if kind.name == name)()
    notes = Notes()
    with pytest.raises(CommandError, match="erif"):
        run(fake, notes, sender_address="news@unverified.example")
    assert fake.campaigns == {}
    assert run(fake, notes).did == "created"


def test_a_schedule_is_cancelled(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes)
    handover = Handover(notes, opened(fake), spec(fake), now=lambda: NOW, sleep=lambda _: None)
    assert handover.cancel("daily", MESSAGE.date, MESSAGE.name).did == "cancelled"
    assert handover.cancel("daily", MESSAGE.date, MESSAGE.name).did == "unchanged"
    again = run(fake, notes)
    assert (again.campaign, again.status) == (first.campaign, "scheduled")


def test_nothing_to_cancel(fake: Fake) -> None:
    handover = Handover(Notes(), opened(fake), spec(fake), now=lambda: NOW, sleep=lambda _: None)
    with pytest.raises(CommandError, match="not handed over"):
        handover.cancel("daily", MESSAGE.date, MESSAGE.name)


def test_a_campaign_that_is_listed_late_is_waited_for(fake: Fake) -> None:
    """The create call's answer is lost, and the first look finds nothing yet."""
    notes = Notes()
    hidden: dict[str, Any] = {}

    def hide(fake: Fake, call: Call) -> Any:
        fault = drop_after
        try:
            return fault(fake, call)
        except Dropped:
            hidden.update(fake.campaigns)
            fake.campaigns.clear()
            raise

    def show(fake: Fake, call: Call) -> Any:
        fake.campaigns.update(hidden)
        return None

    create = _creating(fake)
    fake.faults.extend([no_fault] * create + [hide, no_fault, show])
    first = run(fake, notes)
    assert len(fake.campaigns) == 1
    assert first.status == "scheduled"


def _creating(fake: Fake) -> int:
    """How many calls come before the one that makes a campaign."""
    trial = type(fake)(strict=False)
    run(trial, Notes())
    broken = (
        "/campaigns",
        "/emails",
        "/posts/",
        "/emailCampaigns",
        "/api/campaigns",
        "/v3/marketing/singlesends",
    )
    return next(i for i, call in enumerate(trial.calls) if call.method == "POST" and call.path in broken)


FAULTS = (
    drop_before,
    drop_after,
    answering(500, {"message": "oops"}),
    answering(429, {}, Retry_After="900"),
    answering(200, b"<html>"),
)


def broken(fake: Fake, notes: Notes, chance: random.Random, request: HandoverRequest) -> None:
    """One run that ends somewhere: by a kill at a note, a kill inside a call, or a broken connection."""
    kind = chance.randrange(4)
    if kind == 0:
        notes.kill = (notes.count + chance.randint(1, 4), chance.choice(["before", "after"]))
    else:
        fault: Any = chance.choice(FAULTS)
        if kind == 1:
            acts = chance.random() < 0.5

            def fault(fake: Fake, call: Call) -> Any:
                if acts:
                    fake.act(call)
                raise Killed

        fake.faults.extend([no_fault] * chance.randrange(12) + [fault] * chance.choice([1, 1, 5]))
    try:
        run(fake, notes, request)
    except (Killed, DigestError):
        pass
    finally:
        notes.kill = None
        fake.faults.clear()


@pytest.mark.parametrize("seed", range(75))
def test_kills_and_broken_connections_never_make_two(fake: Fake, seed: int) -> None:
    """525 stories of three broken runs each, then one that is left alone: one campaign, its id in the ledger."""
    chance = random.Random(f"{fake.name}/{seed}")
    fake.description = None
    notes, request = Notes(), HandoverRequest(action=chance.choice(["schedule", "now", "draft"]), at=AT)
    for _ in range(3):
        broken(fake, notes, chance, request)
        assert len(fake.named(MESSAGE.name)) <= 1
    try:
        done = run(fake, notes, request)
    except AlreadySent:
        assert request.action == "now"
    else:
        assert done.status == {"schedule": "scheduled", "now": "sending", "draft": "draft"}[request.action]
    (only,) = fake.campaigns
    assert notes.ids == {only}
    assert len(fake.sends) == (request.action == "now")


class Sent:
    """A sender that keeps nothing, and may break."""

    def __init__(self) -> None:
        self.took: list[str] = []
        self.fate: dict[str, type[BaseException]] = {}

    def targets(self) -> tuple[str, ...]:
        return ("a@x.example", "b@x.example", "c@x.example")

    def deliver(self, message: Message, target: str) -> str:
        from digest.mailers import AnswerLost

        kind = self.fate.pop(target, None)
        if kind is None or kind is AnswerLost:
            self.took.append(target)
        if kind is not None:
            raise kind("no")
        return "queued"

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        self.took += [f"test {address}" for address in addresses]

    def close(self) -> None: ...


def deliver(sender: Sent, notes: Notes, **request: Any) -> HandoverResult:
    handover = Handover(notes, sender, MailerSpec(type="smtp"), now=lambda: NOW, sleep=lambda _: None)
    return handover.hand_over(MESSAGE, HandoverRequest(action="now", **request))


def test_a_sender_gives_each_target_one_message_whatever_breaks() -> None:
    sender, notes = Sent(), Notes()
    sender.fate = {"b@x.example": CommandError}
    with pytest.raises(CommandError):
        deliver(sender, notes)
    assert deliver(sender, notes).did == "delivered"
    assert sorted(sender.took) == list(sender.targets())
    with pytest.raises(AlreadySent):
        deliver(sender, notes)


def test_what_may_have_gone_is_not_sent_again_unasked() -> None:
    from digest.mailers import AnswerLost

    sender, notes = Sent(), Notes()
    sender.fate = {"b@x.example": AnswerLost}
    with pytest.raises(Unreachable):
        deliver(sender, notes)
    with pytest.raises(AlreadySent, match="--again"):
        deliver(sender, notes)
    assert sender.took == ["a@x.example", "b@x.example"]
    deliver(sender, notes, again=True)
    assert sender.took == ["a@x.example", "b@x.example", "b@x.example", "c@x.example"]


def test_what_a_mailer_cannot_do_is_said() -> None:
    sender = Sent()
    handover = Handover(Notes(), sender, MailerSpec(type="smtp"), now=lambda: NOW)
    for request in (HandoverRequest(action="schedule", at=AT), HandoverRequest(action="draft")):
        with pytest.raises(CommandError, match="smtp"):
            handover.hand_over(MESSAGE, request)
    assert sender.took == []
