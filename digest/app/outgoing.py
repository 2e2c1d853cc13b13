"""An issue of the outbox, its mailer and the ledger brought together: hand over, cancel, read receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.app.addresses import Issue, issue_of, with_variants
from digest.app.approval import needs_approval
from digest.app.campaign_message import check_due, due, message_of, name_of
from digest.app.handover import Handed, Handover, Wish
from digest.app.history import audience_of
from digest.app.reading import Audience
from digest.app.receipts import Read, from_file, settled
from digest.app.sending import mark_sent
from digest.app.variant_handover import Work, any_noted, unfinished
from digest.app.variant_handover import cancel as cancel_variants
from digest.app.variant_handover import hand_over as hand_over_variants
from digest.app.variant_handover import receipt as variants_receipt
from digest.errors import AlreadySent, CommandError, Unreachable
from digest.mailers import Mailer, Sender, capabilities, connect, needs_list, redact, settings_missing
from digest.model.environment import MissingVariable
from digest.model.mail import MailerSpec, Message, Receipt

if TYPE_CHECKING:
    from digest.model import BuiltIssue, Edition, Newsroom
    from digest.publish import Outbox
    from digest.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words of the command. Without ``draft``, ``at`` and ``now``: at ``send_at``, else a draft."""

    draft: bool = False
    at: str = ""
    now: bool = False
    tests: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """What handing over works with."""

    newsroom: Newsroom
    store: Store
    outbox: Outbox
    clock: Any  # () -> datetime
    wire: dict[str, Any]  # what replaces the network in tests


def mailer_of(newsroom: Newsroom, edition: Edition) -> MailerSpec:
    """The mailer an edition is handed over to. Raises ``CommandError`` where none is set up, or not wholly."""
    spec = newsroom.mailing_of(edition)
    if not spec.type:
        raise CommandError(
            f"no mailer is set up: `mailer: {newsroom.mailer}` chooses the merge tags only. Write "
            "`mailer: {type: …, url: …}` in digest.yaml (docs/mailers.md has each service's lines)."
        )
    if lacks := settings_missing(spec, edition.name):
        raise CommandError(" ".join(lacks))
    try:
        return _resolved(spec.filled(), newsroom.root)
    except MissingVariable as missing:
        raise CommandError(
            f"`mailer:` in digest.yaml reads the environment variable {missing.name}, which is not set. Set it, then "
            "run the command again."
        ) from None


def _resolved(spec: MailerSpec, root: Path) -> MailerSpec:
    """Paths of the settings from the newsroom, wherever the command runs."""
    options = {**spec.options, "root": str(root)}
    for key in ("path", "ca_file"):
        value = str(options.get(key, ""))
        if value and "://" not in value:
            options[key] = str(root / value)
    return replace(spec, options=options)


def hand_over(house: House, edition: Edition, day: date, asked: Asked) -> Handed:
    """Hand a built issue over, holding its lock. Raises ``DigestError`` of every kind, with a cure."""
    spec = mailer_of(house.newsroom, edition)
    with house.store.lock(edition.name):
        built = _built(house.store, edition.name, day)
        wish = _wish(house, spec, built, asked)
        by_variant = bool(spec.variant_lists and audience_of(built))
        if built.sent_at is not None and not by_variant:
            raise _sent_already(house, built)
        _approved(house.store, edition, built)
        if not by_variant and (lacks := _no_list(spec, edition)):
            raise CommandError(lacks)
        message = _message(house, edition, built, spec)

        def left() -> None:
            if house.store.to_be_sent(edition.name, day).sent_at is None:
                _mark(house, built, house.clock(), None, built.revision, f"handover ({spec.type})")

        with _open(spec, house) as mailer:
            work = _handover(house, mailer, spec)
            try:
                if by_variant:
                    parts = Work(work, _audience(house, built), message, capabilities(spec.type).parts)
                    if built.sent_at is not None and not unfinished(parts):
                        raise _sent_already(house, built)
                    return hand_over_variants(parts, wish, left)
                work.withdraw((message.name,), edition.name, day)
                handed = work.hand_over(message, wish)
            except AlreadySent:
                _found_out(house, edition.name, day, work)
                raise
        if handed.status == "sent" or wish.action == "now":
            left()
    return handed


