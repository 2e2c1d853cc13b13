"""Time zones: what people write instead of one, and the names whose clocks never change."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.model.keys import zones
from digest.model.keys.web import zone
from digest.model.keys.words import InvalidValue
from tests.newsrooms import DIGEST, Room, newsroom

MEANT = {
    "America/New_York": ("EDT", "ET", "EST/EDT", "Eastern Standard Time", "UTC-5", "GMT-05:00", "Tampa",
                         "America/Tampa", "(UTC-05:00) Eastern Time (US & Canada)", "New York, NY", "US/Florida"),
    "America/Chicago": ("CST", "CDT", "Central", "central time", "Houston"),
    "America/Los_Angeles": ("PST", "PT", "San Francisco"),
    "Europe/London": ("BST", "UK", "england"),
    "Europe/Berlin": ("CEST", "MEZ", "MESZ", "Deutschland", "Munich", "Europe/Munich", "GMT+1", "Berln"),
    "Asia/Kolkata": ("IST", "UTC+5:30", "india"),
    "UTC": ("utc", "Z"),
    "": ("Moon/Sea", "localtime", "Factory", "UTC+20", "XYZ", "Springfield", "../../etc/passwd"),
}  # fmt: skip
NEVER = {
    "EST": "America/New_York", "MST": "America/Denver", "GMT": "Europe/London", "Etc/Greenwich": "Europe/London",
    "Etc/GMT+5": "America/New_York", "Etc/GMT-5": "Asia/Karachi", "Etc/GMT-1": "Europe/Berlin",
}  # fmt: skip


def with_zone(root: Path, name: str) -> Room:
    return newsroom(root, digest=DIGEST.replace("America/New_York", name))


@pytest.mark.parametrize(
    ("name", "written"), [(name, word) for name, words in MEANT.items() for word in words]
)
def test_what_people_write_instead_of_a_zone_is_told_as_the_clock_they_mean(name: str, written: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        zone(written)
    assert wrong.value.cure == (f'Did you mean "{name}"?' if name else "Write it like America/New_York.")


def test_every_zone_that_is_proposed_is_one() -> None:
    proposed = [*zones._NAMES.values(), *zones._AT.values()]
    assert [name for name in proposed if zone(name) != name or zones.never_changing(name)] == []


@pytest.mark.parametrize("name", sorted(NEVER))
def test_a_clock_that_never_changes_is_warned_of_until_the_cure_is_followed(
    name: str, tmp_path: Path
) -> None:
    checked = with_zone(tmp_path / "before", name).run("check", "--json")
    (told,) = checked.json["warnings"]
    assert checked.code == 0
    assert told.startswith(f'digest.yaml:1:75: "publication.timezone" {name} ')
    assert f"warning: {told}" in checked.err
    assert "1 warning (" in checked.err
    proposed = re.findall(r"[A-Z]\w+/[A-Z][\w/]+|\bUTC\b(?![+-])", told.partition("Write ")[2])
    assert proposed[0] == NEVER[name]
    for number, better in enumerate(proposed):
        assert with_zone(tmp_path / str(number), better).run("check", "--json").json["warnings"] == []


def test_the_hours_of_an_etc_name_are_told_with_the_right_sign() -> None:
    for name in sorted(zones.known()):
        if told := re.search(r"is UTC([+-]\d+) all year", str(zones.never_changing(name))):
            assert datetime(2026, 1, 1, tzinfo=ZoneInfo(name)).strftime("%z") == f"{int(told[1]):+03d}00"


def test_what_is_a_fixed_clock_on_purpose_is_silent(tmp_path: Path) -> None:
    for name in ("UTC", "Etc/UTC", "HST", "America/Phoenix", "Asia/Tokyo", "EST5EDT", "CET"):
        assert zones.never_changing(name) is None
    assert "timezone" not in with_zone(tmp_path, "UTC").run("check").err


def test_a_build_says_it_and_goes_on(tmp_path: Path) -> None:
    built = with_zone(tmp_path, "EST").run("build", "--daily", "--date", "2026-01-23")
    assert built.code == 0
    assert 'digest: digest.yaml:1:75: "publication.timezone" EST has no daylight saving time' in built.err
