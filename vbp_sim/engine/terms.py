"""What the laws of a month say of payment and distribution, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.clock import MONTH
from vbp_sim.rules.local.book import LawBook

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def months_of(days: float) -> int:
    """Whole months nearest to so many days: 30 days are one, 150 five."""
    return round(days / MONTH)


@dataclass(frozen=True)
class Terms:
    """Arrays (places,), fees (places, levels).

    The fund advances ``advanced`` (2, places) of agreed value: what firms get, and what hospitals keep. Where the fund
    pays itself (``direct``) it does so on the day that is due. Where distributors buy on credit (``credit``), they pay
    after ``own`` months. Days from delivery to payment by hospitals, or by the fund itself: ``days_due`` and
    ``days_usual``; the same in months, ``due`` where they pay on time, ``late`` where they do not, and ``usual`` for
    what was not selected. ``interest`` is a month's; ``expense`` of distributors over the value of goods.
    """

    advanced: Floats
    direct: Bools
    credit: Bools
    days_due: Floats
    days_usual: Floats
    days_own: Floats
    interest: Floats
    fees: Floats
    expense: Floats

    @property
    def due(self) -> Ints:
        return _months(self.days_due)

    @property
    def usual(self) -> Ints:
        return _months(self.days_usual)

    @property
    def late(self) -> Ints:
        return np.where(self.direct, self.due, np.maximum(self.due, self.usual))

    @property
    def own(self) -> Ints:
        return _months(self.days_own)

    @property
    def to_firms(self) -> tuple[Ints, Ints, Ints]:
        """Months until manufacturers are paid: on time, late, and for what was not selected."""
        direct = np.where(self.direct, self.due, self.own)
        lags = ((self.due, direct), (self.late, direct), (self.usual, self.own))
        return tuple(np.where(self.credit, own, lag) for lag, own in lags)  # type: ignore[return-value]


def terms_of(laws: LawBook, m: int, remoteness: Floats) -> Terms:
    """The terms of a month; ``remoteness`` (places,)."""
    payment, trade = laws.everywhere("payment", m), laws.everywhere("distribution", m)
    passed = [law.prepayment_share * law.passed_on for law in payment]
    own = [law.pays_after() for law in trade]
    kept = [law.prepayment_share * (1 - law.passed_on) for law in payment]
    return Terms(
        advanced=np.array([passed, kept]),
        direct=np.array([law.direct_settlement for law in payment]),
        credit=np.array([days is not None for days in own]),
        days_due=np.array([law.due_days() for law in payment], dtype=np.float64),
        days_usual=np.array([law.arrears_days for law in payment], dtype=np.float64),
        days_own=np.array([days or 0.0 for days in own], dtype=np.float64),
        interest=np.array([law.interest for law in payment]) / 12,
        fees=np.array([law.fees(far) for law, far in zip(trade, remoteness.tolist(), strict=True)]),
        expense=np.array([law.costs() for law in trade]),
    )


def _months(days: Floats) -> Ints:
    return np.array([months_of(each) for each in days.tolist()], dtype=np.int64)
