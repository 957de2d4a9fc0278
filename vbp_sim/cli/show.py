"""`vbp show`: a resolved scenario, policy, rule set or law, with who set each value and what the evidence is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vbp_sim.cli.common import json_option, patching, plugin_option, print_json

if TYPE_CHECKING:
    from vbp_sim.scenario.describe import Line


@click.command("show")
@click.argument("scenario")
@click.argument("id", required=False, metavar="[ID]")
@patching
@plugin_option
@json_option
def command(scenario: str, id: str | None, variant: str, sets: tuple[str, ...], as_json: bool) -> None:
    """Show a SCENARIO as it will run; with `show policy ID` a policy, with `show rules ID` a rule set, with `show laws
    ID` a law.

    The output is YAML; each remark gives the unit, who set the value, and where it comes from.
    """
    if id is not None:
        if scenario not in ("policy", "rules", "laws") or variant or sets:
            allowed = "`vbp show policy ID`, `vbp show rules ID` or `vbp show laws ID`"
            raise click.UsageError(f"two arguments are {allowed}, without --variant and --set")
        _of_library(scenario, id, as_json)
        return
    _scenario(scenario, variant, sets, as_json)


def _scenario(name: str, variant: str, sets: tuple[str, ...], as_json: bool) -> None:
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.scenario.describe import lines_of

    loaded = load_scenario(name, variant, sets)
    head = {"scenario": loaded.spec.scenario, "variant": loaded.variant, "digest": loaded.digest}
    _print(lines_of(loaded.spec, loaded.origins), head, as_json)


def _of_library(what: str, name: str, as_json: bool) -> None:
    from vbp_sim.runs.load import load_law, load_rules
    from vbp_sim.runs.policies import load_policy
    from vbp_sim.scenario.describe import lines_of

    if what == "policy":
        loaded = load_policy(name)
        _print(lines_of(loaded.policy, loaded.origins), {what: loaded.policy.policy}, as_json)
        return
    found, origins = load_rules(name) if what == "rules" else load_law(name)
    _print(lines_of(found, origins), {what: found.id}, as_json)


def _print(lines: list[Line], head: dict[str, str], as_json: bool) -> None:
    from vbp_sim.scenario.describe import text_of

    if as_json:
        print_json({**head, "values": [line.as_json() for line in lines]})
        return
    click.echo("# " + ", ".join(f"{key}: {value}" for key, value in head.items() if value))
    click.echo(text_of(lines), nl=False)
