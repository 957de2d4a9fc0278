"""What hospitals report, and what they are assessed by and keep."""

from __future__ import annotations

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over, ratio, total


@metric(
    "reporting_ratio",
    group="reporting",
    unit="ratio",
    meaning="reported volume / true need",
    decimals=3,
    cuts=("drug", "province"),
)
def reporting_ratio(run: Replication) -> float:
    """A ratio of sums."""
    return over(run, "reports", "reported", "past_use")


@metric(
    "retained_surplus",
    group="incentive",
    unit="yuan",
    meaning="measured savings that hospitals keep",
    cuts=("drug", "province"),
)
def retained_surplus(run: Replication) -> float:
    """Over all agreement years."""
    return total(run, "settlement", "retained")


@metric(
    "retained_share",
    group="incentive",
    unit="share",
    meaning="part of the measured savings that hospitals keep",
    cuts=("drug", "province"),
)
def retained_share(run: Replication) -> float:
    """A ratio of sums."""
    return over(run, "settlement", "retained", "surplus")


@metric(
    "assessment_pass_rate",
    group="incentive",
    unit="share",
    meaning="institutions that pass the assessment",
    better="higher",
    cuts=("drug", "province"),
)
def assessment_pass_rate(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "passed", "institutions")


@metric(
    "staff_bonus",
    group="incentive",
    unit="yuan",
    meaning="retained surplus that has been paid to staff",
    cuts=("province",),
)
def staff_bonus(run: Replication) -> float:
    """As far as it was paid by the end of the run."""
    return run.posted("staff_bonus")


@metric(
    "deductions",
    group="incentive",
    unit="yuan",
    meaning="paid by hospitals for missed agreed volumes and wrong reports",
    cuts=("province",),
)
def deductions(run: Replication) -> float:
    """Over all agreement years."""
    return run.posted("deduction")


@metric(
    "red_marks",
    group="incentive",
    unit="share",
    meaning="watched institutions that are marked red",
    better="lower",
    cuts=("drug", "province", "level"),
)
def red_marks(run: Replication) -> float:
    """Share of institutions x drugs x months under a law that watches."""
    watch = run.t["watch"]
    each = watch["drug"].astype(str) != ""
    return ratio(float(watch["red"][each].sum()), float(watch["institutions"][each].sum()))
