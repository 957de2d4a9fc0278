"""Real or invented bids through a rule set: who wins and why, and how that compares with what happened.

>>> from vbp_sim.rules.library import rule_set
>>> replay(read_market_of("expansion-2019"), rule_set("expansion-2019")).score()["tenders"]
25
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vbp_sim.errors import InputError, Problem
from vbp_sim.facts import fact
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.money import micro_array, text
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.rules.tender import Award
from vbp_sim.runs.load import market_folder
from vbp_sim.scenario.market import Drug, Market, Product
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.tender import Outcome, decide
from vbp_sim.truth.papers import papers, recorded

#: firms are held to accept an offered price of at least this part of their bid (assumption)
ACCEPT = 0.9


@dataclass(frozen=True)
class Replayed:
    """One drug under the rules: its products as bidders, and what was decided."""

    drug: Drug
    products: tuple[Product, ...]
    outcome: Outcome

    @property
    def award(self) -> Award:
        return self.outcome.award

    def wrong(self) -> list[int]:
        """Indices of the quoted bids whose outcome differs from what happened, where that is known."""
        return [i for i in self.compared() if bool(self.award.selected[i]) != self.products[i].selected]

    def compared(self) -> list[int]:
        """Indices of the quoted bids of which it is known whether they were selected."""
        return [i for i, p in enumerate(self.products) if p.bid is not None and p.selected is not None]

    def regions(self) -> dict[int, tuple[int, int]]:
        """Provinces under the rules and in fact, by index of each product that has some; empty if unknown."""
        if not any(p.regions for p in self.products):
            return {}
        ours = {firm: int((self.outcome.main == k).sum()) for k, firm in enumerate(self.outcome.winners)}
        found = {i: (ours.get(i, 0), len(p.regions)) for i, p in enumerate(self.products)}
        return {i: counts for i, counts in found.items() if any(counts)}

    def draft_right(self) -> bool:
        """Whether each product has as many provinces as in fact, or one more or fewer."""
        return all(abs(a - b) <= 1 for a, b in self.regions().values())


@dataclass(frozen=True)
class Replay:
    """All drugs of a market under one rule set; ``name`` is what the user called it."""

    name: str
    market: Market
    rules: RuleSet
    outcomes: tuple[Replayed, ...]

    def score(self) -> dict[str, int]:
        """Bids, tenders and drafts that can be compared with what happened, and how many of them are
        right.
        """
        known = [o for o in self.outcomes if o.compared()]
        drafts = [o for o in self.outcomes if o.regions()]
        bids = sum(len(o.compared()) for o in known)
        return {
            "bids": bids,
            "bids_right": bids - sum(len(o.wrong()) for o in known),
            "tenders": len(known),
            "tenders_right": sum(not o.wrong() for o in known),
            "drafts": len(drafts),
            "drafts_right": sum(o.draft_right() for o in drafts),
        }

    def differences(self) -> list[dict[str, Any]]:
        """Bids, and numbers of provinces, that differ from what happened."""
        bids, drafts = [], []
        for o in self.outcomes:
            names = [{"drug": o.drug.id, "manufacturer": product.manufacturer} for product in o.products]
            for i in o.wrong():
                what = "selected in fact" if o.products[i].selected else "not selected in fact"
                bids.append({**names[i], "what": what, "reason": o.award.reasons[i]})
            for i, (ours, real) in ({} if o.wrong() else o.regions()).items():
                if abs(ours - real) > 1:
                    reason = fact("provinces", n=ours)
                    drafts.append({**names[i], "what": f"{real} provinces in fact", "reason": reason})
        return bids + drafts


def replay(market: Market, rules: RuleSet, accept: float = ACCEPT, *, entry: bool = False, name: str = "") -> Replay:
    """Put the bids of a market through a rule set; firms accept offers of at least ``accept`` x their bid.

    The tenders took place, so the rule on how many firms must be qualified is applied only with ``entry``.
    """
    products = recorded(market)
    documents = papers(market, rules, products, held=not entry)
    bids = [products.real_bid[products.of(d)] for d in range(len(documents))]

    def answer(i: int, offers: IntArray) -> BoolArray:
        return np.asarray((offers > 0) & (offers >= accept * micro_array(np.nan_to_num(bids[i]))))

    decided = decide(documents, bids, answer)
    outcomes = tuple(
        Replayed(drug, market.products_of(drug.id), outcome)
        for drug, outcome in zip(market.drugs, decided, strict=True)
    )
    return Replay(name or rules.id, market, rules, outcomes)


def read_market_of(name: str, *, bids: bool = True) -> Market:
    """Read a market by the path of its folder, or a shipped one by name (``batch-3``,
    ``markets/batch-3``). With ``bids`` one without any bid is an error.
    """
    folder = market_folder(name)
    market = read_market(folder)
    if bids and not any(p.bid for p in market.products):
        remedy = "fill the column bid (yuan per unit)"
        raise InputError(Problem(str(folder / "products.csv"), "no product has a bid", remedy))
    return market


def story(replayed: Replayed, said: Callable[[str], str]) -> list[str]:
    """Lines for people: the drug, each firm with its reason as ``said``, and the provinces of each winner."""
    award, products, outcome = replayed.award, replayed.products, replayed.outcome
    ceiling = f", ceiling {text(outcome.document.ceiling)}" if outcome.document.ceiling else ""
    lines = [f"{replayed.drug.id}: {award.qualified} qualified, {award.n} valid bids, K = {award.places}{ceiling}"]
    names = outcome.document.places
    places = {firm: k for k, firm in enumerate(award.order)}
    for i in sorted(range(len(products)), key=lambda i: (award.rank[i] == 0, award.rank[i])):
        mark = "*" if award.selected[i] else " "
        real = "" if i not in replayed.wrong() else "   <- differs from what happened"
        price = f" at {text(award.price[i])}" if award.selected[i] else ""
        lines.append(f"  {mark} {products[i].manufacturer}{price}: {said(award.reasons[i])}{real}")
        if i in places:
            main = [names[p] for p in np.flatnonzero(outcome.main == places[i])]
            backup = [names[p] for p in np.flatnonzero(outcome.backup == places[i])]
            lines.append(f"      main supplier in {len(main)}: {', '.join(main)}")
            if backup:
                lines.append(f"      backup in {len(backup)}: {', '.join(backup)}")
    return lines
