"""A user's own project: a folder with a scenario, its market and the schema, copied from what is shipped, or made of a
market and a rule set.

    new_project("mine", "pilot-2018", Path())
    new_scenario("mine", "batch-3", "batch-7", Path())
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.library import rule_set
from vbp_sim.runs import aside
from vbp_sim.runs.load import load_scenario, market_folder, shipped
from vbp_sim.scenario.layers import ENDINGS
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.yaml_source import read

MARKET_FOLDER = "markets"
SCHEMA = Path("schema") / "scenario.schema.json"
#: days of a round, and how many days they lie after the opening where nobody knows them; as in batch 2 (assumption)
DAYS = {
    "reporting_start": -77,
    "reporting_end": -48,
    "review_end": -32,
    "document": -19,
    "opening": 0,
    "result": 4,
    "start": 75,
}
#: what a new scenario says beside dates that nobody knows
LOOK = "LOOK AT THESE DATES"


@dataclass(frozen=True)
class Dates:
    """The calendar of a new scenario: its days by name, and where they are from, for people.

    ``sure``: a shipped scenario has them; else the user must look at them.
    """

    start: date
    days: Mapping[str, date]
    origin: str
    sure: bool


def new_project(name: str, origin: str, parent: Path) -> Path:
    """Make ``parent/name`` from the shipped scenario ``origin``; return the path of the new scenario file."""
    known = sorted(file.stem for file in shipped().glob("*.yaml"))
    if origin not in known:
        raise InputError(Problem(f"--from {origin}", "no shipped scenario has that name", nearest(origin, known)))
    scenario = load_scenario(shipped() / f"{origin}.yaml")
    return _made(name, parent, lambda folder: _fill(folder, scenario, name))


def new_scenario(name: str, market: str, rules: str, parent: Path) -> tuple[Path, Dates]:
    """Make ``parent/name`` with a scenario of one round of a market under a shipped rule set.

    ``market``: a shipped one by name, or a folder, which is copied. Returns the scenario file, and its dates. Raises
    `InputError` if there is no such market or rule set, or the two do not go together.
    """
    folder, law = market_folder(market), rule_set(rules)
    dates = dates_of(rules, law.date)
    copied = folder.resolve().name
    text = _text(name, copied, rules, dates)
    return _made(name, parent, lambda hidden: _written(hidden, name, text, folder, copied)), dates


def dates_of(rules: str, opening: date | None) -> Dates:
    """The dates of a round under a rule set: those of the shipped scenario that has it, else counted from its
    ``opening``, or from a day to come if that is unknown."""
    for file in sorted(shipped().glob("*.yaml")):
        spec = load_scenario(file).spec
        for one in spec.rounds.values():
            if getattr(one.rules, "id", "") == rules and len(spec.rounds) == 1:
                days = {day: getattr(one.calendar, day) for day in DAYS}
                return Dates(spec.start, days, f"as in the shipped scenario {spec.scenario}", True)
    first = opening or date(date.today().year + 1, 3, 1)
    where = f"counted from the rule set's date {first}" if opening else "not known: a day to come"
    days = {day: first + timedelta(days=after) for day, after in DAYS.items()}
    return Dates((days["reporting_start"] - timedelta(days=31)).replace(day=1), days, where, False)


def _made(name: str, parent: Path, fill: Callable[[Path], None]) -> Path:
    """A new folder that ``fill`` fills, complete and checked or not at all; the path of its scenario file."""
    with aside.folder(vacant(name, parent)) as hidden:
        fill(hidden)
        (hidden / SCHEMA).parent.mkdir()
        shutil.copyfile(shipped() / SCHEMA, hidden / SCHEMA)
        try:
            load_scenario(hidden / f"{name}.yaml")
        except InputError as error:
            raise InputError(*(replace(p, place=p.place.replace(str(hidden), name)) for p in error.problems)) from error
    return parent / name / f"{name}.yaml"


def vacant(name: str, parent: Path) -> Path:
    """The folder to be made; InputError if it cannot be, or is there already."""
    folder = parent / name
    if name in ("", ".", "..") or Path(name).name != name:
        raise InputError(Problem(name, "the name of a new folder is wanted", "use --dir for the place"))
    if folder.exists():
        raise InputError(Problem(str(folder), "this exists already, and nothing is overwritten", "choose another name"))
    if not parent.is_dir():
        raise InputError(Problem(str(parent), "there is no such folder", "make it first, or change --dir"))
    return folder


def _written(folder: Path, name: str, text: str, market: Path, copied: str) -> None:
    (folder / MARKET_FOLDER / copied).mkdir(parents=True)
    for file in (*FILES, "README.md"):
        if (market / file).is_file():
            shutil.copyfile(market / file, folder / MARKET_FOLDER / copied / file)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")


def _text(name: str, market: str, rules: str, dates: Dates) -> str:
    mark = dates.origin if dates.sure else f"{LOOK}: {dates.origin}"
    lines = [
        f"# yaml-language-server: $schema={SCHEMA.as_posix()}",
        f"scenario: {_quoted(name)}",
        "edition: 2",
        f"title: {_quoted(f'{market} under the rule set {rules}')}",
        f"market: {_quoted(f'{MARKET_FOLDER}/{market}')}",
        f"start: {dates.start}",
        "rounds:",
        "  first:",
        f"    rules: {rules}",
        f"    calendar: # {mark}",
        *(f"      {day}: {when}" for day, when in dates.days.items()),
        "replications: 20",
        "seed: 1",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _fill(folder: Path, scenario: Scenario, name: str) -> None:
    for market in scenario.markets:
        shutil.copytree(market.folder, folder / MARKET_FOLDER / market.name)
    for file in _chain(scenario.path)[1:]:
        shutil.copyfile(file, folder / file.name)
    text = scenario.path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^scenario:.*$", lambda _: f'scenario: "{name}"', text, count=1)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _chain(file: Path) -> list[Path]:
    """A scenario file and those that it extends by path; what it extends by name stays with the program."""
    base = read(file).value.get("extends")
    if base is None or not str(base.value).endswith(ENDINGS):
        return [file]
    return [file, *_chain(file.parent / base.value)]
