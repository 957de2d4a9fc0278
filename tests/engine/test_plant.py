"""One plant over a long time: closed forms of models.md section 8, what it may never do, and what terms change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.interface import Line, Outage
from vbp_sim.engine.plant import Plant
from vbp_sim.streams import Streams

LINE = Line("first", "alpha", "a1", "oral-solid", 0.4)
YEAR, MONTH = 365.25, 365.25 / 12
#: failures 0.25 a year, repair in 1 / 2.25 years, nobody leaves (V16)
MODEL = AlternatingRenewal(
    rate_oral=0.25, repair_months=12 / 2.25, default_rate=0, exit_rate=0, stock_months=0, catch_up=0
)
#: neither stock nor growth
BARE = AlternatingRenewal(stock_months=0, catch_up=0)
#: fails all the time and never leaves
FRAIL = AlternatingRenewal(rate_oral=2.0, repair_months=2.0, default_rate=0, exit_rate=0, stock_months=0, catch_up=0)


class Log:
    """Keeps the moments and values of events."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.events: list[tuple[float, str, float]] = []

    def __call__(self, kind: str, line: Line | None = None, *, value: float = float("nan"), **_: Any) -> None:
        self.events.append((self.env.now, kind, value))

    def times(self, kind: str) -> list[float]:
        return [time for time, what, _ in self.events if what == kind]


def plant(**values: Any) -> Plant:
    return Plant(**{"line": LINE, "product": 0, "capacity": 100.0, **values})


def alive(model: AlternatingRenewal, seed: int = 1, **values: Any) -> tuple[simpy.Environment, Plant, Log]:
    """A plant that lives in a world of its own from now on."""
    env = simpy.Environment()
    one, log = plant(**values), Log(env)
    env.process(one.life(env, model, Streams(seed, 0), log, lambda p: log("exit")))
    return env, one, log


def live(years: float, model: AlternatingRenewal, monthly: float = 0.0) -> tuple[Log, list[float]]:
    """Let a plant live; return its events, and what it had to deliver each month."""
    env, one, log = alive(model)
    had = []

    def months() -> Any:
        while True:
            yield env.timeout(MONTH)
            one.make(env.now, monthly, model)
            had.append(min(one.stock, monthly))
            one.ship(had[-1])

    env.process(months())
    env.run(until=years * YEAR)
    return log, had


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
    log, _ = live(years, MODEL.model_copy(update={"rate_oral": rate, "repair_months": 12 / repair}))
    cycles = len(log.times("disruption"))
    assert down_days(log, years * YEAR) / (years * YEAR) == pytest.approx(wanted, rel=4 / np.sqrt(cycles))


def test_v16_output_of_a_plant_without_stock_is_its_uptime() -> None:
    years = 20_000.0
    log, had = live(years, MODEL, monthly=100.0)
    up = 1 - down_days(log, years * YEAR) / (years * YEAR)
    assert np.mean(had) / 100 == pytest.approx(up, rel=1e-3)


@given(st.integers(0, 200), st.floats(0, 300), st.floats(0, 3), st.floats(0, 500))
def test_stock_is_never_negative_and_output_never_above_capacity(
    seed: int, wanted: float, months: float, stock: float
) -> None:
    model = AlternatingRenewal(rate_oral=3.0, default_rate=0.2, stock_months=months, catch_up=0)
    env, one, _ = alive(model, seed, stock=stock)
    for m in range(1, 121):
        env.run(until=m * MONTH)
        before = one.stock
        one.make(env.now, wanted, model)
        assert 0 <= one.stock - before <= 100 * (1 + 1e-12)
        out = min(one.stock, wanted)
        one.ship(out)
        assert one.stock >= 0
        if one.gone:
            assert out == 0


def test_t30_down_for_the_whole_month_with_empty_stock_makes_nothing() -> None:
    one = plant(up=False)
    one.make(MONTH, wanted=50.0, supply=AlternatingRenewal())
    assert one.stock == 0


class Once(AlternatingRenewal):
    """Fails once, half a month after the beginning, for a month."""

    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        return Outage(MONTH / 2 if occasion == 0 else np.inf, MONTH, final=False)


def test_half_a_month_down_makes_half_the_capacity() -> None:
    env, one, _ = alive(Once())
    made = []
    for m in (1, 2, 3):
        env.run(until=m * MONTH)
        one.stock = 0.0
        one.make(env.now, 1000.0, BARE)
        made.append(one.stock)
    np.testing.assert_allclose(made, [50, 50, 100])


def test_capacity_grows_only_while_orders_exceed_it() -> None:
    one = plant()
    growing = BARE.model_copy(update={"catch_up": 0.1})
    one.make(30.0, wanted=100.0, supply=growing)
    assert one.capacity == 100
    one.make(60.0, wanted=101.0, supply=growing)
    assert one.capacity == pytest.approx(110)


