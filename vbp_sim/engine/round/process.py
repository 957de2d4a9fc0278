"""A bidding round as a SimPy process: reporting, review, document, opening, choice of places, agreement, start."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.interface import Opening, PastRound
from vbp_sim.agents.bidding.past import past_round
from vbp_sim.agents.firms.losers import Lost
from vbp_sim.engine.collusion import watch_rings
from vbp_sim.engine.place import Place
from vbp_sim.engine.round.notice import draw_up, opening_of, qualified
from vbp_sim.engine.round.renewal import take_stock
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.round.signing import Won, start
from vbp_sim.engine.world import World
from vbp_sim.facts import fact
from vbp_sim.rules import money
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.spec import Round
from vbp_sim.tender import Outcome, Seen, decide, expected_share, rows

Ints = npt.NDArray[np.int64]


def bidding_round(world: World, round_id: str, spec: Round, places: list[Place]) -> Generator[simpy.Event, None, None]:
    """Live through the calendar of a round; its agreements then run on their own."""
    scope, calendar, day = Scope.of(world, round_id, spec, places), spec.calendar, world.clock.day
    yield from world.until(day(calendar.reporting_start))
    scope.log("reporting-start", float(len(scope.drugs)), fact("reporting"))
    yield from world.until(day(calendar.reporting_end))
    _report(scope)
    scope.log("reporting-end", _reported(scope), fact("reported"))
    yield from world.until(day(calendar.review_end))
    scope.log("review-end", _reported(scope), fact("sent_on"))
    yield from world.until(day(calendar.document))
    scope.log("document", float(len(scope.drugs)), fact("document"))
    yield from world.until(day(calendar.opening))
    won, past = _open(scope)
    yield from world.until(day(calendar.result))
    world.history.append(past)
    scope.log("result", float(len(won)), fact("result"))
    yield from world.until(day(calendar.start))
    start(scope, won)
    scope.log("start", float(len(won)), fact("supplied"))


def _report(scope: Scope) -> None:
    """Institutions report; what they expect to be guaranteed follows from the number of firms that may win."""
    papers = [draw_up(scope, d, qualified(scope, d), scope.published(d)) for d in scope.drugs]
    shares = np.array([expected_share(paper) for paper in papers])
    for place in scope.members:
        place.report(scope.id, scope.drugs, shares)


def _open(scope: Scope) -> tuple[list[Won], PastRound]:
    """Open the bids and decide; what will become agreements, and how it went."""
    world = scope.world
    take_stock(scope)
    members = [qualified(scope, d) for d in scope.drugs]
    papers = [draw_up(scope, d, m, scope.reported(d)) for d, m in zip(scope.drugs, members, strict=True)]
    for i, drug in enumerate(scope.drugs):
        if not papers[i].ceiling:  # what it should follow from did not come about: nobody can bid
            members[i] = members[i][:0]
            papers[i] = draw_up(scope, drug, members[i], scope.reported(drug))
    openings = [opening_of(scope, d, m, x) for d, m, x in zip(scope.drugs, members, papers, strict=True)]
    held = [i for i, m in enumerate(members) if len(m)]  # nobody bids for the others, and nothing is learned of them
    asked = [openings[i] for i in held]
    drawn = dict(zip(held, world.bidding.round(asked, world.luck) if held else [], strict=True))
    bids = [paper.quotes(drawn.get(i, np.zeros(0))) for i, paper in enumerate(papers)]
    regret = world.bidding.regret(asked) if held else np.nan
    if not np.isnan(regret):
        scope.log("regret", regret, fact("regret"))

    def answer(i: int, offers: Ints) -> npt.NDArray[np.bool_]:
        return world.bidding.accepts(openings[i], offers / money.YUAN, world.luck)

    outcomes = decide(papers, bids, answer)
    watch_rings(scope, asked, [members[i] for i in held], [outcomes[i] for i in held])
    prices = [np.where(o.award.selected, o.award.price / money.YUAN, np.nan) for o in outcomes]
    past = past_round(scope.id, scope.rules.publication, asked, [bids[i] for i in held], [prices[i] for i in held])
    won = []
    for d, m, bid, opening, outcome in zip(scope.drugs, members, bids, openings, outcomes, strict=True):
        before = world.market.drugs[d].pre_price
        seen = Seen(
            bid, opening.pre_price, world.products.cost[m], opening.real_bid,
            world.listed.real_selected[scope.number][m], np.nan if before is None else float(before),
        )  # fmt: skip
        later = world.losers.prices(_lost(scope, outcome, opening), world.luck) if outcome.agreed else opening.pre_price
        _write(scope, d, outcome, replace(seen, asked=later))
        if outcome.agreed:
            won.append((d, m, outcome, np.where(later < opening.pre_price, later, np.inf)))
    scope.log("opening", float(len(won)), fact("awarded", of=len(scope.drugs)))
    return won, past


def _lost(scope: Scope, outcome: Outcome, opening: Opening) -> Lost:
    """What losers of a drug weigh; winners stand among them, and what is said of them does not count.

    A price is one for all places, so the strictest mark counts.
    """
    world, selected = scope.world, float(outcome.award.price.max()) / money.YUAN
    m = world.month_of(scope.spec.calendar.start)
    marks = [world.laws.part("platform", p, m).red for p in scope.here]
    mark = min((mark for mark in marks if mark is not None), default=np.inf)
    return Lost(opening.drug, opening.manufacturer, opening.originator, opening.pre_price, opening.cost, selected, mark)


def _write(scope: Scope, drug: int, outcome: Outcome, seen: Seen) -> None:
    """The tables `bids`, `prices`, `awards`, `allocation` and `reports` of one drug."""
    world, rec = scope.world, scope.world.recorder
    law = world.laws.part("reimbursement", scope.here[0], world.month_of(scope.spec.calendar.start))
    for row in rows.bid_rows(outcome, seen):
        rec.row("bids", *row)
    for row in rows.price_rows(outcome, seen, lambda price, selected: law.standard(price, selected, 1)):
        rec.row("prices", *row)
    rec.row("awards", *rows.award_row(outcome, seen))
    for row in rows.allocation_rows(outcome):
        rec.row("allocation", *row)
    for place, share in zip(scope.members, outcome.share_by_place.tolist(), strict=True):
        inst = place.institutions
        past = inst.by_level(place.past[scope.id][[drug]])[0]
        reported = inst.by_level(place.reported[scope.id][[drug]])[0]
        for i, level in enumerate(LEVELS):
            rec.row(
                "reports", scope.id, world.drug_ids[drug], place.id, level, int(inst.counts[i]), past[i], reported[i],
                share * reported[i],
            )  # fmt: skip


def _reported(scope: Scope) -> float:
    return float(sum(place.reported[scope.id][scope.drugs].sum() for place in scope.members))
