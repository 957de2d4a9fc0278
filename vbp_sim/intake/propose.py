"""Finds the table in a sheet and proposes what its columns are; says what it assumed and what a person should look at.

proposal = propose(read_sheets(Path("return.csv")))
proposal.mapping, proposal.notes.doubts
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from xlsxwriter.utility import xl_col_to_name as letter

from vbp_sim.errors import InputError, Problem
from vbp_sim.intake.mapping import OF_PLACE, Column, MarketMap, Role, TableMap
from vbp_sim.intake.sheets import Sheet
from vbp_sim.intake.values import TIMES, date, empty, flag, number, place, plain, words
from vbp_sim.scenario.limits import cut

#: rows at the top of a sheet among which the header is looked for
TOP = 60
#: rows above the header's last that may belong to it
ABOVE = 2
#: what "in thousands" and the like are in headers
_ENGLISH = {"thousand": 1000, "'000": 1000, "10,000": 10_000, "million": 1_000_000}


@dataclass
class Notes:
    """What was taken for granted, and what a person should look at before it is used."""

    assumed: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    """What a header says: the column's role (empty: unknown), whether word for word, its place, what numbers count."""

    text: str
    role: str = ""
    exact: bool = False
    place: str = ""
    times: float = 1


def propose(sheets: Sequence[Sheet], notes: Notes) -> MarketMap:
    """Propose a mapping of sheets that have a header known; InputError if none has."""
    tables: dict[str, TableMap] = {}
    for sheet in sheets:
        table = _table(sheet, notes)
        if table is None:
            notes.assumed.append(f"{sheet.place}: no header with known columns was found; the sheet is left out")
            continue
        tables[f"table-{len(tables) + 1}"] = table
    roles = {column.is_ for table in tables.values() for column in table.columns.values()}
    if "drug" not in roles:
        seen = ", ".join(sheet.place for sheet in sheets)
        what = "no column with names of drugs was found (通用名, generic name, drug)"
        raise InputError(Problem(seen, what, "name the column so, or write a mapping (see `vbp import --help`)"))
    for role, names in (("reported", "reported volumes"), ("manufacturer", "manufacturers")):
        if role not in roles:
            notes.doubts.append(f"no column with {names} was found")
    if not roles & {"ceiling", "pre_price", "drug_price"}:
        notes.doubts.append("no column with a price was found (ceiling, or price before)")
    return MarketMap(tables=tables)


def _table(sheet: Sheet, notes: Notes) -> TableMap | None:
    """The table of a sheet."""
    found = _header(sheet)
    if found is None:
        return None
    rows, headings = found
    columns = _columns(sheet, headings, rows[-1], notes)
    skip, last = _body(sheet, rows, columns, notes)
    named = {
        letter(i): Column.model_validate({"says": h.text, "is": role, "place": h.place, "times": h.times})
        for i, (h, role) in enumerate(zip(headings, columns, strict=True))
        if h.text or role != "ignore"
    }
    header = ", ".join(str(row + 1) for row in rows)
    notes.assumed.append(
        f"{sheet.place}: read as {sheet.how}; header in row {header}, {last - rows[-1] - len(skip)} rows of data"
    )
    return TableMap(
        file=sheet.file,
        sheet=sheet.name,
        header=tuple(row + 1 for row in rows),
        rows=(rows[-1] + 2, last + 1),
        skip=tuple(row + 1 for row in skip),
        columns=named,
    )


def _header(sheet: Sheet) -> tuple[list[int], list[Heading]] | None:
    """Rows of the header and what each column's says: the rows near the top of which most is known."""
    best: tuple[int, list[int], list[Heading]] | None = None
    for last in range(min(TOP, len(sheet.rows))):
        if sum(not empty(cell) for cell in sheet.rows[last]) < 2:
            continue
        for above in range(min(ABOVE, last) + 1):
            rows = list(range(last - above, last + 1))
            if above and not _group(sheet, rows[0]):
                break
            headings = [heading(parts) for parts in _stacked(sheet, rows)]
            known = {h.place or h.role for h in headings if h.role} - {"ignore"}
            score = 2 * len(known) - above + 2 * any(h.times != 1 for h in headings)
            if len(known) >= 2 and (best is None or score > best[0]):
                best = score, rows, headings
    return best[1:] if best is not None else None


