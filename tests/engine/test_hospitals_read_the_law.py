"""Hospitals read the law: what they are judged by and what they may keep moves what they buy; by signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import Tables, national, same, small

from vbp_sim.engine.expectation import Assessed, expected_ratio
from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.assessment import Points
from vbp_sim.rules.retention import Linear
from vbp_sim.runs.metrics import measure

LINEAR = {"rule": "linear", "most": 1.0}
#: nobody fails, and everybody can make what is asked
AMPLE = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}
SHORT = {"rate_oral": 4.0, "rate_injection": 8.0, "stock_months": 0.0, "default_rate": 0.0, "committed_capacity": 1.0}


def ran(folder: Path, *, choice: Any = None, supply: Any = AMPLE, on_time: float = 0.8, **laws: Any) -> Tables:
    """A run under a national law in which some parts are changed."""
    folder.mkdir(exist_ok=True)
    behaviour = {"supply": supply, "choice": choice or {}}
    finance = {"on_time_share": on_time}
    return simulate(small(folder, laws=national(**laws), behaviour=behaviour, finance=finance), 0)


def share(tables: Tables) -> float:
    return measure(tables)["selected_share"]


NOTHING_TO_KEEP = {"rule": "linear", "most": 0.0}


def test_a_stricter_cap_on_other_products_raises_the_use_of_selected_ones(tmp_path: Path) -> None:
    loose, strict = (
        ran(tmp_path / str(cap), assessment={"nonselected_cap": cap}, retention=NOTHING_TO_KEEP) for cap in (0.5, 0.1)
    )
    assert share(strict) > share(loose)


def test_a_cap_that_few_can_meet_takes_away_what_they_had_to_gain(tmp_path: Path) -> None:
    """Who expects to fail expects to keep nothing, and buys less of the selected products."""
    choice = {"cap_pressure": 0.0}
    loose, strict = (
        ran(tmp_path / str(cap), choice=choice, assessment={"nonselected_cap": cap}, retention=LINEAR)
        for cap in (0.5, 0.05)
    )
    assert share(strict) < share(loose)


def test_who_does_not_mind_the_cap_does_not_answer_to_it(tmp_path: Path) -> None:
    choice = {"cap_pressure": 0.0, "incentive": 0.0}
    loose, strict = (ran(tmp_path / str(c), choice=choice, assessment={"nonselected_cap": c}) for c in (0.5, 0.1))
    same(loose, strict, ("use",))


def test_a_higher_gate_raises_the_use_of_selected_products(tmp_path: Path) -> None:
    low, high = (ran(tmp_path / str(g), assessment={"gate_completion": g}) for g in (1.0, 2.0))
    assert share(high) > share(low)


def test_a_higher_gate_is_passed_by_fewer(tmp_path: Path) -> None:
    low, high = (measure(ran(tmp_path / str(g), assessment={"gate_completion": g})) for g in (1.0, 2.0))
    assert high["assessment_pass_rate"] < low["assessment_pass_rate"]


def points(on_time: float) -> dict[str, float]:
    """Points for paying on time instead of for what everybody earns."""
    return {"on_time_points": on_time, "other_points": 40.0 - on_time}


def test_points_for_paying_on_time_lower_the_use_of_those_who_do_not(tmp_path: Path) -> None:
    """They expect a lower score, and so to keep less of the surplus."""
    few, many = (ran(tmp_path / str(p), on_time=0.0, retention=LINEAR, assessment=points(p)) for p in (0.0, 40.0))
    assert share(many) < share(few)
    assert measure(many)["retained_surplus"] < measure(few)["retained_surplus"]


def test_points_for_paying_on_time_are_nothing_new_to_those_who_do(tmp_path: Path) -> None:
    few, many = (ran(tmp_path / str(p), on_time=1.0, retention=LINEAR, assessment=points(p)) for p in (0.0, 40.0))
    assert share(many) == pytest.approx(share(few), rel=1e-9)


def test_keeping_more_raises_the_use_of_selected_products(tmp_path: Path) -> None:
    none, all_ = (ran(tmp_path / str(m), retention={"rule": "linear", "most": m}) for m in (0.0, 1.0))
    assert share(all_) > share(none)


def test_money_moves_no_use_where_staff_get_none_of_it(tmp_path: Path) -> None:
    none, all_ = (
        ran(tmp_path / str(m), retention={"rule": "linear", "most": m, "staff_share": 0.0}) for m in (0.0, 1.0)
    )
    same(none, all_, ("use",))


def test_the_law_of_a_place_moves_use_there_alone(tmp_path: Path) -> None:
    local = {"from": "2019-01-01", "places": ["north"], "changes": {"assessment": {"gate_completion": 2.0}}}
    usual = simulate(small(tmp_path / "a", behaviour={"supply": AMPLE}), 0)
    strict = simulate(small(tmp_path / "b", behaviour={"supply": AMPLE}, laws={"local": local}), 0)
    north = usual["use"]["province"] == "north"
    assert strict["use"]["selected"][north].sum() > usual["use"]["selected"][north].sum()
    for column in ("selected", "generic", "originator"):
        np.testing.assert_array_equal(usual["use"][column][~north], strict["use"][column][~north])


def test_a_later_law_moves_no_use_before_its_month(tmp_path: Path) -> None:
    later = {"from": "2019-06-01", "changes": {"assessment": {"gate_completion": 2.0}}}
    usual = simulate(small(tmp_path / "a", behaviour={"supply": AMPLE}), 0)
    strict = simulate(small(tmp_path / "b", behaviour={"supply": AMPLE}, laws={"later": later}), 0)
    early = usual["use"]["month"] < np.datetime64("2019-06")
    np.testing.assert_array_equal(usual["use"]["selected"][early], strict["use"]["selected"][early])
    assert strict["use"]["selected"][~early].sum() > usual["use"]["selected"][~early].sum()


@pytest.mark.parametrize("switchable", [0.0, 1.0])
def test_a_shortage_is_no_failure_where_it_is_exempt(tmp_path: Path, switchable: float) -> None:
    """Neither what was not delivered counts against a hospital, nor what it bought instead."""
    choice = {"incentive": 0.0}  # nobody expects anything of the assessment, so use is the same
    supply = {**SHORT, "switchable": switchable}

    def with_exemption(exempt: bool) -> Tables:
        folder = tmp_path / str(exempt)
        return ran(folder, choice=choice, supply=supply, assessment={"shortage_exempt": exempt})

    exempt, counted = with_exemption(True), with_exemption(False)
    same(exempt, counted, ("use", "supply"))
    assert exempt["supply"]["short"].any()
    assert measure(exempt)["assessment_pass_rate"] > measure(counted)["assessment_pass_rate"]


def test_with_the_exemption_as_many_pass_as_without_any_shortage(tmp_path: Path) -> None:
    """Orders do not answer to deliveries here, so a hospital that orders enough has done its duty."""
    choice = {"incentive": 0.0, "pressure": 0.0, "closing": 0.0, "relaxation": 0.0}
    short, ample = (ran(tmp_path / str(s["stock_months"]), choice=choice, supply=s) for s in (
        SHORT, {**AMPLE, "stock_months": 6.0}))  # fmt: skip
    assert short["supply"]["short"].any()
    np.testing.assert_array_equal(short["settlement"]["passed"], ample["settlement"]["passed"])


def test_the_exemption_is_nothing_where_nothing_is_short(tmp_path: Path) -> None:
    same(*(ran(tmp_path / str(e), assessment={"shortage_exempt": e}) for e in (True, False)))


# what is expected, in closed form

NEVER = Assessed(np.full((1, 3), np.nan), np.full((1, 3), np.nan))
NEED, AGREED = np.full((1, 3), 100.0), np.full((1, 3), 60.0)
ON_TIME = np.ones(3, dtype=np.bool_)


def expected(assessment: Points, before: Assessed = NEVER, agreed: Any = AGREED, on_time: Any = ON_TIME,
             most: float = 1.0) -> list[float]:  # fmt: skip
    utility = np.array([[-np.inf, 0.0, np.inf]])
    ratio = expected_ratio(assessment, Linear(most=most), agreed, NEED, utility, on_time, before)
    return ratio[0].tolist()  # type: ignore[no-any-return]


def test_who_was_never_assessed_reckons_with_doing_the_task_at_least() -> None:
    """Completion 1 and a non-selected share of .4, .4 and 0, against a cap of .5."""
    assert expected(Points()) == pytest.approx([1.0, 1.0, 1.0])


def test_a_gate_out_of_reach_leaves_nothing_to_expect_but_to_those_who_like_the_product() -> None:
    """150 units of a need of 100 cannot be bought; 1.5 x 60 of 100 can."""
    assert expected(Points(gate_completion=1.5)) == pytest.approx([1.0, 1.0, 1.0])
    assert expected(Points(gate_completion=2.0)) == [0.0, 0.0, 0.0]


def test_a_cap_below_what_the_task_leaves_to_others_fails_who_does_no_more() -> None:
    assert expected(Points(nonselected_cap=0.3))[:2] == [0.0, 0.0]
    assert expected(Points(nonselected_cap=0.3))[2] == pytest.approx(1.0)


def test_who_has_been_assessed_expects_the_same_again() -> None:
    before = Assessed(np.array([[0.9, 1.2, 2.0]]), np.array([[0.1, 0.6, 0.1]]))
    assert expected(Points(), before) == pytest.approx([0.0, 0.0, 1.0])


def test_who_pays_late_expects_a_lower_score() -> None:
    late = np.zeros(3, dtype=np.bool_)
    assert expected(Points(), on_time=late) == pytest.approx([0.85, 0.85, 0.85])


def test_nothing_is_kept_without_an_agreed_volume_or_a_part_to_keep() -> None:
    assert expected(Points(), agreed=np.zeros((1, 3))) == [0.0, 0.0, 0.0]
    assert expected(Points(), most=0.0) == [0.0, 0.0, 0.0]
