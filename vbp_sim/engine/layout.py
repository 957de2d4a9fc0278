"""Lays the monthly arrays of a replication out as the tables `use` and `fund`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.mix import Mix
from vbp_sim.rules.payment.interface import Payment
from vbp_sim.scenario.market import LEVELS

if TYPE_CHECKING:
    from vbp_sim.engine.recorder import Recorder, Table

Floats = npt.NDArray[np.float64]


class Split:
    """Each month's volumes by kind of product, and their prices.

    Volumes (months, drugs, provinces, levels) in units, prices (months, drugs, provinces) in yuan per unit. Before the
    first supply the products that will be selected are shown as selected, at their earlier shares and prices.
    """

    def __init__(self, rec: Recorder) -> None:
        self.rec = rec
        mix = _filled_back(rec.mix)
        self.before = rec.mix < 0
        p = rec.products
        share = _of_mix(mix, [float(p.pre_share[list(x.products)].sum()) for x in rec.mixes])
        price = _of_mix(mix, [float(np.dot(p.pre_price[list(x.products)], self._earlier_parts(x))) for x in rec.mixes])
        branded = np.where(
            self.before,
            _of_mix(mix, [float(np.dot(p.originator[list(x.products)], self._earlier_parts(x))) for x in rec.mixes]),
            _of_mix(mix, [float(np.dot(p.originator[list(x.products)], x.parts)) for x in rec.mixes]),
        )
        need, volumes = rec.monthly["need"], rec.monthly
        self.selected = np.where(self.before[..., None], need * share[..., None], volumes["selected"])
        nonselected = need - self.selected - volumes["unmet"] - volumes["alternatives"]
        part, self.originator_price, self.generic_price = self._others(mix)
        self.originator = nonselected * part[..., None]
        self.generic = nonselected - self.originator
        self.selected_price = np.where(self.before, price, rec.paid)
        self.by_originator = self.selected * branded[..., None]

    def _earlier_parts(self, mix: Mix) -> Floats:
        """What each product of a mix had of their common volume before the round."""
        shares = self.rec.products.pre_share[list(mix.products)]
        total = float(shares.sum())
        return shares / total if total > 0 else np.array(mix.parts)

    def _others(self, mix: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Originators' part of the non-selected volume, their price and the generics', per month, drug and province."""
        part, originator, generic = np.zeros(mix.shape), np.zeros(mix.shape), np.zeros(mix.shape)
        for d in range(mix.shape[1]):
            for place in np.unique(mix[:, d]).tolist():
                others = self.rec.others[place] if place >= 0 else self.rec.prices.untouched[d]
                here = mix[:, d] == place
                part[:, d][here] = others.originator_part
                originator[:, d][here] = others.originator_price
                generic[:, d][here] = others.generic_price
        return part, originator, generic


def monthly_tables(rec: Recorder) -> dict[str, Table]:
    """The tables `use` and `fund`."""
    split = Split(rec)
    return {"use": _use(rec, split), "fund": _fund(rec, split)}


def _use(rec: Recorder, split: Split) -> Table:
    """Rows: month x drug x province x level. Volumes in units."""
    volumes = rec.monthly
    return {
        **_keys(rec, levels=True),
        "need": volumes["need"].ravel(),
        "selected": split.selected.ravel(),
        "selected_originator": split.by_originator.ravel(),
        "generic": split.generic.ravel(),
        "originator": split.originator.ravel(),
        "alternatives": volumes["alternatives"].ravel(),
        "substituted": volumes["substituted"].ravel(),
        "unmet": volumes["unmet"].ravel(),
        "agreed": volumes["agreed"].ravel(),
    }


def _fund(rec: Recorder, split: Split) -> Table:
    """Rows: month x province, all drugs together. Money in yuan, delays in days.

    A unit of need that goes to drugs outside the list is valued at the mean earlier price of the drug on it.
    """
    selected, originator, generic = (v.sum(axis=3) for v in (split.selected, split.originator, split.generic))
    share, insured = rec.finance.fund_share, rec.finance.insured_share
    baseline = _at_earlier_prices(rec, "need")
    spend = selected * split.selected_price + originator * split.originator_price + generic * split.generic_price
    covered = (
        selected * split.selected_price * share
        + originator * _fund_pays(rec, split, split.originator_price)
        + generic * _fund_pays(rec, split, split.generic_price)
    )
    paid = insured * covered.sum(axis=1)
    return {
        **_keys(rec, levels=False),
        "spend": spend.sum(axis=1).ravel(),
        "baseline": baseline.ravel(),
        "alternatives": _at_earlier_prices(rec, "alternatives").ravel(),
        "fund_paid": paid.ravel(),
        "patient_paid": (spend.sum(axis=1) - paid).ravel(),
        "baseline_fund": (share * insured * baseline).ravel(),
        "baseline_patient": ((1 - share * insured) * baseline).ravel(),
        "prepaid": _prepaid(rec).ravel(),
        "delay_days": _delay(rec, split).ravel(),
    }


