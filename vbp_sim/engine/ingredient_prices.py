"""What ingredients cost from month to month, and what it does to those who sell at a price that was fixed before."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.supply.ingredients import Ingredients
from vbp_sim.engine.plant import Plant
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class IngredientPrices:
    """Indices of all drugs, and the dearness (products,) at which the cost of each product was last reckoned."""

    def __init__(
        self, model: Ingredients, drugs: Iterable[str], products: Products, months: int, luck: Streams
    ) -> None:
        self._model, self._own, self._drug = model, products.own_api, products.drug
        self._index = [model.index(drug, months, luck) for drug in drugs] if model.moves else []
        self._reckoned = np.ones(len(products.drug))

    @property
    def move(self) -> bool:
        """Whether anything ever moves."""
        return bool(self._index)

    def reckon(self, month: int, members: Ints) -> Floats:
        """What a unit costs firms over the start, (members,), which bid this month: their prices are made by it."""
        if self._index:
            self._reckoned[members] = [self._dearness(product, month) for product in members.tolist()]
        return self._reckoned[members]

    def tell(self, month: int, plants: Iterable[Plant]) -> list[tuple[Plant, float]]:
        """Tell plants what a unit costs them this month; those that sell under cost because of it, each with the index
        of its ingredient."""
        if not self._index:
            return []
        squeezed = []
        for plant in plants:
            plant.reckon(self._dearness(plant.product, month) / float(self._reckoned[plant.product]))
            if plant.squeezed:
                squeezed.append((plant, float(self._index[self._drug[plant.product]][month])))
        return squeezed

    def _dearness(self, product: int, month: int) -> float:
        index = float(self._index[self._drug[product]][month])
        return self._model.dearness(index, own=bool(self._own[product]))
