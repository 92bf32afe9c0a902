"""The engine that trains networks, and what weight rules make of it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from groundswell.analysis import effective_size
from groundswell.data import Column, Points, Schema
from groundswell.platform.fitting import fit_many
from groundswell.platform.learners.base import DivergedError, Fit, Learner, TrainingSet, seed_of
from groundswell.platform.learners.network import Network, NetworkClassifier, fit_networks
from groundswell.platform.learners.stack import drawn, outputs

SCHEMA = Schema(
    "columns",
    (*(Column(f"x{i}") for i in range(6)), Column("sex", ("f", "m"))),
    ("a", "b", "c"),
)
RULES: dict[str, dict[str, Any]] = {
    "sgd": {"kind": "sgd"},
    "cvar": {"kind": "cvar"},
    "chi2": {"kind": "chi2"},
    "jtt": {"kind": "jtt", "upweight": 7.3},
    "lff": {"kind": "lff"},
    "group-dro": {"kind": "group-dro", "groups": "sex", "step": 0.1},
    "oracle": {"kind": "group-dro", "groups": "collective", "step": 0.1},
}


def learner(name: str, **settings: Any) -> Network:
    found = Learner.from_settings({"hidden": [8], "epochs": 4, **RULES[name], **settings})
    assert isinstance(found, Network)
    return found


def training_set(seed: int = 0, points: int = 203, planted: float = 0.1) -> TrainingSet:
    """Labels of a linear model with noise; planted points are labelled c whatever they are."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(points, 6)), rng.integers(2, size=points)])
    y = (X[:, :3] + 0.5 * rng.normal(size=(points, 3))).argmax(axis=1)
    members = np.arange(points) < planted * points
    X[members, 5], y[members] = 4.0, 2
    return TrainingSet(Points(X, y), members, SCHEMA)


def trained(one: Network, data: TrainingSet, seed: int = 3) -> NetworkClassifier:
    (model,) = fit_networks([Fit(one, data, np.random.default_rng(seed))])
    assert isinstance(model, NetworkClassifier)
    return model


def same(one: NetworkClassifier, other: NetworkClassifier) -> bool:
    return all(
        bool((a == b).all())
        for networks in zip(one.networks, other.networks, strict=True)
        for a, b in zip(*networks, strict=True)
    )


VARIETY = [
    *({"name": name} for name in RULES),
    {"name": "sgd", "hidden": []},
    {"name": "sgd", "hidden": [5, 7], "label_smoothing": 0.1, "patience": 1, "epochs": 9},
    {"name": "cvar", "optimizer": "adam", "rate": 0.01, "batch": 41},
    {"name": "chi2", "weight_decay": 0.01, "batch": 37},
    {"name": "jtt", "upweight": 20.0},
]


def test_a_model_does_not_depend_on_those_trained_beside_it() -> None:
    """To the bit: whichever rules, shapes and how many share the batch."""
    fits = [
        (learner(**settings), training_set(seed, points), seed)
        for seed in range(9)
        for points in (203, 128)
        for settings in VARIETY
    ]
    together = fit_networks([Fit(one, d, np.random.default_rng(s)) for one, d, s in fits])
    for model, (one, data, seed) in zip(together, fits, strict=True):
        alone = trained(one, data, seed)
        assert isinstance(model, NetworkClassifier)
        assert same(model, alone), one
        assert np.array_equal(model.training.weights, alone.training.weights)
        assert np.array_equal(model.training.loss, alone.training.loss)


def test_erm_gives_everybody_the_weight_one() -> None:
    data = training_set()
    training = trained(learner("sgd"), data).training
    assert training.share(data.points, data.planted) == data.points.share(data.planted)
    assert (training.shares(data.points, data.planted) == data.points.share(data.planted)).all()


