"""The fund of each place: its budget for the tendered drugs, the reserve, and when it warns.

reserve = reserve before + budget of the month - all that the fund pays + all that it gets back
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.care import usual_month
from vbp_sim.engine.flows import FLOWS
from vbp_sim.engine.turnover import Trade

Floats = npt.NDArray[np.float64]

#: flows that the fund pays (1) or gets (-1)
_SIGNS = {name: (flow.payer == "fund") - (flow.payee == "fund") for name, flow in FLOWS.items() if flow.cash}


class Fund:
    """``budget`` of every month in yuan, (months, places); ``low`` (places,) are those that have warned."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        usual, months = usual_month(trade), len(trade.clock.months)
        laws = [trade.laws.everywhere("fund_budget", m) for m in range(months)]
        self.budget = usual * np.array([[(1 + law.growth) ** (m / 12) for law in row] for m, row in enumerate(laws)])
        self._start = usual * np.array([law.reserve_months for law in laws[0]])
        self._line = np.array([[law.warning_months for law in row] for row in laws])
        self.low = np.zeros(len(usual), dtype=np.bool_)

    def paid(self, flows: Mapping[str, Floats], months: int) -> Floats:
        """What the fund has paid, less what it got back, in the first ``months``, (months, places)."""
        moved = [sign * flows[name][:months].sum(axis=(1, 3)) for name, sign in _SIGNS.items() if sign]
        return np.asarray(np.sum(moved, axis=0))

    def reserve(self, paid: Floats) -> Floats:
        """What is in reserve at the end of each of the first months, of what it ``paid`` in them, (months, places)."""
        return np.asarray(self._start + (self.budget[: len(paid)] - paid).cumsum(axis=0))

    def close(self, m: int, flows: Mapping[str, Floats]) -> list[tuple[int, float]]:
        """Return the places that begin to warn in a month, and their reserve in months of what they paid in a year."""
        paid = self.paid(flows, m + 1)
        year, left = paid[-12:].mean(axis=0), self.reserve(paid)[-1]
        months = np.divide(left, year, out=np.full_like(year, np.inf), where=year > 0)
        low = months < self._line[m]
        begins, self.low = np.flatnonzero(low & ~self.low), low
        return [(p, float(months[p])) for p in begins.tolist()]
