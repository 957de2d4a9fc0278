"""What a month's use is worth: which products it was, at which prices and costs, and who covers it.

What products a place buys changes only when an agreement begins, changes or ends; it is laid out then (`Laid`) and used
every month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.classes import ClassNeed
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.prices import Prices
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.shelf import Shelf
from vbp_sim.rules.local.book import LawBook
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.spec import Spec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Trade(Protocol):
    """What the accounts read of the running simulation (`World`), and never write."""

    spec: Spec
    market: Market
    clock: Clock
    laws: LawBook
    products: Products
    prices: Prices
    classes: ClassNeed
    recorder: Recorder
    sold: Floats
    paid: Floats

    @property
    def shelves(self) -> Sequence[Shelf]: ...
    @property
    def plants(self) -> Mapping[int, Plant]: ...
    @property
    def month_now(self) -> int: ...


@dataclass(frozen=True)
class Laid:
    """What is bought where; (products, places): ``routes`` of orders of selected products, their ``price`` and ``cost``
    (yuan per unit, 0 where a product is not selected).

    A unit of drug d that was not selected in place p, number ``cell`` = d x places + p, consists of parts of products:
    entry by entry its ``product`` (-1 = one that may not bid), its ``worth`` (part x price) and its ``cost_part``.
    ``other_cost`` (drugs, places) is its cost. ``brand`` entries are originators'; ``brand_part`` and ``brand_cost``
    (drugs, places) are the sums of their parts and of their costs.
    """

    routes: Floats
    price: Floats
    cost: Floats
    cell: Ints
    product: Ints
    worth: Floats
    cost_part: Floats
    other_cost: Floats
    brand: Bools
    brand_part: Floats
    brand_cost: Floats


@dataclass(frozen=True)
class Turnover:
    """A month's use in yuan, (drugs, places, levels), of ``used`` units: ``selected``, ``others`` not selected and
    ``alternatives``, doses of other molecules outside the list; ``covered`` is the fund's part of it all, ``cost`` that
    of making it.
    ``other_units`` (drugs, places) not selected; ``sold`` (products, places) yuan of selected products.

    Outside VBP hospitals: ``away`` yuan, of which the fund pays ``away_covered``, at a cost of ``away_cost``;
    ``away_units`` (drugs, places) over the originators' part of what is not selected."""

    used: Floats
    selected: Floats
    others: Floats
    alternatives: Floats
    covered: Floats
    cost: Floats
    other_units: Floats
    sold: Floats
    away: Floats
    away_covered: Floats
    away_cost: Floats
    away_units: Floats

    @property
    def spend(self) -> Floats:
        """All of it."""
        return self.selected + self.others + self.alternatives


def lay_out(trade: Trade) -> Laid:
    """Look up who sells what where at present."""
    number, places = trade.sold.shape
    routes, price, cost = (np.zeros((number, places)) for _ in range(3))
    for shelf in trade.shelves:
        routes[shelf.products], price[shelf.products] = shelf.routes, shelf.price
        for agreement in shelf.running:
            for supplier in agreement.suppliers:
                cost[supplier.product, agreement.open] = supplier.cost * supplier.plant.dear
    costs, usual = trade.products.cost, _usual_costs(trade)
    entries: list[tuple[int, int, float, float, float]] = []
    now = trade.recorder.mix[min(trade.month_now, len(trade.recorder.mix) - 1)]
    for d in range(len(trade.shelves)):
        for p in range(places):
            others = trade.recorder.others_at(now[d, p], d, p)
            for product, part, paid in zip(others.products, others.parts, others.prices, strict=True):
                if part > 0:
                    made = costs[product] if product >= 0 else usual[d]
                    entries.append((d * places + p, product, part * paid, part * made, part))
    keys = np.array([entry[:2] for entry in entries], dtype=np.int64)
    worth, cost_part, parts = np.array([entry[2:] for entry in entries]).T
    cell, product = keys.T
    brand = (product >= 0) & trade.products.originator[product]
    sums = np.zeros((3, len(trade.shelves) * places))
    np.add.at(sums[0], cell, cost_part)
    np.add.at(sums[1], cell[brand], parts[brand])
    np.add.at(sums[2], cell[brand], cost_part[brand])
    return Laid(routes, price, cost, cell, product, worth, cost_part, sums[0].reshape(-1, places), brand,
                *sums[1:].reshape(2, -1, places))  # fmt: skip


