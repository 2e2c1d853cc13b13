"""Rendering, as ratios measured side by side in one run.

* a 40-story issue from ready templates, against Jinja2 printing the same blocks, never inlined, with its own escaping
  (values made beforehand, so the baseline does less);
* loading a theme: cold (checked, inlined, compiled) and warm (from the cache).

    python -m bench.render
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from digest.render import RenderRequest, load_theme, render
from digest.render.compiler import parts_of
from digest.render.issue import fragments, renderer_of
from digest.render.loader import collect
from digest.render.values import Verbatim
from digest.render.views import views_of
from tests.strategies import render as make

_COLD = (
    "import sys,time; from pathlib import Path; from bench.render import request_of; t=time.process_time(); \
request_of(Path(sys.argv[1])); print(time.process_time()-t)"
)


def request_of(root: Path) -> RenderRequest:
    """Forty stories in eight sections, four ads."""
    newsroom = make.newsroom(root)
    ads = make.plan(
        make.placed("top_banner", 0, creative="banner"),
        make.placed("section_header", 5),
        make.placed("in_stream", 12),
        make.placed("footer", 40, item="advertise-here"),
    )
    return RenderRequest(
        newsroom=newsroom,
        edition=newsroom.editions[0],
        day=make.DAY,
        lineup=make.lineup(*[5] * 8, titles=["A headline of a quite ordinary length, more or less"] * 40),
        plan=ads,
        theme=load_theme(newsroom, root / "cache"),
    )


def plain_jinja(request: RenderRequest) -> Callable[[], str]:
    """The same blocks through Jinja2 alone."""
    from jinja2 import Environment

    newsroom = request.newsroom
    files = collect(newsroom.root, "lively")
    environments = {"html": Environment(autoescape=True), "text": Environment(autoescape=False)}
    parts = {
        (block, part): environments[part].from_string(source.text)
        for block, both in parts_of(files).items()
        for part, source in both.items()
    }
    frames = {"html": environments["html"].from_string(files["issue.html.j2"].text)}
    views = views_of(newsroom, request.edition, request.day)
    renderer = renderer_of(request, views)
    named = list(values(request))

    def run() -> str:
        html = "".join(parts[n, "html"].render({**renderer.common["html"], **v}) for n, v in named)
        text = "".join(parts[n, "text"].render({**renderer.common["text"], **v}) for n, v in named)
        return frames["html"].render({**renderer.common["html"], "blocks": Verbatim(html)}) + text

    return run


def values(request: RenderRequest) -> Any:
    """Every block of the issue with what it prints."""
    return ((fragment.kind, fragment.context) for fragment in fragments(request))


def side_by_side(*runs: Callable[[], object], rounds: int = 150) -> list[float]:
    """The least processor seconds of each, taken in turn: what other programs on the machine add is left out."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, spent in zip(runs, times, strict=True):
            start = time.process_time()
            run()
            spent.append(time.process_time() - start)
    return [min(spent) for spent in times]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        request = request_of(root)
        ours, jinja = side_by_side(lambda: render(request), plain_jinja(request))
        issue = render(request)
        print(f"40 stories, 4 ads: {len(issue.html)} bytes of HTML, {len(issue.text)} of text")
        print(
            f"render {ours * 1e3:.2f} ms, Jinja2 alone {jinja * 1e3:.2f} ms: {ours / jinja:.2f}x (bound 1.5x)"
        )
        (warm,) = side_by_side(lambda: load_theme(request.newsroom, root / "cache"), rounds=20)
        print(f"theme, warm cache: {warm * 1e3:.1f} ms")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _COLD, folder]
        cold = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        print(f"theme, cold cache, compiler imported: {cold:.2f} s of processor (bound 0.5 s)")


if __name__ == "__main__":
    main()
