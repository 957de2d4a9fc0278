"""`vbp list`: what is there to name in a scenario or on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, get_args

import click

from vbp_sim.cli.common import json_option, lang_option, plugin_option, print_json, print_table
from vbp_sim.report.words.language import restate, say, told

if TYPE_CHECKING:
    from vbp_sim.rules.local.law import LocalLaw
    from vbp_sim.rules.ruleset import RuleSet

Rows = list[dict[str, str]]


@click.command("list")
@click.argument(
    "what",
    type=click.Choice(
        [
            "scenarios", "experiments", "variants", "policies", "rules", "laws", "models", "markets", "metrics",
            "charts",
        ]
    ),
    default="scenarios",
)  # fmt: skip
@click.argument("scenario", required=False)
@plugin_option
@lang_option
@json_option
def command(what: str, scenario: str | None, as_json: bool) -> None:
    """List shipped scenarios or experiments, the variants of a SCENARIO, policies, rule sets, laws, models and rules,
    markets, metrics (id, unit, whether more or less is better, meaning), or charts (name, of what, question).

    With a SCENARIO, models and rules are also those of its plug-ins.
    """
    if what == "variants":
        if scenario is None:
            raise click.UsageError("which scenario? `vbp list variants SCENARIO`")
        rows = _variants(scenario)
    elif what == "models":
        rows = _models(scenario)
    elif scenario is not None:
        raise click.UsageError(f"`vbp list {what}` takes no further argument")
    else:
        rows = _TABLES[what]()
    if as_json:
        print_json(rows)
    else:
        print_table([tuple(row.values()) for row in rows])


def _scenarios() -> Rows:
    return _titles("scenario", "")


def _experiments() -> Rows:
    """Shipped scenarios that ask one question each; `vbp compare experiments/NAME` runs one."""
    return _titles("experiment", "experiments/")


def _titles(what: str, folder: str) -> Rows:
    from vbp_sim.runs.load import shipped
    from vbp_sim.scenario.yaml_source import read

    trees = {f"{folder}{file.stem}": read(file).value for file in sorted((shipped() / folder).glob("*.yaml"))}
    return [{what: name, "title": restate("shipped", _text(tree, "title"))} for name, tree in trees.items()]


def _metrics() -> Rows:
    from vbp_sim.report.summary import meaning
    from vbp_sim.report.words.language import term
    from vbp_sim.runs.metrics import METRICS

    return [
        {
            "metric": one.id,
            "unit": term("units", one.unit),
            "better": say(f"list.{one.better or 'neither'}"),
            "meaning": meaning(one),
        }
        for one in METRICS.values()
    ]


def _charts() -> Rows:
    from vbp_sim.report.charts import catalogue
    from vbp_sim.report.sources import Kind

    return [
        {"chart": name, "of": say(f"list.{kind}"), "question": entry.question}
        for kind in get_args(Kind)
        for name, entry in catalogue.catalogue(kind).items()
    ]


def _variants(scenario: str) -> Rows:
    from vbp_sim.runs.load import load_scenario

    variants = load_scenario(scenario).spec.variants
    return [{"variant": name, "title": restate("shipped", variant.title)} for name, variant in variants.items()]


def _policies() -> Rows:
    """Every policy with what it is meant for, who asks for it, and how much it expects."""
    from vbp_sim.runs.policies import load_policy, policy_ids

    return [
        {
            "policy": one.policy,
            "for": one.meant if isinstance(one.meant, str) else ", ".join(one.meant),
            "asked_by": one.asked_by,
            "expects": ", ".join(one.expects),
            "title": restate("shipped", one.title),
        }
        for one in (load_policy(name).policy for name in policy_ids())
    ]


def _rules() -> Rows:
    """Every rule set with its date, and how many of its values stand in for something unknown."""
    from vbp_sim.rules.library import rule_ids, rule_set

    return _dated("rules", [rule_set(name) for name in rule_ids()])


def _laws() -> Rows:
    """Every law, in the same way."""
    from vbp_sim.rules.library import law, law_ids

    return _dated("law", [law(name) for name in law_ids()])


def _dated(what: str, files: Sequence[RuleSet | LocalLaw]) -> Rows:
    return [
        {
            what: one.id,
            "date": str(one.date or ""),
            "sure": say("list.stand_ins", n=len(one.stand_ins()), of=len(one.values())),
            "title": restate("shipped", one.title),
        }
        for one in sorted(files, key=lambda one: str(one.date))
    ]


def _models(scenario: str | None) -> Rows:
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.scenario.parts import Part
    from vbp_sim.scenario.plugins import of_process

    (load_scenario(scenario).plugins if scenario is not None else of_process()).use()
    rows = []
    for kind, parts in sorted(Part.registry.items()):
        for part in sorted(parts, key=lambda p: p.part_name()):
            if part.tag:
                meaning = " ".join((part.__doc__ or "").split("\n\n")[0].split())
                rows.append({"kind": kind, "name": part.part_name(), "meaning": restate("parts", meaning)})
    return rows


def _markets() -> Rows:
    from vbp_sim.runs.load import shipped
    from vbp_sim.scenario.market_csv import read_market

    rows = []
    for folder in sorted((shipped() / "markets").iterdir()):
        if (folder / "drugs.csv").is_file():
            market = read_market(folder)
            counts = {"drug": market.drugs, "province": market.provinces, "product": market.products}
            sizes = say("words.comma").join(told(f"counts.{what}", len(items)) for what, items in counts.items())
            rows.append({"market": folder.name, "holds": sizes})
    return rows


def _text(tree: dict[str, object], key: str) -> str:
    node = tree.get(key)
    return str(getattr(node, "value", "") or "")


_TABLES: dict[str, Callable[[], Rows]] = {
    "scenarios": _scenarios,
    "experiments": _experiments,
    "metrics": _metrics,
    "charts": _charts,
    "policies": _policies,
    "rules": _rules,
    "laws": _laws,
    "markets": _markets,
}
