"""One supplied product over a long time: closed forms of models.md section 8, and what it may never do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from vbp_sim.engine.supplier import Supplier

from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.interface import Line, Outage
from vbp_sim.streams import Streams

LINE = Line("first", "alpha", "a1", "oral-solid", 0.4)
YEAR, MONTH = 365.25, 365.25 / 12
#: failures 0.25 a year, repair in 1 / 2.25 years, nobody leaves (V16)
MODEL = AlternatingRenewal(
    rate_oral=0.25, repair_months=12 / 2.25, default_rate=0, exit_rate=0, stock_months=0, catch_up=0
)
#: neither stock nor growth
BARE = AlternatingRenewal(stock_months=0, catch_up=0)


class Log:
    """Keeps the moments and values of events."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.events: list[tuple[float, str, float]] = []

    def __call__(self, kind: str, line: Line | None = None, *, value: float = float("nan"), **_: Any) -> None:
        self.events.append((self.env.now, kind, value))


def supplier(years: float, **values: Any) -> Supplier:
    return Supplier(
        **{"line": LINE, "product": 0, "price": 1.0, "capacity": 100.0, "stock": 0.0, "until": years * YEAR, **values}
    )


def live(
    years: float, model: AlternatingRenewal, monthly: float = 0.0, seed: int = 1, **values: Any
) -> tuple[Supplier, Log, list[float]]:
    """Let one supplier live; return it, its events, and what it had to deliver each month."""
    env = simpy.Environment()
    one, log, had = supplier(years, **values), Log(env), []
    env.process(one.life(env, model, Streams(seed, 0), log, lambda s: log("exit")))

    def months() -> Any:
        while env.now < years * YEAR:
            yield env.timeout(MONTH)
            one.make(env.now, monthly, model)
            had.append(min(one.stock, monthly))
            one.stock -= had[-1]

    env.process(months())
    env.run()
    return one, log, had


def down_days(log: Log, until: float) -> float:
    total, since = 0.0, None
    for time, kind, _ in log.events:
        if kind == "disruption":
            since = time
        elif kind == "recovery" and since is not None:
            total, since = total + time - since, None
    return total + (until - since if since is not None else 0.0)


@pytest.mark.parametrize(("rate", "repair", "wanted"), [(0.25, 2.25, 0.1), (0.125, 2.25, 0.0526), (0.25, 4.5, 0.0526)])
def test_v16_unavailability_of_alternating_renewal(rate: float, repair: float, wanted: float) -> None:
    years = 20_000.0
    model = MODEL.model_copy(update={"rate_oral": rate, "repair_months": 12 / repair})
    _, log, _ = live(years, model)
    cycles = sum(kind == "disruption" for _, kind, _ in log.events)
    assert down_days(log, years * YEAR) / (years * YEAR) == pytest.approx(wanted, rel=4 / np.sqrt(cycles))


def test_v16_output_of_a_supplier_without_stock_is_its_uptime() -> None:
    years = 20_000.0
    _, log, had = live(years, MODEL, monthly=100.0)
    up = 1 - down_days(log, years * YEAR) / (years * YEAR)
    assert np.mean(had) / 100 == pytest.approx(up, rel=1e-3)


@given(st.integers(0, 200), st.floats(0, 300), st.floats(0, 3), st.floats(0, 500))
def test_stock_is_never_negative_and_output_never_above_capacity(
    seed: int, wanted: float, months: float, stock: float
) -> None:
    one = supplier(10.0, stock=stock)
    env = simpy.Environment()
    model = AlternatingRenewal(rate_oral=3.0, default_rate=0.2, stock_months=months, catch_up=0)
    env.process(one.life(env, model, Streams(seed, 0), Log(env), lambda s: None))
    for m in range(1, 121):
        env.run(until=m * MONTH)
        before = one.stock
        one.make(env.now, wanted, model)
        assert 0 <= one.stock - before <= 100 * (1 + 1e-12)
        out = min(one.stock, wanted)
        one.stock -= out
        assert one.stock >= 0
        if one.gone:
            assert out == 0


def test_t30_down_for_the_whole_month_with_empty_stock_makes_nothing() -> None:
    one = supplier(10.0, up=False)
    one.make(MONTH, wanted=50.0, supply=AlternatingRenewal())
    assert one.stock == 0


def test_half_a_month_down_makes_half_the_capacity() -> None:
    class Once(AlternatingRenewal):
        def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
            return Outage(MONTH / 2 if occasion == 0 else np.inf, MONTH, final=False)

    env = simpy.Environment()
    one = supplier(10.0)
    env.process(one.life(env, Once(), Streams(1, 0), Log(env), lambda s: None))
    made = []
    for m in (1, 2, 3):
        env.run(until=m * MONTH)
        one.stock = 0.0
        one.make(env.now, 1000.0, BARE)
        made.append(one.stock)
    np.testing.assert_allclose(made, [50, 50, 100])


def test_capacity_grows_only_while_orders_exceed_it() -> None:
    one = supplier(10.0)
    growing = BARE.model_copy(update={"catch_up": 0.1})
    one.make(30.0, wanted=100.0, supply=growing)
    assert one.capacity == 100
    one.make(60.0, wanted=101.0, supply=growing)
    assert one.capacity == pytest.approx(110)


def test_nothing_is_said_after_the_contract_is_over() -> None:
    env = simpy.Environment()
    one, log = supplier(100.0), Log(env)
    env.process(
        one.life(env, AlternatingRenewal(rate_oral=5.0, default_rate=1.0), Streams(1, 0), log, lambda s: log("exit"))
    )
    env.run(until=200)
    one.over = True
    seen = len(log.events)
    env.run()
    assert len(log.events) == seen
    assert not one.gone


def test_a_product_is_not_given_up_after_its_contract_was_replaced() -> None:
    env = simpy.Environment()
    one, log = supplier(100.0, stock=5.0), Log(env)
    leaving = AlternatingRenewal(rate_oral=0.0, default_rate=1.0)
    env.process(one.life(env, leaving, Streams(1, 0), log, lambda s: log("exit")))
    env.run(until=1)
    one.over = True
    env.run()
    assert (one.gone, one.stock, log.events) == (False, 5.0, [])
