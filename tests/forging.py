"""A run folder whose manifest is made to agree with its tables again, as one does who forges results with care."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vbp_sim.runs.folder import run_hash


def rewrite(file: Path, **changes: Any) -> None:
    """Change top-level values of a JSON file; one that is `...` goes away."""
    content = json.loads(file.read_text(encoding="utf-8")) | changes
    content = {key: value for key, value in content.items() if value is not ...}
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def reseal(folder: Path, **changes: Any) -> None:
    """Give a manifest the hashes and row counts of the tables that lie there now, and whatever else it is to say.

    Where the manifest or the summary is no file, nothing is done; what is no table keeps its hash.
    """
    if not (folder / "manifest.json").is_file() or not (folder / "summary.json").is_file():
        return
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | changes
    for name, entry in manifest["tables"].items():
        file = folder / "tables" / f"{name}.parquet"
        if file.is_file():
            entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
            with contextlib.suppress(pa.ArrowInvalid, OSError):
                entry["rows"] = pq.read_metadata(file).num_rows
    summary = hashlib.sha256((folder / "summary.json").read_bytes()).hexdigest()
    manifest |= {"run_hash": run_hash(manifest["digest"], manifest["tables"]), "summary_sha256": summary}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def edit(file: Path, column: str, value: Any, row: int = 0) -> None:
    """Change one value of a Parquet file and nothing else: the schema stays, the bytes are those of a good file."""
    table = pq.read_table(file)
    place = table.schema.get_field_index(column)
    values = table.column(place).to_pylist()
    values[row] = value
    changed = table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))
    pq.write_table(changed, file, compression="zstd")
