"""Base stock: how many batches to keep so that most orders are served at once, although production takes time."""

from __future__ import annotations

import itertools
import math


def fill_rate(stock: int, demand: float) -> float:
    """Part of the orders served at once from a base stock (batches), against Poisson demand over the lead time.

    An order is served if fewer than ``stock`` batches were asked for while the last ones are being made: P(X < stock).
    """
    return math.fsum(math.exp(k * math.log(demand) - demand - math.lgamma(k + 1)) for k in range(stock))


def base_stock(demand: float, wanted: float) -> int:
    """Least base stock, in batches, with a fill rate of at least ``wanted`` (under 1)."""
    total = 0.0
    for stock in itertools.count(1):
        k = stock - 1
        total += math.exp(k * math.log(demand) - demand - math.lgamma(k + 1))
        if total >= wanted or (k > demand and total > 1 - 1e-12):
            return stock
    raise AssertionError("a Poisson variable has no largest value")
