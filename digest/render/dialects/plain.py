"""No mailer: the issue as it is, for previews, archives and senders without merge tags."""

from __future__ import annotations

from digest.render.dialect import Dialect

DIALECT = Dialect(
    help="No merge tags. The unsubscribe link is a mail to the sender; text, subject and URLs stay as they are.",
)
