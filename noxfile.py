"""The fast tests on every supported Python and range of packages: `make test-all`."""

from __future__ import annotations

import os
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2026.10"
nox.options.error_on_missing_interpreters = False  # it is skipped, and nox says so
os.environ["OMP_NUM_THREADS"] = "1"
# pyenv's Pythons that its shims hide
VERSIONS = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob("versions/3.*/bin")
os.environ["PATH"] = os.pathsep.join([*map(str, VERSIONS), os.environ["PATH"]])

PROJECT = nox.project.load_toml("pyproject.toml")["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [Requirement(text) for text in PROJECT["dependencies"]]
BESIDE = [*EXTRAS["dask"], *EXTRAS["docs"], *EXTRAS["explore"], *EXTRAS["test"]]
TESTS = ("python", "-m", "pytest", "-q", "-n", "auto", "-m", "not slow")
# Older releases of Typer and Matplotlib call what Click 8.5 and pyparsing 3.3 have deprecated.
OLD_IMPORTS = (
    "-W", "ignore:'click.utils:DeprecationWarning:typer",
    "-W", "ignore::pyparsing.warnings.PyparsingDeprecationWarning",
)  # fmt: skip
FAILURES = Path("mesa-4-failures.txt")


@nox.session(python="3.11")
def pinned(session: nox.Session) -> None:
    """Test with the packages of constraints.txt, as `make test` does."""
    session.install("--constraint", "constraints.txt", "--editable", ".[dask,docs,explore,test]")
    session.run(*TESTS, *session.posargs)


@nox.session(python=["3.12", "3.13"])
def latest(session: nox.Session) -> None:
    """Test with the newest packages."""
    install(session, *map(str, at_hand(session)), *BESIDE)
    session.run(*TESTS, *session.posargs)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """Test with the oldest packages that pyproject.toml allows, and the newest that those allow."""
    install(session, *map(oldest, [*NEEDED, *map(Requirement, EXTRAS["dask"])]), *BESIDE)
    session.run(*TESTS, *OLD_IMPORTS, *session.posargs)


@nox.session(name="mesa-4", python="3.13")
def mesa_4(session: nox.Session) -> None:
    """List what fails with the pre-release of Mesa 4; that fails nothing."""
    others = [need for need in at_hand(session) if need.name != "mesa"]
    install(session, *map(str, others), *BESIDE)
    session.install("--upgrade", "mesa>=4.0.0a0,<5")
    tests = (*TESTS, "-rfE", "--tb=no", "--continue-on-collection-errors")
    said = session.run(*tests, *session.posargs, silent=True, success_codes=range(6))
    lines = str(said or "not run").splitlines()  # with --install-only nothing is
    failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    FAILURES.write_text("".join(f"{line}\n" for line in failed), encoding="utf-8")
    session.log("\n".join([*failed, lines[-1], f"written to {FAILURES}"]))


def install(session: nox.Session, *requirements: str) -> None:
    """Install packages, and Groundswell whatever it says that it needs."""
    session.install("--upgrade", *requirements)
    session.install("--no-deps", "--editable", ".")


def at_hand(session: nox.Session) -> list[Requirement]:
    """Return what Groundswell needs, but torch if pip would fetch it: gigabytes on most machines.

    Where a folder of pip's `find-links` has a build it is used. What needs it skips without.
    """
    tried = ("--dry-run", "--no-index", "--no-deps", "torch")
    pip = ("python", "-m", "pip", "install")
    said = session.run_install(*pip, *tried, silent=True, success_codes=[0, 1])
    if "Would install torch" in str(said):  # not asked where environments are used again
        return NEEDED
    session.log("no torch at hand: what needs it skips")
    return [need for need in NEEDED if need.name != "torch"]


def oldest(need: Requirement) -> str:
    """Return the requirement of the oldest version that is allowed."""
    (low,) = (one.version for one in need.specifier if one.operator == ">=")
    return f"{need.name}=={low}"
