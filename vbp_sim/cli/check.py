"""`vbp check`: everything that is wrong with scenarios, markets, rule sets, laws, policies and sweeps, without running
them, and what else changes the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import WRONG_INPUT, lang_option, message, patching, print_json, printing, wrong_input
from vbp_sim.errors import InputError, Problem

if TYPE_CHECKING:
    from vbp_sim.scenario.load import Scenario
    from vbp_sim.scenario.market import Market

#: drugs that a note names
NAMED = 4


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@patching
@printing
@lang_option
def command(files: tuple[str, ...], variant: str, sets: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Check scenarios (files, or names of shipped ones), their markets and each of their variants; markets (folders, or
    markets/NAME); rule sets and laws; sweep files, with the scenario of each point; and policies, on each shipped
    scenario that they are meant for.

    Ends with 2 if anything is wrong. Notes say what is not wrong and still changes the answer: unnamed firms that are
    invented, drugs of unknown form or class, drugs without bidders.
    """
    results = [_check(file, variant, sets, noted=as_json or not quiet) for file in files]
    for result, error in results:
        _say(result, error, quiet, as_json)
    fine = all(error is None for _, error in results)
    if as_json:
        print_json({"ok": fine, "files": [result for result, _ in results]})
    return 0 if fine else WRONG_INPUT


def _check(file: str, variant: str, sets: tuple[str, ...], *, noted: bool) -> tuple[dict[str, Any], InputError | None]:
    try:
        return _checked(file, variant, sets, noted), None
    except InputError as error:
        problems = [{"place": p.place, "what": p.what, "remedy": p.remedy} for p in error.problems]
        return {"file": file, "ok": False, "problems": problems}, error


def _checked(file: str, variant: str, sets: tuple[str, ...], noted: bool) -> dict[str, Any]:
    """What is there of a file that is right, with notes if they are wanted; InputError for one that is not."""
    from vbp_sim.cli.kinds import Kind, kind_of
    from vbp_sim.runs.load import load_law, load_rules, load_scenario, market_folder
    from vbp_sim.scenario.market_csv import read_market

    kind, path = kind_of(file)
    if kind is not Kind.SCENARIO and (variant or sets):
        what = f"a {kind.value} says itself what {kind.sets}; --variant and --set are for scenarios"
        raise InputError(Problem(str(path), what, f"check the {kind.value} without them"))
    if kind is Kind.POLICY:
        return _check_policy(path)
    if kind is Kind.SWEEP:
        return _check_sweep(path)
    if kind in (Kind.RULES, Kind.LAW):
        found, _ = (load_rules if kind is Kind.RULES else load_law)(str(path))
        return {"file": file, "ok": True, "values": len(found.values()), "problems": []}
    if kind is Kind.MARKET:
        market = read_market(market_folder(file))
        return {"file": file, "ok": True, **_counts(market), "notes": _notes(market) if noted else [], "problems": []}
    scenario = load_scenario(file, variant, sets)
    if wrong := [] if variant else _variants(file, list(scenario.spec.variants)):
        raise InputError(*wrong)
    counts = {"rounds": len(scenario.spec.rounds), "variants": len(scenario.spec.variants), **_counts(scenario.market)}
    notes = _notes(scenario) if noted else []
    left_out = scenario.spec.behaviour.classes.inert(scenario.market)  # what rules leave out, a run says
    return {
        "file": file, "ok": True, "digest": scenario.digest, **counts, "notes": notes, "problems": [],
        "not_simulated": [left_out] if left_out else [],
    }  # fmt: skip


def _counts(market: Market) -> dict[str, int]:
    return {"provinces": len(market.provinces), "drugs": len(market.drugs), "products": len(market.products)}


def _forms() -> list[str]:
    from vbp_sim.intake.values import words

    return sorted({form for _, form in words("form")})


def _notes(of: Scenario | Market) -> list[dict[str, Any]]:
    """What changes the answer, each with the sentence that says it."""
    from vbp_sim.report.words import words
    from vbp_sim.report.words.language import language, say
    from vbp_sim.runs import doubts
    from vbp_sim.scenario.market import Market

    found = doubts.of_market(of, _forms()) if isinstance(of, Market) else doubts.doubts_of(of, _forms())
    said, markets = [], (of,) if isinstance(of, Market) else of.markets
    named = {drug.id: drug.name_zh for market in markets for drug in market.drugs} if language() == "zh" else {}
    for one in found:
        drugs = words.listed([named.get(id) or id for id in one.drugs[:NAMED]])
        if len(one.drugs) > NAMED:
            drugs = say("doubts.some", first=drugs, n=len(one.drugs) - NAMED)
        text = say(f"doubts.{one.kind}", n=one.n, drugs=drugs, known=words.listed(_forms()))
        said.append({"kind": one.kind, "market": one.market, "drugs": list(one.drugs), "n": one.n, "said": text})
    return said


def _check_policy(file: Path) -> dict[str, Any]:
    from vbp_sim.runs.policies import check_policy

    loaded, fits = check_policy(file)
    counts = {"expectations": len(loaded.policy.expects), "scenarios": fits}
    return {"file": str(file), "ok": True, **counts, "problems": []}


def _check_sweep(file: Path) -> dict[str, Any]:
    from vbp_sim.studies.sweep import check

    design = check(file)
    return {"file": str(file), "ok": True, "points": len(design), "runs": design.runs, "problems": []}


def _say(result: dict[str, Any], error: InputError | None, quiet: bool, as_json: bool) -> None:
    if as_json:
        return
    if error is not None:
        wrong_input(error)
    elif not quiet:
        from vbp_sim.report.words import words
        from vbp_sim.report.words.language import restate, say

        counts = words.listed([words.counted(n, what[:-1]) for what, n in result.items() if type(n) is int])
        click.echo(say("cli.fine", file=result["file"], counts=counts))
        for sentence in result.get("not_simulated", []):
            click.echo(f"  {say('cli.not_simulated', sentence=restate('limits', sentence))}")
        for note in result.get("notes", ()):
            message(say("doubts.note", place=note["market"], what=note["said"]))


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
