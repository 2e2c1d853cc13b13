"""Bookings as they are sold: other names, other rates, creatives that come and go, and those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from digest import config
from digest.model.rates import Cpm
from tests.newsrooms import DIGEST, Room, newsroom, story

HEAD = """\
policy: {max_ads: 1, min_gap: 0, max_ratio: 1/2}
slots:
  in_stream: {position: between_stories, native: true}
advertisers: {gleammour: {name: Gleammour}, marlin: {name: Marlin}}
line_items:
"""


def booking(name: str, *more: str, advertiser: str = "gleammour", creatives: str | None = None) -> str:
    """A booking of two weeks around the stories of :mod:`tests.newsrooms`, with further keys."""
    creatives_yaml = (
        creatives or f'[{{id: one, headline: {name}, url: "https://{advertiser}.example/{name}"}}]'
    )
    lines = [
        f"  - id: {name}",
        f"advertiser: {advertiser}",
        "flight: {start: 2026-01-19, end: 2026-02-01}",
        "slots: [in_stream]",
        *([f"creatives: {creatives_yaml}"] if creatives_yaml != "none" else []),
        *more,
    ]
    return "\n    ".join(lines) + "\n"


def room_with(tmp_path: Path, *bookings: str, digest: str = DIGEST, days: int = 5) -> Room:
    """A newsroom with twelve stories for each of the issues from the 23rd on."""
    room = newsroom(tmp_path / "room", digest=digest, ads=HEAD + "".join(bookings))
    room.stories(
        story(12 * day + n, published_at=f"2026-01-{22 + day}T{8 + n}:00:00-05:00")
        for day in range(days)
        for n in range(12)
    )
    return room


def build(room: Room, day: str, *words: str) -> None:
    result = room.run("build", "--daily", "--date", day, *words)
    assert result.code == 0, result.err


def problems(room: Room) -> list[str]:
    return [str(problem) for problem in config.problems(room.root)]


def refused(room: Room, day: str) -> dict[str, tuple[str, str]]:
    return {
        refusal["line_item"]: (refusal["rule"], refusal["reason"])
        for refusal in room.manifest(day=day)["ads"]["refused"]
    }


def test_a_booking_that_had_another_id_goes_on_counting(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("spring", "goal: {issues: 3}", "pacing: asap"))
    for day in ("2026-01-23", "2026-01-24"):
        build(room, day)
    room.write(
        "adslots.yaml", HEAD + booking("spring-2026", "was: [spring]", "goal: {issues: 3}", "pacing: asap")
    )
    build(room, "2026-01-25")
    assert "2 of its 3 issues" in room.manifest(day="2026-01-25")["ads"]["placed"][0]["because"]
    build(room, "2026-01-26")
    assert refused(room, "2026-01-26")["spring-2026"][0] == "goal"
    report = room.run("ads", "report", "--json").json["line_items"]
    assert [(row["line_item"], row["delivered"]) for row in report] == [("spring-2026", 3)]
    plan = room.run("ads", "plan", "--from", "2026-01-23", "--to", "2026-01-26", "--json")
    assert [(row["line_item"], row["delivered"]) for row in plan.json["line_items"]] == [("spring-2026", 3)]


def test_clicks_on_the_old_id_stay_with_the_booking(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("spring", "goal: {clicks: 100}"))
    build(room, "2026-01-23")
    (tmp_path / "clicks.csv").write_text("url,unique_clicks\nhttps://gleammour.example/spring,40\n")
    assert room.run("receipts", "daily", "2026-01-23", "--file", str(tmp_path / "clicks.csv")).code == 0
    room.write("adslots.yaml", HEAD + booking("summer", "was: [spring]", "goal: {clicks: 100}"))
    (row,) = room.run("ads", "report", "--json").json["line_items"]
    assert (row["line_item"], row["delivered"], row["clicks"]) == ("summer", 40, 40)


@pytest.mark.parametrize(
    ("bookings", "message"),
    [
        (
            booking("spring") + booking("summer", "was: [spring]"),
            'adslots.yaml:16:11: "was" of line item "summer" names "spring", which is the id of a line item. '
            "An old id is in use no more: rename one, or take it out here.",
        ),
        (
            booking("spring", "was: [a]") + booking("summer", "was: [b, a]"),
            'adslots.yaml:17:14: "was" of line item "summer" names "a", which line item "spring" was, too. '
            "What ran under it can count for one of them only.",
        ),
    ],
)
def test_an_old_id_is_one_bookings(bookings: str, message: str, tmp_path: Path) -> None:
    assert problems(room_with(tmp_path, bookings)) == [message]


def test_a_rate_for_a_thousand_sends_is_worth_what_the_edition_sends(tmp_path: Path) -> None:
    """The greater value gets the one place; by the report it brings cpm x expected_sends / 1000 each issue."""
    room = room_with(
        tmp_path,
        booking("by-issue", "rate: {per_issue: 12}", advertiser="marlin"),
        booking("by-sends", "rate: {cpm: 12.50}"),
    )
    assert config.load(room.root).ads.line_items[1].rate == Cpm(Fraction(25, 2))
    build(room, "2026-01-23")
    (placed,) = room.manifest()["ads"]["placed"]
    assert placed["line_item"] == "by-sends"
    assert "worth 12.5, its rate, in the upper third" in placed["because"]
    (tmp_path / "summary").mkdir()
    room.write("digest.yaml", DIGEST.replace("expected_sends: 1000", "expected_sends: 900"))
    build(room, "2026-01-24")
    assert room.manifest(day="2026-01-24")["ads"]["placed"][0]["line_item"] == "by-issue"


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ("{}", "is empty"),
        ("{cpm: 3, per_issue: 4}", 'adslots.yaml:11:11: "rate" of line item "spring" needs one amount: per_issue or '
         "cpm. Write {per_issue: 450} or {cpm: 12.50}."),
        ("{cmp: 3}", 'adslots.yaml:11:12: unknown key "cmp" in "rate" of line item "spring". Did you mean "cpm"?'),
    ],
)  # fmt: skip
def test_a_rate_is_one_amount(rate: str, message: str, tmp_path: Path) -> None:
    found = problems(room_with(tmp_path, booking("spring", f"rate: {rate}")))
    assert len(found) == 1
    assert message in found[0] or message == "is empty"


def test_a_rate_by_sends_needs_the_number_of_sends(tmp_path: Path) -> None:
    digest = DIGEST.replace(", expected_sends: 1000", "")
    room = room_with(tmp_path, booking("spring", "rate: {cpm: 3}"), digest=digest)
    assert problems(room) == [
        'adslots.yaml:11:17: "rate.cpm" of line item "spring" is in sends, but the edition "daily" has no '
        "expected_sends. Add expected_sends to the edition in digest.yaml, or write the rate in per_issue."
    ]


def test_a_booking_whose_creatives_have_not_come_is_missed_and_the_build_goes_on(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("spring", creatives="none"), booking("summer", advertiser="marlin"))
    assert problems(room) == []
    built = room.run("build", "--daily", "--date", "2026-01-23")
    assert built.code == 0
    assert 'line item "spring" is missed: it has no creative for the issue of 2026-01-23.' in built.err
    assert refused(room, "2026-01-23") == {"spring": ("creative", "it has no creatives yet")}
    assert [ad["line_item"] for ad in room.manifest()["ads"]["placed"]] == ["summer"]
    plan = room.run("ads", "plan", "--from", "2026-01-24", "--to", "2026-01-26", "--json").json
    assert {ad["line_item"] for issue in plan["issues"] for ad in issue["ads"]} == {"summer"}


def test_check_names_the_first_issue_that_misses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import digest.cli.ads

    monkeypatch.setattr(digest.cli.ads, "now", lambda: datetime(2026, 1, 24, 17, tzinfo=UTC))
    dated = '[{id: one, headline: A, url: "https://gleammour.example/", dates: {end: 2026-01-27}}]'
    room = room_with(
        tmp_path,
        booking("none-yet", "blackout: [2026-01-24, 2026-01-25]", creatives="none"),
        booking("over-soon", creatives=dated),
        booking("paused", "paused: true", creatives="none"),
    )
    checked = room.run("check", "--json")
    assert checked.code == 0
    warnings = [text for text in checked.json["warnings"] if "missed" in str(text)]
    assert warnings == [
        'line item "none-yet" has no creatives yet for the issue of 2026-01-26: it will be missed there. Add a '
        "creative in adslots.yaml, or pause the booking.",
        'line item "over-soon" has none of its creatives for the issue of 2026-01-28: it will be missed there. Add a '
        "creative in adslots.yaml, or pause the booking.",
    ]


def test_a_creative_is_shown_on_its_dates_only(tmp_path: Path) -> None:
    creatives = (
        '[{id: early, headline: A, url: "https://gleammour.example/", dates: {end: 2026-01-23}}, '
        '{id: late, headline: B, url: "https://gleammour.example/", dates: {start: 2026-01-25}}]'
    )
    room = room_with(tmp_path, booking("spring", "goal: {issues: 4}", "pacing: asap", creatives=creatives))
    plan = room.run("ads", "plan", "--from", "2026-01-23", "--to", "2026-01-26", "--json").json
    assert [len(issue["ads"]) for issue in plan["issues"]] == [1, 0, 1, 1]
    shown = []
    for day in ("2026-01-23", "2026-01-24", "2026-01-25", "2026-01-26"):
        build(room, day)
        shown += [ad["creative"] for ad in room.manifest(day=day)["ads"]["placed"]]
    assert shown == ["early", "late", "late"]
    assert refused(room, "2026-01-24")["spring"] == (
        "creative", "none of its creatives is for 2026-01-24: early (up to 2026-01-23), late (from 2026-01-25)",
    )  # fmt: skip


def test_a_creative_of_some_dates_fits_only_its_slots_on_them(tmp_path: Path) -> None:
    """What is planned is what is built, where the creative of a day fits another slot than that of the day before."""
    creatives = (
        '[{id: words, headline: A, url: "https://gleammour.example/", dates: {end: 2026-01-23}}, {id: banner, '
        'image: "https://gleammour.example/b.png", size: 600x150, url: "https://gleammour.example/", '
        "dates: {start: 2026-01-24}}]"
    )
    room = room_with(
        tmp_path, booking("spring", creatives=creatives).replace("[in_stream]", "[in_stream, top]")
    )
    text = (
        (room.root / "adslots.yaml")
        .read_text()
        .replace("slots:\n", "slots:\n  top: {position: top, sizes: [600x150]}\n", 1)
    )
    room.write("adslots.yaml", text)
    plan = room.run("ads", "plan", "--from", "2026-01-23", "--to", "2026-01-24", "--json").json
    assert [ad["slot"] for issue in plan["issues"] for ad in issue["ads"]] == ["in_stream", "top"]
    for day, slot in (("2026-01-23", "in_stream"), ("2026-01-24", "top")):
        build(room, day)
        assert [ad["slot"] for ad in room.manifest(day=day)["ads"]["placed"]] == [slot]


def test_a_booking_may_keep_its_addresses_as_they_are(tmp_path: Path) -> None:
    digest = DIGEST + 'links: {utm_source: "{edition}"}\n'
    room = room_with(tmp_path, booking("spring", "links: none"), digest=digest)
    build(room, "2026-01-23")
    for part in ("index.html", "index.txt"):
        text = room.files()[part].decode()
        assert "https://gleammour.example/spring" in text
        assert "gleammour.example/spring?" not in text
    assert "utm_source=daily" in room.files()["index.html"].decode()


LEAVE_OUT = HEAD.replace("policy: {", "policy: {broken_bookings: leave_out, ")
BROKEN = [
    ("type: stndard", 'must be one of sponsorship, standard, bulk, house, not "stndard"'),
    ("goal: {issues: ten}", 'must be a whole number, not "ten"'),
    ("slots: [nowhere]", 'the key "slots" is written twice'),
    ("companions: [ghost]", 'names the unknown line item "ghost"'),
    ("price: 12", 'unknown key "price"'),
]


@pytest.mark.parametrize(("line", "message"), BROKEN)
def test_a_booking_that_cannot_be_read_stops_no_issue_where_that_is_wanted(
    line: str, message: str, tmp_path: Path
) -> None:
    room = room_with(tmp_path, booking("spring", line), booking("summer", advertiser="marlin"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 2
    room.write("adslots.yaml", (room.root / "adslots.yaml").read_text().replace(HEAD, LEAVE_OUT))
    built = room.run("build", "--daily", "--date", "2026-01-23", "--json")
    assert built.code == 0
    assert 'digest: line item "spring" is left out: adslots.yaml:' in built.err
    assert message in built.err
    rule, reason = refused(room, "2026-01-23")["spring"]
    assert rule == "broken"
    assert message in reason
    assert [ad["line_item"] for ad in room.manifest()["ads"]["placed"]] == ["summer"]
    (left,) = room.run("status", "--json").json["broken_bookings"]
    assert left["line_item"] == "spring"
    checked = room.run("check")
    assert checked.code == 2
    assert message in checked.err


def test_what_runs_only_with_a_broken_booking_is_left_out_with_it(tmp_path: Path) -> None:
    room = room_with(
        tmp_path,
        booking("one", "companions: [two]"),
        booking("two", "goal: {issues: ten}", advertiser="marlin"),
        booking("three", "companions: [one]", advertiser="marlin"),
        booking("four", advertiser="marlin"),
    )
    room.write("adslots.yaml", (room.root / "adslots.yaml").read_text().replace(HEAD, LEAVE_OUT))
    build(room, "2026-01-23")
    out = refused(room, "2026-01-23")
    assert {name: rule for name, (rule, _) in out.items()} == dict.fromkeys(("one", "two", "three"), "broken")
    assert 'line item "one" is left out with its companion line item "two"' in out["one"][1]
    assert list(out) == ["one", "two", "three"]
    again = room.run("build", "--daily", "--date", "2026-01-23")  # from the cache
    assert "unchanged" in again.out or "up to date" in again.out
    assert "is left out" in again.err


def test_what_is_wrong_outside_the_bookings_still_stops_everything(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("spring"))
    text = (room.root / "adslots.yaml").read_text().replace(HEAD, LEAVE_OUT)
    room.write("adslots.yaml", text.replace("native: true", "native: perhaps"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 2
    room.write("adslots.yaml", text.replace("    slots: [in_stream]", "    slots: [in_stream"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 2


def _with(room: Room, old: str, new: str) -> Room:
    text = (room.root / "adslots.yaml").read_text(encoding="utf-8")
    assert old in text
    room.write("adslots.yaml", text.replace(old, new))
    return room


NEVER = [
    ("pauses: [{from: 2026-01-19, to: 2026-01-28}]\n    blackout: [{from: 2026-01-29, to: 2026-02-03}]",
     'adslots.yaml:11:13: "pauses" of line item "spring" cover every issue of its flight, so it never runs (pauses and '
     "blackout and flight). Leave it a day."),
    ("sections: [crime]\n    adjacency: {avoid_sections: [crime, health]}",
     'adslots.yaml:12:33: "adjacency.avoid_sections" of line item "spring" keeps it away from every story it may stand '
     "beside, so it never runs (adjacency and sections). Leave it a section."),
    ("adjacency: {avoid_sections: [crime, health, local-news]}",
     'adslots.yaml:11:33: "adjacency.avoid_sections" of line item "spring" keeps it away from every story it may stand '
     "beside, so it never runs (adjacency and the editions of digest.yaml). Leave it a section."),
    ("companions: [other]",
     'adslots.yaml:11:17: "companions" of line item "spring" can never run together: policy.max_per_advertiser is 1, '
     'and 2 are of "gleammour". Companions run in one issue or not at all.'),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "message"), NEVER)
def test_keys_that_leave_a_booking_nothing_are_named(lines: str, message: str, tmp_path: Path) -> None:
    """And it is true: the one day it is tried on, the plan refuses it."""
    room = room_with(tmp_path, booking("spring", lines), booking("other"))
    assert message in problems(room)
    build(room, "2026-01-23")
    assert "spring" in refused(room, "2026-01-23")


NEVER_EITHER = {
    "sensitive": (
        ["sections: [crime]", "adjacency: {avoid_flags: [sensitive]}"],
        '"adjacency.avoid_flags" of line item "sensitive" keeps it away from every story it may stand beside, so it '
        "never runs (adjacency, policy.sensitive and sections). Every story of policy.sensitive.sections is sensitive",
    ),
    "both": (
        ["sections: [crime, health]", "adjacency: {avoid_sections: [health], avoid_flags: [sensitive]}"],
        "so it never runs (adjacency, policy.sensitive and sections)",
    ),
    "undated": (
        ["creatives: [{id: a, headline: A, url: 'https://a.example', dates: {start: 2026-01-24, end: 2026-01-25}}]",
         "editions: [workdays]"],
        '"creatives" of line item "undated" are for no date on which it has an issue, so it never runs (creatives and '
        "flight)",
    ),
    "rested": (
        ["creatives: [{id: a, headline: A, url: 'https://a.example', dates: {start: 2026-01-24, end: 2026-01-25}}]",
         "blackout: [2026-01-24, 2026-01-25]"],
        "so it never runs (creatives, blackout and flight)",
    ),
    "early": (
        ["sections: [local-news]", "slots: [late]"],
        '"slots" of line item "early" leave it no place: late begins after story 4, and its sections end with story 3 '
        "(slots, first_after and top). Lower first_after of the slot",
    ),
    "unfit": (
        ["sections: [local-news]", "slots: [in_stream, banner]",
         "creatives: [{id: a, image: 'https://a.example/a.png', size: 600x150, alt: A, url: 'https://a.example'}]"],
        '"creatives" of line item "unfit" fit only banner, which has no place in its sections (creatives, slots and '
        "sections)",
    ),
    "adless": (
        ["editions: [quiet]"],
        '"editions" of line item "adless" leave it no place: its editions never hold an ad: quiet takes none '
        "(max_ads or max_ratio of the edition is 0)",
    ),
    "tiny": (
        ["editions: [brief]"],
        "leave it no place: its editions never hold an ad: brief has at most 1 story, and max_ratio is 1/2",
    ),
}  # fmt: skip
POLICY = "policy: {max_ads: 1, min_gap: 0, max_ratio: 1/2, sensitive: {sections: [crime]}}"
SLOTS = """\
  banner: {position: top, sizes: [600x150]}
  late: {position: between_stories, native: true, first_after: 4}
