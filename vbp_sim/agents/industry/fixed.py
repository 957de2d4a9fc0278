"""Firms and their costs stay as they are at the beginning."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.industry.interface import Bools, Floats, Industry, Standing
from vbp_sim.streams import Streams


class Fixed(Industry):
    """Nobody enters, leaves at a renewal, or learns."""

    model: Literal["fixed"] = "fixed"

    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """See `Industry.entering`."""
        return products

    def costs(self, standing: Standing) -> Floats:
        """See `Industry.costs`."""
        return standing.cost

    def leaving(self, standing: Standing, costs: Floats, luck: Streams) -> Bools:
        """See `Industry.leaving`."""
        return np.zeros(len(costs), dtype=np.bool_)
