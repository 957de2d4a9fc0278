"""All that a running replication shares: the clock, the luck, the products, the contracts in force, the recorder."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.interface import Bidding, PastRound
from vbp_sim.agents.choice.interface import Choice
from vbp_sim.agents.firms.interface import Firms
from vbp_sim.agents.industry.interface import Industry
from vbp_sim.agents.reporting.interface import Reporting
from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.earlier_prices import EarlierPrices
from vbp_sim.engine.enterprises import Enterprises
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.source import Sources
from vbp_sim.engine.supplier import Supplier
from vbp_sim.rules.local.book import LawBook
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]


class World:
    """State shared by the processes of one replication. One scenario object serves many worlds."""

    def __init__(self, scenario: Scenario, replication: int, clock: Clock) -> None:
        behaviour, market = scenario.spec.behaviour, scenario.market
        self.env = simpy.Environment()
        self.spec = scenario.spec
        self.market = market
        self.clock = clock
        self.luck = Streams(scenario.spec.seed, replication)
        self.bidding = chosen(behaviour.bidding, Bidding)
        self.reporting = chosen(behaviour.reporting, Reporting)
        self.choice = chosen(behaviour.choice, Choice)
        self.supply = chosen(behaviour.supply, Supply)
        self.industry = chosen(behaviour.industry, Industry)
        self.drug_ids = tuple(d.id for d in market.drugs)
        first, years = chosen(behaviour.firms, Firms).products(market, self.luck), clock.day(clock.end) / 365.25
        self.products = self.industry.entering(first, self.drug_ids, years, self.luck)
        self.first_cost, self.delivered = self.products.cost, np.zeros(len(self.products.cost))
        self.prices = EarlierPrices(self.products, len(market.drugs))
        self.laws = LawBook.of(scenario.spec.laws, [p.id for p in market.provinces], {}, clock.months)
        self.recorder = Recorder(
            market, self.products, self.prices, scenario.spec.finance, self.laws, clock, replication
        )
        shape = (len(market.drugs), len(market.provinces))
        self.contracts: list[Contract | None] = [None] * shape[0]
        self.first_start: list[date | None] = [None] * shape[0]
        self.enterprises = Enterprises(self.env, self.products, self.supply.repair_crews)
        self.sources = Sources(self.env, self.supply.ingredients, clock.day(clock.end), self.luck)
        self.history: list[PastRound] = []
        self.orders = np.zeros(shape)
        self.filled = np.ones(shape)
        self.paid = np.zeros(shape)

    def until(self, day: float) -> Generator[simpy.Event, None, None]:
        """Wait until a day of the simulation; return at once if it is past."""
        if day > self.env.now:
            yield self.env.timeout(day - self.env.now)

    def running(self, drug: int, day: float) -> Contract | None:
        """Return the contract of a drug if it is in force on a day."""
        contract = self.contracts[drug]
        if contract and self.clock.day(contract.start) <= day < self.clock.day(contract.end):
            return contract
        return None

    def law(self, province: int, day: date) -> LocalLaw:
        """Return the law that is in force in a province on a day."""
        return self.laws.law(province, bisect_right(self.clock.months, day) - 1)

    def prices_now(self, drug: int) -> Floats:
        """Price of every product today, yuan per unit; those of a drug under the last contract in which they were."""
        price, contract = self.prices.price.copy(), self.contracts[drug]
        for supplier in contract.suppliers if contract else []:
            price[supplier.product] = supplier.price
        return price

    def log(self, kind: str, line: Line | None = None, *, round: str = "", drug: str = "", manufacturer: str = "",
            province: str = "", value: float = float("nan"), text: str = "") -> None:
        """Write a row of the event table; ``line`` fills in round, drug and manufacturer."""
        if line is not None:
            round, drug, manufacturer = line.round, line.drug, line.manufacturer
        self.recorder.event(self.env.now, kind, round, drug, manufacturer, province, value, text)

    def supplies(self, contract: Contract, supplier: Supplier) -> None:
        """A supplier of a contract begins to live, and to buy its ingredient."""
        own, crews = bool(self.products.own_api[supplier.product]), self.enterprises.crews(supplier.product)
        leave = partial(self.leave, contract)
        self.env.process(supplier.life(self.env, self.supply, self.luck, self.log, leave, crews))
        self.sources.serve(supplier, own, self.log)

    def leave(self, contract: Contract, supplier: Supplier) -> None:
        """A supplier gives a product up: its provinces get another one, the firm is barred for a while."""
        line = supplier.line
        months = contract.rules.failure.ban_months
        self.log("exit", line, text="gives the product up for good")
        if months > 0:
            self.enterprises.bar(supplier.product, months)
            company = self.enterprises.name(supplier.product)
            self.log("ban", line, value=float(months), text=f"{company} is barred from rounds for {months} months")
        if contract.rules.failure.takes_over == "none":
            return
        served = contract.replace_main(supplier)
        self.recorder.selected(contract, self.clock.date(self.env.now))
        for province in served:
            other = contract.supplier_of(province)
            name = self.market.provinces[province].id
            if other is None or other.gone:
                self.log("unserved", line, province=name, text="no other winner is left")
            else:
                self.log("replacement", line, province=name,
                         text=f"{other.line.manufacturer} becomes the main supplier")
