"""What one firm's bid would bring, price by price, with the others' bids drawn: chance, places, volume, profit.

    found = own_bid(load_scenario("pilot-2018"), "atorvastatin", "Beijing Jialin", np.linspace(0.5, 2, 16))
    found.best, found.flat

The others bid as the scenario's models have it and do not see this price; their costs are drawn, not known. A bid is
decided with the whole round, as rules may compare drugs. Volumes are those agreed; what is bought beyond them, and what
a loss costs elsewhere, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.bidding.interface import Bidding, Opening
from vbp_sim.agents.firms.interface import Firms, Products
from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.money import YUAN
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen
from vbp_sim.streams import Streams
from vbp_sim.tender import Document, decide
from vbp_sim.truth.backtest import openings_of
from vbp_sim.truth.papers import papers

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: a price is as good as the best one if it brings this part of its profit
FLAT = 0.95
#: quantiles of bands
BAND = (0.1, 0.9)


@dataclass(frozen=True)
class OwnBid:
    """Arrays (replications, prices): ``won``; ``places`` supplied; ``volume`` agreed, units per year; ``profit`` yuan
    over the agreement's term. ``prices`` and ``ceiling`` yuan per unit; ``cost`` (replications,) yuan per unit."""

    round: str
    drug: str
    firm: str
    prices: Floats
    ceiling: float
    cost: Floats
    won: Bools
    places: Floats
    volume: Floats
    profit: Floats

    @property
    def best(self) -> int:
        """Index of the price with the largest mean profit, the lowest of equal ones."""
        return int(self.profit.mean(axis=0).argmax())

    @property
    def flat(self) -> tuple[float, float]:
        """Lowest and highest price around the best that bring at least `FLAT` of its mean profit."""
        mean = self.profit.mean(axis=0)
        good = mean >= FLAT * mean[self.best] if mean[self.best] > 0 else np.arange(len(mean)) == self.best
        first = last = self.best
        while first > 0 and good[first - 1]:
            first -= 1
        while last < len(mean) - 1 and good[last + 1]:
            last += 1
        return float(self.prices[first]), float(self.prices[last])

    def rows(self) -> list[dict[str, float]]:
        """A row per price: chance of winning, and mean and band of places, volume and profit."""
        found = []
        for i, price in enumerate(self.prices.tolist()):
            row = {"price": price, "win": float(self.won[:, i].mean()), "places": float(self.places[:, i].mean())}
            for name in ("volume", "profit"):
                values = getattr(self, name)[:, i]
                low, high = np.quantile(values, BAND)
                row |= {name: float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
            found.append(row)
        return found


def own_bid(
    scenario: Scenario,
    drug: str,
    firm: str,
    prices: npt.ArrayLike,
    *,
    round: str = "",
    cost: float | None = None,
    capacity: float | None = None,
    replications: int = 100,
) -> OwnBid:
    """Put one firm's bid at each price into the first round that tenders the drug, or the named one.

    ``cost`` yuan per unit and ``capacity`` units per year of the firm, drawn as in a run where they are left out.
    Raises `InputError` for a round, drug or firm that is not there.
    """
    name, asked = first_round(scenario, drug, round), np.asarray(prices, dtype=np.float64)[:, None]
    (found,) = tried(scenario, name, firm, [drug], lambda _: asked, cost, capacity, replications)
    return found


def tried(
    scenario: Scenario,
    name: str,
    firm: str,
    drugs: Sequence[str],
    prices: Callable[[Floats], Floats],
    cost: float | None,
    capacity: float | None,
    replications: int,
) -> list[OwnBid]:
    """One firm's bids for some drugs of a round, all of them put in at once, for each row of ``prices``.

    ``prices`` makes bids (trials, drugs) of the ceilings (drugs,), yuan per unit.
    """
    market, spec = scenario.data.of_round(name), scenario.spec
    rules = chosen(spec.rounds[name].rules, RuleSet)
    tendered = [i for i, record in enumerate(market.drugs) if record.id in (spec.rounds[name].drugs or (record.id,))]
    firms, bidding = chosen(spec.behaviour.firms, Firms), chosen(spec.behaviour.bidding, Bidding)
    at = [[record.id for record in market.drugs].index(drug) for drug in drugs]
    results, asked, ceilings = [], np.empty((0, len(at))), np.empty(len(at))
    for r in range(replications):
        luck = Streams(spec.seed, r)
        products = firms.products(market, luck)
        mine = [_mine(products, d, drug, firm) for d, drug in zip(at, drugs, strict=True)]
        if cost is not None:
            products = replace(products, cost=_with(products.cost, mine, cost))
        documents = papers(market, rules, products, held=False, round=name, start=spec.rounds[name].calendar.start)
        own = {d: int(np.flatnonzero(products.of(d) == i)[0]) for d, i in zip(at, mine, strict=True)}
        for d, i in own.items() if capacity is not None else ():
            limits = documents[d].limits
            documents[d] = replace(documents[d], limits=_with(limits, i, min(capacity or 0.0, float(limits[i]))))
        if not r:
            ceilings = np.array([documents[d].ceiling / YUAN for d in at])
            asked = prices(ceilings)
        openings = openings_of(documents, products)
        drawn, known = [documents[i] for i in tendered], [openings[i] for i in tendered]
        results.append(_lived(drawn, known, bidding, luck, {tendered.index(d): i for d, i in own.items()}, asked))
    whole = [np.array(values) for values in zip(*results, strict=True)]
    return [
        OwnBid(name, drug, firm, asked[:, k], float(ceilings[k]), whole[-1][:, k], *(v[:, :, k] for v in whole[:-1]))
        for k, drug in enumerate(drugs)
    ]


def first_round(scenario: Scenario, drug: str, round: str) -> str:
    """The round that is named, else the first that tenders the drug, else the first; InputError if there is none."""
    rounds = sorted(scenario.spec.rounds, key=lambda name: scenario.spec.rounds[name].calendar.opening)
    if round and round not in rounds:
        raise InputError(Problem(f"--round {round}", "the scenario has no such round", nearest(round, rounds)))
    known: dict[str, None] = {}
    for name in [round] if round else rounds:
        tendered = scenario.spec.rounds[name].drugs or [d.id for d in scenario.data.of_round(name).drugs]
        if drug in tendered or not drug:
            return name
        known |= dict.fromkeys(tendered)
    raise InputError(Problem(f"--drug {drug}", "no round of the scenario tenders it", nearest(drug, [*known])))


def _mine(products: Products, d: int, drug: str, firm: str) -> int:
    members = products.of(d).tolist()
    found = [i for i in members if products.manufacturer[i] == firm]
    if not found:
        names = [products.manufacturer[i] for i in members]
        raise InputError(Problem(f"--firm {firm}", f"it may not bid for {drug}", nearest(firm, names)))
    return int(found[0])


def _with(values: Floats, index: int | list[int], value: float) -> Floats:
    changed = values.copy()
    changed[index] = value
    return changed


def _lived(
    tenders: list[Document],
    openings: list[Opening],
    bidding: Bidding,
    luck: Streams,
    own: dict[int, int],
    asked: Floats,
) -> tuple[Bools, Floats, Floats, Floats, Floats]:
    """One drawn round, in which the others bid once and we at each row of prices; ``own``: tender and our place.

    Returns won, places, volume and profit (trials, drugs), and cost (drugs,).
    """
    drawn = bidding.round(openings, luck)
    cost = np.array([openings[i].cost[firm] for i, firm in own.items()])
    least = dict(zip(own, cost.tolist(), strict=True))
    won = np.zeros(asked.shape, dtype=np.bool_)
    places, volume, profit = (np.zeros(asked.shape) for _ in range(3))

    def answer(i: int, offers: npt.NDArray[np.int64]) -> Bools:
        accepted = bidding.accepts(openings[i], offers / YUAN, luck)
        if i in own:
            accepted[own[i]] = offers[own[i]] > 0 and offers[own[i]] / YUAN >= least[i]
        return accepted

    for k, row in enumerate(asked.tolist()):
        bids = [*drawn]
        for (i, firm), price in zip(own.items(), row, strict=True):
            bids[i] = _with(drawn[i], firm, price)
        outcomes = decide(tenders, bids, answer)
        for j, (i, firm) in enumerate(own.items()):
            outcome = outcomes[i]
            if not outcome.agreed or not outcome.award.selected[firm]:
                continue
            agreed = outcome.volumes.agreed[outcome.winners.index(firm)]
            won[k, j], places[k, j], volume[k, j] = True, float((agreed > 0).sum()), float(agreed.sum())
            margin = float(outcome.award.price[firm]) / YUAN - cost[j]
            profit[k, j] = volume[k, j] * margin * outcome.term / 12
    return won, places, volume, profit, cost
