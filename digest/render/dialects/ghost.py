"""Ghost: ``{first_name, "there"}`` and ``%%{unsubscribe_url}%%``, searched and replaced."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import encoded, joined

DIALECT = Dialect(
    help="{name} and %%{name}%%. No escape: '{' and '%' before it get a word joiner in text and subject.",
    unsubscribe=Tag("%%{unsubscribe_url}%%"),
    first_name='{first_name, "FALLBACK"}',
    text_rules=(joined(r"%(?=%?\{|%\Z)|(?<=%)%\Z|\{"),),
    url_rules=(encoded(r"\{"),),
)
