"""The ordering loop: the engine, the same work as one SimPy process per hospital, and the bare random draws.

All three do the same cells (hospital x drug x month) of the pilot, after its contracts began. The three take
turns, so that a busy moment of the machine hits all of them; CPU time is counted, and medians are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np

from benchmarks.hospitals import HospitalPlace
from vbp_sim.engine import kernel
from vbp_sim.engine.clock import ORDER, Clock
from vbp_sim.engine.institutions import counters
from vbp_sim.engine.market_day import market_day
from vbp_sim.engine.place import Place
from vbp_sim.engine.round.process import bidding_round
from vbp_sim.engine.simulation import horizon
from vbp_sim.engine.world import World
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS
from vbp_sim.streams import Streams, words_at

SCENARIO, MONTHS, TURNS = "pilot-2018", 6, 3


def world_at_start(scenario: Scenario, kind: type[Place]) -> tuple[World, int]:
    """Return a world run until just before the first month of agreements, and the index of that month.

    Its books stay open: money is no part of ordering.
    """
    world = World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))
    first = min(spec.calendar.start for spec in scenario.spec.rounds.values())
    month = world.clock.months.index(first.replace(day=1))
    places = [kind(world, i) for i in range(len(world.market.provinces))]
    for place in places:
        if isinstance(place, HospitalPlace):
            place.handover = month
        world.env.process(place.ordering())
    world.env.process(market_day(world))
    for round_id, spec in scenario.spec.rounds.items():
        world.env.process(bidding_round(world, round_id, spec, places))
    world.env.run(until=world.clock.day(first) + ORDER / 2)
    return world, month


def months_of(scenario: Scenario, kind: type[Place], months: int) -> tuple[float, dict[str, float]]:
    """CPU seconds of some months of ordering, and the volumes that came out."""
    world, month = world_at_start(scenario, kind)
    end = world.clock.day(world.clock.months[month + months]) + ORDER / 2
    started = process_time()
    world.env.run(until=end)
    seconds = process_time() - started
    window = slice(month, month + months)
    return seconds, {name: float(v[window].sum()) for name, v in world.recorder.monthly.items()}


def draws(scenario: Scenario, months: int) -> float:
    """CPU seconds of the keyed draws alone: one log-normal value per cell, nothing done with it."""
    table = kernel.lognormal_table(scenario.spec.demand.monthly_cv)
    luck, drugs = Streams(1, 0), tuple(d.id for d in scenario.market.drugs)
    at = [
        np.concatenate([counters(place.id, level, getattr(place, level)) for level in LEVELS])
        for place in scenario.market.provinces
    ]
    started = process_time()
    for month in range(months):
        keys = luck.keys("demand", drugs, month)[:, None]
        for here in at:
            table[(words_at(keys, here) >> np.uint64(48)).astype(np.intp)]
    return process_time() - started


def main(name: str = SCENARIO, months: int = MONTHS, turns: int = TURNS) -> dict[str, float]:
    """Print nanoseconds per cell and ratios, and that both ways of ordering come to the same volumes; return by how
    much those of the hospitals' way are apart."""
    scenario = load_scenario(name)
    hospitals = sum(p.tertiary + p.secondary + p.primary for p in scenario.market.provinces)
    cells = hospitals * len(scenario.market.drugs) * months
    volumes: dict[str, dict[str, float]] = {}

    def ordering(way: str, kind: type[Place]) -> float:
        seconds, volumes[way] = months_of(scenario, kind, months)
        return seconds

    ways: dict[str, Callable[[], float]] = {
        "this engine": lambda: ordering("engine", Place),
        "SimPy, one process per hospital": lambda: ordering("hospitals", HospitalPlace),
        "bare keyed draws": lambda: draws(scenario, months),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    draws(scenario, months)  # tables are made once
    for _ in range(turns):
        for way, run in ways.items():
            taken[way].append(run() / cells * 1e9)
    engine = median(taken["this engine"])
    size = f"{hospitals:,} hospitals x {len(scenario.market.drugs)} drugs x {months} months"
    print(f"{scenario.spec.scenario}: {size} = {cells:,} cells,")
    print(f"medians of {turns} turns, CPU time of one core\n")
    print("| way | ns per cell | times the engine's |\n|---|---:|---:|")
    for way, values in taken.items():
        print(f"| {way} | {median(values):,.0f} | {median(values) / engine:.2f} |")
    apart = {k: volumes["hospitals"][k] / volumes["engine"][k] - 1 for k in ("need", "selected", "agreed")}
    print("\nSame work: process per hospital against engine, " + ", ".join(f"{k} {v:+.2%}" for k, v in apart.items()))
    return apart
