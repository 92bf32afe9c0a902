"""A replication archive: all that is needed to do the runs of a results folder again."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from groundswell.files import SHA, digest, file_settings, whole
from groundswell.problems import InputError, dotted
from groundswell.scenarios.archive import MOVED, Archive
from groundswell.scenarios.database import DATABASE
from groundswell.scenarios.folder import COLUMNS, EXPORTS, SCENARIO
from groundswell.scenarios.manifest import ABSENT, MANIFEST
from groundswell.scenarios.provenance import files_named
from groundswell.scenarios.writing import scenario_text

INPUTS = "inputs"
LOCK = "constraints.txt"
README = "README.txt"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the first that ZIP can say."""
CHUNK = 2**20

EXPLAINED = f"""\
{{name}}

Results of runs of a Groundswell scenario, with what they were made from. To do the runs again and
compare every value, type in this folder:

    groundswell repeat .

{SCENARIO}  every setting
{MANIFEST}  versions, digests of input files, machine
{LOCK}  exact versions: pip install --constraint {LOCK} groundswell
{DATABASE}  the results, also in the tables beside it; {COLUMNS} says what they hold
"""
PUT_THERE = f"""
The input files are not in this archive. Put them into {INPUTS}/ first:

"""


@dataclass(frozen=True)
class Input:
    """An input file of an archive.

    Parameters
    ----------
    path
        Where it is.
    name
        Where it goes in the archive.
    digest
        Its SHA-256.
    """

    path: str
    name: str
    digest: str


def bundle(
    folder: str | Path, out: str | Path | None = None, *, digests_only: bool = False
) -> Path:
    """Write a replication archive of a results folder, and return its path.

    The same folder gives the same archive, to the byte, on one machine.

    Parameters
    ----------
    folder
        The results folder.
    out
        The archive, by default ``FOLDER.zip`` beside the folder.
    digests_only
        Whether to leave the input files out, as for data that may not be passed on; the archive
        then says which they are.

    Raises
    ------
    InputError
        If there are no results, an input file is not what results were made from, or the
        archive cannot be written or is there already.
    """
    archive = Archive.open(folder)
    path = archive.folder.with_name(f"{archive.folder.name}.zip") if out is None else Path(out)
    if path.exists():
        raise InputError(f"'{path}' exists already; name another file with --out")
    named = _named(archive)
    if not digests_only:
        _refuse_undeclared(archive, named)
        archive.check_inputs(named.values())
    inputs = _inputs(archive, set(named.values()))
    try:
        with whole(path) as part, tempfile.TemporaryDirectory() as spare:
            database = Path(spare) / DATABASE
            archive.store.copy(database)
            files: dict[str, str | Path] = {DATABASE: database, LOCK: _lock(archive)}
            files |= _described(archive, named, inputs, digests_only=digests_only)
            files |= {name: archive.folder / name for name in (COLUMNS, *EXPORTS)}
            if not digests_only:
                files |= {one.name: Path(one.path) for one in inputs.values()}
            _write(part, archive.folder.name, files)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror or error}") from None
    return path


def _named(archive: Archive) -> dict[str, str]:
    """Return where the files are that the scenario and its runs name."""
    paths = files_named(archive.scenario, archive.store.settings())
    return {path: archive.place(path) for path in paths}


def _refuse_undeclared(archive: Archive, named: Mapping[str, str]) -> None:
    """Refuse files that nobody says results were made from: a stranger may want to have them."""
    for path in named.values():
        if archive.digest(path) is None:
            raise InputError(
                f"{MANIFEST} does not say that results were made from '{path}', so it is not put "
                "into an archive; run the scenario again, or use --digests-only"
            )


def _inputs(archive: Archive, paths: set[str]) -> dict[str, Input]:
    """Return the input files by their path; names are theirs, told apart where two share one."""
    inputs: dict[str, Input] = {}
    taken: dict[str, str] = {}
    for path in sorted(paths):
        found = archive.digest(path) or digest(path)
        name = re.sub(r"[^\w. -]", "_", Path(path).name)
        if taken.setdefault(name.lower(), found) != found:
            name = f"{found[:8]}-{name}"
        inputs[path] = Input(path, f"{INPUTS}/{name}", found)
    return inputs


def _described(
    archive: Archive, named: Mapping[str, str], inputs: Mapping[str, Input], *, digests_only: bool
) -> dict[str, str | Path]:
    """Return scenario, manifest and README as they are in the archive, with files in its folder."""
    own = {dotted(key): inputs[path].name for key, path in file_settings(archive.scenario)}
    swept = named if any(archive.store.settings()) else {}
    manifest = archive.manifest | {
        "inputs": {one.name: f"{SHA}{one.digest}" for one in inputs.values()},
        MOVED: {path: inputs[at].name for path, at in swept.items()},
    }
    listed = "".join(f"{one.name}  SHA-256 {one.digest}\n" for one in inputs.values())
    readme = EXPLAINED.format(name=archive.scenario.name)
    return {
        SCENARIO: scenario_text(archive.scenario.replace(own)) + "\n",
        MANIFEST: json.dumps(manifest, indent=2, ensure_ascii=False) + "\n",
        README: readme + (PUT_THERE + listed if digests_only and listed else ""),
    }


def _lock(archive: Archive) -> str:
    """Return the versions of all that is installed, of what the manifest names those it says."""
    found = {one.name: one.version for one in distributions() if one.name}
    made_with = archive.manifest.get("versions", {})
    found |= {k: v for k, v in made_with.items() if k != "python" and v != ABSENT}
    pins = {re.sub(r"[-_.]+", "-", name).lower(): pin for name, pin in found.items()}
    # What follows a plus says how a build was made, which no index but its maker's knows.
    lines = [f"{name}=={pin.partition('+')[0]}\n" for name, pin in sorted(pins.items())]
    python, commit = made_with.get("python"), archive.manifest.get("git_commit")
    return f"# Python {python}; groundswell from commit {commit}\n" + "".join(lines)


def _write(path: Path, top: str, files: Mapping[str, str | Path]) -> None:
    """Write an archive of texts and files, those that are not there left out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{top}/{name}", EARLIEST)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            if isinstance(content, str):
                archive.writestr(entry, content)
            elif content.is_file():
                entry.file_size = content.stat().st_size  # tells it whether it needs ZIP64
                with content.open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, CHUNK)
