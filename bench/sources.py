"""Sources: 200 slow feeds, 24 that hang under a build, and feeds damaged at random for ``MINUTES`` (0.2).

With ``DIGEST_DATA`` the feeds that are damaged are also those of feedparser's and gofeed's suites.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import Unreachable
from digest.model import SourceSpec
from digest.sources import Context, csv, jsonfeed, jsonl, rss, sitemap
from digest.sources._bytes import Lines
from digest.sources._network import Answer
from tests.fakes.server import Call, Server
from tests.newsrooms import DIGEST, newsroom

FEEDS, SLOW, HANGING = 200, 0.2, 24
ITEM = "<item><title>Ferry {n} of {feed}</title><link>https://f{feed}.example/{n}</link><category>Health</category></item>"
AT_HAND = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<item><title>Caf\xe9 &amp; ferry &#128512;</title><link>https://a.example/1</link>
<pubDate>Fri, 23 Jan 2026 10:00:00 GMT</pubDate>
<dc:creator>Ida Wharf (ida@a.example)</dc:creator><media:group><media:content url="/a.jpg" width="900" height="600">
<media:description>By night</media:description><media:credit>I. W.</media:credit></media:content></media:group></item>
<item><title><![CDATA[Harbor <b>news</b>]]></title><guid>x</guid><link>/2</link><content:encoded><![CDATA[<figure>
<img src="p.jpg" srcset="a.jpg 300w, b.jpg 900w"><figcaption>Quay</figcaption></figure>]]></content:encoded></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/f/"><entry>
<title type="html">A &lt;b&gt;</title>
<id>urn:1</id><link href="1"/><updated>2026-01-23T10:00:00+01:00</updated><category term="x" label="X"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><img src="p.jpg"/></div></content></entry></feed>"""
JSON = {"version": "https://jsonfeed.org/version/1.1", "items": [
    {"id": "1", "url": "https://a.example/1", "title": "A", "content_html": "<p>B</p>",
     "date_published": "2026-01-23T10:00:00Z",
     "image": "i.jpg", "authors": [{"name": "Ida"}], "tags": ["x"], "attachments": [{"mime_type": "audio/mpeg"}]},
]}  # fmt: skip
MAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://a.example/1</loc><news:news><news:title>A</news:title>
<news:publication_date>2026-01-23</news:publication_date>
</news:news></url></urlset>"""
ROWS = '{"url": "https://a.example/1", "title": "A", "published_at": "2026-01-23", "image": "i.jpg"}\n'
TABLE = 'url;title;published_at;tags\nhttps://a.example/1;"A ""b""";23.01.2026 10:00;x|y\n'
PIECES = [piece.encode("latin-1") for piece in (
    "&#55357;&#56832;", "&#x110000;", "&#0;", "<![CDATA[", "]]>", "\xff", "\xc3", "\0", "<item>", "</item>", "<entry>",
    "&", "<", ">", "<gml:pos>", "<georss:point>1</georss:point>", "<itunes:duration/>", "<media:content>",
    "</media:group>", "<enclosure>", 'xml:base="http://[1"', 'xmlns:dc=""', "<!DOCTYPE x [<!ENTITY e 'ee'>]>&e;",
    "<?xml version='1.0' encoding='utf-7'?>",
    "<pubDate>99/99/9999</pubDate>", "<link>http://[::1</link>", "1e999",
    '"', "'", "{", "}", "[", "]", "\\ud800", "-1", "null", "\r", "\n",
    "\xfe\xff", "\xef\xbb\xbf", "\x85",
)]  # fmt: skip
PLUGINS: dict[str, Callable[[bytes, Context], object]] = {
    "rss": lambda data, known: list(rss.parse(data, known)),
    "jsonfeed": lambda data, known: list(jsonfeed.parse(data, known)),
    "jsonl": lambda data, known: list(jsonl.parse_lines(Lines(data), known)),
    "csv": lambda data, known: list(csv.parse_lines(Lines(data), known)),
    "sitemap": lambda data, known: list(
        sitemap._map(Answer(200, data, {}, "https://a.example/m"), known, depth=1)
    ),
}


