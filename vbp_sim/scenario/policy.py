"""The typed source of a policy: a patch over any scenario that says before the first run what it expects.

policy: larger-share
title: "90 % of the reported volume is guaranteed"
asked_by: "2024 3"
for: any
changes: {rounds: {"*": {rules: {share: {table: {"1": 0.9}}}}}}
expects: {completion: {sign: down, why: built-in, published: none}}
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vbp_sim.scenario.limits import Id, Line
from vbp_sim.scenario.parts import Frozen
from vbp_sim.scenario.spec import Variant


class Expected(Frozen):
    """What a policy expects of one metric against the scenario without it."""

    sign: Literal["up", "down", "same"] = Field(description="which way it goes; same: equal to the bit")
    why: Literal["built-in", "emergent"] = Field(
        description="built-in: it follows from a formula; emergent: from how firms, hospitals and plants act"
    )
    published: Line = Field(description="a published size with its source, or none", min_length=1)
    found: str = Field("", description="where runs showed otherwise: what was expected first, and why it was wrong")


class Policy(Variant):
    """A named patch over any scenario, with what it expects."""

    policy: Id = Field(description="its id, by which it is compared as a variant")
    edition: Literal[2] = Field(2, description="edition of the keys")
    title: Line = Field(description="what a reader of a chart should call it", min_length=1)
    description: str = Field("", description="what is asked, what is known, what is assumed")
    asked_by: Line = Field(description="who asks for it: document and clause, as in 2024 3", min_length=1)
    meant: Literal["any", "renewals"] | tuple[str, ...] = Field(
        alias="for",
        min_length=1,
        description="any scenario; those with renewals; or a list of scenarios and of rule sets of rounds",
    )
    expects: dict[str, Expected] = Field(description="what it expects, by metric (docs/metrics.md)", min_length=1)
