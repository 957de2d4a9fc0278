"""`vbp calibrate`: fit cost and belief parameters to the real bids of earlier rounds."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import json_option, message, print_json, quiet_option
from vbp_sim.report.words.language import restate, say


@click.command("calibrate")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--on", "pairs", multiple=True, metavar="MARKET[=RULES]",
    help="Market with real bids, and its rule set if that has another name; with --targets: world whose outcomes "
    "count; repeatable.  [default: expansion-2019, batch-2; with --targets all worlds]",
)  # fmt: skip
@click.option(
    "--prior", metavar="SWEEP",
    help="Write draws of parameters instead of the best ones: the uncertainties of this sweep file, or of a shipped "
    "prior (bids, use), weighed by what happened on the markets, or by --targets.",
)  # fmt: skip
@click.option(
    "--targets", multiple=True, metavar="SET",
    help="With --prior: weigh by the outcomes of these sets that have the status `fitted`; repeatable.",
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
    out: Path, pairs: tuple[str, ...], prior: str | None, targets: tuple[str, ...], start: Path | None,
    hold: tuple[str, ...], generations: int, population: int, replications: int,
    seed: int, workers: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Fit the models of firms and bidders to real bids, and write their parameters to OUT (YAML).

    What is fitted, and how, stands in docs/calibration.md. The same arguments give the same file.

    With --prior OUT has draws of parameters for `vbp backtest --draws` and `vbp run --draws`; number of simulated lives
    and seed are those of the prior's file, and options of the search say nothing.
    """
    from vbp_sim.errors import check_names
    from vbp_sim.runs.load import load_rules
    from vbp_sim.truth.backtest import Prediction, load_prediction
    from vbp_sim.truth.calibrate import FREE, calibrate, write
    from vbp_sim.truth.replay import read_market_of

    named = pairs if pairs or targets else ("expansion-2019", "batch-2")
    if prior is not None and targets:
        _draws(out, prior, [], targets, named, workers, as_json=as_json, quiet=quiet)
        return
    markets = [(name, rules or name) for name, _, rules in (pair.partition("=") for pair in named)]
    for name, rules in markets:
        read_market_of(name)
        load_rules(rules)
    if prior is not None:
        _draws(out, prior, markets, (), named, workers, as_json=as_json, quiet=quiet)
        return
    check_names(hold, (free.name for free in FREE), "--hold", "no fitted parameter has that name")
    fit = calibrate(
        markets, load_prediction(start) if start else Prediction(), generations=generations, population=population,
        replications=replications, seed=seed, workers=workers, hold=hold,
        progress=lambda g, low: message(
            say("cli.generation", g=g, n=generations, loss=f"{low:.4f}"), quiet=quiet or as_json
        ),
    )  # fmt: skip
    write(fit, out)
    if as_json:
        print_json({"out": str(out), "loss": fit.loss, "start": fit.start, "tried": fit.tried,
                    "prediction": fit.prediction.model_dump(mode="json")})  # fmt: skip
    else:
        message(say("cli.fitted", path=out, loss=f"{fit.loss:.4f}", start=f"{fit.start:.4f}"), quiet=quiet)


def _draws(
    out: Path, prior: str, markets: list[tuple[str, str]], targets: tuple[str, ...], named: tuple[str, ...],
    workers: int, *, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Weigh a prior by outcomes of targets, or by the bids of markets, and write draws of its posterior."""
    from vbp_sim.truth import posterior, summaries
    from vbp_sim.truth.targets import read_targets

    known = posterior.read_prior(prior)
    by: summaries.Bids | summaries.Outcomes = summaries.Bids(tuple(markets), workers)
    if targets:
        by = summaries.Outcomes.of([target for name in targets for target in read_targets(name)], named, workers)
    given = [f" --targets {name}" for name in targets] + [f" --on {name}" for name in named]
    made = f"vbp calibrate {out.name} --prior {prior}{''.join(given)}"
    draws, found = posterior.fit(
        known,
        by.simulate,
        *by.published(),
        made=made,
        tell=lambda text: message(restate("cli", text), quiet=quiet or as_json),
    )
    posterior.write(draws, out)
    if as_json:
        print_json({"out": str(out), **draws.told(), "off": found.off.tolist()})
    else:
        message(say("cli.drawn", path=out, n=draws.number, size=draws.effective), quiet=quiet)
