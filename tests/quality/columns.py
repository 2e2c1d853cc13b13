"""Two hundred invented regular features, results and recurring headlines; no two of them are one event.

Each of 20 kinds is written ten times: over several days, by several sources, with and without summaries, the
way newsrooms write them. Whatever is grouped here is a false merge.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from digest.model import Story

START = datetime(2026, 1, 12, 6, tzinfo=UTC)
_DAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
)
_TOWNS = (
    "Riverton",
    "Oakdale",
    "Mill Creek",
    "Fairview",
    "Ashford",
    "Kingsport",
    "Lakeside",
    "Benton",
    "Clarion",
    "Dover",
)
_PEOPLE = (
    "Harold Finch",
    "Marta Quill",
    "Otis Vane",
    "June Ferrel",
    "Pablo Istria",
    "Greta Moll",
    "Ivo Sand",
    "Lena Hart",
    "Sam Bryce",
    "Ada Cole",
)
_TEAMS = (
    "Otters",
    "Comets",
    "Miners",
    "Pilots",
    "Herons",
    "Badgers",
    "Royals",
    "Sparks",
    "Wolves",
    "Drifters",
    "Anglers",
)
_SKIES = (
    "sunny with light wind",
    "rain by noon",
    "fog early, then clear",
    "snow showers",
    "clouds and a cold front",
    "mild and dry",
    "gusty",
    "frost overnight",
    "scattered storms",
    "warm for the season",
)

# {n} counts 0..9; {day}, {date}, {town}, {person}, {team}, {rival}, {a}, {b}, {sky} change with it.
KINDS: dict[str, tuple[str, str]] = {
    "briefing": ("Morning briefing: what to know this {day}", "Five things to start your day in {town} and beyond."),
    "briefing-plain": ("Morning briefing", "The stories we are following today."),
    "horoscope": ("Horoscope for January {date}, 2026", "The stars speak to every sign today."),
    "horoscope-plain": ("Your daily horoscope", ""),
    "weather": ("Weather forecast: {sky} on {day}", "High near {a}, low near {b} in the metro area."),
    "weather-plain": ("Today's weather forecast", "High near {a}, low near {b}."),
    "obituary": ("Obituary: {person}, {a}", "{person} of {town} died at home. Services are on {day}."),
    "obituaries": ("Obituaries for {day}, January {date}", ""),
    "score": ("{team} {a}, {rival} {b}", "The {team} beat the {rival} at home on {day}."),
    "score-verb": ("{town} beat Hillcrest {a}-{b}", "The win keeps {town} in the race."),
    "prep-scores": ("High school basketball scores: {day}", "Results from around the area."),
    "live-blog": ("Live updates: Riverton council budget talks, day {n}", "Follow along as the council debates."),
    "market": ("Stocks close {a} points higher on {day}", "The index ended at 38,{a}{b}."),
    "lottery": ("Winning lottery numbers for January {date}", "The numbers drawn were {a}, {b}, 7 and 12."),
    "crossword": ("Crossword answers for January {date}", "Stuck? Here are today's clues and answers."),
    "blotter": ("Police blotter: {day}'s calls in {town}", "Officers answered {a} calls."),
    "gas": ("Gas prices rise {n} cents in a week", "The average is $3.{a} a gallon in {town}."),
    "letters": ("Letters to the editor", "Readers on the school budget and on parking, week {n}."),
    "photos": ("Photos of the day", "A look at {town} in pictures."),
    "podcast": ("Podcast: the {team} report, episode {a}", "Our hosts talk about the season so far."),
}  # fmt: skip


def columns() -> Iterator[Story]:
    """The 200 stories."""
    for kind, (title, summary) in KINDS.items():
        for n in range(10):
            yield _story(kind, n, title, summary)


def _story(kind: str, n: int, title: str, summary: str) -> Story:
    at = START + timedelta(days=n // 2 * 1.0, hours=(n % 2) * 2)
    words = {
        "n": n,
        "day": _DAYS[n],
        "date": 12 + n,
        "town": _TOWNS[n],
        "person": _PEOPLE[n],
        "team": _TEAMS[n],
        "rival": _TEAMS[n + 1],
        "a": 60 + 3 * n,
        "b": 41 + 2 * n,
        "sky": _SKIES[n],
    }
    return Story(
        id=f"{kind}-{n}",
        url=f"https://paper{n % 2}.example/{kind}/{n}",
        title=title.format(**words),
        summary=summary.format(**words),
        sections=("Local News",),
        source=f"Paper {n % 2}",
        published_at=at,
        first_seen=at,
    )
