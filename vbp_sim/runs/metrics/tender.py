"""What a tender decides: who bids, who wins, which drugs fail."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, count_of, mean_of, ratio, total

declare = partial(metric, group="tender", unit="share", cuts=("drug", "round"))


@declare("bidders_per_drug", unit="products", meaning="valid bids per drug", better="higher")
def bidders_per_drug(run: Replication) -> float:
    """Mean over tenders."""
    return mean_of(run.t["awards"]["bidders"].astype(np.float64))


@declare("selected_per_drug", unit="products", meaning="selected products per drug that was awarded")
def selected_per_drug(run: Replication) -> float:
    """Mean over tenders with a winner."""
    return ratio(float(run.won.sum()), float((~run.t["awards"]["failed"]).sum()))


@declare("selected_products", unit="products", meaning="selected products in all")
def selected_products(run: Replication) -> float:
    """A product counts in each round that it wins."""
    return float(run.won.sum())


@declare("selected_firms", unit="firms", meaning="firms with a selected product")
def selected_firms(run: Replication) -> float:
    """A manufacturer counts once, however many products it wins with."""
    return float(len(np.unique(run.t["bids"]["manufacturer"][run.won].astype(str))))


@declare("failed_drugs", unit="drugs", meaning="drugs that nobody won", better="lower")
def failed_drugs(run: Replication) -> float:
    """A drug counts in each round in which it fails."""
    return total(run, "awards", "failed")


@declare("bid_success", meaning="valid bids that won")
def bid_success(run: Replication) -> float:
    """Over all valid bids."""
    return ratio(float(run.won.sum()), float((run.t["bids"]["rank"] > 0).sum()))


@declare("originator_win_rate", meaning="originators' bids that won")
def originator_win_rate(run: Replication) -> float:
    """Over all bids of originators, valid or not."""
    bids = run.t["bids"]
    quoted = bids["originator"] & ~np.isnan(bids["bid"])
    return ratio(float((quoted & run.won).sum()), float(quoted.sum()))


@declare("originator_valid", meaning="originators that bid no more than the ceiling")
def originator_valid(run: Replication) -> float:
    """Over all originators that may bid, those that do not quote included."""
    bids = run.t["bids"]
    return mean_of((bids["rank"] > 0)[bids["originator"].astype(np.bool_)].astype(np.float64))


@declare("rings", unit="count", meaning="tenders in which bidders agreed who wins")
def rings(run: Replication) -> float:
    """As the scenario supposes: none, unless it lets firms collude."""
    return count_of(run, "ring")


@declare("filings", unit="count", meaning="evaluations that firms filed", cuts=("drug",))
def filings(run: Replication) -> float:
    """Of entrants; those filed before the simulation began are not counted."""
    return count_of(run, "filing")


@declare("wish_met", meaning="volume reported by brand whose brand won", better="higher")
def wish_met(run: Replication) -> float:
    """Over all volume that was reported by brand."""
    named = run.t["bids"]["named"]
    return ratio(float(named[run.won].sum()), float(named.sum()))
