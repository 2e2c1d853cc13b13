"""Audiences: what a variant, a million readers, many machines and many newsrooms cost.

    python -m bench.audience                      # join, million
    python -m bench.audience join million ten dask newsrooms

* join: the HTML of 5,000 variants from fragments that are there, against a bare join, and against Jinja2 with premailer
  and with css-inline, a document a reader;
* million: 1,000,000 readers of 5,000 choices, 130 and 2,400 candidates: processor seconds and memory, end to end;
* ten: 10,000,000 readers of the same choices, against 1,000,000, less what the table itself costs;
* dask: two workers against one (wall time: only a quiet machine tells);
* newsrooms: sixty newsrooms of three editions with ``--newsrooms``, against the same builds in one process.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.build import END, ISSUE, SECTIONS, forget, newsroom, stories

MIXES = 5000
BOOKED = """\
policy: {max_ads: 4, max_ratio: 1/4, min_gap: 3}
slots:
  in_stream: {position: between_stories, first_after: 2, native: true}
advertisers: {a: {name: A}, b: {name: B}, c: {name: C}, d: {name: D}}
line_items:
"""
ITEM = (
    "  - {{id: item-{0}, advertiser: {0}, flight: {{start: 2026-01-05, end: 2026-02-27}}, slots: [in_stream], "
    'rate: {{per_issue: {1}}}{2}, creatives: [{{id: c, headline: Ad of {0}, url: "https://{0}.example/"}}]}}\n'
)


@dataclass(frozen=True, slots=True)
class Cost:
    """``cpu`` seconds of a command and all its processes, ``wall`` seconds, ``memory`` MB of all at their peak."""

    cpu: float
    wall: float
    memory: float


def run(arguments: list[str], root: Path) -> Cost:
    """A digest command, in its own processes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", *arguments],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            peak[0] = max(peak[0], sum(map(resident, family(process.pid))))

    watching = threading.Thread(target=watch)
    watching.start()
    errors = process.communicate()[1].decode()
    stop.set()
    watching.join()
    if process.returncode:
        raise SystemExit(errors)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.perf_counter() - start, peak[0])


