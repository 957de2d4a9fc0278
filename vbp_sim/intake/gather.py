"""Rows of mapped tables to drugs, products, volumes and places: values typed, blanks filled, what was assumed said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.intake.mapping import OF_DRUG, OF_PLACE, OF_PRODUCT, Column, MarketMap, TableMap, index_of
from vbp_sim.intake.propose import Notes
from vbp_sim.intake.sheets import Sheet
from vbp_sim.intake.values import empty, flag, form, number, place, plain
from vbp_sim.scenario.limits import cut

Key = tuple[str, str]
#: places of one kind of finding that are named
NAMED = 3
_MILLIONTH = Decimal("0.000001")
_PRICES = ("ceiling", "drug_price", "pre_price", "cost", "bid")
_SHARES = ("pre_share", "trend")
_FLAGS = ("originator", "selected")
_TEXTS = ("strength", "unit", "class", "owner")


@dataclass
class Gathered:
    """What the tables say, in the order of the file. Values by role; ``volumes``: units by (drug, place)."""

    drugs: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[Key, dict[str, Any]] = field(default_factory=dict)
    volumes: dict[Key, Decimal] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """One cell of a row, and where it stands."""

    value: Any
    column: Column
    where: str


class _Findings:
    """Findings of one kind as one sentence, with the first places."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = defaultdict(list)

    def note(self, what: str, where: str) -> None:
        self._places[what].append(where)

    def sentences(self) -> Iterator[str]:
        for what, places in self._places.items():
            more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
            yield f"{what}: {', '.join(places[:NAMED])}{more}"


def gather(sheets: Sequence[Sheet], mapping: MarketMap, notes: Notes) -> tuple[Gathered, MarketMap]:
    """Read all mapped tables; the mapping comes back with what was found out about forms and strengths."""
    by_place = {(sheet.file, sheet.name): sheet for sheet in sheets}
    tables = [(_sheet(by_place, table), table) for table in mapping.tables.values()]
    strengths: dict[str, dict[str, None]] = defaultdict(dict)
    for sheet, table in tables:
        for row in _rows(sheet, table):
            if "drug" in row and "strength" in row:
                strengths[plain(row["drug"].value)][plain(row["strength"].value)] = None
    several = [name for name, found in strengths.items() if len(found) > 1]
    if several and "drugs_apart_by" not in mapping.model_fields_set:
        mapping = mapping.model_copy(update={"drugs_apart_by": "name and strength"})
        what = f"{len(several)} drugs stand with more than one strength, such as '{cut(several[0], 30)}'"
        notes.doubts.append(f"{what}: each strength was made a drug of its own (drugs_apart_by)")
    assumed, doubts = _Findings(), _Findings()
    gathered = _Reader(mapping, assumed, doubts).read(tables)
    notes.assumed += assumed.sentences()
    notes.doubts += doubts.sentences()
    rows = (row for sheet, table in tables for row in _rows(sheet, table) if "form" in row)
    texts = dict.fromkeys(plain(row["form"].value) for row in rows)
    forms = {cut(text): form(text) or text for text in texts} | mapping.forms
    return gathered, mapping.model_copy(update={"forms": forms})


def _sheet(sheets: Mapping[tuple[str, str], Sheet], table: TableMap) -> Sheet:
    sheet = sheets.get((table.file, table.sheet))
    if sheet is None:
        sheet = next((s for (file, name), s in sheets.items() if name == table.sheet and _same(file, table.file)), None)
    if sheet is None:
        named = f"{table.file}[{table.sheet}]" if table.sheet else table.file
        known = ", ".join(s.place for s in sheets.values())
        raise InputError(Problem(named, "the mapping names a table that is not there", f"given: {known}"))
    return sheet


def _same(one: str, other: str) -> bool:
    return one.replace("\\", "/").rpartition("/")[2] == other.replace("\\", "/").rpartition("/")[2]


def _rows(sheet: Sheet, table: TableMap) -> Iterator[dict[str, _Cell]]:
    """Cells by role (volumes by ``reported PLACE``) of each row; a drug or place that is not repeated holds on."""
    columns = [(index_of(name), name, column) for name, column in table.columns.items() if column.is_ != "ignore"]
    held: dict[str, _Cell] = {}
    first, last = table.rows
    for i in range(first - 1, min(last, len(sheet.rows))):
        if i + 1 in table.skip:
            continue
        row = {}
        for index, name, column in columns:
            value = sheet.rows[i][index] if 0 <= index < len(sheet.rows[i]) else ""
            if not empty(value):
                role = f"reported {column.place}" if column.place else column.is_
                row[role] = _Cell(value, column, f"{name}{i + 1}")
        if not row:
            continue
        for role in ("drug", "province"):
            if role in row:
                held[role] = row[role]
            elif role in held:
                row[role] = held[role]
        if "strength" not in row and "drug" in row and held.get("drug") is row["drug"] and "strength" in held:
            row["strength"] = held["strength"]
        elif "strength" in row:
            held["strength"] = row["strength"]
        yield row


