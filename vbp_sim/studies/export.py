"""The study table: one row per run, readable in one line; the same bytes however the runs were computed.

pandas.read_parquet("results/NAME/study.parquet")
duckdb.sql("from 'results/NAME/study.parquet'")
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vbp_sim.runs import aside
from vbp_sim.runs.metrics import METRICS, in_order
from vbp_sim.studies.design import Design
from vbp_sim.studies.ledger import Ledger
from vbp_sim.studies.sweep_file import OWN_COLUMNS

PARQUET, CSV, FAILURES = "study.parquet", "study.csv", "failures.csv"


def export(folder: Path, ledger: Ledger, design: Design) -> None:
    """Write study.parquet, study.csv and, if there are any, failures.csv; each aside, then renamed."""
    ids = [*design.spec.levers, *design.spec.uncertainties]
    metrics = in_order([*METRICS, *ledger.metrics])
    names, at = [*OWN_COLUMNS, *ids, *metrics], len(OWN_COLUMNS)
    schema = _schema(ledger, ids, metrics)
    with aside.writing(folder / CSV) as raw, aside.writing(folder / PARQUET) as stored:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(names)
        with pq.ParquetWriter(stored, schema, compression="zstd") as table:
            for stored_rows in ledger.rows([*OWN_COLUMNS, "values"], metrics=metrics):
                block = [[*r[:at], *(flat(r[at].get(id)) for id in ids), *r[at + 1 :]] for r in stored_rows]
                columns = [_column([row[i] for row in block], field.type) for i, field in enumerate(schema)]
                table.write_table(pa.Table.from_arrays(columns, schema=schema))
                lines.writerows([aside.cell(value) for value in row] for row in block)
        text.detach()
    _failures(folder, ledger, design)


def command(folder: Path, point: int, replication: int) -> str:
    """The command that repeats one run alone."""
    return f"vbp sweep repeat {folder} --point {point} --replication {replication}"


def flat(value: Any) -> Any:
    """A value as a cell of a table has it: a map or a list as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _schema(ledger: Ledger, ids: list[str], metrics: list[str]) -> pa.Schema:
    """Numbers where every point has a number, else text."""
    kinds: dict[str, set[type]] = {id: set() for id in ids}
    for values in ledger.point_values():
        for id in ids:
            kinds[id].add(type(flat(values.get(id))))
    own = [pa.field(n, pa.string() if n in ("variant", "status") else pa.int64()) for n in OWN_COLUMNS]
    given = [pa.field(id, _arrow(kinds[id])) for id in ids]
    return pa.schema([*own, *given, *(pa.field(id, pa.float64(), metadata=_about(id)) for id in metrics)])


def _about(id: str) -> dict[str, str]:
    """Unit and meaning of a metric; nothing of one that this version does not know."""
    return {"unit": METRICS[id].unit, "meaning": METRICS[id].meaning} if id in METRICS else {}


def _arrow(kinds: set[type]) -> pa.DataType:
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        values = [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]
    return pa.array(values, kind)


def _failures(folder: Path, ledger: Ledger, design: Design) -> None:
    """failures.csv: a row per failed run with the command that repeats it; removed if nothing failed."""
    rows = [row for block in ledger.rows(FAILED, "status = 'failed'") for row in block]
    if not rows:
        (folder / FAILURES).unlink(missing_ok=True)
        return
    header = ["point", "replication", "seed", "variant", "values", "stage", "type", "message", "traceback", "command"]
    seed = design.spec.seed
    lines = ([*row[:2], seed, *map(flat, row[2:]), command(folder, row[0], row[1])] for row in rows)
    aside.write_csv(folder / FAILURES, header, lines)


#: columns of the ledger that tell of a failure
FAILED = ("point", "replication", "variant", "values", "stage", "type", "message", "traceback")
