"""A source of an active ingredient, at which several plants of a drug may buy."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import simpy

from vbp_sim.agents.supply.ingredients import Ingredients, Shock
from vbp_sim.engine.plant import Plant
from vbp_sim.facts import fact
from vbp_sim.streams import Streams


@dataclass
class Source:
    """A source from its first plant on; it ``delivers`` or stands still."""

    drug: str
    name: str
    shocks: list[Shock]
    plants: list[Plant] = field(default_factory=list)
    delivers: bool = True

    def serve(self, plant: Plant, now: float) -> None:
        """A plant buys here from now on."""
        self.plants.append(plant)
        if not self.delivers:
            plant.switch(now, fed=False)

    def life(self, env: simpy.Environment, log: Callable[..., None]) -> Generator[simpy.Event, None, None]:
        """Stand still and deliver again, at the times of the shocks that are not over yet."""
        for shock in self.shocks:
            if shock.ends <= env.now:
                continue
            yield env.timeout(max(0.0, shock.begins - env.now))
            self._switch(env.now, delivers=False)
            here = sum(not plant.gone for plant in self.plants)
            if here:
                days = shock.ends - shock.begins
                text = fact("source_down", name=self.name, days=round(days), firms=here)
                log("ingredient-shock", drug=self.drug, value=days, text=text)
            yield env.timeout(shock.ends - env.now)
            self._switch(env.now, delivers=True)
            if here:
                log("ingredient-recovery", drug=self.drug, text=fact("source_back", name=self.name))

    def _switch(self, now: float, *, delivers: bool) -> None:
        self.delivers = delivers
        for plant in self.plants:
            plant.switch(now, fed=delivers)


class Sources:
    """All sources at which the plants of a replication buy, by drug and name."""

    def __init__(self, env: simpy.Environment, model: Ingredients, until: float, luck: Streams) -> None:
        self._env, self._model, self._until, self._luck = env, model, until, luck
        self._known: dict[tuple[str, str], Source] = {}

    def serve(self, plant: Plant, own: bool, log: Callable[..., None]) -> None:
        """A plant begins to buy its ingredient, which it makes itself if ``own``."""
        drug = plant.line.drug
        name = self._model.source(drug, plant.line.manufacturer, own, self._luck)
        if not name:
            return
        if (drug, name) not in self._known:
            source = Source(drug, name, self._model.shocks(drug, name, self._until, self._luck))
            self._known[drug, name] = source
            self._env.process(source.life(self._env, log))
        self._known[drug, name].serve(plant, self._env.now)
