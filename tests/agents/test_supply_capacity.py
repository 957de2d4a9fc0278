"""How much a winner can make (V23), how reliable blocks are, recalls, and sources of ingredients."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.capacity import Commitment, Committed, Declared, NewsvendorCapacity, WholeLines
from vbp_sim.agents.supply.ingredients import SharedSources
from vbp_sim.agents.supply.interface import Line
from vbp_sim.agents.supply.reliability_blocks import Block, ReliabilityBlocks
from vbp_sim.rules.failure import Nobody
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)
LINE = Line("first", "alpha", "a1", "oral-solid", 0.4)


def signed(price: float = 0.3, cost: float = 0.2, own: float = 0.0, least: float = 0.0, **failure: Any) -> Commitment:
    return Commitment(price, cost, 1.0, 1000.0, own, least, Nobody(**failure))


def orders(model: NewsvendorCapacity, n: int = 200_000) -> np.ndarray:
    """Yearly orders that the model has in mind, drawn."""
    sigma = math.sqrt(math.log1p(model.spread**2))
    return np.asarray(1000 * model.orders * np.exp(sigma * LUCK.normal("test", at=np.arange(n)) - sigma**2 / 2))


@pytest.mark.parametrize(
    ("price", "cost", "penalty", "chance"), [(0.3, 0.2, 0.1, 0.15), (0.5, 0.2, 0.1, 0.075), (0.21, 0.2, 0.05, 0.5)]
)
def test_v23_orders_exceed_capacity_with_chance_k_over_p_minus_c_plus_f(
    price: float, cost: float, penalty: float, chance: float
) -> None:
    model = NewsvendorCapacity(penalty=penalty)
    capacity = model.installed(signed(price, cost))
    assert np.mean(orders(model) > capacity) == pytest.approx(chance, abs=0.004)


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_v23_capacity_falls_with_the_margin_and_rises_with_the_penalty(a: float, b: float, f: float, g: float) -> None:
    (low, high), (mild, harsh) = sorted((a, b)), sorted((f, g))
    mildly, harshly = NewsvendorCapacity(penalty=mild), NewsvendorCapacity(penalty=harsh)
    assert mildly.installed(signed(low)) <= mildly.installed(signed(high))
    assert mildly.installed(signed(low)) <= harshly.installed(signed(low))


def test_a_higher_price_and_stronger_clauses_cut_shortages_as_published() -> None:
    """Jia and Zhao: 30 % more price with stronger failure clauses cut shortages by 25 to 70 %, 53 % on average."""
    before, after = NewsvendorCapacity(penalty=0.1), NewsvendorCapacity(penalty=0.2)
    chance = [
        float(np.mean(orders(model) > model.installed(signed(price))))
        for model, price in ((before, 0.3), (after, 1.3 * 0.3))
    ]
    assert 0.25 < 1 - chance[1] / chance[0] < 0.70


def test_damages_in_the_rules_count_like_a_penalty() -> None:
    model = NewsvendorCapacity(penalty=0.0, shortage_days=120)
    harsh = signed(damages={"61": 0.2, "101": 0.5})
    assert model.installed(harsh) == pytest.approx(NewsvendorCapacity(penalty=0.15).installed(signed()))
    assert NewsvendorCapacity(penalty=0.0, shortage_days=30).installed(harsh) == model.installed(signed())


def test_who_earns_less_than_capacity_costs_installs_what_it_must() -> None:
    assert NewsvendorCapacity(penalty=0.0).installed(signed(0.22, least=900.0)) == 900
    assert NewsvendorCapacity(penalty=0.0).installed(signed(0.1, least=0.0)) == 0


def test_committed_and_declared_capacity() -> None:
    assert Committed().installed(signed(own=500, least=1500)) == 1500
    assert Committed().installed(signed(own=2500, least=1500)) == 2500
    assert Committed().limit(500) == math.inf
    assert Declared().installed(signed(own=500, least=1500)) == 500
    assert Declared().limit(500) == 500


def test_small_contracts_have_much_spare_capacity() -> None:
    over = [WholeLines(batches=b).installed(signed()) / (1000 * 1.91) for b in (1.0, 4.0, 16.0, 64.0)]
    assert over == sorted(over, reverse=True)
    assert over[-1] > 1


def test_s4_availability_is_a_product_of_blocks() -> None:
    """A lean injectable chain of 10 % expected shortage: half the rate or double the recovery speed 5 % [B4]."""
    none = Block(rate=0.0)

    def one(rate: float, months: float) -> ReliabilityBlocks:
        return ReliabilityBlocks(ingredient=Block(rate=rate, repair_months=months), plant=none, line=none)

    assert 1 - one(0.25, 12 / 2.25).availability() == pytest.approx(0.100)
    assert 1 - one(0.125, 12 / 2.25).availability() == pytest.approx(0.0526, abs=5e-5)
    assert 1 - one(0.25, 12 / 4.5).availability() == pytest.approx(0.0526, abs=5e-5)
    twice = Block(rate=0.25, repair_months=12 / 2.25, copies=2)
    both = ReliabilityBlocks(ingredient=twice, plant=twice, line=none)
    assert both.availability() == pytest.approx(0.99**2)
    single = ReliabilityBlocks(ingredient=Block(rate=0.25, repair_months=12 / 2.25), plant=none, line=none)
    assert single.failures(LINE) == (pytest.approx(0.25), pytest.approx(12 / 2.25))


blocks = st.builds(Block, rate=st.floats(0.01, 3), repair_months=st.floats(0.5, 24), copies=st.integers(1, 3))


@given(blocks, blocks, blocks)
def test_s4_rate_and_repair_give_the_availability(a: Block, b: Block, c: Block) -> None:
    model = ReliabilityBlocks(ingredient=a, plant=b, line=c)
    rate, months = model.failures(LINE)
    assert 1 / (1 + rate * months / 12) == pytest.approx(model.availability(), rel=1e-9)


def test_s4_a_chain_of_copies_fails_as_often_as_reckoned() -> None:
    """Two blocks, one of them doubled, copy by copy over a long time."""
    model = ReliabilityBlocks(
        ingredient=Block(rate=1.0, repair_months=6.0, copies=2), plant=Block(rate=0.5, repair_months=3.0),
        line=Block(rate=0.0),
    )  # fmt: skip
    luck, years = np.random.default_rng(1), 60_000.0
    changes: list[tuple[float, int, int]] = []
    for block, rate, back in ((0, 1.0, 2.0), (0, 1.0, 2.0), (1, 0.5, 4.0)):
        n = int(years * rate)
        gaps = np.stack([luck.exponential(1 / rate, n), luck.exponential(1 / back, n)], axis=1).ravel()
        changes += [(t, block, 1 if k % 2 == 0 else -1) for k, t in enumerate(np.cumsum(gaps).tolist()) if t < years]
    failed, times, up, since = [0, 0], 0, 0.0, 0.0
    for t, block, step in sorted(changes):
        was = failed[0] < 2 and failed[1] < 1
        failed[block] += step
        now = failed[0] < 2 and failed[1] < 1
        if was and not now:
            times, up = times + 1, up + t - since
        elif now and not was:
            since = t
    assert up / years == pytest.approx(model.availability(), rel=0.01)
    assert times / up == pytest.approx(model.failures(LINE)[0], rel=0.02)


def test_s3_flaws_fall_with_the_margin_only_if_a_scenario_says_so() -> None:
    """The default assumes no effect of thin margins on quality; 1.5 is the stress test."""
    flawed = {"failed_batches": 0.0003, "breaches": 0.001}
    usual, stress = AlternatingRenewal(**flawed), AlternatingRenewal(**flawed, flaw_sensitivity=1.5)
    thin = Line("first", "alpha", "a1", "oral-solid", 0.1)
    assert usual.flaws(thin, 1.0) == usual.flaws(LINE, 1.0) == (0.0003, 0.001)
    assert stress.flaws(thin, 1.0)[0] == pytest.approx(0.0003 * math.exp(1.5 * 0.3))
    assert AlternatingRenewal().flaws(thin, 1.0) == (0.0, 0.0)


def test_inspections_prevent_flaws_as_far_as_attention_goes() -> None:
    model = AlternatingRenewal(failed_batches=0.01, attention=0.5)
    assert [model.flaws(LINE, n)[0] for n in (0.0, 1.0, 2.0, 3.0)] == pytest.approx([0.01, 0.01, 0.005, 0.0025])


def test_a_recalled_product_is_away_for_9_to_18_months() -> None:
    assert [AlternatingRenewal().away(fate) for fate in (0.0, 0.5, 1.0)] == [9.0, 13.5, 18.0]


def test_failures_and_exits_come_at_their_rates() -> None:
    model = AlternatingRenewal(rate_oral=0.5, default_rate=0.2)
    drawn = [model.outage(LINE, k, LUCK) for k in range(20_000)]
    assert np.mean([o.final for o in drawn]) == pytest.approx(0.2 / 0.7, abs=0.01)


def test_firms_share_few_sources_and_stay_with_them() -> None:
    model = SharedSources(sources=3)
    found = {f"m{i}": model.source("alpha", f"m{i}", False, "", LUCK) for i in range(60)}
    assert set(found.values()) == {"1", "2", "3"}
    assert all(model.source("alpha", firm, False, "", LUCK) == source for firm, source in found.items())
    assert model.source("alpha", "m1", True, "", LUCK) == "own of m1"
    assert model.source("alpha", "m1", True, "a maker", LUCK) == "a maker"
    assert {SharedSources(sources=1).source("alpha", f"m{i}", False, "", LUCK) for i in range(9)} == {"1"}


def test_shocks_come_at_their_rate_and_are_addressed() -> None:
    model, until = SharedSources(rate=0.5, months=6.0), 20_000 * 365.25
    shocks = model.shocks("alpha", "1", until, LUCK)
    down = sum(s.ends - s.begins for s in shocks) / until
    assert down == pytest.approx(0.5 / (0.5 + 2), rel=0.05)
    assert all(a.ends < b.begins for a, b in itertools.pairwise(shocks))
    assert shocks == model.shocks("alpha", "1", until, LUCK)
    assert shocks[:3] != model.shocks("alpha", "2", until, LUCK)[:3]
    assert SharedSources(rate=0.0).shocks("alpha", "1", until, LUCK) == []
