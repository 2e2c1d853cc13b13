"""Small changes of Python code: a swapped comparison, a lost ``not``, another number."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """``file`` from the repository's root, ``function`` as Python qualifies it, ``<module>`` outside of one.

    ``statement``: the line where the statement begins that is changed.
    """

    file: str
    line: int
    column: int
    statement: int
    function: str
    before: str
    after: str
    text: bytes = field(repr=False, default=b"")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.before!r} -> {self.after!r}"


def mutants(root: Path, folder: Path) -> Iterator[Mutant]:
    """Every mutant of a file or of the files of a folder, in an order that is always the same."""
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:  # run once, and compared with a new store by a test of its own
            yield from _of_file(path.relative_to(root).as_posix(), path.read_bytes())


def _of_file(file: str, source: bytes) -> Iterator[Mutant]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, statement, function in _walk(ast.parse(source), "<module>", False, 0):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[operator]
        for changed in _changes(node):
            after = ast.unparse(changed)
            if isinstance(node, ast.expr):
                after = f"({after})"
            before = " ".join(source[begin:end].decode().split())
            text = source[:begin] + after.encode() + source[end:]
            at = (file, node.lineno, node.col_offset + 1, statement, function)
            yield Mutant(*at, before[:100], after[:100], text)


def _walk(
    node: ast.AST, function: str, inside: bool, statement: int
) -> Iterator[tuple[ast.expr | ast.stmt, int, str]]:
    """Nodes with the line of their statement and the function that runs them.

    No annotations, no ``strict`` of a ``zip()``, and nothing within an f-string (it has no place).
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":  # of zip(): only a defect could tell
                continue
            at = function
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                start = "" if function == "<module>" else f"{function}{'.<locals>' if inside else ''}."
                at = f"{start}{child.name}"
            within = isinstance(child, ast.FunctionDef) or (inside and not isinstance(child, ast.ClassDef))
            line = child.lineno if isinstance(child, ast.stmt) else statement
            if isinstance(child, ast.expr | ast.stmt):
                yield child, line, function
            if isinstance(child, ast.arguments):  # defaults are read once, with the module
                continue
            # A class's body runs with its module; its methods have names of their own.
            yield from _walk(child, at, within, line)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[number] = COMPARISONS[type(operator)]()
                yield changed
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)  # type: ignore[operator]
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield ast.Call(ast.Name(NAMES[name]), node.args, node.keywords)
        case ast.Return(value=ast.expr()):
            yield ast.Return(None) if not _is_none(node.value) else ast.Return(ast.Constant(1))
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case _:
            return


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)
