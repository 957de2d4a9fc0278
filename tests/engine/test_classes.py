"""Need by class of molecules: conserved in DDD, and without effect where a market has no classes.

25 scenarios here, 200 in the slow tests.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_scenarios import drawn
from small import CLASSED, DRUGS, PRODUCTS, SHARED, STEADY, Tables, round_of, same, small, total

from vbp_sim.agents.classes import MoleculeLogit
from vbp_sim.engine.classes import ClassNeed
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.metrics import measure
from vbp_sim.scenario.load import Scenario

FAST, SLOW = 25, 200
#: products whose prices are known, so that who loses may cut
PRICED = [{**p, "pre_price": price} for p, price in zip(PRODUCTS, (1, 2, 3, 4, 30, 50, 60, 1, 2), strict=True)]
Ran = tuple[Scenario, Tables]


@pytest.fixture(
    scope="module",
    params=[*range(FAST), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(FAST, SLOW))],
)
def random(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Scenarios with classes, channels, failures and laws by date and place."""
    scenario = drawn(tmp_path_factory.mktemp("classes"), request.param, classes=True)
    return scenario, simulate(scenario, 0)


def listed(ran: Ran, *columns: str) -> dict[tuple[Any, ...], float]:
    """DDD of the first less the other columns of use, by month, class and place."""
    found: dict[tuple[Any, ...], float] = defaultdict(float)
    for drug in ran[0].market.drugs:
        mine = {name: values[ran[1]["use"]["drug"] == drug.id] for name, values in ran[1]["use"].items()}
        for sign, column in zip((1, *[-1] * len(columns[1:])), columns, strict=True):
            for (month, place), units in total(mine, ("month", "province"), column).items():
                found[month, drug.class_atc, place] += sign * units / (drug.ddd or 1)
    return found


def test_the_need_of_a_class_is_conserved(random: Ran) -> None:
    """What its drugs' own patients need and others would serve = what drugs and others are asked for.

    What waits is need of the month in which it comes.
    """
    own, asked = listed(random, "need", "gained"), listed(random, "need", "alternatives")
    for (month, of, place), doses in listed(random, "waiting").items():
        for sums in (own, asked):
            sums[month, of, place] += doses
            sums[str(np.datetime64(month) + 1), of, place] -= doses
    by = ("month", "class", "province")
    need, other, before = (total(random[1]["classes"], by, name) for name in ("need", "other", "other_before"))
    assert need
    for key, doses in need.items():
        assert own[key] + before[key] == pytest.approx(doses, rel=1e-9, abs=1e-6), key
        assert asked[key] + other[key] == pytest.approx(doses, rel=1e-9, abs=1e-6), key


def test_a_drug_gains_or_loses_and_nothing_below_zero(random: Ran) -> None:
    use, classes, fund = (random[1][name] for name in ("use", "classes", "fund"))
    assert not ((use["gained"] > 0) & (use["alternatives"] > 0)).any()
    for table, names in ((use, ("gained", "alternatives")), (classes, ("other", "price")), (fund, ("replaced",))):
        for name in names:
            assert (table[name] >= 0).all(), name
    assert (use["alternatives"] <= use["need"] * (1 + 1e-9)).all()
    assert (use["gained"] <= use["need"] * (1 + 1e-9)).all()


def test_what_is_needed_is_bought_somewhere_or_unmet(random: Ran) -> None:
    use = random[1]["use"]
    parts = [use[name] for name in ("selected", "generic", "originator", "alternatives", "away", "unmet")]
    np.testing.assert_allclose(sum(parts), use["need"], rtol=1e-9, atol=1e-6)


def outcome(folder: Path, drugs: Any = CLASSED, products: Any = PRODUCTS, **behaviour: Any) -> dict[str, float]:
    return measure(simulate(small(folder, drugs=drugs, products=products, sets=STEADY, behaviour=behaviour), 0))


def alike(share: float) -> list[dict[str, Any]]:
    return [{**drug, "equivalence": share} for drug in CLASSED]


def test_more_equivalent_molecules_leak_more(tmp_path: Path) -> None:
    leaks = [outcome(tmp_path, alike(share), classes={"turning": 0.8})["class_shift"] for share in (0.2, 0.5, 0.9)]
    assert 0 < leaks[0] < leaks[1] < leaks[2]


