"""Amazon SES: Handlebars templates; subscription management fills one tag."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import HANDLEBARS_BRACE, URL_BRACE

DIALECT = Dialect(
    help="Handlebars. A literal brace is set off by a block that never shows.",
    unsubscribe=Tag("{{amazonSESUnsubscribeUrl}}"),
    first_name="{{#if name}}{{name}}{{else}}FALLBACK{{/if}}",
    text_rules=(HANDLEBARS_BRACE,),
    url_rules=(URL_BRACE,),
)
