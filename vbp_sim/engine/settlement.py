"""The end of an agreement year: institutions are assessed, the surplus is measured, its retained part falls due."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.clock import LAPSE, add_months
from vbp_sim.engine.place import Place
from vbp_sim.engine.shelf import Mix
from vbp_sim.engine.world import World
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]


def agreement_years(world: World, agreement: Agreement, places: list[Place]) -> Generator[simpy.Event, None, None]:
    """Go through an agreement's years: assess, settle, open the next year; at the end the task is over."""
    while agreement.settled < agreement.years:
        yield from world.until(world.clock.day(agreement.year_end(agreement.settled + 1)))
        if not agreement.open.any():
            return
        agreement.settled += 1
        _close_year(world, agreement, [places[p] for p in agreement.places], agreement.settled)
    world.log("term-end", round=agreement.round, drug=world.drug_ids[agreement.drug])
    if agreement.rules.after_term == "listing":
        yield from world.until(world.clock.day(agreement.end) + LAPSE)  # one that begins today is a successor
        for p in agreement.places:
            places[p].clear(agreement.drug)
        world.ended(agreement, agreement.places)


def replaced(world: World, agreement: Agreement, places: list[Place]) -> None:
    """End an agreement today in some places, because another one of the drug begins there.

    Its running year is settled there as far as it went.
    """
    year = agreement.settled + 1
    months = agreement.months_until(world.today) - 12 * agreement.settled
    if year <= agreement.years and months > 0:
        for place in places:
            place.agreed[agreement.drug] *= months / agreement.year_months(year)
        _close_year(world, agreement, places, year, months)
        world.log("term-end", round=agreement.round, drug=world.drug_ids[agreement.drug], text="another one begins")
    here = [place.index for place in places]
    for supplier in agreement.suppliers:
        for p in here:
            if world.shelves[agreement.drug].supplies(supplier.product, p):
                world.prices.settle(supplier.product, p, supplier.price)
    world.ended(agreement, here)


def _close_year(
    world: World, agreement: Agreement, places: list[Place], year: int, cut: int | None = None
) -> None:
    """Settle an agreement year in some places, and open the next one or close the agreement there.

    ``cut``: the year ends early, after so many months.
    """
    d, months = agreement.drug, agreement.year_months(year) if cut is None else cut
    shelf = world.shelves[d]
    served = [(place, mix) for place in places if (mix := shelf.mix(place.index)) is not None]
    ends = agreement.year_end(year) if cut is None else world.today
    due = add_months(ends, world.spec.finance.payout_months)
    retained = sum(_settle(world, agreement, place, mix, year, months, ends, due) for place, mix in served)
    world.log("assessment", round=agreement.round, drug=world.drug_ids[d], value=retained,
              text=f"end of contract year {year}")  # fmt: skip
    world.env.process(_pay(world, agreement, year, due, retained))
    for place, _ in served:
        if cut is None and year < agreement.years:
            longer = agreement.year_months(year + 1)
            nextly = agreement.rules.contract.next_year(place.agreed[d], place.bought[d])
            place.open_year(d, nextly * longer / months, longer)
        else:
            place.close(d)


def _pay(
    world: World, agreement: Agreement, year: int, due: date, retained: float
) -> Generator[simpy.Event, None, None]:
    yield from world.until(world.clock.day(due))
    world.log("retention-paid", round=agreement.round, drug=world.drug_ids[agreement.drug], value=retained,
              text=f"retained surplus of contract year {year}")  # fmt: skip


def _settle(
    world: World, agreement: Agreement, place: Place, mix: Mix, year: int, months: int, ends: date, due: date
) -> float:
    """Assess every institution of a place for one drug, write it down by level; return the retained surplus.

    The law of the year's last day holds.
    """
    d, finance, m = agreement.drug, world.spec.finance, world.month_of(ends - timedelta(days=1))
    assessment = world.laws.part("assessment", place.index, m)
    retention = world.laws.part("retention", place.index, m)
    agreed, bought, other = place.agreed[d], place.bought[d], place.nonselected[d]
    others, price = world.prices.others(d, place.index, mix.products), mix.price
    done = bought + place.undelivered[d] if assessment.shortage_exempt else bought
    completion = np.divide(done, agreed, out=np.ones_like(bought), where=agreed > 0)
    nonselected = other / np.maximum(bought + other, 1e-12)
    place.completion[d], place.other_share[d] = completion, nonselected
    passed = assessment.passed(completion, nonselected) & (agreed > 0)
    score = assessment.score(completion, nonselected, place.on_time.astype(np.float64))
    base = place.reported[agreement.round][d] * months / 12
    before, covered = agreement.price_before[place.index], finance.fund_share * finance.insured_share
    surplus = retention.surplus(
        base, np.asarray(before), agreed, np.asarray(price), other * others.price, finance.fund_share,
        finance.insured_share,
    )  # fmt: skip
    retained = surplus * retention.ratio(score, passed)
    columns = (agreed, bought, other, base * before * covered,
               (agreed * price + other * others.price) * covered, surplus, retained)  # fmt: skip
    sums = place.institutions.by_level(np.vstack([agreed > 0, passed, *columns]).astype(np.float64))
    world.accounts.retain(m, world.month_of(due), agreement.round, place.index, sums[-1])
    for level, name in enumerate(LEVELS):
        if sums[0, level] > 0:
            counts = (round(sums[0, level]), round(sums[1, level]))
            world.recorder.row("settlement", agreement.round, year, world.drug_ids[d], place.id, name,
                               *counts, *sums[2:, level])  # fmt: skip
    return float(retained.sum())
