"""What is compared: rounds of a threshold model over the same ties, thresholds and members."""

from __future__ import annotations

from typing import Protocol

import groundswell as gs
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats


class Contender(Protocol):
    """A threshold model: who sees a share m/k >= θ of its neighbours in the collective joins."""

    def start(self, joined: Bools) -> None:
        """Make some users members, and nobody else."""

    def round(self) -> int:
        """Let everybody decide at once, and return how many are members then."""

    def members(self) -> Bools:
        """Return who is a member."""


class Peer(Contender, Protocol):
    """One in another package, over ties and thresholds that are given."""

    def __init__(self, ties: Ties, thresholds: Floats) -> None: ...


class Ours:
    """Groundswell: a round is `model.step()` with everything measured and recorded."""

    def __init__(self, users: int, seed: int = 0, *, reversible: bool = True) -> None:
        self.model = gs.CollectiveActionModel(
            {
                "name": "against peers",
                "seed": seed,
                "population": {"kind": "blank", "users": users},
                "network": {"kind": "watts-strogatz", "degree": 10},
                "decision": {
                    "kind": "threshold",
                    "threshold": {"kind": "uniform", "low": 0.05, "high": 0.6},
                    "reversible": reversible,
                    "activation": "synchronous",
                },
                "collective": {"seeds": 0},
                "platform": {"kind": "response", "curve": "logistic"},
            }
        )

    @property
    def ties(self) -> Ties:
        return self.model.ties

    @property
    def thresholds(self) -> Floats:
        return self.model.columns["threshold"]

    def start(self, joined: Bools) -> None:
        self.model.columns["joined"] = joined

    def round(self) -> int:
        self.model.step()
        return int(self.model.recorder.rows[-1]["members"])

    def members(self) -> Bools:
        return self.model.columns["joined"]
