"""Campaign Monitor: elements in HTML (``<unsubscribe>``), ``[tag]`` in text and for personalisation."""

from __future__ import annotations

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import encoded, joined

_TAG = r"\[(?=[A-Za-z]|\Z)|<(?=/?[A-Za-z]|/?\Z)"

DIALECT = Dialect(
    help="<unsubscribe> and [firstname]. No escape: '[' and '<' before a letter get a word joiner in text.",
    unsubscribe=Tag("[unsubscribe]", element="unsubscribe"),
    browser=Tag("[webversion]", element="webversion"),
    preferences=Tag("[preferences]", element="preferences"),
    first_name="[firstname,fallback=FALLBACK]",
    text_rules=(joined(_TAG),),
    url_rules=(encoded(_TAG),),
)
