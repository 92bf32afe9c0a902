"""The array engine against plain Mesa agents with scalar rules: the same members, bit for bit.

The reference shares with the engine only what was drawn (ties, settings, seeds, the random numbers
of activation, rule and attrition) and calls of exp and log, because NumPy's and the C library's
differ: the table of S, and the logarithms that the random numbers of a rule go through.
"""

from itertools import zip_longest

import mesa
import numpy as np
import pytest
import scipy.special
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mesa.agent import AgentSet

from groundswell.agents.beliefs import News, Slope
from groundswell.scenarios.keeping import forget

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
    "smoothed": {
        "belief": {"kind": "smoothed", "rate": {"kind": "uniform", "low": 0.0, "high": 1.0}},
        "spillover": 0.2,
    },
    "slope": {"belief": {"kind": "slope", "window": 3}, "spillover": 0.6, "benefit": 5.0},
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


ATTRITION = {"kind": "uniform", "low": 0.0, "high": 0.3}
CHANCE = {"kind": "uniform", "low": 0.0, "high": 1.0}
IMITATION = {"kind": "imitation", "noise": {"kind": "uniform", "low": 0.01, "high": 0.5}}
LOGIT = {"kind": "logit", "rationality": {"kind": "uniform", "low": 0.0, "high": 20.0}}
MORE_RULES = {
    "best-response-neighbours": {
        "decision": "best-response",
        "payoff": {"belief": "neighbours", "spillover": 0.2, "cost": COSTS},
    },
    "logit-last": {"decision": LOGIT, "payoff": {"cost": COSTS}},
    "logit-everything": {
        "decision": LOGIT,
        "payoff": {"cost": COSTS, **BEST_RESPONSES["everything"]},
    },
    "logit-neighbours": {
        "decision": LOGIT,
        "payoff": {"belief": "neighbours", "cost": COSTS},
    },
    "imitation": {"decision": IMITATION, "payoff": {"cost": 0.4}},
    "imitation-everything": {
        "decision": IMITATION,
        "payoff": {"cost": COSTS, **BEST_RESPONSES["everything"], "belief": "last"},
    },
    "contagion-neighbours-sis": {
        "decision": {"kind": "contagion", "infection": CHANCE, "recovery": CHANCE}
    },
    "contagion-neighbours-sir": {
        "decision": {
            "kind": "contagion", "infection": 0.2, "recovery": CHANCE, "after": "removed",
        }
    },
    "contagion-neighbours-certain": {
        "decision": {"kind": "contagion", "infection": 1.0, "recovery": 0.5}
    },
    "voter-neighbours": {"decision": "voter"},
}  # fmt: skip
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
RULES |= MORE_RULES


