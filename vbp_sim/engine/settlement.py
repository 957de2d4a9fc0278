"""The end of an agreement year: institutions are assessed, the surplus is measured, its retained part falls due."""

from __future__ import annotations

import functools
import operator
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.appropriation import Kept
from vbp_sim.engine.clock import LAPSE, add_months
from vbp_sim.engine.place import Place
from vbp_sim.engine.watch import excused
from vbp_sim.engine.watcher import Settled
from vbp_sim.engine.world import World
from vbp_sim.facts import fact
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Retained:
    """What the hospitals of a place may keep of a year of an agreement, ``yuan``: to be appropriated in a ``month`` of
    the simulation, and paid on ``due``."""

    place: int
    month: int
    due: date
    yuan: float


def agreement_years(
    world: World, agreements: Sequence[Agreement], places: list[Place]
) -> Generator[simpy.Event, None, None]:
    """Go through the years of agreements that began on one day: assess, settle, open the next year or end the task."""
    for year in range(1, max((agreement.years for agreement in agreements), default=0) + 1):
        ends: dict[date, list[Agreement]] = {}
        for agreement in agreements:
            if agreement.years >= year:
                ends.setdefault(agreement.year_end(year), []).append(agreement)
        for day in sorted(ends):
            yield from world.until(world.clock.day(day))
            running = [agreement for agreement in ends[day] if agreement.open.any()]
            _close_year(world, running, places, year)
            for agreement in running:
                agreement.settled = year
                if year == agreement.years:
                    _end(world, agreement, places)


def _end(world: World, agreement: Agreement, places: list[Place]) -> None:
    """The term is over without a successor."""
    world.log("term-end", round=agreement.round, drug=world.drug_ids[agreement.drug])
    if agreement.rules.after_term == "listing":
        world.env.process(_lapse(world, agreement, places))


def _lapse(world: World, agreement: Agreement, places: list[Place]) -> Generator[simpy.Event, None, None]:
    """What was bought and paid before any agreement comes back; what begins on the day of the end is a successor."""
    yield from world.until(world.clock.day(agreement.end) + LAPSE)
    here = agreement.places
    for p in here:
        places[p].clear(agreement.drug)
    world.ended(agreement, here)


def replaced(world: World, agreement: Agreement, places: list[Place]) -> None:
    """End an agreement today in some places, because another one of the drug begins there."""
    _cut_short(world, agreement, places, "next_contract")
    here = [place.index for place in places]
    for supplier in agreement.suppliers:
        for p in here:
            if world.shelves[agreement.drug].supplies(supplier.product, p):
                world.prices.settle(supplier.product, p, supplier.price)
    world.ended(agreement, here)


def voided(world: World, agreement: Agreement, places: list[Place]) -> None:
    """End an agreement today because no winner is left; what was bought and paid before any agreement comes back."""
    _cut_short(world, agreement, [places[p] for p in agreement.places], "voided")
    for p in agreement.places:
        places[p].close(agreement.drug)
        places[p].clear(agreement.drug)
    world.ended(agreement, agreement.places)


def _cut_short(world: World, agreement: Agreement, places: list[Place], why: str) -> None:
    """Settle the running year of an agreement in some places as far as it went."""
    year = agreement.settled + 1
    months = agreement.months_until(world.today) - 12 * agreement.settled
    if year <= agreement.years and months > 0:
        for place in places:
            place.agreed[agreement.drug] *= months / agreement.year_months(year)
        _close_year(world, [agreement], places, year, months)
        world.log("term-end", round=agreement.round, drug=world.drug_ids[agreement.drug],
                  text=fact(why))  # fmt: skip


