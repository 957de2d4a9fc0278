"""A market folder (provinces.csv, drugs.csv, products.csv, demand.csv) to one frozen `Market`.

All that is wrong in the four files is found at once; at most `MAX_SHOWN` problems are named.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.csv_table import Row, Table, read_table, unknown
from vbp_sim.scenario.market import Drug, Market, Product, Province
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.places import Places, nation, nested, usual_parent
from vbp_sim.scenario.yaml_source import neighbour, shown

MAX_SHOWN = 50


def read_market(folder: Path) -> Market:
    """Read and check a market. Raises `InputError` with all that is wrong in its files."""
    if not folder.is_dir():
        raise InputError(Problem(shown(folder), f"there is no market folder '{folder}'", neighbour(folder)))
    tables = {file: read_table(folder / file, columns) for file, columns in FILES.items()}
    provinces, drugs, products, demand = tables.values()
    if not any(table.problems and not table.rows for table in tables.values()):
        _check(provinces, drugs, products, demand)
    problems = [problem for table in tables.values() for problem in table.problems]
    if problems:
        raise InputError(*_first(problems, shown(folder)))
    bids = any(row["bid"] is not None for row in products.rows)
    return Market(
        name=folder.resolve().name,
        folder=str(folder),
        provinces=tuple(_province(row) for row in provinces.rows),
        drugs=tuple(_drug(row, bids) for row in drugs.rows),
        products=tuple(_product(row) for row in products.rows),
        reported=_reported(provinces, drugs, demand),
        digest=_digest(tables),
    )


def _first(problems: list[Problem], place: str) -> list[Problem]:
    if len(problems) <= MAX_SHOWN:
        return problems
    rest = len(problems) - MAX_SHOWN
    return [*problems[:MAX_SHOWN], Problem(place, f"{rest} more problems", "correct these first")]


def _check(provinces: Table, drugs: Table, products: Table, demand: Table) -> None:
    """Checks across the files."""
    known_provinces, known_drugs = provinces.index("province"), drugs.index("drug")
    products.index("drug", "manufacturer")
    demand.index("drug", "province")
    for table, row in [*((products, r) for r in products.rows), *((demand, r) for r in demand.rows)]:
        if row["drug"] is not None and row["drug"] not in known_drugs:
            unknown(table, row, "drug", list(known_drugs), "drug in drugs.csv")
    for row in demand.rows:
        if row["province"] is not None and row["province"] not in known_provinces:
            unknown(demand, row, "province", list(known_provinces), "province in provinces.csv")
    _regions(products, list(known_provinces))
    _shares(products)
    _somebody(provinces)
    _apart(provinces, known_provinces)
    made = {row["drug"] for row in products.rows}
    for drug, row in known_drugs.items():
        if drug not in made:
            drugs.note(
                row.line,
                "drug",
                f"the drug '{drug}' has no product",
                "add one to products.csv, or remove the drug",
            )
    _demanded(drugs, known_drugs, "drug", demand)
    _demanded(provinces, known_provinces, "province", demand)


def _regions(products: Table, known: list[str]) -> None:
    for row in products.rows:
        for region in row["regions"] or ():
            if region not in known:
                part = Row(row.line, {"regions": region})
                unknown(products, part, "regions", known, "province in provinces.csv")


def _shares(products: Table) -> None:
    total: dict[str, float] = defaultdict(float)
    for row in products.rows:
        total[row["drug"]] += row["pre_share"] or 0.0
        if total[row["drug"]] > 1 + 1e-6:
            what = f"the shares of '{row['drug']}' add up to {total[row['drug']]:g}, more than 1"
            products.note(row.line, "pre_share", what, "shares of one drug add up to at most 1")
            total[row["drug"]] = -float("inf")


def _somebody(provinces: Table) -> None:
    for row in provinces.rows:
        counts = [row[level] for level in ("tertiary", "secondary", "primary")]
        if None not in counts and sum(counts) == 0:
            provinces.note(
                row.line, "tertiary", f"no institution of '{row['province']}' takes part", "give at least one"
            )


def _apart(provinces: Table, known: dict[str, Row]) -> None:
    """Every place lies where the nation has it, none in itself, and none in another one of the file."""
    own = {name: row["parent"] or usual_parent(name) for name, row in known.items()}
    places = Places({**own, **nation().parents})
    for name, row in known.items():
        right, above = places.parent(name), places.above(name)
        if own[name] != right:
            what = f"'{name}' lies in '{right}'" if right else f"'{name}' is a province, which lies in no other place"
            remedy = "leave the cell empty, or take another id"
            provinces.note(row.line, "parent", f"{what}, not in '{own[name]}'", remedy)
        elif name in above:
            what = f"'{name}' lies in itself, by way of {', '.join(above)}"
            provinces.note(row.line, "parent", what, "correct the parents, or leave the cell empty")
        elif around := next((place for place in above if place in known), ""):
            provinces.note(row.line, "province", *nested(name, around, f"this file (line {known[around].line})"))


def _demanded(table: Table, known: dict[str, Row], column: str, demand: Table) -> None:
    wanted = {row[column] for row in demand.rows if row["reported"]}
    for name, row in known.items():
        if name not in wanted:
            what = f"the {column} '{name}' has no reported volume"
            table.note(row.line, column, what, f"add rows to demand.csv, or remove the {column}")


def _province(row: Row) -> Province:
    weight = row["demand_weight"] if row["demand_weight"] is not None else row["population"]
    counts = (row["tertiary"], row["secondary"], row["primary"])
    parent = row["parent"] or usual_parent(row["province"])
    return Province(row["province"], row["name_zh"] or "", row["population"], *counts, weight, parent)


def _drug(row: Row, bids: bool) -> Drug:
    """A drug; ``bids``: the market has some, so that it names all bidders where it does not say how many there are."""
    name, form, strength, unit, drug_class = (
        row[column] or "" for column in ("name_zh", "form", "strength", "unit", "class")
    )
    numbers = row["ceiling"], row["pre_price"], row["qualified"]
    named = bids and row["qualified"] is None
    kind, trend = row["kind"] or "drug", row["trend"] or 0.0
    return Drug(row["drug"], name, form, strength, unit, drug_class, *numbers, named, kind, trend)


def _product(row: Row) -> Product:
    texts = {name: row[name] or "" for name in ("owner", "name_zh")}
    return Product(**{**row.cells, "regions": row["regions"] or (), **texts})


def _reported(
    provinces: Table, drugs: Table, demand: Table
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    column = {row["province"]: i for i, row in enumerate(provinces.rows)}
    line = {row["drug"]: i for i, row in enumerate(drugs.rows)}
    reported = np.zeros((len(line), len(column)))
    for row in demand.rows:
        reported[line[row["drug"]], column[row["province"]]] = row["reported"]
    reported.setflags(write=False)
    return reported


def _digest(tables: dict[str, Table]) -> str:
    digest = hashlib.sha256()
    for file, table in sorted(tables.items()):
        digest.update(f"{file} {len(table.data)}\n".encode())
        digest.update(table.data)
    return digest.hexdigest()
