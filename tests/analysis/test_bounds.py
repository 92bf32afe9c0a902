"""The bounds and masses: their values, their domains, and that each mass inverts its bound."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundswell.analysis import bounds

SHARES = st.floats(1e-6, 1)
UNITS = st.floats(0, 1)
POSITIVITIES = st.floats(1e-3, 1)
EPSILONS = st.floats(0, 0.49)


def share_of_lost_points(alpha, uniqueness, resistance):
    """Thm 1 from its proof: Σ G(x) over lost x, when every signal cell is just barely lost."""
    return (1 - alpha) * resistance * uniqueness / alpha


def test_feature_label_agrees_with_exact_rational_evaluation():
    grid = [Fraction(n, 10) for n in (1, 3, 7, 10)]
    for a, xi, gap in product(grid, [Fraction(0), *grid], [Fraction(0), *grid]):
        for eps in (Fraction(0), Fraction(1, 20), Fraction(2, 5)):
            k = eps / (1 - eps)
            expected = 1 - share_of_lost_points(a, xi, (gap + k) / (1 - k))
            found = bounds.feature_label(
                float(a), uniqueness=float(xi), gap=float(gap), epsilon=float(eps)
            )
            assert found == pytest.approx(float(expected), abs=1e-12, rel=1e-12)


def test_feature_only_agrees_with_exact_rational_evaluation():
    grid = [Fraction(n, 10) for n in (1, 3, 7, 10)]
    for a, xi, p in product(grid, [Fraction(0), *grid], grid):
        for eps in (Fraction(0), Fraction(1, 20), Fraction(2, 5)):
            clear = 1 - 2 * eps
            # α·p·G(x) <= P0(x)·[(1-p)/(1-2ε) - (1-α)p] is what a lost cell satisfies.
            expected = 1 - max(Fraction(0), (1 - p) / clear - (1 - a) * p) * xi / (a * p)
            found = bounds.feature_only(
                float(a), uniqueness=float(xi), positivity=float(p), epsilon=float(eps)
            )
            assert found == pytest.approx(float(expected), abs=1e-12, rel=1e-12)


def test_erasing_agrees_with_exact_rational_evaluation():
    for a, tau in product([Fraction(3, 4), Fraction(1)], [Fraction(n, 5) for n in range(6)]):
        for eps in (Fraction(0), Fraction(1, 20), Fraction(2, 5)):
            expected = 1 - 2 * (1 - a) * tau / (a - eps / (1 - eps))
            found = bounds.erasing(float(a), distance=float(tau), epsilon=float(eps))
            assert found == pytest.approx(float(expected), abs=1e-12)


def test_the_example_of_the_issue():
    found = bounds.feature_label(0.01, uniqueness=0.02, gap=0.9, epsilon=0.05)
    assert found == pytest.approx(1 - 99 * (0.905 / 0.9) * 0.02)
    assert found < 0, "vacuous values are returned as they are"


def test_numbers_give_floats_and_arrays_broadcast():
    assert type(bounds.feature_label(np.float64(0.5), uniqueness=0, gap=1)) is float
    assert type(bounds.erasing_mass(1, distance=0)) is float
    table = bounds.feature_only([[0.1], [0.2]], uniqueness=[0.0, 0.1, 0.2], positivity=0.4)
    assert table.shape == (2, 3)
    assert table[1, 2] == bounds.feature_only(0.2, uniqueness=0.2, positivity=0.4)


BAD_UNITS = [-0.1, 1.1, float("nan")]
BAD_SHARES = [0, -0.1, 1.1, float("nan")]
BAD_EPSILONS = [-0.1, 0.5, 0.7, float("nan")]
GOOD = {
    bounds.feature_label: {"alpha": 0.5, "uniqueness": 0.1, "gap": 0.2, "epsilon": 0.1},
    bounds.feature_only: {"alpha": 0.5, "uniqueness": 0.1, "positivity": 0.2, "epsilon": 0.1},
    bounds.erasing: {"alpha": 0.5, "distance": 0.1, "epsilon": 0.1},
    bounds.feature_label_mass: {"success": 0.5, "uniqueness": 0.1, "gap": 0.2, "epsilon": 0.1},
    bounds.feature_only_mass: {
        "success": 0.5,
        "uniqueness": 0.1,
        "positivity": 0.2,
        "epsilon": 0.1,
    },
    bounds.erasing_mass: {"success": 0.5, "distance": 0.1, "epsilon": 0.1},
}
DOMAINS = {"alpha": BAD_SHARES, "positivity": BAD_SHARES, "epsilon": BAD_EPSILONS}
BAD = [
    pytest.param(function, name, value, id=f"{function.__name__}-{name}-{value}")
    for function, good in GOOD.items()
    for name in good
    for value in DOMAINS.get(name, BAD_UNITS)
]


@pytest.mark.parametrize(("function", "name", "value"), BAD)
def test_numbers_outside_their_domain_are_named(function, name, value):
    function(**GOOD[function])
    with pytest.raises(ValueError, match=rf"^{name} must lie in .*found {value}"):
        function(**{**GOOD[function], name: value})
    with pytest.raises(ValueError, match=name):
        function(**{**GOOD[function], name: [GOOD[function][name], value]})


def test_the_first_number_outside_its_domain_is_named():
    with pytest.raises(ValueError, match=r"found 1.5$"):
        bounds.feature_label([0.5, 1.5, 2.5], uniqueness=0.1, gap=0.1)
    with pytest.raises(ValueError, match=r"= 0.25, found 0.2$"):
        bounds.erasing([0.3, 0.2, 0.1], distance=0.1, epsilon=0.2)
    with pytest.raises(ValueError, match=r"= 0.25, found 0.1$"):
        bounds.erasing(0.1, distance=0.1, epsilon=[0.0, 0.2, 0.4])


@pytest.mark.parametrize("alpha", [0.25, 0.2, [0.9, 0.2]])
def test_erasing_needs_more_members_than_the_learner_errs(alpha):
    with pytest.raises(ValueError, match=r"alpha must exceed ε/\(1-ε\) = 0.25, found 0.2"):
        bounds.erasing(alpha, distance=0.1, epsilon=0.2)


@given(SHARES, SHARES, UNITS, UNITS, EPSILONS)
def test_feature_label_rises_with_alpha(one, other, xi, gap, eps):
    low, high = bounds.feature_label(sorted([one, other]), uniqueness=xi, gap=gap, epsilon=eps)
    assert low <= high <= 1


@given(SHARES, SHARES, UNITS, POSITIVITIES, EPSILONS)
@example(one=1.0, other=1e-6, xi=1.0, p=0.5, eps=0.0)  # 1-ξ at every share
def test_feature_only_rises_with_alpha_unless_the_target_leads_already(one, other, xi, p, eps):
    low, high = bounds.feature_only(sorted([one, other]), uniqueness=xi, positivity=p, epsilon=eps)
    if 1 - p > (1 - 2 * eps) * p:
        assert low <= high
    else:
        assert low >= high
    assert max(low, high) <= 1


@given(SHARES, SHARES, UNITS, EPSILONS)
def test_erasing_rises_with_alpha(one, other, tau, eps):
    k = eps / (1 - eps)
    shares = np.sort(k + (1 - k) * np.array([one, other]))
    low, high = bounds.erasing(np.minimum(shares, 1), distance=tau, epsilon=eps)
    assert low <= high <= 1


@given(SHARES, UNITS, UNITS, st.floats(0, 0.4))
def test_a_worse_learner_never_helps(alpha, xi, gap, eps):
    """What widely copied summaries of Thm 1 get wrong."""
    bound = bounds.feature_label(alpha, uniqueness=xi, gap=gap, epsilon=[eps, eps + 0.05])
    assert bound[0] >= bound[1] - 1e-9 * abs(bound[1])


@given(st.floats(0, 0.999), st.floats(1e-3, 1), st.floats(1e-3, 1), EPSILONS)
def test_feature_label_mass_inverts_its_bound(success, xi, gap, eps):
    mass = bounds.feature_label_mass(success, uniqueness=xi, gap=gap, epsilon=eps)
    found = bounds.feature_label(mass, uniqueness=xi, gap=gap, epsilon=eps)
    assert found == pytest.approx(success, abs=1e-9)


@given(st.floats(0, 0.999), st.floats(1e-3, 1), POSITIVITIES, EPSILONS)
def test_feature_only_mass_inverts_its_bound_or_says_that_none_suffices(success, xi, p, eps):
    def bound(alpha):
        return bounds.feature_only(alpha, uniqueness=xi, positivity=p, epsilon=eps)

    mass = bounds.feature_only_mass(success, uniqueness=xi, positivity=p, epsilon=eps)
    if np.isnan(mass):
        assert bound(1.0) < success + 1e-9
    elif (lead := (1 - 2 * eps) * p - (1 - p)) > 1e-9:
        assert mass == 0
        assert bound(lead / 2) == 1
    elif mass > 1e-9:
        assert bound(mass) == pytest.approx(success, abs=1e-6)


@given(st.floats(0, 0.999), st.floats(1e-3, 1), EPSILONS)
def test_erasing_mass_inverts_its_bound(success, tau, eps):
    mass = bounds.erasing_mass(success, distance=tau, epsilon=eps)
    found = bounds.erasing(min(mass, 1), distance=tau, epsilon=eps)
    assert found == pytest.approx(success, abs=1e-9)


@pytest.mark.parametrize(
    ("mass", "expected"),
    [
        (bounds.feature_label_mass(1, uniqueness=0, gap=1), 0),
        (bounds.feature_label_mass(1, uniqueness=1, gap=0), 0),
        (bounds.feature_label_mass(1, uniqueness=0.1, gap=0.1), 1),
        (bounds.feature_label_mass(0.3, uniqueness=0, gap=1, epsilon=0.3), 0),
        (bounds.feature_only_mass(1, uniqueness=0, positivity=0.1), 0),
        (bounds.feature_only_mass(1, uniqueness=0.5, positivity=0.5), np.nan),
        (bounds.feature_only_mass(1, uniqueness=0.5, positivity=0.5, epsilon=0.01), np.nan),
        (bounds.feature_only_mass(0.9, uniqueness=0.1, positivity=0.4), np.nan),
        (bounds.feature_only_mass(0.9, uniqueness=0.09, positivity=0.4), np.nan),
        (bounds.feature_only_mass(0.9, uniqueness=0.02, positivity=0.4), 0.125),
        (bounds.feature_only_mass(0.625, uniqueness=0.125, positivity=0.25), 1),
        (bounds.feature_only_mass(0.5, uniqueness=0.5, positivity=0.25), np.nan),
        (bounds.feature_only_mass(0.9, uniqueness=0.5, positivity=0.75), 0),
        (bounds.erasing_mass(1, distance=0), 0),
        (bounds.erasing_mass(1, distance=0, epsilon=0.2), 0.25),
        (bounds.erasing_mass(1, distance=0.1, epsilon=0.2), 1),
        (bounds.erasing_mass(0, distance=0, epsilon=0.2), 0.25),
    ],
)
def test_masses_at_the_edges(mass, expected):
    assert mass == pytest.approx(expected, nan_ok=True)


def test_feature_only_mass_at_its_ends():
    assert bounds.feature_only_mass(1, uniqueness=0, positivity=0.25) == 0
    assert bounds.feature_only_mass(0.625, uniqueness=0.125, positivity=0.25) == 1


def test_feature_only_mass_where_the_target_exactly_ties():
    """p = ½, ε = 0: the bound is 1 - ξ at every share, so all or none suffice."""
    assert bounds.feature_only_mass(0.7, uniqueness=0.3, positivity=0.5) == 0
    assert bounds.feature_only_mass(0.75, uniqueness=0.25, positivity=0.5) == 0
    assert np.isnan(bounds.feature_only_mass(0.9, uniqueness=0.3, positivity=0.5))
    assert bounds.feature_only(0.01, uniqueness=0.3, positivity=0.5) == pytest.approx(0.7)
