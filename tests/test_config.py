"""What the two files mean: defaults, exact values, paths, the cache and what a warm load imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from digest import config
from digest.config import codec
from digest.errors import CommandError, ConfigurationError
from digest.model import FrequencyCap, Goal, LineItem, Newsroom, Policy, Sensitive
from digest.model.companions import companion_groups
from tests.strategies.config import ADSLOTS, DIGEST, write

SHORT = """
publication: {name: Post, url: "https://post.example"}
sections: [{id: local, title: Local News}]
editions: {daily: {}}
"""
BOOKING = """
slots: {top: {position: top, sizes: [600x150]}}
advertisers: {acme: {}}
line_items:
  - id: one
    advertiser: acme
    flight: {start: 2026-01-05, end: 2026-01-06}
    slots: [top]
    creatives: [{id: a, image: "https://acme.example/a.png", size: 600x150, url: "https://acme.example"}]
"""


@pytest.fixture(autouse=True)
def _no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGEST_STORE", raising=False)


def _short(root: Path, extra: str = "") -> Newsroom:
    return config.load(write(root, SHORT + extra, None))


def _booking(root: Path, old: str = "", new: str = "") -> LineItem:
    return config.load(write(root, SHORT, BOOKING.replace(old, new, 1))).ads.line_items[0]


# Defaults


def test_a_short_newsroom_has_every_default(tmp_path: Path) -> None:
    newsroom = _short(tmp_path)
    edition, section = newsroom.editions[0], newsroom.sections[0]
    assert newsroom.store == f"sqlite:///{tmp_path}/var/digest.db"
    assert (newsroom.mailer, newsroom.size_budget, newsroom.sources) == ("plain", 95_000, ())
    assert (newsroom.publication.timezone, newsroom.publication.locale) == ("UTC", "en_US")
    assert (section.top, section.min, section.match) == (5, 1, ("Local News",))
    assert (edition.cadence, edition.cutoff, edition.subject) == ("daily", time(6), "{lead}")
    assert (edition.catch_up, edition.late) == (timedelta(days=3), timedelta(hours=24))
    assert (edition.no_repeat, edition.no_repeat_for) == ("edition", timedelta(days=7))
    assert (newsroom.thin.widen, newsroom.thin.min_stories) == (timedelta(hours=72), 3)
    assert newsroom.ranking.half_life == timedelta(hours=12)


def test_no_adslots_file_and_an_empty_one_mean_no_ads(tmp_path: Path) -> None:
    missing = _short(tmp_path)
    assert missing.ads.policy == Policy()
    assert (missing.ads.line_items, missing.ads.slots) == ((), ())
    for empty in ("", "# nothing yet\n", "line_items:\nslots: ~\n"):
        assert config.load(write(tmp_path, SHORT, empty)).ads == missing.ads


def test_a_short_booking_has_every_default(tmp_path: Path) -> None:
    item = _booking(tmp_path)
    assert (item.tier, item.pacing, item.rate) == ("standard", "even", Fraction(0))
    assert (item.exclusive, item.rotation, item.companions) == ("none", "sequential", ())
    assert (item.editions, item.sections, item.goal, item.frequency_cap) == (None, None, None, None)
    assert item.flight is not None
    assert item.flight.days == frozenset(range(7))
    slot = config.load(tmp_path).ads.slots[0]
    assert (slot.first_after, slot.native, dict(slot.bands)) == (1, False, {})


def test_the_whole_booking_is_read(tmp_path: Path) -> None:
    newsroom = config.load(write(tmp_path))
    spring = newsroom.ads.line_items[0]
    assert spring.flight is not None
    assert (spring.flight.start, spring.flight.end) == (date(2026, 1, 5), date(2026, 1, 30))
    assert spring.flight.days == {0, 2, 4}
    assert (spring.goal, spring.rate) == (Goal(unit="issues", amount=10), Fraction(450))
    assert spring.frequency_cap == FrequencyCap(max_issues=3, per_days=7)
    assert [creative.id for creative in spring.creatives] == ["banner", "words"]
    assert newsroom.ads.policy.sensitive == Sensitive(sections=frozenset({"crime"}), keywords=("shooting",))
    assert newsroom.ads.slots[1].bands == {"upper": 3, "middle": 1, "lower": 1}
    assert newsroom.links.parameters == {"utm_source": "{edition}"}


# Words


@pytest.mark.parametrize(
    ("written", "read"), [("16:30", time(16, 30)), ("6:05", time(6, 5)), ('"06:00"', time(6))]
)
def test_an_unquoted_time_is_a_time(written: str, read: time, tmp_path: Path) -> None:
    newsroom = config.load(write(tmp_path, DIGEST.replace("06:00", written)))
    assert newsroom.editions[0].cutoff == read


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "2026", "1e3", "0x1f", "2026-01-05", "16:30", ".5", '"null"']
)
def test_a_word_stays_the_word_that_was_written(word: str, tmp_path: Path) -> None:
    newsroom = config.load(write(tmp_path, DIGEST.replace("Harbor Post\n", f"{word}\n", 1)))
    assert newsroom.publication.name == word.strip('"')


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("1/4", "1/4"),
        ("0.1", "1/10"),
        (".25", "1/4"),
        ("1", "1"),
        ("0", "0"),
        ('"1/3"', "1/3"),
        ("1 / 8", "1/8"),
    ],
)
def test_a_ratio_is_exact(written: str, exact: str, tmp_path: Path) -> None:
    newsroom = config.load(write(tmp_path, adslots=ADSLOTS.replace("1/4", written)))
    assert newsroom.ads.policy.max_ratio == Fraction(exact)


@pytest.mark.parametrize(
    ("written", "days"), [("3d", 3), ("36h", 1.5), ("90m", 0.0625), ("2w", 14), ("1d12h", 1.5)]
)
def test_a_length_of_time(written: str, days: float, tmp_path: Path) -> None:
    newsroom = config.load(write(tmp_path, DIGEST.replace("72h", written)))
    assert newsroom.thin.widen == timedelta(days=days)


@pytest.mark.parametrize(
    ("written", "read"), [("en-US", "en_US"), ("ar", "ar"), ("ja", "ja"), ("zh-Hant-TW", "zh_Hant_TW")]
)
def test_a_locale_with_hyphen_or_underscore(written: str, read: str, tmp_path: Path) -> None:
    assert config.load(write(tmp_path, DIGEST.replace("en_US", written))).publication.locale == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("none", "none"), ("issue", "issue"), ("{within_stories: 5}", 5), ('{"within_stories": "5"}', 5)],
)
def test_competitive_exclusion_is_a_word_or_a_distance(written: str, read: str | int, tmp_path: Path) -> None:
    adslots = ADSLOTS.replace("competitive_exclusion: issue", f"competitive_exclusion: {written}")
    assert config.load(write(tmp_path, adslots=adslots)).ads.policy.competitive_exclusion == read


def test_options_of_a_source_keep_their_kinds(tmp_path: Path) -> None:
    options = (
        "{limit: 50, timeout: 0.5, republish: true, language: no, proxy: 007, tags: [a, 1], ca_file: null}"
    )
    source = f"sources: [{{name: a b, type: jsonl, url: x.jsonl, options: {options}}}]"
    read = _short(tmp_path, source).sources[0].options
    assert read == {
        "limit": 50, "timeout": 0.5, "republish": True, "language": "no", "proxy": "007", "tags": ["a", 1],
    }  # fmt: skip


def test_click_macros_and_merge_tags_may_stand_in_the_address_of_an_ad(tmp_path: Path) -> None:
    for query in (
        "l={line_item}&e={edition}&d={date}&s={slot}",
        "u={{ UnsubscribeURL }}",
        "u=*|UNSUB|*",
        "u={{x}}",
    ):
        item = _booking(tmp_path, 'url: "https://acme.example"', f'url: "https://acme.example/?{query}"')
        assert item.creatives[0].url == f"https://acme.example/?{query}"


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "https://[",
        "https://a:99999/",
        "https://a b/",
        "//a.example",
        "ftp://a.example",
        "https:a",
        "/x",
    ],
)
def test_what_is_no_web_address(address: str, tmp_path: Path) -> None:
    write(tmp_path, DIGEST.replace("url: https://harbor.example", f'url: "{address}"'))
    assert [(p.line, p.column) for p in config.problems(tmp_path)] == [(3, 8)]


def test_listed_dates_are_sorted_and_single(tmp_path: Path) -> None:
    dates = "{dates: [2026-01-09, 2026-01-05, 2026-01-09]}"
    flight = _booking(tmp_path, "{start: 2026-01-05, end: 2026-01-06}", dates).flight
    assert flight is not None
    assert flight.dates == (date(2026, 1, 5), date(2026, 1, 9))


def test_null_is_as_good_as_not_written(tmp_path: Path) -> None:
    item = _booking(tmp_path, "    slots:", "    goal: null\n    rate: ~\n    slots:")
    assert (item.goal, item.rate) == (None, Fraction(0))
    assert config.problems(write(tmp_path, SHORT, BOOKING.replace("advertiser: acme", "advertiser: null")))


def test_house_ads_need_neither_advertiser_nor_flight(tmp_path: Path) -> None:
    adslots = BOOKING.replace("    advertiser: acme\n", "    type: house\n").replace(
        "    flight: {start: 2026-01-05, end: 2026-01-06}\n", ""
    )
    item = config.load(write(tmp_path, SHORT, adslots)).ads.line_items[0]
    assert item.is_house
    assert (item.flight, item.advertiser) == (None, None)


def test_two_editions_on_one_day_count_as_two_issues_of_a_goal(tmp_path: Path) -> None:
    """Monday to Friday is five dates but six issues, with a weekly one on Friday."""
    flight = "days: [mon, wed, fri]}\n    editions: [daily]\n"
    for goal, fine in ((6, True), (7, False)):
        adslots = ADSLOTS.replace(flight, "}\n").replace("end: 2026-01-30, ", "end: 2026-01-09")
        adslots = adslots.replace("    frequency_cap: {max_issues: 3, per_days: 7}\n", "")
        write(tmp_path, adslots=adslots.replace("issues: 10", f"issues: {goal}"))
        assert (config.problems(tmp_path) == ()) is fine


def test_ten_years_and_evergreen_flights_are_fine(tmp_path: Path) -> None:
    for end in ("2036-01-05", "2099-12-31", "9999-12-31"):
        adslots = ADSLOTS.replace("end: 2026-01-30", f"end: {end}").replace("{issues: 10}", "{issues: 1000}")
        assert config.problems(write(tmp_path, adslots=adslots)) == ()


def test_five_hundred_line_items_are_fine(tmp_path: Path) -> None:
    head, item = ADSLOTS.split("line_items:\n")
    items = item.split("  - id: house")[0]
    many = "".join(items.replace("id: spring", f"id: spring-{number}") for number in range(500))
    assert len(config.load(write(tmp_path, adslots=f"{head}line_items:\n{many}")).ads.line_items) == 500


def _companions(*flights: str) -> str:
    """House ads, each the companion of the next, with these flights."""
    item = (
        "  - {{id: c{0}, type: house, flight: {1}, slots: [stream], companions: [c{2}], creatives: [{3}]}}\n"
    )
    words = '{id: a, headline: b, url: "https://a.example"}'
    return "".join(item.format(n, flight, (n + 1) % len(flights), words) for n, flight in enumerate(flights))


def test_companions_that_meet_in_pairs_but_never_all_together(tmp_path: Path) -> None:
    pairs = (
        "{dates: [2026-01-05, 2026-01-06]}",
        "{dates: [2026-01-06, 2026-01-07]}",
        "{dates: [2026-01-07, 2026-01-05]}",
    )
    room = DIGEST.replace("top: 5", "top: 9")
    found = config.problems(write(tmp_path, room, adslots=ADSLOTS + _companions(*pairs)))
    assert ["never meet in one issue: c0, c1, c2" in problem.message for problem in found] == [True]
    fine = (*pairs[:2], "{start: 2026-01-01}")
    assert config.problems(write(tmp_path, room, adslots=ADSLOTS + _companions(*fine))) == ()


def test_companions_hang_together_over_any_of_them() -> None:
    names = {"a": ("b", "c"), "b": (), "c": (), "d": ("c",), "e": (), "f": ("gone",)}
    items = [LineItem(id=name, companions=others) for name, others in names.items()]
    assert [group for group in companion_groups(items) if len(group) > 1] == [("a", "b", "c", "d")]


def test_min_may_equal_top(tmp_path: Path) -> None:
    assert config.problems(write(tmp_path, DIGEST.replace("top: 5, min: 2", "top: 2, min: 2"))) == ()


@pytest.mark.parametrize(
    ("written", "read"), [("28d", 28), ("2w", 14), ("36h", None), ("0d", None), ("28", None)]
)
def test_a_horizon_is_whole_days(written: str, read: int | None, tmp_path: Path) -> None:
    write(tmp_path, adslots=ADSLOTS.replace("max_ads: 4", f"horizon: {written}"))
    if read is None:
        assert [(p.line, p.column) for p in config.problems(tmp_path)] == [(2, 12)]
    else:
        assert config.load(tmp_path).ads.policy.horizon == read


@pytest.mark.parametrize("rate", ["{per_issue: 0.1}", "0.1", "{per_issue: 1/10}"])
def test_a_rate_is_exact(rate: str, tmp_path: Path) -> None:
    assert _booking(tmp_path, "    slots:", f"    rate: {rate}\n    slots:").rate == Fraction(1, 10)


# Places


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///var/digest.db", "sqlite:///{root}/var/digest.db"),
        ("sqlite:///./a.db?timeout=5", "sqlite:///{root}/a.db?timeout=5"),
        ("sqlite+pysqlite:///a.db", "sqlite+pysqlite:///{root}/a.db"),
        ("sqlite:///file:a.db?uri=true", "sqlite:///file:{root}/a.db?uri=true"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://me:pw@db/news", "postgresql+psycopg://me:pw@db/news"),
    ],
)
def test_where_the_store_is(written: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read.replace("{root}", str(tmp_path))
    assert _short(tmp_path, f'store: "{written}"').store == expected
    monkeypatch.setenv("DIGEST_STORE", written)
    monkeypatch.chdir("/")
    assert _short(tmp_path).store == expected


def test_the_environment_wins_over_the_store_and_is_not_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_STORE", "sqlite:///other.db")
    assert _short(tmp_path).store.endswith("/other.db")
    monkeypatch.delenv("DIGEST_STORE")
    assert config.load(tmp_path).store.endswith("/var/digest.db")
    monkeypatch.setenv("DIGEST_STORE", "nonsense with:pass@word")
    with pytest.raises(ConfigurationError) as caught:
        config.load(tmp_path)
    assert "DIGEST_STORE" in str(caught.value)
    assert "word" not in str(caught.value)


def test_source_paths_start_at_the_newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = (
        "sources: [{name: a, type: jsonl, url: in/a.jsonl}, {name: b, type: jsonl, url: /srv/b.jsonl},"
        ' {name: c, type: jsonl, url: "HTTPS://c.example/f", weight: 1}]'
    )
    monkeypatch.chdir("/")
    read = _short(tmp_path, sources).sources
    assert [source.url for source in read] == [
        f"{tmp_path}/in/a.jsonl",
        "/srv/b.jsonl",
        "HTTPS://c.example/f",
    ]
    assert [source.weight for source in read] == [0.5, 0.5, 1.0]


def test_the_root_is_the_nearest_newsroom_upward(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    write(tmp_path)
    assert config.find_root(deep) == tmp_path
    write(tmp_path / "a")
    assert config.find_root(deep) == tmp_path / "a"
    with pytest.raises(CommandError, match=r"digest\.yaml"):
        config.find_root(Path("/nowhere-at-all"))


# The cache


def _cached(root: Path) -> Path:
    return next((root / "var" / "cache").glob("config-*.json"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"key": "x", "data": {}}'])
def test_a_broken_cache_is_passed_over(content: bytes, tmp_path: Path) -> None:
    cold = config.load(write(tmp_path))
    _cached(tmp_path).write_bytes(content)
    assert config.load(tmp_path) == cold
    assert config.load(tmp_path) == cold


def test_a_cache_that_was_tampered_with_is_passed_over(tmp_path: Path) -> None:
    cold = config.load(write(tmp_path))
    stored = json.loads(_cached(tmp_path).read_text(encoding="utf-8"))
    stored["data"]["digest"]["digest.model.newsroom.DigestFile"]["mailer"] = "mailchimp"
    _cached(tmp_path).write_text(json.dumps(stored), encoding="utf-8")
    assert config.load(tmp_path) == cold


def test_a_newsroom_that_cannot_be_written_to_is_read_all_the_same(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "var").write_text("in the way", encoding="utf-8")
    assert config.load(tmp_path) == config.load(tmp_path)
    if os.geteuid() != 0:
        (tmp_path / "var").unlink()
        tmp_path.chmod(0o500)
        assert config.load(tmp_path).mailer == "plain"
        tmp_path.chmod(0o700)


def test_a_change_of_either_file_is_seen(tmp_path: Path) -> None:
    config.load(write(tmp_path))
    assert config.load(write(tmp_path, DIGEST.replace("plain", "mailchimp"))).mailer == "mailchimp"
    changed = config.load(write(tmp_path, adslots=ADSLOTS.replace("max_ads: 4", "max_ads: 2")))
    assert (changed.mailer, changed.ads.policy.max_ads) == ("plain", 2)


def test_what_lies_outside_the_files_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.load(write(tmp_path))
    monkeypatch.setattr("digest.config.outside.plugins", lambda folder: ("other",))
    assert [(p.line, p.column) for p in config.problems(tmp_path)] == [(8, 9), (10, 24), (23, 37), (23, 49)]


def test_the_cache_moves_with_its_newsroom_and_stays_small(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    for size in range(1, 20):
        config.load(write(first, DIGEST.replace("95000", f"{95000 + size}")))
    assert len(list((first / "var" / "cache").iterdir())) <= 8
    second = first.rename(tmp_path / "second")
    assert config.load(second).store == f"sqlite:///{second}/var/digest.db"


def test_a_load_can_leave_no_trace(tmp_path: Path) -> None:
    write(tmp_path)
    assert config.problems(tmp_path, remember=False) == ()
    assert not (tmp_path / "var").exists()
    remembered = config.load(tmp_path)
    assert config.load(tmp_path, remember=False) == remembered


def test_a_name_with_a_comma_stays_one_sender(tmp_path: Path) -> None:
    for sender in (
        "Harbor, Post <news@harbor.example>",
        '"Harbor, Post" <news@harbor.example>',
        "news@harbor.example",
    ):
        digest = DIGEST.replace("Harbor Post <news@harbor.example>", f"'{sender}'")
        assert config.load(write(tmp_path, digest)).editions[0].sender == sender
    for sender in (
        "a@b.example, c@d.example",
        "A <a@b.example> <c@d.example>",
        "Ä <ä@b.example>",
        "A <a@b.example>\n",
    ):
        digest = DIGEST.replace("Harbor Post <news@harbor.example>", json.dumps(sender))
        fine = sender.endswith("\n")  # a block of text ends in one; it is taken off
        assert (config.problems(write(tmp_path, digest)) == ()) is fine


def test_captions_stand_on_one_line_and_bodies_keep_theirs(tmp_path: Path) -> None:
    creative = _booking(tmp_path, "{id: a,", '{id: a, alt: "one\\n two", body: "one\\ntwo",').creatives[0]
    assert (creative.alt, creative.body) == ("one two", "one\ntwo")


def test_a_wrong_configuration_leaves_no_cache(tmp_path: Path) -> None:
    assert config.problems(write(tmp_path, DIGEST.replace("weekday: fri", "weekday: fry")))
    assert not (tmp_path / "var").exists()


def test_a_warm_load_imports_neither_yaml_nor_pydantic(tmp_path: Path) -> None:
    config.load(write(tmp_path))
    script = (
        "import sys; from pathlib import Path; from digest import config; config.load(Path(sys.argv[1]));"
        "print([name for name in ('yaml', 'pydantic', 'sqlalchemy', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    _cached(tmp_path).unlink()
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['yaml', 'pydantic']"


# The schema for editors


def test_the_schema_says_what_is_needed_and_refuses_the_rest() -> None:
    digest, ads = config.json_schema("digest"), config.json_schema("adslots")
    assert digest["required"] == ["publication", "sections", "editions"]
    assert digest["additionalProperties"] is False
    assert ads["$defs"]["LineItem"]["required"] == ["id", "slots"]
    assert ads["$defs"]["LineItem"]["properties"]["type"]["enum"] == [
        "sponsorship",
        "standard",
        "bulk",
        "house",
    ]
    assert "from" in digest["$defs"]["Edition"]["properties"]
    json.dumps([digest, ads])
    with pytest.raises(CommandError):
        config.json_schema("templates")


# The environment


def test_a_value_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", "post.example")
    monkeypatch.setenv("COLOR", "#0b6e4f")
    newsroom = _short(tmp_path, 'look: {colors: {accent: "${COLOR}"}}\nlinks: {utm_source: "x-${SITE}"}\n')
    assert newsroom.look.colors == {"accent": "#0b6e4f"}
    assert newsroom.links.parameters == {"utm_source": "x-post.example"}
    assert not (tmp_path / "var").exists(), "what may be a secret is never written to disk"
    monkeypatch.setenv("COLOR", "#000000")
    assert config.load(tmp_path).look.colors == {"accent": "#000000"}


def test_a_missing_variable_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    write(tmp_path, SHORT + 'look: {theme: "${NOT_SET}", density: "${ }"}\n', None)
    assert [str(problem) for problem in config.problems(tmp_path)] == [
        'digest.yaml:5:15: "look.theme" reads the environment variable NOT_SET, which is not set. '
        "Set NOT_SET, or write the value here.",
        'digest.yaml:5:38: "look.density" reads the environment variable ${}, which is not set. '
        "Write a name: ${NAME}.",
    ]


def test_a_source_keeps_its_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEED", raising=False)
    source = _short(tmp_path, 'sources: [{name: a, type: rss, url: "${FEED}/a.xml", proxy: "${KEY}"}]')
    assert (source.sources[0].url, source.sources[0].options) == ("${FEED}/a.xml", {"proxy": "${KEY}"})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('store: "${SECRET}"', "must be a database address, as the environment"),
        ('mailer: "${SECRET}"', 'unknown mailer "${SECRET}".'),
        ('look: {density: "${SECRET}"}', "must be one of comfortable, compact, as the environment"),
        ('links: {link_prefix: "https://${SECRET} /"}', "cannot be used, as the environment"),
        ('ranking: {weights: {recency: "${SECRET}"}}', "must be a number, as the environment"),
        ('size_budget: "${SECRET}"', "must be a whole number, as the environment"),
    ],
)
def test_a_value_of_the_environment_is_never_shown(
    written: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2-s3cret")
    (problem,) = config.problems(write(tmp_path, SHORT + written + "\n", None))
    assert told in problem.message
    assert "hunter2" not in str(problem)
    assert "s3cret" not in str(problem)


def test_a_changed_program_meets_no_old_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.load(write(tmp_path))
    monkeypatch.setattr("digest.config.cache.program", lambda *folders: "another")
    config.load(tmp_path)
    assert len(list((tmp_path / "var" / "cache").glob("config-*.json"))) == 2


def test_the_cache_makes_no_other_class(tmp_path: Path) -> None:
    for kind in ("os.PathLike", "digest.model.keys.Kind", "digest.model.newsroom.Path", "subprocess.Popen"):
        with pytest.raises((LookupError, TypeError, ValueError, AttributeError)):
            codec.decode({kind: {"read": 1}})
