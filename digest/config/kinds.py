"""The kinds of values as pydantic types: each is read by one reader and dumped as plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from digest.config import shapes, web_words, words

_MOST = 200
_Reader = Callable[[object], Any]


def _read(reader: _Reader, shape: shapes.Shape) -> tuple[Any, ...]:
    return PlainValidator(reader), WithJsonSchema(shape)


def _whole(least: int, most: int = 10**12) -> tuple[Any, ...]:
    return _read(words.whole(least, most), shapes.whole(least, most))


def _choice(*choices: str) -> tuple[Any, ...]:
    return _read(words.one_of(*choices), {"enum": list(choices)})


_AS_TEXT = PlainSerializer(str, return_type=str)
_ISO = PlainSerializer(lambda value: value.isoformat(), return_type=str)
_SECONDS = PlainSerializer(lambda length: int(length.total_seconds()), return_type=int)

Line = Annotated[str, *_read(words.line, shapes.WORD)]
Text = Annotated[str, *_read(words.text, shapes.WORD)]
Short = Annotated[str, *_read(words.short_text, shapes.WORD)]
Id = Annotated[str, *_read(words.identifier, shapes.name(words.ID.pattern))]
EditionName = Annotated[str, *_read(words.edition_name, shapes.name(words.EDITION.pattern))]
PublicationId = Annotated[str, *_read(words.publication_id, shapes.name(words.EDITION.pattern))]
Url = Annotated[str, *_read(web_words.url, shapes.ADDRESS)]
AdUrl = Annotated[str, *_read(web_words.ad_url, shapes.ADDRESS)]
SourceUrl = Annotated[str, *_read(web_words.source_url, shapes.WORD)]
LineTemplate = Annotated[str, *_read(web_words.line_template, shapes.WORD)]
LinkValue = Annotated[str, *_read(web_words.link_value, shapes.WORD)]
Prefix = Annotated[str, *_read(web_words.prefix, shapes.WORD)]
Sender = Annotated[str, *_read(web_words.sender, shapes.MAILBOX)]
Locale = Annotated[str, *_read(web_words.locale, shapes.LOCALE)]
Color = Annotated[str, *_read(web_words.color, shapes.COLOR)]
Font = Annotated[str, *_read(web_words.font, shapes.WORD)]
Database = Annotated[str, *_read(web_words.database, shapes.matching(".+://.*"))]
Zone = Annotated[str, *_read(web_words.zone, shapes.WORD), shapes.ZONE]
Size = Annotated[str, *_read(words.size, shapes.SIZE)]
Mailer = Annotated[str, *_read(words.line, shapes.WORD), shapes.plugins("mailer")]
LanguageModel = Annotated[str, *_read(words.line, shapes.WORD), shapes.plugins("language_model")]
SourceType = Annotated[str, *_read(words.line, shapes.WORD), shapes.plugins("source")]

Flag = Annotated[bool, *_read(words.boolean, shapes.FLAG)]
Count = Annotated[int, *_whole(0)]
Positive = Annotated[int, *_whole(1)]
Pixels = Annotated[int, *_whole(1, 10_000)]
Days = Annotated[int, *_whole(1, 3_660)]
Number = Annotated[float, *_read(words.number, shapes.exact())]
Share = Annotated[float, *_read(words.share_number, shapes.exact(1))]
Exact = Annotated[Fraction, *_read(words.fraction, shapes.exact()), _AS_TEXT]
ExactShare = Annotated[Fraction, *_read(words.share, shapes.exact(1)), _AS_TEXT]
Day = Annotated[date, *_read(words.day, shapes.DAY), _ISO]
Clock = Annotated[time, *_read(words.clock, shapes.CLOCK), _ISO]
Length = Annotated[timedelta, *_read(words.duration, shapes.LENGTH), _SECONDS]
PositiveLength = Annotated[timedelta, *_read(words.positive_duration, shapes.LENGTH), _SECONDS]
Horizon = Annotated[int, *_read(words.horizon, shapes.LENGTH)]
Weekday = Annotated[int, *_read(words.weekday, shapes.WEEKDAY)]
Options = Annotated[dict[str, Any], *_read(words.options, {"type": "object"})]
Weights = Annotated[dict[str, Number], shapes.plugins("signal")]

Cadence = Annotated[str, *_choice("daily", "weekly")]
NoRepeat = Annotated[str, *_choice("edition", "publication", "none")]
Density = Annotated[str, *_choice("comfortable", "compact")]
Position = Annotated[str, *_choice("top", "section_start", "section_end", "between_stories", "end")]
Tier = Annotated[str, *_choice("sponsorship", "standard", "bulk", "house")]
Pacing = Annotated[str, *_choice("even", "frontloaded", "asap")]
Exclusive = Annotated[str, *_choice("none", "section", "issue")]
Rotation = Annotated[str, *_choice("sequential", "even", "weighted")]
Exclusion = Annotated[str, *_choice("issue", "none")]


def _some(value: list[Any]) -> list[Any]:
    if not value:
        raise words.Wrong("names nothing.", "Write at least one.")
    return value


def _few(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > _MOST:
        raise words.Wrong(f"holds more than {_MOST} entries.", "Take some out.")
    return value


Some = AfterValidator(_some)
Few = AfterValidator(_few)
