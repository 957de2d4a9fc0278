"""comparison.json read again: its shape, as far as readers rely on it.

content, found = read(Path("results/compare-pilot"))
found.expectations
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from vbp_sim.runs.reading import Count, Json, Whole, json_of, refused, shaped
from vbp_sim.studies.compare import BASE, FILE, PROGRAM
from vbp_sim.studies.expectations import Told, Verdict
from vbp_sim.studies.null import Null
from vbp_sim.studies.paired import Difference


class ByVariant(BaseModel):
    """A metric of a comparison, by variant."""

    variants: dict[str, Difference]


class Written(BaseModel):
    """What readers of comparison.json rely on."""

    version: str
    id: str
    scenario: str
    title: str = ""
    seed: Whole
    replications: Count
    variants: Annotated[list[str], Field(min_length=1)]
    reached: bool
    runs: dict[str, str]
    metrics: dict[str, ByVariant]
    null_results: dict[str, Null] = {}
    policies: dict[str, Told] = {}
    expectations: list[Verdict] = []
    left_out: dict[str, str] = {}
    titles: dict[str, str] = {}
    apart: list[str] = []
    of_runs: bool = False

    @model_validator(mode="after")
    def of_these(self) -> Written:
        """Refuse variants that are named twice, and those that only a metric or a run has."""
        known = {BASE, *self.variants}
        if len(known) <= len(self.variants):
            raise ValueError("a variant is the base, or named twice")
        named = {
            "runs": {*self.runs},
            "policies": {*self.policies},
            "titles": {*self.titles},
            "apart": {*self.apart},
            "expectations": {verdict.policy for verdict in self.expectations},
            **{f"metrics.{id}": {*by.variants} for id, by in self.metrics.items()},
        }
        for where, names in named.items():
            if others := sorted(names - known):
                raise ValueError(f"{where} has the variant '{others[0]}', which is none of variants")
        return self


def read(folder: Path) -> tuple[Json, Written]:
    """A comparison that `write` wrote, as it is and as far as its shape is known; InputError if there is none."""
    file, again = folder / FILE, "make the comparison again"
    content = json_of(file, again)
    if content.get("program") != PROGRAM:
        raise refused(file, "is not a comparison of vbp_sim", "name another folder")
    return content, shaped(file, content, Written, again)
