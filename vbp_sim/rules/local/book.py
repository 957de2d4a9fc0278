"""The law book: which law holds in each place and month, resolved once before a run.

    book = LawBook.of(spec.laws, places, ancestors, months)
    book.part("payment", place, month).due_days()

The loop of a run looks nothing up by date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.local.law import PARTS, LocalLaw
from vbp_sim.scenario.laws import Law, in_force, plain, values
from vbp_sim.scenario.parts import Part


@dataclass(frozen=True)
class LawBook:
    """Laws by place and month. ``at`` (places, months) indexes ``laws``; ``part_of`` (laws,) the parts of a kind."""

    laws: tuple[LocalLaw, ...]
    at: IntArray
    kinds: Mapping[str, tuple[Any, ...]]
    part_of: Mapping[str, IntArray]

    @classmethod
    def of(
        cls,
        laws: Mapping[str, Law],
        places: Sequence[str],
        ancestors: Mapping[str, tuple[str, ...]],
        months: Sequence[date],
    ) -> LawBook:
        """Resolve laws for ``places``, whose parents are ``ancestors``, in ``months``, each the first of a month."""
        orders: dict[tuple[str, ...], int] = {}
        at = np.empty((len(places), len(months)), dtype=np.int64)
        for p, place in enumerate(places):
            chain = (place, *ancestors.get(place, ()))
            for m, first in enumerate(months):
                at[p, m] = orders.setdefault(in_force(laws, chain, first), len(orders))
        resolved = tuple(LocalLaw.model_validate(plain(values(laws, order))) for order in orders)
        kinds, part_of = {}, {}
        for kind in PARTS:
            kinds[kind], part_of[kind] = _distinct([getattr(law, kind) for law in resolved])
        return cls(resolved, at, kinds, part_of)

    def law(self, place: int, month: int) -> LocalLaw:
        """The law with all its parts; ``month`` is clipped into the months of the book."""
        return self.laws[int(self.at[place, self._clipped(month)])]

    def part(self, kind: str, place: int, month: int) -> Any:
        """One part of the law in force, such as "payment"; ``month`` is clipped into the months of the book."""
        return self.kinds[kind][self.part_of[kind][self.at[place, self._clipped(month)]]]

    def everywhere(self, kind: str, month: int) -> list[Any]:
        """The part of a kind in force in each place."""
        return [self.part(kind, place, month) for place in range(len(self.at))]

    def parts(self, kind: str) -> tuple[Any, ...]:
        """The distinct parts of a kind that hold anywhere, in the order of `ids`."""
        return self.kinds[kind]

    def ids(self, kind: str) -> IntArray:
        """Which of `parts` holds, shape (places, months); equal parts have one id."""
        return np.asarray(self.part_of[kind][self.at])

    def _clipped(self, month: int) -> int:
        return min(max(month, 0), int(self.at.shape[1]) - 1)


def _distinct(parts: Sequence[Part]) -> tuple[tuple[Part, ...], IntArray]:
    """Parts without repetitions, and the place of each one among them."""
    known: dict[str, int] = {}
    ids = [known.setdefault(part.model_dump_json(), len(known)) for part in parts]
    firsts = [ids.index(i) for i in range(len(known))]
    return tuple(parts[i] for i in firsts), np.array(ids, dtype=np.int64)
