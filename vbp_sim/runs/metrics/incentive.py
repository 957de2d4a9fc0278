"""What hospitals report, and what they are assessed by and keep."""

from __future__ import annotations

from functools import partial

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over, ratio, total

declare = partial(metric, group="incentive", unit="share", cuts=("drug", "province"))


@declare("reporting_ratio", group="reporting", unit="ratio", meaning="reported volume / true need", decimals=3)
def reporting_ratio(run: Replication) -> float:
    """A ratio of sums."""
    return over(run, "reports", "reported", "past_use")


@declare("retained_surplus", unit="yuan", meaning="measured savings that hospitals keep")
def retained_surplus(run: Replication) -> float:
    """Over all agreement years."""
    return total(run, "settlement", "retained")


@declare("retained_share", meaning="part of the measured savings that hospitals keep")
def retained_share(run: Replication) -> float:
    """A ratio of sums."""
    return over(run, "settlement", "retained", "surplus")


@declare("assessment_pass_rate", meaning="institutions that pass the assessment", better="higher")
def assessment_pass_rate(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "passed", "institutions")


@declare("staff_bonus", unit="yuan", meaning="retained surplus that has been paid to staff", cuts=("province",))
def staff_bonus(run: Replication) -> float:
    """As far as it was paid by the end of the run."""
    return run.posted("staff_bonus")


@declare(
    "deductions",
    unit="yuan",
    meaning="paid by hospitals for missed agreed volumes and wrong reports",
    cuts=("province",),
)
def deductions(run: Replication) -> float:
    """Over all agreement years."""
    return run.posted("deduction")


@declare(
    "red_marks", meaning="watched institutions that are marked red", better="lower", cuts=("drug", "province", "level")
)
def red_marks(run: Replication) -> float:
    """Share of institutions x drugs x months under a law that watches."""
    watch = run.t["watch"]
    each = watch["drug"].astype(str) != ""
    return ratio(float(watch["red"][each].sum()), float(watch["institutions"][each].sum()))
