"""The prices that a round's rules draw in a tender: how low a bid must be to win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vbp_sim.report.csv_table import Columns
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@dataclass(frozen=True)
class Threshold:
    """A price in yuan, what it is, and how its line is drawn."""

    yuan: float
    says: str
    dashes: tuple[float, ...]


def thresholds(run: RunFolder, rows: Columns) -> list[Threshold]:
    """Thresholds of one tender, whose bids are ``rows``; those that hang on more than its bids are left out."""
    rounds: Mapping[str, Any] = run.manifest.get("inputs", {}).get("rounds", {})
    rule = rounds.get(str(rows["round"][0]), {}).get("rules", {}).get("selection", {})
    if rule.get("rule") != "threshold":
        return []
    ceiling = float(rows["ceiling"][0])
    valid = rows["bid"][rows["bid"] <= ceiling] if ceiling > 0 else rows["bid"]
    found = []
    if rule.get("ratio") and rule.get("anchor", {}).get("rule") == "lowest" and len(valid):
        says = say("ladder.ratio", ratio=words.compact(rule["ratio"]))
        found.append(Threshold(float(rule["ratio"] * np.min(valid)), says, (1, 1.2)))
    if rule.get("cut") and ceiling > 0:
        says = say("ladder.cut", cut=words.percent(rule["cut"]))
        found.append(Threshold(float((1 - rule["cut"]) * ceiling), says, (6, 1.5, 1, 1.5)))
    return found
