"""The shapes of manifest.json and summary.json: what readers rely on. More may stand in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, model_validator

from vbp_sim.runs.reading import Count, Number, Whole

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Texts = dict[str, str]
Map = dict[str, Any]


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class Table(BaseModel):
    """A table as it was written."""

    rows: Whole
    sha256: Sha


class Plugin(BaseModel):
    """A plug-in of a run or a study: a file, or a package with its version."""

    sha256: str
    path: str = ""
    package: str = ""
    version: str = ""

    @model_validator(mode="after")
    def named(self) -> Plugin:
        """Refuse one that names neither."""
        if not self.path and not self.package:
            raise ValueError("a path or a package is wanted, here is neither")
        return self


class Market(BaseModel):
    """The market of a run."""

    name: str = ""
    digest: str = ""


class Value(BaseModel):
    """A value that a run used, as `vbp_sim.scenario.describe.Line` has it."""

    path: str
    value: Any
    unit: str
    set_by: str
    meaning: str
    source: str
    confidence: str
    note: str
    stand_in: bool


class Selection(BaseModel):
    """The rule of selection, as far as charts draw it."""

    rule: str = ""
    ratio: Number | None = None
    cut: Number | None = None
    anchor: Map = {}


class Rules(BaseModel):
    """The rules of a round, as far as reports tell them."""

    id: str
    title: str
    selection: Selection = Selection()


class Round(BaseModel):
    """A round: its rules, and the days of its calendar."""

    rules: Rules
    calendar: dict[str, str]


class Inputs(BaseModel):
    """The resolved scenario, as far as reports tell it."""

    description: str = ""
    rounds: dict[str, Round] = {}
    behaviour: dict[str, Map] = {}


class Manifest(BaseModel):
    """manifest.json of a run of any format that is read."""

    scenario: str
    variant: str
    seed: Whole
    replications: Count
    version: str
    digest: str
    run_hash: str
    tables: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Table]
    summary_sha256: Sha = ""
    title: str = ""
    finished: Annotated[str, AfterValidator(_moment)] = ""
    libraries: Texts = {}
    market: Market = Market()
    names: dict[str, Texts] = {}
    plugins: list[Plugin] = []
    stand_ins: Texts = {}
    not_simulated: list[str] = []
    values: list[Value] = []
    inputs: Inputs = Inputs()


class Measured(BaseModel):
    """A metric over replications; a mean has a range."""

    mean: Number | None
    low: Number | None
    high: Number | None
    n: Whole
    unit: str

    @model_validator(mode="after")
    def whole(self) -> Measured:
        """Refuse a mean without its range."""
        if self.mean is not None and (self.low is None or self.high is None):
            raise ValueError("a mean without low and high")
        return self


class Summary(BaseModel):
    """summary.json of a run."""

    scenario: str
    variant: str
    seed: Whole = 0
    replications: Count
    draws: list[str] = []
    metrics: dict[str, Measured]
