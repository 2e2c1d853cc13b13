"""What the mailers with an API share."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from typing import Any

from digest.mailers._wire import MailerRefused, Service, Wire
from digest.model.mail import MailerSpec, Message, Receipt


class Api:
    """A mailer spoken to over https."""

    content_apart = False  # whether `create` makes an empty draft that `update` fills

    def __init__(self, spec: MailerSpec, service: Service, **wire: Any) -> None:
        self.spec, self.name = spec, service.name
        self.wire = Wire(service, **wire)
        self.call = self.wire.call

    def moment(self, at: datetime) -> datetime:
        return at

    def lists(self) -> dict[str, str] | None:
        return None

    def parts(self, lists: tuple[str, ...]) -> dict[str, str]:
        return self.lists() or {}

    def close(self) -> None:
        self.wire.close()

    def numbers(self, message: Message) -> list[int]:
        """The lists as numbers. Raises ``MailerRefused``."""
        wrong = [list_id for list_id in message.lists if not re.fullmatch(r"[0-9]{1,18}", list_id)]
        if wrong:
            raise MailerRefused(
                f'{self.name}: "{wrong[0]}" is no list of it; its lists have numbers, such as 3. '
                "Mend `lists` under `mailer:` in digest.yaml."
            )
        return [int(list_id) for list_id in message.lists]


def beginning(names: Iterable[str]) -> str:
    """The words with which all of these names begin."""
    words = zip(*(name.split(" ") for name in names), strict=False)
    return " ".join(word[0] for word in takewhile(lambda word: len(set(word)) == 1, words))


def not_yet(service: str) -> Receipt:
    """What is known while a service counts: nothing."""
    return Receipt(
        complete=False, notes=(f"{service} has counted nothing yet; read the receipts again later.",)
    )


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def ascii_header(spec: MailerSpec, value: str) -> str:
    """A header's value. Raises ``MailerRefused`` for a key that cannot be one."""
    if not value.isascii() or any(char < " " for char in value):
        raise MailerRefused(
            f"{spec.type}: the key under `mailer:` has characters that no key has (a line break, an accent). "
            "Copy it again."
        )
    return value
