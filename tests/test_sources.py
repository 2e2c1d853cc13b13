"""Stories as files: every field, every bad line, JSONL and CSV alike."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import registry
from digest.errors import CommandError, Unreachable
from digest.model import Image, Rejected, SourceSpec, Story
from digest.model.urls import story_id
from digest.sources import Batch, Context, Found, LineKey, Remark, Untimed, read
from digest.sources import csv as csv_source
from digest.sources import jsonl as jsonl_source
from digest.sources._bytes import Lines

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
URL = "https://news.example/1"


def context(kind: str = "jsonl") -> Context:
    spec = SourceSpec(name="desk", type=kind, url=f"stories.{kind}")
    return Context(spec=spec, now=NOW, zone=ZONE, file=f"stories.{kind}")


def parsed(plugin: Any, data: bytes, known: Context) -> list[Found]:
    return [one for one in plugin.parse_lines(Lines(data), known) if not isinstance(one, LineKey)]


def found(*rows: Any) -> list[Found]:
    data = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return list(parsed(jsonl_source, data, context()))


def one(**fields: Any) -> Story:
    """The story of one row that has what it needs, whatever is remarked on it."""
    (story,) = (it for it in found({"url": URL, "title": "T"} | fields) if isinstance(it, Story))
    return story


def remarks(**fields: Any) -> list[str]:
    return [it.what for it in found({"url": URL, "title": "T"} | fields) if isinstance(it, Remark)]


def why(*rows: Any) -> list[str]:
    return [it.why for it in found(*rows) if isinstance(it, Rejected)]


def read_file(path: Path, kind: str) -> Batch:
    return read(SourceSpec(name="desk", type=kind, url=str(path)), now=NOW, zone=ZONE, validators=None)


def test_a_file_of_its_type_is_a_plugin() -> None:
    promised = {"csv", "ghost", "jsonfeed", "jsonl", "rss", "sitemap", "sql", "wordpress"}
    assert promised <= set(registry.names("digest.sources"))


def test_only_url_and_title_are_needed() -> None:
    assert one() == Story(id=story_id(URL), url=URL, title="T", source="desk", first_seen=NOW)


FULL: dict[str, Any] = {
    "id": "a-1", "url": URL, "title": "A title", "summary": "Some text & more",
    "sections": ["Local News", "US"], "source": "Post", "author": "Jane", "published_at": "2026-01-23T06:30:00-05:00",
    "updated_at": "2026-01-23T12:00:00Z", "image": {"url": "https://news.example/i.jpg", "width": 600, "height": 400,
    "alt": "A bridge"}, "popularity": {"views": 3, "shares": 0.5}, "tags": ["a", "b"], "flags": ["no_ads"],
    "priority": 7, "embargo_until": "2026-01-24", "expires_at": "2026-02-01T00:00:00+01:00", "language": "en",
    "something": {"else": 1},
}  # fmt: skip
STORY = Story(
    id="a-1",
    url=URL,
    title="A title",
    summary="Some text & more",
    sections=("Local News", "US"),
    source="Post",
    author="Jane",
    published_at=datetime(2026, 1, 23, 11, 30, tzinfo=UTC),
    updated_at=datetime(2026, 1, 23, 12, tzinfo=UTC),
    image=Image(url="https://news.example/i.jpg", width=600, height=400, alt="A bridge"),
    popularity={"shares": 0.5, "views": 3.0},
    tags=("a", "b"),
    flags=("no_ads",),
    priority=7.0,
    embargo_until=datetime(2026, 1, 24, 5, tzinfo=UTC),
    expires_at=datetime(2026, 1, 31, 23, tzinfo=UTC),
    language="en",
    first_seen=NOW,
)


def test_every_field_of_jsonl() -> None:
    assert found(FULL) == [STORY]


def _csv(rows: list[dict[str, Any]], **style: Any) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), **style)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


CSV_ROW = FULL | {
    "sections": "Local News;US", "tags": "a|b", "flags": '["no_ads"]', "popularity": '{"views": 3, "shares": 0.5}',
    "image": '{"url": "https://news.example/i.jpg", "width": 600, "height": 400, "alt": "A bridge"}', "something": "x",
}  # fmt: skip
SPLIT_ROW = {name: value for name, value in CSV_ROW.items() if name not in ("image", "popularity")} | {
    "image.url": "https://news.example/i.jpg", "image.width": "600", "image.height": "400px", "image.alt": "A bridge",
    "popularity.views": "3", "popularity.shares": "0.5",
}  # fmt: skip


@pytest.mark.parametrize("row", [CSV_ROW, SPLIT_ROW], ids=["json", "columns"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_field_of_csv(row: dict[str, Any], delimiter: str, encoding: str) -> None:
    data = _csv([row], delimiter=delimiter).decode().encode(encoding)
    where = f"{context('csv').file}:1"
    unread = Remark(where, 'the column "something" is not read: no field of a story has this name')
    assert list(parsed(csv_source, data, context("csv"))) == [unread, STORY]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_of_jsonl(encoding: str) -> None:
    line = json.dumps({"url": URL, "title": "Café “crème”"}, ensure_ascii=False).encode(encoding)
    assert [it.title for it in parsed(jsonl_source, line, context()) if isinstance(it, Story)] == [
        "Café “crème”"
    ]


# Times


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-23T06:30:00-05:00", datetime(2026, 1, 23, 11, 30, tzinfo=UTC)),
        ("2026-01-23T06:30:00Z", datetime(2026, 1, 23, 6, 30, tzinfo=UTC)),
        ("2026-01-23T06:30", datetime(2026, 1, 23, 11, 30, tzinfo=UTC)),
        ("2026-01-23 06:30:00.25", datetime(2026, 1, 23, 11, 30, 0, 250000, tzinfo=UTC)),
        ("2026-01-23", datetime(2026, 1, 23, 5, tzinfo=UTC)),
        ("20260123", datetime(2026, 1, 23, 5, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 4, tzinfo=UTC)),
        ("2026-03-08T02:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (" 2026-01-23 ", datetime(2026, 1, 23, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00+05:00", datetime(2, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-05:00", datetime(9998, 12, 31, tzinfo=UTC)),
    ],
)
def test_times(text: str, utc: datetime) -> None:
    story = one(published_at=text, updated_at=text, embargo_until=text, expires_at=text)
    assert {story.published_at, story.updated_at, story.embargo_until, story.expires_at} == {utc}


@given(st.datetimes(min_value=datetime(3, 1, 1), max_value=datetime(9997, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_time_with_its_offset_is_that_time(at: datetime) -> None:
    assert one(published_at=at.isoformat()).published_at == at.astimezone(UTC)


@pytest.mark.parametrize("name", ["embargo_until", "expires_at"])
@pytest.mark.parametrize("value", ["soon", "2026-13-01", True, [], "2026-01-23T25:00"])
def test_an_unreadable_time_that_decides_is_no_story(name: str, value: Any) -> None:
    (reason,) = why({"url": URL, "title": "T", name: value})
    assert reason.startswith(name)
    assert "is no time such as" in reason


@pytest.mark.parametrize("value", ["soon", "2026-13-01", True, [], "2026-01-23T25:00"])
def test_an_unreadable_publication_leaves_the_story_without_a_time(value: Any) -> None:
    remark, untimed, story = found({"url": URL, "title": "T", "published_at": value})
    assert isinstance(remark, Remark)
    assert remark.what.startswith("published_at")
    assert isinstance(untimed, Untimed)
    assert "was not understood" in untimed.why
    assert isinstance(story, Story)
    assert story.published_at is None


def test_an_unreadable_update_is_left_out() -> None:
    assert one(updated_at="soon").updated_at is None
    assert remarks(updated_at="soon")


# What is no story


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"url": URL}, "it has no title"),
        ({"url": URL, "title": " \r\n\u200d"}, "it has no title"),
        ({"url": URL, "title": None}, "it has no title"),
        ({"url": URL, "title": ["x"]}, "it has no title"),
        ({"title": "T"}, "it has no url"),
        ({"title": "T", "url": "  "}, "it has no url"),
        ({"title": "T", "url": "javascript:alert(1)"}, 'its url "javascript:alert(1)" is no http(s) address'),
        ({"title": "T", "url": "/relative"}, 'its url "/relative" is no http(s) address'),
        ({"title": "T", "url": 7}, "its url 7 is no http(s) address"),
        ({"title": "T", "url": "https://a.example/\nX: y"}, None),
        (b"{", None),
        (b'{"url": "' + b"\xff" * 9, None),
        (b"[" * 100_000, None),
        (b'{"a": ' * 50_000, None),
        (b"1" * 10_000, None),
        (b"null", None),
        ([URL, "T"], None),
        ("text", None),
    ],
)
def test_one_bad_line_never_stops_the_others(row: Any, reason: str | None) -> None:
    good = {"url": URL, "title": "T"}
    first, bad, last = found(good, row, good | {"url": URL + "2"})
    assert isinstance(first, Story)
    assert isinstance(last, Story)
    assert isinstance(bad, Rejected)
    assert bad.where == "stories.jsonl:2"
    assert reason in (None, bad.why)


def test_blank_lines_are_no_lines() -> None:
    data = b'\n\r\n{"url": "nothing", "title": "T"}\r\n\n'
    assert [it.where for it in parsed(jsonl_source, data, context()) if isinstance(it, Rejected)] == [
        "stories.jsonl:3"
    ]


def test_one_json_list_is_read_too() -> None:
    rows = json.dumps([{"url": URL, "title": "T"}, {"url": URL}], indent=1).encode()
    story, bad = parsed(jsonl_source, b" \n" + rows, context())
    assert isinstance(story, Story)
    assert bad == Rejected("stories.jsonl item 2", "it has no title")


# What is mended


@pytest.mark.parametrize(
    ("given_title", "title"),
    [
        ("a\r\nBcc: x", "a Bcc: x"),
        ("<script>x</script>", "<script>x</script>"),
        (1984, "1984"),
        ("a\u202eb\x00", "ab"),
    ],
)
def test_titles_are_plain_text(given_title: Any, title: str) -> None:
    assert one(title=given_title).title == title


def test_a_megabyte_of_text() -> None:
    story = one(title="x" * 1_000_000, summary="y " * 500_000, author="z" * 1_000_000, id="i" * 1_000_000)
    assert (len(story.title), len(story.summary) <= 2000, len(story.author)) == (500, True, 200)
    assert story.id == story_id(URL)


def test_blanks_of_an_address() -> None:
    assert one(url=" https://news.example/a b \n").url == "https://news.example/a%20b"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (12, {"popularity": 12.0}),
        ("12.5", {"popularity": 12.5}),
        ({"views": 3, "shares": None}, {"views": 3.0}),
        ({}, {}),
        (None, {}),
        (0, {"popularity": 0.0}),
    ],
)
def test_popularity(value: Any, kept: dict[str, float]) -> None:
    assert one(popularity=value).popularity == kept
    assert remarks(popularity=value) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>Scientists plan a study", "<p>"),
        ('A <a href="https://news.example/">link</a>', "<a href="),
        ("Rain &amp; wind", "&amp;"),
        ("The mayor&#8217;s plan", "&#8217;"),
        ("Taxes < 5 % and > 3 %, AT&T; R&D & <3", None),
    ],
)
def test_html_in_plain_words_is_printed_as_it_is_and_said(text: str, shown: str | None) -> None:
    assert one(summary=text).summary == text
    assert one(title=text).title == text
    for name in ("title", "summary"):
        told = remarks(**{name: text})
        assert len(told) == (shown is not None)
        assert all(f"its {name} holds HTML" in sentence and str(shown) in sentence for sentence in told)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -1, True, "many", 10**400, 1e300, [], "1" * 500]
)
def test_popularity_that_cannot_be_is_left_out_and_said(value: Any) -> None:
    assert one(popularity=value).popularity == {}
    assert one(popularity={"views": value, "shares": 1}).popularity == {"shares": 1.0}
    assert len(remarks(popularity=value)) == len(remarks(popularity={"views": value})) == 1


@pytest.mark.parametrize(
    ("value", "kept", "said"),
    [
        (5, 5.0, 0),
        (-1, 0.0, 1),
        (11, 10.0, 1),
        (float("nan"), 0.0, 1),
        (True, 0.0, 1),
        ("3", 3.0, 0),
        (None, 0.0, 0),
    ],
)
def test_priority(value: Any, kept: float, said: int) -> None:
    assert one(priority=value).priority == kept
    assert len(remarks(priority=value)) == said


@pytest.mark.parametrize(
    ("value", "image"),
    [
        ("https://a.example/i.jpg", Image(url="https://a.example/i.jpg")),
        (
            {"url": "https://a.example/i.jpg", "width": "600", "height": -1},
            Image(url="https://a.example/i.jpg", width=600),
        ),
        (
            {"url": "https://a.example/i.jpg", "width": True, "height": 1e9},
            Image(url="https://a.example/i.jpg"),
        ),
        ({"url": "javascript:x"}, None),
        ({"width": 1}, None),
        (7, None),
        ("", None),
    ],
)
def test_images(value: Any, image: Image | None) -> None:
    assert one(image=value).image == image


@pytest.mark.parametrize(
    ("fields", "sections"),
    [
        ({"section": "US"}, ("US",)),
        ({"sections": ["US", "US", "", None, " Crime\n"]}, ("US", "Crime")),
        ({"section": "US", "sections": ["Crime", "US"]}, ("US", "Crime")),
        ({"sections": "US"}, ("US",)),
        ({"section": ["US"]}, ("US",)),
        ({"sections": {"a": 1}}, ()),
        ({"sections": [["x"], 7]}, ("7",)),
    ],
)
def test_sections(fields: dict[str, Any], sections: tuple[str, ...]) -> None:
    assert one(**fields).sections == sections


def test_the_later_of_two_rows_with_one_address_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "stories.jsonl"
    rows = [
        {"url": URL, "title": "First"},
        {"url": URL + "2", "title": "X"},
        {"url": URL + "?utm_a=1", "title": "Last"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [story.title for story in read_file(path, "jsonl").stories] == ["Last", "X"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FULL, values)))
def test_any_row_is_a_story_or_says_why(row: dict[str, Any]) -> None:
    verdict = found(row)[-1]
    assert isinstance(verdict, Story | Rejected)
    for it in found(
        {"title": "T", "url": URL} | {name: row[name] for name in row if name not in ("title", "url")}
    ):
        text = it.title if isinstance(it, Story) else getattr(it, "what", "") or getattr(it, "why", "")
        assert text
        assert "\n" not in text
        assert len(text) < 700


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    list(parsed(jsonl_source, data, context()))
    for it in parsed(csv_source, b"url,title\n" + data, context("csv")):
        assert isinstance(it, Story | Rejected | Remark)


# CSV


def csv_found(text: str) -> list[Found]:
    return list(parsed(csv_source, text.encode(), context("csv")))


def test_a_quotation_mark_that_is_never_closed_costs_one_row() -> None:
    rows = [f'{URL}{n},"Title {n}"' for n in range(700)]
    rows[3] = f'{URL}3,"Title 3'
    got = csv_found("url,title\n" + "\n".join(rows))
    assert [it for it in got if not isinstance(it, Story)] == [
        Rejected("stories.csv:5", "a quotation mark in it is never closed")
    ]
    assert len(got) == 700


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (f'{URL},"He said ""no"""', 'He said "no"'),
        (f'{URL},"Two\nlines"', "Two lines"),
        (f'{URL},A 5" nail', 'A 5" nail'),
        (f'{URL},"quoted" badly', "quoted badly"),
        (f"{URL},Ünïcode\u2028one row", "Ünïcode one row"),
        (f"{URL},T,,,", "T"),
    ],
)
def test_rows_as_people_write_them(row: str, title: str) -> None:
    first, second = csv_found(f"URL, Title \n{row}\n{URL}2,Second\n")
    assert isinstance(first, Story)
    assert isinstance(second, Story)
    assert (first.title, second.title) == (title, "Second")


