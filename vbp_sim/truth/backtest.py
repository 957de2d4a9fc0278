"""Predict a tender round from its market folder, and put the prediction beside what really happened.

The bids, the winners and their provinces are taken out of the market before any model sees it. Only the tender is lived
through (bids, awards, province choice), with the models and the metrics of a run.

    backtest(read_market_of("batch-3"), load_rules("batch-3")[0], Prediction()).metrics["cut_ceiling"]
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from vbp_sim.agents.bidding.interface import Bidding, Opening, PastRound
from vbp_sim.agents.firms.interface import Firms, Products, together
from vbp_sim.agents.reporting.interface import Reporting
from vbp_sim.engine.tables import TABLES
from vbp_sim.rules.money import YUAN
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import Award, contest
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.metrics.replication import Replication
from vbp_sim.scenario.draws import Draws
from vbp_sim.scenario.load import load_part
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Chosen, Part, by_default, chosen
from vbp_sim.scenario.spec import Behaviour
from vbp_sim.streams import Streams
from vbp_sim.tender import Document, Outcome, Seen, Standings, decide, opening, outcome_of, rows
from vbp_sim.truth.naive import asked
from vbp_sim.truth.papers import papers
from vbp_sim.truth.ranges import over_rounds

Floats = npt.NDArray[np.float64]
Table = dict[str, npt.NDArray[Any]]

#: metrics that a tender alone decides
TENDER_METRICS = (
    "cut_ceiling", "cut_weighted", "cut_value", "cut_own", "bidders_per_drug", "selected_per_drug", "selected_products",
    "selected_firms", "failed_drugs", "bid_success", "originator_win_rate", "originator_valid",
)  # fmt: skip


#: shipped draws of parameters: of firms and bidders, of hospitals and patients with the default models of scenarios
DRAWS = ("bids", "use")


class Prediction(Part):
    """The models of firms and bidders with which a round is predicted; what ``vbp calibrate`` writes."""

    kind = "prediction"
    tag = ""

    firms: Annotated[Part, Chosen("firms", "anchored-costs")] = by_default(
        "costs, earlier shares and capacity of firms"
    )
    bidding: Annotated[Part, Chosen("bidding", "best-response")] = by_default("how manufacturers bid")
    fitted_on: tuple[str, ...] = Field((), description="markets that the parameters were fitted on")

    def drawn(self, draws: Sequence[Draws], k: int) -> Prediction:
        """The prediction with draw ``k`` of its parameters."""
        return functools.reduce(lambda one, each: each.on(one, k, "behaviour."), draws, self)


@dataclass(frozen=True)
class Predicted:
    """One predicted round: products, their bids (yuan, nan = no quote), the outcomes by drug, and `Bidding.regret`."""

    products: Products
    bids: Floats
    outcomes: tuple[Outcome, ...]
    regret: float = float("nan")


@dataclass(frozen=True)
class Backtest:
    """Predicted metrics (mean, low, high), and real ones where the market gives them.

    ``bids`` and ``prices`` (replications, products) over the ceiling: valid bids, prices of selected products, nan
    elsewhere; ``real_bids`` and ``real_prices`` (products,); ``qualified`` (products,) firms that may bid for the drug,
    ``asked`` (products, 3) what forecasts without a model ask of it.
    ``value_cut`` (replications,) and ``real_value_cut``: cut against the ceiling, weighted by agreed volume x ceiling.
    ``regret`` the largest of all predicted rounds, nan if the bidders solve for no equilibrium.
    """

    metrics: dict[str, dict[str, Any]]
    real: dict[str, float]
    bids: Floats
    real_bids: Floats
    prices: Floats
    real_prices: Floats
    originator: npt.NDArray[np.bool_]
    drug: npt.NDArray[np.int64]
    qualified: npt.NDArray[np.int64]
    asked: Floats
    value_cut: Floats
    real_value_cut: float
    regret: float


def load_prediction(file: Path) -> Prediction:
    """Read a file of fitted parameters. Raises `InputError` with the place of all that is wrong."""
    return load_part(file, Prediction, file.parent)[0]


def blind(market: Market) -> Market:
    """The market without bids, winners and regions."""
    return replace(market, products=tuple(replace(p, bid=None, selected=None, regions=()) for p in market.products))


def backtest(
    market: Market,
    rules: RuleSet,
    prediction: Prediction,
    replications: int = 20,
    seed: int = 1,
    history: tuple[PastRound, ...] = (),
    draws: Sequence[Draws] = (),
    at: int = 0,
) -> Backtest:
    """Predict a market's round ``replications`` times, from number ``at`` on; firms remember ``history``, if their
    model looks back. Replication k takes draw k of the parameters.
    """
    hidden = blind(market)
    runs = [
        predict(hidden, rules, prediction.drawn(draws, k), Streams(seed, k), history)
        for k in range(at, at + replications)
    ]
    seen = [tender_tables(run) for run in runs]
    empty = dict.fromkeys(METRICS, np.nan)
    first, found = together([run.products for run in runs])
    named = {(p.drug, p.manufacturer): p for p in market.products}
    real = [named.get((market.drugs[d].id, m)) for d, m in zip(first.drug, first.manufacturer, strict=True)]
    real_bid = np.array([np.nan if p is None or p.bid is None else float(p.bid) for p in real])
    real_won = np.array([-1 if p is None or p.selected is None else int(p.selected) for p in real])
    ceiling = np.array([np.nan if d.ceiling is None else float(d.ceiling) for d in market.drugs])[first.drug]
    really = _really(papers(hidden, rules, first), first, real_bid, real_won)
    return Backtest(
        metrics=over_rounds([{**empty, **tender_metrics(tables)} for tables in seen]),
        real={k: v for k, v in tender_metrics(really).items() if not np.isnan(v)} if really else {},
        bids=_valid(_stacked([run.bids for run in runs], found, len(ceiling)) / ceiling),
        real_bids=_valid(real_bid / ceiling),
        prices=_stacked([_prices(run, len(market.drugs)) for run in runs], found, len(ceiling)) / ceiling,
        real_prices=np.where(real_won == 1, real_bid / ceiling, np.nan),
        originator=first.originator,
        drug=first.drug,
        qualified=np.bincount(first.drug, minlength=len(market.drugs))[first.drug],
        asked=np.array([asked(market, d) for d in market.drugs])[first.drug],
        value_cut=np.array([_value_cut(market, tables) for tables in seen]),
        real_value_cut=_value_cut(market, really) if really else float("nan"),
        regret=float(np.fmax.reduce([run.regret for run in runs])),
    )


def _stacked(values: list[Floats], found: list[npt.NDArray[np.int64]], n: int) -> Floats:
    """One row of ``n`` products per replication; nan for products that a replication does not have."""
    rows = np.full((len(values), n), np.nan)
    for row, here, known in zip(rows, found, values, strict=True):
        row[here] = known
    return rows


def _valid(over_ceiling: Floats) -> Floats:
    return np.where(over_ceiling <= 1 + 1e-9, over_ceiling, np.nan)


def _prices(run: Predicted, drugs: int) -> Floats:
    """Price per product, yuan; nan where not selected."""
    price = np.full(len(run.bids), np.nan)
    for d in range(drugs):
        award = run.outcomes[d].award
        price[run.products.of(d)] = np.where(award.selected, award.price / YUAN, np.nan)
    return price


def predict(
    market: Market, rules: RuleSet, prediction: Prediction, luck: Streams, history: tuple[PastRound, ...] = ()
) -> Predicted:
    """Draw firms, let them bid, and decide the round once."""
    bidding = chosen(prediction.bidding, Bidding)
    products = chosen(prediction.firms, Firms).products(market, luck)
    documents = papers(market, rules, products)
    openings = openings_of(documents, products, history)
    drawn = bidding.round(openings, luck)
    bids = np.full(len(products.drug), np.nan)
    for d, bid in enumerate(drawn):
        bids[products.of(d)] = bid

    def answer(i: int, offers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return bidding.accepts(openings[i], offers / YUAN, luck)

    return Predicted(products, bids, decide(documents, drawn, answer), bidding.regret(openings))


def openings_of(
    documents: Sequence[Document], products: Products, history: tuple[PastRound, ...] = ()
) -> list[Opening]:
    """What the firms of each drug know when they bid."""
    named = chosen(Behaviour().reporting, Reporting).named
    found = []
    for d, paper in enumerate(documents):
        of = products.of(d)
        known = Standings(products.cost[of], products.pre_price[of], products.real_bid[of], products.capacity[of])
        found.append(opening(paper, known, named, history))
    return found


def tender_metrics(tables: Mapping[str, Table]) -> dict[str, float]:
    """The metrics that a tender alone decides, of the tables of one round."""
    empty = {name: _table(name) for name in TABLES}
    seen = Replication({**empty, **tables})
    return {name: float(METRICS[name].formula(seen)) for name in TENDER_METRICS}


def _value_cut(market: Market, tables: Mapping[str, Table]) -> float:
    """Saving on all agreed volumes at selected prices, over their worth at the ceilings; nan if nobody won."""
    ceilings, places = {d.id: float(d.ceiling or 0) for d in market.drugs}, tables["allocation"]
    if not len(places["drug"]):
        return float("nan")
    ceiling = np.array([ceilings[drug] for drug in places["drug"].tolist()])
    return float(1 - (places["agreed"] @ places["price"]) / (places["agreed"] @ ceiling))


def tender_tables(run: Predicted) -> dict[str, Table]:
    """The tables of the tender, as a run would have them."""
    found: dict[str, list[tuple[Any, ...]]] = {"bids": [], "awards": [], "allocation": []}
    p = run.products
    for d, outcome in enumerate(run.outcomes):
        of = p.of(d)
        seen = Seen(run.bids[of], p.pre_price[of], p.cost[of], p.real_bid[of], p.real_selected[of])
        found["bids"] += rows.bid_rows(outcome, seen)
        found["awards"].append(rows.award_row(outcome, seen))
        found["allocation"] += rows.allocation_rows(outcome)
    return {name: _table(name, values) for name, values in found.items()}


def _table(name: str, values: Sequence[tuple[Any, ...]] = ()) -> Table:
    columns = TABLES[name].names[1:]
    filled = zip(*values, strict=True) if values else [()] * len(columns)
    return {column: np.array(given) for column, given in zip(columns, filled, strict=True)}


def _really(
    documents: Sequence[Document], products: Products, bids: Floats, won: npt.NDArray[np.int64]
) -> dict[str, Table] | None:
    """The same tables of what really happened; None if the market does not say who was selected."""
    if not (won == 1).any():
        return None
    outcomes = []
    for d, paper in enumerate(documents):
        of = products.of(d)
        tender, chosen_ = paper.tender(bids[of]), won[of] == 1
        c = contest(tender, paper.rules)
        order = tuple(int(i) for i in np.argsort(tender.bids, kind="stable") if chosen_[i])
        award = Award(
            drug=tender.drug, qualified=c.book.qualified, n=int(c.book.bidders), places=c.places, rank=c.book.rank,
            shortlisted=c.short, selected=chosen_, price=np.where(chosen_, tender.bids, 0), picks=chosen_, order=order,
            grades=("",) * len(chosen_), reasons=("",) * len(chosen_), failed=not bool(chosen_.any()),
        )  # fmt: skip
        outcomes.append(outcome_of(paper, award))
    return tender_tables(Predicted(products, bids, tuple(outcomes)))


def by_metric(
    values: Mapping[str, dict[str, Any]], real: Mapping[str, float], luck: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Predicted metrics with ``real`` and what ``luck`` alone says beside them where they are known."""
    beside = {"real": real, "luck": luck}
    return {k: {**v, **{name: known[k] for name, known in beside.items() if k in known}} for k, v in values.items()}
