"""What a rule set decides in a tender and the engine does not carry on into contract and use.

A run says so: the list is printed and written into the manifest, so that nobody takes it for simulated.
"""

from __future__ import annotations

from vbp_sim.rules.allocation.draft import Draft
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.selection.threshold import Threshold


def not_simulated(rules: RuleSet) -> list[str]:
    """Return a sentence for each rule that has no effect in a run of the engine."""
    found = []
    if isinstance(rules.selection, Threshold) and rules.selection.second_chance.part_name() != "none":
        found.append("second chance: institutions report by generic name, so no brand outside the shortlist is asked")
    if isinstance(rules.allocation, Draft) and rules.allocation.brands_first:
        found.append("brand reporting: all volume goes to the province's main supplier, none straight to a named brand")
    share = rules.share.part_name()
    if share in ("by-grade", "by-incumbency"):
        found.append(f"guaranteed share {share}: all winners of a drug get the share of the drug as a whole")
    if rules.selection.part_name() == "composite":
        found.append("quality scores: every bid has the same, so the price decides")
    return found