def _close_year(
    world: World, agreements: Sequence[Agreement], places: list[Place], year: int, cut: int | None = None
) -> None:
    """Settle a year of agreements of one round in some places, and open the next one or close them there.

    ``cut``: the year ends early, after so many months.
    """
    retained: dict[Agreement, list[Retained]] = {agreement: [] for agreement in agreements}
    settled = list[tuple[int, tuple[Any, ...]]]()
    for place in places:
        served = [a for a in agreements if a.open[place.index] and world.shelves[a.drug].mix(place.index) is not None]
        if served:
            settled += _settle(world, served, place, year, cut, retained)
        for agreement in served:
            _next_year(agreement, place, year, cut)
    for _, row in sorted(settled, key=lambda found: found[0]):
        world.recorder.row("settlement", *row)
    for agreement, kept in retained.items():
        total = functools.reduce(operator.add, (one.yuan for one in kept), 0.0)
        world.log("assessment", round=agreement.round, drug=world.drug_ids[agreement.drug], value=total,
                  text=fact("year_end", year=year))  # fmt: skip
        for due in sorted({one.due for one in kept}):
            world.env.process(_pay(world, agreement, year, [one for one in kept if one.due == due]))


def _next_year(agreement: Agreement, place: Place, year: int, cut: int | None) -> None:
    """Open the next year of an agreement in a place, or close it there."""
    d = agreement.drug
    if cut is None and year < agreement.years:
        months, longer = agreement.year_months(year), agreement.year_months(year + 1)
        nextly = agreement.rules.contract.next_year(place.agreed[d], place.bought[d])
        place.open_year(d, nextly * longer / months, longer)
    else:
        place.close(d)
        place.finished[d] |= place.rewarded[d]
        place.rewarded[d] = False


def _pay(world: World, agreement: Agreement, year: int, kept: list[Retained]) -> Generator[simpy.Event, None, None]:
    """Tell what is paid out of a year's surplus on one day, after the caps on what places appropriate."""
    yield from world.until(world.clock.day(kept[0].due))
    part = world.accounts.surplus.part
    paid = functools.reduce(operator.add, (one.yuan * float(part[one.month, one.place]) for one in kept), 0.0)
    world.log("retention-paid", round=agreement.round, drug=world.drug_ids[agreement.drug], value=paid,
              text=fact("retained", year=year))  # fmt: skip