class Person(mesa.Agent):
    """A user of the reference: everything it knows is a scalar or a list of people."""

    def __init__(self, model, row, columns):
        super().__init__(model)
        self.row = row
        self.settings = {name: columns[name][row].item() for name in columns}
        self.joined = self.settings["joined"]
        self.committed, self.removed = self.settings["committed"], False
        self.wish, self.turn = self.joined, None
        self.friends = []
        self.weights = []

    def consider(self):
        stuck = self.committed or self.removed
        self.wish = self.joined if stuck else self.model.rule(self)

    def act(self):
        leaves = self.joined and not self.wish
        self.removed = self.removed or (leaves and self.model.decision.leaves_for_good)
        self.joined = self.wish

    def revise(self):
        self.consider()
        self.act()

    def meets(self):
        everybody = [person for person in self.model.people if person is not self]
        around = everybody if self.model.mixed else self.friends
        draw = self.model.draws[self.turn][0]
        return around[int(draw * len(around))] if around else None

    def degree(self):
        return len(self.friends)

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
        self.target, self.curve = scenario.measure.target_success, scenario.platform.curve
        self.mixed = not scenario.network.has_ties
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
        self.history = [News(self.members() / self.size, self.last_success, np.nan)]
        infection = model.columns["infection"] if "infection" in model.columns else np.zeros(0)
        with np.errstate(divide="ignore"):
            escapes = np.log1p(-infection).tolist()
        for person, escape in zip_longest(self.people, escapes):
            person.expected, person.escape = self.last_success, escape
            seen = np.array([m / max(person.degree(), 1) for m in range(person.degree() + 1)])
            person.success_seen = self.curve(seen).tolist()
        self.rule = getattr(self, self.decision.kind.replace("-", "_"))

    def members(self):
        return sum(person.joined for person in self.people)

    def step(self):
        self.round += 1
        before = [person for person in self.people if person.joined]
        activate = getattr(self, f"{self.decision.activation.kind}_activation")
        activate(self.streams("activation", self.round))
        if self.last_success < self.target:
            self.lose_heart(before)
        self.last_success = self.success[self.members()]
        self.history.append(News(self.members() / self.size, self.last_success, np.nan))
        for person in self.people:
            rate = person.settings.get("rate", 1.0)
            person.expected = (1 - rate) * person.expected + rate * self.last_success

    def lose_heart(self, members):
        draws = self.streams("attrition", self.round).random(self.size).tolist()
        for person in members:
            fed_up = draws[person.row] < person.settings["attrition"]
            person.joined = person.joined and (person.committed or not fed_up)

    def deal(self, revisions):
        draws = self.streams("decision", self.round).random((revisions, self.decision.draws))
        self.draws = draws.tolist()
        self.tastes = scipy.special.logit(draws).tolist()
        self.resistance = np.log1p(-draws).tolist()

    def all_at_once(self, people):
        self.deal(len(people))
        for turn, person in enumerate(people):
            person.turn = turn
        people.do("consider").do("act")

    def synchronous_activation(self, rng):
        self.all_at_once(self.agents)

    def inertial_activation(self, rng):
        draws = rng.random(self.size).tolist()
        self.all_at_once(self.agents.select(lambda a: draws[a.row] < a.settings["revision"]))

    def sequential_activation(self, rng):
        order = [self.people[row] for row in rng.permutation(self.size)]
        self.deal(self.size)
        for turn, person in enumerate(order):
            person.turn = turn
        AgentSet(order, self.random).do("revise")

    def random_activation(self, rng):
        self.deal(self.size)
        for turn, row in enumerate(rng.integers(self.size, size=self.size)):
            self.people[row].turn = turn
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
        advantage = self.advantage(person)
        return person.joined if advantage == 0 else advantage > 0

    def logit(self, person):
        taste = self.tastes[person.turn][0]
        return taste < person.settings["rationality"] * self.advantage(person)

    def imitation(self, person):
        other = person.meets()
        if other is None:
            return person.joined
        ahead = (self.payoff_of(other) - self.payoff_of(person)) / person.settings["noise"]
        return other.joined if self.tastes[person.turn][1] < ahead else person.joined

    def contagion(self, person):
        if person.joined:
            return not self.draws[person.turn][0] < person.settings["recovery"]
        caught = person.joined_friends() * person.escape
        return caught < self.resistance[person.turn][0]

    def voter(self, person):
        other = person.meets()
        return person.joined if other is None else other.joined

    def advantage(self, person):
        own, others = person.settings, self.members() - person.joined
        advantage = own["benefit"] * self.gain(person, others)
        advantage += own["selective_incentive"]
        advantage += own["peer_pressure"] * person.joined_share()
        advantage -= own["cost"] * self.exposure[others]
        return advantage

    def gain(self, person, others):
        belief, gamma = self.payoff.belief, self.payoff.spillover
        if belief.kind == "curve":
            return self.success[others + 1] - gamma * self.success[others]
        if belief.kind == "neighbours":
            return (1 - gamma) * person.success_seen[person.joined_friends()]
        if belief.kind == "smoothed":
            return (1 - gamma) * person.expected
        if belief.kind == "slope":
            push = Slope.slope(self.history[-belief.window :], self.size) / self.size
            return (1 - gamma) * self.last_success + (1 - (1 - gamma) * person.joined) * push
        return (1 - gamma) * self.last_success

    def payoff_of(self, person):
        own = person.settings
        if not person.joined:
            return self.payoff.spillover * own["benefit"] * self.last_success
        payoff = own["benefit"] * self.last_success
        payoff += own["selective_incentive"]
        payoff += own["peer_pressure"] * person.joined_share()
        payoff -= own["cost"] * self.exposure[self.members() - 1]
        return payoff


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
            assert model.columns["removed"].tolist() == reference.agents.get("removed")
            assert model.recorder.rows[-1]["removed"] == sum(reference.agents.get("removed"))
            assert model.recorder.rows[-1]["success"] == reference.last_success
            joined += sum(new and not old for new, old in zip(now, before, strict=True))
            left += sum(old and not new for new, old in zip(now, before, strict=True))
    finally:
        forget(reference)
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


def fits(rule, network):
    """Whether neighbours are there to be looked at, and somebody looks at what ties weigh."""
    settings = RULES[rule]
    payoff = settings.get("payoff", {}) | {
        key.removeprefix("payoff__"): value for key, value in settings.items()
    }
    if network == "none":
        return "neighbours" not in rule and "peer_pressure" not in payoff
    if "weighted" in network and rule.startswith(("best-response", "logit")):
        return "peer_pressure" in payoff and payoff.get("belief") != "neighbours"
    return "weighted" not in network or rule.startswith(("fixed", "threshold-neighbours-share"))


def pairs():
    return [
        pytest.param(rule, network, id=f"{rule}-{network}")
        for rule in RULES
        for network in NETWORKS
        if fits(rule, network)
    ]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("rule", "network"), pairs())
def test_same_members_every_round(run_both, rule, activation, network):
    run_both(rule, activation, network)
    run_both(rule, activation, network, rng=8, collective__committed=False)
    run_both(rule, activation, network, rng=9, decision__attrition=ATTRITION)


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


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
