"""The prices that the rules of a round draw in the chart of one tender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from vbp_sim.report.charts import catalogue
from vbp_sim.report.charts.bids_ladder import thresholds

RULE = {"rule": "threshold", "ratio": 1.8, "cut": 0.5, "anchor": {"rule": "lowest"}}


def run_under(folder: Path, selection: dict[str, Any]) -> Any:
    return synthetic.write(folder, inputs={"rounds": {"pilot": {"rules": {"selection": selection}}}})


def rows(bids: list[float], ceiling: float) -> dict[str, np.ndarray[Any, Any]]:
    n = len(bids)
    return {"round": np.array(["pilot"] * n, dtype=object), "bid": np.array(bids), "ceiling": np.full(n, ceiling)}


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (RULE, [3.6, 5.0]),
        ({**RULE, "cut": None}, [3.6]),
        ({**RULE, "ratio": None}, [5.0]),
        ({**RULE, "anchor": {"rule": "mean-share"}}, [5.0]),
        ({"rule": "lowest"}, []),
    ],
)
def test_thresholds_are_those_of_the_rule(tmp_path: Path, selection: dict[str, Any], wanted: list[float]) -> None:
    found = thresholds(run_under(tmp_path / "run", selection), rows([2.0, 4.0, 90.0], 10.0))
    assert [line.yuan for line in found] == pytest.approx(wanted)


def test_a_bid_above_the_ceiling_is_no_anchor_and_no_ceiling_no_cut(tmp_path: Path) -> None:
    run = run_under(tmp_path / "run", RULE)
    assert [line.yuan for line in thresholds(run, rows([12.0, 8.0], 10.0))] == pytest.approx([14.4, 5.0])
    assert [line.yuan for line in thresholds(run, rows([12.0, 8.0], 0.0))] == pytest.approx([14.4])


def test_the_ladder_draws_and_names_them(tmp_path: Path) -> None:
    chart = catalogue.draw("bids-ladder", run_under(tmp_path / "run", RULE))
    texts = [t.get_text() for t in chart.figure.findobj(lambda a: hasattr(a, "get_text"))]
    assert "1.8 times the lowest bid" in texts
    assert "50 % below the ceiling" in texts
