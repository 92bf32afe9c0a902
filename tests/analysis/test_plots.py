"""Figures: what they say and show, that they leave everything else alone, and what they refuse."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell.agents.ties import complete_ties, from_pairs, no_ties
from groundswell.analysis import critical_mass, hysteresis, plots, tipping
from groundswell.analysis.plots.labels import LABELS, names_of
from groundswell.analysis.plots.style import look
from groundswell.problems import InputError
from groundswell.tables import SERIES

ROOT = Path(__file__).parents[2]
STUDY = {
    "name": "study",
    "rounds": 12,
    "replicates": 4,
    "population": {"kind": "blank", "users": 60},
    "decision": {"kind": "best-response", "activation": {"kind": "inertial", "revision": 0.3}},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.25}},
    "collective": {"seeds": 0.3, "committed": False},
    "platform": {"kind": "response", "curve": {"kind": "logistic", "midpoint": 0.3}},
    "sweep": {"grid": {"collective.seeds": [0.1, 0.2, 0.3, 0.4], "payoff.benefit": [0.7, 1.3]}},
}
SEEDS, BENEFIT = "collective.seeds", "payoff.benefit"


@pytest.fixture(scope="module")
def study() -> gs.Result:
    """Four sizes of seeds, two benefits, four replicates: 32 runs of 13 rounds."""
    return gs.sweep(STUDY)


@pytest.fixture(scope="module")
def learners() -> pd.DataFrame:
    """Two learners at three shares, three runs each."""
    rows = [
        {"platform.learner.kind": kind, "alpha": alpha, "alpha_eff": times * alpha,
         "success": min(1.0, 3 * alpha + 0.01 * run), "bound": 1 - 0.05 / alpha}
        for kind, times in (("sgd", 1.0), ("cvar", 1.5))
        for alpha in (0.1, 0.2, 0.4)
        for run in range(3)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def loop() -> pd.DataFrame:
    table = pd.DataFrame({"round": range(5), "cost": [1, 2, 3, 2, 1], "alpha": [1, 0.9, 0, 0.1, 1]})
    return hysteresis.loop(table, "cost")


MORRIS = pd.DataFrame(
    {"parameter": ["a", "b"], "mu": [0.1, -0.5], "mu_star": [0.1, 0.5], "sigma": [0.2, 0.1],
     "mu_star_conf": [0.05, 0.1]}
)  # fmt: skip
SOBOL = pd.DataFrame(
    {"parameter": ["a", "b"], "S1": [0.6, 0.1], "S1_conf": [0.1, 0.1], "ST": [0.8, 0.3],
     "ST_conf": [0.1, 0.2]}
)  # fmt: skip
RING = from_pairs(12, np.arange(12), (np.arange(12) + 1) % 12)


def logistic(alpha):
    return 1 / (1 + np.exp(-10 * (alpha - 0.3)))


FIGURES = {
    "time_series": lambda study, learners, loop, ax: plots.time_series(study, ax=ax),
    "success_curve": lambda study, learners, loop, ax: plots.success_curve(
        learners, by="platform.learner.kind", mass=0.2, target=0.5, ax=ax
    ),
    "effective_share": lambda study, learners, loop, ax: plots.effective_share(learners, ax=ax),
    "phase_diagram": lambda study, learners, loop, ax: plots.phase_diagram(
        study, BENEFIT, SEEDS, ax=ax
    ),
    "mean_field": lambda study, learners, loop, ax: plots.mean_field(
        logistic, [0.2, 0.5, 0.6, 0.9], path=[0.3, 0.5, 0.9], ax=ax
    ),
    "hysteresis_loop": lambda study, learners, loop, ax: plots.hysteresis_loop(loop, ax=ax),
    "tipping_probability": lambda study, learners, loop, ax: plots.tipping_probability(
        study, ax=ax
    ),
    "learner_comparison": lambda study, learners, loop, ax: plots.learner_comparison(
        learners, ax=ax
    ),
    "sensitivity": lambda study, learners, loop, ax: plots.sensitivity(MORRIS, ax=ax),
    "network": lambda study, learners, loop, ax: plots.network(RING, np.arange(12) < 4, ax=ax),
}


@pytest.fixture
def close() -> Iterator[None]:
    yield
    plt.close("all")


def names(ax) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def marked(ax, marker: str) -> list[float]:
    return [float(line.get_xdata()[0]) for line in ax.lines
            if line.get_marker() == marker and len(line.get_xdata())]  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure(name, study, learners, loop, close) -> None:
    before, ours = dict(mpl.rcParams), plots.new_axes()
    assert FIGURES[name](study, learners, loop, ours) is ours
    text = plots.svg(ours)
    assert not plt.get_fignums()
    ax = FIGURES[name](study, learners, loop, None)
    assert plt.get_fignums() == [ax.figure.number]
    assert dict(mpl.rcParams) == before
    assert name == "network" or (ax.get_xlabel() and (ax.get_ylabel() or ax.get_yticklabels()))
    assert plots.svg(ax) == text  # the same figure is the same text
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314
    assert "Date" not in text
    assert "dc:" not in text
    assert len(text) < 200_000


def test_all_that_is_public_is_drawn_here() -> None:
    others = {"Layout", "network_layout", "new_axes", "style", "svg"}
    assert set(plots.__all__) == {*FIGURES, *others}


def test_matplotlib_is_loaded_on_first_use() -> None:
    code = "import sys, groundswell.analysis.plots; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_looks_differ_without_colours() -> None:
    with plots.style():
        looks = [look(number) for number in range(7)]
    assert len({one["color"] for one in looks}) == len({one["marker"] for one in looks}) == 7


def test_labels_are_those_of_the_tables() -> None:
    assert set(SERIES) <= set(LABELS)


# Time series


def test_one_run_is_one_line_for_each_column() -> None:
    ax = plots.time_series(gs.run(STUDY, replicates=1), ax=plots.new_axes())
    assert [len(line.get_xdata()) for line in ax.lines] == [13, 13, 0, 0]
    assert names(ax) == ["share of training data α", "success S"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("round", "share of training data α, success S")
    assert ax.get_ylim() == (-0.03, 1.03)
    assert not ax.collections
    assert ax.get_title(loc="left") == ""


def test_rounds_are_whole_and_a_single_one_is_seen() -> None:
    table = pd.DataFrame({"run": "a", "round": [0, 1], "alpha": [0.1, 0.2]})
    ax = plots.time_series(table, "alpha", ax=plots.new_axes())
    assert {tick % 1 for tick in ax.get_xticks()} == {0}
    ax = plots.time_series(table[:1], "alpha", ax=plots.new_axes())
    assert {tick % 1 for tick in ax.get_xticks()} == {0}
    assert ax.lines[-1].get_marker() == "o"


def test_runs_are_thin_lines_with_band_and_median(study) -> None:
    ax = plots.time_series(study, "alpha", by=BENEFIT, ax=plots.new_axes())
    thin = [line for line in ax.lines if line.get_linewidth() < 1]
    assert len(thin) == 32
    assert len(ax.collections) == 2
    assert names(ax) == ["benefit = 0.7", "benefit = 1.3"]
    wide = study.series.merge(study.runs, on="run").query("`payoff.benefit` == 1.3")
    medians = wide.groupby("round")["alpha"].median()
    thick = [line for line in ax.lines if line not in thin and len(line.get_xdata())]
    np.testing.assert_allclose(thick[1].get_ydata(), medians)
    assert ax.get_title(loc="left") == "median and middle half of 32 runs, all as lines"


def test_few_points_of_a_sweep_are_drawn_apart_and_many_together(study) -> None:
    ax = plots.time_series(study, "alpha", ax=plots.new_axes())
    assert names(ax) == []  # eight combinations
    few = SimpleNamespace(runs=study.runs.query("`collective.seeds` < 0.3"), series=study.series)
    assert names(plots.time_series(few, "alpha", ax=plots.new_axes())) == [
        f"seeds = {seeds}, benefit = {benefit}" for seeds in (0.1, 0.2) for benefit in (0.7, 1.3)
    ]


def test_thousands_of_runs_stay_small() -> None:
    rounds, runs = 2_000, 300
    alpha = np.random.default_rng(0).random((runs, rounds)).ravel()
    table = pd.DataFrame(
        {"run": np.repeat(np.arange(runs), rounds), "round": np.tile(np.arange(rounds), runs),
         "alpha": alpha}
    )  # fmt: skip
    ax = plots.time_series(table, "alpha", ax=plots.new_axes())
    assert ax.get_title(loc="left") == (
        "median and middle half of 300 runs, 40 as lines, every 5 rounds"
    )
    assert len(ax.lines) == 41
    assert {len(line.get_xdata()) for line in ax.lines} == {400}
    assert len(plots.svg(ax)) < 600_000


def test_settled_runs_stay_as_they_were() -> None:
    early = gs.run(STUDY, replicates=3, rounds=200, stop="settled")
    assert early.series["round"].max() < 200
    ax = plots.time_series(early, "alpha", ax=plots.new_axes())
    assert {line.get_xdata()[-1] for line in ax.lines} == {200}
    ends = early.series.groupby("run")["alpha"].last()
    assert ax.lines[-1].get_ydata()[-1] == ends.median()


def test_what_was_not_measured_is_left_out(study) -> None:
    ax = plots.time_series(study, ["alpha", "accuracy"], ax=plots.new_axes())
    assert ax.get_ylabel() == "share of training data α"
    with pytest.raises(InputError, match="'accuracy' was not measured in any of these runs"):
        plots.time_series(study, "accuracy", ax=plots.new_axes())


# Curves


def test_success_with_bound_and_critical_mass(learners) -> None:
    one = learners.query("`platform.learner.kind` == 'sgd'")
    ax = plots.success_curve(one, target=0.5, ax=plots.new_axes())
    found = critical_mass.from_sweep(one, 0.5)["critical_mass"].item()
    assert marked(ax, "*") == [found]
    assert names(ax) == ["lower bound on S", "critical mass, S* = 0.5", "success S"]
    assert ax.get_xlabel() == "share of training data α"
    (bound,) = [line for line in ax.lines if line.get_label() == "lower bound on S"]
    np.testing.assert_allclose(bound.get_ydata(), [0.5, 0.75, 0.875])
    assert ax.get_title(loc="left") == "means of 9 runs"


def test_masses_that_are_given_go_with_their_learners(learners) -> None:
    kind = "platform.learner.kind"
    mass = critical_mass.from_sweep(learners, 0.5, by=kind)
    ax = plots.success_curve(learners, by=kind, mass=mass, ax=plots.new_axes())
    assert marked(ax, "*") == mass["critical_mass"].tolist()
    stars = [line.get_color() for line in ax.lines if line.get_marker() == "*"]
    with plots.style():
        assert stars[:2] == [look(0)["color"], look(1)["color"]]
    missed = plots.success_curve(learners, by=kind, target=2.0, ax=plots.new_axes())
    assert "critical mass, S* = 2, 2 without" in names(missed)
    line = plots.success_curve(learners, by=kind, mass=0.25, ax=plots.new_axes())
    assert [0.25, 0.25] in [list(one.get_xdata()) for one in line.lines]


def test_success_below_zero_is_shown(learners) -> None:
    ax = plots.success_curve(learners.assign(success=-2.0), ax=plots.new_axes())
    assert ax.get_ylim()[0] < -2


def test_effective_share_beside_the_diagonal(learners) -> None:
    ax = plots.effective_share(learners, by="platform.learner.kind", ax=plots.new_axes())
    assert list(ax.lines[0].get_ydata()) == [0, 0.4]
    assert names(ax)[1:] == ["sgd", "cvar"]
    np.testing.assert_allclose(ax.containers[1].lines[0].get_ydata(), [0.15, 0.3, 0.6])


def test_many_settings_are_thinned_out() -> None:
    table = pd.DataFrame({"alpha": 0.1, "alpha_eff": 0.1, "level": np.arange(20) / 20})
    ax = plots.effective_share(table, by="level", ax=plots.new_axes())
    assert len(names(ax)) == 1 + 7
    assert ax.get_title(loc="left") == "means of 20 runs, 7 of 20 settings"


# Phase diagrams


def test_cells_are_means(study) -> None:
    ax = plots.phase_diagram(study, BENEFIT, SEEDS, value="alpha", ax=plots.new_axes())
    (mesh,) = ax.collections
    last = study.series.query("round == 12").merge(study.runs, on="run")
    expected = last.pivot_table(index=SEEDS, columns=BENEFIT, values="alpha")
    np.testing.assert_allclose(mesh.get_array(), expected)
    assert mesh.get_clim() == (0, 1)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("benefit b (payoff)", "seeds (share of users)")
    assert ax.figure.axes[1].get_ylabel() == "share of training data α"
    np.testing.assert_allclose(ax.get_xlim(), (0.4, 1.6))


def test_narrow_cells_names_and_counts() -> None:
    table = pd.DataFrame(
        {SEEDS: [1, 10, 100] * 2, "platform.learner": ["knn"] * 3 + ["sgd"] * 3, "lift": 2.0}
    )
    ax = plots.phase_diagram(table, SEEDS, "platform.learner", value="lift", ax=plots.new_axes())
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "10", "100"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["knn", "sgd"]
    assert ax.get_xlabel() == "seeds (users)"


def test_a_design_without_a_grid_is_points() -> None:
    x, y = np.random.default_rng(0).random((2, 30))
    table = pd.DataFrame({"x": x, "y": y, "success": x * y})
    ax = plots.phase_diagram(table, "x", "y", ax=plots.new_axes())
    assert len(ax.collections[0].get_offsets()) == 30


def test_a_setting_must_vary(study) -> None:
    with pytest.raises(InputError, match="'rounds' has one value only"):
        plots.phase_diagram(
            study.series.assign(rounds=12), "rounds", "members", ax=plots.new_axes()
        )


# The mean field


def test_fixed_points_and_path() -> None:
    ax = plots.mean_field(lambda alpha: alpha, 0.5, path=[0.6, 1.0, 1.0], ax=plots.new_axes())
    assert names(ax) == ["α' = α", "simulated", "mean field", "stable", "tipping point"]
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines["stable"].get_xdata()) == [0, 1]
    assert list(lines["tipping point"].get_xdata()) == [0.5]
    assert lines["tipping point"].get_markerfacecolor() == "white"
    assert list(lines["simulated"].get_xdata()) == [0.6, 0.6, 1, 1, 1]
    assert list(lines["simulated"].get_ydata()) == [0.6, 1, 1, 1, 1]
    assert set(lines["mean field"].get_ydata()) == {0, 1}


def test_the_path_of_a_run_follows_the_map_of_a_large_crowd() -> None:
    run = gs.run(STUDY, replicates=1, population={"kind": "blank", "users": 100_000})
    curve, cost = run.scenario.platform.curve, run.scenario.payoff.cost
    ax = plots.mean_field(curve, cost, revision=0.3, path=run, ax=plots.new_axes())
    lines = {line.get_label(): line for line in ax.lines}
    way, field = lines["simulated"], lines["mean field"]
    corners = slice(1, None, 2)
    expected = np.interp(way.get_xdata()[corners], field.get_xdata(), field.get_ydata())
    np.testing.assert_allclose(way.get_ydata()[corners], expected, atol=0.01)


@pytest.mark.parametrize("path", [[0.2, 1.4], [[0.1], [0.2]], [float("nan")]])
def test_a_path_is_shares(path) -> None:
    with pytest.raises(InputError, match="a path is a sequence of shares from 0 to 1"):
        plots.mean_field(logistic, 0.5, path=path, ax=plots.new_axes())


def test_a_path_is_of_one_run(study) -> None:
    with pytest.raises(InputError, match="that of one run, found 32"):
        plots.mean_field(logistic, 0.5, path=study, ax=plots.new_axes())


# Tipping


def test_probability_by_seeds_with_intervals(study) -> None:
    ax = plots.tipping_probability(study, ax=plots.new_axes())
    assert names(ax) == ["benefit = 0.7", "benefit = 1.3"]
    table = tipping.probability(study)
    for container, (_, part) in zip(ax.containers, table.groupby(BENEFIT), strict=True):
        np.testing.assert_allclose(
            container.lines[0].get_ydata().astype(float), part["probability"]
        )
        bars = np.array(container.lines[2][0].get_segments(), dtype=float)
        np.testing.assert_allclose(bars[:, :, 1], part[["low", "high"]])
    assert ax.get_xlabel() == "seeds (share of users)"
    assert ax.get_ylabel() == "probability of tipping"


def test_both_branches_of_a_loop(loop) -> None:
    ax = plots.hysteresis_loop(loop, ax=plots.new_axes())
    assert names(ax) == ["forward", "backward"]
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 0.9, 0], [1, 0.1, 0]]
    assert ax.get_title(loc="left") == "area between the branches -0.8"
    assert ax.get_xlabel() == "cost"


# Comparisons


def test_learners_beside_each_other(learners) -> None:
    ax = plots.learner_comparison(learners, value="alpha_eff", ax=plots.new_axes())
    assert [text.get_text() for text in ax.get_yticklabels()] == ["sgd", "cvar"]
    means = [container.lines[0].get_xdata()[0] for container in ax.containers]
    np.testing.assert_allclose(means, [0.7 / 3, 1.05 / 3])


def test_whole_learners_are_named_by_what_they_differ_in(learners) -> None:
    swept = learners.rename(columns={"platform.learner.kind": "platform.learner"}).replace(
        {"sgd": '{"kind": "mlp", "hidden": [32], "rate": 0.1}', "cvar": '{"kind": "knn"}'}
    )
    ax = plots.learner_comparison(swept, ax=plots.new_axes())
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "mlp, hidden [32], rate 0.1",
        "knn",
    ]
    assert names_of([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) == ["b = 2", "b = 3"]
    assert names_of([{"a": "{no json"}, {"a": True}]) == ["{no json", "a = True"]


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (MORRIS, ["mean effect μ*", "spread of effects σ"]),
        (SOBOL, ["alone S₁", "with interactions Sₜ"]),
    ],
)
def test_indices_most_influential_first(table, shown) -> None:
    ax = plots.sensitivity(table, ax=plots.new_axes())
    top = ["b", "a"] if table is MORRIS else ["a", "b"]
    assert [text.get_text() for text in ax.get_yticklabels()] == top
    assert ax.yaxis_inverted()
    assert names(ax) == shown


# Networks


def test_members_are_filled() -> None:
    ax = plots.network(RING, np.arange(12) < 4, ax=plots.new_axes())
    outsiders, members = ax.collections
    assert (len(outsiders.get_offsets()), len(members.get_offsets())) == (8, 4)
    assert np.isnan(ax.lines[0].get_xdata()).sum() == 12  # ties
    assert names(ax) == ["outsiders", "members"]
    assert ax.get_title(loc="left") == "12 users"


def test_of_many_users_the_same_neighbourhood_is_drawn() -> None:
    users = 5_000
    ring = from_pairs(users, np.arange(users), (np.arange(users) + 1) % users)
    layout, again = plots.network_layout(ring, most=100), plots.network_layout(ring, most=100)
    np.testing.assert_array_equal(layout.users, again.users)
    np.testing.assert_array_equal(layout.places, again.places)
    assert len(layout.users) == 100
    assert len(layout.ties) == 99
    ax = plots.network(layout, np.zeros(users, dtype=bool), ax=plots.new_axes())
    assert ax.get_title(loc="left") == "100 of 5,000 users, a neighbourhood"


@pytest.mark.parametrize("ties", [no_ties(700), complete_ties(700)])
def test_without_ties_to_draw_users_stand_in_a_circle(ties) -> None:
    ax = plots.network(ties, np.ones(700, dtype=bool), ax=plots.new_axes())
    assert len(ax.collections[1].get_offsets()) == 500
    said = "500 of 700 users" + ", everybody tied to everybody" * ties.complete
    assert ax.get_title(loc="left") == said


def test_of_very_many_ties_some_are_drawn() -> None:
    a, b = np.triu_indices(100, 1)
    ax = plots.network(from_pairs(100, a, b), np.ones(100, dtype=bool), ax=plots.new_axes())
    assert ax.get_title(loc="left") == "100 users, 3,000 of 4,950 ties"


def test_everybody_must_be_said_to_be_in_or_out() -> None:
    with pytest.raises(InputError, match="each of 12 users"):
        plots.network(RING, [True, False], ax=plots.new_axes())


# Bad input

RESULTS = {
    "time_series": plots.time_series,
    "success_curve": plots.success_curve,
    "effective_share": plots.effective_share,
    "phase_diagram": lambda result: plots.phase_diagram(result, BENEFIT, SEEDS),
    "mean_field": lambda result: plots.mean_field(logistic, 0.5, path=result),
    "tipping_probability": plots.tipping_probability,
    "learner_comparison": plots.learner_comparison,
}
TABLES = {
    "hysteresis_loop": plots.hysteresis_loop,
    "sensitivity": plots.sensitivity,
}


def refused(draw, source, match: str) -> None:
    """Nothing is half-drawn."""
    with pytest.raises(InputError, match=match):
        draw(source)
    assert not plt.get_fignums()


@pytest.mark.parametrize("draw", (RESULTS | TABLES).values(), ids=RESULTS | TABLES)
def test_nothing_to_draw(draw, study) -> None:
    refused(draw, study.series.iloc[:0], "no run has ended yet, or the table is empty")
    if draw in RESULTS.values():
        empty = SimpleNamespace(runs=study.runs.iloc[:0], series=study.series.iloc[:0])
        refused(draw, empty, "no run has ended yet")


@pytest.mark.parametrize("draw", RESULTS.values(), ids=RESULTS)
def test_only_failed_runs(draw, study) -> None:
    runs = study.runs.assign(status="failed")
    runs.loc[0, "status"] = "diverged"
    failed = SimpleNamespace(runs=runs, series=study.series.iloc[:0])
    refused(draw, failed, "none of the runs went well.*31 failed, 1 diverged")


@pytest.mark.parametrize("draw", RESULTS.values(), ids=RESULTS)
def test_missing_columns(draw, study) -> None:
    kept = ["run", "round", "members"]
    old = SimpleNamespace(runs=study.runs, series=study.series[kept])
    if draw is RESULTS["mean_field"]:
        old.runs = study.runs.iloc[:1]
    refused(draw, old, "no column '.*Results of an older version may lack columns")


@pytest.mark.parametrize("draw", TABLES.values(), ids=TABLES)
def test_another_table(draw, study) -> None:
    refused(draw, study.series, "no column 'forward'|no indices of morris")


def test_neither_result_nor_table() -> None:
    refused(plots.time_series, [0.1, 0.2], "drawn of a result or a table, found list")


def test_nothing_varies(study) -> None:
    refused(plots.tipping_probability, gs.run(STUDY, replicates=1), "sweep 'collective.seeds'")


def test_unknown_setting_to_draw_apart(study) -> None:
    refused(
        lambda result: plots.time_series(result, by="payoff.benefits"), study,
        "no column 'payoff.benefits'; did you mean 'payoff.benefit'",
    )  # fmt: skip


def test_labels_of_users_are_text() -> None:
    table = pd.DataFrame(
        {"platform.learner.kind": ["<script>alert(1)</script>", "$5 to $10", "a & b"],
         "success": [0.1, 0.2, 0.3]}
    )  # fmt: skip
    text = plots.svg(plots.learner_comparison(table, ax=plots.new_axes()))
    assert "<script" not in text
    said = "".join(ET.fromstring(text).itertext())  # noqa: S314
    for name in table["platform.learner.kind"]:
        assert name in said


def test_the_figure_of_the_readme(made_with) -> None:
    made_with("matplotlib")  # each writes SVG in its own way
    path = ROOT / "docs" / "readme_figure.py"
    spec = spec_from_file_location("readme_figure", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn, kept = module.draw(), module.FIGURE.read_text(encoding="utf-8")
    numbers = re.compile(r"-?\d+\.\d+")
    assert numbers.sub("", drawn) == numbers.sub("", kept)
    positions = [[float(x) for x in numbers.findall(text)] for text in (drawn, kept)]
    np.testing.assert_allclose(*positions, atol=0.05)  # as well as can be seen
    assert "docs/figures/quickstart.svg" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_intervals_of_shares_end_where_shares_do() -> None:
    table = pd.DataFrame({"alpha": [0.1, 0.1], "success": [0.9, 0.4], "run": ["a", "b"]})
    low, high = plots.success_curve(table, ax=plots.new_axes()).get_ylim()
    assert -0.1 < low < 0
    assert 1 < high < 1.1
