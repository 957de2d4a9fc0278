"""Tables by number of winners: {"1": 0.5, "2": 0.6, "3": 0.7, "4": 0.8}, the last entry also for more winners."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

from pydantic import AfterValidator


def checked(what: str) -> AfterValidator:
    """Marks a table that starts at 1, leaves no number out, and never falls."""
    return AfterValidator(functools.partial(_check, what=what))


def _check(table: dict[str, float], what: str) -> dict[str, float]:
    if not all(key.isdigit() for key in table):
        raise ValueError(f"{what}: keys are numbers of winners, 1, 2, 3, ...; seen {', '.join(table)}")
    numbers = sorted(int(key) for key in table)
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError(f"{what}: numbers of winners must be 1, 2, 3, ... without a gap; seen {', '.join(table)}")
    ordered = {str(n): table[str(n)] for n in numbers}
    for n, (before, value) in enumerate(itertools.pairwise(ordered.values()), start=2):
        if value < before:
            fall = f"from {before:g} for {n - 1} winners to {value:g} for {n}"
            raise ValueError(f"{what}: falls {fall}; it must never fall")
    return ordered


def by_winners(table: Mapping[str, float], winners: int) -> float:
    """Return the entry for so many winners; the last entry holds for more."""
    return table[str(max(1, min(winners, len(table))))]
