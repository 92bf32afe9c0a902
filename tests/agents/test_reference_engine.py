"""The array engine against plain Mesa agents with scalar rules: the same members, bit for bit.

The reference shares with the engine only what was drawn (ties, settings, seeds, the activation's
random numbers) and the table of S(n/N), because NumPy's exp and the C library's differ.
"""

import mesa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mesa.agent import AgentSet

ROUNDS = 10
SPREAD = {"kind": "uniform", "low": -0.02, "high": 0.6}
COSTS = {"kind": "normal", "mean": 0.35, "sd": 0.3}

NETWORKS = {
    "none": "none",
    "complete": "complete",
    "watts-strogatz": {"kind": "watts-strogatz", "degree": 6, "rewire": 0.2},
    "erdos-renyi": {"kind": "erdos-renyi", "mean_degree": 4.0},
    "barabasi-albert": {"kind": "barabasi-albert", "ties": 3},
    "karate": {"kind": "named", "name": "karate"},
    "directed": {"kind": "edge-list", "path": "pairs", "directed": True},
    "weighted": {"kind": "edge-list", "path": "tenths", "weighted": True},
    "directed-weighted": {
        "kind": "edge-list", "path": "odd", "directed": True, "weighted": True,
    },
}  # fmt: skip
SIZED = {"karate", "directed", "weighted", "directed-weighted"}
"""Networks that say themselves how many users there are."""
ACTIVATIONS = {
    "synchronous": "synchronous",
    "inertial": {"kind": "inertial", "revision": {"kind": "uniform", "low": 0.1, "high": 0.9}},
    "sequential": "sequential",
    "random": "random",
}
THRESHOLDS = {
    "share": SPREAD,
    "count": {"kind": "uniform", "low": -0.5, "high": 6.0},
}
BEST_RESPONSES = {
    "last": {},
    "curve": {"belief": "curve"},
    "pressure": {"peer_pressure": {"kind": "exponential", "mean": 0.4}},
    "exact-ties": {"benefit": 0.0, "cost": 0.25, "peer_pressure": 0.5},
    "public-good": {"belief": "curve", "spillover": 1.0, "benefit": 20.0},
    "everything": {
        "belief": "curve",
        "benefit": {"kind": "normal", "mean": 1.0, "sd": 0.2},
        "spillover": 0.3,
        "selective_incentive": {"kind": "exponential", "mean": 0.1},
        "peer_pressure": {"kind": "uniform", "low": 0.0, "high": 0.4},
        "safety": 1.7,
    },
    "last-everything": {
        "spillover": 0.5,
        "selective_incentive": 0.05,
        "peer_pressure": {"kind": "uniform", "low": 0.0, "high": 0.4},
        "safety": 0.5,
    },
}


RULES = {"fixed": {"decision": "fixed"}}
RULES |= {
    f"threshold-{of}-{measure}-{'reversible' if reversible else 'for-good'}": {
        "decision": {
            "kind": "threshold", "of": of, "measure": measure, "reversible": reversible,
            "threshold": THRESHOLDS[measure],
        }
    }
    for of in ("neighbours", "everybody")
    for measure in ("share", "count")
    for reversible in (True, False)
}  # fmt: skip
RULES |= {
    f"best-response-{name}": {
        "decision": "best-response",
        **{f"payoff__{key}": value for key, value in {"cost": COSTS, **payoff}.items()},
    }
    for name, payoff in BEST_RESPONSES.items()
}


class Person(mesa.Agent):
    """A user of the reference: everything it knows is a scalar or a list of people."""

    def __init__(self, model, row, columns):
        super().__init__(model)
        self.row = row
        self.settings = {name: columns[name][row].item() for name in columns}
        self.joined = self.settings["joined"]
        self.committed = self.settings["committed"]
        self.wish = self.joined
        self.friends = []
        self.weights = []

    def consider(self):
        self.wish = self.joined if self.committed else self.model.rule(self)

    def act(self):
        self.joined = self.wish

    def revise(self):
        self.consider()
        self.act()

    def joined_friends(self):
        return len([friend for friend in self.friends if friend.joined])

    def joined_share(self):
        if not self.friends or not self.weights:
            return self.joined_friends() / len(self.friends) if self.friends else 0.0
        everybody, joined = 0.0, 0.0
        for friend, weight in zip(self.friends, self.weights, strict=True):
            everybody += weight
            joined += weight if friend.joined else 0.0
        return joined / everybody


