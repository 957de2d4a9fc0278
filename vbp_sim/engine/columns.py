"""What a table and a column are, and the columns that several tables have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: int: 64-bit; float: 64-bit, nan = not known or does not apply; text: "" = none; month, date: calendar dates
Kind = Literal["int", "float", "bool", "text", "month", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table of a run folder, stored as tables/NAME.parquet with one row group per replication."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in their stored order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError with the known names if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}; it has {', '.join(self.names)}")


REPLICATION = Column("replication", "int", "-", "number of the replication, from 0")
ROUND = Column("round", "text", "-", "bidding round")
DRUG = Column("drug", "text", "-", "drug")
FIRM = Column("manufacturer", "text", "-", "manufacturer of the product")
ORIGINATOR = Column("originator", "bool", "-", "the product is the originator's")
PROVINCE = Column("province", "text", "-", "province, or city of a pilot")
LEVEL = Column("level", "text", "-", "level of hospital: tertiary, secondary or primary")
MONTH = Column("month", "month", "-", "month, stored as its first day")


def table(name: str, meaning: str, *columns: Column | tuple[str, Kind, str, str]) -> Table:
    declared = tuple(c if isinstance(c, Column) else Column(*c) for c in columns)
    return Table(name, meaning, (REPLICATION, *declared))
