"""Signatures of Ben-Dov et al. (2024) on a seed that nothing was tuned on: see docs/bendov.md."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import groundswell as gs
from groundswell.analysis import effective_size

FRESH_SEED = 20_261
LEARNER, SHARE = "platform.learner", "collective.seeds"


def swept(name: str, replicates: int, **grid: tuple[Any, ...]) -> tuple[gs.Result, pd.DataFrame]:
    """Part of a library sweep: the result, and round 0 with its settings beside it."""
    scenario = gs.load(name).replace({"seed": FRESH_SEED, "replicates": replicates})
    wanted = {**scenario.sweep.grid, **{key.replace("__", "."): v for key, v in grid.items()}}
    result = gs.sweep(scenario.replace({"sweep.grid": wanted}), workers=2)
    assert (result.runs["status"] == "ok").all()
    first = result.series[result.series["round"] == 0]
    return result, first.merge(result.runs, on="run")


def learners(name: str, *kinds: str) -> tuple[Any, ...]:
    """The learners of a library sweep that are of some kinds."""
    return tuple(
        one for one in gs.load(name).sweep.grid[LEARNER]
        if (one if isinstance(one, str) else one["kind"]) in kinds
    )  # fmt: skip


@pytest.mark.slow
def test_robust_learners_enlarge_small_collectives_and_shrink_large_ones() -> None:
    name = "bendov-learners"
    kinds = learners(name, "sgd", "cvar", "chi2", "jtt")
    _, table = swept(
        name, 5, platform__learner=kinds, collective__seeds=(0.005, 0.01, 0.05, 0.1, 0.2)
    )
    found = effective_size.by_share(table, by=[LEARNER]).set_index([LEARNER, "alpha"])
    ratio, success = found["ratio"], found["success"]
    names = set(table[LEARNER])
    (plain,) = (text for text in names if '"sgd"' in text)
    (impatient,) = (text for text in names if '"identification_epochs": 1' in text)
    (patient,) = (text for text in names if '_epochs": 2, "upweight": 20' in text)
    assert (ratio[plain] == 1).all()
    for text in names - {plain, impatient}:
        assert ratio[text, 0.01] >= 1.3, text
        assert ratio[text, 0.2] < 0.75, text
    assert success[patient, 0.005] > success[plain, 0.005]
    assert success[impatient, 0.05] < success[plain, 0.05]
    assert success[impatient, 0.1] < success[plain, 0.1]


@pytest.mark.slow
def test_learning_from_failure_with_noisy_labels() -> None:
    name = "bendov-learners-noise"
    _, table = swept(
        name, 5, platform__learner=learners(name, "lff"), collective__seeds=(0.01, 0.2)
    )
    found = effective_size.by_share(table, value="alpha_eff_final").set_index("alpha")["ratio"]
    assert found[0.01] >= 1.3
    assert found[0.2] < 0.75


@pytest.mark.slow
def test_the_collective_in_the_validation_set() -> None:
    # .091 ± .010; of 20 replicates ± .026, and processors that round otherwise give others.
    shares = {"platform__validation__collective_share": (0.0, 0.5)}
    _, table = swept("bendov-validation", 160, collective__seeds=(0.005,), **shares)
    mean = table.groupby("platform.validation.collective_share")["success"].mean()
    assert mean[0.5] - mean[0.0] >= 0.05


@pytest.mark.slow
def test_simplicity_bias() -> None:
    _, table = swept("bendov-simplicity", 10, collective__seeds=(0.1,))
    by = ["platform.learner.epochs", "collective.signal.features"]
    mean = table.groupby(by)["success_others"].mean()
    gap = {epochs: mean[epochs, '{"linear1": 1.0}'] - mean[epochs, '{"slab1": 0.0}']
           for epochs in (5, 50)}  # fmt: skip
    assert gap[5] > 0.5
    assert gap[50] < 0.15


@pytest.mark.slow
def test_families_rank_and_trees_jump() -> None:
    name = "bendov-families"
    kinds = learners(name, "naive-bayes", "logistic", "svm", "knn", "tree", "forest")
    _, table = swept(name, 5, platform__learner=kinds, collective__seeds=(0.02, 0.05))
    mean = table.groupby([LEARNER, SHARE])["success"].mean()
    bayes, logistic, svm, one, five = (
        mean[text, 0.05]
        for text in (
            '"naive-bayes"', '"logistic"', '{"kind": "svm", "kernel": "linear"}',
            '{"kind": "knn", "neighbours": 1}', '{"kind": "knn", "neighbours": 5}',
        )
    )  # fmt: skip
    assert bayes > max(logistic, svm) >= min(logistic, svm) > one > five
    assert abs(logistic - svm) <= 0.1
    for text in ('"tree"', '"forest"'):
        assert mean[text, 0.02] < 0.5
        assert mean[text, 0.05] > 0.9


@pytest.mark.slow
def test_plain_training_uses_the_simple_block_alone() -> None:
    name = "bendov-slabs"
    result, _ = swept(
        name, 5, platform__learner=learners(name, "sgd"), population__label_noise=(0.0,),
        collective__seeds=(0.05,),
    )  # fmt: skip
    blocks = result.blocks[result.blocks["round"] == 0].groupby("block").mean(numeric_only=True)
    assert blocks.loc["linear", "accuracy_without"] < 0.65
    assert blocks.loc["slabs", "accuracy_without"] > 0.9
