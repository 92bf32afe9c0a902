"""Success as a function of the collective's share, α -> S, made from a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import checked, plain
from groundswell.data import Floats
from groundswell.dealing import without_nodes
from groundswell.platform.curve import Curve
from groundswell.platform.platform import Response
from groundswell.problems import InputError, Locate, Problems
from groundswell.randomness import Streams
from groundswell.scenario import Scenario
from groundswell.scenarios.keeping import forget
from groundswell.scenarios.loading import Source, from_call, load_with_origin
from groundswell.scenarios.threads import one_thread
from groundswell.world import build_world, number_of_users

if TYPE_CHECKING:
    import pandas as pd

    from groundswell.platform.agent import Due

Row = dict[str, Any]

MEASURED = ("alpha", "alpha_eff", "success", "success_others", "placebo", "lift", "accuracy")
"""What is kept of a training: columns of ``series``."""
MOST_TOGETHER = 32
"""Trainings whose points are held in memory at once."""

LEFT_OUT: dict[str, Any] = {
    "rounds": 1,
    "sweep": {},
    "schedule": {},
    "stop": "never",
    "network": "none",
    "decision": "fixed",
    "payoff": {},
    "collective.seeds": 0,
    "collective.seeding": "random",
    "collective.users": None,
    "collective.community": None,
    "collective.organiser": None,
    "collective.compliance": 1.0,
    "platform.memory": "current",
    "platform.retrain_every": 1,
    "platform.withdraw": False,
    "platform.warm_start": False,
    "measure.groups": (),
    "measure.blocks": {},
    "measure.epochs": False,
    "measure.ties": False,
}
"""Settings that decide how α comes about, as they are where α is given."""


def success_curve(source: Source, **settings: Any) -> SuccessCurve:
    """Make the callable α -> S of a scenario's platform.

    The scenario's learner is trained on its population, in which a fixed collective of random
    members plants the share α, on what is submitted in one round. Ties, decisions, payoffs,
    seeding, compliance and memory are left out: they decide how α comes about, not what it does.

    Parameters
    ----------
    source
        What `groundswell.load` takes: a path, a library name, a table or a scenario.
    settings
        Top-level settings to change, such as ``seed`` or ``replicates``.

    Returns
    -------
    SuccessCurve
        Trains when it is called, and never the same twice. The response of a ``response``
        platform is its known curve, and nothing is trained.

    Raises
    ------
    ScenarioError
        If the scenario or its data are wrong, or its strategy has no success.

    Examples
    --------
    >>> curve = success_curve("bayes-step")
    >>> curve([0.0, 0.09, 0.091, 1.0])
    array([0., 0., 1., 1.])
    >>> curve.trainings
    4
    """
    loaded = load_with_origin(source, settings, given=from_call(settings))
    return SuccessCurve(_with_fixed_collective(loaded.scenario, loaded.origin.locate))


class SuccessCurve:
    """The response α -> S of a scenario's platform, measured where it is asked for.

    Made by `success_curve`.

    Parameters
    ----------
    scenario
        A scenario with a fixed collective.

    Attributes
    ----------
    trainings
        How many times a learner was trained so far.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.trainings = 0
        self._replicates: dict[tuple[int, int], _Known | _Trained] = {}
        self._rows: dict[tuple[int, int, float], Row] = {}

    def __repr__(self) -> str:
        return f"SuccessCurve({self.scenario.name!r}, trainings={self.trainings})"

    def __call__(
        self, alpha: ArrayLike, *, seed: int | None = None, replicate: int | None = None
    ) -> float | Floats:
        """Return S(α).

        Parameters
        ----------
        alpha
            Shares α in [0, 1] of planted training rows; see `attained`.
        seed
            Seed of all randomness; by default the scenario's.
        replicate
            Which replicate; by default the mean over all replicates of the scenario.

        Returns
        -------
        float or ndarray
            Success on fresh points of P0, of the shape of `alpha`.

        Raises
        ------
        ValueError
            If a share is outside [0, 1].
        """
        shares = checked("alpha", alpha, 0, 1)
        which = range(self.scenario.replicates) if replicate is None else [replicate]
        keys = [[self._key(share, seed, number) for number in which] for share in shares.flat]
        self._measure([key for same in keys for key in same])
        success = [np.mean([self._rows[key]["success"] for key in same]) for same in keys]
        return plain(np.reshape(success, shares.shape))

    def attained(
        self, alpha: ArrayLike, *, seed: int | None = None, replicate: int = 0
    ) -> float | Floats:
        """Return the shares at which S is measured when α is asked for.

        Where learners are fitted on rows, a share is that of the rows of a whole number of users:
        the nearest, of two equally near the smaller. Response platforms and learners fitted on
        the law itself take every α as it is.
        """
        shares = checked("alpha", alpha, 0, 1)
        start = self._replicate(seed, replicate)
        return plain(np.reshape([start.attained(share) for share in shares.flat], shares.shape))

    def table(self) -> pd.DataFrame:
        """Return what was measured so far: seed, replicate, attained α, S and what goes with it.

        One row per training, in the order of seed, replicate and α; what
        `groundswell.analysis.critical_mass.from_sweep` takes.
        """
        import pandas as pd

        rows = [
            {"seed": seed, "replicate": replicate, **self._rows[seed, replicate, alpha]}
            for seed, replicate, alpha in sorted(self._rows)
        ]
        return pd.DataFrame(rows, columns=["seed", "replicate", *MEASURED])

    def _replicate(self, seed: int | None, replicate: int) -> _Known | _Trained:
        key = (self.scenario.seed if seed is None else seed, replicate)
        if key not in self._replicates:
            platform = self.scenario.platform
            self._replicates[key] = (
                _Known(platform.curve)
                if isinstance(platform, Response)
                else _Trained(self.scenario, *key)
            )
        return self._replicates[key]

    def _key(self, alpha: float, seed: int | None, replicate: int) -> tuple[int, int, float]:
        attained = self._replicate(seed, replicate).attained(alpha)
        return self.scenario.seed if seed is None else seed, replicate, attained

    def _measure(self, keys: list[tuple[int, int, float]]) -> None:
        """Measure what was not before; networks are trained side by side."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._rows]
        for first in range(0, len(missing), MOST_TOGETHER):
            some = missing[first : first + MOST_TOGETHER]
            asked = [(self._replicate(seed, number), alpha) for seed, number, alpha in some]
            trained = [(start, alpha) for start, alpha in asked if isinstance(start, _Trained)]
            known = [start.measure(alpha) for start, alpha in asked if isinstance(start, _Known)]
            self._rows |= zip(some, known or _train(trained), strict=True)
            self.trainings += len(trained)


class _Known:
    """A response platform: nothing to train."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve

    def attained(self, alpha: float) -> float:
        return float(alpha)

    def measure(self, alpha: float) -> Row:
        return {"alpha": alpha, "success": float(self.curve(np.array([alpha]))[0])}


