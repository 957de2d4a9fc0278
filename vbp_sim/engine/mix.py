"""What is selected in a province: one product, or several where institutions get the brands that they named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mix:
    """Selected ``products`` of a drug in a province, the ``parts`` of its orders that they get, and the mean ``price``.

    Products are indices into those of the market, parts add up to 1, the price is in yuan per unit.
    """

    products: tuple[int, ...]
    parts: tuple[float, ...]
    price: float
