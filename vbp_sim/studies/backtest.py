"""Predict a tender round from its market folder, and put the prediction beside what really happened.

The bids, the winners and their provinces are taken out of the market before any model sees it. Only the tender is lived
through (bids, awards, province choice), with the models and the metrics of a run.

    backtest(read_market_of("batch-3"), load_rules("batch-3")[0], Prediction()).metrics["cut_ceiling"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from vbp_sim.agents.bidding.interface import Bidding, Conditions, Opening, PastRound
from vbp_sim.agents.firms.interface import Firms, Products, together
from vbp_sim.engine.tables import TABLES
from vbp_sim.rules.money import YUAN, micro, micro_array
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import Award, Tender, contest, decide
from vbp_sim.scenario.load import load_part
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Chosen, Part, chosen
from vbp_sim.streams import Streams
from vbp_sim.studies.metric_ids import METRICS
from vbp_sim.studies.metrics import FORMULAS, Replication, summarize

Floats = npt.NDArray[np.float64]
Table = dict[str, npt.NDArray[Any]]

#: metrics that a tender alone decides
TENDER_METRICS = (
    "cut_ceiling", "cut_weighted", "cut_own", "bidders_per_drug", "selected_per_drug", "selected_products",
    "failed_drugs", "bid_success", "originator_win_rate",
)  # fmt: skip
#: name of the only round
ROUND = "round"


class Prediction(Part):
    """The models of firms and bidders with which a round is predicted; what ``vbp calibrate`` writes."""

    kind = "prediction"
    tag = ""

    firms: Annotated[Part, Chosen("firms", "anchored-costs")] = Field(
        default_factory=dict, validate_default=True, description="costs, earlier shares and capacity of firms"
    )
    bidding: Annotated[Part, Chosen("bidding", "best-response")] = Field(
        default_factory=dict, validate_default=True, description="how manufacturers bid"
    )
    fitted_on: tuple[str, ...] = Field((), description="markets that the parameters were fitted on")


@dataclass(frozen=True)
class Predicted:
    """One predicted round: products, their bids (yuan, nan = no quote), the awards by drug, and `Bidding.regret`."""

    products: Products
    bids: Floats
    awards: tuple[Award, ...]
    regret: float = float("nan")


@dataclass(frozen=True)
class Backtest:
    """Predicted metrics (mean, low, high), and real ones where the market gives them.

    ``bids`` and ``prices`` (replications, products) over the ceiling: valid bids, prices of selected products, nan
    elsewhere; ``real_bids`` and ``real_prices`` (products,); ``qualified`` (products,) firms that may bid for the drug.
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
) -> Backtest:
    """Predict a market's round ``replications`` times; firms remember ``history``, if their model looks back."""
    hidden = blind(market)
    runs = [predict(hidden, rules, prediction, Streams(seed, r), history) for r in range(replications)]
    seen = [_tables(hidden, rules, run) for run in runs]
    empty = dict.fromkeys(METRICS, np.nan)
    first, found = together([run.products for run in runs])
    named = {(p.drug, p.manufacturer): p for p in market.products}
    real = [named.get((market.drugs[d].id, m)) for d, m in zip(first.drug, first.manufacturer, strict=True)]
    real_bid = np.array([np.nan if p is None or p.bid is None else float(p.bid) for p in real])
    real_won = np.array([-1 if p is None or p.selected is None else int(p.selected) for p in real])
    ceiling = np.array([np.nan if d.ceiling is None else float(d.ceiling) for d in market.drugs])[first.drug]
    really = _really(market, rules, first, real_bid, real_won)
    return Backtest(
        metrics=summarize([{**empty, **tender_metrics(tables)} for tables in seen]),
        real={k: v for k, v in tender_metrics(really).items() if not np.isnan(v)} if really else {},
        bids=_valid(_stacked([run.bids for run in runs], found, len(ceiling)) / ceiling),
        real_bids=_valid(real_bid / ceiling),
        prices=_stacked([_prices(run, len(market.drugs)) for run in runs], found, len(ceiling)) / ceiling,
        real_prices=np.where(real_won == 1, real_bid / ceiling, np.nan),
        originator=first.originator,
        drug=first.drug,
        qualified=np.bincount(first.drug, minlength=len(market.drugs))[first.drug],
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
        award = run.awards[d]
        price[run.products.of(d)] = np.where(award.selected, award.price / YUAN, np.nan)
    return price


def predict(
    market: Market, rules: RuleSet, prediction: Prediction, luck: Streams, history: tuple[PastRound, ...] = ()
) -> Predicted:
    """Draw firms, let them bid, and decide the round once."""
    bidding = chosen(prediction.bidding, Bidding)
    products = chosen(prediction.firms, Firms).products(market, luck)
    members = [products.of(d) for d in range(len(market.drugs))]
    empty = [tender_of(market, rules, products, d, m, np.full(len(m), np.nan)) for d, m in enumerate(members)]
    openings = [
        replace(opening_of(market, rules, products, d, m, t), history=history)
        for d, (m, t) in enumerate(zip(members, empty, strict=True))
    ]
    drawn = bidding.round(openings, luck)
    bids = np.full(len(products.drug), np.nan)
    for m, b in zip(members, drawn, strict=True):
        bids[m] = b
    tenders = [replace(t, bids=micro_array(np.nan_to_num(b))) for t, b in zip(empty, drawn, strict=True)]

    def answer(i: int, offers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return bidding.accepts(openings[i], offers / YUAN, luck)

    return Predicted(products, bids, decide(tenders, rules, answer), bidding.regret(openings))


def tender_of(
    market: Market, rules: RuleSet, p: Products, d: int, members: npt.NDArray[np.int64], bids: Floats
) -> Tender:
    """The tender of one drug; it took place, so the rule on the fewest firms is waived."""
    drug, n = market.drugs[d], len(members)
    return Tender(
        drug=drug.id,
        form=drug.form,
        drug_class=drug.drug_class,
        ceiling=rules.ceiling.price(micro(drug.ceiling or 0), micro(drug.pre_price or 0)),
        firms=tuple(p.manufacturer[i] for i in members),
        bids=micro_array(np.nan_to_num(bids)),
        priority=p.pre_share[members],
        related=tuple(p.owner[i] for i in members),
        named=p.pre_share[members] * float(market.reported[d].sum()),
        incumbent=np.zeros(n, dtype=np.bool_),
        held=True,
    )


def opening_of(
    market: Market, rules: RuleSet, p: Products, d: int, members: npt.NDArray[np.int64], tender: Tender
) -> Opening:
    """What the firms of one drug know when they bid."""
    places = contest(tender, rules).places
    return Opening(
        round=ROUND,
        drug=tender.drug,
        ceiling=tender.ceiling / YUAN,
        winners=rules.selection.most(min(places, len(members))),
        manufacturer=tender.firms,
        originator=p.originator[members],
        cost=p.cost[members],
        pre_price=p.pre_price[members],
        real_bid=p.real_bid[members],
        pre_share=p.pre_share[members],
        conditions=conditions_of(market, rules, d),
        capacity=p.capacity[members],
    )


def conditions_of(market: Market, rules: RuleSet, d: int) -> Conditions:
    """The tender document of one drug; provinces weigh as in the whole round."""
    drug, shares = market.drugs[d], market.reported.sum(axis=0)
    return Conditions(
        rules=rules,
        form=drug.form,
        drug_class=drug.drug_class,
        start=rules.date or date(2020, 1, 1),
        weights=tuple((shares / shares.sum()).round(4).tolist()),
        reported=float(market.reported[d].sum()),
    )


def tender_metrics(tables: Mapping[str, Table]) -> dict[str, float]:
    """The metrics that a tender alone decides, of the tables of one round."""
    empty = {name: _table([], table.names) for name, table in TABLES.items()}
    seen = Replication({**empty, **tables})
    return {name: float(FORMULAS[name](seen)) for name in TENDER_METRICS}


def _value_cut(market: Market, tables: Mapping[str, Table]) -> float:
    """Saving on all agreed volumes at selected prices, over their worth at the ceilings; nan if nobody won."""
    ceilings, places = {d.id: float(d.ceiling or 0) for d in market.drugs}, tables["allocation"]
    if not len(places["drug"]):
        return float("nan")
    ceiling = np.array([ceilings[drug] for drug in places["drug"].tolist()])
    return float(1 - (places["agreed"] @ places["price"]) / (places["agreed"] @ ceiling))


def _table(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> Table:
    if not rows:
        return {name: np.array([]) for name in columns}
    return {name: np.array(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)}


def _tables(market: Market, rules: RuleSet, run: Predicted) -> dict[str, Table]:
    p, bids, awards, places = run.products, [], [], []
    for d, (drug, award) in enumerate(zip(market.drugs, run.awards, strict=True)):
        members = p.of(d)
        ceiling = float(drug.ceiling) if drug.ceiling is not None else np.nan
        for i, product in enumerate(members):
            price = award.price[i] / YUAN if award.selected[i] else np.nan
            bids.append((ROUND, drug.id, p.manufacturer[product], bool(p.originator[product]), int(award.rank[i]),
                         float(run.bids[product]), ceiling, float(p.pre_price[product]), bool(award.selected[i]),
                         price))  # fmt: skip
        awards.append((ROUND, drug.id, award.n, int(award.selected.sum()), award.failed, np.nan))
        winners = len(award.order)
        main = rules.allocation.draft(market.reported[d], winners)
        share = float(rules.share.share(winners, drug.drug_class)) if winners else 0.0
        for province in np.flatnonzero(main >= 0):
            firm = award.order[main[province]]
            places.append((ROUND, drug.id, p.manufacturer[members[firm]], award.price[firm] / YUAN,
                           share * float(market.reported[d][province])))  # fmt: skip
    return {
        "bids": _table(bids, ("round", "drug", "manufacturer", "originator", "rank", "bid", "ceiling", "pre_price",
                              "selected", "price")),
        "awards": _table(awards, ("round", "drug", "bidders", "selected", "failed", "pre_price")),
        "allocation": _table(places, ("round", "drug", "main", "price", "agreed")),
    }  # fmt: skip


def _really(
    market: Market, rules: RuleSet, p: Products, bids: Floats, won: npt.NDArray[np.int64]
) -> dict[str, Table] | None:
    """The same tables of what really happened; None if the market does not say who was selected."""
    if not (won == 1).any():
        return None
    tenders = [tender_of(market, rules, p, d, p.of(d), bids[p.of(d)]) for d in range(len(market.drugs))]
    awards = []
    for d, tender in enumerate(tenders):
        members = p.of(d)
        chosen_ = won[members] == 1
        c = contest(tender, rules)
        price = np.where(chosen_, tender.bids, 0)
        order = tuple(int(i) for i in np.argsort(tender.bids, kind="stable") if chosen_[i])
        awards.append(Award(drug=tender.drug, qualified=c.book.qualified, n=int(c.book.bidders), places=c.places,
                            rank=c.book.rank, shortlisted=c.short, selected=chosen_, price=price, picks=chosen_,
                            order=order, grades=(), reasons=(), failed=not bool(chosen_.any())))  # fmt: skip
    return _tables(market, rules, Predicted(p, bids, tuple(awards)))


def by_metric(values: Mapping[str, dict[str, Any]], real: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """Predicted metrics with ``real`` beside them where it is known."""
    return {k: {**v, **({"real": real[k]} if k in real else {})} for k, v in values.items()}
