"""Postmark: Mustachio, a Mustache without escapes, comments that could part braces, or literals."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import JOINED_BRACE, URL_BRACE

DIALECT = Dialect(
    help="Mustachio. It has no escape: two braces are parted by a word joiner in text and subject.",
    unsubscribe=Tag("{{{ pm:unsubscribe }}}"),
    first_name="{{#name}}{{name}}{{/name}}{{^name}}FALLBACK{{/name}}",
    text_rules=(JOINED_BRACE,),
    url_rules=(URL_BRACE,),
)
