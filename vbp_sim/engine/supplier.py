"""One supplied product: a SimPy process that fails and recovers, and the stock that it keeps meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import simpy

from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.streams import Streams

Log = Callable[..., None]


@dataclass
class Supplier:
    """A selected product while its contract runs. Volumes in units, ``capacity`` per month, times in days.

    ``until`` is the day on which the contract ends; it is ``over`` before that if another one replaces it.
    """

    line: Line
    product: int
    price: float
    capacity: float
    stock: float
    until: float
    up: bool = True
    gone: bool = False
    over: bool = False
    _since: float = 0.0
    _up_days: float = 0.0
    _counted: float = field(default=0.0)

    def life(
        self, env: simpy.Environment, model: Supply, luck: Streams, log: Log, left: Callable[[Supplier], None]
    ) -> Generator[simpy.Event, None, None]:
        """Fail and recover until the contract ends; ``left`` is called if the firm gives the product up."""
        self._since = self._counted = env.now
        occasion = 0
        while True:
            outage = model.outage(self.line, occasion, luck)
            if env.now + outage.after >= self.until:
                return
            yield env.timeout(outage.after)
            if self.over:
                return
            self._switch(env.now, up=False)
            if outage.final:
                self.gone, self.stock = True, 0.0
                left(self)
                return
            log("disruption", self.line, value=outage.lasts, text=f"down for {outage.lasts:.0f} days")
            yield env.timeout(outage.lasts)
            self._switch(env.now, up=True)
            if self.over:
                return
            log("recovery", self.line)
            occasion += 1

    def make(self, now: float, wanted: float, stock_months: float, catch_up: float) -> None:
        """Produce since the last call: up to capacity while up, no more than orders and the stock aimed at ask for."""
        self._switch(now, up=self.up)
        days = now - self._counted
        uptime = self._up_days / days if days > 0 else 1.0
        self._up_days, self._counted = 0.0, now
        if self.gone:
            return
        if wanted > self.capacity:
            self.capacity *= 1 + catch_up
        self.stock += min(self.capacity * uptime, max(0.0, wanted * (1 + stock_months) - self.stock))

    def _switch(self, now: float, *, up: bool) -> None:
        if self.up:
            self._up_days += now - self._since
        self._since, self.up = now, up
