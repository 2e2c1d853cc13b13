"""A newsletter of the publication: ``editions`` of ``digest.yaml``.

Every field with a ``Key`` is a key of the file: see :mod:`digest.model.keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Annotated

from digest.model.calendar import EVERY_DAY, Calendar
from digest.model.days import DateRanges
from digest.model.issue_date import number_of
from digest.model.keys import NAME, READ_ONLY, SOME, Block, Key, Written, empty
from digest.model.keys import kinds as k
from digest.model.look import EditionLook, LinkKeys, Links
from digest.model.mail import Mailing

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(Block):
    """A newsletter product with a cadence. ``weekday`` counts from Monday = 0 (weekly only)."""

    name: Annotated[str, NAME] = ""
    cadence: Annotated[
        k.Cadence,
        Key(
            "`daily`, `weekly`, `monthly`, or `on_demand`: a special, whenever it is built by name",
            also="frequency interval schedule",
        ),
    ] = "daily"
    weekdays: Annotated[
        k.Weekdays,
        Key(
            "the day of a weekly issue, or several: `fri`, `[tue, fri]`",
            name="weekday",
            default="**required** for weekly",
        ),
    ] = frozenset()
    days: Annotated[
        k.Weekdays,
        Key(
            "the weekdays on which a daily edition comes out, such as `[mon, tue, wed, thu, fri]`",
            default="all",
        ),
    ] = EVERY_DAY
    day: Annotated[
        k.DayOfMonth,
        Key("the day of a monthly issue; a month that has no such day has the issue on its last"),
    ] = 1
    every: Annotated[
        k.Step, Key("`2`: every second day, week or month of the cadence, counted from `first`")
    ] = 1
    first: Annotated[
        k.Day | None, Key("the date of the first issue; needed by `every`, and before it there is none")
    ] = None
    skip: Annotated[
        DateRanges,
        Key(
            "dates without an issue: `[2026-12-25, {from: 2026-12-24, to: 2026-12-26}]`. No story is lost by it",
            also="holidays days_off except exclude",
        ),
    ] = ()
    cutoff: Annotated[
        k.Clock,
        Key(
            "local time at which an issue's window ends. The daily of the 23rd covers the 22nd, 06:00, up to the "
            "23rd, 06:00",
            also="time deadline closes closing",
        ),
    ] = time(6, 0)
    sections: Annotated[k.Ids, SOME, Key("which sections, in which order", default="all")] = ()
    subject: Annotated[
        k.LineTemplate,
        Key(
            "the subject line: `{lead}`, `{second}` and `{third}` are the titles of the first stories, `{date}`, "
            "`{count}`, `{sections}`, `{publication}` and `{edition}` are what they say"
        ),
    ] = "{lead}"
    preheader: Annotated[
        k.LineTemplate,
        Key(
            'the line mail programs show after the subject; the same words in braces. `{plus}` is "Plus: " and the '
            "second and third headline",
            also="preview preview_text",
        ),
    ] = "{plus}"
    sender: Annotated[
        k.Sender,
        Key("the sender, as `NewsFinale <news@newsfinale.example>`", name="from", also="sender from_address"),
    ] = ""
    expected_sends: Annotated[
        k.Positive | None,
        Key(
            "how many people get it. Needed where an advertiser bought a number of sends",
            also="subscribers recipients list_size circulation audience_size readers",
        ),
    ] = None
    catch_up: Annotated[
        k.Length,
        Key(
            "after missed issues the window reaches back to where the last one ended, but no further than this"
        ),
    ] = timedelta(days=3)
    late: Annotated[
        k.Length,
        Key(
            "a story that appeared up to this long before the window, but was not yet known when the previous "
            "issue was built, still gets its chance"
        ),
    ] = timedelta(hours=24)
    no_repeat: Annotated[
        k.NoRepeat,
        Key(
            "do not bring an event again that ran in this `edition`, in any edition of the `publication`, or "
            "`none`"
        ),
    ] = "edition"
    no_repeat_for: Annotated[k.Length, Key("how far back that looks")] = timedelta(days=7)
    sponsored: Annotated[
        k.Sponsored,
        Key(
            "what becomes of posts that a source marks as paid for: `left_out`, or `labelled`: they run with the label "
            "that ads have"
        ),
    ] = "left_out"
    theme: Annotated[k.Id, Key("another theme for this edition", default="as in `look`")] = ""
    look: Annotated[
        EditionLook,
        Key(
            "what this edition wears: `{theme, density, colors, fonts}`, over the newsroom's `look`",
            default="as above",
        ),
    ] = field(default_factory=EditionLook)
    locale: Annotated[
        k.Locale,
        Key("the language of its dates and fixed words, such as `es_US`", default="the publication's"),
    ] = ""
    top: Annotated[
        Mapping[k.Id, k.Positive],
        READ_ONLY,
        Key(
            "how many stories at most in a section, for this edition: `{local-news: 8}`",
            default="the sections'",
        ),
    ] = field(default_factory=empty)
    min: Annotated[
        Mapping[k.Id, k.Count],
        READ_ONLY,
        Key("with how few a section looks further back, for this edition", default="the sections'"),
    ] = field(default_factory=empty)
    min_stories: Annotated[
        k.Count | None, Key("with fewer stories it is not built", default="as in `thin`")
    ] = None
    links: Annotated[
        Links | None,
        Written(LinkKeys),
        Key(
            "what is added to its links, instead of `links`: `{utm_source: daily, link_prefix: …}`",
            default="as above",
        ),
    ] = None
    size_budget: Annotated[k.Positive | None, Key("bytes of HTML of its issues", default="as above")] = None
    max_ads: Annotated[
        k.Count | None, Key("ads in an issue of this edition", default="the policy's, in `adslots.yaml`")
    ] = None
    max_ratio: Annotated[
        k.ExactShare | None, Key("ads per story in this edition", default="the policy's")
    ] = None
    min_gap: Annotated[
        k.Count | None, Key("stories between any two ads in this edition", default="the policy's")
    ] = None
    title: Annotated[
        k.Line, Key("the newsletter's own name in the masthead, below the brand's", default="none")
    ] = ""
    tagline: Annotated[k.Line, Key("a line of the masthead below the name", default="none")] = ""
    reply_to: Annotated[
        k.Sender, Key("where a reader's answer goes", default="to `from`", also="reply replyto")
    ] = ""
    headers: Annotated[
        k.Headers, Key("header fields of your own for `message.eml`: `{X-Campaign: daily}`", default="none")
    ] = field(default_factory=empty)
    mailing: Annotated[
        Mailing | None,
        Key(
            "another mailer for this edition: a word or a block, as above", name="mailer", default="as above"
        ),
    ] = None

    @property
    def mailer(self) -> str:
        """The language of its merge tags, where it has its own mailer."""
        return self.mailing.dialect if self.mailing else ""

    approval: Annotated[
        k.Approval,
        Key("`required`: a built issue is a proposal until somebody says `digest approve`; else `none`"),
    ] = "none"

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            cadence=self.cadence,
            weekdays=self.weekdays if self.cadence == "weekly" else self.days,
            day=self.day,
            every=self.every,
            first=self.first,
            skip=self.skip,
        )

    def has_issue(self, day: date) -> bool:
        """Whether an issue dated ``day`` is planned; one on demand never is."""
        return day in self.calendar

    def may_have_issue(self, day: date) -> bool:
        """Whether an issue dated ``day`` may be built."""
        return self.cadence == "on_demand" or (self.has_issue(day) and number_of(day) == 1)
