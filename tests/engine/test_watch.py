"""The watch over agreement years: marks, the ladder of consequences, excuses, and how hospitals answer; by signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import Tables, national, rows, same, small

from vbp_sim.agents.choice.interface import Choice
from vbp_sim.agents.choice.task_first import TaskFirst
from vbp_sim.engine.simulation import simulate
from vbp_sim.facts import read
from vbp_sim.rules.local.watch import RED, YELLOW, Monthly, Unwatched
from vbp_sim.runs.metrics import measure

#: institutions that hardly want the selected products, so that many fall behind
SLOW: dict[str, Any] = {"information": -1.0, "pressure": 1.0, "closing": 0.0}
LINEAR = {"rule": "linear", "most": 1.0}


def ran(folder: Path, *, choice: Any = None, watch: Any = None, supply: Any = None, **laws: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {"choice": {**SLOW, "mark_pull": 0.0, **(choice or {})}, "supply": supply or {}}
    laws |= {"watch": {"rule": "monthly", **watch}} if watch is not None else {}
    return simulate(small(folder, laws=national(**laws), behaviour=behaviour), 0)


def count(tables: Tables, kind: str) -> float:
    events = tables["events"]
    return float(events["value"][events["kind"] == kind].sum())


def posted(tables: Tables, flow: str) -> float:
    accounts = tables["accounts"]
    return float(accounts["yuan"][accounts["flow"] == flow].sum())


def test_to_look_changes_nothing_but_what_is_seen(tmp_path: Path) -> None:
    """Without consequences and a pull, a watched run is the run that nobody watches."""
    blind = ran(tmp_path / "a")
    seen = ran(tmp_path / "b", watch={"interview_points": 0.0})
    assert len(blind["watch"]["month"]) == 0
    assert seen["watch"]["red"].sum() > 0
    same(blind, seen, [name for name in blind if name not in ("watch", "events")])


def test_marks_are_those_of_the_progress_until_then(tmp_path: Path) -> None:
    """Of all institutions of a drug and place together, worked out from the table of use."""
    tables = ran(tmp_path, watch={"red": 0.8, "yellow": 0.9})
    watch, use = rows(tables["watch"], province="south", level="tertiary"), tables["use"]
    assert len(watch["month"]) > 0
    for i in np.flatnonzero((watch["drug"] != "") & (watch["institutions"] == 1)).tolist():
        mine = rows(use, drug=watch["drug"][i], province="south", level="tertiary")
        month = watch["month"][i]
        year = (mine["month"] >= np.datetime64("2019-01") + 12 * int(month >= np.datetime64("2020-01"))) & (
            mine["month"] < month
        )
        progress = mine["selected"][year].sum() / mine["agreed"][year].sum()
        if year.sum() < 3:
            assert watch["red"][i] + watch["yellow"][i] == 0
        elif not watch["unstocked"][i]:
            assert (watch["red"][i], watch["yellow"][i]) == (int(progress < 0.8), int(0.8 <= progress < 0.9))


def test_an_institution_counts_once_for_all_its_drugs(tmp_path: Path) -> None:
    watch = ran(tmp_path, watch={})["watch"]
    whole, each = watch["drug"] == "", watch["drug"] != ""
    for month in np.unique(watch["month"]):
        now = watch["month"] == month
        assert watch["red"][whole & now].sum() <= watch["red"][each & now].sum()
        assert watch["institutions"][whole & now].sum() == 21
    assert (watch["red"] + watch["yellow"] <= watch["institutions"]).all()


def test_events_say_what_the_table_says(tmp_path: Path) -> None:
    tables = ran(tmp_path, watch={"interview_after": 1})
    each = tables["watch"]["drug"] != ""
    assert count(tables, "interview") == tables["watch"]["interviewed"][each].sum() > 0
    events = tables["events"]
    for i in np.flatnonzero(events["kind"] == "warning").tolist():
        now = each & (tables["watch"]["month"] == events["date"][i].astype("datetime64[M]"))
        now &= tables["watch"]["province"] == events["province"][i]
        (marked,) = read(events["text"][i])
        assert marked.values == {colour: tables["watch"][colour][now].sum() for colour in ("yellow", "red")}


def test_who_is_marked_already_is_not_warned_of_again(tmp_path: Path) -> None:
    tables = ran(tmp_path, watch={"red": 2.0, "yellow": 2.0})
    marks = tables["watch"]["red"][tables["watch"]["drug"] != ""]
    assert marks.max() <= count(tables, "warning") < marks.sum() / 3


def test_red_months_before_a_pause_of_the_law_do_not_count_after_it(tmp_path: Path) -> None:
    """Three months are judged, July is not, five are: four in a row are over in November."""
    law = {"rule": "monthly", "red": 2.0, "yellow": 2.0, "interview_after": 4}
    laws = {
        **national(watch=law),
        "pause": {"from": "2019-07-01", "changes": {"watch": {"rule": "none"}}},
        "again": {"from": "2019-08-01", "changes": {"watch": law}},
    }
    watch = simulate(small(tmp_path, laws=laws, behaviour={"choice": SLOW}), 0)["watch"]
    called = watch["month"][watch["interviewed"] > 0]
    assert np.unique(called[called < np.datetime64("2020")]).astype(str).tolist() == ["2019-11"]


LEVERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "points": ({"interview_points": 0.0}, {"interview_points": 30.0}, "settlement.retained"),
    "failed": ({"failed_after": None}, {"failed_after": 1}, "settlement.passed"),
    "budget": ({"budget_cut": 0.0}, {"budget_cut": 0.9}, "settlement.budget"),
    "interviews": ({"interview_after": None}, {"interview_after": 1}, "watch.interviewed"),
    "lines": ({"red": 0.1, "yellow": 0.1}, {"red": 0.9, "yellow": 0.9}, "watch.red"),
}


@pytest.mark.parametrize("lever", LEVERS)
def test_every_step_of_the_ladder_bites(tmp_path: Path, lever: str) -> None:
    off, strong, column = LEVERS[lever]
    law = {"retention": LINEAR, "assessment": {"gate_completion": 0.3}}
    choice = {"incentive": 0.0}
    weak, hard = (
        ran(tmp_path / name, choice=choice, watch={"interview_after": 1, "red": 1.5, "yellow": 1.5, **watch}, **law)
        for name, watch in (("off", off), ("strong", strong))
    )
    table, name = column.split(".")
    a, b = (float(tables[table][name].sum()) for tables in (weak, hard))
    assert b > a if table == "watch" else b < a
    same(weak, hard, ("use",))


def test_the_deduction_is_what_the_events_say_and_a_part_of_what_was_missed(tmp_path: Path) -> None:
    none, some, all_ = (
        ran(tmp_path / str(part), choice={"incentive": 0.0}, watch={"deduction": part}) for part in (0.0, 0.25, 1.0)
    )
    assert posted(none, "deduction") == count(none, "deduction") == 0
    assert posted(some, "deduction") > 0
    assert posted(some, "deduction") == pytest.approx(count(some, "deduction"))
    assert posted(all_, "deduction") == pytest.approx(4 * posted(some, "deduction"))
    assert measure(all_)["deductions"] == pytest.approx(posted(all_, "deduction"))


def test_a_mark_that_pulls_raises_the_use_of_selected_products(tmp_path: Path) -> None:
    none, weak, strong = (
        ran(tmp_path / str(pull), choice={"mark_pull": pull}, watch={})["use"]["selected"].sum()
        for pull in (0.0, 0.5, 3.0)
    )
    assert none < weak < strong


def test_a_mark_that_pulls_moves_nothing_where_nobody_watches(tmp_path: Path) -> None:
    same(*(ran(tmp_path / str(pull), choice={"mark_pull": pull}) for pull in (0.0, 3.0)))


def test_marked_institutions_may_put_the_product_on_their_shelf(tmp_path: Path) -> None:
    choice = {"breadth": 0.3, "shelf_spread": 1.0}
    left, pressed = (ran(tmp_path / str(pull), choice={**choice, "mark_pull": pull}, watch={}) for pull in (0.0, 5.0))
    assert left["watch"]["unstocked"].sum() > pressed["watch"]["unstocked"].sum()
    assert left["settlement"]["stocked"].sum() < pressed["settlement"]["stocked"].sum()


@pytest.mark.parametrize("cause", ["changed_need", "emergency", "seasonal"])
def test_who_is_excused_passes_pays_nothing_and_is_not_marked(tmp_path: Path, cause: str) -> None:
    watch = {"deduction": 0.5}
    none, half, all_ = (
        ran(tmp_path / str(p), choice={"incentive": 0.0}, watch=watch, assessment={cause: p}) for p in (0.0, 0.5, 1.0)
    )
    assert posted(none, "deduction") > posted(half, "deduction") > posted(all_, "deduction") == 0
    assert all_["watch"]["red"].sum() + all_["watch"]["yellow"].sum() == 0
    assert (all_["settlement"]["passed"] == all_["settlement"]["institutions"]).all()
    assert 0 < half["watch"]["excused"].sum() < all_["watch"]["excused"].sum()
    assert measure(none)["assessment_pass_rate"] < measure(half)["assessment_pass_rate"] < 1


def test_causes_have_draws_of_their_own(tmp_path: Path) -> None:
    one, other, both = (
        ran(tmp_path / name, watch={}, assessment=law)["watch"]["excused"].sum()
        for name, law in (
            ("a", {"emergency": 0.4}),
            ("b", {"seasonal": 0.4}),
            ("c", {"emergency": 0.4, "seasonal": 0.4}),
        )
    )
    assert max(one, other) < both < one + other


def test_a_shortage_gives_no_mark_where_it_is_exempt(tmp_path: Path) -> None:
    short = {"rate_oral": 4.0, "rate_injection": 8.0, "stock_months": 0.0, "committed_capacity": 1.0}
    choice = {"information": 3.0, "incentive": 0.0}
    exempt, counted = (
        ran(tmp_path / str(e), choice=choice, supply=short, watch={}, assessment={"shortage_exempt": e})
        for e in (True, False)
    )
    assert exempt["watch"]["red"].sum() < counted["watch"]["red"].sum()


def test_a_law_that_comes_later_or_in_one_place_watches_then_and_there(tmp_path: Path) -> None:
    laws = {"north": {"from": "2019-07-01", "places": ["north"], "changes": {"watch": {"rule": "monthly"}}}}
    watch = simulate(small(tmp_path, laws=laws), 0)["watch"]
    assert {*watch["province"].tolist()} == {"north"}
    assert watch["month"].min() == np.datetime64("2019-07")


def test_no_cap_on_other_products_is_a_cap_of_one(tmp_path: Path) -> None:
    """Whoever completes passes, whatever else it buys."""
    settled = ran(tmp_path, choice={"incentive": 0.0}, assessment={"nonselected_cap": 1.0})["settlement"]
    assert (settled["passed"] >= settled["completed"]).all()
    strict = ran(tmp_path, choice={"incentive": 0.0, "cap_pressure": 0.0}, assessment={"nonselected_cap": 0.2})
    loose = ran(tmp_path, choice={"incentive": 0.0, "cap_pressure": 0.0}, assessment={"nonselected_cap": 1.0})
    assert strict["settlement"]["passed"].sum() < loose["settlement"]["passed"].sum()


# the rule, in closed form


def test_marks_by_the_lines_and_the_months() -> None:
    progress = np.array([0.5, 0.85, 0.95, 0.95])
    unstocked = np.array([False, False, False, True])
    marks = Monthly().marks(progress, unstocked, np.full(4, 3))
    assert marks.tolist() == [RED, YELLOW, 0, RED]
    assert not Monthly().marks(progress, unstocked, np.full(4, 2)).any()
    assert Monthly(access_month=None).marks(progress, unstocked, np.full(4, 3)).tolist() == [RED, YELLOW, 0, 0]
    assert not Unwatched().marks(progress, unstocked, np.full(4, 12)).any()


@given(st.integers(1, 12), st.integers(0, 40))
def test_interviews_come_every_so_many_red_months(after: int, months: int) -> None:
    called = Monthly(interview_after=after).interviewed(np.arange(1, months + 1))
    assert called.sum() == months // after


def test_red_above_yellow_is_refused() -> None:
    with pytest.raises(ValueError, match="red"):
        Monthly(red=0.9, yellow=0.8)


def test_a_model_without_a_pull_answers_to_no_mark() -> None:
    marks = np.array([[0, 1, 2]])
    assert Choice.marked(TaskFirst(), marks).tolist() == [[0, 0, 0]]
    assert TaskFirst(mark_pull=0.5).marked(marks).tolist() == [[0, 0.5, 1.0]]
