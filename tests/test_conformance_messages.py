"""Components that break a law are told which one, on what input, and what to do."""

import subprocess
import sys
from random import randrange
from typing import Literal

import numpy as np
import pytest
import torch
from pydantic import Field

from groundswell.agents.activation import Activation
from groundswell.agents.decision import Decision, Fixed
from groundswell.agents.distribution import Distribution
from groundswell.agents.network import Network
from groundswell.agents.population import Population
from groundswell.agents.signal import Signal
from groundswell.agents.strategy import NoStrategy
from groundswell.agents.ties import Ties
from groundswell.component import PARTS
from groundswell.data import Column, Schema
from groundswell.platform.curve import Curve
from groundswell.platform.learners.base import ConstantClassifier, Learner
from groundswell.platform.learners.bayes import Bayes
from groundswell.platform.learners.convex import Convex
from groundswell.platform.learners.network import Network as NeuralNetwork
from groundswell.platform.memory import Memory
from groundswell.testing import ConformanceError, check_component
from groundswell.testing.sameness import global_states, repeated, same


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Register the kinds of this file, and forget them and those that a test makes."""
    for part in PARTS.values():
        ours = [one for one in CLASSES if one.part == part.part]
        named = {one.model_fields["kind"].default: one for one in ours}
        monkeypatch.setattr(part, "kinds", {**part.kinds, **named})


def rule(**methods):
    """Return a rule that stays as it is but for some methods."""
    members = {"__doc__": "Stay as one is.", "__annotations__": {"kind": Literal["bad"]},
               "__module__": __name__, "kind": "bad", **methods}  # fmt: skip
    return type("Bad", (Fixed,), members)()


def learner(fit, **members):
    """Return a learner with a `fit`."""
    members = {"__doc__": "Learn.", "__annotations__": {"kind": Literal["bad"]},
               "__module__": __name__, "kind": "bad", "fit": fit, **members}  # fmt: skip
    return type("Bad", (Learner,), members)()


def by(answers):
    """Return a `fit` whose model answers to rows what a function of data and rows says."""

    class Model:
        def __init__(self, data):
            self.data = data

        def predict(self, X):
            return answers(self.data, X)

    return lambda self, data, rng: Model(data)


def first_user(self, situation, users, draws):
    return np.full(len(users), situation.joined[0])


def shuffled(self, data, rng):
    data.points.y.sort()
    return ConstantClassifier(int(data.points.y[0]))


BROKEN = {
    "everybody instead of those asked": (
        lambda: rule(wants=lambda self, situation, users, draws: situation.joined),
        ["`wants` returns a bool for each user", "14 of them revise", "[users]"],
    ),
    "Python's randomness": (
        lambda: rule(wants=lambda self, s, users, draws: users < randrange(40)),  # noqa: S311
        ["the global generator of Python", "the draws that it is given"],
    ),
    "a generator of its own": (
        lambda: rule(
            wants=lambda self, s, users, draws: np.random.default_rng().random(len(users)) < 0.5
        ),
        ["different answers", "no default_rng() of your own"],
    ),
    "a state kept in a column": (
        lambda: rule(
            wants=lambda self, situation, users, draws: (
                situation.columns.write("cost", users, 1.0) or situation.joined[users]
            )
        ),
        ["it changes what it is given", "work on a copy"],
    ),
    "two forms that differ": (
        lambda: rule(wants=lambda self, situation, users, draws: ~situation.joined[users]),
        ["`take_turns` does with one user what `wants` says", "have both call one function"],
    ),
    "locked users": (
        lambda: rule(take_turns=lambda self, s, order, draws, joined, locked: joined.fill(False)),
        ["move", "skip locked users"],
    ),
    "names": (
        lambda: rule(wants=first_user, take_turns=lambda self, s, order, draws, joined, locked: [
            joined.__setitem__(user, s.joined[0]) for user in order[~locked[order]]
        ]),
        ["Users called something else", "depend on a user's row"],
    ),
    "labels as numbers": (
        lambda: learner(by(lambda data, X: np.full(len(X), round(data.points.y.mean())))),
        ["nobody has submitted", "Labels in another order", "labels a, c", "no arithmetic"],
    ),
    "weights that are not looked at": (
        lambda: learner(by(lambda data, X: np.full(len(X), np.bincount(data.points.y).argmax()))),
        ["Points of weight 9 are 9 points", "`weighted` return False"],
    ),
    "data that are changed": (lambda: learner(shuffled), ["it changes what it is given"]),
    "floats": (
        lambda: learner(by(lambda data, X: np.full(len(X), float(data.points.y[0])))),
        ["float64", "an array of int64"],
    ),
    "an error": (
        lambda: learner(by(lambda data, X: X[:, 99])),
        ["IndexError", "test_conformance_messages.py:", "with an InputError"],
    ),
}  # fmt: skip


class Marked(Signal):
    """Set a column that is nowhere."""

    kind: Literal["marked"] = "marked"
    forms = ("columns",)

    def apply(self, X, schema):
        changed = X.copy()
        changed[:, schema.column("mark")] = 1.0
        return changed


class Loose(Curve):
    """A curve without bounds or documentation."""

    kind: Literal["loose"] = "loose"
    slope: float = 1.0

    def __call__(self, alpha):
        with np.errstate(divide="ignore"):
            return self.slope / alpha


class Loops(Network):
    """Everybody is tied to itself."""

    kind: Literal["loops"] = "loops"

    def build(self, users, rng):
        return Ties(np.arange(users + 1), np.arange(users, dtype=np.uint32))


class Twice(Activation):
    """The first user revises twice."""

    kind: Literal["twice"] = "twice"
    one_by_one = False

    def users(self, columns, rng):
        return np.zeros(2, dtype=np.int64)


class Growing(Memory):
    """Older submissions weigh more."""

    kind: Literal["growing"] = "growing"

    def weight(self, age):
        return 2.0**age


class Names(Distribution):
    """Not a number for each user."""

    kind: Literal["names"] = "names"

    def draw(self, users, rng, columns):
        return rng.random(users + 1)


class Vain(NoStrategy):
    """Claim a success without measuring any."""

    kind: Literal["vain"] = "vain"
    has_success = True


class Careless(Bayes):
    """Exchange rows for nothing."""

    kind: Literal["careless"] = "careless"

    def exchange(self, model, gone, came):
        return model


class Hasty(Bayes):
    """Count rows in the model that is given."""

    kind: Literal["hasty"] = "hasty"

    def exchange(self, model, gone, came):
        other = super().exchange(model, gone, came)
        model.answer[:] = other.answer
        return model


class Taught(Convex):
    """Teach the model that is served."""

    kind: Literal["taught"] = "taught"
    unique = deterministic = True

    def fit(self, data, rng):
        model = super().fit(data, rng)
        if data.start is not None:
            data.start.parameters[:] = model.parameters
        return model


class Signed(NeuralNetwork):
    """Weigh points by their places in the batch, some of them below 0."""

    kind: Literal["signed"] = "signed"
    epochs: int = Field(2, ge=1)
    """Passes."""

    def weights(self, losses, rows, labels, groups, state):
        return losses * 0 + torch.linspace(-1, 1, losses.shape[-1])


CLASSES = {
    Marked: ["refuses all data", "schema of your data"],
    Loose: ["'slope' has no docstring", "both accepted", "S is not finite at α = [0.]"],
    Loops: ["somebody is tied to itself", "from_pairs"],
    Twice: ["names users twice", "one_by_one = True"],
    Growing: ["do not rise with age", "the weights are [1.0, 2.0"],
    Names: ["input: 0 users", "it returns (1,)", "shape (0,)"],
    Vain: ["success is nan", "has_success = False"],
    Careless: ["that of the rows fitted anew", "counts = False"],
    Hasty: ["`exchange` changes the model that it is given", "return another one"],
    Taught: ["that model answers as before", "return a new model from `fit`"],
    Signed: ["not negative", "1 is the weight of plain training"],
}
for one in CLASSES:  # other tests look at all that is registered
    del one.kinds[str(one.model_fields["kind"].default)]


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_law_is_told(name):
    make, words = BROKEN[name]
    assert_told(make(), words)


@pytest.mark.parametrize("component", CLASSES, ids=lambda one: one.__name__)
def test_classes_that_break_a_law_are_told(component):
    assert_told(component(), CLASSES[component])


def assert_told(component, words):
    with pytest.raises(ConformanceError) as found:
        check_component(component)
    text = str(found.value)
    for word in words:
        assert word in text, text
    assert f"{component.part} '{component}'" in text
    assert issubclass(ConformanceError, AssertionError)


def test_a_report_is_the_same_again_and_leaves_global_randomness_alone():
    component = PARTS["curve"].from_settings("loose")
    before = global_states()
    texts = []
    for _ in range(2):
        with pytest.raises(ConformanceError) as found:
            check_component(component)
        texts.append(str(found.value))
    assert texts[0] == texts[1]
    assert same(global_states(), before)


def test_long_reports_say_the_rest_in_a_line_each():
    class Bare(Decision):
        kind: Literal["bare"] = "bare"

    with pytest.raises(ConformanceError, match="more, which may follow") as found:
        check_component(Bare())
    assert str(found.value).count("to do:") == 4


def test_classes_and_other_things_are_no_components():
    with pytest.raises(ConformanceError, match=r"not its class: Fixed\(\.\.\.\)"):
        check_component(Fixed)
    with pytest.raises(ConformanceError, match=r"takes a component .*found 'fixed'"):
        check_component("fixed")


def test_components_of_other_data_are_checked_on_them():
    schema = Schema("columns", (Column("mark"), Column("age")), ("yes", "no"))
    check_component(Marked(), schema=schema)


def test_neither_pytest_nor_hypothesis_is_needed():
    code = "import groundswell.testing, sys; print({'pytest', 'hypothesis'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_torch_is_looked_at_too():
    with pytest.raises(AssertionError, match="the global generator of torch"):
        repeated(lambda: torch.rand(1).numpy())


def test_populations_whose_rows_do_not_fit_are_told():
    class Empty(Population):
        """Say nothing of the form."""

        kind: Literal["empty"] = "empty"
        form = "columns"

        def open(self, rng):
            return PARTS["population"].from_settings("blank").open(rng)

    assert_told(Empty(), ["that of the schema 'none'", "set form to one of"])