def run(root: Path, *arguments: str) -> tuple[float, float, str]:
    """Wall and CPU seconds of a command, and what it said."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "digest", "--root", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, spent, done.stdout or done.stderr


def slow_feeds() -> None:
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        for number in range(FEEDS):
            items = "".join(ITEM.format(n=n, feed=number) for n in range(20))
            server.answers[f"/{number}"] = _slow(
                f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
            )
        root = house(Path(folder), [f"{server.url}/{number}" for number in range(FEEDS)])
        first, cpu, output = run(root, "ingest", "--json")
        assert sum(source["new"] for source in json.loads(output)["sources"]) == FEEDS * 20 + 12, output[
            -500:
        ]
        again, cpu_again, _ = run(root, "ingest", "--json")
    print(f"{FEEDS} feeds of 20 items, each answered after {SLOW * 1000:.0f} ms: {first:.1f} s ({cpu:.1f} s CPU), "
          f"read again {again:.1f} s ({cpu_again:.1f} s CPU)", flush=True)  # fmt: skip


def _slow(data: bytes) -> Callable[[Call], None]:
    def answer(call: Call) -> None:
        time.sleep(SLOW)
        call.send(200, data)

    return answer


def hanging_feeds() -> None:
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        for number in range(HANGING):
            server.answers[f"/{number}"] = lambda call: time.sleep(90)
        root = house(Path(folder), [f"{server.url}/{number}" for number in range(HANGING)])
        wall, cpu, output = run(root, "build", "--daily", "--date", "2026-01-23")
        assert (root / "outbox" / "daily" / "2026-01-23" / "manifest.json").is_file(), output[-500:]
    print(f"{HANGING} feeds that hang: the build takes {wall:.1f} s ({cpu:.1f} s CPU)", flush=True)


def house(folder: Path, urls: list[str]) -> Path:
    """A newsroom with its own stories and one feed at each address."""
    sample = newsroom(folder / "room")
    feeds = "".join(
        f'  - {{name: feed-{number}, type: rss, url: "{url}"}}\n' for number, url in enumerate(urls)
    )
    sample.write("digest.yaml", DIGEST.replace("sections:\n", f"{feeds}sections:\n", 1))
    return sample.root


def damaged(minutes: float) -> None:
    """What damaged files of every kind raise besides ``Unreachable``, and how long the slowest takes."""
    files = list(samples())
    chance, raised, read, slowest = random.Random(13), Counter[str](), 0, 0.0
    spec = SourceSpec(name="x", type="rss", url="https://a.example/f")
    known = Context(
        spec=spec,
        now=datetime(2026, 1, 23, 12, tzinfo=UTC),
        zone=ZoneInfo("America/New_York"),
        file="f",
        base=spec.url,
    )
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        kind, data = chance.choice(files)
        hurt = accident(data, chance, files)
        start = time.process_time()
        try:
            PLUGINS[kind](hurt, known)
        except Unreachable:
            pass
        except Exception as error:
            raised[f"{kind} {type(error).__name__}: {error}"[:150]] += 1
            Path(tempfile.gettempdir(), f"damaged-{len(raised)}.{kind}").write_bytes(hurt)
        slowest, read = max(slowest, time.process_time() - start), read + 1
    print(
        f"{minutes:g} minutes of damage: {read:,} files, {sum(raised.values())} raised, "
        f"the slowest took {slowest:.2f} s of CPU"
    )
    for what, count in raised.most_common():
        print(f"  {count} x {what}")


def samples() -> Iterator[tuple[str, bytes]]:
    yield from [("rss", AT_HAND.encode()), ("rss", ATOM.encode())] * 20
    yield from [("jsonfeed", json.dumps(JSON).encode()), ("sitemap", MAP.encode())] * 20
    yield from [("jsonl", ROWS.encode() * 3), ("csv", TABLE.encode())] * 20
    path = Path(os.environ.get("DIGEST_DATA", "-")) / "feeds_dev_feedparser_gofeed.tar.gz"
    if path.is_file():
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() and member.size < 100_000 else None
                if file is not None:
                    yield "jsonfeed" if member.name.endswith(".json") else "rss", file.read()


def accident(data: bytes, chance: random.Random, others: list[tuple[str, bytes]]) -> bytes:
    """Some bytes replaced, cut, doubled, or another file's put among them."""
    hurt = bytearray(data or b" ")
    for _ in range(chance.randint(1, 6)):
        at, how = chance.randrange(len(hurt) + 1), chance.random()
        if how < 0.5:
            hurt[at : at + chance.choice((0, 0, 1, 5, 40))] = chance.choice(PIECES)
        elif how < 0.65:
            hurt[at : at + 1] = bytes([chance.randrange(256)])
        elif how < 0.75:
            del hurt[at:]
        elif how < 0.85:
            hurt[at:at] = hurt[at : at + chance.randint(1, 400)] * chance.randint(1, 4)
        else:
            stranger = chance.choice(others)[1]
            start = chance.randrange(len(stranger) + 1)
            hurt[at : at + chance.randint(0, 200)] = stranger[start : start + chance.randint(1, 2000)]
    return bytes(hurt)


def main() -> None:
    slow_feeds()
    hanging_feeds()
    damaged(float(os.environ.get("MINUTES", "0.2")))
