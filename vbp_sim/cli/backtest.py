"""`vbp backtest`: predict a tender round from its market folder, beside what really happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import computing, message, opened, print_json, print_table, written
from vbp_sim.report.words.language import restate, say

if TYPE_CHECKING:
    from vbp_sim.scenario.draws import Draws
    from vbp_sim.truth.accuracy import Accuracy


@click.command("backtest")
@click.option("--market", metavar="MARKET", help="Market to predict: a folder, or the name of a shipped one.")
@click.option("--rules", metavar="ID", help="Rule set of the round, or the file of one.")
@click.option(
    "--targets", multiple=True, metavar="SET",
    help="Hold simulated worlds against published outcomes instead: a shipped set (pilot, expansion, tenders, other), "
    "or a CSV file; repeatable.",
)  # fmt: skip
@click.option(
    "--synthetic", multiple=True, metavar="ROUND",
    help="Predict later national rounds of which only counts are published, on drawn markets: batch-5, batch-7 "
    "to batch-11, or all; repeatable.",
)  # fmt: skip
@click.option(
    "--params", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Models and parameters, as `vbp calibrate` writes them (default: the models' own).",
)  # fmt: skip
@click.option(
    "--draws", multiple=True, metavar="FILE",
    help="Draws of parameters, as `vbp calibrate --prior` writes them; replication k takes draw k. `none`: luck alone. "
    " [default: bids and use, which are shipped; none with --params or --synthetic]",
)  # fmt: skip
@click.option(
    "--replications",
    type=click.IntRange(min=2),
    help="Rounds to predict, or lives of a world.  [default: 40; targets: 20]",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Root of all random draws.")
@click.option(
    "--earlier", "earlier", multiple=True, metavar="MARKET[=RULES]",
    help="Earlier round, first round first: its bids, pooled, are the forecast to beat, and firms remember them "
    "if their model looks back; repeatable.",
)  # fmt: skip
@click.option(
    "--whole", type=click.IntRange(min=0), default=4, show_default=True, metavar="N",
    help="Replications that live on through the contracts, for the metrics of use, money and supply; 0: none.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Keep it there (backtest.json or targets.json)."
)
@click.option("--report", is_flag=True, help="Write report.html into the same folder; needs --out.")
@computing
def command(
    market: str | None, rules: str | None, targets: tuple[str, ...], synthetic: tuple[str, ...], params: Path | None,
    draws: tuple[str, ...], replications: int | None, seed: int, earlier: tuple[str, ...], whole: int,
    out: Path | None, report: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Predict the tender of a market under a rule set, or hold what is simulated against what was published.

    The models do not see the columns bid, selected and regions; where the market has them, what really happened stands
    beside the prediction. What follows the tender is simulated with the default models of institutions and suppliers.

    With --targets the worlds of published outcomes are lived through, and a table says of each outcome whether it lies
    in the simulated band.

    Bands hold luck and, with draws, what is not known of parameters; both are told, with scores that punish width.

    With --synthetic success of bids and winners per drug of later rounds stand beside what the K(n) table alone says.
    """
    from vbp_sim.runs.load import load_draws
    from vbp_sim.truth.backtest import DRAWS

    drawn = load_draws(draws or (() if params or synthetic else DRAWS))
    if synthetic:
        if market or rules or targets or earlier or out or report:
            raise click.UsageError("--synthetic goes with --params, --draws, --replications, --seed and --json only")
        _synthetic(synthetic, params, drawn, replications or 40, seed, as_json, quiet)
        return
    if targets:
        if market or rules or params or earlier or report:
            raise click.UsageError("--targets goes without --market, --rules, --params, --earlier and --report")
        _targets(targets, drawn, replications or 20, seed, out, as_json, quiet)
        return
    if market is None or rules is None:
        raise click.UsageError("--market and --rules are wanted, or --targets, or --synthetic")
    if report and out is None:
        raise click.UsageError("--report needs --out")
    from vbp_sim.agents.firms.interface import Firms
    from vbp_sim.runs.load import load_rules
    from vbp_sim.scenario.parts import chosen
    from vbp_sim.truth import backtest_record
    from vbp_sim.truth.accuracy import accuracy
    from vbp_sim.truth.backtest import Prediction, backtest, by_metric, load_prediction
    from vbp_sim.truth.earlier import earlier_round
    from vbp_sim.truth.replay import read_market_of
    from vbp_sim.truth.whole_round import whole_round

    prediction = load_prediction(params) if params else Prediction()
    data = read_market_of(market, bids=False)
    law = load_rules(rules)[0]
    before = [(read_market_of(name), load_rules(own)[0] if own else law) for name, own in map(_pair, earlier)]
    history = tuple(earlier_round(*pair, chosen(prediction.firms, Firms)) for pair in before)
    replications = replications or 40
    alone = backtest(data, law, prediction, replications, seed, history)
    test = backtest(data, law, prediction, replications, seed, history, drawn) if drawn else alone
    after = whole_round(data, law, prediction, whole, seed, drawn) if whole else {}
    right, luck = (accuracy(each, [pair[0] for pair in before]) for each in (test, alone))
    found: dict[str, Any] = {
        "market": data.name, "rules": rules, "replications": replications, "seed": seed,
        "fitted_on": list(prediction.fitted_on), "draws": [each.told() for each in drawn],
        "metrics": by_metric(test.metrics, test.real, alone.metrics if drawn else {}) | after,
        "accuracy": right.as_dict() if right else None, "accuracy_luck": luck.as_dict() if luck and drawn else None,
        "regret": None if isnan(test.regret) else test.regret,
    }  # fmt: skip
    if out is not None:
        asked = {"market": market, "params": str(params) if params else "", "earlier": list(earlier), "whole": whole,
                 "draws": list(draws)}  # fmt: skip
        _keep(backtest_record.record({**found, "asked": asked}, data, test), out, report, quiet)
    if as_json:
        print_json(found)
        return
    _tell(found["metrics"], after, (replications, whole), (right, luck if drawn else None), quiet)
    if found["regret"] is not None and not quiet:
        click.echo(f"\n{say('cli.equilibria', regret=f'{test.regret:.1%}')}")
    if after and not quiet:
        click.echo(f"\n{say('cli.after_tender', n=whole)}")


