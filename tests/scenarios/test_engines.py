"""Who does the runs does not matter: this process, others, a cluster; killed or not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import groundswell as gs
from groundswell.scenarios import engines
from groundswell.scenarios.engines import LIVES, Processes, outcomes
from groundswell.scenarios.simulate import Task, simulate

ROOT = Path(__file__).parents[2]
STUDY = {
    "name": "engines",
    "rounds": 30,
    "replicates": 20,
    "population": {"kind": "blank", "users": 300},
    "network": {"kind": "watts-strogatz", "degree": 6},
    "payoff": {"cost": {"kind": "normal", "mean": 0.6, "sd": 0.2}},
    "collective": {"seeds": 30},
    "platform": {"kind": "response", "curve": "logistic"},
    "sweep": {"grid": {"payoff.peer_pressure": [0.0, 0.5]}},
}

LONG = """
name = "long"
rounds = 30
replicates = 4000
population = { kind = "blank", users = 300 }
network = { kind = "watts-strogatz", degree = 6 }
payoff = { cost = { kind = "normal", mean = 0.6, sd = 0.2 } }
collective = { seeds = 30 }
platform = { kind = "response", curve = "logistic" }
sweep = { grid = { "payoff.peer_pressure" = [0.0, 0.5] } }
"""


@pytest.fixture(scope="module")
def alone() -> gs.Result:
    """The results of one process."""
    return gs.sweep(STUDY)


def assert_same(result: gs.Result, alone: gs.Result) -> None:
    for name in ("runs", "series"):
        mine, theirs = (one.read(name) for one in (result, alone))
        ignored = ["seconds"] if name == "runs" else []
        pd.testing.assert_frame_equal(mine.drop(columns=ignored), theirs.drop(columns=ignored))


def test_any_executor_will_do(alone: gs.Result) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert_same(gs.sweep(STUDY, executor=executor), alone)


class Later:
    """An executor that does what it is given last first, and knows how much it holds."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, Any]] = []
        self.most = 0

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, function, arguments))
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 5:
            threading.Thread(target=self.work).start()
        return future

    def work(self) -> None:
        while self.waiting:
            future, function, arguments = self.waiting.pop()
            future.set_result(function(*arguments))


def test_few_runs_are_submitted_at_a_time() -> None:
    later = Later()
    scenario = gs.load(STUDY)
    tasks = (Task(scenario, replicate) for replicate in range(20))
    records = list(outcomes(tasks, later, window=5))
    assert {record.replicate for record in records} == set(range(20))
    assert records[0].replicate != 0
    assert later.most <= 5


class Deadly:
    """An executor whose workers die of one run, and take those beside it with them."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.held: list[tuple[Future[Any], Task]] = []
        self.submitted: list[int] = []

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.submitted.append(arguments[0].replicate)
        self.held.append((future, arguments[0]))
        threading.Timer(0.01, self.work).start()
        return future

    def work(self) -> None:
        held, self.held = self.held, []
        dead = any(task.replicate == self.deadly for _, task in held)
        for future, task in held:
            if dead:
                future.set_exception(OSError("the worker died"))
            else:
                future.set_result(simulate(task))


def test_a_run_that_kills_its_workers_fails_alone() -> None:
    scenario, deadly = gs.load(STUDY), Deadly(3)
    records = list(outcomes((Task(scenario, i) for i in range(8)), deadly, window=4))
    assert deadly.submitted.count(3) == LIVES
    status = {record.replicate: record.status for record in records}
    assert status == {i: "failed" if i == 3 else "ok" for i in range(8)}
    (error,) = [record.error for record in records if record.error]
    assert "lost 3 times, killed or out of memory: OSError('the worker died')" in error


@pytest.mark.slow
def test_killed_processes_are_replaced(alone: gs.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    pools: list[Processes] = []
    made = Processes.__init__

    def noted(self: Processes, workers: int) -> None:
        made(self, workers)
        pools.append(self)

    def kill_one() -> None:
        for _ in range(2):
            while not (pools and pools[0]._pool._processes):
                time.sleep(0.01)
            time.sleep(0.3)
            os.kill(next(iter(pools[0]._pool._processes)), signal.SIGKILL)

    monkeypatch.setattr(Processes, "__init__", noted)
    killer = threading.Thread(target=kill_one)
    killer.start()
    study = {**STUDY, "replicates": 100}
    result = gs.sweep(study, workers=2)
    killer.join()
    assert result.statuses == {"ok": 200}
    assert_same(result, gs.sweep(study))


@pytest.mark.slow
def test_workers_leave_with_the_process_that_started_them(tmp_path: Path) -> None:
    code = (
        "import os, time\nfrom groundswell.scenarios.engines import Processes\n"
        "if __name__ == '__main__':\n"
        "    print(Processes(1).submit(os.getpid).result(), flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "start.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(tmp_path / "start.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        time.sleep(0.1)
        if not Path(f"/proc/{worker}").exists():
            return
    pytest.fail("the worker is still there")


@pytest.mark.slow
def test_no_scheduler_answers(groundswell, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1"):
        start = time.monotonic()
        done = groundswell("sweep", "bayes-step", "--dask", address)
        assert time.monotonic() - start < 20
        assert done.returncode == 2, done.stderr
        assert f"no dask scheduler answers at '{address}'" in done.stderr
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(gs.InputError, match=r"pip install 'groundswell\[dask\]'"):
        engines.dask("tcp://10.0.0.5:8786").__enter__()


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start a sweep that takes a while, and wait until runs of it have ended."""
    (folder / "long.toml").write_text(LONG, encoding="utf-8")
    command = [sys.executable, "-m", "groundswell", "sweep", "long.toml", "--out", "out", *options]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("run "):
            return process
    pytest.fail("no run has ended")


