"""What institutions expect of their assessment, and so of the surplus that they may keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.rules.assessment import Assessment
from vbp_sim.rules.retention import Retention

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Assessed:
    """How the institutions of a place stood at the end of their last agreement year, (drugs, institutions); nan = they
    were never assessed for the drug."""

    completion: Floats
    nonselected: Floats


def expected_ratio(
    assessment: Assessment,
    retention: Retention,
    agreed: Floats,
    need: Floats,
    utility: Floats,
    on_time: Bools,
    before: Assessed,
) -> Floats:
    """Part of the surplus that each institution expects to keep at the score that it expects, (drugs, institutions).

    Who has been assessed expects the same again. Who has not reckons with its inclination (``utility`` of the selected
    product, logit) and with doing what the task asks, as far as its ``need`` of the year allows: ``agreed`` and
    ``need`` in units. ``on_time`` (institutions,): it pays when it is due. Without an agreed volume nothing is kept.
    """
    liked, asked = 1 / (1 + np.exp(-utility)), assessment.task * agreed / np.maximum(need, 1e-12)
    share = np.maximum(liked, np.minimum(1.0, asked))
    able = np.divide(need, agreed, out=np.ones_like(need), where=agreed > 0)
    hoped = np.maximum(liked * able, np.minimum(assessment.task, able))  # what is done on purpose is done exactly
    new = np.isnan(before.completion)
    completion, other = np.where(new, hoped, before.completion), np.where(new, 1 - share, before.nonselected)
    passed = assessment.passed(completion, other) & (agreed > 0)
    score = assessment.score(completion, other, on_time.astype(np.float64))
    return np.asarray(retention.ratio(score, passed))
