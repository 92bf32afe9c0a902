"""Mutants that show only when a function runs: it gets the code of the mutant, in place.

All tests are collected once, and each mutant is judged in a fork of that session. Nothing is
imported again, which would take longer than most tests.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.order import Watch


def inside(mutant: Mutant) -> bool:
    """Whether only the insides of functions change, so that code can be changed in place."""
    text = (ROOT / mutant.module).read_text(encoding="utf-8")
    return _outside(text) == _outside(mutant.source)


def _outside(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Pass()]
    return ast.dump(tree)


def change(mutant: Mutant) -> None:
    """Give functions of the module the code that they have in the mutant."""
    module = importlib.import_module(mutant.name)
    text = (ROOT / mutant.module).read_text(encoding="utf-8")
    old, new = (dict(_codes(compile(code, "", "exec"))) for code in (text, mutant.source))
    changed = [name for name in new if new[name] != old[name]]
    assert changed
    for name in changed:
        function = _function(module, name)
        assert function.__code__.co_freevars == new[name].co_freevars
        function.__code__ = new[name]
    _compile_anew(module)


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """Yield the functions of a module and its classes by name; those inside them are theirs."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & 2:  # has variables of its own: a function and no class
                yield inner.co_qualname, inner
            else:
                yield from _codes(inner)


def _function(module: ModuleType, name: str) -> FunctionType:
    """Return a function by name, out of what decorators have made of it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    for wrapper in ("fget", "__func__", "wrapped", "py_func", "func"):
        found = getattr(found, wrapper, found)
    assert isinstance(found, FunctionType), (name, found)
    return found


def _compile_anew(module: ModuleType) -> None:
    """Have numba forget what it has compiled of a module, here and on disk."""
    from numba.core.caching import NullCache
    from numba.core.dispatcher import Dispatcher

    for found in vars(module).values():
        if isinstance(found, Dispatcher) and found.py_func.__module__ == module.__name__:
            found._cache = NullCache()
            found._reset_overloads()


class Session:
    """A pytest plugin that judges mutants instead of running the tests once.

    Parameters
    ----------
    judges
        Called with what runs all tests in the process that it is called in.
    """

    def __init__(self, judges: Callable[[Callable[[Mutant, Watch, Path], int]], None]) -> None:
        self.judges = judges

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge all mutants."""

        def run(mutant: Mutant, watch: Watch, folder: Path) -> int:
            if mutant.line:
                change(mutant)
            return _run(session, watch, folder)

        self.judges(run)
        return True


def _run(session: pytest.Session, watch: Watch, folder: Path) -> int:
    """Run all tests in this process, until one fails."""
    (folder / "tmp").mkdir()
    session.config._tmp_path_factory._basetemp = folder / "tmp"  # type: ignore[attr-defined]
    session.config.pluginmanager.register(watch)
    items = list(session.items)
    watch.pytest_collection_modifyitems(items)
    for item, after in zip(items, [*items[1:], None], strict=True):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            return 1
    return 0
