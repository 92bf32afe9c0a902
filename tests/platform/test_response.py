"""Known responses α -> S."""

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.platform.agent import ResponsePlatform, make_platform
from groundswell.platform.curve import Curve
from groundswell.platform.platform import Platform
from groundswell.scenarios.keeping import forget

CURVES = {
    "logistic": {"kind": "logistic", "midpoint": 0.2, "steepness": 7.0},
    "step": {"kind": "step", "at": 0.35},
    "table": {"kind": "table", "alpha": [0.1, 0.4, 0.5], "success": [0.2, 0.8, 0.1]},
    "planting": {"kind": "planting", "uniqueness": 0.05, "gap": 0.8, "epsilon": 0.1},
}


def curve(name):
    return Curve.from_settings(CURVES[name])


def test_every_shipped_curve_is_tested():
    shipped = {
        kind for kind, one in Curve.kinds.items() if one.__module__.startswith("groundswell")
    }
    assert set(CURVES) == shipped


@pytest.mark.parametrize(
    ("name", "alpha", "success"),
    [
        ("logistic", 0.2, 0.5),
        ("logistic", 0.0, 1 / (1 + np.exp(1.4))),
        ("logistic", 1.0, 1 / (1 + np.exp(-5.6))),
        ("step", 0.0, 0.0),
        ("step", np.nextafter(0.35, 0), 0.0),
        ("step", 0.35, 1.0),
        ("step", 1.0, 1.0),
        ("table", 0.0, 0.2),
        ("table", 0.1, 0.2),
        ("table", 0.25, 0.5),
        ("table", 0.45, 0.45),
        ("table", 0.9, 0.1),
        ("planting", 0.0, 0.0),
        ("planting", 0.01, 0.0),
        ("planting", 0.2, 1 - 4 * ((0.9 * 0.8 + 0.1) / 0.8) * 0.05),
        ("planting", 1.0, 1.0),
    ],
)
def test_values(name, alpha, success):
    assert curve(name)(np.array([alpha]))[0] == pytest.approx(success, abs=1e-12)


@pytest.mark.parametrize("name", CURVES)
@given(alphas=st.lists(st.integers(0, 10**9).map(lambda n: n / 10**9), min_size=1))
def test_curves_take_arrays_and_stay_between_0_and_1(name, alphas):
    values = curve(name)(np.array(alphas))
    assert values.shape == (len(alphas),)
    assert ((values >= 0) & (values <= 1)).all()
    assert values.tolist() == [curve(name)(np.array([alpha]))[0] for alpha in alphas]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "table", "alpha": [0.1, 0.2], "success": [1.0]}, "has 2 values and 'success' 1"),
        ({"kind": "table", "alpha": [0.2, 0.1], "success": [0.0, 1.0]}, "must rise strictly"),
        ({"kind": "table", "alpha": [0.1, 0.1], "success": [0.0, 1.0]}, "must rise strictly"),
        ({"kind": "table", "alpha": [0.1, 1.1], "success": [0.0, 1.0]}, "must rise strictly"),
        ({"kind": "table", "alpha": [], "success": []}, "at least 1 item"),
        (
            {"kind": "table", "alpha": [0, 1], "success": [0.5, 5.0]},
            r"'success' must lie in \[0, 1\], found 5",
        ),
        ({"kind": "table", "alpha": [0, 1], "success": [-0.1, 1.0]}, "found -0.1"),
        ({"kind": "step", "at": 1.2}, "less than or equal to 1"),
        ({"kind": "logistic", "steepness": 0.0}, "greater than 0"),
        ({"kind": "planting", "epsilon": 0.5}, "less than 0.5"),
    ],
)
def test_curves_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        Curve.from_settings(settings)


@pytest.mark.parametrize(("members", "success"), [(34, 0.0), (35, 1.0), (100, 1.0)])
def test_a_response_platform_answers_to_the_share_of_members(members, success):
    model = mesa.Model(rng=1)
    part = Platform.from_settings({"kind": "response", "curve": CURVES["step"]})
    agent = make_platform(model, part, None, None)
    agent.retrain(0, np.arange(100) < members, np.random.default_rng(0))
    forget(model)
    assert isinstance(agent, ResponsePlatform)
    assert agent.alpha == agent.alpha_eff == members / 100
    assert agent.success() == success
    assert not agent.retrained