class ReferenceModel(mesa.Model):
    """Plain Mesa: one object per user, one call per revision."""

    def __init__(self, model):
        super().__init__(rng=1)
        scenario = model.scenario
        self.decision, self.payoff = scenario.decision, scenario.payoff
        self.streams, self.round = model.streams, 0
        self.size = model.columns.users
        self.people = [Person(self, row, model.columns) for row in range(self.size)]
        for person in self.people:
            person.friends = [self.people[j] for j in friends_of(model.ties, person.row)]
            person.weights = weights_of(model.ties, person.row)
        shares = np.array([n / self.size for n in range(self.size + 1)])
        self.success = scenario.platform.curve(shares).tolist()
        exposures = np.array([1 - n / self.size for n in range(1, self.size + 1)])
        self.exposure = (exposures**self.payoff.safety).tolist()
        self.last_success = self.success[self.members()]
        self.rule = getattr(self, self.decision.kind.replace("-", "_"))

    def members(self):
        return sum(person.joined for person in self.people)

    def step(self):
        self.round += 1
        activate = getattr(self, f"{self.decision.activation.kind}_activation")
        activate(self.streams("activation", self.round))
        self.last_success = self.success[self.members()]

    def synchronous_activation(self, rng):
        self.agents.do("consider").do("act")

    def inertial_activation(self, rng):
        draws = rng.random(self.size).tolist()
        revising = self.agents.select(lambda a: draws[a.row] < a.settings["revision"])
        revising.do("consider").do("act")

    def sequential_activation(self, rng):
        order = [self.people[row] for row in rng.permutation(self.size)]
        AgentSet(order, self.random).do("revise")

    def random_activation(self, rng):
        for row in rng.integers(self.size, size=self.size):
            self.people[row].revise()

    def fixed(self, person):
        return person.joined

    def threshold(self, person):
        rule, needed = self.decision, person.settings["threshold"]
        if person.joined and not rule.reversible:
            return True
        if rule.of == "everybody":
            seen = self.members() / self.size if rule.measure == "share" else self.members()
        else:
            seen = person.joined_share() if rule.measure == "share" else person.joined_friends()
        return seen >= needed

    def best_response(self, person):
        own, gamma = person.settings, self.payoff.spillover
        others = self.members() - person.joined
        if self.payoff.belief.kind == "last":
            gain = (1 - gamma) * self.last_success
        else:
            gain = self.success[others + 1] - gamma * self.success[others]
        advantage = own["benefit"] * gain
        advantage += own["selective_incentive"]
        advantage += own["peer_pressure"] * person.joined_share()
        advantage -= own["cost"] * self.exposure[others]
        return person.joined if advantage == 0 else advantage > 0


def friends_of(ties, row):
    if ties.complete:
        return [other for other in range(ties.users) if other != row]
    return ties.indices[ties.indptr[row] : ties.indptr[row + 1]].tolist()


def weights_of(ties, row):
    return ties.units[ties.indptr[row] : ties.indptr[row + 1]].tolist()


def compare(model, rounds=ROUNDS):
    """Run both engines; return how many joined and how many left."""
    reference = ReferenceModel(model)
    joined, left = 0, 0
    try:
        for _ in range(rounds):
            before = reference.agents.get("joined")
            model.step()
            reference.step()
            now = reference.agents.get("joined")
            assert model.columns["joined"].tolist() == now, f"round {reference.round}"
            assert model.recorder.rows[-1]["success"] == reference.last_success
            joined += sum(new and not old for new, old in zip(now, before, strict=True))
            left += sum(old and not new for new, old in zip(now, before, strict=True))
    finally:
        mesa.Agent._ids.pop(reference, None)
    return joined, left


@pytest.fixture(scope="session")
def tie_files(tmp_path_factory):
    """Files of 70 users: ties of one direction, weights in tenths, and odd weights."""
    folder, rng = tmp_path_factory.mktemp("ties"), np.random.default_rng(5)
    pairs = [(a, (a + step) % 70) for a in range(70) for step in (1, 3, 11) if rng.random() < 0.9]
    pairs += [(b, a) for a, b in pairs if rng.random() < 0.3]
    tenths = {tuple(sorted(pair)): rng.integers(1, 30) / 10 for pair in pairs}
    odd = {pair: float(rng.exponential()) for pair in pairs}
    contents = {
        "pairs": [f"{a} {b}" for a, b in pairs],
        "tenths": [f"{a} {b} {weight}" for (a, b), weight in tenths.items()],
        "odd": [f"{a} {b} {weight!r}" for (a, b), weight in odd.items()],
    }
    for name, lines in contents.items():
        (folder / name).write_text("\n".join(lines))
    return folder