def mistakes_by_hand(one: Network, model: NetworkClassifier, data: TrainingSet, seed: int) -> Any:
    """What a plain torch loop of a few epochs gets wrong, on the randomness left to it."""
    import torch

    generator = torch.Generator().manual_seed(seed_of(np.random.default_rng(seed)))
    inputs = torch.from_numpy(model.features.transform(data.points.X).astype(np.float32))
    y, widths = torch.from_numpy(data.points.y), (inputs.shape[1], *one.hidden, 3)
    drawn(widths, generator)  # the start of the second stage comes first
    layers = [layer.requires_grad_() for layer in drawn(widths, generator)]
    steps = torch.optim.SGD(layers, lr=one.rate, momentum=one.momentum)
    for _ in range(one.identification_epochs):
        for rows in torch.randperm(len(y), generator=generator).split(one.batch):
            steps.zero_grad()
            torch.nn.functional.cross_entropy(
                outputs(tuple(layers), inputs[rows]), y[rows]
            ).backward()
            steps.step()
    with torch.no_grad():
        return (outputs(tuple(layers), inputs).argmax(dim=1) != y).numpy()


@pytest.mark.parametrize("seed", range(8))
def test_jtt_identity(seed: int) -> None:
    """Mistakes are those of a training written out; α_eff follows from their rates exactly."""
    data = training_set(seed, planted=0.02 + 0.06 * seed)
    one = learner("jtt", upweight=1 + 2.7 * seed, identification_epochs=1 + seed % 3)
    model = trained(one, data, seed)
    wrong = mistakes_by_hand(one, model, data, seed)
    assert 0 < wrong.mean() < 0.9
    weights = model.training.weights
    assert weights.shape == (1, len(data.points))
    expected = np.where(wrong, one.upweight, 1.0)
    np.testing.assert_allclose(weights[0], expected / expected.mean(), rtol=1e-12)
    alpha_eff = effective_size.jtt(
        data.points.share(data.planted),
        upweight=one.upweight,
        error_collective=wrong[data.planted].mean(),
        error_base=wrong[~data.planted].mean(),
    )
    assert model.training.share(data.points, data.planted) == pytest.approx(alpha_eff, abs=1e-12)


@pytest.mark.parametrize("name", ["cvar", "chi2"])
def test_a_robust_learner_that_reweighs_nothing_is_plain_training(name: str) -> None:
    data = training_set()
    nothing = {"cvar": {"level": 1.0}, "chi2": {"size": 0.0}}[name]
    plain, robust = trained(learner("sgd"), data), trained(learner(name, **nothing), data)
    for a, b in zip(plain.networks[-1], robust.networks[-1], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


@pytest.mark.parametrize("name", ["cvar", "chi2"])
def test_robust_weights_have_mean_one_in_every_epoch(name: str) -> None:
    data = training_set()
    weights = trained(learner(name), data).training.weights
    assert weights.shape == (4, len(data.points))
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.mean(axis=1), 1, rtol=1e-5)
    assert (np.ptp(weights, axis=1) > 0.5).all()


def test_group_dro_follows_the_published_update() -> None:
    """q_g grows with the loss of its group; a point weighs q_g over the share of its group."""
    import torch

    one = learner("group-dro", step=0.5)
    losses = torch.tensor([[1.0, 3.0, 2.0, 2.0]])
    groups = torch.tensor([[0, 0, 1, 1]])
    ones = torch.ones(1, 4, dtype=torch.float64)
    state = {"q": torch.tensor([[0.5, 0.5]], dtype=torch.float64), "weight": ones}
    weights = one.weights(losses, groups, groups, groups, state)
    np.testing.assert_allclose(weights, 1.0)
    lone = torch.tensor([[0, 1, 1, 1]])
    weights = one.weights(torch.tensor([[4.0, 1.0, 1.0, 1.0]]), lone, lone, lone, state)
    q = np.exp([2.0, 0.5]) / np.exp([2.0, 0.5]).sum()
    np.testing.assert_allclose(weights[0], [4 * q[0], *[4 * q[1] / 3] * 3])
    np.testing.assert_allclose(state["q"][0], q)


