"""The answer of a comparison in one sentence: its most wanted clear difference.

answer(Compared.open(Path("results/compare-pilot")))
# "Two winners per drug: cut of selected prices against the ceiling, 32.0 percentage points lower"
"""

from __future__ import annotations

from collections.abc import Sequence

from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import lines
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS, Metric


def answer(found: Compared, metrics: Sequence[Metric] = ()) -> str:
    """The most wanted clear difference of these metrics (all by default) in words; else that none is clear."""
    among = [metric.id for metric in metrics] or list(found.differences)
    ordered = dict.fromkeys([*(id for id in METRICS.wanted if id in among), *among])
    for id in ordered:
        clear = {name: d for name, d in found.differences[id].items() if d.clear}
        if clear:
            variant = max(clear, key=lambda name: abs(clear[name].mean))
            return _said(found, METRICS[id], variant)
    return say("compare.none_clear").rstrip(".。")


def called(found: Compared, variant: str, room: int) -> str:
    """The title of a variant, as far as it fits into ``room`` letters, so that title and legend agree."""
    return words.short(found.title_of(variant), room)


def _said(found: Compared, metric: Metric, variant: str) -> str:
    known, unit = lines(metric, found.differences[metric.id])
    line, up = known[variant], found.differences[metric.id][variant].mean > 0
    size = line.mean.lstrip("+-")
    by = say("studies.points", number=size) if metric.unit == "share" else words.amount(size, unit)
    said = {"variant": called(found, variant, 90), "metric": meaning(metric), "by": by}
    return say("compare.answer_up" if up else "compare.answer_down", **said)
