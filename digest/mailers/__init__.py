"""Handing an issue over. One file is one mailer, named after its file.

A plugin has ``CAPABILITIES``, ``SETTINGS`` (the keys it needs) and ``connect(spec, **wire) -> Mailer``. Only this
stage speaks to mailers; what must not happen twice is decided in ``digest.app.handover``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from types import ModuleType
from typing import Any, Protocol, runtime_checkable

from digest import registry
from digest.errors import CommandError, did_you_mean
from digest.mailers._wire import AnswerLost, MailerDown, MailerRefused, Patience, redact
from digest.model.mail import Campaign, Capabilities, MailerSpec, Message, Receipt

__all__ = [
    "AnswerLost", "Mailer", "MailerDown", "MailerRefused", "Patience", "Sender", "Settings", "capabilities", "connect",
    "needs_list", "plugin", "redact", "settings_missing",
]  # fmt: skip


PLUGIN = ("CAPABILITIES", "SETTINGS", "connect")


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of ``mailer:`` that a mailer needs.

    ``lists``: whether each edition needs ids under ``lists``.
    """

    needs: tuple[str, ...] = ()
    lists: bool = True


class Mailer(Protocol):
    """An open connection to a mailer. Every call raises ``MailerRefused``, ``MailerDown`` or ``AnswerLost``."""

    def by_id(self, campaign: str) -> Campaign | None:
        """The campaign, or ``None`` where it was deleted."""

    def by_names(self, names: Collection[str], since: date) -> list[Campaign]:
        """All campaigns of exactly these names; ``since`` is a date before which none was made."""

    def create(self, message: Message) -> str:
        """A new draft; its id."""

    def update(self, campaign: str, message: Message) -> None:
        """A draft gets the message's content."""

    def schedule(self, campaign: str, message: Message, at: datetime) -> None:
        """A draft is sent at ``at``."""

    def send(self, campaign: str, message: Message) -> None:
        """A draft is sent now."""

    def cancel(self, campaign: str) -> None:
        """A scheduled campaign is a draft again."""

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        """A copy of a draft to a few addresses."""

    def receipt(self, campaign: str, since: date) -> Receipt:
        """What became of a sent campaign."""

    def lists(self) -> dict[str, str] | None:
        """The lists that are there, names by id; ``None`` where they cannot be asked for."""

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        """What a variant's campaign may go to, names by id: the mailer's lists, or the segments of ``lists``."""

    def moment(self, at: datetime) -> datetime:
        """The first moment not before ``at`` at which this mailer sends."""

    def close(self) -> None:
        """End the connection."""


@runtime_checkable
class Sender(Protocol):
    """A mailer that keeps nothing: what it is given goes out at once, to one target after another."""

    def targets(self) -> tuple[str, ...]:
        """To whom an issue goes; each gets it once."""

    def deliver(self, message: Message, target: str) -> str:
        """Hand the issue over to one target; its word on it, such as an id. ``AnswerLost``: it may have gone."""

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        """A copy to a few addresses."""

    def close(self) -> None:
        """End the connection."""


def plugin(name: str) -> ModuleType:
    """The module of a mailer. Raises ``CommandError`` for one nobody knows."""
    try:
        return registry.load(__name__, name)
    except KeyError:
        known = registry.names(__name__)
        hint = did_you_mean(name, known, otherwise=f" There are: {', '.join(known)}.")
        raise CommandError(f'there is no mailer "{name}" to hand over to.{hint}') from None


def capabilities(name: str) -> Capabilities:
    """What a mailer can do."""
    declared: Capabilities = plugin(name).CAPABILITIES
    return declared


def settings_missing(spec: MailerSpec, edition: str) -> list[str]:
    """What the mailer's settings lack for an edition, in words."""
    wants: Settings = plugin(spec.type).SETTINGS
    lacks = [
        f"{spec.type} needs `{key}` under `mailer:` in digest.yaml."
        for key in wants.needs
        if not (getattr(spec, key, None) or spec.options.get(key))
    ]
    parts = capabilities(spec.type).parts
    if spec.variant_lists and not parts:
        lacks.append(
            f"{spec.type} has no lists, so `lists: {{by: variant}}` cannot be. For those who send themselves, `digest "
            "export --stream FILE` says which reader gets what."
        )
    if wants.lists and not spec.lists.get(edition) and (parts == "segments" or not spec.variant_lists):
        lacks.append(needs_list(spec, edition))
    return lacks


def needs_list(spec: MailerSpec, edition: str) -> str:
    """What to write where an edition has no list of its own."""
    return f"{spec.type} needs the list of {edition}: write `lists: {{{edition}: [ID]}}` under `mailer:`."


def connect(spec: MailerSpec, **wire: Any) -> Mailer | Sender:
    """An open connection. ``wire`` replaces the network and the clock in tests."""
    connection: Mailer | Sender = plugin(spec.type).connect(spec, **wire)
    return connection
