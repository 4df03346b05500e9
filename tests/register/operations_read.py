"""What the sources of the operations say of themselves: their names, texts, and on what they rest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from portbook.register import operations

_TEXTS = ("str", "tuple[str, ...]")


class Written(NamedTuple):
    """A function of the package, and what the operations are called that it does."""

    function: ast.FunctionDef
    names: frozenset[str]


def performed() -> set[str]:
    """The operations of the package: what is given to `perform`."""
    return {name for written in _functions() for name in written.names}


def texts() -> dict[str, set[str]]:
    """The parameters of each operation that are texts."""
    found: dict[str, set[str]] = {}
    for function, names in _functions():
        if not function.name.startswith("_"):
            given = [*function.args.args, *function.args.kwonlyargs]
            words = {each.arg.replace("_", " ") for each in given if _is_text(each)}
            for name in names:
                found.setdefault(name, set()).update(words)
    return found


def grounds() -> set[str]:
    """Each operation with each word under which it lets its Event keep on what it rests."""
    return {
        f"{name}: {keyword.arg.replace('_', ' ')}"
        for function, names in _functions()
        for call in _calls(function, "rests_on")
        for keyword in call.keywords
        for name in names
        if keyword.arg
    }


@cache
def _functions() -> tuple[Written, ...]:
    """Each function of a module that does an operation itself, or is given the name of one and does it."""
    found = []
    for path in sorted(Path(operations.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text())
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        constants = _constants(tree)
        passing = {each.name for each in functions if _takes_it(each)}
        told = {each.name: set(_named(each, {"perform", *passing}, constants)) for each in functions}
        for each in functions:
            callers = [by for by in functions if each.name in passing and any(_calls(by, each.name))]
            names = told[each.name].union(*(told[by.name] for by in callers))
            found.append(Written(each, frozenset(names)))
    return tuple(found)


def _constants(tree: ast.Module) -> dict[str, object]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _takes_it(function: ast.FunctionDef) -> bool:
    """Whether a function is given the name of its operation, second."""
    return [argument.arg for argument in function.args.args][1:2] == ["operation"]


def _named(function: ast.FunctionDef, doing: set[str], constants: dict[str, object]) -> Iterator[str]:
    """The names that a function gives its operation, where they stand there."""
    for called in doing:
        for call in _calls(function, called):
            given = call.args[1]
            name = given.value if isinstance(given, ast.Constant) else constants.get(getattr(given, "id", ""))
            if isinstance(name, str):
                yield name


def _calls(function: ast.FunctionDef, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and name in (
            getattr(node.func, "id", ""),
            getattr(node.func, "attr", ""),
        ):
            yield node


def _is_text(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation) in _TEXTS
