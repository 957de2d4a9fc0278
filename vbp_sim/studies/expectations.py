"""What policies expect, held against the differences that were found.

>>> from vbp_sim.studies.paired import paired
>>> judged("up", paired([1.0, 2.0, 3.0], [2.0, 3.1, 4.0]), False)
True
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vbp_sim.runs.metrics import Row
from vbp_sim.runs.policies import Loaded
from vbp_sim.studies.paired import Difference

#: confidence of the interval by which a sign is judged
LEVEL = 0.9
Sign = Literal["up", "down", "same"]


@dataclass(frozen=True)
class Verdict:
    """One expectation. ``held``: None if that is undecided."""

    policy: str
    metric: str
    expected: Sign
    why: Literal["built-in", "emergent"]
    held: bool | None


@dataclass(frozen=True)
class Told:
    """What a reader of a comparison should know of a policy.

    ``named``: how the command line named it. ``idle``: it moved no posting and no event. ``published`` and ``found``:
    by metric, the published size, and why an expectation was wrong.
    """

    title: str
    asked_by: str
    named: str
    idle: bool
    published: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, loaded: Loaded, idle: bool) -> Told:
        """What is told of a policy."""
        one, expects = loaded.policy, loaded.policy.expects
        published = {metric: e.published for metric, e in expects.items()}
        found = {metric: e.found for metric, e in expects.items() if e.found}
        return cls(one.title, one.asked_by, loaded.named, idle, published, found)


def verdicts(
    asked: Mapping[str, Loaded],
    rows: Mapping[str, Sequence[Row]],
    differences: Mapping[str, Mapping[str, Difference]],
    base: str,
) -> list[Verdict]:
    """Each expectation of the policies with its verdict; ``rows`` and ``differences`` as in a comparison."""
    found = []
    for name, loaded in asked.items():
        for metric, expected in loaded.policy.expects.items():
            values = [[row.get(metric, math.nan) for row in rows[of]] for of in (base, name)]
            same = all(a == b or (a != a and b != b) for a, b in zip(*values, strict=True))
            held = judged(expected.sign, differences.get(metric, {}).get(name), same)
            found.append(Verdict(name, metric, expected.sign, expected.why, held))
    return found


def judged(sign: Sign, difference: Difference | None, same: bool) -> bool | None:
    """Whether an expectation held: True if the interval excludes the other sign, False if it excludes this one or all
    is equal to the bit (``same``), else None. What is expected to stay must be equal to the bit.

    None too where the metric applies nowhere.
    """
    if difference is None or not difference.n:
        return None
    if sign == "same" or same:
        return same and sign == "same"
    low, high = difference.interval(LEVEL)
    if low == high == 0:
        return None  # differences that cancel out, or are too small to be squared
    if sign == "down":
        low, high = -high, -low
    return True if low >= 0 else False if high <= 0 else None
