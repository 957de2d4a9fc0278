"""The metrics of what is chosen: of one run with their range, of variants with their difference from a base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vbp_sim.report import export, summary
from vbp_sim.report.answer import called
from vbp_sim.report.compared import Compared
from vbp_sim.report.csv_table import Columns
from vbp_sim.report.pages.compare_page import Row, lines_of
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.summary import cells, known_metrics
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.view import Cut
from vbp_sim.studies.compare import BASE


@dataclass(frozen=True)
class Line:
    """A line of the table: texts in the order of its header, and which of the choice the metric could not follow."""

    metric: str
    cells: tuple[str, ...]
    holds: str


def meaning(metric: str) -> str:
    """What a metric is, in words."""
    return summary.meaning(METRICS[metric])


def run_header() -> list[tuple[str, bool]]:
    """Heads of the table of one run, and which columns are numbers."""
    names = ("metric", "mean", "span", "unit")
    return [(say(f"explore.{name}"), name in ("mean", "span")) for name in names]


def said(found: Compared, variant: str) -> str:
    """What a variant of a comparison is called: its title where that fits."""
    return say("compare.base") if variant == BASE else called(found, variant, 60)


def variants_header(found: Compared) -> list[tuple[str, bool]]:
    """Heads of the table of variants: a column for each, the base first."""
    return [(say("explore.metric"), False), *((said(found, name), True) for name in (found.base, *found.variants))]


def of_run(run: RunFolder, metrics: Sequence[str], cut: Cut) -> list[Line]:
    """Mean, range over replications and unit of each metric that the run has."""
    known = run.summary["metrics"]
    found = []
    for name, metric in known_metrics({m: known[m] for m in metrics if m in known}).items():
        _, mean, span, unit = cells(metric, known[name])
        found.append(Line(meaning(name), (signs(mean), signs(span), unit), holds(name, cut)))
    return found


def of_variants(found: Compared, metrics: Sequence[str], cut: Cut) -> list[Line]:
    """Of each metric the value of the base, and of each variant its value, the difference with interval, a judgement.

    Lines of a cell are parted by the end of a line.
    """
    lines = []
    for name in metrics:
        rows = {row.variant: row for row in lines_of(found, METRICS[name])} if name in found.differences else {}
        if not rows:
            continue
        first = next(iter(rows.values()))
        own = [rows.get(variant) for variant in found.variants]
        by_variant = ("–" if row is None else "\n".join(filter(None, (row.value, _against(row)))) for row in own)
        lines.append(Line(first.metric, (first.base, *by_variant), holds(name, cut)))
    return lines


def _against(row: Row) -> str:
    """How a variant differs from the base, in one line."""
    return " ".join(filter(None, (row.difference, row.span and f"({row.span})", row.judged)))


def columns_of_run(run: RunFolder, metrics: Sequence[str], cut: Cut) -> Columns:
    """The same numbers in full, for the download."""
    whole = export.summary(run)
    rows = np.flatnonzero(np.isin(whole["metric"].astype(str), metrics))
    data = {name: values[rows] for name, values in whole.items()}
    return data | {"holds_for": _text([holds(metric, cut) for metric in data["metric"]])}


def columns_of_variants(found: Compared, metrics: Sequence[str], cut: Cut) -> Columns:
    """The same numbers in full, for the download."""
    rows = [(m, name, d) for m in metrics for name, d in found.differences.get(m, {}).items()]
    fields = {"base": "base", "value": "variant", "difference": "mean", "low": "low", "high": "high"}
    numbers = {n: np.array([getattr(d, f) for _, _, d in rows], dtype=np.float64) for n, f in fields.items()}
    return {
        "metric": _text([m for m, _, _ in rows]),
        "variant": _text([name for _, name, _ in rows]),
        **numbers,
        "n": np.array([d.n for _, _, d in rows], dtype=np.int64),
        "unit": _text([METRICS[m].unit for m, _, _ in rows]),
        "holds_for": _text([holds(m, cut) for m, _, _ in rows]),
    }


def holds(metric: str, cut: Cut) -> str:
    """What a metric holds for if it cannot follow the choice; empty if it can."""
    given = {"drug": cut.drugs, "province": cut.provinces}
    whole = [d for d, chosen in given.items() if chosen and d not in METRICS[metric].cuts]
    return say("words.comma").join(say(f"explore.all_{dimension}s") for dimension in whole)


def _text(values: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(values, dtype=object)
