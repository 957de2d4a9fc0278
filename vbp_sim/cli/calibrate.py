"""`vbp calibrate`: fit cost and belief parameters to the real bids of earlier rounds."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import json_option, message, print_json, quiet_option


@click.command("calibrate")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--on", "pairs", multiple=True, metavar="MARKET[=RULES]", default=("expansion-2019", "batch-2"), show_default=True,
    help="Market with real bids, and its rule set if that has another name; repeatable.",
)  # fmt: skip
@click.option(
    "--start", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Models and parameters to start from (default: the models' own).",
)  # fmt: skip
@click.option("--hold", "hold", multiple=True, metavar="NAME", help="Leave this parameter at its start; repeatable.")
@click.option("--generations", type=click.IntRange(min=1), default=30, show_default=True, help="Steps of the search.")
@click.option("--population", type=click.IntRange(min=4), default=14, show_default=True, help="Candidates per step.")
@click.option("--replications", type=click.IntRange(min=2), default=8, show_default=True, help="Rounds per candidate.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Root of all random draws.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
@json_option
@quiet_option
def command(
    out: Path, pairs: tuple[str, ...], start: Path | None, hold: tuple[str, ...],
    generations: int, population: int, replications: int,
    seed: int, workers: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Fit the models of firms and bidders to real bids, and write their parameters to OUT (YAML).

    What is fitted, and how, stands in docs/calibration.md. The same arguments give the same file.
    """
    from vbp_sim.errors import check_names
    from vbp_sim.runs.load import load_rules
    from vbp_sim.truth.backtest import Prediction, load_prediction
    from vbp_sim.truth.calibrate import FREE, calibrate, write
    from vbp_sim.truth.replay import read_market_of

    markets = [(name, rules or name) for name, _, rules in (pair.partition("=") for pair in pairs)]
    for name, rules in markets:
        read_market_of(name)
        load_rules(rules)
    check_names(hold, (free.name for free in FREE), "--hold", "no fitted parameter has that name")
    fit = calibrate(
        markets, load_prediction(start) if start else Prediction(), generations=generations, population=population,
        replications=replications, seed=seed, workers=workers, hold=hold,
        progress=lambda g, low: message(f"{g} of {generations}: loss {low:.4f}", quiet=quiet or as_json),
    )  # fmt: skip
    write(fit, out)
    if as_json:
        print_json({"out": str(out), "loss": fit.loss, "start": fit.start, "tried": fit.tried,
                    "prediction": fit.prediction.model_dump(mode="json")})  # fmt: skip
    else:
        message(f"written: {out} (loss {fit.loss:.4f}, at the start {fit.start:.4f})", quiet=quiet)
