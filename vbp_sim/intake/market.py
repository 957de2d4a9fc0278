"""What was gathered to the four files of a market, with what nobody said filled in and named."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.intake.gather import Gathered, gather
from vbp_sim.intake.mapping import OF_PLACE, MarketMap, text_of
from vbp_sim.intake.propose import Notes, propose
from vbp_sim.intake.sheets import read_sheets
from vbp_sim.runs import aside
from vbp_sim.runs.load import shipped
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.scenario.places import nation

MAP, REPORT = "map.yaml", "import.txt"
#: columns besides those that a market reads
_SOURCE = "source"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Import:
    """The files of a market by name, the mapping that made them, and what a person should know."""

    files: Mapping[str, str]
    mapping: MarketMap
    notes: Notes

    def report(self) -> str:
        """All that was assumed, and all that was doubtful, one line each."""
        lines = [f"look at: {line}" for line in self.notes.doubts] + [f"assumed: {line}" for line in self.notes.assumed]
        return "".join(f"{line}\n" for line in lines)


def imported(files: Sequence[Path], mapping: MarketMap | None = None) -> Import:
    """Read tables of any usual kind; without a mapping one is proposed. Raises `InputError` if there is no market."""
    sheets = [sheet for file in files for sheet in read_sheets(file)]
    notes = Notes()
    used, mapping = gather(sheets, mapping or propose(sheets, notes), notes)
    if not used.drugs:
        raise InputError(Problem(", ".join(map(str, files)), "no row names a drug", "check the mapping"))
    if not used.volumes:
        raise InputError(Problem(", ".join(map(str, files)), "there are no reported volumes", "check the mapping"))
    tables = {
        "provinces.csv": _provinces(used, notes),
        "drugs.csv": _drugs(used, notes),
        "products.csv": _products(used, notes),
        "demand.csv": _demand(used, notes),
    }
    return Import({name: _csv(name, rows) for name, rows in tables.items()}, mapping, notes)


def write(found: Import, folder: Path) -> None:
    """Write a market folder, complete or not at all; nothing is overwritten. Raises `InputError`."""
    if folder.exists():
        what = "this exists already, and nothing is overwritten"
        raise InputError(Problem(str(folder), what, "choose another --out"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with aside.folder(folder) as hidden:
            for name, text in {**found.files, MAP: text_of(found.mapping), REPORT: found.report()}.items():
                (hidden / name).write_text(text, encoding="utf-8", newline="\n")
            try:
                read_market(hidden)
            except InputError as error:
                raise InputError(*(_of(problem, hidden, folder) for problem in error.problems)) from error
    except OSError as error:
        raise InputError(Problem(str(folder), f"cannot be made: {error.strerror}", "choose another --out")) from error


def _of(problem: Problem, hidden: Path, folder: Path) -> Problem:
    """A problem of the market as it would have been."""
    place = problem.place.replace(str(hidden), str(folder)).replace(hidden.name, folder.name)
    return Problem(place, problem.what, problem.remedy or "correct the table, or the mapping")


def _drugs(used: Gathered, notes: Notes) -> Rows:
    rows: Rows = []
    large = [id for id, said in used.drugs.items() if _large(said)]
    if large:
        notes.assumed.append(f"form: {_some(large)} of 50 ml and more, or in bags, taken for large injections")
    for id, said in used.drugs.items():
        said |= {"form": "large-injection"} if id in large else {}
        row = {"drug": id, "name_zh": said["name"] if not said["name"].isascii() else ""}
        row |= {name: said.get(name) for name in ("form", "strength", "unit", "class", "ceiling", "qualified", "trend")}
        row |= {"pre_price": said.get("drug_price"), "unit": said.get("unit") or "unit"}
        rows.append(row)
    _missing(notes, rows, "unit", [id for id, said in used.drugs.items() if "unit" not in said], "'unit' is written")
    for name, then in (
        ("form", "rules that differ by form take them for oral solids"),
        ("class", "rules that differ by class take them for ordinary drugs"),
        ("ceiling", "the round has to say where its ceiling comes from"),
    ):
        _missing(notes, rows, name, [row["drug"] for row in rows if not row.get(name)], then)
    own = {drug for (drug, _), said in used.products.items() if "pre_price" in said}
    unpriced = [row["drug"] for row in rows if not row["pre_price"] and not row["ceiling"] and row["drug"] not in own]
    if unpriced:
        notes.doubts.append(f"{_some(unpriced)} without ceiling and price before: their firms' costs are unknown")
    return rows


def _large(said: Mapping[str, Any]) -> bool:
    """Whether a drug that is called an injection, and no more, is one of large volume."""
    volumes = re.findall(r"(\d+(?:\.\d+)?) ?ml", said.get("strength", "").lower())
    return said.get("form") == "small-injection" and (said.get("unit") == "袋" or any(float(v) >= 50 for v in volumes))


def _missing(notes: Notes, rows: Rows, what: str, drugs: Sequence[str], then: str) -> None:
    if drugs:
        who = "no drug has one;" if len(drugs) == len(rows) else f"{_some(drugs)} without it:"
        notes.assumed.append(f"{what}: {who} {then}")


def _some(names: Sequence[str]) -> str:
    first = ", ".join(f"'{cut(name, 20)}'" for name in names[:3])
    return f"{first} and {len(names) - 3} more" if len(names) > 3 else first


def _products(used: Gathered, notes: Notes) -> Rows:
    rows: Rows = []
    for (drug, firm), said in used.products.items():
        row = {"drug": drug, "manufacturer": firm, "name_zh": firm if not firm.isascii() else "", **said}
        row["originator"] = int(said.get("originator", False))
        if "selected" in said:
            row["selected"] = int(said["selected"])
        rows.append(row)
    originators = Counter(row["drug"] for row in rows if row["originator"])
    if several := [drug for drug, count in originators.items() if count > 1]:
        notes.doubts.append(f"originator: {_some(several)} with more than one originator")
    made = {drug for drug, _ in used.products}
    for drug in [drug for drug in used.drugs if drug not in made]:
        used.drugs.pop(drug)
        notes.doubts.append(f"'{cut(drug, 30)}' has no manufacturer: it is left out, with its volumes")
    if rows and not any("originator" in said for said in used.products.values()):
        notes.doubts.append("originator: nothing says which product is the originator's; all are taken for generics")
    if not any("bid" in said for said in used.products.values()):
        notes.assumed.append("bid: no bids are given; unnamed firms may bid besides those named (column qualified)")
    return rows


def _demand(used: Gathered, notes: Notes) -> Rows:
    rows: Rows = []
    blank = []
    for drug in used.drugs:
        for place in used.places:
            volume = used.volumes.get((drug, place))
            if volume is None:
                blank.append(f"{cut(drug, 20)} in {place}")
            rows.append({"drug": drug, "province": place, "reported": volume if volume is not None else 0})
    if blank:
        more = f" and {len(blank) - 3} more" if len(blank) > 3 else ""
        notes.assumed.append(f"reported: where nothing is reported, nothing is needed: {', '.join(blank[:3])}{more}")
    return rows


def _provinces(used: Gathered, notes: Notes) -> Rows:
    rows: Rows = []
    filled: list[str] = []
    for place, said in used.places.items():
        known = _known().get(place, {})
        row: dict[str, Any] = {"province": place, "name_zh": nation().names_zh.get(place, "")}
        row |= {name: said.get(name, known.get(name)) for name in OF_PLACE}
        if any(name not in said for name in OF_PLACE):
            filled.append(place)
            row[_SOURCE] = known.get(_SOURCE, "")
        if lacking := [name for name in OF_PLACE if row[name] in (None, "")]:
            what = f"'{place}': nobody knows its {', '.join(lacking)}"
            raise InputError(Problem("provinces", what, "add a table with a row for each place and these columns"))
        rows.append(row)
    if filled:
        usual = "inhabitants (census of 2020) and institutions (derived) are those of the shipped markets"
        notes.assumed.append(f"provinces: {usual} for {_some(filled)}")
    return rows


@functools.cache
def _known() -> dict[str, dict[str, Any]]:
    """Rows of places in the shipped markets, by id."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(shipped().glob("markets/*/provinces.csv")):
        with file.open(encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                found.setdefault(str(row["province"]), dict(row))
    return found


def _csv(name: str, rows: Rows) -> str:
    """Rows as CSV: required columns, and those others of which something is known."""
    columns = [c.name for c in FILES[name] if c.required or any(row.get(c.name) not in (None, "") for row in rows)]
    columns += [_SOURCE] * any(_SOURCE in row for row in rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(row.get(column)) for column in columns] for row in rows])
    return text.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
