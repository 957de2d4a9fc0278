"""How the use of a place moves: by a trend, and by how it answers to agreements and to what patients pay.

    use of month m / usual use = (1 + trend)^(m / 12) x (1 + r growth) x exp(r (own - elasticity ln paid))

r rises from 0 to 1 over ``ramp_months`` from the first supply on; paid is what patients paid per unit last month over
what they paid before; own is of the drug, the place and both (the mean of exp(own) is 1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.spec import Demand
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Response:
    """Use of one place over its usual use, by drug; remembers the months that are over."""

    def __init__(self, demand: Demand, drugs: tuple[str, ...], trends: Floats, place: str, luck: Streams) -> None:
        self._demand, self._yearly = demand, (1 + demand.trend) * (1 + trends)
        spreads = np.array([demand.drug_spread, demand.place_spread, demand.cell_spread])
        of_place = float(luck.normal("demand.place", place))
        draws = [
            [float(luck.normal("demand.drug", drug)), of_place, float(luck.normal("demand.cell", drug, place))]
            for drug in drugs
        ]
        self._own = np.array(draws).reshape(-1, 3) @ spreads - (spreads**2).sum() / 2
        self._known: list[Floats] = []

    def trend(self, m: float) -> Floats:
        """Use of a month over the usual one without any agreement, (drugs,); months before the first are negative."""
        return np.asarray(self._yearly ** (m / 12))

    def month(self, m: int, first: Ints, paid: Floats) -> Floats:
        """Use of the present month over the usual one, (drugs,), from the ``first`` months of supply and what patients
        ``paid`` per unit last month over what they paid before."""
        demand = self._demand
        ramp = np.clip((m - first + 1) / demand.ramp_months, 0, 1)
        answer = np.exp(ramp * (self._own - demand.elasticity * np.log(paid)))
        self._known.append(np.asarray(self.trend(m) * (1 + demand.growth * ramp) * answer))
        return self._known[-1]

    def audited(self, months: range) -> Floats:
        """Mean use of past months over the usual one, (drugs,)."""
        known = self._known
        return np.asarray(np.mean([known[m] if 0 <= m < len(known) else self.trend(m) for m in months], axis=0))
