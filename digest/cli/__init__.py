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
from typer.main import get_group

from digest.cli.options import root_of_run
from digest.cli.output import emit, flushed, json_wanted, log, log_json, warn
from digest.errors import ConfigurationError, DigestError, Unreachable
from digest.redaction import redacted

_INTERRUPTED = 130

# The commands as people look for them, each with the first sentence of its help. It stands here too, so that
# `digest --help` reads none of them.
_SECTIONS = {
    "Every morning": {
        "build": "Build the issues of a cadence or of named editions, and publish them to the outbox.",
        "preview": "The desk in your browser: the issue as it will be sent, why it is so, and the acts that change it.",
        "explain": "Why each story is in and the next ones are not; why each ad is where it is, or in no issue.",
        "check": "Look over the newsroom: YAML, dates, files, templates, bookings; --links looks links up, too.",
    },
    "Stories": {
        "ingest": "Read sources, or a feed, JSONL or CSV file, into the store.",
        "sources": "How each source is: when it was last read, what it had, what was said of it, and what is wrong.",
        "stories": "The editors' desk: list, pin, hold, kill, edit, add and release stories; what was decided before.",
        "note": "An editor's note under the masthead, and the subject and preheader of one issue by hand.",
    },
    "Ads": {
        "ads": "The bookings: the days ahead, what can still be sold, what was delivered.",
    },
    "Issues": {
        "export": "Write one variant of an issue as index.html, index.txt and message.eml, or all readers as a stream.",
        "issues": "What was built, sent, and when.",
        "approve": "Say yes to an issue as it is built now; a later revision needs a yes of its own.",
        "mark-sent": "The mailer's receipt: a sent issue is never rebuilt; goals in sends count what was delivered.",
        "recover": "Rebuild the ledger from the outbox: for a store that was lost, or restored from a backup.",
        "status": "Per edition, is the latest due issue built, approved, handed over and sent? If not: exit 6.",
    },
    "The mailer": {
        "handover": "Hand a built issue over to the mailer: scheduled for `send_at`, else as a draft; never twice.",
        "receipts": "Read sends, opens and clicks from the mailer, of one issue or of all of the last 30 days.",
    },
    "A newsroom": {
        "init": "Make a new newsroom, with samples, that builds at once. Nothing is ever overwritten.",
        "schema": "Print the JSON Schema of digest.yaml or adslots.yaml, for completion in editors; needs no newsroom.",
        "store": "Check, upgrade, prune, copy and back up the store.",
    },
}
_ELSEWHERE = {  # commands in files of other names, in the order in which help names theirs
    "approve": ("note",),
    "mark-sent": ("issues",),
    "ads": ("ads_plan", "ads_calendar", "ads_check", "ads_explain", "ads_report"),
    "stories": ("stories_list", "stories_decisions", "stories_report"),
}
_FILES = {name: _ELSEWHERE.get(name, (name,)) for section in _SECTIONS.values() for name in section}


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
            with formatter.section(title):
                formatter.write_dl(list(names.items()))

    def list_commands(self, ctx: Any) -> list[str]:
        """All commands, read or not."""
        return list(_FILES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, read now; an unknown name is answered with those that are like it, so all are read."""
        if cmd_name not in self.commands:
            self.commands.update(get_group(commands(cmd_name)).commands)
        return super().get_command(ctx, cmd_name)


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
    for command in (name,) if name in _FILES else sorted(_FILES):
        for file in _FILES[command]:
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


def _in_words(message: str) -> str:
    """What Typer says of numbers, without its notation."""
    message = message.replace("is not a valid int range.", "is not a whole number.")
    return message.replace("is not in the range x>=", "is less than ")


def _run(arguments: list[str], debug: bool) -> int:
    """The exit code of a command line; what went wrong is told, with ``--json`` on standard output too."""
    as_json = "--json" in arguments
    try:
        _readable(arguments)
        code = app(arguments, prog_name="digest", standalone_mode=False)
    except typer.TyperException as error:  # words that no command takes
        text, context = _in_words(error.format_message()), getattr(error, "ctx", None)
        if context and text == context.get_help():  # a group of commands without one: its help is the answer
            warn(text, "error")
            return _failed(f"{context.command_path} needs a command.", error.exit_code, as_json)
        command = context.command_path if context else _command_path(arguments)
        warn(f"digest: {text} (`{command} --help` shows what it takes.)", "error")
        return _failed(text, error.exit_code, as_json)
    except SystemExit:
        return 0  # Typer's answer to a reader that went away, as `head` does: the rest has nobody to read it
    except Exception as defect:
        if debug:
            from traceback import format_exc

            warn(format_exc(), "error")
            return _failed(f"{type(defect).__name__}: {defect}", DigestError.exit_code, as_json)
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


def _command_path(arguments: list[str]) -> str:
    """``digest stories add``: the command that words name, for an error that does not know its own."""
    command: Any = get_group(commands(next((word for word in arguments if word in _FILES), None)))
    path = ["digest"]
    for word in arguments:
        if isinstance(command, TyperGroup) and word in command.commands:
            command = command.commands[word]
            path.append(word)
    return " ".join(path)


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