def _at_earlier_prices(rec: Recorder, volume: str) -> Floats:
    """A volume at the mean earlier prices of its drugs, (months, provinces) yuan."""
    return np.asarray((rec.monthly[volume].sum(axis=3) * rec.prices.mean[None, :, None]).sum(axis=1))


def _fund_pays(rec: Recorder, split: Split, price: Floats) -> Floats:
    """What the fund pays of a non-selected product: its part of the price before, of the payment standard after."""
    paid = price * rec.finance.fund_share
    years = np.maximum.accumulate(rec.year, axis=0)
    law = rec.laws.ids("reimbursement").T[:, None, :]
    for i, reimbursement in enumerate(rec.laws.parts("reimbursement")):
        for year in np.unique(years):
            now = (law == i) & (years == year)[..., None] & ~split.before
            standard = reimbursement.standard(price[now], rec.listed[now], int(year))
            paid[now] = reimbursement.fund_pays(price[now], standard, rec.finance.fund_share)
    return paid


def _prepaid(rec: Recorder) -> Floats:
    """Advance of the fund in the first month of each contract year, (months, provinces) yuan."""
    agreed = rec.monthly["agreed"].sum(axis=3) * rec.opens[..., None]
    share = _by_payment(rec, lambda payment: payment.prepayment_share)
    return np.asarray((agreed * rec.listed * share).sum(axis=1))


def _delay(rec: Recorder, split: Split) -> Floats:
    """Mean days from delivery to payment of selected products, weighted by spend, (months, provinces)."""
    spend = split.selected.sum(axis=3) * split.selected_price
    due = _by_payment(rec, lambda payment: float(payment.mean_delay(payment.due_days())))
    late = _by_payment(rec, lambda payment: float(payment.mean_delay(payment.arrears_days)))
    earlier = _by_payment(rec, lambda payment: payment.arrears_days)
    days = np.where(split.before, earlier, rec.on_time * due + (1 - rec.on_time) * late)
    total = spend.sum(axis=1)
    return np.asarray(np.divide((spend * days).sum(axis=1), total, out=np.full(total.shape, np.nan), where=total > 0))


def _of_mix(mix: npt.NDArray[np.int64], values: list[float]) -> Floats:
    """A value of each mix where it is selected, 0 where nothing is; same shape as ``mix``."""
    table: Floats = np.array([*values, 0.0])
    return table[mix]


def _by_payment(rec: Recorder, value: Callable[[Payment], float]) -> Floats:
    """A value of the law of payment of each month and province, shape (months, 1, provinces)."""
    table: Floats = np.array([value(payment) for payment in rec.laws.parts("payment")])
    return table[rec.laws.ids("payment").T[:, None, :]]


def _filled_back(known: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Months before the first contract of a drug take what holds in the first month after, -1 where nothing does."""
    filled = known.copy()
    for m in range(len(filled) - 2, -1, -1):
        filled[m] = np.where(filled[m] < 0, filled[m + 1], filled[m])
    return filled


def _keys(rec: Recorder, *, levels: bool) -> dict[str, npt.NDArray[Any]]:
    months = np.array(rec.clock.months, dtype="datetime64[M]")
    axes: dict[str, npt.NDArray[Any]] = {"month": months}
    if levels:
        axes["drug"] = np.array([d.id for d in rec.market.drugs], dtype=object)
    axes["province"] = np.array([p.id for p in rec.market.provinces], dtype=object)
    if levels:
        axes["level"] = np.array(LEVELS, dtype=object)
    shape = tuple(len(values) for values in axes.values())
    grid = np.indices(shape, dtype=np.intp)
    return {name: values[index.ravel()] for (name, values), index in zip(axes.items(), grid, strict=True)}
