"""What platforms see and which prices stand on them: leaks, linked prices, marks, and the price index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import PRODUCTS, STEADY, Tables, national, round_of, rows, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.local.platform import Cap
from vbp_sim.runs.metrics import measure

AMPLE = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}
#: hospitals that order the same whatever was counted
DEAF = {"incentive": 0.0, "pressure": 0.0, "closing": 0.0, "relaxation": 0.0, "cap_pressure": 0.0, "price_mark": 0.0}
DEAR = [{**p, "pre_price": price} for p, price in zip(PRODUCTS, (1.5, 1.8, 1.9, 9, 30, 35, 90, 0.4, 0.45), strict=True)]


def ran(
    folder: Path, *, choice: Any = None, rounds: Any = None, losers: Any = None, bidding: Any = None, **platform: Any
) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {
        "supply": AMPLE, "choice": choice or {}, "losers": losers or {"model": "keep"}, "bidding": bidding or {},
    }  # fmt: skip
    rounds = rounds or {"first": round_of(rules=term(24))}
    laws = national(platform=platform)
    return simulate(small(folder, sets=STEADY, rounds=rounds, products=DEAR, laws=laws, behaviour=behaviour), 0)


def test_what_leaks_is_used_and_paid_but_not_counted(tmp_path: Path) -> None:
    all_, some = (ran(tmp_path / str(r), choice=DEAF, online_rate=r, offline_price=1.2) for r in (1.0, 0.8))
    same(all_, some, ("use", "supply"))
    assert measure(some)["completion"] == pytest.approx(0.8 * measure(all_)["completion"])
    more = measure(all_)["patient_saving"] - measure(some)["patient_saving"]
    assert more > 0
    assert measure(some)["fund_saving"] == pytest.approx(measure(all_)["fund_saving"])


def test_hospitals_order_more_where_a_part_is_not_counted(tmp_path: Path) -> None:
    all_, some = (measure(ran(tmp_path / str(r), online_rate=r)) for r in (1.0, 0.6))
    assert some["selected_share"] > all_["selected_share"]


def test_a_mark_moves_use_to_selected_products_and_losers_come_under_it(tmp_path: Path) -> None:
    none, red = (measure(ran(tmp_path / str(r), red=r)) for r in (None, 1.5))
    assert red["selected_share"] > none["selected_share"]
    answer = {"model": "best-reply", "marked": 0.9, "unlinked": 0.0, "matched": 0.0, "outside_originator": 0.0}
    kept, cut = (ran(tmp_path / f"l{r}", choice=DEAF, losers=answer, red=r)["prices"] for r in (None, 1.5))
    lost = ~kept["selected"]
    assert (cut["price_after"][lost] <= kept["price_after"][lost] + 1e-9).all()
    assert (cut["price_after"][lost] < kept["price_after"][lost] - 1e-9).any()


def apart(second: str) -> dict[str, Any]:
    """A round of the north, and a later one of the others."""
    one, two = ({**term(24), "members": members} for members in (["north"], ["south", "east"]))
    return {"first": round_of(rules=one), "second": round_of(second, rules=two)}


def test_linked_prices_come_down_elsewhere_after_their_months(tmp_path: Path) -> None:
    """Hospitals outside the round buy what was selected elsewhere at the linked price."""
    free, linked = (ran(tmp_path / str(k), rounds=apart("2021-01-01"), link=k, link_months=4) for k in (None, 1.0))
    a, b = rows(free["fund"], province="south"), rows(linked["fund"], province="south")
    since = a["month"] >= np.datetime64("2019-05")
    alone = since & (a["month"] < np.datetime64("2021-01"))
    np.testing.assert_array_equal(a["baseline"], b["baseline"])
    np.testing.assert_array_equal(a["spend"][~since], b["spend"][~since])
    assert (b["spend"][alone] < a["spend"][alone]).all()
    assert b["price_index"][-1] < a["price_index"][-1]


def test_firms_know_linked_prices_when_they_bid_again(tmp_path: Path) -> None:
    """What was selected in one round costs no more elsewhere when the next one is opened there."""
    free, linked = (
        rows(ran(tmp_path / str(k), rounds=apart("2021-01-01"), link=k)["bids"], round="second") for k in (None, 1.0)
    )
    known = ~np.isnan(free["pre_price"])
    assert (linked["pre_price"][known] <= free["pre_price"][known]).all()
    assert (linked["pre_price"][known] < free["pre_price"][known]).any()


def test_the_next_ceiling_follows_linked_prices_where_it_says_so(tmp_path: Path) -> None:
    """It is the lowest price in force, which a link brings down for whom the first round selected."""
    rounds = apart("2021-01-01")
    rounds["second"]["rules"]["ceiling"] = {"rule": "in-force", "factor": 0.9}
    free, linked = (ran(tmp_path / str(k), rounds=rounds, link=k, choice=DEAF) for k in (None, 1.0))
    ceiling = [
        dict(zip(*(rows(t["awards"], round="second")[c] for c in ("drug", "ceiling")), strict=True))
        for t in (free, linked)
    ]
    assert any(ceiling[1][drug] < ceiling[0][drug] for drug in ceiling[0])
    for tables, found in zip((free, linked), ceiling, strict=True):
        bids = rows(tables["bids"], round="second")
        for drug, top in found.items():
            assert top == pytest.approx(0.9 * np.nanmin(bids["pre_price"][bids["drug"] == drug]), abs=1e-5)


@pytest.mark.parametrize("model", ["rules-of-thumb", "best-response"])
def test_who_sells_elsewhere_bids_higher_or_stays_away(tmp_path: Path, model: str) -> None:
    """A small round whose prices bind the rest of the nation is not worth a low bid."""
    rounds = {"first": round_of(rules={**term(24), "members": ["south"]})}
    free, some, linked = (
        ran(tmp_path / f"{k}{part}", rounds=rounds, link=k, bidding={"model": model, "linked": part})["bids"]
        for k, part in ((None, 1.0), (1.0, 0.0), (1.0, 1.0))
    )
    np.testing.assert_array_equal(free["bid"], some["bid"])
    valid = (free["rank"] > 0) & (linked["rank"] > 0)
    assert (linked["rank"] > 0).sum() < (free["rank"] > 0).sum() or linked["bid"][valid].mean() > free["bid"][
        valid
    ].mean()
    assert not np.array_equal(free["bid"], linked["bid"], equal_nan=True)


def test_a_round_of_the_whole_nation_has_nothing_elsewhere(tmp_path: Path) -> None:
    free, linked = (ran(tmp_path / str(k), link=k) for k in (None, 1.0))
    same(free, linked, ("bids", "awards"))


def test_the_index_moves_with_the_round_by_the_prices_of_what_was_bought_before(tmp_path: Path) -> None:
    tables = ran(tmp_path)
    fund, use = rows(tables["fund"], province="north"), rows(tables["use"], province="north")
    start = np.datetime64("2019-01")
    before = fund["month"] < start
    np.testing.assert_allclose(fund["price_index"][before], 1)
    assert (fund["price_index"][~before] == fund["price_index"][~before][0]).all()
    worth, change = fund["spend"][fund["month"] == start - 1].sum(), 0.0
    for main, drug in zip(*(rows(tables["allocation"], province="north")[c] for c in ("main", "drug")), strict=True):
        price = rows(tables["prices"], drug=drug, manufacturer=main)
        mine = rows(use, drug=drug, month=start - 1)["selected"].sum()
        change += mine * (price["price_after"] - price["price_before"]).sum()
    assert fund["price_index"][-1] == pytest.approx(1 + change / worth, rel=1e-9)


def test_marks_by_hand() -> None:
    np.testing.assert_allclose(Cap(yellow=1.8, red=5).marks(np.array([1.0, 1.8, 4.9, 5.0])), [0, 0.25, 0.25, 1])
    np.testing.assert_allclose(Cap().marks(np.array([100.0])), 0)
    with pytest.raises(ValueError, match="yellow"):
        Cap(yellow=3, red=2)
