"""What changes among firms from round to round: who qualifies, who leaves, and what experience does to costs.

    fixed               firms and their costs stay as they are at the beginning
    entry-and-learning  generics qualify year by year, losers of money leave, costs fall with volume and experience
    pipeline            the same, but a firm files an evaluation long before it qualifies, see `pipeline`

Entry and learning (models C3, C4):

    qualified firms    grow by growth a year: of n, n ((1 + growth)^t - 1) more after t years on average (Poisson, or
                       negative binomial with a dispersion, because some drugs draw more firms than others)
    leaving            an incumbent whose margin was under least_margin leaves at a renewal with chance leave
    scale              cost x (expected volume / usual volume)^-scale
    learning           cost x ((experience + delivered) / experience)^log2(progress), not under floor

Usual volume of a firm is its earlier share of the drug's use, or an equal share if that is more; its experience at the
beginning is that for some years.

Example: `industry: {model: entry-and-learning, growth: 0.1}`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_YEAR = 365.25


@dataclass(frozen=True)
class Standing:
    """Where the firms of one drug stand when its bids are due; arrays of shape (firms,).

    ``cost`` at the beginning of the simulation and ``price`` of the contract that ends (nan = none), yuan per unit;
    ``pre_share`` of the drug's volume before the first round; ``delivered`` under contracts since, units; ``use`` of
    the drug before the first round and what a winner may ``expect`` to be guaranteed, units per year.
    """

    round: str
    drug: str
    manufacturer: tuple[str, ...]
    cost: Floats
    price: Floats
    pre_share: Floats
    delivered: Floats
    use: float
    expect: float


@dataclass(frozen=True)
class Prospect:
    """What a firm sees on the day on which it may file an evaluation: yuan per unit at ``price``, which a product of
    the drug brings today, and its own ``cost``; ``units`` per year that would be its part of the drug's use."""

    drug: str
    manufacturer: str
    price: float
    cost: float
    units: float


class Industry(Part):
    """Kind: how firms change from round to round."""

    kind: ClassVar[str] = "industry"

    @abstractmethod
    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """Return the products with all that will qualify within so many years added behind them.

        ``drugs`` are the ids of the market's drugs; ``since`` of a product is the day on which it qualifies.
        """
        raise NotImplementedError

    def filed(self, products: Products) -> Floats:
        """Return the day on which the evaluation of each product is filed, shape (products,); -inf: before the
        simulation begins, or nobody decides about it."""
        return np.full(len(products.cost), -np.inf)

    def files(self, prospect: Prospect, luck: Streams) -> bool:
        """Say whether a firm files on the day of `filed`; who does not never qualifies."""
        return True

    def spent(self) -> float:
        """What an evaluation costs, yuan."""
        return 0.0

    @abstractmethod
    def costs(self, standing: Standing) -> Floats:
        """Return the unit costs with which firms go into a round, yuan per unit, shape (firms,)."""
        raise NotImplementedError

    @abstractmethod
    def leaving(self, standing: Standing, costs: Floats, luck: Streams) -> Bools:
        """Say which firms do not bid any more for the drug, given their ``costs`` of today, shape (firms,)."""
        raise NotImplementedError


class Fixed(Industry):
    """Nobody enters, leaves at a renewal, or learns."""

    model: Literal["fixed"] = "fixed"

    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """See `Industry.entering`."""
        return products

    def costs(self, standing: Standing) -> Floats:
        """See `Industry.costs`."""
        return standing.cost

    def leaving(self, standing: Standing, costs: Floats, luck: Streams) -> Bools:
        """See `Industry.leaving`."""
        return np.zeros(len(costs), dtype=np.bool_)


