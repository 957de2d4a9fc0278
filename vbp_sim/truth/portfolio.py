"""Which of its drugs a firm should bid for, and at which price, if one plant makes them all.

    found = portfolio(load_scenario("batch-3"), "CSPC Ouyi", np.linspace(0.1, 1, 10), capacity=2e8)
    found.picks, found.total, found.held_out

Every drug is tried at every part of its ceiling (`own_bid`). Then at most one price of each drug is chosen so that the
mean profit is largest while what is agreed fits the plant in nearly all drawn rounds: an integer programme, solved
exactly. A choice looks better on the rounds that it was made on than it is; so it is made again on nine tenths of them,
ten times, and counted on the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Firms
from vbp_sim.errors import InputError, Problem, RunError, nearest
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen
from vbp_sim.streams import Streams
from vbp_sim.truth.own_bid import BAND, Floats, OwnBid, first_round, tried

#: part of the drawn rounds in which what is agreed must fit the plant
SURE = 0.9
FOLDS = 10


@dataclass(frozen=True)
class Portfolio:
    """``bids``: one per drug of the firm; ``picks``: index of the chosen price, -1 = no bid; ``capacity`` units a year.

    ``often``: part of the folds that bid for the drug; ``held_out``: mean profit, yuan, on rounds that did not choose,
    and the part of them in which what is agreed fits the plant.
    """

    bids: list[OwnBid]
    picks: list[int]
    capacity: float
    often: list[float]
    held_out: tuple[float, float]

    def _sum(self, name: str) -> Floats:
        taken: list[Floats] = [
            getattr(bid, name)[:, pick] for bid, pick in zip(self.bids, self.picks, strict=True) if pick >= 0
        ]
        return np.sum(taken, axis=0) if taken else np.zeros(len(self.bids[0].cost))

    @property
    def total(self) -> Floats:
        """Profit of the chosen bids by drawn round, yuan over the agreements."""
        return self._sum("profit")

    @property
    def volume(self) -> Floats:
        """Units a year that the chosen bids agree to, by drawn round."""
        return self._sum("volume")

    @property
    def free(self) -> float:
        """Mean profit if the plant had no limit, yuan."""
        return float(sum(max(0.0, bid.profit.mean(axis=0).max()) for bid in self.bids))

    @property
    def bounded(self) -> bool:
        """Whether the plant has a limit."""
        return bool(np.isfinite(self.capacity))

    def rows(self) -> list[dict[str, Any]]:
        """A row per drug, those bid for first: its chosen price, or its best one alone where it is left out."""
        found: list[dict[str, Any]] = []
        for bid, pick, often in zip(self.bids, self.picks, self.often, strict=True):
            row = bid.rows()[pick if pick >= 0 else bid.best]
            found.append({"drug": bid.drug, "bid": pick >= 0, "often": often, "ceiling": bid.ceiling, **row})
        return sorted(found, key=lambda row: (not row["bid"], -row["profit"]))

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        low, high = np.quantile(self.total, BAND)
        sums = {"profit": float(self.total.mean()), "profit_low": float(low), "profit_high": float(high)}
        held = dict(zip(("profit_held_out", "fits_held_out"), self.held_out, strict=True))
        more = {**held, "profit_without_limit": self.free, "fits": float((self.volume <= self.capacity).mean())}
        return {**sums, **more, "volume": float(self.volume.mean()), "capacity": self.capacity, "rows": self.rows()}


def portfolio(
    scenario: Scenario,
    firm: str,
    parts: npt.ArrayLike,
    *,
    drugs: Sequence[str] = (),
    round: str = "",
    capacity: float = np.inf,
    replications: int = 100,
) -> Portfolio:
    """Try all drugs of a firm in a round (or those named) at parts of their ceilings, and choose.

    Raises `InputError` for a round, drug or firm that is not there.
    """
    name = first_round(scenario, drugs[0] if drugs else "", round)
    grid = np.asarray(parts, dtype=np.float64)[:, None]
    limit = capacity if np.isfinite(capacity) else None
    mine = list(drugs) or _drugs_of(scenario, name, firm)
    bids = tried(scenario, name, firm, mine, lambda ceilings: grid * ceilings, None, limit, replications)
    picks, rounds = choose(bids, capacity), np.arange(replications)
    kept = [(choose(bids, capacity, rounds % FOLDS != fold), rounds % FOLDS == fold) for fold in range(FOLDS)]
    kept = [(those, left) for those, left in kept if left.any()]
    often = [float(np.mean([those[k] >= 0 for those, _ in kept])) for k in range(len(bids))]
    tried_on = [(Portfolio(bids, those, capacity, [], (0.0, 0.0)), left) for those, left in kept]
    profit = np.concatenate([made.total[left] for made, left in tried_on])
    fits = np.concatenate([made.volume[left] <= capacity for made, left in tried_on])
    return Portfolio(bids, picks, capacity, often, (float(profit.mean()), float(fits.mean())))


def choose(bids: Sequence[OwnBid], capacity: float, rounds: npt.NDArray[np.bool_] | None = None) -> list[int]:
    """Index of the price for each drug, -1 = no bid, of the largest mean profit over ``rounds`` (all by default).

    What is agreed fits the capacity, units a year, in at least `SURE` of them.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    kept = np.ones(len(bids[0].cost), dtype=np.bool_) if rounds is None else rounds
    options = [(d, k) for d, bid in enumerate(bids) for k in np.flatnonzero(bid.profit[kept].mean(axis=0) > 0).tolist()]
    if not options:
        return [-1] * len(bids)
    gain = np.array([bids[d].profit[kept, k].mean() for d, k in options])
    volume = np.array([bids[d].volume[kept, k] for d, k in options]).T
    of_drug = np.array([[float(d == other) for d, _ in options] for other in range(len(bids))])
    largest = sum(volume[:, of_drug[d] > 0].max(axis=1, initial=0.0) for d in range(len(bids)))
    tight = np.flatnonzero(largest > capacity)  # rounds that the plant may not serve
    spare = np.diag(largest[tight] - capacity)
    whole = [LinearConstraint(np.hstack([of_drug, np.zeros((len(bids), len(tight)))]), ub=1)]
    if len(tight):
        over = np.concatenate([np.zeros(len(options)), np.ones(len(tight))])[None, :]
        whole.append(LinearConstraint(np.hstack([volume[tight], -spare]) / capacity, ub=1))
        whole.append(LinearConstraint(over, ub=np.floor((1 - SURE) * len(volume) + 1e-9)))
    cost = np.concatenate([-gain / gain.max(), np.zeros(len(tight))])
    whole_numbers = np.ones(len(cost), dtype=np.int64)
    solved = milp(cost, integrality=whole_numbers, bounds=Bounds(0, 1), constraints=whole, options={"mip_rel_gap": 0})
    if solved.x is None:
        raise RunError(f"the choice of drugs was not solved: {solved.message}")
    picks = [-1] * len(bids)
    for (d, k), taken in zip(options, solved.x, strict=False):
        if taken > 0.5:
            picks[d] = k
    return picks


def _drugs_of(scenario: Scenario, name: str, firm: str) -> list[str]:
    """Drugs of a round that a firm may bid for, in the market's order."""
    market, spec = scenario.data.of_round(name), scenario.spec
    products = chosen(spec.behaviour.firms, Firms).products(market, Streams(spec.seed, 0))
    wanted = spec.rounds[name].drugs or [record.id for record in market.drugs]
    by_drug = {record.id: {products.manufacturer[i] for i in products.of(d)} for d, record in enumerate(market.drugs)}
    found = [drug for drug in by_drug if drug in wanted and firm in by_drug[drug]]
    if not found:
        known = sorted({str(name) for firms in by_drug.values() for name in firms})
        raise InputError(Problem(f"--firm {firm}", "it may bid for no drug of the round", nearest(firm, known)))
    return found
