"""The kinds of values as pydantic types: each is read by one reader and dumped as plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from digest.config import web_words, words

_MOST = 200
_Reader = Callable[[object], Any]


def _schema(kind: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


def _text(reader: _Reader, **more: Any) -> tuple[Any, ...]:
    return PlainValidator(reader), _schema("string", **more)


def _whole(least: int, most: int = 10**12) -> tuple[Any, ...]:
    return PlainValidator(words.whole(least, most)), _schema("integer", minimum=least)


def _choice(*choices: str) -> tuple[Any, ...]:
    return PlainValidator(words.one_of(*choices)), _schema("string", enum=list(choices))


_NUMBER: dict[str, Any] = {"type": ["number", "string"]}
_LENGTH = _schema("string", pattern=r"^(\d+w)?(\d+d)?(\d+h)?(\d+m)?$", examples=["12h", "3d", "90m"])
_ISO = PlainSerializer(lambda value: value.isoformat(), return_type=str)
_SECONDS = PlainSerializer(lambda length: int(length.total_seconds()), return_type=int)

Line = Annotated[str, *_text(words.line)]
Text = Annotated[str, *_text(words.text)]
Short = Annotated[str, *_text(words.short_text)]
Id = Annotated[str, *_text(words.identifier, pattern=f"^{words.ID.pattern}$")]
EditionName = Annotated[str, *_text(words.edition_name, pattern=f"^{words.EDITION.pattern}$")]
Url = Annotated[str, *_text(web_words.url, format="uri")]
AdUrl = Annotated[str, *_text(web_words.ad_url)]
SourceUrl = Annotated[str, *_text(web_words.source_url)]
LineTemplate = Annotated[str, *_text(web_words.line_template)]
LinkValue = Annotated[str, *_text(web_words.link_value)]
Prefix = Annotated[str, *_text(web_words.prefix)]
Sender = Annotated[str, *_text(web_words.sender)]
Locale = Annotated[str, *_text(web_words.locale)]
Color = Annotated[str, *_text(web_words.color, pattern="^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
Font = Annotated[str, *_text(web_words.font)]
Database = Annotated[str, *_text(web_words.database)]
Zone = Annotated[str, *_text(web_words.zone)]
Size = Annotated[str, *_text(words.size, pattern=r"^\d+x\d+$")]

Flag = Annotated[bool, PlainValidator(words.boolean), _schema("boolean")]
Count = Annotated[int, *_whole(0)]
Positive = Annotated[int, *_whole(1)]
Pixels = Annotated[int, *_whole(1, 10_000)]
Days = Annotated[int, *_whole(1, 3_660)]
Number = Annotated[float, PlainValidator(words.number), WithJsonSchema(_NUMBER)]
Share = Annotated[float, PlainValidator(words.share_number), WithJsonSchema(_NUMBER)]
Exact = Annotated[
    Fraction, PlainValidator(words.fraction), PlainSerializer(str, return_type=str), WithJsonSchema(_NUMBER)
]
ExactShare = Annotated[
    Fraction, PlainValidator(words.share), PlainSerializer(str, return_type=str), WithJsonSchema(_NUMBER)
]
Day = Annotated[date, PlainValidator(words.day), _ISO, _schema("string", format="date")]
Clock = Annotated[
    time, PlainValidator(words.clock), _ISO, _schema("string", pattern=r"^\d{1,2}:\d{2}(:\d{2})?$")
]
Length = Annotated[timedelta, PlainValidator(words.duration), _SECONDS, _LENGTH]
PositiveLength = Annotated[timedelta, PlainValidator(words.positive_duration), _SECONDS, _LENGTH]
Horizon = Annotated[int, PlainValidator(words.horizon), _LENGTH]
Weekday = Annotated[int, PlainValidator(words.weekday), _schema("string", enum=list(words.DAYS))]
Options = Annotated[dict[str, Any], PlainValidator(words.options), _schema("object")]

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
