"""What a round is about: its rules, its market, the drugs that are tendered, and the places that take part."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.place import Place
from vbp_sim.engine.world import World
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import chosen
from vbp_sim.scenario.spec import Round

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scope:
    """A round: ``drugs`` are indices into the scenario's; ``members`` are the places that take part; ``market`` is the
    round's, number ``number`` of the scenario's markets."""

    world: World
    id: str
    spec: Round
    rules: RuleSet
    market: Market
    number: int
    drugs: list[int]
    places: list[Place]
    members: list[Place]

    @classmethod
    def of(cls, world: World, round_id: str, spec: Round, places: list[Place]) -> Scope:
        """The scope that a scenario gives a round: places of its market, and of these the members of its rules."""
        rules = chosen(spec.rules, RuleSet)
        number = world.scenario.market_of[round_id]
        market = world.scenario.markets[number]
        tendered = set(spec.drugs or (drug.id for drug in market.drugs))
        drugs = [d for d, name in enumerate(world.drug_ids) if name in tendered]
        taking_part = set(world.scenario.taking_part(round_id))
        members = [place for place in places if place.id in taking_part]
        return cls(world, round_id, spec, rules, market, number, drugs, places, members)

    @functools.cached_property
    def here(self) -> list[int]:
        """Indices of the members."""
        return [place.index for place in self.members]

    @functools.cached_property
    def own(self) -> dict[int, int]:
        """By drug of the scenario, its index among those of the round's market."""
        index = {drug.id: i for i, drug in enumerate(self.market.drugs)}
        return {d: index[self.world.drug_ids[d]] for d in self.drugs}

    @functools.cached_property
    def weights(self) -> Floats:
        """Volume of all drugs of the round that its market reports, (members,)."""
        return np.asarray(np.sum([self.published(d) for d in self.drugs], axis=0))

    def published(self, drug: int) -> Floats:
        """Volume of a drug that the round's market reports, units per year, (members,)."""
        return np.asarray(self.market.reported[self.own[drug], self.here])

    def reported(self, drug: int) -> Floats:
        """Volume of a drug that institutions reported, units per year, (members,)."""
        return np.array([place.reported[self.id][drug].sum() for place in self.members])

    def log(self, kind: str, value: float, text: str) -> None:
        """Write an event of the round; ``text`` is a `fact`."""
        self.world.log(kind, round=self.id, value=value, text=text)
