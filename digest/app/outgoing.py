"""An issue of the outbox, its mailer and the ledger brought together: hand over, cancel, read receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.app.addresses import IssueLinks, links_of, with_variants
from digest.app.approval import needs_approval
from digest.app.campaign_message import check_due, due, message_of, name_of
from digest.app.handover import Handover, HandoverRequest, HandoverResult
from digest.app.history import audience_of
from digest.app.reading import PublishedAudience
from digest.app.receipts import ReceiptReading, from_file, with_earlier
from digest.app.sending import mark_sent
from digest.app.variant_handover import Work, any_noted, unfinished
from digest.app.variant_handover import cancel as cancel_variants
from digest.app.variant_handover import hand_over as hand_over_variants
from digest.app.variant_handover import receipt as variants_receipt
from digest.errors import AlreadySent, CommandError, Unreachable
from digest.mailers import Mailer, Sender, capabilities, connect, needs_list, redact, settings_missing
from digest.model.counts import counted
from digest.model.environment import MissingVariable
from digest.model.mail import MailerSpec, Message, Receipt

if TYPE_CHECKING:
    from digest.model import BuiltIssue, Edition, Newsroom
    from digest.publish import Outbox
    from digest.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOptions:
    """The words of the command. Without ``draft``, ``at`` and ``now``: at ``send_at``, else a draft."""

    draft: bool = False
    at: str = ""
    now: bool = False
    tests: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class HandoverContext:
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


def hand_over(
    context: HandoverContext, edition: Edition, day: date, options: HandoverOptions
) -> HandoverResult:
    """Hand a built issue over, holding its lock. Raises ``DigestError`` of every kind, with a cure."""
    spec = mailer_of(context.newsroom, edition)
    with context.store.lock(edition.name):
        built = _built(context.store, edition.name, day)
        request = _request(context, spec, built, options)
        by_variant = bool(spec.variant_lists and audience_of(built))
        if built.sent_at is not None and not by_variant:
            raise _sent_already(context, built)
        _approved(context.store, edition, built)
        if not by_variant and (lacks := _no_list(spec, edition)):
            raise CommandError(lacks)
        message = _message(context, edition, built, spec)

        def left() -> None:
            if context.store.to_be_sent(edition.name, day).sent_at is None:
                _mark(context, built, context.clock(), None, built.revision, f"handover ({spec.type})")

        with _open(spec, context) as mailer:
            work = _handover(context, mailer, spec)
            try:
                if by_variant:
                    parts = Work(work, _audience(context, built), message, capabilities(spec.type).parts)
                    if built.sent_at is not None and not unfinished(parts):
                        raise _sent_already(context, built)
                    return hand_over_variants(parts, request, left)
                work.withdraw((message.name,), edition.name, day)
                result = work.hand_over(message, request)
            except AlreadySent:
                _mark_as_mailed(context, edition.name, day, work)
                raise
        if result.status == "sent" or request.action == "now":
            left()
    return result


def _sent_already(context: HandoverContext, built: BuiltIssue) -> AlreadySent:
    assert built.sent_at is not None
    sent = context.newsroom.publication.clock(built.sent_at)
    return AlreadySent(f"{built.edition} of {built.date} was sent at {sent}; it is not handed over again.")


def _no_list(spec: MailerSpec, edition: Edition) -> str:
    """What an issue without an audience lacks where lists are named by variants; empty: nothing."""
    if not spec.variant_lists or spec.lists.get(edition.name) or capabilities(spec.type).parts == "tags":
        return ""
    return (
        f"the issue has no audience, so it goes to the edition's own list. {needs_list(spec, edition.name)}"
    )


def _audience(context: HandoverContext, built: BuiltIssue) -> PublishedAudience:
    """Raises ``Unreachable`` where it is not whole."""
    audience = PublishedAudience.of(context.newsroom, context.outbox.root, built.edition, built.date)
    if not audience.is_complete:
        raise Unreachable(
            f"the variants of {built.edition} of {built.date} are not all there. Run its build again, with --audience: "
            "it finishes what is missing."
        )
    return audience


def _mark_as_mailed(context: HandoverContext, edition: str, day: date, work: Handover) -> None:
    """A campaign that the mailer has sent: the issue is sent, whoever pressed the button."""
    if work.departed is not None and work.departed.status == "sent":
        built = _built(context.store, edition, day)
        at = work.departed.at if work.departed.at and work.departed.at <= context.clock() else context.clock()
        revision = work.revision_of(edition, day, work.departed.id)
        _mark(context, built, at, None, revision or built.revision, f"handover ({work.spec.type})")


def _mark(
    context: HandoverContext,
    built: BuiltIssue,
    at: datetime,
    copies: int | None,
    revision: int | None,
    by: str,
) -> None:
    mark_sent(
        context.store,
        context.outbox,
        built.edition,
        built.date,
        at=at,
        delivered=copies,
        revision=revision,
        by=by,
    )


def cancel(context: HandoverContext, edition: Edition, day: date) -> HandoverResult:
    """Take a schedule back."""
    spec = mailer_of(context.newsroom, edition)
    name = name_of(edition.name, day, context.newsroom.publication.id)
    with context.store.lock(edition.name):
        _built(context.store, edition.name, day)
        with _open(spec, context) as mailer:
            work = _handover(context, mailer, spec)
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


def receipts(context: HandoverContext, edition: str, day: date, file: Path | None) -> ReceiptReading:
    """Read what is known of one issue, match its clicks, keep it, and mark the issue sent."""
    with context.store.lock(edition):
        built = _built(context.store, edition, day)
        receipt, source, revision = (
            (from_file(file), file.name, None) if file else _mailer_receipt(context, built)
        )
        issued = context.store.built(edition, day, revision) or built if revision else built
        html = _html(context, issued)
        before = context.store.receipts(first=day, last=day, edition=edition)
        issue = _with_variants(context, issued, links_of(edition, day, issued.manifest, html))
        reading = with_earlier(
            issue, receipt, before[0] if before else None, source=source, now=context.clock()
        )
        if file:
            reading = _of_this_issue(reading, issued, file)
        context.store.add_receipt(reading.receipt)
        _sent(context, issued, reading.receipt.receipt, source)
    if not html:
        reading = replace(reading, remarks=(*reading.remarks, _NO_HTML))
    return reading


def _of_this_issue(reading: ReceiptReading, built: BuiltIssue, file: Path) -> ReceiptReading:
    """A reading of a file, with what becomes of the issue. Raises ``CommandError`` for the file of another one."""
    receipt, clicks = reading.receipt.receipt, reading.receipt.clicks
    issue = f"{built.edition} {built.date}"
    if (
        clicks
        and all(link.what == "unknown" for link in clicks)
        and receipt.sent is receipt.delivered is None
    ):
        raise CommandError(
            f"none of the {counted(len(clicks), 'address', 'addresses')} in {file.name} stands in {issue}, such as "
            f"{clicks[0].url.partition('?')[0][:100]}. Nothing was kept; is it the file of another issue?"
        )
    if built.sent_at is not None:
        return reading
    sent = f"{issue} counts as sent from now on; taken back by: digest mark-sent {issue} --undo"
    return replace(reading, remarks=(*reading.remarks, sent))


def _with_variants(context: HandoverContext, built: BuiltIssue, issue: IssueLinks) -> IssueLinks:
    """The issue with the addresses of its variants too, where it has an audience that is still there."""
    if not audience_of(built):
        return issue
    audience = PublishedAudience.of(context.newsroom, context.outbox.root, built.edition, built.date)
    return with_variants(issue, audience) if audience.is_complete else issue


_NO_HTML = (
    "the issue's HTML is gone from the outbox, so clicks of ads cannot be told from others: bring it back with "
    "`digest issues restore`."
)


def _sent(context: HandoverContext, built: BuiltIssue, receipt: Receipt, source: str) -> None:
    """As ``mark-sent`` does, once something went out."""
    copies = receipt.delivered if receipt.delivered is not None else receipt.sent
    if not receipt.complete or (built.sent_at is not None and copies in (None, built.delivered)):
        return
    at = receipt.at if receipt.at is not None and receipt.at <= context.clock() else context.clock()
    _mark(context, built, at, copies, built.revision, f"receipts ({source})")


def _mailer_receipt(context: HandoverContext, built: BuiltIssue) -> tuple[Receipt, str, int | None]:
    """What the mailer tells, who tells it, and of which revision.

    Raises ``CommandError`` for one that tells nothing, or has no such campaign."""
    edition = _edition(context.newsroom, built.edition)
    spec = mailer_of(context.newsroom, edition)
    if not capabilities(spec.type).sent:
        raise CommandError(
            f"{spec.type} tells nothing of what it sent. Give a file: `digest receipts {built.edition} {built.date} "
            "--file F.csv`, or a number: `digest mark-sent`."
        )
    name = name_of(built.edition, built.date, context.newsroom.publication.id)
    with _open(spec, context) as mailer:
        assert not isinstance(mailer, Sender)
        work = _handover(context, mailer, spec)
        if any_noted(work, built.edition, built.date):
            expected = audience_of(built).get("variants", 0)
            added, revision = variants_receipt(work, mailer, built.edition, built.date, expected)
            return added, spec.type, revision
        campaign = work.find(name, built.edition, built.date)
        if campaign is None:
            if work.remarks:
                lost = " ".join(work.remarks)
                raise CommandError(
                    f"{lost[:1].upper()}{lost[1:]} What it counted is gone with it; what was read before stays. Give "
                    "later numbers with --file F.csv."
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


def _request(
    context: HandoverContext, spec: MailerSpec, built: BuiltIssue, options: HandoverOptions
) -> HandoverRequest:
    """What the words of the command mean for this mailer."""
    if sum((options.draft, bool(options.at), options.now)) > 1:
        raise CommandError("--draft, --at and --now exclude each other; give one of them.")
    able = capabilities(spec.type)
    newsroom, now = context.newsroom, context.clock()
    time = options.at
    if not (options.draft or options.at or options.now):
        if not able.draft and not spec.send_at:
            only_test = options.tests
            return HandoverRequest(
                action="draft" if only_test else "now", tests=options.tests, again=options.again
            )
        time = f"{spec.send_at:%H:%M}" if spec.send_at else ""
    if time:
        at = due(time, built.date, newsroom)
        check_due(at, now, newsroom)
        return HandoverRequest(action="schedule", at=at, tests=options.tests, again=options.again)
    return HandoverRequest(action="now" if options.now else "draft", tests=options.tests, again=options.again)


def _message(context: HandoverContext, edition: Edition, built: BuiltIssue, spec: MailerSpec) -> Message:
    """The issue as it lies in the outbox. Raises ``CommandError`` where it is not what the ledger has."""
    files = context.outbox.recorded(built.edition, built.date, built.manifest.encode())
    if files is None:
        raise CommandError(
            f"the folder of {built.edition} {built.date} in the outbox is gone or was changed. "
            f"`digest build --edition {built.edition} --date {built.date} --rebuild` brings it back."
        )
    folder = context.outbox.place(built.edition, built.date)
    publication = context.newsroom.publication.id
    return message_of(context.newsroom, edition, built, files, folder, spec, publication)


def _html(context: HandoverContext, built: BuiltIssue) -> str:
    """The issue's HTML, from the outbox or the store; empty where both have lost it."""
    files = context.store.files(built.edition, built.date, built.revision)
    if not files:
        files = context.outbox.recorded(built.edition, built.date, built.manifest.encode()) or {}
    return files.get("index.html", b"").decode("utf-8", "replace")


