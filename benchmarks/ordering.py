"""The ordering loop: the engine, the same work as one SimPy process per hospital, and the bare random draws.

All three do the same cells (hospital x drug x month) of the pilot, after its contracts began. The three take
turns, so that a busy moment of the machine hits all of them; CPU time is counted, and medians are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
from vbp_sim.engine.province import Province

from benchmarks.hospitals import HospitalProvince
from vbp_sim.engine import kernel
from vbp_sim.engine.clock import ORDER, Clock
from vbp_sim.engine.market_day import MarketDay
from vbp_sim.engine.round.process import RoundProcess
from vbp_sim.engine.simulation import horizon
from vbp_sim.engine.world import World
from vbp_sim.scenario.load import Scenario
from vbp_sim.streams import Streams, words_at
from vbp_sim.studies.load import load_scenario

SCENARIO, MONTHS, ROUNDS = "pilot-2018", 6, 3


def world_at_start(scenario: Scenario, kind: type[Province]) -> tuple[World, int]:
    """Return a world run until just before the first contract month, and the index of that month."""
    world = World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))
    first = min(spec.calendar.start for spec in scenario.spec.rounds.values())
    month = world.clock.months.index(first.replace(day=1))
    provinces = [kind(world, i) for i in range(len(world.market.provinces))]
    for province in provinces:
        if isinstance(province, HospitalProvince):
            province.handover = month
        world.env.process(province.ordering())
    world.env.process(MarketDay(world).process())
    for round_id, spec in scenario.spec.rounds.items():
        world.env.process(RoundProcess(world, round_id, spec, provinces).process())
    world.env.run(until=world.clock.day(first) + ORDER / 2)
    return world, month


def months_of(scenario: Scenario, kind: type[Province]) -> tuple[float, dict[str, float]]:
    """CPU seconds of `MONTHS` months of ordering, and the volumes that came out."""
    world, month = world_at_start(scenario, kind)
    end = world.clock.day(world.clock.months[month + MONTHS]) + ORDER / 2
    started = process_time()
    world.env.run(until=end)
    seconds = process_time() - started
    window = slice(month, month + MONTHS)
    return seconds, {name: float(v[window].sum()) for name, v in world.recorder.monthly.items()}


def draws(scenario: Scenario) -> float:
    """CPU seconds of the keyed draws alone: one log-normal value per cell, nothing done with it."""
    table = kernel.lognormal_table(scenario.spec.demand.monthly_cv)
    luck, drugs = Streams(1, 0), tuple(d.id for d in scenario.market.drugs)
    started = process_time()
    for month in range(MONTHS):
        for place in scenario.market.provinces:
            at = np.arange(place.tertiary + place.secondary + place.primary)
            words = words_at(luck.keys("demand", drugs, place.id, month)[:, None], at)
            table[(words >> np.uint64(48)).astype(np.intp)]
    return process_time() - started


def main() -> None:
    """Print nanoseconds per cell and ratios, and that both ways of ordering come to the same volumes."""
    scenario = load_scenario(SCENARIO)
    hospitals = sum(p.tertiary + p.secondary + p.primary for p in scenario.market.provinces)
    cells = hospitals * len(scenario.market.drugs) * MONTHS
    volumes: dict[str, dict[str, float]] = {}

    def ordering(name: str, kind: type[Province]) -> float:
        seconds, volumes[name] = months_of(scenario, kind)
        return seconds

    ways: dict[str, Callable[[], float]] = {
        "this engine": lambda: ordering("engine", Province),
        "SimPy, one process per hospital": lambda: ordering("hospitals", HospitalProvince),
        "bare keyed draws": lambda: draws(scenario),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    draws(scenario)  # tables are made once
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way() / cells * 1e9)
    engine = median(taken["this engine"])
    size = f"{hospitals:,} hospitals x {len(scenario.market.drugs)} drugs x {MONTHS} months"
    print(f"{SCENARIO}: {size} = {cells:,} cells,")
    print(f"medians of {ROUNDS} turns, CPU time of one core\n")
    print("| way | ns per cell | times the engine's |\n|---|---:|---:|")
    for name, values in taken.items():
        print(f"| {name} | {median(values):,.0f} | {median(values) / engine:.2f} |")
    apart = {k: volumes["hospitals"][k] / volumes["engine"][k] - 1 for k in ("need", "selected", "agreed")}
    print("\nSame work: process per hospital against engine, " + ", ".join(f"{k} {v:+.2%}" for k, v in apart.items()))
