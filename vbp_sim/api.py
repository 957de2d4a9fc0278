"""The notebook face: load, run and compare from Python, with results as data frames.

    import vbp_sim

    scenario = vbp_sim.load("pilot-2018", "two-winners", replications=5)
    result = vbp_sim.run(scenario)
    result.frame("use").groupby("month").unmet.sum()
    result.plot("price-by-drug")
    vbp_sim.compare("pilot-2018", ["two-winners", "single-winner"], replications=20).frame()

Data frames need pandas (``pip install 'vbp-sim[notebook]'``); everything else does without.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vbp_sim.errors import InputError, Problem, VbpError, nearest
from vbp_sim.report.comparison import expected
from vbp_sim.report.comparison import table as differences
from vbp_sim.report.summary import cells, known_metrics, meaning
from vbp_sim.report.words.language import say
from vbp_sim.report.words.names import with_sentences
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.run import run as _run
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.notebook import register
from vbp_sim.studies.compare import Comparison as _Comparison
from vbp_sim.studies.compare import compare as _compare

__all__ = ["Comparison", "Run", "compare", "load", "read_study", "register", "run"]


@dataclass(frozen=True)
class Run:
    """A finished run. ``folder`` gives tables as NumPy columns, `frame` as a data frame."""

    folder: RunFolder

    @property
    def summary(self) -> dict[str, Any]:
        """What summary.json holds."""
        return self.folder.summary

    def frame(self, table: str = "") -> Any:
        """A table of the run as a data frame, its facts as sentences in the column ``said``; without a name the
        headline metrics, one row per metric. Raises `InputError`, which names the tables, for an unknown one."""
        if table:
            if table not in self.folder.tables:
                remedy = f"{nearest(table, list(self.folder.tables))} tables: {', '.join(self.folder.tables)}"
                raise InputError(Problem(table, "a run has no table of that name", remedy))
            return _pandas().DataFrame(with_sentences(self.folder, table))
        return _pandas().DataFrame.from_dict(self.summary["metrics"], orient="index").rename_axis("metric")

    def plot(self, name: str, *, drug: str = "") -> Any:
        """A chart by its name (`vbp list charts`), as a matplotlib figure; ``drug`` where a chart is of one drug.
        Raises `InputError`, which names the nearest chart, for an unknown one."""
        from vbp_sim.report.charts.catalogue import draw
        from vbp_sim.report.words.names import local

        return draw(name, local(self.folder), drug).figure

    def _repr_html_(self) -> str:
        """The headline metrics, as notebooks show a run: the same lines as `vbp run` prints."""
        known = known_metrics(self.summary["metrics"])
        rows = [(meaning(m), *cells(m, self.summary["metrics"][id])[1:]) for id, m in known.items()]
        return _html(repr(self), [[say(f"page.{name}") for name in ("metric", "mean", "range", "unit")], *rows])

    def __repr__(self) -> str:
        manifest = self.folder.manifest
        return f"<run of {manifest['scenario']} in {self.folder.path}, replications: {manifest['replications']}>"


@dataclass(frozen=True)
class Comparison:
    """Variants against the base on the same luck."""

    found: _Comparison

    def frame(self) -> Any:
        """A row per metric and variant: base, variant, mean difference, its interval, n, variance saved."""
        rows = [
            {
                "metric": id, "variant": name, "unit": METRICS[id].unit, "base": d.base, "value": d.variant,
                "difference": d.mean, "low": d.low, "high": d.high, "n": d.n, "variance_saved": d.variance_saved,
            }
            for id, by_name in self.found.differences.items()
            for name, d in by_name.items()
        ]  # fmt: skip
        return _pandas().DataFrame(rows).set_index(["metric", "variant"])

    def expectations(self) -> Any:
        """A row per expectation of a policy: policy, metric, expected, why, and whether it held (None: undecided)."""
        return _pandas().DataFrame([vars(verdict) for verdict in self.found.expectations])

    def replications(self) -> Any:
        """A row per variant and replication with all metrics."""
        rows = [
            {"variant": name, "replication": k, **row}
            for name, own in self.found.rows.items()
            for k, row in enumerate(own)
        ]
        return _pandas().DataFrame(rows).set_index(["variant", "replication"])

    def plot(self, name: str, *, metrics: Sequence[str] = ()) -> Any:
        """``variants-shares`` or ``variants-amounts`` as a matplotlib figure, of all metrics or those given by id."""
        from vbp_sim.report.charts.catalogue import draw
        from vbp_sim.report.sources import opened
        from vbp_sim.studies.compare import write

        with TemporaryDirectory() as folder:
            write(self.found, Path(folder, "comparison"))
            return draw(name, opened(Path(folder, "comparison")), metrics=metrics).figure

    def _repr_html_(self) -> str:
        """Differences and intervals, as `vbp compare` prints them, and whether policies did as they said."""
        policies = _html("", expected(self.found)) if self.found.policies else ""
        return _html(repr(self), differences(self.found)) + policies

    def __repr__(self) -> str:
        return (
            f"<{', '.join(self.found.variants)} against {self.found.scenario}, {self.found.replications} replications>"
        )


def load(
    scenario: str | Path,
    variant: str = "",
    *,
    sets: Mapping[str, Any] | None = None,
    seed: int | None = None,
    replications: int | None = None,
) -> Scenario:
    """Read a scenario by path or by the name of a shipped one; ``sets`` maps paths to values. Raises `InputError`."""
    return load_scenario(scenario, variant, _settings(sets, seed, replications))


def run(scenario: Scenario | str | Path, out: str | Path | None = None, *, workers: int | None = None) -> Run:
    """Run a scenario; a run that is finished already is read, not computed again."""
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    folder, _ = _run(loaded, Path(out) if out is not None else None, workers=workers)
    return Run(folder)


def compare(
    scenario: str | Path,
    variants: Sequence[str] = (),
    *,
    policies: Sequence[str | Path] = (),
    sets: Mapping[str, Any] | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    results: str | Path = "results",
) -> Comparison:
    """Run a scenario, variants of it (``a`` or ``a+b``) and policies (by name or path, or ``all``) on the same luck."""
    given, folder = _settings(sets, seed, None), Path(results)
    return Comparison(
        _compare(
            scenario,
            variants,
            policies=policies,
            sets=given,
            replications=replications,
            workers=workers,
            results=folder,
        )
    )


def read_study(folder: str | Path) -> Any:
    """The table of a sweep as a data frame, one row per run."""
    from vbp_sim.studies.export import PARQUET

    return _pandas().read_parquet(Path(folder) / PARQUET)


def _settings(sets: Mapping[str, Any] | None, seed: int | None, replications: int | None) -> list[str]:
    from vbp_sim.scenario.rewrite import flow

    own = {"seed": seed, "replications": replications}
    given = [f"{path}={flow(value)}" for path, value in (sets or {}).items()]
    return given + [f"{path}:={value}" for path, value in own.items() if value is not None]


def _html(said: str, rows: Iterable[Sequence[str]]) -> str:
    """Rows of text, the first of them the head, as a table under a line."""
    head, *body = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    lines = "".join(f"<tr>{row}</tr>" for row in [head.replace("td>", "th>"), *body])
    return f"<p>{escape(said)}</p><table>{lines}</table>"


def _pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        what = "data frames need pandas, which is not installed here"
        raise VbpError(f"{what}: pip install 'vbp-sim[notebook]'") from error
