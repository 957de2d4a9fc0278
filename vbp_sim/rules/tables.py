"""Tables by number of winners: {"1": 0.5, "2": 0.6, "3": 0.7, "4": 0.8}, the last entry also for more winners."""

from __future__ import annotations

import itertools
from collections.abc import Mapping


def check_table(table: dict[str, float], low: float, high: float, what: str) -> dict[str, float]:
    """Return the table if it starts at 1, leaves no number out, never falls, and stays from ``low`` to ``high``."""
    if not all(key.isdigit() for key in table):
        raise ValueError(f"{what}: keys are numbers of winners, 1, 2, 3, ...; seen {', '.join(table)}")
    numbers = sorted(int(key) for key in table)
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError(f"{what}: numbers of winners must be 1, 2, 3, ... without a gap; seen {', '.join(table)}")
    values = [table[str(n)] for n in numbers]
    for n, value in zip(numbers, values, strict=True):
        if not low <= value <= high:
            percent = f"; did you mean {value / 100:g}?" if high == 1 and 5 <= value <= 100 else ""
            raise ValueError(
                f"{what}: {value:g} for {n} winner{'s' * (n > 1)}; it must be from {low:g} to {high:g}{percent}"
            )
    for n, (before, value) in enumerate(itertools.pairwise(values), start=2):
        if value < before:
            raise ValueError(
                f"{what}: falls from {before:g} for {n - 1} winners to {value:g} for {n}; it must never fall"
            )
    return {str(n): table[str(n)] for n in numbers}


def by_winners(table: Mapping[str, float], winners: int) -> float:
    """Return the entry for so many winners; the last entry holds for more."""
    return table[str(max(1, min(winners, len(table))))]