def _targets(
    names: tuple[str, ...], draws: tuple[Draws, ...], replications: int, seed: int, out: Path | None, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Hold sets of targets against their worlds: print the table, and keep it if that is wanted."""
    from vbp_sim.truth import outcomes
    from vbp_sim.truth.targets import read_targets

    every = [target for name in names for target in read_targets(name)]
    silent = quiet or as_json
    tell = lambda world: message(say("cli.world", name=world), quiet=silent)  # noqa: E731
    held = outcomes.hold(every, replications, seed, draws=draws, tell=tell)
    content = outcomes.record(held, [t for t in every if not t.used], replications, seed, draws)
    if out is not None:
        outcomes.write(content, out)
        written(out, quiet=quiet)
    if as_json:
        print_json(content)
        return
    print_table(_restated(outcomes.lines(held)))
    if not quiet:
        click.echo(f"\n{restate('truth', outcomes.summary(held))}\n")
        print_table(_restated(outcomes.tally(held)))


def _synthetic(
    names: tuple[str, ...], params: Path | None, draws: tuple[Draws, ...], replications: int, seed: int, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Predict later rounds on drawn markets, and print the table."""
    from vbp_sim.truth import programme
    from vbp_sim.truth.backtest import load_prediction

    prediction, silent = load_prediction(params) if params else None, quiet or as_json
    wanted = () if "all" in names else names
    tell = partial(message, quiet=silent)
    found = list(programme.programme(wanted, prediction, replications, seed, draws=draws, tell=tell))
    if as_json:
        print_json(programme.as_dict(found))
        return
    print_table(_restated(programme.lines(found)))


def _restated(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """A table in the language in use."""
    return [[restate("truth", cell) for cell in row] for row in rows]


def _pair(text: str) -> tuple[str, str]:
    """Market and rule set of ``MARKET[=RULES]``; a rule set of the market's own name goes without saying."""
    from vbp_sim.rules.library import rule_ids

    name, _, own = text.partition("=")
    return name, own or (name if name in rule_ids() else "")


def _keep(record: dict[str, Any], out: Path, report: bool, quiet: bool) -> None:
    """Write the back-test, and its report if it is wanted."""
    from vbp_sim.truth import backtest_record

    backtest_record.write(record, out)
    if report:
        from vbp_sim.report.pages import pages

        pages.beside(opened(out))
    written(out, quiet=quiet)


def _tell(
    metrics: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
    rounds: tuple[int, int],
    scores: tuple[Accuracy | None, Accuracy | None],
    quiet: bool,
) -> None:
    """Print the metrics in the units of summaries, with real values in the same unit, and how right they are.

    ``after``: those of what follows the tender; ``rounds``: how many were predicted, and lived on; ``scores``: as
    predicted, and with luck alone where parameters were drawn.
    """
    from vbp_sim.report.summary import cells, says_range
    from vbp_sim.runs.metrics import METRICS

    known = any("real" in m for m in metrics.values())
    for n, ids in zip(rounds, ([id for id in metrics if id not in after], list(after)), strict=True):
        drawn = any("luck" in metrics[id] for id in ids)
        shown = ("metric", "predicted", "", *(["luck"] if drawn else []), *(["real"] if known else []), "unit")
        rows = [tuple(say(f"cli.of_{name}") if name else says_range(n) for name in shown)]
        for id in ids:
            m = metrics[id]
            id_, mean, span, unit = cells(METRICS[id], m)
            real = [cells(METRICS[id], {**m, "mean": m["real"]})[1] if "real" in m else ""] if known else []
            luck = ["{1} ({2})".format(*cells(METRICS[id], m["luck"]))] if drawn else []
            rows.append((id_, mean, span, *luck, *real, unit))
        print_table(rows if ids else [])
    for right, what in zip(scores, ("", say("cli.with_luck_alone")), strict=True):
        if right is not None and not quiet:
            click.echo(f"\n{what}".rstrip(" "))
            for line in right.lines():
                click.echo(restate("truth", line))
