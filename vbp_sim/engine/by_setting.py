"""The table `settings`: what wards and clinics bought in every agreement year, where their parts in the use are known.

They are known where the market gives a drug's `inpatient_share` or where a law pays by case. It looks on and changes
nothing: institutions choose as a whole, see `vbp_sim.agents.choice.wards`.
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.choice.wards import share_in_wards
from vbp_sim.engine.expectation import terms_of
from vbp_sim.engine.place import Place
from vbp_sim.engine.watcher import Observed, Settled
from vbp_sim.engine.world import World
from vbp_sim.scenario.market import LEVELS

#: parts of a hospital
SETTINGS = ("wards", "clinics")


class BySetting:
    """Writes the rows of a place and settled year; see `Watcher`."""

    def __init__(self, world: World, places: list[Place]) -> None:
        self._world, self._places = world, places
        self._known = np.array([drug.inpatient_share for drug in world.market.drugs])

    def acts(self) -> bool:
        """Whether the part of wards is ever known of any drug."""
        laws = self._world.laws.parts("hospital_payment")
        return any(bool(law.wards(self._known).any()) for law in laws)

    def month(self, m: int, place: Observed) -> None:
        """A month leaves nothing to keep."""

    def settled(self, place: Observed, year: Settled) -> None:
        """Divide what institutions bought in the year, at the terms with which it began."""
        world, mine, drugs = self._world, self._places[place.index], year.drugs
        began = int(mine.begins[drugs[0]]) + 12 * (year.year - 1)
        law = world.laws.part("hospital_payment", place.index, began)
        ward = law.wards(self._known[drugs])[:, None]
        apart = world.choice.apart(terms_of(world, mine, began, drugs))[:, None]
        use = year.bought + year.nonselected
        share = np.divide(year.bought, use, out=np.zeros_like(use), where=use > 0)
        inside = ward * use * share_in_wards(share, ward, apart)
        for setting, part, selected in zip(SETTINGS, (ward, 1 - ward), (inside, year.bought - inside), strict=True):
            other = part * use - selected
            saved = part * use * year.before - selected * year.price - other * year.rest
            sums = mine.institutions.by_level(np.concatenate([part * use, selected, saved]))
            for i, d in enumerate(drugs):
                for level, label in enumerate(LEVELS):
                    used, chosen, yuan = sums[i :: len(drugs), level].tolist()
                    if ward[i, 0] > 0 and used > 0:
                        key = (year.round, year.year, world.drug_ids[d], place.id, label, setting)
                        world.recorder.row("settings", *key, used, chosen, yuan)
