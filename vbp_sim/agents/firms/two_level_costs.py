"""Two-level log-normal costs, anchored at the ceiling.

    cost of firm i for drug d = ceiling_d x median x exp(drug_spread z_d) x exp(firm_spread z_i) x type factor
    z_i                       = sqrt(lasting) z_owner + sqrt(1 - lasting) z_product

A company's own z is the same for all its drugs and in every round; so is, for a product, whether it makes its own
ingredient. No cost lies under what the ingredient and the conversion cost (`from_below`), and where the market gives a
drug's usual ``cost``, that figure is taken instead of a part of the ceiling.

The ceiling anchors the cost because it carries information: where it is an earlier winning price, a firm has already
supplied at it. Against the ceilings of the 2019 expansion the generics' bids in contested tenders have median 0.62.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vbp_sim.agents.firms.from_below import FromBelow
from vbp_sim.agents.firms.interface import Products
from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Drug, Market, Product
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams


@dataclass
class _Row:
    """One product while its gaps are being filled."""

    product: Product
    pre_price: float
    pre_share: float
    cost: float
    capacity: float


class TwoLevelCosts(FromBelow):
    """Costs with a spread between drugs and a spread between firms; gaps of the market filled around known values."""

    model: Literal["two-level-costs"] = "two-level-costs"
    cost_median: float = param(
        0.26,
        "median unit cost of a generic over the ceiling",
        source="fitted by hand to the bids of the 2019 expansion (docs/calibration.md)",
        confidence="I",
        gt=0,
        lt=1,
    )
    drug_spread: float = param(0.35, "spread of costs between drugs, sd of the logarithm", ge=0, le=2)
    firm_spread: float = param(0.45, "spread of costs between firms, sd of the logarithm", ge=0, le=2)
    lasting: Portion = param(
        0.14,
        "part of the spread between firms that a company keeps in all its drugs and rounds",
        "share of the variance",
        "variance of the generics' bids within drugs, expansion and batch 2: 0.14 lies between companies; the "
        "same by chance reaches 0.14 in one case of twenty, so 0 is not excluded (docs/calibration.md)",
        "I",
    )
    originator_factor: float = param(
        1.35, "cost of an originator over a generic's", source="assumption, 1.25 to 1.5", gt=0, le=10
    )
    own_api_share: Portion = param(0.3, "share of generics that make their own active ingredient")
    own_api_factor: float = param(0.85, "cost of a firm with its own active ingredient over one without", gt=0, le=2)
    unqualified_share: Portion = param(
        0.4,
        "share of the volume that no originator has, held before the round by products that may not bid",
        source="fitted so that selected products held about 17 % before the pilot",
        confidence="I",
    )
    originator_share: Portion = param(
        0.5,
        "earlier volume share of an originator where the market does not give it",
        source="often quoted 0.4 to 0.6, no page found",
        confidence="M",
    )
    originator_premium: float = param(
        1.6, "earlier price of an originator over the generics' where the market does not give it", gt=0, le=100
    )
    price_over_ceiling: float = param(
        1.274,
        "earlier price of a generic over the ceiling where the market gives none for the drug",
        source="inverse of the stand-in ceiling, 0.785 x the own earlier price (docs/markets.md)",
        confidence="I",
        gt=0,
        le=100,
    )
    price_spread: float = param(0.15, "spread of filled-in earlier prices, sd of the logarithm", ge=0, le=2)
    capacity_median: float = param(
        3.0,
        "median yearly capacity over an equal share of the reported volume",
        source="assumption; use of selected products reached 1.9 x the agreed volume [B1]",
        confidence="I",
        gt=0,
        le=100,
    )
    capacity_spread: float = param(0.5, "spread of capacities, sd of the logarithm", ge=0, le=2)
    extra_bidders: float = param(
        1.0,
        "mean number of unnamed qualified generics where the market gives neither a number nor bids",
        "firms",
        ge=0,
        le=40,
    )
    extra_dispersion: int | None = param(
        None,
        "shape of the gamma law by which drugs differ in that mean (negative binomial numbers; 3 is usual); "
        "null = all alike (Poisson numbers)",
        ge=1,
        le=100,
    )
    more_bidders: int = param(
        0, "unnamed qualified generics of every drug beside those that the market has", "firms", ge=0, le=40
    )

    def products(self, market: Market, luck: Streams) -> Products:
        """Fill every gap of the market; see `Firms.products`."""
        rows: list[_Row] = []
        index: list[int] = []
        usual = self._usual(market, luck)
        for d, drug in enumerate(market.drugs):
            filled = self._drug(drug, market.products_of(drug.id), float(market.reported[d].sum()), usual, luck)
            rows += filled
            index += [d] * len(filled)
        known = [row.product for row in rows]
        return Products(
            drug=np.array(index, dtype=np.int64),
            manufacturer=tuple(p.manufacturer for p in known),
            owner=tuple(p.owner for p in known),
            originator=np.array([p.originator for p in known], dtype=np.bool_),
            pre_price=np.array([row.pre_price for row in rows]),
            pre_share=np.array([row.pre_share for row in rows]),
            cost=np.array([row.cost for row in rows]),
            capacity=np.array([row.capacity for row in rows]),
            own_api=np.array([p.originator or self._own_api(p, luck) for p in known], dtype=np.bool_),
            since=np.zeros(len(known)),
            real_bid=np.array([np.nan if p.bid is None else float(p.bid) for p in known]),
            real_selected=np.array([-1 if p.selected is None else int(p.selected) for p in known], dtype=np.int64),
        )

    def _usual(self, market: Market, luck: Streams) -> Callable[[Drug, int], float]:
        """Usual cost of a generic, yuan per unit, by drug and number of qualified firms, but for the drug's luck."""
        return lambda drug, firms: self.cost_median * _ceiling(drug)

    def _drug(
        self,
        drug: Drug,
        named: tuple[Product, ...],
        reported: float,
        usual: Callable[[Drug, int], float],
        luck: Streams,
    ) -> list[_Row]:
        members = list(named) + self._unnamed(drug, len(named), luck)
        known = float(drug.cost) if drug.cost is not None else usual(drug, len(members)) * self._dear(drug, luck)
        least, most = self._bounds(drug)
        least = max(least, self.least(drug, luck))
        prices = self._prices(drug, members, luck)
        shares = self._shares(members, drug, luck)
        return [
            _Row(
                product=p,
                pre_price=prices[i],
                pre_share=shares[i],
                cost=float(p.cost) if p.cost is not None else max(least, min(most, self._cost(drug, p, known, luck))),
                capacity=(self._capacity(drug, p, reported / len(members), luck) if p.capacity is None else p.capacity),
            )
            for i, p in enumerate(members)
        ]

    def _unnamed(self, drug: Drug, named: int, luck: Streams) -> list[Product]:
        """Qualified generics that the market does not name: as many as it says, else none if its bids are known, else a
        random number.
        """
        if drug.qualified is not None:
            extra = max(0, drug.qualified - named)
        elif drug.all_named:
            extra = 0
        else:
            extra = 0 if named else 1
            mean = self.extra_bidders * self._drawn(drug, luck)
            u, term = float(luck.uniform("firms.extra", drug.id)), np.exp(-mean)
            total = term
            for k in range(1, 41):
                if u < total:
                    break
                extra += 1
                term *= mean / k
                total += term
        extra += self.more_bidders
        return [Product(drug.id, f"unnamed generic {i + 1} of {drug.id}", originator=False) for i in range(extra)]

    def _drawn(self, drug: Drug, luck: Streams) -> float:
        """How many unnamed firms a drug draws, over the usual."""
        if self.extra_dispersion is None:
            return 1.0
        return float(luck.exponential("firms.extra-mean", drug.id, at=np.arange(self.extra_dispersion)).mean())

    def _bounds(self, drug: Drug) -> tuple[float, float]:
        """Least and highest cost that is drawn, yuan per unit: parts of the ceiling, if costs are one."""
        return (0.0, np.inf) if drug.cost is not None else (0.01 * _ceiling(drug), 0.98 * _ceiling(drug))

    def _dear(self, drug: Drug, luck: Streams) -> float:
        """How much more a drug costs than its like."""
        return float(np.exp(self.drug_spread * float(luck.normal("firms.cost-drug", drug.id))))

    def _cost(self, drug: Drug, product: Product, usual: float, luck: Streams) -> float:
        """A firm's cost, given the usual cost of its drug; both in yuan per unit."""
        own = float(luck.normal("firms.cost", drug.id, product.manufacturer))
        lasting = float(luck.normal("firms.lasting", product.owner or product.manufacturer))
        z = self.lasting**0.5 * lasting + (1 - self.lasting) ** 0.5 * own
        cost = usual * float(np.exp(self.firm_spread * z))
        if product.originator:
            return cost * self.originator_factor
        return cost * self.own_api_factor if self._own_api(product, luck) else cost

    def _own_api(self, product: Product, luck: Streams) -> bool:
        return bool(luck.uniform("firms.own-api", product.drug, product.manufacturer) < self.own_api_share)

    def _capacity(self, drug: Drug, product: Product, equal_share: float, luck: Streams) -> float:
        z = float(luck.normal("firms.capacity", drug.id, product.manufacturer))
        return float(equal_share * self.capacity_median * np.exp(self.capacity_spread * z))

    def _prices(self, drug: Drug, members: list[Product], luck: Streams) -> list[float]:
        generic = [float(p.pre_price) for p in members if p.pre_price is not None and not p.originator]
        originator = [float(p.pre_price) for p in members if p.pre_price is not None and p.originator]
        if generic:
            reference = float(np.median(generic))
        elif originator:
            reference = float(np.median(originator)) / self.originator_premium
        else:
            reference = _ceiling(drug) * self.price_over_ceiling
        filled = []
        for p in members:
            if p.pre_price is not None:
                filled.append(float(p.pre_price))
                continue
            z = float(luck.normal("firms.price", drug.id, p.manufacturer))
            premium = self.originator_premium if p.originator else 1.0
            filled.append(reference * premium * float(np.exp(self.price_spread * z)))
        return filled

    def _shares(self, members: list[Product], drug: Drug, luck: Streams) -> list[float]:
        """Earlier shares: known ones stay, originators get the default, generics split the rest by size."""
        shares = [
            p.pre_share if p.pre_share is not None else (self.originator_share if p.originator else -1.0)
            for p in members
        ]
        known = sum(s for s in shares if s >= 0)
        if known > 1:
            shares = [s / known if s >= 0 else s for s in shares]
        room = max(0.0, 1 - known) * (1 - self.unqualified_share)
        open_ = [i for i, s in enumerate(shares) if s < 0]
        sizes = [float(np.exp(0.5 * luck.normal("firms.share", drug.id, members[i].manufacturer))) for i in open_]
        for i, size in zip(open_, sizes, strict=True):
            shares[i] = room * size / sum(sizes)
        return shares


def _ceiling(drug: Drug) -> float:
    """The price that costs are measured by: the market's ceiling, else the lowest price before."""
    price = drug.ceiling if drug.ceiling is not None else drug.pre_price
    if price is None:
        what = f"the drug '{drug.id}' has neither a ceiling nor a pre_price, so the costs of its firms are unknown"
        raise InputError(Problem("drugs.csv", what, "add one of them"))
    return float(price)
