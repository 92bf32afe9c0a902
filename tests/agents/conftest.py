"""Models with settings by dotted key, forgotten again when the test is over."""

import mesa
import pytest
from threadpoolctl import threadpool_limits

from groundswell.model import CollectiveActionModel
from groundswell.scenario import Scenario
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
        mesa.Agent._ids.pop(model, None)  # Mesa 3 keeps every model alive otherwise


def dotted(changes):
    return {name.replace("__", "."): value for name, value in changes.items()}
