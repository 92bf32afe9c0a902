"""The strategy that makes the model overlook the signal.

Source tags as in `groundswell.agents.strategy`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from groundswell.agents.answers import Model
from groundswell.agents.strategy import Context, Outcome, Strategy, Theorem
from groundswell.analysis import bounds, parameters
from groundswell.data import Floats, Ints, Points


class Erasing(Strategy):
    """Make the signal stop mattering: (x, y) -> (x, argmax_y P0(y|g(x))) [H].

    Success is S = Pr[f(x) = f(g(x))] on fresh points of P0 [H]. Where P0 is not known, members
    take the answers of the platform's learner trained without the collective for it.
    """

    kind: Literal["erasing"] = "erasing"
    rowwise = True
    needs_best_label = True
    needs_idempotent = True
    needs_start = True

    def submit(self, points: Points, context: Context) -> Points:
        """Return x with the label that P0 prefers at g(x)."""
        if context.best_label is None:
            raise ValueError("erasing needs to know which label P0 prefers")
        return replace(points, y=context.best_label(context.signalled(points).X))

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return S; there is no target and so no placebo."""
        same = context.predict(model, fresh) == context.predict(model, context.signalled(fresh))
        return Outcome(success=fresh.share(same))

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem | None:
        """Return the bound [D, after Theorem 5 of H]; none where P0 says nothing of g(x)."""
        tau = parameters.distance(p0, to)
        if np.isnan(tau):
            return None

        # The adversary needs a target label, which erasing has not, so ε is 0 here.
        return lambda alpha, _: float(bounds.erasing(alpha, distance=tau))
