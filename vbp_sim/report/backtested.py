"""A finished back-test, read from the folder that `vbp backtest --out` leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.truth import backtest_record
from vbp_sim.truth.backtest import TENDER_METRICS


@dataclass(frozen=True)
class Backtested:
    """A back-test; ``content`` is backtest.json."""

    path: Path
    content: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Backtested:
        """Read a back-test; InputError if there is none, or it is damaged."""
        return cls(path, backtest_record.read(path))

    @property
    def origin(self) -> RunFolder:
        """What charts say of where they come from."""
        named = {key: self.content[key] for key in ("seed", "replications", "version")}
        about = {"scenario": self.content["market"], "variant": "", "run_hash": self.content["id"]}
        return RunFolder(self.path, {**named, **about}, {})

    @property
    def metrics(self) -> list[Metric]:
        """Metrics with a real value beside them, in their order."""
        return [METRICS[name] for name, value in self.content["metrics"].items() if "real" in value and name in METRICS]

    @property
    def after(self) -> list[Metric]:
        """Metrics of what follows the tender, which nothing stands beside."""
        return [m for name, m in METRICS.items() if name not in TENDER_METRICS and name in self.content["metrics"]]
