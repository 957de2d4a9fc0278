"""What a file or folder is that somebody gives to `vbp check`, told by its name, its first bytes and its keys.

>>> kind_of("pilot-2018")[0].value, kind_of("markets/batch-3")[0].value
('scenario', 'market')
"""

from __future__ import annotations

import enum
from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.rules.local.law import PARTS as LOCAL
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import policies, shipped
from vbp_sim.runs.target import MANIFEST
from vbp_sim.scenario.layers import ENDINGS
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.tree import children
from vbp_sim.scenario.yaml_source import read


class Kind(enum.Enum):
    """What can be checked."""

    SCENARIO = "scenario"
    MARKET = "market"
    POLICY = "policy"
    SWEEP = "sweep"
    RULES = "rule set"
    LAW = "law"

    @property
    def sets(self) -> str:
        """What the file of this kind settles itself."""
        return "is set" if self is Kind.SWEEP else "it changes" if self is Kind.POLICY else "it holds"


#: endings of files that nobody checks here, what they are, and what to do
_ENDINGS = {
    ".xlsx": ("a workbook", "make a market of it: vbp import {file} --out MARKET"),
    ".xls": ("a workbook", "make a market of it: vbp import {file} --out MARKET"),
    ".ods": ("a workbook", "make a market of it: vbp import {file} --out MARKET"),
    ".csv": ("a table", "make a market of it: vbp import {file} --out MARKET"),
    ".py": ("Python", "a plug-in: name it under plugins: in a scenario, or with --plugin"),
    ".html": ("a report", "open it in a browser"),
    ".parquet": ("a table of a run", "vbp export RUN writes tables as CSV"),
    ".sqlite": ("the ledger of a study", "vbp sweep status FOLDER"),
    ".json": ("JSON", "check the scenario that it came from"),
}
#: keys of YAML files that are something else, what they are, and what to do
_KEYS = {
    "tables": ("a mapping of columns", "give it to vbp import --map"),
    "made": ("draws of parameters", "give them to vbp run --draws or vbp backtest --draws"),
    "fitted_on": ("parameters of models", "give them to vbp backtest --params, or write them under behaviour:"),
    "firms": ("parameters of models", "give them to vbp backtest --params, or write them under behaviour:"),
}


def kind_of(file: str) -> tuple[Kind, Path]:
    """What is meant, and where it stands; InputError for what cannot be checked, saying what it is."""
    path = Path(file)
    if path.is_dir():
        return _folder(path), path
    if not path.exists():
        return _shipped(file)
    if path.name in FILES:
        what = f"this is one of the four files of a market, {', '.join(FILES)}"
        raise InputError(Problem(file, what, f"check the folder: vbp check {path.parent}"))
    if path.suffix.lower() in _ENDINGS:
        what, remedy = _ENDINGS[path.suffix.lower()]
        raise _other(file, what, remedy.format(file=file))
    return _of_keys(path), path


def _folder(path: Path) -> Kind:
    if any((path / name).is_file() for name in FILES):
        return Kind.MARKET
    for name, (what, command) in _results().items():
        if (path / name).is_file():
            raise _other(str(path), f"a folder with {what}", f"look into it with {command} {path}")
    inside = sorted(path.glob("*.yaml"))
    remedy = f"name a file, such as {inside[0]}" if inside else f"a market is a folder with {', '.join(FILES)}"
    raise _other(str(path), "a folder without a market", remedy)


def _results() -> dict[str, tuple[str, str]]:
    """Files by which a folder that is no market is known, what it is, and what can be done with it."""
    from vbp_sim.studies import compare, plan
    from vbp_sim.truth import backtest_record, outcomes

    return {
        compare.FILE: ("a comparison", "vbp report"),
        plan.NAME: ("a study", "vbp sweep status"),
        backtest_record.FILE: ("a back-test", "vbp report"),
        outcomes.FILE: ("a table of outcomes", "vbp report"),
        MANIFEST: ("a run", "vbp report"),
    }


def _shipped(file: str) -> tuple[Kind, Path]:
    """What a name means that is no path: a scenario where one has it, else a policy or a market."""
    if file.startswith("markets/") and (shipped() / file).is_dir():
        return Kind.MARKET, shipped() / file
    policy = policies() / f"{file.removeprefix('policies/')}.yaml"
    return (Kind.POLICY, policy) if policy.is_file() else (Kind.SCENARIO, Path(file))


def _of_keys(path: Path) -> Kind:
    """The kind of a YAML file."""
    keys = {*children(read(path))}
    if "policy" in keys:
        return Kind.POLICY
    if "sweep" in keys:
        return Kind.SWEEP
    if keys & {"scenario", "rounds", "market", "variants"} or path.suffix not in ENDINGS:
        return Kind.SCENARIO
    for key, (what, remedy) in _KEYS.items():
        if key in keys:
            raise _other(str(path), what, remedy)
    if keys & {*LOCAL}:
        return Kind.LAW
    return Kind.RULES if keys & {*RuleSet.model_fields} - {"title"} else Kind.SCENARIO


def _other(place: str, what: str, remedy: str) -> InputError:
    checked = "scenarios, markets, rule sets, laws, policies and sweeps are checked"
    return InputError(Problem(place, f"this is {what}; {checked}", remedy))
