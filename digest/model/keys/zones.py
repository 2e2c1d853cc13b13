"""Time zones as people call them, and the names whose clocks never change."""

from __future__ import annotations

import re
from functools import lru_cache

_NO_PLACES = ("Factory", "localtime", "posixrules")  # one is no clock, two are another one on each machine
_GREENWICH = re.compile(r"(?:Etc/)?(?:GMT(?:[+-]?0)?|Greenwich)")
_BACKWARDS = re.compile(r"Etc/GMT([+-])(\d+)")
_HOURS = re.compile(r"\W*(?:utc|gmt)?\s*([+\-−–])\s*0?(\d{1,2})(?::?(00|30))?(?!\d)", re.IGNORECASE)
_ALONE = {
    "EST": ("America/New_York", "America/Panama"),
    "MST": ("America/Denver", "America/Phoenix"),
}
_AT = {  # hours from UTC in winter: a place with that clock
    -11: "Pacific/Pago_Pago", -10: "Pacific/Honolulu", -9: "America/Anchorage", -8: "America/Los_Angeles",
    -7: "America/Denver", -6: "America/Chicago", -5: "America/New_York", -4: "America/Halifax",
    -3: "America/Sao_Paulo", -2: "America/Noronha", -1: "Atlantic/Cape_Verde", 0: "Europe/London",
    1: "Europe/Berlin", 2: "Europe/Athens", 3: "Europe/Istanbul", 4: "Asia/Dubai", 5: "Asia/Karachi",
    5.5: "Asia/Kolkata", 6: "Asia/Dhaka", 7: "Asia/Bangkok", 8: "Asia/Shanghai", 9: "Asia/Tokyo",
    9.5: "Australia/Adelaide", 10: "Australia/Sydney", 11: "Pacific/Noumea", 12: "Pacific/Auckland",
    13: "Pacific/Tongatapu", 14: "Pacific/Kiritimati",
}  # fmt: skip
_CALLED = {  # in small letters, without "time", "zone" and the like; cities that are no name of a zone
    "America/New_York": "et est edt eastern us-eastern washington boston miami tampa orlando jacksonville savannah "
    "atlanta philadelphia charlotte baltimore pittsburgh cleveland florida georgia nyc",
    "America/Chicago": "ct cst cdt central us-central houston dallas austin minneapolis nashville milwaukee texas",
    "America/Denver": "mt mst mdt mountain us-mountain colorado salt-lake-city albuquerque",
    "America/Phoenix": "arizona tucson",
    "America/Los_Angeles": "pt pst pdt pacific us-pacific seattle portland san-francisco san-diego las-vegas la "
    "california sacramento oakland",
    "America/Anchorage": "akst akdt alaska",
    "Pacific/Honolulu": "hst hawaii hawaiian",
    "America/Halifax": "ast adt atlantic",
    "America/Toronto": "ottawa montreal quebec",
    "America/Sao_Paulo": "brt brazil brasil brasilia rio-de-janeiro",
    "America/Mexico_City": "mexico",
    "Europe/London": "bst uk gb england britain great-britain united-kingdom scotland wales manchester edinburgh "
    "glasgow birmingham leeds liverpool",
    "Europe/Dublin": "ireland",
    "Europe/Berlin": "cest met mez mesz mest germany deutschland central-european mitteleuropäische w-europe munich "
    "münchen hamburg frankfurt cologne köln stuttgart leipzig",
    "Europe/Paris": "france romance lyon marseille",
    "Europe/Madrid": "spain españa barcelona valencia sevilla",
    "Europe/Rome": "italy italia milan milano naples turin",
    "Europe/Vienna": "austria österreich wien",
    "Europe/Zurich": "switzerland schweiz suisse geneva zürich genf bern",
    "Europe/Amsterdam": "netherlands holland nederland rotterdam",
    "Europe/Athens": "eest eastern-european greece",
    "Asia/Kolkata": "ist india mumbai delhi new-delhi bangalore bengaluru chennai hyderabad",
    "Asia/Shanghai": "china beijing",
    "Asia/Tokyo": "jst japan-standard osaka",
    "Australia/Sydney": "aest aedt canberra",
    "Australia/Perth": "awst",
    "Pacific/Auckland": "nzst nzdt new-zealand wellington",
    "UTC": "z utc zulu",
}
_NAMES = {name: zone for zone, names in _CALLED.items() for name in names.split()}
_AROUND = re.compile(
    r"\(.*?\)|\b(?:standard|daylight|saving|savings|summer|winter|local|time|zone|zeit|sommerzeit|normalzeit)\b|[.,]"
)


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The names that stand for the same clock on every machine."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones().difference(_NO_PLACES))


def meant(written: str) -> str:
    """The zone that somebody means: a place, a country, an abbreviation, hours from UTC; empty: no idea.

    No letters are guessed of a word that is short: of ``CST`` a neighbour in the alphabet is another clock.
    """
    from difflib import get_close_matches

    if hours := _HOURS.match(written):
        return _place_at(hours)
    whole = _plain(written)
    place = whole.rpartition("/")[2]
    names = {name.lower().replace("_", "-"): name for name in sorted(known())}
    places = {name.rpartition("/")[2]: zone for name, zone in names.items() if not name.startswith("etc/")}
    for word in (whole, place, whole.replace("/", "-"), whole.partition("/")[0]):
        if zone := names.get(word) or _NAMES.get(word) or places.get(word):
            return zone
    for word, every in ((place, places | _NAMES), (whole, names)):
        if len(word) > 4 and (nearest := get_close_matches(word, sorted(every), 1, 0.8)):
            return every[nearest[0]]
    return ""


def _plain(written: str) -> str:
    return re.sub(r"[\s_-]+", "-", _AROUND.sub(" ", written.lower()).strip()).strip("-")


def _place_at(hours: re.Match[str]) -> str:
    ahead = (int(hours[2]) + (0.5 if hours[3] == "30" else 0)) * (1 if hours[1] == "+" else -1)
    return _AT.get(ahead, "")


def never_changing(name: str) -> tuple[str, str] | None:
    """What is odd about a zone without daylight saving time, and which ones were likely meant; ``None``: nothing.

    UTC, and places whose clocks never change, are what they say.
    """
    if name in _ALONE:
        place, steady = _ALONE[name]
        cure = f"Write {place}, or {steady} where clocks never change."
        return "has no daylight saving time: half the year every cutoff is an hour off", cure
    if _GREENWICH.fullmatch(name):
        cure = "Write Europe/London, or UTC where clocks never change."
        return "has no summer time: half the year every cutoff is an hour off the clocks of London", cure
    if (match := _BACKWARDS.fullmatch(name)) is None:
        return None
    hours = int(match[2]) * (-1 if match[1] == "+" else 1)
    likely = [f"{_AT[at]} for UTC{at:+d}" for at in (hours, -hours) if at in _AT]
    return f"is UTC{hours:+d} all year, without daylight saving time", f"Write {', '.join(likely)}."
