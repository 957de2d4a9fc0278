"""How much a winner can make: chosen when the contract is signed, from what it knows then.

    committed    it keeps the capacity that it had, and installs at least what it committed itself to
    declared     it has what it declared and no more; volume beyond it passes down the list of winners
    newsvendor   a capacity that pays: the thinner the margin, the less of it is installed (models S2)
    whole-lines  whole production lines, as many as keep customers from waiting: an M/M/c queue of batches

Declared: the tender asks bidders to declare a capacity that covers the agreed volume. Here the declaration binds:
provinces whose agreed volume a winner could not make go to the next winner with room, and stay with it where nobody has
any.

Newsvendor: P(orders > C) = k / (P - c + f), with k the yearly cost of a unit of capacity, P - c what a unit earns and f
what a unit short costs: a penalty, and the damages that the rules claim for a long shortage. So low prices make
shortages, and hard clauses prevent them. Lines that are not kept for the contract make something else: the capacity
that the firm had before does not matter.

Whole lines: a winner installs the least number of lines c at which a batch waits no longer than ``wait`` on average:
Wq = P(wait) / (c mu - lambda), P(wait) = Erlang's C with load lambda / mu. Batches are ordered at random times (lambda
a month), a line makes mu of them a month. Small contracts get much spare capacity and large ones little, because
waiting falls with the number of lines.

Example: `capacity: {model: newsvendor, penalty: 0.2}`.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import ClassVar, Literal

from vbp_sim.rules.failure import Failure
from vbp_sim.scenario.parts import Part, param


@dataclass(frozen=True)
class Commitment:
    """What a winner signs. Money in yuan per unit; volumes in units per year.

    ``ceiling`` is the highest valid bid; ``agreed`` the volume guaranteed to it; ``own`` the capacity that it had
    before; ``least`` what every winner commits itself to; ``failure`` what the rules say of those who do not deliver.
    """

    price: float
    cost: float
    ceiling: float
    agreed: float
    own: float
    least: float
    failure: Failure


class Capacity(Part):
    """Kind: how much a winner can make in a year."""

    kind: ClassVar[str] = "capacity"

    @abstractmethod
    def installed(self, signed: Commitment) -> float:
        """Return the capacity for the contract, units per year."""
        raise NotImplementedError

    def limit(self, own: float) -> float:
        """Most volume that may be agreed with a firm of such own capacity, units per year; the rest passes down."""
        return math.inf


class Committed(Capacity):
    """The larger of the firm's own capacity and the commitment."""

    model: Literal["committed"] = "committed"

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        return max(signed.own, signed.least)


class Declared(Capacity):
    """The firm's own capacity, and no agreed volume beyond it while others have room."""

    model: Literal["declared"] = "declared"

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        return signed.own

    def limit(self, own: float) -> float:
        """See `Capacity.limit`."""
        return own


class NewsvendorCapacity(Capacity):
    """Capacity against log-normal orders; the margin and the penalty decide how much."""

    model: Literal["newsvendor"] = "newsvendor"
    unit_cost: float = param(0.03, "yearly cost of keeping capacity for one unit", "of the ceiling", gt=0, le=10)
    penalty: float = param(
        0.10, "what a firm loses for a unit that it cannot deliver, beside damages", "of the ceiling", ge=0, le=100
    )
    shortage_days: float = param(
        120.0, "days of shortage for which a firm reckons with the rules' damages", "days", ge=0, le=3650
    )
    orders: float = param(
        1.91,
        "mean yearly orders that firms expect, over the agreed volume",
        "x",
        "completion of the pilot's contract year, 191.4 % [B1]",
        "S",
        gt=0,
        le=20,
    )
    spread: float = param(0.35, "coefficient of variation of these orders", gt=0, le=3)

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        damages = signed.price * signed.failure.damages_share(self.shortage_days)
        gain = signed.price - signed.cost + self.penalty * signed.ceiling + damages
        short = self.unit_cost * signed.ceiling / gain if gain > 0 else math.inf
        if short >= 1:
            return signed.least
        sigma = math.sqrt(math.log1p(self.spread**2))
        over = math.exp(sigma * NormalDist().inv_cdf(1 - short) - sigma**2 / 2)
        return max(signed.agreed * self.orders * over, signed.least)


class WholeLines(Capacity):
    """The least number of lines that keeps the mean wait under a limit."""

    model: Literal["whole-lines"] = "whole-lines"
    orders: float = param(
        1.91,
        "yearly orders that firms expect, over the agreed volume",
        "x",
        "completion of the pilot's contract year, 191.4 % [B1]",
        "S",
        gt=0,
        le=20,
    )
    batches: float = param(4.0, "batches that these orders come in", "per month", gt=0, le=1000)
    per_line: float = param(1.5, "batches that a line makes", "per month", ge=0.1, le=1000)
    wait: float = param(0.2, "longest mean wait for a line", "months", gt=0, le=24)

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        batch = signed.agreed * self.orders / self.batches
        return max(self.lines() * self.per_line * batch, signed.least)

    def lines(self) -> int:
        """Least number of lines with a mean wait of at most ``wait``."""
        return next(lines for lines, wait in mean_waits(self.batches, self.per_line) if wait <= self.wait)


def mean_waits(arrivals: float, rate: float) -> Iterator[tuple[int, float]]:
    """Numbers of lines that can keep up, with the mean months that a batch waits in M/M/c (Erlang's C).

    ``arrivals`` and the ``rate`` of one line are batches per month.
    """
    load, blocked = arrivals / rate, 1.0
    for c in itertools.count(1):
        blocked = load * blocked / (c + load * blocked)
        if c * rate > arrivals:
            yield c, blocked / (1 - load / c * (1 - blocked)) / (c * rate - arrivals)