def _sent_already(house: House, built: BuiltIssue) -> AlreadySent:
    assert built.sent_at is not None
    sent = house.newsroom.publication.clock(built.sent_at)
    return AlreadySent(f"{built.edition} of {built.date} was sent at {sent}; it is not handed over again.")


def _no_list(spec: MailerSpec, edition: Edition) -> str:
    """What an issue without an audience lacks where lists are named by variants; empty: nothing."""
    if not spec.variant_lists or spec.lists.get(edition.name) or capabilities(spec.type).parts == "tags":
        return ""
    return (
        f"the issue has no audience, so it goes to the edition's own list. {needs_list(spec, edition.name)}"
    )


def _audience(house: House, built: BuiltIssue) -> Audience:
    """Raises ``Unreachable`` where it is not whole."""
    found = Audience.of(house.newsroom, house.outbox.root, built.edition, built.date)
    if not found.whole:
        raise Unreachable(
            f"the variants of {built.edition} of {built.date} are not all there. Run its build again, with --audience: "
            "it finishes what is missing."
        )
    return found


def _found_out(house: House, edition: str, day: date, work: Handover) -> None:
    """A campaign that the mailer has sent: the issue is sent, whoever pressed the button."""
    if work.out is not None and work.out.status == "sent":
        built = _built(house.store, edition, day)
        at = work.out.at if work.out.at and work.out.at <= house.clock() else house.clock()
        revision = work.revision_of(edition, day, work.out.id)
        _mark(house, built, at, None, revision or built.revision, f"handover ({work.spec.type})")


def _mark(
    house: House, built: BuiltIssue, at: datetime, copies: int | None, revision: int | None, by: str
) -> None:
    mark_sent(
        house.store,
        house.outbox,
        built.edition,
        built.date,
        at=at,
        delivered=copies,
        revision=revision,
        by=by,
    )


def cancel(house: House, edition: Edition, day: date) -> Handed:
    """Take a schedule back."""
    spec = mailer_of(house.newsroom, edition)
    name = name_of(edition.name, day, house.newsroom.publication.id)
    with house.store.lock(edition.name):
        _built(house.store, edition.name, day)
        with _open(spec, house) as mailer:
            work = _handover(house, mailer, spec)
            if not isinstance(mailer, Sender) and any_noted(work, edition.name, day):
                return cancel_variants(work, edition.name, day)
            return work.cancel(edition.name, day, name)


def _approved(store: Store, edition: Edition, built: BuiltIssue) -> None:
    """Raises ``AlreadySent`` (5) where the edition wants an approval and this revision has none."""
    if needs_approval(store, edition, built):
        raise AlreadySent(
            f"{built.edition} of {built.date}, revision {built.revision}, is not approved: "
            f"`digest approve {built.edition} {built.date}` does that."
        )


def receipts(house: House, edition: str, day: date, file: Path | None) -> Read:
    """Read what is known of one issue, match its clicks, keep it, and mark the issue sent."""
    with house.store.lock(edition):
        built = _built(house.store, edition, day)
        receipt, source, revision = (from_file(file), file.name, None) if file else _told(house, built)
        issued = house.store.built(edition, day, revision) or built if revision else built
        html = _html(house, issued)
        before = house.store.receipts(first=day, last=day, edition=edition)
        issue = _with_variants(house, issued, issue_of(edition, day, issued.manifest, html))
        read = settled(issue, receipt, before[0] if before else None, source=source, now=house.clock())
        house.store.add_receipt(read.receipt)
        _sent(house, issued, read.receipt.receipt, source)
    if not html:
        read = replace(read, said=(*read.said, _NO_HTML))
    return read


def _with_variants(house: House, built: BuiltIssue, issue: Issue) -> Issue:
    """The issue with the addresses of its variants too, where it has an audience that is still there."""
    if not audience_of(built):
        return issue
    found = Audience.of(house.newsroom, house.outbox.root, built.edition, built.date)
    return with_variants(issue, found) if found.whole else issue


_NO_HTML = (
    "the issue's HTML is gone from the outbox, so clicks of ads cannot be told from others: bring it back with "
    "`digest issues restore`."
)


