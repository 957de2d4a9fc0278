"""A run says how near its equilibria are: the event `regret` of a round."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import rows, small

from vbp_sim.engine.simulation import simulate


@pytest.mark.parametrize(("model", "said"), [("equilibrium", 1), ("best-response", 0)])
def test_only_equilibria_have_a_regret_and_it_is_small(tmp_path: Path, model: str, said: int) -> None:
    events = rows(simulate(small(tmp_path, sets=[f"behaviour.bidding.model={model}"]), 0)["events"], kind="regret")
    assert len(events["value"]) == said
    assert (events["value"] < 0.03).all()
