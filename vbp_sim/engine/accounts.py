"""The accounts: every yuan that moves between the parties, month by month, and what is owed and not yet paid.

    goods = settlement + settlement_late + direct_settlement + on_credit + advance_set_off + open claims
    advance = advance_set_off + advance_return + open advances
    copayment + reimbursement = goods of the month, but for what is paid by case

Once a month, after everybody has received, the month's use becomes postings by (round, place, level). Goods of a round
are all goods of its drugs in its places, selected or not, from its first supply on; before that the round is "".
When goods are paid is told in `goods`, what becomes of advances in `advances`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.advances import Advances
from vbp_sim.engine.appropriation import Surplus
from vbp_sim.engine.care import Care
from vbp_sim.engine.clock import CLOSE
from vbp_sim.engine.distributors import Distributors
from vbp_sim.engine.fund import Fund
from vbp_sim.engine.goods import Goods
from vbp_sim.engine.owners import Owners
from vbp_sim.engine.postings import WHOLE, Postings
from vbp_sim.engine.terms import Terms, terms_of
from vbp_sim.engine.turnover import Laid, Trade, Turnover, baseline, lay_out, turnover
from vbp_sim.facts import fact

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: what the fund pays for drugs, by flow
FUND_PAID = ("reimbursement", "bundle", "rebased", "markup_fund", "emergency", "relief", "reserve_fund", "outside_fund")


class Accounts(Postings):
    """Postings of one replication, yuan, as in `Postings`.

    ``surplus`` is what hospitals may keep, on its way to them. ``alternatives`` (months, places) is the part of the
    goods that is outside the list. ``remoteness`` (places,).
    """

    def __init__(self, trade: Trade) -> None:
        super().__init__(trade)
        self.trade = trade
        self.place_of_round = {name: r for r, name in enumerate(self.rounds)}
        self.surplus = Surplus(self.shape, np.array([first.year for first in trade.clock.months]))
        self.alternatives = np.zeros((self.months, self.shape[2]))
        self.remoteness = np.array([place.remoteness for place in trade.market.provinces])
        self.goods = Goods(self, WHOLE)
        self.advances = Advances(trade, self)
        self.distributors = Distributors(self, trade.laws, self.remoteness)
        self.care, self.fund = Care(trade), Fund(trade)
        self.owners = Owners(trade.products, self.months)
        self._laid: Laid | None = None

    def changed(self) -> None:
        """Who sells what where has changed."""
        self._laid = None

    def _retain(self, m: int) -> None:
        """Appropriate what was assessed for the month that is over, and post when it will be paid."""
        found = self.surplus.ready(m - 1 if m < self.months - 1 else m)
        if not found:
            return
        usual = self.trade.spec.finance.covered * baseline(self.trade)[0]
        self.surplus.appropriate(found, usual - sum(self.flows[flow].sum(axis=(1, 3)) for flow in FUND_PAID))
        for one in found:
            part = self.surplus.part[one.appropriated, one.place]
            if one.due < self.months:
                self.flows["retained"][one.due, one.round, one.place, :WHOLE] += one.yuan * part
                self.flows["staff_bonus"][one.due, one.round, one.place, :WHOLE] += one.staff * part
            if part < 1:
                cut = float(one.yuan.sum() * (1 - part))
                now, place = self.trade.clock.day(self.trade.clock.months[m]), self.trade.market.provinces[one.place]
                self.trade.recorder.event(
                    now + CLOSE, "retention-cut", self.rounds[one.round], "", "", place.id, cut, fact("over_cap")
                )

    def deduct(self, m: int, round: str, place: int, by_level: Floats) -> None:
        """Hospitals of a place pay to the fund for a year that is assessed in a month, (levels,) yuan."""
        self.flows["deduction"][min(m, self.months - 1), self.place_of_round[round], place, :WHOLE] += by_level

    def set_off(self, flow: str, m: int, round: str, by_place: Floats) -> None:
        """Post (places,) yuan of a round that belong to places as a whole, and move no money of a firm."""
        self.flows[flow][m, self.place_of_round[round], :, WHOLE] += by_place

    def charge(self, flow: str, m: int, round: str, product: int, by_place: Floats, *, receives: bool = False) -> None:
        """A manufacturer pays (places,) yuan of a round, such as damages, or ``receives`` them."""
        self.set_off(flow, m, round, by_place)
        by_product = np.zeros(len(self.trade.sold))
        by_product[product] = -by_place.sum() if receives else by_place.sum()
        self.owners.pay(m, by_product)

    def hold(self, m: int, months_cost: Floats, by_fund: Floats) -> None:
        """Reserves cost ``months_cost`` (drugs, places), as units at the drug's price before any round; the fund pays
        the part ``by_fund`` (places,)."""
        at, yuan = self.trade.recorder.round[m], self.trade.prices.mean * months_cost
        self.place("reserve_fund", m, at, yuan * by_fund)
        self.place("reserve_state", m, at, yuan * (1 - by_fund))

    def close(self, m: int) -> list[tuple[int, float]]:
        """Post a month, once everybody has received; return the places whose fund begins to warn, see `Fund.close`."""
        if self._laid is None:
            self._laid = lay_out(self.trade)
        laid, month = self._laid, turnover(self.trade, self._laid, m)
        at = self.trade.recorder.round[m]
        self.alternatives[m] = month.alternatives.sum(axis=(0, 2))
        terms = terms_of(self.trade.laws, m, self.remoteness)
        self.care.close(m, at, month, self.post)
        self.post("copayment", m, at, month.spend - month.covered)
        self.post("goods", m, at, month.spend)
        dearer = self._dearer(m)
        if dearer.any():
            self.post("offline", m, at, dearer * month.others)
        rescued = self.trade.recorder.monthly["emergency"][m]
        if rescued.any():
            self.post("emergency", m, at, self._emergency(m) * self.trade.prices.mean[..., None] * rescued)
        if self.trade.recorder.dearer[m].any():
            self.post("relief", m, at, self.trade.prices.mean[..., None] * self.trade.recorder.dearer[m])
        self.post("outside_fund", m, at, month.away_covered)
        self.post("outside_self", m, at, month.away - month.away_covered)
        self.post("production", m, at, month.cost + month.away_cost)
        finance = self.trade.spec.finance
        vat = finance.vat_rate / (1 + finance.vat_rate)
        sales = month.spend + month.away
        self.post("distribution_fee", m, at, terms.fees * sales)
        self.post("delivery", m, at, terms.expense[:, None] * sales)
        self.post("vat", m, at, vat * sales)
        made = (self.trade.sold * laid.cost).sum(axis=1)
        outside = float(month.cost.sum() - made.sum() - (month.other_units * laid.other_cost).sum())
        self.owners.make(m, made, laid, month.other_units, outside)
        self.owners.sell_outside(m, laid, month, finance.free_price, terms.fees, vat)
        self.owners.pay(m, self.advances.end(m, laid, early=True))
        self.owners.pay(m, -self.advances.give(m, laid, terms.advanced))
        self._settle(m, at, laid, month, terms, vat)
        self.owners.pay(m, self.advances.end(m, laid, early=False))
        self.distributors.close(m, month.spend.sum(axis=(0, 2)))
        self.distributors.open(m + 1)
        self._retain(m)
        return self.fund.close(m, self.flows)

    def _settle(self, m: int, at: Ints, laid: Laid, month: Turnover, terms: Terms, vat: float) -> None:
        """What hospitals owe for the month's goods: set off against the advance, paid on time, late, or later still."""
        off, part = self.advances.recover(m, at, month.sold, month.selected, terms.advanced)
        left = month.selected * (1 - part[..., None])
        punctual = self.goods.settle(m, at, month, left, terms).sum(axis=2)
        total = left.sum(axis=2)
        on_time = np.divide(punctual, total, out=np.ones_like(total), where=total > 0)
        on_time = on_time[self.trade.products.drug]
        self.owners.sell(m, laid, month, month.sold - off, on_time, terms, vat)

    def _emergency(self, m: int) -> Floats:
        """What emergency purchases cost more, over the drug's price before any round, (places, 1)."""
        return np.array([[law.emergency_price - 1] for law in self.trade.laws.everywhere("supply_security", m)])

    def _dearer(self, m: int) -> Floats:
        """What goods that were not selected cost more because of what is bought outside the platform, over their price,
        (places, 1)."""
        laws = self.trade.laws.everywhere("platform", m)
        return np.array([[(1 - law.online_rate) * (law.offline_price - 1)] for law in laws])

    def claims(self) -> dict[str, tuple[Floats, Floats]]:
        """By claim what is open at the end of each month, and the part that is past due; shapes as ``flows``."""
        flow = {name: np.cumsum(values, axis=0) for name, values in self.flows.items()}
        stages = self.surplus.assessed, self.surplus.appropriated, self.surplus.cut
        assessed, appropriated, cut = (np.cumsum(yuan, axis=0) for yuan in stages)
        never = np.zeros(self.shape)
        return {
            **self.goods.claims(),
            "advance": (
                _whole(flow["advance"] - flow["advance_return"] - flow["advance_set_off"]),
                np.cumsum(self.advances.lost, axis=0),
            ),
            "advance_kept": (_whole(flow["advance_kept"] - flow["advance_repaid"]), never),
            "deposit": (_whole(flow["deposit"] - flow["deposit_back"] - flow["deposit_kept"]), never),
            "retained_assessed": (assessed - appropriated - cut, never),
            "retained": (appropriated - flow["retained"], never),
        }


def _whole(yuan: Floats) -> Floats:
    """Sums of levels, as what belongs to a place as a whole; shape of a flow."""
    found = np.zeros_like(yuan)
    found[..., WHOLE] = yuan.sum(axis=3)
    return found
