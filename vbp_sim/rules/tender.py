"""The award of a tender, and `award_all`, which takes a whole round of tenders through a rule set.

The round is decided as a whole because some rules compare drugs with each other: the pilot's bargaining, and the
elimination of the drugs with the widest prices in batch 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vbp_sim.facts import fact
from vbp_sim.facts import joined as joined_facts
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Answer, Contest, Tender, Verdict, book, canonical
from vbp_sim.rules.money import yuan
from vbp_sim.rules.ruleset import RuleSet


@dataclass(frozen=True)
class Award:
    """What happened to a tender. Arrays (n,), prices whole micro-yuan.

    ``qualified`` firms may bid (related ones count once), ``n`` bid validly, ``places`` is K(qualified);
    ``rank`` 1 is the lowest bid and 0 a void one; ``price`` is 0 where not selected; ``order`` lists the
    winners that choose provinces, first choice first; ``grades`` are classes of winners where the rules know
    them ("" else); ``reasons`` says for each firm why, as text of facts (`vbp_sim.facts`).
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
    grades: tuple[str, ...]
    reasons: tuple[str, ...]
    failed: bool


def award_all(tenders: Sequence[Tender], rules: RuleSet, answer: Answer) -> tuple[Award, ...]:
    """Take the tenders of one round through a rule set; one award per tender, in their order.

    ``answer(i, offers)`` is called where a rule offers prices to firms of tender ``i`` (bargaining, revivals).
    """
    groups = [rules.grouping.groups(tender) for tender in tenders]
    parts = [(i, firms) for i, found in enumerate(groups) for firms in found]
    whole = [len(groups[i]) == 1 for i, _ in parts]
    contests = [
        contest(tenders[i] if one else tenders[i].of(firms), rules)
        for (i, firms), one in zip(parts, whole, strict=True)
    ]

    def asked(part: int, offers: IntArray) -> BoolArray:
        i, firms = parts[part]
        all_offers = np.zeros(len(tenders[i].firms), dtype=np.int64)
        all_offers[firms] = offers
        return answer(i, all_offers)[firms]

    awards = [
        award(c, v, rules.grading.grades(c, v))
        for c, v in zip(contests, rules.selection.choose(contests, asked), strict=True)
    ]
    return tuple(
        joined(tender, found, [a for a, (j, _) in zip(awards, parts, strict=True) if j == i])
        for i, (tender, found) in enumerate(zip(tenders, groups, strict=True))
    )


def joined(tender: Tender, groups: Sequence[IntArray], awards: Sequence[Award]) -> Award:
    """The award of a tender from the awards of its groups, in order of choice; ranks are those within a group."""
    if len(awards) == 1:
        return awards[0]
    n = len(tender.firms)
    arrays = {
        name: np.zeros(n, dtype=getattr(awards[0], name).dtype)
        for name in ("rank", "shortlisted", "selected", "price", "picks")
    }
    texts: dict[str, list[str]] = {"grades": [""] * n, "reasons": [""] * n}
    order: list[int] = []
    for letter, firms, part in zip("ABCDEFGH", groups, awards, strict=False):
        for name, array in arrays.items():
            array[firms] = getattr(part, name)
        for i, grade, reason in zip(firms.tolist(), part.grades, part.reasons, strict=True):
            texts["grades"][i], texts["reasons"][i] = grade, joined_facts(fact("group", letter=letter), reason)
        order += [int(firms[i]) for i in part.order]
    return Award(
        drug=tender.drug,
        qualified=sum(a.qualified for a in awards),
        n=sum(a.n for a in awards),
        places=sum(a.places for a in awards),
        order=tuple(order),
        grades=tuple(texts["grades"]),
        reasons=tuple(texts["reasons"]),
        failed=all(a.failed for a in awards),
        **arrays,
    )


def contest(tender: Tender, rules: RuleSet) -> Contest:
    """Check who stands, put the bids in order, and draw the shortlist."""
    order = canonical(tender.priority.tolist(), tender.firms)
    stands, qualified, void = rules.entry.standing(tender, order)
    ordered = book(tender.bids, tender.ceiling, order, stands, qualified, tender.form, tender.related)
    places = rules.shortlist.places(ordered)
    return Contest(tender, ordered, places, rules.shortlist.keep(ordered), void)


def award(c: Contest, v: Verdict, grades: tuple[str, ...]) -> Award:
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
        grades=grades,
        reasons=reasons(c, v),
        failed=not bool(v.selected.any()),
    )


def reasons(c: Contest, v: Verdict) -> tuple[str, ...]:
    """The facts of each firm: its rank, K, its bid against the lowest and the ceiling, and what follows."""
    lowest, n = int(c.book.lowest), int(c.book.bidders)
    lines = []
    for i, (bid, rank) in enumerate(zip(c.book.bids.tolist(), c.book.rank.tolist(), strict=True)):
        if rank == 0:
            lines.append(_void(c, i, bid))
            continue
        mine = fact("bid", rank=rank, n=n, places=c.places, bid=yuan(bid))
        times = fact("times", times=round(bid / lowest, 2), lowest=yuan(lowest))
        cut = fact("under", cut=round(1 - bid / c.tender.ceiling, 6)) if c.tender.ceiling else ""
        note = v.notes[i] if c.short[i] or v.selected[i] or v.notes[i] else fact("not_shortlisted")
        outcome = fact("won" if v.selected[i] else "lost")
        lines.append(joined_facts(mine, fact("lowest") if bid == lowest else times, cut, outcome, note))
    return tuple(lines)


def _void(c: Contest, i: int, bid: int) -> str:
    if c.void[i]:
        return joined_facts(c.void[i])
    if bid <= 0:
        return fact("no_quote")
    return fact("above", bid=yuan(bid), ceiling=yuan(c.tender.ceiling))
