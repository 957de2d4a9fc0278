"""Charts and metrics tell one account of the savings, where patients turn to other molecules and places differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small import CLASSED, SHARED, round_of, small

from vbp_sim.report.charts import savings, waterfall
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.run import run


def of(*members: str) -> dict[str, Any]:
    """The shared rules for one year in some places."""
    return {**SHARED, "term": {"table": {"1": 12, "2": 12, "3": 12}}, "members": list(members)}


CASES: dict[str, dict[str, Any]] = {
    "other molecules": {"behaviour": {"classes": {"turning": 0.75}}, "drugs": CLASSED},
    "other molecules lose": {"behaviour": {"classes": {"price": 1.0}}, "drugs": CLASSED},
    "some places take part": {
        "behaviour": {"classes": {"turning": 0.75}},
        "drugs": CLASSED,
        "rounds": {"first": round_of(rules=of("north", "east"))},
    },
    "one place after the other": {
        "rounds": {
            "first": round_of(rules=of("north")),
            "second": round_of("2020-06-01", of("south")),
        }
    },
}


@pytest.fixture(scope="module", params=CASES)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("account")
    return run(small(folder, **CASES[request.param], replications=1), folder / "run")[0]


def mean(ran: RunFolder, metric: str) -> float:
    return float(ran.summary["metrics"][metric]["mean"])


def years(ran: RunFolder) -> float:
    use = ran.table("use", ["month", "agreed"])
    return len(np.unique(use["month"][use["agreed"] > 0])) / 12


def test_the_chart_of_savings_shows_those_of_the_metrics(ran: RunFolder) -> None:
    data = savings.draw(ran).data
    for who in ("fund", "patient"):
        assert data[f"{who}_saving_yuan"].sum() / years(ran) == pytest.approx(mean(ran, f"{who}_saving"))


def test_the_part_saved_in_the_chart_is_what_spending_fell_by(ran: RunFolder) -> None:
    data = savings.draw(ran).data
    saved = (data["saving_share"] * data["baseline_yuan"]).sum() / data["baseline_yuan"].sum()
    assert saved == pytest.approx(-mean(ran, "spend_change"))


def test_the_steps_of_the_waterfall_are_the_metrics(ran: RunFolder) -> None:
    steps = {name: float(values.mean()) for name, values in waterfall.collect(ran).items()}
    assert steps["patients"] / years(ran) == pytest.approx(mean(ran, "patient_saving"))
    assert (steps["fund"] + steps["hospitals"]) / years(ran) == pytest.approx(mean(ran, "fund_saving"))
    assert steps["hospitals"] == pytest.approx(mean(ran, "retained_surplus"))
    assert steps["paid_now"] / steps["before"] - 1 == pytest.approx(mean(ran, "spend_change"))
    assert steps["before"] - steps["patients"] - steps["hospitals"] - steps["fund"] == pytest.approx(steps["paid_now"])
