"""A tender, its award, and `decide`, which takes a whole round of tenders through a rule set.

The round is decided as a whole because some rules compare drugs with each other: the pilot's bargaining,
and the
elimination of the drugs with the widest prices in batch 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray
from vbp_sim.rules.contest import Answer, Contest, Verdict, book, canonical
from vbp_sim.rules.money import text

if TYPE_CHECKING:
    from vbp_sim.rules.ruleset import RuleSet


@dataclass(frozen=True)
class Tender:
    """One drug's bids. Arrays have one value per firm, shape (n,).

    ``ceiling`` and ``bids`` are whole micro-yuan per unit (0: no ceiling known, no quote); ``priority``
    decides ties,
    larger first; ``related`` is the id of a group of related firms ("" = alone); ``named`` is the volume that
    institutions reported by brand; ``incumbent`` says who was selected in the agreement before.
    """

    drug: str
    form: str
    drug_class: str
    ceiling: int
    firms: tuple[str, ...]
    bids: IntArray
    priority: FloatArray
    related: tuple[str, ...]
    named: FloatArray
    incumbent: BoolArray


@dataclass(frozen=True)
class Award:
    """What happened to a tender. Arrays (n,), prices whole micro-yuan.

    ``qualified`` firms may bid (related ones count once), ``n`` bid validly, ``places`` is K(qualified);
    ``rank`` 1 is the lowest bid and 0 a void one; ``price`` is 0 where not selected; ``order`` lists the
    winners that
    choose provinces, first choice first; ``reasons`` says for each firm why.
    """

    drug: str
    qualified: int
    n: int
    places: int
    rank: IntArray
    shortlisted: BoolArray
    selected: BoolArray
    price: IntArray
    picks: BoolArray
    order: tuple[int, ...]
    reasons: tuple[str, ...]
    failed: bool


def decide(tenders: Sequence[Tender], rules: RuleSet, answer: Answer) -> tuple[Award, ...]:
    """Take the tenders of one round through a rule set; one award per tender, in their order.

    ``answer(i, offers)`` is called where a rule offers prices to firms of tender ``i`` (bargaining,
    revivals).
    """
    contests = [contest(tender, rules) for tender in tenders]
    verdicts = rules.selection.choose(contests, answer)
    return tuple(award(c, v) for c, v in zip(contests, verdicts, strict=True))


def refuse(tender: int, offers: IntArray) -> BoolArray:
    """An answer that turns down every offer; for callers without firms."""
    return np.zeros(offers.shape, dtype=np.bool_)


def accept(tender: int, offers: IntArray) -> BoolArray:
    """An answer that takes every offer."""
    return np.asarray(offers > 0)


def contest(tender: Tender, rules: RuleSet) -> Contest:
    """Check who stands, put the bids in order, and draw the shortlist."""
    order = canonical(tender.priority.tolist(), tender.firms)
    stands, qualified, void = rules.entry.standing(tender, order)
    ordered = book(tender.bids, tender.ceiling, order, stands, qualified)
    places = rules.shortlist.places(ordered)
    return Contest(tender, ordered, places, rules.shortlist.keep(ordered), void)


def award(c: Contest, v: Verdict) -> Award:
    """Put a contest and the verdict on it into the record of the award."""
    return Award(
        drug=c.tender.drug,
        qualified=c.book.qualified,
        n=int(c.book.bidders),
        places=c.places,
        rank=c.book.rank,
        shortlisted=c.short,
        selected=v.selected,
        price=v.price,
        picks=v.picks,
        order=v.order,
        reasons=reasons(c, v),
        failed=not bool(v.selected.any()),
    )


def reasons(c: Contest, v: Verdict) -> tuple[str, ...]:
    """One sentence per firm: its rank, K, its bid against the lowest and the ceiling, and what follows."""
    lowest, n = int(c.book.lowest), int(c.book.bidders)
    lines = []
    for i, (bid, rank) in enumerate(zip(c.book.bids.tolist(), c.book.rank.tolist(), strict=True)):
        if rank == 0:
            lines.append(_void(c, i, bid))
            continue
        against = "the lowest" if bid == lowest else f"{bid / lowest:.2f} x the lowest {text(lowest)}"
        cut = f" and {1 - bid / c.tender.ceiling:.0%} under the ceiling" if c.tender.ceiling else ""
        note = v.notes[i] if c.short[i] or v.selected[i] or v.notes[i] else "not shortlisted"
        outcome = "selected" if v.selected[i] else "not selected"
        tail = f", {note}" if note else ""
        lines.append(f"rank {rank} of {n}, K = {c.places}, {text(bid)} is {against}{cut}: {outcome}{tail}")
    return tuple(lines)


def _void(c: Contest, i: int, bid: int) -> str:
    if c.void[i]:
        return f"no valid bid: {c.void[i]}"
    if bid <= 0:
        return "no valid bid: no quote"
    return f"no valid bid: {text(bid)} is above the ceiling {text(c.tender.ceiling)}"
