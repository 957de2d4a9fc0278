"""Whole production lines, as many as keep customers from waiting: an M/M/c queue of batches.

A winner installs the least number of lines c at which a batch waits no longer than ``wait`` on average:

    Wq = P(wait) / (c mu - lambda),   P(wait) = Erlang's C with load lambda / mu

Batches are ordered at random times (lambda a month), a line makes mu of them a month. Small contracts get much spare
capacity and large ones little, because waiting falls with the number of lines.
"""

from __future__ import annotations

import itertools
from typing import Literal

from vbp_sim.agents.supply.capacity.interface import Capacity, Commitment
from vbp_sim.scenario.parts import param


class WholeLines(Capacity):
    """The least number of lines that keeps the mean wait under a limit."""

    model: Literal["whole-lines"] = "whole-lines"
    orders: float = param(
        1.91,
        "yearly orders that firms expect, over the agreed volume",
        source="completion of the pilot's contract year, 191.4 % [B1]",
        confidence="S",
        unit="x",
        gt=0,
        le=20,
    )
    batches: float = param(4.0, "batches that these orders come in", unit="per month", gt=0, le=1000)
    per_line: float = param(1.5, "batches that a line makes", unit="per month", gt=0, le=1000)
    wait: float = param(0.2, "longest mean wait for a line", unit="months", gt=0, le=24)

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        batch = signed.agreed * self.orders / self.batches
        return max(self.lines() * self.per_line * batch, signed.least)

    def lines(self) -> int:
        """Least number of lines with a mean wait of at most ``wait``."""
        enough = int(self.batches / self.per_line) + 1
        return next(c for c in itertools.count(enough) if mean_wait(c, self.batches, self.per_line) <= self.wait)


def waiting(lines: int, arrivals: float, rate: float) -> float:
    """Chance that a batch waits in M/M/c (Erlang's C): ``arrivals`` and the ``rate`` of one line per month."""
    load, blocked = arrivals / rate, 1.0
    for c in range(1, lines + 1):
        blocked = load * blocked / (c + load * blocked)
    return blocked / (1 - load / lines * (1 - blocked))


def mean_wait(lines: int, arrivals: float, rate: float) -> float:
    """Mean months that a batch waits for a line in M/M/c; ``lines`` x ``rate`` must be more than ``arrivals``."""
    return waiting(lines, arrivals, rate) / (lines * rate - arrivals)
