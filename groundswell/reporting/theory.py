"""Theory beside measurement: bounds, critical masses, and where the mean field comes to rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from groundswell.agents.decision import Threshold
from groundswell.agents.distribution import Constant
from groundswell.analysis import critical_mass, equilibrium
from groundswell.analysis.tables import SHARE_SETTING, grouped, settings, varied
from groundswell.platform.platform import Response
from groundswell.problems import ScenarioError
from groundswell.reporting.tables import Table, table
from groundswell.scenario import Scenario
from groundswell.scenarios.result import Result

if TYPE_CHECKING:
    import pandas as pd

MOST_FIELDS = 12
FEWEST_SHARES = 3
TELLING = ("cdf", "value", "values")
"""What a distribution has of which theory knows how many users are below a number."""
ALIKE = ("benefit", "selective_incentive", "peer_pressure")
"""Payoffs that have to be the same for all users."""
BELOW = 1e-9
"""What a success may lack to a bound by rounding."""


class Finding(NamedTuple):
    """One comparison of theory and measurement: what it is, a sentence, and its table."""

    title: str
    text: str
    table: Table | None = None


def findings(result: Result, ends: pd.DataFrame) -> list[Finding]:
    """Return what theory says of these runs beside what was measured."""
    found = (_bounds(result, ends), _masses(result, ends), _fields(result, ends))
    return [one for one in found if one is not None]


def _bounds(result: Result, ends: pd.DataFrame) -> Finding | None:
    """Compare success with the lower bound, and with the bound of a learner without error."""
    names = ["success", "bound", "bayes_reference"]
    there = [name for name in names[1:] if name in ends and ends[name].notna().any()]
    if not there:
        return None
    rounds = result.read("series", names, where={"status": "ok"}).dropna(subset=["success"])
    text = (
        "The bound at ε = 0 (bayes_reference) speaks of a learner without error: it is shown for "
        "comparison, and a trained learner may fall short of it."
    )
    if "bound" in there:
        judged = rounds.dropna(subset=["bound"])
        short = int((judged["success"] < judged["bound"] - BELOW).sum())
        text = (
            f"In {short:,} of {len(judged):,} rounds with a bound, success was measured below it; "
            "a bound below 0 says nothing."
        )
    by = settings(result)
    columns = ["alpha", "success", *there]
    shown = ends.groupby(by, sort=False, dropna=False)[columns].mean().reset_index() if by else ends
    caption = "Success in the last rounds, and what theory promises at the same α (means)"
    return Finding("Success and its lower bound", text, table(caption, shown[[*by, *columns]], by))


def _masses(result: Result, ends: pd.DataFrame) -> Finding | None:
    """Read the critical mass off a sweep over the share of a given collective."""
    target = result.scenario.measure.target_success
    if SHARE_SETTING not in settings(result) or str(result.scenario.decision) != "fixed":
        return None
    if ends["success"].isna().all() or ends["alpha"].nunique() < FEWEST_SHARES:
        return None
    found = critical_mass.from_sweep(result, target, by=varied(result))
    text = (
        f"The smallest share α at which success reaches {target:g}: isotonic regression of the "
        "measured success, with a bootstrap interval over replicates. A dash stands for a target "
        "that no share reached, or an interval that takes replicates."
    )
    names = {"critical_mass": "critical mass", "reached": "share of resamples that reach it"}
    return Finding("Critical mass", text, table("Critical masses", found, varied(result), names))


def _fields(result: Result, ends: pd.DataFrame) -> Finding | None:
    """Find where the mean field comes to rest at each point, where the response is known."""
    fields = list(islice(mean_fields(result, ends), MOST_FIELDS))
    if not fields:
        return None
    import pandas as pd

    rows = []
    for field in fields:
        points = equilibrium.fixed_points(**field.game, revision=field.revision)
        ended = {"α measured, lowest": field.ends.min(), "α measured, highest": field.ends.max()}
        for point in points.to_dict("records"):
            rest = {"fixed point α": point["alpha"], "slope": point["slope"]}
            rows.append({**field.settings, **rest, "attracts": point["stable"], **ended})
    text = (
        "Shares at which many users come to rest who are all tied to all and respond to the last "
        "round; between two that attract lies a tipping point. Ties, few users, and seeds "
        "that never leave make runs differ from it."
    )
    caption = "Fixed points beside final shares"
    return Finding("Mean field", text, table(caption, pd.DataFrame(rows), varied(result)))


class Field(NamedTuple):
    """The mean field of one point of a sweep, and what was measured there."""

    settings: dict[str, Any]
    game: dict[str, Any]
    """Arguments of `groundswell.analysis.equilibrium.fixed_points`."""
    revision: float
    ends: pd.Series
    runs: pd.Series


def mean_fields(result: Result, ends: pd.DataFrame) -> Iterator[Field]:
    """Yield the mean fields that theory knows: of thresholds, of best responses to a curve."""
    base = result.scenario.replace({"sweep": {}})
    by = varied(result)
    for point, part in grouped(ends, by):
        try:
            scenario = base.replace({key: _plain(value) for key, value in point.items()})
        except ScenarioError:  # a value that is shown as text
            continue
        game = _game(scenario)
        if game is not None:
            revision = _number(getattr(scenario.decision.activation, "revision", None), 1.0)
            yield Field(point, game, revision or 1.0, part["alpha"], part["run"])


def _game(scenario: Scenario) -> dict[str, Any] | None:
    """Return the game that users play, None where theory does not know it in closed form."""
    decision = scenario.decision
    game = _thresholds(decision) if isinstance(decision, Threshold) else _best_responses(scenario)
    told = game is not None and any(hasattr(game["cost"], name) for name in TELLING)
    return game if told and not scenario.schedule else None


def _thresholds(decision: Threshold) -> dict[str, Any] | None:
    """Return thresholds on the share of everybody: costs that peers make up for."""
    if (decision.of, decision.measure, decision.reversible) != ("everybody", "share", True):
        return None
    return {"curve": lambda _: 0.0, "cost": decision.threshold, "peer_pressure": 1.0}


def _best_responses(scenario: Scenario) -> dict[str, Any] | None:
    """Return the payoffs of users who differ in their costs only, and know the response."""
    payoff, platform = scenario.payoff, scenario.platform
    if not isinstance(platform, Response) or str(scenario.decision) != "best-response":
        return None
    alike = {name: getattr(payoff, name) for name in ALIKE}
    if payoff.spillover == "measured" or not all(isinstance(v, Constant) for v in alike.values()):
        return None
    numbers = {name: _number(one, 0.0) for name, one in alike.items()}
    more = {"spillover": payoff.spillover, "safety": payoff.safety}
    return {"curve": platform.curve, "cost": payoff.cost, **numbers, **more}


def _number(value: Any, otherwise: float) -> float:
    return float(value.value) if isinstance(value, Constant) else otherwise


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
