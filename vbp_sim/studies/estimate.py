"""What a study would take, from a measured sample of its runs: time, and room on the disk."""

from __future__ import annotations

import dataclasses
import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.errors import RunError
from vbp_sim.runs.workers import default_workers
from vbp_sim.studies.export import export
from vbp_sim.studies.ledger import NAME, Ledger, PointRow
from vbp_sim.studies.sweep import Options, Study, run_key
from vbp_sim.studies.work import Chunk, Receipt, Task, Work, measured, perform

#: points of the sample, and rows that are written to measure their size
SAMPLE, ROWS = 3, 400


@dataclass(frozen=True)
class Estimate:
    """``seconds`` is of what is not ``done`` yet, with its workers, ``bytes`` of its whole folder."""

    points: int
    replications: int
    runs: int
    done: int
    sampled: int
    seconds_per_run: float
    seconds: float
    bytes: int


def estimate(study: Study, options: Options, work: Work = measured) -> Estimate:
    """Run a few points, spread over the study, in this process; RunError if they fail."""
    design = study.design
    numbers = sorted({round(i * (len(design) - 1) / max(1, SAMPLE - 1)) for i in range(SAMPLE)})
    data = pickle.dumps(study.base)
    receipts = []
    for number in (numbers[0], *numbers):  # the first one also warms up
        point = design.point(number)
        digest = study.base.scenario(point.variant, point.settings).digest
        task = Task(number, 0, point.variant, tuple(point.settings.items()), digest)
        receipts += perform(Chunk((task,), data, study.base.digest, work, options.time_limit, False))
    for receipt in receipts:
        if receipt.failure is not None:
            raise RunError(f"point {receipt.point} failed: {receipt.failure.type}: {receipt.failure.message}")
    sample = receipts[1:]
    each = sum(receipt.seconds for receipt in sample) / len(sample)
    workers = 1 if options.executor == "serial" else options.workers or default_workers()
    size = round(_bytes_per_run(study, sample[0]) * design.runs)
    done = 0
    if (study.folder / NAME).exists():
        with Ledger.reading(study.folder / NAME, design) as book:
            done = book.counts()["done"]
    left = design.runs - done
    seconds = each * left / min(workers, max(1, left))
    return Estimate(len(design), study.plan.spec.replications, design.runs, done, len(sample), each, seconds, size)


def _bytes_per_run(study: Study, receipt: Receipt) -> float:
    """Room that a run takes, with one point for as many runs as the study has."""
    point = study.design.point(receipt.point)
    per_point = study.plan.spec.replications
    rows: list[PointRow] = [(i, i, point.variant, point.values, f"{i:064}") for i in range(-(-ROWS // per_point))]
    runs = [dataclasses.replace(receipt, point=i // per_point, replication=i % per_point) for i in range(ROWS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Ledger.writing(folder / NAME) as book:
            book.add_points(rows)
            book.add_runs(runs, [run_key(str(r.point), r.replication, "") for r in runs], "0" * 64)
            export(folder, book, study.design)
        return sum(file.stat().st_size for file in folder.iterdir()) / ROWS
