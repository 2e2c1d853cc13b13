"""``python -m scripts.mutate [COUNT [SEED]] [--only FILE:LINE …]``: break the code on purpose, and see a test turn red.

First every test of ``TESTS`` runs once, and it is noted which functions of ``TARGETS`` it enters and how long it takes.
Then each mutant, one small change drawn by chance, runs against the tests that enter its function, the quickest first,
until one fails. The files stay as they are: a mutant is a fork of this process in which the code of one function, or
the value of one name of a module, is another. Whoever is alive at the end survived: write a test, or say in
``docs/decisions/mutation.md`` why none can tell.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import gc
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper, cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from scripts.mutants import Mutant, mutants

REPOSITORY = Path(__file__).parents[1]
TARGETS = ("select", "place", "publish", "store")
TESTS = (
    "select*", "window", "lineup", "signals", "events*", "editions", "calendar", "newsdesk", "place_[!bs]*",
    "allocation", "ads_plan", "ads_ahead", "ads_search", "ads_forecast", "ads_cli", "bookings", "outbox", "message",
    "sent", "folders", "undo", "status", "store", "store_care", "store_shared", "cli", "report_clicks", "golden",
)  # fmt: skip
SAME = 8  # at most so many of the cases of one test
TOO_SLOW = 3.0  # CPU seconds of a test that takes no part
BUDGET = 8.0  # CPU seconds of tests for one mutant


ENTERED: set[str] = set()  # the functions of the targets that were entered, as FILE::NAME


@dataclass
class Outcome:
    """``end``: killed, timed out (killed, too), survived, not entered (by no test), or no mutant (nothing changed)."""

    mutant: Mutant
    end: str
    by: str = ""


class Mutating:
    """A pytest plugin that runs mutants instead of the tests."""

    def __init__(self, chosen: Sequence[Mutant], wanted: int, known: Path | None) -> None:
        self.chosen, self.wanted, self.known = chosen, wanted, known
        self.outcomes: list[Outcome] = []
        self.failed: str = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        cases: Counter[str] = Counter()
        total = Counter(item.nodeid.partition("[")[0] for item in items)
        kept = []
        for item in items:
            name = item.nodeid.partition("[")[0]
            cases[name] += 1
            if cases[name] * SAME // total[name] > (cases[name] - 1) * SAME // total[name]:
                kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        entered = self._entered(session)
        for mutant in self.chosen:
            outcome = self._try(session, mutant, entered)
            if outcome.end != "no mutant":
                self.outcomes.append(outcome)
                print(
                    f"{len(self.outcomes):4} {outcome.end:11} {mutant} {outcome.by}",
                    file=sys.__stderr__,
                    flush=True,
                )
            if len(self.outcomes) == self.wanted:
                break
        return True

    def _entered(self, session: pytest.Session) -> dict[str, list[tuple[float, pytest.Item]]]:
        """Which tests enter a function ``FILE::NAME``, and their CPU seconds."""
        by_name = {item.nodeid: item for item in session.items}
        if self.known and self.known.exists():
            rows = json.loads(self.known.read_text())
        else:
            _probe(self.chosen)
            rows = [self._run_noted(session, at) for at in range(len(session.items))]
            if self.known:
                self.known.write_text(json.dumps(rows))
        entered: dict[str, list[tuple[float, pytest.Item]]] = {}
        for name, seconds, functions in rows:
            if seconds <= TOO_SLOW and name in by_name:
                for function in functions:
                    entered.setdefault(function, []).append((seconds, by_name[name]))
        return entered

    def _run_noted(self, session: pytest.Session, at: int) -> tuple[str, float, list[str]]:
        item, begun = session.items[at], time.process_time()
        self.failed = ""
        ENTERED.clear()
        self._protocol(item, session.items[(at + 1) % len(session.items)])
        functions = ENTERED
        seconds = 1e9 if self.failed else round(time.process_time() - begun, 3)
        print(f"{seconds:9} {item.nodeid}", file=sys.__stderr__, flush=True)
        return item.nodeid, seconds, sorted(functions)

    @staticmethod
    def _protocol(item: pytest.Item, after: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _try(
        self, session: pytest.Session, mutant: Mutant, entered: dict[str, list[tuple[float, pytest.Item]]]
    ) -> Outcome:
        change = _change(mutant)
        if change is None:
            return Outcome(mutant, "no mutant")
        module = f"{mutant.file}::"
        entering = [
            pair
            for function, pairs in entered.items()
            if function == module + mutant.function
            or (mutant.function == "<module>" and function.startswith(module))
            for pair in pairs
        ]
        tests: dict[pytest.Item, float] = {}
        for seconds, item in sorted(entering, key=lambda pair: pair[0]):
            if item not in tests and sum(tests.values()) + seconds <= BUDGET:
                tests[item] = seconds
        if not tests:
            return Outcome(mutant, "not entered")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._in_child(list(tests), sum(tests.values()), change, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:  # read to its end: until the child and its children are gone
            by = pipe.read()
        status = os.waitpid(child, 0)[1]
        end = "timed out" if os.WIFSIGNALED(status) else "killed" if os.WEXITSTATUS(status) else "survived"
        return Outcome(mutant, end, by)

    def _in_child(
        self, tests: list[pytest.Item], usual: float, change: Callable[[], None], writing: int
    ) -> None:
        code = 1
        try:
            os.setsid()
            most = int(20 + 5 * usual)
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            signal.alarm(40 * most)  # a mutant that waits for ever
            self.failed = ""
            change()
            for at, item in enumerate(tests):
                self._protocol(item, tests[at + 1] if at + 1 < len(tests) else None)
                if self.failed:
                    os.write(writing, self.failed.encode())
                    break
            code = 1 if self.failed else 0
        finally:
            os._exit(code)


def _function(code: CodeType) -> str:
    return f"{Path(code.co_filename).relative_to(REPOSITORY)}::{code.co_qualname}"


def _change(mutant: Mutant) -> Callable[[], None] | None:
    """What makes this process that of the mutant; ``None`` where nothing would change."""
    path = REPOSITORY / mutant.file
    code_object = compile(mutant.text, str(path), "exec", dont_inherit=True)
    name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if name not in sys.modules:
        return None
    if mutant.function == "<module>":
        return _constants(name, code_object)
    outer = mutant.function.partition(".<locals>")[0]
    code = next((candidate for candidate in _codes(code_object) if candidate.co_qualname == outer), None)
    functions = [
        candidate
        for candidate in _in_memory()[0]
        if _function(candidate.__code__) == f"{mutant.file}::{outer}"
    ]
    if (
        code is None
        or not functions
        or any(candidate.__code__.co_freevars != code.co_freevars for candidate in functions)
    ):
        return None

    def change() -> None:
        for function in functions:
            function.__code__ = code
        for kept in _in_memory()[1]:  # what was kept is of the function as it was
            kept.cache_clear()

    return change


def _constants(name: str, code: CodeType) -> Callable[[], None] | None:
    """The names of a module that have another value now, wherever they were imported to."""
    module = sys.modules[name]
    fresh: dict[str, Any] = {"__name__": name, "__file__": module.__file__, "__package__": module.__package__}
    try:
        exec(code, fresh)
    except Exception:
        return lambda: sys.exit("it does not even begin")
    kinds = (int, float, str, bytes, bool, tuple, frozenset, dict, list, set, type(None))
    changed = {
        key: (was, fresh[key])
        for key, was in vars(module).items()
        if key in fresh
        and not key.startswith("__")
        and isinstance(was, kinds)
        and repr(was) != repr(fresh[key])
    }
    if not changed:
        return None

    def change() -> None:
        for other_module in list(sys.modules.values()):
            if getattr(other_module, "__name__", "").startswith("digest"):
                for key, (was, now) in changed.items():
                    if vars(other_module).get(key) is was:
                        setattr(other_module, key, now)

    return change


def _probe(chosen: Sequence[Mutant]) -> None:
    """Let every function of the files that have mutants note that it was entered."""
    builtins.__dict__["__entered__"] = ENTERED.add
    for file in sorted({mutant.file for mutant in chosen}):
        tree = ast.parse((REPOSITORY / file).read_bytes())
        code_object = compile(_Probing(file).visit(tree), str(REPOSITORY / file), "exec", dont_inherit=True)
        codes = {_function(code): code for code in _codes(code_object)}
        for function in _in_memory()[0]:
            code = codes.get(_function(function.__code__))
            if code is not None and code.co_freevars == function.__code__.co_freevars:
                function.__code__ = code


class _Probing(ast.NodeTransformer):
    def __init__(self, file: str) -> None:
        self.file, self.at = file, list[str]()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.at += [node.name, "<locals>"]
        self.generic_visit(node)
        name = ast.Constant(f"{self.file}::{'.'.join(self.at[:-1])}")
        probe = ast.Expr(ast.Call(ast.Name("__entered__", ast.Load()), [name], []))
        node.body.insert(0, ast.fix_missing_locations(ast.copy_location(probe, node)))
        del self.at[-2:]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.at.append(node.name)
        self.generic_visit(node)
        self.at.pop()
        return node


@cache
def _in_memory() -> tuple[list[FunctionType], list[Any]]:
    """The functions of the program, and what keeps the results of some."""
    objects = gc.get_objects()
    package = str(REPOSITORY / "digest")
    functions = [
        function
        for function in objects
        if isinstance(function, FunctionType) and function.__code__.co_filename.startswith(package)
    ]
    caches = [
        kept for kept in objects if isinstance(kept, _lru_cache_wrapper) and kept.__wrapped__ in functions
    ]
    return functions, caches


def _codes(code: CodeType) -> list[CodeType]:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [*inner, *(deep for constant in inner for deep in _codes(constant))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="FILE:LINE", help="all mutants of these lines"
    )
    parser.add_argument("--of", nargs="*", default=TARGETS, choices=TARGETS)
    parser.add_argument("--tests", nargs="*", default=TESTS, metavar="NAME", help="only tests/test_NAME.py")
    parser.add_argument(
        "--entered", type=Path, help="keep here which test enters what, and read it from here"
    )
    options = parser.parse_args()
    os.chdir(REPOSITORY)
    sys.path.insert(0, str(REPOSITORY))
    os.environ |= {"HYPOTHESIS_PROFILE": "mutants", "DIGEST_DATA": "/nowhere"}
    every = [
        mutant for target in options.of for mutant in mutants(REPOSITORY, REPOSITORY / "digest" / target)
    ]
    random.Random(options.seed).shuffle(every)
    chosen = [
        mutant for mutant in every if not options.only or f"{mutant.file}:{mutant.line}" in options.only
    ]
    print(f"{len(every)} mutants of {', '.join(options.of)}; seed {options.seed}", flush=True)
    for file in {mutant.file for mutant in chosen}:
        import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    plugin = Mutating(chosen, len(chosen) if options.only else options.count, options.entered)
    files = sorted({str(path) for name in options.tests for path in Path("tests").glob(f"test_{name}.py")})
    pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--tb=no", *files], plugins=[plugin])
    ends = Counter(outcome.end for outcome in plugin.outcomes)
    dead, total = ends["killed"] + ends["timed out"], ends.total()
    for outcome in plugin.outcomes:
        if outcome.end in ("survived", "not entered"):
            print(f"{outcome.end}: {outcome.mutant}")
    print(f"{dead} of {total} killed ({dead / max(1, total):.1%}): {dict(ends)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
