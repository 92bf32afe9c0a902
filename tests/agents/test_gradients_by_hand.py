"""Gradient strategies against a learner whose loss is half the squared distance to its points."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from groundswell.agents.aim import Aim
from groundswell.agents.gradient_strategy import GradientControl, GradientNeutralizing, known
from groundswell.agents.strategy import Context
from groundswell.data import Points, Schema
from groundswell.problems import InputError

ORIGIN, TARGET = np.zeros(2), np.array([3.0, 4.0])
CORNERS = [[0, 0], [10, 0], [0, 10], [10, 10]]
NO_THEOREM = (None, None)


@dataclass(frozen=True)
class Mean:
    """ℓ(θ; z) = ‖θ - x‖²/2, whose gradient is θ - x: left alone, it ends up with the mean."""

    ends: tuple[float, float] | None = None
    convexity: float = 1.0

    def gradients(self, points, parameters):
        return parameters - points.X

    def mean_gradient(self, points, parameters):
        return parameters - np.average(points.X, axis=0, weights=points.weights)

    def solve(self, points):
        mean = np.average(points.X, axis=0, weights=points.weights)
        return mean if self.ends is None else np.array(self.ends)

    def predict(self, parameters, X):
        return (X[:, 0] > parameters[0]).astype(np.int64)


def points(*rows, weight=None):
    return Points(np.array(rows, dtype=float), np.zeros(len(rows), dtype=np.int64), weight)


def context(base=((0, 0),), choices=CORNERS, ends=None, **more):
    aim = Aim(Mean(ends), points(*base), TARGET, points(*choices))
    return Context(signal=None, schema=None, aim=aim, **more)


def control(**settings):
    return GradientControl(target=(3.0, 4.0), **settings)


def answered(strategy, alpha, rate, start=ORIGIN, at=(1.0, 0.0), base=lambda theta: theta):
    """Return what it answers to the honest gradient at some parameters."""
    answer = strategy.steer(context())(start, base, alpha, rate)
    return answer(np.array(at), base(np.array(at))).tolist()


@pytest.mark.parametrize(
    ("alpha", "rate", "pace", "answer"),
    [
        # B = 5 and the way is 5 long, so C = (15/2 - 5/2)/5 = 1, less than 1/η.
        (0.5, 0.1, "steady", [-5.0, -8.0]),
        # 1/η is less: θ* is reached in one step.
        (0.5, 2.0, "steady", [-3.0, -4.0]),
        # Greedy whatever C; as long as the bound allows, in the direction of (-41, -80).
        (0.5, 0.1, "greedy", (15 * np.array([-41, -80]) / np.hypot(41, 80)).tolist()),
        # C = 0 promises nothing, and C < 0 less.
        (0.25, 2.0, "steady", [-7.0, -8.0]),
        (0.24, 2.0, "steady", [-1.76 / 0.24, -2 / 0.24]),
    ],
)
def test_answers_of_the_oracle_by_hand(alpha, rate, pace, answer):
    found = answered(control(bound=15.0, pace=pace), alpha, rate)
    np.testing.assert_allclose(found, answer, rtol=1e-12)


def test_an_answer_is_as_long_as_the_bound_at_most():
    assert answered(control(bound=5.0, pace="greedy"), 0.5, 2.0) == [-3.0, -4.0]
    np.testing.assert_allclose(answered(control(bound=2.5), 0.5, 2.0), [-1.5, -2.0], rtol=1e-12)


def test_the_way_is_that_from_the_start():
    start, speed = np.array([2.0, 0.0]), 5 / np.hypot(1, 4)  # C, with B = 5 at θ*
    found = answered(control(bound=15.0), 0.5, 0.1, start=start)
    np.testing.assert_allclose(found, [-4 * speed - 1, -8 * speed], rtol=1e-12)


def test_whoever_starts_at_the_target_stays_there():
    assert answered(control(bound=15.0), 0.5, 2.0, start=TARGET, at=TARGET) == [-3.0, -4.0]


def test_the_honest_gradient_is_largest_on_a_grid_of_hundredths():
    def ridge(theta):  # 5 long at 37 hundredths of the way, and at no other
        return np.array([5.0, 0.0]) * np.isclose(theta[0], 0.37 * 3)

    answer = answered(control(bound=15.0), 0.5, 0.1, at=(0.0, 0.0), base=ridge)
    np.testing.assert_allclose(answer, [-6.0, -8.0], rtol=1e-12)


def test_real_points_answer_with_what_is_nearest_in_their_hull():
    # θ = (1, 0) is to go 2 to the right and 4 up: an answer of (-3, -4), a mean point of (4, 4).
    assert answered(control(mode="points"), 0.5, 2.0) == pytest.approx([-3.0, -4.0])
    # (-41, -80)/0.5 is out of reach: the corner (10, 10) is nearest to it.
    assert answered(control(mode="points"), 0.5, 0.1) == pytest.approx([-9.0, -10.0])


def test_control_submits_points_as_they_are():
    sent = points([1, 2], [3, 4])
    assert control(bound=1.0).submit(sent, context()) is sent


class Fitted:
    """A model with parameters, that answers 1 right of 5."""

    parameters = np.array([3.0, 2.0])

    def predict(self, X):
        return (X[:, 0] > 5).astype(np.int64)


def test_success_is_the_way_gone_or_the_share_of_equal_answers():
    fresh = points([0, 0], [4, 0], [6, 0], [7, 0])
    gone = control(bound=1.0).measure(Fitted(), fresh, context())
    assert gone.success == pytest.approx(1 - 2 / 5)
    same = control(mode="points").measure(Fitted(), fresh, context())
    assert same.success == 0.75  # θ* answers 1 right of 3
    assert np.isnan([gone.placebo, same.placebo]).all()


def test_only_models_with_parameters_have_gone_a_way():
    class Plain:
        def predict(self, X):
            return np.zeros(len(X), dtype=np.int64)

    with pytest.raises(TypeError, match="needs a model with parameters"):
        control(bound=1.0).measure(Plain(), points([0, 0]), context())
    assert control(mode="points").measure(Plain(), points([0, 0]), context()).success == 1


def neutralizing(**settings):
    return GradientNeutralizing(target=(3.0, 4.0), **settings)


def test_submitted_points_cancel_the_pull_of_the_others():
    others = points([2, 3], [2, 1])  # their mean is (2, 2), and they pull with (1, 2)
    some = context(alpha=0.5, others=others)
    law = neutralizing().submit(points([9, 9], weight=np.ones(1)), some)
    assert np.average(law.X, axis=0, weights=law.weight) == pytest.approx([4.0, 6.0])
    assert law.X.tolist() == CORNERS
    few = context(alpha=0.2, others=others)  # (3, 4) + 4·(1, 2)
    law = neutralizing().submit(points([9, 9], weight=np.ones(1)), few)
    assert np.average(law.X, axis=0, weights=law.weight) == pytest.approx([7.0, 10.0])


def test_members_who_know_nobody_else_cancel_their_own_pull():
    own = points([2, 2], weight=np.ones(1))
    law = neutralizing().submit(own, context(alpha=0.5))
    assert np.average(law.X, axis=0, weights=law.weight) == pytest.approx([4.0, 6.0])


def test_rows_are_as_many_as_members_and_nobody_submits_nothing():
    own = points(*[[2, 2]] * 10)
    rows = neutralizing().submit(own, context(alpha=0.5))
    assert len(rows) == 10
    assert rows.X.mean(axis=0).tolist() == [4.0, 6.0]
    assert neutralizing().submit(own, context(alpha=0.0)) is own


def theorem(strategy=None, **where):
    return (strategy or neutralizing()).theorem(*NO_THEOREM, context(**where))


def test_the_bound_by_hand():
    # B = 5, and against (3, 4) the hull of the corners reaches (7, 6)-wards: Gmax = 7.5.
    bound = theorem()
    assert bound(0.25, 0.0) == pytest.approx(1 - (0.75 * 5 - 0.25 * 7.5) / 5)
    assert bound(0.5, 0.1) == 1
    assert isinstance(bound(0.5, 0.1), float)
    # Left alone, this learner ends up 10 away: what is left weighs half as much.
    assert theorem(ends=(9.0, 12.0))(0.25, 0.0) == pytest.approx(1 - (0.75 * 5 - 0.25 * 7.5) / 10)


def test_where_there_is_no_bound():
    assert theorem(neutralizing(labels="free")) is None
    assert theorem(base=[TARGET], ends=(9.0, 12.0)) is None  # nobody pulls
    assert theorem(ends=(3.0, 4.0)) is None  # there is no way to go
    assert theorem(base=[TARGET]) is None


def test_there_is_a_bound_just_where_members_can_hold_the_learner_at_the_target():
    at_best_held = [[0, 0], TARGET]
    assert theorem(choices=at_best_held)(0.5, 0.0) == pytest.approx(0.5)
    weaker = [[0, 0], 0.9 * TARGET]  # Gmax = -0.5
    assert theorem(choices=weaker) is None


def test_a_strategy_without_an_aim_says_so():
    with pytest.raises(ValueError, match="needs to know what the learner minimises"):
        known(Context(signal=None, schema=None))


def test_targets_are_checked():
    schema = Schema("cells", labels=("no", "yes"))
    neutralizing().check(schema)
    GradientNeutralizing(target="yes").check(schema)
    with pytest.raises(InputError, match="there is no label 'maybe'") as error:
        GradientNeutralizing(target="maybe").check(schema)
    assert error.value.key == ("target",)
    neutralizing().check_parameters(2)
    GradientNeutralizing(target="yes").check_parameters(3)
    with pytest.raises(InputError, match="the learner has 3 parameters, found 2") as error:
        neutralizing().check_parameters(3)
    assert error.value.key == ("target",)


class Shift:
    """A signal that puts a point to the right."""

    def apply(self, X, schema):
        return X + np.array([10.0, 0.0])


def test_what_members_choose_from():
    base = points([0, 0], [1, 0], [0, 0], [2, 0])
    place = Context(signal=Shift(), schema=Schema("columns", labels=("no", "yes")))
    aim = GradientNeutralizing(target="yes", candidates=2).aim(Mean(), base, place)
    assert aim.target.tolist() == [5.75, 0.0]  # half of P0 with the signal
    assert aim.choices.X[::2].tolist() == [[0, 0], [1, 0], [10, 0], [11, 0]]
    assert aim.choices.y.tolist() == [0, 1] * 4
    listed = replace(GradientNeutralizing(target=(3.0, 4.0)).aim(Mean(), base, place), base=None)
    assert listed.target.tolist() == [3.0, 4.0]
    assert len(listed.choices) == 12