"""
MORE_EDITIONS = """\
  workdays: {cadence: daily, days: [mon, tue, wed, thu, fri], from: "a@b.example"}
  quiet: {cadence: daily, max_ads: 0, from: "a@b.example"}
  brief: {cadence: daily, sections: [health], top: {health: 1}, from: "a@b.example"}
"""


def never_room(tmp_path: Path, names: Iterable[str]) -> Room:
    items = []
    for name in names:
        lines, _ = NEVER_EITHER[name]
        text = booking(name, advertiser="marlin")
        for line in lines:  # a key of its own takes the place of the usual one
            key = line.partition(":")[0]
            text = "\n".join(line for line in text.split("\n") if not line.startswith(f"    {key}:"))
            text = f"{text.rstrip()}\n    {line}\n"
        items.append(text)
    room = room_with(tmp_path, *items, digest=DIGEST + MORE_EDITIONS, days=1)
    _with(room, "policy: {max_ads: 1, min_gap: 0, max_ratio: 1/2}", POLICY)
    return _with(room, "slots:\n", f"slots:\n{SLOTS}")


@pytest.mark.parametrize("name", NEVER_EITHER)
def test_more_keys_that_leave_a_booking_nothing(name: str, tmp_path: Path) -> None:
    (problem,) = problems(never_room(tmp_path, [name]))
    assert NEVER_EITHER[name][1] in problem


def test_what_never_runs_is_refused_in_every_edition(tmp_path: Path) -> None:
    room = never_room(tmp_path, NEVER_EITHER)
    for edition in ("daily", "workdays", "quiet", "brief"):
        assert room.run("build", "--edition", edition, "--date", "2026-01-23").code in (0, 3)
        if (room.root / "outbox" / edition).exists():
            assert room.manifest(edition)["ads"]["placed"] == []


def test_a_flag_that_no_paid_ad_stands_near_may_leave_it_nothing(tmp_path: Path) -> None:
    room = _with(
        room_with(
            tmp_path,
            booking("spring", "sections: [crime]"),
            booking("ours", "type: house", "sections: [crime]"),
        ),
        "max_ratio: 1/2}",
        "max_ratio: 1/2, suppress_near: [sensitive], sensitive: {sections: [crime]}}",
    )
    (problem,) = problems(room)
    assert '"sections" of line item "spring" keeps it away from every story' in problem
    assert "(suppress_near, policy.sensitive and sections)" in problem


COMPANIONS = [
    (
        "max_ads: 4, min_gap: 0, max_ratio: 1/8",
        "they are 2, and an issue of daily has room for 1 (max_ads, max_ratio and",
    ),
    (
        "max_ads: 4, min_gap: 9, max_ratio: 1/2",
        "they are 2, min_gap is 9, and daily has at most 8 stories (min_gap and",
    ),
]


@pytest.mark.parametrize(("policy", "message"), COMPANIONS)
def test_companions_that_no_issue_has_room_for(policy: str, message: str, tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("one", "companions: [two]"), booking("two", advertiser="marlin"))
    _with(room, "max_ads: 1, min_gap: 0, max_ratio: 1/2", policy)
    (problem,) = problems(room)
    assert f'"companions" of line item "one" can never run together: {message}' in problem


def test_companions_that_rest_by_turns_never_meet(tmp_path: Path) -> None:
    rests = ("pauses: [{from: 2026-01-19, to: 2026-01-25}]", "pauses: [{from: 2026-01-26, to: 2026-02-01}]")
    room = room_with(
        tmp_path, booking("one", "companions: [two]", rests[0]), booking("two", rests[1], advertiser="marlin")
    )
    _with(room, "max_ads: 1", "max_ads: 2")
    (problem,) = problems(room)
    assert (
        'never meets "two": on every day of both flights one of them rests (pauses and blackout)' in problem
    )


def test_companions_in_specials_alone_meet(tmp_path: Path) -> None:
    alert = '  alert: {cadence: on_demand, from: "a@b.example"}\n'
    room = room_with(
        tmp_path,
        booking("one", "companions: [two]", "editions: [alert]"),
        booking("two", "editions: [alert]", advertiser="marlin"),
        digest=DIGEST + alert,
    )
    _with(room, "max_ads: 1", "max_ads: 2")
    assert problems(room) == []


def test_a_shortfall_beside_a_broken_booking_has_its_own_line(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("one", "goal: {issues: ten}"), booking("two", "goal: {issues: 14}"))
    _with(room, HEAD, LEAVE_OUT)
    text = (room.root / "adslots.yaml").read_text().split("\n")
    line = 1 + max(number for number, row in enumerate(text) if "goal:" in row)
    errors = room.run("ads", "check", "--from", "2026-01-25").err
    assert f'adslots.yaml:{line}:11: line item "two" is overbooked' in errors


def test_a_policy_that_lets_no_ad_run_is_named(tmp_path: Path) -> None:
    room = _with(room_with(tmp_path, booking("spring")), "max_ads: 1", "max_ads: 0")
    assert problems(room) == [
        'adslots.yaml:1:19: "policy.max_ads" is 0, so no booking ever runs. '
        "Write a larger number, or take the bookings out."
    ]


def test_the_top_belongs_to_no_section(tmp_path: Path) -> None:
    room = _with(
        room_with(tmp_path, booking("spring", "sections: [health]")),
        "position: between_stories",
        "position: top",
    )
    assert problems(room) == [
        'adslots.yaml:11:15: "sections" of line item "spring" leave it no place: the top of an issue belongs to no '
        "section (sections and slots). Take the sections out, or book a slot between stories."
    ]
    build(room, "2026-01-23")
    assert "spring" in refused(room, "2026-01-23")


def test_sections_of_another_edition_leave_no_place(tmp_path: Path) -> None:
    digest = DIGEST.replace("cutoff:", "sections: [health, crime], cutoff:")
    room = room_with(tmp_path, booking("spring", "sections: [local-news]"), digest=digest)
    (problem,) = problems(room)
    assert '"sections" of line item "spring" are in none of its editions' in problem


def test_companions_that_compete_are_named(tmp_path: Path) -> None:
    room = room_with(tmp_path, booking("one", "companions: [two]"), booking("two", advertiser="marlin"))
    _with(room, "{name: Gleammour}, marlin: {name: Marlin}", "{labels: [a]}, marlin: {labels: [a, b]}")
    (problem,) = problems(room)
    assert 'can never run together: "one" and "two" share the label a' in problem
    _with(room, "labels: [a, b]", "labels: [b]")
    (problem,) = problems(room)
    assert "are 2 with this booking, and policy.max_ads is 1" in problem