def _group(sheet: Sheet, row: int) -> bool:
    """Whether a row names groups of columns: two or more texts, no numbers."""
    cells = [cell for cell in sheet.rows[row] if not empty(cell)]
    return len({plain(cell) for cell in cells}) >= 2 and all(number(cell) is None for cell in cells)


def _stacked(sheet: Sheet, rows: Sequence[int]) -> list[list[str]]:
    """The texts above each column, from the top; a group's text holds for the columns to its right without one."""
    width = len(sheet.rows[rows[0]])
    stacks: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        group = ""
        for i, cell in enumerate(sheet.rows[row]):
            text = plain(cell)
            group = text or (group if row != rows[-1] and not _own(sheet, rows, row, i) else "")
            if group and group not in stacks[i]:
                stacks[i].append(group)
    return stacks


def _own(sheet: Sheet, rows: Sequence[int], row: int, column: int) -> bool:
    """Whether merged cells say that a group ends before a column."""
    if not sheet.merged:
        return False
    return not any(
        first[0] <= row <= last[0] and first[1] <= column <= last[1] and first[1] != last[1]
        for first, last in sheet.merged
    )


def heading(parts: Sequence[str]) -> Heading:
    """What the texts above a column say, the lowest first of all."""
    text = " / ".join(parts)
    times = next((t for part in reversed(parts) if (t := _times(part)) != 1), 1.0)
    for depth, part in enumerate(reversed(parts)):
        above = [_role(other)[0] for other in parts[: len(parts) - 1 - depth]]
        role, exact = _role(part)
        where = place(_base(part)) or _place_in(part)
        if where and role in ("", "reported") and not {*above} & {*get_args(Role)} - {"reported", "ignore"}:
            return Heading(text, "reported", True, where, times)
        if role:
            return Heading(text, role, exact and depth == 0, "", times)
    return Heading(text, times=times)


def _base(text: str) -> str:
    """A header without what stands in brackets."""
    return re.sub(r"[(\[【][^)\]】]*[)\]】]?", "", text).strip(" :*") or text


def _times(text: str) -> float:
    inside = " ".join(re.findall(r"[(\[【]([^)\]】]*)", text)).lower()
    found = [times for sign, times in (*TIMES.items(), *_ENGLISH.items()) if sign in inside]
    return float(max(found, default=1))


def _role(text: str) -> tuple[str, bool]:
    """The role that a header names, and whether word for word."""
    wanted = _base(text).lower()
    known = dict(words("column"))
    if wanted in known:
        return known[wanted], True
    if place(wanted):
        return "", False
    inside = [word for word in known if (len(word) > 1 if word > "~" else len(word) > 3) and word in wanted]
    return (known[max(inside, key=len)], False) if inside else ("", False)


def _place_in(text: str) -> str:
    """The place with which a header such as 湖北省需求量 begins."""
    for length in range(min(12, len(text)), 1, -1):
        if found := place(text[:length]):
            return found
    return ""


