"""Exact prices: integers of micro-yuan, and ratios as fractions; exactly 1.8 times and a tie are decided as written.

>>> micro("0.12"), int(at_most(exact(1.8), 100_001))
(120000, 180001)
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np

from vbp_sim.rules.arrays import FloatArray, IntArray

#: micro-yuan in a yuan
YUAN = 1_000_000


def micro(price: Decimal | str | int) -> int:
    """Return a price in yuan as whole micro-yuan, rounded half up."""
    return int((Decimal(price) * YUAN).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def micro_array(prices: FloatArray) -> IntArray:
    """Return prices in yuan, any shape, as whole micro-yuan, rounded half up."""
    return np.floor(np.asarray(prices, dtype=np.float64) * YUAN + 0.5).astype(np.int64)


def yuan(price: int) -> Decimal:
    """Return whole micro-yuan as yuan."""
    return Decimal(int(price)) / YUAN


def text(price: int) -> str:
    """Return whole micro-yuan as yuan for people, without trailing zeros: ``0.231``."""
    whole, rest = divmod(int(price), YUAN)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def exact(number: float | str | Decimal) -> Fraction:
    """Return a number as it is written, without binary rounding: 1.8 -> 9/5."""
    return Fraction(str(number))


def half_up(number: Fraction) -> int:
    """Return the nearest whole number; a half goes up."""
    return (number.numerator * 2 + number.denominator) // (number.denominator * 2)


def scaled(factor: float, price: int) -> int:
    """Return ``factor`` x a price, whole micro-yuan, half up; at least one where the price is not 0 (not known)."""
    return max(half_up(exact(factor) * price), int(price > 0))


def at_most(ratio: Fraction, price: IntArray | int) -> IntArray:
    """Return the highest whole price that is not above ``ratio`` x ``price``, any shape.

    A whole price is at most ``ratio * price`` exactly if it is at most this. What does not fit into 64 bits on the way
    (a ratio of many digits) is computed in whole numbers of any size.
    """
    prices = np.asarray(price, dtype=np.int64)
    largest = max(abs(int(p)) for p in (prices.min(initial=0), prices.max(initial=0)))
    if max(largest * abs(ratio.numerator), ratio.denominator) >= 2**63:
        prices = prices.astype(object)
    found = np.asarray(prices * ratio.numerator // ratio.denominator, dtype=prices.dtype)
    return np.asarray(np.minimum(found, 2**63 - 1), dtype=np.int64)
