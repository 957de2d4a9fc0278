"""Later rounds on drawn markets: what is published of them is kept, the rest is drawn, nothing is peeked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbp_sim.errors import InputError
from vbp_sim.streams import Streams
from vbp_sim.truth import programme
from vbp_sim.truth.backtest import Prediction
from vbp_sim.truth.programme import MOST, Round, awarded, drawn_market, firms, rounds
from vbp_sim.truth.replay import read_market_of

Vbp = Callable[..., tuple[int, str, str]]
#: bidders that compute nothing
QUICK = Prediction.model_validate({"bidding": {"model": "rules-of-thumb"}})


def test_the_rounds_are_those_of_which_counts_are_published() -> None:
    assert list(rounds()) == ["batch-5", "batch-7", "batch-8", "batch-9", "batch-10", "batch-11"]
    assert rounds()["batch-10"].success == pytest.approx(385 / 778)
    assert rounds()["batch-10"].winners == pytest.approx(385 / 62)


@settings(max_examples=25)
@given(st.sampled_from(sorted(rounds())), st.integers(0, 50))
def test_a_drawn_market_has_the_published_numbers(name: str, replication: int) -> None:
    """As many drugs and products as the round had, none with fewer firms than the least, the largest known kept."""
    round, n = rounds()[name], firms(rounds()[name], Streams(1, replication))
    assert len(n) == round.drugs
    assert n.sum() == round.bid
    assert n.min() >= round.least
    assert n.max() <= min((*round.largest, MOST)) or tuple(n[: len(round.largest)]) == round.largest
    assert n[len(round.largest) :].max() <= min((*round.largest, MOST))


def test_firms_fill_up_to_the_largest_number_and_no_further() -> None:
    """A round so full that every drug has the most: the draw ends there."""
    full = Round("batch-9", 3, 3 * MOST, 1, 1, (), "", "S", "")
    assert firms(full, Streams(1, 0)).tolist() == [MOST] * 3


def test_no_bid_winner_or_region_of_the_known_round_is_looked_at() -> None:
    template = read_market_of(programme.TEMPLATE)
    other = replace(
        template, products=tuple(replace(p, bid=Decimal("0.01") if p.bid else None) for p in template.products)
    )
    round, luck = rounds()["batch-5"], Streams(1, 0)
    one, two = (drawn_market(round, awarded(market), luck) for market in (template, other))
    assert one.products == two.products
    assert all(p.bid is None and p.selected is None and not p.regions for p in one.products)
    assert {d.id for d in one.drugs} == {f"batch-5-drawn-{i + 1}" for i in range(61)}


def test_each_replication_draws_its_own_market() -> None:
    template, round = awarded(read_market_of(programme.TEMPLATE)), rounds()["batch-9"]
    one, two = (drawn_market(round, template, Streams(1, k)) for k in (0, 1))
    assert [d.ceiling for d in one.drugs] != [d.ceiling for d in two.drugs]
    again = drawn_market(round, template, Streams(1, 0))
    assert (one.drugs, one.products) == (again.drugs, again.products)


def test_a_small_round_is_predicted_beside_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who bids is counted, nobody wins above the places of rules that offer no second chance."""
    small = Round("batch-9", 6, 48, 30, 4, (), "", "S", "")
    monkeypatch.setattr(programme, "rounds", lambda: {"batch-9": small, "batch-10": replace(small, id="batch-10")})
    nine, ten = programme.programme(prediction=QUICK, replications=2)
    assert (nine.winners <= nine.naive_winners + 1e-9).all()
    np.testing.assert_allclose(nine.success * small.bid, nine.winners * small.drugs)
    assert (nine.valid <= 1).all()
    off = programme.errors([nine, ten])
    assert off["winners"][1] == pytest.approx(np.mean([abs(p.naive_winners.mean() - 5) for p in (nine, ten)]))
    assert programme.steps([nine, ten])[0][:3] == ("batch-9", "batch-10", "success")
    assert programme.lines([nine, ten])[-1][0] == "mean error"


def test_a_round_without_counts_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(InputError, match="batch-11"):
        next(programme.programme(["batch-111"]))


def test_the_command_refuses_what_does_not_belong_to_drawn_markets(vbp: Vbp) -> None:
    code, _, error = vbp("backtest", "--synthetic", "all", "--market", "batch-3")
    assert code == 2
    assert "--synthetic goes with" in error


def test_the_command_says_what_it_found_as_json(vbp: Vbp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Round("batch-9", 4, 24, 16, 4, (), "somewhere", "S", "")
    monkeypatch.setattr(programme, "rounds", lambda: {"batch-9": small})
    file = tmp_path / "quick.yaml"
    file.write_text("bidding: {model: rules-of-thumb}\n", "utf-8")
    asked = ("--synthetic", "batch-9", "--replications", "2", "--params", str(file))
    code, out, _ = vbp("backtest", *asked, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["rounds"][0]["success"]["real"] == pytest.approx(16 / 24)
    assert found["rounds"][0]["winners"]["low"] <= found["rounds"][0]["winners"]["high"]
