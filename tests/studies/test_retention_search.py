"""What hospitals keep costs the fund: it is in `fund_net`, and a search on that does not end at keeping everything."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import national
from sweeping import write_sweep

from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.replications import run_one
from vbp_sim.studies.optimize import Candidate, objectives, optimize
from vbp_sim.studies.sweep import Options, begin


@functools.cache
def pilot(most: float) -> dict[str, float]:
    """Mean metrics of the pilot where hospitals keep up to this part of the measured savings."""
    scenario = load_scenario("pilot-2018", "", (f"laws.national.changes.retention={{rule: linear, most: {most}}}",))
    runs = [run_one(scenario, k).metrics for k in range(2)]
    return {name: float(np.mean([run[name] for run in runs])) for name in ("fund_net", "fund_saving", "retained_share")}


def test_the_fund_nets_more_without_retention_and_less_the_more_is_kept() -> None:
    assert pilot(0.0)["fund_net"] > pilot(0.5)["fund_net"] > pilot(1.0)["fund_net"]


def test_gross_and_net_are_one_where_nothing_is_kept() -> None:
    assert pilot(0.0)["retained_share"] == 0
    assert pilot(0.0)["fund_net"] == pytest.approx(pilot(0.0)["fund_saving"])


def test_the_gross_saving_alone_would_ask_for_all_to_be_kept() -> None:
    """Hospitals that keep more buy more of the selected products, and gross nobody counts what they keep."""
    assert pilot(1.0)["fund_saving"] > pilot(0.5)["fund_saving"] > pilot(0.0)["fund_saving"]


def test_a_search_for_what_the_fund_nets_does_not_end_at_keeping_all(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    levers = {"kept": {"path": "laws.national.changes.retention.most", "values": [0.0, 0.25, 0.5, 0.75, 1.0]}}
    scenario: dict[str, Any] = {"laws": national(retention={"rule": "linear", "most": 0.5})}
    study = begin(write_sweep(tmp_path, scenario, levers=levers), tmp_path / "s")
    front = optimize(study, objectives(["fund_net", "fund_saving"]), 16, Options(executor="serial"))

    def best(metric: str) -> Candidate:
        return max(front, key=lambda candidate: candidate.objectives[metric])

    assert best("fund_net").values["kept"] == 0.0
    assert best("fund_saving").values["kept"] == 1.0
