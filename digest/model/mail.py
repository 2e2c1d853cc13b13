"""Handing over: the mailer as configured, the message it gets, and what it tells afterwards.

Times are aware and in UTC; counts are whole numbers, ``None`` where the mailer does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from digest.model.environment import filled
from digest.model.keys import READ_ONLY, Block, Key, Kind, Written, empty, shapes
from digest.model.keys import kinds as k
from digest.model.keys.words import InvalidValue, line

_NONE: Mapping[str, Any] = MappingProxyType({})
BY = "by"  # a key of ``lists`` beside the editions: what parts an issue's readers
VARIANT_LIST = "{edition} {variant}"

Status = Literal["draft", "scheduled", "sending", "sent", "stopped"]
Clicks = Literal["unique", "total", "capped", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailerSpec:
    """The mailer of an edition.

    ``type`` names a file of ``digest/mailers``; empty: nothing is handed over, and ``dialect``, the language of the
    merge tags, is all there is. ``lists`` has the mailer's own ids by edition. ``variant_lists`` is how the list of a
    variant is named, with ``{…}`` for what its readers chose; empty: an issue is one campaign. ``options`` are the
    settings that only some mailers know. Texts may hold ``${NAME}`` until :meth:`filled`.
    """

    type: str = ""
    dialect: str = "plain"
    url: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NONE)
    variant_lists: str = ""
    send_at: time | None = None
    track: bool = False
    to: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: _NONE)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What never appears in any output."""
        inside = re.findall(r"://[^/@\s]*:([^/@\s]+)@", self.url)
        return tuple(secret for secret in (self.password, self.key, *inside) if secret)

    def filled(self) -> MailerSpec:
        """With the environment's values. Raises ``MissingVariable``."""

        def value(part: Any) -> Any:
            if isinstance(part, str):
                return filled(part)
            if isinstance(part, tuple):
                return tuple(value(item) for item in part)
            return {key: value(item) for key, item in part.items()} if isinstance(part, Mapping) else part

        return replace(self, **{field.name: value(getattr(self, field.name)) for field in fields(self)})


_TAGLESS = ("smtp", "folder", "command")  # they pass on what they get; a dialect may be chosen beside


@dataclass(frozen=True, slots=True, kw_only=True)
class MailerKeys(Block):
    """``mailer`` written as a block: the service the issue is handed over to."""

    type: Annotated[
        k.Handover,
        Key(
            "`listmonk`, `mailchimp`, `sendgrid`, `brevo`, `ghost`, `buttondown`, `klaviyo`; `smtp`, `folder` or "
            "`command`"
        ),
    ]
    url: Annotated[
        k.Line,
        Key(
            "the address of its API, of the site (`ghost`), or `smtp://host:587`",
            also="address host server endpoint",
        ),
    ] = ""
    user: Annotated[k.Line, Key("who logs in (`listmonk`, `smtp`)", also="username login")] = ""
    password: Annotated[
        k.Line, Key('that one\'s password or token; write it as `"${NAME}"`', also="token secret pass")
    ] = ""
    key: Annotated[k.Line, Key('the API key; write it as `"${NAME}"`', also="api_key apikey")] = ""
    lists: Annotated[
        Mapping[k.EditionName, k.Words],
        READ_ONLY,
        Key(
            "the ids of the mailer's own lists, by edition: `{daily: [3], weekly: [4]}`; with `by: variant` each "
            "variant of an issue for an [audience](scale.md) is a campaign to the list called `name`"
        ),
    ] = field(default_factory=empty)
    send_at: Annotated[
        k.Clock | None, Key("when an issue is sent, local time on its date; without it, it stays a draft")
    ] = None
    track: Annotated[
        k.Flag, Key("put the mailer's own mark on links where it counts only those (`listmonk`)")
    ] = False
    to: Annotated[
        k.Words, Key("`smtp`: the address or addresses each issue goes to", also="recipient recipients")
    ] = ()
    dialect: Annotated[
        k.Mailer | None,
        Key("the language of the merge tags", default="the type's; `plain` where it has none"),
    ] = None
    template: Annotated[k.Line, Key("`listmonk`: the id of the template; `buttondown`: its name")] = ""
    sender_id: Annotated[
        k.Count | None, Key("`sendgrid`: the number of the verified sender", default="the one with `from`")
    ] = None
    unsubscribe_group: Annotated[k.Count | None, Key("`sendgrid`: the number of the unsubscribe group")] = (
        None
    )
    metric: Annotated[k.Line, Key("`klaviyo`: the id of a conversion metric, for its reports")] = ""
    path: Annotated[
        k.Line,
        Key(
            "`folder`: a path from the newsroom, or the address of an object store",
            also="folder directory dir",
        ),
    ] = ""
    run: Annotated[
        k.Words,
        Key(
            "`command`: the program and its words; the issue's folder is added",
            also="command program exec script",
        ),
    ] = ()
    seconds: Annotated[k.Positive | None, Key("`command`: how long it may take", default="600")] = None
    tls: Annotated[k.Tls, Key("`smtp`: `auto`, `required` or `never`")] = "auto"
    ca_file: Annotated[k.Line, Key("`smtp`: the certificate of a server of your own")] = ""
    rate: Annotated[k.Positive | None, Key("`smtp`: messages a second at most", default="10")] = None

    def verify(self) -> None:
        by, name = self.lists.get(BY), self.lists.get("name", ())
        if by is not None and by != ("variant",):
            raise InvalidValue(
                f'has lists by "{" ".join(by)}".', "Write `lists: {by: variant}`, or take `by` out."
            )
        if by is not None and len(name) > 1:
            raise InvalidValue(
                "names the lists of variants twice.", 'Write one `name`, such as "{edition} {region}".'
            )

    def value(self) -> MailerSpec:
        own = {field.name for field in fields(MailerSpec)} - {"dialect", "options"}
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        by_variant = BY in self.lists
        pattern = " ".join(self.lists.get("name", ())) or VARIANT_LIST
        values["variant_lists"] = pattern if by_variant else ""
        if by_variant:
            values["lists"] = MappingProxyType(
                {name: ids for name, ids in self.lists.items() if name not in (BY, "name")}
            )
        options = {
            name: part
            for name, part in values.items()
            if name not in (*own, "dialect") and part not in (None, "", ())
        }
        direct = {name: values[name] for name in own}
        dialect = self.dialect or ("plain" if self.type in _TAGLESS else self.type)
        return MailerSpec(dialect=dialect, options=options, **direct)


