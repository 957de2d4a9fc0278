"""What institutions have on the shelf."""

from __future__ import annotations

from functools import partial

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over

declare = partial(metric, group="use", unit="share", cuts=("drug", "province", "round"))


@declare("stocked_share", meaning="institutions that stock the selected product", better="higher")
def stocked_share(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "stocked", "institutions")


@declare("others_stocked_share", meaning="institutions that stock products that were not selected")
def others_stocked_share(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "others_stocked", "institutions")
