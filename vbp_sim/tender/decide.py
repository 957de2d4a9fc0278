"""From the bids of a whole round to its outcomes: selection, prices, main and backup suppliers, agreed volumes,
term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.rules.contest import Answer
from vbp_sim.rules.tender import Award, award_all, contest
from vbp_sim.tender.document import Document
from vbp_sim.tender.volumes import Volumes, pass_down


@dataclass(frozen=True)
class Outcome:
    """What a tender decided of one drug.

    ``winners`` are indices of firms, those that choose places first, in that order; ``main`` and ``backup`` (places,)
    are indices of winners, -1 = none; ``volumes`` by winner and place; ``term`` months. Without a winner that chooses
    places there is no agreement: everything is empty.
    """

    document: Document
    award: Award
    winners: tuple[int, ...]
    main: IntArray
    backup: IntArray
    volumes: Volumes
    term: int

    @property
    def agreed(self) -> bool:
        """Whether an agreement follows."""
        return bool(self.award.order)

    @property
    def share(self) -> float:
        """Guaranteed part of the reported volume of all places together; 0 without an agreement."""
        return self.volumes.share if self.agreed else 0.0

    @property
    def share_by_place(self) -> FloatArray:
        """Guaranteed part of the reported volume, (places,)."""
        return self.volumes.share_by_province if self.agreed else np.zeros(len(self.main))


def decide(documents: Sequence[Document], bids: Sequence[FloatArray], answer: Answer) -> tuple[Outcome, ...]:
    """Decide a round; ``bids`` by drug, (firms,) yuan per unit, nan = no quote.

    ``answer(i, offers)`` is called where a rule offers prices (firms,), whole micro-yuan, to the firms of drug ``i``.
    The round is decided as a whole because some rules compare drugs with each other, and revivals ask firms.
    """
    if not documents:
        return ()
    tenders = [document.tender(document.quotes(bid)) for document, bid in zip(documents, bids, strict=True)]
    awards = award_all(tenders, documents[0].rules, answer)
    return tuple(outcome_of(document, award) for document, award in zip(documents, awards, strict=True))


def outcome_of(document: Document, award: Award) -> Outcome:
    """What follows from an award: the winners choose places, and the volume is shared out."""
    rules, order = document.rules, list(award.order)
    winners = [*order, *(i for i in np.flatnonzero(award.selected).tolist() if i not in award.order)]
    if not order:
        none = np.full(len(document.places), -1, dtype=np.int64)
        nothing = Volumes(none, np.zeros((0, len(none))), document.reported, np.zeros(0))
        return Outcome(document, award, (), none, none.copy(), nothing, 0)
    direct = rules.allocation.by_brand(document.named, award.selected)[:, winners].T
    rest = document.reported - direct.sum(axis=0)
    main = rules.allocation.draft(rest, len(order))
    of_main = np.where(np.arange(len(winners))[:, None] == main[None, :], rest, 0.0)
    shares = rules.share.of_winners(
        (direct + of_main).sum(axis=1),
        document.drug_class,
        [award.grades[i] for i in winners],
        document.incumbent[winners],
    )
    volumes = pass_down(Volumes(main, direct, rest, shares), document.limits[winners], len(order))
    backup = rules.backup.assign(volumes.rest, volumes.main, len(order))
    term = rules.term.months(len(winners), document.drug_class, document.start, document.form)
    return Outcome(document, award, tuple(winners), volumes.main, backup, volumes, term)


def most_winners(document: Document) -> int:
    """Largest number of winners that so many qualified firms can yield."""
    places = contest(document.tender(), document.rules).places
    return document.rules.selection.most(min(places, len(document.firms)))


def expected_share(document: Document) -> float:
    """Guaranteed share with as many winners as the qualified firms can yield; what institutions expect."""
    return float(document.rules.share.share(max(1, most_winners(document)), document.drug_class))