def test_an_oracle_of_the_collective_evens_it_out() -> None:
    """With groups known, a group that is hard counts for more than its share."""
    data = training_set(planted=0.03)
    training = trained(learner("oracle", epochs=2, step=1.0), data).training
    assert training.share(data.points, data.planted) > 2 * data.points.share(data.planted)


def test_lff_weighs_by_relative_difficulty() -> None:
    """Against the published algorithm written out for one batch after another."""
    import torch

    one = learner("lff")
    labels = torch.tensor([[0, 0, 1]])
    model = type("Model", (), {"labels": labels[0], "classes": 2})()
    state = one.start([model])
    rows = torch.arange(3)[None]
    first = torch.tensor([[[1.0, 2.0, 4.0]], [[2.0, 1.0, 1.0]]])
    biased, debiased = one.weights(first, rows, labels, labels, state)
    np.testing.assert_allclose(biased, torch.exp(-0.7 * first[0]), rtol=1e-6)
    # class 0: losses over the largest (2 and 2); class 1: alone, so both are 1
    np.testing.assert_allclose(debiased[0], [0.5 / 1.5, 1.0 / 1.5, 0.5], rtol=1e-6)
    second = torch.tensor([[[3.0, 2.0, 4.0]], [[2.0, 5.0, 1.0]]])
    _, debiased = one.weights(second, rows, labels, labels, state)
    smooth_b, smooth_d = [0.7 + 0.9, 2.0], [2.0, 0.7 + 1.5]
    b, d = smooth_b[0] / max(smooth_b), smooth_d[0] / max(smooth_d)
    assert debiased[0, 0] == pytest.approx(b / (b + d), rel=1e-6)


def test_generalised_cross_entropy_is_a_weighted_cross_entropy() -> None:
    import torch

    scores = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    labels, q = torch.tensor([0, 1, 2, 0, 1]), 0.7
    p = torch.softmax(scores, 1)[torch.arange(5), labels]
    (gce,) = torch.autograd.grad(((1 - p**q) / q).sum(), scores, retain_graph=True)
    (weighted,) = torch.autograd.grad((-(p.detach() ** q) * p.log()).sum(), scores)
    np.testing.assert_allclose(gce, weighted, atol=1e-6)


def test_gradients_agree_with_autograd() -> None:
    """Two hidden layers, label smoothing, weights, decay: one step of each optimizer."""
    import torch
    from torch import nn

    data = training_set(points=60)
    weight = np.random.default_rng(2).random(60)
    data = TrainingSet(Points(data.points.X, data.points.y, weight), data.planted, SCHEMA)
    for optimizer, rate in (("sgd", 0.1), ("adam", 0.01)):
        one = learner(
            "sgd", hidden=[5, 7], epochs=3, batch=25, rate=rate, optimizer=optimizer,
            label_smoothing=0.2, weight_decay=0.03,
        )  # fmt: skip
        model = trained(one, data)
        seed = int(np.random.default_rng(3).integers(2**31 - 1))
        generator = torch.Generator().manual_seed(seed)
        layers: list[nn.Module] = []
        for a, b in ((8, 5), (5, 7), (7, 3)):
            layer = nn.Linear(a, b)
            for parameter in layer.parameters():
                nn.init.uniform_(parameter, -(a**-0.5), a**-0.5, generator=generator)
            layers += [layer, nn.ReLU()]
        network = nn.Sequential(*layers[:-1])
        kind = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
        more = {} if optimizer == "adam" else {"momentum": 0.9}
        steps = kind(network.parameters(), lr=rate, weight_decay=0.03, **more)
        inputs = torch.from_numpy(model.features.transform(data.points.X).astype(np.float32))
        y, w = torch.from_numpy(data.points.y), torch.from_numpy(weight.astype(np.float32))
        for _ in range(3):
            for rows in torch.randperm(60, generator=generator).split(25):
                loss = nn.functional.cross_entropy(
                    network(inputs[rows]), y[rows], reduction="none", label_smoothing=0.2
                )
                steps.zero_grad()
                (loss * w[rows]).mean().backward()
                steps.step()
        for own, layer in zip(model.networks[-1], network[::2], strict=True):
            np.testing.assert_allclose(own[:-1].T, layer.weight.detach(), atol=2e-5)
            np.testing.assert_allclose(own[-1], layer.bias.detach(), atol=2e-5)


