"""What firms say to a price that is offered to them, for tests without firms."""

from __future__ import annotations

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray


def refuse(tender: int, offers: IntArray) -> BoolArray:
    """Turns down every offer."""
    return np.zeros(offers.shape, dtype=np.bool_)


def accept(tender: int, offers: IntArray) -> BoolArray:
    """Takes every offer."""
    return np.asarray(offers > 0)
