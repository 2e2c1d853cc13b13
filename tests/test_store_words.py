"""The index for words finds what reading every story finds, whatever happened to the stories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from digest.model import Story
from digest.model.search import beginnings, can_be_found, has_words, words_in
from digest.store import Store, care, open_store, stories, words
from digest.store.database import connect
from digest.store.versions import upgrade
from tests.newsrooms import DIGEST, PUBLICATION, newsroom

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/digest.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    open_store(url, PUBLICATION).close()
    with open_store(url, PUBLICATION, rehearse=True) as opened:
        yield opened


def story(number: int, title: str, **fields: Any) -> Story:
    values: dict[str, Any] = {
        "id": f"s{number}", "url": f"https://news.example/{number}", "title": title, "source": "post",
        "published_at": NOW - number * DAY, "first_seen": NOW,
    }  # fmt: skip
    return Story(**(values | fields))


def found(store: Store, *wanted: str, **more: Any) -> list[str]:
    ids = [story.id for story in store.search(words=wanted, **more)]
    assert store.count(words=wanted) == len(ids) or more
    return ids


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("brucke", "Die Brücke am Fluß"),
        ("BRÜCKE", "Die Brucken"),
        ("fluss", "Die Brücke am Fluß"),
        ("été", "L’Ete dernier"),
        ("lodz", "Łódź"),
        ("istanbul", "İstanbul"),
        ("oneil", "O Neil, Oneil's"),
        ("3.5", "3.5 percent"),
        ("co-op", "The CO-OP opens"),
        ("東京都", "新しい東京都知事"),
        ("京", "東京"),
        ("กรุงเทพ", "ข่าวกรุงเทพวันนี้"),
        ("한국", "한국은행"),
        ("हिन्दी", "हिन्दी समाचार"),
        ("iPhone東", "iPhone東京"),
        ("кие", "Мэр Киева"),
        ("שלום", "שָׁלוֹם"),
        ("😀 smile", "Smiles everywhere"),
        ("x" * 70, "x" * 80),
    ],
)
def test_a_word_is_found_by_its_beginning_in_any_script(store: Store, typed: str, title: str) -> None:
    store.upsert([story(1, title), story(2, "Nothing of the kind")], NOW)
    assert found(store, typed) == ["s1"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [("ridge", "The bridge"), ("bridges", "The bridge"), ("東京都", "東京と京都"), ("1.5", "15 percent")],
)
def test_what_is_not_found(store: Store, typed: str, title: str) -> None:
    store.upsert([story(1, title)], NOW)
    assert found(store, typed) == []


ALPHABET = [
    "harbor",
    "harbour",
    "Här",
    "har",
    "ß",
    "ss",
    "東京",
    "東京都",
    "京",
    "กรุง",
    "a",
    "é",
    "e",
    "1",
    "10",
    "-",
    "😀",
]
TEXTS = st.lists(st.sampled_from(ALPHABET), max_size=4).map(" ".join)
STORY = st.tuples(st.integers(0, 5), TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=2))
STEPS = st.lists(st.one_of(st.lists(STORY, max_size=4), st.integers(0, 5)), max_size=6)


@pytest.mark.parametrize("few", [words.FEW, 0])
@given(steps=STEPS, wanted=st.lists(st.one_of(st.sampled_from(ALPHABET), st.text(max_size=3)), max_size=3))
@settings(max_examples=40, deadline=None)
def test_the_index_finds_what_reading_every_story_finds(
    url: str, few: int, steps: list[Any], wanted: list[str]
) -> None:
    """Stories come, change, move and go; ``few`` is where the newest stories are read on instead."""
    open_store(url, PUBLICATION).close()
    with pytest.MonkeyPatch.context() as patch, open_store(url, PUBLICATION, rehearse=True) as store:
        patch.setattr(words, "FEW", few)
        for step in steps:
            if isinstance(step, int):
                at = NOW - step * DAY
                store.prune(before=at.date(), seen_before=at, line_items=())
            else:
                store.upsert(
                    [
                        story(number, title or "-", summary=summary, author=author, tags=tuple(tags))
                        for number, title, summary, author, tags in step
                    ],
                    NOW,
                )
        kept = store.search(limit=100)
        ids = [row.id for row in kept if has_words(wanted, row.searched)]
        assert [story.id for story in store.search(words=wanted)] == ids
        assert store.count(words=wanted) == len(ids)
        with store._database.reading():  # of every story, whatever was asked for
            assert list(words.faults(store._database, {words.TABLE})) == []


def _indexed(store: Store) -> int:
    database = store._database
    with database.reading():
        return int(database.rows(text("SELECT count(*) FROM digest_words"))[0][0])


@given(TEXTS | st.text(), st.lists(TEXTS | st.text(max_size=5), max_size=2))
def test_what_has_the_words_has_their_beginnings(said: str, wanted: list[str]) -> None:
    """The index may find too much, never too little; and no more where it says it is sure."""
    starts, sure = beginnings(wanted)
    there = words_in([said])
    by_index = all(any(word.startswith(start) for word in there) for start in starts)
    assert by_index >= has_words(wanted, [said])
    if sure:
        assert by_index == has_words(wanted, [said])
    assert bool(starts) == any(map(can_be_found, wanted))


def test_each_publication_finds_its_own(url: str) -> None:
    other = type(PUBLICATION)(name="Other", url="https://other.example")
    with open_store(url, PUBLICATION) as store, open_store(url, other) as theirs:
        store.upsert([story(1, "Ours of the harbor")], NOW)
        theirs.upsert([story(2, "Theirs of the harbor")], NOW)
        assert (found(store, "harbor"), found(theirs, "harbor")) == (["s1"], ["s2"])


def test_a_span_and_a_limit_narrow_what_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.upsert([story(n, "harbor" if n % 2 else "bridge") for n in range(12)], NOW)
    for few in (words.FEW, 0):
        monkeypatch.setattr(words, "FEW", few)
        assert found(store, "harbor", limit=2) == ["s1", "s3"]
        assert found(store, "harbor", span=(NOW - 7 * DAY, NOW - 2 * DAY)) == ["s3", "s5", "s7"]


@given(days=st.lists(st.integers(0, 3), max_size=12), size=st.integers(1, 4), limit=st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_the_first_of_a_list_are_the_newest_and_equal_times_go_by_id(
    url: str, days: list[int], size: int, limit: int
) -> None:
    """Whatever the pages that they are read in, and whatever the database makes of equal times."""
    open_store(url, PUBLICATION).close()
    rows = [story(n * 5 % 13, "lighthouse", published_at=NOW - day * DAY) for n, day in enumerate(days)]
    with pytest.MonkeyPatch.context() as patch, open_store(url, PUBLICATION, rehearse=True) as store:
        patch.setattr(stories, "CHUNK", size)
        store.upsert(rows, NOW)
        newest = sorted(rows, key=lambda row: (NOW - row.time, row.id))
        assert found(store, "lighthouse", limit=limit) == [row.id for row in newest[:limit]]


def _empty(url: str) -> None:
    """No table is left."""
    database = connect(url)
    with database.writing():
        if database.is_sqlite:
            names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'digest_words_%'"
            statements = [f"DROP TABLE {row[0]}" for row in database.rows(text(names))]
        else:
            statements = ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"]
        for statement in statements:
            database.connection.execute(text(statement))
    database.close()


OLD = {
    "key": "k", "content": 1, "id": "s1", "url": "https://a.example/1", "title": "The harbor", "summary": "",
    "sections": "", "source": "", "author": "Bridget", "image": "", "popularity": "", "tags": '["Été"]', "flags": "",
    "priority": 0, "language": "", "first_seen": 0, "runs_from": 0, "publication": PUBLICATION.id,
}  # fmt: skip


def test_an_older_store_is_filled(url: str) -> None:
    _empty(url)
    database = connect(url)
    with database.writing():
        upgrade(database.connection, "0010")
        values = ", ".join(f":{name}" for name in OLD)
        row = text(f"INSERT INTO digest_stories ({', '.join(OLD)}) VALUES ({values})")
        database.connection.execute(row, OLD)
    database.close()
    with open_store(url, PUBLICATION) as store:
        for word in ("harb", "bridg", "ete"):
            assert found(store, word) == ["s1"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/digest.db"
    with open_store(address, PUBLICATION) as store:
        store.upsert([story(1, "The harbor"), story(2, "The bridge")], NOW)
    return address


def test_an_index_that_is_there_is_not_made_anew_at_each_opening(file: str) -> None:
    """It would cost a large store minutes."""
    with open_store(file, PUBLICATION) as store, store._database.writing():
        words.drop(store._database, [1])
    with open_store(file, PUBLICATION) as store:
        assert _indexed(store) == 1


def test_a_sqlite_without_fts5_reads_every_story_and_the_next_with_it_makes_the_index_anew(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(words, "_has_fts5", lambda connection: False)
        with open_store(file, PUBLICATION) as store:
            assert found(store, "harb") == ["s1"]
            store.upsert([story(3, "Harbors")], NOW)
            at = NOW - 2 * DAY + timedelta(hours=1)
            store.prune(before=date(2025, 1, 1), seen_before=at, line_items=())
            assert found(store, "harb") == ["s1"]
            assert not store.has_index
            store.upsert([story(4, "A third harbor")], NOW + DAY)
    with open_store(file, PUBLICATION, rehearse=True) as store:
        assert found(store, "harb") == ["s1", "s4"]
        assert not store.has_index
    with open_store(file, PUBLICATION) as store:
        assert store.has_index
        assert found(store, "harb") == ["s1", "s4"]
        assert _indexed(store) == 2


def test_a_new_store_of_a_sqlite_without_fts5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = newsroom(tmp_path / "room", digest=DIGEST)
    with monkeypatch.context() as patch:
        patch.setattr(words, "_has_fts5", lambda connection: False)
        room.run("ingest")
        assert "has no FTS5" in room.run("stories", "list", "q").err
        assert room.run("stories", "list", "q", "--json").json["total"] == 12
    again = room.run("stories", "list", "q", "--json")
    assert ("FTS5" in again.err, again.json["total"]) == (False, 12)


def test_a_copy_has_its_index(file: str, url: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/copy.db"
    assert care.copy(file, target)["stories"] == 2
    care.backup(file, tmp_path / "backup.db")
    for address in (target, f"sqlite:///{tmp_path}/backup.db"):
        with open_store(address, PUBLICATION) as store:
            assert (found(store, "harb"), _indexed(store)) == (["s1"], 2)


def test_a_word_without_letters_is_refused(tmp_path: Path) -> None:
    done = newsroom(tmp_path / "room", digest=DIGEST).run("stories", "list", "%", "harbor")
    assert done.code == 2
    assert '"%" holds no letter and no digit' in done.err


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("DELETE FROM digest_words WHERE rowid = 2", "lacks 1 story"),
        ("UPDATE digest_words SET words = (SELECT words FROM digest_words WHERE rowid = 1) WHERE rowid = 2",
         "has other words than 1 story"),
        ("DELETE FROM digest_stories WHERE number > 1", "holds 2 stories that are not there"),
    ],
)  # fmt: skip
def test_a_row_that_the_index_lost_or_kept_is_told_and_the_cure_works(
    url: str, broken: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_AT_ONCE", 2)  # so that there are pages
    _empty(url)
    with open_store(url, PUBLICATION) as store:
        store.upsert([story(n, f"Harbor {n}", tags=("Été",)) for n in range(3)], NOW)
    assert care.check(url).sound
    database = connect(url)
    with database.writing():
        database.connection.execute(text(broken))
    database.close()
    health = care.check(url)
    assert (health.sound, health.index) == (False, (f"the index for words {told}",))
    assert care.reindex(url) == (1 if "stories WHERE" in broken else 3)
    assert care.check(url).sound
    with open_store(url, PUBLICATION) as store:
        assert found(store, "ete") == [f"s{n}" for n in range(store.count())]
