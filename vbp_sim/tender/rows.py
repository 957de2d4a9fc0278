"""An outcome as rows of the tables `bids`, `prices`, `awards` and `allocation`, the same for a run and a back-test.

Rows are without the replication; the order of values is that of the tables' columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vbp_sim.rules import money
from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.tender.decide import Outcome

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Seen:
    """What stands beside an outcome in its rows; arrays (firms,), yuan per unit: the bid (nan = no quote), the own
    price before and the cost, and what really happened (nan, -1 = not known). ``before`` is the lowest price paid
    before, ``asked`` what a firm asks from then on if it was not selected (the price of before where it is left out).
    """

    bid: FloatArray
    price: FloatArray
    cost: FloatArray
    real_bid: FloatArray
    real_selected: IntArray
    before: float = np.nan
    asked: FloatArray | None = None


def bid_rows(outcome: Outcome, seen: Seen) -> Iterator[Row]:
    """A row for each firm that may bid."""
    document, award = outcome.document, outcome.award
    named = document.named.sum(axis=0)
    for i, firm in enumerate(document.firms):
        yield (
            document.round, document.drug, firm, document.originator[i], award.rank[i], seen.bid[i],
            _ceiling(outcome), seen.price[i], seen.cost[i], award.shortlisted[i], award.selected[i],
            _prices(outcome)[i], award.reasons[i], seen.real_bid[i], seen.real_selected[i], named[i],
        )  # fmt: skip


def price_rows(outcome: Outcome, seen: Seen, standard: Callable[[FloatArray, FloatArray], FloatArray]) -> Iterator[Row]:
    """A row for each firm; ``standard(price, selected)`` is the payment standard of the first year."""
    document, award, price = outcome.document, outcome.award, _prices(outcome)
    after = np.where(award.selected, price, seen.price if seen.asked is None else seen.asked)
    lowest = np.full(len(after), _lowest(outcome))
    paid = after if award.failed else standard(after, lowest)
    for i, firm in enumerate(document.firms):
        yield (document.round, document.drug, firm, document.originator[i], award.selected[i], seen.price[i], after[i],
               paid[i])  # fmt: skip


def award_row(outcome: Outcome, seen: Seen) -> Row:
    """The row of the drug."""
    document, award = outcome.document, outcome.award
    real = seen.real_bid[seen.real_selected == 1]
    return (
        document.round, document.drug, len(document.firms), award.n, int(award.shortlisted.sum()),
        int(award.selected.sum()), award.failed, _lowest(outcome), _ceiling(outcome), outcome.share, outcome.term,
        seen.before, float(np.nanmin(real)) if len(real) and not np.isnan(real).all() else np.nan,
    )  # fmt: skip


def allocation_rows(outcome: Outcome) -> Iterator[Row]:
    """For each place a row for the main supplier, then one for each brand that was named and won."""
    volumes, places = outcome.volumes, outcome.document.places
    for p, place in enumerate(places):
        main = int(outcome.main[p])
        if main < 0:
            continue
        yield _allocated(outcome, place, main, int(outcome.backup[p]), False, float(volumes.rest[p]))
        for brand in np.flatnonzero(volumes.direct[:, p]).tolist():
            yield _allocated(outcome, place, brand, -1, True, float(volumes.direct[brand, p]))


def _allocated(outcome: Outcome, place: str, winner: int, backup: int, by_brand: bool, reported: float) -> Row:
    document, price = outcome.document, _prices(outcome)
    firm = outcome.winners[winner]
    second = outcome.winners[backup] if backup >= 0 else -1
    return (
        document.round, document.drug, place, document.firms[firm], document.firms[second] if second >= 0 else "",
        price[firm], price[second] if second >= 0 else np.nan, by_brand, reported,
        float(outcome.volumes.shares[winner]) * reported,
    )  # fmt: skip


def _prices(outcome: Outcome) -> FloatArray:
    """Selected prices, yuan per unit, (firms,); nan = not selected."""
    return np.where(outcome.award.selected, outcome.award.price / money.YUAN, np.nan)


def _lowest(outcome: Outcome) -> float:
    price = _prices(outcome)
    return float(np.nanmin(price)) if outcome.award.selected.any() else np.nan


def _ceiling(outcome: Outcome) -> float:
    return outcome.document.ceiling / money.YUAN or np.nan
