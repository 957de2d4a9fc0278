"""What institutions have on the shelf."""

from __future__ import annotations

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over


@metric(
    "stocked_share",
    group="use",
    unit="share",
    meaning="institutions that stock the selected product",
    better="higher",
    cuts=("drug", "province", "round"),
)
def stocked_share(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "stocked", "institutions")


@metric(
    "others_stocked_share",
    group="use",
    unit="share",
    meaning="institutions that stock products that were not selected",
    cuts=("drug", "province", "round"),
)
def others_stocked_share(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "others_stocked", "institutions")
