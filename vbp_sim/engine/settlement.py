"""The end of a contract year: institutions are assessed, the surplus is measured, and its retained part is paid."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.clock import add_months
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.mix import Mix
from vbp_sim.engine.province import Province
from vbp_sim.engine.world import World
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]


def contract_years(
    world: World, contract: Contract, provinces: list[Province]
) -> Generator[simpy.Event, None, None]:
    """Go through a contract's years: assess, settle, open the next year; at the end the task is over."""
    while contract.settled < contract.years:
        yield from world.until(world.clock.day(contract.year_end(contract.settled + 1)))
        if world.contracts[contract.drug] is not contract:
            return
        _close_year(world, contract, provinces)
    world.log("term-end", round=contract.round, drug=world.drug_ids[contract.drug])


def replaced(world: World, contract: Contract, provinces: list[Province]) -> None:
    """End a contract today, because another one of the drug begins; its running year is settled as far as it went."""
    year = contract.settled + 1
    planned = contract.year_months(year)
    contract.cut(world.clock.date(world.env.now))
    if year > contract.years:
        return
    for province in provinces:
        province.agreed[contract.drug] *= contract.year_months(year) / planned
    _close_year(world, contract, provinces)
    world.log("term-end", round=contract.round, drug=world.drug_ids[contract.drug], text="another contract begins")


def _close_year(world: World, contract: Contract, provinces: list[Province]) -> None:
    """Settle the running contract year and open the next one, or close the contract."""
    d, year = contract.drug, contract.settled + 1
    contract.settled = year
    served = [(p, mix) for p in provinces if (mix := contract.mix(p.index)) is not None]
    retained = sum(_settle(world, contract, province, mix, year) for province, mix in served)
    world.log("assessment", round=contract.round, drug=world.drug_ids[d], value=retained,
              text=f"end of contract year {year}")
    world.env.process(_pay(world, contract, year, retained))
    for province, _ in served:
        if year < contract.years:
            months = contract.year_months(year + 1)
            nextly = contract.rules.contract.next_year(province.agreed[d], province.bought[d])
            province.open_year(contract, nextly * months / contract.year_months(year), months)
        else:
            province.close(d)


def _pay(world: World, contract: Contract, year: int, retained: float) -> Generator[simpy.Event, None, None]:
    due = add_months(contract.year_end(year), world.spec.finance.payout_months)
    yield from world.until(world.clock.day(due))
    world.log("retention-paid", round=contract.round, drug=world.drug_ids[contract.drug], value=retained,
              text=f"retained surplus of contract year {year}")


def _settle(world: World, contract: Contract, province: Province, mix: Mix, year: int) -> float:
    """Assess every institution of a province for one drug, write it down by level; return the retained surplus."""
    d, finance = contract.drug, world.spec.finance
    law = world.law(province.index, world.clock.date(world.env.now))
    agreed, bought, other = province.agreed[d], province.bought[d], province.nonselected[d]
    others, price = world.prices.others(d, mix.products), mix.price
    used = np.maximum(bought + other, 1e-12)
    completion = np.divide(bought, agreed, out=np.ones_like(bought), where=agreed > 0)
    passed = law.assessment.passed(completion, other / used) & (agreed > 0)
    score = law.assessment.score(completion, other / used, province.on_time.astype(np.float64))
    base = province.reported[contract.round][d] * contract.year_months(year) / 12
    covered = finance.fund_share * finance.insured_share
    surplus = law.retention.surplus(
        base, np.asarray(contract.price_before), agreed, np.asarray(price), other * others.price, finance.fund_share,
        finance.insured_share,
    )
    retained = surplus * law.retention.ratio(score, passed)
    columns = (agreed, bought, other, base * contract.price_before * covered,
               (agreed * price + other * others.price) * covered, surplus, retained)
    sums = province.institutions.by_level(np.vstack([agreed > 0, passed, *columns]).astype(np.float64))
    for level, name in enumerate(LEVELS):
        if sums[0, level] > 0:
            counts = (round(sums[0, level]), round(sums[1, level]))
            world.recorder.row("settlement", contract.round, year, world.drug_ids[d], province.id, name,
                               *counts, *sums[2:, level])
    return float(retained.sum())
