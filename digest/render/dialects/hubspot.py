"""HubSpot: HubL, a language after Jinja. It demands the company's address by its own tags.

Braces are printed one at a time: HubL may read the output of a tag again, and one brace opens nothing.
"""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import LITERAL_BRACE, URL_BRACE

DIALECT = Dialect(
    help='HubL (Jinja-like). A literal brace is printed by {{"{"}}; the postal address is HubSpot\'s own.',
    unsubscribe=Tag("{{ unsubscribe_link }}"),
    browser=Tag("{{ view_as_page_url }}"),
    first_name='{{ contact.firstname|default("FALLBACK", true) }}',
    address=Tag(
        "{{ site_settings.company_name }}, {{ site_settings.company_street_address_1 }}, "
        "{{ site_settings.company_city }}, {{ site_settings.company_state }} {{ site_settings.company_zip }}"
    ),
    text_rules=(LITERAL_BRACE,),
    url_rules=(URL_BRACE,),
)