def test_stricter_shelves_send_patients_to_other_molecules_and_outside(tmp_path: Path) -> None:
    """Committees that keep one brand take originators away; patients turn to other molecules or follow the brand."""

    def run(task: float) -> tuple[dict[str, float], Tables]:
        behaviour = {"classes": {"turning": 0.8}, "choice": {"task": task, "leaving": 0.3, "breadth": 0.2}}
        tables = simulate(small(tmp_path, drugs=CLASSED, sets=STEADY, behaviour=behaviour), 0)
        return measure(tables), tables

    (lax, lax_tables), (strict, strict_tables) = run(0.0), run(8.0)
    assert strict["originator_share"] < lax["originator_share"]
    assert strict["class_shift"] > lax["class_shift"]
    assert strict_tables["use"]["away"].sum() > lax_tables["use"]["away"].sum()


def test_losers_that_cut_more_keep_their_volume(tmp_path: Path) -> None:
    """Their drug is felt to be cheaper, so more of its patients stay; between products price plays no part here."""

    def others(**losers: Any) -> float:
        behaviour = {"classes": {"turning": 0.5, "price": 2.0}, "losers": losers, "choice": {"price": 0.0}}
        scenario = small(tmp_path, drugs=CLASSED, products=PRICED, sets=STEADY, behaviour=behaviour)
        use = simulate(scenario, 0)["use"]
        return float((use["generic"] + use["originator"])[use["agreed"] > 0].sum())

    some, more = ({"model": "best-reply", "elasticity": 3.0, "matched": matched} for matched in (0.5, 20.0))
    assert others(model="keep") < others(**some) <= others(**more)


@pytest.mark.parametrize(
    ("drugs", "classes"),
    [
        (alike(0.0), {"turning": 1.0, "price": 1.0}),
        (DRUGS, {"turning": 1.0, "price": 1.0}),
        (CLASSED, {"model": "none"}),
        (CLASSED, {}),
    ],
    ids=["nobody is alike", "no columns", "no model", "no strength"],
)
def test_where_nobody_can_turn_nothing_changes_by_a_bit(tmp_path: Path, drugs: Any, classes: dict[str, Any]) -> None:
    plain = simulate(small(tmp_path / "plain"), 0)
    same(simulate(small(tmp_path / "classed", drugs=drugs, behaviour={"classes": classes}), 0), plain)
    assert len(plain["classes"]["need"]) == 0


def test_places_without_an_agreement_do_not_move_by_a_bit(tmp_path: Path) -> None:
    """Until the first supply, and where no round applies, need is that of a world without classes."""
    rounds = {"first": round_of(rules={**SHARED, "members": ["north"]})}
    ran, plain = (
        simulate(small(tmp_path / str(t), rounds=rounds, drugs=CLASSED, behaviour={"classes": {"turning": t}}), 0)[
            "use"
        ]
        for t in (0.9, 0.0)
    )
    apart = (ran["province"] != "north") | (ran["month"] < np.datetime64("2019-01", "M"))
    np.testing.assert_array_equal(ran["need"][apart], plain["need"][apart])
    assert ran["alternatives"][~apart].any()


def test_doses_outside_the_list_cost_their_own_price(tmp_path: Path) -> None:
    """With a trend of their own, other molecules cost more, and the net saving falls; volumes stay."""
    runs = [
        simulate(
            small(
                tmp_path, drugs=CLASSED, sets=STEADY,
                behaviour={"classes": {"turning": 0.8, "residual_trend": trend}},
            ), 0,
        ) for trend in (0.0, 0.1)
    ]  # fmt: skip
    same(*runs, names=["use"])
    still, dearer = (run["fund"]["alternatives"].sum() for run in runs)
    assert dearer > still > 0


@pytest.mark.parametrize(("lost", "month", "dearer"), [(0.4, 0, 0.0), (0.0, 18, 1.0)])
def test_other_molecules_move_as_far_as_the_class_and_grow_dear_from_its_first_agreement_on(
    tmp_path: Path, lost: float, month: int, dearer: float
) -> None:
    """By hand: alpha and gamma share a class with the rest of it, whose price rises by a tenth a year."""
    market = small(tmp_path, drugs=CLASSED).market
    model = MoleculeLogit(turning=0.5, price=1.0, residual=0.42, residual_trend=0.1)
    classes, units = ClassNeed(model, market, np.ones((3, 3)), 19), market.reported[:, 0]
    none = np.zeros(3)
    classes.move(month, 0, units, units, np.array([lost, 0, 0]), none, np.full(3, month - 12 * int(dearer)))
    doses, alike = units[[0, 2]] / [2.0, 1.0], np.array([0.8, 0.5])
    other = doses.sum() * 0.42 / 0.58
    movable = np.append(doses * alike, other * (doses * alike).sum() / doses.sum())
    pull = movable * [1 - 0.5 * lost, 1, 1.1**-dearer]
    got = other - movable[2] + movable.sum() * pull[2] / pull.sum()
    assert classes.other[month, classes.ids.index("C10AA"), 0] == pytest.approx(got)
