"""Every awkward scenario of `cases`, run once for each module that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES
from small import small

from vbp_sim.engine.simulation import simulate
from vbp_sim.scenario.load import Scenario

Tables = Mapping[str, Mapping[str, np.ndarray[Any, Any]]]


@pytest.fixture(scope="module", params=CASES)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Tables]:
    """A scenario and the tables of two of its replications, one after the other."""
    with np.errstate(all="raise", under="ignore"):
        case = dict(CASES[request.param])
        if "demand_model" in case:
            scenario = with_demand(tmp_path_factory.mktemp("case"), case)
        else:
            scenario = small(tmp_path_factory.mktemp("case"), **case)
        return scenario, simulate(scenario, 1)


def with_demand(folder: Path, case: dict[str, Any]) -> Scenario:
    demand = case.pop("demand_model")
    sets = [f"demand.{name}={value}" for name, value in demand.items() if name != "level_share"]
    sets += [f"demand.level_share.{level}={value}" for level, value in demand.get("level_share", {}).items()]
    return small(folder, sets=sets, **case)
