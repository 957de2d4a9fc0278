# ruff: noqa: E501 - one case per line is easier to read
"""Sweep files: what is wrong is said with file, line and column, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import write_scenario
from sweeping import TINY

from vbp_sim.errors import InputError
from vbp_sim.studies.sweep import begin
from vbp_sim.studies.sweep_file import read_sweep

HEAD = "sweep: s\nscenario: small.yaml\n"
U = "uncertainties:\n  u: "


def problems(folder: Path, text: str) -> list[str]:
    write_scenario(folder, **TINY, variants={"grow": {"changes": {"demand": {"growth": 0.5}}}})
    file = folder / "x.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        begin(file, folder / "out")
    assert not (folder / "out").exists()
    return [f"{p.place.removeprefix(str(folder) + '/')}: {p.what} | {p.remedy}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lever: {}\n", "x.yaml:3:1: unknown key 'lever' | did you mean 'levers'?"),
        ("levers:\n  g: {path: demand.growht, values: [1]}\n", "x.yaml:4:13: unknown key 'growht' in demand"),
        ("levers:\n  g: {path: demnd.growth, values: [1]}\n", "x.yaml:4:13: unknown key 'demnd' | did you mean 'demand'?"),
        ("levers:\n  g: {path: demand.growth, values: [0.1, 9]}\n", "x.yaml:4:42: demand.growth: must be at most 2"),
        ("levers:\n  g: {path: demand.growth, values: []}\n", "a lever has either values, or low, high and steps"),
        ("levers:\n  g: {path: demand.growth, low: 1, high: 0, steps: 3}\n", "x.yaml:4:42: levers.g.high: an empty range"),
        ("levers:\n  g: {path: demand.growth, low: 1, steps: 3}\n", "a grid needs low, high and steps"),
        ("levers:\n  g: {path: seed, values: [1]}\n", "'seed' cannot be varied"),
        ("levers:\n  v: {variants: ['', grwo]}\n", "x.yaml:4:22: the scenario has no variant 'grwo' | did you mean"),
        ("levers:\n  v: {variants: [grow], path: a}\n", "a lever with values or a grid needs a path; one with variants"),
        ("levers:\n  margin: {path: demand.growth, values: [1]}\n", "x.yaml:4:3: 'margin' is a column of the study"),
        ("levers:\n  a: {path: demand, values: [{}]}\n  b: {path: demand.growth, values: [1]}\n", "'b' and 'a' set the"),
        (U + "{path: demand.growth, distribution: uniform, low: 0.3, high: 0.1}\n", "x.yaml:4:67: uncertainties.u.high: an"),
        (U + "{path: demand.growth, distribution: triangular, low: 0, mode: 3, high: 2}\n", "high (2) must be more than mode"),
        (U + "{path: demand.growth, distribution: normal, mean: 1}\n", "normal needs mean, sd; sd is missing"),
        (U + "{path: demand.growth, distribution: normal, mean: 1, sd: -1}\n", "must be more than 0, here is -1"),
        (U + "{path: demand.growth, distribution: uniform, low: 0, high: 1, sd: 1}\n", "uniform has no sd; it needs low, high"),
        (U + "{path: demand.growth, distribution: unifrom, low: 0, high: 1}\n", "did you mean 'uniform'?"),
        (U + "{path: demand.growth, distribution: choice, values: [1, 2], weights: [1]}\n", "one positive weight"),
        (U + "{path: demand.growth, distribution: uniform, low: 0, high: 9}\nsample: {size: 4}\n", "must be at most 2"),
        ("sample: {method: sobol, size: 6}\n" + U + "{path: demand.growth, distribution: uniform, low: 0, high: 1}\n",
         "x.yaml:3:31: sample.size: sobol needs a power of 2 such as 8, here is 6"),
        ("sample: {size: 4}\n", "there are no uncertainties that could be sampled"),
        ("replications: 0\n", "must be at least 1, here is 0"),
        ("levers:\n" + "".join(f"  g{i}: {{path: demand.a{i}, low: 0, high: 1, steps: 10000}}\n" for i in range(9)),
         "x.yaml:4:3: levers: the sweep has 1e+36 points, and 1,000,000,000 are the most"),
        ("levers:\n  g: {path: demand.growth, low: 0, high: 1, steps: 10000}\nreplications: 100\n",
         "10,000 points x 100 replications are 1,000,000 runs | say --yes"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_place(tmp_path: Path, text: str, said: str) -> None:
    found = problems(tmp_path, text)
    assert any(said in line for line in found), found


def test_problems_of_all_points_are_told_once(tmp_path: Path) -> None:
    text = "levers:\n  a: {path: demand.growth, values: [8, 0.2, 9]}\n  b: {path: finance.fund_share, values: [0.5, 0.6]}\n"
    found = problems(tmp_path, text)
    assert [line.partition(": must")[0] for line in found] == [
        "x.yaml:4:37: demand.growth",
        "x.yaml:4:45: demand.growth",
    ]


def test_wrong_input_ends_with_2(vbp: Any, tmp_path: Path) -> None:
    write_scenario(tmp_path, **TINY)
    (tmp_path / "x.yaml").write_text(HEAD + "levers: {g: {path: demand.growth, values: [8]}}\n")
    code, _, err = vbp("sweep", "run", tmp_path / "x.yaml", "--out", tmp_path / "out")
    assert code == 2
    assert f"{tmp_path}/x.yaml:3:44: demand.growth: must be at most 2, here is 8" in err
    assert vbp("sweep", "run", tmp_path / "none.yaml")[0] == 2


@pytest.mark.parametrize("name", ["retention-by-winners", "uncertainty"])
def test_shipped_sweeps_are_right(tmp_path: Path, name: str) -> None:
    file = Path(__file__).parents[2] / "scenarios" / "sweeps" / f"{name}.yaml"
    assert read_sweep(file)[0].sweep == name
    assert len(begin(file, tmp_path / "out").new_points) >= 16
