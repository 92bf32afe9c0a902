"""What holds of every known response α -> S."""

from __future__ import annotations

import numpy as np

from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.sameness import repeated


@law("curve")
def one_success_per_share(subject: Subject) -> None:
    """S(α) is a float64 from 0 to 1 for each share in [0, 1], by itself or among others."""
    curve = subject.component
    for count in (0, 1, 41):
        shares = np.linspace(0, 1, count)
        with given(f"{count} shares from 0 to 1"), np.errstate(all="raise", under="ignore"):
            found = returned(repeated(curve, shares), np.ndarray)
            demand(
                found.shape == shares.shape and found.dtype == np.float64,
                f"it returns {found.dtype} of shape {found.shape}",
                f"return float64 of shape {shares.shape}",
            )
            demand(
                np.isfinite(found).all(),
                f"S is not finite at α = {shares[~np.isfinite(found)][:3]}",
                "return a number at every share, 0 and 1 included",
            )
            demand(
                ((found >= 0) & (found <= 1)).all(),
                f"S is {found[(found < 0) | (found > 1)][:3]}",
                "success is a share: return numbers from 0 to 1",
            )
            alone = [curve(np.array([share]))[0] for share in shares]
            demand(
                np.allclose(found, alone, rtol=1e-12, atol=0),
                "it says something else of a share among others than of that share alone",
                "work on each element: no sums, sorting or running state",
            )
