"""Studies in parts: shards, merged again, by hand and by a script for SLURM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import groundswell as gs
from groundswell.problems import InputError
from groundswell.scenarios.identity import NUMBERS
from groundswell.scenarios.shards import Shard, merge

ROOT = Path(__file__).parents[2]
STUDY = """
name = "In parts"
rounds = 5
replicates = 3
population = { kind = "blank", users = 50 }
[decision]
kind = "threshold"
of = "everybody"
threshold = { kind = "uniform", low = 0, high = 1 }
[platform]
kind = "response"
curve = "logistic"
[sweep]
grid = { "collective.seeds" = [5, 10, 15] }
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def assert_same(folder: Path, other: Path) -> None:
    for name in ("runs", "series"):
        one, two = (pd.read_parquet(path / f"{name}.parquet") for path in (folder, other))
        ignored = ["seconds"] if name == "runs" else []
        pd.testing.assert_frame_equal(one.drop(columns=ignored), two.drop(columns=ignored))


def test_shards_have_every_run_once() -> None:
    work = list(range(11))
    parts = [Shard(number, 4).part(work) for number in range(1, 5)]
    assert sorted(run for part in parts for run in part) == work
    assert [len(part) for part in parts] == [3, 3, 3, 2]


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "1/0", "-1/4", "a/b", "1/4/2", "1.0/4"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(InputError, match=r"^--shard: should be I/N, .* such as 2/10, found '"):
        Shard.parse(text)


@pytest.mark.slow
def test_four_shards_merged_are_the_study(groundswell, study: Path, tmp_path: Path) -> None:
    for number in range(1, 5):
        done = groundswell("sweep", "study.toml", "--shard", f"{number}/4", "-q")
        assert done.stdout == f"results/in-parts-shards/{number}-of-4\n", done.stderr
    parts = sorted(map(str, (tmp_path / "results" / "in-parts-shards").iterdir()))
    done = groundswell("merge", *parts, "--out", "results/in-parts")
    assert done.returncode == 0, done.stderr
    assert "results: results/in-parts" in done.stdout
    gs.sweep(study, out=tmp_path / "whole")
    assert_same(tmp_path / "results" / "in-parts", tmp_path / "whole")
    again = groundswell("sweep", "study.toml")
    assert "9 of the 9 runs were there already" in again.stdout
    assert_same(tmp_path / "results" / "in-parts", tmp_path / "whole")
    assert groundswell("sweep", "study.toml", "--shard", "3").returncode == 2


def test_merging_again_and_what_is_missing(study: Path, tmp_path: Path) -> None:
    whole = gs.sweep(study, out=tmp_path / "whole")
    one = gs.sweep(study, out=tmp_path / "one", replicates=1)
    merged = merge([one.folder, one.folder], tmp_path / "out")
    assert merged.statuses == {"ok": 3}
    merged = merge([tmp_path / "whole", tmp_path / "one"], tmp_path / "out")
    assert merged.statuses == {"ok": 9}
    pd.testing.assert_frame_equal(
        merged.series.sort_values(["run", "round"], ignore_index=True),
        whole.series.sort_values(["run", "round"], ignore_index=True),
    )
    assert gs.sweep(study, out=tmp_path / "out").already == 9
    assert_same(tmp_path / "out", tmp_path / "whole")


def test_parts_of_two_studies_are_refused(study: Path, tmp_path: Path) -> None:
    gs.sweep(study, out=tmp_path / "a")
    other = study.with_name("other.toml")
    other.write_text(STUDY.replace("users = 50", "users = 60").replace("[5, 10", "[6, 10"))
    gs.sweep(other, out=tmp_path / "b")
    with pytest.raises(InputError) as caught:
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert "differ in population.users, sweep.grid.collective.seeds" in str(caught.value)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="not a results folder"):
        merge([tmp_path / "a", tmp_path], tmp_path / "out")
    with pytest.raises(InputError, match="holds the results of other settings"):
        merge([tmp_path / "a"], tmp_path / "b")


def test_parts_of_two_versions_of_the_numbers_are_refused(study: Path, tmp_path: Path) -> None:
    for name in "ab":
        gs.sweep(study, out=tmp_path / name)
    manifest = tmp_path / "b" / "manifest.json"
    there = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**there, "numbers": NUMBERS - 1}), encoding="utf-8")
    with pytest.raises(InputError, match=f"numbers versions {NUMBERS} and {NUMBERS - 1}"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_script_for_slurm_runs(groundswell, study: Path, tmp_path: Path) -> None:
    """SLURM is played by a loop: it sets the number of the job, and starts the script."""
    done = groundswell("script", "--slurm", "study.toml", "--jobs", "3", "--out", "study.sh")
    assert done.stdout == "wrote study.sh\nsubmit it with: sbatch study.sh\n", done.stderr
    script = (tmp_path / "study.sh").read_text()
    assert "#SBATCH --array=1-3\n" in script
    command = tmp_path / "bin" / "groundswell"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m groundswell "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}

    def bash(*arguments: str, job: int = 0) -> None:
        subprocess.run(
            ["bash", *arguments],
            cwd=tmp_path,
            env={**environment, "SLURM_ARRAY_TASK_ID": str(job)},
            check=True,
            capture_output=True,
        )

    for job in (1, 2, 3):
        bash("study.sh", job=job)
    (last,) = (line for line in script.splitlines() if "groundswell merge" in line)
    bash("-c", last.strip("# "))
    gs.sweep(study, out=tmp_path / "whole")
    assert_same(tmp_path / "results" / "in-parts", tmp_path / "whole")


def test_scripts_that_make_no_sense(groundswell, study: Path) -> None:
    for arguments, message in (
        (["study.toml"], "say which scheduler the script is for: --slurm"),
        (["study.toml", "--slurm", "--jobs", "10"], "10 jobs are more than the 9 runs"),
        (["quickstart", "--slurm"], "has no [sweep] to run"),
    ):
        done = groundswell("script", *arguments)
        assert done.returncode == 2
        assert message in done.stderr


def test_a_script_passes_on_what_is_set_and_varied(groundswell, study: Path) -> None:
    options = ["--set", "name=it's", "--vary", "payoff.benefit=0.5,1"]
    done = groundswell("script", "--slurm", "study.toml", "--jobs", "18", *options)
    assert done.returncode == 0, done.stderr
    assert "#SBATCH --array=1-18\n" in done.stdout, "there are twice as many runs"
    assert """study.toml --set 'name=it'"'"'s' --vary payoff.benefit=0.5,1 \\\n""" in done.stdout
    assert "results/it-s" in done.stdout
    (study.parent / "job.sh").write_text(done.stdout, encoding="utf-8")
    assert groundswell("script", "--slurm", "study.toml", "--vary", "nothing=1").returncode == 2
