"""What suppliers owe for deliveries that are late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.rules.failure import Failure

Floats = npt.NDArray[np.float64]


def owed(failure: Failure, prices: Floats, missing: Floats, helped: Floats, days: Floats) -> Floats:
    """Damages for a month's missing deliveries, yuan, shape (suppliers, places).

    ``prices`` and ``missing`` (suppliers, places): yuan per unit, and units that each did not deliver; ``helped``
    (places,) units that others delivered instead, for which nothing is owed; ``days`` (places,) of the shortage so far,
    with which the share of the value grows.
    """
    if not failure.damages:
        return np.zeros_like(missing)
    gap = missing.sum(axis=0)
    left = np.divide(np.maximum(gap - helped, 0), gap, out=np.zeros_like(gap), where=gap > 0)
    share = np.array([failure.damages_share(max(0.0, float(d))) for d in days])
    return np.asarray(prices * missing * left * share)
