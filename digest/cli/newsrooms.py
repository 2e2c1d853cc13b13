"""``digest build --newsrooms``: the same build in many newsrooms, one report."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import typer

from digest.cli.output import emit, say, table, warn
from digest.cli.progress import progress
from digest.errors import CommandError
from digest.model.counts import counted

_OURS = ("newsrooms", "more_newsrooms", "root", "json", "engine", "scheduler", "outbox")
_PLACES = ("audience", "history")  # paths that are meant from each newsroom
_DONE = ("built", "unchanged", "restored", "rehearsed")


def build_all(ctx: typer.Context, engine: str, scheduler: str | None) -> None:
    """Build in every newsroom that was named, each in a process of its own, and report them together."""
    from digest.audience.engines import Engine, opened, packed
    from digest.audience.engines.local import Local

    for name, why in (("outbox", "each newsroom has its own outbox"), ("root", "they are the newsrooms")):
        if ctx.params.get(name):
            raise CommandError(f"--{name} does not go with --newsrooms: {why}.")
    if engine not in ("local", "dask"):
        raise CommandError(f'--engine "{engine}": there are local and dask.')
    if scheduler and engine != "dask":
        raise CommandError("--scheduler needs --engine dask.")
    given = [*(ctx.params["newsrooms"] or []), *(ctx.params["more_newsrooms"] or [])]
    roots = list(dict.fromkeys(one for text in given for one in _roots(Path(text))))
    tasks = [(str(root), _words(ctx, root)) for root in roots]
    using: Engine = Local(apart=True) if engine == "local" else opened(engine, scheduler)
    found: list[dict[str, Any]] = [{} for _ in roots]
    try:
        with progress("newsrooms") as told:
            for number, report in using.run(f"{__name__}:build_one", packed(None), tasks, told):
                found[number] = report
    finally:
        using.close()
    _report(found, strict=bool(ctx.params["strict"]))


def _roots(path: Path) -> Iterator[Path]:
    """The newsrooms of a word: a newsroom, a folder of newsrooms, or a file that names one on each line."""
    if (path / "digest.yaml").is_file():
        yield path.resolve()
    elif path.is_dir():
        inside = sorted(one.resolve() for one in path.iterdir() if (one / "digest.yaml").is_file())
        if not inside:
            raise CommandError(f'--newsrooms "{path}": no digest.yaml is there or one folder below.')
        yield from inside
    elif path.is_file():
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise CommandError(f'--newsrooms "{path}" is no text file with a folder on each line.') from None
        for number, line in enumerate(lines, 1):
            if name := line.partition("#")[0].strip():
                if not (path.parent / name / "digest.yaml").is_file():
                    raise CommandError(
                        f'{path}:{number}:1: "{name}" is not a newsroom: it has no digest.yaml.'
                    )
                yield (path.parent / name).resolve()
    else:
        raise CommandError(f'--newsrooms "{path}": there is no such folder or file.')


def _words(ctx: typer.Context, root: Path) -> tuple[str, ...]:
    """The command as it was typed, for one newsroom."""
    words = list[str]()
    for one in ctx.command.params:
        value = ctx.params.get(one.name or "")
        if one.name in _OURS or not value:
            continue
        if value is True:
            words.append(one.opts[0])
            continue
        for text in [value] if isinstance(value, str) else value:
            meant = str(root / text) if one.name in _PLACES and "://" not in text else text
            words += [one.opts[0], meant]
    return ("build", *words, "--root", str(root), "--json")


def build_one(_: None, task: tuple[str, tuple[str, ...]]) -> dict[str, Any]:
    """A task: the build in one newsroom, in a process that does nothing else; what it did and said."""
    from digest.cli import _run
    from digest.cli.output import log_json

    root, words = task
    out, err = io.StringIO(), io.StringIO()
    log_json(True)
    with redirect_stdout(out), redirect_stderr(err):
        code = _run(list(words), False)
    told: dict[str, Any] = json.loads(out.getvalue() or "{}")
    lines = [json.loads(line) for line in err.getvalue().splitlines() if line.startswith("{")]
    warnings = [line["message"] for line in lines if line.get("level") in ("warning", "error")]
    return {"newsroom": root, "exit_code": code, "issues": [], **told, "warnings": warnings}


def _report(found: Sequence[dict[str, Any]], *, strict: bool) -> None:
    """One row an issue; what was warned of; the counts. The exit code is that of a build of all these issues."""
    rows, counts, codes = list[list[str]](), Counter[str](), list[int]()
    for one in found:
        name = Path(one["newsroom"]).name
        for issue in one["issues"]:
            status, code = issue["status"], issue.get("exit_code", 0)
            counts["built" if status in _DONE else status] += 1
            codes.append(code or (one["exit_code"] if strict else 0))
            rows.append([name, issue["edition"], str(issue["date"] or "-"), status, issue.get("error") or ""])
        if not one["issues"]:
            counts["failed"] += 1
            codes.append(one["exit_code"])
            rows.append([name, "-", "-", "failed", str(one.get("error", "")).splitlines()[0]])
        counts["warnings"] += len(one["warnings"])
    totals = {name: counts[name] for name in ("built", "skipped", "failed", "warnings")}
    emit({"newsrooms": list(found), "total": {"newsrooms": len(found), **totals}})
    table(("newsroom", "edition", "date", "status", "why"), rows)
    for one in found:
        for text in one["warnings"]:
            warn(f"digest: {Path(one['newsroom']).name}: {text}")
    say(
        f"{counted(len(found), 'newsroom')}: {', '.join(f'{count} {name}' for name, count in totals.items())}."
    )
    if strict or 0 not in codes:
        raise typer.Exit(max(codes))
