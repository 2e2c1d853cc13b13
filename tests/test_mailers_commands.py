"""``digest handover`` and ``digest receipts`` from the command line, against fakes on a port of loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.mailers import Fake, answering
from tests.fakes.mailers.every import FAKES
from tests.newsrooms import DIGEST, Room, newsroom

LATER = "2099-01-23T06:30"


def written(fake: Fake, url: str, **more: Any) -> str:
    """``mailer:`` of digest.yaml; the secret comes from the environment."""
    settings = {"type": fake.name, "url": url.removesuffix("/ghost/api/admin"), **fake.settings, **more}
    for name in ("key", "password"):
        if name in settings:
            settings[name] = "${MAILER_SECRET}"
    if fake.lists:
        settings["lists"] = {"daily": list(fake.lists)}
    return json.dumps(settings)


def secret_of(fake: Fake) -> str:
    return str(fake.settings.get("password") or fake.settings["key"])


class House:
    """A newsroom with a built issue and a mailer that runs."""

    def __init__(self, root: Path, fake: Fake, url: str, **more: Any) -> None:
        digest = DIGEST.replace("mailer: plain", f"mailer: {written(fake, url, **more)}")
        self.room: Room = newsroom(root, digest=digest)
        self.fake = fake
        assert self.room.run("build", "--daily", "--date", "2026-01-23").code == 0

    def hand_over(self, *words: str) -> Any:
        return self.room.run("handover", "daily", "2026-01-23", *words, "--json")

    @property
    def only(self) -> dict[str, Any]:
        (row,) = self.fake.campaigns.values()
        return row


@pytest.fixture
def houses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with ExitStack() as stack:

        def make(name: str, **more: Any) -> House:
            fake = next(kind for kind in FAKES if kind.name == name)()
            monkeypatch.setenv("MAILER_SECRET", secret_of(fake))
            return House(tmp_path / name, fake, stack.enter_context(fake.served()), **more)

        yield make


@pytest.mark.parametrize("name", [kind.name for kind in FAKES])
def test_from_the_outbox_to_the_inbox_and_back(name: str, houses: Any) -> None:
    house: House = houses(name)
    first = house.hand_over("--at", LATER)
    assert first.code == 0, first.err
    assert (first.json["did"], first.json["status"]) == ("created", "scheduled")
    assert first.json["name"] == "daily 2026-01-23 harbor-post"
    assert first.json["at"] == "2099-01-23T11:30:00Z"
    again = house.hand_over("--at", LATER)
    assert (again.code, again.json["campaign"]) == (0, first.json["campaign"])
    not_sent = house.room.run("receipts", "daily", "2026-01-23")
    assert not_sent.code == 2
    assert "not sent yet" in not_sent.err
    cancelled = house.hand_over("--cancel")
    assert (cancelled.code, cancelled.json["did"]) == (0, "cancelled")
    assert house.hand_over("--at", LATER).code == 0

    html = house.room.files()["index.html"].decode()
    ad = next(part.split('"')[0] for part in html.split('href="') if part.startswith("https://gleammour"))
    story = next(
        part.split('"')[0] for part in html.split('href="') if part.startswith("https://harbor.example/1")
    )
    house.only["links"] = {
        ad.replace("&amp;", "&"): (20, 15),
        story.replace("&amp;", "&"): (9, 8),
        "https://nobody.example/wrote/this": (3, 3),
    }
    house.fake.finish(first.json["campaign"])
    got = house.room.run("receipts", "daily", "2026-01-23", "--json")
    assert got.code == 0, got.err
    (issue,) = got.json["issues"]
    assert issue["opens"] == 400
    links = {link["what"]: link for link in issue["links"]}
    if name not in ("buttondown", "klaviyo"):
        ad_link = links["ad"]
        assert (ad_link["line_item"], ad_link["creative"], ad_link["slot"]) == (
            "aquafresh",
            "fresh",
            "in_stream",
        )
        assert links["story"]["story"] in [f"s{number}" for number in range(12)]
        assert links["story"]["section"]
        assert links["unknown"]["url"] == "https://nobody.example/wrote/this"
        assert "we did not write" in got.err
    issues = house.room.run("issues", "--json").json["issues"]
    assert issues[0]["sent_at"]
    assert issues[0]["delivered"] == 990
    assert house.hand_over("--now").code == 5
    assert house.room.run("build", "--daily", "--date", "2026-01-23").code == 5
    assert len(house.fake.campaigns) == 1
    every = house.room.run("receipts", "--json")
    assert every.code == 0


@pytest.mark.parametrize("name", [kind.name for kind in FAKES])
def test_no_secret_shows(name: str, houses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house: House = houses(name)
    secret = secret_of(house.fake)
    seen = [house.hand_over("--draft"), house.room.run("check"), house.room.run("issues", "--json")]
    echo = {"message": f"bad token {secret}", "errors": [{"message": secret}]}
    house.fake.faults.extend([answering(401, echo)] * 3)
    seen.append(house.hand_over("--draft"))
    house.fake.faults.clear()
    wrong = {"ghost": "64f0c1:ffff"}.get(name, "another-wrong-secret-us9")
    monkeypatch.setenv("MAILER_SECRET", wrong)
    seen.append(house.hand_over("--draft"))
    for result in seen[-2:]:
        assert result.code == 2, result.err
    for result in seen:
        assert secret not in result.out + result.err
        assert wrong not in result.out + result.err
    kept = [path for path in house.room.root.rglob("*") if path.is_file()]
    assert all(secret.encode() not in path.read_bytes() for path in kept)
    assert any(path.suffix == ".db" for path in kept)


def test_a_missing_variable_is_said_when_it_is_needed(houses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house: House = houses("brevo")
    monkeypatch.delenv("MAILER_SECRET")
    assert house.room.run("build", "--daily", "--date", "2026-01-23", "--rebuild").code == 0
    result = house.hand_over()
    assert result.code == 2
    assert "MAILER_SECRET" in result.err


def test_the_default_is_a_draft_or_the_hour_of_sending(houses: Any) -> None:
    assert houses("mailchimp").hand_over().json["status"] == "draft"
    late = houses("brevo", send_at="06:30").hand_over()
    assert late.code == 2
    assert "has passed" in late.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--at", "2020-01-01T06:00"), "has passed"),
        (("--at", "soon"), "is no time"),
        (("--at", "25:00"), "is no time"),
        (("--at", LATER, "--now"), "exclude each other"),
        (("--test", "nobody"), "no mail address"),
        (("2026-01-24",), "too many"),
    ],
)
def test_words_that_make_no_sense_reach_nobody(words: tuple[str, ...], says: str, houses: Any) -> None:
    house: House = houses("mailchimp")
    result = house.hand_over(*words)
    assert result.code == 2
    assert says in result.err
    assert house.fake.calls == []


def test_tests_go_to_several(houses: Any) -> None:
    house: House = houses("buttondown")
    result = house.hand_over("--draft", "--test", "a@harbor.example", "b@harbor.example")
    assert result.json["tests"] == ["a@harbor.example", "b@harbor.example"]
    assert house.fake.tests == [(result.json["campaign"], ("a@harbor.example", "b@harbor.example"))]


def test_build_hands_over_and_a_new_revision_keeps_the_campaign(houses: Any) -> None:
    house: House = houses("listmonk")
    words = ("build", "--daily", "--date", "2026-01-23", "--handover", "--json")
    first = house.room.run(*words)
    assert first.code == 0, first.err
    handed = first.json["issues"][0]["handover"]
    assert (handed["did"], handed["status"]) == ("created", "draft")
    assert house.room.run("build", "--daily", "--date", "2026-01-23", "--pause", "aquafresh").code == 0
    again = house.hand_over()
    assert (again.json["did"], again.json["campaign"]) == ("updated", handed["campaign"])
    assert "gleammour" not in house.only["body"]
    house.fake.faults.extend([answering(401, {"message": "no"})] * 9)
    failed = house.room.run(*words)
    assert failed.code == 2
    assert failed.json["issues"][0]["handover"]["exit_code"] == 2


@pytest.mark.parametrize("name", ["listmonk", "mailchimp", "sendgrid", "brevo", "ghost"])
def test_a_service_that_reports_minutes_late(name: str, houses: Any) -> None:
    """While it sends, numbers are read and the issue is not called complete; later ones take their place."""
    house: House = houses(name)
    assert house.hand_over("--now").json["status"] == "sending"
    words = ("receipts", "daily", "2026-01-23", "--json")
    early = house.room.run(*words)
    assert early.code == 0, early.err
    assert early.json["issues"][0]["complete"] is False
    (campaign,) = house.fake.campaigns
    house.fake.finish(campaign)
    for _ in range(2):
        late = house.room.run(*words)
        assert (late.code, late.json["issues"][0]["complete"], late.json["issues"][0]["opens"]) == (
            0,
            True,
            400,
        )
    (issue,) = house.room.run("issues", "--json").json["issues"]
    assert issue["delivered"] == (990 if name != "sendgrid" else issue["delivered"])


def test_a_campaign_deleted_there_after_it_was_sent(houses: Any) -> None:
    house: House = houses("listmonk")
    campaign = house.hand_over("--now").json["campaign"]
    house.fake.finish(campaign)
    assert house.room.run("receipts", "daily", "2026-01-23").code == 0
    house.fake.campaigns.clear()
    gone = house.room.run("receipts", "daily", "2026-01-23")
    assert (gone.code, f"Campaign {campaign} was deleted at listmonk" in gone.err) == (2, True)
    assert "--file" in gone.err
    assert house.room.run("ads", "report", "--json").json["line_items"][0]["opens"] == 400


def test_clicks_that_a_service_does_not_list_are_unknown_and_no_zero(houses: Any) -> None:
    house: House = houses("listmonk")
    campaign = house.hand_over("--now").json["campaign"]
    house.only["links"] = {f"https://nobody.example/{n}": (60 - n, 60 - n) for n in range(60)}
    house.fake.finish(campaign)
    got = house.room.run("receipts", "daily", "2026-01-23")
    assert "50 most clicked" in got.err
    assert house.room.run("ads", "report", "--json").json["line_items"][0]["clicks"] is None
    house.only["links"] = {"https://nobody.example/1": (6, 6)}
    assert house.room.run("receipts", "daily", "2026-01-23").code == 0
    assert house.room.run("ads", "report", "--json").json["line_items"][0]["clicks"] == 0


def test_links_without_the_mark_are_told(houses: Any) -> None:
    house: House = houses("listmonk", track=False)
    campaign = house.hand_over("--now").json["campaign"]
    house.fake.finish(campaign)
    got = house.room.run("receipts", "daily", "2026-01-23", "--json")
    assert "track: true" in got.err
    assert got.json["issues"][0]["kind"] == "none"
    assert house.room.run("ads", "report", "--json").json["line_items"][0]["clicks"] is None


def test_counts_that_cannot_be_are_not_believed(houses: Any) -> None:
    house: House = houses("mailchimp")
    campaign = house.hand_over("--now").json["campaign"]
    house.fake.finish(campaign)
    plain = house.fake.act

    def lying(call: Any) -> Any:
        answer = plain(call)
        if call.path.startswith("/reports") and isinstance(answer.body, dict):
            answer.body = answer.body | {"emails_sent": -5, "opens": {"unique_opens": "many"}}
        return answer

    house.fake.act = lying  # type: ignore[method-assign]
    got = house.room.run("receipts", "daily", "2026-01-23", "--json")
    assert got.code == 0, got.err
    assert (got.json["issues"][0]["sent"], got.json["issues"][0]["opens"]) == (None, None)


def test_an_issue_that_was_never_built_and_one_changed_by_hand(houses: Any) -> None:
    house: House = houses("brevo")
    gone = house.room.run("handover", "daily", "2026-01-21")
    assert (gone.code, "never built" in gone.err) == (2, True)
    (house.room.root / "outbox/daily/2026-01-23/index.html").write_text("mine", encoding="utf-8")
    changed = house.hand_over()
    assert (changed.code, "--rebuild" in changed.err) == (2, True)
    assert house.fake.calls == []


def test_a_receipt_for_an_issue_never_handed_over(houses: Any) -> None:
    house: House = houses("mailchimp")
    result = house.room.run("receipts", "daily", "2026-01-23")
    assert (result.code, "never handed over" in result.err) == (2, True)
    assert house.room.run("receipts").code == 0


def test_a_word_chooses_the_dialect_alone(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=DIGEST.replace("mailer: plain", "mailer: mailchimp"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert b"*|UNSUB|*" in room.files()["index.html"]
    result = room.run("handover", "daily")
    assert (result.code, "no mailer is set up" in result.err) == (2, True)


def test_an_edition_has_its_own_mailer(tmp_path: Path) -> None:
    digest = DIGEST.replace("daily: {cadence", "daily: {mailer: {type: folder, path: out}, cadence")
    room = newsroom(tmp_path, digest=digest.replace("mailer: plain", "mailer: mailchimp"))
    assert room.run("build", "--daily", "--date", "2026-01-23", "--handover").code == 0
    assert (room.root / "out/daily/2026-01-23/manifest.json").is_file()
    assert b"UNSUB" not in room.files()["index.html"]


def test_what_is_not_approved_is_not_handed_over(tmp_path: Path) -> None:
    digest = DIGEST.replace("mailer: plain", "mailer: {type: folder, path: out}")
    room = newsroom(tmp_path, digest=digest.replace("daily: {cadence", "daily: {approval: required, cadence"))
    built = room.run("build", "--daily", "--date", "2026-01-23", "--handover")
    assert (built.code, "not approved" in built.err) == (5, True)
    assert room.run("approve", "daily", "2026-01-23").code == 0
    assert room.run("handover", "daily", "2026-01-23").code == 0
    assert (room.root / "out/daily/2026-01-23/manifest.json").is_file()


def test_check_says_what_is_lost(houses: Any) -> None:
    output = houses("brevo").room.run("check").out
    assert "mailer brevo: it takes no plain text: your text ads will not be seen." in output
    assert "track: true" not in houses("listmonk").room.run("check").out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{type: nosuch}", "unknown mailer to hand over to"),
        ("{url: x}", "type"),
        ("{type: brevo, kye: x}", "kye"),
        ("{type: brevo, send_at: noon}", "send_at"),
        ("[brevo]", "mailer"),
    ],
)
def test_bad_settings_have_their_place(text: str, says: str, tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=DIGEST.replace("mailer: plain", f"mailer: {text}"))
    result = room.run("check")
    assert result.code == 2
    assert "digest.yaml:4:" in result.err
    assert says in result.err


def test_settings_that_lack_are_named_at_once(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=DIGEST.replace("mailer: plain", "mailer: {type: listmonk}"))
    room.run("build", "--daily", "--date", "2026-01-23")
    result = room.run("handover", "daily")
    assert result.code == 2
    for key in ("`url`", "`user`", "`password`", "lists"):
        assert key in result.err
    assert "listmonk needs `url`" in room.run("check").err


CSV = "url,unique_clicks,clicks\nhttps://gleammour.example/,12,20\nSTORY?utm_source=x,5,6\n"


def read_file(room: Room, text: str | bytes) -> Any:
    path = room.root / "f.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return room.run("receipts", "daily", "2026-01-23", "--file", str(path), "--json")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    built_room = newsroom(tmp_path)
    assert built_room.run("build", "--daily", "--date", "2026-01-23").code == 0
    return built_room


def test_a_file_is_read_again_and_never_added(room: Room) -> None:
    story = room.manifest()["sections"][0]["stories"][0]["url"]
    for _ in range(2):
        (issue,) = read_file(room, CSV.replace("STORY", story)).json["issues"]
        clicks = {link["what"]: link["unique_clicks"] for link in issue["links"]}
        assert clicks == {"ad": 12, "story": 5}
    (issue,) = read_file(room, "sent,delivered,opens\n1000,990,400\n").json["issues"]
    assert (issue["delivered"], len(issue["links"])) == (990, 2)
    fewer = read_file(room, "delivered\n900\n")
    assert "fell from 990 to 900" in fewer.err
    assert room.run("issues", "--json").json["issues"][0]["delivered"] == 900


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("url,unique_clicks\nhttps://a.example/,-4\n", "f.csv:2"),
        ("url,clicks\nhttps://a.example/,many\n", "f.csv:2"),
        ("sent,delivered\n10,1.5\n", "f.csv:2"),
        ("name,age\nx,1\n", "f.csv:1"),
        ("", "f.csv:1"),
        (b"\x00\x01\x02", "f.csv"),
        ("sent\n", "no numbers"),
    ],
)
def test_a_bad_file_changes_nothing(room: Room, text: Any, says: str) -> None:
    result = read_file(room, text)
    assert (result.code, says in result.err) == (2, True), result.err
    assert room.run("issues", "--json").json["issues"][0]["sent_at"] is None


@pytest.mark.parametrize(
    "text",
    [
        "URL;Unique clicks\r\nhttps://gleammour.example/;1 200\r\n",
        "\ufeffurl\tclicks\nhttps://gleammour.example/\t1,200\n",
    ],
)
def test_files_as_programs_write_them(room: Room, text: str) -> None:
    (issue,) = read_file(room, text).json["issues"]
    (link,) = issue["links"]
    assert 1200 in (link["unique_clicks"], link["clicks"])
    assert link["line_item"] == "aquafresh"


def test_picture_files_of_the_newsroom_in_a_campaign_are_told(houses: Any) -> None:
    house = houses("listmonk")
    room: Room = house.room
    (room.root / "ads").mkdir()
    picture = next((Path(__file__).parents[1] / "samples").rglob("*.jpg"))
    (room.root / "ads" / "a.jpg").write_bytes(picture.read_bytes())
    ads = (room.root / "adslots.yaml").read_text()
    creative = (
        'creatives: [{id: fresh, image: ads/a.jpg, size: 600x150, alt: A, url: "https://gleammour.example/"}]'
    )
    lines = [f"    {creative}" if "id: fresh" in line else line for line in ads.splitlines()]
    room.write("adslots.yaml", "\n".join(lines).replace("slots: [in_stream]", "slots: [top_banner]", 1))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    warning = "1 picture file of the newsroom cannot be found by readers of a campaign at listmonk."
    assert warning in house.hand_over().json["notes"][0]
    lost = "mailer listmonk: ads/a.jpg: a campaign cannot show picture files of the newsroom."
    assert lost in room.run("check").out
    served = 'images: {base_url: "https://img.harbor.example/n/"}\n'
    room.write("digest.yaml", (room.root / "digest.yaml").read_text() + served)
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert house.hand_over().json["notes"] == []
    assert lost not in room.run("check").out
