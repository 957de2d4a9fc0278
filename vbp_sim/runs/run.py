"""A run: all replications of one scenario or variant, from the resolved scenario to a finished run folder."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vbp_sim
from vbp_sim.agents.classes import Classes
from vbp_sim.engine import limits
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.simulation import horizon
from vbp_sim.engine.world import laws_of
from vbp_sim.errors import InputError, Problem
from vbp_sim.rules.evidence import Evidence
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.folder import RunFolder, RunWriter
from vbp_sim.runs.metrics import summarize
from vbp_sim.runs.replications import replicate
from vbp_sim.runs.target import MANIFEST
from vbp_sim.scenario.describe import lines_of
from vbp_sim.scenario.laws import values
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import chosen

PACKAGE = Path(vbp_sim.__path__[0])
LIBRARIES = ("simpy", "numpy", "pydantic", "pyarrow")


def run(
    scenario: Scenario,
    out: Path | None = None,
    *,
    workers: int | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    draw: Callable[[RunFolder], None] | None = None,
) -> tuple[RunFolder, bool]:
    """Run a scenario; return its folder, and whether it was there already and nothing had to be computed.

    ``progress(done, of)`` is called after each replication; ``draw`` puts figures into the folder before it ends.
    """
    target = out if out is not None else Path("results") / run_name(scenario)
    if not force and (known := finished(target, run_id(scenario))) is not None:
        return known, True
    started = datetime.now(UTC)
    metrics, seconds = [], []
    with RunWriter(target, force=force) as writer:
        for result in replicate(scenario, workers):
            for name, table in result.tables.items():
                writer.append(name, table)
            metrics.append(result.metrics)
            seconds.append(result.seconds)
            if progress is not None:
                progress(len(metrics), scenario.spec.replications)
        summary = {
            "scenario": scenario.spec.scenario,
            "variant": scenario.variant,
            "seed": scenario.spec.seed,
            "replications": scenario.spec.replications,
            "draws": list(scenario.spec.draws),
            "metrics": summarize(metrics),
        }
        return writer.finish(_manifest(scenario, started, seconds), summary, draw=draw), False


def run_id(scenario: Scenario) -> str:
    """Hash of what a run depends on: the resolved scenario with seed and market, the variant, and the program."""
    return hashlib.sha256(f"{scenario.digest}\n{scenario.variant}\n{program_hash()}".encode()).hexdigest()


def run_name(scenario: Scenario) -> str:
    """Folder name of a run that the user does not name."""
    words = [scenario.spec.scenario, *(scenario.variant.split(",") if scenario.variant else [])]
    safe = "-".join("".join(c if c.isalnum() or c in "-_" else "_" for c in word)[:60] for word in words)
    return f"{safe}-{run_id(scenario)[:12]}"


@functools.cache
def program_hash() -> str:
    """SHA-256 over the package's code and rule data."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".yaml", ".csv") and "_scenarios" not in file.parts:
            digest.update(f"{file.relative_to(PACKAGE)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def names_zh(market: Market) -> dict[str, dict[str, str]]:
    """Chinese names of drugs, provinces and manufacturers by their ids, where the market has them."""
    known = {
        "drug": {drug.id: drug.name_zh for drug in market.drugs},
        "province": {province.id: province.name_zh for province in market.provinces},
        "manufacturer": {product.manufacturer: product.name_zh for product in reversed(market.products)},
    }
    return {kind: {id: name for id, name in names.items() if name} for kind, names in known.items()}


def stand_ins(scenario: Scenario) -> dict[str, str]:
    """Values of rule sets and laws that stand in for something unknown, by path, with what is known."""
    found: dict[str, Evidence] = {}
    for name, spec in scenario.spec.rounds.items():
        for path, evidence in chosen(spec.rules, RuleSet).stand_ins().items():
            found[f"rounds.{name}.rules.{path}"] = evidence
    for name, law in scenario.spec.laws.items():
        kept = {".".join(source[3:]) for _, source in values({name: law}, [name]).values() if source[2] == "rules"}
        if law.rules is None:
            continue
        rules = chosen(law.rules, LocalLaw)
        empty = {path for path, value in rules.values().items() if value == {}}
        for path, evidence in rules.stand_ins().items():
            if path in kept | empty:
                found[f"laws.{name}.rules.{path}"] = evidence
    return {path: f"[{e.confidence}] {e.source} {e.note}".strip() for path, e in found.items()}


def not_simulated(scenario: Scenario) -> list[str]:
    """Rules of the scenario's rounds and laws that have no effect in a run, and drugs without a class, as sentences."""
    rounds = [
        f"round {name}: {sentence}"
        for name, spec in scenario.spec.rounds.items()
        for sentence in limits.not_simulated(chosen(spec.rules, RuleSet), scenario.data.of_round(name))
    ]
    book = laws_of(scenario, Clock(scenario.spec.start, horizon(scenario)))
    laws = [f"law: {sentence}" for law in book.laws for sentence in limits.not_simulated(law, scenario.market)]
    classes = chosen(scenario.spec.behaviour.classes, Classes).inert(scenario.market)
    return [*rounds, *dict.fromkeys(laws), *([classes] if classes else [])]


def finished(target: Path, wanted: str) -> RunFolder | None:
    """Return the finished run in ``target`` if it is exactly the one that is asked for."""
    if not os.path.lexists(target / MANIFEST):
        return None
    folder = RunFolder.open(target)
    if folder.made_by:
        what = f"holds a run of {folder.made_by}, which cannot be gone on with"
        raise InputError(Problem(str(target), what, "replace it with --force, or name another folder with --out"))
    return folder if folder.manifest.get("run_id") == wanted else None


def _manifest(scenario: Scenario, started: datetime, seconds: list[float]) -> dict[str, Any]:
    finished = datetime.now(UTC)
    return {
        "scenario": scenario.spec.scenario,
        "title": scenario.spec.title,
        "variant": scenario.variant,
        "seed": scenario.spec.seed,
        "replications": scenario.spec.replications,
        "version": vbp_sim.__version__,
        "digest": scenario.digest,
        "run_id": run_id(scenario),
        "program_hash": program_hash(),
        "commit": _commit(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "host": platform.node(),
        "platform": platform.platform(),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 3),
        "seconds_per_replication": round(sum(seconds) / len(seconds), 4),
        "source": str(scenario.path),
        "plugins": scenario.plugins.as_json(),
        "market": {"name": scenario.market.name, "digest": scenario.market.digest},
        "names": names_zh(scenario.market),
        "inputs": scenario.spec.model_dump(mode="json", exclude={"variants"}),
        "values": [line.as_json() for line in lines_of(scenario.spec, scenario.origins)],
        "draws": [each.told() for each in scenario.draws],
        "stand_ins": stand_ins(scenario),
        "not_simulated": not_simulated(scenario),
    }


def _commit() -> str:
    """Git commit of the program, with ``+`` where files differ from it; empty outside a checkout."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(PACKAGE.parent), *words], capture_output=True, text=True, check=True, timeout=5
        ).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")) != PACKAGE.parent:
            return ""
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", "vbp_sim") else "")
    except (OSError, subprocess.SubprocessError):
        return ""
