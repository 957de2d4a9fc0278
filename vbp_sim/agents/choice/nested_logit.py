"""Nested logit with inertia: the selected product against a nest of those that were not selected.

    utility of the selected product    v = natural + inertia (2 x - 1) + push while the task is open
    value of the nest of the others    I = nesting ln mean_j e^(u_j / nesting),   0 where all are alike
    share of the selected product      e^v / (e^v + e^I)

where x is last month's share and the others, generics and the originator, differ by ``brand_gap`` in attraction u.
The closer the substitutes in the nest (small ``nesting``), the more the best of them alone decides. With nesting = 1
it is plain logit (V15).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.choice.interface import Floats, Month
from vbp_sim.agents.choice.preference import Preference
from vbp_sim.scenario.parts import param


class NestedLogit(Preference):
    """Habit, preference and task weighed against the best of the products that were not selected."""

    model: Literal["nested-logit"] = "nested-logit"
    nesting: float = param(0.6, "independence of the products within a nest; 1 is plain logit", gt=0, le=1)
    inertia: float = param(2.0, "pull of last month's choice", "logit per share", ge=0, le=10)
    brand_gap: float = param(0.5, "attraction of the originator over other generics", "logit", ge=-10, le=10)
    push: float = param(0.8, "push while the agreed volume is not bought", "logit", ge=0, le=10)

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        task = (month.agreed > month.bought) & month.in_contract[:, None]
        v = month.natural + self.inertia * (2 * month.share - 1) + self.push * task
        others = inclusive(np.array([-self.brand_gap / 2, self.brand_gap / 2]), self.nesting)
        return np.asarray(1 / (1 + np.exp(others - v)))


def inclusive(utility: Floats, nesting: float) -> float:
    """Value of a nest from the utilities of its products: nesting x ln of the mean of e^(u / nesting)."""
    top = float(utility.max())
    return top + nesting * float(np.log(np.mean(np.exp((utility - top) / nesting))))