def family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> float:
    """MB of a process that it shares with no other, and its part of what is shared."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1000 for line in text.splitlines() if line.startswith("Pss:"))


def sample_newsroom(root: Path, count: int) -> Path:
    """A newsroom of eight sections and four bookings, one of them sold by readers, with stories in its store."""
    root.mkdir()
    newsroom(root)
    text = (root / "digest.yaml").read_text().replace("daily: {", "daily: {expected_sends: 1000000, ")
    (root / "digest.yaml").write_text(text + "audience: {sections: topics, by: [region]}\n")
    items = ITEM.format("a", 100, ", goal: {sends: 4000000}") + "".join(
        ITEM.format(name, rate, "") for name, rate in (("b", 50), ("c", 20))
    )
    items += ITEM.format("d", 10, ", audience: {region: [r0, r1]}")
    (root / "adslots.yaml").write_text(BOOKED + items)
    with (root / "stories.jsonl").open("w") as file:
        for number, story in enumerate(stories(count)):
            at = END - timedelta(seconds=86_000 * (number + 1) / count)
            file.write(json.dumps(story | {"published_at": at.isoformat()}) + "\n")
    subprocess.run(
        [sys.executable, "-m", "digest", "ingest", "--json"], cwd=root, check=True, stdout=subprocess.DEVNULL
    )
    return root


def readers(path: Path, count: int) -> Path:
    """So many readers of ``MIXES`` choices."""
    import duckdb

    chance, ids = random.Random(7), [f"s{number}" for number in range(len(SECTIONS))]
    mixes = list(dict.fromkeys(
        ("|".join(chance.sample(ids, chance.randint(3, 8))), f"r{chance.randrange(8)}") for _ in range(2 * MIXES)
    ))[:MIXES]  # fmt: skip
    lists = ", ".join(f"{{'topics': '{topics}', 'region': '{region}'}}" for topics, region in mixes)
    duckdb.execute(f"CREATE OR REPLACE TABLE mixes AS SELECT unnest([{lists}], recursive := true)")
    duckdb.execute("CREATE OR REPLACE TABLE numbered AS SELECT row_number() OVER () - 1 AS n, * FROM mixes")
    duckdb.execute(
        f"COPY (SELECT 'r' || i AS reader_id, topics, region FROM range({count}) t(i) "
        f"JOIN numbered ON n = i % {len(mixes)}) TO '{path}' (FORMAT parquet)"
    )
    return path


def build(root: Path, audience: Path, *options: str) -> Cost:
    with tempfile.TemporaryDirectory(dir=root) as outbox:
        forget(root / "var" / "digest.db")
        return run([*ISSUE, "--audience", str(audience), "--outbox", outbox, *options], root)


def million(folder: Path) -> None:
    audience = readers(folder / "1m.parquet", 1_000_000)
    for candidates, bound in ((130, 90), (2400, 180)):
        cost = build(sample_newsroom(folder / f"r{candidates}", candidates), audience)
        print(
            f"1,000,000 readers, {MIXES:,} choices, {candidates:,} candidates: {cost.cpu:.0f} CPU s (bound {bound}), "
            f"{cost.wall:.0f} s, {cost.memory:.0f} MB (bound 1,000)"
        )


def ten(folder: Path) -> None:
    root = sample_newsroom(folder / "ten", 130)
    one_million = build(root, readers(folder / "one.parquet", 1_000_000))
    path = readers(folder / "ten.parquet", 10_000_000)
    many, alone = build(root, path), table(folder, path)
    times = (many.cpu - alone) / one_million.cpu
    print(
        f"10,000,000 readers: {many.cpu:.0f} CPU s, {many.memory:.0f} MB (bound 2,000); 1,000,000: "
        f"{one_million.cpu:.0f} CPU s; the table of 10,000,000 alone: {alone:.0f} CPU s: {times:.2f}x less the table "
        "(bound 1.5x)"
    )


def table(folder: Path, audience: Path) -> float:
    """CPU seconds of reading the readers into groups and writing who gets what."""
    from digest.audience import table as tables
    from digest.audience.choices import Piece
    from digest.model import Audience, SectionSpec

    start = time.process_time()
    db = tables.connect(folder / "table")
    source = tables.source(db, str(audience), folder)
    sections = [SectionSpec(id=f"s{number}", title=name) for number, name in enumerate(SECTIONS)]
    columns = Audience(sections="topics", by=("region",))
    groups = tables.read(db, source, folder / "table", columns, sections)
    groups.recipients(
        (Piece(group.code, group.choice, 0, group.readers) for group in groups.groups), folder / "t.parquet"
    )
    groups.close()
    return time.process_time() - start


def dask(folder: Path) -> None:
    root, audience = sample_newsroom(folder / "dask", 130), readers(folder / "dask.parquet", 200_000)
    walls = []
    for workers in (1, 2):
        scheduler = subprocess.Popen(
            [sys.executable, "-c", _CLUSTER, str(workers)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        assert scheduler.stdout is not None
        address = scheduler.stdout.readline().decode().strip()
        walls.append(build(root, audience, "--engine", "dask", "--scheduler", address).wall)
        scheduler.communicate()
    print(
        f"dask, two workers: {walls[0] / walls[1]:.2f}x the speed of one (bound 1.8x on a quiet machine; load average "
        f"now {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)"
    )


def newsrooms(folder: Path) -> None:
    """Sixty newsrooms of three editions, one store."""
    papers = folder / "papers"
    papers.mkdir()
    for number in range(60):
        root = papers / f"p{number:02d}"
        root.mkdir()
        newsroom(root)
        text = (root / "digest.yaml").read_text().replace("name: Bench", f"name: Bench {number}")
        text = text.replace("var/digest.db", "../../all.db")
        more = "".join(
            f'  {name}: {{cadence: daily, cutoff: "{at}", from: "Bench <news@bench.example>"}}\n'
            for name, at in (("noon", "12:00"), ("night", "21:00"))
        )
        (root / "digest.yaml").write_text(text + more)
        rows = [json.dumps(story) for story in stories(130)]
        (root / "stories.jsonl").write_text("\n".join(rows))
    command = ["build", "--daily", "--date", "2026-01-23", "--strict", "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", _IN_ONE, str(papers), *command], check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    alone = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    (folder / "all.db").unlink()
    for path in papers.glob("*/outbox"):
        shutil.rmtree(path)
    for path in papers.glob("*/var"):
        shutil.rmtree(path)
    together = run([*command, "--newsrooms", str(papers)], folder)
    print(
        f"60 newsrooms x 3 editions: {together.cpu:.0f} CPU s with --newsrooms, {alone:.0f} one after another in one "
        f"process: {together.cpu / alone:.2f}x (bound 1.2x); {together.memory:.0f} MB"
    )


_IN_ONE = (
    "import sys\nfrom pathlib import Path\nfrom digest.cli import _run\n"
    "for root in sorted(Path(sys.argv[1]).iterdir()):\n"
    "    assert _run([*sys.argv[2:], '--root', str(root)], False) == 0\n"
)
_CLUSTER = (
    "import sys\nfrom distributed import LocalCluster\nif __name__ == '__main__':\n"
    "    c = LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None)\n"
    "    print(c.scheduler_address, flush=True)\n    sys.stdin.read()\n    c.close()\n"
)


def join(folder: Path) -> None:
    """Fragments are there; what is left of a variant's HTML is a join."""
    import css_inline

    from bench.render import plain_jinja, request_of
    from digest.audience import packs
    from digest.audience.output import OutputStore
    from digest.audience.packs import Made
    from digest.render import render
    from digest.render.compiler import examined
    from digest.render.loader import collect

    request = request_of(folder)
    pieces = render(request).pieces[0]
    style = f"<style>{examined(request.newsroom, collect(folder, 'lively'))[0].inlined}</style></head>"
    jinja = plain_jinja(request)
    batches = [[pieces] * packs.SIZE] * (MIXES // packs.SIZE)

    names = [f"{number:016x}" for number in range(packs.SIZE)]

    class Nowhere(OutputStore):
        """Takes what it is given as a disk would."""

        def write(self, name: str, pieces: Sequence[bytes]) -> None:
            pass

    def ours() -> None:
        for batch in batches:

            def make(at: int, batch: list[tuple[bytes, ...]] = batch) -> Made:
                return Made((b"".join(batch[at]), b"", b""), "", "")

            packs.write(Nowhere(""), 1, "", names, make)

    def bare() -> None:
        for batch in batches:
            [b"".join(fragments) for fragments in batch]

    joined, plain = least(ours, 7) / MIXES, least(bare, 7) / MIXES
    print(
        f"join of {MIXES:,} variants' HTML: {joined * 1e6:.1f} µs each, a bare join of the same fragments "
        f"{plain * 1e6:.1f} µs: {joined / plain:.2f}x (bound 1.5x)"
    )
    document = jinja().replace("</head>", style)
    css = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)
    for name, inline, bound in (("premailer", _premailed, 1000), ("css-inline", css.inline, 50)):
        alone = least(lambda inline=inline: (jinja(), inline(document)), 7)  # type: ignore[misc]
        print(
            f"a document through Jinja2 and {name}: {alone * 1e3:.1f} ms: {alone / joined:,.0f}x "
            f"the join (bound {bound}x)"
        )
    issue_seconds = least(lambda: render(request), 50)
    print(f"a whole issue from its lineup and plan, nothing shared: {issue_seconds * 1e3:.2f} ms")


def _premailed(document: str) -> str:
    import premailer

    return str(premailer.Premailer(document, cssutils_logging_level="CRITICAL").transform())


def least(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    chosen = sys.argv[1:] if sys.argv[0].endswith("audience.py") else []
    known = {bench.__name__: bench for bench in (join, million, ten, dask, newsrooms)}
    for name in chosen or ["join", "million"]:
        with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
            known[name](Path(folder))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
