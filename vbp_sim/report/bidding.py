"""What one firm's bids would bring, in words and tables of text. Draws nothing, and so imports no matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import vbp_sim
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.report.words.names import LocalRun, local
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.run import names_zh
from vbp_sim.scenario.load import Scenario
from vbp_sim.truth.own_bid import OwnBid
from vbp_sim.truth.portfolio import SURE, Portfolio


def origin(scenario: Scenario, replications: int) -> LocalRun:
    """Where the numbers come from, and what drugs and firms are called."""
    spec = scenario.spec
    named = {"scenario": spec.scenario, "variant": scenario.variant, "seed": spec.seed, "replications": replications}
    about = {"version": vbp_sim.__version__, "run_hash": scenario.digest, "names": names_zh(scenario.market)}
    return local(RunFolder(Path(), {**named, **about}, {}))


def curve(found: OwnBid) -> list[list[str]]:
    """Rows of text: each price and what it brings."""
    head = [say(f"bid.{name}") for name in ("price", "win", "places", "volume", "band", "profit", "band")]
    body = [[f"{r['price']:g}", words.percent(r["win"]), f"{r['places']:.1f}", *_sums(r)] for r in found.rows()]
    return [head, *body]


def best(found: OwnBid, run: LocalRun) -> str:
    """The price that brings most."""
    row = found.rows()[found.best]
    named = {"firm": run.called("manufacturer", found.firm), "drug": run.called("drug", found.drug)}
    if row["profit"] <= 0:
        return say("bid.none", **named)
    numbers = {"price": f"{row['price']:.4g}", "profit": words.money(row["profit"]), "win": words.percent(row["win"])}
    return say("bid.best", **named, **numbers)


def choice(found: Portfolio, run: LocalRun) -> list[list[str]]:
    """Rows of text: each drug, whether to bid for it, at which price, and what that brings."""
    head = [
        say(f"bid.{n}") for n in ("drug", "bid", "price", "part", "win", "volume", "band", "profit", "band", "often")
    ]
    body = [
        [
            run.called("drug", row["drug"]), say("words.yes") if row["bid"] else say("words.no"), f"{row['price']:.4g}",
            words.percent(row["price"] / row["ceiling"]), words.percent(row["win"]), *_sums(row),
            words.percent(row["often"]),
        ]
        for row in found.rows()
    ]  # fmt: skip
    return [head, *body]


def chosen(found: Portfolio, run: LocalRun) -> str:
    """For how many drugs the firm should bid, and what that brings."""
    firm, whole = run.called("manufacturer", found.bids[0].firm), found.as_json()
    n = sum(pick >= 0 for pick in found.picks)
    if not n:
        return say("bid.nothing", firm=firm)
    numbers = {"firm": firm, "n": n, "all": len(found.picks), "profit": words.money(whole["profit"])}
    if found.bounded:
        return say("bid.plant", capacity=words.scaled(found.capacity), **numbers)
    return say("bid.free", **numbers)


def doubts(found: Portfolio) -> list[str]:
    """How sure the choice is, and whether the plant can serve it."""
    whole = found.as_json()
    amounts = {
        "low": "profit_low",
        "high": "profit_high",
        "held_out": "profit_held_out",
        "free": "profit_without_limit",
    }
    said = [say("bid.sure", **{name: words.money(whole[key]) for name, key in amounts.items()})]
    if found.bounded:
        said.append(
            say(
                "bid.fits",
                asked=words.percent(SURE),
                **{key: words.percent(whole[key]) for key in ("fits", "fits_held_out")},
            )
        )
    return [*said, say("bid.plant_caution")]


def _sums(row: Mapping[str, Any]) -> list[str]:
    """Volume and profit, each with its band."""
    cells = []
    for name in ("volume", "profit"):
        band = words.span(f"{row[name + '_low']:,.0f}", f"{row[name + '_high']:,.0f}")
        cells += [f"{row[name]:,.0f}", band]
    return cells
