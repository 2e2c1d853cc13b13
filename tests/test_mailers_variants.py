"""``lists: {by: variant}``: each variant of an audience is a campaign to its own list, once, whatever breaks."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from digest.app import variant_handover
from digest.app.handover import Handover, HandoverRequest, HandoverResult
from digest.app.reading import PublishedAudience, Variant
from digest.app.variant_handover import Work, cancel
from digest.app.variant_lists import list_name, listed
from digest.errors import AlreadySent, CommandError, DigestError
from digest.mailers import capabilities
from digest.model.mail import MailerSpec
from tests.audiences import audience_room, built, csv
from tests.fakes.mailers import Fake, drop_before, no_fault
from tests.fakes.mailers.every import FAKES
from tests.newsrooms import Room
from tests.test_mailers import AT, MESSAGE, Clock, opened
from tests.test_mailers_commands import LATER, secret_of, written
from tests.test_mailers_handover import FAULTS, Killed, Notes

NOW = datetime(2026, 1, 23, 10, 0, tzinfo=UTC)
REGIONS = ("tampa", "macon", "savannah", "jacksonville")


def variant(number: int, region: str, **choices: Any) -> Variant:
    return Variant(
        name=f"{number:016x}",
        choices={"by": {"region": [region]}, **choices},
        readers=100 - number,
        sections=(("local-news", (f"s{number}",)),),
        ads=(),
        subject=f"News of {region}",
        preheader="And more",
        pack=1,
        places=((0, 0),) * 3,
    )


VARIANTS = tuple(variant(number, region) for number, region in enumerate(REGIONS))


class Kept:
    """An audience in memory."""

    def __init__(self, variants: Sequence[Variant] = VARIANTS) -> None:
        self.rows = list(variants)

    def variants(self) -> list[Variant]:
        return self.rows

    def parts(self, one: Variant) -> dict[str, bytes]:
        html = f"<html><body>{one.name} {one.subject}</body></html>"
        return {"index.html": html.encode(), "index.txt": one.name.encode(), "message.eml": b""}


def with_lists(fake: Fake, regions: Sequence[str] = REGIONS) -> Fake:
    fake.parts = {fake.part(number): f"daily {region}" for number, region in enumerate(regions)}
    return fake


def work(fake: Fake, notes: Notes, variants: Sequence[Variant] = VARIANTS, **changes: Any) -> Work:
    spec = MailerSpec(type=fake.name, variant_lists="{edition} {region}")
    clock = Clock()
    handover = Handover(notes, opened(fake, clock), spec, now=lambda: NOW, sleep=clock.sleep)
    message = replace(MESSAGE, lists=fake.lists, **changes)
    return Work(handover, cast(PublishedAudience, Kept(variants)), message, capabilities(fake.name).parts)


def run(fake: Fake, notes: Notes, request: HandoverRequest | None = None, **more: Any) -> HandoverResult:
    job = work(fake, notes, **more)
    return variant_handover.hand_over(job, request or HandoverRequest(action="schedule", at=AT), lambda: None)


@pytest.fixture(params=FAKES, ids=lambda kind: kind.name)
def fake(request: pytest.FixtureRequest) -> Fake:
    server: Fake = request.param()
    return with_lists(server)


def aims(fake: Fake, handed: HandoverResult) -> dict[str, str]:
    """The name of the list by the variant's."""
    rows = {row.campaign: row.variant for row in handed.variants}
    return {rows[key]: fake.parts[fake.part_of(row)] for key, row in fake.campaigns.items()}


def test_every_variant_is_a_campaign_to_its_own_list(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes)
    assert (first.did, first.status, first.at) == ("created", "scheduled", AT)
    assert [row.list for row in first.variants] == [f"daily {region}" for region in REGIONS]
    assert aims(fake, first) == {
        variant.name: f"daily {variant.choices['by']['region'][0]}" for variant in VARIANTS
    }
    calls = len(fake.calls)
    again = run(fake, notes)
    assert {row.did for row in again.variants} == {"unchanged"}
    assert [row.campaign for row in again.variants] == [row.campaign for row in first.variants]
    assert len(fake.calls) - calls < 4 * len(VARIANTS)
    assert run(fake, Notes()).variants[0].campaign == first.variants[0].campaign  # the ledger was lost
    assert len(fake.campaigns) == len(VARIANTS)
    job = work(fake, notes)
    assert cancel(job.handover, "daily", MESSAGE.date).did == "cancelled"
    assert fake.sends == []


def test_variants_that_are_no_more_are_taken_back(fake: Fake) -> None:
    notes = Notes()
    first = run(fake, notes)
    later = (variant(7, "tampa"), *VARIANTS[1:])
    second = run(fake, notes, variants=later, revision=2)
    assert any("1 campaign of an earlier revision" in words for words in second.remarks)
    old = opened(fake).by_id(first.variants[0].campaign)
    assert old is not None
    assert old.status == "draft"
    assert {row.status for row in second.variants} == {"scheduled"}
    assert Counter(row.did for row in second.variants) == {"created": 1, "unchanged": 3}


