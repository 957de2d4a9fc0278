"""Supply in the engine against closed forms V16 to V22 of queueing and renewal theory, within Monte Carlo error.

The engine works in months. A product that was up for a part of a month makes the month's orders if its capacity is
ample, so a month of waiting comes on top of the stock; rates are three times those of the table and its times a third,
which changes no share.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from bench import Bench

from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.base_stock import base_stock, fill_rate
from vbp_sim.agents.supply.capacity import Commitment, WholeLines, mean_waits
from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.dispatch import dispatch
from vbp_sim.engine.plant import Plant
from vbp_sim.rules.failure import Nobody
from vbp_sim.streams import Streams

MONTH, YEAR, AMPLE = 365.25 / 12, 365.25, 1e6


def renewal(failures: float, repairs: float, **more: Any) -> AlternatingRenewal:
    """Failures and repairs per year; nobody leaves, nobody keeps stock or grows."""
    bare = {"default_rate": 0.0, "exit_rate": 0.0, "catch_up": 0.0, "stock_months": 0.0, "coverage": 0.0}
    return AlternatingRenewal(**{**bare, "rate_oral": failures, "repair_months": 12 / repairs, **more})


@pytest.mark.parametrize(("failures", "repairs", "wanted"), [(0.75, 6.75, 0.1), (0.375, 6.75, 0.0526)])
def test_v16_unavailability(tmp_path: Path, failures: float, repairs: float, wanted: float) -> None:
    unmet = Bench(tmp_path, renewal(failures, repairs), mains=40, capacity=100.0, years=150).run()
    assert unmet.mean() == pytest.approx(wanted, rel=0.07)


def test_v17_stock_covers_the_beginning_of_a_down_time(tmp_path: Path) -> None:
    """Three months of cover in the table, one here: the month itself, and no stock."""
    unmet = Bench(tmp_path, renewal(0.75, 6.75), mains=40, capacity=AMPLE, years=150).run()
    assert unmet.mean() == pytest.approx(0.0570, rel=0.07)


def test_v17_more_stock_in_months(tmp_path: Path) -> None:
    mu, cover = 6.75, (1 + 2) / 12
    unmet = Bench(tmp_path, renewal(0.75, mu, stock_months=2.0), mains=40, capacity=AMPLE, years=150).run()
    assert unmet.mean() == pytest.approx(np.exp(-mu * cover) / mu / (1 / 0.75 + 1 / mu), rel=0.12)


@pytest.mark.parametrize(("announced", "wanted"), [(True, 0.0310), (False, 0.0422)])
def test_v18_backup(tmp_path: Path, announced: bool, wanted: float) -> None:
    """Announced, the backup's two months run from the failure; else they begin with the first short delivery:
    (e^(-mu s) - .8 e^(-mu (s + a))) / mu / (1 / lambda + 1 / mu). Days count to the middle of a month of deliveries.
    """
    supply = renewal(0.75, 6.75, coverage=0.8, spare_use=1.0, warning=announced)
    days = 2.5 * MONTH if announced else 2.0 * MONTH
    bench = Bench(tmp_path, supply, mains=40, capacity=AMPLE, backup=1e9, days_to_backup=days, years=150)
    assert bench.run().mean() == pytest.approx(wanted, rel=0.08)


def test_v18_a_backup_that_covers_all(tmp_path: Path) -> None:
    """Stock .1, backup after .3, all of it covered: here a month and three months, announced, with rates 1.2 times."""
    supply = renewal(0.3, 2.7, coverage=1.0, spare_use=1.0, warning=True)
    bench = Bench(tmp_path, supply, mains=40, capacity=AMPLE, backup=1e9, days_to_backup=3.5 * MONTH, years=300)
    assert bench.run().mean() == pytest.approx(0.0289, rel=0.08)


def test_v19_four_suppliers_with_a_quarter_to_spare() -> None:
    env, model = simpy.Environment(), renewal(2.5, 22.5)
    lines = [Line("r", "d", f"m{i}", "oral-solid", 0.4) for i in range(4)]
    four = [Plant(line, i, 125.0) for i, line in enumerate(lines)]
    for one in four:
        env.process(one.life(env, model, Streams(1, 0), lambda *_, **__: None, lambda _: None))
    orders, nobody, all_of_one, unmet = np.full(4, 100.0), np.full(4, -1), np.zeros(4, dtype=np.int64), []
    for k in range(1, 12_001):
        env.run(until=k * 3 * MONTH)
        available = np.array([125.0 if plant.makes else 0.0 for plant in four])
        out = dispatch(orders, np.eye(4), available, nobody, np.ones(4), all_of_one, np.ones((4, 1), dtype=np.bool_))
        unmet.append(1 - (out.own.sum() + out.help.sum()) / 400)
    assert np.mean(unmet) == pytest.approx(0.0390, rel=0.05)


def test_v20_one_repair_crew_for_four_products() -> None:
    env, model = simpy.Environment(), renewal(0.25, 2.25)
    lines = [Line("r", "d", f"m{i}", "oral-solid", 0.4) for i in range(4)]
    until, crew = 40_000 * YEAR, simpy.Resource(env, 1)
    four = [Plant(line, i, 1.0) for i, line in enumerate(lines)]
    down, since, time = 0, 0.0, np.zeros(5)

    def log(kind: str, *_: Any, **__: Any) -> None:
        nonlocal down, since
        time[down] += env.now - since
        since, down = env.now, down + {"disruption": 1, "recovery": -1}[kind]

    for one in four:
        env.process(one.life(env, model, Streams(2, 0), log, lambda _: None, crew))
    env.run(until=until)
    found = time / time.sum()
    np.testing.assert_allclose(found, [0.6138, 0.2728, 0.0909, 0.0202, 0.0023], atol=0.008)
    assert 1 - found @ np.arange(5) / 4 == pytest.approx(0.8689, abs=0.004)


def test_v21_lines_of_an_mmc_queue() -> None:
    (least, _), (lines, wait) = itertools.islice(mean_waits(4.0, 1.5), 2)
    assert (least, lines, wait) == (3, 4, pytest.approx(0.1892, abs=5e-5))
    assert wait * (lines * 1.5 - 4.0) == pytest.approx(0.3784, abs=5e-5)
    assert WholeLines(batches=4.0, per_line=1.5, wait=0.19).lines() == 4
    assert WholeLines(batches=4.0, per_line=1.5, wait=0.18).lines() == 5
    signed = Commitment(price=1.0, cost=0.5, ceiling=1.0, agreed=100.0, own=0.0, least=0.0, failure=Nobody())
    four = WholeLines(batches=4.0, per_line=1.5, wait=0.19, orders=1.0)
    assert four.installed(signed) == pytest.approx(100 * 4 * 1.5 / 4.0)


def test_a_great_many_lines_are_found_in_one_pass() -> None:
    """A load of 10,000 Erlang is the most that the limits allow; a short wait asks for about sqrt(load) spare lines."""
    assert 10_000 < WholeLines(batches=1000.0, per_line=0.1, wait=0.001).lines() < 10_300


def test_v21_a_queue_of_batches_waits_as_long() -> None:
    env, luck = simpy.Environment(), np.random.default_rng(1)
    lines, waits = simpy.Resource(env, 4), []

    def batch() -> Any:
        came = env.now
        with lines.request() as line:
            yield line
            waits.append(env.now - came)
            yield env.timeout(luck.exponential(1 / 1.5))

    def arrivals() -> Any:
        for _ in range(60_000):
            yield env.timeout(luck.exponential(1 / 4))
            env.process(batch())

    env.process(arrivals())
    env.run()
    assert np.mean(np.array(waits) > 0) == pytest.approx(0.3784, rel=0.05)
    assert np.mean(waits) == pytest.approx(0.1892, rel=0.1)


def test_v22_fill_rate_of_a_base_stock() -> None:
    assert fill_rate(22, 15.0) == pytest.approx(0.9469, abs=5e-5)
    assert base_stock(15.0, 0.94) == 22
    assert base_stock(15.0, 0.9469) == 23
    assert base_stock(15.0, 0.9999999999) < 60


def test_v22_a_plant_that_keeps_it_serves_as_much() -> None:
    """Customers who ask for one batch now and then, and wait if there is none: as the formula supposes."""
    luck, steps, a_step = np.random.default_rng(1), 200_000, 15 / 100
    supply = AlternatingRenewal(lead_months=1, fill_rate=0.94, batches=a_step, catch_up=0, smoothing=1e-9)
    supply = supply.model_copy(update={"lead_months": 101})  # a step of the test is a small part of the lead time
    assert supply.aim(a_step) == pytest.approx(22)
    one = Plant(Line("r", "d", "m", "oral-solid", 0.4), 0, AMPLE, 22.0, usual=a_step)
    asked = luck.poisson(a_step, steps).astype(float)
    late = served = 0.0
    for step, units in enumerate(asked.tolist()):
        one.make((step + 1) * MONTH, late + units, supply)
        served += min(units, max(0.0, one.stock - late))
        delivered = min(one.stock, late + units)
        one.ship(delivered)
        late += units - delivered
    assert served / asked.sum() == pytest.approx(0.9469, abs=0.008)
