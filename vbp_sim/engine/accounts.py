"""The accounts: every yuan that moves between the parties, month by month, and what is owed and not yet paid.

    goods = settlement + settlement_late + advance_set_off + open claims
    advance = advance_set_off + advance_return + open advances
    copayment + reimbursement = goods of the month, but for what is paid by case

Once a month, after everybody has received, the month's use becomes postings by (round, place, level). Goods of a round
are all goods of its drugs in its places, selected or not, from its first supply on; before that the round is "".
Selected goods are due after the days that the payment law of the month gives; institutions that do not pay then pay
after the arrears that were usual before. For goods that were not selected nothing is due earlier than is usual.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.appropriation import Surplus
from vbp_sim.engine.care import Care
from vbp_sim.engine.clock import CLOSE
from vbp_sim.engine.flows import FLOWS
from vbp_sim.engine.fund import Fund
from vbp_sim.engine.owners import Owners
from vbp_sim.engine.turnover import Laid, Trade, Turnover, lay_out, turnover
from vbp_sim.facts import fact
from vbp_sim.scenario.market import LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_MONTH_DAYS = 365.25 / 12

#: what the fund pays for drugs, by flow
FUND_PAID = ("reimbursement", "bundle", "rebased", "markup_fund", "outside_fund")
#: levels of postings: those of institutions, and "" for what belongs to a place as a whole
ACCOUNT_LEVELS = (*LEVELS, "")
WHOLE = len(LEVELS)


def months_of(days: float) -> int:
    """Whole months nearest to so many days: 30 days are one, 150 five."""
    return round(days / _MONTH_DAYS)


class Accounts:
    """Postings of one replication, yuan: ``flows[id]`` has shape (months, rounds, places, `ACCOUNT_LEVELS`).

    ``rounds`` are the ids of the scenario's rounds behind "" (before any). ``due_late`` are goods that were due in a
    month and not paid then; ``surplus`` is what hospitals may keep, on its way to them; ``lost`` advances to firms that
    gave the product up, in the month in which they should have come back.
    ``advance`` (products, places) is outstanding. ``alternatives`` (months, places) is the part of the goods that is
    outside the list, ``delay`` the mean days from delivery to payment of selected goods (of all, where none are). The
    part of the use in institutions that pay ``on_time`` is (places, levels).
    """

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.rounds = ("", *trade.spec.rounds)
        self.place_of_round = {name: r for r, name in enumerate(self.rounds)}
        self.months = len(trade.clock.months)
        shape = (self.months, len(self.rounds), len(trade.market.provinces), len(ACCOUNT_LEVELS))
        self.flows: dict[str, Floats] = {name: np.zeros(shape) for name in FLOWS}
        self.due_late, self.lost = np.zeros(shape), np.zeros(shape)
        self.surplus = Surplus(shape, np.array([first.year for first in trade.clock.months]))
        self.on_time = np.ones((shape[2], len(LEVELS)))
        self.alternatives, self.delay = np.zeros((self.months, shape[2])), np.full((self.months, shape[2]), np.nan)
        self.care, self.fund = Care(trade), Fund(trade)
        self.owners = Owners(trade.products, self.months)
        self.advance: Floats = np.zeros(trade.sold.shape)
        self._until = np.full(trade.sold.shape, -1, dtype=np.int64)
        self._of_round = np.zeros(trade.sold.shape, dtype=np.int64)
        self._laid: Laid | None = None

    def changed(self) -> None:
        """Who sells what where has changed."""
        self._laid = None

    def _retain(self, m: int) -> None:
        """Appropriate what was assessed for the month that is over, and post when it will be paid."""
        found = self.surplus.ready(m - 1 if m < self.months - 1 else m)
        if not found:
            return
        covered = self.trade.spec.finance.fund_share * self.trade.spec.finance.insured_share
        usual = covered * (self.trade.recorder.monthly["need"].sum(axis=3) * self.trade.prices.mean).sum(axis=1)
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

    def damages(self, m: int, round: str, product: int, by_place: Floats) -> None:
        """A manufacturer pays damages to the hospitals of a round, (places,) yuan."""
        self.flows["damages"][m, self.place_of_round[round], :, WHOLE] += by_place
        self._pay(m, np.array([product]), np.array([by_place.sum()]))

    def close(self, m: int) -> list[tuple[int, float]]:
        """Post a month, once everybody has received; return the places whose fund begins to warn, see `Fund.close`."""
        if self._laid is None:
            self._laid = lay_out(self.trade)
        laid, month = self._laid, turnover(self.trade, self._laid, m)
        at = self.trade.recorder.round[m]
        self.alternatives[m] = month.alternatives.sum(axis=(0, 2))
        self.care.close(m, at, month, self._post)
        self._post("copayment", m, at, month.spend - month.covered)
        self._post("goods", m, at, month.spend)
        dearer = self._dearer(m)
        if dearer.any():
            self._post("offline", m, at, dearer * month.others)
        self._post("outside_fund", m, at, month.away_covered)
        self._post("outside_self", m, at, month.away - month.away_covered)
        self._post("production", m, at, month.cost + month.away_cost)
        finance = self.trade.spec.finance
        vat = finance.vat_rate / (1 + finance.vat_rate)
        sales = month.spend + month.away
        self._post("distribution_fee", m, at, finance.distribution_fee * sales)
        self._post("vat", m, at, vat * sales)
        made = (self.trade.sold * laid.cost).sum(axis=1)
        outside = float(month.cost.sum() - made.sum() - (month.other_units * laid.other_cost).sum())
        self.owners.make(m, made, laid, month.other_units, outside)
        self.owners.sell_outside(m, laid, month.away_units, finance.free_price, finance.distribution_fee + vat)
        self._return(m, laid, early=True)
        self._advance(m, laid)
        self._settle(m, at, laid, month, finance.distribution_fee + vat)
        self._return(m, laid, early=False)
        self._retain(m)
        return self.fund.close(m, self.flows)

    def _advance(self, m: int, laid: Laid) -> None:
        """The fund pays its advance on agreement years that begin this month."""
        trade, rec = self.trade, self.trade.recorder
        opens = rec.opens[m]
        if not opens.any():
            return
        agreed = rec.monthly["agreed"][m].sum(axis=2) * opens
        given = self._law(m, "prepayment_share") * agreed[trade.products.drug] * laid.routes * laid.price
        self.advance += given
        begun = (opens[trade.products.drug] > 0) & (laid.routes > 0)
        self._until = np.where(begun, m + opens[trade.products.drug] - 1, self._until)
        self._of_round = np.where(begun, rec.round[m][trade.products.drug], self._of_round)
        self._place("advance", m, given)
        self._pay(m, np.arange(len(given)), -given.sum(axis=1))

    def _settle(self, m: int, at: Ints, laid: Laid, month: Turnover, charges: float) -> None:
        """What hospitals owe for the month's goods: set off against the advance, paid on time, late, or later still."""
        trade = self.trade
        off = np.minimum(self._law(m, "prepayment_share") * month.sold, self.advance)
        self.advance -= off
        sold, drug = np.zeros((2, *at.shape)), trade.products.drug
        np.add.at(sold[0], drug, off)
        np.add.at(sold[1], drug, month.sold)
        part = np.divide(sold[0], sold[1], out=np.zeros_like(sold[0]), where=sold[1] > 0)[..., None]
        self._post("advance_set_off", m, at, month.selected * part)
        left = month.selected * (1 - part)
        punctual = left * self.on_time
        payment = [trade.laws.part("payment", p, m) for p in range(at.shape[1])]
        days = np.array([(law.due_days(), law.arrears_days) for law in payment]).T
        self.delay[m] = _mean_days(month, punctual, left - punctual, days)
        due, usual = (np.array([months_of(each) for each in kind]) for kind in days.tolist())
        late = np.maximum(due, usual)
        self._later("settlement", m, at, month.others + month.alternatives, usual)
        self._later("settlement", m, at, punctual, due)
        tardy = (left - punctual) * (late > due)[:, None]
        self._later("settlement", m, at, left - punctual - tardy, due)
        self._later("settlement_late", m, at, tardy, late)
        self._add(self.due_late, m, at, tardy, due)
        total = left.sum(axis=2)
        on_time = np.divide(punctual.sum(axis=2), total, out=np.ones_like(total), where=total > 0)
        self.owners.sell(m, laid, month, month.sold - off, on_time[drug], (due, late, usual), charges)

    def _return(self, m: int, laid: Laid, *, early: bool) -> None:
        """What is left of an advance comes back at the end of its year, or once the product is no longer supplied
        there.

        A firm that gave the product up pays nothing back. ``early``: before this month's advances and goods.
        """
        open_ = self.advance > 0
        over = open_ & ((laid.routes == 0) | (self._of_round != self.trade.recorder.round[m][self.trade.products.drug]))
        over = over if early else over | (open_ & (self._until <= m))
        if not over.any():
            return
        gone = np.zeros(len(over), dtype=np.bool_)
        gone[[i for i, plant in self.trade.plants.items() if plant.gone]] = True
        back = np.where(over & ~gone[:, None], self.advance, 0.0)
        self._place("advance_return", m, back)
        self._pay(m, np.arange(len(back)), back.sum(axis=1))
        never = np.where(over & gone[:, None], self.advance, 0.0)
        np.add.at(self.lost[m, :, :, WHOLE], (self._of_round, np.arange(never.shape[1])[None, :]), never)
        self.advance = np.where(over, 0.0, self.advance)

    def _dearer(self, m: int) -> Floats:
        """What goods that were not selected cost more because of what is bought outside the platform, over their price,
        (places, 1)."""
        laws = [self.trade.laws.part("platform", p, m) for p in range(self.advance.shape[1])]
        return np.array([[(1 - law.online_rate) * (law.offline_price - 1)] for law in laws])

    def _law(self, m: int, value: str) -> Floats:
        """A value of the payment law of a month, (places,)."""
        places = range(self.advance.shape[1])
        return np.array([getattr(self.trade.laws.part("payment", p, m), value) for p in places])

    def _pay(self, m: int, products: Ints, yuan: Floats) -> None:
        by_product = np.zeros(len(self.advance))
        by_product[products] = yuan
        self.owners.pay(m, by_product)

    def _post(self, flow: str, m: int, at: Ints, yuan: Floats) -> None:
        """Post (drugs, places, levels) of the rounds ``at`` (drugs, places)."""
        self._sum(self.flows[flow][m], at, yuan)

    def _place(self, flow: str, m: int, yuan: Floats) -> None:
        """Post (products, places) that belong to a place as a whole."""
        places = np.arange(yuan.shape[1])[None, :]
        np.add.at(self.flows[flow][m, :, :, WHOLE], (self._of_round, places), yuan)

    def _later(self, flow: str, m: int, at: Ints, yuan: Floats, lag: Ints) -> None:
        """Post what places pay after ``lag`` (places,) months; what lies beyond the last month stays open."""
        self._add(self.flows[flow], m, at, yuan, lag)

    def _add(self, into: Floats, m: int, at: Ints, yuan: Floats, lag: Ints) -> None:
        for months in sorted({*lag.tolist()}):
            if m + months < self.months:
                self._sum(into[m + months], at, np.where((lag == months)[:, None], yuan, 0.0))

    def _sum(self, into: Floats, at: Ints, yuan: Floats) -> None:
        """Add (drugs, places, levels) to (rounds, places, account levels)."""
        for r in sorted({*at.ravel().tolist()}):
            into[r, :, :WHOLE] += np.where((at == r)[..., None], yuan, 0.0).sum(axis=0)

    def claims(self) -> dict[str, tuple[Floats, Floats]]:
        """By claim what is open at the end of each month, and the part that is past due; shapes as ``flows``."""
        flow = {name: np.cumsum(values, axis=0) for name, values in self.flows.items()}
        paid = flow["settlement"] + flow["settlement_late"] + flow["advance_set_off"]
        stages = self.surplus.assessed, self.surplus.appropriated, self.surplus.cut
        assessed, appropriated, cut = (np.cumsum(yuan, axis=0) for yuan in stages)
        advances = np.zeros_like(flow["advance"])
        advances[..., WHOLE] = (flow["advance"] - flow["advance_return"] - flow["advance_set_off"]).sum(axis=3)
        return {
            "goods": (flow["goods"] - paid, np.cumsum(self.due_late, axis=0) - flow["settlement_late"]),
            "advance": (advances, np.cumsum(self.lost, axis=0)),
            "retained_assessed": (assessed - appropriated - cut, np.zeros_like(paid)),
            "retained": (appropriated - flow["retained"], np.zeros_like(paid)),
        }


def _mean_days(month: Turnover, punctual: Floats, tardy: Floats, days: Floats) -> Floats:
    """Days from delivery to payment, weighted by value, (places,); what is set off has been paid already."""
    bought = month.selected.sum(axis=(0, 2))
    waited = punctual.sum(axis=(0, 2)) * days[0] + tardy.sum(axis=(0, 2)) * np.maximum(days[0], days[1])
    usual = np.where(month.spend.sum(axis=(0, 2)) > 0, days[1], np.nan)
    return np.asarray(np.divide(waited, bought, out=usual, where=bought > 0))