class _Trained:
    """One replicate's users and fresh points; round 0 is played again for each share."""

    def __init__(self, scenario: Scenario, seed: int, replicate: int) -> None:
        from groundswell.model import CollectiveActionModel

        self.model = CollectiveActionModel(scenario, rng=seed, replicate=replicate)
        forget(self.model)
        # The order in which the model itself takes random users as seeds.
        order = self.model.streams("seeds").permutation(self.model.columns.users)
        self.place = np.argsort(order)
        rows = np.bincount(self.model.world.rows.owner, minlength=len(order))[order]
        self.shares = np.concatenate([[0], np.cumsum(rows)]) / rows.sum()
        self.exact = scenario.platform.learner.exact  # type: ignore[attr-defined]

    def attained(self, alpha: float) -> float:
        return float(alpha if self.exact else self.shares[self._members(alpha)])

    def due(self, alpha: float) -> Due:
        """Return the training on rows of which a share is planted."""
        self.model.columns["joined"] = self.place < self._members(alpha)
        self.model.submit()
        due: Due = self.model.platform.due(self.model.streams("learner"))
        return due

    def measure(self) -> Row:
        """Measure the model that is served."""
        self.model.measure()
        row = self.model.recorder.rows.pop()
        return {name: row[name] for name in MEASURED}

    def _members(self, alpha: float) -> int:
        return int(np.abs(self.shares - alpha).argmin())


def _train(asked: Sequence[tuple[_Trained, float]]) -> Iterator[Row]:
    """Train on what is submitted at each share, on one thread, and measure."""
    from groundswell.platform.fitting import fit_many

    with one_thread():
        on_rows = [start.due(alpha) for start, alpha in asked if not start.exact]
        models = iter(zip(on_rows, fit_many([due.fit for due in on_rows]), strict=True))
        for start, alpha in asked:
            platform = start.model.platform
            if start.exact:
                platform.fit_law(alpha, start.model.streams("learner"))
            else:
                due, model = next(models)
                platform.serve(model, due.trained)
            yield start.measure()


def _with_fixed_collective(scenario: Scenario, locate: Locate) -> Scenario:
    """Return the scenario with a collective of random users who all plant, and nothing else."""
    if isinstance(scenario.platform, Response):
        return scenario.replace({"replicates": 1})  # they would all be the same
    problems = Problems()
    size, users = None, scenario.population.users
    with problems.at("network"):
        size = scenario.network.size()
    with problems.at():
        users = users if size is None else number_of_users(scenario.population, size)
    with problems.at("collective", "strategy"):
        if not scenario.collective.strategy.has_success:
            raise InputError(f"'{scenario.collective.strategy}' has no success to draw a curve of")
    problems.raise_any(locate)
    learned = without_nodes(problems, scenario).model_dump()
    problems.raise_any(locate)
    fixed = scenario.replace({"population": learned, **LEFT_OUT, "population.users": users})
    build_world(fixed, Streams(fixed.seed), locate)  # finds everything wrong with the data
    return fixed
