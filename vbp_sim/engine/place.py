"""A place: the arrays of its institutions, and the SimPy process that orders for all of them every month."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.choice.interface import Month, Setting
from vbp_sim.agents.reporting.interface import History
from vbp_sim.engine import kernel
from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.classes import Turning
from vbp_sim.engine.clock import ORDER, RECEIVE, months_between
from vbp_sim.engine.expectation import felt_of, staff_expect, terms_of
from vbp_sim.engine.institutions import generate
from vbp_sim.engine.prices import Others
from vbp_sim.engine.receiving import receive
from vbp_sim.engine.response import Response
from vbp_sim.engine.shelf import Mix
from vbp_sim.engine.stocking import ALONE, pressed, shelves
from vbp_sim.engine.watch import Watching
from vbp_sim.engine.world import World
from vbp_sim.rules.retention import HIGHEST
from vbp_sim.streams import words_at

Floats = npt.NDArray[np.float64]

#: months after first supply in which nothing has begun yet
NEVER = 10**6


class Place:
    """Running state of one place; arrays (drugs, institutions), volumes in units.

    ``share`` of the need ordered as the selected product; ``natural`` utility of it; ``past`` use and ``reported``
    volume per year, by round; ``agreed``, and so far ``bought``, ``undelivered`` and ``nonselected``, of the agreement
    year; ``last`` what was bought per year in the one before; ``kept`` the part of a measured surplus that the staff of
    each institution expect, over the national cap; ``waiting`` units that were not delivered last month and are ordered
    again; ``completion`` and ``other_share`` (of products not selected) as
    last assessed, nan = never; ``watching`` is the watch over them, where a law has one.

    (drugs,): ``active`` have been supplied under an agreement; ``begins`` and ``term`` of the one in force, as month of
    the simulation and in months (0 = none); ``months`` of its present year, of which ``passed`` were ordered for;
    ``first`` month of supply; ``rewarded`` with a surplus in the agreement in force, ``finished`` with one before.
    ``plain`` is the utility without money, ``paying`` (drugs,) what payment by law adds, ``stock`` what is on the shelf
    (see `Stock`); institutions ``on_time`` pay when it is due; ``rigour`` is how strictly the place enforces what is
    asked.
    """

    def __init__(self, world: World, index: int) -> None:
        self.world = world
        self.index = index
        self.id = world.market.provinces[index].id
        self.institutions = generate(world.market, index, world.spec.demand, world.luck)
        self.at = self.institutions.at
        self.usual = self.institutions.use / 12
        drugs, zeros = len(self.usual), np.zeros_like(self.usual)
        self.share, self.natural, self.plain, self.kept = (zeros.copy() for _ in range(4))
        self.paying = np.zeros(drugs)
        self.past: dict[str, Floats] = {}
        self.reported: dict[str, Floats] = {}
        self.agreed, self.bought, self.nonselected = zeros.copy(), zeros.copy(), zeros.copy()
        self.undelivered, self.last = zeros.copy(), zeros.copy()
        self.completion, self.other_share = np.full_like(zeros, np.nan), np.full_like(zeros, np.nan)
        self._new: dict[int, tuple[float, float]] = {}
        self._expecting: set[int] = set()
        self.active = np.zeros(drugs, dtype=np.bool_)
        self.begins, self.term = np.zeros(drugs, dtype=np.int64), np.zeros(drugs, dtype=np.int64)
        self.months, self.passed = np.full(drugs, 12), np.zeros(drugs, dtype=np.int64)
        self.first = np.full(drugs, NEVER)
        self.rewarded, self.finished = np.zeros((2, drugs), dtype=np.bool_)
        self.stock = np.zeros(zeros.shape, dtype=np.int8)
        self.watching = Watching.of(world, self)
        trends = np.array([drug.trend for drug in world.market.drugs])
        since = world.reports_from(self.id)
        self.response = Response(world.spec.demand, world.drug_ids, trends, self.id, since, world.luck)
        self._sides: dict[int, tuple[float, Others]] = {}
        self._going = np.zeros(drugs)
        self._turning = Turning(world.classes, index, self.institutions, self.response)
        self.rigour = float(world.luck.normal("place.rigour", self.id))
        self._needed, self._ordered, self._away = zeros, zeros, zeros
        self.waiting: Floats | None = None
        self._nothing = self.institutions.by_level(zeros)
        self._brings: Floats | None = None
        self._monthly: Floats | None = None
        self._table = kernel.lognormal_table(world.spec.demand.monthly_cv)
        payers = world.luck.uniform("institution.pays-on-time", at=self.at)
        self.on_time = payers < world.spec.finance.punctual(self.rigour)

    @property
    def level(self) -> npt.NDArray[np.intp]:
        """Index of each institution's level in `LEVELS`, (institutions,)."""
        return self.institutions.level

    def report(self, round_id: str, drugs: list[int], shares: Floats) -> None:
        """Institutions report their demand for the drugs of a round; ``shares`` are the guaranteed shares expected."""
        world, day = self.world, self.world.clock.date(self.world.env.now)
        m = months_between(world.clock.months[0], day.replace(day=1))
        january = m - (day.month - 1) - 12
        past = self.institutions.use * self.response.audited(range(january, january + 12))[:, None]
        untouched, review = world.prices.untouched, world.laws.part("reporting", self.index, m)
        history = History(
            round=round_id,
            drugs=tuple(world.drug_ids[d] for d in drugs),
            at=self.at,
            use=past[drugs],
            share=shares,
            bought=self._bought_per_year(drugs),
            brand=np.array([untouched[d][self.index].originator_share for d in drugs]),
            rigour=self.rigour,
            over=review.over_cost,
            under=review.under_cost,
        )
        self.past[round_id] = past
        self.reported[round_id] = np.zeros_like(self.usual)
        self.reported[round_id][drugs] = world.reporting.report(history, review, world.luck)

    def _bought_per_year(self, drugs: list[int]) -> Floats:
        """Selected volume of the last agreement year; of the running one, made up to a year, where it is the first."""
        bought = self.last[drugs].copy()
        for row, d in enumerate(drugs):
            if not self.last[d].any() and self.passed[d] > 0:
                bought[row] = self.bought[d] * 12 / self.passed[d]
        return np.asarray(bought)

    def begin(self, agreement: Agreement, mix: Mix | None) -> None:
        """An agreement starts: agreed volumes bind, and selected products are on the shelf."""
        d, world = agreement.drug, self.world
        if mix is None:
            self.active[d] = False
            return
        others = world.prices.others(d, self.index, mix.products)
        self._new[d] = others.originator_share, others.price / mix.price
        self._sides[d] = mix.price, others
        self._turning.begin(d, others)
        if not self.active[d]:
            self.share[d] = world.prices.share(d, self.index)[list(mix.products)].sum()
        self.active[d] = True
        self.begins[d] = months_between(world.clock.months[0], agreement.start) + (agreement.start.day > 1)
        self.term[d] = agreement.term
        self.first[d] = min(int(self.first[d]), int(self.begins[d]))
        months = agreement.year_months(1)
        share = agreement.share[self.index]
        self.open_year(d, share * self.reported[agreement.round][d] * months / 12, months)

    def spending(self, drug: int, mix: Mix | None) -> tuple[float, float]:
        """What a usual month of a drug costs the place at its present shares, yuan; and its units."""
        usual = float(self.usual[drug].sum())
        if mix is None:
            return usual * float(self.world.prices.mean[drug, self.index]), usual
        selected = float((self.usual[drug] * self.share[drug]).sum())
        others = self.world.prices.others(drug, self.index, mix.products).price
        return selected * mix.price + (usual - selected) * others, usual

    def open_year(self, drug: int, agreed: Floats, months: int) -> None:
        """An agreement year of so many months begins with its agreed volume per institution, units."""
        self._close(drug)
        self.agreed[drug], self.months[drug] = agreed, months
        self._monthly = None
        self._expecting.add(drug)

    def close(self, drug: int) -> None:
        """The agreement is over: no task any more, habits remain."""
        self._close(drug)
        self.agreed[drug], self.term[drug] = 0.0, 0
        self._monthly = None
        self._expecting.add(drug)

    def relinked(self, drug: int) -> None:
        """Products that are not selected cost something else; it is felt from the next agreement year on."""
        mix = self.world.shelves[drug].mix(self.index)
        if mix is not None:
            self._sides[drug] = mix.price, self.world.prices.others(drug, self.index, mix.products)

    def clear(self, drug: int) -> None:
        """The drug is bought as before any agreement."""
        self.active[drug], self.share[drug] = False, 0.0  # shelves stay as they are until the next agreement

    def _close(self, drug: int) -> None:
        if self.passed[drug] > 0:
            self.last[drug] = self.bought[drug] * 12 / self.passed[drug]
        self.bought[drug] = self.nonselected[drug] = self.undelivered[drug] = 0.0
        self.passed[drug] = 0

    def _prefer(self) -> None:
        """Utility of the selected products of agreements that have begun, without any task or money."""
        world, drugs = self.world, sorted(self._new)
        brand, ratio = np.array([self._new[d] for d in drugs]).T
        setting = Setting(
            drugs=tuple(world.drug_ids[d] for d in drugs),
            at=self.at,
            level=self.institutions.level,
            brand=brand,
            price_ratio=ratio,
            ward=np.array([world.market.drugs[d].inpatient_share for d in drugs]),
            rigour=self.rigour,
        )
        self.plain[drugs] = world.choice.natural(setting, world.luck)
        self._new.clear()

    def _expect(self, m: int, begun: list[int]) -> None:
        """What institutions expect to keep of a surplus in the years that begin, what that adds to their utility, and
        what they stock of the drugs whose agreements have ``begun``."""
        drugs, world = sorted(self._expecting), self.world
        self.paying[drugs] = world.choice.paid(terms_of(world, self, m, drugs))
        self.kept[drugs] = staff_expect(world, self, m, drugs) / HIGHEST
        self.natural[drugs] = self.plain[drugs] + self.paying[drugs, None] + world.choice.money(self.kept[drugs])
        if begun:
            stock = shelves(world, self, m, begun, self.natural[begun])
            self.stock[begun] = self.stock[begun] if stock is None else stock
        self.natural[drugs] += ALONE * self.stock[drugs]
        self._feel(m, [d for d in drugs if self.term[d]], begun)
        self._expecting.clear()

    def _feel(self, m: int, drugs: list[int], begun: list[int]) -> None:
        """What a unit of drugs under agreement is felt to cost in the year that begins, at the share of the selected
        product that was expected when their agreements had ``begun``."""
        if begun:
            usual = self.usual[begun]
            going, total = (usual / (1 + np.exp(-self.natural[begun]))).sum(axis=1), usual.sum(axis=1)
            self._going[begun] = np.divide(going, total, out=np.zeros_like(total), where=total > 0)
        if drugs:
            self.response.felt[drugs] = felt_of(self.world, self, m, drugs, self._going[drugs])

    def sides(self, drug: int) -> tuple[float, Others]:
        """Price of the selected side of a drug, and what it is chosen against."""
        return self._sides[drug]

    def ordering(self) -> Generator[simpy.Event, None, None]:
        """Order at the beginning of every month, receive what was dispatched, and write it down."""
        world = self.world
        for m, first in enumerate(world.clock.months):
            yield from world.until(world.clock.day(first) + ORDER)
            world.orders[:, self.index] = self._order(m, first)
            yield from world.until(world.clock.day(first) + RECEIVE)
            self._receive(m)

    def _order(self, m: int, first: date) -> Floats:
        world = self.world
        words = words_at(world.demand_keys(first)[:, None], self.at)
        begun = sorted(self._new)
        if begun:
            self._prefer()
        if self._expecting:
            self._expect(m, begun)
        self._brings = world.accounts.distributors.to(self.index, self.institutions.level)
        self._needed = kernel.need(self.usual, self.response.month(m, self.first), words, self._table)
        if world.classes.acts:
            self._turning.turn(m, self._needed, self.share, self.active, self.first)
        if not self.active.any():
            self._ordered = self._away = np.zeros_like(self._needed)
            self._order_again()
            return np.zeros(len(self._needed))
        month = m - self.begins
        running = (month >= 0) & (month < self.term)
        left = np.where(running, np.minimum(12, self.term - month // 12 * 12) - month % 12, 0).astype(np.float64)
        natural = self.natural if self.watching is None else pressed(world, self, m, self.watching.month(m))
        self.passed += running
        assessment = world.laws.part("assessment", self.index, m)
        state = Month(
            share=self.share,
            natural=natural,
            bought=self.bought,
            agreed=self.agreed * assessment.task,
            need=self.usual,
            months_left=left,
            in_contract=running,
            closing=(left > 0) & (left <= 3),
            least=1 - assessment.most_nonselected,
        )
        self.share = np.where(self.active[:, None], world.choice.step(state), 0.0)
        if world.choice.leaves:
            away = self._gone()
            self._away = self._needed * away
            self._ordered = self._needed * (self.share - away)
        else:
            self._ordered = self._needed * self.share
        self._order_again()
        return np.asarray((self._ordered if self._brings is None else self._ordered * self._brings).sum(axis=1))

    def _order_again(self) -> None:
        """Order what did not come last month and was waited for."""
        if self.waiting is not None:
            self._needed = self._needed + self.waiting
            self._ordered = self._ordered + np.where(self.active[:, None], self.waiting, 0.0)

    def _gone(self) -> Floats:
        """Part of the need whose patients follow an originator out of the hospital, (drugs, institutions)."""
        gone = np.zeros_like(self.share)
        for d in np.flatnonzero(self.active).tolist():
            mix, others = self.world.shelves[d].mix(self.index), self._sides[d][1]
            if mix is not None:
                others = self.world.prices.others(d, self.index, mix.products)
            lost = np.maximum(others.originator_share - (1 - self.share[d]) * others.originator_part, 0)
            gone[d] = np.minimum(self.world.choice.leaves * lost, self.share[d])
        return gone

    def _receive(self, m: int) -> None:
        world, by_level = self.world, self.institutions.by_level
        listed = self._needed - self._away if world.choice.leaves else self._needed
        got = receive(world, m, self.index, by_level, self._nothing, listed, self._ordered, self._brings)
        self.waiting, away = got.waiting, by_level(self._away) if world.choice.leaves else self._nothing
        if got.undelivered is not None:
            self.undelivered += got.undelivered
        watched = world.laws.part("platform", self.index, m).online_rate
        self.bought += watched * got.bought
        self.nonselected += watched * got.nonselected
        if self._monthly is None:
            self._monthly = by_level(self.agreed / self.months[:, None])
        turned, gained = self._turning.turned, self._turning.gained
        need = by_level(self._needed) + turned - got.by_level["waiting"]
        world.recorder.month(
            m, self.index, need, gained, by_level(got.bought), turned, away, *got.by_level.values(), self._monthly
        )
        for watcher in world.watchers:
            watcher.month(m, self)
