"""One supplied product: a SimPy process that fails and recovers, and the stock that it keeps meanwhile."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import simpy

from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.streams import Streams

Log = Callable[..., None]


@dataclass
class Supplier:
    """A selected product while its contract runs. Volumes in units, ``capacity`` per month, times in days.

    ``until`` is the day on which the contract ends; it is ``over`` before that if another one replaces it. It makes
    something while it is ``up`` and ``fed`` with its ingredient; ``stopped`` is the day since which it does not.
    ``spare`` is what it could still make this month for others, ``usual`` the monthly orders that it reckons with.
    """

    line: Line
    product: int
    price: float
    capacity: float
    stock: float
    until: float
    up: bool = True
    fed: bool = True
    gone: bool = False
    over: bool = False
    spare: float = 0.0
    usual: float = 0.0
    stopped: float = math.inf
    _since: float = 0.0
    _up_days: float = 0.0
    _counted: float = field(default=0.0)
    _under_way: deque[float] = field(default_factory=deque)

    @property
    def makes(self) -> bool:
        """Whether it produces at the moment."""
        return self.up and self.fed and not self.gone

    @property
    def available(self) -> float:
        """Units that it can deliver this month."""
        return self.stock + self.spare

    def life(
        self,
        env: simpy.Environment,
        model: Supply,
        luck: Streams,
        log: Log,
        left: Callable[[Supplier], None],
        crews: simpy.Resource | None = None,
    ) -> Generator[simpy.Event, None, None]:
        """Fail and recover until the contract ends; ``left`` is called if the firm gives the product up.

        A repair waits for one of the enterprise's ``crews``; None = there are enough.
        """
        self._since = self._counted = env.now
        self._up_days = 0.0
        occasion = 0
        while True:
            outage = model.outage(self.line, occasion, luck)
            if env.now + outage.after >= self.until:
                return
            yield env.timeout(outage.after)
            if self.over:
                return
            self.switch(env.now, up=False)
            if outage.final:
                self.gone, self.stock = True, 0.0
                left(self)
                return
            if outage.recall:
                log("recall", self.line, value=self.stock, text=f"units taken back; down for {outage.lasts:.0f} days")
                self.stock = 0.0
                yield env.timeout(outage.lasts)
            else:
                log("disruption", self.line, value=outage.lasts, text=f"down for {outage.lasts:.0f} days")
                yield from _repair(env, outage.lasts, crews)
            self.switch(env.now, up=True)
            if self.over:
                return
            log("recovery", self.line)
            occasion += 1

    def switch(self, now: float, *, up: bool | None = None, fed: bool | None = None) -> None:
        """Note that the product goes down or up, or that its ingredient runs out or is there again."""
        if self.makes:
            self._up_days += now - self._since
        self.up = self.up if up is None else up
        self.fed = self.fed if fed is None else fed
        self._since = now
        self.stopped = math.inf if self.makes else min(self.stopped, now)

    def make(self, now: float, wanted: float, supply: Supply) -> None:
        """Produce since the last call: up to capacity while up, no more than orders and the stock aimed at ask for.

        What is started now is delivered after the lead time. Capacity that is left over may serve others at once, but
        only if production takes no time.
        """
        self.switch(now)
        days = now - self._counted
        uptime = self._up_days / days if days > 0 else 1.0
        self._up_days, self._counted, self.spare = 0.0, now, 0.0
        if self.gone:
            return
        if wanted > self.capacity:
            self.capacity *= 1 + supply.catch_up
        self.usual = (1 - supply.smoothing) * self.usual + supply.smoothing * wanted
        most, missing = self.capacity * uptime, wanted + supply.aim(self.usual) - self.stock - sum(self._under_way)
        started = min(most, max(0.0, missing))
        self._under_way.append(started)
        if len(self._under_way) > supply.lead_months:
            self.stock += self._under_way.popleft()
        if supply.lead_months == 0:
            self.spare = (most - started) * supply.spare_use

    def ship(self, units: float) -> None:
        """Deliver from stock, and make what is missing with spare capacity."""
        self.stock = max(0.0, self.stock - units)
        self.spare = 0.0


def _repair(env: simpy.Environment, days: float, crews: simpy.Resource | None) -> Generator[simpy.Event, None, None]:
    if crews is None:
        yield env.timeout(days)
        return
    with crews.request() as crew:
        yield crew
        yield env.timeout(days)
