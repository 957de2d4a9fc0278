"""What a sensitivity analysis or a search found, kept in the folder of its study for charts and reports.

>>> read(Path("results/no-such-study")).effects
()
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from vbp_sim.runs import aside
from vbp_sim.runs.reading import json_of, shaped
from vbp_sim.studies.discovery import Box
from vbp_sim.studies.optimize import Candidate, Objective
from vbp_sim.studies.sensitivity import SIZES, Effect

AGAIN = "make it again with `vbp sensitivity` or `vbp optimize`, or delete the file"
EFFECTS, REGIONS, FRONT = "sensitivity.json", "regions.json", "front.json"


@dataclass(frozen=True)
class Findings:
    """What there is besides the runs: effects and method, regions and test, front and objectives."""

    method: str = ""
    effects: tuple[Effect, ...] = ()
    test: str = ""
    regions: tuple[Box, ...] = ()
    objectives: tuple[Objective, ...] = ()
    front: tuple[Candidate, ...] = ()


def write_effects(folder: Path, method: str, effects: Sequence[Effect]) -> None:
    """Write sensitivity.json, and the same as sensitivity.csv."""
    header = [field.name for field in dataclasses.fields(Effect)]
    aside.write_csv(folder / "sensitivity.csv", header, [dataclasses.astuple(effect) for effect in effects])
    aside.write_json(folder / EFFECTS, {"method": method, "effects": [dataclasses.asdict(e) for e in effects]})


def write_regions(folder: Path, test: str, regions: Sequence[Box]) -> None:
    """Write regions.json."""
    aside.write_json(folder / REGIONS, {"test": test, "regions": [dataclasses.asdict(box) for box in regions]})


def write_front(folder: Path, objectives: Sequence[Objective], front: Sequence[Candidate]) -> None:
    """Write front.json."""
    whole = {"objectives": map(dataclasses.asdict, objectives), "front": map(dataclasses.asdict, front)}
    aside.write_json(folder / FRONT, {key: list(value) for key, value in whole.items()})


class _Effects(BaseModel):
    method: Annotated[str, Field(pattern=f"^({'|'.join(SIZES)})$")]
    effects: tuple[Effect, ...]


class _Regions(BaseModel):
    test: str
    regions: tuple[Box, ...]


class _Front(BaseModel):
    objectives: tuple[Objective, ...]
    front: tuple[Candidate, ...]


def read(folder: Path) -> Findings:
    """All that was found in a study; InputError for a file that is damaged."""
    found: dict[str, Any] = {}
    for name, shape in ((EFFECTS, _Effects), (REGIONS, _Regions), (FRONT, _Front)):
        file = folder / name
        if os.path.lexists(file):
            found |= vars(shaped(file, json_of(file, AGAIN), shape, AGAIN))
    return Findings(**found)
