"""What commands print of many runs, of runs that went badly, and of options that do not fit."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import groundswell as gs
from groundswell.summary import print_summary

TOML = """\
name = "tiny"
rounds = 1
population = { kind = "blank", users = 20 }
decision = { kind = "threshold", of = "everybody", threshold = 0.3 }
collective = { seeds = 5 }
platform = { kind = "response", curve = "logistic" }
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(TOML, encoding="utf-8")
    return "tiny.toml"


def changed(statement: str) -> None:
    with closing(sqlite3.connect("out/results.sqlite")) as connection, connection:
        connection.execute(statement)


def summary() -> list[str]:
    shown = io.StringIO()
    print_summary(gs.open("out"), Console(file=shown, width=100))
    return [line.rstrip() for line in shown.getvalue().splitlines()]


def test_of_many_runs_twenty_are_shown(tiny: str) -> None:
    gs.run(tiny, replicates=23, out="out")
    heading, *rows = summary()
    assert heading.split()[:4] == ["replicate", "members", "α", "S"]
    assert [row.split()[0] for row in rows[:20]] == [str(number) for number in range(20)]
    assert rows[20] == "... and 3 more runs"
    assert rows[21:] == [
        "series: out/series.csv", "results: out", "report: groundswell report out",
    ]  # fmt: skip


def test_of_many_failures_twenty_are_shown_and_what_to_do(tiny: str) -> None:
    gs.run(tiny, replicates=23, out="out")
    changed("UPDATE runs SET status = 'failed', error = 'Traceback' || char(10) || 'E: boom'")
    said = [line for line in summary() if "fail" in line or "more;" in line]
    assert len(said) == 22
    assert said[0].endswith(" failed: E: boom")
    assert said[20] == "... and 3 more; see the column 'error' of runs.csv"
    assert said[21] == "23 failed; --retry-failed runs them again"


def test_runs_that_diverged_are_named_and_not_to_be_tried_again(tiny: str) -> None:
    gs.run(tiny, out="out")
    changed("UPDATE runs SET status = 'diverged', error = 'the loss is nan'")
    changed("DELETE FROM series")
    said = summary()
    assert said[1].split() == ["0", *"-----", "-"]
    assert said[2].endswith(" diverged: the loss is nan")
    assert not [line for line in said if "--retry-failed" in line]


def test_of_many_differences_twenty_are_shown(tiny: str, invoke) -> None:
    gs.run(tiny, replicates=23, out="out")
    changed("UPDATE series SET members = 0 WHERE round = 1")
    done = invoke("repeat", "out", "--quiet")
    *differences, more, last = done.stdout.splitlines()
    assert done.exit_code == 1
    assert len(differences) == 20
    assert differences[0].endswith("first in round 1, series.members: 0 stored, 5 now")
    assert more == "... and 3 more runs"
    assert last == "identical: 0 of 23 runs, in every value of every table"


def test_a_second_study_says_where_it_goes_and_why(tiny: str, invoke) -> None:
    assert invoke("run", tiny).exit_code == 0
    done = invoke("run", tiny, "--set", "rounds=2")
    assert done.exit_code == 0
    first = done.stdout.splitlines()[0]
    assert first.startswith("note: 'results/tiny' holds the results of other settings or data")
    assert first.endswith("; these go to results/tiny-2")


def test_a_dry_run_shows_ten_points_and_says_if_the_first_run_fails(
    tiny: str, invoke, monkeypatch
) -> None:
    vary = ("sweep", tiny, "--dry-run", "--vary", "rounds=1,2,3,4,5,6,7,8,9,10,11,12")
    assert invoke(*vary).stdout.splitlines()[-1] == "... and 2 more points"

    def fail(_: Any) -> None:
        raise ZeroDivisionError("nothing to divide")

    monkeypatch.setattr(gs.CollectiveActionModel, "step", fail)
    done = invoke(*vary)
    said = "the first run failed: ZeroDivisionError: nothing to divide\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--quiet", "--json"], "--quiet and --json: each says what is printed; give one"),
        (["run", "--dask", "localhost:1", "--checkpoint", "2"], "--checkpoint saves beside the"),
        (["sweep", "--vary", "rounds=1", "--vary", "rounds=2"], "'rounds' is given twice; give"),
        (["sweep", "--vary", "rounds=1,2", "--shard", "3/2"], "--shard: should be I/N, part I of"),
    ],
)
def test_options_that_do_not_fit_are_refused_and_nothing_is_written(
    tiny: str, invoke, arguments: list[str], said: str
) -> None:
    command, *options = arguments
    done = invoke(command, tiny, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert [path.name for path in Path().iterdir()] == [tiny]


def test_a_scenario_has_a_name(tiny: str, invoke) -> None:
    done = invoke("new", " ")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "a scenario needs a name, such as: groundswell new my-study\n"
    assert [path.name for path in Path().iterdir()] == [tiny]