def _usual_costs(trade: Trade) -> Floats:
    """Mean cost of each drug's generics, or of all its products, (drugs,): what stands for products without a name."""
    p, found = trade.products, []
    for shelf in trade.shelves:
        generic = shelf.products[~p.originator[shelf.products]]
        found.append(float(p.cost[generic if generic.size else shelf.products].mean()))
    return np.array(found)


def turnover(trade: Trade, laid: Laid, m: int) -> Turnover:
    """Value the use of a month."""
    rec, finance = trade.recorder, trade.spec.finance
    need, selected, unmet, turned, gone = (
        rec.monthly[name][m] for name in ("need", "selected", "unmet", "alternatives", "away")
    )
    left = need - selected - unmet - turned - gone
    outside = turned * trade.classes.left[m][..., None]
    elsewhere = outside * trade.classes.unit_price(m)[..., None]
    part, originator_price, generic_price = rec.sides(rec.mix[m])
    originator = left * part[..., None]
    generic = left - originator
    paid = trade.paid[..., None]
    share = finance.covered
    covered = (selected * paid + elsewhere) * share
    pays = _fund_pays(trade, m, originator_price), _fund_pays(trade, m, generic_price)
    covered = covered + finance.insured_share * (originator * pays[0][..., None] + generic * pays[1][..., None])
    sold = trade.sold * laid.price
    making = by_drug(trade, trade.sold * laid.cost)
    units = selected.sum(axis=2)
    per_unit = np.divide(making, units, out=np.zeros_like(making), where=units > 0)
    return Turnover(
        used=need - unmet - gone,
        selected=selected * paid,
        others=originator * originator_price[..., None] + generic * generic_price[..., None],
        alternatives=elsewhere,
        covered=covered,
        cost=selected * per_unit[..., None] + (left + outside) * laid.other_cost[..., None],
        other_units=left.sum(axis=2),
        sold=sold,
        **_away(trade, laid, gone, originator_price, share),
    )


def _away(trade: Trade, laid: Laid, gone: Floats, price: Floats, share: float) -> dict[str, Floats]:
    """What originators sell outside VBP hospitals at their free price; the fund pays its ``share`` in some channels."""
    finance, part = trade.spec.finance, laid.brand_part
    yuan = gone * (price * finance.free_price)[..., None]
    per_unit, units = (
        np.divide(value, part, out=np.zeros_like(part), where=part > 0) for value in (laid.brand_cost, gone.sum(axis=2))
    )
    covered = yuan * (share * finance.fund_channels)
    return {"away": yuan, "away_covered": covered, "away_cost": gone * per_unit[..., None], "away_units": units}


def baseline(trade: Trade) -> tuple[Floats, Floats]:
    """What each month's need would have cost without VBP, (months, places) yuan: need at earlier prices and shares, and
    at their own price the doses of other molecules that drugs replaced; these alone are the second."""
    gained, need = (trade.recorder.monthly[name].sum(axis=3) for name in ("gained", "need"))
    doses = np.array([trade.classes.unit_price(m) for m in range(len(gained))])
    replaced = (gained * trade.classes.drawn * doses).sum(axis=1)
    return ((need - gained) * trade.prices.mean).sum(axis=1) + replaced, replaced


def by_drug(trade: Trade, values: Floats) -> Floats:
    """Sums over the products of each drug: (products, places) in, (drugs, places) out."""
    sums = np.zeros((len(trade.shelves), values.shape[1]))
    np.add.at(sums, trade.products.drug, values)
    return sums


def _fund_pays(trade: Trade, m: int, price: Floats) -> Floats:
    """What the fund pays of a unit that is not selected, (drugs, places): a part of its price, once an agreement runs
    of no more than the payment standard of the agreement's year."""
    rec, share = trade.recorder, trade.spec.finance.fund_share
    paid, year = price * share, rec.year[m]
    law = trade.laws.ids("reimbursement")[:, m]
    for index, rule in enumerate(trade.laws.parts("reimbursement")):
        for y in np.unique(year[year > 0]).tolist():
            now = (year == y) & (law == index)
            standard = rule.standard(price[now], rec.listed[m][now], int(y))
            paid[now] = rule.fund_pays(price[now], standard, share)
    return np.asarray(paid)
