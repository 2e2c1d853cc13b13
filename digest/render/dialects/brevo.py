"""Brevo: a template language after Django's."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import LITERAL_BRACE, URL_BRACE

DIALECT = Dialect(
    help='Django-like. A literal brace is printed by {{"{"}}.',
    unsubscribe=Tag("{{ unsubscribe }}"),
    browser=Tag("{{ mirror }}"),
    preferences=Tag("{{ update_profile }}"),
    first_name='{{ contact.FIRSTNAME|default:"FALLBACK" }}',
    text_rules=(LITERAL_BRACE,),
    url_rules=(URL_BRACE,),
)
