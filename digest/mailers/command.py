"""A program of yours: ``run`` is its words; it gets the issue's folder as one more, and facts in its environment.

``DIGEST_NAME``, ``DIGEST_EDITION``, ``DIGEST_DATE``, ``DIGEST_REVISION`` and ``DIGEST_SUBJECT`` say which issue it is.
Exit code 0 says that it was taken; any other, that nothing was done. Its last line of output is kept as the id.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

from digest.mailers import Settings
from digest.mailers._wire import AnswerLost, MailerRefused, redact
from digest.model.mail import Capabilities, MailerSpec, Message

CAPABILITIES = Capabilities(
    draft=False, schedule=False, cancel=False, test=False, sent=False, opens=False, clicks="none"
)
SETTINGS = Settings(needs=("run",), lists=False)
SECONDS = 600


def connect(spec: MailerSpec, **wire: Any) -> Command:
    """The program; it runs when there is an issue."""
    return Command(spec)


class Command:
    """A program that hands over."""

    def __init__(self, spec: MailerSpec) -> None:
        self.spec = spec
        run = spec.options.get("run") or ()
        self.words = tuple(run.split() if isinstance(run, str) else map(str, run))

    def targets(self) -> tuple[str, ...]:
        return (self.words[0],)

    def deliver(self, message: Message, target: str) -> str:
        facts = {
            "DIGEST_NAME": message.name,
            "DIGEST_EDITION": message.edition,
            "DIGEST_DATE": message.date.isoformat(),
            "DIGEST_REVISION": str(message.revision),
            "DIGEST_SUBJECT": message.subject.replace("\0", ""),
        }
        try:
            done = subprocess.run(
                [*self.words, str(message.folder)],
                env=os.environ | facts,
                capture_output=True,
                timeout=float(self.spec.options.get("seconds") or SECONDS),
                check=False,
                cwd=self.spec.options.get("root") or None,
            )
        except subprocess.TimeoutExpired:
            raise AnswerLost(
                f"command: {target} did not end in time; whether it handed over is not known."
            ) from None
        except OSError as error:
            raise MailerRefused(
                f"command: {target} cannot be run ({error.strerror or error}). Mend `run` under `mailer:`."
            ) from None
        if done.returncode:
            output = self._said(done.stderr or done.stdout)
            raise MailerRefused(f"command: {target} ended with {done.returncode}{output and f': {output}'}.")
        return self._said(done.stdout)

    def test(self, campaign: str, message: Message, addresses: tuple[str, ...]) -> None:
        raise MailerRefused("command: it sends no tests.")

    def close(self) -> None:
        """Nothing is open."""

    def _said(self, output: bytes) -> str:
        lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
        return redact(lines[-1], self.spec.secrets)[:200] if lines else ""
