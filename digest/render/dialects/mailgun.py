"""Mailgun: ``%recipient.key%``, searched and replaced; stored templates are Handlebars besides."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import JOINED_BRACE, URL_BRACE, encoded, joined

DIALECT = Dialect(
    help="%recipient.key%. No escape: '%' before a name, and two braces, are parted by a word joiner in text.",
    unsubscribe=Tag("%unsubscribe_url%"),
    first_name="%recipient.first_name%",
    text_rules=(joined(r"%(?=[A-Za-z_])"), JOINED_BRACE),
    url_rules=(URL_BRACE, encoded(r"%(?![0-9A-Fa-f]{2})")),
)
