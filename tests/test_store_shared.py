"""Several publications in one store: nothing of one is seen, changed or locked by another."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest.errors import CommandError, Unreachable
from digest.model import BuiltIssue, Mark, Publication, RunAd, RunStory, Story, Validators, Window
from digest.store import Store, locks, open_store
from tests.forks import at_once
from tests.newsrooms import DIGEST, PUBLICATION, Room, newsroom, story
from tests.postgres import for_test, pooled

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
DAY = date(2026, 1, 23)
OTHER = Publication(name="Savannah Sun", url="https://sun.example")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path_factory.mktemp('shared')}/digest.db"


def fill(store: Store, word: str) -> None:
    """The same ids, addresses, editions and dates, whoever writes them."""
    story = Story(id="s1", url="https://a.example/1", title=word, first_seen=NOW, published_at=NOW)
    store.upsert([story], NOW)
    store.mark(Mark(story="s1", action="pin", note=word, at=NOW))
    store.remember_validators("feed", "https://a.example/feed", Validators(word))
    issue = BuiltIssue(
        edition="daily", date=DAY, revision=1, sequence=0, window=Window(NOW, NOW), first_built_at=NOW,
        built_at=NOW, manifest=word,
    )  # fmt: skip
    ad = RunAd(
        edition="daily",
        date=DAY,
        line_item=word,
        creative="c",
        advertiser=None,
        tier="house",
        slot="s",
        gap=1,
    )
    store.record(
        issue, [RunStory(edition="daily", date=DAY, story=story)], [ad], {"index.html": word.encode()}
    )


def seen(store: Store) -> list[object]:
    built = store.built("daily", DAY)
    assert built is not None
    return [
        [story.title for story in store.search()],
        [mark.note for mark in store.marks()],
        store.validators("feed", "https://a.example/feed"),
        (built.manifest, built.sequence, built.revision, built.sent_at),
        [ran.story.title for ran in store.ran_stories(DAY, DAY)],
        [ad.line_item for ad in store.ran_ads()],
        store.files("daily", DAY),
    ]


def test_two_publications_see_and_change_only_their_own(url: str) -> None:
    with open_store(url, PUBLICATION) as ours, open_store(url, OTHER) as theirs:
        fill(ours, "mine")
        before = seen(ours)
        fill(theirs, "theirs")
        assert seen(ours) == before
        theirs.mark_sent("daily", DAY, NOW, 10)
        theirs.release(["s1"], at=NOW)
        assert seen(ours) == before
        assert ours.publications() == {"harbor-post": "Harbor Post", "savannah-sun": "Savannah Sun"}
        with ours.lock("daily"), theirs.lock("daily", wait=0.5):
            pass
        with ours.lock("daily"), ours.lock("weekly", wait=0.5):
            pass


def test_two_names_that_make_one_id_are_refused_with_the_cure(url: str) -> None:
    open_store(url, PUBLICATION).close()
    with pytest.raises(
        CommandError, match=r"already holds .*Harbor Post.*publication: \{id: harbor-post-2\}"
    ):
        open_store(url, replace(PUBLICATION, name="Harbor POST"))
    open_store(url, replace(PUBLICATION, name="Harbor POST", id="harbor-post-2")).close()


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("NewsFinale", "newsfinale"),
        ("The Harbor Post!", "the-harbor-post"),
        ("Zürcher Straßen-Blatt", "zurcher-strassen-blatt"),
        ("東京新聞", "p-"),
    ],
)
def test_a_name_makes_an_id(name: str, id: str) -> None:
    made = Publication(name=name, url="https://a.example").id
    assert made == id or (id == "p-" and made.startswith(id) and made.isascii())


def test_two_newsrooms_with_one_store_do_not_meet(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same edition and date: both build revision 1, and what one sends closes nothing of the other."""
    monkeypatch.setenv("DIGEST_STORE", url)
    names = ("Coast Times", "Coast Mirror")
    rooms = [newsroom(tmp_path / name, digest=DIGEST.replace("Harbor Post", name)) for name in names]
    build = ("build", "--daily", "--date", "2026-01-23")
    for room in rooms:
        assert room.run(*build).code == 0
        assert room.manifest()["revision"] == 1
    assert rooms[0].run("mark-sent", "daily", "2026-01-23").code == 0
    assert [room.run(*build).code for room in rooms] == [5, 0]
    third = newsroom(tmp_path / "third", digest=DIGEST.replace("Harbor Post", "Coast-Times"))
    refused = third.run(*build)
    assert (refused.code, "publication: {id:" in refused.err) == (2, True)


def sixteen(folder: Path, name: str) -> Room:
    editions = "".join(
        f'  e{n}: {{cadence: daily, cutoff: "06:00", from: "Harbor Post <news@harbor.example>"}}\n'
        for n in range(16)
    )
    head, _, _ = DIGEST.partition("editions:\n")
    room = newsroom(folder, digest=f"{head}editions:\n{editions}".replace("Harbor Post", name, 1))
    room.stories(story(number) for number in range(12))
    return room


def _through(kind: str, postgres: str) -> AbstractContextManager[str]:
    return for_test(pooled(postgres)) if kind == "pooler" else nullcontext(postgres)


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "pooler"])
def test_sixteen_builds_of_different_editions_at_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = sixteen(tmp_path / "room", f"Sixteen on {kind}")
    with _through(kind, "" if kind == "sqlite" else request.getfixturevalue("postgres")) as url:
        if url:
            monkeypatch.setenv("DIGEST_STORE", url)
        builds = at_once(room, (("build", "--edition", f"e{n}", "--date", "2026-01-23") for n in range(16)))
        assert [build.code for build in builds] == [0] * 16, [build.err for build in builds]
        rows = room.run("issues", "--json").json["issues"]
    assert sorted((row["edition"], row["revision"]) for row in rows) == sorted(
        (f"e{n}", 1) for n in range(16)
    )
    assert all(room.manifest(f"e{n}")["edition"] == f"e{n}" for n in range(16))


def test_the_store_works_through_a_pooler(postgres: str) -> None:
    with _through("pooler", postgres) as url, open_store(url, replace(OTHER, id="pooled")) as store:
        with store.lock("daily"):
            fill(store, "pooled")
            with open_store(url, replace(OTHER, id="pooled")) as other, pytest.raises(Unreachable):
                other.lock("daily", wait=0.3).__enter__()
        store.upsert(
            [Story(id=f"s{n}", url=f"https://a.example/{n}", title="x", first_seen=NOW) for n in range(3000)],
            NOW,
        )
        assert len(store.search(limit=9000)) == 3000
        with store.lock("daily", wait=0):
            pass


def test_a_lease_is_moved_on_while_its_holder_lives_and_its_loss_is_told(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_BEAT", 0.1)
    moved = threading.Event()
    original = locks._Lease._run

    def run(self: locks._Lease, statement: object) -> None:
        original(self, statement)
        moved.set()

    monkeypatch.setattr(locks._Lease, "_run", run)
    with open_store(postgres, PUBLICATION) as store, open_store(postgres, PUBLICATION) as thief:
        with store.lock("daily"):
            assert moved.wait(20)
            with thief._database.writing():
                thief._database.run(locks.leases.delete().where(locks.leases.c.name == "daily"))
            with pytest.raises(Unreachable, match="lock on daily was lost"):
                fill(store, "late")
        assert store.built("daily", date(2026, 1, 24)) is None
