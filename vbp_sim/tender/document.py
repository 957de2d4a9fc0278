"""The tender document of one drug in one round: all that a round says of it before bids, made once and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from vbp_sim.agents.bidding.elsewhere import Elsewhere
from vbp_sim.agents.firms.interface import Products
from vbp_sim.rules import money
from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray
from vbp_sim.rules.ceiling import Known
from vbp_sim.rules.contest import Tender
from vbp_sim.rules.local.credit import ByPoints
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Drug

#: months for which collusion bars a company unless a law says otherwise
USUAL = ByPoints().bars("collusion")


@dataclass(frozen=True)
class Ended:
    """What the agreements leave behind that end with the new one, in the places that take part; whole micro-yuan.

    ``prices`` of the firms that were selected; ``ceiling`` of then, 0 = there was no agreement; ``provincial`` the
    highest price of an agreement of some places of the nation alone, 0 = none.
    """

    prices: Mapping[str, int] = field(default_factory=dict)
    ceiling: int = 0
    provincial: int = 0


@dataclass(frozen=True)
class Document:
    """One drug's tender before the bids. Arrays: (places,) of the members, (firms,) of those that may bid.

    ``ceiling`` whole micro-yuan per unit, 0 = none; ``caps`` the most that each firm may quote, yuan per unit;
    ``share`` earlier share of the drug's volume; ``incumbent`` selected in the agreement that ends; ``reported`` units
    per year; ``named`` of it for each brand, (places, firms); ``weights`` shares of the places in the whole round's
    volume; ``limits`` most that may be agreed with a firm, units per year; ``qualified`` firms that may bid, where
    they are more than are named here; ``held``: it took place, so the least number of firms is waived; ``elsewhere``
    what the firms sell where the law links prices to the round's, None = nowhere; ``behind`` (firms,): ranked behind
    others at an equal bid because of its credit, none of them where it is left out; ``barred`` months for which a
    company that colluded is kept out of rounds, if it is found.
    """

    round: str
    drug: str
    form: str
    drug_class: str
    rules: RuleSet
    start: date
    ceiling: int
    places: tuple[str, ...]
    firms: tuple[str, ...]
    owners: tuple[str, ...]
    originator: BoolArray
    share: FloatArray
    incumbent: BoolArray
    caps: FloatArray
    reported: FloatArray
    named: FloatArray
    weights: FloatArray
    limits: FloatArray
    qualified: int = 0
    held: bool = False
    elsewhere: Elsewhere | None = None
    behind: BoolArray | None = None
    barred: float = USUAL

    def quotes(self, bids: FloatArray) -> FloatArray:
        """Bids (firms,) as they count: nobody quotes more than its own old price where that binds."""
        return np.minimum(bids, self.caps)

    def tender(self, bids: FloatArray | None = None) -> Tender:
        """The document with bids (firms,) yuan per unit, nan = no quote; without them as it is before the opening."""
        n = len(self.firms)
        return Tender(
            drug=self.drug,
            form=self.form,
            drug_class=self.drug_class,
            ceiling=self.ceiling,
            firms=self.firms,
            bids=np.zeros(n, dtype=np.int64) if bids is None else money.micro_array(np.nan_to_num(bids)),
            priority=self.share if self.behind is None else self.share - 2.0 * self.behind,
            related=self.owners,
            named=self.named.sum(axis=0),
            incumbent=self.incumbent,
            qualified=self.qualified,
            held=self.held,
        )


def document(
    record: Drug,
    products: Products,
    members: IntArray,
    *,
    round: str,
    rules: RuleSet,
    start: date,
    places: tuple[str, ...],
    reported: FloatArray,
    weights: FloatArray,
    named: FloatArray | None = None,
    ended: Ended | None = None,
    own_figure: bool = True,
    share: FloatArray | None = None,
    limits: FloatArray | None = None,
    qualified: int = 0,
    held: bool = False,
    prices: FloatArray | None = None,
    elsewhere: Elsewhere | None = None,
    behind: BoolArray | None = None,
    barred: float = USUAL,
) -> Document:
    """Draw up the document of a drug for its qualified products ``members``, indices into ``products``.

    ``own_figure``: the market's ceiling was published for this round, and not for an earlier one of the same drug;
    ``share`` (members,) where it is not that of ``products``; ``prices`` (members,) in force in the places, yuan per
    unit; the rest as in `Document`.
    """
    n, ended = len(members), ended or Ended()
    names, own = tuple(products.manufacturer[i] for i in members), rules.ceiling.own_price_binds
    return Document(
        round=round,
        drug=record.id,
        form=record.form,
        drug_class=record.drug_class,
        rules=rules,
        start=start,
        ceiling=_ceiling(record, rules, products, members, ended, own_figure, prices),
        places=places,
        firms=names,
        owners=tuple(products.owner[i] for i in members),
        originator=products.originator[members],
        share=products.pre_share[members] if share is None else share,
        incumbent=np.array([name in ended.prices for name in names], dtype=np.bool_),
        caps=np.array([ended.prices.get(name, np.inf) if own else np.inf for name in names]) / money.YUAN,
        reported=reported,
        named=np.zeros((len(places), n)) if named is None else named,
        weights=weights / max(float(weights.sum()), 1e-12),
        limits=np.full(n, np.inf) if limits is None else limits,
        qualified=qualified,
        held=held,
        elsewhere=elsewhere,
        behind=behind,
        barred=barred,
    )


def _ceiling(
    record: Drug,
    rules: RuleSet,
    products: Products,
    members: IntArray,
    ended: Ended,
    own_figure: bool,
    prices: FloatArray | None,
) -> int:
    """Highest valid bid of the round, whole micro-yuan: what its rule makes of all prices that are known."""
    listed = [products.pre_price[i] for i in members if products.manufacturer[i] not in ended.prices]
    known = [float(price) for price in listed if np.isfinite(price) and price > 0]
    in_force = [price for price in ([] if prices is None else prices.tolist()) if np.isfinite(price) and price > 0]
    return rules.ceiling.price(
        Known(
            published=_micro(record.ceiling),
            own_figure=own_figure,
            before=_micro(record.pre_price),
            lowest=min(ended.prices.values(), default=0),
            highest=max(ended.prices.values(), default=0),
            ceiling=ended.ceiling,
            listing_mean=round(sum(known) / len(known) * money.YUAN) if known else 0,
            provincial=ended.provincial,
            in_force=round(min(in_force, default=0.0) * money.YUAN),
        )
    )


def _micro(price: Decimal | None) -> int:
    return 0 if price is None else money.micro(price)
