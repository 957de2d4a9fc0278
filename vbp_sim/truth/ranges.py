"""Metrics over predicted rounds: the range of the middle 90 % of many, and of a few what they span.

>>> over_rounds([{"cut_ceiling": 0.5}, {"cut_ceiling": 0.7}])["cut_ceiling"]["high"]
0.7
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vbp_sim.runs.metrics import Row, summarize

#: rounds below which the 5 and 95 % quantiles are no more than the lowest and highest of them
MANY = 20


def over_rounds(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """As `summarize`; below `MANY` rounds ``low`` and ``high`` are the lowest and the highest of them."""
    found = summarize(rows)
    for id, value in found.items():
        known = [row[id] for row in rows if not math.isnan(row.get(id, math.nan))]
        if len(known) < MANY:
            value |= {"low": min(known), "high": max(known)}
    return found
