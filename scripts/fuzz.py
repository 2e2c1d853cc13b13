"""``python -m scripts.fuzz [SECONDS [SEED]]``: damage configurations, feeds and templates at random, and read them.

Each may be refused in words of ours. Everything else is told with the seed of the input: another error, or more than
``SLOW`` CPU seconds. A third of the time for each of the three.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from digest import config
from digest.errors import DigestError
from digest.render.theme import load_theme
from tests.newsrooms import ADS, DIGEST, newsroom
from tests.test_sources_hostile import feed, read

REPOSITORY = Path(__file__).parents[1]
SLOW = 10.0  # CPU seconds
TOKENS = (
    ": ", "- ", "&a ", "*a", "!!python/object:os.system", "\t", "\0", "\ufeff", "\u2028", "\ud800", "{", "}", "[", "]",
    "'", '"', "#", "|", ">", "%", "@", "1e999", "-0", "9" * 400, "2026-02-30", "null", "~", "<", "</", "<![CDATA[",
    "]]>", "<!--", "&#0;", "&#xD800;", "&amp;", "<a href='", "{{", "}}", "{%", "%}", "{#", "{% raw %}", "{% block x %}",
    "{% for a in b %}", "{{ x.y.z }}", "{{ ''.__class__ }}", "style='p'", "@import url(http://a.example);", "\n", "  ",
    "ß", "漢", "\x1b[31m",
)  # fmt: skip


def damaged(text: str, chance: random.Random) -> str:
    """A text with some of its spans lost, doubled, moved or replaced."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 1, 1, 3, 12, 80)))
        span = text[start:end]
        put = chance.choice(("", span * 2, chance.choice(TOKENS), chance.choice(TOKENS) + span, span[::-1]))
        text = text[:start] + put + text[end:]
    return text


def configuration(folder: Path, chance: random.Random) -> None:
    cases = REPOSITORY / "tests" / "cases" / "config"
    pairs = [
        (DIGEST, ADS),
        ((cases / "digest.yaml").read_text(), (cases / "adslots.yaml").read_text()),
        ((REPOSITORY / "digest.yaml").read_text(), (REPOSITORY / "adslots.yaml").read_text()),
    ]
    digest, ads = chance.choice(pairs)
    which = chance.random() < 0.5
    (folder / "digest.yaml").write_bytes(_bytes(damaged(digest, chance) if which else digest))
    (folder / "adslots.yaml").write_bytes(_bytes(ads if which else damaged(ads, chance)))
    config.problems(folder, remember=False)


def feeds(folder: Path, chance: random.Random) -> None:
    items = [
        f"<title>Ferry {n} runs &amp; stops</title><description><![CDATA[<p>A <b>word</b>]]></description>"
        f"<pubDate>Thu, 22 Jan 2026 10:{n:02}:00 GMT</pubDate><category>News</category>"
        for n in range(5)
    ]
    read(_bytes(damaged(feed(*items), chance)))


def templates(folder: Path, chance: random.Random) -> None:
    sample = newsroom(folder / "room")
    own = sample.root / "templates"
    shutil.rmtree(own, ignore_errors=True)
    sources = sorted(
        path for path in (REPOSITORY / "templates").rglob("*") if path.suffix in (".j2", ".css", ".yaml")
    )
    source = chance.choice(sources)
    target = own / source.relative_to(REPOSITORY / "templates")
    target.parent.mkdir(parents=True)
    target.write_bytes(_bytes(damaged(source.read_text("utf-8"), chance)))
    load_theme(config.load(sample.root, remember=False), None)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def main() -> int:
    seconds, seed = (float(word) for word in [*sys.argv[1:], *("600", "1")[len(sys.argv) - 1 :]])
    failures = 0
    for subject in (configuration, feeds, templates):
        count, refused, end = 0, 0, time.monotonic() + seconds / 3
        begun = time.process_time()
        with tempfile.TemporaryDirectory(prefix="digest-fuzz-") as folder:
            while time.monotonic() < end:
                count += 1
                name = f"{int(seed)}/{subject.__name__}/{count}"
                failure = _tried(subject, Path(folder), random.Random(name))
                refused += failure == "refused"
                if failure not in ("", "refused"):
                    failures += 1
                    print(f"FOUND {name}: {failure}", flush=True)
        print(
            f"{subject.__name__}: {count} inputs, {time.process_time() - begun:.0f} CPU s, {refused} refused",
            flush=True,
        )
    print(f"{failures} found, seed {int(seed)}")
    return bool(failures)


def _tried(subject: Callable[[Path, random.Random], None], folder: Path, chance: random.Random) -> str:
    begun = time.process_time()
    try:
        subject(folder, chance)
        end = ""
    except DigestError:
        end = "refused"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    lasted = time.process_time() - begun
    return f"{lasted:.1f} CPU s" if lasted > SLOW else end


if __name__ == "__main__":
    sys.exit(main())
