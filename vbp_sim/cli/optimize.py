"""`vbp optimize`: levers that no others beat in all objectives at once."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from vbp_sim.cli.common import message, print_json, print_table
from vbp_sim.cli.progress import bar
from vbp_sim.cli.sweep import of_runs, reported
from vbp_sim.report.words.language import say


@click.command("optimize")
@click.argument("file", type=click.Path(path_type=Path), metavar="SWEEP")
@click.option(
    "--objective",
    "texts",
    multiple=True,
    required=True,
    metavar="METRIC",
    help="What is wanted, two or more: cut_ceiling, unmet_share, max:originator_share.",
)
@click.option("--trials", type=click.IntRange(min=2), default=64, show_default=True, help="Combinations to try.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the study.")
@of_runs
def command(
    file: Path, texts: tuple[str, ...], trials: int, out: Path | None, accept_new_code: bool, yes: bool,
    as_json: bool, quiet: bool, report: bool, **how: Any,
) -> int:  # fmt: skip
    """Search the levers of the sweep file SWEEP for the best trade-offs between the objectives.

    A combination counts by its mean over all draws of the uncertainties and all replications. Interrupted, the
    search is gone on with by the same command. Leaves front.csv, figures/tradeoff.svg and front/N.yaml, a scenario
    each. Regret and the part of the draws in which a point holds say what hangs on the uncertainties.
    """
    from vbp_sim.studies import findings
    from vbp_sim.studies.optimize import objectives, optimize, write_front
    from vbp_sim.studies.sweep import Listener, Options, begin

    study = begin(file, out, accept_new_code=accept_new_code, yes=True)
    wanted = objectives(texts, list(study.base.scenario(study.plan.spec.variant, {}).spec.rounds))
    tried = {"n": f"{study.design.combinations:,}", "trials": f"{trials:,}", "folder": study.folder}
    message(say("cli.combinations", **tried), quiet=quiet)
    with bar(quiet or as_json) as update:
        listener = Listener(lambda done, failed, runs: update(done, runs, say("cli.runs_of_all")))
        front = optimize(study, wanted, trials, Options(**how), listener=listener)
    files = write_front(study, front)
    findings.write_front(study.folder, wanted, front)
    if front:
        from vbp_sim.report.charts.catalogue import draw_all
        from vbp_sim.report.studied import Studied

        draw_all(Studied.open(study.folder), study.folder / "figures", names=("tradeoff",))
    if as_json:
        print_json({"folder": str(study.folder), "front": [dataclasses.asdict(c) for c in front]})
    elif front:
        said = (say("cli.more" if o.more else "cli.less", metric=o.metric) for o in wanted)
        regrets = (say("cli.regret", metric=o.metric) for o in wanted)
        heads = [say("cli.scenario"), *front[0].values, *said, *regrets, say("cli.holds")]
        print_table([heads, *(_row(path.name, c) for path, c in zip(files, front, strict=True))])
        message(explained(study.design.samples), quiet=quiet)
    message(say("cli.on_front", n=len(front), folder=study.folder), quiet=quiet)
    return reported(0, study.folder, report, quiet)


def _row(name: str, candidate: Any) -> list[str]:
    values = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in candidate.values.values()]
    numbers = [_number(id, v) for by in (candidate.objectives, candidate.regret) for id, v in by.items()]
    return [f"front/{name}", *values, *numbers, f"{candidate.holds:.0%}"]


def explained(draws: int) -> str:
    """What regret says, of so many draws of the uncertainties."""
    return say("cli.no_regret") if draws < 2 else say("cli.regret_is", draws=draws)


def _number(metric: str, value: float) -> str:
    """A metric as summaries write it."""
    from vbp_sim.report.summary import cells
    from vbp_sim.report.words import words
    from vbp_sim.runs.metrics import METRICS

    _, mean, _, unit = cells(METRICS[metric], {"mean": value, "low": value, "high": value, "n": 1})
    return words.amount(mean, unit)
