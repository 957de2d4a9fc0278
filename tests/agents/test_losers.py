"""What losers ask: keep, cut under a mark, cut to the linked price, or match, whatever earns most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import round_of, small

from vbp_sim.agents.firms.losers import BestReply, Keep, Lost
from vbp_sim.engine.simulation import simulate
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)
#: a brand that cost 10 where others were selected at 2, and a generic that cost 5
TWO = Lost("d", ("brand", "generic"), np.array([True, False]), np.array([10.0, 5.0]), np.array([0.5, 0.5]), 2.0, 2.0)
#: nothing but the price counts, and volume does not answer to it
PLAIN = {"marked": 0.0, "unlinked": 0.0, "matched": 0.0, "elasticity": 0.0, "elasticity_spread": 0.0}


def asked(lost: Lost = TWO, **parameters: float) -> list[float]:
    return [float(x) for x in BestReply.model_validate({**PLAIN, **parameters}).prices(lost, LUCK)]


def test_who_gains_nothing_by_a_cut_keeps_the_price() -> None:
    assert asked() == [10.0, 5.0]
    assert Keep().prices(TWO, LUCK).tolist() == [10.0, 5.0]


def test_a_mark_that_costs_much_is_undercut_just_so() -> None:
    assert asked(marked=1.0, outside_originator=0.0, outside_generic=0.0) == [4.0, 4.0]


def test_volume_for_the_selected_price_makes_losers_match() -> None:
    assert asked(matched=20.0) == [2.0, 2.0]


def test_elastic_volume_brings_prices_down() -> None:
    """At an elasticity of 3 and cost 0.5 the best price is 0.75; the nearest on offer is the selected one."""
    assert asked(elasticity=3.0) == [2.0, 2.0]
    assert asked(elasticity=0.9) == [10.0, 5.0]


def test_the_linked_price_is_an_offer_of_its_own() -> None:
    assert asked(unlinked=1.0, outside_originator=0.0, outside_generic=0.0) == [3.0, 3.0]
    assert asked(unlinked=1.0, link=1.2, outside_originator=0.0, outside_generic=0.0) == [2.4, 2.4]


def test_what_it_sells_outside_hospitals_keeps_a_price_up() -> None:
    inside, outside = (asked(marked=0.7, outside_originator=share, outside_generic=0.0)[0] for share in (0.0, 0.6))
    assert inside < outside == 10.0


@pytest.mark.parametrize("seed", range(5))
def test_nobody_asks_more_than_before_or_less_than_cost(seed: int) -> None:
    luck = np.random.default_rng(seed)
    price = luck.uniform(1, 20, 40)
    lost = Lost("d", tuple(map(str, range(40))), price > 9, price, price * luck.uniform(0.05, 1.2, 40), 3.0)
    found = BestReply(elasticity=1.0).prices(lost, Streams(seed, 0))
    assert (found <= price).all()
    assert ((found >= lost.cost) | (found == price)).all()
    assert (found < price).any()
    one = replace(lost, manufacturer=lost.manufacturer[:1], originator=lost.originator[:1], price=price[:1])
    one = replace(one, cost=lost.cost[:1])
    assert BestReply(elasticity=1.0).prices(one, Streams(seed, 0))[0] == found[0]


def test_a_run_pays_less_for_losers_that_cut_and_decides_its_tenders_alike(tmp_path: Path) -> None:
    cuts = {"losers": {"model": "best-reply", "matched": 20.0}}
    kept, cut = (
        simulate(small(tmp_path / name, rounds={"first": round_of()}, behaviour=behaviour), 0)
        for name, behaviour in (("a", {}), ("b", cuts))
    )
    for table in ("bids", "awards", "allocation"):
        for column, values in kept[table].items():
            np.testing.assert_array_equal(values, cut[table][column])
    prices = cut["prices"]
    lower = prices["price_after"] < prices["price_before"]
    assert lower[~prices["selected"]].any()
    assert not (kept["prices"]["price_after"] < kept["prices"]["price_before"])[~prices["selected"]].any()
    yuan = [table["accounts"]["yuan"][table["accounts"]["flow"] == "copayment"].sum() for table in (kept, cut)]
    assert yuan[1] < yuan[0]
