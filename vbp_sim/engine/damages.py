"""What suppliers owe for deliveries that are late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.contract import Contract

Floats = npt.NDArray[np.float64]


def owed(contract: Contract, missing: Floats, helped: Floats, now: float) -> Floats:
    """Damages for a month's missing deliveries, yuan, shape (suppliers,).

    ``missing`` (suppliers, provinces) units that each did not deliver; ``helped`` (provinces,) units that others
    delivered instead, for which nothing is owed. The share of the value grows with the days of the shortage.
    """
    failure = contract.rules.failure
    if not failure.damages:
        return np.zeros(len(missing))
    gap = missing.sum(axis=0)
    left = np.divide(np.maximum(gap - helped, 0), gap, out=np.zeros_like(gap), where=gap > 0)
    share = np.array([failure.damages_share(max(0.0, now - since)) for since in contract.short_since])
    prices = np.array([s.price for s in contract.suppliers])
    return np.asarray(prices * (missing * left * share).sum(axis=1))
