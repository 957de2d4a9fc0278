"""The goods chain of a month: who pays whom for what was delivered, and when.

    goods = settlement + settlement_late + direct_settlement + on_credit + advance_set_off + open claims
    on_credit = collected + collected_late + open claims of distributors
    on_credit = credit_payment + open claims of manufacturers on distributors

Selected goods are due after the days that the payment law of the month gives; institutions that do not pay then pay
after the arrears that were usual before. For goods that were not selected nothing is due earlier than is usual. Where
the fund pays itself it pays for all selected goods on the day that is due, and withholds as much from hospitals, who
have the patients' part. Where distributors buy on credit they pay manufacturers on a day of their own for all that
hospitals would have paid them, and collect it from hospitals. All follow the law of the month of delivery.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.postings import Postings
from vbp_sim.engine.terms import Terms
from vbp_sim.engine.turnover import Turnover

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Goods:
    """What hospitals owe for goods and when it is paid.

    ``due_late`` and ``collect_late`` are goods that were due in a month and not paid then, to manufacturers and to
    distributors, in the shape of a flow. (months, places): mean days from delivery until manufacturers are paid for
    selected goods (of all, where none are; ``delay``), and until hospitals pay for all goods (``delay_all``). The part
    of the use in institutions that pay ``on_time`` is (places, levels).
    """

    def __init__(self, books: Postings, levels: int) -> None:
        self.books = books
        self.due_late, self.collect_late = np.zeros(books.shape), np.zeros(books.shape)
        self.on_time = np.ones((books.shape[2], levels))
        self.delay = np.full((books.months, books.shape[2]), np.nan)
        self.delay_all = np.full_like(self.delay, np.nan)

    def settle(self, m: int, at: Ints, month: Turnover, left: Floats, terms: Terms) -> Floats:
        """Post when the month's goods are paid; ``left`` (drugs, places, levels) of selected goods is not set off.

        Return the part of it that is paid on time, (drugs, places, levels).
        """
        books, others = self.books, month.others + month.alternatives
        punctual = np.where(terms.direct[:, None], left, left * self.on_time)
        tardy = (left - punctual) * (terms.late > terms.due)[:, None]
        self._delays(m, month, left, punctual, terms)
        for (on_time, late, overdue), here in (
            (("settlement", "settlement_late", self.due_late), ~terms.credit),
            (("collected", "collected_late", self.collect_late), terms.credit),
        ):
            if not here.any():
                continue
            books.later(on_time, m, at, _in(here, others), terms.usual)
            here = here & ~terms.direct
            books.later(on_time, m, at, _in(here, punctual), terms.due)
            books.later(on_time, m, at, _in(here, left - punctual - tardy), terms.due)
            books.later(late, m, at, _in(here, tardy), terms.late)
            books.add(overdue, m, at, _in(here, tardy), terms.due)
        if terms.direct.any():
            for flow in ("direct_settlement", "direct_withheld"):
                books.later(flow, m, at, _in(terms.direct, left), terms.due)
        bought = _in(terms.credit & ~terms.direct, left) + _in(terms.credit, others)
        if terms.credit.any():
            books.post("on_credit", m, at, bought)
            books.later("credit_payment", m, at, bought, terms.own)
        if terms.interest.any():
            self._wait(m, at, others, punctual, left - punctual, bought, terms)
        return punctual

    def _wait(self, m: int, at: Ints, others: Floats, punctual: Floats, tardy: Floats, bought: Floats,
              terms: Terms) -> None:  # fmt: skip
        """What sellers pay for the money that they wait for, from the month of delivery to that before the payment."""
        a_month = terms.interest[:, None]
        for yuan, lag in ((punctual, terms.due), (tardy, terms.late), (others, terms.usual)):
            held = terms.credit if yuan is others else terms.credit & ~terms.direct
            self.books.until("finance_cost", m, at, _in(~held, yuan) * a_month, lag)
            self.books.until("delivery_finance", m, at, _in(held, yuan) * a_month, lag)
        self.books.until("finance_cost", m, at, bought * a_month, terms.own)

    def _delays(self, m: int, month: Turnover, left: Floats, punctual: Floats, terms: Terms) -> None:
        """Days from delivery to payment, weighted by value; what is set off has been paid already."""
        here, late = punctual.sum(axis=(0, 2)), (left - punctual).sum(axis=(0, 2))
        to_hospitals = here * terms.days_due + late * np.maximum(terms.days_due, terms.days_usual)
        other = (month.others + month.alternatives).sum(axis=(0, 2)) * terms.days_usual
        bought, spend = month.selected.sum(axis=(0, 2)), month.spend.sum(axis=(0, 2))
        held = terms.credit & ~terms.direct
        waited = np.where(held, left.sum(axis=(0, 2)) * terms.days_own, to_hospitals)
        usual = np.where(spend > 0, np.where(terms.credit, terms.days_own, terms.days_usual), np.nan)
        self.delay[m] = np.divide(waited, bought, out=usual, where=bought > 0)
        self.delay_all[m] = np.divide(to_hospitals + other, spend, out=np.full_like(spend, np.nan), where=spend > 0)

    def claims(self) -> dict[str, tuple[Floats, Floats]]:
        """Claims for goods: what is open at the end of each month, and the part that is past due; shapes of flows."""
        so_far = {name: np.cumsum(values, axis=0) for name, values in self.books.flows.items()}
        paid = so_far["settlement"] + so_far["settlement_late"] + so_far["advance_set_off"]
        paid = paid + so_far["direct_settlement"] + so_far["on_credit"]
        collected = so_far["collected"] + so_far["collected_late"]
        return {
            "goods": (so_far["goods"] - paid, np.cumsum(self.due_late, axis=0) - so_far["settlement_late"]),
            "credit": (so_far["on_credit"] - so_far["credit_payment"], np.zeros_like(paid)),
            "collection": (
                so_far["on_credit"] - collected,
                np.cumsum(self.collect_late, axis=0) - so_far["collected_late"],
            ),
        }


def _in(here: Bools, yuan: Floats) -> Floats:
    """What of (drugs, places, levels) belongs to some places, (places,)."""
    return np.where(here[:, None], yuan, 0.0)
