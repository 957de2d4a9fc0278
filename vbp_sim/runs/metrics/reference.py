"""The page docs/metrics.md, made from the metrics themselves."""

from __future__ import annotations

from vbp_sim.runs.metrics.metric import METRICS, Metric

_HEAD = """# Metrics of a run

<!-- rendered by `python -m vbp_sim.runs.metrics > docs/metrics.md`; do not edit -->

What `summary.json`, comparisons and studies hold. `better` says whether more of it or less is welcome to patients and
payers; empty where neither is. `can be told of` lists what a metric can be cut to; any other cut leaves it whole.

In a scenario with several rounds, the plain id of a metric that can be told of a round is for the first agreement of
each drug and place. `ID@ROUND` (`completion@second`) is for one round, `ID@renewals` for all agreements that follow
another one. A tender that is first in some places and a renewal in others counts in both.
"""


def markdown() -> str:
    """All metrics by group, as a page."""
    lines = [_HEAD.rstrip("\n")]
    for group in dict.fromkeys(metric.group for metric in METRICS.values()):
        lines += [
            f"\n## {group}\n",
            "| metric | unit | better | can be told of | meaning | how |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_line(metric) for metric in METRICS.values() if metric.group == group]
    return "\n".join(lines) + "\n"


def _line(metric: Metric) -> str:
    how = " ".join((metric.formula.__doc__ or "").split())
    cells = (f"`{metric.id}`", metric.unit, metric.better or "", ", ".join(metric.cuts), metric.meaning, how)
    return f"| {' | '.join(cells)} |"
