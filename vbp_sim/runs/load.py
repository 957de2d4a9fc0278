"""Where the rooms meet: scenario files are read with the rule library, and shipped ones go by name.

>>> load_scenario("pilot-2018").spec.scenario
'pilot-2018'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import vbp_sim
from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.library import DATA, LAWS
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.draws import FOLDER, Draws, read_draws, shipped_draws
from vbp_sim.scenario.layers import ENDINGS
from vbp_sim.scenario.load import LAW, Origins, Scenario, load, load_part
from vbp_sim.scenario.tree import Address, Node
from vbp_sim.scenario.yaml_source import read

PACKAGE = Path(vbp_sim.__path__[0])


def shipped() -> Path:
    """The folder of the shipped scenarios: in the package if it came as a wheel, else beside it."""
    inside = PACKAGE / "_scenarios"
    return inside if inside.is_dir() else PACKAGE.parent / "scenarios"


def policies() -> Path:
    """The folder of the shipped policies."""
    return shipped() / "policies"


def mounts() -> dict[Address, Path]:
    """The libraries that scenario files may name: rule sets, laws, and scenarios to extend."""
    return {(): shipped(), ("rounds", "*", "rules"): DATA, LAW: LAWS}


def scenario_file(name: str | Path) -> Path:
    """The file that a user means: a path, else a shipped scenario such as ``pilot-2018``."""
    path = Path(name)
    if path.exists():
        return path
    parts = path.parts[1:] if path.parts[:1] == ("scenarios",) else path.parts
    inside = shipped().joinpath(*parts) if parts and not path.is_absolute() else path
    for file in (inside, inside.with_name(inside.name + ".yaml") if inside.name else inside):
        if file.is_file():
            return file
    if path.suffix in ENDINGS or len(path.parts) > 1:
        return path
    known = sorted(file.stem for file in shipped().glob("*.yaml"))
    remedy = f"{nearest(str(name), known)} or give the path of a .yaml file".strip()
    raise InputError(Problem(str(name), "there is no such file, and no shipped scenario of that name", remedy))


def market_folder(name: str | Path) -> Path:
    """The folder of a market that a user means: a path, else a shipped market (``batch-3``, ``markets/batch-3``).

    Raises `InputError` if there is none.
    """
    folder = Path(name)
    inside = shipped() / "markets" / folder.name
    if not folder.is_dir() and folder.name and str(folder) in (folder.name, f"markets/{folder.name}"):
        folder = inside if inside.is_dir() else folder
    if not folder.is_dir():
        known = sorted(m.name for m in (shipped() / "markets").iterdir() if m.is_dir())
        what = "there is no such market folder, and no shipped market of that name"
        raise InputError(Problem(str(name), what, nearest(str(name), known)))
    return folder


def load_rules(name: str) -> tuple[RuleSet, Origins]:
    """Read a shipped rule set, or the file of one, with who set each of its values."""
    return load_part(library_file(name, DATA, "rule set"), RuleSet, DATA)


def load_law(name: str) -> tuple[LocalLaw, Origins]:
    """Read a shipped law, or the file of one, with who set each of its values."""
    return load_part(library_file(name, LAWS, "law"), LocalLaw, LAWS)


def load_draws(names: Sequence[str]) -> tuple[Draws, ...]:
    """Read files of draws, or shipped ones by name; ``none`` is none."""
    folder, known = shipped() / FOLDER, shipped_draws(shipped())
    return tuple(read_draws(library_file(name, folder, "file of draws", known)) for name in names if name != "none")


def library_file(name: str, library: Path, kind: str, known: Sequence[str] = ()) -> Path:
    """The file that a user means: a path, else a file of a library by its name (``known``: those that are meant).

    Raises `InputError`.
    """
    if name.endswith(ENDINGS):
        return Path(name)
    file = library / f"{name}.yaml"
    if not file.is_file():
        names = list(known) or sorted(other.stem for other in library.glob("*.yaml"))
        raise InputError(Problem(f"{kind} {name}", f"there is no {kind} of that name", nearest(name, names)))
    return file


def load_scenario(
    path: str | Path, variant: str = "", sets: Sequence[str] = (), asked: Mapping[str, Node] | None = None
) -> Scenario:
    """Read a scenario by path or by the name of a shipped one. Raises `InputError` with all that is wrong.

    The chain of variants may also name shipped policies, and those that are ``asked`` for.
    """
    names = [name.strip() for name in variant.split(",")]
    found = {name: read(file) for name in names if (file := policies() / f"{name}.yaml").is_file()}
    return load(scenario_file(path), variant=variant, sets=sets, mounts=mounts(), policies={**found, **(asked or {})})
