"""Buttondown: Django-like templates, in the subject too."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import LITERAL_BRACE, URL_BRACE

DIALECT = Dialect(
    help='Django-like templates. A literal brace is printed by {{"{"}}.',
    unsubscribe=Tag("{{ unsubscribe_url }}"),
    browser=Tag("{{ email_url }}"),
    preferences=Tag("{{ manage_subscription_url }}"),
    text_rules=(LITERAL_BRACE,),
    url_rules=(URL_BRACE,),
)
