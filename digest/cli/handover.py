"""``digest handover``: a built issue becomes a campaign of the mailer."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import (
    EditionName,
    Json,
    OutboxFolder,
    Root,
    as_issue,
    edition_named,
    folder,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, warn
from digest.errors import CommandError, DigestError
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from digest.app.handover import HandoverResult
    from digest.app.outgoing import HandoverContext
    from digest.model import Edition, Newsroom
    from digest.publish import Outbox
    from digest.store import Store


@app.command("handover", epilog="Example: digest handover daily 2026-01-23 --at 06:30")
def handover(
    name: EditionName,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[DATE]", help="The issue date (default: the newest issue).")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Leave it as a draft.")] = False,
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIME", help="Send at 06:30 on the issue's date, or 2026-01-23T06:30."),
    ] = "",
    send_now: Annotated[bool, typer.Option("--now", help="Send at once.")] = False,
    tests: Annotated[
        list[str] | None,
        typer.Option("--test", metavar="ADDRESS", help="Also send a test there (repeatable)."),
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the schedule back: a draft again.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="What an earlier run may have sent did not arrive: send it again.")
    ] = False,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Hand a built issue over to the mailer: scheduled for `send_at`, else as a draft; never twice."""
    from digest.app.outgoing import HandoverOptions, latest
    from digest.app.outgoing import cancel as take_back
    from digest.publish import Outbox
    from digest.store import open_store

    day, addresses = _dated(arguments or [], tests or [])
    newsroom = load_newsroom(root)
    chosen = edition_named(newsroom, name)
    with open_store(newsroom.store, newsroom.publication) as store:
        context = house_of(newsroom, store, Outbox(folder(outbox, newsroom.root / "outbox")))
        date = as_issue(day) if day else latest(store, name)
        if cancel:
            tell(newsroom, chosen, date, take_back(context, chosen, date))
            return
        request = HandoverOptions(draft=draft, at=at, now=send_now, tests=addresses, again=again)
        handed = _handed(context, chosen, date, request)
        tell(newsroom, chosen, date, handed)
    if handed.without_list:
        raise typer.Exit(CommandError.exit_code)


def _dated(arguments: list[str], tests: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The date, and the addresses of the tests: several may follow one ``--test``."""
    more = [word for word in arguments if "@" in word]
    dates = [word for word in arguments if "@" not in word]
    if len(dates) > 1 or (more and not tests):
        raise CommandError(
            f"`{(dates[1:] or more)[0]}` is one word too many: digest handover EDITION [DATE]."
        )
    addresses = [part for word in (*tests, *more) for part in word.split(",") if part]
    for address in addresses:
        if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
            raise CommandError(f'--test "{address}" is no mail address; write it as desk@example.com.')
    return (dates[0] if dates else None), tuple(dict.fromkeys(addresses))


def _handed(context: HandoverContext, edition: Edition, day: date, request: Any) -> HandoverResult:
    from digest.app.outgoing import hand_over

    return hand_over(context, edition, day, request)


def house_of(newsroom: Newsroom, store: Store, outbox: Outbox) -> HandoverContext:
    """What handing over works with."""
    from digest.app.outgoing import HandoverContext

    return HandoverContext(newsroom, store, outbox, now, {})


def after_build(
    newsroom: Newsroom, store: Store, outbox: Outbox, edition: Edition, day: date
) -> tuple[dict[str, Any], int]:
    """Hand an issue over that was just built; what is told of it, and the exit code."""
    from digest.app.outgoing import HandoverOptions, as_json, hand_over

    try:
        handed = hand_over(house_of(newsroom, store, outbox), edition, day, HandoverOptions())
    except DigestError as error:
        warn(f"digest: {error}")
        return {"error": str(error), "exit_code": error.exit_code}, error.exit_code
    _print_handed(newsroom, edition, day, handed)
    code = CommandError.exit_code if handed.without_list else 0
    return as_json(edition.name, day, handed, newsroom.mailing_of(edition).type), code


def tell(newsroom: Newsroom, edition: Edition, day: date, handed: HandoverResult) -> None:
    """What became of it, for people and as JSON."""
    from digest.app.outgoing import as_json

    emit(as_json(edition.name, day, handed, newsroom.mailing_of(edition).type))
    _print_handed(newsroom, edition, day, handed)


_DID_VARIANTS = {
    "created": "new",
    "updated": "updated",
    "unchanged": "unchanged",
    "out": "out already",
}
_DID = {
    "created": "is a new campaign",
    "updated": "was updated",
    "unchanged": "is there already, unchanged",
    "delivered": "was handed over",
    "cancelled": "is a draft again; its schedule is cancelled",
    "tested": "went out as a test",
}


def _print_handed(newsroom: Newsroom, edition: Edition, day: date, handed: HandoverResult) -> None:
    mailer = newsroom.mailing_of(edition).type
    which = f" ({handed.campaign})" if handed.campaign else ""
    if handed.variants:
        count = Counter(row.did for row in handed.variants)
        what = ", ".join(f"{count[did]:,} {words}" for did, words in _DID_VARIANTS.items() if count[did])
        readers = sum(row.readers for row in handed.variants)
        say(
            f"{edition.name} {day}: {counted(len(handed.variants), 'campaign')} of variants at {mailer} for "
            f"{counted(readers, 'reader')}: {what}."
        )
    else:
        say(f"{edition.name} {day}: {handed.name} {_DID[handed.did]} at {mailer}{which}.")
    if handed.at is not None:
        say(f"  scheduled for {newsroom.publication.clock(handed.at)} {newsroom.publication.timezone}")
    elif handed.status in ("draft", "sending") and handed.did not in ("tested", "cancelled"):
        say("  a draft; nothing is sent yet" if handed.status == "draft" else "  it is being sent")
    if handed.tests:
        say(f"  test sent to {', '.join(handed.tests)}")
    for note in handed.remarks:
        warn(f"digest: {note}")
