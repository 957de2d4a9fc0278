"""What a rule set decides in a tender and the engine, or the behaviour of firms in it, leaves out of account.

A run says so: the list is printed and written into the manifest, so that nobody takes it for simulated.
"""

from __future__ import annotations

from vbp_sim.rules.library import rule_set
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market


def not_simulated(rules: RuleSet, market: Market) -> list[str]:
    """Return a sentence for each rule that has no effect, or not its full effect, in a run of the engine."""
    found = []
    if rules.allocation.asks_for_brands:
        found.append("brand reporting: every firm bids as if as much were named for it as for the next one")
    if rules.conversion != rule_set("pilot-2018").conversion:
        found.append("conversion: the market gives all prices per unit of one strength and pack, so none is converted")
    if rules.selection.part_name() == "composite":
        found.append("quality scores: every bid has the same, so the price decides")
    if rules.ceiling.part_name() == "listing" and any(drug.ceiling is not None for drug in market.drugs):
        found.append("ceiling by listing prices: the market's own ceilings go before it")
    return found
