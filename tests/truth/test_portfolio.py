"""Which drugs to bid for with one plant: cases that can be done by hand, and the command."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small import write_scenario

from vbp_sim.errors import InputError
from vbp_sim.report.words.language import speaking
from vbp_sim.runs.load import load_scenario
from vbp_sim.truth.own_bid import OwnBid
from vbp_sim.truth.portfolio import SURE, choose, portfolio


def bid(drug: str, volume: object, profit: object, rounds: int = 20) -> OwnBid:
    """A drug with known volumes and profits by price, alike in all rounds unless given by round."""
    volumes, profits = (np.broadcast_to(np.asarray(v, dtype=np.float64), (rounds, 2)) for v in (volume, profit))
    prices = np.array([1.0, 2.0])
    return OwnBid("first", drug, "me", prices, 3.0, np.zeros(rounds), volumes > 0, volumes * 0, volumes, profits)


def test_the_plant_takes_two_smaller_drugs_for_one_larger_one() -> None:
    one, two, three = bid("one", [60, 60], [100, 90]), bid("two", [50, 50], [75, 0]), bid("three", [50, 50], [70, 60])
    assert choose([one, two, three], 100) == [-1, 0, 0]  # 145; with "one" nothing else fits: 100
    assert choose([one, two, three], 110) == [0, 0, -1]
    assert choose([one, two, three], np.inf) == [0, 0, 0]


def test_a_dearer_bid_that_wins_less_volume_makes_room() -> None:
    one, two = bid("one", [90, 40], [100, 80]), bid("two", [60, 60], [50, -5])
    assert choose([one, two], 100) == [1, 0]  # 80 + 50 against 100
    assert choose([one, two], 95) == [0, -1]


def test_a_drug_that_loses_money_is_left_alone() -> None:
    assert choose([bid("one", [10, 10], [-1, 0])], 100) == [-1]


@pytest.mark.parametrize(("crowded", "picks"), [(2, [0, 0]), (3, [0, -1])])
def test_the_plant_may_be_too_small_in_a_tenth_of_the_rounds(crowded: int, picks: list[int]) -> None:
    wins = np.zeros((20, 2))
    wins[:crowded] = 80
    one, two = bid("one", [50, 0], [100, 0]), bid("two", wins, wins)
    assert choose([one, two], 100) == picks


def test_the_choice_is_the_best_of_all() -> None:
    luck = np.random.default_rng(7)
    for _ in range(5):
        bids = [bid(str(d), luck.integers(0, 60, (20, 2)), luck.integers(-20, 90, (20, 2))) for d in range(4)]
        best = 0.0
        for picks in itertools.product((-1, 0, 1), repeat=4):
            taken = [(b, k) for b, k in zip(bids, picks, strict=True) if k >= 0]
            volume = sum((b.volume[:, k] for b, k in taken), np.zeros(20))
            if (volume <= 100).mean() >= SURE:
                best = max(best, sum(float(b.profit[:, k].mean()) for b, k in taken))
        found = choose(bids, 100)
        assert sum(float(b.profit[:, k].mean()) for b, k in zip(bids, found, strict=True) if k >= 0) == pytest.approx(
            best
        )


def test_a_firm_chooses_among_its_drugs_and_says_how_sure_that_is(tmp_path: Path) -> None:
    scenario = load_scenario(write_scenario(tmp_path, behaviour={"bidding": {"model": "rules-of-thumb"}}))
    free = portfolio(scenario, "a1", np.linspace(0.2, 1, 5), replications=12)
    assert [one.drug for one in free.bids] == ["alpha", "beta"]
    assert free.total.mean() == pytest.approx(free.free)
    bound = portfolio(scenario, "a1", np.linspace(0.2, 1, 5), capacity=30_000, replications=12)
    assert (bound.volume <= 30_000).mean() >= SURE
    assert 0 < bound.total.mean() < free.total.mean()
    assert all(0 <= often <= 1 for often in bound.often)
    with pytest.raises(InputError, match="no drug of the round"):
        portfolio(scenario, "nobody", [0.5], replications=3)


def test_the_command_prints_draws_and_speaks_both_languages(tmp_path: Path, vbp: Callable[..., tuple]) -> None:
    file = write_scenario(tmp_path)
    words = ["bid", file, "--firm", "a1", "--portfolio", "--prices", "0.3,0.6,0.9", "--replications", 5]
    code, out, _ = vbp(*words, "--capacity", 40_000, "--json")
    told = json.loads(out)
    assert code == 0
    assert {row["drug"] for row in told["rows"]} == {"alpha", "beta"}
    assert told["profit"] == pytest.approx(sum(row["profit"] for row in told["rows"] if row["bid"]))
    code, out, caution = vbp(*words, "--lang", "zh", "--out", tmp_path / "chart.svg")
    assert code == 0
    assert "品种应投" in out
    assert "模型抽取" in caution
    assert "应投" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    alone = ["bid", file, "--firm", "a1", "--drug", "alpha", "--prices", "0.3:1.8:3", "--replications", 5]
    assert vbp(*alone, "--out", tmp_path / "curve.png")[0] == 0
    assert vbp(*words, "--cost", 1)[0] == 2
    assert vbp("bid", file, "--firm", "a1", "--drug", "alpha")[0] == 2
    with speaking("en"):
        assert "should bid for" in vbp(*words)[1]
