"""Where relief comes from in a shortage: the tiers of the law beyond an agreement, the reserves of provinces, and an
account of both, month by month, from the first warning to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.supply.interface import Supply
from vbp_sim.engine.accounts import Accounts
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.shelf import Shelf
from vbp_sim.engine.supply_tables import SOURCES
from vbp_sim.rules.local.book import LawBook
from vbp_sim.rules.local.supply_security import TIERS, Tier
from vbp_sim.scenario.market import Market

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_RESERVE = TIERS.index("reserve")
EMERGENCY = TIERS.index("emergency")
#: a reserve is filled where less than this part of the orders is missing
_MISSING = 1e-6


class Answering(Protocol):
    """What is read of the running simulation (`World`)."""

    market: Market
    laws: LawBook
    supply: Supply
    recorder: Recorder
    accounts: Accounts
    orders: Floats
    filled: Floats


class Relief:
    """``delivered`` (own, stock, backup, winners; drugs, places): units delivered this month under agreements, where
    something is wrong: ``warned`` (drugs, places). ``asked`` (tiers, drugs, places): part of what is still missing that
    each tier finds, in its turn; ``reserve`` (drugs, places) units that are laid up.
    """

    def __init__(self, world: Answering) -> None:
        self.world = world
        shape = world.orders.shape
        self.classes = [drug.shortage_class for drug in world.market.drugs]
        self.delivered = np.zeros((4, *shape))
        self.warned = np.zeros(shape, dtype=np.bool_)
        self.asked = np.zeros((len(TIERS), *shape))
        self.reserve = np.zeros(shape)
        self._reserves = any(law.reserve_months for law in world.laws.parts("supply_security"))
        self._laid = np.zeros(shape, dtype=np.bool_)
        self._none = np.zeros((len(TIERS), shape[0]))

    def open(self) -> None:
        """A month begins."""
        self.delivered[:] = self.asked[:] = 0.0
        self.warned[:] = False

    def respond(self, m: int, drug: int, place: int, days: float, shelf: Shelf) -> list[Tier]:
        """A drug has been short in a place for ``days``: ask the tiers that answer by now. Return those that had not
        been asked before in this shortage."""
        law, begun = self.world.laws.part("supply_security", place, m), list[Tier]()
        for k, tier in enumerate(TIERS):
            part = law.part(tier, days, self.classes[drug])
            if tier == "neighbours" and part > 0:
                part *= self._elsewhere(drug, place, shelf)
            self.asked[k, drug, place] = part
            if part > 0 and not shelf.answering[k, place]:
                shelf.answering[k, place] = True
                begun.append(tier)
        return begun

    def _elsewhere(self, drug: int, place: int, shelf: Shelf) -> float:
        """Orders of other places in which the drug is not short, as a part of those of all other places."""
        orders = np.delete(self.world.orders[drug], place)
        total = float(orders.sum())
        return float(orders[np.isinf(np.delete(shelf.short_since, place))].sum()) / total if total > 0 else 0.0

    def shares(self, m: int, place: int, missing: Floats) -> Floats:
        """Parts of what is ``missing`` in a place (drugs,), units, that each tier finds, (tiers, drugs). What the
        reserve gives leaves it."""
        asked = self.asked[:, :, place]
        if not asked.any():
            return self._none
        found, left = np.zeros_like(asked), np.ones(len(missing))
        for tier in self.world.laws.part("supply_security", place, m).order:
            k = TIERS.index(tier)
            found[k] = asked[k] * left
            if k == _RESERVE:
                most = np.divide(self.reserve[:, place], missing, out=np.zeros_like(missing), where=missing > 0)
                found[k] = np.minimum(found[k], most)
                self.reserve[:, place] -= found[k] * missing
            left = left - found[k]
        return found

    def dearer(self, m: int, place: int) -> Floats:
        """What a unit costs more than the drug did before any round, over that price, by tier without emergency
        purchase, (tiers - 1, 1)."""
        law = self.world.laws.part("supply_security", place, m)
        return np.array([[law.price(tier) - 1] for tier in TIERS if tier != "emergency"])

    def book(self, m: int, place: int, rest: Sequence[Floats]) -> None:
        """Write down who met the orders of a place in a month where something is wrong; ``rest`` (drugs,) are units by
        the `SOURCES` from other brands on, none where suppliers delivered all."""
        rec = self.world.recorder
        month, name = np.datetime64(rec.clock.months[m], "M"), self.world.market.provinces[place].id
        for d in np.flatnonzero(self.warned[:, place]).tolist():
            units = (*self.delivered[:, d, place].tolist(), *(float(each[d]) for each in rest))
            for source, some in zip(SOURCES, units, strict=False):
                if some > 0:
                    rec.row(
                        "relief", month, rec.rounds[rec.round[m, d, place]], rec.market.drugs[d].id, name, source, some
                    )

    def lay_up(self, m: int) -> None:
        """Reserves are laid up when orders begin, kept at what the law asks, filled again after a shortage, and paid
        for."""
        if not self._reserves:
            return
        world, places = self.world, len(self.world.market.provinces)
        cost, fund = np.zeros_like(self.reserve), np.zeros(places)
        for p, law in enumerate(world.laws.everywhere("supply_security", m)):
            aim = np.array([law.reserve_months.get(of, 0.0) for of in self.classes]) * world.orders[:, p]
            calm = world.filled[:, p] > 1 - _MISSING
            more = np.where(self._laid[:, p], aim / law.reserve_refill, aim) * calm
            now = self.reserve[:, p]
            self.reserve[:, p] = np.where(aim > 0, np.maximum(now, np.minimum(aim, now + more)), 0.0)
            self._laid[:, p] |= (aim > 0) & calm
            cost[:, p], fund[p] = law.reserve_cost / 12, law.reserve_by_fund
        world.accounts.hold(m, cost * self.reserve, fund)
