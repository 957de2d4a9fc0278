"""What of a scenario's markets is no error, and still changes the answer.

Firms that are invented, forms and classes that no rule knows, drugs for which nobody can bid.

    doubts_of(load_scenario("batch-3"), forms)  # [Doubt("bidless", "batch-3", ("lamivudine",), ...)]

`vbp_sim.report.words` says them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.firms.interface import Firms
from vbp_sim.rules.library import rule_ids, rule_set
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.laws import flat
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import Drug, Market
from vbp_sim.scenario.parts import Part, chosen
from vbp_sim.scenario.spec import Behaviour
from vbp_sim.streams import Streams

#: the class of a drug that no rule treats apart
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Doubt:
    """One thing to know: its kind (a message of the area ``doubts``), the market, its drugs, and a number with them."""

    kind: str
    market: str
    drugs: tuple[str, ...]
    n: int = 0


def doubts_of(scenario: Scenario, forms: Collection[str]) -> list[Doubt]:
    """What to know of the markets of a scenario; ``forms`` are the dosage forms that are known."""
    spec = scenario.spec
    found: list[Doubt] = []
    for index, market in enumerate(scenario.markets):
        rules = [spec.rounds[name].rules for name, of in scenario.market_of.items() if of == index]
        found += of_market(market, forms, spec.behaviour.firms, [one for one in rules if isinstance(one, RuleSet)])
    return found


def of_market(
    market: Market, forms: Collection[str], firms: Part | None = None, rules: Collection[RuleSet] = ()
) -> list[Doubt]:
    """What to know of a market, with the firms of replication 0 of seed 1 and the classes of some rule sets and all
    shipped ones."""
    classes = {ORDINARY}.union(*map(_classes, [*rules, *(rule_set(id) for id in rule_ids())]))
    drawn = chosen(firms or Behaviour().firms, Firms).products(market, Streams(1, 0))
    named = {(product.drug, product.manufacturer) for product in market.products}
    count = np.bincount(drawn.drug, minlength=len(market.drugs))
    invented = np.bincount(
        [d for d, firm in zip(drawn.drug.tolist(), drawn.manufacturer, strict=True)
         if (market.drugs[d].id, firm) not in named], minlength=len(market.drugs),
    )  # fmt: skip
    least = max((int(getattr(one.entry, "minimum_firms", 1)) for one in rules), default=1)
    bids = any(product.bid is not None for product in market.products)
    quoted = {product.drug for product in market.products if product.bid is not None}
    kinds: dict[str, Iterator[Drug]] = {
        "invented_counted": (d for d, n in zip(market.drugs, invented, strict=True) if n and d.qualified is not None),
        "invented_drawn": (d for d, n in zip(market.drugs, invented, strict=True) if n and d.qualified is None),
        "no_form": (d for d in market.drugs if not d.form and d.kind == "drug"),
        "strange_form": (d for d in market.drugs if d.form and d.form not in forms),
        "no_class": (d for d in market.drugs if not d.drug_class and d.kind == "drug"),
        "strange_class": (d for d in market.drugs if d.drug_class and d.drug_class not in classes),
        "bidless": (d for d in market.drugs if bids and d.id not in quoted),
        "too_few": (d for d, n in zip(market.drugs, count, strict=True) if n < least),
    }
    many = {drug.id: int(n) for drug, n in zip(market.drugs, invented, strict=True)}
    found = {kind: tuple(drug.id for drug in drugs) for kind, drugs in kinds.items()}
    return [
        Doubt(kind, market.name, drugs, least if kind == "too_few" else sum(many[drug] for drug in drugs))
        for kind, drugs in found.items()
        if drugs
    ]


def _classes(rules: RuleSet) -> set[str]:
    """Classes of drugs that a rule set treats apart."""
    addresses = [address for address, _ in flat(rules.model_dump()) if "classes" in address[:-1]]
    return {address[address.index("classes") + 1] for address in addresses}
