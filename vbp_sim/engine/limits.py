"""What a rule set decides in a tender and the engine, or the behaviour of firms in it, leaves out of account.

A run says so: the list is printed and written into the manifest, so that nobody takes it for simulated.
"""

from __future__ import annotations

from vbp_sim.rules.ruleset import RuleSet


def not_simulated(rules: RuleSet) -> list[str]:
    """Return a sentence for each rule that has no effect, or not its full effect, in a run of the engine."""
    found = []
    if rules.allocation.asks_for_brands:
        found.append("brand reporting: every firm bids as if as much were named for it as for the next one")
    if rules.selection.part_name() == "composite":
        found.append("quality scores: every bid has the same, so the price decides")
    return found
