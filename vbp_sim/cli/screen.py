"""`vbp screen`: screens for collusion among bidders, their error rates, and aggregates of real or simulated bids."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbp_sim.cli.common import lang_option, message, print_json, print_table, printing

if TYPE_CHECKING:
    from vbp_sim.truth.screens import Rates, Share


@click.command("screen")
@click.argument("target", metavar="MARKET|RUN")
@click.option(
    "--market", "reference", metavar="MARKET",
    help="Market on which rounds are simulated (default: MARKET itself; of a RUN: batch-3).",
)  # fmt: skip
@click.option("--rules", metavar="ID", help="Rule set, or the file of one (default: the one of the market's name).")
@click.option(
    "--rounds", type=click.IntRange(min=20), default=100, show_default=True,
    help="Rounds to simulate without rings, and as many with rings.",
)  # fmt: skip
@click.option(
    "--alarm", type=click.FloatRange(0, 0.5, min_open=True, max_open=True), default=0.05, show_default=True,
    metavar="SHARE", help="False alarms per tender, and per round, that thresholds aim at.",
)  # fmt: skip
@click.option(
    "--members", type=click.FloatRange(0, 1), default=0.5, show_default=True, metavar="SHARE",
    help="Part of a drug's generics in a ring.",
)  # fmt: skip
@click.option(
    "--rigged", type=click.FloatRange(0, 1), default=1.0, show_default=True, metavar="SHARE",
    help="Chance that a tender of a round with rings has one.",
)  # fmt: skip
@click.option(
    "--scatter", type=click.FloatRange(0, 1, max_open=True), default=0.0, show_default=True, metavar="SHARE",
    help="Members that are not to win bid up to this part under the ceiling, so as not to be seen.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Root of all random draws.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: what the machine has).")
@printing
@lang_option
def command(
    target: str, reference: str | None, rules: str | None, rounds: int, alarm: float, members: float, rigged: float,
    scatter: float, seed: int, workers: int | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Screen the bids of MARKET (a folder, or a shipped market) or of a RUN for collusion, in aggregate: the share of
    tenders past the threshold of each screen, beside what is expected without and with rings.

    Rounds are simulated on the market with the bidders of a back-test (best-response), and with rings among them; they
    set the thresholds and say how often a screen sees a ring, and how often it sees one where there is none. A run with
    other bidders passes them more often without any ring.

    No drug and no firm is named: a screen is no proof.
    """
    from vbp_sim.errors import InputError, Problem
    from vbp_sim.report.words.language import say
    from vbp_sim.rules.library import rule_ids
    from vbp_sim.runs.folder import RunFolder
    from vbp_sim.runs.load import load_rules
    from vbp_sim.runs.target import MANIFEST
    from vbp_sim.truth.replay import read_market_of
    from vbp_sim.truth.screens import error_rates, observed, of_market, of_run

    is_run = (Path(target) / MANIFEST).is_file()
    name = reference or ("batch-3" if is_run else target)
    simulated = read_market_of(name, bids=False)
    if rules is None and Path(name).name not in rule_ids():
        raise InputError(Problem("--rules", f"no rule set has the name of the market {name}", "name one with --rules"))
    law = load_rules(rules or Path(name).name)[0]
    tenders = of_run(RunFolder.open(target)) if is_run else [of_market(read_market_of(target), law)]
    message(say("screens.simulating", n=2 * rounds, market=name), quiet=quiet or as_json)
    asked = {"rounds": rounds, "alarm": alarm, "members": members, "rigged": rigged, "scatter": scatter, "seed": seed}
    rates = error_rates(
        simulated, law, rounds=rounds, alarm=alarm, members=members, rigged=rigged,
        scatter=scatter, seed=seed, workers=workers,
    )  # fmt: skip
    seen = observed(rates, tenders)
    if as_json:
        print_json(
            {
                "target": target, "market": name, "rules": rules or Path(name).name, **asked,
                "replications": len(tenders), "ringed": asdict(rates.ringed),
                "screens": [asdict(r) | {"observed": asdict(s)} for r, s in zip(rates.rates, seen, strict=True)],
                "caution": say("screens.caution"),
            }
        )  # fmt: skip
        return
    _tell(rates, seen, len(tenders), quiet)


def _tell(rates: Rates, seen: list[Share], replications: int, quiet: bool) -> None:
    """Print the error rates, the aggregates beside what is expected, and what they do not say."""
    from vbp_sim.report.words.language import say, term
    from vbp_sim.truth.screens import SCREENS

    heads = ("screen", "suspicious", "threshold", "false_alarms", "band", "detection", "band", "round_false_alarms",
             "round_detection")  # fmt: skip
    rows = [[say(f"screens.{name}") for name in heads]]
    for rate in rates.rates:
        side = say("screens.high" if SCREENS[rate.screen].side > 0 else "screens.low")
        rows.append(
            [term("screens", rate.screen), side, f"{rate.threshold:.3f}", *_cells(rate.false_alarms),
             *_cells(rate.detection), _cells(rate.round_false_alarms)[0], _cells(rate.round_detection)[0]]
        )  # fmt: skip
    print_table(rows)
    click.echo()
    range_ = say("screens.band") if replications == 1 else say("screens.over", n=replications)
    columns = ("screen", "tenders", "observed", "", "without_rings", "with_rings")
    rows = [[say(f"screens.{name}") if name else range_ for name in columns]]
    for rate, share in zip(rates.rates, seen, strict=True):
        expected = _cells(rate.false_alarms)[0], _cells(rate.with_rings)[0]
        rows.append([term("screens", rate.screen), f"{share.n:,}", *_cells(share), *expected])
    print_table(rows)
    if not quiet:
        click.echo(f"\n{say('screens.ringed', share=_cells(rates.ringed)[0])}")
        blind = [term("screens", r.screen) for r in rates.rates if r.detection.low <= r.false_alarms.high]
        if blind:
            click.echo(say("screens.blind", screens=say("screens.comma").join(blind)))
    click.echo(say("screens.caution"))


def _cells(share: Share) -> tuple[str, str]:
    """A share and its interval, in per cent; dashes for none."""
    if not share.n:
        return "-", "-"
    return f"{100 * share.value:.1f} %", f"{100 * share.low:.1f} - {100 * share.high:.1f}"
