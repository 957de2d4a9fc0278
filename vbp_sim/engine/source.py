"""What several plants need at once: a source of the active ingredient, and the site at which products are made."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import simpy

from vbp_sim.agents.supply.ingredients import Shock, shocks
from vbp_sim.agents.supply.interface import Supply
from vbp_sim.engine.plant import Plant
from vbp_sim.facts import fact
from vbp_sim.streams import Streams


@dataclass
class Source:
    """A source of a ``drug``'s ingredient, or a site ("" = of all drugs), from its first plant on; it ``delivers`` or
    stands still."""

    drug: str
    name: str
    shocks: list[Shock]
    plants: list[Plant] = field(default_factory=list)
    delivers: bool = True

    def serve(self, plant: Plant, now: float) -> None:
        """A plant buys here from now on."""
        self.plants.append(plant)
        if not self.delivers:
            _lack(plant, now, 1)

    def life(self, env: simpy.Environment, log: Callable[..., None]) -> Generator[simpy.Event, None, None]:
        """Stand still and deliver again, at the times of the shocks that are not over yet."""
        kind = "ingredient" if self.drug else "site"
        stops, works = ("source_down", "source_back") if self.drug else ("site_down", "site_back")
        for shock in self.shocks:
            if shock.ends <= env.now:
                continue
            yield env.timeout(max(0.0, shock.begins - env.now))
            self._switch(env.now, delivers=False)
            here = sum(not plant.gone for plant in self.plants)
            if here:
                days = shock.ends - shock.begins
                text = fact(stops, name=self.name, days=round(days), firms=here)
                log(f"{kind}-shock", drug=self.drug, value=days, text=text)
            yield env.timeout(shock.ends - env.now)
            self._switch(env.now, delivers=True)
            if here:
                log(f"{kind}-recovery", drug=self.drug, text=fact(works, name=self.name))

    def _switch(self, now: float, *, delivers: bool) -> None:
        self.delivers = delivers
        for plant in self.plants:
            _lack(plant, now, -1 if delivers else 1)


def _lack(plant: Plant, now: float, more: int) -> None:
    plant.lacking += more
    plant.switch(now, fed=plant.lacking == 0)


class Sources:
    """All sources and sites that the plants of a replication need, by drug and name; ``known`` are the site and the
    maker of the ingredient by drug and manufacturer, where a market says them."""

    def __init__(
        self, env: simpy.Environment, model: Supply, known: dict[tuple[str, str], tuple[str, str]], until: float,
        luck: Streams,
    ) -> None:  # fmt: skip
        self._env, self._model, self._names, self._until, self._luck = env, model, known, until, luck
        self._known: dict[tuple[str, str], Source] = {}

    def serve(self, plant: Plant, own: bool, log: Callable[..., None]) -> None:
        """A plant begins to buy its ingredient, which it makes itself if ``own``, and to depend on its site."""
        drug, maker, model = plant.line.drug, plant.line.manufacturer, self._model
        site, api = self._names.get((drug, maker), ("", ""))
        source = model.ingredients.source(drug, maker, own, api, self._luck)
        if source:
            self._need(plant, drug, source, model.ingredients.shocks, log)
        if site and model.site_rate > 0:
            self._need(plant, "", site, self._stops, log)

    def _need(
        self, plant: Plant, drug: str, name: str, when: Callable[..., list[Shock]], log: Callable[..., None]
    ) -> None:
        if (drug, name) not in self._known:
            source = self._known[drug, name] = Source(drug, name, when(drug, name, self._until, self._luck))
            self._env.process(source.life(self._env, log))
        self._known[drug, name].serve(plant, self._env.now)

    def _stops(self, drug: str, site: str, until: float, luck: Streams) -> list[Shock]:
        return shocks("sites", (site,), self._model.site_rate, self._model.site_months, until, luck)
