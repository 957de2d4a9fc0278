"""What costs rest on beside the ceiling: ingredient and conversion, entry, companies, absolute figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from small import DRUGS, PRODUCTS, small

from vbp_sim.agents.firms.anchored_costs import AnchoredCosts
from vbp_sim.agents.firms.from_below import VAT, kilograms
from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams

STRONG = [{**drug, "strength": strength} for drug, strength in zip(DRUGS, ("0.5g", "10mg/2ml", ""), strict=True)]
FLAT = {"drug_spread": 0.0, "firm_spread": 0.0, "own_api_share": 0.0, "extra_bidders": 0.0}


def market(folder: Path, **more: object) -> Market:
    return small(folder, **more).market  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strength", "mg"),
    [("10mg", 10), ("0.25g", 250), ("150mg+12.5mg", 162.5), ("20 \u03bcg", 0.02), ("5ml:50mg", 50), ("1.5 kg", 1.5e6)],
)
def test_a_strength_says_how_much_ingredient_there_is(strength: str, mg: float) -> None:
    assert kilograms(strength) == pytest.approx(mg * 1e-6)


@pytest.mark.parametrize("strength", ["", "40 units", "2ml", "mg"])
def test_or_it_does_not(strength: str) -> None:
    assert kilograms(strength) is None


def test_no_cost_is_under_ingredient_conversion_and_tax(tmp_path: Path) -> None:
    """Half a gram at 1,000 yuan/kg and 0.3 for the tablet: 0.904 yuan; drugs without a strength have no floor."""
    there, plain = market(tmp_path, drugs=STRONG), TwoLevelCosts(cost_median=0.05)
    floored = plain.model_copy(
        update={"ingredient_price": 1000.0, "ingredient_spread": 0.0, "conversion_oral": 0.3, "conversion_injection": 2}
    )
    for seed in range(5):
        a, b = (model.products(there, Streams(seed, 0)) for model in (plain, floored))
        least = np.array([(0.5 + 0.3) * VAT, (0.01 + 2) * VAT, 0.0])[a.drug]
        np.testing.assert_allclose(b.cost, np.maximum(a.cost, least))


def test_a_price_of_the_ingredient_is_one_for_all_firms_of_a_drug(tmp_path: Path) -> None:
    there, model = market(tmp_path, drugs=STRONG), TwoLevelCosts(cost_median=0.001, ingredient_price=1000.0)
    drawn = [p.cost[p.of(0)] for p in (model.products(there, Streams(seed, 0)) for seed in range(4))]
    assert len({float(cost[0]) for cost in drawn}) == 4
    assert all(np.unique(cost).size == 1 for cost in drawn)


def test_a_drug_whose_usual_cost_is_known_does_not_hang_on_its_ceiling(tmp_path: Path) -> None:
    """Consumables: an absolute figure. Firms differ around it, whatever the ceiling is."""
    for k, model in enumerate((TwoLevelCosts(drug_spread=0.8), AnchoredCosts(drug_spread=0.8))):
        there = market(tmp_path / str(k))
        known = [replace(drug, cost=Decimal(3), kind="consumable") for drug in there.drugs]
        high = [replace(drug, ceiling=Decimal(900)) for drug in known]
        a, b = (model.products(replace(there, drugs=tuple(d)), Streams(1, 0)).cost for d in (known, high))
        np.testing.assert_array_equal(a, b)
        alike = model.model_copy(update=FLAT).products(replace(there, drugs=tuple(known)), Streams(1, 0))
        np.testing.assert_allclose(alike.cost[~alike.originator], 3.0)


def test_usual_costs_fall_with_the_number_of_qualified_firms(tmp_path: Path) -> None:
    """As far as earlier prices anchor them: here none is known, so that ceilings have no weight if it fades."""
    there = market(tmp_path)
    few, many = (AnchoredCosts(entry=0.3, fade=1.0, more_bidders=k, **FLAT) for k in (0, 5))
    a, b = (model.products(there, Streams(1, 0)) for model in (few, many))
    for d in range(3):
        n, more = len(a.of(d)), len(b.of(d))
        assert more == n + 5
        assert b.cost[b.of(d)][0] / a.cost[a.of(d)][0] == pytest.approx((more / n) ** -0.3)


def test_a_company_keeps_its_effect_in_all_its_drugs_and_rounds(tmp_path: Path) -> None:
    """With `lasting` 1 a firm of two drugs lies as far from the usual cost in both; firms of an owner count as one;
    nothing in the address names a round, so a later market of the same firms finds them alike.
    """
    rows = [{**p, "owner": "group" if p["manufacturer"] in ("a1", "g2") else ""} for p in PRODUCTS]
    model = AnchoredCosts(lasting=1.0, **{**FLAT, "firm_spread": 0.5})
    p = model.products(market(tmp_path / "a", products=rows), Streams(1, 0))
    usual = model.model_copy(update={"firm_spread": 0.0}).products(market(tmp_path / "a"), Streams(1, 0)).cost
    off = dict(zip(zip(p.drug.tolist(), p.manufacturer, strict=True), np.log(p.cost / usual), strict=True))
    assert off[0, "a1"] == pytest.approx(off[1, "a1"]) == pytest.approx(off[2, "g2"])
    assert off[0, "a1"] != pytest.approx(off[0, "a2"])
    later = [{**row, "ceiling": 3 * float(str(row["ceiling"]))} for row in DRUGS]
    q = model.products(market(tmp_path / "b", products=rows, drugs=later), Streams(1, 0))
    np.testing.assert_allclose(q.cost / p.cost, (q.cost / p.cost)[0])
    np.testing.assert_array_equal(q.own_api, p.own_api)


def test_how_much_of_the_spread_lasts(tmp_path: Path) -> None:
    """The correlation of a firm's effects in two drugs is `lasting`; the spread is the same."""
    there = market(tmp_path)
    model = AnchoredCosts(lasting=0.4, **{**FLAT, "firm_spread": 0.5})
    drawn = [model.products(there, Streams(k, 0)).cost for k in range(600)]
    logs = np.log([[cost[0], cost[4]] for cost in drawn])  # a1 of alpha and of beta
    assert logs.std(axis=0) == pytest.approx([0.5, 0.5], rel=0.1)
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(0.4, abs=0.12)
