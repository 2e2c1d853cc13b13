"""SMTP: the issue as one message to each address of ``to``, which is a list server or a relay.

``url`` is ``smtp://host:587`` or ``smtps://host:465``. STARTTLS is used where the server offers it, and demanded
before a password is sent; ``tls: required`` demands it always, ``ca_file`` names the certificate of a server of your
own. ``rate`` is how many messages go out in a second at most (default 10).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from digest.mailers import Settings
from digest.mailers._wire import AnswerLost, MailerDown, MailerRefused, Patience, redact
from digest.model.mail import Capabilities, MailerSpec, Message

CAPABILITIES = Capabilities(draft=False, schedule=False, cancel=False, sent=False, opens=False, clicks="none")
SETTINGS = Settings(needs=("url", "to"), lists=False)
SECONDS = 30.0
PAUSES = (2.0, 10.0, 30.0)  # before a message is offered again that the server put off
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def connect(spec: MailerSpec, *, patience: Patience | None = None, **wire: Any) -> Smtp:
    """A sender; it connects when it has something to send. Raises ``MailerRefused`` for an address of another kind."""
    parts = urlsplit(spec.url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailerRefused("smtp: `url` under `mailer:` must be such as smtp://mail.example.com:587.")
    return Smtp(spec, patience or Patience())


class Smtp:
    """One connection for everything that goes out."""

    def __init__(self, spec: MailerSpec, patience: Patience) -> None:
        self.spec, self.patience = spec, patience
        self.parts = urlsplit(spec.url)
        self.host = self.parts.hostname or ""
        self.user = spec.user or unquote(self.parts.username or "")
        self.password = spec.password or unquote(self.parts.password or "")
        self.server: smtplib.SMTP | None = None
        self.last = float("-inf")

    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.spec.to))

    def deliver(self, message: Message, target: str) -> str:
        return self._send(message.sender_address, target, addressed(message.eml, target))

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        for address in dict.fromkeys(addresses):
            self._send(message.sender_address, address, marked(addressed(message.eml, address)))

    def close(self) -> None:
        if self.server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.server.quit()
            self.server = None

    def _send(self, sender: str, target: str, data: bytes) -> str:
        """Offer a message until it is taken or refused; what is put off is offered again."""
        for pause in (*PAUSES, None):
            self._slowly()
            code, reply = self._offer(sender, target, data)
            if code < 400:
                return reply
            text = redact(reply, (*self.spec.secrets, self.password))[:300]
            if code >= 500:
                raise MailerRefused(
                    f"smtp: {self.host} refused the message to {target} ({code}: {text}). {_CURE}", code
                )
            if pause is None:
                break
            self.close()
            self.patience.sleep(pause)
        raise MailerDown(
            f"smtp: {self.host} puts the message to {target} off ({code}: {text}). Run the command again later."
        )

    def _offer(self, sender: str, target: str, data: bytes) -> tuple[int, str]:
        server = self._open()
        try:
            steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
                lambda: server.mail(sender),
                lambda: server.rcpt(target),
                lambda: server.docmd("DATA"),
            )
            for step in steps:
                code, reply = step()
                if code >= 400:
                    with suppress(smtplib.SMTPException, OSError):
                        server.rset()
                    return code, reply.decode("utf-8", "replace")
        except (smtplib.SMTPException, OSError) as error:
            self.server = None
            return 450, f"the connection broke ({error})"
        try:
            server.send(_stuffed(data))
            code, reply = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.server = None
            raise AnswerLost(
                f"smtp: no answer from {self.host} to the message to {target} ({error}); whether it was taken is not "
                "known. Look whether it arrived."
            ) from None
        return code, reply.decode("utf-8", "replace")

    def _slowly(self) -> None:
        """No faster than the rate."""
        least = 1.0 / max(0.01, float(self.spec.options.get("rate") or 10))
        wait = self.last + least - self.patience.clock()
        if wait > 0:
            self.patience.sleep(wait)
        self.last = self.patience.clock()

    def _open(self) -> smtplib.SMTP:
        if self.server is None:
            try:
                self.server = self._connected()
            except smtplib.SMTPAuthenticationError:
                raise MailerRefused(
                    f"smtp: {self.host} does not take the user and password. Check them under `mailer:`.", 535
                ) from None
            except ssl.SSLError as error:
                raise MailerRefused(
                    f"smtp: {self.host} has a certificate that is not trusted ({error.reason or error}). Write "
                    "the right host in `url`, or name its certificate as `ca_file`."
                ) from None
            except (smtplib.SMTPException, OSError) as error:
                reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error))[:200]
                raise MailerDown(
                    f"smtp: {self.host} cannot be reached ({reason}). Check `url` under `mailer:`."
                ) from None
        return self.server

    def _connected(self) -> smtplib.SMTP:
        secure = ssl.create_default_context(cafile=str(self.spec.options.get("ca_file") or "") or None)
        port = self.parts.port or (465 if self.parts.scheme == "smtps" else 587)
        if self.parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, port, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(self.host, port, timeout=SECONDS)
        server.ehlo()
        safe = self.parts.scheme == "smtps"
        if not safe and server.has_extn("starttls") and self.spec.options.get("tls") != "never":
            server.starttls(context=secure)
            server.ehlo()
            safe = True
        if not safe and self.spec.options.get("tls") == "required":
            raise MailerRefused(f"smtp: {self.host} offers no STARTTLS, and `tls: required` asks for it.")
        if self.user:
            if not safe and self.host not in _LOOPBACK:
                raise MailerRefused(
                    f"smtp: {self.host} offers no STARTTLS; a password is not sent in the open."
                )
            server.login(self.user, self.password)
        return server


_CURE = "Check `to` and the edition's `from:`, and that this server may send for them."


def addressed(eml: bytes, target: str) -> bytes:
    """The message with ``target`` in its ``To``; every other byte as it was."""
    return re.sub(
        rb"(?mi)^To:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", b"To: " + target.encode("ascii", "ignore"), eml, count=1
    )


def marked(eml: bytes) -> bytes:
    """The message with ``[Test]`` before its subject."""
    return re.sub(rb"(?mi)^Subject: ?", b"Subject: [Test] ", eml, count=1)


def _stuffed(data: bytes) -> bytes:
    """The message as it goes over the wire: a leading dot doubled, and the dot that ends it."""
    body = re.sub(rb"(?m)^\.", b"..", data)
    return (body if body.endswith(b"\r\n") else body + b"\r\n") + b".\r\n"
