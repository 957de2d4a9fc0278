"""How the use of a place moves: by a trend, and by how it answers to agreements and to prices.

    use of month m = use before the first report x (1 + trend)^(m / 12) x (1 + r growth) x exp(r (own - e ln felt))

r rises from 0 to 1 over ``ramp_months`` from the first supply on; own is of the drug, the place and both (the mean of
exp(own) is 1); e is the elasticity, felt the price of a unit and the patient's part of it, both together, over those
before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.rules.reimbursement import Reimbursement
from vbp_sim.scenario.spec import Demand, Finance
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Response:
    """Use of one place over that before its first report, which falls in month ``since``, by drug.

    It remembers the months that are over, and what a unit is ``felt`` to cost under an agreement, (drugs,); ``dearer``
    is the logarithm of that, as far as it has been reached.
    """

    def __init__(
        self, demand: Demand, drugs: tuple[str, ...], trends: Floats, place: str, since: int, luck: Streams
    ) -> None:
        self._demand, self._yearly, self._since = demand, (1 + demand.trend) * (1 + trends), since
        spreads = np.array([demand.drug_spread, demand.place_spread, demand.cell_spread])
        of_place = float(luck.normal("demand.place", place))
        draws = [
            [float(luck.normal("demand.drug", drug)), of_place, float(luck.normal("demand.cell", drug, place))]
            for drug in drugs
        ]
        self._own = (np.array(draws) * spreads - spreads**2 / 2).sum(axis=1)
        self._known: list[Floats] = []
        self.felt, self.dearer = np.ones(len(drugs)), np.zeros(len(drugs))

    def trend(self, m: int) -> Floats:
        """Use in a month without any agreement, (drugs,)."""
        return np.asarray(self._yearly ** ((m - self._since) / 12))

    def turn(self, drugs: Ints, served: Floats) -> None:
        """Some drugs serve so much over what was their use in the present month."""
        self._known[-1][drugs] *= served

    def month(self, m: int, first: Ints) -> Floats:
        """Use of the present month, (drugs,), from the ``first`` months of supply."""
        ramp = np.clip((m - first + 1) / self._demand.ramp_months, 0, 1)
        felt = np.log(self.felt)
        self.dearer = ramp * felt
        answer = np.exp(ramp * (self._own - self._demand.elasticity * felt))
        self._known.append(np.asarray(self.trend(m) * (1 + self._demand.growth * ramp) * answer))
        return self._known[-1]

    def audited(self, months: range) -> Floats:
        """Mean use of past months, (drugs,); those before the simulation began have the trend alone."""
        known = self._known
        return np.asarray(np.mean([known[m] if 0 <= m < len(known) else self.trend(m) for m in months], axis=0))


@dataclass(frozen=True)
class Sides:
    """What a unit of some drugs costs, (drugs,): the selected product's ``price``, the originators' ``part`` of the
    other side with ``brand``'s and ``generic``'s price, and the ``mean`` price before any agreement. The ``years`` of
    the agreements decide on payment standards."""

    price: Floats
    part: Floats
    brand: Floats
    generic: Floats
    mean: Floats
    years: Ints

    def fund_pays(self, paid: Floats, law: Reimbursement, finance: Finance) -> Floats:
        """What the fund pays of a price that insured patients ``paid``, (drugs,)."""
        fund = np.zeros_like(paid)
        for year in np.unique(self.years).tolist():
            now = self.years == year
            standard = law.standard(paid[now], self.price[now], int(year))
            fund[now] = law.fund_pays(paid[now], standard, finance.fund_share)
        return fund


def felt(share: Floats, sides: Sides, law: Reimbursement, finance: Finance) -> Floats:
    """Price of a unit and the patient's part of it, over those before any agreement, (drugs,).

    ``share`` of the use is expected to go to selected products, the rest to the others.
    """
    usual = finance.covered

    def both(paid: Floats) -> Floats:
        return np.asarray(2 * paid - finance.insured_share * sides.fund_pays(paid, law, finance))

    rest = sides.part * both(sides.brand) + (1 - sides.part) * both(sides.generic)
    return np.asarray((share * sides.price * (2 - usual) + (1 - share) * rest) / (sides.mean * (2 - usual)))


def terms(
    sides: Sides, bears: Floats, markup: float, law: Reimbursement, finance: Finance
) -> tuple[Floats, Floats, Floats]:
    """How much less of the others' price the fund pays, what an institution gains by a unit of the selected product
    instead, and what it would if it bore all, over the earlier price, (drugs,); see
    `vbp_sim.agents.choice.interface.Terms`.

    The institution ``bears`` a part of what the fund pays for a price, and adds a ``markup`` to it.
    """
    weighed = (sides.part, sides.brand), (1 - sides.part, sides.generic)
    rest, covered = sides.part * sides.brand + (1 - sides.part) * sides.generic, np.zeros_like(sides.price)
    for weight, paid in weighed:
        covered += weight * sides.fund_pays(paid, law, finance)
    usual = finance.fund_share * rest
    gap = (1 - np.divide(covered, usual, out=np.ones_like(rest), where=usual > 0)) / (1 - 1 / 5)
    saved = finance.insured_share * (covered - sides.fund_pays(sides.price, law, finance))
    gain = (bears * saved - markup * (rest - sides.price)) / sides.mean
    return np.clip(gap, 0, 1), gain, saved / sides.mean
