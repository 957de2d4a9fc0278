"""A province: the arrays of its institutions, and the SimPy process that orders for all of them every month."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.choice.interface import Month, Setting
from vbp_sim.agents.reporting.interface import History
from vbp_sim.engine import kernel
from vbp_sim.engine.clock import ORDER, RECEIVE, months_between
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.institutions import generate
from vbp_sim.engine.world import World
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.streams import words_at

Floats = npt.NDArray[np.float64]


class Province:
    """Running state of one province; every array has shape (drugs, institutions), volumes in units.

    ``share`` of the need ordered as the selected product; ``natural`` utility of it; ``past`` use and ``reported``
    volume per year, by round; ``agreed``, and so far ``bought`` and ``nonselected``, of the contract year; ``last``
    what was bought per year in the one before. Besides, ``active`` drugs have been supplied under a contract,
    ``months`` is the length of their contract year, and institutions ``on_time`` pay when it is due.
    """

    def __init__(self, world: World, index: int) -> None:
        self.world = world
        self.index = index
        self.id = world.market.provinces[index].id
        self.institutions = generate(world.market, index, world.spec.demand, world.luck)
        self.usual = self.institutions.use / 12
        zeros = np.zeros_like(self.usual)
        self.share, self.natural = zeros.copy(), zeros.copy()
        self.past: dict[str, Floats] = {}
        self.reported: dict[str, Floats] = {}
        self.agreed = zeros.copy()
        self.bought, self.nonselected, self.last = zeros.copy(), zeros.copy(), zeros.copy()
        self.active = np.zeros(len(zeros), dtype=np.bool_)
        self.months = np.full(len(zeros), 12)
        self._needed, self._ordered, self._elsewhere = zeros, zeros, zeros
        self._nothing = self.institutions.by_level(zeros)
        self._table = kernel.lognormal_table(world.spec.demand.monthly_cv)
        self._at = np.arange(self.institutions.number)
        payers = world.luck.uniform("institution.pays-on-time", self.id, at=self._at)
        self.on_time = payers < world.spec.finance.on_time_share

    def report(self, round_id: str, drugs: list[int], shares: Floats) -> None:
        """Institutions report their demand for the drugs of a round; ``shares`` are the guaranteed shares expected."""
        world = self.world
        ids = tuple(world.drug_ids[d] for d in drugs)
        today = world.clock.date(world.env.now)
        law, past = world.law(self.index, today), self.institutions.use * growth(world, today)[:, None]
        history = History(round_id, self.id, ids, past[drugs], shares, self._bought_per_year(drugs))
        self.past[round_id] = past
        self.reported[round_id] = np.zeros_like(self.usual)
        self.reported[round_id][drugs] = world.reporting.report(history, law.reporting, world.luck)

    def _bought_per_year(self, drugs: list[int]) -> Floats:
        """Selected volume of the last contract year; of the running one, made up to a year, where it is the first."""
        world, bought = self.world, self.last[drugs].copy()
        today = world.clock.date(world.env.now)
        for row, d in enumerate(drugs):
            contract = world.contracts[d]
            passed = contract.month(today) if contract is not None and contract.settled == 0 else 0
            if passed > 0:
                bought[row] = self.bought[d] * 12 / passed
        return np.asarray(bought)

    def begin(self, contract: Contract) -> None:
        """A contract starts: agreed volumes bind, and selected products are on the shelf."""
        d, world = contract.drug, self.world
        mix = contract.mix(self.index)
        if mix is None:
            self.active[d] = False
            return
        others = world.prices.others(d, mix.products)
        setting = Setting(
            province=self.id,
            drugs=(world.drug_ids[d],),
            level=self.institutions.level,
            brand=np.array([self._brand(d, mix.products)]),
            price_ratio=np.array([others.price / mix.price]),
            incentive=incentive(world.law(self.index, contract.start)),
        )
        self.natural[d] = world.choice.natural(setting, world.luck)[0]
        if not self.active[d]:
            self.share[d] = world.products.pre_share[list(mix.products)].sum()
        self.active[d] = True
        months = contract.year_months(1)
        share = contract.volumes.share_by_province[self.index]
        self.open_year(contract, share * self.reported[contract.round][d] * months / 12, months)

    def spending(self, contract: Contract) -> tuple[float, float]:
        """What a usual month of a contract's drug costs the province at its present shares, yuan; and its units."""
        d, mix = contract.drug, contract.mix(self.index)
        usual = float(self.usual[d].sum())
        if mix is None:
            return usual * float(self.world.prices.mean[d]), usual
        selected = float((self.usual[d] * self.share[d]).sum())
        others = self.world.prices.others(d, mix.products).price
        return selected * mix.price + (usual - selected) * others, usual

    def open_year(self, contract: Contract, agreed: Floats, months: int) -> None:
        """A contract year of so many months begins with its agreed volume per institution, units."""
        d = contract.drug
        if self.bought[d].any():
            self.last[d] = self.bought[d] * 12 / self.months[d]
        self.agreed[d], self.months[d] = agreed, months
        self.bought[d] = self.nonselected[d] = 0.0

    def close(self, drug: int) -> None:
        """The contract is over: no task any more, habits remain."""
        self.last[drug] = self.bought[drug] * 12 / self.months[drug]
        self.agreed[drug] = self.bought[drug] = self.nonselected[drug] = 0.0

    def ordering(self) -> Generator[simpy.Event, None, None]:
        """Order at the beginning of every month, receive what was dispatched, and write it down."""
        world = self.world
        for m, first in enumerate(world.clock.months):
            yield from world.until(world.clock.day(first) + ORDER)
            world.orders[:, self.index] = self._order(first)
            yield from world.until(world.clock.day(first) + RECEIVE)
            self._receive(m)

    def _order(self, first: date) -> Floats:
        world, day = self.world, self.world.clock.day(first)
        words = words_at(world.luck.keys("demand", world.drug_ids, self.id, first.isoformat())[:, None], self._at)
        self._needed = kernel.need(self.usual, growth(world, first), words, self._table)
        if not self.active.any():
            self._ordered = self._elsewhere = np.zeros_like(self._needed)
            return np.zeros(len(self._needed))
        running = [world.running(d, day) for d in range(len(world.drug_ids))]
        left = np.array([c.months_left(first) if c else 0 for c in running], dtype=np.float64)
        month = Month(
            share=self.share,
            natural=self.natural,
            bought=self.bought,
            agreed=self.agreed,
            need=self.usual,
            months_left=left,
            in_contract=np.array([c is not None for c in running], dtype=np.bool_),
            closing=(left > 0) & (left <= 3),
        )
        self.share = np.where(self.active[:, None], world.choice.step(month), 0.0)
        self._ordered = self._needed * self.share
        if world.choice.leaks:
            self._elsewhere = np.where(self.active[:, None], world.choice.outside(self.share), 0.0) * self._needed
        return np.asarray(self._ordered.sum(axis=1))

    def _receive(self, m: int) -> None:
        world = self.world
        leaks, by_level = world.choice.leaks, self.institutions.by_level
        listed = self._needed - self._elsewhere if leaks else self._needed
        got = kernel.receive(listed, self._ordered, world.filled[:, self.index], world.supply.switchable)
        self.bought += got.bought
        self.nonselected += got.nonselected
        elsewhere = by_level(self._elsewhere) if leaks else self._nothing
        world.recorder.month(
            m, self.index, by_level(self._needed), by_level(got.bought), elsewhere,
            by_level(got.substituted), by_level(got.unmet), by_level(self.agreed / self.months[:, None]),
            world.paid[:, self.index],
        )

    def _brand(self, drug: int, selected: tuple[int, ...]) -> float:
        """Earlier share of the originators that were not selected."""
        p = self.world.products
        rivals = p.of(drug)
        rivals = rivals[p.originator[rivals] & ~np.isin(rivals, selected)]
        return float(p.pre_share[rivals].sum())


def growth(world: World, first: date) -> Floats:
    """Need in a month over its earlier level, per drug: rises to 1 + growth over the ramp after the first supply."""
    demand = world.spec.demand
    months = np.array([0 if start is None else months_between(start, first) + 1 for start in world.first_start])
    return np.asarray(1 + demand.growth * np.clip(months / demand.ramp_months, 0, 1))


def incentive(law: LocalLaw) -> float:
    """What an institution may keep of a surplus at full score, over the national cap of one half."""
    best = law.retention.ratio(np.array([100.0]), np.array([True]))
    return float(best[0]) / 0.5
