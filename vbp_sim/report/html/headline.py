"""The first screen of a report: what was asked, what came out, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vbp_sim.report import words
from vbp_sim.report.html.evidence import WEAK, codes
from vbp_sim.report.html.grid import signs
from vbp_sim.report.summary import cells
from vbp_sim.studies.folder import RunFolder
from vbp_sim.studies.metric_ids import METRICS


@dataclass(frozen=True)
class Figure:
    """One number of the headline: ``span`` is its range over replications, empty with one."""

    value: str
    says: str
    span: str


#: metrics of the headline, and how each is said of a value that is above and below zero
_SAID = {
    "cut_own": ("fall of selected prices, against the product's own earlier price", "rise of selected prices"),
    "spend_change": ("more spent than at earlier prices and shares", "less spent than at earlier prices and shares"),
    "fund_saving": ("saved by the insurance fund", "more paid by the insurance fund"),
    "patient_saving": ("saved by patients", "more paid by patients"),
    "completion": ("of the agreed volume is bought", ""),
    "failed_drugs": ("that nobody won", ""),
    "unmet_share": ("of need that nobody supplied", ""),
    "margin": ("margin of selected products, of the price", "loss of selected products, of the price"),
}


def came_out(run: RunFolder) -> Iterator[Figure]:
    """The numbers that a reader wants first; what a run has not is left out."""
    for name, (above, below) in _SAID.items():
        value = run.summary["metrics"].get(name)
        if value is None or value["mean"] is None:
            continue
        negative = value["mean"] < 0 and below
        if negative:
            ends = {"mean": -value["mean"], "low": -value["high"], "high": -value["low"]}
            value = {**value, **ends}
        _, mean, span, unit = cells(METRICS[name], value)
        joined = f"{mean} {unit}".strip()
        yield Figure(signs(joined), below if negative else above, signs(f"{span} {unit}".strip()) if span else "")


def asked(run: RunFolder) -> list[str]:
    """What was simulated, in sentences."""
    m, inputs = run.manifest, run.manifest.get("inputs", {})
    said = [str(inputs["description"])] if inputs.get("description") else []
    said += [_round(name, spec) for name, spec in inputs.get("rounds", {}).items()]
    if m["variant"]:
        changed = [v["path"] for v in m.get("values", ()) if v["set_by"].startswith("variant")]
        what = f" It changes {', '.join(changed[:12])}{' and others' if len(changed) > 12 else ''}." if changed else ""
        said.append(f"Variant {m['variant']} of the scenario.{what}")
    return said


def _round(name: str, spec: dict[str, Any]) -> str:
    rules, dates = spec["rules"], spec["calendar"]
    return (
        f"Round {name} under the rule set “{rules['title']}”: bids are opened on {dates['opening']}, "
        f"supply starts on {dates['start']}."
    )


def how_sure(run: RunFolder) -> list[str]:
    """What the numbers rest on, in sentences."""
    n = int(run.manifest["replications"])
    luck = "luck (costs of firms, demand of hospitals, failures of supply)"
    if n == 1:
        said = [f"One replication: each number holds for one draw of {luck}, and no range can be given."]
    else:
        said = [
            f"{n} replications with different {luck}. A range holds the middle 90 % of them. It does not "
            "cover what is not known about the rules and about behaviour."
        ]
    stand_ins, weak = len(run.manifest.get("stand_ins", {})), sum(codes(run).get(code, 0) for code in WEAK)
    if stand_ins:
        said.append(f"Standing in for something unknown: {words.counted(stand_ins, 'value')} of the rules.")
    if weak:
        said.append(
            f"From memory, guessed, doubtful or unknown: {words.counted(weak, 'value')}, marked under Assumptions. "
            "A conclusion that hangs on one of them should be tried with other values."
        )
    return said