def _word(value: object) -> MailerSpec:
    return MailerSpec(dialect=line(value))


MailerWord = Annotated[MailerSpec, Kind(_word, shapes.WORD, names="mailer")]
Mailing = Annotated[MailerSpec, Written(MailerKeys, word=MailerWord)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a mailer can do.

    ``clicks`` per link are the readers who clicked (``unique``), every click (``total``), of the most clicked
    links only (``capped``), or not told (``none``). ``parts`` is what the campaign of a variant can go to, by name:
    ``segments`` are parts of the edition's list.
    """

    draft: bool = True
    schedule: bool = True
    cancel: bool = True
    test: bool = True
    plain_text: bool = True
    preheader: bool = True
    sent: bool = True
    opens: bool = True
    clicks: Clicks = "unique"
    parts: Literal["", "lists", "segments", "tags"] = ""
    notes: tuple[str, ...] = ()

    @property
    def losses(self) -> tuple[str, ...]:
        """What is lost with this mailer, in words for ``digest check``."""
        lacks = (
            (self.draft, "it keeps no drafts: handing over sends."),
            (self.schedule, "it schedules nothing: hand over at the hour of sending."),
            (self.cancel or not self.schedule, "a schedule cannot be cancelled from here."),
            (self.test, "it sends no tests."),
            (self.plain_text, "it takes no plain text: your text ads will not be seen."),
            (self.sent, "it does not tell how many were sent: `digest mark-sent --delivered N` does."),
            (self.opens, "it does not tell opens."),
            (
                self.clicks != "none",
                "it does not tell clicks per link: clicks of ads and stories stay unknown.",
            ),
            (self.clicks != "total", "its clicks per link are all clicks, not readers who clicked."),
            (self.clicks != "capped", "it tells the clicks of its 50 most clicked links only."),
        )
        return (*(loss for able, loss in lacks if not able), *self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One built issue, or one variant of it, as a mailer gets it; ``name`` is how the campaign is found again.

    ``segment`` is the id of the part of ``lists`` that gets it; empty: all of them do.
    """

    name: str
    publication: str
    edition: str
    date: date
    revision: int
    subject: str
    preheader: str
    sender_name: str
    sender_address: str
    html: str
    text: str
    eml: bytes
    lists: tuple[str, ...] = ()
    segment: str = ""
    reply_to: str = ""
    folder: Path = Path()
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def slug(self) -> str:
        """The name where only letters, digits and hyphens may stand."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as the mailer has it. ``at`` is when it is scheduled for; ``html`` where it is kept verbatim."""

    id: str
    name: str
    status: Status
    at: datetime | None = None
    subject: str | None = None
    html: str | None = None
    word: str = ""  # the mailer's own word for the status


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """The clicks on one address: readers who clicked, and all clicks."""

    url: str
    unique: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a mailer tells of one campaign.

    ``kind`` says what ``links`` count; ``notes`` what is missing from it, in words.
    """

    sent: int | None = None
    delivered: int | None = None
    opens: int | None = None
    clicks: int | None = None
    clicks_total: int | None = None
    links: tuple[LinkClicks, ...] = ()
    kind: Clicks = "none"
    complete: bool = True  # False while the mailer is still sending
    at: datetime | None = None  # when it was sent
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignNote:
    """One line of the ledger about a campaign: what was about to be done, or was done.

    ``event``: intended | created | updated | scheduled | sending | cancelled | failed | sent | forgotten.
    """

    edition: str
    date: date
    mailer: str
    event: str
    at: datetime
    name: str = ""
    campaign: str = ""
    revision: int = 0
    content: str = ""  # sha256 of the HTML as it was given
    due: datetime | None = None  # what it is scheduled for


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """The clicks of one link of an issue, with what it belongs to.

    ``what``: ad | story | other | shared (the address stands in several ads or stories) | unknown (nobody wrote it).
    """

    edition: str
    date: date
    url: str
    what: str
    unique: int | None = None
    total: int | None = None
    line_item: str = ""
    creative: str = ""
    slot: str = ""
    story: str = ""
    section: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReceipt:
    """What is known of one sent issue: its counts, and the clicks on its links."""

    edition: str
    date: date
    read_at: datetime
    source: str  # the mailer, or the file
    receipt: Receipt
    clicks: tuple[Clicked, ...] = ()
