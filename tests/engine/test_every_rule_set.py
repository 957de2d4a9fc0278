"""Every shipped rule set runs through the whole engine, and a run says what of it has no effect there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import round_of, small

from vbp_sim.engine.limits import not_simulated
from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.rules.library import rule_ids, rule_set
from vbp_sim.scenario.market import Market


@pytest.mark.parametrize("rules", rule_ids())
def test_runs_and_loses_no_volume(rules: str, tmp_path: Path) -> None:
    members = {"members": []} if rule_set(rules).members else {}
    scenario = small(tmp_path, rounds={"one": round_of("2019-01-01", {"extends": rules, **members})})
    use = simulate(scenario, 0)["use"]
    parts = use["selected"] + use["generic"] + use["originator"] + use["alternatives"] + use["away"] + use["unmet"]
    assert np.allclose(use["need"], parts)
    assert (parts >= -1e-9).all()


def test_an_alliance_without_members_in_the_market_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none of the rule set's members \(fujian\) is in the market"):
        small(tmp_path, rounds={"one": round_of("2019-01-01", "alliance-fujian-2023")})


def test_a_run_says_what_has_no_effect(tmp_path: Path) -> None:
    """Ceilings by listing prices have their effect in a market that gives no ceilings of its own."""
    given = small(tmp_path).market
    none = replace(given, drugs=tuple(replace(drug, ceiling=None) for drug in given.drugs))

    def told(rules: str, market: Market) -> list[str]:
        return [sentence.split(":")[0] for sentence in not_simulated(rule_set(rules), market)]

    assert told("batch-7", given) == []
    assert told("batch-11", given) == ["ceiling by listing prices", "brand reporting"]
    assert told("batch-11", none) == ["brand reporting"]
    assert told("renewal-yangtze-2022", given) == ["quality scores"]
