"""What a sensitivity analysis or a search found, kept in the folder of its study for charts and reports.

>>> read(Path("results/no-such-study")).effects
()
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs import aside
from vbp_sim.studies.discovery import Box
from vbp_sim.studies.optimize import Candidate, Objective
from vbp_sim.studies.sensitivity import Effect

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


def read(folder: Path) -> Findings:
    """All that was found in a study; InputError for a file that is damaged."""
    effects, regions, front = (_read(folder / name) for name in (EFFECTS, REGIONS, FRONT))
    try:
        return Findings(
            method=str(effects.get("method", "")),
            effects=tuple(Effect(**_numbers(e)) for e in effects.get("effects", ())),
            test=str(regions.get("test", "")),
            regions=tuple(Box(**{**b, "conditions": tuple(b["conditions"])}) for b in regions.get("regions", ())),
            objectives=tuple(Objective(**o) for o in front.get("objectives", ())),
            front=tuple(Candidate(**c) for c in front.get("front", ())),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(
            Problem(str(folder), f"what was found there cannot be read: {error}", "run it again")
        ) from error


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(Problem(str(file), f"cannot be read: {error}", "run it again")) from error
    return found if isinstance(found, dict) else {}


def _numbers(effect: dict[str, Any]) -> dict[str, Any]:
    return {key: math.nan if value is None else value for key, value in effect.items()}
