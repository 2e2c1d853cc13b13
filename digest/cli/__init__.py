"""The command line: parse, call, print. The only place that knows the clock and the terminal.

Heavy imports live inside the commands, so that ``digest --help`` stays quick.
"""

from __future__ import annotations

import shlex
import sys
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from digest.cli.options import root_of_run
from digest.cli.output import emit, flushed, json_wanted, log, log_json, warn
from digest.errors import ConfigurationError, DigestError, Unreachable
from digest.redaction import redacted

_INTERRUPTED = 130

# The commands as people look for them, and which file of this package has each.
_SECTIONS: dict[str, dict[str, str]] = {
    "Every morning": {"build": "build", "preview": "preview", "explain": "explain", "check": "check"},
    "Stories": {"ingest": "ingest", "sources": "sources", "stories": "stories", "note": "note"},
    "Ads": {"ads": "ads"},
    "Issues": {
        "export": "export",
        "issues": "issues",
        "approve": "note",
        "mark-sent": "issues",
        "recover": "recover",
        "status": "status",
    },
    "The mailer": {"handover": "handover", "receipts": "receipts"},
    "A newsroom": {"init": "init", "schema": "schema", "store": "store"},
}
_FILES = {name: file for section in _SECTIONS.values() for name, file in section.items()}


class _Group(TyperGroup):
    """The one place where an error becomes words and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        json_wanted(False)
        try:
            return super().invoke(ctx)
        except DigestError as error:
            report(error)
            raise typer.Exit(error.exit_code) from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by what they are for, each with its whole first sentence."""
        for title, names in _SECTIONS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, _first(command.help)) for name, command in commands if command])


def _first(text: str | None) -> str:
    return (text or "").strip().partition("\n\n")[0].replace("\n", " ")


def report(error: DigestError) -> None:
    """Print an error for people, and as JSON when it was asked for."""
    problems = error.problems if isinstance(error, ConfigurationError) else ()
    for line in str(error).splitlines() if problems else [f"digest: {error}"]:
        warn(line, "error")
    emit(
        {
            "error": str(error),
            "exit_code": error.exit_code,
            "problems": [
                {"file": p.file, "line": p.line, "column": p.column, "message": p.message, "cure": p.cure}
                for p in problems
            ],
        }
    )


app = typer.Typer(
    cls=_Group,
    name="digest",
    help="Build newsletter issues from your stories and sponsors' bookings.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from digest import __version__

        print(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of defects.")] = False,
    log_lines: Annotated[
        bool, typer.Option("--log-json", help="Tell everything as JSON lines with times, on standard error.")
    ] = False,
    root: Annotated[
        Path | None, typer.Option("--root", help="The newsroom folder, for any command after it.")
    ] = None,
) -> None:
    """Build newsletter issues from your stories and sponsors' bookings."""
    root_of_run(root)


def commands(name: str | None = None) -> typer.Typer:
    """The application with one command, or with all of them: only what is asked for is imported."""
    for file in sorted({_FILES[name]} if name in _FILES else set(_FILES.values())):
        import_module(f"digest.cli.{file}")
    return app


def main() -> None:
    """The entry point. A defect of ours is exit 1 and one sentence; ``--debug``, anywhere, shows its traceback.

    ``--log-json``, anywhere, writes for a log what is otherwise written for people; its last line has the exit code.
    """
    begun = monotonic()
    debug = "--debug" in sys.argv[1:]
    log_json("--log-json" in sys.argv[1:])
    arguments = [word for word in sys.argv[1:] if word not in ("--debug", "--log-json")]
    code = _run(arguments, debug)
    if not flushed():
        code = code or Unreachable.exit_code
    level = "error" if code else "info"
    log(level, f"exit code {code}", command=redacted(shlex.join(arguments)), exit_code=code,
        seconds=round(monotonic() - begun, 3))  # fmt: skip
    sys.exit(code)


def _run(arguments: list[str], debug: bool) -> int:
    """The exit code of a command line; what went wrong is told, with ``--json`` on standard output too."""
    as_json = "--json" in arguments
    asked = next((word for word in arguments if word in _FILES), None)
    try:
        _readable(arguments)
        code = commands(asked)(arguments, standalone_mode=False)
    except typer.TyperException as error:  # words that no command takes
        text = error.format_message()
        warn(
            f"digest: {text} (`digest {asked or ''}{' ' if asked in _FILES else ''}--help` shows what it takes.)",
            "error",
        )
        return _failed(text, error.exit_code, as_json)
    except SystemExit:
        return 0  # Typer's answer to a reader that went away, as `head` does: the rest has nobody to read it
    except Exception as defect:
        if debug:
            raise
        text = (
            f"a defect of ours ({type(defect).__name__}: {str(defect)[:300]}). Nothing half-done was "
            "published. Run the command again with --debug and send us what it prints."
        )
        warn(f"digest: {text}", "error")
        return _failed(text, DigestError.exit_code, as_json)
    if code == _INTERRUPTED:
        text = "stopped. What was not finished is finished or swept away by the next build."
        warn(f"digest: {text}", "error")
        return _failed(text, _INTERRUPTED, as_json)
    return code if isinstance(code, int) else 0


def _readable(arguments: list[str]) -> None:
    """Words in another encoding than the terminal's reach nobody whole. Raises ``typer.BadParameter``."""
    for word in arguments:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise typer.BadParameter(f"{word!a} is no text in UTF-8.") from None


def _failed(text: str, code: int, as_json: bool) -> int:
    if as_json:
        json_wanted(True)
    emit({"error": text, "exit_code": code, "problems": []})
    return code