def _sent(house: House, built: BuiltIssue, receipt: Receipt, source: str) -> None:
    """As ``mark-sent`` does, once something went out."""
    copies = receipt.delivered if receipt.delivered is not None else receipt.sent
    if not receipt.complete or (built.sent_at is not None and copies in (None, built.delivered)):
        return
    at = receipt.at if receipt.at is not None and receipt.at <= house.clock() else house.clock()
    _mark(house, built, at, copies, built.revision, f"receipts ({source})")


def _told(house: House, built: BuiltIssue) -> tuple[Receipt, str, int | None]:
    """What the mailer tells, who tells it, and of which revision.

    Raises ``CommandError`` for one that tells nothing, or has no such campaign."""
    edition = _edition(house.newsroom, built.edition)
    spec = mailer_of(house.newsroom, edition)
    if not capabilities(spec.type).sent:
        raise CommandError(
            f"{spec.type} tells nothing of what it sent. Give a file: `digest receipts {built.edition} {built.date} "
            "--file F.csv`, or a number: `digest mark-sent`."
        )
    name = name_of(built.edition, built.date, house.newsroom.publication.id)
    with _open(spec, house) as mailer:
        assert not isinstance(mailer, Sender)
        work = _handover(house, mailer, spec)
        if any_noted(work, built.edition, built.date):
            expected = audience_of(built).get("variants", 0)
            added, revision = variants_receipt(work, mailer, built.edition, built.date, expected)
            return added, spec.type, revision
        campaign = work.find(name, built.edition, built.date)
        if campaign is None:
            if work.said:
                raise CommandError(
                    f"{' '.join(work.said)[:1].upper()}{' '.join(work.said)[1:]} What it counted is gone with it; what "
                    "was read before stays. Give later numbers with --file F.csv."
                )
            raise CommandError(
                f"{built.edition} of {built.date} was never handed over to {spec.type}: it has no campaign {name}. "
                "For a campaign made by hand give its numbers with --file F.csv."
            )
        if campaign.status not in ("sending", "sent"):
            raise CommandError(
                f"{built.edition} of {built.date} is not sent yet: {spec.type} has it as {campaign.status}. "
                "Read the receipts after it went out."
            )
        revision = work.revision_of(built.edition, built.date, campaign.id)
        return mailer.receipt(campaign.id, built.date), spec.type, revision


def _edition(newsroom: Newsroom, name: str) -> Edition:
    edition = newsroom.edition(name)
    if edition is None:
        raise CommandError(
            f'digest.yaml has no edition "{name}" any more; give its numbers with --file F.csv.'
        )
    return edition


def _built(store: Store, edition: str, day: date) -> BuiltIssue:
    built = store.built(edition, day)
    if built is None:
        raise CommandError(
            f"{edition} of {day} was never built. `digest build --edition {edition}` does that."
        )
    return built


def _wish(house: House, spec: MailerSpec, built: BuiltIssue, asked: Asked) -> Wish:
    """What the words of the command mean for this mailer."""
    if sum((asked.draft, bool(asked.at), asked.now)) > 1:
        raise CommandError("--draft, --at and --now exclude each other; give one of them.")
    able = capabilities(spec.type)
    newsroom, now = house.newsroom, house.clock()
    time = asked.at
    if not (asked.draft or asked.at or asked.now):
        if not able.draft and not spec.send_at:
            only_test = asked.tests
            return Wish(action="draft" if only_test else "now", tests=asked.tests, again=asked.again)
        time = f"{spec.send_at:%H:%M}" if spec.send_at else ""
    if time:
        at = due(time, built.date, newsroom)
        check_due(at, now, newsroom)
        return Wish(action="schedule", at=at, tests=asked.tests, again=asked.again)
    return Wish(action="now" if asked.now else "draft", tests=asked.tests, again=asked.again)


def _message(house: House, edition: Edition, built: BuiltIssue, spec: MailerSpec) -> Message:
    """The issue as it lies in the outbox. Raises ``CommandError`` where it is not what the ledger has."""
    files = house.outbox.recorded(built.edition, built.date, built.manifest.encode())
    if files is None:
        raise CommandError(
            f"the folder of {built.edition} {built.date} in the outbox is gone or was changed. "
            f"`digest build --edition {built.edition} --date {built.date} --rebuild` brings it back."
        )
    folder = house.outbox.place(built.edition, built.date)
    publication = house.newsroom.publication.id
    return message_of(house.newsroom, edition, built, files, folder, spec, publication)


