"""The command line as a newcomer meets it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "sklearn", "mesa", "pandas", "matplotlib", "numba", "networkx", "SALib")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["list"], ["schema"]])
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom groundswell.cli import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_run_says_how_it_ended_and_where(groundswell, tmp_path: Path) -> None:
    done = groundswell("run", "quickstart", "--set", "rounds=5", "--replicates", "2")
    assert done.returncode == 0, done.stderr
    assert "results: results/quickstart" in done.stdout
    series = pd.read_csv(tmp_path / "results" / "quickstart" / "series.csv")
    assert len(series) == 12
    assert "run 2/2 ok" in done.stderr


def test_quiet_prints_the_folder_only(groundswell, tmp_path: Path) -> None:
    done = groundswell("run", "granovetter", "--quiet", "--out", "here", "--seed", "5")
    assert (done.stdout, done.stderr) == ("here\n", "")
    assert pd.read_csv(tmp_path / "here" / "runs.csv")["seed"].tolist() == [5]


def test_sweep_with_workers(groundswell) -> None:
    done = groundswell("sweep", "bayes-step", "--workers", "2", "--set", "rounds=1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "seeds"
    assert groundswell("sweep", "quickstart").returncode == 2


def test_problems_exit_with_2_and_write_nothing(groundswell, tmp_path: Path) -> None:
    done = groundswell("run", "quickstart", "--set", "rounds=0", "--set", "platfrm=1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert sorted(done.stderr.splitlines()) == [
        "--set: platfrm: unknown key; did you mean 'platform'?",
        "--set: rounds: should be greater than or equal to 1, found 0",
    ]
    missing = groundswell("run", "adult-facebook")
    assert missing.returncode == 2
    assert "there is no file" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "no-such-thing"], "there is no file or library scenario 'no-such-thing'"),
        (["run", "quikstart"], "did you mean 'quickstart'?"),
        (["check", "quickstart", "--set", "rounds"], "--set: expected KEY=VALUE, found 'rounds'"),
        (["list", "lerner"], "there is no part 'lerner'; did you mean 'learner'?"),
        (["run", "granovetter", "--workers", "0"], "--workers"),
    ],
)
def test_wrong_arguments(groundswell, arguments: list[str], message: str) -> None:
    done = groundswell(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_results_folder_that_cannot_be_written(groundswell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = groundswell("run", "granovetter", "--out", "file/results")
    assert done.returncode == 2
    assert done.stderr.startswith("cannot write results to 'file/results'")


def test_check_says_what_would_run(groundswell) -> None:
    done = groundswell("check", "signal-planting")
    assert done.returncode == 0
    assert done.stdout.startswith("ok: signal-planting: 1,258 users, 0 ties, 38 seeds, 1 round, 27")


def test_dropped_ties_are_said(groundswell, tmp_path: Path) -> None:
    (tmp_path / "ties.txt").write_text("0 1\n1 2\n2 2\n1 0\n")
    done = groundswell(
        "check", "granovetter", "--set", "network.kind=edge-list",
        "--set", "network.path=ties.txt", "--set", "population.users=3",
        "--set", "decision.threshold=0.5",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "note: 1 self-loop dropped\nnote: 1 duplicate tie dropped\n" in done.stdout


def test_new_writes_a_scenario_that_runs(groundswell, tmp_path: Path) -> None:
    assert groundswell("new", "My study").returncode == 0
    assert groundswell("check", "my-study.toml").returncode == 0
    done = groundswell("run", "my-study.toml", "--set", "rounds=2", "-q")
    assert done.stdout == "results/my-study\n", done.stderr
    again = groundswell("new", "My study")
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_list_and_schema(groundswell) -> None:
    listed = groundswell("list").stdout
    for word in ("watts-strogatz", "best-response", "naive-bayes", "quickstart"):
        assert word in listed
    verbose = groundswell("list", "-v")
    assert verbose.returncode == 0, verbose.stderr
    assert "strength (default 1.0, > 0)" in verbose.stdout
    assert "of boosting rounds" in verbose.stdout
    assert json.loads(groundswell("schema").stdout)["title"] == "Scenario"


def test_ctrl_c_keeps_finished_replicates(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "groundswell", "run", "quickstart", "--replicates", "200"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("run 2/200"):
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "interrupted; the runs that had ended are in results/quickstart" in out
    runs = pd.read_csv(tmp_path / "results" / "quickstart" / "runs.csv")
    series = pd.read_csv(tmp_path / "results" / "quickstart" / "series.csv")
    assert 2 <= len(runs) < 200
    assert len(series) == 31 * len(runs)


def test_vary_adds_to_the_grid(groundswell, tmp_path: Path) -> None:
    done = groundswell(
        "sweep", "granovetter", "--vary", "rounds=1,2", "--vary", "decision.kind=fixed,threshold"
    )
    assert done.returncode == 0, done.stderr
    runs = pd.read_csv(tmp_path / "results" / "granovetter" / "runs.csv")
    assert runs["rounds"].tolist() == [1, 1, 2, 2]
    assert runs["decision.kind"].tolist() == ["fixed", "threshold"] * 2
    for wrong, message in {
        "rounds=": "--vary: sweep.grid.rounds: should hold at least 1, found 0",
        "rounds": "--vary: expected KEY=A,B,C, found 'rounds'",
        "rounds=0,1": "--vary: sweep.grid.rounds[0]: should be greater than or equal to 1, found 0",
        "round=1": "--vary: sweep.grid.round[0]: unknown key; did you mean 'rounds'?",
    }.items():
        done = groundswell("sweep", "granovetter", "--vary", wrong)
        assert (done.returncode, done.stderr) == (2, f"{message}\n")


def test_a_dry_run_says_what_a_sweep_would_take_and_writes_nothing(
    groundswell, tmp_path: Path
) -> None:
    arguments = ["sweep", "granovetter", "--vary", "rounds=1,2,3", "--replicates", "4"]
    done = groundswell(*arguments, "--dry-run", "--workers", "2")
    assert done.returncode == 0, done.stderr
    runs, time, memory, heading, *rows = done.stdout.splitlines()
    assert runs == "runs: 12 (3 points, 4 replicates of each)"
    assert re.match(r"time: about [\d.]+ s with 2 workers; the first run, done for this, ", time)
    # Not the memory of the process that started it, which is that of the whole suite.
    assert re.match(r"memory: about \d+ MB for each worker, .* about [\d.]+ kB of results", memory)
    assert heading.split() == ["rounds"]
    assert [row.strip() for row in rows] == ["1", "2", "3"]
    assert list(tmp_path.iterdir()) == []
    assert groundswell("sweep", "granovetter", "--dry-run").returncode == 2


@pytest.mark.slow
def test_a_run_without_torch_says_what_is_missing(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')"
    (tmp_path / "torch.py").write_text(missing, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    def run(learner: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "groundswell", "run", "signal-planting", "--set"]
        return subprocess.run(
            [*command, f"platform.learner.kind={learner}", "--replicates", "1"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    without = run("sgd")
    assert without.returncode == 1
    assert "failed: ModuleNotFoundError: No module named 'torch'" in without.stdout
    assert "Traceback" not in without.stdout + without.stderr
    assert run("naive-bayes").returncode == 0