def _settle(
    world: World,
    agreements: Sequence[Agreement],
    place: Place,
    year: int,
    cut: int | None,
    retained: dict[Agreement, list[Retained]],
) -> list[tuple[int, tuple[Any, ...]]]:
    """Assess every institution of a place for its agreements of a round; return the rows of the settlement table, each
    with its drug, and note what is ``retained``.

    The law of the year's last day holds. Where a shortage is no failure, what was not delivered counts as bought, and
    what replaced it not as chosen. Who is excused has done what was agreed.
    """
    finance, p, name = world.spec.finance, place.index, agreements[0].round
    m = world.month_of(world.today - timedelta(days=1))
    assessment, retention = world.laws.part("assessment", p, m), world.laws.part("retention", p, m)
    watch, review = world.laws.part("watch", p, m), world.laws.part("reporting", p, m)
    d = [agreement.drug for agreement in agreements]
    months = np.array([agreement.year_months(year) if cut is None else cut for agreement in agreements])
    mixes = [mix for agreement in agreements if (mix := world.shelves[agreement.drug].mix(p)) is not None]
    price = np.array([mix.price for mix in mixes])[:, None]
    rest = np.array([world.prices.others(drug, p, mix.products).price for drug, mix in zip(d, mixes, strict=True)])
    before = np.array([agreement.price_before[p] for agreement in agreements])[:, None]
    agreed, bought, other = place.agreed[d], place.bought[d], place.nonselected[d]
    here, free = agreed > 0, excused(world, place.at, assessment, d, name, year)
    missing = place.undelivered[d] if assessment.shortage_exempt else np.zeros_like(bought)
    done, chosen = bought + missing, np.maximum(other - world.supply.switchable * missing, 0)
    done = np.where(free, np.maximum(done, agreed), done)
    completion = np.divide(done, agreed, out=np.ones_like(bought), where=here)
    nonselected = chosen / np.maximum(done + chosen, 1e-12)
    place.completion[d], place.other_share[d] = completion, nonselected
    passed = (assessment.passed(completion, nonselected) | free) & here
    score = assessment.score(completion, nonselected, place.on_time.astype(np.float64))
    base = place.reported[name][d] * (months / 12)[:, None]
    missed = np.maximum(agreed - done, 0.0) * price
    points, fined = review.penalty(base, agreed, done, price)
    marks = np.zeros(here.shape, dtype=np.int64) if place.watching is None else place.watching.marks[d]
    if place.watching is not None:
        interviews = place.watching.interviews[d]
        points, fined = points + watch.points(interviews), fined + watch.deducted(missed)
        passed, base = _ladder(world, place, name, passed, watch.failed(interviews)), base * place.watching.budget[d]
        place.watching.close(d, watch, missed)
    counts = retention.counts([world.market.drugs[drug].kind for drug in d], place.finished[d])[:, None]
    base, spent, volume = base * counts, other * rest[:, None] * counts, retention.counted(agreed, bought) * counts
    ward = np.array([world.market.drugs[drug].inpatient_share for drug in d])
    by_case = np.zeros(len(d)) if retention.on_cases else world.laws.part("hospital_payment", p, m).by_case(ward)
    covered, counted_share = finance.covered, finance.fund_share * (1 - by_case[:, None])
    surplus = retention.surplus(base, before, volume, price, spent, counted_share, finance.insured_share)
    budget, score = base * before * covered, np.maximum(score - points, 0.0)
    kept = surplus * retention.ratio(score, passed, surplus / np.maximum(budget * (1 - by_case[:, None]), 1e-12))
    for watcher in world.watchers:
        reported, completion = place.reported[name][d], np.where(here, completion, np.nan)
        seen = (reported, agreed, bought, other, completion, nonselected, score, marks, passed, kept)
        watcher.settled(place, Settled(name, year, d, *seen, price, rest[:, None], before))
    place.rewarded[d] |= kept.any(axis=1)
    staff = kept * retention.staff_part(kept.sum(axis=0))
    completed, stock = here & (bought >= agreed * (1 - 1e-9)), place.stock[d]
    stocked, others = here & (stock >= 0), here & (stock <= 0)
    columns = (here, passed, completed, stocked, others, agreed, bought, other, budget,
               (volume * price + spent) * covered, surplus, kept, staff, fined)  # fmt: skip
    sums = place.institutions.by_level(np.concatenate(columns).astype(np.float64)).reshape(len(columns), len(d), -1)
    due, decided = add_months(world.today, retention.payout_months), m + retention.appropriation_months
    yuan, staffs, fines = (each.sum(axis=0) for each in sums[-3:])
    at = world.accounts.place_of_round[name]
    world.accounts.surplus.assess(
        Kept(m, decided, world.month_of(due), at, p, yuan, staffs, retention.yearly_cap)
    )  # fmt: skip
    if fines.any():
        world.accounts.deduct(m, name, p, fines)
        world.log(
            "deduction", round=name, province=place.id, value=float(fines.sum()), text=fact("deducted", year=year)
        )
    part = np.divide(bought, agreed, out=np.full(bought.shape, np.nan), where=here)
    rows, levels = [], place.institutions.level
    for i, agreement in enumerate(agreements):
        retained[agreement].append(Retained(p, decided, due, float(kept[i].sum())))
        for level, label in enumerate(LEVELS):
            if sums[0, i, level] > 0:
                counted = [round(count) for count in sums[:5, i, level].tolist()]
                tenth = _percentile(part[i, levels == level], 0.1)
                head = (name, year, world.drug_ids[agreement.drug], place.id, label)
                rows.append((agreement.drug, (*head, *counted, tenth, *sums[5:-2, i, level].tolist())))
    return rows


def _ladder(world: World, place: Place, round: str, passed: Bools, failed: Bools) -> Bools:
    """Who passes after those have failed who were interviewed too often, (drugs, institutions)."""
    fell = int((passed & failed).sum())
    if fell:
        world.log("rating-failed", round=round, province=place.id, value=float(fell), text=fact("interviewed_often"))
    return passed & ~failed


def _percentile(values: Floats, at: float) -> float:
    """A percentile of the known values, between neighbours in proportion; there is at least one."""
    known = values[~np.isnan(values)]
    place = at * (len(known) - 1)
    low, high = int(place), min(int(place) + 1, len(known) - 1)
    parted = np.partition(known, (low, high))
    return float(parted[low] + (place - low) * (parted[high] - parted[low]))
