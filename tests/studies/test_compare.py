"""Variants on the same luck: pairing, reuse of run folders, precision, what the command prints and leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from small import write_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.folder import RunFolder
from vbp_sim.studies.base import Base
from vbp_sim.studies.compare import Comparison, Precision, compare, metrics_of, write

VARIANTS: dict[str, Any] = {
    "same": {"title": "nothing changes", "changes": {}},
    "greedy": {"changes": {"laws": {"national": {"changes": {"retention": {"rule": "linear", "most": 0.0}}}}}},
    "grow": {"changes": {"demand": {"growth": 0.5}}},
}


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path, variants=VARIANTS, replications=3)


def test_a_variant_that_does_nothing_changes_no_number(scenario: Path, tmp_path: Path) -> None:
    found = compare(scenario, ["same"], results=tmp_path / "runs", workers=1)
    for by_name in found.differences.values():
        d = by_name["same"]
        assert (d.mean, *((d.low, d.high) if d.n > 1 else ())) == (0, *((0, 0) if d.n > 1 else ()))


def test_growth_raises_use_and_leaves_the_tender_alone(scenario: Path, tmp_path: Path) -> None:
    found = compare(scenario, ["grow", "grow+greedy"], results=tmp_path / "runs", workers=1).differences
    assert found["use_change"]["grow"].low > 0
    assert found["use_change"]["grow"].variance_saved > 0.5
    assert found["cut_ceiling"]["grow"].mean == 0
    assert found["retained_share"]["grow+greedy"].variant == 0
    assert found["use_change"]["grow+greedy"].low > 0


def test_metrics_read_from_a_run_folder_are_those_of_its_summary(scenario: Path, tmp_path: Path) -> None:
    found = compare(scenario, ["grow"], results=tmp_path / "runs", workers=1)
    folder = RunFolder.open(found.runs["grow"])
    rows = metrics_of(folder)
    assert rows == found.rows["grow"] or repr(rows) == repr(found.rows["grow"])  # nan is not nan
    for id, value in folder.summary["metrics"].items():
        known = [row[id] for row in rows if row[id] == row[id]]
        assert value["mean"] == pytest.approx(sum(known) / len(known), rel=1e-12)


def test_finished_run_folders_are_not_computed_again(scenario: Path, tmp_path: Path) -> None:
    ran: list[str] = []

    def note(name: str, done: int, of: int) -> None:
        ran.append(name)

    first = compare(scenario, ["grow"], results=tmp_path / "runs", workers=1, progress=note)
    assert ran == ["base"] * 3 + ["grow"] * 3
    ran.clear()
    again = compare(scenario, ["grow", "greedy"], results=tmp_path / "runs", workers=1, progress=note)
    assert ran == ["greedy"] * 3
    assert again.differences["use_change"]["grow"] == first.differences["use_change"]["grow"]


def test_replications_are_added_until_the_difference_is_known(scenario: Path, tmp_path: Path) -> None:
    def until(halfwidth: float, most: int) -> Comparison:
        return compare(scenario, ["grow"], until=Precision("use_change", halfwidth, most), workers=1)

    loose = until(0.5, 40)
    assert (loose.replications, loose.reached) == (10, True)
    start = loose.differences["use_change"]["grow"].halfwidth
    tight = until(start / 1.2, 40)
    assert tight.reached
    assert 10 < tight.replications <= 40
    assert tight.rows["grow"][:10] == loose.rows["grow"] or repr(tight.rows["grow"][:10]) == repr(loose.rows["grow"])
    never = until(1e-12, 4)
    assert (never.replications, never.reached) == (4, False)


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        (["grwo"], "did you mean 'grow'?"),
        (["grow", "grow"], "named twice"),
        (["base"], "is the base"),
        (["+"], "the name of a variant is wanted"),
    ],
)
def test_wrong_variants_are_named(scenario: Path, variants: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(scenario, variants)


def test_the_command_prints_a_table_and_leaves_files(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, said = vbp("compare", scenario, "--variants", "grow,greedy", "--out", out, "--workers", 1)
    assert (code, f"written: {out}" in said) == (0, True)
    head, *lines = shown.splitlines()
    assert head.split() == ["metric", "base", "grow", "difference", "greedy", "difference"]
    use = next(line for line in lines if line.startswith("use_change"))
    assert "↑ higher" in use
    assert {p.name for p in out.iterdir()} == {
        "runs",
        "comparison.json",
        "comparison.csv",
        "replications.csv",
    }
    with (out / "comparison.csv").open(encoding="utf-8-sig") as file:
        rows = {(row["metric"], row["variant"]): row for row in csv.DictReader(file)}
    data = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    difference = data["metrics"]["use_change"]["variants"]["grow"]
    assert float(rows["use_change", "grow"]["difference"]) == difference["mean"]
    assert (out / "replications.csv").read_text(encoding="utf-8-sig").count("\n") == 1 + 3 * 3


def test_json_is_what_the_file_says(vbp: Any, scenario: Path, tmp_path: Path) -> None:
    code, shown, _ = vbp("compare", scenario, "--variants", "grow", "--out", tmp_path / "out", "--json")
    assert code == 0
    assert json.loads(shown) == json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options",
    [
        ("--until-halfwidth", "0.1"),
        ("--metric", "use_change"),
        ("--max-replications", "5"),
        ("--until-halfwidth", "0.1", "--metric", "use_chnage"),
        ("--until-halfwidth", "0.1", "--metric", "use_change", "--replications", "5"),
        ("--replications", "1"),
    ],
)
def test_options_that_make_no_sense_end_with_2(vbp: Any, scenario: Path, options: tuple[str, ...]) -> None:
    assert vbp("compare", scenario, "--variants", "grow", *options)[0] == 2


def test_nothing_of_the_user_is_overwritten(scenario: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    found = compare(scenario, ["same"], results=tmp_path / "runs", workers=1)
    with pytest.raises(InputError, match="holds other files"):
        write(found, mine)
    assert [p.name for p in mine.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("change", [{"seed": 99}, {"replications": 3}])
def test_a_variant_that_sets_the_luck_is_compared_nowhere(tmp_path: Path, change: dict[str, int]) -> None:
    """What looks like an effect would be luck; a sweep refuses it as a comparison does."""
    file = write_scenario(tmp_path, replications=6, variants={"lucky": {"changes": change}})
    with pytest.raises(InputError, match=rf"small\.yaml:\d+:\d+: a variant cannot change '{next(iter(change))}'"):
        compare(file, ["lucky"], workers=1, results=tmp_path)
    with pytest.raises(InputError, match="for all variants"):
        Base.read(file, 1).scenario("lucky", {})
