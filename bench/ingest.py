"""Reading a long JSONL file into a new store, against the bare rows with an index for words: CPU and memory.

The bare rows have a third less columns than ours, nothing in them is judged or mended, and no address is looked up.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.build import newsroom
from bench.pairs import ratio, row
from bench.store import stories

COUNT = 100_000
RAW = """
import json, sqlite3, sys
from datetime import datetime
from hashlib import blake2b
from itertools import islice

names = ("key id url title summary sections source author published_at image popularity tags first_seen runs_from "
         "publication").split()
connection = sqlite3.connect(sys.argv[2], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute(f"CREATE TABLE stories (number INTEGER PRIMARY KEY, {', '.join(names)}, UNIQUE (publication, key),"
                   " UNIQUE (publication, id))")
connection.execute("CREATE INDEX runs_from ON stories (publication, runs_from)")
connection.execute("CREATE VIRTUAL TABLE found USING fts5(words, tokenize='ascii', detail=none)")

def rows(file):
    for number, line in enumerate(file, 1):
        one = json.loads(line)
        at = int(datetime.fromisoformat(one["published_at"]).timestamp() * 1_000_000)
        key = blake2b(one["url"].encode(), digest_size=16).hexdigest()
        yield (number, key, one["id"], one["url"], one["title"], one["summary"], one["section"], one["source"],
               one["author"], at, json.dumps(one["image"]), json.dumps(one["popularity"]), json.dumps(one["tags"]),
               at, at, "bench")

with open(sys.argv[1]) as file:
    rest = rows(file)
    while portion := list(islice(rest, 1000)):
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO stories VALUES (?, {', '.join('?' * len(names))})", portion
        )
        connection.executemany(
            "INSERT INTO found (rowid, words) VALUES (?, ?)",
            [(row[0], f"{row[4]} {row[5]} {row[8]} {row[12]}") for row in portion],
        )
        connection.execute("COMMIT")
"""


def write(path: Path, count: int) -> None:
    with path.open("w") as file:
        for story in stories(count):
            fields = {
                "id": story.id, "url": story.url, "title": story.title, "summary": story.summary,
                "section": "Local News", "source": "bench", "author": "Jane Doe",
                "published_at": story.published_at, "tags": ["town", "news"], "popularity": dict(story.popularity),
                "image": {"url": f"https://bench.example/{story.id}.jpg", "width": 600, "height": 400},
            }  # fmt: skip
            file.write(json.dumps(fields, default=str) + "\n")


def cpu(command: Sequence[str], root: Path) -> float:
    """User and system seconds of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak(command: Sequence[str], root: Path) -> float:
    """Megabytes of one process at its largest."""
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        newsroom(root)
        file, raw = root / "long.jsonl", root / "raw.db"
        write(file, COUNT)
        ingest = [sys.executable, "-m", "digest", "ingest", str(file), "--json"]

        def new() -> float:
            shutil.rmtree(root / "var", ignore_errors=True)
            return cpu(ingest, root)

        def bare() -> float:
            raw.unlink(missing_ok=True)
            return cpu([sys.executable, "-c", RAW, str(file), str(raw)], root)

        print(f"{COUNT:,} stories; seconds of CPU, not of the clock")
        row("ingest of new JSONL / json.loads, executemany, FTS5", ratio(new, bare, rounds=3), 3)
        row("ingest of the same again / of new", ratio(lambda: cpu(ingest, root), new, rounds=3), 0.25)
        shutil.rmtree(root / "var")
        print(f"most memory of a first reading: {peak(ingest, root):.0f} MB (at most 100)")


if __name__ == "__main__":
    main()
