"""`vbp check`: everything that is wrong with scenarios, policies and sweeps, without running them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vbp_sim.cli.common import WRONG_INPUT, patching, print_json, printing, wrong_input
from vbp_sim.errors import InputError, Problem


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@patching
@printing
def command(files: tuple[str, ...], variant: str, sets: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Check scenarios (files, or names of shipped ones), their markets and each of their variants; sweep files,
    with the scenario of each point; and policies, on each shipped scenario that they are meant for.

    Ends with 2 if anything is wrong.
    """
    results = [_check(file, variant, sets) for file in files]
    for result, error in results:
        _say(result, error, quiet, as_json)
    fine = all(error is None for _, error in results)
    if as_json:
        print_json({"ok": fine, "files": [result for result, _ in results]})
    return 0 if fine else WRONG_INPUT


def _check(file: str, variant: str, sets: tuple[str, ...]) -> tuple[dict[str, Any], InputError | None]:
    from vbp_sim.runs.load import load_scenario

    try:
        if (policy := _policy_file(file)) is not None:
            return _check_policy(policy, variant, sets), None
        if _is_sweep(Path(file)):
            return _check_sweep(Path(file), variant, sets), None
        scenario = load_scenario(file, variant, sets)
        if wrong := [] if variant else _variants(file, list(scenario.spec.variants)):
            raise InputError(*wrong)
    except InputError as error:
        problems = [{"place": p.place, "what": p.what, "remedy": p.remedy} for p in error.problems]
        return {"file": file, "ok": False, "problems": problems}, error
    spec, market = scenario.spec, scenario.market
    counts = {
        "rounds": len(spec.rounds),
        "variants": len(spec.variants),
        "provinces": len(market.provinces),
        "drugs": len(market.drugs),
        "products": len(market.products),
    }
    return {"file": file, "ok": True, "digest": scenario.digest, **counts, "problems": []}, None


def _is_sweep(file: Path) -> bool:
    """Whether a file is one of a sweep: it has the key ``sweep``."""
    return file.is_file() and _has(file, "sweep")


def _has(file: Path, key: str) -> bool:
    from vbp_sim.scenario.tree import children
    from vbp_sim.scenario.yaml_source import read

    return key in children(read(file))


def _policy_file(file: str) -> Path | None:
    """The policy that is meant: a file with the key ``policy``, or a shipped one by name; None if it is neither."""
    from vbp_sim.runs.load import policies

    inside = policies() / f"{file.removeprefix('policies/')}.yaml"
    path = inside if not Path(file).exists() and inside.is_file() else Path(file)
    return path if path.is_file() and _has(path, "policy") else None


def _check_policy(file: Path, variant: str, sets: tuple[str, ...]) -> dict[str, Any]:
    from vbp_sim.runs.policies import check_policy

    if variant or sets:
        what = "a policy says itself what it changes; --variant and --set are for scenarios"
        raise InputError(Problem(str(file), what, "check the policy without them"))
    loaded, fits = check_policy(file)
    counts = {"expectations": len(loaded.policy.expects), "scenarios": fits}
    return {"file": str(file), "ok": True, **counts, "problems": []}


def _check_sweep(file: Path, variant: str, sets: tuple[str, ...]) -> dict[str, Any]:
    from vbp_sim.studies.sweep import check

    if variant or sets:
        what = "a sweep file says itself what is set; --variant and --set are for scenarios"
        raise InputError(Problem(str(file), what, "check the sweep without them"))
    design = check(file)
    return {"file": str(file), "ok": True, "points": len(design), "runs": design.runs, "problems": []}


def _say(result: dict[str, Any], error: InputError | None, quiet: bool, as_json: bool) -> None:
    if as_json:
        return
    if error is not None:
        wrong_input(error)
    elif not quiet:
        numbers = [(n, what) for what, n in result.items() if type(n) is int]
        counts = ", ".join(f"{n} {what[:-1] if n == 1 else what}" for n, what in numbers)
        click.echo(f"{result['file']}: OK ({counts})")


def _variants(file: str, names: list[str]) -> list[Problem]:
    """Problems of each variant on its own."""
    from vbp_sim.runs.load import load_scenario

    found: list[Problem] = []
    for name in names:
        try:
            load_scenario(file, name)
        except InputError as error:
            found += error.problems
    return list(dict.fromkeys(found))
