"""Passes agreed volume down the list of winners where a winner could not make it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vbp_sim.tender.volumes import Volumes

Floats = npt.NDArray[np.float64]


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
