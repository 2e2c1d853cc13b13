"""The kinds of values a key may have, by name: for each the Python type, its reader and its shape for editors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Annotated, Any

from digest.model.calendar import DateRange
from digest.model.keys import READ_ONLY, Kind, shapes, web, words

Line = Annotated[str, Kind(words.line, shapes.WORD)]
Text = Annotated[str, Kind(words.text, shapes.WORD)]
Short = Annotated[str, Kind(words.short_text, shapes.WORD)]
Id = Annotated[str, Kind(words.identifier, shapes.name(words.ID.pattern))]
EditionName = Annotated[str, Kind(words.edition_name, shapes.name(words.EDITION.pattern))]
PublicationId = Annotated[str, Kind(words.publication_id, shapes.name(words.EDITION.pattern))]
Url = Annotated[str, Kind(web.url, shapes.ADDRESS)]
Header = Annotated[str, Kind(web.header, shapes.name(web.HEADER.pattern))]
Link = Annotated[str, Kind(web.link, shapes.REACHES)]
Picture = Annotated[str, Kind(web.picture, shapes.WORD)]
ImageService = Annotated[str, Kind(web.image_service, shapes.ADDRESS)]
AdUrl = Annotated[str, Kind(web.ad_url, shapes.REACHES)]
SourceUrl = Annotated[str, Kind(web.source_url, shapes.WORD)]
LineTemplate = Annotated[str, Kind(web.line_template, shapes.WORD)]
LinkValue = Annotated[str, Kind(web.link_value, shapes.WORD)]
Prefix = Annotated[str, Kind(web.prefix, shapes.WORD)]
Sender = Annotated[str, Kind(web.sender, shapes.MAILBOX)]
Locale = Annotated[str, Kind(web.locale, shapes.LOCALE)]
Color = Annotated[str, Kind(web.color, shapes.COLOR)]
Font = Annotated[str, Kind(web.font, shapes.WORD)]
Database = Annotated[str, Kind(web.database, shapes.matching(".+://.*"))]
Zone = Annotated[str, Kind(web.zone, shapes.WORD, names="zone")]
Size = Annotated[str, Kind(words.size, shapes.SIZE)]
Mailer = Annotated[str, Kind(words.line, shapes.WORD, names="mailer")]
Handover = Annotated[str, Kind(words.line, shapes.WORD, names="handover")]
Words = Annotated[
    tuple[str, ...],
    Kind(words.some_words, {"anyOf": [shapes.WORD, {"type": "array", "items": shapes.WORD}]}),
]
LanguageModel = Annotated[str, Kind(words.line, shapes.WORD, names="language_model")]
SourceType = Annotated[str, Kind(words.line, shapes.WORD, names="source")]
Signal = Annotated[str, Kind(words.line, shapes.WORD, names="signal")]

Flag = Annotated[bool, Kind(words.boolean, shapes.FLAG)]
Count = Annotated[int, Kind(words.whole(0), shapes.whole(0, 10**12))]
Positive = Annotated[int, Kind(words.whole(1), shapes.whole(1, 10**12))]
Pixels = Annotated[int, Kind(words.whole(1, 10_000), shapes.whole(1, 10_000))]
Days = Annotated[int, Kind(words.whole(1, 3_660), shapes.whole(1, 3_660))]
Priority = Annotated[int, Kind(words.whole(1, 16), shapes.whole(1, 16))]
Number = Annotated[float, Kind(words.number, shapes.exact())]
Share = Annotated[float, Kind(words.share_number, shapes.exact(1))]
Exact = Annotated[Fraction, Kind(words.fraction, shapes.exact())]
ExactShare = Annotated[Fraction, Kind(words.share, shapes.exact(1))]
Day = Annotated[date, Kind(words.day, shapes.DAY)]
Clock = Annotated[time, Kind(words.clock, shapes.CLOCK)]
Length = Annotated[timedelta, Kind(words.duration, shapes.LENGTH)]
PositiveLength = Annotated[timedelta, Kind(words.positive_duration, shapes.LENGTH)]
Horizon = Annotated[int, Kind(words.horizon, shapes.LENGTH)]
Weekdays = Annotated[frozenset[int], Kind(words.weekdays, shapes.WEEKDAYS)]
DayOfMonth = Annotated[int, Kind(words.whole(1, 31), shapes.whole(1, 31))]
Step = Annotated[int, Kind(words.whole(1, 366), shapes.whole(1, 366))]
OneDay = Annotated[DateRange, Kind(words.one_day, shapes.DAY)]
Weekday = Annotated[int, Kind(words.weekday, shapes.WEEKDAY)]
Options = Annotated[Mapping[str, Any], Kind(words.options, {"type": "object"})]


def choice(*choices: str, otherwise: str = "") -> Kind:
    """One word of a few, or what ``otherwise`` shows and another reader takes."""
    return Kind(words.one_of(*choices, otherwise=otherwise), {"enum": list(choices)})


Lines = tuple[Line, ...]
Ids = tuple[Id, ...]
Weights = Annotated[Mapping[Signal, Number], READ_ONLY]
Colors = Annotated[Mapping[Id, Color], READ_ONLY]
Folders = Annotated[Mapping[Url, Line], READ_ONLY]
Headers = Annotated[Mapping[Header, Line], READ_ONLY]
Fonts = Annotated[Mapping[Id, Font], READ_ONLY]

Cadence = Annotated[str, choice("daily", "weekly", "monthly", "on_demand")]
Approval = Annotated[str, choice("none", "required")]
BlockPlace = Annotated[
    str, choice("after_masthead", "after_lead", "before_footer", otherwise="{after_section: ID}")
]
TextLinks = Annotated[str, choice("line", "footnotes")]
Sponsored = Annotated[str, choice("left_out", "labelled")]
NoRepeat = Annotated[str, choice("edition", "publication", "none")]
Density = Annotated[str, choice("comfortable", "compact")]
Position = Annotated[str, choice("top", "section_start", "section_end", "between_stories", "end")]
Tier = Annotated[str, choice("sponsorship", "standard", "bulk", "house")]
BrokenBookings = Annotated[str, choice("stop", "leave_out")]
AdLinks = Annotated[str, choice("tagged", "none")]
Pacing = Annotated[str, choice("even", "frontloaded", "asap")]
Exclusive = Annotated[str, choice("none", "section", "issue")]
Rotation = Annotated[str, choice("sequential", "even", "weighted", "best")]
Tls = Annotated[str, choice("auto", "required", "never")]
Exclusion = Annotated[str, choice("issue", "none")]