def test_where_a_bad_row_of_csv_stands() -> None:
    got = csv_found(f'url,title\r\n\r\n{URL},"a\r\nb"\r\n,no url\r\n{URL}2,T,extra\r\n{URL}3,T\r\n')
    assert [it for it in got if isinstance(it, Rejected)] == [
        Rejected("stories.csv:5", "it has no url"),
        Rejected("stories.csv:6", "it has 3 cells, the heading 2"),
    ]
    assert len([it for it in got if isinstance(it, Story)]) == 2


@pytest.mark.parametrize("text", ["", "\n\n", "url,title\n"])
def test_a_table_without_rows(text: str) -> None:
    assert csv_found(text) == []


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "url,name\nx,y\n", "title\nx\n"])
def test_a_table_without_the_columns(text: str) -> None:
    with pytest.raises(Unreachable, match="has no column"):
        csv_found(text)


def test_a_megabyte_in_a_cell() -> None:
    cut, story = csv_found(f"url,title\n{URL},{'x' * 1_000_000}\n")
    assert isinstance(cut, Remark)
    assert cut.what == "its title has 1,000,000 characters and was cut at 500"
    assert isinstance(story, Story)
    assert len(story.title) == 500


# Files


@pytest.mark.parametrize("kind", ["rss", "jsonl", "csv"])
def test_files_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"desk: there is no file"):
        read_file(tmp_path / "nothing", kind)
    with pytest.raises(Unreachable, match="is no file"):
        read_file(tmp_path, kind)
    with pytest.raises(Unreachable, match="is no file"):
        read_file(Path("/dev/zero"), kind)


@pytest.mark.parametrize("url", ["ftp://a.example/feed", "file:///etc/passwd", "gopher://a"])
def test_ways_nobody_reads_by(url: str) -> None:
    with pytest.raises(Unreachable, match="no way to read"):
        read(SourceSpec(name="desk", type="rss", url=url), now=NOW, zone=ZONE, validators=None)


def test_a_type_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="csv, ghost, jsonfeed, jsonl, rss"):
        read_file(tmp_path, "telex")


def test_a_name_that_is_no_path() -> None:
    with pytest.raises(Unreachable):
        read(SourceSpec(name="desk", type="jsonl", url="a\x00b"), now=NOW, zone=ZONE, validators=None)
