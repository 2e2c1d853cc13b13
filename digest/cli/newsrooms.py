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
_PATHS = ("audience", "history")  # paths that are meant from each newsroom
_DONE = ("built", "unchanged", "restored", "rehearsed")


def build_all(ctx: typer.Context, engine: str, scheduler: str | None) -> None:
    """Build in every newsroom that was named, each in a process of its own, and report them together."""
    from digest.audience.engines import Engine, opened
    from digest.audience.engines.local import Local
    from digest.audience.tasks import packed

    for name, reason in (("outbox", "each newsroom has its own outbox"), ("root", "they are the newsrooms")):
        if ctx.params.get(name):
            raise CommandError(f"--{name} does not go with --newsrooms: {reason}.")
    if engine not in ("local", "dask"):
        raise CommandError(f'--engine "{engine}": there are local and dask.')
    if scheduler and engine != "dask":
        raise CommandError("--scheduler needs --engine dask.")
    arguments = [*(ctx.params["newsrooms"] or []), *(ctx.params["more_newsrooms"] or [])]
    roots = list(dict.fromkeys(root for text in arguments for root in _roots(Path(text))))
    tasks = [(str(root), _command(ctx, root)) for root in roots]
    using: Engine = Local(apart=True) if engine == "local" else opened(engine, scheduler)
    reports: list[dict[str, Any]] = [{} for _ in roots]
    try:
        with progress("newsrooms") as show_progress:
            for number, report in using.run(f"{__name__}:build_one", packed(None), tasks, show_progress):
                reports[number] = report
    finally:
        using.close()
    _report(reports, strict=bool(ctx.params["strict"]))


def _roots(path: Path) -> Iterator[Path]:
    """The newsrooms of a word: a newsroom, a folder of newsrooms, or a file that names one on each line."""
    if (path / "digest.yaml").is_file():
        yield path.resolve()
    elif path.is_dir():
        inside = sorted(folder.resolve() for folder in path.iterdir() if (folder / "digest.yaml").is_file())
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


def _command(ctx: typer.Context, root: Path) -> tuple[str, ...]:
    """The command as it was typed, for one newsroom."""
    arguments = list[str]()
    for parameter in ctx.command.params:
        value = ctx.params.get(parameter.name or "")
        if parameter.name in _OURS or not value:
            continue
        if value is True:
            arguments.append(parameter.opts[0])
            continue
        for text in [value] if isinstance(value, str) else value:
            meant = str(root / text) if parameter.name in _PATHS and "://" not in text else text
            arguments += [parameter.opts[0], meant]
    return ("build", *arguments, "--root", str(root), "--json")


def build_one(_: None, task: tuple[str, tuple[str, ...]]) -> dict[str, Any]:
    """A task: the build in one newsroom, in a process that does nothing else; what it did and said."""
    from digest.cli import _run
    from digest.cli.output import log_json

    root, arguments = task
    out, err = io.StringIO(), io.StringIO()
    log_json(True)
    with redirect_stdout(out), redirect_stderr(err):
        code = _run(list(arguments), False)
    result: dict[str, Any] = json.loads(out.getvalue() or "{}")
    lines = [json.loads(line) for line in err.getvalue().splitlines() if line.startswith("{")]
    warnings = [line["message"] for line in lines if line.get("level") in ("warning", "error")]
    return {"newsroom": root, "exit_code": code, "issues": [], **result, "warnings": warnings}


def _report(reports: Sequence[dict[str, Any]], *, strict: bool) -> None:
    """One row an issue; what was warned of; the counts. The exit code is that of a build of all these issues."""
    rows, counts, codes = list[list[str]](), Counter[str](), list[int]()
    for report in reports:
        name = Path(report["newsroom"]).name
        for issue in report["issues"]:
            status, code = issue["status"], issue.get("exit_code", 0)
            counts["built" if status in _DONE else status] += 1
            codes.append(code or (report["exit_code"] if strict else 0))
            rows.append([name, issue["edition"], str(issue["date"] or "-"), status, issue.get("error") or ""])
        if not report["issues"]:
            counts["failed"] += 1
            codes.append(report["exit_code"])
            rows.append([name, "-", "-", "failed", str(report.get("error", "")).splitlines()[0]])
        counts["warnings"] += len(report["warnings"])
    totals = {name: counts[name] for name in ("built", "skipped", "failed", "warnings")}
    emit({"newsrooms": list(reports), "total": {"newsrooms": len(reports), **totals}})
    table(("newsroom", "edition", "date", "status", "why"), rows)
    for report in reports:
        for text in report["warnings"]:
            warn(f"digest: {Path(report['newsroom']).name}: {text}")
    say(
        f"{counted(len(reports), 'newsroom')}: {', '.join(f'{count} {name}' for name, count in totals.items())}."
    )
    if strict or 0 not in codes:
        raise typer.Exit(max(codes))
