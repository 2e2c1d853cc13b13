"""The whole process ``digest build``: against a short script, against mjml, and against ten times the history.

``BENCH_MJML`` names an mjml command (default: ``mjml`` on the path, or one npm installed in bench/node_modules).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from compileall import compile_dir
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.pairs import ratio, row, seconds

FRESH = 20_000  # stories that go in through the front door
END = datetime(2026, 1, 23, 11, tzinfo=UTC)
SECTIONS = ("Local News", "US", "Business", "Health", "Finance", "Celeb Lifestyle", "Crime", "Entertainment")
ISSUE = ("build", "--daily", "--date", "2026-01-23", "--no-ingest", "--json")


def newsroom(root: Path) -> None:
    """Eight sections of five stories; no repeats to remember."""
    sections = "".join(
        f"  - {{id: s{i}, title: {title}, top: 5, min: 1}}\n" for i, title in enumerate(SECTIONS)
    )
    (root / "digest.yaml").write_text(
        'publication: {name: Bench, url: "https://bench.example", timezone: America/New_York,'
        ' address: "1 Main St, Jacksonville, FL"}\n'
        "store: sqlite:///var/digest.db\nmailer: plain\n"
        f"sources:\n  - {{name: bench, type: jsonl, url: stories.jsonl}}\nsections:\n{sections}"
        'editions:\n  daily: {cadence: daily, cutoff: "06:00", from: "Bench <news@bench.example>"}\n'
    )
    (root / "adslots.yaml").write_text(BOOKINGS)


BOOKINGS = """\
slots:
  top: {position: top, native: true}
  in_stream: {position: between_stories, native: true}