changes = st.lists(st.tuples(st.floats(0.1, 400), st.floats(-0.5, 0.9)), max_size=6)


@given(st.integers(0, 100), changes)
def test_a_change_of_terms_stretches_the_waiting_time_of_the_same_failure(
    seed: int, terms: list[tuple[float, float]]
) -> None:
    """What was waited for under each agreement, as a part of the whole wait under its terms, adds up to one failure.

    Agreements of other rounds with another margin begin after some days each; the draw is always the same.
    """
    env, one, log = alive(FRAIL, seed)
    luck, waited = Streams(seed, 0), 0.0
    for number, (days, margin) in enumerate([*terms, (1e6, 0.0)]):
        wait = FRAIL.outage(replace(one.line, round=LINE.round), 0, luck).after
        began = env.now
        env.run(until=began + min(days, 2e5))
        if log.events:
            assert log.times("disruption")[0] == pytest.approx(began + (1 - waited) * wait)
            return
        waited += days / wait
        assert waited < 1
        line = Line(f"round-{number}", "alpha", "a1", "oral-solid", margin)
        one.engage(env.now, line, 100.0, 0.0, 10.0)
    raise AssertionError("it never failed")


def test_new_agreements_of_the_same_terms_make_failures_no_rarer_and_no_more_frequent() -> None:
    """One after the other begins every month; without any the failure comes on the same day."""
    alone, _, calm = alive(FRAIL)
    alone.run(until=50 * YEAR)
    env, one, log = alive(FRAIL)
    for m in range(1, 600):
        env.run(until=m * MONTH)
        one.engage(env.now, replace(LINE, round=f"round-{m}"), 100.0, 0.0, 10.0)
    env.run(until=50 * YEAR)
    np.testing.assert_allclose([e[0] for e in log.events], [e[0] for e in calm.events], rtol=1e-9)


@given(st.integers(0, 100), st.floats(0, 1), st.floats(-0.5, 0.9))
def test_a_new_agreement_never_heals(seed: int, when: float, margin: float) -> None:
    """A plant that is down when it begins stays down for as long, and fills no stock."""
    env, one, log = alive(FRAIL, seed)
    while not log.events:
        env.step()
    failed, _, lasts = log.events[0]
    env.run(until=failed + (0.001 + 0.998 * when) * lasts)
    one.engage(env.now, Line("second", "alpha", "a1", "oral-solid", margin), 100.0, 500.0, 100.0)
    assert (one.makes, one.stock, one.stopped) == (False, 0.0, failed)
    env.run(until=failed + lasts * 0.9999)
    assert not one.makes
    env.run(until=failed + lasts * 1.0001)
    assert log.times("recovery") == [pytest.approx(failed + lasts)]


def test_an_agreement_takes_nothing_away_from_a_plant() -> None:
    one = plant(stock=300.0)
    one.engage(10.0, LINE, 50.0, 200.0, 20.0)
    assert (one.capacity, one.stock, one.usual) == (100.0, 300.0, 20.0)
    one.engage(20.0, LINE, 150.0, 400.0, 40.0)
    assert (one.capacity, one.stock, one.usual) == (150.0, 400.0, 40.0)


def test_a_plant_outlives_its_agreements() -> None:
    """Nobody orders any more, and it still fails and recovers."""
    env, one, log = alive(FRAIL)
    one.engage(0.0, LINE, 100.0, 0.0, 10.0)
    env.run(until=50 * YEAR)
    assert len(log.times("disruption")) > 20
    assert abs(len(log.times("disruption")) - len(log.times("recovery"))) <= 1


def test_a_plant_that_stood_idle_makes_what_the_last_month_allows() -> None:
    """Up for a year without orders, then down: the month makes nothing, whatever went before."""
    one = plant()
    one.engage(0.0, LINE, 100.0, 0.0, 10.0)
    one.switch(12 * MONTH, up=False)
    one.engage(13 * MONTH, LINE, 100.0, 0.0, 10.0)
    one.make(13 * MONTH + 0.5, 1000.0, BARE)
    assert one.stock == 0


def test_a_firm_that_gave_a_product_up_and_wins_again_begins_anew() -> None:
    leaving = AlternatingRenewal(rate_oral=0.0, default_rate=2.0, exit_rate=0)
    env, one, log = alive(leaving, stock=50.0)
    env.run(until=20 * YEAR)
    assert (one.gone, one.makes, one.stock, one.available) == (True, False, 0.0, 0.0)
    assert len(log.times("exit")) == 1
    one.engage(env.now, replace(LINE, round="second"), 100.0, 30.0, 10.0)
    assert (one.gone, one.makes, one.stock) == (False, True, 30.0)
    env.run(until=40 * YEAR)
    assert len(log.times("exit")) == 2
