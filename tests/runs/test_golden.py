"""The shipped scenarios: their summaries as they were, and the published figures that they must come near.

A summary that changes on purpose is written anew with `pytest tests/runs/test_golden.py --renew-golden`; the
commit says why it changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import Row, summarize
from vbp_sim.runs.replications import replicate

GOLDEN = Path(__file__).parents[1] / "golden"
SHIPPED = ("pilot-2018", "expansion-2019")

#: the issue's "what it must show": lowest and highest mean over 20 replications, with the published figure
PILOT = {
    "cut_own": (0.53, 0.71),  # 0.623
    "completion": (1.5, 2.3),  # 1.91
    "selected_share": (0.65, 0.82),  # 0.736
    "failed_drugs": (4, 8),  # 6 of 31
    "unmet_share": (0, 0.02),
}
EXPANSION = {
    "selected_products": (54, 66),  # 60
    "cut_ceiling": (0.18, 0.33),  # 0.257
    "originator_win_rate": (0, 0.5),  # 6 of 18
    "unmet_share": (0, 0.02),
}


#: metrics of the replications that were made so far
_known: dict[str, list[Row]] = {}


def summary(name: str, replications: int) -> dict[str, Any]:
    known = _known.setdefault(name, [])
    scenario = load_scenario(name, sets=(f"replications:={max(replications, len(known))}", "seed:=1"))
    known += [result.metrics for result in replicate(scenario, first=len(known))]
    metrics = summarize(known[:replications])
    return {"scenario": name, "seed": 1, "replications": replications, "metrics": metrics}


@pytest.mark.parametrize("name", SHIPPED)
def test_golden_summary(name: str, request: pytest.FixtureRequest) -> None:
    now, file = summary(name, 3), GOLDEN / f"{name}.json"
    if request.config.getoption("--renew-golden"):
        file.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    was = json.loads(file.read_text(encoding="utf-8"))
    assert list(now["metrics"]) == list(was["metrics"])
    for metric, entry in now["metrics"].items():
        then = was["metrics"][metric]
        assert entry.pop("unit") == then.pop("unit")
        assert entry == pytest.approx(then, rel=1e-9), metric
    assert now | {"metrics": 0} == was | {"metrics": 0}


def test_the_pilot_shows_what_was_published() -> None:
    near(summary("pilot-2018", 20), PILOT)


@pytest.mark.slow
def test_the_expansion_shows_what_was_published() -> None:
    near(summary("expansion-2019", 20), EXPANSION)


def near(seen: dict[str, Any], bands: dict[str, tuple[float, float]]) -> None:
    outside = {
        name: seen["metrics"][name]["mean"]
        for name, (low, high) in bands.items()
        if not low <= seen["metrics"][name]["mean"] <= high
    }
    assert not outside
