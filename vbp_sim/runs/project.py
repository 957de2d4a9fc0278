"""A user's own project: a folder with a scenario, its market and the schema, copied from what is shipped."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs.load import load_scenario, shipped
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.yaml_source import read

MARKET_FOLDER = "markets"
SCHEMA = Path("schema") / "scenario.schema.json"


def new_project(name: str, origin: str, parent: Path) -> Path:
    """Make ``parent/name`` from the shipped scenario ``origin``; return the path of the new scenario file."""
    known = sorted(file.stem for file in shipped().glob("*.yaml"))
    if origin not in known:
        raise InputError(Problem(f"--from {origin}", "no shipped scenario has that name", nearest(origin, known)))
    folder = parent / name
    if name in ("", ".", "..") or Path(name).name != name:
        raise InputError(Problem(name, "the name of a new folder is wanted", "use --dir for the place"))
    if folder.exists():
        raise InputError(Problem(str(folder), "this exists already, and nothing is overwritten", "choose another name"))
    if not parent.is_dir():
        raise InputError(Problem(str(parent), "there is no such folder", "make it first, or change --dir"))
    scenario = load_scenario(shipped() / f"{origin}.yaml")
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=parent))
    try:
        _fill(aside, scenario, name)
        load_scenario(aside / f"{name}.yaml")
        aside.chmod(0o755)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder / f"{name}.yaml"


def _fill(folder: Path, scenario: Scenario, name: str) -> None:
    for market in scenario.markets:
        shutil.copytree(market.folder, folder / MARKET_FOLDER / market.name)
    (folder / SCHEMA).parent.mkdir()
    shutil.copyfile(shipped() / SCHEMA, folder / SCHEMA)
    for file in _chain(scenario.path)[1:]:
        shutil.copyfile(file, folder / file.name)
    text = scenario.path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^scenario:.*$", lambda _: f'scenario: "{name}"', text, count=1)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _chain(file: Path) -> list[Path]:
    """A scenario file and those that it extends by path; what it extends by name stays with the program."""
    base = read(file).value.get("extends")
    if base is None or not str(base.value).endswith((".yaml", ".yml")):
        return [file]
    return [file, *_chain(file.parent / base.value)]