class EntryAndLearning(Industry):
    """Entry by consistency evaluation, exit at renewals, economies of scale, learning by doing."""

    model: Literal["entry-and-learning"] = "entry-and-learning"
    growth: float = param(0.15, "yearly growth of the firms that are qualified for a drug", "per year", ge=0, le=3)
    dispersion: int | None = param(
        None,
        "shape of the gamma law by which drugs differ in the entry that they draw (negative binomial numbers); "
        "null = all alike (Poisson numbers)",
        ge=1,
        le=100,
    )
    most: int = param(40, "most firms that are ever qualified for one drug", "firms", ge=1, le=100)
    entrant_cost: float = param(1.0, "usual cost of an entrant over that of the drug's generics", gt=0, le=10)
    entrant_spread: float = param(0.45, "spread of entrants' costs, sd of the logarithm", ge=0, le=2)
    leave: Portion = param(0.5, "chance that an incumbent whose price was under its cost leaves at a renewal", "share")
    least_margin: float = param(
        0.0,
        "margin under which an incumbent counts as one whose price was under its cost",
        "share of the price",
        "assumption, 0 to 0.3; no refusal to renew was found with its margin",
        ge=0,
        lt=1,
    )
    scale: Portion = param(0.07, "fall of the cost with volume, as a power")
    progress: float = param(
        0.92,
        "cost after the experience has doubled, over that before",
        "share",
        "assumption; no clean estimate for generics was found",
        gt=0,
        le=1,
    )
    floor: float = param(0.5, "least cost that learning leads to, over that at the beginning", gt=0, le=1)
    experience_years: float = param(
        3.0, "years of usual volume that a firm has behind it at the beginning", "years", gt=0, le=100
    )

    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """See `Industry.entering`."""
        for d, drug in enumerate(drugs):
            days = self._days(drug, len(products.of(d)), years, luck)
            if days:
                products = self._added(products, d, drug, days, luck)
        return products

    def _days(
        self, drug: str, firms: int, years: float, luck: Streams, times: float = 1.0, decision: str = "industry.entry"
    ) -> list[float]:
        """Days on which firms qualify, ``times`` as many as usual: a Poisson process in the time in which growth is
        steady."""
        if self.growth == 0 or firms == 0 or times <= 0:
            return []
        steady, rate, days = 0.0, firms * times * self._draw(drug, luck), list[float]()
        while len(days) < self.most - firms:
            steady += float(luck.exponential(decision, drug, len(days))) / rate
            year = math.log1p(steady) / math.log1p(self.growth)
            if year >= years:
                break
            days.append(year * _YEAR)
        return days

    def _draw(self, drug: str, luck: Streams) -> float:
        """How much entry a drug draws over the usual."""
        if self.dispersion is None:
            return 1.0
        return float(luck.exponential("industry.draw", drug, at=np.arange(self.dispersion)).mean())

    def _added(
        self, p: Products, d: int, drug: str, days: list[float], luck: Streams, called: str = "entrant"
    ) -> Products:
        """Append entrants of one drug: usual price, no earlier share, capacity like that of some firm of the drug."""
        names = tuple(f"{called} {k + 1} of {drug}" for k in range(len(days)))
        mine = p.of(d)
        like = mine[~p.originator[mine]] if not p.originator[mine].all() else mine
        z = np.array([float(luck.normal("industry.cost", drug, name)) for name in names])
        picked = [like[int(float(luck.uniform("industry.capacity", drug, name)) * len(like))] for name in names]
        usual = self.entrant_cost * math.exp(float(np.log(p.cost[like]).mean()))
        many = np.ones(len(days))
        return replace(
            p,
            drug=np.append(p.drug, np.full(len(days), d)),
            manufacturer=p.manufacturer + names,
            owner=p.owner + ("",) * len(days),
            originator=np.append(p.originator, many == 0),
            pre_price=np.append(p.pre_price, many * float(p.pre_price[like].mean())),
            pre_share=np.append(p.pre_share, many * 0),
            cost=np.append(p.cost, usual * np.exp(self.entrant_spread * z)),
            capacity=np.append(p.capacity, p.capacity[picked]),
            own_api=np.append(p.own_api, many == 0),
            since=np.append(p.since, days),
            real_bid=np.append(p.real_bid, many * np.nan),
            real_selected=np.append(p.real_selected, np.full(len(days), -1)),
        )

    def costs(self, standing: Standing) -> Floats:
        """See `Industry.costs`."""
        usual = standing.use * np.maximum(standing.pre_share, 1 / max(1, len(standing.cost)))
        if standing.use <= 0:
            return standing.cost
        before = self.experience_years * usual
        learned = np.maximum(self.floor, ((before + standing.delivered) / before) ** math.log2(self.progress))
        size = np.clip(standing.expect / usual, 0.1, 10.0)
        return np.asarray(standing.cost * learned * size**-self.scale)

    def leaving(self, standing: Standing, costs: Floats, luck: Streams) -> Bools:
        """See `Industry.leaving`."""
        where = [(standing.round, standing.drug, name) for name in standing.manufacturer]
        fate = np.array([float(luck.uniform("industry.leave", *w)) for w in where])
        return np.asarray((standing.price * (1 - self.least_margin) < costs) & (fate < self.leave))
