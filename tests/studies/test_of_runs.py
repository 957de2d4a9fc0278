"""Finished runs side by side, dry runs, long tables, and what is kept of an interrupted comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from small import write_scenario

from vbp_sim.errors import InputError
from vbp_sim.report import long
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import pages
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import run
from vbp_sim.studies.compare import BASE, compare, write
from vbp_sim.studies.dry import planned
from vbp_sim.studies.of_runs import compare_runs
from vbp_sim.studies.paired import FEWEST, apart, paired

GROW = {"grow": {"title": "Use grows by half", "changes": {"demand": {"growth": 0.5}}}}


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path, variants=GROW, replications=3)


def ran(scenario: Path, out: Path, variant: str = "", *sets: str) -> Path:
    return run(load_scenario(scenario, variant, sets), out, workers=1)[0].path


def test_runs_that_differ_by_a_variant_are_paired_as_in_a_comparison(scenario: Path, tmp_path: Path) -> None:
    runs = [ran(scenario, tmp_path / "one"), ran(scenario, tmp_path / "two", "grow")]
    found, same = compare_runs(runs), compare(scenario, ["grow"], results=tmp_path / "runs", workers=1)
    assert (found.apart, found.variants) == (frozenset(), ["grow"])
    assert repr(found.differences) == repr(same.differences)


def test_runs_of_other_seeds_and_lengths_are_not_paired_and_say_so(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    one, two = ran(scenario, tmp_path / "one"), ran(scenario, tmp_path / "two", "", "seed=9", "replications=5")
    found = compare_runs([one, two])
    assert found.apart == {"two"}
    assert [len(rows) for rows in found.rows.values()] == [3, 5]
    d = found.differences["completion"]["two"]
    test = stats.ttest_ind(*([row["completion"] for row in found.rows[n]] for n in ("two", BASE)), equal_var=False)
    low, high = test.confidence_interval(0.95)
    assert (d.low, d.high) == (pytest.approx(low), pytest.approx(high))
    code, out, err = vbp("compare", one, two, "--out", tmp_path / "both", "--report", "--lang", "en")
    assert (code, "not paired: two has luck of its own" in err, "same luck" in err) == (0, True, False)
    assert "completion (%)" in out
    page = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    assert "Not paired: two has luck of its own" in page
    assert "Replication k has the same luck" not in page
    assert f"vbp compare {one} {two}" in page
    whole = json.loads((tmp_path / "both" / "comparison.json").read_text(encoding="utf-8"))
    assert (whole["apart"], whole["of_runs"]) == (["two"], True)


def test_a_run_of_another_program_is_not_paired(scenario: Path, tmp_path: Path) -> None:
    from vbp_sim.studies.of_runs import paired_with

    m = RunFolder.open(ran(scenario, tmp_path / "one")).manifest
    assert paired_with(m, m)
    assert not paired_with(m, {**m, "program_hash": "0"})
    assert not paired_with({**m, "program_hash": None}, {**m, "program_hash": None})


def test_what_cannot_be_compared_is_refused(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    one = ran(scenario, tmp_path / "one")
    with pytest.raises(InputError, match="a run is named twice"):
        compare_runs([one, one])
    assert vbp("compare", one, tmp_path)[0] == 2
    code, _, err = vbp("compare", one, one, "--variants", "grow")
    assert (code, "runs are compared as they are" in err) == (2, True)


def test_welch_by_hand() -> None:
    d = apart([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 9.0])
    se = (5 / 3 / 4 + 13 / 3) ** 0.5
    freedom = (5 / 12 + 13 / 3) ** 2 / ((5 / 12) ** 2 / 3 + (13 / 3) ** 2 / 2)
    assert (d.mean, d.n, d.freedom) == (2.5, 3, pytest.approx(freedom))
    assert d.halfwidth == pytest.approx(stats.t.ppf(0.975, freedom) * se)
    assert np.isnan(d.variance_saved)


def test_below_three_replications_there_is_no_interval() -> None:
    for compared in (paired, apart):
        few = compared([1.0, 2.0], [2.0, 4.0])
        assert (few.mean, few.n, few.clear) == (1.5, 2, False)
        assert np.isnan([few.low, few.high, *few.interval(0.9)]).all()
        assert not np.isnan(compared([1.0, 2.0, 4.0], [2.0, 4.0, 4.0]).low)
    assert FEWEST == 3


def test_a_table_of_two_replications_says_too_few(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    words = ("compare", scenario, "--variants", "grow", "--replications", 2, "--out", tmp_path / "c", "--report")
    code, out, err = vbp(*words)
    assert (code, "too few" in out, "below 3 replications no interval is given" in err) == (0, True, True)
    page = (tmp_path / "c" / "report.html").read_text(encoding="utf-8")
    assert "too few: below 3 replications" in page


def test_a_dry_run_says_what_is_there_and_computes_nothing_that_stays(scenario: Path, tmp_path: Path) -> None:
    before = planned(scenario, ["grow"], results=tmp_path / "runs")
    assert (before.missing, before.measured) == ([BASE, "grow"], "")
    assert before.seconds > 0
    assert not (tmp_path / "runs").exists()
    compare(scenario, ["grow"], results=tmp_path / "runs", workers=1)
    after = planned(scenario, ["grow"], results=tmp_path / "runs")
    assert (after.missing, after.seconds) == ([], 0)
    more = planned(scenario, ["grow"], results=tmp_path / "runs", replications=4, workers=1)
    assert more.missing == [BASE, "grow"]
    assert more.seconds == pytest.approx(8 * more.seconds_per_replication)


def test_the_command_says_what_a_comparison_would_run(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    ran(scenario, tmp_path / "ignored")
    words = ("compare", scenario, "--variants", "grow", "--out", tmp_path / "c", "--dry-run")
    code, out, err = vbp(*words)
    assert (code, out.count("to be run"), "2 runs of 3 replications: 0 there already, 2 to be run" in err) == (
        0,
        2,
        True,
    )
    assert not (tmp_path / "c").exists()
    assert json.loads(vbp(*words, "--json")[1])["runs"]["grow"]["there"] is False


def test_each_stage_is_a_line_where_there_is_no_terminal(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    words = ("compare", scenario, "--variants", "grow", "--workers", 1, "--out", tmp_path / "c")
    err = vbp(*words)[2]
    assert [line.split(":")[0] for line in err.splitlines() if " done in " in line] == ["base", "grow"]
    assert " done in " not in vbp(*words, "-q")[2]
    assert " done in " not in vbp(*words, "--json")[2]


def test_an_interrupted_comparison_says_what_it_kept(
    vbp: Any, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vbp_sim.studies import compare as module

    made = module.run

    def until_grow(one: Any, *args: Any, **more: Any) -> Any:
        if one.variant:
            raise KeyboardInterrupt
        return made(one, *args, **more)

    monkeypatch.setattr(module, "run", until_grow)
    code, _, err = vbp("compare", scenario, "--variants", "grow", "--workers", 1, "--out", tmp_path / "c")
    assert code == 130
    assert f"kept: 1 finished runs in {tmp_path / 'c' / 'runs'}" in err


def test_titles_of_variants_and_chains_go_into_the_comparison(scenario: Path, tmp_path: Path) -> None:
    found = compare(scenario, ["grow"], results=tmp_path / "runs", workers=1)
    write(found, tmp_path / "c")
    compared = Compared.open(tmp_path / "c")
    assert compared.title_of("grow") == "Use grows by half"
    assert compared.title_of("unheard-of") == "unheard-of"
    assert "Use grows by half" in pages.render(compared)


def test_long_tables_add_up_to_the_tables_of_the_run(scenario: Path, tmp_path: Path) -> None:
    folder = RunFolder.open(ran(scenario, tmp_path / "one"))
    settled, accounts = folder.table("settlement"), folder.table("accounts")
    for by in ([], ["province"], ["province", "level", "year"], ["drug", "round"]):
        rows = [row for row in long.rows(folder, "surplus", by) if row["measure"] == "retained"]
        assert 3 * sum(row["mean"] for row in rows) == pytest.approx(settled["retained"].sum())
        assert all(row["low"] <= row["mean"] <= row["high"] and row["n"] == 3 for row in rows)
    paid = [row["mean"] for row in long.rows(folder, "fund", ["level", "year"]) if row["measure"] == "fund_paid"]
    assert 3 * sum(paid) == pytest.approx(accounts["yuan"][accounts["payer"] == "fund"].sum())


def test_completion_of_the_whole_is_a_ratio_of_sums(scenario: Path, tmp_path: Path) -> None:
    folder = RunFolder.open(ran(scenario, tmp_path / "one"))
    (row,) = long.rows(folder, "completion", [])
    assert row["mean"] == pytest.approx(folder.summary["metrics"]["completion"]["mean"])


def test_results_by_institution_are_summed_or_say_how_to_get_them(scenario: Path, tmp_path: Path) -> None:
    asked = RunFolder.open(ran(scenario, tmp_path / "asked", "", "outputs.institutions=true"))
    kept = [row for row in long.rows(asked, "institutions", ["level", "institution"]) if row["measure"] == "retained"]
    assert len(kept) > len({row["level"] for row in kept})
    assert 3 * sum(row["mean"] for row in kept) == pytest.approx(asked.table("settlement")["retained"].sum())
    with pytest.raises(InputError, match=r"outputs\.institutions=true"):
        long.rows(RunFolder.open(ran(scenario, tmp_path / "not")), "institutions", ["level"])


@pytest.mark.parametrize("kind", ["markdown", "csv", "json"])
def test_the_command_prints_long_tables(vbp: Any, scenario: Path, tmp_path: Path, kind: str) -> None:
    one = ran(scenario, tmp_path / "one", "", "replications=2")
    code, out, err = vbp("table", one, "fund", "--by", "year", "--format", kind, "--lang", "en")
    assert (code, "too few" in err) == (0, True)
    if kind == "json":
        assert {row["low"] for row in json.loads(out)} == {None}
    assert ("paid by the fund" if kind == "markdown" else "fund_paid") in out
    file = tmp_path / {"markdown": "a.md", "csv": "a.csv", "json": "a.json"}[kind]
    assert vbp("table", one, "fund", "--by", "year", "--out", file)[0] == 0
    assert file.stat().st_size > 100


def test_long_tables_of_a_comparison_name_the_variant(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    assert vbp("compare", scenario, "--variants", "grow", "--workers", 1, "--out", tmp_path / "c")[0] == 0
    rows = json.loads(vbp("table", tmp_path / "c", "surplus", "--by", "year", "--format", "json")[1])
    assert {row["variant"] for row in rows} == {BASE, "grow"}
    code, _, err = vbp("table", tmp_path / "c", "fund", "--by", "drug")
    assert (code, "allowed: province, level, year, round" in err) == (2, True)
