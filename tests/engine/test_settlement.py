"""What is settled at the end of an agreement year, and of one that another agreement cuts short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cases import term
from small import round_of, rows, small

from vbp_sim.engine.simulation import simulate


def test_a_year_that_is_cut_short_asks_for_its_part_of_the_agreed_volume(tmp_path: Path) -> None:
    """The second round replaces the first one in the seventh month of its second year, which that keeps."""
    rounds: dict[str, Any] = {"first": round_of(rules=term(24)), "second": round_of("2020-07-15", term(12))}
    whole, cut = (
        rows(simulate(small(tmp_path / str(n), rounds=dict([*rounds.items()][:n])), 0)["settlement"], round="first")
        for n in (1, 2)
    )
    for column in ("drug", "province", "level", "contract_year"):
        np.testing.assert_array_equal(cut[column], whole[column])
    np.testing.assert_allclose(cut["agreed"], np.where(cut["contract_year"] == 2, 7 / 12, 1.0) * whole["agreed"])
    assert (cut["bought"] < whole["bought"])[cut["contract_year"] == 2].all()
