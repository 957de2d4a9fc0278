"""A study from its beginning to its table: what is kept, what is not computed twice, what is refused."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import works
from sweeping import growth, runs, swept, table, write_sweep

from vbp_sim.errors import InputError, RunError
from vbp_sim.report.studied import Studied
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.replications import run_one
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies import sweep as sweep_module
from vbp_sim.studies.estimate import estimate
from vbp_sim.studies.ledger import Ledger
from vbp_sim.studies.sweep import Listener, Options, Study, begin, carry_on, reopen, repeat, status


def counted(study: Study, work: Any = works.trivial, **options: Any) -> int:
    """Carry a study on; the number of runs that were computed."""
    seen: list[int] = []
    carry_on(
        study,
        Options(executor="serial", **options),
        work,
        Listener(lambda done, failed, of: seen.append(done + failed)),
    )
    return seen[-1] - seen[0]


def test_a_run_is_the_same_as_by_itself(tmp_path: Path) -> None:
    """Real runs: the study table has what `vbp run` measures with the same values, seed and replication."""
    file = write_sweep(tmp_path, levers={"growth": {"path": "demand.growth", "values": [0.3]}}, replications=2, seed=7)
    carry_on(begin(file, tmp_path / "s"), Options(executor="serial"))
    alone = run_one(load_scenario(tmp_path / "small.yaml", "", ["demand.growth=0.3", "seed:=7"]), 1).metrics
    row = table(tmp_path / "s")[1]
    assert (row["growth"], row["replication"], row["status"]) == (0.3, 1, "done")
    for id, value in alone.items():
        assert row[id] == value or (row[id] is None and value != value)


def test_the_table_has_a_row_per_run_and_a_column_per_lever_and_uncertainty(tmp_path: Path) -> None:
    file = write_sweep(
        tmp_path,
        levers={
            "growth": {"path": "demand.growth", "values": [0, 0.5]},
            "kept": {"path": "laws.national.changes.retention", "values": [{"rule": "linear", "most": 0.25}]},
        },
        uncertainties={"fund": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.5, "high": 0.8}},
        sample={"method": "sobol", "size": 2},
        replications=3,
    )
    swept(file, tmp_path / "s")
    rows = table(tmp_path / "s")
    assert [(r["point"], r["replication"]) for r in rows] == [(p, k) for p in range(4) for k in range(3)]
    assert [r["growth"] for r in rows[::3]] == [0, 0.5, 0, 0.5]
    assert rows[0]["fund"] == rows[3]["fund"] != rows[6]["fund"]
    assert json.loads(rows[0]["kept"]) == {"rule": "linear", "most": 0.25}
    assert [r["completion"] for r in rows] == [r["growth"] for r in rows]
    with (tmp_path / "s" / "study.csv").open(encoding="utf-8-sig") as lines:
        read = list(csv.DictReader(lines))
    assert [float(r["fund"]) for r in read] == [r["fund"] for r in rows]
    meta = pq.read_schema(tmp_path / "s" / "study.parquet").field("completion").metadata
    assert meta[b"unit"] == b"share"


def test_nothing_is_computed_twice(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, replications=2)
    assert counted(begin(file, tmp_path / "s")) == 8
    assert counted(begin(file, tmp_path / "s")) == 0
    assert counted(reopen(tmp_path / "s")) == 0


def test_two_points_may_be_the_same_scenario(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.1]}})
    assert swept(file, tmp_path / "s").done == 2


def test_replications_may_be_fewer_than_the_file_says(tmp_path: Path) -> None:
    study = begin(write_sweep(tmp_path, replications=9), tmp_path / "s", replications=2)
    assert counted(study) == 8


def test_expanding_adds_replications_and_keeps_the_others(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, replications=2)
    swept(file, tmp_path / "s")
    before = table(tmp_path / "s")
    assert counted(reopen(tmp_path / "s", replications=5)) == 12
    after = table(tmp_path / "s")
    assert [r for r in after if r["replication"] < 2] == before
    assert status(tmp_path / "s")["runs"] == 20
    swept(write_sweep(tmp_path, replications=5), tmp_path / "whole")
    assert (tmp_path / "whole" / "study.parquet").read_bytes() == (tmp_path / "s" / "study.parquet").read_bytes()


def test_expanding_a_sobol_sample_adds_points_and_renumbers_none(tmp_path: Path) -> None:
    fund = {"fund": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.5, "high": 0.8}}
    file = write_sweep(tmp_path, uncertainties=fund, sample={"method": "sobol", "size": 4})
    swept(file, tmp_path / "s")
    before = table(tmp_path / "s")
    assert counted(reopen(tmp_path / "s", size=8)) == 16
    assert table(tmp_path / "s")[:16] == before
    with pytest.raises(InputError, match="power of 2"):
        reopen(tmp_path / "s", size=9)
    hypercube = write_sweep(tmp_path, uncertainties=fund, sample={"method": "lhs", "size": 4})
    swept(hypercube, tmp_path / "lhs")
    with pytest.raises(InputError, match="cannot grow"):
        reopen(tmp_path / "lhs", size=8)


def test_changed_code_is_refused_unless_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_sweep(tmp_path)
    carry_on(begin(file, tmp_path / "s"), Options(executor="serial", points=[0]), works.trivial)
    monkeypatch.setattr(sweep_module, "program_hash", lambda: "f" * 64)
    with pytest.raises(InputError, match="the program or its rules changed"):
        reopen(tmp_path / "s")
    with pytest.raises(InputError, match="--accept-new-code"):
        begin(file, tmp_path / "s")
    assert status(tmp_path / "s")["same_program"] is False
    assert counted(reopen(tmp_path / "s", accept_new_code=True)) == 3
    link = sqlite3.connect(tmp_path / "s" / "ledger.sqlite")
    programs = [row[0] for row in link.execute("SELECT program FROM run ORDER BY point")]
    assert programs[0] != programs[1] == "f" * 64


def test_a_changed_scenario_is_refused(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    swept(file, tmp_path / "s")
    write_sweep(tmp_path, scenario={"finance": {"fund_share": 0.5}})
    with pytest.raises(InputError, match="changed since it began"):
        reopen(tmp_path / "s")
    with pytest.raises(InputError, match="holds another study"):
        begin(file, tmp_path / "s")


def test_another_question_gets_another_folder_and_a_title_does_not(tmp_path: Path) -> None:
    def name(**content: Any) -> str:
        return begin(write_sweep(tmp_path, **content)).folder.name

    assert name() == name(title="said otherwise") == name(replications=9)
    assert len({name(), name(seed=2), name(levers=growth(3)), name(scenario={"finance": {"fund_share": 0.5}})}) == 4


def test_a_ledger_of_another_version_is_refused(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    swept(file, tmp_path / "s")
    ledger = sqlite3.connect(tmp_path / "s" / "ledger.sqlite")
    (layout,) = ledger.execute("PRAGMA user_version").fetchone()
    ledger.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="made by another version"):
        reopen(tmp_path / "s")
    ledger.execute(f"PRAGMA user_version = {layout}")
    plan = tmp_path / "s" / "plan.json"
    plan.write_text(re.sub(r'"format": \d+', '"format": 7', plan.read_text()))
    with pytest.raises(InputError, match="has format 7"):
        reopen(tmp_path / "s")


def older(folder: Path) -> None:
    """Make a study one of version 0.1.0, whose ledger had a column for each metric that there was."""
    link = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    link.executescript("""
        ALTER TABLE run ADD COLUMN completion REAL; ALTER TABLE run ADD COLUMN margin REAL;
        UPDATE run SET completion = (SELECT v.value FROM value v JOIN metric USING (metric)
            WHERE v.point = run.point AND v.replication = run.replication AND id = 'completion');
        DROP TABLE value; DROP TABLE metric; PRAGMA user_version = 1;
    """)
    link.close()
    plan = folder / "plan.json"
    plan.write_text(plan.read_text().replace('"version": "0.2.0"', '"version": "0.1.0"'))


def test_an_older_ledger_is_read_and_never_gone_on_with(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, replications=2)
    swept(file, tmp_path / "s")
    older(tmp_path / "s")
    study = Studied.open(tmp_path / "s")
    assert study.version == "0.1.0"
    assert study.known == ["completion", "margin"]
    np.testing.assert_allclose(study.values("completion")[0, :, 1], [0.1, 0.2, 0.3, 0.4])
    assert np.isnan(study.values("margin")).all()
    assert np.isnan(study.values("hhi")).all()
    with Ledger.reading(tmp_path / "s" / "ledger.sqlite") as book:
        assert book.metrics_of(2, 0) == pytest.approx({"completion": 0.3, "margin": float("nan")}, nan_ok=True)
        assert book.metrics_of(9, 0) is None
    for going_on in (lambda: reopen(tmp_path / "s"), lambda: begin(file, tmp_path / "s")):
        with pytest.raises(InputError, match=r"another version of vbp_sim, 0\.1\.0"):
            going_on()


def of_rounds(scenario: Scenario, replication: int) -> dict[str, float]:
    """Metrics of a scenario with several rounds, and one that only this program has."""
    growth = scenario.spec.demand.growth
    return {"completion": growth, "own_metric": 2.0, "completion@second": 2 * growth, "margin": float("nan")}


def test_a_metric_that_no_program_knew_when_a_study_began_takes_its_place_beside_the_others(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    carry_on(begin(file, tmp_path / "s"), Options(executor="serial", points=[0, 1]), works.trivial)
    swept(file, tmp_path / "s", of_rounds)
    study = Studied.open(tmp_path / "s")
    assert study.known == ["completion", "margin", "completion@second", "own_metric"]
    np.testing.assert_allclose(study.values("completion@second")[0, :, 0], [np.nan, np.nan, 0.6, 0.8])
    np.testing.assert_allclose(study.values("margin")[0, :, 0], [0, 0, np.nan, np.nan])
    rows = table(tmp_path / "s")
    assert [row["own_metric"] for row in rows] == [None, None, 2.0, 2.0]
    assert list(rows[0])[-3:] == [[*METRICS][-1], "completion@second", "own_metric"]


@pytest.mark.parametrize("damage", [b"not a database, but long enough to be one" * 9, b""])
def test_a_damaged_ledger_is_told(tmp_path: Path, damage: bytes) -> None:
    file = write_sweep(tmp_path)
    swept(file, tmp_path / "s")
    for entry in (tmp_path / "s").glob("ledger.sqlite*"):
        entry.unlink()
    (tmp_path / "s" / "ledger.sqlite").write_bytes(damage)
    with pytest.raises(InputError, match="ledger"):
        reopen(tmp_path / "s")


def test_nothing_of_the_user_is_touched(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "plan.txt").write_text("holiday")
    for place in (mine, mine / "plan.txt"):
        with pytest.raises(InputError):
            begin(file, place)
    with pytest.raises(InputError, match="is not a study"):
        reopen(mine)
    assert [p.name for p in mine.iterdir()] == ["plan.txt"]


def test_only_one_process_works_on_a_study(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    study = begin(file, tmp_path / "s")

    def meanwhile(done: int, failed: int, of: int) -> None:
        assert status(tmp_path / "s")["at_work"] is True
        with pytest.raises(InputError, match="another process is at work"):
            carry_on(begin(file, tmp_path / "s"), Options(executor="serial"), works.trivial)

    carry_on(study, Options(executor="serial", points=[0]), works.trivial, Listener(meanwhile))
    assert status(tmp_path / "s")["at_work"] is False
    assert runs(tmp_path / "s") == [(0, 0, "done")]


def test_a_point_that_is_not_the_same_any_more_is_refused(tmp_path: Path) -> None:
    with Ledger.writing(tmp_path / "l") as book:
        book.add_points([(0, 0, "", {}, "a")])
        book.add_points([(0, 0, "", {}, "a")])
        with pytest.raises(RunError, match="another scenario than before"):
            book.add_points([(1, 0, "", {}, "c"), (0, 0, "", {}, "b")])
        assert book.digests() == {0: "a"}


def test_estimate_counts_runs_and_keeps_nothing(tmp_path: Path) -> None:
    study = begin(write_sweep(tmp_path, levers=growth(50), replications=20), tmp_path / "s")
    found = estimate(study, Options(workers=2), works.short)
    assert (found.points, found.runs, found.sampled) == (50, 1000, 3)
    assert found.seconds == pytest.approx(found.seconds_per_run * 1000 / 2)
    assert found.seconds_per_run >= 0.02
    assert not (tmp_path / "s").exists()
    swept(tmp_path / "sweep.yaml", tmp_path / "s")
    real = sum(f.stat().st_size for f in (tmp_path / "s").iterdir())
    assert 0.5 < found.bytes / real < 2


def test_repeat_gives_what_the_study_has(tmp_path: Path) -> None:
    swept(write_sweep(tmp_path, replications=2), tmp_path / "s")
    found, same = repeat(tmp_path / "s", 3, 1, works.trivial)
    assert (found, same) == ({"completion": 0.4, "margin": 1.0}, True)
    assert repeat(tmp_path / "s", 3, 1, works.ishigami)[1] is False
    with pytest.raises(InputError, match="allowed: 0 to 3"):
        repeat(tmp_path / "s", 4, 0)


def test_the_command_from_beginning_to_end(vbp: Any, tmp_path: Path) -> None:
    file, out = (
        write_sweep(tmp_path, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.2]}}),
        tmp_path / "s",
    )
    code, shown, said = vbp("sweep", "run", file, "--out", out, "--dry-run")
    assert (code, "2 points x 1 replications" in shown, out.exists()) == (0, True, False)
    code, shown, said = vbp("sweep", "run", file, "--out", out, "--executor", "serial")
    assert (code, shown, f"2 of 2 runs done: {out}" in said) == (0, "", True)
    code, shown, _ = vbp("sweep", "status", out, "--json")
    assert (code, json.loads(shown)["done"], json.loads(shown)["missing"]) == (0, 2, 0)
    code, shown, _ = vbp("sweep", "expand", out, "--replications", 2, "--executor", "serial", "--json")
    assert (code, json.loads(shown)["done"]) == (0, 4)
    code, shown, said = vbp("sweep", "repeat", out, "--point", 1, "--replication", 1, "--json")
    assert (code, json.loads(shown)["same"]) == (0, True)
    assert vbp("sweep", "expand", out)[0] == 2
    assert vbp("sweep", "resume", tmp_path / "nowhere")[0] == 2
    assert vbp("sweep", "run", file, "--executor", "mpi")[0] == 2
    assert vbp("sweep", "run", file, "--scheduler", "tls://x:1")[0] == 2
