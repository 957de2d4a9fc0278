"""A bidding round as a SimPy process: reporting, review, document, opening, province choice, contract, start."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.interface import PastRound
from vbp_sim.agents.bidding.past import past_round
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.province import Province
from vbp_sim.engine.round.notice import Notice
from vbp_sim.engine.round.renewal import Renewal
from vbp_sim.engine.round.rows import Rows
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.round.signing import Signing
from vbp_sim.engine.world import World
from vbp_sim.rules import money
from vbp_sim.rules.tender import decide
from vbp_sim.scenario.spec import Round

Ints = npt.NDArray[np.int64]


class RoundProcess:
    """One round from the call for reports to the first supply; contracts then run on their own."""

    def __init__(self, world: World, round_id: str, spec: Round, provinces: list[Province]) -> None:
        self.scope = Scope.of(world, round_id, spec, provinces)
        self.notice, self.signing, self.rows = Notice(self.scope), Signing(self.scope), Rows(self.scope)
        self.renewal = Renewal(self.scope, self.notice)

    def process(self) -> Generator[simpy.Event, None, None]:
        """Live through the calendar of the round."""
        world, calendar = self.scope.world, self.scope.spec.calendar
        day = world.clock.day
        yield from world.until(day(calendar.reporting_start))
        self.scope.log("reporting-start", float(len(self.scope.drugs)), "institutions begin to report their demand")
        yield from world.until(day(calendar.reporting_end))
        self._report()
        self.scope.log("reporting-end", self._reported(), "units reported")
        yield from world.until(day(calendar.review_end))
        self.scope.log("review-end", self._reported(), "units sent on by the provinces")
        yield from world.until(day(calendar.document))
        self.scope.log("document", float(len(self.scope.drugs)), "tender document published")
        yield from world.until(day(calendar.opening))
        contracts, past = self._open()
        yield from world.until(day(calendar.result))
        world.history.append(past)
        self.scope.log("result", float(len(contracts)), "drugs awarded; contracts are signed")
        yield from world.until(day(calendar.start))
        for contract in contracts:
            self.signing.start(contract)
        self.scope.log("start", float(len(contracts)), "selected products are supplied")

    def _report(self) -> None:
        """Institutions report; what they expect to be guaranteed follows from the number of firms that may win."""
        shares = np.array([self.notice.expected_share(d) for d in self.scope.drugs])
        for province in self.scope.members:
            province.report(self.scope.id, self.scope.drugs, shares)

    def _open(self) -> tuple[list[Contract], PastRound]:
        """Open the bids, decide, let winners choose provinces; the contracts that will start, and how it went."""
        scope, world = self.scope, self.scope.world
        self.renewal.take_stock()
        members = [self.notice.qualified(d) for d in scope.drugs]
        openings = [self.notice.opening(d, m) for d, m in zip(scope.drugs, members, strict=True)]
        bids = world.bidding.round(openings, world.luck)
        regret = world.bidding.regret(openings)
        if not np.isnan(regret):
            scope.log("regret", regret, "of its payoff is the most that a firm could still gain by another bid")
        tenders = [self.notice.tender(d, m, b) for d, m, b in zip(scope.drugs, members, bids, strict=True)]

        def answer(tender: int, offers: Ints) -> npt.NDArray[np.bool_]:
            return world.bidding.accepts(openings[tender], offers / money.YUAN, world.luck)

        awards = decide(tenders, scope.rules, answer)
        prices = [np.where(a.selected, a.price / money.YUAN, np.nan) for a in awards]
        past = past_round(scope.id, scope.rules.publication, openings, bids, prices)
        contracts = []
        for d, m, bid, tender, award in zip(scope.drugs, members, bids, tenders, awards, strict=True):
            contract = self.signing.contract(d, m, tender, award) if award.order else None
            self.rows.award(d, m, bid, tender, award, contract.volumes.share if contract else 0.0)
            self.rows.reports(d, contract.volumes.share_by_province if contract else np.zeros(len(scope.provinces)))
            if contract:
                self.rows.allocation(contract)
                contracts.append(contract)
        scope.log("opening", float(len(contracts)), f"of {len(scope.drugs)} drugs are awarded")
        return contracts, past

    def _reported(self) -> float:
        return float(sum(p.reported[self.scope.id][self.scope.drugs].sum() for p in self.scope.members))
