"""What was bought of awarded drugs before and in the first agreement year, and at which prices: the base of metrics
that compare spending and volumes as published studies do.

    basket = run.basket
    basket.spend(1) / basket.spend(0) - 1  # raw change

Tables hold volumes of the selected product, of other generics and of other originators, and prices by product, but no
money by drug. So each of the three groups is valued at its price: the selected product's own, and the plain mean of
the others (with the generics that may not bid, at the generics' mean). Summed over drugs this is within one per cent of
the money of the fund table in the shipped scenarios; a test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.savings import LATE, Bools, Floats, Ints, Table, Tables, codes, least_by, mean_by, rows_in

#: columns of the use table that are valued apart
GROUPS = ("selected", "generic", "originator")
SELECTED, GENERIC, ORIGINATOR = range(3)
#: months of the first agreement that are looked at
YEAR = 12


@dataclass(frozen=True)
class Basket:
    """Cells are drugs x places x levels with months on both sides of the first supply.

    ``volume`` units a month, ``price`` yuan per unit, both of shape (2, groups, cells): before the first agreement, and
    in its first `YEAR` months. ``alone`` (2, cells): the volume of the same months in a world without VBP; None where
    no such world was run.
    """

    volume: Floats
    price: Floats
    alone: Floats | None = None

    @classmethod
    def of(cls, tables: Tables, rounds: tuple[str, ...], control: Tables | None = None) -> Basket:
        """From the tables of one replication; ``rounds`` in the order of their openings."""
        use, first = tables["use"], _first(tables["allocation"], rounds)
        cell, _, cells = codes(use, use, "drug", "province", "level")
        pair, at, pairs = codes(use, first, "drug", "province")
        since = months_since(use["month"], use["agreed"] > 0, pair, pairs)
        home = np.zeros(cells, dtype=np.int64)
        home[cell] = pair
        volume = np.stack([monthly(use[group], since, cell, cells) for group in GROUPS], axis=1)
        known = ~np.isnan(volume).any(axis=(0, 1))
        alone = None
        if control is not None:
            supplied = control["use"]["need"] - control["use"]["unmet"] - control["use"]["alternatives"]
            alone = monthly(supplied, since, cell, cells)[:, known]
        return cls(volume[..., known], _prices(first, tables["prices"], at, pairs)[..., home[known]], alone)

    def spend(self, period: int) -> float:
        """Yuan a month before (0) or after (1)."""
        return float((self.price[period] * self.volume[period]).sum())

    def units(self, period: int, *groups: int) -> float:
        """Units a month of some groups, of all without any."""
        return float(self.volume[period, list(groups) or slice(None)].sum())

    def at_earlier_shares(self, period: int) -> float:
        """Yuan a month of the later volume of each cell at the shares of before, at the prices of a period."""
        return float((self._unit_cost(period) * self.volume[1].sum(axis=0)).sum())

    @property
    def trend(self) -> float:
        """Volume of a world without VBP, later over earlier, valued at what a unit cost before; nan without one."""
        if self.alone is None:
            return np.nan
        before, after = (float((self._unit_cost(0) * units).sum()) for units in self.alone)
        return after / before if before else np.nan

    def _unit_cost(self, period: int) -> Floats:
        """Yuan per unit of each cell at the shares of before."""
        units, yuan = self.volume[0].sum(axis=0), (self.price[period] * self.volume[0]).sum(axis=0)
        return np.asarray(np.divide(yuan, units, out=np.zeros_like(units), where=units > 0))


def months_since(month: npt.NDArray[Any], running: Bools, cell: Ints, cells: int) -> Ints:
    """Months of each row since the first one of its cell in which an agreement runs; a year where none ever does."""
    number, start = month.astype("datetime64[M]").astype(np.int64), np.full(cells, LATE)
    np.minimum.at(start, cell[running], number[running])
    begins = start[cell]
    return np.where(begins == LATE, YEAR, number - np.where(begins == LATE, 0, begins))


def monthly(values: Floats, since: Ints, cell: Ints, cells: int) -> Floats:
    """Mean month of each cell before and in the first year, (2, cells); nan where a cell has no such month."""
    periods = since < 0, (since >= 0) & (since < YEAR)
    return np.stack([mean_by(values[rows], cell[rows], cells) for rows in periods])


def _first(allocation: Table, rounds: tuple[str, ...]) -> Table:
    """Rows of the allocation table that belong to the first agreement of their drug and place."""
    rank = {name: i for i, name in enumerate(rounds)}
    mine = np.array([rank.get(name, len(rounds)) for name in allocation["round"].tolist()], dtype=np.int64)
    first = mine == least_by(allocation, allocation, mine, "drug", "province")
    return {column: values[first] for column, values in allocation.items()}


def _prices(won: Table, prices: Table, at: Ints, pairs: int) -> Floats:
    """Price by period and group of each drug and place, (2, groups, pairs); 0 where nobody won.

    ``won``: rows of the first agreements, ``at`` the drug and place of each. A product that is selected elsewhere only
    costs here what it did.
    """
    tender, of, tenders = codes(won, prices, "round", "drug")
    main = rows_in({**won, "manufacturer": won["main"]}, prices, "round", "drug", "manufacturer")
    before = prices["price_before"]
    each = np.stack([before, np.where(prices["selected"], before, prices["price_after"])])
    found = np.zeros((2, len(GROUPS), pairs))
    home = np.zeros(pairs, dtype=np.int64)
    home[at] = tender
    one = np.unique(np.stack([at, main]), axis=1)
    originator = np.asarray(prices["originator"], dtype=np.bool_)
    generics = _mean(before, of, tenders, ~originator)
    usual = np.where(np.isnan(generics), _mean(before, of, tenders, np.ones_like(originator)), generics)[home]
    for p, values in enumerate(each):
        for group, wanted in ((GENERIC, ~originator), (ORIGINATOR, originator)):
            rows, here = wanted & ~np.isnan(values), one[:, (wanted & ~np.isnan(values))[one[1]]]
            total = np.bincount(of[rows], values[rows], tenders)[home] - np.bincount(here[0], values[here[1]], pairs)
            count = np.bincount(of[rows], minlength=tenders)[home] - np.bincount(here[0], minlength=pairs)
            if group == GENERIC:
                total, count = total + usual, count + 1
            found[p, group] = np.divide(total, count, out=usual.copy(), where=count > 0)
    weight = won["agreed"] + 1e-9
    both = np.where(np.isnan(before[main]), usual[at], before[main]), won["price"]
    for p, values in enumerate(both):
        share = np.bincount(at, weight, pairs)
        found[p, SELECTED] = np.divide(
            np.bincount(at, weight * values, pairs), share, out=usual.copy(), where=share > 0
        )
    return found


def _mean(values: Floats, of: Ints, size: int, wanted: Bools) -> Floats:
    """Mean of the wanted known values by their number; nan where there is none."""
    rows = wanted & ~np.isnan(values)
    return mean_by(values[rows], of[rows], size)
