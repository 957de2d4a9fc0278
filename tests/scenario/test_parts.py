"""Parts are those of the modules that discovery finds; subclassing one registers nothing."""

from __future__ import annotations

import subprocess
import sys

import vbp_sim
from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.interface import Supply
from vbp_sim.scenario.parts import HOMES, Part, discover

discover()

TRY = """
import vbp_sim
from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.rules.ruleset import RuleSet
class Mine(AlternatingRenewal):
    rate_oral: float = 9.0
class Law(RuleSet): pass
print(vbp_sim.load("pilot-2018").spec.scenario)
"""


def test_a_subclass_of_a_shipped_part_changes_no_scenario() -> None:
    """Before anything is discovered, and after."""

    class Mine(AlternatingRenewal):
        pass

    assert Mine not in Part.registry["supply"]
    assert vbp_sim.load("pilot-2018").spec.scenario == "pilot-2018"
    done = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("pilot-2018\n", "")


def test_each_part_is_registered_once_under_the_file_that_defines_it() -> None:
    for kind, parts in Part.registry.items():
        names = [part.part_name() for part in parts]
        assert names == sorted(set(names)), kind
        assert all(part.__module__.startswith(HOMES) and part.kind == kind for part in parts)
    assert Supply not in Part.registry["supply"]
    assert [part.part_name() for part in Part.registry["rules"]] == ["rules"]
