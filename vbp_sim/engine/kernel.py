"""The arithmetic of one month in one province, on arrays of shape (drugs, institutions).

Plain NumPy. A compiled kernel can take the place of these functions without touching anything else: they draw nothing
by themselves (the words come keyed), hold no state and know no time.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.streams import Words, normal_table

Floats = npt.NDArray[np.float64]
_SHIFT = np.uint64(48)


@functools.cache
def lognormal_table(cv: float) -> Floats:
    """Quantiles of a log-normal with mean exactly 1 and coefficient of variation ``cv``, one per normal level."""
    sigma = np.sqrt(np.log1p(cv**2))
    table = np.exp(sigma * normal_table())
    return np.asarray(table / table.mean())


def need(usual: Floats, growth: Floats, words: Words, table: Floats) -> Floats:
    """This month's need: usual monthly need x growth of the drug (drugs,) x noise with mean 1."""
    return np.asarray(usual * growth[:, None] * table[(words >> _SHIFT).astype(np.intp)])


@dataclass(frozen=True)
class Received:
    """What institutions got in a month: need = bought + nonselected + unmet; substituted is part of nonselected."""

    bought: Floats
    nonselected: Floats
    substituted: Floats
    unmet: Floats


def receive(needed: Floats, ordered: Floats, filled: Floats, switchable: float) -> Received:
    """Share deliveries among institutions in proportion to their orders; ``filled`` (drugs,) is delivered / ordered."""
    bought = ordered * filled[:, None]
    gap = ordered - bought
    substituted = gap * switchable
    unmet = gap - substituted
    return Received(bought, needed - bought - unmet, substituted, unmet)
