"""What a round is about: its rules, the drugs that are tendered, and the provinces that take part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.province import Province
from vbp_sim.engine.world import World
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.parts import chosen
from vbp_sim.scenario.spec import Round

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scope:
    """A round: ``drugs`` are indices into the market's; ``members`` are those of all ``provinces`` that take part."""

    world: World
    id: str
    spec: Round
    rules: RuleSet
    drugs: list[int]
    provinces: list[Province]
    members: list[Province]

    @classmethod
    def of(cls, world: World, round_id: str, spec: Round, provinces: list[Province]) -> Scope:
        """The scope that a scenario gives a round."""
        rules = chosen(spec.rules, RuleSet)
        tendered = set(spec.drugs or world.drug_ids)
        drugs = [d for d, name in enumerate(world.drug_ids) if name in tendered]
        members = [p for p in provinces if not rules.members or p.id in rules.members]
        return cls(world, round_id, spec, rules, drugs, provinces, members)

    def reported(self, drug: int) -> Floats:
        """Reported volume of a drug, units per year, shape (provinces,); 0 in those that do not take part."""
        volumes = np.zeros(len(self.provinces))
        volumes[[p.index for p in self.members]] = [p.reported[self.id][drug].sum() for p in self.members]
        return volumes

    def by_brand(self, drug: int, members: Ints) -> Floats:
        """Volume reported by brand, units per year, shape (provinces, products of ``members``); 0 unless asked for."""
        volumes = np.zeros((len(self.provinces), len(members)))
        if self.rules.allocation.asks_for_brands:
            p = self.world.products
            reported = self.reported(drug)
            volumes[:] = self.world.reporting.by_brand(reported, p.pre_share[members], p.originator[members])
        return volumes

    def log(self, kind: str, value: float, text: str) -> None:
        """Write an event of the round."""
        self.world.log(kind, round=self.id, value=value, text=text)
