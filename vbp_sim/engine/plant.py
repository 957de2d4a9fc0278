"""What makes a product: a SimPy process that fails and recovers, and the stock that it keeps meanwhile.

A plant outlives agreements and serves all of them at once. A new agreement changes what it earns and what is asked of
it; it does not mend it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Protocol

import simpy

from vbp_sim.agents.supply.interface import Line, Outage, Supply
from vbp_sim.facts import fact
from vbp_sim.streams import Streams

Log = Callable[..., None]
_LONGEST_MONTH = 31


class Duty(Protocol):
    """What a plant owes those whom it supplies (`World`)."""

    def notice(self, plant: Plant) -> float:
        """Days ahead in which its maker must report a stop; 0 = no duty."""

    def reported(self, plant: Plant, ahead: float, late: float) -> None:
        """A stop is reported so many days ahead, and so many days too ``late``."""


@dataclass
class Plant:
    """The plant of a product. Volumes in units, ``capacity`` per month, times in days.

    ``line`` is what it earns at present. It makes something while it is ``up``, ``fed`` with its ingredient and
    ``cleared``, that is not recalled;
    ``stopped`` is the day since which it does not; ``gone`` if the firm gave the product up. ``spare`` is what it could
    still make this month for others, ``usual`` the monthly orders that it reckons with, ``dear`` what a unit costs it
    now over the cost of its line. ``told`` is the day on which it reported that it will stop, or has stopped since
    (inf = it has not); ``lacking`` counts the sources and sites that it needs and that stand still.
    """

    line: Line
    product: int
    capacity: float = 0.0
    stock: float = 0.0
    up: bool = True
    fed: bool = True
    cleared: bool = True
    gone: bool = False
    spare: float = 0.0
    usual: float = 0.0
    dear: float = 1.0
    stopped: float = math.inf
    told: float = math.inf
    lacking: int = 0
    _since: float = 0.0
    _up_days: float = 0.0
    _counted: float = 0.0
    _under_way: deque[float] = field(default_factory=deque)
    _occasion: int = 0
    _terms: simpy.Event | None = None

    @property
    def makes(self) -> bool:
        """Whether it produces at the moment."""
        return self.up and self.fed and self.cleared and not self.gone

    @property
    def available(self) -> float:
        """Units that it can deliver this month."""
        return self.stock + self.spare

    @property
    def earns(self) -> Line:
        """Its line at what a unit costs it now."""
        return self.line if self.dear == 1 else replace(self.line, margin=1 - (1 - self.line.margin) * self.dear)

    @property
    def squeezed(self) -> bool:
        """Whether it sells under cost only because a unit costs it more than its line reckons with."""
        return not self.gone and self.earns.margin < 0 <= self.line.margin

    def reckon(self, dear: float) -> None:
        """A unit costs it ``dear`` times the cost of its line from now on."""
        if dear != self.dear:
            self.dear = dear
            self._terms_changed()

    def engage(self, now: float, line: Line, capacity: float, aim: float, usual: float) -> None:
        """An agreement begins: the plant earns by ``line`` now, and has at least so much capacity.

        If it is running, it has filled its stock up to what it aims at before the first day. A plant that was given up
        and wins again is set up anew; what one that stood idle could have made meanwhile does not count.
        """
        if self.gone:
            self.gone, self.up, self._since, self.told = False, True, now, math.inf
            self.stopped = math.inf if self.makes else now
        if self.usual == 0.0 or now - self._counted > _LONGEST_MONTH:
            self._since = self._counted = now
            self._up_days = 0.0
        self.line = line
        self.capacity = max(self.capacity, capacity)
        if self.makes and aim > self.stock:
            self.stock = aim
        self.usual = usual
        self._terms_changed()

    def life(
        self,
        env: simpy.Environment,
        model: Supply,
        luck: Streams,
        log: Log,
        left: Callable[[Plant], None],
        crews: simpy.Resource | None = None,
        duty: Duty | None = None,
    ) -> Generator[simpy.Event, None, None]:
        """Fail and recover from the first agreement on; ``left`` is called if the firm gives the product up, ``duty``
        told of stops that it reports.

        A repair waits for one of the company's ``crews``; None = there are enough.
        """
        while True:
            outage = yield from self._next(env, model, luck, duty)
            self._occasion += 1
            self.switch(env.now, up=False)
            if outage.final:
                self.gone, self.stock = True, 0.0
                self._under_way.clear()
                left(self)
                while self.gone:
                    yield self._changed(env)
                continue
            log("disruption", self.line, value=outage.lasts, text=fact("down", days=round(outage.lasts)))
            yield from _repair(env, outage.lasts, crews)
            self.told = math.inf
            self.switch(env.now, up=True)
            log("recovery", self.line)

    def _next(
        self, env: simpy.Environment, model: Supply, luck: Streams, duty: Duty | None
    ) -> Generator[simpy.Event, None, Outage]:
        """Wait until the next failure. What is left of the time to it stretches when the terms change.

        The failure is the same draw under all terms: a fraction of its waiting time has passed, and the rest is as long
        as under the new terms. For constant rates this is exact.
        """
        passed = 0.0
        while True:
            outage = model.outage(self.earns, self._occasion, luck)
            begun = env.now
            changed = self._changed(env)
            if math.isinf(outage.after):
                yield changed
                continue
            days, owed, ahead = (1 - passed) * outage.after, 0.0, 0.0
            if duty is not None and math.isinf(self.told):
                owed = duty.notice(self)
                ahead = model.notice(self.line, self._occasion, owed, luck) if owed > 0 else 0.0
            wait = env.timeout(max(0.0, days - ahead))
            yield wait | changed
            if wait.processed and (duty is None or ahead == 0):
                return outage
            if duty is not None and wait.processed:
                self.told = env.now
                duty.reported(self, min(ahead, days), owed - ahead)
            if outage.after > 0:
                passed += (env.now - begun) / outage.after

    def _terms_changed(self) -> None:
        if self._terms is not None and not self._terms.triggered:
            self._terms.succeed()

    def _changed(self, env: simpy.Environment) -> simpy.Event:
        """An event of the next change of terms."""
        self._terms = env.event()
        return self._terms

    def recall(self, now: float) -> None:
        """Its stock is taken back, with all that is under way, and its line stands still until it is cleared again."""
        self.switch(now, cleared=False)
        self.stock = self._up_days = 0.0
        self._under_way.clear()

    def switch(
        self, now: float, *, up: bool | None = None, fed: bool | None = None, cleared: bool | None = None
    ) -> None:
        """Note that the product goes down or up, that its ingredient runs out or is there again, that a recall begins
        or ends."""
        if self.makes:
            self._up_days += now - self._since
        self.up = self.up if up is None else up
        self.fed = self.fed if fed is None else fed
        self.cleared = self.cleared if cleared is None else cleared
        self._since = now
        self.stopped = math.inf if self.makes else min(self.stopped, now)

    def make(self, now: float, wanted: float, supply: Supply, afford: float = 1.0, extra: float = 0.0) -> None:
        """Produce since the last call: up to the part of its capacity that its owner can ``afford`` while up, no more
        than orders and the stock aimed at ask for, and ``extra`` units for a stop that was reported.

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
        most = self.capacity * uptime * afford
        missing = wanted + supply.aim(self.usual) + extra - self.stock - sum(self._under_way)
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
