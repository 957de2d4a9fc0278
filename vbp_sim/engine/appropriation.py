"""Retained surplus on its way: assessed, appropriated as far as a place's cap allows, paid, a part of it to staff.

    assessed = appropriated + cut by the cap + not yet appropriated
    paid    <= appropriated
    staff   <= paid

What is assessed for one month is appropriated together, once that month is over: where a cap holds and it is not
enough, all get the same part. The books of a month may be written after it; nobody reads them before the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kept:
    """What hospitals of a place may keep of an agreement year: assessed in month ``assessed``, to be appropriated in
    month ``appropriated`` and paid in month ``due``; ``yuan`` and the ``staff``'s part of it by level; ``cap`` is the
    most that may be appropriated in a calendar year over what the fund saved, None = all of it."""

    assessed: int
    appropriated: int
    due: int
    round: int
    place: int
    yuan: Floats
    staff: Floats
    cap: float | None


@dataclass
class Surplus:
    """Yuan by (months, rounds, places, levels): ``assessed``, ``appropriated`` and ``cut``, each in its month.

    ``part`` (months, places) of what was assessed for a month has been appropriated.
    """

    shape: tuple[int, int, int, int]
    years: npt.NDArray[np.int64]
    assessed: Floats = field(init=False)
    appropriated: Floats = field(init=False)
    cut: Floats = field(init=False)
    part: Floats = field(init=False)
    waiting: list[Kept] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.assessed, self.appropriated, self.cut = (np.zeros(self.shape) for _ in range(3))
        self.part = np.ones((self.shape[0], self.shape[2]))

    def assess(self, one: Kept) -> None:
        """An agreement year is assessed; what lies beyond the last month counts as of that."""
        self.assessed[min(one.assessed, self.shape[0] - 1), one.round, one.place, : len(one.yuan)] += one.yuan
        self.waiting.append(one)

    def ready(self, m: int) -> list[Kept]:
        """Take out what is to be appropriated by the end of month ``m``."""
        found = [one for one in self.waiting if one.appropriated <= m]
        self.waiting = [one for one in self.waiting if one.appropriated > m]
        return found

    def appropriate(self, found: list[Kept], saved: Floats) -> None:
        """Appropriate it; ``saved`` (months, places) is what the fund saved in each month, yuan."""
        for m, p in sorted({(one.appropriated, one.place) for one in found if one.cap is not None}):
            mine = [one for one in found if (one.appropriated, one.place) == (m, p)]
            cap = min(one.cap for one in mine if one.cap is not None)
            gone = float(self.appropriated[self.years == self.years[m], :, p].sum())
            room = cap * max(0.0, float(saved[max(0, m - 11) : m + 1, p].sum())) - gone
            asked = sum(float(one.yuan.sum()) for one in mine)
            self.part[m, p] = min(1.0, max(0.0, room) / asked) if asked > 0 else 1.0
        for one in found:
            at, part = (one.round, one.place, slice(len(one.yuan))), self.part[one.appropriated, one.place]
            self.appropriated[one.appropriated][at] += one.yuan * part
            self.cut[one.appropriated][at] += one.yuan * (1 - part)