def _handover(context: HandoverContext, mailer: Mailer | Sender, spec: MailerSpec) -> Handover:
    return Handover(context.store, mailer, spec, now=context.clock)


@contextmanager
def _open(spec: MailerSpec, context: HandoverContext) -> Iterator[Mailer | Sender]:
    """A connection that is closed again."""
    mailer = connect(spec, **context.wire)
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
        try:
            spec.filled()
        except MissingVariable as missing:
            lost[f"mailer {spec.type}: {missing} here; handing over needs it."] = None
        for loss in capabilities(spec.type).losses:
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


def unset(newsroom: Newsroom) -> list[tuple[tuple[str | int, ...], str]]:
    """What the mailers lack to be handed anything: the keys down to each mailer in digest.yaml, and what to write."""
    lacks: dict[tuple[tuple[str | int, ...], str], None] = {}
    for edition in newsroom.editions:
        spec = newsroom.mailing_of(edition)
        path = ("editions", edition.name, "mailer") if edition.mailing else ("mailer",)
        for what in settings_missing(spec, edition.name) if spec.type else ():
            lacks[path, f"nothing can be handed over: {redact(what, spec.secrets)}"] = None
    return list(lacks)


def _own_pictures(newsroom: Newsroom) -> list[str]:
    """Files of the newsroom in bookings and brand that stand as relative addresses in an issue."""
    from digest.render.pictures import booked, local

    if newsroom.images.base_url:
        return []
    urls = (picture.url for picture in booked(newsroom))
    return [url for url in urls if local(newsroom.root, newsroom.images.files, url)]


def as_json(edition: str, day: date, result: HandoverResult, mailer: str) -> dict[str, Any]:
    """What became of it, for ``--json``."""
    return {
        "edition": edition,
        "date": day,
        "mailer": mailer,
        "did": result.did,
        "name": result.name,
        "campaign": result.campaign,
        "status": result.status,
        "at": result.at,
        "tests": list(result.tests),
        "notes": list(result.remarks),
    } | (_variants_json(result) if result.variants else {})


def _variants_json(result: HandoverResult) -> dict[str, Any]:
    names = ("variant", "list", "readers")
    return {
        "variants": [asdict(variant) for variant in result.variants],
        "without_list": [dict(zip(names, variant, strict=True)) for variant in result.without_list],
    }


def latest(store: Store, edition: str) -> date:
    """The date of the newest issue of an edition. Raises ``CommandError`` where there is none."""
    issues = store.issues(edition)
    if not issues:
        raise CommandError(f"{edition} was never built. `digest build --edition {edition}` does that.")
    return issues[-1].date


def receipt_json(reading: ReceiptReading) -> dict[str, Any]:
    """A receipt for ``--json``."""
    issue = reading.receipt
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
        "notes": list(reading.remarks),
    }
