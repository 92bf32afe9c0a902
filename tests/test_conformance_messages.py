"""Components that break a law are told which one, on what input, and what to do."""

import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
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
from groundswell.agents.planting import FeatureLabel
from groundswell.agents.population import Categorical, FiniteSource, Population, Rows
from groundswell.agents.signal import Signal
from groundswell.agents.strategy import NoStrategy
from groundswell.agents.ties import Ties, from_pairs
from groundswell.component import PARTS
from groundswell.data import Column, Schema
from groundswell.platform.curve import Curve
from groundswell.platform.learners.base import ConstantClassifier, Learner
from groundswell.platform.learners.bayes import Bayes
from groundswell.platform.learners.convex import Convex
from groundswell.platform.learners.network import Network as NeuralNetwork
from groundswell.platform.memory import Memory
from groundswell.stopping import Stop
from groundswell.testing import ConformanceError, check_component
from groundswell.testing.sameness import global_states, repeated, same


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Register the kinds of this file, and forget them and those that a test makes."""
    for part in PARTS.values():
        ours = [one for one in (*CLASSES, Plain) if one.part == part.part]
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


def few(joined, users):
    return np.full(len(users), joined.mean() < 0.5)


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
    "the start of the round": (
        lambda: rule(
            wants=lambda self, situation, users, draws: few(situation.joined, users),
            take_turns=lambda self, s, order, draws, joined, locked: joined.__setitem__(
                order[~locked[order]], few(s.joined, order[~locked[order]])
            ),
        ),
        ["One turn after another", "if the round starts where they left it", "look at `joined`"],
    ),
    "the coin of the first": (
        lambda: rule(
            draws=1,
            wants=lambda self, situation, users, draws: draws[:, 0] < 0.5,
            take_turns=lambda self, s, order, draws, joined, locked: joined.__setitem__(
                order[~locked[order]], draws[0, 0] < 0.5
            ) if len(order) else None,
        ),
        ["have draws of their own", "row i of `draws` belongs to user order[i]"],
    ),
    "a list of wishes": (
        lambda: rule(wants=lambda self, s, users, draws: s.joined[users].tolist()),
        ["it returns a list", "return a numpy.ndarray"],
    ),
    "means of the rows asked about": (
        lambda: learner(by(lambda data, X: np.where(
            X[:, -1] >= X[:, -1].mean(), data.points.y.max(), data.points.y.min()
        ) if len(X) else np.zeros(0, dtype=np.int64))),
        ["The answer to a row", "are answered otherwise by themselves", "of training data"],
    ),
    "the row before": (
        lambda: learner(by(lambda data, X: np.where(
            X[:, -1] > np.maximum.accumulate(np.r_[0, X[:, -1]])[:-1],
            data.points.y.max(), data.points.y.min(),
        ))),
        ["are answered otherwise in another order"],
    ),
    "an answer to nothing": (
        lambda: learner(by(lambda data, X: np.full(len(X) or 1, data.points.y[0]))),
        ["0 rows have answers of shape (1,)", "return an empty array of int64"],
    ),
    "no model": (
        lambda: learner(lambda self, data, rng: None),
        ["`fit` returns None", "an object with a method `predict`"],
    ),
    "success without weights": (
        lambda: Plain(target="b"),
        ["Fresh points of weights 1 to 3 are so many points", "use fresh.share(hit)"],
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


class Plain(FeatureLabel):
    """Count points whatever they weigh."""

    kind: Literal["plain"] = "plain"

    def measure(self, model, fresh, context):
        return super().measure(model, replace(fresh, weight=None), context)


class High(Curve):
    """More success than there is."""

    kind: Literal["high"] = "high"

    def __call__(self, alpha):
        return 2.0 * alpha


class Listed(Curve):
    """Numbers in a list."""

    kind: Literal["listed"] = "listed"

    def __call__(self, alpha):
        return [0.5 for _ in alpha]


class Half(Activation):
    """Only the first half of the users revise."""

    kind: Literal["half"] = "half"
    one_by_one = False

    def users(self, columns, rng):
        return np.arange((columns.users + 1) // 2)


class Nobody(Activation):
    """Nobody revises."""

    kind: Literal["nobody"] = "nobody"
    one_by_one = False

    def users(self, columns, rng):
        return np.zeros(0, dtype=np.int64)


class Seeded(Distribution):
    """The same numbers, whatever the seed."""

    kind: Literal["seeded"] = "seeded"

    def draw(self, users, rng, columns):
        return np.random.default_rng(0).random(users)


class Grown(Network):
    """The same ties, whatever the seed, and more than were announced."""

    kind: Literal["grown"] = "grown"

    def build(self, users, rng):
        return from_pairs(users, *np.random.default_rng(0).integers(users, size=(2, 9 * users)))


class Forgotten(Network):
    """Forget to return the ties."""

    kind: Literal["forgotten"] = "forgotten"

    def build(self, users, rng):
        from_pairs(users, np.zeros(0), np.zeros(0))


class Negative(Categorical):
    """Some probabilities are below 0."""

    kind: Literal["negative"] = "negative"

    def open(self, rng):
        return FiniteSource(np.array([[0.75, 0.75], [-0.25, -0.25]]))


class Greedy(Categorical):
    """The first user owns everything."""

    kind: Literal["greedy"] = "greedy"

    def open(self, rng):
        source = super().open(rng)
        drawn = source.rows
        source.rows = lambda users, rng: Rows(
            drawn(users, rng).points, np.zeros(users, dtype=np.int64)
        )
        return source


class Frozen(Categorical):
    """The same data, whatever the seed."""

    kind: Literal["frozen"] = "frozen"

    def open(self, rng):
        source = super().open(np.random.default_rng(0))
        for name in ("rows", "fresh"):
            drawn = getattr(source, name)
            anew = partial(lambda draw, n, rng: draw(n, np.random.default_rng(0)), drawn)
            setattr(source, name, anew)
        return source


class Shut(Categorical):
    """Return no source."""

    kind: Literal["shut"] = "shut"

    def open(self, rng):
        return None


class Wordy(Stop):
    """Say it in words."""

    kind: Literal["wordy"] = "wordy"

    def ends(self, model):
        return "no"


CLASSES = {
    High: ["from 0 to 1", "S is [1.05 1.1  1.15]", "success is a share"],
    Listed: ["it returns a list", "return a numpy.ndarray"],
    Half: ["revise as often", "revises in 100% more or fewer of the rounds"],
    Nobody: ["somebody does at some time", "says of 40 users that they may"],
    Seeded: ["a generator of its own", "draw from `rng`"],
    Grown: ["a generator of its own", "and `expected_ties` says 0"],
    Forgotten: ["it returns None", "return a groundswell.agents.ties.Ties"],
    Negative: ["`p0` goes down to -0.25", "probabilities are not negative"],
    Greedy: ["all belong to user [0]", "such as np.arange(users)"],
    Frozen: ["What is random about the data", "a generator of its own"],
    Shut: ["it returns None", "return a groundswell.agents.population.Source"],
    Wordy: ["`ends` returns a bool", "it returns 'no'"],
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
for one in (*CLASSES, Plain):  # other tests look at all that is registered
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


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (5, r"takes a groundswell\.data\.Schema, found 5"),
        (Schema("videos", (Column("x"),), ("a", "b")), "the form 'videos'; works: 'columns'"),
        (Schema("images", (Column("x"),)), "found 1 columns and 0 labels"),
        (Schema("images", (), ("a", "b")), "found 0 columns and 2 labels"),
    ],
)
def test_schemas_that_no_data_can_be_made_for_are_refused_at_once(schema, message):
    with pytest.raises(ConformanceError, match=f"^schema= .*{message}"):
        check_component(Fixed(), schema=schema)


def test_learners_of_two_labels_can_be_told_apart_by_weights(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "docs" / "example-plugin" / "src")
    from groundswell_example.centroid import NearestCentroid

    schema = Schema("images", tuple(Column(f"p{i}") for i in range(3)), ("x", "y"))
    monkeypatch.setitem(Learner.kinds, "example-centroid", NearestCentroid)
    check_component(NearestCentroid(), schema=schema)
    blind = learner(by(lambda data, X: np.full(len(X), np.bincount(data.points.y).argmax())))
    with pytest.raises(ConformanceError, match="Points of weight 9 are 9 points"):
        check_component(blind, schema=schema)


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
