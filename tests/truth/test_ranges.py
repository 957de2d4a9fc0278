"""A range of a few rounds is called what it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vbp_sim.report.summary import says_range
from vbp_sim.report.words.language import speaking
from vbp_sim.runs.metrics import summarize
from vbp_sim.truth.ranges import MANY, over_rounds


def rows(n: int) -> list[dict[str, float]]:
    luck = np.random.default_rng(3).random(n)
    return [{"cut_ceiling": float(x), "completion": math.nan if k else float(x)} for k, x in enumerate(luck)]


def test_a_few_rounds_span_what_they_span() -> None:
    few, found = rows(4), over_rounds(rows(4))
    cuts = [row["cut_ceiling"] for row in few]
    assert (found["cut_ceiling"]["low"], found["cut_ceiling"]["high"]) == (min(cuts), max(cuts))
    assert (found["completion"]["n"], found["completion"]["low"]) == (1, few[0]["completion"])
    assert found["cut_ceiling"]["mean"] == summarize(few)["cut_ceiling"]["mean"]


def test_many_rounds_have_the_middle_90_per_cent() -> None:
    assert over_rounds(rows(MANY))["cut_ceiling"] == summarize(rows(MANY))["cut_ceiling"]


def test_the_range_is_named() -> None:
    assert (says_range(4), says_range(MANY)) == ("range of 4 rounds", "range of 90 %")
    with speaking("zh"):
        assert says_range(4) == "4轮的范围"


def test_the_command_names_the_range_of_each_part(vbp: Any) -> None:
    words = ("backtest", "--market", "expansion-2019", "--rules", "expansion-2019", "--replications", 4, "--whole", 0)
    code, out, _ = vbp(*words)
    assert (code, "range of 4 rounds" in out, "90 %" in out.splitlines()[0]) == (0, True, False)
