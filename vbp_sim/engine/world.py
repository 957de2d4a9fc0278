"""All that a running replication shares: the clock, the luck, products and plants, agreements, law, money, recorder."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.interface import Bidding, PastRound
from vbp_sim.agents.choice.interface import Choice
from vbp_sim.agents.classes import Classes
from vbp_sim.agents.conduct import Conduct
from vbp_sim.agents.firms.interface import Firms
from vbp_sim.agents.firms.losers import Losers
from vbp_sim.agents.industry import Industry
from vbp_sim.agents.reporting.interface import Reporting
from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.engine.accounts import Accounts
from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.by_institution import ByInstitution
from vbp_sim.engine.classes import ClassNeed
from vbp_sim.engine.clock import CLOSE, MONTH, ORDER, Clock, months_between
from vbp_sim.engine.companies import Companies
from vbp_sim.engine.ingredient_prices import IngredientPrices
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.prices import Prices
from vbp_sim.engine.products import products_of
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.relief import Relief
from vbp_sim.engine.sanctions import Sanctions
from vbp_sim.engine.shelf import Shelf
from vbp_sim.engine.source import Sources
from vbp_sim.engine.watcher import Watcher
from vbp_sim.facts import fact, joined
from vbp_sim.rules.local.book import LawBook
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen
from vbp_sim.streams import Streams, Words

Floats = npt.NDArray[np.float64]


def laws_of(scenario: Scenario, clock: Clock) -> LawBook:
    """The laws of a scenario, resolved for each of its places and months."""
    names = [province.id for province in scenario.market.provinces]
    above = {name: scenario.data.places.above(name) for name in names}
    return LawBook.of(scenario.spec.laws, names, above, clock.months)


class World:
    """State shared by the processes of one replication. One scenario object serves many worlds.

    (drugs, places): ``orders`` and the part of them that was ``filled`` this month, the price ``paid``. (products,
    places): ``sold`` units of this month under agreements. (products,): units ``delivered`` under agreements since the
    start.
    """

    def __init__(self, scenario: Scenario, replication: int, clock: Clock) -> None:
        behaviour, market = scenario.spec.behaviour, scenario.market
        self.env = simpy.Environment()
        self.scenario, self.spec, self.market = scenario, scenario.spec, market
        self.clock = clock
        self.luck = Streams(scenario.spec.seed, replication)
        self.bidding = chosen(behaviour.bidding, Bidding)
        self.reporting = chosen(behaviour.reporting, Reporting)
        self.choice = chosen(behaviour.choice, Choice)
        self.supply = chosen(behaviour.supply, Supply)
        self.industry = chosen(behaviour.industry, Industry)
        self.losers = chosen(behaviour.losers, Losers)
        self.conduct = chosen(behaviour.conduct, Conduct)
        self.drug_ids = tuple(d.id for d in market.drugs)
        self.laws = laws_of(scenario, clock)
        years = clock.day(clock.end) / 365.25
        self.firms = chosen(behaviour.firms, Firms)
        self.products, self.listed = products_of(scenario, self.firms, self.industry, years, self.luck)
        self.first_cost = self.products.cost
        number, shape = len(self.first_cost), (len(market.drugs), len(market.provinces))
        self.delivered = np.zeros(number)
        self.sold = np.zeros((number, shape[1]))
        self.prices = Prices(self.products, self.listed, scenario.home, self.choice.stays)
        self.classes = ClassNeed(chosen(behaviour.classes, Classes), market, self.prices.mean, len(clock.months))
        self.shelves = [Shelf(self.products.of(d), shape[1]) for d in range(shape[0])]
        self.plants: dict[int, Plant] = {}
        self.companies = Companies(self.env, self.products, self.supply.repair_crews)
        made = {
            (p.drug, p.manufacturer): (p.site, p.api_maker) for one in reversed(scenario.markets) for p in one.products
        }
        self.sources = Sources(self.env, self.supply, made, clock.day(clock.end), self.luck)
        self.ingredients = IngredientPrices(
            self.supply.ingredients, self.drug_ids, self.products, len(clock.months), self.luck
        )
        self._squeezed: set[int] = set()
        self.history: list[PastRound] = []
        self.orders, self.filled, self.paid = np.zeros(shape), np.ones(shape), np.zeros(shape)
        self.recorder = Recorder(market, self.products, self.prices, tuple(scenario.spec.rounds), clock)
        for (drug, maker), (site, api) in sorted(made.items()):
            if site or api:
                self.recorder.row("sites", drug, maker, site, api)
        province = [(p.id, *scenario.data.places.above(p.id))[-1] for p in market.provinces]
        self.sanctions = Sanctions(self.env, clock, self.laws, province, self.companies, self.log, self.recorder.row)
        self.accounts = Accounts(self)
        self.relief = Relief(self)
        self._notices = any(law.notice_months for law in self.laws.parts("supply_security"))
        self.by_institution = ByInstitution(self.drug_ids)
        self.watchers: list[Watcher] = [self.by_institution] if self.spec.outputs.institutions else []
        self._demand: tuple[date | None, Words] = (None, np.zeros(0, dtype=np.uint64))

    @property
    def today(self) -> date:
        return self.clock.date(self.env.now)

    @property
    def month_now(self) -> int:
        """Month of the simulation in which today lies; before the first one it counts as that."""
        return max(0, self.month_of(self.today))

    def month_of(self, day: date) -> int:
        """Month of the simulation in which a day lies; negative before the first, beyond the last after it."""
        return months_between(self.clock.months[0], day.replace(day=1))

    def reports_from(self, place: str) -> int:
        """Month in which the institutions of a place first report; of anybody's first report where they never do."""
        rounds = self.spec.rounds
        mine = [name for name in rounds if place in self.scenario.taking_part(name)]
        return self.month_of(min(rounds[name].calendar.reporting_end for name in mine or rounds))

    def until(self, day: float) -> Generator[simpy.Event, None, None]:
        """Wait until a day of the simulation; return at once if it is past."""
        if day > self.env.now:
            yield self.env.timeout(day - self.env.now)

    def demand_keys(self, first: date) -> Words:
        """Keys of the demand of every drug in a month, the same for the whole nation, (drugs,)."""
        if self._demand[0] != first:
            self._demand = (first, self.luck.keys("demand", self.drug_ids, first.isoformat()))
        return self._demand[1]

    def prices_now(self, drug: int, places: list[int]) -> Floats:
        """What every product costs today in some places, yuan per unit, (products of the drug,).

        That is the price at which it won an agreement in force in some of them, whether or not it is a main supplier
        there, else its price there outside any agreement; where the places differ, their mean.
        """
        shelf = self.shelves[drug]
        selected = shelf.price[:, places] > 0
        price = np.where(selected, shelf.price[:, places], self.prices.before[shelf.products][:, places])
        counted = np.where(selected.any(axis=1, keepdims=True), selected, True)
        low = np.where(counted, price, np.inf).min(axis=1)
        same = low == np.where(counted, price, -np.inf).max(axis=1)
        return np.asarray(np.where(same, low, (price * counted).sum(axis=1) / counted.sum(axis=1)))

    def log(self, kind: str, line: Line | None = None, *, round: str = "", drug: str = "", manufacturer: str = "",
            province: str = "", value: float = float("nan"), text: str = "") -> None:  # fmt: skip
        """Write a row of the event table; ``line`` fills in drug and manufacturer, and the round where none is given;
        ``text`` is a `fact`."""
        if line is not None:
            round, drug, manufacturer = round or line.round, line.drug, line.manufacturer
        self.recorder.event(self.env.now, kind, round, drug, manufacturer, province, value, text)

    def plant(self, product: int, line: Line) -> Plant:
        """The plant of a product; at its first agreement it begins to live, and to buy its ingredient."""
        plant = self.plants.get(product)
        if plant is None:
            plant = self.plants[product] = Plant(line, product)
            crews, log = self.companies.crews(product), partial(self._log_of, plant)
            self.env.process(plant.life(self.env, self.supply, self.luck, log, self.leave, crews, self))
            self.sources.serve(plant, bool(self.products.own_api[product]), self.log)
        return plant

    def dearer(self, month: int) -> None:
        """Ingredients have the prices of a month from now on."""
        if not self.ingredients.move:
            return
        told = self.ingredients.tell(month, (self.plants[product] for product in sorted(self.plants)))
        now = {plant.product: (plant, times) for plant, times in told if self.serves(plant)}
        for product, (plant, times) in now.items():
            if product not in self._squeezed:
                text = fact("under_cost", times=round(times, 2))
                self.log("under-cost", plant.line, value=plant.earns.margin, text=text)
        self._squeezed = set(now)
        self.accounts.changed()

    def _log_of(self, plant: Plant, kind: str, line: Line, **more: Any) -> None:
        """What happens to a plant that serves no agreement is nobody's shortage, and is not told."""
        if self.serves(plant):
            self.log(kind, line, **more)

    def serves(self, plant: Plant) -> list[tuple[Agreement, int]]:
        """Agreements in force that a plant serves, each with its index among the suppliers."""
        return [
            (agreement, index)
            for agreement in self.shelves[int(self.products.drug[plant.product])].running
            for index, supplier in enumerate(agreement.suppliers)
            if supplier.plant is plant and not supplier.lost
        ]

    def notice(self, plant: Plant) -> float:
        """See `Duty.notice`: the most that any place asks which the plant serves."""
        if not self._notices:
            return 0.0
        places = [p for agreement, _ in self.serves(plant) for p in agreement.places]
        asked = [self.laws.part("supply_security", p, self.month_now).notice_months or 0.0 for p in places]
        return MONTH * max(asked, default=0.0)

    def reported(self, plant: Plant, ahead: float, late: float) -> None:
        """See `Duty.reported`."""
        self.log("notice", plant.line, value=ahead, text=fact("notice"))
        if late > 0:
            self.log("late-notice", plant.line, value=late, text=fact("late_notice"))

    def leave(self, plant: Plant) -> None:
        """A firm gives a product up: its places get another supplier, the company is barred for a while.

        What was ordered this month goes out and is booked before that.
        """
        if self.today.day == 1 and ORDER <= self.env.now % 1 < CLOSE:
            self.env.process(self._leave_later(plant, CLOSE - self.env.now % 1))
            return
        serving = self.serves(plant)
        if not serving:
            return
        dear = plant.product in self._squeezed
        text = joined(fact("gives_up"), fact("ingredient_dear")) if dear else fact("gives_up")
        self.log("exit", plant.line, text=text)
        self._sanction(plant, "default", serving)
        for agreement, index in serving:
            if agreement.rules.failure.takes_over != "none":
                self._replace(agreement, index, plant.line)

    def recall(self, plant: Plant, event: str, days: float, *, lost: bool) -> None:
        """A product is recalled for an event of credit: its line stands still for some days; if its place is ``lost``,
        others take it over for good."""
        serving = self.serves(plant)
        self.log("recall", plant.line, value=plant.stock, text=fact("recall", days=round(days)))
        plant.recall(self.env.now)
        self._sanction(plant, event, serving)
        for agreement, index in serving:
            if lost and agreement.rules.failure.takes_over != "none":
                agreement.suppliers[index].lost = bool(agreement.others([index]))
                self._replace(agreement, index, plant.line)
        self.env.process(self._clear(plant, days))

    def _sanction(self, plant: Plant, event: str, serving: list[tuple[Agreement, int]]) -> None:
        """The places that a plant delivers to judge its company; all of its agreements where it delivers to none."""
        places = [p for agreement, index in serving for p in agreement.places if agreement.routes[index, p] > 0]
        places = places or [p for agreement, _ in serving for p in agreement.places]
        self.sanctions.sanction(self.companies.name(plant.product), event, self.month_now, places, plant.line)

    def _clear(self, plant: Plant, days: float) -> Generator[simpy.Event, None, None]:
        yield self.env.timeout(days)
        plant.switch(self.env.now, cleared=True)
        self._log_of(plant, "recovery", plant.line)

    def _leave_later(self, plant: Plant, days: float) -> Generator[simpy.Event, None, None]:
        yield self.env.timeout(days)
        self.leave(plant)

    def strike(self, agreement: Agreement, lost: list[int]) -> None:
        """Suppliers lose the win, and others of the agreement take their places over; no event says who."""
        for index in lost:
            agreement.suppliers[index].lost = True
        for index in lost:
            self._replace(agreement, index, None)

    def _replace(self, agreement: Agreement, index: int, line: Line | None) -> None:
        """Give the places of a supplier that left to others of its agreement; without its ``line`` it is not named."""
        served = agreement.replace_main(index)
        self.shelves[agreement.drug].lay(agreement)
        open_ = self.clock.date(self.env.now + 1 - CLOSE)  # books that are closed today keep what they have
        self.recorder.selected(self.shelves[agreement.drug], agreement, open_)
        self.accounts.changed()
        for place in served:
            other = agreement.suppliers[int(agreement.main[place])]
            name, drug = self.market.provinces[place].id, self.drug_ids[agreement.drug]
            if agreement.main[place] == index:
                self.log("unserved", line, round=agreement.round, drug=drug, province=name, text=fact("unserved"))
            else:
                text = fact("replacement", firm=other.plant.line.manufacturer)
                self.log("replacement", line, round=agreement.round, drug=drug, province=name, text=text)

    def ended(self, agreement: Agreement, places: list[int]) -> None:
        """An agreement is no longer in force in some places; what follows there is another's business."""
        self.shelves[agreement.drug].clear(agreement, places)
        self.recorder.ended(agreement.drug, places, self.today)
        self.accounts.changed()
