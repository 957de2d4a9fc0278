"""How hospitals are paid for drugs beside fee for service: by case, under a yearly budget, with a mark-up.

    reimbursement = (1 - by case) x fund's part of the price paid
    bundle        = by case x fund's part of the earlier price x weight x units used
    rebased       = (1 - budget cut) x by case x fund's part of the earlier price x (1 - weight) x units used

A weight is 1 until a drug was supplied for the years of the law; then it follows, once a year, what was spent in the
year before. What it frees goes to all groups of a place: to its levels by all that they do (`demand.level_share`).

Under a budget the fund pays for use as before, and the place settles at the end of a calendar year.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.institutions import level_weights
from vbp_sim.engine.turnover import Trade, Turnover
from vbp_sim.rules.local.hospital_payment import Budget, Case

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: posts a flow of a month: (drugs, places, levels) yuan of the rounds (drugs, places)
Post = Callable[[str, int, Ints, Floats], None]


class Care:
    """State of how hospitals are paid in one replication.

    ``bundled`` (months, places) is the fund's part of the price of what was used under case payment. (drugs, places):
    ``weight`` of each group; how many months it was ``supplied``; in the last of them, up to 12, what was ``spent`` of
    the fund's part of prices, and the same at ``earlier`` prices. ``base`` (places,) is a consortium's budget a month.
    """

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        finance, market = trade.spec.finance, trade.market
        shape = (len(market.drugs), len(market.provinces))
        self.share = finance.covered
        self.ward = np.tile(np.array([[drug.inpatient_share] for drug in market.drugs]), (1, shape[1]))
        self.groups = np.array([level_weights(place, trade.spec.demand) for place in market.provinces])
        self.bundled = np.zeros((len(trade.clock.months), shape[1]))
        self.weight, self.supplied = np.ones(shape), np.zeros(shape, dtype=np.int64)
        self.spent, self.earlier = np.zeros(shape), np.zeros(shape)
        self.base = usual_month(trade)
        self._budget, self._year = np.zeros(shape[1]), np.zeros((2, *self.groups.shape))

    def close(self, m: int, at: Ints, month: Turnover, post: Post) -> None:
        """Post a month's reimbursement, and all that hospitals get and pay beside it."""
        earlier = self.share * self.trade.prices.mean[..., None] * month.used
        payment, markup = (self.trade.laws.everywhere(kind, m) for kind in ("hospital_payment", "markup"))
        tied = np.array([law.tied for law in markup])[:, None]
        paid, gain = self._by_case(m, at, month, earlier, payment, post)
        post("reimbursement", m, at, month.covered - paid)
        rate = np.array([law.rate for law in markup])[:, None]
        if rate.any():
            post("markup_self", m, at, rate * (month.spend - month.covered))
            post("markup_fund", m, at, rate * (month.covered - paid))
            gain = gain + rate * (month.spend - paid)
        back = np.array([law.compensation * law.missing() for law in markup])[:, None]
        if back.any():
            post("compensation", m, at, back * month.spend)
        if tied.any():
            post("staff_pay", m, at, tied * np.maximum(gain, 0))
        self._settle(m, month, earlier, payment, tied, post)

    def _by_case(
        self, m: int, at: Ints, month: Turnover, earlier: Floats, laws: list[Any], post: Post
    ) -> tuple[Floats, Floats]:
        """Post what is paid by case; return what the fund would have paid for that use, and what hospitals gain,
        (drugs, places, levels)."""
        part = np.stack([law.by_case(self.ward[:, p]) for p, law in enumerate(laws)], axis=1)[..., None]
        paid, gain = part * month.covered, np.zeros_like(month.covered)
        if part.any():
            bundle, cut = part * earlier * self.weight[..., None], np.array([_cut(law) for law in laws])
            freed = (part * earlier - bundle).sum(axis=2, keepdims=True)
            rebased = (1 - cut)[:, None] * freed * self.groups
            post("bundle", m, at, bundle)
            post("rebased", m, at, rebased)
            self.bundled[m], gain = paid.sum(axis=(0, 2)), bundle + rebased - paid
        self._rebase(m, month, earlier, laws)
        return paid, gain

    def _rebase(self, m: int, month: Turnover, earlier: Floats, laws: list[Any]) -> None:
        """Remember what was spent; once a year of supply is over, weights follow it."""
        now = self.trade.recorder.year[m] > 0
        self.supplied += now
        self.spent += now * month.covered.sum(axis=2)
        self.earlier += now * earlier.sum(axis=2)
        over = now & (self.supplied % 12 == 0)
        if not over.any():
            return
        ratio = np.divide(self.spent, self.earlier, out=np.ones_like(self.spent), where=self.earlier > 0)
        for p, law in enumerate(laws):
            if isinstance(law, Case):
                due = over[:, p] & (self.supplied[:, p] >= 12 * law.rebase_years)
                self.weight[:, p] = np.where(due, law.weight(ratio[:, p]), self.weight[:, p])
        self.spent, self.earlier = np.where(over, 0.0, self.spent), np.where(over, 0.0, self.earlier)

    def _settle(self, m: int, month: Turnover, earlier: Floats, laws: list[Any], tied: Floats, post: Post) -> None:
        """Add a month to the year of the consortiums; at its end they keep a part of the surplus, or share an
        overspend."""
        held = np.array([isinstance(law, Budget) for law in laws])
        if not held.any():
            return
        growth = np.array([law.growth if isinstance(law, Budget) else 0.0 for law in laws])
        self._budget += held * self.base * (1 + growth) ** (m / 12)
        self._year += held[:, None] * np.stack([month.covered.sum(axis=0), earlier.sum(axis=0)])
        months = self.trade.clock.months
        if months[m].month != 12 and m + 1 < len(months):
            return
        kept, borne = np.zeros((2, len(laws)))
        spent = self._year[0].sum(axis=1)
        for p in np.flatnonzero(held).tolist():
            kept[p], borne[p] = laws[p].settled(self._budget[p], spent[p])
            self.base[p] -= laws[p].rebased * max(0.0, self._budget[p] - spent[p]) / 12
        total = self._year[1].sum(axis=1, keepdims=True)
        parts = np.divide(self._year[1], total, out=self.groups.copy(), where=total > 0)
        whole = np.zeros((1, len(laws)), dtype=np.int64)
        post("surplus_kept", m, whole, (kept[:, None] * parts)[None])
        post("overspend_shared", m, whole, (borne[:, None] * parts)[None])
        if tied.any():
            post("staff_pay", m, whole, (tied * kept[:, None] * parts)[None])
        self._budget[:], self._year[:] = 0.0, 0.0


def usual_month(trade: Trade) -> Floats:
    """The fund's part of a month's need before any report, at earlier prices, (places,) yuan."""
    need = trade.market.reported / trade.spec.demand.reporting_ratio / 12
    return np.asarray(trade.spec.finance.covered * (need * trade.prices.mean).sum(axis=0))


def _cut(law: Any) -> float:
    return law.budget_cut if isinstance(law, Case) else 0.0
