"""Bounds of gradient strategies: values by hand, domains, and that gradient descent obeys them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.analysis import gradient_bounds as gradient

SIZES = st.floats(0.01, 10)


def test_the_mass_is_where_pulls_balance():
    assert gradient.gradient_neutralizing_mass(1, 1) == 0.5
    assert gradient.gradient_neutralizing_mass(0, 0) == 0, "nothing to neutralise"
    assert gradient.gradient_neutralizing_mass(2, 0) == 1
    np.testing.assert_array_equal(
        gradient.gradient_neutralizing_mass([0, 1], [[1.0], [3.0]]), [[0, 0.5], [0, 0.25]]
    )


@given(SIZES, SIZES, SIZES)
def test_neutralizing_reaches_the_target_exactly_from_the_mass_on(base, reach, mu):
    mass = gradient.gradient_neutralizing_mass(base, reach)
    shares = np.array([mass / 2, mass, (1 + mass) / 2, 1])
    left = gradient.gradient_neutralizing_distance(
        shares, base_gradient=base, reach=reach, convexity=mu
    )
    assert left[0] > 0
    assert (left[1:] == 0).all()


def test_a_distance_is_not_negative_where_a_share_is_just_below_the_mass():
    base, reach = 7.78, 0.66
    share = np.nextafter(gradient.gradient_neutralizing_mass(base, reach), 0)
    assert (1 - share) * base - share * reach < 0, "by rounding"
    left = gradient.gradient_neutralizing_distance(
        share, base_gradient=base, reach=reach, convexity=1
    )
    assert left == 0


def test_neutralizing_holds_for_a_quadratic_loss():
    """The mean gradient of μ/2·‖θ - z‖² vanishes where the mixture's does: solve it and compare."""
    mu, base_mean, target, reach = 2.0, 3.0, 0.0, 4.0
    base = mu * abs(target - base_mean)
    for alpha in (0.1, 0.3, 0.5, 0.59):
        collective_mean = target - reach / mu
        trained = alpha * collective_mean + (1 - alpha) * base_mean
        bound = gradient.gradient_neutralizing_distance(
            alpha, base_gradient=base, reach=reach, convexity=mu
        )
        assert abs(trained - target) == pytest.approx(bound)
    assert gradient.gradient_neutralizing_mass(base, reach) == pytest.approx(0.6)


def test_control_holds_along_a_simulated_descent():
    rng = np.random.default_rng(3)
    theta, target, alpha, reach, step = rng.normal(size=4), np.zeros(4), 0.4, 5.0, 0.1
    start, base = np.linalg.norm(theta), 1.5
    rate = gradient.gradient_control_rate(alpha, base_gradient=base, reach=reach, distance=start)
    for taken in range(1, 40):
        honest = rng.normal(size=4)
        honest *= base / np.linalg.norm(honest)
        answer = (rate * (theta - target) - (1 - alpha) * honest) / alpha
        assert np.linalg.norm(answer) <= reach + 1e-9, "the collective stays within its bound"
        theta = theta - step * (alpha * answer + (1 - alpha) * honest)
        bound = gradient.gradient_control_distance(
            alpha, base_gradient=base, reach=reach, distance=start, step=step, steps=taken
        )
        assert np.linalg.norm(theta - target) == pytest.approx(bound)


def test_control_promises_nothing_below_the_mass():
    settings = {"base_gradient": 1.0, "reach": 3.0, "distance": 2.0}
    assert gradient.gradient_control_rate(0.25, **settings) == 0
    assert gradient.gradient_control_rate(0.1, **settings) < 0
    assert gradient.gradient_control_distance(0.1, **settings, step=0.1, steps=5) > 2


CONTROL = {"base_gradient": 1, "reach": 1, "distance": 1}
BAD = [
    *((gradient.gradient_control_rate, {**CONTROL, "alpha": a}, "alpha") for a in (0, -0.5, 1.5)),
    (gradient.gradient_neutralizing_mass, {"base_gradient": -1, "reach": 1}, "base_gradient"),
    (gradient.gradient_neutralizing_mass, {"base_gradient": 1, "reach": np.inf}, "reach"),
    (gradient.gradient_neutralizing_mass, {"base_gradient": 1, "reach": np.nan}, "reach"),
    (
        gradient.gradient_neutralizing_distance,
        {"alpha": 0.1, "base_gradient": 1, "reach": 1, "convexity": 0},
        "convexity",
    ),
    (
        gradient.gradient_neutralizing_distance,
        {"alpha": 0, "base_gradient": 1, "reach": 1, "convexity": 1},
        "alpha",
    ),
    (
        gradient.gradient_neutralizing_distance,
        {"alpha": 1.5, "base_gradient": 1, "reach": 1, "convexity": 1},
        "alpha",
    ),
    (
        gradient.gradient_control_rate,
        {"alpha": 0.1, "base_gradient": 1, "reach": 1, "distance": 0},
        "distance",
    ),
    (
        gradient.gradient_control_distance,
        {"alpha": 1, "base_gradient": 1, "reach": 2, "distance": 1, "step": 1, "steps": 1},
        "step times C",
    ),
    (
        gradient.gradient_control_distance,
        {"alpha": 1, "base_gradient": 1, "reach": 1, "distance": 1, "step": 1, "steps": -1},
        "steps",
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), BAD)
def test_numbers_outside_their_domain_are_named(function, arguments, name):
    with pytest.raises(ValueError, match=name):
        function(**arguments)