@pytest.mark.slow
def test_interrupted_processes_leave_no_traceback(tmp_path: Path) -> None:
    for trial in range(8):
        process = start(tmp_path, "--workers", "2")
        time.sleep(0.05 * trial)
        stop = (signal.SIGINT, signal.SIGTERM)[trial % 2]
        process.send_signal(stop)
        out, error = process.communicate(timeout=60)
        assert process.returncode == 128 + stop, error
        assert "the same command goes on with the others" in out
        assert "Traceback" not in error


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Two workers without nannies and their scheduler, all of them processes of their own."""
    pytest.importorskip("distributed")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def dask(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)

    scheduler = dask("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    assert scheduler.stderr is not None
    address = next(
        found[1].decode() for line in scheduler.stderr
        if (found := re.search(rb"Scheduler at:\s+(tcp://\S+)", line))
    )  # fmt: skip
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    workers = [dask("dask_worker", address, *options) for _ in range(2)]
    yield address, [*workers, scheduler]
    for process in (*workers, scheduler):
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_dask_cluster_of_which_one_worker_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    study = {**STUDY, "replicates": 100}
    with engines.dask(address) as executor:
        half: list[str] = []

        class Halfway:
            """Passes runs on, and kills a worker when half of them have ended."""

            def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
                future = executor.submit(function, *arguments)
                future.add_done_callback(self.ended)
                return future

            def ended(self, future: Future[Any]) -> None:
                half.append("ended")
                if len(half) == 100:
                    workers[0].kill()

        result = gs.sweep(study, out=tmp_path / "out", executor=Halfway())
    assert workers[0].wait(10) == -signal.SIGKILL
    assert result.statuses == {"ok": 200}
    assert_same(result, gs.sweep(study))


@pytest.mark.slow
def test_dask_by_the_command(
    groundswell, cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    for options in (["--dask", cluster[0]], ["--out", "here"]):
        done = groundswell("sweep", "bayes-step", "--set", "rounds=2", *options)
        assert done.returncode == 0, done.stderr
    folders = ("results/bayes-step", "here")
    one, two = (pd.read_csv(tmp_path / folder / "series.csv") for folder in folders)
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [False, True])
def test_a_dask_scheduler_that_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path, stopped: bool
) -> None:
    address, processes = cluster
    process = start(tmp_path, "--dask", address)
    time.sleep(1)
    processes[-1].kill()
    if stopped:
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=20)
    assert "Traceback" not in error
    if stopped:
        # Whichever is heard first.
        assert process.returncode in {2, 128 + signal.SIGTERM}, error
    else:
        assert process.returncode == 2, error
        assert f"the dask scheduler at '{address}' is gone" in error
    stored = gs.open(tmp_path / "out").statuses["ok"]
    assert stored > 0
    again = start(tmp_path, "--workers", "2")
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=60)
    assert gs.open(tmp_path / "out").statuses["ok"] > stored


@pytest.mark.slow
def test_ray_by_ten_lines(alone: gs.Result) -> None:
    ray = pytest.importorskip("ray")

    class Ray:
        def __init__(self) -> None:
            self.call = ray.remote(max_retries=3)(lambda function, *rest: function(*rest))

        def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
            return self.call.remote(function, *arguments).future()

    environment = {"env_vars": {"PYTHONPATH": str(ROOT)}}
    ray.init(num_cpus=2, include_dashboard=False, runtime_env=environment)
    try:
        assert_same(gs.sweep(STUDY, executor=Ray()), alone)
    finally:
        ray.shutdown()
