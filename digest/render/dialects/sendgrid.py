"""SendGrid: Handlebars, then the substitution tags ``<%...%>`` and ``[...]`` of its older campaigns."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import HANDLEBARS_BRACE, URL_BRACE, encoded, joined

_OLDER = r"<(?=%|\Z)|\[(?=%|\Z)|\[(?=[Uu]nsubscribe|[Ww]eblink|Sender_)"

DIALECT = Dialect(
    help="Handlebars. A literal brace is set off by a block that never shows; <% and [% get a word joiner.",
    unsubscribe=Tag("{{{unsubscribe}}}"),
    browser=Tag("{{weblink}}"),
    preferences=Tag("{{{unsubscribe_preferences}}}"),
    first_name='{{insert first_name "default=FALLBACK"}}',
    text_rules=(joined(_OLDER), HANDLEBARS_BRACE),
    url_rules=(URL_BRACE, encoded(_OLDER)),
)