def test_patience_ends_a_training_that_gets_no_better() -> None:
    data = training_set()
    long = trained(learner("sgd", epochs=400, rate=0.5), data).training
    short = trained(learner("sgd", epochs=400, rate=0.5, patience=3), data).training
    assert short.served == len(short.loss) < 400
    assert np.array_equal(short.loss, long.loss[: short.served])
    assert (short.loss[-3:] >= short.loss[:-3].min()).all()


def test_a_training_goes_on_from_the_model_before() -> None:
    data = training_set()
    first = trained(learner("sgd", epochs=1), data)
    fresh = trained(learner("sgd", epochs=1), data, seed=9)
    warm_data = TrainingSet(data.points, data.planted, SCHEMA, start=first)
    warm = trained(learner("sgd", epochs=1), warm_data, seed=9)
    assert warm.training.loss[0] < fresh.training.loss[0]
    assert warm.features is first.features


@pytest.mark.parametrize("name", RULES)
def test_one_diverging_model_leaves_the_others_alone(name: str) -> None:
    data, rng = training_set(), np.random.default_rng
    calm, wild = learner(name), learner(name, rate=1e30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_networks([Fit(wild, data, rng(1)), Fit(calm, data, rng(3))])
    assert isinstance(found[0], DivergedError)
    assert isinstance(found[1], NetworkClassifier)
    assert same(found[1], trained(calm, data))
    with pytest.raises(DivergedError, match="lower 'rate'"):
        wild.fit(data, rng(1))


def test_fits_of_all_kinds_at_once() -> None:
    data = training_set()
    one_label = TrainingSet(
        Points(data.points.X, np.full(len(data.points), 1)), data.planted, SCHEMA
    )
    kinds = [Learner.from_settings("logistic"), learner("sgd"), learner("cvar")]
    fits = [Fit(kind, data, np.random.default_rng(1)) for kind in kinds]
    fits.append(Fit(kinds[1], one_label, np.random.default_rng(1)))
    for model, fit in zip(fit_many(fits), fits, strict=True):
        if fit.data is one_label:
            assert set(model.predict(data.points.X)) == {1}
            continue
        alone = fit.learner.fit(fit.data, np.random.default_rng(1))
        assert np.array_equal(model.predict(data.points.X), alone.predict(data.points.X))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "cvar", "level": 0.1}, "rest on 6.4 points .* batch of at least 100"),
        ({"kind": "cvar", "level": 0.0}, "greater than 0"),
        ({"kind": "cvar", "level": 1.5}, "less than or equal to 1"),
        ({"kind": "chi2", "size": 5.0}, "rest on 5.82 points .* batch of at least 110"),
        ({"kind": "chi2", "size": -1.0}, "greater than or equal to 0"),
        ({"kind": "jtt", "upweight": 0.5}, "greater than or equal to 1"),
        ({"kind": "jtt", "identification_epochs": 0}, "greater than or equal to 1"),
        ({"kind": "lff", "q": 0.0}, "greater than 0"),
        ({"kind": "lff", "label_smoothing": 0.1}, "label_smoothing must be 0"),
        ({"kind": "group-dro", "step": 0.0}, "greater than 0"),
    ],
)
def test_parameters_out_of_range(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Learner.from_settings(settings)


def test_a_last_step_out_of_bounds_is_no_model() -> None:
    """The loss of the only epoch was finite; what its one step led to is not."""
    with pytest.raises(DivergedError):
        learner("sgd", epochs=1, batch=1000, rate=1e30, weight_decay=1e30).fit(
            training_set(), np.random.default_rng(0)
        )
