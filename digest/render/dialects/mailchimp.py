"""Mailchimp: ``*|TAG|*``, searched and replaced; there is no escape."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import encoded, joined

DIALECT = Dialect(
    help="*|TAG|*. Mailchimp has no escape: '*' and '|' are parted by a word joiner in text and subject.",
    unsubscribe=Tag("*|UNSUB|*"),
    browser=Tag("*|ARCHIVE|*"),
    preferences=Tag("*|UPDATE_PROFILE|*"),
    first_name="*|IF:FNAME|**|FNAME|**|ELSE:|*FALLBACK*|END:IF|*",
    address=Tag("*|LIST:ADDRESS|*"),
    preview="*|IF:MC_PREVIEW_TEXT|**|MC_PREVIEW_TEXT|**|ELSE:|*",
    preview_end="*|END:IF|*",
    text_rules=(joined(r"\*(?=\||\Z)"),),
    url_rules=(encoded(r"(?<=\*)\||\|(?=\*)|\*\Z"),),
)
