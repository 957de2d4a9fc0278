"""`vbp sensitivity`: what the results depend on, and where a variant fails a test."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import message, print_json, print_table, written
from vbp_sim.cli.sweep import go_on, of_runs, reported
from vbp_sim.report.words.language import language, say

if TYPE_CHECKING:
    from vbp_sim.studies.sensitivity import Effect


@click.command("sensitivity")
@click.argument("file", type=click.Path(path_type=Path), metavar="SWEEP")
@click.option(
    "--method", type=click.Choice(["sobol", "morris", "lhs", "tree"]), default="sobol", show_default=True,
    help="Sobol indices, Morris's screening, rank correlations, or a tree of regions.",
)  # fmt: skip
@click.option("--size", type=click.IntRange(min=2), help="Base points of the design (default: the file's sample).")
@click.option("--levers", is_flag=True, help="Vary the levers that have a path too, each value alike likely.")
@click.option("--metric", "metrics", multiple=True, metavar="ID", help="Only this metric (default: all that vary).")
@click.option("--fails", metavar="TEST", help="For tree: the test that fails, 'unmet_share > 0.02'.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the study.")
@of_runs
def command(
    file: Path, method: str, size: int | None, levers: bool, metrics: tuple[str, ...], fails: str | None,
    out: Path | None, accept_new_code: bool, yes: bool, as_json: bool, quiet: bool, report: bool, **how: Any,
) -> int:  # fmt: skip
    """Say which uncertainties of the sweep file SWEEP the results depend on.

    The runs are an ordinary study: interrupted, it is gone on with by the same command. Levers stay as the
    scenario has them, but for --levers, which varies them too, and for --method tree, which looks for the region
    of levers and uncertainties in which the test --fails comes true. Leaves sensitivity.csv and charts (figures/)
    in the study.
    """
    if (method == "tree") != (fails is not None):
        raise click.UsageError("--method tree and --fails go together")
    if method == "tree" and levers:
        raise click.UsageError("--method tree varies the levers as they are")
    if method == "tree" and size is not None:
        raise click.UsageError("--method tree runs the sweep as it is; the size stands in its file")
    from vbp_sim.studies.sensitivity import adapted
    from vbp_sim.studies.sweep import begin
    from vbp_sim.studies.sweep_file import read_sweep

    if stays := [name for name, lever in read_sweep(file)[0].levers.items() if levers and lever.variants]:
        message(say("studies.lever_stays", name=", ".join(stays)), quiet=quiet)
    study = begin(
        file, out, accept_new_code=accept_new_code, yes=yes,
        adapt=lambda spec: spec if method == "tree" else adapted(spec, method, size, levers),
    )  # fmt: skip
    code = go_on(study, False, quiet or as_json, how)
    if code:
        return code
    if fails:
        _regions(study.folder, fails, as_json)
    else:
        _effects(study.folder, method, metrics, as_json, quiet)
    return reported(0, study.folder, report, quiet)


def _effects(folder: Path, method: str, metrics: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    from vbp_sim.report.charts.catalogue import draw_all
    from vbp_sim.report.studied import Studied
    from vbp_sim.studies import findings
    from vbp_sim.studies.sensitivity import sensitivity

    found = sensitivity(folder, method, metrics)
    findings.write_effects(folder, method, found)
    if found:
        draw_all(Studied.open(folder), folder / "figures", names=("ranking", "tornado"))
    if as_json:
        print_json({"folder": str(folder), "method": method, "effects": [dataclasses.asdict(e) for e in found]})
    elif not quiet:
        heads = ("metric", "uncertainty", f"head_{method}", "interval", f"detail_{method}")
        head = [say(f"studies.{name}") for name in heads]
        last = "" if method == "morris" else say("studies.interval")
        print_table([(*head, last), *(_row(effect, method, found) for effect in found)])
        message(say("studies.with_interval", size=say(f"studies.size_{method}")))
    written(folder, quiet=quiet)


def _row(effect: Effect, method: str, found: Sequence[Effect]) -> tuple[str, ...]:
    """A line of the table; what Morris's screening measures is in the metric's unit, the same for all lines of it."""
    from vbp_sim.report.comparison import scale_of
    from vbp_sim.report.summary import meaning
    from vbp_sim.runs.metrics import METRICS

    size, unit = 1.0, ""
    if method == "morris":
        largest = max(abs(e.size) for e in found if e.metric == effect.metric)
        size, unit = scale_of(METRICS[effect.metric], largest)

    def said(value: float) -> str:
        return "" if math.isnan(value) else f"{value / size:.3g}"

    def span(low: float, high: float) -> str:
        return "" if math.isnan(low) else f"[{said(low)}, {said(high)}]"

    metric = effect.metric if language() == "en" else meaning(METRICS[effect.metric])
    metric = say("compare.metric_with_unit", metric=metric, unit=unit) if unit else metric
    return (
        metric, effect.uncertainty, said(effect.size), span(effect.low, effect.high) or say("compare.too_few"),
        said(effect.detail), span(effect.detail_low, effect.detail_high),
    )  # fmt: skip


def _regions(folder: Path, fails: str, as_json: bool) -> None:
    from vbp_sim.studies import findings
    from vbp_sim.studies.discovery import discover

    boxes = discover(folder, fails)
    findings.write_regions(folder, fails, boxes)
    if as_json:
        print_json({"folder": str(folder), "test": fails, "regions": [dataclasses.asdict(box) for box in boxes]})
        return
    rows = [(say("cli.fail_here"), say("cli.of_failures"), say("cli.runs"), say("cli.region"))]
    for box in boxes:
        region = say("cli.and").join(box.conditions) or say("cli.everywhere")
        rows.append((f"{box.density:.0%}", f"{box.coverage:.0%}", str(box.cases), region))
    print_table(rows)
