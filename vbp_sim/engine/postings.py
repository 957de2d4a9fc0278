"""The ledger: every flow by month, round, place and level, and how what is known by drug or product gets there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.flows import FLOWS
from vbp_sim.engine.turnover import Trade
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: levels of postings: those of institutions, and "" for what belongs to a place as a whole
ACCOUNT_LEVELS = (*LEVELS, "")
WHOLE = len(LEVELS)


class Postings:
    """Postings of one replication, yuan: ``flows[id]`` has shape (months, rounds, places, `ACCOUNT_LEVELS`).

    ``rounds`` are the ids of the scenario's rounds behind "" (before any).
    """

    def __init__(self, trade: Trade) -> None:
        self.rounds = ("", *trade.spec.rounds)
        self.months = len(trade.clock.months)
        self.shape = (self.months, len(self.rounds), len(trade.market.provinces), len(ACCOUNT_LEVELS))
        self.flows: dict[str, Floats] = {name: np.zeros(self.shape) for name in FLOWS}

    def post(self, flow: str, m: int, at: Ints, yuan: Floats) -> None:
        """Post (drugs, places, levels) of the rounds ``at`` (drugs, places)."""
        self._sum(self.flows[flow][m], at, yuan)

    def place(self, flow: str, m: int, of_round: Ints, yuan: Floats) -> None:
        """Post (products, places) of the rounds ``of_round`` (products, places) that belong to a place as a whole."""
        places = np.arange(yuan.shape[1])[None, :]
        np.add.at(self.flows[flow][m, :, :, WHOLE], (of_round, places), yuan)

    def later(self, flow: str, m: int, at: Ints, yuan: Floats, lag: Ints) -> None:
        """Post what places pay after ``lag`` (places,) months; what lies beyond the last month stays open."""
        self.add(self.flows[flow], m, at, yuan, lag)

    def until(self, flow: str, m: int, at: Ints, yuan: Floats, lag: Ints) -> None:
        """Post the same in this month and those that follow, ``lag`` (places,) months in all."""
        for more in range(int(lag.max(initial=0))):
            if m + more < self.months:
                self._sum(self.flows[flow][m + more], at, np.where((lag > more)[:, None], yuan, 0.0))

    def add(self, into: Floats, m: int, at: Ints, yuan: Floats, lag: Ints) -> None:
        """Add what is due after ``lag`` (places,) months to an array of the shape of a flow."""
        for months in sorted({*lag.tolist()}):
            if m + months < self.months:
                self._sum(into[m + months], at, np.where((lag == months)[:, None], yuan, 0.0))

    def _sum(self, into: Floats, at: Ints, yuan: Floats) -> None:
        """Add (drugs, places, levels) to (rounds, places, account levels)."""
        for r in sorted({*at.ravel().tolist()}):
            into[r, :, :WHOLE] += np.where((at == r)[..., None], yuan, 0.0).sum(axis=0)
