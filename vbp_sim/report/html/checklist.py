"""The field's reporting checklist, STRESS-DES, filled for a run.

Monks, T. et al., Strengthening the reporting of empirical simulation studies: introducing the STRESS guidelines,
Journal of Simulation 13(1), 2019. Item numbers are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from vbp_sim.report import words
from vbp_sim.report.html import again
from vbp_sim.studies.folder import RunFolder

UNKNOWN = "not recorded"

#: number, what is asked for, and the answer with what the run fills in
ITEMS = (
    (
        "1.1",
        "Purpose of the model",
        "To say what follows for prices, supply, use, money, hospitals and manufacturers if the rules of "
        "centralized volume-based procurement change.",
    ),
    ("1.2", "Model outputs", "The metrics under Results, and the tables of the run folder (docs/tables.md)."),
    ("1.3", "Aims of the experiment", "{title}. {description}"),
    ("2.1", "Overview of the base model", "docs/why.md; the charts over time mark the dates."),
    (
        "2.2",
        "Logic of the base model",
        "Hospitals report their need, firms bid, the rules of the round select, provinces choose suppliers, hospitals "
        "order every month, supply fails and recovers, contract years are assessed and settled. Rule sets: {rules}.",
    ),
    ("2.3", "Logic of the scenario", "{variant}"),
    ("2.4", "Algorithms", "Models of behaviour: {models}; docs/scenario-reference.md."),
    (
        "2.5",
        "Components",
        "Entities: drugs, products, contracts. Activities: reporting, bidding, selection, ordering, delivery, "
        "assessment, payment. Resources: capacity and stock of each supplied product. Queues: none; what is not "
        "delivered is met by others or stays unmet. Entry and exit: rounds open and contracts end by the calendar; "
        "firms may give up or be barred.",
    ),
    ("3.1", "Data sources", "Market {market}; sources in the README of its folder, and under Assumptions."),
    (
        "3.2",
        "Pre-processing",
        "As the README of the market says; what the market leaves out is drawn from the scenario's distributions.",
    ),
    ("3.3", "Input parameters", "All under Assumptions, and in manifest.json."),
    ("3.4", "Assumptions", "Under Assumptions; {stand_ins} in the rules."),
    (
        "4.1",
        "Initialisation",
        "Starts on {start} with earlier prices and shares; no warm-up: they stay in force until the first contract.",
    ),
    ("4.2", "Run length", "Until the last contract has ended and the payments that follow from it are made."),
    ("4.3", "Estimation", "{estimation}"),
    ("5.1", "Software", "vbp_sim {version}, Python {python}, {libraries}"),
    (
        "5.2",
        "Random sampling",
        "Each draw is addressed by seed ({seed}), replication, decision, entity and occasion; no order of calls "
        "matters, and replication k has the same luck in every variant.",
    ),
    ("5.3", "Model execution", "Discrete events with SimPy. Took {seconds} s in all."),
    ("5.4", "System", "{platform}"),
    ("6.1", "Sharing", "Open source (MIT). The same numbers again: {command}"),
)


@dataclass(frozen=True)
class Item:
    """One item of the checklist and the answer to it."""

    number: str
    asks: str
    answer: str


def items(run: RunFolder) -> list[Item]:
    """All items in order."""
    known = _known(run)
    return [Item(number, asks, answer.format(**known).strip()) for number, asks, answer in ITEMS]


def _known(run: RunFolder) -> dict[str, str]:
    m = run.manifest
    inputs = m.get("inputs", {})
    n = int(m["replications"])
    models = (f"{name}: {part['model']}" for name, part in inputs.get("behaviour", {}).items() if "model" in part)
    variant = f"Variant {m['variant']}; what it sets is named under Assumptions." if m["variant"] else ""
    return {
        "title": str(m.get("title") or m["scenario"]),
        "description": str(inputs.get("description", "")),
        "rules": ", ".join(spec["rules"]["id"] for spec in inputs.get("rounds", {}).values()) or UNKNOWN,
        "variant": variant or "No variant: the scenario as its file says.",
        "models": ", ".join(models) or UNKNOWN,
        "market": str(m.get("market", {}).get("name", UNKNOWN)),
        "stand_ins": words.counted(len(m.get("stand_ins", {})), "stand-in"),
        "start": str(inputs.get("start", UNKNOWN)),
        "estimation": f"{n} replications; mean, and range of the middle 90 %." if n > 1 else "One replication.",
        "libraries": ", ".join(f"{name} {number}" for name, number in m.get("libraries", {}).items()) or UNKNOWN,
        **{key: str(m.get(key, UNKNOWN)) for key in ("version", "python", "seed", "seconds", "platform")},
        "command": again.command(run),
    }
