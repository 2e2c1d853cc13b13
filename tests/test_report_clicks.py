"""Reports with clicks: for the advertiser, for accounting, for the editors; and the make-good booking."""

from __future__ import annotations

import base64
import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.newsrooms import ADS, DIGEST, Room, newsroom, renewed

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
BOOKED = ADS.replace("end: 2026-02-27}", "end: 2026-01-23}").replace(
    "rate: {per_issue: 450}", "rate: {per_issue: 450}\n    goal: {issues: 3}\n    pacing: asap"
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Room:
    euros = DIGEST.replace("locale: en_US", "locale: en_US, currency: EUR")
    built_room = newsroom(tmp_path_factory.mktemp("first") / "room", ads=BOOKED, digest=euros)
    assert built_room.run("build", "--daily", "--date", "2026-01-23").code == 0
    story = built_room.manifest()["sections"][0]["stories"][0]["url"]
    for text in (
        f"url,unique_clicks,clicks\nhttps://gleammour.example/,12,20\n{story},7,9\n",
        "sent,delivered,opens\n1000,800,400\n",
    ):
        file = built_room.root / "f.csv"
        file.write_text(text)
        assert built_room.run("receipts", "daily", "2026-01-23", "--file", str(file)).code == 0
    return built_room


@pytest.fixture
def room(first: Room) -> Room:
    return renewed(first)


def booking(room: Room) -> dict[str, Any]:
    report: dict[str, Any] = room.run("ads", "report", "--json").json["line_items"][0]
    return report


def test_a_booking_has_its_opens_clicks_and_rate(room: Room) -> None:
    report = booking(room)
    assert (report["opens"], report["clicks"], report["clicks_kind"], report["ctr"]) == (
        400,
        12,
        "unique",
        0.015,
    )
    assert report["creatives"] == [{"creative": "fresh", "issues": 1, "clicks": 12, "ctr": 0.015}]
    output = room.run("ads", "report").out
    assert "opens 400, clicks 12 (readers who clicked), CTR 1.50 %" in output


def test_reading_the_receipt_again_adds_nothing(room: Room) -> None:
    before = booking(room)
    file = room.root / "f.csv"
    file.write_text("url,unique_clicks\nhttps://gleammour.example/,13\n")
    for _ in range(3):
        room.run("receipts", "daily", "2026-01-23", "--file", str(file))
    assert booking(room)["clicks"] == before["clicks"] + 1


def page(room: Room, *words: str) -> str:
    path = room.root / "page.html"
    assert room.run("ads", "report", *words, "--html", str(path)).code == 0
    return path.read_text(encoding="utf-8")


def test_the_page_shows_the_ad_and_what_it_did(room: Room) -> None:
    text = page(room, "gleammour")
    assert "<h2>Aquafresh</h2>" in text
    assert "A fresher morning" in text
    assert "Advertisement" in text
    assert "CTR 1.50 %" in text
    assert "readers who clicked" in text
    assert "Next to" not in text
    assert "450" not in text
    assert "Next to" in page(room, "gleammour", "--neighbours")


def test_a_picture_of_the_newsroom_is_part_of_the_page(tmp_path: Path) -> None:
    banner = '{id: b, image: creatives/b.png, size: 600x150, alt: "A <b> banner", url: "https://gleammour.example/"}'
    ads = re.sub(r"creatives: \[\{id: fresh.*\}\]", f"creatives: [{banner}]", ADS).replace(
        "slots: [in_stream]\n    rate", "slots: [top_banner]\n    rate"
    )
    room = newsroom(tmp_path, ads=ads)
    (tmp_path / "creatives").mkdir()
    (tmp_path / "creatives" / "b.png").write_bytes(PIXEL)
    if room.run("build", "--daily", "--date", "2026-01-23").code != 0:
        pytest.skip("creatives cannot be files of the newsroom yet")
    text = page(room, "gleammour")
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in text
    assert "A &lt;b&gt; banner" in text


def test_the_summary_has_what_it_is_worth(room: Room) -> None:
    file = room.root / "sums.csv"
    assert room.run("ads", "report", "--summary", "--csv", str(file)).code == 0
    first = next(csv.DictReader(StringIO(file.read_text())))
    assert (first["value"], first["cpm"], first["currency"]) == ("450.00", "562.50", "EUR")
    assert (first["booked"], first["delivered"], first["owed"], first["clicks"]) == ("3", "1", "2", "12")
    assert "562.50" in page(room, "--summary")
    assert "value EUR" in room.run("ads", "report", "--summary").out


def test_the_page_leads_with_what_the_advertiser_asks(room: Room) -> None:
    tiles = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page(room, "gleammour"))
    assert dict(tiles) == {
        "Bookings": "2", "Issues": "1", "Sends": "800", "Opens": "400", "Clicks": "12", "CTR": "1.50 %",
        "Make-goods owed": "1",
    }  # fmt: skip
    assert "Between stories<small>after story" in page(room, "gleammour")
    assert "in_stream" not in page(room, "gleammour")


