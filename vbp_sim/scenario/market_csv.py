"""A market folder (provinces.csv, drugs.csv, products.csv, demand.csv) to one frozen `Market`.

All that is wrong in the four files is found at once, causes before consequences; `MAX_SHOWN` problems are named.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.csv_table import Row, Table, read_table, unknown
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.market import LEVELS, Drug, Market, Product, Province, ShortageClass
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.places import Places, nation, nested, usual_parent
from vbp_sim.scenario.yaml_source import neighbour, shown

#: problems that are named
MAX_SHOWN = 14
#: firms that a market may name for one drug, as many as may be `qualified`
MOST_FIRMS = 300
#: columns of a drug's class, all of them or none
CLASS = ("class_atc", "ddd", "equivalence")
#: institutions that a market may have
MOST_INSTITUTIONS = 2_000_000


def read_market(folder: Path) -> Market:
    """Read and check a market. Raises `InputError` with all that is wrong in its files."""
    if not folder.is_dir():
        raise InputError(Problem(shown(folder), f"there is no market folder '{folder}'", neighbour(folder)))
    tables = {file: read_table(folder / file, columns) for file, columns in FILES.items()}
    provinces, drugs, products, demand = tables.values()
    if all(table.rows for table in tables.values()):
        _check(provinces, drugs, products, demand)
    problems = [problem for table in tables.values() for problem in table.problems()]
    if problems:
        causes_first = [problem for _, problem in sorted(problems, key=lambda ranked: ranked[0])]
        raise InputError(*_first(causes_first, shown(folder)))
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
    """Checks across the files; none that could only repeat what is said of a cell that was not read."""
    known_provinces, known_drugs = provinces.index("province"), drugs.index("drug")
    products.index("drug", "manufacturer")
    demand.index("drug", "province")
    if drugs.read("drug"):
        for table in (products, demand):
            _named(table, "drug", known_drugs, "drugs.csv")
    if provinces.read("province"):
        _named(demand, "province", known_provinces, "provinces.csv")
        _regions(products, known_provinces)
    _shares(products)
    _classes(drugs)
    _many(products)
    _somebody(provinces)
    _apart(provinces, known_provinces)
    if products.read("drug"):
        made = {row["drug"] for row in products.rows}
        for drug, row in known_drugs.items():
            if drug not in made:
                why = f"the drug '{cut(drug)}' has no product", "add one to products.csv, or remove the drug"
                drugs.note(row.line, "drug", "unmade", why, drug)
    if demand.read("drug", "province", "reported"):
        _demanded(drugs, known_drugs, "drug", demand)
        _demanded(provinces, known_provinces, "province", demand)


def _named(table: Table, column: str, known: Mapping[str, Row], file: str) -> None:
    for row in table.rows:
        if row[column] is not None and row[column] not in known:
            unknown(table, row, column, row[column], known, file)


def _regions(products: Table, known: Mapping[str, Row]) -> None:
    for row in products.rows:
        region = next((region for region in row["regions"] or () if region not in known), None)
        if region is not None:
            unknown(products, row, "regions", region, known, "provinces.csv")


def _shares(products: Table) -> None:
    total: dict[str, float] = defaultdict(float)
    for row in products.rows:
        name = row["drug"]
        total[name] += row["pre_share"] or 0.0
        if name is not None and total[name] > 1 + 1e-6:
            what = f"the shares of '{cut(name)}' add up to {total[name]:g}, more than 1"
            products.note(row.line, "pre_share", "sum", (what, "shares of one drug add up to at most 1"), name)
            total[name] = -float("inf")


def _classes(drugs: Table) -> None:
    """A drug has all columns of its class or none."""
    for row in drugs.rows:
        lacking = [column for column in CLASS if row[column] is None]
        if 0 < len(lacking) < len(CLASS) and drugs.read(*CLASS):
            drug = row["drug"] or ""
            what = f"the drug '{cut(drug)}' has a part of its class, and no {' and no '.join(lacking)}"
            remedy = f"fill in {', '.join(CLASS)}, or leave all three empty"
            drugs.note(row.line, lacking[0], "class", (what, remedy), drug)


def _many(products: Table) -> None:
    """A drug has no more firms than may be qualified for it."""
    named = Counter(row["drug"] for row in products.rows if row["drug"] is not None)
    for row in products.rows:
        if (count := named.get(row["drug"], 0)) > MOST_FIRMS:
            what = f"{count:,} firms make '{cut(row['drug'])}'; a drug has at most {MOST_FIRMS}"
            products.note(row.line, "drug", "many", (what, "leave some out"), row["drug"])
            del named[row["drug"]]


def _somebody(provinces: Table) -> None:
    total = 0
    for row in provinces.rows:
        counts = [row[level] for level in LEVELS]
        if None in counts:
            continue
        if sum(counts) == 0:
            place = row["province"] or ""
            why = f"no institution of '{cut(place)}' takes part", "give at least one"
            provinces.note(row.line, "tertiary", "nobody", why, place)
        total += sum(counts)
    if total > MOST_INSTITUTIONS:
        what = f"{total:,} institutions take part in all", f"a market has at most {MOST_INSTITUTIONS:,}"
        provinces.note(provinces.rows[0].line, "", "sum", what)


def _apart(provinces: Table, known: Mapping[str, Row]) -> None:
    """Every place lies where the nation has it, none in itself, and none in another one of the file."""
    own = {name: row["parent"] or usual_parent(name) for name, row in known.items()}
    places = Places({**own, **nation().parents})
    for name, row in known.items():
        right, above = places.parent(name), places.above(name)
        if own[name] != right:
            what = f"'{name}' lies in '{right}'" if right else f"'{name}' is a province, which lies in no other place"
            why = f"{what}, not in '{cut(own[name])}'", "leave the cell empty, or take another id"
            provinces.note(row.line, "parent", "place", why, own[name])
        elif name in above:
            what = f"'{cut(name)}' lies in itself, by way of {cut(', '.join(above))}"
            why = what, "correct the parents, or leave the cell empty"
            provinces.note(row.line, "parent", "place", why, own[name])
        elif around := next((place for place in above if place in known), ""):
            where = f"this file (line {known[around].line})"
            provinces.note(row.line, "province", "nested", nested(name, around, where), name)


def _demanded(table: Table, known: Mapping[str, Row], column: str, demand: Table) -> None:
    wanted = {row[column] for row in demand.rows if row["reported"]}
    for name, row in known.items():
        if name not in wanted:
            what = f"the {column} '{cut(name)}' has no reported volume"
            table.note(row.line, column, "unwanted", (what, f"add rows to demand.csv, or remove the {column}"), name)


def _province(row: Row) -> Province:
    weight = row["demand_weight"] if row["demand_weight"] is not None else row["population"]
    counts = (row["tertiary"], row["secondary"], row["primary"])
    parent = row["parent"] or usual_parent(row["province"])
    known, given = nation().remoteness, row["remoteness"]
    remoteness = given if given is not None else known.get(row["province"], 0.0)
    return Province(row["province"], row["name_zh"] or "", row["population"], *counts, weight, parent, remoteness)


def _drug(row: Row, bids: bool) -> Drug:
    """A drug; ``bids``: the market has some, so that it names all bidders where it does not say how many there are."""
    name, form, strength, unit, drug_class = (
        row[column] or "" for column in ("name_zh", "form", "strength", "unit", "class")
    )
    numbers = row["ceiling"], row["pre_price"], row["qualified"]
    named = bids and row["qualified"] is None
    kind, more = row["kind"] or "drug", (row["trend"] or 0.0, row["inpatient_share"] or 0.0, row["cost"])
    classed = row["class_atc"] or "", row["ddd"], row["equivalence"] or 0.0
    prone: ShortageClass = row["shortage_class"] or ("prone" if "injection" in form else "usual")
    return Drug(row["drug"], name, form, strength, unit, drug_class, *numbers, named, kind, *more, *classed, prone)


def _product(row: Row) -> Product:
    texts = {name: row[name] or "" for name in ("owner", "name_zh", "site", "api_maker")}
    return Product(**{**row.cells, "regions": row["regions"] or (), **texts})


def _reported(provinces: Table, drugs: Table, demand: Table) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
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