@pytest.fixture
def run_both(make_model, tie_files):
    def run(rule, activation, network, users=70, rng=7, **more):
        settings = {**RULES[rule], "collective__seeds": 0.2, "network": NETWORKS[network], **more}
        if "path" in NETWORKS[network]:
            path = str(tie_files / NETWORKS[network]["path"])
            settings["network"] = {**NETWORKS[network], "path": path}
        if network not in SIZED:
            settings["population__users"] = users
        settings["decision__activation"] = ACTIVATIONS[activation]
        return compare(make_model(rng=rng, **settings))

    return run


def pairs():
    return [
        pytest.param(rule, network, id=f"{rule}-{network}")
        for rule in RULES
        for network in NETWORKS
        if not (network == "none" and "neighbours" in rule)
    ]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("rule", "network"), pairs())
def test_same_members_every_round(run_both, rule, activation, network):
    run_both(rule, activation, network)
    run_both(rule, activation, network, rng=8, collective__committed=False)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "fixed"])
def test_the_comparison_is_not_of_standstills(run_both, rule, activation):
    joined, left = run_both(rule, activation, "watts-strogatz", collective__committed=False)
    assert joined + left > 10, (joined, left)
    if "for-good" in rule:
        assert left == 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_shares_that_floating_point_rounds_the_wrong_way(run_both, activation):
    # 7 of 100 neighbours are a share of 0.07, and 0.07 * 100 > 7 in floating point.
    threshold = {"kind": "values", "values": [0.07] * 101}
    joined, _ = run_both(
        "threshold-neighbours-share-reversible",
        activation,
        "complete",
        users=101,
        decision__threshold=threshold,
        collective__seeds=7,
    )
    assert joined > 80


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rule=st.sampled_from([rule for rule in RULES if rule != "fixed"]),
    activation=st.sampled_from(list(ACTIVATIONS)),
    network=st.sampled_from(["complete", "watts-strogatz", "erdos-renyi", "barabasi-albert"]),
    users=st.integers(8, 300),
    rng=st.integers(0, 2**32),
    seeds=st.floats(0, 1),
    committed=st.booleans(),
    midpoint=st.floats(0, 0.6),
)
def test_same_members_in_any_setting(
    run_both, rule, activation, network, users, rng, seeds, committed, midpoint
):
    run_both(
        rule,
        activation,
        network,
        users,
        rng,
        collective__seeds=seeds,
        collective__committed=committed,
        platform__curve__midpoint=midpoint,
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("reversible", [True, False], ids=["reversible", "for-good"])
@pytest.mark.parametrize("weight", ["", "1", "0.1", "0.3333333333333333"])
def test_equal_weights_are_no_weights(make_model, tie_files, activation, reversible, weight):
    settings = {
        "decision": {
            "kind": "threshold", "threshold": SPREAD, "reversible": reversible,
            "activation": ACTIVATIONS[activation],
        },
        "collective__seeds": 0.2,
    }  # fmt: skip
    plain = (tie_files / "pairs").read_text().splitlines()
    path = tie_files / f"weighing-{weight}"
    path.write_text("\n".join(f"{line} {weight}" for line in plain))
    pairs, weighted = (
        make_model(**settings, network={"kind": "edge-list", "path": str(path), "weighted": one})
        for path, one in ((tie_files / "pairs", False), (path, bool(weight)))
    )
    for _ in range(ROUNDS):
        pairs.step()
        weighted.step()
        assert np.array_equal(pairs.columns["joined"], weighted.columns["joined"])


@pytest.mark.parametrize("activation", ["synchronous", "sequential", "random"])
def test_weights_that_floating_point_adds_up_wrong(make_model, tmp_path, activation):
    # .3 is half of .1 + .2 + .3, and .1 + .2 + .3 > .6 in floating point.
    path = tmp_path / "ties"
    path.write_text("a d .1\nb d .2\nc d .3\n")
    model = make_model(
        network={"kind": "edge-list", "path": str(path), "directed": True, "weighted": True},
        decision={"kind": "threshold", "threshold": 0.5, "activation": activation},
        collective={"seeding": "users", "users": [2]},
    )
    for _ in range(3):
        model.step()
    assert model.columns["joined"].tolist() == [False, False, True, True]


def test_influence_flows_one_way(make_model, tmp_path):
    path = tmp_path / "ties"
    path.write_text("0 1\n1 2\n2 3\n")
    settings = {
        "network": {"kind": "edge-list", "path": str(path), "directed": True},
        "decision": {"kind": "threshold", "threshold": 1.0, "activation": "synchronous"},
    }
    model = make_model(**settings, collective={"seeding": "users", "users": [1]})
    for _ in range(5):
        model.step()
    assert model.columns["joined"].tolist() == [False, True, True, True]
