"""`vbp bid`: what one firm's bids would bring: price by price for one drug, or the choice among its drugs."""

from __future__ import annotations

import math
import re
from pathlib import Path

import click

from vbp_sim.cli.common import computing, message, patching, print_json, print_table, written

#: parts of the ceiling that a portfolio tries
PARTS = "0.1:1:19"


@click.command("bid")
@click.argument("scenario")
@click.option("--firm", required=True, metavar="ID", help="Firm that bids.")
@click.option("--drug", "drugs", multiple=True, metavar="ID", help="Drug that it bids for; repeatable for --portfolio.")
@click.option("--portfolio", is_flag=True, help="Choose among its drugs (all, or those of --drug), made by one plant.")
@click.option(
    "--prices",
    metavar="LOW:HIGH:N",
    help="Prices to try, a grid or some with commas: yuan per unit; for --portfolio parts of the ceiling "
    f"(default {PARTS}).",
)
@click.option("--cost", type=click.FloatRange(min=0), help="What a unit costs it (yuan); left out: drawn as in a run.")
@click.option(
    "--capacity",
    type=click.FloatRange(min=0, min_open=True),
    help="Units that it can make in a year; left out: drawn; of a portfolio: no limit.",
)
@click.option("--round", "round_", default="", metavar="ID", help="Round; left out: the first that tenders the drug.")
@click.option("--replications", type=click.IntRange(min=3), default=100, show_default=True, help="Rounds to draw.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Draw it: svg, png, pdf.")
@patching
@computing
def command(
    scenario: str, firm: str, drugs: tuple[str, ...], portfolio: bool, prices: str | None, cost: float | None,
    capacity: float | None, round_: str, replications: int, out: Path | None, variant: str, sets: tuple[str, ...],
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Put the bid of one firm into a round of SCENARIO at several prices, and say what each would bring: chance of
    winning, provinces, agreed volume, profit over the agreement, with 80 % bands over drawn rounds.

    With --portfolio all drugs that the firm may bid for are tried at parts of their ceilings, and those are chosen,
    each at one price, that bring most while the agreed volumes fit the plant in nine of ten rounds.

    The others bid as the scenario's model has it. Their costs are drawn, not known.
    """
    from vbp_sim.report import bidding
    from vbp_sim.report.words.language import say
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.truth.own_bid import own_bid
    from vbp_sim.truth.portfolio import portfolio as best_of

    if portfolio and cost is not None:
        raise click.UsageError("--cost is of one drug; a portfolio draws costs, or takes those of products.csv")
    if not portfolio and (len(drugs) != 1 or prices is None):
        raise click.UsageError("give one --drug and --prices, or --portfolio")
    if out is not None and out.suffix not in (".svg", ".png", ".pdf"):
        raise click.UsageError(f"--out {out}: the name of the file must end with svg, png or pdf")
    loaded, grid = load_scenario(scenario, variant, sets), _grid(prices or PARTS)
    run = bidding.origin(loaded, replications)
    told = {"firm": firm, "replications": replications}
    if portfolio:
        limit = math.inf if capacity is None else capacity
        many = best_of(loaded, firm, grid, drugs=drugs, round=round_, capacity=limit, replications=replications)
        whole = {"round": many.bids[0].round, **told, **many.as_json()}
        table, answer, doubts = bidding.choice(many, run), bidding.chosen(many, run), bidding.doubts(many)
    else:
        one = own_bid(
            loaded, drugs[0], firm, grid, round=round_, cost=cost, capacity=capacity, replications=replications
        )
        low, high = one.flat
        about = {"round": one.round, "drug": one.drug, **told, "ceiling": one.ceiling, "cost": float(one.cost.mean())}
        rows = one.rows()
        whole = {**about, "rows": rows, "best": rows[one.best]["price"], "as_good": [low, high]}
        limits = {"ceiling": f"{one.ceiling:g}", "low": f"{low:.4g}", "high": f"{high:.4g}"}
        table, answer, doubts = bidding.curve(one), bidding.best(one, run), [say("bid.flat", **limits)]
    if as_json:
        print_json(whole)
    else:
        print_table(table)
    if not (as_json or quiet):
        click.echo("\n" + "\n".join([answer, *doubts]))
    called = run.called("manufacturer", firm)
    message(say("bid.caution" if cost is None else "bid.caution_given", firm=called), quiet=quiet or as_json)
    if out is not None:
        from vbp_sim.report.charts import catalogue
        from vbp_sim.report.charts import own_bid as charts

        catalogue.save(charts.choice(many, run) if portfolio else charts.curve(one, run), out, run)
        written(out, quiet=quiet)


def _grid(text: str) -> list[float]:
    """Prices of ``0.5:2:16`` or ``0.5,0.75,1``."""
    number = r"\d+(?:\.\d+)?"
    if found := re.fullmatch(rf"({number}):({number}):(\d{{1,4}})", text):
        low, high, count = float(found[1]), float(found[2]), int(found[3])
        if 0 < low < high and 2 <= count <= 1000:
            return [low + (high - low) * i / (count - 1) for i in range(count)]
    elif re.fullmatch(rf"{number}(,{number}){{0,999}}", text):
        prices = [float(part) for part in text.split(",")]
        if min(prices) > 0:
            return prices
    allowed = "LOW:HIGH:N with 0 < LOW < HIGH and N from 2 to 1000, or prices with commas"
    raise click.BadParameter(allowed, param_hint="--prices")
