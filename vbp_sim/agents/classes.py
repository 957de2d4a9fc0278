"""Who turns to another molecule of the same class: need in DDD above the choice among the products of a drug.

A class is a listed drug's molecule, the other listed ones, and a residual member for all that are not listed. Of the
need n_j (DDD a month) of a molecule the part e_j, its equivalence, might as well be served by another one. That part is
shared out by a logit over the class (McFadden 1974), in which habit is what each has today:

    served_j = n_j - w_j + W w_j a_j / sum_k w_k a_k,   w_j = e_j n_j,   W = sum_k w_k,   a_j = e^(U_j)
    U_j      = ln(1 - turning lost_j) - price ln felt_j

so that what is served adds up to what is needed, whatever the attractions; where all are alike, as without any
agreement, nobody moves. ``lost`` is the part of the use that a drug's originators have lost in the hospitals, ``felt``
the price of a unit and the patient's part of it over those before.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Part, param

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

WITHIN = "classes: within the listed drugs, nobody turns to another molecule"


@dataclass(frozen=True)
class Class:
    """The molecules of all classes in a place and month: listed drugs first, then a residual member of each class.

    (members,): ``of`` the class, counted from 0; ``need`` DDD of its own patients; ``equivalence`` the part of it that
    others might serve; ``lost`` by the drug's originators, share of its use; ``dearer`` logarithm of the felt price
    over the one before.
    """

    of: Ints
    need: Floats
    equivalence: Floats
    lost: Floats
    dearer: Floats


class Classes(Part):
    """Kind: how need moves between the molecules of a class."""

    kind: ClassVar[str] = "classes"

    @property
    @abstractmethod
    def moves(self) -> bool:
        """Whether anybody ever turns to another molecule."""

    @property
    def unlisted(self) -> float:
        """Part of the need of a class, in DDD before any agreement, that molecules outside the list serve."""
        return 0.0

    @property
    def unlisted_trend(self) -> float:
        """Yearly change of the price of these molecules, as a share."""
        return 0.0

    @abstractmethod
    def attraction(self, now: Class) -> Floats:
        """Return how much each molecule attracts over before, from 0, 1 = as before; (members,)."""

    def inert(self, market: Market) -> str:
        """See `Part.inert`."""
        without = sum(not drug.equivalence for drug in market.drugs)
        if not self.moves or without == len(market.drugs):
            return WITHIN
        return f"classes: {without} of {len(market.drugs)} drugs are in none and stay by themselves" if without else ""


class Alone(Classes):
    """Each drug by itself: within the listed drugs."""

    model: Literal["none"] = "none"

    @property
    def moves(self) -> bool:
        """See `Classes.moves`."""
        return False

    def attraction(self, now: Class) -> Floats:
        """See `Classes.attraction`."""
        return np.ones_like(now.need)


class MoleculeLogit(Classes):
    """Doctors who may not give the brand, and patients who pay more or less for a day's dose, turn to another one."""

    model: Literal["molecule-logit"] = "molecule-logit"
    turning: Portion = param(
        0.0,
        "part of the use that a drug's originators lose whose doctors would turn to another molecule as good",
        "share",
        "assumption: 0.5 gives other molecules 5 % more, as in Nanjing [B16], the pilot's asks for none [B2]; adds "
        "nothing to the fit, so 0",
    )
    price: float = param(
        0.0,
        "how strongly the felt price of a day's dose, over the one before, moves molecules' odds",
        source="assumption: alternatives fell nowhere, so 0; 0.5 is possible",
        ge=0,
        le=10,
    )
    residual: float = param(
        0.42,
        "part of a class, in DDD before any agreement, that molecules outside the list have",
        "share",
        "Nanjing, December 2018: 9,421 of 22,687 thousand DDD a month [B16]; 0.1 to 0.7 by class is possible",
        "I",
        ge=0,
        le=0.95,
    )
    residual_trend: float = param(
        0.0,
        "yearly change of the price of a day's dose of molecules outside the list",
        "per year",
        "assumption: no change in the first year, four classes dearer in the second; -0.05 to 0.1 are possible",
        ge=-0.5,
        le=0.5,
    )

    @property
    def moves(self) -> bool:
        """See `Classes.moves`."""
        return self.turning > 0 or self.price > 0

    @property
    def unlisted(self) -> float:
        """See `Classes.unlisted`."""
        return self.residual

    @property
    def unlisted_trend(self) -> float:
        """See `Classes.unlisted_trend`."""
        return self.residual_trend

    def attraction(self, now: Class) -> Floats:
        """See `Classes.attraction`."""
        return np.asarray((1 - self.turning * now.lost) * np.exp(-self.price * now.dearer))


def served(now: Class, attraction: Floats) -> Floats:
    """DDD that each molecule serves, (members,); their sum over a class is that of its need, whatever is attractive."""
    movable = now.equivalence * now.need
    total, pull = (np.bincount(now.of, weights=weights) for weights in (movable, movable * attraction))
    scale = np.divide(total, pull, out=np.ones_like(total), where=pull > 0)
    drawn = np.where(pull[now.of] > 0, attraction, 1.0) * scale[now.of]
    return np.asarray(now.need + movable * (drawn - 1))  # exactly the need where all attract as before
