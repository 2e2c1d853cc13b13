"""All the fakes."""

from __future__ import annotations

from tests.fakes.mailers import Fake
from tests.fakes.mailers.brevo import Brevo
from tests.fakes.mailers.buttondown import Buttondown
from tests.fakes.mailers.ghost import Ghost
from tests.fakes.mailers.klaviyo import Klaviyo
from tests.fakes.mailers.listmonk import Listmonk
from tests.fakes.mailers.mailchimp import Mailchimp
from tests.fakes.mailers.sendgrid import SendGrid

FAKES: tuple[type[Fake], ...] = (Brevo, Buttondown, Ghost, Klaviyo, Listmonk, Mailchimp, SendGrid)
