"""Draws of parameters: replication k of a run takes draw k, so that bands hold what is not known of parameters.

    draws = read_draws(Path("scenarios/parameters/use.yaml"))
    draws.on(spec, k=0).demand.elasticity

A file of draws has a list of values for each path, one per draw, and the models that they were made for; `vbp calibrate
--prior` writes it. What a scenario states itself is kept: draws move defaults only. Draws of a model are passed over
where a scenario has another one. With more replications than draws they begin again.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from vbp_sim.errors import InputError, nearest
from vbp_sim.scenario.limits import FINITE, Line
from vbp_sim.scenario.parts import Frozen, wrong
from vbp_sim.scenario.problems import check, describe
from vbp_sim.scenario.tree import DEFAULT, Address, Node, Origin
from vbp_sim.scenario.yaml_source import read

V = TypeVar("V", bound=BaseModel)

#: where `--draws` and a scenario's ``draws`` find shipped files, below the shipped scenarios
FOLDER = "parameters"


class Draws(Frozen):
    """Equally likely draws of parameters."""

    made: Line = Field(description="how the draws were made, and the command that makes them again")
    prior: Line = Field("", description="the sweep file whose uncertainties were the prior")
    effective: float = Field(0.0, ge=0, description="effective sample size of the simulations behind the draws")
    models: dict[str, str] = Field(default_factory=dict, description="model that the draws of a part are for, by path")
    draws: dict[str, Annotated[tuple[Annotated[float, Field(**FINITE)], ...], Field(min_length=1)]] = Field(
        min_length=1, description="values by path of the parameter, one per draw"
    )

    @model_validator(mode="after")
    def as_many(self) -> Draws:
        if len({len(values) for values in self.draws.values()}) > 1:
            raise wrong("draws", "every path needs as many values")
        return self

    @property
    def number(self) -> int:
        """How many draws there are."""
        return len(next(iter(self.draws.values())))

    @property
    def digest(self) -> str:
        """SHA-256 of what the draws do."""
        return hashlib.sha256(self.model_dump_json(include={"models", "draws"}).encode()).hexdigest()

    def told(self) -> dict[str, Any]:
        """What a record says of the draws."""
        return {**self.model_dump(mode="json", exclude={"draws"}), "number": self.number, "digest": self.digest}

    def on(self, whole: V, k: int, below: str = "", who: Callable[[Address], Origin] = lambda address: DEFAULT) -> V:
        """``whole`` with the values of draw ``k``, but for those that somebody set (``who``). Draws whose path begins
        with ``below`` are meant, and of those the ones whose part ``whole`` has with their model.
        """
        parts: dict[str, dict[str, float]] = {}
        for path, each in self.draws.items():
            part, _, name = path.rpartition(".")
            if path.startswith(below) and who(tuple(path.split("."))) == DEFAULT:
                parts.setdefault(part, {})[name] = each[k % len(each)]
        for part, values in parts.items():
            whole = _patched(whole, part.removeprefix(below).split("."), values, self.models.get(part, ""))
        return whole


def _patched(whole: V, steps: list[str], values: dict[str, float], model: str) -> V:
    """A copy of ``whole`` with values in the part that ``steps`` lead to, if that part has the model."""
    if not steps:
        if model and getattr(whole, "model", "") != model:
            return whole
        return type(whole).model_validate(
            {**{name: getattr(whole, name) for name in type(whole).model_fields}, **values}
        )
    below = getattr(whole, steps[0], None)
    if below is None:
        return whole
    return whole.model_copy(update={steps[0]: _patched(below, steps[1:], values, model)})


def read_draws(file: Path) -> Draws:
    """Read a file of draws, once as long as it stays as it is; InputError with the place of all that is wrong."""
    stat = file.stat() if file.is_file() else None
    return _read(file, stat and (stat.st_mtime_ns, stat.st_size))


@functools.lru_cache(maxsize=16)
def _read(file: Path, stamp: Any) -> Draws:
    draws, problems = check(read(file), Draws)
    if problems or draws is None:
        raise InputError(*problems)
    return draws


def shipped_draws(library: Path) -> list[str]:
    """Names of the shipped draws: files of the folder that have the key, as priors and fits do not."""
    files = sorted((library / FOLDER).glob("*.yaml"))
    return [file.stem for file in files if "\ndraws:" in file.read_text(encoding="utf-8")]


def draws_of(node: Node, text: str, library: Path | None) -> Draws:
    """The draws that a scenario names at a node: a file beside it, else a shipped one by its name."""
    file = node.source.folder / text
    if library is not None and not file.is_file() and Path(text).name == text:
        file = library / FOLDER / f"{text.removesuffix('.yaml')}.yaml"
    if not file.is_file():
        remedy = nearest(text, shipped_draws(library) if library is not None else [])
        remedy = f"{remedy} or give the path of a .yaml file".strip()
        raise InputError(node.problem(f"draws: there is no file '{text}'", remedy))
    return read_draws(file)


def fits(draws: Draws, whole: BaseModel, node: Node) -> None:
    """InputError at a node unless every draw is one that the parts of ``whole`` allow."""
    for k in range(draws.number):
        try:
            draws.on(whole, k)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            what = describe(first["type"], first["input"], first.get("ctx", {}), first["msg"])[0]
            raise InputError(node.problem(f"draw {k} does not fit: {where}: {what}")) from None
