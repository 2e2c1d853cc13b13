"""listmonk: the whole body, the text part and the subject are Go templates.

The text part is compiled as ``html/template`` too, so a ``<`` before a letter would open an element there
and change how later tags are escaped; and ``URL@TrackLink`` is a shorthand that is expanded before compiling.
"""

from __future__ import annotations

import re

from digest.render.dialect import Dialect, Tag
from digest.render.dialects._answers import GO_BRACE, URL_BRACE, encoded, joined

_TRACK = (re.compile("@(?=TrackLink)"), '@{{""}}')

DIALECT = Dialect(
    help="Go templates. A literal brace is printed by {{\"{\"}}; '<' before a letter gets a word joiner in text.",
    unsubscribe=Tag("{{ UnsubscribeURL }}"),
    browser=Tag("{{ MessageURL }}"),
    preferences=Tag("{{ ManageURL }}"),
    first_name='{{ or .Subscriber.FirstName "FALLBACK" }}',
    text_rules=(GO_BRACE, _TRACK, joined(r"<(?=[A-Za-z/!?]|\Z)")),
    subject_rules=(GO_BRACE, _TRACK),
    limits=(
        "it removes comments from HTML, and with them what only Outlook for Windows reads: the issue is wider there "
        "and its buttons are links.",
    ),
    url_rules=(URL_BRACE, encoded("@(?=TrackLink)"), encoded("<")),
)
