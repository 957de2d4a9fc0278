"""Names as charts write them."""

from __future__ import annotations

from collections.abc import Sequence

from vbp_sim.report.charts import style
from vbp_sim.report.words.language import say


def tender_labels(keys: Sequence[tuple[str, str]]) -> list[str]:
    """Labels of (round, drug) pairs; the round is named only where there is more than one."""
    several = len({key[0] for key in keys}) > 1
    return [style.label(say("words.aside", name=drug, aside=round) if several else drug, 32) for round, drug in keys]