class _Reader:
    """Puts rows into what was gathered."""

    def __init__(self, mapping: MarketMap, assumed: _Findings, doubts: _Findings) -> None:
        self.mapping, self.assumed, self.doubts = mapping, assumed, doubts
        self.found = Gathered()
        self._volumes: dict[Key, list[tuple[Decimal, str]]] = defaultdict(list)

    def read(self, tables: Sequence[tuple[Sheet, TableMap]]) -> Gathered:
        for sheet, table in tables:
            for row in _rows(sheet, table):
                self._row(row)
        for key, entries in self._volumes.items():
            self.found.volumes[key] = self._added(entries)
        return self.found

    def _row(self, row: dict[str, _Cell]) -> None:
        where = self._place(row["province"]) if "province" in row else ""
        if where:
            self._keep(self.found.places.setdefault(where, {}), row, OF_PLACE)
        if "drug" not in row:
            return
        if row["drug"].where.lstrip(ascii_uppercase) != next(iter(row.values())).where.lstrip(ascii_uppercase):
            self.assumed.note("a row without a name belongs to the drug above it", next(iter(row.values())).where)
        drug = plain(row["drug"].value)
        if self.mapping.drugs_apart_by == "name and strength" and "strength" in row:
            drug = f"{drug} {plain(row['strength'].value)}"
        self._keep(self.found.drugs.setdefault(drug, {"name": plain(row["drug"].value)}), row, OF_DRUG)
        if "manufacturer" in row:
            firm = plain(row["manufacturer"].value)
            self._keep(self.found.products.setdefault((drug, firm), {}), row, OF_PRODUCT)
        for role, cell in row.items():
            at = role.removeprefix("reported ") if cell.column.place else where if role == "reported" else ""
            if role.partition(" ")[0] == "reported" and at:
                self.found.places.setdefault(at, {})
                value = self._number(cell)
                if value is not None:
                    self._volumes[drug, at].append((value * Decimal(cell.column.times), cell.where))

    def _place(self, cell: _Cell) -> str:
        text = plain(cell.value)
        found = self.mapping.places.get(text) or place(text)
        if not found:
            self.doubts.note(f"'{cut(text, 30)}' is no place that is known, its rows are left out (places)", cell.where)
        return found

    def _keep(self, into: dict[str, Any], row: dict[str, _Cell], roles: Sequence[str]) -> None:
        for role in roles:
            cell = row.get(role)
            value = self._value(role, cell) if cell is not None else None
            if cell is None or value is None:
                continue
            if into.setdefault(role, value) != value:
                seen = f"'{into[role]}' and '{value}'"
                self.doubts.note(f"{role} of one drug or product is said twice, {seen}, the first is taken", cell.where)

    def _value(self, role: str, cell: _Cell) -> Any:
        if role in _TEXTS:
            return plain(cell.value)
        if role == "form":
            text = plain(cell.value)
            known = self.mapping.forms.get(text) or form(text)
            if not known:
                self.doubts.note(f"the form '{cut(text, 30)}' is not known, it is kept as it is (forms)", cell.where)
            elif known != text:
                self.assumed.note(f"the form '{cut(text, 30)}' is read as {known}", cell.where)
            return known or text
        if role == "regions":
            names = re.split("[、,|]", plain(cell.value))
            return "|".join(place(name) or name.strip() for name in names if name)
        if role in _FLAGS:
            said = flag(cell.value)
            if said is None:
                self.doubts.note(f"{role} '{cut(plain(cell.value), 20)}' is neither yes nor no, read as no", cell.where)
            return bool(said)
        value = self._number(cell)
        if value is None:
            return None
        if role in _PRICES:
            return self._price(role, value, cell)
        return self._share(role, value, cell) if role in _SHARES else value * Decimal(cell.column.times)

    def _number(self, cell: _Cell) -> Decimal | None:
        value = number(cell.value)
        if value is None:
            self.doubts.note(f"'{cut(plain(cell.value), 20)}' is no number, read as nothing", cell.where)
        elif value < 0 and cell.column.is_ != "trend":
            self.doubts.note(f"{value} is negative, read as nothing", cell.where)
            value = None
        return value

    def _price(self, role: str, value: Decimal, cell: _Cell) -> Decimal | None:
        value *= Decimal(cell.column.times)
        if value == 0:
            self.assumed.note(f"{role} 0 means that there is none", cell.where)
            return None
        if value % _MILLIONTH:
            self.assumed.note(f"{role} was rounded to 6 decimals", cell.where)
        return value.quantize(_MILLIONTH).normalize()

    def _share(self, role: str, value: Decimal, cell: _Cell) -> Decimal:
        if value > 1:
            self.assumed.note(f"{role} above 1 is read as per cent", cell.where)
            return value / 100
        return value

    def _added(self, entries: list[tuple[Decimal, str]]) -> Decimal:
        """The volume of a drug in a place: what its rows say together, or once where all say the same."""
        values = [value for value, _ in entries]
        if len(values) > 1 and len(set(values)) == 1:
            what = "a drug's volume stands in several rows of it, the same each time: it is counted once"
            self.doubts.note(what, entries[1][1])
            return values[0]
        if len(values) > 1:
            self.assumed.note("volumes of several rows of one drug and place were added up", entries[1][1])
        return sum(values, Decimal(0))
