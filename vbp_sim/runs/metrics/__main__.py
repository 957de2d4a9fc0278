"""The reference page of all metrics: ``python -m vbp_sim.runs.metrics > docs/metrics.md``."""

from vbp_sim.runs.metrics.reference import markdown

print(markdown(), end="")
