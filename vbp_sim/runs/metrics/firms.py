"""How manufacturers fare."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, count_of, ratio
from vbp_sim.runs.savings import Floats

declare = partial(metric, group="firms", unit="yuan", cuts=("province",))


@declare(
    "margin",
    unit="share",
    meaning="margin of selected products over their cost, of the price",
    cuts=("drug",),
    wanted=7,
)
def margin(run: Replication) -> float:
    """Of what was delivered under agreement."""
    volume, rows = run.sales
    price, cost = run.t["bids"]["price"][rows], run.t["bids"]["cost"][rows]
    return ratio(float((volume * (price - cost)).sum()), float((volume * price).sum()))


@declare("exits", unit="count", meaning="selected products given up", better="lower", cuts=("drug",))
def exits(run: Replication) -> float:
    """During agreements or between them."""
    return count_of(run, "exit")


@declare("bans", unit="count", meaning="firms barred from rounds", better="lower", cuts=("drug",))
def bans(run: Replication) -> float:
    """A firm counts each time."""
    return count_of(run, "ban")


@declare("payment_delay_days", unit="days", meaning="from delivery to payment of manufacturers", better="lower")
def payment_delay_days(run: Replication) -> float:
    """Weighted by spending in months and places under agreement."""
    return _mean_days(run, run.t["fund"]["delay_days"], run.t["fund"]["spend"])


@declare(
    "payment_delay_all", unit="days", meaning="from delivery to payment by hospitals, selected or not", better="lower"
)
def payment_delay_all(run: Replication) -> float:
    """As wholesalers publish it, for all goods in months and places under agreement, weighted by spending."""
    fund = run.t["fund"]
    return _mean_days(run, run.t["distributors"]["delay_all"], fund["spend"] + fund["alternatives"])


def _mean_days(run: Replication, days: Floats, spent: Floats) -> float:
    """Days by month and place, (rows,), weighted by spending."""
    rows = run.savings.rows & ~np.isnan(days)
    return ratio(float((days[rows] * spent[rows]).sum()), float(spent[rows].sum()))


@declare("firm_cash", meaning="receipts of all firms less production, fees and taxes, at the end", cuts=())
def firm_cash(run: Replication) -> float:
    """From 0 at the start."""
    return float(run.last("firms", "cash").sum())


@declare("distributor_cash", meaning="receipts of all distributors less what they pay, at the end")
def distributor_cash(run: Replication) -> float:
    """From 0 at the start; goods that pass through their hands do not count."""
    return float(run.last("distributors", "cash").sum())


@declare("arrears", meaning="owed and past due at the end", better="lower")
def arrears(run: Replication) -> float:
    """Claims of all kinds."""
    return float(run.last("claims", "overdue").sum())


@declare("arrears_mean", meaning="owed by hospitals for goods and past due, mean of the months", better="lower")
def arrears_mean(run: Replication) -> float:
    """To manufacturers and distributors; of the months in which any agreement runs."""
    claims, use = run.t["claims"], run.t["use"]
    months = np.unique(use["month"][use["agreed"] > 0])
    mine = np.isin(claims["claim"], ("goods", "collection")) & np.isin(claims["month"], months)
    return ratio(float(claims["overdue"][mine].sum()), float(len(months)))