advertisers: {a: {name: A}, b: {name: B}, c: {name: C}, d: {name: D}}
line_items:
""" + "".join(
    f"  - {{id: item-{name}, advertiser: {name}, flight: {{start: 2026-01-01, end: 2026-03-01}}, "
    f"slots: [top, in_stream], rate: {{per_issue: {rate}}}, "
    f'creatives: [{{id: c, headline: Ad {name}, body: Words., cta: Go, url: "https://{name}.example/"}}]}}\n'
    for name, rate in zip("abcd", (40, 30, 20, 10), strict=True)
)


def stories(count: int) -> Iterator[dict[str, Any]]:
    """``count`` distinct stories, three hundred a day, backwards from the end of the window."""
    for number in range(count):
        word = f"{number * 7919 % 1000003:x} {number * 104729 % 1000003:x}"
        yield {
            "url": f"https://bench.example/{number}",
            "title": f"Story {word} of the town of {number * 31 % 99991:x}",
            "summary": f"What is known of {word} so far, and what the town will do about it next week.",
            "section": SECTIONS[number % 8],
            "source": f"paper{number % 12}",
            "published_at": (END - timedelta(seconds=288 * (number + 1))).isoformat(),
        }


def filled(root: Path, count: int) -> Path:
    """A newsroom whose store holds ``count`` stories: the newest are ingested, their history is copied in."""
    root.mkdir()
    newsroom(root)
    fresh = min(count, FRESH)
    with (root / "stories.jsonl").open("w") as file:
        file.writelines(json.dumps(story) + "\n" for story in stories(fresh))
    subprocess.run([*_digest(), "ingest", "--json"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    (root / "stories.jsonl").unlink()
    age(root / "var" / "digest.db", copies=count // fresh - 1)
    return root


def age(database: Path, copies: int) -> None:
    """Every story again, ``copies`` times, each time further back: years of history in a minute."""
    import sqlite3

    step = FRESH * 288 * 1_000_000
    with sqlite3.connect(database) as connection:
        names = [
            row[1] for row in connection.execute("pragma table_info(digest_stories)") if row[1] != "number"
        ]
        times = ("published_at", "first_seen", "runs_from", "dated_at")
        values = {name: f"{name} - {step} * :n" for name in times} | {
            name: f"{name} || '-' || :n" for name in ("id", "key", "url")
        }
        chosen = ", ".join(values.get(name, name) for name in names)
        newest = f"(select max(number) from digest_stories where number <= {FRESH})"
        for n in range(1, copies + 1):
            connection.execute(
                f"insert into digest_stories ({', '.join(names)}) "
                f"select {chosen} from digest_stories where number <= {newest}",
                {"n": n},
            )
        connection.execute("analyze")


def _digest() -> list[str]:
    return [sys.executable, "-m", "digest"]


def build_seconds(root: Path) -> float:
    """One build of a first revision: the ledger is emptied and the outbox new."""
    forget(root / "var" / "digest.db")
    with tempfile.TemporaryDirectory() as outbox:
        return seconds([*_digest(), *ISSUE, "--outbox", outbox], root)


def forget(database: Path) -> None:
    """Empty the ledger, so that every round builds and records a new issue."""
    import sqlite3

    with sqlite3.connect(database) as connection:
        for table in (
            "digest_files",
            "digest_manifests",
            "digest_ran_stories",
            "digest_ran_ads",
            "digest_issues",
        ):
            connection.execute(f"delete from {table}")


def mjml(folder: Path, root: Path) -> list[str] | None:
    """A command that compiles an equal 40-story document, or None without mjml."""
    local = Path(__file__).parent / "node_modules" / ".bin" / "mjml"
    command = os.environ.get("BENCH_MJML") or shutil.which("mjml") or (str(local) if local.exists() else None)
    if command is None:
        return None
    sections = "".join(
        f'<mj-section><mj-column><mj-text font-size="17px"><a href="{story["url"]}">{story["title"]}</a></mj-text>'
        f"<mj-text>{story['summary']}</mj-text><mj-text>{story['source']}</mj-text></mj-column></mj-section>"
        for story in stories(40)
    )
    (folder / "issue.mjml").write_text(f"<mjml><mj-body>{sections}</mj-body></mjml>")
    return [command, str(folder / "issue.mjml"), "-o", str(folder / "issue.html")]


def main() -> None:
    compile_dir(Path(__file__).parent.parent / "digest", quiet=1)  # as everything that pip installs is
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = filled(folder / "r200k", 200_000)
        baseline(folder, root)
        command = mjml(folder, root)
        if command is None:
            print("mjml: not measured, there is no mjml command (npm install mjml, or BENCH_MJML)")
        else:
            row(
                "digest build, against mjml compiling 40 stories",
                ratio(lambda: build_seconds(root), lambda: seconds(command, folder)),
                1.0,
            )
        python = [sys.executable, "-c", "pass"]
        row(
            "digest --help, against python -c pass",
            ratio(lambda: seconds([*_digest(), "--help"], root), lambda: seconds(python, root)),
            8.0,
        )
        small, large = filled(folder / "r20k", 20_000), filled(folder / "r2m", 2_000_000)
        row(
            "digest build, 2,000,000 stories against 20,000",
            ratio(lambda: build_seconds(large), lambda: build_seconds(small)),
            1.3,
        )


def baseline(folder: Path, root: Path) -> None:
    """The short script renders the stories that the build chose."""
    seconds_first = subprocess.run(
        [*_digest(), "build", "--daily", "--date", "2026-01-23", "--no-ingest", "--dry-run", "--json"],
        cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    manifest = json.loads(seconds_first.stdout)["issues"][0]["manifest"]
    ids = [story["id"] for section in manifest["sections"] for story in section["stories"]]
    script = [
        sys.executable, str(Path(__file__).with_name("build_baseline.py")),
        f"sqlite:///{root / 'var' / 'digest.db'}", json.dumps(ids), str(folder / "baseline.html"),
    ]  # fmt: skip
    figures = ratio(lambda: build_seconds(root), lambda: seconds(script, root))
    row(f"digest build, against a script ({len(ids)} stories of 200,000)", figures, 1.0)