def test_a_variant_without_a_list_is_told_and_stops_no_other() -> None:
    fake = with_lists(FAKES[0](), REGIONS[:3])
    notes = Notes()
    handed = run(fake, notes)
    assert [row.list for row in handed.variants] == [f"daily {region}" for region in REGIONS[:3]]
    assert handed.without_list == ((VARIANTS[3].name, "daily jacksonville", 97),)
    (words,) = handed.remarks
    assert '1 variant for 97 readers is not handed over: brevo has no lists "daily jacksonville"' in words
    with_lists(fake)
    assert Counter(row.did for row in run(fake, notes).variants) == {"unchanged": 3, "created": 1}
    with pytest.raises(CommandError, match="4 variants for 394 readers are not handed over"):
        run(with_lists(FAKES[0](), ()), Notes())


def test_two_variants_of_one_list_are_refused_and_two_lists_of_one_name() -> None:
    there = {"1": "daily tampa", "2": "daily macon"}
    parted = (VARIANTS[0], variant(9, "tampa"))
    with pytest.raises(CommandError, match=r"1 list would get the issues of several variants.*\{variant\}"):
        listed(parted, there, "{edition} {region}", "daily", "brevo")
    assert len(listed(parted, there, "{edition} {variant}", "daily", "brevo")) == 2
    with pytest.raises(CommandError, match=r'2 lists called "daily tampa" \(1, 9\)'):
        listed(VARIANTS[:1], there | {"9": "daily  tampa"}, "{edition} {region}", "daily", "brevo")
    full = variant(1, "tampa", language="es", sections=["crime", "health"])
    assert list_name("{region}/{language} {sections}", "daily", full) == "tampa/es crime-health"
    assert list_name("{edition} {other} x", "daily", full) == "daily x"


def test_campaigns_of_another_revision_that_are_out_end_it() -> None:
    fake, notes = with_lists(FAKES[0]()), Notes()
    run(fake, notes, HandoverRequest(action="now"), variants=VARIANTS[:2])
    with pytest.raises(AlreadySent, match="It has revision 1, and the outbox 2"):
        run(fake, notes, HandoverRequest(action="now"), revision=2, subject="Another")
    with pytest.raises(AlreadySent, match="is being sent"):  # a variant that is no more went out
        run(fake, notes, HandoverRequest(action="now"), variants=VARIANTS[1:])
    assert len(fake.sends) == 2


def test_a_whole_issue_that_went_out_is_not_followed_by_its_variants() -> None:
    fake, notes = with_lists(FAKES[0]()), Notes()
    everybody = work(fake, notes)
    assert (
        everybody.handover.hand_over(everybody.message, HandoverRequest(action="schedule", at=AT)).status
        == "scheduled"
    )
    assert any("no longer scheduled" in words for words in run(fake, notes).remarks)
    back = work(fake, notes)
    back.handover.withdraw((MESSAGE.name,), "daily", MESSAGE.date)
    assert back.handover.remarks == [
        "4 campaigns of an earlier revision, with other variants, are drafts at brevo, 4 of them no longer scheduled; "
        "nobody gets them."
    ]
    everybody = work(fake, notes)
    everybody.handover.hand_over(everybody.message, HandoverRequest(action="now"))
    with pytest.raises(AlreadySent):
        run(fake, notes)
    assert len(fake.sends) == 1


@pytest.mark.parametrize("seed", range(6))
def test_kills_between_variants_never_make_two_or_lose_one(fake: Fake, seed: int) -> None:
    """Three runs that end somewhere, then one that is left alone."""
    chance = random.Random(f"{fake.name}/{seed}")
    fake.description = None
    notes, request = Notes(), HandoverRequest(action=chance.choice(["schedule", "now", "draft"]), at=AT)
    for _ in range(3):
        if chance.random() < 0.5:
            notes.kill = (notes.count + chance.randint(1, 14), chance.choice(["before", "after"]))
        else:
            fault: Any = chance.choice(FAULTS)
            fake.faults.extend([no_fault] * chance.randrange(40) + [fault] * chance.choice([1, 5]))
        try:
            run(fake, notes, request)
        except (Killed, DigestError):
            pass
        finally:
            notes.kill = None
            fake.faults.clear()
        campaigns = Counter(fake.name_of(row) for row in fake.campaigns.values())
        assert set(campaigns.values()) <= {1}
    try:
        done = run(fake, notes, request)
    except AlreadySent:  # an earlier run got to the end
        assert request.action == "now"
    else:
        wanted = {"schedule": "scheduled", "now": "sending", "draft": "draft"}[request.action]
        assert {row.status for row in done.variants} == {wanted}
    assert len(fake.campaigns) == len(VARIANTS)
    assert notes.ids == set(fake.campaigns)
    assert sorted(fake.sends) == (sorted(fake.campaigns) if request.action == "now" else [])


