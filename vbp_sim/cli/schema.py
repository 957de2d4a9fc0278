"""`vbp schema`: what scenarios, policies, rule sets, laws, markets and sweeps may say, for editors and for people."""

from __future__ import annotations

import click

from vbp_sim.cli.common import plugin_option


@click.command("schema")
@click.argument(
    "what",
    type=click.Choice(["scenario", "policy", "rules", "laws", "market", "sweep", "all"]),
    default="scenario",
)
@click.argument("scenario", required=False)
@plugin_option
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json", show_default=True)
@click.option("--partial", is_flag=True, help="Nothing is required: for files that extend others, and for editors.")
def command(what: str, scenario: str | None, form: str, partial: bool) -> None:
    """Print the JSON Schema or the reference page of WHAT a user may write; with a SCENARIO, its plug-ins count too."""
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.scenario import reference, schema
    from vbp_sim.scenario.plugins import of_process
    from vbp_sim.studies import sweep_schema

    (load_scenario(scenario).plugins if scenario is not None else of_process()).use()
    if form == "markdown":
        pages = {
            "scenario": reference.scenario_page,
            "policy": reference.policy_page,
            "rules": reference.rules_page,
            "laws": reference.laws_page,
            "market": reference.market_page,
            "sweep": sweep_schema.sweep_page,
            "all": reference.whole_page,
        }
        click.echo(pages[what]().rstrip())
        return
    schemas = {
        "scenario": schema.scenario_schema,
        "rules": schema.rules_schema,
        "laws": schema.laws_schema,
        "market": schema.market_schema,
    }
    if what == "all":
        made = {name: make(partial=partial) for name, make in schemas.items()}
    elif what == "policy":
        made = schema.policy_schema()
    elif what == "sweep":
        made = sweep_schema.sweep_schema()
    else:
        made = schemas[what](partial=partial)
    click.echo(schema.text_of(made), nl=False)
