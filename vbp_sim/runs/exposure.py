"""What falls with one site, one maker of an ingredient or one firm: its part of what was agreed in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs.folder import RunFolder

By = Literal["site", "api_maker", "manufacturer"]


@dataclass(frozen=True)
class Falls:
    """What one name stands for: the ``share`` of the agreed value of a replication, over all its agreements; the part
    of it for which no ``backup`` is named; and the products, drugs and provinces."""

    name: str
    share: float
    no_backup: float
    products: tuple[tuple[str, str], ...]
    drugs: int
    provinces: int


def falls(run: RunFolder, by: By, replication: int) -> list[Falls]:
    """Every known name of a kind, the largest first; products of which the market does not say it are left out.

    Raises `InputError` where nothing is known.
    """
    rows = run.table("allocation", ["replication", "drug", "province", "main", "backup", "price", "agreed"])
    mine = rows["replication"] == replication
    value = rows["agreed"] * rows["price"] * mine
    made = names(run, by)
    if not made:
        remedy = f"give products.csv the column {by}, and run it again"
        raise InputError(Problem(str(run.path), f"the market of this run names no {by}", remedy))
    of = [made.get(key, "") for key in zip(rows["drug"].tolist(), rows["main"].tolist(), strict=True)]
    name, found = np.array(of, dtype=object), []
    for one in sorted({*made.values()} - {""}):
        here = mine & (name == one)
        worth = float(value[here].sum())
        found.append(
            Falls(
                one,
                worth / float(value.sum()) if value.any() else 0.0,
                float(value[here & (rows["backup"] == "")].sum()) / worth if worth else 0.0,
                tuple(sorted(key for key, its in made.items() if its == one)),
                len({*rows["drug"][here].tolist()}),
                len({*rows["province"][here].tolist()}),
            )
        )
    return sorted(found, key=lambda each: (-each.share, each.name))


def names(run: RunFolder, by: By) -> dict[tuple[str, str], str]:
    """Site, maker of the ingredient or manufacturer of each (drug, manufacturer), where it is known."""
    table, of = ("bids", "manufacturer") if by == "manufacturer" else ("sites", by)
    columns = run.table(table, ["drug", "manufacturer"] if by == "manufacturer" else ["drug", "manufacturer", by])
    keys = zip(columns["drug"].tolist(), columns["manufacturer"].tolist(), strict=True)
    return {key: name for key, name in zip(keys, columns[of].tolist(), strict=True) if name}


def products_at(run: RunFolder, site: str) -> set[tuple[str, str]]:
    """Products, (drug, manufacturer), that are made at a site. Raises `InputError` for one that the run knows not."""
    made = names(run, "site")
    if site not in made.values():
        remedy = nearest(site, sorted({*made.values()})) if made else "the market of this run names no sites"
        raise InputError(Problem(f"--site {site}", "no product of this run is made there", remedy))
    return {key for key, its in made.items() if its == site}
