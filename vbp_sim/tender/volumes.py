"""Where the reported volume of an awarded drug goes: straight to a brand that won, or to the province's main supplier.

    direct     reported for a brand that won, and the rule gives it to that brand
    drafted    the rest; it goes to the main supplier of the province
    agreed     (direct + drafted) x the guaranteed share of the winner

Where no volume goes to brands, every province has one supplier, and the drug one guaranteed share. What a winner could
not make passes down the list of winners.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Volumes:
    """Reported volumes of a drug by supplier and province, units per year.

    ``main`` (provinces,) is the place of the main supplier, -1 = none; ``direct`` (suppliers, provinces); ``rest``
    (provinces,); ``shares`` (suppliers,) is the guaranteed part of what goes to each.
    """

    main: Ints
    direct: Floats
    rest: Floats
    shares: Floats

    @property
    def drafted(self) -> Floats:
        """What goes to suppliers as main suppliers, shape (suppliers, provinces)."""
        return np.where(self._is_main, self.rest, 0.0)

    @property
    def routed(self) -> Floats:
        """All that goes to each supplier, shape (suppliers, provinces)."""
        return self.direct + self.drafted

    @property
    def agreed(self) -> Floats:
        """Agreed volume of each supplier, shape (suppliers, provinces)."""
        return self.routed * self.shares[:, None]

    @property
    def share(self) -> float:
        """Guaranteed part of the reported volume of all provinces together."""
        if np.ptp(self.shares) == 0:
            return float(self.shares[0])
        total = float(self.routed.sum())
        return float(self.agreed.sum()) / total if total > 0 else float(self.shares.mean())

    @property
    def share_by_province(self) -> Floats:
        """Guaranteed part of the reported volume, shape (provinces,); 0 where there is no main supplier."""
        share: Floats = self.shares @ _parts(self.routed, self._is_main.astype(np.float64))
        return share

    @property
    def routes(self) -> Floats:
        """Part of a province's orders of selected products that goes to each supplier, shape (suppliers, provinces).

        Orders follow the agreed volumes; where nothing is agreed, what was reported; where nothing was, the main
        supplier gets all.
        """
        return _parts(self.agreed, _parts(self.routed, self._is_main.astype(np.float64)))

    @property
    def _is_main(self) -> npt.NDArray[np.bool_]:
        here: npt.NDArray[np.bool_] = np.arange(len(self.shares))[:, None] == self.main[None, :]
        return here


def _parts(volumes: Floats, otherwise: Floats) -> Floats:
    """Each supplier's part of a province's volume; ``otherwise`` where there is no volume."""
    total = np.broadcast_to(volumes.sum(axis=0), volumes.shape)
    parts: Floats = np.divide(volumes, total, out=otherwise.copy(), where=total > 0)
    return parts


def pass_down(volumes: Volumes, limits: Floats, picking: int) -> Volumes:
    """Give provinces beyond a winner's limit to the next ones on the list with room; who has none keeps them.

    ``limits`` (suppliers,) is the most that may be agreed with each, units per year; the first ``picking`` suppliers
    take provinces. Each keeps its largest provinces. What is agreed in a province does not change while all winners
    have the same guaranteed share.
    """
    agreed, main = volumes.agreed, volumes.main.copy()
    if (agreed.sum(axis=1) <= limits).all():
        return volumes
    room = limits - (volumes.direct * volumes.shares[:, None]).sum(axis=1)
    waiting = []
    for province in np.argsort(-volumes.rest, kind="stable").tolist():
        place = int(main[province])
        if place < 0:
            continue
        asked = float(volumes.rest[province] * volumes.shares[place])
        if asked <= room[place]:
            room[place] -= asked
        else:
            waiting.append(province)
    for province in waiting:
        start = int(main[province])
        for place in [(start + step) % picking for step in range(1, picking)]:
            asked = float(volumes.rest[province] * volumes.shares[place])
            if asked <= room[place]:
                room[place] -= asked
                main[province] = place
                break
    return replace(volumes, main=main)
