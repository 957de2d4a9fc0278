"""Metrics of a run: one object each, one file per group; a file that declares another one, wherever it is, adds it."""

from vbp_sim.runs.metrics.measure import BAND, Row, measure, metrics_of, summarize
from vbp_sim.runs.metrics.metric import METRICS, Metric, check_known, in_order, known_ids, metric

__all__ = [
    "BAND",
    "METRICS",
    "Metric",
    "Row",
    "check_known",
    "in_order",
    "known_ids",
    "measure",
    "metric",
    "metrics_of",
    "summarize",
]