ROWS = [
    {"reader_id": f"r{number}", "topics": "", "region": region}
    for number, region in enumerate(("tampa", "tampa", "macon", "savannah"))
]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Room, Fake]]:
    """A newsroom with an audience of three variants, and a listmonk."""
    pytest.importorskip("duckdb")
    fake = with_lists(next(kind for kind in FAKES if kind.name == "listmonk")(), REGIONS[:2])
    monkeypatch.setenv("MAILER_SECRET", secret_of(fake))
    room = audience_room(tmp_path / "room")
    with fake.served() as url:
        settings = json.loads(written(fake, url)) | {"lists": {"by": "variant", "name": "{edition} {region}"}}
        path = room.root / "digest.yaml"
        path.write_text(path.read_text().replace("mailer: plain", f"mailer: {json.dumps(settings)}"))
        built(room, "--audience", str(csv(room.root / "readers.csv", ROWS)))
        yield room, fake


def test_from_the_audience_to_the_inboxes_and_back(
    house: tuple[Room, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, fake = house
    day = ("daily", "2026-01-23")
    monkeypatch.setattr("digest.cli.status.now", lambda: datetime(2026, 1, 23, 12, 0, tzinfo=UTC))
    handed = room.run("handover", *day, "--at", LATER, "--json")
    assert handed.code == 2  # one variant has no list
    assert handed.json["without_list"][0]["list"] == "daily savannah"
    assert [(row["list"], row["readers"], row["did"]) for row in handed.json["variants"]] == [
        ("daily tampa", 2, "created"),
        ("daily macon", 1, "created"),
    ]
    state = room.run("status", "--needs", "handed-over", "--json")
    assert state.code == 6
    state_told = state.json["editions"][0]["handed_over"]
    assert (state_told["state"], state_told["campaigns"], state_told["variants"]) == ("scheduled", 2, 3)

    fake.parts[fake.part(2)] = "daily savannah"
    again = room.run("handover", *day, "--at", LATER)
    assert (again.code, again.err) == (0, "")
    assert "3 campaigns of variants at listmonk for 4 readers: 1 new, 2 unchanged." in again.out
    assert room.run("status", "--needs", "handed-over").code == 0
    assert "not sent yet" in room.run("receipts", *day).err

    html = {fake.part_of(row): row["body"] for row in fake.campaigns.values()}
    story = next(
        part.split('"')[0].removesuffix("@TrackLink")
        for part in html[fake.part(0)].split('href="')
        if part.startswith("https://harbor.example/")
    ).replace("&amp;", "&")
    for key, row in fake.campaigns.items():
        row["links"] = {story: (5, 5)}
        fake.finish(key)
    got = room.run("receipts", *day, "--json")
    assert got.code == 0, got.err
    (issue,) = got.json["issues"]
    assert (issue["sent"], issue["opens"]) == (3 * 990, 3 * 400)
    assert [(link["what"], link["clicks"]) for link in issue["links"]] == [("story", 15)]
    row = room.run("issues", "--json").json["issues"][0]
    assert (bool(row["sent_at"]), row["delivered"]) == (True, 3 * 990)
    late = room.run("handover", *day, "--now")
    assert late.code == 5
    assert len(fake.campaigns) == 3


def test_a_run_that_ends_between_two_variants_leaves_a_sent_issue_that_can_be_finished(
    house: tuple[Room, Fake],
) -> None:
    room, fake = house
    fake.parts[fake.part(2)] = "daily savannah"
    fake.faults.extend([no_fault] * 7 + [drop_before] * 5)
    first = room.run("handover", "daily", "2026-01-23", "--now")
    assert first.code == 4
    assert "of 3 variants are handed over; the same command goes on with the others." in first.err
    assert 0 < len(fake.sends) < 3
    assert room.run("build", "--daily", "--date", "2026-01-23", "--rebuild").code == 5  # sent is sent
    fake.faults.clear()
    assert room.run("handover", "daily", "2026-01-23", "--now").code == 0
    assert sorted(fake.sends) == sorted(fake.campaigns)
    assert len(fake.sends) == 3
    assert room.run("handover", "daily", "2026-01-23", "--now").code == 5


def test_an_issue_without_an_audience_needs_a_list_of_its_edition(house: tuple[Room, Fake]) -> None:
    room, fake = house
    assert room.run("build", "--daily", "--date", "2026-01-23", "--rebuild").code == 0
    refused = room.run("handover", "daily", "2026-01-23", "--draft")
    assert refused.code == 2
    assert "the issue has no audience, so it goes to the edition's own list" in refused.err
    assert fake.campaigns == {}