def _html(house: House, built: BuiltIssue) -> str:
    """The issue's HTML, from the outbox or the store; empty where both have lost it."""
    files = house.store.files(built.edition, built.date, built.revision)
    if not files:
        files = house.outbox.recorded(built.edition, built.date, built.manifest.encode()) or {}
    return files.get("index.html", b"").decode("utf-8", "replace")


def _handover(house: House, mailer: Mailer | Sender, spec: MailerSpec) -> Handover:
    return Handover(house.store, mailer, spec, now=house.clock)


@contextmanager
def _open(spec: MailerSpec, house: House) -> Iterator[Mailer | Sender]:
    """A connection that is closed again."""
    mailer = connect(spec, **house.wire)
    try:
        yield mailer
    finally:
        mailer.close()


def losses(newsroom: Newsroom) -> list[str]:
    """What is lost with each edition's mailer, for ``digest check``."""
    lost: dict[str, None] = {}
    for edition in newsroom.editions:
        spec = newsroom.mailing_of(edition)
        if not spec.type:
            continue
        for loss in (*capabilities(spec.type).losses, *settings_missing(spec, edition.name)):
            if spec.track and "`track: true`" in loss:
                continue
            lost[f"mailer {spec.type}: {redact(loss, spec.secrets)}"] = None
        if spec.send_at and not capabilities(spec.type).schedule:
            lost[f"mailer {spec.type}: `send_at` has no effect; it schedules nothing."] = None
        if capabilities(spec.type).draft and (own := _own_pictures(newsroom)):
            lost[
                f"mailer {spec.type}: {own[0]}{' and others' if len(own) > 1 else ''}: a campaign cannot show picture "
                "files of the newsroom. Serve the issues' folder images/ and name its address: `images: {base_url: …}`."
            ] = None
    return list(lost)


def _own_pictures(newsroom: Newsroom) -> list[str]:
    """Files of the newsroom in bookings and brand that stand as relative addresses in an issue."""
    from digest.render.pictures import booked, local

    if newsroom.images.base_url:
        return []
    return [url for _, url, _ in booked(newsroom) if local(newsroom.root, newsroom.images.files, url)]


def as_json(edition: str, day: date, handed: Handed, mailer: str) -> dict[str, Any]:
    """What became of it, for ``--json``."""
    return {
        "edition": edition,
        "date": day,
        "mailer": mailer,
        "did": handed.did,
        "name": handed.name,
        "campaign": handed.campaign,
        "status": handed.status,
        "at": handed.at,
        "tests": list(handed.tests),
        "notes": list(handed.said),
    } | (_variants_json(handed) if handed.variants else {})


def _variants_json(handed: Handed) -> dict[str, Any]:
    names = ("variant", "list", "readers")
    return {
        "variants": [asdict(one) for one in handed.variants],
        "without_list": [dict(zip(names, one, strict=True)) for one in handed.without_list],
    }


def latest(store: Store, edition: str) -> date:
    """The date of the newest issue of an edition. Raises ``CommandError`` where there is none."""
    issues = store.issues(edition)
    if not issues:
        raise CommandError(f"{edition} was never built. `digest build --edition {edition}` does that.")
    return issues[-1].date


def receipt_json(read: Read) -> dict[str, Any]:
    """A receipt for ``--json``."""
    issue = read.receipt
    receipt = issue.receipt
    return {
        "edition": issue.edition,
        "date": issue.date,
        "source": issue.source,
        "sent": receipt.sent,
        "delivered": receipt.delivered,
        "opens": receipt.opens,
        "clicks": receipt.clicks,
        "clicks_total": receipt.clicks_total,
        "kind": receipt.kind,
        "complete": receipt.complete,
        "links": [
            {
                "url": link.url,
                "what": link.what,
                "unique_clicks": link.unique,
                "clicks": link.total,
                "line_item": link.line_item or None,
                "creative": link.creative or None,
                "slot": link.slot or None,
                "story": link.story or None,
                "section": link.section or None,
                "position": link.position or None,
            }
            for link in issue.clicks
        ],
        "notes": list(read.said),
    }
