"""The typed source of a sweep file: what is varied, how it is sampled, how often each point is run.

sweep: retention-by-winners
scenario: pilot-2018
levers:
  kept: {path: laws.national.changes.retention.most, values: [0, 0.25, 0.5]}
uncertainties:
  growth: {path: demand.growth, distribution: triangular, low: 0, mode: 0.14, high: 0.4}
sample: {method: sobol, size: 64}
replications: 5
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.metrics import METRICS
from vbp_sim.scenario.limits import FINITE, Id, Line, Weight, cut
from vbp_sim.scenario.parts import Frozen, wrong
from vbp_sim.scenario.patches import overlap, split
from vbp_sim.scenario.problems import check
from vbp_sim.scenario.tree import Address, Node, children
from vbp_sim.scenario.yaml_source import read

#: columns of the study table that every study has
OWN_COLUMNS = ("point", "sample", "variant", "replication", "status")
#: samples whose first points stay what they are when more are drawn
GROWING = ("sobol", "saltelli")

#: points of the largest sweep
MOST_POINTS = 1_000_000_000

#: fields that each distribution needs, and those that it may have besides
NEEDS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "triangular": ("low", "mode", "high"),
    "choice": ("values",),
}
MAY = {"normal": ("low", "high"), "lognormal": ("low", "high"), "choice": ("weights",)}


class Lever(Frozen):
    """What the ministry decides: every value is combined with every value of the other levers."""

    path: str = Field("", description="path of the value in the scenario, as --set has it")
    values: tuple[Any, ...] = Field((), description="the values to try; each may be a map or a list")
    low: float | None = Field(None, **FINITE, description="first value of a grid")
    high: float | None = Field(None, **FINITE, description="last value of a grid")
    steps: int | None = Field(None, ge=2, le=10_000, description="number of values of the grid")
    variants: tuple[str, ...] = Field(
        (), description="variants of the scenario instead of a path; a+b chains two, '' is the base"
    )

    @model_validator(mode="after")
    def one_way(self) -> Lever:
        grid = [name for name in ("low", "high", "steps") if getattr(self, name) is not None]
        given = [bool(self.variants), bool(self.values), bool(grid)]
        if sum(given) != 1:
            raise wrong("path", "a lever has either values, or low, high and steps, or variants; not more")
        if bool(self.path) == bool(self.variants):
            raise wrong("path", "a lever with values or a grid needs a path; one with variants has none")
        if grid and len(grid) < 3:
            raise wrong(grid[0], "a grid needs low, high and steps")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise wrong("high", f"an empty range: high ({self.high:g}) must be more than low ({self.low:g})")
        if self.path and split(self.path) is None:
            raise wrong("path", f"'{cut(self.path)}' is no path such as demand.growth")
        return self

    def all_values(self) -> tuple[Any, ...]:
        """The values in order; names of variants for a lever of variants."""
        if self.steps is not None and self.low is not None and self.high is not None:
            gap = (self.high - self.low) / (self.steps - 1)
            return (*(self.low + i * gap for i in range(self.steps - 1)), self.high)
        return self.values or self.variants


class Uncertainty(Frozen):
    """What nobody decides: drawn from a distribution, the same draws for every combination of levers."""

    path: str = Field(description="path of the value in the scenario, as --set has it")
    distribution: Literal["uniform", "normal", "lognormal", "triangular", "choice"] = Field(
        description="uniform (low, high), normal (mean, sd), lognormal (median, sigma), "
        "triangular (low, mode, high), choice (values, weights)"
    )
    low: float | None = Field(None, **FINITE, description="lowest value; cuts a normal or lognormal distribution off")
    high: float | None = Field(None, **FINITE, description="highest value; cuts a normal or lognormal off")
    mean: float | None = Field(None, **FINITE, description="mean of a normal distribution")
    sd: float | None = Field(None, gt=0, le=1e15, description="standard deviation of a normal distribution")
    median: float | None = Field(None, gt=0, le=1e15, description="median of a lognormal distribution")
    sigma: float | None = Field(None, gt=0, le=20, description="standard deviation of the logarithm")
    mode: float | None = Field(None, **FINITE, description="most likely value of a triangular distribution")
    values: tuple[Any, ...] = Field((), description="values of a choice")
    weights: tuple[Weight, ...] = Field((), description="weights of a choice; equal if left out")
    whole: bool = Field(False, description="round to the nearest whole number")
    source: Line = Field("", description="where the distribution comes from")

    @model_validator(mode="after")
    def fits(self) -> Uncertainty:
        needs = NEEDS[self.distribution]
        fields = [name for name in type(self).model_fields if name not in ("path", "distribution", "whole", "source")]
        given = [name for name in fields if getattr(self, name) not in (None, ())]
        for name in needs:
            if name not in given:
                raise wrong("distribution", f"{self.distribution} needs {', '.join(needs)}; {name} is missing")
        for name in given:
            if name not in (*needs, *MAY.get(self.distribution, ())):
                raise wrong(name, f"{self.distribution} has no {name}; it needs {', '.join(needs)}")
        order = [(n, getattr(self, n)) for n in ("low", "mode", "high") if getattr(self, n) is not None]
        for (first, a), (second, b) in itertools.pairwise(order):
            if a > b or (first == "low" and second == "high" and a == b):
                raise wrong(second, f"an empty range: {second} ({b:g}) must be more than {first} ({a:g})")
        if self.distribution == "triangular" and self.low == self.high:
            raise wrong("high", "an empty range: high must be more than low")
        if self.weights and (len(self.weights) != len(self.values) or min(self.weights) <= 0):
            raise wrong("weights", "one positive weight for each value is wanted")
        if split(self.path) is None:
            raise wrong("path", f"'{cut(self.path)}' is no path such as demand.growth")
        return self


class Sample(Frozen):
    """How the uncertainties are drawn."""

    method: Literal["lhs", "sobol", "saltelli", "morris"] = Field(
        "lhs",
        description="Latin hypercube; Sobol sequence; the designs of Sobol indices (saltelli) and of Morris",
    )
    size: int = Field(1, ge=1, le=10_000_000, description="points of the sample, or base points of a design")

    @model_validator(mode="after")
    def power_of_two(self) -> Sample:
        if self.method in GROWING and self.size & (self.size - 1):
            near = 2 ** round(math.log2(self.size))
            raise wrong("size", f"{self.method} needs a power of 2 such as {near}, here is {self.size}")
        return self


class SweepSpec(Frozen):
    """All that a sweep file may say."""

    sweep: Line = Field(description="name of the sweep, used in file names", min_length=1, max_length=100)
    title: Line = Field("", description="one line for people")
    description: str = Field("", description="what is asked")
    scenario: str = Field(description="scenario file, relative to this file, or name of a shipped scenario")
    variant: str = Field("", description="variants of the scenario under every point, a or a,b")
    levers: dict[Id, Lever] = Field(default_factory=dict, description="what the ministry decides, by id")
    uncertainties: dict[Id, Uncertainty] = Field(default_factory=dict, description="what it does not decide, by id")
    sample: Sample = Field(default_factory=Sample, description="how the uncertainties are drawn")
    replications: int = Field(1, ge=1, le=1_000_000, description="runs of each point with different luck")
    seed: int = Field(1, ge=0, lt=2**63, description="root of the sample and of all luck")

    @model_validator(mode="after")
    def whole_sweep(self) -> SweepSpec:
        if self.sample.size > 1 and not self.uncertainties:
            raise wrong("sample", "there are no uncertainties that could be sampled")
        if sum(bool(lever.variants) for lever in self.levers.values()) > 1:
            raise wrong("levers", "only one lever can be of variants; chain them with +")
        sizes = [lever.steps or len(lever.values or lever.variants) for lever in self.levers.values()]
        if (points := math.prod(sizes) * self.sample.size) > MOST_POINTS:
            raise wrong("levers", f"the sweep has {points:.3g} points, and {MOST_POINTS:,} are the most")
        return self


def read_sweep(file: Path) -> tuple[SweepSpec, Node]:
    """Read and check a sweep file; InputError with all that is wrong. The tree tells where each value stands."""
    tree = read(file)
    spec, problems = check(tree, SweepSpec)
    if spec is not None:
        problems += _crosscheck(spec, tree)
    if problems or spec is None:
        raise InputError(*problems)
    return spec, tree


def _crosscheck(spec: SweepSpec, tree: Node) -> list[Problem]:
    """Names that clash with columns of the study table, and two entries that set one value."""
    found: list[Problem] = []
    seen: dict[str, Address] = {}
    for table in ("levers", "uncertainties"):
        for name, node in children(children(tree).get(table, Node({}, tree.source))).items():
            entry = spec.levers[name] if table == "levers" else spec.uncertainties[name]
            if name in METRICS or name in OWN_COLUMNS or name in seen:
                why = "is a column of the study table" if name not in seen else "is an id of a lever already"
                found.append(node.problem(f"'{name}' {why}", "choose another id", key=True))
                continue
            address = (split(entry.path) if entry.path else None) or ()
            other = next((n for n, a in seen.items() if address and a and overlap(a, address)), "")
            if other:
                found.append(node.problem(f"'{name}' and '{other}' set the same value", key=True))
            seen[name] = address
    return found
