"""MailPoet: shortcodes such as ``[link:...]`` and ``[subscriber:firstname | default:reader]``."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import encoded, joined

_SHORTCODE = r"\[(?=[A-Za-z_]|\Z)"

DIALECT = Dialect(
    help="[link:...] and [subscriber:...]. No escape: '[' before a letter gets a word joiner in text.",
    unsubscribe=Tag("[link:subscription_unsubscribe_url]"),
    browser=Tag("[link:newsletter_view_in_browser_url]"),
    preferences=Tag("[link:subscription_manage_url]"),
    first_name="[subscriber:firstname | default:FALLBACK]",
    text_rules=(joined(_SHORTCODE),),
    url_rules=(encoded(_SHORTCODE),),
)
