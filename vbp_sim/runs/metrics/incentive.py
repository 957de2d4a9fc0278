"""What hospitals report, and what they are assessed by and keep."""

from __future__ import annotations

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over, total


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
