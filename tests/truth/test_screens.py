"""Screens for collusion: by hand, their error rates, and that no name of a drug or firm comes out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import PROVINCES, write_scenario

from vbp_sim.errors import InputError
from vbp_sim.rules.library import rule_set
from vbp_sim.truth.replay import read_market_of
from vbp_sim.truth.screens import SCREENS, TENDERS, Rates, error_rates, observed, of_market, screened, share_of

DRUGS = [f"remedy-{d}" for d in "abcdef"]
FIRMS = [f"maker-{f}" for f in "pqrst"]
BY_NAME = {name: i for i, name in enumerate(SCREENS)}


def written(folder: Path, drugs: int = len(DRUGS), bids: int = len(FIRMS)) -> Path:
    """A scenario of some drugs with five firms each, the first ``bids`` of which have really bid."""
    names = DRUGS[:drugs]
    products = [
        {"drug": d, "manufacturer": f, "originator": 0, "bid": round(0.4 + 0.1 * i, 1) if i < bids else "",
         "selected": int(i < 2)}
        for d in names for i, f in enumerate(FIRMS)
    ]  # fmt: skip
    return write_scenario(
        folder,
        drugs=[{"drug": d, "unit": "tablet", "form": "oral-solid", "ceiling": 1, "qualified": 5} for d in names],
        products=products,
        demand=[{"drug": d, "province": p["province"], "reported": 1e5} for d in names for p in PROVINCES],
        behaviour={"bidding": {"model": "best-response"}},
        replications=2,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("screens")).parent


def rates_of(folder: Path, **asked: Any) -> Rates:
    asked = {"rounds": 20, "workers": 1, **asked}
    return error_rates(read_market_of(str(folder / "market")), rule_set("expansion-2019"), **asked)


@pytest.fixture(scope="module")
def rates(folder: Path) -> Rates:
    return rates_of(folder)


def test_screens_by_hand() -> None:
    found = screened(np.array([4.0, 2.0, 1.0, 1.0]))
    assert found[BY_NAME["cv"]] == pytest.approx(-math.sqrt(2) / 2)
    assert found[BY_NAME["spread"]] == -3
    assert found[BY_NAME["skewness"]] == pytest.approx(-math.sqrt(2))  # 4 / 6 x (8 - 1 - 1) / 2 ** 1.5
    assert found[BY_NAME["kurtosis"]] == pytest.approx(20 / 6 * 18 / 4 - 27 / 2)
    assert found[BY_NAME["distance"]] == 0
    assert found[BY_NAME["equal"]] == 0.5


def test_covers_at_one_price_are_far_from_the_lowest() -> None:
    found = screened(np.array([10.0, 10.0, 6.0, 10.0]))
    assert found[BY_NAME["distance"]] == math.inf
    assert found[BY_NAME["skewness"]] == pytest.approx(2)
    assert found[BY_NAME["equal"]] == 0.75


def test_few_bids_are_not_screened_and_equal_ones_have_no_shape() -> None:
    assert np.isnan(screened(np.array([1.0, 2.0]))).all()
    found = screened(np.array([3.0, 3.0, 3.0]))
    assert (found[BY_NAME["cv"]], found[BY_NAME["equal"]]) == (0, 1)
    assert np.isnan(found[[BY_NAME["kurtosis"], BY_NAME["skewness"], BY_NAME["distance"]]]).all()


@given(st.lists(st.integers(10, 900), min_size=3, max_size=12, unique=True), st.floats(0.01, 100), st.randoms())
def test_unit_and_order_do_not_matter(bids: list[int], unit: float, luck: Any) -> None:
    shuffled = luck.sample(bids, len(bids))
    before, after = screened(np.array(bids, dtype=float)), screened(np.array(shuffled) * unit)
    np.testing.assert_allclose(after, before, rtol=1e-6, atol=1e-9)


def test_interval_of_a_share() -> None:
    none, some = share_of(np.zeros(20, dtype=np.bool_)), share_of(np.arange(20) < 5)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1.6449**2 / (20 + 1.6449**2))  # Wilson's limit of no cases
    assert some.low < some.value == 0.25 < some.high
    assert math.isnan(share_of(np.zeros(0, dtype=np.bool_)).value)


def test_a_ring_that_bids_the_ceiling_is_seen_more_often_than_none(folder: Path, rates: Rates) -> None:
    seen = rates.of("equal")
    assert seen.detection.low > seen.false_alarms.high
    assert seen.round_detection.value > seen.round_false_alarms.value
    assert 0 < rates.ringed.value < 1
    hidden = rates_of(folder, scatter=0.2).of("equal")
    assert hidden.threshold == seen.threshold
    assert hidden.detection.value < seen.detection.value


def test_rounds_without_rings_are_alike_on_both_sides(folder: Path) -> None:
    rates = rates_of(folder, rigged=0.0)
    assert rates.ringed.value == 0
    for rate in rates.rates:
        assert rate.detection.n == 0
        assert rate.with_rings.value <= 0.05 + rate.false_alarms.value  # both halves, one of which set the threshold


def test_the_seed_decides_not_the_workers(folder: Path, rates: Rates) -> None:
    assert rates == rates_of(folder, workers=2)
    assert rates != rates_of(folder, seed=2)


def test_real_bids_are_counted_against_thresholds(folder: Path, rates: Rates) -> None:
    tenders = of_market(read_market_of(str(folder / "market")), rule_set("expansion-2019"))
    assert tenders.shape == (len(DRUGS), len(SCREENS))
    one, twice = observed(rates, [tenders]), observed(rates, [tenders, tenders])
    assert [share.n for share in one] == [len(DRUGS)] * len(SCREENS)
    assert all(a.value == b.value == b.low == b.high for a, b in zip(one, twice, strict=True))


@pytest.mark.parametrize(("drugs", "bids"), [(TENDERS - 1, 5), (6, 2)])
def test_small_markets_are_refused(tmp_path: Path, drugs: int, bids: int) -> None:
    market = read_market_of(str(written(tmp_path, drugs, bids).parent / "market"))
    with pytest.raises(InputError, match="screens need at least 5 such tenders"):
        of_market(market, rule_set("expansion-2019"))


def test_the_command_names_nobody(vbp: Any, folder: Path) -> None:
    market, run = folder / "market", folder / "run"
    rules = ("--rules", "expansion-2019", "--rounds", 20, "--workers", 1)
    assert vbp("run", folder / "small.yaml", "--out", run, "--no-figures", "--quiet")[0] == 0
    for target, replications in ((market, 1), (run, 2)):
        words = ("screen", target, "--market", market, *rules)
        code, out, err = vbp(*words, "--lang", "en" if target == run else "zh")
        assert (code, ("A screen is no proof." if target == run else "筛查不是证据") in out) == (0, True)
        told = vbp(*words, "--json")[1]
        content = json.loads(told)
        assert [row["screen"] for row in content["screens"]] == list(SCREENS)
        assert content["replications"] == replications
        assert not any(name in text for text in (out, err, told) for name in (*DRUGS, *FIRMS))


def test_what_is_not_there_is_said(vbp: Any, folder: Path) -> None:
    code, _, err = vbp("screen", "batch-33")
    assert (code, "no shipped market of that name" in err) == (2, True)
    code, _, err = vbp("screen", folder / "market")
    assert (code, "name one with --rules" in err) == (2, True)
