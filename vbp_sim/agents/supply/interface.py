"""What a supply model must do: say when a supplier fails and recovers; and how much suppliers keep, make and help.

How a failure is met does not depend on its cause, so the parameters of stock, capacity and help are always
the same.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from vbp_sim.agents.supply.base_stock import base_stock
from vbp_sim.agents.supply.capacity import Capacity
from vbp_sim.agents.supply.ingredients import Ingredients
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Chosen, Part, by_default, param, wrong
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One supplied product. ``margin`` is (price - cost) / price; ``form`` as in the market's drugs."""

    round: str
    drug: str
    manufacturer: str
    form: str
    margin: float


@dataclass(frozen=True)
class Outage:
    """When the next failure comes and how long it lasts, in days; ``final`` if the firm gives the product up."""

    after: float
    lasts: float
    final: bool


class Supply(Part):
    """Kind: how suppliers fail, recover, keep stock and help out."""

    kind: ClassVar[str] = "supply"

    capacity: Annotated[Capacity, Chosen("capacity", "committed")] = by_default("how much a winner can make")
    ingredients: Annotated[Ingredients, Chosen("ingredients", "independent")] = by_default(
        "which firms share a source of their ingredient"
    )
    committed_capacity: float = param(
        1.5,
        "least capacity of a winner over its agreed volume: bidders commit that they can supply it",
        "x",
        "assumption; a tender condition without a published multiple",
        ge=0,
        le=10,
    )
    catch_up: Portion = param(0.10, "rise of capacity per month while orders exceed it", "share per month")
    stock_months: float = param(1.5, "stock that a supplier aims at", "months of orders", ge=0, le=24)
    smoothing: float = param(
        1.0, "weight of the latest month in the orders that the stock is aimed at; 1 = it alone counts", gt=0, le=1
    )
    lead_months: int = param(0, "months from the start of a production to its delivery", "months", ge=0, le=24)
    fill_rate: float | None = param(
        None,
        "part of the orders that stock shall serve at once, over the lead time and with batches asked for at random; "
        "the stock follows from it, instead of from stock_months",
        "share",
        gt=0,
        lt=1,
    )
    batches: float = param(
        15.0, "batches that a month's orders come in, for fill_rate and for samples", "per month", gt=0, le=1e4
    )
    repair_crews: int = param(
        0, "failed products that one enterprise can repair at a time; 0 = all of them", "products", ge=0, le=1000
    )
    coverage: Portion = param(
        0.8, "part of a gap that a backup or another winner can cover with its spare capacity", "share"
    )
    spare_use: Portion = param(
        0.0,
        "part of the capacity that its own orders leave free which a supplier puts to work for the gaps of others in "
        "the same month, once its stock is gone; at 0 help comes from stock alone, which capacity fills again",
        "share",
    )
    warning: bool = param(
        False,
        "suppliers announce a failure, so that the days until others deliver run from the failure; else they run from "
        "the first month in which too little is delivered",
    )
    foreseen: Portion = param(
        0.5,
        "part of stops that a supplier sees coming as long ahead as the law wants them reported",
        "share",
        "assumption, 0.2 to 0.8; acts where the law asks for notice",
    )
    candour: Portion = param(
        0.8,
        "part of the stops seen coming that are reported on time; the others are reported late, at any time up to the "
        "stop",
        "share",
        "assumption, 0.5 to 1; acts where the law asks for notice",
    )
    backorders: Portion = param(
        0.0,
        "part of what would stay unmet that institutions order again the month after; 0: nobody waits",
        "share",
        "assumption; 0 to 0.5, nothing published",
    )
    kept_back: Portion = param(
        0.0,
        "part of its stock that a supplier keeps back while the law pays more than its price in a shortage of its drug",
        "share",
        "assumption; 0 to 0.3, nothing published; direct listing of short drugs was frozen for abuse",
    )
    site_rate: float = param(
        0.0,
        "times that a site of production stands still, and all that is made there, where the market names sites",
        "per year",
        "assumption, 0 to 0.05; 0 because failures of suppliers are counted by product",
        ge=0,
        le=50,
    )
    site_months: float = param(4.0, "mean time until a site works again", "months", gt=0, le=120)
    switchable: Portion = param(
        0.85, "part of the selected volume still missing that institutions replace by non-selected products", "share"
    )

    cash_bound: float | None = param(
        None,
        "part of a company's revenue that comes from agreements from which on its cash limits what it makes; null: it "
        "never does",
        "share",
        "assumption; nothing is published, listed firms that win earn more in some studies and less in others",
        ge=0,
        le=1,
    )
    credit_months: float = param(
        6.0,
        "debt that a company may have whose cash limits what it makes; beyond it makes less in proportion",
        "months of revenue",
        ge=0,
        le=120,
    )

    @model_validator(mode="after")
    def takes_time(self) -> Supply:
        if self.fill_rate is not None and self.lead_months == 0:
            raise wrong("fill_rate", "the fill rate is that over the lead time; set lead_months to 1 or more")
        return self

    def aim(self, monthly: float) -> float:
        """Units that stock and production under way should hold beyond the orders of ``monthly`` units."""
        if self.fill_rate is None:
            return (self.stock_months + self.lead_months) * monthly
        return _base_stock(self.batches * self.lead_months, self.fill_rate) * monthly / self.batches

    def affords(self, cash: Floats, monthly: Floats, selected: Floats) -> Floats:
        """Return the part of its capacity that each company can pay for, (companies,).

        ``cash`` yuan from 0 at the start, ``monthly`` revenue and ``selected`` of it under agreements, yuan a month.
        """
        line = self.credit_months * monthly
        bound = (selected >= (np.inf if self.cash_bound is None else self.cash_bound) * monthly) & (-cash > line)
        return np.divide(line, -cash, out=np.ones_like(cash), where=bound)

    def notice(self, line: Line, occasion: int, owed: float, luck: Streams) -> float:
        """Return how many days ahead a product's ``occasion``-th failure is reported where ``owed`` are; 0 = never."""
        seen, said = luck.uniform("supply.notice", line.drug, line.manufacturer, occasion, at=np.arange(2)).tolist()
        if seen >= self.foreseen:
            return 0.0
        return owed if said < self.candour else owed * (1 - said) / (1 - self.candour)

    def flaws(self, line: Line, inspections: float) -> tuple[float, float]:
        """Return the chance that a batch fails, and the times a year that the plant falls out of good practice, at so
        many ``inspections`` a year."""
        return 0.0, 0.0

    def away(self, fate: float) -> float:
        """Return the months for which a recalled product is away; ``fate`` is uniform in 0 to 1."""
        return 0.0

    @abstractmethod
    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        """Return the ``occasion``-th failure of a product, counted from the end of the one before."""
        raise NotImplementedError


_base_stock = functools.cache(base_stock)
