"""What changes among firms from round to round: who qualifies, who leaves, and what experience does to costs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.scenario.parts import Part
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Where the firms of one drug stand when its bids are due; arrays of shape (firms,).

    ``cost`` at the beginning of the simulation and ``price`` of the contract that ends (nan = none), yuan per unit;
    ``pre_share`` of the drug's volume before the first round; ``delivered`` under contracts since, units; ``use`` of
    the drug before the first round and what a winner may ``expect`` to be guaranteed, units per year.
    """

    round: str
    drug: str
    manufacturer: tuple[str, ...]
    cost: Floats
    price: Floats
    pre_share: Floats
    delivered: Floats
    use: float
    expect: float


class Industry(Part):
    """Kind: how firms change from round to round."""

    kind: ClassVar[str] = "industry"

    @abstractmethod
    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """Return the products with all that will qualify within so many years added behind them.

        ``drugs`` are the ids of the market's drugs; ``since`` of a product is the day on which it qualifies.
        """
        raise NotImplementedError

    @abstractmethod
    def costs(self, standing: Standing) -> Floats:
        """Return the unit costs with which firms go into a round, yuan per unit, shape (firms,)."""
        raise NotImplementedError

    @abstractmethod
    def leaving(self, standing: Standing, costs: Floats, luck: Streams) -> Bools:
        """Say which firms do not bid any more for the drug, given their ``costs`` of today, shape (firms,)."""
        raise NotImplementedError
