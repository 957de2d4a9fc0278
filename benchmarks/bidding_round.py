"""How long the bids of a round of 60 drugs take, by model: nothing kept, kept on disk, kept in memory.

CPU time of one core. What is solved is kept in a folder of its own for the time of the benchmark.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from vbp_sim.agents.bidding import store
from vbp_sim.agents.bidding.interface import Bidding, Opening
from vbp_sim.agents.firms.interface import Firms
from vbp_sim.rules.library import rule_set
from vbp_sim.scenario.parts import chosen
from vbp_sim.streams import Streams
from vbp_sim.truth.backtest import Prediction, blind, openings_of
from vbp_sim.truth.papers import papers
from vbp_sim.truth.replay import read_market_of

DRUGS, TURNS = 60, 3
RULES = "batch-3"
MODELS = ("rules-of-thumb", "best-response", "equilibrium")


def openings() -> list[Opening]:
    """The 56 drugs of batch 3, and four of batch 2, all under the rules of batch 3."""
    rules, made = rule_set(RULES), []
    for name in ("batch-3", "batch-2"):
        market = blind(read_market_of(name))
        products = chosen(Prediction().firms, Firms).products(market, Streams(1, 0))
        made += openings_of(papers(market, rules, products), products)
    return made


def seconds(model: Bidding, drugs: list[Opening]) -> float:
    """CPU seconds of a round's bids."""
    started = process_time()
    model.round(drugs, Streams(1, 0))
    return process_time() - started


def main(most: int = DRUGS, turns: int = TURNS) -> None:
    """Print seconds and ratios per model and per place where solved cases are kept."""
    drugs, cache = openings()[:most], os.environ.get("VBP_CACHE")
    try:
        _table(drugs, turns)
    finally:
        store.forget()
        os.environ.pop("VBP_CACHE", None)
        if cache is not None:
            os.environ["VBP_CACHE"] = cache


def _table(drugs: list[Opening], turns: int) -> None:
    print(f"{len(drugs)} drugs under {RULES}; medians of {turns} turns, CPU time of one core\n")
    print("| model | solved cases | ms | times the rules of thumb |\n|---|---|---:|---:|")
    thumb = 0.0
    for name in MODELS:
        model = chosen(Prediction.model_validate({"bidding": {"model": name}}).bidding, Bidding)
        taken: dict[str, list[float]] = {"none kept": [], "on disk": [], "in memory": []}
        for _ in range(turns):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["VBP_CACHE"] = folder
                store.forget()
                taken["none kept"].append(seconds(model, drugs))
                kept = len(list(Path(folder).iterdir()))
                store.forget()
                taken["on disk"].append(seconds(model, drugs))
                taken["in memory"].append(seconds(model, drugs))
        thumb = thumb or median(taken["none kept"])
        for place, values in taken.items() if kept else [("nothing to solve", taken["none kept"])]:
            cases = f"{kept}, {place}" if kept else place
            print(f"| `{name}` | {cases} | {median(values) * 1000:,.0f} | {median(values) / thumb:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
