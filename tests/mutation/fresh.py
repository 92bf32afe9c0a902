"""Mutants that show when a module is imported: an import hook serves them in place of it."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

from tests.mutation.forks import Run
from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.order import Watch

SLOW_TO_IMPORT = [
    "hypothesis", "joblib", "matplotlib", "mesa", "networkx", "numba", "numpy", "pandas", "pyarrow",
    "pydantic", "pytest", "scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats",
    "sklearn", "sklearn.linear_model", "threadpoolctl", "tomlkit", "torch", "typer.testing",
]  # fmt: skip
"""Imported once, before the first fork. Nothing of Groundswell is among them."""
COMPILED = {"kernels", "turns", "graph_kernels"}
"""Modules whose machine code numba keeps on disk, by line and not by content."""
OPTIONS = [
    "-x", "-q", "-s", "--tb=line", "-m", "not slow", "--hypothesis-seed=0",
    "-p", "no:xdist", "-p", "no:faulthandler", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip


def warm_up(folder: Path) -> None:
    """Import what is slow, and choose where compiled code and hypothesis' examples are kept."""
    os.environ |= {
        "OMP_NUM_THREADS": "1",
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
    }
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)


def fresh(tests: list[str]) -> Run:
    """Return what imports the mutant anew, with all of Groundswell, and runs tests on it."""

    def run(mutant: Mutant, watch: Watch, folder: Path) -> int:
        import numba
        import pytest

        if Path(mutant.module).stem in COMPILED:  # numba would not see the change
            numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = str(folder / "numba")
        sys.meta_path.insert(0, Served(mutant))
        importlib.import_module(mutant.name)  # pytest would import a file that it is given itself
        return int(pytest.main([*OPTIONS, f"--basetemp={folder / 'tmp'}", *tests], [watch]))

    return run


class Served(importlib.abc.MetaPathFinder):
    """Serves a mutant in place of its module.

    Parameters
    ----------
    mutant
        What is served.
    """

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the one module that is served, and leave the others to others."""
        if fullname != self.mutant.name:
            return None
        file = ROOT / self.mutant.module
        loader = _Loader(fullname, str(file))
        loader.source = self.mutant.source
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    source: str

    def get_code(self, fullname: str) -> object:
        return compile(self.source, self.path, "exec", dont_inherit=True)
