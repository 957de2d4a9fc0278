"""What the fund and patients pay and save, in months and places under agreement."""

from __future__ import annotations

from functools import partial

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, per_year, ratio, total

declare = partial(metric, group="money", unit="yuan/year", better="higher", cuts=("province",))


@declare(
    "spend_change",
    unit="share",
    meaning="change of spending against earlier prices and shares",
    better="lower",
    wanted=6,
)
def spend_change(run: Replication) -> float:
    """Drugs outside the list included."""
    return ratio(float(run.savings.paid.sum()), float(run.savings.baseline.sum())) - 1


@declare("fund_saving", meaning="saved by the insurance fund", wanted=3)
def fund_saving(run: Replication) -> float:
    """Gross: what the same need would have cost the fund, less what it paid."""
    return per_year(float(run.savings.by["fund"].sum()), run)


@declare("fund_net", meaning="saved by the insurance fund, less what it pays hospitals and loses")
def fund_net(run: Replication) -> float:
    """Less the retained surplus within the caps of places (paid or not yet), what makes up for a mark-up, what
    consortiums keep of budgets less what they share, and advances that do not come back; with what hospitals pay as
    deductions and rings of bidders pay back."""
    claims = run.t["claims"]
    lost = run.last("claims", "overdue")[claims["claim"][claims["month"] == run.last_month] == "advance"]
    kept = total(run, "settlement", "retained") - float(run.events("retention-cut").sum())
    more = run.posted("compensation", "surplus_kept") - run.posted("overspend_shared", "deduction", "recovered")
    return per_year(float(run.savings.by["fund"].sum()) - kept - more - float(lost.sum()), run)


@declare("patient_saving", meaning="saved by patients", wanted=5)
def patient_saving(run: Replication) -> float:
    """What the same need would have cost patients, less what they paid."""
    return per_year(float(run.savings.by["patient"].sum()), run)
