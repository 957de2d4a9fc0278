"""`vbp bid`: what one firm's bid would bring, price by price."""

from __future__ import annotations

import re
from typing import Any

import click

from vbp_sim.cli.common import message, patching, print_json, print_table, printing


@click.command("bid")
@click.argument("scenario")
@click.option("--firm", required=True, metavar="ID", help="Firm that bids.")
@click.option("--drug", required=True, metavar="ID", help="Drug that it bids for.")
@click.option(
    "--prices", required=True, metavar="LOW:HIGH:N", help="Prices to try, yuan per unit: a grid, or some with commas."
)
@click.option("--cost", type=click.FloatRange(min=0), help="What a unit costs it (yuan); left out: drawn as in a run.")
@click.option("--capacity", type=click.FloatRange(min=0), help="Units that it can make in a year; left out: drawn.")
@click.option("--round", "round_", default="", metavar="ID", help="Round; left out: the first that tenders the drug.")
@click.option("--replications", type=click.IntRange(min=2), default=100, show_default=True, help="Rounds to draw.")
@patching
@printing
def command(
    scenario: str, firm: str, drug: str, prices: str, cost: float | None, capacity: float | None, round_: str,
    replications: int, variant: str, sets: tuple[str, ...], as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Put the bid of one firm into a round of SCENARIO at several prices, and say what each would bring: chance of
    winning, provinces, agreed volume, profit over the agreement, with 80 % bands over drawn rounds.

    The others bid as the scenario's model has it. Their costs are drawn, not known.
    """
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.truth.own_bid import own_bid

    loaded = load_scenario(scenario, variant, sets)
    found = own_bid(
        loaded, drug, firm, _grid(prices), round=round_, cost=cost, capacity=capacity, replications=replications
    )
    rows, (low, high) = found.rows(), found.flat
    best = rows[found.best]
    if as_json:
        told = {"round": found.round, "drug": drug, "firm": firm, "ceiling": found.ceiling}
        whole: dict[str, Any] = {**told, "cost": float(found.cost.mean()), "replications": replications, "rows": rows}
        print_json({**whole, "best": best["price"], "as_good": [low, high]})
        return
    head = ("price", "win", "provinces", "units a year", "80 %", "profit, yuan", "80 %")
    print_table([head, *(_row(row) for row in rows)])
    if not quiet:
        click.echo(
            f"\nbest price {best['price']:g} (ceiling {found.ceiling:g}): profit {best['profit']:,.0f} yuan, chance "
            f"{best['win']:.0%}; {low:g} to {high:g} brings at least 95 % of it"
        )
    own = "too" if cost is None else "given"
    left_out = "what is bought beyond the agreed volume, and what a loss costs elsewhere, is left out"
    message(f"costs of the others are drawn, and those of {firm} {own}; {left_out}", quiet=quiet)


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


def _row(row: dict[str, float]) -> tuple[str, ...]:
    def band(name: str) -> str:
        return f"{row[name + '_low']:,.0f} to {row[name + '_high']:,.0f}"

    return (
        f"{row['price']:g}", f"{row['win']:.0%}", f"{row['places']:.1f}", f"{row['volume']:,.0f}", band("volume"),
        f"{row['profit']:,.0f}", band("profit"),
    )  # fmt: skip
