"""Models with settings by dotted key, forgotten again when the test is over."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from groundswell.model import CollectiveActionModel
from groundswell.scenario import Scenario
from groundswell.scenarios.keeping import forget
from groundswell.settings_errors import override, validated

DEFAULTS = {
    "name": "test",
    "population": "blank",
    "platform": {"kind": "response", "curve": {"kind": "logistic"}},
}


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Fit as runs do: two threads on two shared cores are many times slower than one."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def make_scenario():
    """Return a scenario from settings by dotted key, over users on a response platform."""

    def make(**changes):
        return validated(Scenario, override(DEFAULTS, dotted(changes)))

    return make


@pytest.fixture
def make_model(make_scenario):
    """Return a model from settings by dotted key, written with double underscores."""
    made = []

    def make(rng=7, user_class=None, **changes):
        options = {} if user_class is None else {"user_class": user_class}
        made.append(CollectiveActionModel(make_scenario(**changes), rng=rng, **options))
        return made[-1]

    yield make
    for model in made:
        forget(model)


@pytest.fixture
def copied(tmp_path):
    """Return how to use as many disjoint copies of a network as there are to be runs.

    One model of them is the same in law where users look at neighbours only and revise all at once
    or each by chance, for every revision has random numbers of its own. Nodes are numbered from 0,
    and all have ties.
    """

    def make(graph, runs):
        first = len(graph) * np.arange(runs)[:, None]
        a, b = ((first + end).ravel() for end in np.array(graph.edges).T)
        path = tmp_path / "copies.txt"
        np.savetxt(path, np.column_stack([a, b]), fmt="%d")
        return {"kind": "edge-list", "path": str(path), "directed": graph.is_directed()}

    return make


@pytest.fixture(scope="session")
def mean_differs():
    """Return by how many standard errors the means of two samples of runs differ, by round."""

    def compare(one, other):
        """Take runs in rows; where no run varies the means are equal or infinitely far apart."""
        error = np.sqrt(sum(sample.var(axis=0, ddof=1) / len(sample) for sample in (one, other)))
        gap = np.abs(one.mean(axis=0) - other.mean(axis=0))
        return np.divide(gap, error, out=np.where(gap > 0, np.inf, 0.0), where=error > 0)

    return compare


def dotted(changes):
    return {name.replace("__", "."): value for name, value in changes.items()}