def _columns(sheet: Sheet, headings: Sequence[Heading], header: int, notes: Notes) -> list[str]:
    """The role of each column; of two that claim one, the better named is taken."""
    roles: list[str] = []
    counted = Counter(h.role for h in headings if h.role and not h.place)
    for i, h in enumerate(headings):
        where = f"{sheet.place}, column {letter(i)} ('{cut(h.text, 40)}')"
        cells = [row[i] for row in sheet.rows[header + 1 :] if not empty(row[i])]
        role, assumed, doubt = "ignore", "", ""
        if h.role == "total":
            assumed = "a total, left out"
        elif not h.role:
            assumed = "not known, left out" if cells else ""
        elif counted[h.role] > 1 and not h.place and h.role != "ignore":
            others = [j for j, other in enumerate(headings) if other.role == h.role and not other.place]
            best = next((j for j in others if headings[j].exact), others[0])
            role = h.role if i == best else "ignore"
            doubt = "" if i == best else f"column {letter(best)} is read as {h.role}, this one is left out"
        elif not _fits(h.role, cells):
            doubt = f"its cells do not look like {h.role} ('{cut(plain(cells[0]), 20)}'), left out"
        else:
            role = h.role
            assumed = f"read as {h.role}" if not h.exact and h.role != "ignore" else ""
        roles.append(role)
        notes.assumed += [f"{where}: {assumed}"] if assumed else []
        notes.doubts += [f"{where}: {doubt}"] if doubt else []
        if h.times != 1 and role != "ignore":
            notes.assumed.append(f"{where}: numbers count {h.times:,.0f}")
    return roles


#: what cells of a role must be
_NUMBERS = ("ceiling", "drug_price", "pre_price", "pre_share", "capacity", "cost", "bid", "reported", "qualified",
            "trend", *OF_PLACE)  # fmt: skip


def _fits(role: str, cells: Sequence[Any]) -> bool:
    """Whether most cells can be what the header says."""
    if not cells or role == "ignore":
        return True
    if role in _NUMBERS:
        good = sum(number(cell) is not None for cell in cells)
    elif role in ("originator", "selected"):
        good = sum(flag(cell) is not None for cell in cells)
    else:
        good = sum(number(cell) is None and not date(cell) for cell in cells)
        good = len(cells) if role in ("strength", "class", "unit", "drug") else good
    return 2 * good >= len(cells)


def _body(sheet: Sheet, header: Sequence[int], roles: Sequence[str], notes: Notes) -> tuple[list[int], int]:
    """Rows between the first and the last one of data that are none, and the last one."""
    named = [i for i, role in enumerate(roles) if role in ("drug", "manufacturer", "province")]
    total, footer = {word for word, role in words("column") if role == "total"}, [w for w, _ in words("footer")]
    skip: dict[int, str] = {}
    last = header[-1]
    for row in range(header[-1] + 1, len(sheet.rows)):
        cells = sheet.rows[row]
        filled = [plain(cell) for cell in cells if not empty(cell)]
        first = filled[0].lower() if filled else ""
        if not filled:
            skip[row] = "blank"
        elif any(plain(cells[i]).lower().rstrip(":") in total for i in named) or first.rstrip(":") in total:
            skip[row] = "total"
        elif len(filled) <= 2 and any(first.startswith(word) for word in footer):
            skip[row] = "note"
        elif [plain(c) for c in cells] == [plain(c) for c in sheet.rows[header[-1]]]:
            skip[row] = "repeated header"
        else:
            last = row
    for kind in ("total", "note", "repeated header"):
        rows = [row + 1 for row, what in skip.items() if what == kind]
        if rows:
            shown = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
            notes.assumed.append(f"{sheet.place}: row {shown}: a {kind}, left out")
    for row in (row for row, what in skip.items() if what == "total"):
        _compare(sheet, row, [r for r in range(header[-1] + 1, row) if r not in skip], roles, notes)
    return [row for row in skip if row < last], last


def _compare(sheet: Sheet, total: int, rows: Sequence[int], roles: Sequence[str], notes: Notes) -> None:
    """A total that is not what stands above it is worth a look."""
    wrong = []
    for i, role in enumerate(roles):
        said = number(sheet.rows[total][i])
        if role == "reported" and said is not None:
            added = sum(n for row in rows if (n := number(sheet.rows[row][i])) is not None)
            if abs(added - said) > abs(said) / 1000:
                wrong.append(f"{letter(i)} says {said:,}, the rows add up to {added:,}")
    if wrong:
        more = f", and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        notes.doubts.append(f"{sheet.place}: the total in row {total + 1} differs: {'; '.join(wrong[:2])}{more}")
