"""Klaviyo: Django's template language."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import LITERAL_BRACE, URL_BRACE

DIALECT = Dialect(
    help='Django templates. A literal brace is printed by {{"{"}}.',
    unsubscribe=Tag("{% unsubscribe_link %}"),
    browser=Tag("{% web_view_link %}"),
    preferences=Tag("{% manage_preferences_link %}"),
    first_name="{{ first_name|default:'FALLBACK' }}",
    text_rules=(LITERAL_BRACE,),
    url_rules=(URL_BRACE,),
)