def test_a_booking_that_was_renamed_keeps_what_it_delivered(room: Room) -> None:
    before = booking(room)
    renamed = BOOKED.replace("- id: aquafresh\n", "- id: smile-q1\n    was: [aquafresh]\n")
    room.write("adslots.yaml", renamed)
    after = booking(room)
    assert after["line_item"] == "smile-q1"
    for key in ("delivered", "sends", "opens", "clicks", "ctr", "value"):
        assert after[key] == before[key]
    assert len(room.run("ads", "report", "--json").json["line_items"]) == 2
    assert room.run("ads", "make-good", "smile-q1", "--json").json["short"] == 2


@pytest.mark.parametrize(
    ("rate", "row"),
    [
        ("{cpm: 12.345}", ("12.35", "15.43", "12.35", "cpm")),
        ("{per_issue: 0.005}", ("0.01", "0.01", "0.01", "per_issue")),
        ("{per_issue: 1234567.899}", ("1234567.90", "1543209.87", "1234567.90", "per_issue")),
    ],
)
def test_money_is_exact_and_rounds_as_accounting_does(room: Room, rate: str, row: tuple[str, ...]) -> None:
    ads = BOOKED.replace("rate: {per_issue: 450}", f"rate: {rate}\n    order: PO 2026/17")
    room.write("adslots.yaml", ads)
    file = room.root / "sums.csv"
    assert room.run("ads", "report", "--summary", "--csv", str(file)).code == 0
    first = next(csv.DictReader(StringIO(file.read_text())))
    assert (first["value"], first["cpm"], first["rate"], first["rate_for"]) == row
    assert (first["order"], first["campaign"]) == ("PO 2026/17", "PO 2026/17")


def test_the_make_good_is_written_once_and_can_run(room: Room) -> None:
    first = room.run("ads", "make-good", "aquafresh", "--json")
    assert first.code == 0, first.err
    assert (first.json["line_item"], first.json["short"]) == ("aquafresh-make-good", 2)
    assert room.run("check").code == 0
    text = (room.root / "adslots.yaml").read_text()
    assert text.startswith(BOOKED.rstrip())
    assert "per_issue" not in text[len(BOOKED) :]
    again = room.run("ads", "make-good", "aquafresh", "--json")
    assert again.json["line_item"] == "aquafresh-make-good-2"


@pytest.mark.parametrize(("name", "says"), [("later", "nothing is owed"), ("nobody", "no line item")])
def test_nothing_to_make_good(room: Room, name: str, says: str) -> None:
    result = room.run("ads", "make-good", name)
    assert (result.code, says in result.err) == (2, True)
    assert (room.root / "adslots.yaml").read_text() == BOOKED


def test_a_list_in_brackets_is_left_to_people(room: Room) -> None:
    head, _, items = BOOKED.partition("line_items:\n")
    import yaml

    flow = yaml.dump(yaml.load(items, Loader=yaml.BaseLoader), default_flow_style=True, width=10_000).strip()
    written = f"{head}line_items: {flow}\n"
    room.write("adslots.yaml", written)
    result = room.run("ads", "make-good", "aquafresh")
    assert (result.code, "aquafresh-make-good" in result.err) == (2, True)
    assert (room.root / "adslots.yaml").read_text() == written


def test_what_readers_clicked(room: Room) -> None:
    report = room.run("stories", "report", "--json").json
    top = report["stories"][0]
    assert (top["clicks"], top["kind"], top["position"], top["rate"]) == (7, "unique", 1, 0.00875)
    assert report["total"] == 8
    assert len(room.run("stories", "report", "--limit", "2", "--json").json["stories"]) == 2
    assert "and 6 more" in room.run("stories", "report", "--limit", "2").out


def test_no_clicks_are_known_yet(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    assert room.run("stories", "report", "--json").json == {"stories": [], "total": 0}


def test_a_report_of_no_issue_says_why_it_is_empty(room: Room) -> None:
    turned = room.run("stories", "report", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (turned.code, "--to 2026-01-01 lies before --from 2026-02-01." in turned.err) == (2, True)
    later = room.run("stories", "report", "--from", "2026-02-01")
    assert later.out == "No clicks are known yet of these issues. Read them: digest receipts\n"
