"""The pipeline of evaluations: filed years ahead, known where filed before, and answering to profit only if asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import round_of, rows, small

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.industry import Prospect
from vbp_sim.agents.pipeline import FURTHER, Pipeline
from vbp_sim.engine.simulation import simulate
from vbp_sim.streams import Streams

GOOD = Prospect("alpha", "entrant 1 of alpha", price=4.0, cost=1.0, units=1e8)


def known() -> Products:
    """Three generics of one drug."""
    one = np.ones(3)
    return Products(
        drug=np.zeros(3, dtype=np.int64), manufacturer=("a", "b", "c"), owner=("",) * 3, originator=one == 0,
        pre_price=one, pre_share=one / 3, cost=one / 2, capacity=one, own_api=one == 0, since=one * 0,
        real_bid=one * np.nan, real_selected=np.full(3, -1),
    )  # fmt: skip


def ran(folder: Path, model: str = "pipeline", k: int = 0, **industry: Any) -> Any:
    rounds = {name: round_of(start) for name, start in (("first", "2019-01-01"), ("second", "2022-01-01"))}
    behaviour = {"industry": {"model": model, "growth": 1.0, **industry}, "firms": {"extra_bidders": 0.0}}
    return simulate(small(folder, rounds=rounds, behaviour=behaviour), k)


def test_without_an_answer_the_pipeline_is_entry_and_learning_but_for_its_events(tmp_path: Path) -> None:
    plain, filed = ran(tmp_path / "a", "entry-and-learning"), ran(tmp_path / "b")
    events = filed["events"]["kind"] == "filing"
    assert events.any()
    for name in plain:
        for column, values in plain[name].items():
            seen = filed[name][column][~events] if name == "events" else filed[name][column]
            np.testing.assert_array_equal(values, seen)


def test_who_files_may_bid_two_years_later_and_the_cost_is_sunk(tmp_path: Path) -> None:
    tables = ran(tmp_path, evaluation_cost=3e6)
    filings, bids = rows(tables["events"], kind="filing"), tables["bids"]
    assert (filings["value"] == 3e6).all()
    opened = {r: rows(tables["events"], kind="opening", round=r)["date"][0] for r in ("first", "second")}
    for firm, day in zip(filings["manufacturer"], filings["date"], strict=True):
        rounds = {*bids["round"][bids["manufacturer"] == firm]}
        ready = day + np.timedelta64(730, "D")
        assert rounds == {name for name, opening in opened.items() if ready < opening}


def test_approvals_that_were_filed_before_the_beginning_come_whatever_happens(tmp_path: Path) -> None:
    """An evaluation that pays for nobody stops all that could still be filed, and no other."""
    tables = ran(tmp_path, answers=1.0, evaluation_cost=1e9)
    assert not len(rows(tables["events"], kind="filing")["date"])
    seen = {name for name in tables["bids"]["manufacturer"] if "entrant" in name}
    assert seen
    assert seen < {name for name in ran(tmp_path / "b")["bids"]["manufacturer"] if "entrant" in name}


def test_filings_answer_to_the_markup_by_the_elasticity() -> None:
    model, lucks = Pipeline(answers=0.5, most_times=4.0), [Streams(1, k) for k in range(2000)]
    for markup, times in ((0.25, 0.5), (0.64, 0.8), (4.0, 1.0)):
        seen = replace(GOOD, price=1 + markup)
        assert abs(np.mean([model.files(seen, luck) for luck in lucks]) - times) < 0.03
    more = replace(GOOD, manufacturer=f"{FURTHER} 1 of alpha")
    found = np.mean([model.files(replace(more, price=5.0), luck) for luck in lucks])
    assert abs(found - 1 / 3) < 0.03  # twice the usual number, of at most four times
    assert not any(model.files(replace(more, price=1.9), luck) for luck in lucks)
    assert not model.files(replace(GOOD, units=1e3), lucks[0])
    assert Pipeline().files(replace(GOOD, price=0.5), lucks[0])


def test_more_profit_adds_entrants_and_changes_no_other(tmp_path: Path) -> None:
    few, many = (ran(tmp_path / str(a), answers=a, evaluation_cost=0.0, usual_markup=0.2) for a in (0.0, 1.0))
    a, b = (
        dict(zip(*(rows(t["bids"], round="second")[c].tolist() for c in ("manufacturer", "cost")), strict=True))
        for t in (few, many)
    )
    assert all("entrant" in name for name in {*a} - {*b})  # whose own cost leaves too little
    assert any(FURTHER in name for name in b)
    assert any("entrant" in name for name in {*a} & {*b})
    assert {*rows(few["bids"], round="first")["bid"]} == {*rows(many["bids"], round="first")["bid"]}


def test_a_faster_evaluation_brings_the_same_firms_earlier() -> None:
    """Filed on the same day; the rest of what was filed before goes faster too."""
    slow, fast = (Pipeline(growth=0.3, evaluation_months=m) for m in (24.0, 12.0))
    a, b = (model.entering(known(), ("alpha",), 6.0, Streams(1, 0)) for model in (slow, fast))
    since = dict(zip(b.manufacturer, b.since, strict=True))
    for name, day in zip(a.manufacturer, a.since, strict=True):
        assert since[name] == pytest.approx(day - 365.25 if day >= 730.5 else day / 2)
    days = dict(zip(b.manufacturer, fast.filed(b), strict=True))
    before = dict(zip(a.manufacturer, slow.filed(a), strict=True))
    assert {name: pytest.approx(days[name]) for name in before} == before
    assert len(b.cost) > len(a.cost)  # who files in the last year comes too
