"""Shortages of a run, each from its warning to its end, from the table `relief`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.clock import MONTH
from vbp_sim.engine.supply_tables import SOURCES
from vbp_sim.rules.arrays import FloatArray as Floats

#: a shortage is over, or relieved, where less than this part of the orders is missing
LITTLE = 0.01
_SUPPLIERS = SOURCES.index("brands")
_MISSING = SOURCES.index("waiting")


@dataclass(frozen=True)
class Shortage:
    """Months in a row, the first at month ``first`` (datetime64[M]), of what ``key`` names; ``units`` (months, sources)
    are the orders of selected products by who meets them, in the order of `SOURCES`."""

    key: tuple[Any, ...]
    first: np.datetime64
    units: Floats

    @property
    def parts(self) -> Floats:
        """The same as parts of the orders of a month."""
        return np.asarray(self.units / self.units.sum(axis=1, keepdims=True))

    @property
    def short(self) -> npt.NDArray[np.bool_]:
        """Months in which suppliers of the agreement deliver too little."""
        return np.asarray(self.parts[:, _SUPPLIERS:].sum(axis=1) > LITTLE)

    @property
    def relief_days(self) -> float:
        """Days from the first short month until nearly nobody waits or goes without; nan where nothing was short."""
        if not self.short.any():
            return np.nan
        begins = int(np.argmax(self.short))
        relieved = np.append(self.parts[begins:, _MISSING:].sum(axis=1) <= LITTLE, True)
        return float(np.argmax(relieved)) * MONTH


def shortages(table: Mapping[str, npt.NDArray[Any]], *names: str) -> Iterator[Shortage]:
    """Every shortage of what some columns name, such as a drug in a province, in their order and that of time."""
    month = table["month"].astype("datetime64[M]").astype(np.int64)
    at = {source: k for k, source in enumerate(SOURCES)}
    found: dict[tuple[Any, ...], dict[int, Floats]] = {}
    keys = zip(*(table[name].tolist() for name in names), strict=True)
    for key, when, source, units in zip(keys, month.tolist(), table["source"], table["units"].tolist(), strict=True):
        found.setdefault(key, {}).setdefault(when, np.zeros(len(SOURCES)))[at[source]] += units
    for key in sorted(found):
        months = np.array(sorted(found[key]))
        for run in np.split(months, np.flatnonzero(np.diff(months) > 1) + 1):
            units = np.array([found[key][when] for when in run.tolist()])
            yield Shortage(key, np.datetime64(int(run[0]), "M"), units)
