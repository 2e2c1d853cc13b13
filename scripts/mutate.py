"""``python -m scripts.mutate [COUNT [SEED]] [--only FILE:LINE …]``: break the code on purpose, and see a test turn red.

First every test runs once, and it is noted which statements of the code it enters and how long it takes. Then each
mutant, one small change drawn by chance (as many from each folder), runs against the tests that enter its statement,
the quickest and narrowest first, until one fails (a test that also fails in a fork where nothing is changed does not
count). The files stay as they are: a mutant is a fork of this process in which the code of one function, or the value
of one name of a module, is another. Whoever is alive at the end survived: write a test, or say in
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
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper, cache
from hashlib import sha256
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from scripts.mutants import Mutant, mutants

REPOSITORY = Path(__file__).parents[1]
TARGETS = ("select", "place", "publish", "store")
SAME = 8  # at most so many of the cases of one test
TOO_SLOW = 3.0  # CPU seconds of a test that takes no part

ENTERED: set[str] = set()  # the statements that were entered, as FILE:LINE


@dataclass
class Outcome:
    """``end``: killed, timed out (killed, too), survived, not entered (by no test), or no mutant (nothing changed)."""

    mutant: Mutant
    end: str
    by: str = ""


class Mutating:
    """A pytest plugin that runs mutants instead of the tests."""

    def __init__(
        self, chosen: Sequence[Mutant], files: set[str], wanted: int, known: Path | None, budget: float
    ) -> None:
        self.chosen, self.files, self.wanted, self.known, self.budget = chosen, files, wanted, known, budget
        self.outcomes: list[Outcome] = []
        self.failed: str = ""
        self.seconds: dict[pytest.Item, float] = {}
        self.order: dict[pytest.Item, tuple[float, str]] = {}  # what is quick and enters little comes first
        self.true: set[pytest.Item] = set()  # tests that pass in a fork where nothing is changed
        self.untrue: set[pytest.Item] = set()  # and those that fail there, too

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
            outcome = self._try(mutant, entered)
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

    def _entered(self, session: pytest.Session) -> dict[str, list[pytest.Item]]:
        """Which tests enter a statement ``FILE:LINE``."""
        noted = self._known()
        fresh = [item for item in session.items if item.nodeid not in noted]
        noted |= self._note(fresh) if fresh else {}
        if self.known and fresh:
            contents = {
                file: _content(file) for name, (_, lines) in noted.items() for file in _files(name, lines)
            }
            self.known.write_text(json.dumps([contents, noted]))
        tests: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            self.seconds[item], lines = noted[item.nodeid]
            self.order[item] = (self.seconds[item] * len(lines), item.nodeid)
            for line in lines if self.seconds[item] < TOO_SLOW else ():
                tests.setdefault(line, []).append(item)
        return tests

    def _known(self) -> dict[str, tuple[float, list[str]]]:
        """What an earlier run noted of tests that are as they were and enter only files that are."""
        if not self.known or not self.known.exists():
            return {}
        contents, noted = json.loads(self.known.read_text())
        same = {file for file, content in contents.items() if content == _content(file)}
        return {name: entry for name, entry in noted.items() if _files(name, entry[1]) <= same}

    def _note(self, tests: list[pytest.Item]) -> dict[str, tuple[float, list[str]]]:
        """CPU seconds of tests and what they enter; in a fork, as a solver's threads would be missing in later ones."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _probe(self.files)
                noted = {
                    item.nodeid: (self._run_noted(item, after), sorted(ENTERED))
                    for item, after in zip(tests, [*tests[1:], None], strict=True)
                }
                with os.fdopen(writing, "w") as pipe:
                    json.dump(noted, pipe)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            noted = {name: (float(seconds), lines) for name, (seconds, lines) in json.load(pipe).items()}
        os.waitpid(child, 0)
        return noted

    def _run_noted(self, item: pytest.Item, after: pytest.Item | None) -> float:
        """Run a test and let :data:`ENTERED` have what it enters; its CPU seconds, no end of them if it fails."""
        begun = sum(os.times()[:4])  # with the processes it starts
        self.failed = ""
        ENTERED.clear()
        self._protocol(item, after)
        seconds = 1e9 if self.failed else round(sum(os.times()[:4]) - begun, 3)
        print(f"{seconds:9} {item.nodeid}", file=sys.__stderr__, flush=True)
        return seconds

    @staticmethod
    def _protocol(item: pytest.Item, after: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _try(self, mutant: Mutant, entered: dict[str, list[pytest.Item]]) -> Outcome:
        change = _change(mutant)
        if change is None:
            return Outcome(mutant, "no mutant")
        if mutant.function == "<module>":  # read once, with the module: whatever enters the file may tell
            lines = [line for line in entered if line.startswith(f"{mutant.file}:")]
        else:
            lines = [f"{mutant.file}:{mutant.statement}"]
        entering = {item for line in lines for item in entered.get(line, ())} - self.untrue
        tests: dict[pytest.Item, float] = {}
        for item in sorted(entering, key=self.order.__getitem__):
            if sum(tests.values()) + self.seconds[item] <= self.budget:
                tests[item] = self.seconds[item]
        if not tests:
            return Outcome(mutant, "not entered")
        while tests:
            end, by = self._run_apart(tests, change)
            last = next((one for one in tests if one.nodeid == by), None)
            if last is None or self._tells(last, tests[last], change, end):
                return Outcome(mutant, end, by)
            rest = list(tests)[list(tests).index(last) + 1 :]
            tests = {one: tests[one] for one in rest}
        return Outcome(mutant, "survived")

    def _tells(self, item: pytest.Item, seconds: float, change: Callable[[], None], end: str) -> bool:
        """Whether a test that failed, or took too long, passes without the change and takes as long with it again."""
        if item not in self.true and item not in self.untrue:
            passes = self._run_apart({item: seconds}, lambda: None)[0] == "survived"
            (self.true if passes else self.untrue).add(item)
        again = end == "timed out" and self._run_apart({item: seconds}, change)[0] == "survived"
        return item in self.true and not again

    def _run_apart(self, tests: dict[pytest.Item, float], change: Callable[[], None]) -> tuple[str, str]:
        """How a fork with a change ended, and with which test. ``tests``: with their usual CPU seconds."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._in_child(tests, change, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:  # read to its end: until the child and its children are gone
            begun = pipe.read().splitlines()
        status = os.waitpid(child, 0)[1]
        end = "timed out" if os.WIFSIGNALED(status) else "killed" if os.WEXITSTATUS(status) else "survived"
        return end, begun[-1] if begun and end != "survived" else ""

    def _in_child(self, tests: dict[pytest.Item, float], change: Callable[[], None], writing: int) -> None:
        code = 1
        try:
            os.setsid()
            self.failed = ""
            change()
            items = list(tests)
            for item, after in zip(items, [*items[1:], None], strict=True):
                most = int(3 + 5 * tests[item])
                used = int(sum(os.times()[:2])) + most
                resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
                signal.alarm(60 + 20 * most)  # a mutant that waits for ever
                os.write(writing, f"{item.nodeid}\n".encode())
                self._protocol(item, after)
                if self.failed:
                    break
            code = 1 if self.failed else 0
        finally:
            os._exit(code)


def _files(test: str, lines: Iterable[str]) -> set[str]:
    """The files of a test and of the statements it enters."""
    return {test.partition("::")[0], *(line.partition(":")[0] for line in lines)}


def _content(file: str) -> str:
    path = REPOSITORY / file
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


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
    code = next((one for one in _codes(code_object) if one.co_qualname == outer), None)
    functions = [one for one in _in_memory()[0] if _function(one.__code__) == f"{mutant.file}::{outer}"]
    if (
        code is None
        or not functions
        or any(one.__code__.co_freevars != code.co_freevars for one in functions)
    ):
        return None

    def change() -> None:
        for function in functions:
            function.__code__ = code
        for one in _in_memory()[1]:  # what was kept is of the function as it was
            one.cache_clear()

    return change


def _constants(name: str, code_object: CodeType) -> Callable[[], None] | None:
    """The names of a module that have another value now, wherever they were imported to."""
    module = sys.modules[name]
    fresh = _read(module, code_object)
    if fresh is None:  # a module that cannot be read twice, such as that of a table, tells nothing
        source = compile(
            Path(str(module.__file__)).read_bytes(), str(module.__file__), "exec", dont_inherit=True
        )
        return None if _read(module, source) is None else lambda: sys.exit("it does not even begin")
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
        for other in list(sys.modules.values()):
            if getattr(other, "__name__", "").startswith("digest"):
                for key, (was, now) in changed.items():
                    if vars(other).get(key) is was:
                        setattr(other, key, now)

    return change


def _read(module: ModuleType, code_object: CodeType) -> dict[str, Any] | None:
    """What the names of a module are where it is read anew; ``None`` where that fails."""
    names = {"__name__": module.__name__, "__file__": module.__file__, "__package__": module.__package__}
    try:
        exec(code_object, names)
    except Exception:
        return None
    return names


def _probe(files: set[str]) -> None:
    """Let every statement of the functions of these files note that it was entered."""
    builtins.__dict__["__entered__"] = ENTERED.add
    for file in sorted(files):
        tree = ast.parse((REPOSITORY / file).read_bytes())
        code_object = compile(_Probing(file).visit(tree), str(REPOSITORY / file), "exec", dont_inherit=True)
        codes = {_function(code): code for code in _codes(code_object)}
        for function in _in_memory()[0]:
            code = codes.get(_function(function.__code__))
            if code is not None and code.co_freevars == function.__code__.co_freevars:
                function.__code__ = code


class _Probing(ast.NodeTransformer):
    """A call before each statement of a function."""

    def __init__(self, file: str) -> None:
        self.file, self.inside = file, False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        outer, self.inside = self.inside, True
        self.generic_visit(node)
        self.inside = outer
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if self.inside and isinstance(block, list) and not isinstance(node, ast.ClassDef):
                setattr(
                    node, name, [one for statement in block for one in (self._call(statement), statement)]
                )
        return node

    def _call(self, statement: ast.stmt) -> ast.stmt:
        name = ast.Constant(f"{self.file}:{statement.lineno}")
        call = ast.Expr(ast.Call(ast.Name("__entered__", ast.Load()), [name], []))
        return ast.fix_missing_locations(ast.copy_location(call, statement))


@cache
def _in_memory() -> tuple[list[FunctionType], list[Any]]:
    """The functions of the program, and what keeps the results of some."""
    objects = gc.get_objects()
    here = str(REPOSITORY / "digest")
    functions = [
        one for one in objects if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(here)
    ]
    caches = [one for one in objects if isinstance(one, _lru_cache_wrapper) and one.__wrapped__ in functions]
    return functions, caches


def _codes(code: CodeType) -> list[CodeType]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [*inner, *(deep for one in inner for deep in _codes(one))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="FILE:LINE", help="all mutants of these lines"
    )
    parser.add_argument("--of", nargs="*", default=TARGETS, metavar="PATH", help="within digest/")
    parser.add_argument("--tests", nargs="*", default=["*"], metavar="NAME", help="only tests/test_NAME.py")
    parser.add_argument(
        "--entered", type=Path, help="keep here which test enters what; only what changed is run again"
    )
    parser.add_argument("--budget", type=float, default=20, help="CPU seconds of tests for one mutant")
    options = parser.parse_args()
    os.chdir(REPOSITORY)
    sys.path.insert(0, str(REPOSITORY))
    os.environ |= {"HYPOTHESIS_PROFILE": "mutants", "DIGEST_DATA": "/nowhere"}
    drawn = [list(mutants(REPOSITORY, REPOSITORY / "digest" / target)) for target in options.of]
    for target, ones in zip(options.of, drawn, strict=True):
        random.Random(f"{options.seed}/{target}").shuffle(ones)
    every = [one for turn in zip_longest(*drawn) for one in turn if one is not None]
    chosen = [one for one in every if not options.only or f"{one.file}:{one.line}" in options.only]
    print(f"{len(every)} mutants of {', '.join(options.of)}; seed {options.seed}", flush=True)
    targets = {mutant.file for mutant in every}
    for file in sorted(targets):
        import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    wanted = len(chosen) if options.only else options.count
    plugin = Mutating(chosen, targets, wanted, options.entered, options.budget)
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
