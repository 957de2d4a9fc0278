"""The first screen of a report: what was asked, what came out, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vbp_sim.report.pages.evidence import WEAK, codes
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.summary import cells
from vbp_sim.report.words import words
from vbp_sim.report.words.language import messages, restate, say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.studies.paired import FEWEST


@dataclass(frozen=True)
class Figure:
    """One number of the headline: ``span`` is its range over replications, empty with one."""

    value: str
    says: str
    span: str

    @classmethod
    def of(cls, metric: Metric, value: Mapping[str, Any], says: str) -> Figure:
        """A metric as a summary holds it."""
        _, mean, span, unit = cells(metric, value)
        with_unit = words.amount(span, unit) if value["n"] >= FEWEST else span
        return cls(signs(words.amount(mean, unit)), says, signs(with_unit) if span else "")


#: paths of a variant's changes that are named
MOST_PATHS = 12


def came_out(run: RunFolder) -> Iterator[Figure]:
    """The numbers that a reader wants first: metrics that a sentence is written for, ID_below for values below zero."""
    sentences = messages("headline")
    for name in dict.fromkeys([*METRICS.wanted, *METRICS]):
        if name not in sentences:
            continue
        value = run.summary["metrics"].get(name)
        if value is None or value["mean"] is None:
            continue
        negative = value["mean"] < 0 and f"{name}_below" in sentences
        if negative:
            ends = {"mean": -value["mean"], "low": -value["high"], "high": -value["low"]}
            value = {**value, **ends}
        yield Figure.of(METRICS[name], value, say(f"headline.{name}{'_below' if negative else ''}"))


def asked(run: RunFolder) -> list[str]:
    """What was simulated, in sentences."""
    m, inputs = run.manifest, run.manifest.get("inputs", {})
    said = [restate("shipped", str(inputs["description"]))] if inputs.get("description") else []
    said += [_round(name, spec) for name, spec in inputs.get("rounds", {}).items()]
    if m["variant"]:
        changed = [v["path"] for v in m.get("values", ()) if v["set_by"].startswith("variant")]
        said.append(say("headline.variant", variant=m["variant"]) + _changes(changed))
    return said


def _changes(paths: list[str]) -> str:
    if not paths:
        return ""
    named = words.listed(paths[:MOST_PATHS])
    return say("headline.changes_and_others" if len(paths) > MOST_PATHS else "headline.changes", paths=named)


def _round(name: str, spec: dict[str, Any]) -> str:
    rules, dates = spec["rules"], spec["calendar"]
    opening, start = (words.day(dates[step]) for step in ("opening", "start"))
    return say("headline.round", name=name, rules=restate("shipped", rules["title"]), opening=opening, start=start)


def how_sure(run: RunFolder) -> list[str]:
    """What the numbers rest on, in sentences."""
    n = int(run.manifest["replications"])
    luck = say("headline.luck")
    how = "one" if n == 1 else "several" if n >= FEWEST else "few"
    said = [say(f"headline.{how}", n=n, luck=luck)]
    stand_ins, weak = len(run.manifest.get("stand_ins", {})), sum(codes(run).get(code, 0) for code in WEAK)
    if stand_ins:
        said.append(say("headline.stand_ins", values=words.counted(stand_ins, "value")))
    if weak:
        said.append(say("headline.weak", values=words.counted(weak, "value")))
    return said
