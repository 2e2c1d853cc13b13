"""The store keeps what it is given, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AlreadySent, CommandError, DigestError, Unreachable
from digest.model import BuiltIssue, Counts, Image, Mark, RunAd, RunStory, Story, Validators, Window
from digest.model.urls import story_id, url_key
from digest.store import Store, intake, open_store
from tests.examples import examples
from tests.newsrooms import PUBLICATION
from tests.strategies.stories import any_times, newsfeeds, stories, times

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = date(2026, 1, 23)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that is there."""
    if request.param == "postgres":
        address = str(request.getfixturevalue("postgres"))
    else:
        address = f"sqlite:///{tmp_path_factory.mktemp('store')}/digest.db"
    open_store(address, PUBLICATION).close()
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with nothing in it, whatever happened before; what a test does is taken back."""
    with open_store(url, PUBLICATION, rehearse=True) as opened:
        yield opened


def story(number: int, **fields: Any) -> Story:
    values: dict[str, Any] = {
        "id": f"s{number}",
        "url": f"https://news.example/{number}",
        "title": f"Story number {number}",
        "source": "newsfinale",
        "published_at": NOW - number * HOUR,
        "first_seen": NOW,
    }
    return Story(**(values | fields))


def issue(day: date = DAY, edition: str = "daily", revision: int = 1, **fields: Any) -> BuiltIssue:
    values: dict[str, Any] = {
        "edition": edition,
        "date": day,
        "revision": revision,
        "sequence": 0,
        "window": Window(NOW - 24 * HOUR, NOW),
        "first_built_at": NOW + revision * HOUR,
        "built_at": NOW + revision * HOUR,
        "manifest": f'{{"edition": "{edition}", "revision": {revision}, "title": "Straße 東京"}}',
        "expected_sends": 1000,
    }
    return BuiltIssue(**(values | fields))


def ad(line_item: str = "aquafresh", day: date = DAY, edition: str = "daily", **fields: Any) -> RunAd:
    values: dict[str, Any] = {
        "edition": edition,
        "date": day,
        "line_item": line_item,
        "creative": "banner",
        "advertiser": "gleammour",
        "tier": "standard",
        "slot": "in_stream",
        "gap": 4,
        "section": "health",
        "neighbours": ("One title", "Another, title"),
    }
    return RunAd(**(values | fields))


def run(story: Story, day: date = DAY, edition: str = "daily", **fields: Any) -> RunStory:
    return RunStory(edition=edition, date=day, story=story, section="us", position=1, **fields)


# Stories


@examples(40)
@given(feed=newsfeeds(max_size=12))
def test_a_story_comes_back_as_it_went_in(url: str, feed: list[Story]) -> None:
    with open_store(url, PUBLICATION, rehearse=True) as store:
        counts = store.upsert(feed, NOW)
        kept = store.stories([story.id for story in feed])
    assert counts == Counts(new=len(feed))
    assert kept == {story.id: replace(story, first_seen=min(story.first_seen, NOW)) for story in feed}


def test_every_field_lasts_in_both_databases(store: Store) -> None:
    full = story(
        1,
        summary="Über 東京 👨\u200d👩\u200d👧",
        sections=("Local News", "Crime & Law"),
        author="Jane O'Neil",
        updated_at=NOW,
        image=Image(url="https://news.example/i.jpg", width=600, height=None, alt='An "alt"'),
        popularity=MappingProxyType({"views": 3.0, "shares": 0.5}),
        tags=("a", "b;c"),
        flags=("no_ads",),
        priority=7.5,
        embargo_until=NOW + HOUR,
        expires_at=datetime(9998, 12, 31, tzinfo=UTC),
        language="en",
        published_at=datetime(2, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    )
    store.upsert([full], NOW)
    assert store.stories(["s1"]) == {"s1": full}


@examples(30)
@given(feed=newsfeeds(max_size=12), again=st.booleans())
def test_the_second_time_nothing_is_new(url: str, feed: list[Story], again: bool) -> None:
    with open_store(url, PUBLICATION, rehearse=True) as store:
        store.upsert(feed, NOW)
        before = store.stories([story.id for story in feed])
        assert store.upsert(reversed(feed), NOW + HOUR) == Counts(unchanged=len(feed))
        assert store.stories([story.id for story in feed]) == before


def test_a_changed_story_is_updated_and_keeps_when_it_was_first_seen(store: Store) -> None:
    store.upsert([story(1)], NOW)
    later = story(1, title="Corrected", first_seen=NOW + HOUR, flags=("no_ads",))
    assert store.upsert([later], NOW + HOUR) == Counts(updated=1)
    assert store.stories(["s1"])["s1"] == replace(later, first_seen=NOW)


def test_a_story_without_a_time_keeps_its_place_when_it_changes(store: Store) -> None:
    store.upsert([story(1, published_at=None)], NOW)
    store.upsert([story(1, published_at=None, title="Changed", first_seen=NOW + HOUR)], NOW + HOUR)
    assert [story.title for story in store.candidates(NOW, NOW + HOUR)] == ["Changed"]


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://NEWS.example/1",
        "https://news.example:443/1",
        "https://news.example/1#x",
        "https://news.example/1?utm_a=b",
    ],
)
def test_one_canonical_url_is_one_story(store: Store, other: str) -> None:
    store.upsert([story(1)], NOW)
    assert store.upsert([story(1, url=other, id="elsewhere")], NOW) == Counts(unchanged=1)
    assert set(store.stories(["s1", "elsewhere"])) == {"s1"}


def test_of_two_rows_with_one_url_the_later_counts(store: Store) -> None:
    assert store.upsert([story(1), story(1, title="Later")], NOW) == Counts(new=1)
    assert store.stories(["s1"])["s1"].title == "Later"


def test_a_story_that_moved_keeps_its_id(store: Store) -> None:
    store.upsert([story(1)], NOW)
    moved = story(1, url="https://news.example/better-slug", title="Better")
    assert store.upsert([moved], NOW) == Counts(updated=1)
    assert store.stories(["s1"]) == {"s1": moved}
    assert store.upsert([moved], NOW) == Counts(unchanged=1)


@pytest.mark.parametrize(
    "change",
    [
        {"source": "elsewhere"},
        {"published_at": NOW, "title": "Other"},
        {"published_at": None, "title": "Other"},
    ],
    ids=lambda change: ",".join(change),
)
def test_two_stories_with_one_id_both_stay(store: Store, change: dict[str, Any]) -> None:
    first, second = story(1), story(1, url="https://news.example/other", **change)
    store.upsert([first], NOW)
    assert store.upsert([second], NOW) == Counts(new=1, renamed=1)
    own = story_id(second.url)
    assert store.stories(["s1", own]) == {"s1": first, own: replace(second, id=own)}
    assert store.upsert([first, second], NOW) == Counts(unchanged=2)


def test_two_rows_of_one_batch_with_one_id_both_stay(store: Store) -> None:
    twins = [story(1), story(1, url="https://news.example/twin")]
    assert store.upsert(twins, NOW) == Counts(new=2, renamed=1)
    assert store.upsert(twins, NOW) == Counts(unchanged=2)
    assert store.upsert(twins[::-1], NOW) == Counts(unchanged=2)


@examples(30)
@given(feed=st.lists(stories(id=st.sampled_from(["1", "2"])), max_size=8))
def test_no_story_is_lost_whatever_ids_are_shared(url: str, feed: list[Story]) -> None:
    with open_store(url, PUBLICATION, rehearse=True) as store:
        counts = store.upsert(feed, NOW)
        kept = store.search(limit=100)
    assert {url_key(story.url) for story in kept} == {url_key(story.url) for story in feed}
    assert counts.new == len(kept) == len({story.id for story in kept})


def test_a_guest_with_the_hash_of_another_as_its_id(store: Store) -> None:
    squatter = story(1, id=story_id("https://news.example/2"))
    store.upsert([squatter, story(2, id="x"), story(3, id="x")], NOW)
    store.upsert([story(2, id="y", url="https://news.example/2b")], NOW)
    assert len(store.search(limit=9)) == 4


def test_a_guest_whose_id_and_hash_are_taken_gets_an_id_of_its_own(store: Store) -> None:
    guest = story(2, id="s1")
    first = [story(1), story(3, id=story_id(guest.url))]
    store.upsert(first, NOW)
    assert store.upsert([guest], NOW) == Counts(new=1, renamed=1)
    (own,) = (found.id for found in store.search(limit=9) if found.url == guest.url)
    assert store.stories(["s1", first[1].id, own]) == {
        one.id: one for one in [*first, replace(guest, id=own)]
    }
    assert store.upsert([guest], NOW) == Counts(unchanged=1)


def test_progress_tells_how_many_are_done(store: Store) -> None:
    counts: list[int] = []
    store.upsert((story(number) for number in range(2500)), NOW, progress=counts.append)
    assert sum(counts) == 2500
    assert len(counts) > 1


# Candidates


@examples(40)
@given(
    feed=newsfeeds(max_size=15, embargo_until=st.none() | any_times), start=times, hours=st.integers(0, 400)
)
def test_candidates_are_the_stories_of_the_span(
    url: str, feed: list[Story], start: datetime, hours: int
) -> None:
    end = start + hours * HOUR
    with open_store(url, PUBLICATION, rehearse=True) as store:
        store.upsert(feed, NOW)
        candidates = store.candidates(start, end)
        kept = store.stories([story.id for story in feed]).values()

    def belongs(story: Story) -> bool:
        unheld = story.published_at or story.first_seen
        return start <= story.time < end or (story.embargo_until is not None and start <= unheld < end)

    wanted = [story for story in kept if belongs(story)]
    assert candidates == sorted(
        sorted(wanted, key=lambda story: story.id),
        key=lambda story: story.time,
        reverse=True,
    )


def test_a_span_holds_its_start_and_not_its_end(store: Store) -> None:
    store.upsert([story(1), story(2)], NOW)
    assert [story.id for story in store.candidates(NOW - 2 * HOUR, NOW - HOUR)] == ["s2"]


def test_equal_times_come_by_code_point_of_their_ids(store: Store) -> None:
    ids = ["b", "B", "é", "a", "_", "10", "9"]
    store.upsert([story(n, id=id, published_at=NOW - HOUR) for n, id in enumerate(ids)], NOW)
    assert [story.id for story in store.candidates(NOW - HOUR, NOW)] == sorted(ids)


def test_pinned_stories_are_candidates_wherever_they_are(store: Store) -> None:
    store.upsert([story(1), story(900), story(901)], NOW)
    store.mark(Mark(story="s900", action="pin", at=NOW))
    store.mark(Mark(story="s901", action="kill", at=NOW))
    assert [story.id for story in store.candidates(NOW - 2 * HOUR, NOW)] == ["s1", "s900"]
    assert [story.id for story in store.candidates(NOW - 2 * HOUR, NOW, ["s901", "none"])] == [
        "s1",
        "s900",
        "s901",
    ]


def test_an_embargoed_story_is_a_candidate_twice(store: Store) -> None:
    held = story(1, embargo_until=NOW + 48 * HOUR)
    store.upsert([held], NOW)
    assert store.candidates(NOW - 24 * HOUR, NOW) == [held]
    assert store.candidates(NOW + 24 * HOUR, NOW + 72 * HOUR) == [held]
    store.upsert([replace(held, embargo_until=None)], NOW)
    assert store.candidates(NOW + 24 * HOUR, NOW + 72 * HOUR) == []


# Search


def test_search_by_words_of_the_title(store: Store) -> None:
    titles = ["Mayor opens BRIDGE", "Bridge of Ärgernis", "100% of bridges_closed", "Other"]
    store.upsert([story(n, title=title) for n, title in enumerate(titles)], NOW)

    def found(*words: str, **more: Any) -> list[str]:
        return [story.id for story in store.search(words=words, **more)]

    assert found("bridge") == ["s0", "s1", "s2"]
    assert found("bridge", "mayor") == ["s0"]
    assert found("ÄRGERNIS") == found("ärgernis") == ["s1"]
    assert found("100%") == found("clos") == found("bridges", "100") == ["s2"]
    assert found("ridge") == []
    assert found() == ["s0", "s1", "s2", "s3"]
    assert found("bridge", limit=2) == ["s0", "s1"]
    assert found(span=(NOW - 2 * HOUR, NOW)) == ["s1", "s2"]


def test_a_word_may_stand_in_summary_author_or_tags(store: Store) -> None:
    feed = [
        story(0, title="One", summary="The bridge is closed.", tags=("Traffic", 'the "Loop"')),
        story(1, title="Two", author="Bridget Öz", tags=("roads",)),
        story(2, title="Three"),
    ]
    store.upsert(feed, NOW)

    def found(*words: str) -> list[str]:
        ids = [row.id for row in store.search(words=words)]
        assert store.count(words=words) == len(ids)
        return ids

    assert found("bridge") == ["s0", "s1"]
    assert found("bridge", "traffic") == ["s0"]
    assert found("öz") == found("two", "ROADS") == ["s1"]
    assert found('"loop"') == ["s0"]
    assert found("bridge", "three") == []


def test_search_by_section(store: Store) -> None:
    store.upsert([story(1, sections=("Local News",)), story(2, sections=("US",))], NOW)
    assert [story.id for story in store.search(match=frozenset({"local news"}))] == ["s1"]


def test_search_reads_on_until_it_has_enough(store: Store) -> None:
    store.upsert(
        [story(n, published_at=NOW - HOUR, title="Ä" if n % 7 == 0 else "B") for n in range(2400)], NOW
    )
    assert [story.id for story in store.search(words=["ä"], limit=3)] == [
        "s0",
        "s1001",
        "s1008",
    ]


# The desk


def test_a_mark_lasts_with_who_when_and_why(store: Store) -> None:
    mark = Mark(
        story="s1",
        action="pin",
        edition="daily",
        section="us",
        date=DAY,
        until=DAY,
        note="lead",
        by="jo",
        at=NOW,
    )
    store.upsert([story(1)], NOW)
    store.mark(mark)
    assert store.marks() == [mark]


def test_the_same_decision_again_replaces_the_first(store: Store) -> None:
    store.upsert([story(1)], NOW)
    store.mark(Mark(story="s1", action="kill", at=NOW))
    store.mark(Mark(story="s1", action="pin", at=NOW))
    store.mark(Mark(story="s1", action="kill", note="again", at=NOW + HOUR))
    assert [(mark.action, mark.note) for mark in store.marks()] == [("pin", ""), ("kill", "again")]
    assert len(store.marks_of("s1")) == 3


def test_release_takes_back_all_or_one_editions(store: Store) -> None:
    store.upsert([story(1), story(2)], NOW)
    for id in ("s1", "s2"):
        store.mark(Mark(story=id, action="pin", at=NOW))
        store.mark(Mark(story=id, action="hold", edition="daily", at=NOW))
    assert store.release(["s1"], "daily", at=NOW, by="jo") == 1
    assert [(m.story, m.action) for m in store.marks()] == [("s1", "pin"), ("s2", "pin"), ("s2", "hold")]
    assert store.release(["s1", "s2"], at=NOW) == 3
    assert store.marks() == []
    assert store.release(["s1", "unknown"], at=NOW) == 0
    assert [mark.action for mark in store.marks_of("s1")] == ["pin", "hold", "release", "release"]


def test_a_decision_about_an_unknown_story(store: Store) -> None:
    with pytest.raises(CommandError, match="nobody"):
        store.mark(Mark(story="nobody", action="pin", at=NOW))


# The ledger


def test_what_is_recorded_comes_back(store: Store) -> None:
    recorded_story = story(1, summary="x" * 5000, language="en")
    told = run(recorded_story, also=("s2", "s3"))
    recorded = store.record(issue(), [told], [ad()])
    assert recorded == store.built("daily", DAY) == replace(issue(), sequence=1)
    assert store.ran_stories(DAY, DAY) == [replace(told, story=replace(recorded_story, summary="x" * 600))]
    assert store.ran_ads() == [replace(ad(), sends=1000, sequence=1)]
    assert store.built("daily", DAY - timedelta(1)) is None
    assert store.built("weekly", DAY) is None


def test_a_later_revision_takes_the_place_of_all_rows(store: Store) -> None:
    store.record(issue(), [run(story(1))], [ad("old")])
    store.record(issue(edition="weekly"), [], [])
    second = store.record(issue(revision=2, first_built_at=NOW + 99 * HOUR), [run(story(2))], [ad("new")])
    assert (second.sequence, second.first_built_at, second.built_at) == (1, NOW + HOUR, NOW + 2 * HOUR)
    assert [ran.story.id for ran in store.ran_stories(DAY, DAY)] == ["s2"]
    assert [ran.line_item for ran in store.ran_ads()] == ["new"]
    assert [(row.edition, row.revision, row.sequence) for row in store.issues()] == [
        ("daily", 2, 1),
        ("weekly", 1, 2),
    ]
    assert [row.edition for row in store.issues("weekly")] == ["weekly"]


def test_the_same_revision_twice_is_one_record(store: Store) -> None:
    first = store.record(issue(), [run(story(1))], [ad()])
    assert store.record(issue(), [run(story(1))], [ad()]) == first
    assert len(store.ran_stories(DAY, DAY)) == len(store.ran_ads()) == len(store.issues()) == 1
    with pytest.raises(DigestError, match="revision 1"):
        store.record(issue(manifest="{}"), [], [])


def test_previous_is_the_last_built_before(store: Store) -> None:
    for days in (1, 3, 40):
        store.record(issue(DAY - timedelta(days)), [], [])
    store.record(issue(DAY - timedelta(3), revision=2), [], [])
    store.record(issue(DAY - timedelta(2), edition="weekly"), [], [])

    def before(day: date) -> tuple[date, int] | None:
        previous = store.previous("daily", day)
        return (previous.date, previous.revision) if previous else None

    assert before(DAY) == (DAY - timedelta(1), 1)
    assert before(DAY - timedelta(1)) == (DAY - timedelta(3), 2)
    assert before(DAY - timedelta(40)) is None


def test_reads_of_the_ledger_keep_to_what_was_asked(store: Store) -> None:
    for days in range(4):
        day = DAY - timedelta(days)
        for edition in ("daily", "evening"):
            store.record(
                issue(day, edition), [run(story(days), day, edition)], [ad(f"item{days}", day, edition)]
            )
    first, last = DAY - timedelta(2), DAY - timedelta(1)
    assert [(r.date, r.edition) for r in store.ran_stories(first, last)] == [
        (first, "daily"), (first, "evening"), (last, "daily"), (last, "evening"),
    ]  # fmt: skip
    assert {r.edition for r in store.ran_stories(first, last, edition="evening")} == {"evening"}
    assert {a.date for a in store.ran_ads(before=last)} == {DAY - timedelta(3), first}
    assert {a.line_item for a in store.ran_ads(line_items=["item0", "item9"])} == {"item0"}
    assert store.ran_ads(line_items=[]) == []


def test_a_sent_issue_is_closed(store: Store) -> None:
    store.record(issue(), [], [ad()])
    store.mark_sent("daily", DAY, NOW)
    with pytest.raises(AlreadySent):
        store.record(issue(revision=2), [], [])
    built = store.built("daily", DAY)
    assert built is not None
    assert (built.sent_at, built.delivered, built.revision) == (NOW, None, 1)
    assert [(a.sends, a.delivered) for a in store.ran_ads()] == [(1000, False)]


def test_receipts_correct_the_count_and_keep_when_it_was_sent(store: Store) -> None:
    store.record(issue(), [], [ad()])
    store.mark_sent("daily", DAY, NOW, 900)
    store.mark_sent("daily", DAY, NOW + HOUR, 950)
    store.mark_sent("daily", DAY, NOW + 2 * HOUR)
    assert [(row.sent_at, row.delivered) for row in store.issues()] == [(NOW, 950)]
    assert [(a.sends, a.delivered) for a in store.ran_ads()] == [(950, True)]


def test_a_receipt_of_zero_is_a_receipt(store: Store) -> None:
    store.record(issue(), [], [ad()])
    store.mark_sent("daily", DAY, NOW, 0)
    assert [(a.sends, a.delivered) for a in store.ran_ads()] == [(0, True)]


@pytest.mark.parametrize(("day", "count"), [(DAY + timedelta(1), None), (DAY, -1), (DAY, 10**30)])
def test_receipts_that_cannot_be(store: Store, day: date, count: int | None) -> None:
    store.record(issue(), [], [])
    with pytest.raises(CommandError):
        store.mark_sent("daily", day, NOW, count)


def test_without_expected_sends_nobody_knows(store: Store) -> None:
    store.record(issue(expected_sends=None), [], [ad()])
    assert store.ran_ads()[0].sends is None


# Around it


def test_validators_are_kept_by_name_and_address(store: Store) -> None:
    assert store.validators("feed", "https://a") is None
    store.remember_validators("feed", "https://a", Validators('"1"', "Mon"))
    store.remember_validators("feed", "https://a", Validators('"2"', "Tue"))
    assert store.validators("feed", "https://a") == Validators('"2"', "Tue")
    assert store.validators("feed", "https://b") is None


def test_a_rehearsal_leaves_nothing(url: str) -> None:
    with open_store(url, PUBLICATION, rehearse=True) as store:
        store.upsert([story(1)], NOW)
        store.record(issue(), [run(story(1))], [ad()])
        assert store.built("daily", DAY)
    with open_store(url, PUBLICATION) as store:
        assert store.search() == []
        assert store.issues() == []


def test_a_failed_step_of_a_rehearsal_is_taken_back_alone(store: Store) -> None:
    store.record(issue(), [], [])
    with pytest.raises(DigestError):
        store.record(issue(manifest="other"), [], [ad()])
    assert store.ran_ads() == []
    assert len(store.issues()) == 1


def test_the_lock_is_free_again_and_may_be_taken_twice(url: str) -> None:
    with open_store(url, PUBLICATION) as store:
        with store.lock("daily"), store.lock("daily"):
            pass
        with open_store(url, PUBLICATION) as other, other.lock("daily", wait=0):
            pass


def test_a_rehearsal_waits_for_nobody(url: str) -> None:
    with (
        open_store(url, PUBLICATION) as store,
        store.lock("daily"),
        open_store(url, PUBLICATION, rehearse=True) as other,
        other.lock("daily", wait=0),
    ):
        pass


def test_the_lock_is_held_by_one(url: str) -> None:
    with open_store(url, PUBLICATION) as store, open_store(url, PUBLICATION) as other, store.lock("daily"):
        with pytest.raises(Unreachable, match="Another digest"), other.lock("daily", wait=0.1):
            pass
        assert other.search() == []


@given(story=stories())
def test_pictures_and_popularity_are_kept_as_json(story: Story) -> None:
    """Written by hand, and by the letter what an encoder writes: or every story of an older store would be changed."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    popularity = dict(sorted(story.popularity.items()))
    assert intake._popularity_text(story.popularity) == (encode(popularity) if popularity else "")
    image = story.image or Image(url=story.url, alt=story.title, credit=story.author)
    more = [image.caption, image.credit] if image.caption or image.credit else []
    assert intake._image_text(image) == encode([image.url, image.width, image.height, image.alt, *more])
